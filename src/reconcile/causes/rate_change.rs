//! A part of the month, or one direction, is booked at another rate. The particular says which
//! part, and the rate.

use super::basis::is_told_otherwise;
use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{
    Candidate, CommonRate, Context, Particulars, Pattern, Preference, Sink, Together, rates,
};

/// Looked for in parts of a customer's rows, and in the same part of several customers' rows.
pub(crate) static CHECK: Check =
    Check { code: "rate-change", page: include_str!("rate_change.md"), look: Look::Candidates(candidates) };

const NEXT: &str = "Look from which day the partner charges which rate, and post the calls at it.";

static OF_SEVERAL: Pattern = Pattern {
    name: "several",
    preference: Preference::WholeByFactor,
    together: Some(Together {
        alike: true,
        words: |rate: &Particulars| (format!("is at another rate in a part of the month: {}", rate.word), NEXT),
    }),
    is_of_report: true,
    ..Pattern::BASE
};

static OF_ONE: Pattern = Pattern {
    name: "one",
    preference: Preference::RateNamed,
    alone: Some(|t| {
        let what = &t.fit.particulars.word;
        (format!("For {}, {what}: the ledger is {}.", t.whom, t.off()), NEXT.to_owned())
    }),
    ..Pattern::BASE
};

/// Whether a factor is what tax, a decimal point, withholding or a second posting makes. From some
/// day on, a tenth less is a rate: withheld is from documents.
fn is_of_another(rate: &CommonRate) -> bool {
    let is_of_days = rate.part.from.is_some() || rate.part.to.is_some();
    let is_withheld = ["0.9", "0.95", "0.98", "0.99"].contains(&rate.text.as_str());
    is_told_otherwise(&rate.text) && !(is_of_days && is_withheld) || ["2", "3", "0.5"].contains(&rate.text.as_str())
}

fn candidates(context: &Context<'_>, sink: &mut Sink<'_>) {
    // A row that makes all of it says more of it than a factor.
    let is_a_row = || {
        let slack = context.slack_of_total();
        context.inside.iter().any(|row| (context.amount(row).abs() - context.target.abs()).abs() <= slack)
    };
    let rate = context.known.rate.as_ref().filter(|rate| rate.of.contains(&context.index));
    if let Some(rate) = rate.filter(|rate| !is_of_another(rate) && !is_a_row()) {
        let words = format!("its postings {} are {} times the partner's figures", rate.part.words(), rate.text);
        let effect = rate.part.direction.map(|direction| {
            let mut both = [0; 2];
            both[direction as usize] = context.target;
            both
        });
        sink.take(Candidate {
            effect,
            particulars: words.into(),
            chance: Some(rate.chance),
            ..Candidate::of(&OF_SEVERAL)
        });
    }
    let shown_only = sink.strong_only;
    for rate in rates(context).iter().filter(|rate| rate.whole.is_none() && (rate.is_shown || !shown_only)) {
        sink.take(Candidate {
            effect: Some(rate.effect),
            strong: rate.is_shown,
            preference: if rate.is_shown { Preference::RateNamed } else { Preference::RateOfPart },
            rows: vec![rate.row],
            particulars: rate.words.clone().into(),
            chance: Some(rate.chance),
            ..Candidate::of(&OF_ONE)
        });
    }
}
