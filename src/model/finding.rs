//! What reconciliation finds: facts read off the inputs, and causes that explain them.

use super::chance::Chance;
pub use super::chance::Confidence;
use super::money::Money;
use super::resolution::{Decision, Resolution};
use super::usage::Direction;

/// Whether a finding stops the customers it touches from being invoiced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing that it touches is invoiced.
    Blocking,
    /// Somebody should look.
    Warning,
    /// For the record.
    Info,
}

impl Severity {
    /// The word of files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Blocking => "blocking",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// A place in an input that shows the finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Evidence {
    /// The file.
    pub file: String,
    /// The row as a spreadsheet counts it, or the line of a JSON body; None for the whole file.
    pub line: Option<u64>,
    /// The column's name, where one cell is meant.
    pub column: Option<String>,
    /// The text as it stands.
    pub text: String,
    /// What is wrong there, where the message speaks of several places.
    pub why: Option<String>,
}

/// One finding. Its id is given when findings are ranked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What names it from run to run, whatever comes or goes beside it: its code and six
    /// digits that follow from code, customers and direction. In closes of 0.1, its rank.
    pub id: String,
    /// `F001`, `F002` … in the order in which a person should read them. None in closes of 0.1.
    pub rank: Option<String>,
    /// The stable code, e.g. `missing-in-ledger`.
    pub code: &'static str,
    /// What it stops.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// Every customer that it touches, sorted.
    pub customers: Vec<String>,
    /// The direction, where one is meant.
    pub direction: Option<Direction>,
    /// What the analytics say of what is compared.
    pub analytics: Option<Money>,
    /// What the ledger says of it.
    pub ledger: Option<Money>,
    /// Ledger less analytics.
    pub difference: Option<Money>,
    /// How much of the difference this finding explains.
    pub explains: Option<Money>,
    /// What remains unexplained: difference less explains.
    pub residual: Option<Money>,
    /// How many other causes fit as well.
    pub rivals: u64,
    /// Expected number of chance fits; None where chance has no part.
    pub chance: Option<Chance>,
    /// Where it shows.
    pub evidence: Vec<Evidence>,
    /// What it is, in one sentence that a bookkeeper understands.
    pub message: String,
    /// What to do.
    pub next: String,
    /// What finance decided about it, where the decision applies.
    pub resolution: Option<Resolution>,
}

impl Finding {
    /// What it is called where a person reads it: rank and id; in closes of 0.1 rank and code.
    #[must_use]
    pub fn title(&self) -> String {
        self.rank.as_ref().map_or_else(|| format!("{} {}", self.id, self.code), |rank| format!("{rank} {}", self.id))
    }

    /// Whether finance settled it: a decision stands, and not to hold.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.resolution.as_ref().is_some_and(|resolution| resolution.decision != Decision::Hold)
    }

    /// A fact: certain, with no amounts yet.
    pub fn fact(code: &'static str, severity: Severity, message: String, next: String) -> Self {
        Self {
            id: String::new(),
            rank: None,
            code,
            severity,
            confidence: Confidence::Certain,
            customers: Vec::new(),
            direction: None,
            analytics: None,
            ledger: None,
            difference: None,
            explains: None,
            residual: None,
            rivals: 0,
            chance: None,
            evidence: Vec::new(),
            message,
            next,
            resolution: None,
        }
    }

    /// Says how sure it is, where it is not a fact.
    #[must_use]
    pub fn confidence(mut self, confidence: Confidence) -> Self {
        self.confidence = confidence;
        self
    }

    /// Says whom it touches; kept sorted and without repetition.
    #[must_use]
    pub fn touching(mut self, customers: impl IntoIterator<Item = String>) -> Self {
        self.customers.extend(customers);
        self.customers.sort();
        self.customers.dedup();
        self
    }

    /// Says which direction it is about.
    #[must_use]
    pub fn in_direction(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    /// States both sides and the difference, all of it explained by the finding itself.
    #[must_use]
    pub fn explained(mut self, sides: &Sides) -> Self {
        self.analytics = sides.analytics;
        self.ledger = Some(sides.ledger);
        self.difference = sides.difference;
        self.explains = sides.difference;
        self.residual = sides.difference.map(|d| Money::zero(d.currency()));
        self
    }

    /// States both sides and the difference, none of it explained.
    #[must_use]
    pub fn unexplained(mut self, sides: &Sides) -> Self {
        self = self.explained(sides);
        std::mem::swap(&mut self.explains, &mut self.residual);
        self.confidence(Confidence::Unexplained)
    }

    /// Shows a place.
    #[must_use]
    pub fn shown_by(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }
}

/// The two sides of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sides {
    /// The partner's figure; None where it states none.
    pub analytics: Option<Money>,
    /// The ledger's figure.
    pub ledger: Money,
    /// Ledger less analytics; None where the partner states no figure.
    pub difference: Option<Money>,
}
