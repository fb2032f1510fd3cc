//! The comparison of calls as JSON, `crossfoot/calls/v1`: every group, and the bridge.

use std::collections::BTreeMap;

use serde::Serialize;

use super::compare::{Comparison, SideRead};
use super::outcome::{Both, Group, Key};
use super::record::{FOREIGN, Record, Side, UNSTATED};
use super::text::{moment, prefix};
use crate::model::money::{Currency, Money, Tally};
use crate::model::usage::Direction;

/// The whole document.
#[derive(Serialize)]
pub struct Document<'a> {
    schema: &'static str,
    period: Period,
    currency: String,
    outcome: &'static str,
    limits: Limits,
    partner: SidePart<'a>,
    ours: SidePart<'a>,
    totals: Sums,
    agree: Agree,
    groups: Vec<GroupPart<'a>>,
    clock_shifts: Vec<Shift>,
    far_apart: u64,
    not_captured: &'a [String],
}

#[derive(Serialize)]
struct Period {
    from: String,
    to: String,
    timezone: String,
}

#[derive(Serialize)]
struct Limits {
    start_seconds: i64,
    duration_seconds: u32,
    caller_digits: u32,
    called_digits: u32,
}

#[derive(Serialize)]
struct SidePart<'a> {
    name: &'a str,
    kind: &'static str,
    columns: BTreeMap<&'a str, &'a str>,
    rows: Rows,
    outside_period: String,
    other_currencies: BTreeMap<&'a str, Sum>,
    delivered_twice: Sum,
    bad_rows: Vec<BadRow<'a>>,
}

#[derive(Serialize)]
struct Rows {
    read: u64,
    compared: u64,
    outside_period: u64,
    other_currency: u64,
    delivered_twice: u64,
    excluded: u64,
    rejected: u64,
}

#[derive(Serialize)]
struct Sum {
    calls: u64,
    amount: String,
}

#[derive(Serialize)]
struct BadRow<'a> {
    file: &'a str,
    line: u64,
    column: &'a str,
    why: &'a str,
}

#[derive(Serialize)]
struct Sums {
    partner_calls: u64,
    ours_calls: u64,
    partner: String,
    ours: String,
    difference: String,
}

#[derive(Serialize)]
struct Agree {
    by_id: Sums,
    by_numbers: Sums,
    by_numbers_and_clock_shift: Sums,
    repeated_on_both_sides: Sums,
}

#[derive(Serialize)]
struct GroupPart<'a> {
    cause: &'static str,
    detail: &'a str,
    customer_id: Option<&'a str>,
    direction: Option<&'static str>,
    destination_prefix: Option<&'a str>,
    #[serde(flatten)]
    sums: Sums,
    examples: Vec<BTreeMap<&'static str, CallPart<'a>>>,
}

#[derive(Serialize)]
struct CallPart<'a> {
    file: &'a str,
    line: u32,
    id: Option<String>,
    start: String,
    from: String,
    to: String,
    billed_seconds: Option<u32>,
    duration_seconds: Option<u32>,
    cost: String,
    is_other_currency: bool,
}

#[derive(Serialize)]
struct Shift {
    seconds: i64,
    calls: u64,
}

/// Shifts of clocks that are listed.
const SHIFTS: usize = 20;

impl<'a> Document<'a> {
    /// The document of a comparison.
    #[must_use]
    pub fn of(c: &'a Comparison) -> Self {
        Self {
            schema: "crossfoot/calls/v1",
            period: Period {
                from: c.period.from.to_string(),
                to: c.period.to.to_string(),
                timezone: c.timezone.to_string(),
            },
            currency: c.currency.to_string(),
            outcome: if c.agrees() { "agrees" } else { "differs" },
            limits: Limits {
                start_seconds: c.limits.start_seconds,
                duration_seconds: c.limits.duration_seconds,
                caller_digits: c.compared[0],
                called_digits: c.compared[1],
            },
            partner: side(c, &c.sides[0]),
            ours: side(c, &c.sides[1]),
            totals: sums(c, &c.totals()),
            agree: Agree {
                by_id: sums(c, &c.agreed[0]),
                by_numbers: sums(c, &c.agreed[1]),
                by_numbers_and_clock_shift: sums(c, &c.agreed[2]),
                repeated_on_both_sides: sums(c, &c.repeated),
            },
            groups: c.groups.iter().map(|(key, group)| part(c, key, group)).collect(),
            clock_shifts: c
                .shifts
                .iter()
                .take(SHIFTS)
                .map(|(seconds, calls)| Shift { seconds: *seconds, calls: *calls })
                .collect(),
            far_apart: c.far,
            not_captured: &c.not_captured,
        }
    }
}

