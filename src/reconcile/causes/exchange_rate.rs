//! All postings of one or several customers are one factor of the partner's figures: another rate
//! of exchange, or another tariff. The particular is the factor.

use super::basis::{by_factor, is_told_otherwise, worded};
use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{
    Candidate, Context, Pattern, Preference, Sink, Together, is_one_factor, odds, rates, shortest_factor,
};

/// Looked for in all customers together, and in both directions of one.
pub(crate) static CHECK: Check = Check {
    code: "exchange-rate",
    page: include_str!("exchange_rate.md"),
    look: Look::Candidates(|context, sink| {
        by_factor(context, sink, false, &SOME);
        by_directions(context, sink);
    }),
};

static SOME: Pattern = Pattern {
    name: "some",
    preference: Preference::WholeByFactor,
    together: Some(Together {
        alike: true,
        words: |factor| {
            (
                worded(factor, "at each of them alike"),
                "Look at which rate of exchange, or by which tariff, these customers are booked.",
            )
        },
    }),
    is_proportional: true,
    is_of_report: true,
    ..Pattern::BASE
};

static ONE: Pattern = Pattern {
    name: "one",
    alone: Some(|t| {
        (
            format!(
                "The ledger of {} is {} times the partner's figures, inbound and outbound alike: it is {}.",
                t.whom,
                t.fit.particulars.word,
                t.off()
            ),
            "Look at which rate of exchange, or by which tariff, this customer is booked.".to_owned(),
        )
    }),
    is_of_report: false,
    ..SOME
};

/// One customer of whom both directions differ by the same factor.
fn by_directions(context: &Context<'_>, sink: &mut Sink<'_>) {
    // By the prices that its rows name, where its directions are not known.
    for rate in rates(context) {
        if let Some(factor) = rate.whole.clone().filter(|factor| !is_told_otherwise(factor)) {
            let chance = Some(rate.chance);
            sink.take(Candidate {
                effect: Some(rate.effect),
                particulars: factor.into(),
                chance,
                ..Candidate::of(&ONE)
            });
        }
    }
    let (Some(booked), Some(both)) = (context.ledger_by_direction(), context.by_direction) else { return };
    let room = context.room_by_direction();
    if !is_one_factor(both, booked, room) {
        return;
    }
    let sum = booked[0] + booked[1];
    let Some(factor) = shortest_factor(sum, sum - context.target, room) else { return };
    if is_told_otherwise(&factor) {
        return;
    }
    let least = both[0].abs().min(both[1].abs());
    let chance = Some(odds(context, least, room, 1));
    sink.take(Candidate { effect: Some(both), particulars: factor.into(), chance, ..Candidate::of(&ONE) });
}
