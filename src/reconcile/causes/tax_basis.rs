//! Booked with tax where the partner's figure is without, or the other way. The particular
//! is the rate in per mille, and the direction where only one is concerned.

use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Candidate, Context, Particulars, Pattern, Preference, Sink, Telling, Together, rate};

/// Looked for in whole customers and in single rows.
pub(crate) static CHECK: Check =
    Check { code: "tax-basis", page: include_str!("tax_basis.md"), look: Look::Candidates(candidates) };

/// GST rates in per mille, the usual one for telecom services (SAC 9984) first. CGST Act,
/// section 9, with the rate notifications: 18 % (telecom), 5 %, 12 %, 28 %.
const RATES: [u32; 4] = [180, 50, 120, 280];

/// The whole customer is with tax.
static ALL_GROSS: Pattern = Pattern {
    name: "all gross",
    together: Some(Together {
        alike: true,
        words: |of| {
            (
                format!(
                    "is booked with {} tax{}, and the partner's figures are without",
                    rate(of.number),
                    of.one_way()
                ),
                "Export the amounts before tax, or name only the revenue accounts in [ledger.accounts].",
            )
        },
    }),
    is_proportional: true,
    ..Pattern::BASE
};

/// The whole customer is without.
static ALL_NET: Pattern = Pattern {
    name: "all net",
    together: Some(Together {
        alike: true,
        words: |of| {
            (
                format!(
                    "is booked without the {} tax that the partner's figures hold{}",
                    rate(of.number),
                    of.one_way()
                ),
                "Ask the partner for figures before tax, or export the amounts with tax.",
            )
        },
    }),
    is_proportional: true,
    ..Pattern::BASE
};

/// A row is with tax.
static ROW_GROSS: Pattern = Pattern {
    name: "row gross",
    alone: Some(|t| {
        (
            format!("{} is booked with {} tax: the ledger is {}.", posting(t), rate(t.fit.particulars.number), t.off()),
            format!("Post {} without tax; the tax belongs to its own account.", t.at()),
        )
    }),
    together: Some(Together {
        alike: true,
        words: |of| (format!("has a row booked with {} tax", rate(of.number)), "Post these rows without tax."),
    }),
    ..Pattern::BASE
};

/// A row is without.
static ROW_NET: Pattern = Pattern {
    name: "row net",
    alone: Some(|t| {
        let rate = rate(t.fit.particulars.number);
        (
            format!("{} lacks the {rate} tax that the others hold: the ledger is {}.", posting(t), t.off()),
            format!("Post {} on the same basis as the other rows.", t.at()),
        )
    }),
    together: Some(Together {
        alike: true,
        words: |of| {
            (format!("has a row booked without {} tax", rate(of.number)), "Post these rows as the partner states them.")
        },
    }),
    ..Pattern::BASE
};

fn posting(t: &Telling<'_>) -> String {
    format!("For {}, the {} posting of {} in {}", t.whom, t.way(), t.amount(), t.at())
}

/// A whole customer with tax or without, or a single row. Other rates than the usual one
/// need better odds.
fn candidates(context: &Context<'_>, sink: &mut Sink<'_>) {
    let bound = context.cutting_bound();
    let of = |pattern, usual: bool, preference: [Preference; 2], rate: u32| Candidate {
        strong: usual,
        preference: preference[usize::from(!usual)],
        particulars: i128::from(rate).into(),
        ..Candidate::of(pattern)
    };
    if let Some(analytics) = context.at.sides.analytics {
        let (stated, booked) = (context.units(analytics.amount()), context.units(context.at.sides.ledger.amount()));
        let told = context.target.abs() > 20 * bound && stated != 0;
        for rate in RATES {
            let with = i128::from(1000 + rate);
            let by = [Preference::WholeByUsualRate, Preference::WholeByOtherRate];
            // With the tax and without, by the usual rate or by any.
            let ways = if rate == RATES[0] { 2 } else { 2 * RATES.len() as u64 };
            for (off, whole, pattern) in [
                ((booked * 1000 - stated * with).abs(), 1000, &ALL_GROSS),
                ((booked * with - stated * 1000).abs(), with, &ALL_NET),
            ] {
                if told && off <= bound * whole {
                    let tries = ways.saturating_mul(context.width(off / whole));
                    sink.take(Candidate { tries, ..of(pattern, rate == RATES[0], by, rate) });
                }
            }
        }
    }
    let unit = context.minor_unit();
    let rounded = |numerator: i128, by: i128| {
        let by = by * unit;
        (2 * numerator + by * numerator.signum()) / (2 * by) * unit
    };
    let strong_only = sink.strong_only;
    // All rows of one customer or of one of its directions, where others or another slip lie
    // beside them.
    for (rows, way) in context.parts() {
        let sum = rows.iter().map(|row| context.amount(row)).sum::<i128>();
        let room = i128::try_from(rows.len()).unwrap_or(i128::MAX) * unit;
        for rate in RATES.into_iter().filter(|rate| !strong_only || *rate == RATES[0]) {
            let with = i128::from(1000 + rate);
            // Row by row only where the sum comes near it.
            let (part, more) = (sum * i128::from(rate) / with, -sum * i128::from(rate) / 1000);
            if !sink.may_want(part, room) && !sink.may_want(more, room) {
                continue;
            }
            let (mut gross, mut net) = ([0; 2], [0; 2]);
            for row in rows {
                let amount = context.amount(row);
                gross[row.direction as usize] += amount - rounded(amount * 1000, with);
                net[row.direction as usize] += amount - rounded(amount * with, 1000);
            }
            for (effect, pattern) in [(gross, &ALL_GROSS), (net, &ALL_NET)] {
                let of = of(pattern, rate == RATES[0], [Preference::AllRowsByRate; 2], rate);
                let particulars = Particulars::of(i128::from(rate), *way);
                sink.take(Candidate { effect: Some(effect), rows: vec![rows[0]], particulars, ..of });
            }
        }
    }
    if strong_only || !context.is_small() {
        return;
    }
    let shares = RATES.map(i128::from).map(|rate| [[rate, 1000 + rate], [rate, 1000]]);
    for row in context.of_shares(sink, shares.as_flattened(), unit).iter() {
        let amount = context.amount(row);
        for rate in RATES {
            let with = i128::from(1000 + rate);
            let by = [Preference::RowByUsualRate, Preference::RowByOtherRate];
            let weak = |pattern| Candidate { strong: false, ..of(pattern, rate == RATES[0], by, rate) };
            let net = rounded(amount * 1000, with);
            if sink.wants(amount - net) && rounded(net * with, 1000) == amount {
                sink.row(row, amount - net, weak(&ROW_GROSS));
            }
            let gross = rounded(amount * with, 1000);
            if sink.wants(amount - gross) {
                sink.row(row, amount - gross, weak(&ROW_NET));
            }
        }
    }
}
