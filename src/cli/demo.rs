//! `crossfoot demo`: the example's books, a loopback server that plays its partner, and three months closed
//! over real HTTP by the same code as real ones. Clocks and addresses are the example's own, so that every
//! demo has the same bytes.

use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::args;
use super::close;
use super::context::Context;
use super::desk;
use super::environment::Environment;
use super::init::write_books;
use super::output::Output;
use super::send;
use crate::books::changeset::write_apart;
use crate::books::config;
use crate::books::layout::Books;
use crate::close::inputs::Inputs;
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem, io};
use crate::rehearsal::example::{self, CREDENTIALS};
use crate::rehearsal::mail_server::MailServer;
use crate::rehearsal::month::Month;
use crate::rehearsal::{self, BASE_PATH, Script, Shape};

/// The month that is left open, and its days.
const OPEN: &str = "2026-03";

fn period(name: &str) -> Result<Period, Problem> {
    Period::parse(name).map_err(|why| Problem::stop("internal", why))
}

/// Serves the rehearsal API until it is interrupted.
fn serve(context: &Context<'_>, args: &args::Demo) -> Result<Exit, Problem> {
    let (id, token) = CREDENTIALS;
    let is_example = |period: &Period| example::months().any(|name| name == period.name);
    let mut script = match (&args.month, args.customers, &args.period) {
        (None, None, None) => example::partner(OPEN, true)?,
        (None, None, Some(period)) if is_example(period) => example::partner(OPEN, true)?,
        (month, customers, of) => {
            let of = of.clone().map_or_else(|| period(OPEN), Ok)?;
            let month = match month {
                Some(file) => {
                    let text = std::fs::read_to_string(file).map_err(|e| io("rehearsal", "read", file, &e))?;
                    Month::read(of, &text)?
                }
                None => Month::invented(of, customers.unwrap_or(47)),
            };
            Script::new(month, id, token)
        }
    };
    if args.shape == args::ApiShape::Current {
        script.shape = Shape::Current;
        script.analytics = None;
    }
    script.latency = std::time::Duration::from_millis(args.latency_ms);
    script.faults_per_mille = u64::from(args.faults) * 10;
    script.overlap = args.repeat;
    script.port = args.port;
    let customers = script.month.customers.len();
    let played = script.others.iter().chain([&script.month]).map(|month| month.period.name.as_str());
    let played = played.collect::<Vec<_>>().join(", ");
    let last = script.month.period.name.clone();
    let server = rehearsal::start(script)?;
    context.out.text(&format!(
        "Playing the partner API for {played} with {customers} customers, until you press Ctrl-C.\n\n  crossfoot.toml   [upstream]\n                   base_url = \"{}\"\n  environment      VOBIZ_AUTH_ID={id}\n                   VOBIZ_AUTH_TOKEN={token}\n\nThe token opens nothing but this. Try: crossfoot fetch --period {last} --dry-run\n",
        server.base_url(),
    ))?;
    server.wait();
    Ok(Exit::Done)
}

/// The example on its way: one command after the other, each at its own time.
struct Story<'a> {
    context: &'a Context<'a>,
    books: Books,
}

