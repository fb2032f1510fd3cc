//! The outcome of a comparison, ready to be written and to be billed from.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use super::finding::{Finding, Severity, Sides};
use super::ledger_terms::Basis;
use super::matrix::{EdgeCall, Grain};
use super::money::{Currency, Money};
use super::period::Period;
use super::posting::RowCounts;
use super::transactions::Kind;
use super::usage::{CallUsage, Direction, Identity};

/// How a line of the comparison stands, better ones first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// No difference.
    Matched,
    /// A difference within the declared tolerance.
    Tolerated,
    /// A difference that finance decided upon.
    Settled,
    /// A difference.
    Discrepant,
    /// In the ledger, and not in the partner's list, which is known to be shorter than the whole.
    Unlisted,
    /// The partner states no figure to compare with.
    NotStated,
    /// The partner has a figure, and it did not arrive.
    NotReconciled,
}

impl Status {
    /// The word of files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Tolerated => "tolerated",
            Self::Settled => "settled",
            Self::Discrepant => "discrepant",
            Self::Unlisted => "unlisted",
            Self::NotStated => "not-stated",
            Self::NotReconciled => "not-reconciled",
        }
    }
}

/// A file that the comparison was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// `analytics`, `dashboard`, `ledger`.
    pub role: &'static str,
    /// Where it lies: capture files relative to the close's folder, ledgers to the books.
    pub path: String,
    /// SHA-256 in hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// One direction's comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectionLine {
    /// Which.
    pub direction: Direction,
    /// Both figures.
    pub sides: Sides,
    /// How it stands.
    pub status: Status,
    /// Calls that the partner states.
    pub calls: Option<u64>,
}

/// One customer's comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomerLine {
    /// The partner's id.
    pub customer_id: String,
    /// A name, where one is known.
    pub name: Option<String>,
    /// Both figures.
    pub sides: Sides,
    /// How it stands.
    pub status: Status,
    /// The ledger's split.
    pub ledger_by_direction: BTreeMap<Direction, Money>,
    /// The partner's split, where it was captured; what of it did not arrive is None.
    pub analytics_by_direction: Option<BTreeMap<Direction, Option<Money>>>,
    /// Calls that the partner states.
    pub calls: Option<u64>,
}

impl CustomerLine {
    /// Both figures of one direction, where the partner's was captured.
    #[must_use]
    pub fn direction(&self, direction: Direction) -> Option<Sides> {
        let analytics = (*self.analytics_by_direction.as_ref()?.get(&direction)?)?;
        let ledger = *self.ledger_by_direction.get(&direction)?;
        let difference = ledger.minus(&analytics).ok()?;
        Some(Sides { analytics: Some(analytics), ledger, difference: Some(difference) })
    }
}

/// What the partner's list leaves out, against the ledger's customers that are not on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remainder {
    /// Both figures.
    pub sides: Sides,
    /// How many customers of the ledger are not listed.
    pub customers: u64,
    /// How it stands.
    pub status: Status,
}

/// How the customers' own figures were had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// From summaries, or from every call.
    pub grain: Grain,
    /// Accounts in the partner's list.
    pub accounts_listed: u64,
    /// How many it says there are.
    pub accounts_stated: Option<u64>,
    /// Customers asked for: the list's, and those of the analytics and the books beyond it.
    pub asked: u64,
    /// Of them, those whose answers did not all arrive.
    pub not_reconciled: u64,
}

/// What a customer was charged beside calls, of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BesideCalls {
    /// Whose.
    pub customer_id: String,
    /// What for.
    pub kind: Kind,
    /// How many rows of the partner's ledger.
    pub rows: u64,
    /// Debits less credits.
    pub amount: Money,
}

/// At which price the ledger was compared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComparedAt {
    /// Inbound and outbound, of everybody.
    pub bases: [Basis; 2],
    /// Of customers for whom it is said apart.
    pub apart: BTreeMap<String, Basis>,
    /// What the partner charges, where that is not what was compared.
    pub cost: Option<Money>,
}

impl ComparedAt {
    /// Whether any price is not the cost.
    #[must_use]
    pub fn is_selling(&self) -> bool {
        self.bases.iter().chain(self.apart.values()).any(|basis| *basis == Basis::Selling)
    }

    /// The same in words, without a full stop.
    #[must_use]
    pub fn words(&self) -> String {
        if !self.is_selling() {
            return "the ledger is compared at cost: with what the partner charges".to_owned();
        }
        let cost = self.cost.map_or_else(|| "calls".to_owned(), |cost| cost.display());
        let mut words = format!(
            "the ledger is compared at selling price: with the partner's {cost} at each customer's rates and mark-up, rounded as invoice lines are"
        );
        let mut at_cost: Vec<&str> = Direction::ALL
            .into_iter()
            .filter(|direction| self.bases[*direction as usize] == Basis::Cost)
            .map(Direction::name)
            .collect();
        if at_cost.len() == Direction::ALL.len() {
            at_cost = vec!["most customers"];
        }
        let apart = match self.apart.len() {
            0 => None,
            1 => Some("1 customer as customers.csv says".to_owned()),
            n => Some(format!("{n} customers as customers.csv says")),
        };
        let at_cost = at_cost.first().map(|whose| format!("{whose} at cost"));
        let but: Vec<String> = at_cost.into_iter().chain(apart).collect();
        if !but.is_empty() {
            words.push_str(&format!("; {}", but.join("; ")));
        }
        words
    }
}

