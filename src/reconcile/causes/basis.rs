//! The ledger is on another basis than what it is compared with: at a customer's selling price
//! where cost is compared, or the reverse; or all customers differ by one factor that nothing else
//! makes. The particular is the mark-up, or the factor.

use std::collections::BTreeSet;

use crate::books::customers::Agreement;
use crate::books::prices::Calls;
use crate::model::ledger_terms::Basis;
use crate::model::usage::{CallUsage, Direction};
use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Candidate, Context, Particulars, Pattern, Preference, Sink, Together, Who};

/// Looked for in all customers together.
pub(crate) static CHECK: Check = Check {
    code: "basis",
    page: include_str!("basis.md"),
    look: Look::Candidates(|context, sink| {
        by_factor(context, sink, true, &ALL);
        by_agreement(context, sink);
    }),
};

/// The ledger is at selling price, and cost is compared.
static AT_SELLING: Pattern = Pattern {
    name: "at selling price",
    preference: Preference::WholeByAgreement,
    alone: Some(|t| {
        (
            format!(
                "The ledger of {} is at selling price, exactly the partner's figure at your {}: it is {}.",
                t.whom,
                t.fit.particulars.word,
                t.off()
            ),
            "If the ledger is kept so, put selling into the column ledger_basis of customers.csv, or set [ledger] basis where it is so for everybody; else post what the partner charged.".to_owned(),
        )
    }),
    together: Some(Together {
        alike: false,
        words: |_| {
            (
                "is at selling price, exactly the partner's figures at your own mark-up or rates".to_owned(),
                "If the ledger is kept so, set [ledger] basis = \"selling\"; else export what the partner charged.",
            )
        },
    }),
    is_proportional: true,
    ..Pattern::BASE
};

/// The ledger is at cost, and selling prices are compared.
static AT_COST: Pattern = Pattern {
    name: "at cost",
    preference: Preference::WholeByAgreement,
    alone: Some(|t| {
        (
            format!(
                "The ledger of {} is at cost, exactly what the partner charges without your {}: it is {}.",
                t.whom,
                t.fit.particulars.word,
                t.off()
            ),
            "If the ledger is kept so, put cost into the column ledger_basis of customers.csv; else post what the customer is charged.".to_owned(),
        )
    }),
    together: Some(Together {
        alike: false,
        words: |_| {
            (
                "is at cost, exactly what the partner charges without your own mark-up or rates".to_owned(),
                "If the ledger is kept so, set [ledger] basis = \"cost\"; else export what customers are charged.",
            )
        },
    }),
    is_proportional: true,
    ..Pattern::BASE
};

/// The whole of a customer at the other of both prices, by what was agreed with it.
fn by_agreement(context: &Context<'_>, sink: &mut Sink<'_>) {
    let Who::Customer(id) = &context.at.who else { return };
    let question = context.cx.question;
    let Some(agreement) = question.customers.and_then(|all| all.get(id)).map(|known| &known.agreement) else { return };
    let bases = question.compared_at.bases;
    let is_selling = Direction::ALL.into_iter().any(|way| agreement.basis(bases, way) == Basis::Selling);
    let Some(other) = other_price(context, id, agreement, is_selling) else { return };
    let booked = context.units(context.at.sides.ledger.amount());
    let room = context.rounding_room().max(2 * context.minor_unit());
    if (booked - other).abs() <= room && context.target.abs() > 20 * room {
        let margins: BTreeSet<String> = Direction::ALL.into_iter().filter_map(|way| agreement.margin(way)).collect();
        let word = margins.into_iter().collect::<Vec<_>>().join(" and ");
        let pattern = if is_selling { &AT_COST } else { &AT_SELLING };
        sink.take(Candidate { particulars: word.into(), ..Candidate::of(pattern) });
    }
}

/// What the customer's calls come to at the price that is not compared, in units. None where it
/// is not known: prices may differ by direction.
fn other_price(context: &Context<'_>, id: &str, agreement: &Agreement, is_selling: bool) -> Option<i128> {
    let question = context.cx.question;
    let selling = |direction, cost, usage: &CallUsage| {
        let (calls, seconds) = (usage.calls, usage.duration_seconds);
        agreement.selling(&Calls { direction, cost, calls, seconds }).ok().flatten()
    };
    let Some(cells) = question.at_cost.or(question.matrix).and_then(|matrix| matrix.customers.get(id)) else {
        let both = Direction::ALL.map(|direction| agreement.margin(direction));
        let is_alike = both[0] == both[1] && agreement.rate == [None; 2];
        let cost = context.at.sides.analytics.filter(|_| is_alike)?;
        return Some(context.units(selling(Direction::Outbound, cost, &CallUsage::default())?.amount()));
    };
    let mut sum = 0;
    for direction in Direction::ALL {
        let usage = cells.cell(direction).usage.as_ref()?;
        let cost = context.cx.money(usage.cost?);
        sum += context.units(if is_selling { cost } else { selling(direction, cost, usage)? }.amount());
    }
    Some(sum)
}

static ALL: Pattern = Pattern {
    name: "all",
    preference: Preference::WholeByFactor,
    together: Some(Together {
        alike: true,
        words: |factor| {
            (
                worded(factor, "at the ledger's customers alike"),
                "If the ledger is at selling price, export what the partner charged, so that cost is compared with cost; or look which rate the partner uses.",
            )
        },
    }),
    is_proportional: true,
    is_of_report: true,
    ..Pattern::BASE
};

/// Factors that tax, withholding and a decimal point make: these tell of them.
const OTHERWISE: [&str; 18] = [
    "1.18", "0.847458", "1.05", "0.952381", "1.12", "0.892857", "1.28", "0.78125", "0.9", "0.95", "0.98", "0.99", "10",
    "100", "1000", "0.1", "0.01", "0.001",
];

/// Whether a factor is told of by another cause.
pub(super) fn is_told_otherwise(factor: &str) -> bool {
    OTHERWISE.contains(&factor)
}

/// `is 1.25 times the partner's figures`.
pub(super) fn worded(factor: &Particulars, whose: &str) -> String {
    format!("is {} times the partner's figures, {whose}", factor.word)
}

/// The whole of a customer who has the factor that several have.
pub(super) fn by_factor(context: &Context<'_>, sink: &mut Sink<'_>, is_all: bool, pattern: &'static Pattern) {
    let factor = context.known.factor.as_ref();
    let factor = factor.filter(|factor| factor.is_all == is_all && !is_told_otherwise(&factor.text));
    if let Some(factor) = factor.filter(|factor| factor.of.contains(&context.index)) {
        let particulars = factor.text.clone().into();
        sink.take(Candidate { particulars, chance: Some(factor.chance), ..Candidate::of(pattern) });
    }
}
