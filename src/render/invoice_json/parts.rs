//! The shape of an invoice's `.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) schema: String,
    /// Whose rules made it: absent in what 0.1 issued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) edition: Option<u8>,
    pub(super) document: String,
    pub(super) number: String,
    pub(super) issue_date: String,
    pub(super) due_date: Option<String>,
    pub(super) original: Option<OriginalPart>,
    pub(super) customer_id: String,
    pub(super) period: SpanPart,
    pub(super) currency: String,
    pub(super) seller: PartyPart,
    pub(super) buyer: PartyPart,
    pub(super) buyer_reference: Option<String>,
    pub(super) supply: Option<SupplyPart>,
    pub(super) proof: String,
    pub(super) lines: Vec<LinePart>,
    pub(super) subtotal: String,
    pub(super) taxes: Vec<TaxPart>,
    /// The lines' `recipient_taxes` added up.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) recipient_taxes: Vec<TaxPart>,
    pub(super) round_off: String,
    pub(super) total: String,
    pub(super) amount_in_words: String,
    pub(super) payment: PaymentPart,
    pub(super) remarks: Vec<String>,
    /// Structured forms: null where there is one, else why not.
    pub(super) structured: BTreeMap<String, Option<String>>,
    /// The time zone in which the days of lines begin; absent where no line has days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) days_in: Option<String>,
    /// The itemised list beside it, `usage/<number>.csv`; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) call_list: Option<CallListPart>,
    pub(super) logo_sha256: Option<String>,
    pub(super) template_sha256: String,
    /// Head of the audit chain before the event that issued it; absent where that is the first.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) sealed_after: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CallListPart {
    pub(super) calls: u64,
    pub(super) capture_sha256: String,
    pub(super) masked: bool,
    pub(super) timezone: String,
}

/// A day of the annex. What the days leave of the line's amount is its rounding.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DayPart {
    /// null: these calls state no time.
    pub(super) day: Option<String>,
    pub(super) calls: u64,
    pub(super) seconds: Option<u64>,
    pub(super) amount: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OriginalPart {
    pub(super) number: String,
    pub(super) issue_date: String,
    pub(super) reason: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SpanPart {
    pub(super) name: String,
    pub(super) from: String,
    pub(super) to: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartyPart {
    pub(super) legal_name: String,
    pub(super) address: Vec<String>,
    pub(super) city: Option<String>,
    pub(super) pin: Option<String>,
    pub(super) country: Option<String>,
    pub(super) state_code: Option<String>,
    pub(super) gstin: Option<String>,
    pub(super) email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pan: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) udyam: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) website: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SupplyPart {
    pub(super) treatment: String,
    pub(super) place_code: String,
    pub(super) place_name: String,
    pub(super) reverse_charge: bool,
    /// Nothing on record tells the place, so that it is the supplier's; absent where it is told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) place_assumed: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LinePart {
    pub(super) description: String,
    pub(super) charge: String,
    pub(super) direction: Option<String>,
    pub(super) calls: Option<u64>,
    /// Billed time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) seconds: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) answered: Option<u64>,
    /// The days that a recurring charge is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) to: Option<String>,
    /// The amount is a selling price that the ledger states; absent where it is not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) at_selling_price: bool,
    /// The period whose credit it takes off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) carried_from: Option<String>,
    /// How `exact` came about; absent where it is what was reconciled, agreed or booked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pricing: Option<PricingPart>,
    pub(super) exact: String,
    pub(super) amount: String,
    /// What rounding gave or took: amount less exact.
    pub(super) rounding: String,
    pub(super) sac: Option<String>,
    pub(super) taxes: Vec<LineTaxPart>,
    /// What the buyer owes under reverse charge, and no sum here has; absent where nothing is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) recipient_taxes: Vec<LineTaxPart>,
    /// The annex's days; absent where it is not printed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) days: Vec<DayPart>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "by", deny_unknown_fields)]
pub(super) enum PricingPart {
    /// exact = base × (1 + percent / 100)
    Markup { base: String, percent: String },
    /// exact = quantity × price
    Rate { quantity: String, unit: String, price: String },
    /// exact = base × percent / 100
    Share { base: String, percent: String },
    /// exact = of × days / whole, to the minor unit
    Part { of: String, days: u32, whole: u32 },
    /// exact = minimum − have
    UpTo { minimum: String, have: String },
    /// exact = amount × rate
    Exchange(Box<ExchangePart>),
}

/// A charge in another currency.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExchangePart {
    pub(super) currency: String,
    /// To the minor unit of that currency.
    pub(super) amount: String,
    /// How the amount came about; absent where it is what was agreed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) of: Option<PricingPart>,
    /// What one unit is worth in the document's currency, of which day, and who published it.
    pub(super) rate: String,
    pub(super) date: String,
    pub(super) source: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LineTaxPart {
    pub(super) kind: String,
    pub(super) rate: String,
    pub(super) amount: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TaxPart {
    pub(super) kind: String,
    pub(super) rate: String,
    pub(super) base: String,
    pub(super) amount: String,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PaymentPart {
    pub(super) account_name: Option<String>,
    pub(super) account_number: Option<String>,
    pub(super) bank: Option<String>,
    pub(super) bank_code: Option<String>,
    pub(super) upi: Option<String>,
    pub(super) due_days: Option<u32>,
    pub(super) terms: Option<String>,
}