/// Everything found for a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciliation {
    /// The period asked for.
    pub period: Period,
    /// The books' time zone.
    pub timezone: Tz,
    /// Where the partner's days begin, by the settings.
    pub partner_timezone: Tz,
    /// How the customers' own figures were had; None where only the analytics' list was.
    pub coverage: Option<Coverage>,
    /// Calls between the two period boundaries, by time, and how many more there are. Only
    /// where every call was captured.
    pub edge_calls: Option<(Vec<EdgeCall>, u64)>,
    /// What the partner's ledger has beside calls; None where it was not captured.
    pub beside_calls: Option<Vec<BesideCalls>>,
    /// Who the partner is, where that was captured.
    pub partner: Option<Identity>,
    /// Fields and words of the partner's answers that we do not know.
    pub unread: Vec<String>,
    /// The currency of all amounts.
    pub currency: Currency,
    /// What it was made from.
    pub inputs: Vec<Input>,
    /// Where each ledger row went.
    pub rows: RowCounts,
    /// At which price it was compared.
    pub compared_at: ComparedAt,
    /// Who added the ledger up, where it was not us.
    pub added_up_by: Option<String>,
    /// The whole.
    pub totals: Sides,
    /// Calls, answered and failed calls and time of the whole, as stated.
    pub usage: CallUsage,
    /// Inbound and outbound.
    pub directions: Vec<DirectionLine>,
    /// Every customer of either side, by id.
    pub customers: Vec<CustomerLine>,
    /// None where the partner's list is complete.
    pub remainder: Option<Remainder>,
    /// Ranked for the reader.
    pub findings: Vec<Finding>,
    /// Whether `reconciled` also says that what differs was settled, as in closes of 0.1.
    pub two_outcomes: bool,
}

impl Reconciliation {
    /// Whether anything blocks.
    #[must_use]
    pub fn is_reconciled(&self) -> bool {
        !self.findings.iter().any(|f| f.severity == Severity::Blocking)
    }

    /// Customers that differ and whose rows were not searched for causes, sorted.
    pub fn unsearched(&self) -> impl Iterator<Item = &str> {
        let told = self.findings.iter().filter(|f| f.code == "not-searched");
        told.flat_map(|f| &f.customers).map(String::as_str)
    }

    /// `reconciled`: all agrees; `settled`: nothing blocks, and a difference was decided or
    /// tolerated; `discrepant`.
    #[must_use]
    pub fn outcome(&self) -> &'static str {
        match self.is_reconciled() {
            false => "discrepant",
            true if self.is_settled() => "settled",
            true => "reconciled",
        }
    }

    /// Whether nothing blocks, and a difference was decided or tolerated.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let tolerated = |status| status == Status::Tolerated;
        !self.two_outcomes
            && self.is_reconciled()
            && (self.decided().next().is_some()
                || self.customers.iter().any(|line| tolerated(line.status))
                || self.directions.iter().any(|line| tolerated(line.status))
                || self.remainder.as_ref().is_some_and(|rest| tolerated(rest.status))
                || self.totals.difference.is_some_and(|difference| !difference.is_zero()))
    }

    /// Says of directions and of the remainder what the whole says, where decisions settled
    /// what differs there.
    pub(crate) fn settle(&mut self) {
        if self.is_settled() && self.decided().next().is_some() {
            let lines = self.directions.iter_mut().map(|line| &mut line.status);
            for status in lines.chain(self.remainder.iter_mut().map(|rest| &mut rest.status)) {
                if *status == Status::Discrepant {
                    *status = Status::Settled;
                }
            }
        }
    }

    /// Findings that finance decided upon.
    pub fn decided(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.is_decided())
    }

    /// How the whole stands: a difference is tolerated where nothing blocks.
    #[must_use]
    pub fn total_status(&self) -> Status {
        match self.totals.difference {
            None => Status::NotStated,
            Some(d) if d.is_zero() => Status::Matched,
            Some(_) if self.is_settled() && self.decided().next().is_some() => Status::Settled,
            Some(_) if self.is_reconciled() => Status::Tolerated,
            Some(_) => Status::Discrepant,
        }
    }

    /// Customers that a blocking finding touches, each with the findings' ids.
    #[must_use]
    pub fn held(&self) -> BTreeMap<&str, Vec<&Finding>> {
        let mut held: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in self.findings.iter().filter(|f| f.severity == Severity::Blocking) {
            for customer in &finding.customers {
                held.entry(customer).or_default().push(finding);
            }
        }
        held
    }
}
