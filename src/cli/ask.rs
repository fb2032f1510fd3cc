//! Questions to the person, where there is one.

use std::io::BufRead;

use super::context::Context;
use crate::model::problem::Problem;

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
