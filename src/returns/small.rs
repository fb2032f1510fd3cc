//! Rows of table 7: supplies to consumers, added up by State and rate.

use rust_decimal::Decimal;

use crate::model::invoice::Draft;
use crate::model::supply_type::is_inter_state;

/// What a row of table 7 is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Small {
    /// Code of the State of supply.
    pub place: String,
    /// Per cent.
    pub rate: Decimal,
    /// Whether it is not the seller's State.
    pub is_inter: bool,
}

impl Small {
    /// The row of a supply at a rate.
    #[must_use]
    pub(crate) fn of(draft: &Draft, rate: Decimal) -> Self {
        let place = draft.supply.as_ref().map(|supply| supply.place_code.clone()).unwrap_or_default();
        Self { place, rate, is_inter: is_inter_state(draft) }
    }

    /// The portal's word: `INTER`, `INTRA`.
    #[must_use]
    pub(crate) fn kind(&self) -> &'static str {
        if self.is_inter { "INTER" } else { "INTRA" }
    }
}
