//! `reconciliation.html`: one file, no network, no script needed; verdict first, then what to do.
//! The page is `templates/report/reconciliation.html`; every value is handed to it as text.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use minijinja::{Value, context};
use rust_decimal::Decimal;

use super::figures::{dash, per_cent};
use super::pages;
use super::statement::Statement;
use super::{charts, figures, html_facts, html_first, statement_html, trends_html};
use crate::model::approval::Approval;
use crate::model::finding::{Finding, Severity, Sides};
use crate::model::history::Month;
use crate::model::invoice::Edition;
use crate::model::matrix::Grain;
use crate::model::money::{Money, grouped_count, total};
use crate::model::problem::Problem;
use crate::model::reconciliation::{CustomerLine, Reconciliation, Status};
use crate::model::usage::{Dashboard, Direction};
use crate::trends::Trends;

const PAGE: &str = include_str!("../../templates/report/reconciliation.html");
/// As version 0.1 had it, for what it sealed.
const FIRST: &str = include_str!("../../templates/report/reconciliation-0.1.html");
const TRENDS: &str = include_str!("../../templates/report/trends.html");
/// How many places of a finding the page shows; all are in the JSON.
const SHOWN_EVIDENCE: usize = 50;

/// What stands on the page beside the comparison.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beside<'a> {
    /// The partner's dashboard.
    pub dashboard: Option<&'a Dashboard>,
    /// The closed periods, for a close of version 0.1.
    pub history: &'a [Month],
    /// This period beside the closed ones.
    pub trends: Option<&'a Trends>,
    /// Its documents.
    pub statement: Option<&'a Statement>,
    /// Who prepared and who approved it.
    pub approval: Option<&'a Approval>,
    /// The first for what version 0.1 sealed.
    pub edition: Edition,
}

/// Renders the page.
///
/// # Errors
/// The built-in template does not fit its data, which tests rule out.
pub(crate) fn render(r: &Reconciliation, beside: &Beside<'_>, version: &str) -> Result<Vec<u8>, Problem> {
    let Beside { dashboard, history, trends, statement: documents, edition, .. } = *beside;
    let failed =
        |e: minijinja::Error| Problem::stop("internal", "the HTML report cannot be rendered").because(e.to_string());
    let mut environment = pages::environment();
    let template = if edition == Edition::First { FIRST } else { PAGE };
    environment.add_template("reconciliation.html", template).map_err(failed)?;
    environment.add_template("trends.html", TRENDS).map_err(failed)?;
    let running = trends.and_then(|trends| trends.running.as_ref()).map(|running| running.words());
    // A page within the page: one template engine's `include` less.
    let trends = trends.and_then(|trends| trends_html::section(trends, r.currency));
    let trends = trends.map(|values| environment.get_template("trends.html")?.render(context! { trends => values }));
    let trends = trends.transpose().map_err(failed)?.map(Value::from_safe_string);
    let page = environment.get_template("reconciliation.html").map_err(failed)?;
    let held = r.held();
    let (headline, subline) = verdict(r);
    let top = figures::top_spenders(r, 20);
    let share = |direction: Direction| {
        let line = r.directions.iter().find(|line| line.direction == direction);
        figures::direction_share(r, line.and_then(|line| line.sides.analytics))
    };
    // Hundreds of which there is nothing to say but their figures stand in the table only.
    let unsearched: BTreeSet<&str> = r.unsearched().collect();
    let is_beyond = |f: &&Finding| {
        f.code == "amount-difference" && matches!(f.customers.as_slice(), [id] if unsearched.contains(id.as_str()))
    };
    let shown = || r.findings.iter().filter(|f| !is_beyond(f));
    page.render(context! {
        period => r.period.name.as_str(),
        from => r.period.from.to_string(),
        to => r.period.to.to_string(),
        timezone => r.timezone.name(),
        currency => r.currency.code(),
        // Reports of 0.1 did not say it.
        compared_at => (!r.two_outcomes).then(|| r.compared_at.words()),
        approval => beside.approval.map(Approval::words),
        // How it looks: nothing blocks either way.
        outcome => if r.is_reconciled() { "reconciled" } else { "discrepant" },
        headline,
        subline,
        todo => shown().filter(|f| f.severity != Severity::Info && (r.two_outcomes || !f.is_decided())).map(|f| context! { id => f.id.as_str(), next => f.next.as_str() }).collect::<Vec<_>>(),
        findings => shown().map(finding).collect::<Vec<_>>(),
        beyond => grouped_count(unsearched.len() as u64, r.currency),
        any_beyond => !unsearched.is_empty(),
        lines => lines(r),
        split_chart => charts::split(share(Direction::Inbound), share(Direction::Outbound)),
        waterfall_chart => charts::waterfall(r),
        spenders_chart => charts::spenders(&top, r.totals.analytics),
        months => html_first::trend(r, history),
        trends,
        calls => html_facts::calls(r),
        spenders => spenders(r, &top),
        customers => in_order(r, &held, edition).map(|line| customer(line, held.contains_key(line.customer_id.as_str()))).collect::<Vec<_>>(),
        held => held_rows(r, &held),
        tiles => documents.map(|statement| html_facts::documents(statement, held.len(), r.currency)),
        partner => r.partner.as_ref().map(crate::model::usage::Identity::called),
        boundaries => boundaries(r),
        edges => between(r),
        beside => r.beside_calls.as_ref().map(|rows| rows.iter().map(|row| context! {
            customer => row.customer_id.as_str(),
            kind => row.kind.name(),
            rows => grouped_count(row.rows, r.currency),
            amount => row.amount.display(),
        }).collect::<Vec<_>>()),
        documents => documents.map(|statement| statement_html::section(statement, r.currency)),
        dashboard => dashboard.map(|d| html_facts::dashboard(r, d)),
        running,
        statement => statement(r),
        inputs => r.inputs.iter().map(|i| context! {
            role => i.role, path => i.path.as_str(), sha256 => i.sha256.as_str(), bytes => grouped_count(i.bytes, r.currency),
        }).collect::<Vec<_>>(),
        rows => rows(r),
        tool => format!("crossfoot {version}"),
    })
    .map(String::into_bytes)
    .map_err(failed)
}

