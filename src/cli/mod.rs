//! The command line: one file a verb, each of them load → pure steps → write → seal → say
//! what changed.

pub mod args;
mod approve;
mod ask;
mod calls;
mod close;
mod committed;
mod consequence;
mod context;
mod customers;
mod counted;
mod dated;
mod demo;
mod desk;
mod doctor;
mod draft;
mod environment;
mod explain;
mod fetch;
mod foreseen;
mod formats;
mod gstr1;
mod import;
mod import_findings;
mod init;
mod lacking;
mod not_billed;
mod numbers;
mod outbox;
mod output;
mod pack;
mod progress;
mod readdressed;
mod reconcile;
mod remembered;
mod resolve;
mod restated;
mod save_format;
mod sealing;
mod self_test;
mod send;
mod sql;
mod stamping;
mod status;
mod templates;
mod trust;
mod verify;
mod void;
mod words;

use clap::CommandFactory;

use args::{Arguments, Command};
use context::Context;
pub use environment::Environment;
pub use output::Output;

use crate::books::layout::Books;
use crate::model::problem::{Exit, Problem, nearest};

/// What an interruption means to the command that runs: whether it ends by itself, and need not be
/// ended.
#[must_use]
pub fn interrupted() -> bool {
    crate::desk::stop()
}

/// Runs a command and says how it ended. Problems are reported here, once.
pub fn run(arguments: Arguments, environment: &Environment) -> Exit {
    let common = arguments.common;
    let out = Output::new(environment, common.json, common.quiet, common.verbose, common.color);
    let context = Context { environment, books: Books::at(common.books), offline: common.offline, out: &out };
    let result = match arguments.command {
        Command::Demo(args) => demo::run(&context, args),
        Command::Init(args) => init::run(&context, &args),
        Command::Doctor(args) => doctor::run(&context, &args),
        Command::Fetch(args) => fetch::run(&context, &args),
        Command::Import(args) => import::run(&context, &args),
        Command::Formats(args) => formats::run(&context, &args),
        Command::Templates(args) => templates::run(&context, &args),
        Command::Reconcile(args) => reconcile::run(&context, &args),
        Command::Calls(args) => calls::run(&context, &args),
        Command::Resolve(args) => resolve::run(&context, &args),
        Command::Close(args) if args.draft => draft::run(&context, &args),
        Command::Close(args) => close::run(&context, &args),
        Command::Approve(args) => approve::run(&context, &args),
        Command::Send(args) => send::run(&context, &args),
        Command::Restated(args) => restated::run(&context, &args),
        Command::Sql(args) => sql::run(&context, &args),
        Command::Verify(args) => verify::run(&context, &args),
        Command::Pack(args) => pack::run(&context, &args),
        Command::Gstr1(args) => gstr1::run(&context, &args),
        Command::Numbers => numbers::run(&context),
        Command::Customers(args) => customers::run(&context, &args),
        Command::Void(args) => void::run(&context, &args),
        Command::Trust(args) => trust::run(&context, &args),
        Command::SelfTest(args) => self_test::run(&context, &args),
        Command::Status => status::run(&context),
        Command::Desk(args) => desk::run(&context, &args),
        Command::Explain(args) => explain::run(&context, &args),
        Command::Completions(args) => {
            let mut script = Vec::new();
            clap_complete::generate(args.shell, &mut Arguments::command(), "crossfoot", &mut script);
            out.bytes(&script).map(|()| Exit::Done)
        }
        Command::Man(args) => manual(args.command.as_deref()).and_then(|page| out.bytes(&page)).map(|()| Exit::Done),
    };
    result.unwrap_or_else(|problem| {
        out.problem(&problem);
        problem.exit
    })
}

/// What is said where a command is interrupted: what of it stays.
#[must_use]
pub fn kept(command: &Command) -> &'static str {
    match command {
        Command::Fetch(_) | Command::Reconcile(_) | Command::Customers(_) => {
            "Interrupted. What the partner has answered is kept: the same command goes on from there."
        }
        Command::Close(args) if args.draft => "Interrupted. Nothing was issued; the same command begins anew.",
        Command::Close(_) | Command::Approve(_) => {
            "Interrupted. Nothing is issued or sealed in half: the same command goes on, or finishes what was decided."
        }
        Command::Send(_) => {
            "Interrupted. What was accepted is recorded and not sent again; of one that was under way crossfoot send\n\
             says that it may have arrived."
        }
        _ => "Interrupted. Nothing is left in half.",
    }
}

fn manual(command: Option<&str>) -> Result<Vec<u8>, Problem> {
    let mut whole = Arguments::command();
    // Flags of every command belong to each one's page.
    whole.build();
    let chosen = match command {
        None => whole,
        Some(name) => whole.find_subcommand(name).cloned().ok_or_else(|| {
            let near = nearest(name, whole.get_subcommands().map(clap::Command::get_name));
            let hint = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
            Problem::usage("arguments", format!("there is no command `{name}`{hint}"))
        })?,
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(chosen)
        .render(&mut page)
        .map_err(|e| Problem::stop("internal", "the manual cannot be rendered").because(e.to_string()))?;
    Ok(page)
}
