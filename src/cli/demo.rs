//! `crossfoot demo`: example books, a loopback server that plays the partner API, and a
//! whole close over real HTTP by the same code as a real one.

use super::args;
use super::close;
use super::context::Context;
use super::dated::dating;
use super::environment::Environment;
use super::fetch::{Asking, Wanted, begin, obtain};
use super::init::write_books;
use crate::books::changeset::write_apart;
use crate::books::layout::Books;
use crate::close::inputs::Inputs;
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem, io};
use crate::rehearsal::month::Month;
use crate::rehearsal::{self, Script, Shape};

const CONFIG: &str = include_str!("../../examples/books/crossfoot.toml");
const CUSTOMERS: &str = include_str!("../../examples/books/customers.csv");
const LEDGER: &str = include_str!("../../examples/books/ledgers/2026-03.csv");
const ANALYTICS: &str = include_str!("../../examples/partner-api/analytics.json");
const DASHBOARD: &str = include_str!("../../examples/partner-api/dashboard.json");
const MONTH: &str = include_str!("../../examples/partner-api/customers.csv");
const PERIOD: &str = "2026-03";
const AUTH_ID: &str = "PA_EXAMPLE";
const AUTH_TOKEN: &str = "example-token-that-opens-nothing";

fn period() -> Result<Period, Problem> {
    Period::parse(PERIOD).map_err(|e| Problem::stop("internal", e))
}

/// The example month, with the reference page's figures.
fn script(period: &Period) -> Result<Script, Problem> {
    let month = Month::read(period.clone(), MONTH)?;
    let analytics = Some(ANALYTICS.to_owned());
    Ok(Script { analytics, dashboard: Some(DASHBOARD.to_owned()), ..Script::new(month, AUTH_ID, AUTH_TOKEN) })
}

/// Serves the rehearsal API until it is interrupted.
fn serve(context: &Context<'_>, args: &args::Demo) -> Result<Exit, Problem> {
    let period = args.period.clone().map_or_else(period, Ok)?;
    let mut script = match (&args.month, args.customers) {
        (Some(file), _) => {
            let text = std::fs::read_to_string(file).map_err(|e| io("rehearsal", "read", file, &e))?;
            Script::new(Month::read(period.clone(), &text)?, AUTH_ID, AUTH_TOKEN)
        }
        (None, None) if period.name == PERIOD => script(&period)?,
        (None, customers) => Script::new(Month::invented(period.clone(), customers.unwrap_or(47)), AUTH_ID, AUTH_TOKEN),
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
    let server = rehearsal::start(script)?;
    context.out.text(&format!(
        "Playing the partner API for {} with {customers} customers, until you press Ctrl-C.\n\n  crossfoot.toml   [upstream]\n                   base_url = \"{}\"\n  environment      VOBIZ_AUTH_ID={AUTH_ID}\n                   VOBIZ_AUTH_TOKEN={AUTH_TOKEN}\n\nThe token opens nothing but this. Try: crossfoot fetch --period {} --dry-run\n",
        period.name,
        server.base_url(),
        period.name
    ))?;
    server.wait();
    Ok(Exit::Done)
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
    write_books(&dir, CONFIG, CUSTOMERS)?;
    write_apart(&dir.join("ledgers"), &[("2026-03.csv", LEDGER.as_bytes().to_vec())])?;

    let period = period()?;
    let server = rehearsal::start(script(&period)?)?;
    context.out.say(&format!(
        "Example books are in {}. A server on this machine plays the partner API; one posting of\nthe example ledger is 450.00 too low, so that you see what a difference looks like.\n",
        dir.display()
    ));

    // The same code as a real close, against other addresses and with other credentials.
    let now = context.environment.clock()?();
    let environment = Environment {
        clock: Ok(std::sync::Arc::new(move || now)),
        program: None,
        variables: [
            ("VOBIZ_AUTH_ID".to_owned(), AUTH_ID.to_owned()),
            ("VOBIZ_AUTH_TOKEN".to_owned(), AUTH_TOKEN.to_owned()),
        ]
        .into(),
        stdout_is_terminal: context.environment.stdout_is_terminal,
        stderr_is_terminal: context.environment.stderr_is_terminal,
    };
    let example = Context { environment: &environment, books: Books::at(dir), offline: false, out: context.out };
    let mut inputs = Inputs::load(&example.books, &period)?;
    inputs.config.upstream.base_url = server.base_url();
    // Nobody else is waiting for this server.
    inputs.config.upstream.requests_per_second = 10_000;
    let _lock = begin(&example, &format!("close --period {PERIOD}"))?;
    let (capture, _) = obtain(&example, &Asking::of(&inputs), Wanted::New)?;
    inputs.receive(capture);
    let dating = dating(&example, None, &inputs)?;
    close::finish(&example, inputs, dating, true)
}
