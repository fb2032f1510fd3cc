//! What an earlier period left open.

use serde::{Deserialize, Serialize};

/// A finding of an earlier period that is still open.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OpenItem {
    /// The period's last day, YYYY-MM-DD.
    pub to: String,
    /// The period.
    pub period: String,
    /// The finding's number in its report.
    pub id: String,
    /// Its code.
    pub code: String,
    /// Whom it holds.
    pub customers: Vec<String>,
    /// Ledger less analytics, as a plain decimal.
    pub difference: Option<String>,
}
