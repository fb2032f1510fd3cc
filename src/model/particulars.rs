//! Particulars of the seller or of a customer that were changed between two closes: where money
//! goes, and where invoices go, is what a fraud changes first.

use serde::{Deserialize, Serialize};

/// One particular that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Changed {
    /// The period whose close had the earlier one.
    pub since: String,
    /// Whose; None: the seller's.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub customer_id: Option<String>,
    /// Its setting or column.
    pub field: String,
    /// What it was; empty where there was none.
    pub was: String,
    /// What it is; empty where there is none.
    pub is: String,
}

impl Changed {
    /// The field of a charge that came after the close of its day.
    pub(crate) const CHARGE: &str = "charges.csv";

    /// `email: a@example.com → b@example.com`.
    #[must_use]
    pub fn words(&self) -> String {
        let said = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
        format!("{}: {} → {}", self.field, said(&self.was), said(&self.is))
    }
}
