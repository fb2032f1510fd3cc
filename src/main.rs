//! The thin binary: arguments, clock, environment and terminal are read here, once.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, Datelike, Utc};
use clap::{CommandFactory, Parser};
use crossfoot::cli::args::{Arguments, with_period};
use crossfoot::cli::{Environment, kept, run};
use crossfoot::model::problem::{Exit, Problem};
use crossfoot::model::visible::visible;

fn main() -> ExitCode {
    #[cfg(unix)]
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());

    let typed = with_period(&Arguments::command(), std::env::args_os().collect());
    let arguments = match Arguments::try_parse_from(typed) {
        Ok(arguments) => arguments,
        // What was typed is shown, and does nothing to the terminal.
        Err(wrong) if wrong.use_stderr() => {
            let _ = write!(std::io::stderr(), "{}", visible(&wrong.render().to_string(), false));
            return ExitCode::from(Exit::Usage.code());
        }
        Err(asked) => asked.exit(),
    };
    let kept = kept(&arguments.command);
    // Files are staged and renamed, so a command can stop at any point: the next one finds
    // clean books, or an intent that it finishes. A desk ends by itself, its commands first.
    #[allow(clippy::exit, reason = "an interrupted process ends at once, with the code that says so")]
    let interrupted = move || {
        if !crossfoot::cli::interrupted() {
            let _ = writeln!(std::io::stderr(), "\n{kept}");
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
    };
    // Without a handler the process is killed by the signal instead: as safe, less polite.
    let _ = ctrlc::set_handler(interrupted);

    let variables: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let environment = Environment {
        clock: clock(variables.get("CROSSFOOT_NOW")),
        program: std::env::current_exe().ok(),
        variables,
        stdout_is_terminal: std::io::stdout().is_terminal(),
        stderr_is_terminal: std::io::stderr().is_terminal(),
    };
    ExitCode::from(run(arguments, &environment).code())
}

/// The system's clock, or the instant in `CROSSFOOT_NOW` (RFC 3339): for rehearsals whose
/// files are to be compared.
#[allow(clippy::disallowed_methods, reason = "the one place where time enters")]
fn clock(fixed: Option<&String>) -> Result<Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>, Problem> {
    let Some(text) = fixed else {
        // Before it, nothing can be dated; and chrono's own clock panics there.
        return match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(_) => Ok(Arc::new(Utc::now)),
            Err(_) => Err(out_of_range("the clock of this machine is before 1970").next("set the clock right")),
        };
    };
    let instant = DateTime::parse_from_rfc3339(text).map_err(|e| {
        Problem::usage("clock", format!("CROSSFOOT_NOW is `{text}`, which is not an instant"))
            .because(e.to_string())
            .next("unset it, or write one such as 2026-04-02T03:04:05Z")
    })?;
    let instant = instant.with_timezone(&Utc);
    if !(1970..=9998).contains(&instant.year()) {
        return Err(out_of_range(&format!("CROSSFOOT_NOW is `{text}`, which is before 1970 or after 9998"))
            .next("unset it, or write one such as 2026-04-02T03:04:05Z"));
    }
    Ok(Arc::new(move || instant))
}

fn out_of_range(what: &str) -> Problem {
    Problem::usage("clock", what).because("nothing can be dated then").not_done("Nothing was done.")
}
