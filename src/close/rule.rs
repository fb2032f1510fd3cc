//! Who must say yes to a seal. Whoever may change the settings does not lift the rule alone: what
//! the last event sealed stands beside them, and whichever asks for more is followed.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::history::standing_before;
use super::particulars::sealed_settings;
use crate::audit::chain::Chain;
use crate::audit::manifest;
use crate::books::config::Config;
use crate::books::layout::Books;
use crate::model::money::add_exact;
use crate::model::problem::Problem;
use crate::model::resolution::{Decision, Resolution};

/// The rule: `[audit] approvals`, `approve_above`, `signatures`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    approvals: u8,
    above: Option<Decimal>,
    /// Whether nothing is sealed without a signature.
    pub signatures: bool,
}

impl Rule {
    /// That of settings.
    #[must_use]
    pub(crate) fn of(config: &Config) -> Self {
        Self { approvals: config.approvals, above: config.approve_above, signatures: config.signatures_required }
    }

    /// That of settings, and that which the last event of a chain sealed.
    ///
    /// # Errors
    /// What it sealed is not what lies there (exit 4).
    pub(crate) fn in_force(books: &Books, chain: &Chain, config: &Config) -> Result<Self, Problem> {
        let own = Self::of(config);
        let next = chain.events.last().map_or(1, |last| last.sequence + 1);
        Ok(Self::sealed_before(books, chain, next)?.map_or(own, |sealed| own.and(sealed)))
    }

    /// That which the event before one sealed; None where there is none, or its period was closed again
    /// since, so that its settings are no more.
    ///
    /// # Errors
    /// As [`Self::in_force`].
    pub(crate) fn sealed_before(books: &Books, chain: &Chain, sequence: u64) -> Result<Option<Self>, Problem> {
        let Some(event) = standing_before(chain, sequence) else { return Ok(None) };
        let manifest = manifest::sealed_by(books, event)?;
        sealed_settings(books, &format!("closes/{}", event.period), &manifest).map(|sealed| Some(Self::of(&sealed)))
    }

    /// Both: whichever asks for more.
    #[must_use]
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            approvals: self.approvals.max(other.approvals),
            above: self.above.into_iter().chain(other.above).min(),
            signatures: self.signatures || other.signatures,
        }
    }

    /// Where this one asks for less than another did: setting, what it was, what it is.
    #[must_use]
    pub(crate) fn laxer_than(self, was: Self) -> Vec<(&'static str, String, String)> {
        let limit = |above: Option<Decimal>| above.map_or_else(String::new, |above| above.normalize().to_string());
        let word = |required: bool| if required { "required" } else { "optional" }.to_owned();
        let is_higher = was.above.is_some_and(|limit| self.above.is_none_or(|now| now > limit));
        let all = [
            (self.approvals < was.approvals, "audit.approvals", was.approvals.to_string(), self.approvals.to_string()),
            (is_higher, "audit.approve_above", limit(was.above), limit(self.above)),
            (was.signatures && !self.signatures, "audit.signatures", word(was.signatures), word(self.signatures)),
        ];
        all.into_iter().filter_map(|(is_laxer, field, was, is)| is_laxer.then_some((field, was, is))).collect()
    }

    /// Whether a close needs a second person: always, or because of what was decided, by one decision
    /// or by all about one customer together.
    #[must_use]
    pub(crate) fn needs_two(self, decided: &[Resolution]) -> bool {
        let is_much = |limit: Decimal| {
            let mut together: BTreeMap<&[String], Decimal> = BTreeMap::new();
            for one in decided {
                let sum = together.entry(&one.customers).or_default();
                *sum = add_exact(*sum, weight(one)).unwrap_or(Decimal::MAX);
            }
            together.into_values().any(|sum| sum > limit)
        };
        self.approvals > 1 || self.above.is_some_and(is_much)
    }
}

/// How much money a decision is about: what lies between the two figures, or between them and the
/// amount that it names. A customer that is not billed at all has no figure to go by.
fn weight(decided: &Resolution) -> Decimal {
    let [analytics, ledger] = [decided.analytics, decided.ledger].map(Option::unwrap_or_default);
    // Neither is beyond what was read; a difference that does not fit is above any limit.
    let between = |a: Decimal, b: Decimal| add_exact(a, -b).map_or(Decimal::MAX, |by| by.abs());
    match decided.decision {
        Decision::Hold => Decimal::ZERO,
        Decision::DoNotBill => Decimal::MAX,
        Decision::BillAmount(amount) => between(amount, ledger).max(between(amount, analytics)),
        Decision::BillAnalytics | Decision::BillLedger | Decision::Accept => between(ledger, analytics),
    }
}
