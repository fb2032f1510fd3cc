//! The tables of Form GSTR-1 as values: what stands in them, and their sums.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::amounts::{Amounts, sum};
use super::small::Small;
use crate::model::invoice::Document;
use crate::model::money::{Money, MoneyError};
use crate::model::period::Period;
use crate::model::supply_type::SupplyType;

/// Something to be looked at before a return is uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Check {
    /// Whether the portal refuses it, or the return lacks it; else it is only to be looked at.
    pub is_refused: bool,
    /// The document's number, or the row.
    pub about: String,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub next: String,
}

/// A table whose documents are told one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Table {
    /// 4A, 4B, 6B: to somebody with a GSTIN.
    B2b,
    /// 5: to another State's consumer, above the limit.
    B2cl,
    /// 6A: abroad.
    Exp,
    /// 9B: notes to somebody with a GSTIN.
    Cdnr,
    /// 9B: notes on table 5 and abroad.
    Cdnur,
}

impl Table {
    /// Every table.
    pub(crate) const ALL: [Self; 5] = [Self::B2b, Self::B2cl, Self::Exp, Self::Cdnr, Self::Cdnur];

    /// The portal's name of it.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::B2b => "b2b",
            Self::B2cl => "b2cl",
            Self::Exp => "exp",
            Self::Cdnr => "cdnr",
            Self::Cdnur => "cdnur",
        }
    }

    /// Its number in the form, and what it is.
    #[must_use]
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::B2b => "4, 6B businesses (b2b)",
            Self::B2cl => "5 large consumers (b2cl)",
            Self::Exp => "6A exports (exp)",
            Self::Cdnr => "9B notes, registered (cdnr)",
            Self::Cdnur => "9B notes, others (cdnur)",
        }
    }

    /// The table of a document; None for those that are only told in sums (table 7).
    #[must_use]
    pub(crate) fn of(supply: SupplyType, document: Document) -> Option<Self> {
        let is_note = document != Document::Invoice;
        match supply {
            SupplyType::ConsumerSmall => None,
            _ if supply.is_registered() => Some(if is_note { Self::Cdnr } else { Self::B2b }),
            _ if is_note => Some(Self::Cdnur),
            SupplyType::ConsumerLarge => Some(Self::B2cl),
            _ => Some(Self::Exp),
        }
    }
}

/// What a document says at one rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// Per cent.
    pub rate: Decimal,
    /// As the document bears them.
    pub amounts: Amounts,
}

/// A document that is told by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Where.
    pub table: Table,
    /// What it is about.
    pub supply: SupplyType,
    /// What it is.
    pub document: Document,
    /// Its number.
    pub number: String,
    /// Its date.
    pub date: NaiveDate,
    /// The buyer's name.
    pub name: String,
    /// The buyer's GSTIN.
    pub gstin: Option<String>,
    /// Code of the State of supply.
    pub place: String,
    /// Its total, positive on a credit note.
    pub value: Money,
    /// Whether the buyer owes the tax.
    pub is_reverse: bool,
    /// Whether the supply is between States.
    pub is_inter: bool,
    /// Rate by rate.
    pub items: Vec<Item>,
}

impl Entry {
    /// What it adds to the return: negative for a credit note.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub(crate) fn signed(&self) -> Result<Amounts, MoneyError> {
        let whole = sum(self.items.iter().map(|item| item.amounts))?;
        Ok(if self.document == Document::CreditNote { whole.negated() } else { whole })
    }

    /// The same document with amounts of nothing: how table 9 takes back what is void.
    #[must_use]
    pub(super) fn taken_back(mut self) -> Self {
        self.value = Money::zero(self.value.currency());
        for item in &mut self.items {
            item.amounts = Amounts::default();
        }
        self
    }
}

/// A row of table 8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Nil {
    /// `INTRB2B`, `INTRAB2B`, `INTRB2C`, `INTRAB2C`.
    pub supply: &'static str,
    /// Nil-rated, net of credit notes.
    pub amount: Decimal,
}

/// A half of table 12, which is apart by who buys since May 2025 (GSTN's advisory of 1 May
/// 2025: 4A, 4B, 6B and registered notes are `B2b`; 5, 6A, 7 and other notes `B2c`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Half {
    /// Before May 2025: one list.
    Both,
    /// Buyers with a GSTIN.
    B2b,
    /// All others.
    B2c,
}

impl Half {
    /// The portal's name of the list.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Both => "data",
            Self::B2b => "hsn_b2b",
            Self::B2c => "hsn_b2c",
        }
    }

    /// The list of a supply in a month's return.
    #[must_use]
    pub(super) fn of(supply: SupplyType, month: &str) -> Self {
        match supply {
            _ if month < "2025-05" => Self::Both,
            supply if supply.is_registered() => Self::B2b,
            _ => Self::B2c,
        }
    }
}

/// What a row of table 12 is about: the list, the service's code, the rate.
pub(crate) type HsnKey = (Half, String, Decimal);

/// A row of table 13: numbers of a series that follow each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Numbers {
    /// What they are.
    pub document: Document,
    /// The first number.
    pub from: String,
    /// The last.
    pub to: String,
    /// How many.
    pub total: u64,
    /// How many of them are void.
    pub cancelled: u64,
}

/// The return of a month.
#[derive(Clone, Debug)]
pub(crate) struct Gstr1 {
    /// The seller's GSTIN.
    pub gstin: String,
    /// The month.
    pub month: Period,
    /// Documents told one by one, table by table.
    pub entries: Vec<Entry>,
    /// Table 7, net of notes.
    pub small: BTreeMap<Small, Amounts>,
    /// Table 8.
    pub nil: Vec<Nil>,
    /// Table 12, net of notes and of what is amended.
    pub hsn: BTreeMap<HsnKey, Amounts>,
    /// Table 13.
    pub numbers: Vec<Numbers>,
    /// Table 9A and 9C: documents of earlier returns as they are now.
    pub amended: Vec<Entry>,
    /// Table 10: rows of table 7 of earlier returns as they are now, by the month.
    pub amended_small: BTreeMap<(String, Small), Amounts>,
    /// What the portal would refuse, and what a person should look at.
    pub checks: Vec<Check>,
    /// Numbers of the documents that this return tells first, in whatever table.
    pub first_told: BTreeSet<String>,
}

impl Gstr1 {
    /// The documents' tables added up: what is new in this return.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub(crate) fn total(&self) -> Result<Amounts, MoneyError> {
        sum(self.by_table()?.into_iter().map(|(_, _, whole)| whole))
    }

    /// Each table with rows: what it is called, how many there are, and their sum.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub(crate) fn by_table(&self) -> Result<Vec<(&'static str, u64, Amounts)>, MoneyError> {
        let mut tables = Vec::new();
        for table in Table::ALL {
            let of = self.entries.iter().filter(|entry| entry.table == table).map(Entry::signed);
            tables.push((table.title(), of.collect::<Result<Vec<_>, _>>()?));
        }
        tables.insert(3, ("7 consumers (b2cs)", self.small.values().copied().collect()));
        let nil = self.nil.iter().map(|nil| Amounts { taxable: nil.amount, ..Amounts::default() });
        tables.insert(4, ("8 nil-rated (nil)", nil.collect()));
        let summed = tables.into_iter().filter(|(_, rows)| !rows.is_empty());
        summed.map(|(title, rows)| Ok((title, rows.len() as u64, sum(rows)?))).collect()
    }

    /// Whether nothing at all was issued or is amended.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.numbers.is_empty() && self.entries.is_empty() && self.amended.is_empty() && self.amended_small.is_empty()
    }
}
