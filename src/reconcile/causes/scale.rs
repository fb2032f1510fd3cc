//! Paise for rupees, or a factor of ten. The particular is the power of ten.

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
                format!("is booked {} times the partner's figures", factor(power.number)),
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
            let mut whole = |power: i128| sink.take(Candidate { particulars: power.into(), ..Candidate::of(&ALL) });
            if stated != 0 && booked.abs() > 20 * bound && (booked - stated * factor).abs() <= bound * factor {
                whole(i128::from(power));
            }
            if stated.abs() > 20 * bound * factor && (booked * factor - stated).abs() <= bound * factor {
                whole(-i128::from(power));
            }
        }
    }
    // All rows of one customer, where others or another slip lie beside them.
    for rows in context.by_member().filter(|rows| rows.len() > 1) {
        for power in POWERS {
            let factor = 10_i128.pow(power);
            if rows.iter().any(|row| context.amount(row) % factor != 0) {
                continue;
            }
            let mut effect = [0; 2];
            for row in rows {
                effect[row.direction as usize] += context.amount(row) - context.amount(row) / factor;
            }
            sink.take(Candidate {
                effect: Some(effect),
                preference: Preference::AllRowsByFactor,
                rows: vec![rows[0]],
                particulars: i128::from(power).into(),
                ..Candidate::of(&ALL)
            });
        }
    }
    rows(context, sink);
}

fn rows(context: &Context<'_>, sink: &mut Sink<'_>) {
    let mut sizes: Vec<i128> = context.inside.iter().map(|row| context.amount(row).abs()).collect();
    sizes.sort_unstable();
    // Whether a row can stand out at all.
    let told = sizes.len() > 3 && context.is_complete();
    // The largest and the smallest but the row's own.
    let largest_but = |size: i128| sizes.iter().rev().copied().find(|other| *other != size).unwrap_or(0);
    let smallest_but = |size: i128| sizes.iter().copied().find(|other| *other != size).unwrap_or(0);
    for row in &context.inside {
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
