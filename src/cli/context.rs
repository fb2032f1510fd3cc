//! What every verb works with: what comes from outside, the books, and where results go.

use chrono::Datelike;
use chrono_tz::Tz;

use super::environment::Environment;
use super::output::Output;
use crate::books::layout::Books;
use crate::model::period::Period;
use crate::model::problem::Problem;

/// Everything a verb works with.
pub(super) struct Context<'a> {
    pub(super) environment: &'a Environment,
    pub(super) books: Books,
    pub(super) offline: bool,
    pub(super) out: &'a Output,
}

impl Context<'_> {
    /// What a command to be typed needs to find the same books.
    pub(super) fn same_books(&self) -> String {
        if self.books.root.as_os_str() == "." {
            String::new()
        } else {
            format!(" --books {}", self.books.root.display())
        }
    }

    /// The month that is due now: the last one that has ended in `zone`.
    ///
    /// # Errors
    /// The clock cannot be read.
    pub(super) fn month_due(&self, zone: Tz) -> Result<Period, Problem> {
        let today = self.environment.clock()?().with_timezone(&zone).date_naive();
        let end = today.with_day(1).and_then(|first| first.pred_opt()).unwrap_or(today);
        Period::parse(&end.format("%Y-%m").to_string()).map_err(|why| Problem::stop("internal", why))
    }
}