impl Story<'_> {
    /// Runs something at an instant, as the example's user.
    fn at<T>(
        &self,
        now: &str,
        out: &Output,
        work: impl FnOnce(&Context<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let now: DateTime<Utc> =
            now.parse().map_err(|e: chrono::ParseError| Problem::stop("internal", e.to_string()))?;
        let variables = [("VOBIZ_AUTH_ID", CREDENTIALS.0), ("VOBIZ_AUTH_TOKEN", CREDENTIALS.1)];
        let environment = Environment {
            clock: Ok(Arc::new(move || now)),
            program: None,
            variables: variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            stdout_is_terminal: false,
            stderr_is_terminal: false,
        };
        work(&Context { environment: &environment, books: self.books.clone(), offline: false, out })
    }

    /// Closes a month over HTTP, at an instant.
    fn close(&self, name: &str, now: &str, restated: bool, out: &Output) -> Result<Exit, Problem> {
        let server = rehearsal::start(example::partner(name, restated)?)?;
        let period = period(name)?;
        let mut inputs = Inputs::load(&self.books, &period)?;
        let upstream = &mut inputs.config.upstream;
        // The port is another each time, and the URL is sealed with each answer.
        upstream.base_url = format!("http://localhost{BASE_PATH}");
        upstream.address = Some(server.address);
        // Nobody else is waiting for this server.
        upstream.requests_per_second = 10_000;
        let args = args::Close { period, date: None, draft: false, yes: true, refetch: false, accept_restored: false };
        self.at(now, out, |context| close::close(context, inputs, &args))
    }

    /// Mails a month's documents, at an instant, through a server that refuses one address and is lost over another.
    fn mail(&self, name: &str, now: &str, refused: &'static str, lost: &'static str) -> Result<(), Problem> {
        let server = MailServer::start(refused, lost)?;
        let (mut config, _) = config::load(&self.books)?;
        config.mailing.port = server.port;
        let args = args::Send {
            period: period(name)?,
            yes: true,
            only: Vec::new(),
            again: false,
            arrived: false,
            delivered: false,
            reason: None,
        };
        self.at(now, &self.context.out.muted(), |context| send::send(context, &config, &args)).map(|_| ())
    }

    /// January and February, closed and mailed; and what the partner then changed of January.
    fn before(&self) -> Result<(), Problem> {
        let silent = self.context.out.muted();
        self.close("2026-01", "2026-02-03T05:10:00Z", false, &silent)?;
        self.mail("2026-01", "2026-02-03T06:00:00Z", "nobody@", "nobody@")?;
        self.close("2026-02", "2026-03-03T05:20:00Z", true, &silent)?;
        self.mail("2026-02", "2026-03-03T06:00:00Z", "accounts@deodar.", "accounts@indigo.")?;
        let (name, rows) = example::CREDITED;
        let path = self.books.path(name);
        let ledger = std::fs::read(&path).map_err(|e| io("demo", "read", &path, &e))?;
        write(&self.books.root, name, &[&ledger, rows.as_bytes()].concat())?;
        self.close("2026-01", "2026-03-05T05:30:00Z", true, &silent)?;
        Ok(())
    }
}

/// Writes a file of the books.
fn write(root: &Path, name: &str, bytes: &[u8]) -> Result<(), Problem> {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    write_apart(&root.join(folder), &[(file, bytes.to_vec())])
}

pub(super) fn run(context: &Context<'_>, args: args::Demo) -> Result<Exit, Problem> {
    if args.serve {
        return serve(context, &args);
    }
    let dir = args.dir;
    let taken = match std::fs::read_dir(&dir) {
        Ok(mut entries) => entries.next().is_some(),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => false,
        Err(e) => return Err(io("demo", "use", &dir, &e)),
    };
    if taken {
        return Err(Problem::usage("demo-not-empty", format!("{} is not empty", dir.display()))
            .next("name a new folder: crossfoot demo DIR")
            .not_done("Nothing was written."));
    }
    write_books(&dir, example::CONFIG, example::CUSTOMERS)?;
    for (name, text) in example::FILES {
        write(&dir, name, text.as_bytes())?;
    }
    context.out.say(&format!(
        "Example books of a reseller in Bengaluru are in {}. A server on this machine plays its partner;\nJanuary and February are closed and mailed first, then March, whose ledger has a slip of each common kind.\n",
        dir.display()
    ));
    let story = Story { context, books: Books::at(dir) };
    story.before()?;
    let exit = story.close(OPEN, "2026-04-02T03:04:05Z", true, context.out)?;
    let books = &story.books;
    let command = format!("--books {}", books.root.display());
    context.out.say(&format!(
        "\nTo look at:\n  crossfoot status {command}\n      where the three months stand, and what to type next\n  crossfoot resolve {command} --period {OPEN}\n      what still holds customers of March; three slips are decided already\n  {}\n      February: one slip, decided and not corrected, so settled and not reconciled\n  {}\n      January: the partner took something back after the close, and a credit note followed\n  crossfoot send {command} --period 2026-02\n      the outbox: one mail was refused, of another nobody knows whether it arrived",
        books.path("closes/2026-02/reconciliation.html").display(),
        books.path("closes/2026-01/invoices/CN-25-26-00001.pdf").display(),
    ));
    if args.desk {
        let desk = args::Desk { folders: vec![books.root.clone()], port: 0, no_open: false };
        return desk::run(&Context { books: books.clone(), ..*context }, &desk);
    }
    Ok(exit)
}
