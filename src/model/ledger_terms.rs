//! What finance says of its ledger where an export does not: what an account is, and in
//! which order its dates are written.

use super::usage::Direction;

/// What an account of the ledger is to a close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountUse {
    /// Revenue from calls of one direction.
    Calls(Direction),
    /// Other revenue: totalled apart, never compared with call costs.
    Other,
}

impl AccountUse {
    /// Every use, with the word of settings and flags.
    pub const WORDS: [(&str, Self); 3] = [
        ("inbound", Self::Calls(Direction::Inbound)),
        ("outbound", Self::Calls(Direction::Outbound)),
        ("other", Self::Other),
    ];

    /// The word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Calls(direction) => direction.name(),
            Self::Other => "other",
        }
    }
}

/// In which order day, month and year stand where all are numbers.
#[derive(Clone, Copy, Debug, serde::Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub enum DateOrder {
    /// 05/10/2026 is in October.
    #[serde(rename = "dmy")]
    DayFirst,
    /// 05/10/2026 is in May.
    #[serde(rename = "mdy")]
    MonthFirst,
    /// 26/10/05 is in October 2026: of two-digit years only.
    #[serde(rename = "ymd")]
    YearFirst,
}

impl DateOrder {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::DayFirst, Self::MonthFirst, Self::YearFirst];
    /// Each, with the word of formats, settings and flags.
    pub const WORDS: [(&str, Self); 3] = [("dmy", Self::DayFirst), ("mdy", Self::MonthFirst), ("ymd", Self::YearFirst)];

    /// The word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DayFirst => "dmy",
            Self::MonthFirst => "mdy",
            Self::YearFirst => "ymd",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::WORDS.into_iter().find_map(|(word, order)| (word == text).then_some(order))
    }
}

/// Which price of calls the ledger states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// What the partner charges.
    #[default]
    Cost,
    /// What the customer is charged: at its rates and mark-up, rounded as invoice lines are.
    Selling,
}

impl Basis {
    /// Each, with the word of settings and files.
    pub const WORDS: [(&str, Self); 2] = [("cost", Self::Cost), ("selling", Self::Selling)];

    /// The word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Selling => "selling",
        }
    }
}
