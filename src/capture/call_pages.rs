//! The captured call records, page by page: never more than a page is held.

use std::path::Path;

use super::bodies::read_body;
use super::partner::cdrs::{self, Call, CdrFilter};
use super::record::{AnswerRecord, Record, Role, Subject};
use super::requests::{PER_PAGE, asked};
use crate::model::problem::Problem;

/// Hands every page of call records to `each`, also those of the partner's days around the
/// period.
///
/// # Errors
/// A body that is not what was received or cannot be read; what `each` says.
pub(crate) fn each(
    folder: &Path,
    record: &Record,
    mut each: impl FnMut(&AnswerRecord, Vec<Call>) -> Result<(), Problem>,
) -> Result<(), Problem> {
    for answer in &record.answers {
        if let Some(calls) = of(folder, record, answer)? {
            each(answer, calls)?;
        }
    }
    Ok(())
}

/// The calls of one answer; None where it is no page of calls.
///
/// # Errors
/// A body that is not what was received or cannot be read.
pub(super) fn of(folder: &Path, record: &Record, answer: &AnswerRecord) -> Result<Option<Vec<Call>>, Problem> {
    let (Some(customer_id), Some(direction)) = (answer.customer_id.as_deref(), answer.direction) else {
        return Ok(None);
    };
    let is_around = match answer.role {
        Role::Cdrs => false,
        Role::CdrsBefore | Role::CdrsAfter => true,
        _ => return Ok(None),
    };
    let subject = Subject { customer_id, direction: Some(direction) };
    let inside = asked(subject, (record.period.from, record.period.to), record.partner_timezone, PER_PAGE);
    let wanted = if is_around {
        CdrFilter {
            from: inside.from.pred_opt().unwrap_or(inside.from),
            to: inside.to.succ_opt().unwrap_or(inside.to),
            ..inside
        }
    } else {
        inside
    };
    let body = read_body(folder, answer)?;
    Ok(Some(cdrs::decode(&body, &answer.file, answer.page.unwrap_or(1), &wanted)?.calls))
}
