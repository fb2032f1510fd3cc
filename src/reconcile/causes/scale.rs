//! Paise for rupees, or a factor of ten. The particular is the power of ten, and the direction where
//! only one is concerned.

use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{
    Candidate, Context, Particulars, Pattern, Preference, Sink, Telling, Together, Words, factor,
};

/// Looked for in whole customers and in single rows.
pub(crate) static CHECK: Check =
    Check { code: "scale", page: include_str!("scale.md"), look: Look::Candidates(candidates) };

/// Powers of ten that are tried.
const POWERS: [u32; 3] = [2, 1, 3];

/// All amounts.
static ALL: Pattern = Pattern {
    name: "all",
    preference: Preference::WholeFigure,
    together: Some(Together {
        alike: true,
        words: |power| {
            (
                format!("is booked {} times the partner's figures{}", factor(power.number), power.one_way()),
                "Export the ledger in the unit that the partner uses: rupees, not paise.",
            )
        },
    }),
    is_proportional: true,
    ..Pattern::BASE
};

/// One row's amount.
static ROW: Pattern = Pattern {
    name: "row",
    preference: Preference::RowByFactor,
    alone: Some(row),
    together: Some(Together {
        alike: true,
        words: |_| {
            ("has a row with its decimal point in the wrong place".to_owned(), "Correct the amounts of these rows.")
        },
    }),
    ..Pattern::BASE
};

fn row(t: &Telling<'_>) -> Words {
    (
        format!(
            "For {}, the {} posting of {} in {} is {} times what fits: the ledger is {}.",
            t.whom,
            t.way(),
            t.amount(),
            t.at(),
            factor(t.fit.particulars.number),
            t.off()
        ),
        format!("Compare {} with its voucher and correct the amount.", t.at()),
    )
}

/// A whole customer, or a single row; a row that stands out among the customer's others
/// shows by more than its amount.
fn candidates(context: &Context<'_>, sink: &mut Sink<'_>) {
    let bound = context.rounding_bound();
    if let Some(analytics) = context.at.sides.analytics {
        let (stated, booked) = (context.units(analytics.amount()), context.units(context.at.sides.ledger.amount()));
        for power in POWERS {
            let factor = 10_i128.pow(power);
            // By so many powers, up and down.
            let ways = 2 * POWERS.len() as u64;
            let mut whole = |power: i128, off: i128| {
                let tries = ways.saturating_mul(context.width(off));
                sink.take(Candidate { particulars: power.into(), tries, ..Candidate::of(&ALL) });
            };
            let (more, less) = ((booked - stated * factor).abs(), (booked * factor - stated).abs());
            if stated != 0 && booked.abs() > 20 * bound && more <= bound * factor {
                whole(i128::from(power), more);
            }
            if stated.abs() > 20 * bound * factor && less <= bound * factor {
                whole(-i128::from(power), less);
            }
        }
    }
    // All rows of one customer or of one of its directions, where others or another slip lie
    // beside them.
    for (rows, way) in context.parts() {
        for power in POWERS {
            let factor = 10_i128.pow(power);
            if rows.iter().any(|row| context.amount(row) % factor != 0) {
                continue;
            }
            let mut effect = [0; 2];
            for row in rows {
                effect[row.direction as usize] += context.amount(row) - context.amount(row) / factor;
            }
            if !sink.may_want(effect[0] + effect[1], 0) {
                continue;
            }
            sink.take(Candidate {
                effect: Some(effect),
                preference: Preference::AllRowsByFactor,
                rows: vec![rows[0]],
                particulars: Particulars::of(i128::from(power), *way),
                ..Candidate::of(&ALL)
            });
        }
    }
    rows(context, sink);
}

fn rows(context: &Context<'_>, sink: &mut Sink<'_>) {
    let sizes = context.by_size();
    // Whether a row can stand out at all.
    let told = sizes.len() > 3 && context.is_complete();
    let ends = [sizes.first(), sizes.last()].map(|end| end.map_or(0, |(size, _)| *size));
    let [smallest, largest] = ends;
    // The largest and the smallest but the row's own.
    let below = sizes[..sizes.partition_point(|(size, _)| *size < largest)].last().map_or(0, |(size, _)| *size);
    let above = sizes.get(sizes.partition_point(|(size, _)| *size <= smallest)).map_or(0, |(size, _)| *size);
    let largest_but = |size: i128| if size == largest { below } else { largest };
    let smallest_but = |size: i128| if size == smallest { above } else { smallest };
    let factors = POWERS.map(|power| 10_i128.pow(power)).map(|by| [[by - 1, by], [by - 1, 1]]);
    // Only the largest and the smallest can stand out.
    let rows = if sink.strong_only {
        context.of_sizes(ends.map(|size| [size; 2]).into_iter())
    } else {
        context.of_shares(sink, factors.as_flattened(), 0)
    };
    for row in rows.iter() {
        let amount = context.amount(row);
        for power in POWERS {
            let factor = 10_i128.pow(power);
            let power = i128::from(power);
            let of = |strong, particulars: Particulars| Candidate { strong, particulars, ..Candidate::of(&ROW) };
            if amount % factor == 0 && sink.wants(amount - amount / factor) {
                let strong = told && amount.abs() > 2 * largest_but(amount.abs());
                sink.row(row, amount - amount / factor, of(strong, power.into()));
            }
            let right = amount.saturating_mul(factor);
            if sink.wants(amount - right) {
                let strong = told && 2 * amount.abs() < smallest_but(amount.abs());
                sink.row(row, amount - right, of(strong, (-power).into()));
            }
        }
    }
}
