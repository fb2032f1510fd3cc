//! The partner's ledger of a period: what it debited and credited beside the cost of calls.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

/// What a debit or credit is for. The partner's own words are many and may grow; what we
/// do not know is [`Kind::Other`], with the word kept aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Calls, their streams and the fee of calls that were not connected: `cdr`,
    /// `stream_cdr`, `ncc`.
    Calls,
    /// Numbers: `did_rental`, `did_purchase`, release fees.
    Rental,
    /// Recordings and transcriptions: `recording`, `transcription`, `pii_redaction`.
    Recording,
    /// Money moved between wallets: recharges, payments, transfers. No revenue.
    Transfer,
    /// `refund`
    Refund,
    /// `manual_adjustment`, `adjustment`
    Adjustment,
    /// Anything else.
    Other,
}

impl Kind {
    /// The word of files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Rental => "rental",
            Self::Recording => "recording",
            Self::Transfer => "transfer",
            Self::Refund => "refund",
            Self::Adjustment => "adjustment",
            Self::Other => "other",
        }
    }

    /// Whether it is a charge or a credit to the customer that is no call cost.
    #[must_use]
    pub fn is_beside_calls(self) -> bool {
        !matches!(self, Self::Calls | Self::Transfer)
    }
}

/// The rows of one customer and kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Posted {
    /// Rows.
    pub rows: u64,
    /// Charged, less credited.
    pub net: Decimal,
}

/// The ledger of the period.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transactions {
    /// Per customer and kind.
    pub customers: BTreeMap<String, BTreeMap<Kind, Posted>>,
    /// Rows that were delivered more than once, and counted once.
    pub repeated: u64,
    /// Rows that are not settled (pending, failed, cancelled), and are in no sum.
    pub unsettled: u64,
    /// Rows in other currencies than the answer's, in no sum.
    pub other_currency: u64,
    /// Customers whose rows did not all arrive, and why.
    pub missing: BTreeMap<String, String>,
    /// Set where the partner's own sums differ from the rows', in a sentence.
    pub contradiction: Option<String>,
    /// Words that we do not know.
    pub unknown: Vec<String>,
}

impl Transactions {
    /// What a customer was charged beside calls, per kind.
    pub fn beside_calls(&self, customer_id: &str) -> impl Iterator<Item = (Kind, Posted)> {
        self.customers
            .get(customer_id)
            .into_iter()
            .flatten()
            .map(|(kind, posted)| (*kind, *posted))
            .filter(|(kind, _)| kind.is_beside_calls())
    }
}
