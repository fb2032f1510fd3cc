//! `crossfoot doctor`: whether a close can run here, each check by itself, with what to do.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::context::Context;
use super::fetch::reach;
use super::{args, lacking, trust};
use crate::audit::chain;
use crate::audit::git::Git;
use crate::audit::mail_journal::MailJournal;
use crate::books::changeset;
use crate::books::config::{self, Config, Regime};
use crate::books::customers::{Customer, Customers};
use crate::books::layout::{CONFIG, CUSTOMERS, WORK};
use crate::close::inputs::Inputs;
use crate::close::ledgers::are_there;
use crate::ledger::aggregated::AGGREGATED;
use crate::ledger::known::{self, AUTO, CANONICAL};
use crate::model::invoice::Document as Kind;
use crate::model::mailbox;
use crate::model::problem::{Exit, Problem, io};
use crate::render::text::{Paint, wrap};

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Outcome {
    Good,
    Bad,
    /// A close can run, and its documents will lack something.
    Lacks,
    /// It could not be tried, or nothing needs it.
    Left,
}

#[derive(Serialize)]
struct Check {
    what: &'static str,
    result: Outcome,
    /// What was found.
    found: String,
    /// What to do about it.
    next: Option<String>,
}

#[derive(Serialize)]
struct Document {
    schema: &'static str,
    healthy: bool,
    checks: Vec<Check>,
}

fn good(what: &'static str, found: impl Into<String>) -> Check {
    Check { what, result: Outcome::Good, found: found.into(), next: None }
}

fn left(what: &'static str, found: impl Into<String>) -> Check {
    Check { what, result: Outcome::Left, found: found.into(), next: None }
}

fn bad(what: &'static str, problem: &Problem) -> Check {
    let why = problem.why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
    let more = if problem.also.is_empty() { String::new() } else { format!("; {} more", problem.also.len()) };
    Check { what, result: Outcome::Bad, found: format!("{}{why}{more}", problem.what), next: problem.next.clone() }
}

pub(super) fn run(context: &Context<'_>, args: &args::Doctor) -> Result<Exit, Problem> {
    let mut checks = Vec::new();
    let config = match config::load(&context.books) {
        Ok((config, _)) => {
            checks.push(good("settings", format!("{CONFIG} reads well")));
            Some(config)
        }
        Err(problem) => {
            checks.push(bad("settings", &problem));
            None
        }
    };
    if let Some(config) = &config {
        let due = args.period.clone().map_or_else(|| context.month_due(config.timezone), Ok);
        let inputs = due.and_then(|period| Inputs::load(&context.books, &period));
        checks.extend(of_books(context, config, &inputs));
        if let Ok(inputs) = &inputs {
            checks.extend(of_period(context, inputs));
            let lacks = lacking::of(config, inputs.customers.as_ref());
            checks.extend(lacks.into_iter().map(|(found, next)| Check {
                what: "documents",
                result: Outcome::Lacks,
                found,
                next: Some(next.to_owned()),
            }));
        }
        checks.extend(of_partner(context, config));
        checks.extend(of_mail(context, config));
    }
    checks.push(of_git(context, config.as_ref().is_some_and(|config| config.commits)));
    let healthy = checks.iter().all(|check| check.result != Outcome::Bad);
    if context.out.is_json() {
        context.out.document(&Document { schema: "crossfoot/doctor/v1", healthy, checks })?;
    } else {
        let mut text = String::new();
        for check in &checks {
            let mark = match check.result {
                Outcome::Good => context.out.good("ok  "),
                Outcome::Bad => context.out.bad("BAD "),
                Outcome::Lacks => context.out.warn("!   "),
                Outcome::Left => context.out.faint("–   "),
            };
            text.push_str(&format!(
                "{mark} {:<14} {}\n",
                check.what,
                wrap(&check.found, "                    ").trim_start()
            ));
            if let Some(next) = &check.next {
                text.push_str(&format!("{}\n", wrap(&format!("next: {next}"), "                    ")));
            }
        }
        let lacks = checks.iter().any(|check| check.result == Outcome::Lacks);
        text.push_str(match (healthy, lacks) {
            (false, _) => "\nSomething has to be mended first.\n",
            (true, true) => "\nA close can run here. What it will lack is marked with !.\n",
            (true, false) => "\nA close can run here.\n",
        });
        context.out.text(&text)?;
    }
    Ok(if healthy { Exit::Done } else { Exit::Findings })
}

