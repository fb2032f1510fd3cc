//! What finance decided about a finding: a reason, who, when, and for which figures.

use rust_decimal::Decimal;

use super::usage::Direction;

/// What is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Bill the partner's figure.
    BillAnalytics,
    /// Bill the ledger's figure.
    BillLedger,
    /// Bill this amount.
    BillAmount(Decimal),
    /// Do not bill yet.
    Hold,
    /// The difference is accepted as it is; the ledger's figure is billed.
    Accept,
    /// Do not bill the customer for the period, whatever the figures say.
    DoNotBill,
}

impl Decision {
    /// In words, as reports say it.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::BillAnalytics => "bill the partner's figure".to_owned(),
            Self::BillLedger => "bill the ledger's figure".to_owned(),
            Self::BillAmount(amount) => format!("bill {amount}"),
            Self::Hold => "hold".to_owned(),
            Self::Accept => "accept the difference".to_owned(),
            Self::DoNotBill => "do not bill".to_owned(),
        }
    }

    /// The same for decisions that bill the same: to accept a difference is to bill the ledger's
    /// figure.
    #[must_use]
    pub fn billed(self) -> Self {
        if self == Self::Accept { Self::BillLedger } else { self }
    }

    /// The line of a resolutions file.
    #[must_use]
    pub fn line(&self) -> String {
        match self {
            Self::BillAnalytics => "bill = \"analytics\"".to_owned(),
            Self::BillLedger => "bill = \"ledger\"".to_owned(),
            Self::BillAmount(amount) => format!("bill = \"{amount}\""),
            Self::Hold => "hold = true".to_owned(),
            Self::Accept => "accept = true".to_owned(),
            Self::DoNotBill => "do_not_bill = true".to_owned(),
        }
    }
}

impl Resolution {
    /// Whether it is about the finding of this code that touches these customers.
    #[must_use]
    pub fn is_about(&self, finding: &str, customers: &[String], direction: Option<Direction>) -> bool {
        self.finding == finding && self.customers == customers && self.direction == direction
    }
}

/// One decision. It applies to the finding of this code that touches these customers, while
/// both figures are what they were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// The finding's code.
    pub finding: String,
    /// Whom it touches, sorted.
    pub customers: Vec<String>,
    /// Its direction, where it has one.
    pub direction: Option<Direction>,
    /// The partner's figure that the decision was made for.
    pub analytics: Option<Decimal>,
    /// The ledger's.
    pub ledger: Option<Decimal>,
    /// What is decided.
    pub decision: Decision,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: String,
    /// When, as it was written: a date.
    pub on: String,
}
