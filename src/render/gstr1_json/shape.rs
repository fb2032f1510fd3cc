//! The names and the order of the portal's file.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::model::money::{Currency, Money, parse_plain};

/// An amount in rupees, or a rate, exactly as its digits stand.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Exact {
    /// Two decimals.
    Rupees(Decimal),
    /// As few as it has.
    Rate(Decimal),
    #[default]
    Nothing,
}

impl Exact {
    pub(super) fn value(self) -> Decimal {
        match self {
            Self::Rupees(value) | Self::Rate(value) => value,
            Self::Nothing => Decimal::ZERO,
        }
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let digits = match self {
            Self::Rupees(amount) => Money::new(*amount, Currency::INR).plain(),
            other => other.value().normalize().to_string(),
        };
        RawValue::from_string(digits).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        parse_plain(raw.get()).map(Self::Rupees).map_err(|why| D::Error::custom(format!("`{}`: {why}", raw.get())))
    }
}

/// The whole file. What is empty is not there: the portal refuses empty lists.
#[derive(Serialize, Deserialize)]
pub(super) struct File {
    pub(super) gstin: String,
    pub(super) fp: String,
    pub(super) version: String,
    pub(super) hash: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) b2b: Vec<Group>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) b2ba: Vec<Group>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) b2cl: Vec<Group>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) b2cla: Vec<Group>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) b2cs: Vec<SmallRow>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) b2csa: Vec<SmallAmended>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) exp: Vec<Group>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) expa: Vec<Group>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) cdnr: Vec<Group>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) cdnra: Vec<Group>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) cdnur: Vec<Doc>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) cdnura: Vec<Doc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) nil: Option<NilPart>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) hsn: BTreeMap<String, Vec<HsnRow>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) doc_issue: Option<Issue>,
}

/// Documents of one buyer, State or way of export.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Group {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ctin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pos: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) exp_typ: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) inv: Vec<Doc>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) nt: Vec<Doc>,
}

/// An invoice or a note; `o…` is the number and date by which an earlier return has it.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Doc {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) oinum: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) oidt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ont_num: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ont_dt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) typ: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) inum: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) idt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) ntty: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nt_num: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) nt_dt: Option<String>,
    pub(super) val: Exact,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pos: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rchrg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) inv_typ: Option<String>,
    #[serde(skip_deserializing)]
    pub(super) itms: Vec<Itm>,
}

#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Itm {
    Numbered { num: usize, itm_det: Det },
    Plain(Det),
}

#[derive(Serialize, Deserialize)]
pub(super) struct Det {
    pub(super) rt: Exact,
    pub(super) txval: Exact,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) iamt: Option<Exact>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) camt: Option<Exact>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) samt: Option<Exact>,
    pub(super) csamt: Exact,
}

#[derive(Serialize, Deserialize)]
pub(super) struct SmallRow {
    pub(super) sply_ty: String,
    pub(super) pos: String,
    /// Not by way of an e-commerce operator.
    pub(super) typ: String,
    pub(super) rt: Exact,
    pub(super) txval: Exact,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) iamt: Option<Exact>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) camt: Option<Exact>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) samt: Option<Exact>,
    pub(super) csamt: Exact,
}

#[derive(Serialize, Deserialize)]
pub(super) struct SmallAmended {
    pub(super) omon: String,
    pub(super) sply_ty: String,
    pub(super) pos: String,
    pub(super) typ: String,
    pub(super) itms: Vec<Det>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct NilPart {
    pub(super) inv: Vec<NilRow>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct NilRow {
    pub(super) sply_ty: String,
    pub(super) nil_amt: Exact,
    pub(super) expt_amt: Exact,
    pub(super) ngsup_amt: Exact,
}

/// A row of table 12. Services have no quantity: unit `NA`, quantity 0.
#[derive(Serialize, Deserialize)]
pub(super) struct HsnRow {
    pub(super) num: usize,
    pub(super) hsn_sc: String,
    pub(super) uqc: String,
    pub(super) qty: u32,
    pub(super) rt: Exact,
    pub(super) txval: Exact,
    pub(super) iamt: Exact,
    pub(super) camt: Exact,
    pub(super) samt: Exact,
    pub(super) csamt: Exact,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Issue {
    pub(super) doc_det: Vec<Kind>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Kind {
    pub(super) doc_num: u32,
    pub(super) doc_typ: String,
    pub(super) docs: Vec<Run>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Run {
    pub(super) num: usize,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) totnum: u64,
    pub(super) cancel: u64,
    pub(super) net_issue: u64,
}
