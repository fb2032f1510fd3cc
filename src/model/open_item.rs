//! What an earlier period left open.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::money::parse_plain;
use super::period::Period;

/// A finding of an earlier period that is still open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Copy", into = "Copy")]
pub struct OpenItem {
    /// The period that it was found in.
    pub period: Period,
    /// The finding's number in its report.
    pub id: String,
    /// Its code.
    pub code: String,
    /// Whom it holds.
    pub customers: Vec<String>,
    /// Ledger less analytics.
    pub difference: Option<Decimal>,
}

impl OpenItem {
    /// What it is called: its id, which has its code in it, but in reports of 0.1.
    #[must_use]
    pub fn title(&self) -> String {
        if self.id.starts_with(&self.code) { self.id.clone() } else { format!("{} {}", self.id, self.code) }
    }
}

/// The same as `inputs/open-items.json` of a close has it.
#[derive(Serialize, Deserialize)]
struct Copy {
    /// The period's last day.
    to: String,
    period: String,
    id: String,
    code: String,
    customers: Vec<String>,
    difference: Option<String>,
}

impl From<OpenItem> for Copy {
    fn from(item: OpenItem) -> Self {
        Self {
            to: item.period.to.to_string(),
            period: item.period.name,
            id: item.id,
            code: item.code,
            customers: item.customers,
            difference: item.difference.map(|amount| amount.to_string()),
        }
    }
}

impl TryFrom<Copy> for OpenItem {
    type Error = String;

    fn try_from(copy: Copy) -> Result<Self, String> {
        Ok(Self {
            period: Period::parse(&copy.period)?,
            id: copy.id,
            code: copy.code,
            customers: copy.customers,
            difference: copy.difference.map(|text| parse_plain(&text)).transpose().map_err(|e| e.to_string())?,
        })
    }
}
