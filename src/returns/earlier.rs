//! What returns of earlier months said, one after the other: what was told of each document
//! last, so that a return amends what has changed since, once.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::amounts::Amounts;
use super::small::Small;
use super::tables::HsnKey;
use crate::model::money::MoneyError;

/// What one written return says, as far as later ones need it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Written {
    /// Its month, `2026-03`.
    pub month: String,
    /// The seller's GSTIN.
    pub gstin: String,
    /// Documents told by themselves, amended or not: the value by the number.
    pub values: BTreeMap<String, Decimal>,
    /// Rows of table 7, and of table 10, by the month that they are of.
    pub small: BTreeMap<(String, Small), Amounts>,
    /// Table 12.
    pub hsn: BTreeMap<HsnKey, Amounts>,
}

/// What the returns of earlier months said last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Earlier {
    /// Their months.
    pub months: BTreeSet<String>,
    /// Documents told by themselves: the value by the number.
    pub values: BTreeMap<String, Decimal>,
    /// Table 7 by month.
    pub small: BTreeMap<(String, Small), Amounts>,
    /// Table 12, of all of them together.
    pub hsn: BTreeMap<HsnKey, Amounts>,
}

impl Earlier {
    /// Adds the next return.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub(crate) fn add(&mut self, written: Written) -> Result<(), MoneyError> {
        self.months.insert(written.month);
        self.values.extend(written.values);
        self.small.extend(written.small);
        for (key, amounts) in written.hsn {
            let row = self.hsn.entry(key).or_default();
            *row = row.plus(amounts)?;
        }
        Ok(())
    }
}
