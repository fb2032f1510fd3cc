//! `crossfoot desk`: opens finance's desk in a browser, until it is interrupted.

use std::process::{Command, Stdio};

use super::args;
use super::context::Context;
use crate::desk::{Opened, Opening};
use crate::model::problem::{Exit, Problem};

/// In debug builds: where the page's files lie, for whoever writes them.
const ASSETS: &str = "CROSSFOOT_DESK_ASSETS";

pub(super) fn run(context: &Context<'_>, args: &args::Desk) -> Result<Exit, Problem> {
    let program = context.environment.program.clone().ok_or_else(|| {
        Problem::stop("desk", "the system does not say where this program lies")
            .because("the desk runs it for each command")
            .next("start it by its full path")
    })?;
    let folders = if args.folders.is_empty() { vec![context.books.root.clone()] } else { args.folders.clone() };
    let assets = context.environment.variable(ASSETS).filter(|_| cfg!(debug_assertions)).map(Into::into);
    let clock = context.environment.shared_clock()?;
    let opened = Opened::new(Opening { folders, port: args.port, program, clock, assets })?;
    let url = opened.url();
    let many = match opened.books() {
        1 => String::new(),
        many => format!(" {many} books lie on it."),
    };
    let document = serde_json::json!({"schema": "crossfoot/desk/v1", "address": url});
    let text = format!(
        "The desk is open, on this machine only.{many}\n  {url}\nThe address works once, for one browser. Ctrl-C closes the desk; start it again for another address.\n"
    );
    context.out.result(&text, &document)?;
    if !args.no_open && context.environment.stdout_is_terminal {
        browse(context, &url);
    }
    opened.serve()?;
    context
        .out
        .say(&format!("The desk is closed. What was done lies in the books: crossfoot status{}", context.same_books()));
    Ok(Exit::Interrupted)
}

/// Opens the user's browser, if the system knows one; else the address stands there to be taken.
fn browse(context: &Context<'_>, url: &str) {
    let (opener, before): (&str, &[&str]) = if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        ("rundll32", &["url.dll,FileProtocolHandler"])
    } else {
        ("xdg-open", &[])
    };
    let mut command = Command::new(opener);
    command.args(before).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match command.spawn() {
        // Waited for, so that it leaves no trace; it may be the browser itself.
        Ok(mut child) => drop(std::thread::spawn(move || child.wait())),
        Err(e) => context.out.say(&format!("note: {opener} opens no browser ({e}): open the address yourself")),
    }
}