/// Who is held, with what they are held by.
fn held_rows(r: &Reconciliation, held: &BTreeMap<&str, Vec<&Finding>>) -> Vec<Value> {
    let why = |line: &CustomerLine| held.get(line.customer_id.as_str());
    let finding = |f: &&Finding| context! { id => f.id.as_str(), title => f.title() };
    let lines = r.customers.iter().filter_map(|line| Some((line, why(line)?)));
    lines
        .map(
            |(line, why)| context! { line => customer(line, true), why => why.iter().map(finding).collect::<Vec<_>>() },
        )
        .collect()
}

/// The top spenders as a table.
fn spenders(r: &Reconciliation, top: &[figures::Spender]) -> Vec<Value> {
    let row = |s: &figures::Spender| {
        context! {
            name => s.name.as_str(),
            id => s.customer_id.as_str(),
            calls => s.calls.map_or_else(dash, |c| grouped_count(c, r.currency)),
            cost => s.cost.display(),
            share => per_cent(s.share),
        }
    };
    top.iter().map(row).collect()
}

/// Where the month begins and ends for both.
fn boundaries(r: &Reconciliation) -> Vec<Value> {
    let both = [("the books", r.timezone), ("the partner", r.partner_timezone)];
    both.map(|(whose, zone)| {
        let (from, until) = r.period.instants(zone);
        context! { whose, timezone => zone.name(), from => instant(from), until => instant(until) }
    })
    .to_vec()
}

/// The customers: whom somebody has to look at first, then the largest.
fn in_order<'a>(
    r: &'a Reconciliation,
    held: &BTreeMap<&str, Vec<&Finding>>,
    edition: Edition,
) -> impl Iterator<Item = &'a CustomerLine> {
    let mut lines: Vec<&CustomerLine> = r.customers.iter().collect();
    if edition > Edition::First {
        let largest = |line: &CustomerLine| line.sides.analytics.unwrap_or(line.sides.ledger).amount();
        lines.sort_by_key(|line| {
            let is_held = held.contains_key(line.customer_id.as_str());
            (!is_held, line.status == Status::Matched, Reverse(largest(line)))
        });
    }
    lines.into_iter()
}

fn customer(line: &CustomerLine, held: bool) -> Value {
    context! {
        name => line.name.as_deref().unwrap_or_default(),
        id => line.customer_id.as_str(),
        analytics => shown(line.sides.analytics),
        ledger => line.sides.ledger.display(),
        difference => signed(&line.sides),
        status => line.status.name(),
        held,
        partner_inbound => shown(line.direction(Direction::Inbound).and_then(|s| s.analytics)),
        partner_outbound => shown(line.direction(Direction::Outbound).and_then(|s| s.analytics)),
        inbound => shown(line.ledger_by_direction.get(&Direction::Inbound).copied()),
        outbound => shown(line.ledger_by_direction.get(&Direction::Outbound).copied()),
    }
}