/// Whether the period's ledger is there, and what its next number is.
fn of_period(context: &Context<'_>, inputs: &Inputs) -> [Check; 2] {
    let (config, period) = (&inputs.config, &inputs.period);
    let path = config.ledger_for(period);
    let ledger = match are_there(&context.books, &path) {
        Ok(()) => good("ledger", format!("{path} is there")),
        Err(problem) => Check {
            what: "ledger",
            result: Outcome::Lacks,
            found: format!("{}: {} cannot be reconciled yet", problem.what, period.name),
            next: problem.next.clone(),
        },
    };
    let day = period.to.succ_opt().unwrap_or(period.to);
    let allotted = chain::load(&context.books).map(|(chain, _)| chain.allotted()).unwrap_or_default();
    let format = config.invoicing.number_format(Kind::Invoice);
    let of_series = allotted.iter().filter(|one| one.series == format.series(day));
    let next = of_series.map(|one| one.sequence).max().unwrap_or(0) + 1;
    [ledger, good("numbers", format!("the next invoice would be {}", format.number(day, next)))]
}

fn of_books(context: &Context<'_>, config: &Config, inputs: &Result<Inputs, Problem>) -> Vec<Check> {
    let mut checks = Vec::new();
    checks.push(match inputs {
        Ok(inputs) => match &inputs.customers {
            Some(customers) if customers.is_empty() => {
                let problem = Problem::usage("customers", format!("{CUSTOMERS} has no customer yet"));
                bad("customers", &problem.next("a row a customer: customer_id, legal_name, address, …"))
            }
            Some(customers) if !mistyped(customers).is_empty() => {
                let mut wrong = mistyped(customers);
                let first = wrong.remove(0);
                let problem = Problem::usage("customers", format!("{CUSTOMERS}: {first}")).also(wrong);
                bad("customers", &problem.next("correct it: several addresses are separated by semicolons"))
            }
            Some(customers) => {
                let notes = inputs.notes.first().map_or_else(String::new, |note| format!("; {note}"));
                good("customers", format!("{} customers, template and fonts read well{notes}", customers.len()))
            }
            None => bad(
                "customers",
                &Problem::usage("customers", format!("there is no {CUSTOMERS}"))
                    .next("a header row with customer_id, legal_name, address, …, and a row a customer"),
            ),
        },
        Err(problem) => bad("customers", problem),
    });
    checks.push(if config.invoicing.seller.legal_name.is_empty() {
        let problem = Problem::usage("seller", "[seller] legal_name is not set: it is printed on every invoice");
        bad("seller", &problem.next(format!("set it in {CONFIG}")))
    } else {
        good("seller", seller(config))
    });
    let folder = config.ledger_path.rsplit_once('/').map_or(".", |(folder, _)| folder).replace("{period}", "");
    let formats = inputs.as_ref().map(|inputs| inputs.formats.clone()).unwrap_or_default();
    checks.push(if !context.books.path(&folder).is_dir() {
        let problem = Problem::usage("ledger", format!("there is no folder {folder}"));
        bad("ledgers", &problem.next(format!("make it, or set [ledger] path in {CONFIG}")))
    } else if let Err(problem) = known::check(&config.ledger_format, &formats) {
        bad("ledgers", &problem)
    } else if config.accounts.is_empty() && ![CANONICAL, AGGREGATED, AUTO].contains(&config.ledger_format.as_str()) {
        let problem = Problem::usage("ledger-accounts", "[ledger.accounts] names no account as usage");
        bad("ledgers", &problem.next("crossfoot import FILE --check lists the accounts of an export with their sums"))
    } else {
        good("ledgers", format!("{} as {}", config.ledger_path, config.ledger_format))
    });
    checks.push(match writable(context) {
        Ok(()) => good("folder", "can be written"),
        Err(problem) => bad("folder", &problem),
    });
    checks.push(
        match (chain::load(&context.books), MailJournal::load(&context.books), changeset::unfinished(&context.books)) {
            (Ok((chain, _)), Ok(_), Ok(None)) => {
                good("audit chain", format!("{} events, every link holds", chain.events.len()))
            }
            (Ok(_), Ok(_), Ok(Some(doing))) => {
                let problem = Problem::stop("unfinished", format!("`{doing}` was interrupted"));
                bad("audit chain", &problem.next(format!("crossfoot {doing}")))
            }
            (Err(problem), ..) | (_, Err(problem), _) | (.., Err(problem)) => bad("audit chain", &problem),
        },
    );
    checks
}

