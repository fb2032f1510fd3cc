//! The day of a close.

use chrono::NaiveDate;

use super::context::Context;
use crate::bill::dating::Dating;
use crate::close::inputs::Inputs;
use crate::model::problem::Problem;

/// The day of the close: the one that is named, or today in the books' time zone.
pub(super) fn dating(context: &Context<'_>, named: Option<NaiveDate>, inputs: &Inputs) -> Result<Dating, Problem> {
    let zone = inputs.config.timezone;
    let today = context.environment.clock()?().with_timezone(&zone).date_naive();
    match named {
        Some(day) if day > today => Err(Problem::usage("issue-date", format!("--date {day} has not come"))
            .because(format!("today is {today} in {zone}, and no document is dated later than it is issued"))
            .next("leave --date out, or name a day that has come")),
        Some(day) => Ok(Dating { day, is_named: true }),
        None => Ok(Dating { day: today, is_named: false }),
    }
}
