//! What the partner's dashboard said of a month while it ran, in whatever capture the answer
//! lies: a fetch of the running month, and that of the month before, which is made in it.

use chrono::{DateTime, Days, Utc};

use super::bodies::read_body;
use super::partner::dashboard;
use super::store::{self, DASHBOARD};
use crate::books::layout::Books;
use crate::model::money::Currency;
use crate::model::period::Period;
use crate::model::problem::Problem;
use crate::model::usage::Look;

/// How many days before the month a period may have ended whose capture is looked into.
const BEFORE: u64 = 62;

/// Every answer of the dashboard that came while the month ran, oldest first. `currency` is
/// that of answers that state none.
///
/// # Errors
/// An answer that is not what was received, or cannot be read.
pub(crate) fn looks(books: &Books, month: &Period, currency: Currency) -> Result<Vec<Look>, Problem> {
    let mut looks = Vec::new();
    let since = month.from.checked_sub_days(Days::new(BEFORE)).unwrap_or(month.from);
    let Ok(entries) = std::fs::read_dir(books.path("closes")) else { return Ok(looks) };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let near = |period: &Period| period.to >= since && period.from <= month.to;
    for period in names.filter_map(|name| Period::parse(&name).ok()).filter(near) {
        for folder in store::folders(books, &period) {
            let place = books.path(&folder);
            let Some((record, _)) = store::load_record(&place)? else { continue };
            let Some(answer) = record.answer(DASHBOARD) else { continue };
            let Ok(taken) = DateTime::parse_from_rfc3339(&answer.when) else { continue };
            let taken = taken.with_timezone(&Utc);
            let (begins, ends) = month.instants(record.partner_timezone);
            if taken < begins || ends <= taken {
                continue;
            }
            let (body, file) = (read_body(&place, answer)?, format!("{folder}/{DASHBOARD}"));
            looks.extend(dashboard::look(&body, file, (taken, record.partner_timezone), Some(currency))?);
        }
    }
    looks.sort_by(|a, b| (a.taken, &a.file).cmp(&(b.taken, &b.file)));
    Ok(looks)
}