fn side<'a>(c: &Comparison, side: &'a SideRead) -> SidePart<'a> {
    let intake = &side.intake;
    SidePart {
        name: &side.name,
        kind: side.how.kind,
        columns: side.how.columns.iter().map(|(role, name)| (*role, name.as_str())).collect(),
        rows: Rows {
            read: intake.read,
            compared: side.total.calls,
            outside_period: intake.outside.calls,
            other_currency: intake.foreign.values().map(|sum| sum.calls).sum::<u64>(),
            delivered_twice: intake.again.calls,
            excluded: intake.aside,
            rejected: intake.rejected,
        },
        outside_period: c.money(&intake.outside.cost).plain(),
        other_currencies: intake
            .foreign
            .iter()
            .map(|(code, sum)| (code.as_str(), Sum { calls: sum.calls, amount: in_its_own(code, &sum.cost) }))
            .collect(),
        delivered_twice: Sum { calls: intake.again.calls, amount: c.money(&intake.again.cost).plain() },
        bad_rows: intake
            .bad
            .iter()
            .map(|bad| BadRow {
                file: if bad.file.is_empty() { &side.name } else { &bad.file },
                line: bad.line,
                column: &bad.column,
                why: &bad.why,
            })
            .collect(),
    }
}

/// An amount as its own currency writes it.
fn in_its_own(code: &str, cost: &Tally) -> String {
    let amount = cost.total().unwrap_or_default();
    Currency::parse(code).map_or_else(|_| amount.to_string(), |currency| Money::new(amount, currency).plain())
}

fn sums(c: &Comparison, both: &Both) -> Sums {
    Sums {
        partner_calls: both[0].calls,
        ours_calls: both[1].calls,
        partner: c.money(&both[0].cost).plain(),
        ours: c.money(&both[1].cost).plain(),
        difference: c.difference(both).plain(),
    }
}

fn part<'a>(c: &'a Comparison, key: &'a Key, group: &'a Group) -> GroupPart<'a> {
    let examples = group.examples.iter().map(|(_, example)| {
        let calls = Side::BOTH.into_iter().zip(example);
        calls.filter_map(|(side, record)| Some((side.name(), call(c, side, record.as_ref()?)))).collect()
    });
    GroupPart {
        cause: key.cause.name(),
        detail: &key.detail,
        customer_id: Some(c.names.name(key.customer)).filter(|name| !name.is_empty()),
        direction: Direction::ALL.get(usize::from(key.direction)).map(|way| way.name()),
        destination_prefix: prefix(group),
        sums: sums(c, &group.both),
        examples: examples.collect(),
    }
}

fn call<'a>(c: &'a Comparison, side: Side, record: &Record) -> CallPart<'a> {
    let read = &c.sides[side as usize];
    let (file, line) = read.intake.place(record);
    let stated = |seconds: u32| Some(seconds).filter(|seconds| *seconds != UNSTATED);
    CallPart {
        file: file.unwrap_or(&read.name),
        line,
        id: Some(record.id.shown()).filter(|id| !id.is_empty()),
        start: moment(c, record),
        from: record.from.masked(),
        to: record.to.masked(),
        billed_seconds: stated(record.billed),
        duration_seconds: stated(record.whole),
        cost: Money::new(record.cost(), c.currency).plain(),
        is_other_currency: record.has(FOREIGN),
    }
}
