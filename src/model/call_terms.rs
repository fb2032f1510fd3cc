//! What finance says of a file of calls where it does not: which column is what, and within
//! what two rows without a common id are one call.

use std::collections::BTreeMap;

use super::problem::word;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The call's id.
    Id,
    /// Who called.
    From,
    /// Who was called.
    To,
    /// When it began.
    Start,
    /// The time of day, where the date stands in a column of its own.
    Time,
    /// Billed seconds.
    Billsec,
    /// Seconds, with ringing or not.
    Duration,
    /// Minutes.
    Minutes,
    /// What it cost.
    Cost,
    /// What streaming cost, where it is not in the cost.
    Streaming,
    /// Whose call it is.
    Account,
    /// Inbound or outbound.
    Direction,
    /// In which currency the cost is.
    Currency,
}

impl Role {
    /// Each, with the word of flags and settings.
    pub const WORDS: [(&str, Self); 13] = [
        ("id", Self::Id),
        ("from", Self::From),
        ("to", Self::To),
        ("start", Self::Start),
        ("time", Self::Time),
        ("billsec", Self::Billsec),
        ("duration", Self::Duration),
        ("minutes", Self::Minutes),
        ("cost", Self::Cost),
        ("streaming", Self::Streaming),
        ("account", Self::Account),
        ("direction", Self::Direction),
        ("currency", Self::Currency),
    ];

    /// The word.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::WORDS.iter().find(|(_, role)| *role == self).map_or("", |(word, _)| word)
    }

    /// Reads `cost=Betrag`.
    ///
    /// # Errors
    /// A phrase that says how it is written.
    pub fn named(text: &str) -> Result<(Self, String), String> {
        match text.split_once('=') {
            Some((role, name)) if !name.trim().is_empty() => Ok((Self::parse(role.trim())?, name.trim().to_owned())),
            _ => Err(format!("`{}` is not written as cost=NAME", super::money::shorten(text))),
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    /// A phrase that names the words there are.
    pub fn parse(text: &str) -> Result<Self, String> {
        word(text, &Self::WORDS)
    }
}

/// Columns that the user names, by role.
pub type Named = BTreeMap<Role, String>;

/// Within what calls without a common id are the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Seconds between the two starts.
    pub start_seconds: i64,
    /// Seconds between the two durations; one rounded up to 6, 15, 30 or 60 s is the same.
    pub duration_seconds: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { start_seconds: 2, duration_seconds: 1 }
    }
}