/// The seller, and which of its particulars no invoice will print.
fn seller(config: &Config) -> String {
    let party = &config.invoicing.seller;
    let registered = &party.registered;
    let keys = [
        ("city", &party.city),
        ("pin", &party.pin),
        ("email", &party.email),
        ("cin", &registered.cin),
        ("pan", &registered.pan),
        ("udyam", &registered.udyam),
        ("phone", &registered.phone),
        ("website", &registered.website),
    ];
    let unset: Vec<&str> = keys.iter().filter(|(_, value)| value.is_none()).map(|(key, _)| *key).collect();
    if unset.is_empty() || !matches!(config.invoicing.regime, Regime::Gst(_)) {
        return party.legal_name.clone();
    }
    format!("{}; not printed, since [seller] has none: {}", party.legal_name, unset.join(", "))
}

/// E-mail addresses that are none, by customer.
fn mistyped(customers: &Customers) -> Vec<String> {
    let lists = |customer: &Customer| [customer.party.email.clone(), customer.agreement.cc.clone()];
    let all = customers.iter().flat_map(|(id, customer)| lists(customer).into_iter().flatten().map(move |l| (id, l)));
    all.filter_map(|(id, list)| Some(format!("{id}: {}", mailbox::parse_list(&list).err()?))).collect()
}

/// Whether a command can write here: its working folder is made, and a file in it.
fn writable(context: &Context<'_>) -> Result<(), Problem> {
    let folder = context.books.path(WORK);
    let probe = folder.join("doctor");
    let made = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&probe, b""));
    made.and_then(|()| std::fs::remove_file(&probe)).map_err(|e| {
        io("books-not-writable", "write", &probe, &e).next("let the person who closes write in the books' folder")
    })
}

/// Credentials, whether the partner answers, and whether our clock agrees with its.
fn of_partner(context: &Context<'_>, config: &Config) -> Vec<Check> {
    let found = match trust::partner(context, config) {
        Ok(found) => found,
        Err(problem) => return vec![bad("credentials", &problem), left("partner", "not asked: no credentials")],
    };
    let mut checks = vec![good("credentials", "found, and nobody else can read them")];
    if context.offline {
        checks.push(left("partner", "not asked: --offline"));
        return checks;
    }
    match reach(context, config, found) {
        Ok(theirs) => {
            checks.push(good("partner", format!("{} answers", config.upstream.base_url)));
            checks.push(clock(context, theirs));
        }
        Err(problem) => checks.push(bad("partner", &problem)),
    }
    checks
}

/// More than this, and a close at midnight could take another day for today.
const CLOCK_SECONDS: i64 = 120;

fn clock(context: &Context<'_>, theirs: Option<DateTime<Utc>>) -> Check {
    let now = match context.environment.clock() {
        Ok(clock) => clock(),
        Err(problem) => return bad("clock", &problem),
    };
    let Some(theirs) = theirs else { return left("clock", "the partner's answer has no date to compare with") };
    let apart = (now - theirs).num_seconds().abs();
    if apart <= CLOCK_SECONDS {
        return good("clock", format!("{apart} s from the partner's"));
    }
    let problem = Problem::stop("clock", format!("this machine's clock is {apart} s from the partner's"));
    bad("clock", &problem.next("set it: invoices are dated by it"))
}

fn of_mail(context: &Context<'_>, config: &Config) -> Vec<Check> {
    let mailing = &config.mailing;
    if mailing.host.is_none() {
        return vec![left("mail", "no [mail] smtp_host: invoices are not mailed from here")];
    }
    if context.offline {
        return vec![left("mail", "not asked: --offline")];
    }
    let server = super::send::sender(config).and_then(|from| super::send::connect(context, mailing, &from));
    vec![match server {
        Err(problem) => bad("mail", &problem),
        Ok(mut server) => match server.connect() {
            Ok(()) => {
                server.quit();
                good("mail", format!("{} answers", server.name()))
            }
            Err((why, _)) => {
                let problem = Problem::stop("mail-server", format!("{} cannot be used", server.name()));
                bad("mail", &problem.because(why).next(format!("check [mail] in {CONFIG}")))
            }
        },
    }]
}

fn of_git(context: &Context<'_>, is_needed: bool) -> Check {
    match Git::open(&context.books, &context.environment.variables) {
        Some(git) => match git.clean() {
            Ok(0) => good("git", "a repository, everything committed"),
            Ok(many) => good("git", format!("a repository; {many} files are changed and not committed")),
            Err(why) => bad("git", &Problem::stop("git", "git does not answer").because(why)),
        },
        None if is_needed => bad(
            "git",
            &Problem::usage("git", "[git] commit is true, and the books are in no git repository").next("git init"),
        ),
        None => left("git", "the books are in no git repository: an auditor will ask for their history (git init)"),
    }
}
