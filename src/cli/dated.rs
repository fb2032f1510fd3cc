//! The day of a close, and whether its period has begun.

use chrono::NaiveDate;
use chrono_tz::Tz;

use super::context::Context;
use crate::bill::dating::Dating;
use crate::close::inputs::Inputs;
use crate::model::period::Period;
use crate::model::problem::Problem;

/// Makes sure that a period has begun: of one that is to come, or is mistyped, nobody knows anything.
///
/// # Errors
/// It has not (exit 2).
pub(super) fn has_begun(context: &Context<'_>, zone: Tz, period: &Period) -> Result<(), Problem> {
    let now = context.environment.clock()?();
    if now >= period.instants(zone).0 {
        return Ok(());
    }
    let due = context.month_due(zone)?.name;
    Err(Problem::usage("period-not-begun", format!("{} has not begun", period.name))
        .because(format!("today is {} in {zone}", now.with_timezone(&zone).date_naive()))
        .next(format!("the last month that has ended is {due}"))
        .not_done("The partner was not asked."))
}

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
