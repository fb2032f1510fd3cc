//! `crossfoot calls`: the partner's records against a file that has a row a call.

use std::path::{Path, PathBuf};

use chrono_tz::Tz;

use super::args;
use super::context::Context;
use crate::books::config::{self, Config};
use crate::books::customers::{self, folded};
use crate::books::layout::{Books, CUSTOMERS};
use crate::books::lock::Lock;
use crate::calls::compare::{Comparison, Feed, Question, compare};
use crate::calls::document::Document;
use crate::calls::read::Reading;
use crate::calls::text::text;
use crate::capture::record::{Record, Role};
use crate::capture::store::load_record;
use crate::model::call_terms::{Limits, Named};
use crate::model::money::Currency;
use crate::model::problem::{Exit, Problem, io};

pub(super) fn run(context: &Context<'_>, args: &args::Calls) -> Result<Exit, Problem> {
    let compared = match (&args.partner, &args.ours) {
        (Some(partner), Some(ours)) => two_files(args, partner, ours)?,
        _ => in_books(context, args)?,
    };
    if context.out.is_json() {
        context.out.document(&Document::of(&compared))?;
    } else {
        context.out.text(&text(&compared, context.out, context.out.is_verbose()))?;
    }
    Ok(if compared.agrees() { Exit::Done } else { Exit::Findings })
}

fn two_files(args: &args::Calls, partner: &Path, ours: &Path) -> Result<Comparison, Problem> {
    let config = config::parse("", "defaults")?;
    let terms = Terms::of(args, &config)?;
    let feeds = [Feed::File(partner, terms.partner(args)), Feed::File(ours, terms.ours(args))];
    let names = [partner, ours].map(|path| path.display().to_string());
    compare(&terms.question(args, feeds, names), &|_| None)
}

fn in_books(context: &Context<'_>, args: &args::Calls) -> Result<Comparison, Problem> {
    let books = &context.books;
    let (config, _) = config::load(books)?;
    let _lock = Lock::read(books)?;
    let terms = Terms::of(args, &config)?;
    let path = config.calls.ledger.as_ref().unwrap_or(&config.ledger_path).replace("{period}", &args.period.name);
    let (ledger, name) = match &args.ledger {
        Some(path) => (path.clone(), path.display().to_string()),
        None => (books.path(&path), path),
    };
    let customers = match std::fs::read(books.path(CUSTOMERS)) {
        Ok(bytes) => Some(bytes),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => None,
        Err(e) => return Err(io("customers", "read", &books.path(CUSTOMERS), &e)),
    };
    let customers = customers.map(|bytes| customers::parse(&bytes)).transpose()?;
    let directory = customers.map(|(known, _)| customers::directory(&known)).transpose()?.unwrap_or_default();
    let resolve = |name: &str| directory.get(&folded(name)).cloned();
    let folder = books.path(Books::capture_dir(&args.period));
    let captured = match &args.export {
        Some(_) => None,
        None => Some(captured(context, args, &folder)?),
    };
    let (partner, partner_name) = match (&args.export, &captured) {
        (Some(path), _) => (Feed::File(path, terms.partner(args)), path.display().to_string()),
        (None, Some(record)) => {
            let feed = Feed::Captured { folder, record, currency: terms.currency };
            (feed, format!("capture of {}", record.when()))
        }
        (None, None) => return Err(Problem::stop("internal", "there is no capture and no export")),
    };
    let feeds = [partner, Feed::File(&ledger, terms.ours(args))];
    compare(&terms.question(args, feeds, [partner_name, name]), &resolve)
}

/// The capture's own account of itself, if it holds calls.
fn captured(context: &Context<'_>, args: &args::Calls, folder: &Path) -> Result<Record, Problem> {
    let fetch = format!("crossfoot fetch --period {}{}", args.period.name, context.same_books());
    let Some((record, _)) = load_record(folder)? else {
        return Err(Problem::usage("no-capture", format!("there is no capture of {}", args.period.name))
            .next(format!(
                "say [upstream] matrix = \"cdr-rows\" and fetch: {fetch}; or name the partner's export: --export FILE"
            ))
            .not_done("Nothing was compared."));
    };
    if record.of(Role::Cdrs).next().is_none() {
        return Err(Problem::usage(
            "no-call-records",
            format!("the capture of {} holds no call records", args.period.name),
        )
        .because("single calls are captured where [upstream] matrix is \"cdr-rows\"")
        .next(format!("set that and fetch again: {fetch}; or name the partner's export: --export FILE"))
        .not_done("Nothing was compared."));
    }
    Ok(record)
}

/// What settings and flags say of both files.
struct Terms {
    timezone: Tz,
    zones: [Tz; 2],
    currency: Currency,
    columns: [Named; 2],
    limits: Limits,
}

impl Terms {
    fn of(args: &args::Calls, config: &Config) -> Result<Self, Problem> {
        let currency = match &args.currency {
            None => config.currency,
            Some(code) => Currency::parse(code).map_err(|e| Problem::usage("arguments", format!("--currency: {e}")))?,
        };
        let of = |is_partner: bool| {
            let named = args.column.iter().filter(move |(partner, _, _)| *partner == is_partner);
            named.map(|(_, role, name)| (*role, name.clone())).collect::<Named>()
        };
        let ours = config.calls.columns.clone().into_iter().chain(of(false)).collect();
        let limits = config.calls.limits;
        Ok(Self {
            timezone: config.timezone,
            zones: [
                args.partner_timezone.unwrap_or(config.upstream.timezone),
                args.timezone.or(config.calls.timezone).unwrap_or(config.timezone),
            ],
            currency,
            columns: [of(true), ours],
            limits: Limits {
                start_seconds: args.start_seconds.unwrap_or(limits.start_seconds),
                duration_seconds: args.duration_seconds.unwrap_or(limits.duration_seconds),
            },
        })
    }

    fn reading<'a>(&'a self, args: &'a args::Calls, side: usize) -> Reading<'a> {
        Reading {
            period: &args.period,
            timezone: self.zones[side],
            default_currency: self.currency,
            columns: &self.columns[side],
            date_order: args.date_order,
            decimal: args.decimal,
        }
    }

    fn partner<'a>(&'a self, args: &'a args::Calls) -> Reading<'a> {
        self.reading(args, 0)
    }

    fn ours<'a>(&'a self, args: &'a args::Calls) -> Reading<'a> {
        self.reading(args, 1)
    }

    fn question<'a>(&self, args: &'a args::Calls, feeds: [Feed<'a>; 2], names: [String; 2]) -> Question<'a> {
        let temp: Option<PathBuf> = args.temp.clone();
        Question {
            period: &args.period,
            timezone: self.timezone,
            currency: self.currency,
            limits: self.limits,
            feeds,
            names,
            temp,
            room: None,
        }
    }
}
