//! Tax withheld, or a bank's charges, taken off usage. The particular is the rate in per mille,
//! with the direction where only one is concerned, or the word of a row that says so.

use super::adjustment::told;
use crate::model::chance::{Chance, Confidence};
use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{
    Candidate, Context, Particulars, Pattern, Preference, Said, Sink, Telling, Together, Words, posted, rate,
};

/// Looked for among rows that say so, in single rows and in all of a customer's.
pub(crate) static CHECK: Check =
    Check { code: "withholding", page: include_str!("withholding.md"), look: Look::Candidates(candidates) };

/// Rates of tax deducted at source in per mille. Income-tax Act, 1961: sections 194J and 194C,
/// 194H, 194Q, 52 of the CGST Act for collection at source.
const RATES: [i128; 4] = [TENTH, 20, 50, 10];
const TENTH: i128 = 100;

const NEXT: &str = "Post usage at its full amount; what was withheld belongs to its own account.";

static ROW: Pattern = Pattern {
    name: "row",
    preference: Preference::NoUsage,
    alone: Some(|t| (told(t, "withheld from the payment and no usage"), NEXT.to_owned())),
    ..Pattern::BASE
};

static SHORT: Pattern = Pattern {
    name: "short",
    preference: Preference::RowByOtherRate,
    alone: Some(|t| {
        let what = format!("the {} posting of {} in {} is", t.way(), t.amount(), t.at());
        worded(t, &what)
    }),
    ..Pattern::BASE
};

static ALL: Pattern = Pattern {
    name: "all",
    preference: Preference::AllRowsByRate,
    alone: Some(|t| worded(t, &format!("every {}posting is", t.fit.particulars.before()))),
    together: Some(Together {
        alike: true,
        words: |of| {
            (format!("is short of {}, as tax that is withheld makes it{}", rate(of.number), of.one_way()), NEXT)
        },
    }),
    is_proportional: true,
    ..Pattern::BASE
};

fn worded(t: &Telling<'_>, what: &str) -> Words {
    let rate = rate(t.fit.particulars.number);
    (
        format!("For {}, {what} short of {rate}, as tax that is withheld makes it: the ledger is {}.", t.whom, t.off()),
        NEXT.to_owned(),
    )
}

fn candidates(context: &Context<'_>, sink: &mut Sink<'_>) {
    posted(context, sink, Said::Withheld, &ROW);
    if sink.strong_only || context.target >= 0 || !context.is_small() {
        return;
    }
    let unit = context.minor_unit();
    // What is left of a whole, and the wholes of which so much is left.
    let short = |whole: i128, rate: i128| (2 * whole * (1000 - rate) + 1000 * unit) / (2000 * unit) * unit;
    let bound = context.rounding_room();
    for rate in RATES {
        let rows = context.of_shares(sink, &[[rate, 1000 - rate]], 2 * unit);
        for row in rows.iter().filter(|row| row.amount.is_sign_positive()) {
            let amount = context.amount(row);
            let about = amount * 1000 / (1000 - rate) / unit * unit;
            let wholes = [about, about + unit].into_iter().filter(|whole| short(*whole, rate) == amount);
            for effect in wholes.map(|whole| amount - whole) {
                if !sink.wants(effect) {
                    continue;
                }
                // A tenth is what rates change by, too.
                let (particulars, rivals) = (rate.into(), if rate == TENTH { vec!["rate-change"] } else { Vec::new() });
                sink.row(row, effect, Candidate { strong: false, particulars, rivals, ..Candidate::of(&SHORT) });
            }
        }
        let (stated, booked) = (
            context.at.sides.analytics.map(|stated| context.units(stated.amount())),
            context.units(context.at.sides.ledger.amount()),
        );
        let told = context.inside.len() > 1 && context.target.abs() > 20 * bound;
        if told && stated.is_some_and(|stated| (booked * 1000 - stated * (1000 - rate)).abs() <= bound * 1000) {
            // So many rates, each of which hits what lies within the bound.
            let width = u64::try_from(2 * bound / unit + 1).unwrap_or(u64::MAX);
            let chance = Chance::of_tries(4 * width, (3 * context.target.abs() / unit).unsigned_abs());
            if chance.confidence(0, false) == Confidence::Supported {
                let of = Candidate { chance: Some(chance), ..Candidate::of(&ALL) };
                sink.take(Candidate { particulars: rate.into(), ..of });
            }
        }
    }
    one_way(context, sink, bound);
}

/// All rows of one of a customer's directions.
fn one_way(context: &Context<'_>, sink: &mut Sink<'_>, bound: i128) {
    let missing = context.target;
    if missing.abs() <= 20 * bound {
        return;
    }
    for (rows, way) in context.parts() {
        // A credit among them is what is missing, or a part of it.
        let Some(way) = way.as_ref().filter(|_| rows.iter().all(|row| row.amount.is_sign_positive())) else { continue };
        let sum = rows.iter().map(|row| context.amount(row)).sum::<i128>();
        for rate in RATES.into_iter().filter(|rate| (sum * rate + missing * (1000 - rate)).abs() <= bound * 1000) {
            let width = context.width(bound);
            // So many rates, in either direction.
            let chance = Chance::of_tries(8 * width, (3 * missing.abs() / context.minor_unit()).unsigned_abs());
            if chance.confidence(0, false) == Confidence::Supported {
                let mut effect = [0; 2];
                effect[*way as usize] = missing;
                let particulars = Particulars::of(rate, Some(*way));
                let chance = Some(chance);
                sink.take(Candidate { effect: Some(effect), particulars, chance, ..Candidate::of(&ALL) });
            }
        }
    }
}
