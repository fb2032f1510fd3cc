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

/// In which order day and month stand where both are numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// 05/10/2026 is in October.
    DayFirst,
    /// 05/10/2026 is in May.
    MonthFirst,
}

impl DateOrder {
    /// Both, with the word of formats, settings and flags.
    pub const WORDS: [(&str, Self); 2] = [("dmy", Self::DayFirst), ("mdy", Self::MonthFirst)];

    /// The word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DayFirst => "dmy",
            Self::MonthFirst => "mdy",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::WORDS.into_iter().find_map(|(word, order)| (word == text).then_some(order))
    }
}
