//! A period that is typed by itself: `crossfoot close 2026-03` is `crossfoot close --period 2026-03`.

use std::ffi::OsString;

use clap::Command;

/// Commands whose first bare word is something else.
const OTHERWISE: [&str; 2] = ["import", "demo"];

/// The arguments, with `--period` before a bare one where the command takes it.
#[must_use]
pub fn with_period(whole: &Command, mut arguments: Vec<OsString>) -> Vec<OsString> {
    let Some(at) = bare(whole, &arguments) else { return arguments };
    arguments.insert(at, OsString::from("--period"));
    arguments
}

/// Where a bare period stands.
fn bare(whole: &Command, arguments: &[OsString]) -> Option<usize> {
    let mut command: Option<&Command> = None;
    let mut found = None;
    let mut is_value = false;
    for (at, argument) in arguments.iter().enumerate().skip(1) {
        let text = argument.to_str()?;
        if std::mem::take(&mut is_value) {
            continue;
        }
        if let Some(flag) = text.strip_prefix("--") {
            if flag == "period" || flag.starts_with("period=") {
                return None;
            }
            is_value = takes_value(command, flag) || takes_value(Some(whole), flag);
        } else if let Some(command) = command {
            if found.is_none() && !text.starts_with('-') && has_period(command) && is_meant(text) {
                found = Some(at);
            }
        } else if !text.starts_with('-') {
            command = Some(whole.find_subcommand(text)?);
        }
    }
    found
}

fn takes_value(command: Option<&Command>, flag: &str) -> bool {
    let argument = command.into_iter().flat_map(Command::get_arguments).find(|one| one.get_long() == Some(flag));
    argument.is_some_and(|one| one.get_action().takes_values())
}

fn has_period(command: &Command) -> bool {
    let is_period = |one: &clap::Arg| one.get_long() == Some("period");
    !OTHERWISE.contains(&command.get_name()) && command.get_arguments().any(is_period)
}

/// Whether a word is a period, or one that is mistyped: then what is said of it is said of a period.
fn is_meant(text: &str) -> bool {
    text.len() >= 6
        && text.starts_with(|c: char| c.is_ascii_digit())
        && text.bytes().all(|b| b"0123456789-.".contains(&b))
}

#[cfg(test)]
mod tests {
    use clap::{Arg, ArgAction};

    use super::*;

    #[test]
    fn a_bare_period_is_that_of_the_command() {
        let flag = |name: &'static str| Arg::new(name).long(name);
        let command = |name: &'static str, flags: &[&'static str]| {
            Command::new(name).args(flags.iter().map(|name| flag(name))).arg(flag("yes").action(ArgAction::SetTrue))
        };
        let whole = Command::new("crossfoot").arg(flag("books").global(true)).subcommands([
            command("close", &["period", "date"]),
            command("verify", &["period", "since"]),
            command("resolve", &["period"]),
            command("send", &["period"]),
            command("reconcile", &["period"]),
            command("import", &["period"]),
            command("void", &["by"]),
            command("explain", &[]),
        ]);
        let read = |line: &str| {
            let arguments = line.split(' ').map(OsString::from).collect();
            let words = with_period(&whole, arguments).into_iter().map(|word| word.into_string().unwrap());
            words.collect::<Vec<_>>().join(" ")
        };
        for (typed, is) in [
            ("crossfoot close 2026-03", "crossfoot close --period 2026-03"),
            ("crossfoot --books 2026-01 close 2026-03 --yes", "crossfoot --books 2026-01 close --period 2026-03 --yes"),
            ("crossfoot verify --since 2026-01 2026-03", "crossfoot verify --since 2026-01 --period 2026-03"),
            ("crossfoot resolve 2026-03 scale-0a1b2c --hold", "crossfoot resolve --period 2026-03 scale-0a1b2c --hold"),
            ("crossfoot send 2026-03-01..2026-03-07", "crossfoot send --period 2026-03-01..2026-03-07"),
            ("crossfoot reconcile 2026-3", "crossfoot reconcile --period 2026-3"),
            ("crossfoot reconcile 2026-13", "crossfoot reconcile --period 2026-13"),
        ] {
            assert_eq!(read(typed), is);
        }
        for same in [
            "crossfoot close --period 2026-03",
            "crossfoot close --date 2026-04-02 --period=2026-03",
            "crossfoot import 2026-03",
            "crossfoot void 2026-03 --by x",
            "crossfoot explain 2026-03",
            "crossfoot",
        ] {
            assert_eq!(read(same), same);
        }
    }
}