fn instant(at: chrono::DateTime<chrono::Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// How many calls between the boundaries the page shows; the JSON has up to 10,000.
const SHOWN_CALLS: usize = 200;

/// The calls that one side counts in this period and the other does not.
fn between(r: &Reconciliation) -> Option<Value> {
    let (calls, beyond) = r.edge_calls.as_ref()?;
    let sum = |partner: bool| {
        let some: Vec<Money> = calls
            .iter()
            .filter(|call| call.in_partner_period == partner)
            .map(|call| Money::new(call.cost, r.currency))
            .collect();
        let money = total(r.currency, &some).map_or_else(|_| dash(), |m| m.display());
        format!("{} with {money}", grouped_count(some.len() as u64, r.currency))
    };
    let more = if *beyond == 0 {
        String::new()
    } else {
        format!(" {} more are not listed.", grouped_count(*beyond, r.currency))
    };
    let summary = if calls.is_empty() {
        "No call lies between the two boundaries.".to_owned()
    } else {
        format!(
            "Calls that only the partner counts in this period: {}. Calls that only the books do: {}.{more}",
            sum(true),
            sum(false)
        )
    };
    let rows: Vec<Value> = calls
        .iter()
        .take(SHOWN_CALLS)
        .map(|call| {
            context! {
                start => instant(call.start),
                customer => call.customer_id.as_str(),
                direction => call.direction.name(),
                uuid => call.uuid.as_str(),
                by => if call.in_partner_period { "the partner" } else { "the books" },
                cost => Money::new(call.cost, r.currency).display(),
            }
        })
        .collect();
    Some(context! { summary, rows })
}

/// The verdict in a phrase, and the sentence below it.
#[must_use]
pub(crate) fn verdict(r: &Reconciliation) -> (String, String) {
    let held = r.held().len();
    let total = match (r.totals.analytics, r.totals.difference) {
        (Some(analytics), Some(difference)) if difference.is_zero() => {
            format!("Ledger and analytics agree on {}.", analytics.display())
        }
        (Some(analytics), Some(difference)) => format!(
            "The ledger says {}, the analytics {}: {} in all.",
            r.totals.ledger.display(),
            analytics.display(),
            difference.display_signed()
        ),
        _ => format!("The ledger says {}; the analytics state no total.", r.totals.ledger.display()),
    };
    if r.is_settled() {
        let (mut decided, mut accepted) = (0, Vec::new());
        for finding in r.decided() {
            decided += 1;
            accepted.extend(finding.difference.map(|difference| difference.abs()));
        }
        let sum = crate::model::money::total(r.currency, &accepted).map_or_else(|_| dash(), |sum| sum.display());
        let words = if decided == 0 {
            "Settled: differences within the tolerance".to_owned()
        } else {
            format!("Settled: {decided} decided, {sum} accepted")
        };
        (words, total)
    } else if r.is_reconciled() {
        ("Reconciled".to_owned(), total)
    } else {
        let agree = r.customers.len().saturating_sub(held);
        if held == 0 {
            return ("Does not reconcile".to_owned(), format!("{total} No customer is held."));
        }
        let others = if agree == 0 { String::new() } else { format!(" Nothing blocks the other {agree}.") };
        ("Does not reconcile".to_owned(), format!("{total} {held} of {} customers held.{others}", r.customers.len()))
    }
}

fn shown(money: Option<Money>) -> String {
    money.map_or_else(dash, |m| m.display())
}

fn signed(sides: &Sides) -> String {
    sides.difference.map_or_else(dash, |d| d.display_signed())
}

fn finding(f: &Finding) -> Value {
    let amounts: Vec<String> = [
        ("analytics", f.analytics.map(|m| m.display())),
        ("ledger", f.ledger.map(|m| m.display())),
        ("difference", f.difference.map(|m| m.display_signed())),
        ("explained", f.explains.map(|m| m.display_signed())),
        ("unexplained", f.residual.map(|m| m.display_signed())),
    ]
    .into_iter()
    .filter_map(|(what, amount)| amount.map(|a| format!("{what} {a}")))
    .collect();
    let customers = match f.customers.as_slice() {
        [] => String::new(),
        few if few.len() <= 8 => few.join(", "),
        many => format!("{} and {} more customers", many[..8].join(", "), many.len() - 8),
    };
    context! {
        id => f.id.as_str(),
        title => f.title(),
        code => f.code,
        severity => f.severity.name(),
        confidence => f.confidence.name(),
        message => f.message.as_str(),
        next => f.next.as_str(),
        amounts => amounts.join(" · "),
        customers,
        few => f.evidence.len() <= 10,
        evidence_count => f.evidence.len().to_string(),
        more => if f.evidence.len() > SHOWN_EVIDENCE { format!("{} more in reconciliation.json.", f.evidence.len() - SHOWN_EVIDENCE) } else { String::new() },
        evidence => f.evidence.iter().take(SHOWN_EVIDENCE).map(|e| {
            let row = e.line.map_or_else(String::new, |l| format!(", row {l}"));
            let column = e.column.as_ref().map_or_else(String::new, |c| format!(", column {c}"));
            context! { place => format!("{}{row}{column}", e.file), text => e.text.as_str(), why => e.why.as_deref().unwrap_or_default() }
        }).collect::<Vec<_>>(),
    }
}

fn lines(r: &Reconciliation) -> Vec<Value> {
    let line = |what: String, sides: &Sides, status: &str, share: Option<Decimal>| {
        context! {
            what,
            analytics => shown(sides.analytics),
            ledger => sides.ledger.display(),
            difference => signed(sides),
            status,
            share => per_cent(share),
        }
    };
    let mut all = Vec::new();
    for d in &r.directions {
        let what = d.direction.name().to_owned();
        all.push(line(what, &d.sides, d.status.name(), figures::direction_share(r, d.sides.analytics)));
    }
    all.push(line("total".into(), &r.totals, r.total_status().name(), figures::direction_share(r, r.totals.analytics)));
    if let Some(rest) = &r.remainder {
        let what = format!("of it not listed by the partner ({} in the ledger)", rest.customers);
        all.push(line(what, &rest.sides, rest.status.name(), figures::direction_share(r, rest.sides.analytics)));
    }
    all
}

fn rows(r: &Reconciliation) -> String {
    let count = |n: u64| grouped_count(n, r.currency);
    let c = &r.rows;
    format!(
        "{} read = {} used + {} outside the period + {} excluded + {} rejected",
        count(c.read),
        count(c.used),
        count(c.outside_period),
        count(c.excluded),
        count(c.rejected)
    )
}

fn statement(r: &Reconciliation) -> Vec<String> {
    let count = |n: u64| grouped_count(n, r.currency);
    let proven = r.customers.iter().filter(|c| c.status == Status::Matched).count();
    let split = if r.coverage.is_some() { ", in each direction" } else { "" };
    let mut all = vec![format!(
        "Proven: for {proven} of {} customers the partner's own figure equals the ledger's{split}, to the last digit.",
        r.customers.len()
    )];
    if let Some(c) = &r.coverage {
        let stated = c.accounts_stated.map_or_else(
            || "it does not say how many there are".to_owned(),
            |n| format!("it says that there are {}", count(n)),
        );
        let how = match c.grain {
            Grain::Summary => "the summary of the call records",
            Grain::Rows => "every call record, each counted once,",
        };
        all.push(format!(
            "Captured: the partner's list has {} accounts, and {stated}. {how} of {} customers was asked for, inbound and outbound; {} did not arrive in full.",
            count(c.accounts_listed),
            count(c.asked),
            count(c.not_reconciled)
        ));
    }
    match &r.remainder {
        Some(rest) if rest.status == Status::Matched => all.push(format!(
            "Proven in total only: {} customers whom the partner does not list. Their sum equals the remainder to the last digit; each one's own figure is the ledger's word.",
            rest.customers
        )),
        Some(_) => all.push("Not proven: the customers whom the partner does not list.".to_owned()),
        None => {}
    }
    let zones =
        format!("the partner's days begin in {}, as the settings say; it documents no zone", r.partner_timezone.name());
    all.push(if r.coverage.is_some() {
        format!("Assumed: {zones}.")
    } else {
        format!("Assumed: {zones}; a call's direction per customer is as the ledger says, since the captured answers state directions for the whole only.")
    });
    let beside = if r.beside_calls.is_some() { "" } else { ", and what is no call cost (rental, recording)" };
    all.push(format!("Not checked: prices of single calls, taxes{beside}."));
    if let Some(who) = &r.added_up_by {
        all.push(format!(
            "Not re-read by us: the ledger's rows. They were added up by {who}; single rows cannot be shown."
        ));
    }
    if !r.unread.is_empty() {
        all.push(format!(
            "Kept in the capture and not used, because this version does not know them: {}.",
            r.unread.join(", ")
        ));
    }
    all
}
