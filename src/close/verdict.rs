//! What `verify` found, of each period and of the trail.

use std::collections::BTreeMap;

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    /// The file, relative to the books.
    pub file: String,
    /// The field in it, where it can be told.
    pub field: Option<String>,
    /// What does not hold.
    pub what: String,
}

/// What was verified of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PeriodReport {
    /// The period's name.
    pub period: String,
    /// Files whose digests were computed.
    pub files: usize,
    /// Invoices drawn again.
    pub invoices: usize,
    /// Seals in the chain.
    pub seals: usize,
    /// When it was last sealed.
    pub at: String,
    /// The outcome that was sealed.
    pub outcome: String,
    /// Who prepared and who approved it, where two people did.
    pub approval: Option<String>,
}

/// The outcome of a verification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// Period by period.
    pub periods: Vec<PeriodReport>,
    /// Periods that were left out, as they were sealed before what was asked for.
    pub left_out: Vec<String>,
    /// What does not hold; empty: everything does.
    pub broken: Vec<Broken>,
    /// The only period of which anything lies here, where more were sealed.
    pub alone: Option<String>,
    /// Events in the chain.
    pub events: usize,
    /// SHA-256 of the chain's last line: note it somewhere else.
    pub head: String,
    /// Invoices that were mailed, by the journal.
    pub sent: usize,
    /// Who signed.
    pub signatures: Signatures,
    /// Which lines were stamped elsewhere, where that was looked at.
    pub stamps: Stamps,
}

impl Report {
    pub(super) fn add(&mut self, file: impl Into<String>, field: Option<String>, what: impl Into<String>) {
        // A name with a line end would print a line of its own.
        let file = file.into().replace(['\n', '\r'], "<U+000A>");
        self.broken.push(Broken { file, field, what: what.into() });
    }

    /// What is broken in order of files, each place once.
    pub(super) fn sort(&mut self) {
        self.broken.sort_by(|a, b| (&a.file, &a.field, &a.what).cmp(&(&b.file, &b.field, &b.what)));
        self.broken.dedup();
    }
}

/// Whose signatures the seals have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Signatures {
    /// Who signed how many, by name and key.
    pub by: BTreeMap<(String, String), usize>,
    /// Seals without a signature, by their place in the chain.
    pub unsigned: Vec<u64>,
}

impl Signatures {
    /// How many seals are signed.
    #[must_use]
    pub(crate) fn signed(&self) -> usize {
        self.by.values().sum::<usize>()
    }
}

/// Time stamps of the chain's lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Stamps {
    /// Those that hold, in order.
    pub held: Vec<Stamped>,
    /// Lines without one.
    pub missing: Vec<u64>,
    /// Why those that are there could not be checked.
    pub unchecked: Option<String>,
    /// The certificates that they were checked by: path, and SHA-256.
    pub by_certificates: Option<(String, String)>,
    /// Whether there are to be any.
    pub are_wanted: bool,
}

/// A stamp that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stamped {
    /// The line of the chain.
    pub sequence: u64,
    /// When it existed, RFC 3339 in UTC.
    pub at: String,
    /// Who says so; empty where the stamp names nobody.
    pub by: String,
}
