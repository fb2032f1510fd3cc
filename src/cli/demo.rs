//! `crossfoot demo`: example books, a loopback server that plays the partner API, and a
//! whole close over real HTTP by the same code as a real one.

use super::args;
use super::close;
use super::fetch::{Wanted, begin, obtain};
use super::init::write_books;
use super::{Job, World};
use crate::audit::configuration;
use crate::books::layout::Books;
use crate::books::transaction::write_apart;
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem, io};
use crate::rehearsal::{self, Script};

const CONFIG: &str = include_str!("../../examples/books/crossfoot.toml");
const CUSTOMERS: &str = include_str!("../../examples/books/customers.csv");
const LEDGER: &str = include_str!("../../examples/books/ledgers/2026-03.csv");
const ANALYTICS: &str = include_str!("../../examples/partner-api/analytics.json");
const DASHBOARD: &str = include_str!("../../examples/partner-api/dashboard.json");
const PERIOD: &str = "2026-03";

pub(super) fn run(job: &Job<'_>, args: args::Demo) -> Result<Exit, Problem> {
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

    let period = Period::parse(PERIOD).map_err(|e| Problem::stop("internal", e))?;
    let server = rehearsal::start(Script {
        auth_id: "PA_EXAMPLE".into(),
        auth_token: "example-token-that-opens-nothing".into(),
        from: period.from.to_string(),
        to: period.to.to_string(),
        analytics: ANALYTICS,
        dashboard: DASHBOARD,
    })?;
    job.out.say(&format!(
        "Example books are in {}. A server on this machine plays the partner API; one posting of\nthe example ledger is 450.00 too low, so that you see what a difference looks like.\n",
        dir.display()
    ));

    // The same code as a real close, against other addresses and with other credentials.
    let now = job.world.clock()?();
    let world = World {
        clock: Ok(Box::new(move || now)),
        environment: [
            ("VOBIZ_AUTH_ID".to_owned(), "PA_EXAMPLE".to_owned()),
            ("VOBIZ_AUTH_TOKEN".to_owned(), "example-token-that-opens-nothing".to_owned()),
        ]
        .into(),
        stdout_is_terminal: job.world.stdout_is_terminal,
        stderr_is_terminal: job.world.stderr_is_terminal,
    };
    let example = Job { world: &world, books: Books::at(dir), offline: false, out: job.out };
    let mut configuration = configuration::load(&example.books)?;
    configuration.config.upstream.base_url = server.base_url();
    let _lock = begin(&example, &format!("close --period {PERIOD}"))?;
    let capture = obtain(&example, &configuration.config, &period, Wanted::New)?;
    close::conclude(&example, &period, &configuration, &capture)
}
