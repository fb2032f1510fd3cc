//! Questions to the person, where there is one.

use std::io::BufRead;

use chrono_tz::Tz;

use super::args;
use super::context::Context;
use crate::model::period::parse_day;
use crate::model::problem::Problem;
use crate::model::visible::hides;

/// Whether somebody can be asked.
pub(super) fn somebody(context: &Context<'_>) -> bool {
    context.environment.stdout_is_terminal && !context.out.is_json() && !context.out.is_quiet()
}

/// An answer that is needed; `flag` is how else it can be given.
pub(super) fn required(context: &Context<'_>, what: &str, flag: &str) -> Result<String, Problem> {
    let missing = || {
        Problem::usage("arguments", format!("{flag} is missing"))
            .next("name it; on a terminal it is asked for")
            .not_done("Nothing was decided.")
    };
    if !somebody(context) {
        return Err(missing());
    }
    context.out.say(&format!("{what}:"));
    match line() {
        Ok(line) if line.is_empty() => Err(missing()),
        Ok(line) => Ok(line),
        Err(e) => Err(missing().because(e.to_string())),
    }
}

/// An answer, or `default` where nothing is typed or nobody can be asked.
pub(super) fn optional(context: &Context<'_>, what: &str, default: &str) -> String {
    if !somebody(context) {
        return default.to_owned();
    }
    context.out.say(&if default.is_empty() { format!("{what}:") } else { format!("{what} [{default}]:") });
    line().ok().filter(|line| !line.is_empty()).unwrap_or_else(|| default.to_owned())
}

fn line() -> std::io::Result<String> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// Makes sure that a text that is kept for good reads as what it is.
///
/// # Errors
/// It has a control, or a character that changes how others are read (exit 2).
pub(super) fn shows(text: &str, flag: &str) -> Result<(), Problem> {
    let Some(hidden) = text.chars().find(|c| hides(*c)) else { return Ok(()) };
    Err(Problem::usage("arguments", format!("{flag} has a character that does not show: U+{:04X}", u32::from(hidden)))
        .next("write it without")
        .not_done("Nothing was recorded."))
}

/// Why, by whom and on which day something is decided.
pub(super) struct Decided {
    pub reason: String,
    pub by: String,
    pub on: String,
}

/// What the arguments say of it, or the person who is asked; the day is today's otherwise.
///
/// # Errors
/// Nobody can be asked, or the day is in the future (exit 2).
pub(super) fn decided(context: &Context<'_>, args: &args::Resolve, timezone: Tz) -> Result<Decided, Problem> {
    if args.dry_run {
        // What is only looked at needs neither, and is never written.
        let words = || "only looked at".to_owned();
        let on = context.environment.clock()?().with_timezone(&timezone).date_naive().to_string();
        return Ok(Decided { reason: words(), by: words(), on });
    }
    let reason = args.reason.clone().map_or_else(|| required(context, "Why", "--reason"), Ok)?;
    let by = args.by.clone().map_or_else(|| required(context, "Who decides", "--by"), Ok)?;
    shows(&reason, "--reason")?;
    shows(&by, "--by")?;
    let today = context.environment.clock()?().with_timezone(&timezone).date_naive();
    let on = args.on.clone().unwrap_or_else(|| today.to_string());
    if parse_day(&on).is_ok_and(|day| day > today) {
        return Err(Problem::usage("arguments", format!("--on {on} is in the future: today is {today}"))
            .next("leave --on out: it is then today")
            .not_done("Nothing was decided."));
    }
    Ok(Decided { reason, by, on })
}
