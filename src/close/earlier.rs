//! What an earlier version found. Causes are added and sharpened from version to version, so
//! that a close which another version sealed is told otherwise today. What its report says of
//! its differences is then read from the report itself; every figure, every status and every
//! document is derived again.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::model::chance::Chance;
use crate::model::finding::{Confidence, Evidence, Finding, Severity};
use crate::model::money::{Currency, Money, parse_plain};
use crate::model::reconciliation::{Reconciliation, Status};
use crate::model::resolution::Decision;
use crate::model::usage::Direction;
use crate::reconcile::decisions::NOT_FOLLOWED;
use crate::reconcile::registry::{self, CHECKS};

/// The findings of a sealed report, in their order.
#[derive(Clone, Debug)]
pub(crate) struct Earlier(Vec<Row>);

#[derive(Deserialize)]
struct Report {
    findings: Vec<Row>,
}

#[derive(Clone, Debug, Deserialize)]
struct Row {
    code: String,
    severity: String,
    confidence: String,
    customers: Vec<String>,
    direction: Option<String>,
    analytics: Option<String>,
    ledger: Option<String>,
    difference: Option<String>,
    explains: Option<String>,
    residual: Option<String>,
    rivals: u64,
    chance: Option<String>,
    evidence: Vec<Place>,
    message: String,
    next: String,
    resolution: Option<Decided>,
}

#[derive(Clone, Debug, Deserialize)]
struct Place {
    file: String,
    line: Option<u64>,
    column: Option<String>,
    text: String,
    why: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Decided {
    decision: String,
    by: String,
    on: String,
}

impl Earlier {
    /// Reads a report. None where it is no report.
    #[must_use]
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Report>(bytes).ok().map(|report| Self(report.findings))
    }

    /// Puts what the report says of the comparison in place of what is found now. Nothing is
    /// changed where it leaves a difference untold.
    pub(super) fn tell(&self, reconciliation: &mut Reconciliation) {
        let searched = |row: &&Row| CHECKS.iter().any(|check| check.code == row.code);
        // Open items are told by the close, unless one explains a difference.
        let told = self.0.iter().filter(searched).filter(|row| row.code != "open-item" || row.severity != "info");
        let Some(findings) = told.map(|row| row.finding(reconciliation.currency)).collect::<Option<Vec<_>>>() else {
            return;
        };
        reconciliation.two_outcomes = true;
        let told: BTreeSet<&String> = findings.iter().flat_map(|finding| &finding.customers).collect();
        let mut differing = reconciliation.customers.iter().filter(|line| line.status == Status::Discrepant);
        if differing.all(|line| told.contains(&line.customer_id)) {
            reconciliation.findings = findings;
        }
    }

    /// Puts findings into the order of the report.
    pub(super) fn order(&self, findings: &mut [Finding]) {
        let place = |finding: &Finding| {
            self.0.iter().position(|row| row.message == finding.message && row.customers == finding.customers)
        };
        findings.sort_by_key(|finding| place(finding).unwrap_or(usize::MAX));
        registry::number_by_rank(findings);
    }
}

impl Row {
    /// As it was found, before it was decided upon. None where a word of it is not known.
    fn finding(&self, currency: Currency) -> Option<Finding> {
        let (code, _) = registry::pages().into_iter().find(|(code, _)| *code == self.code)?;
        let money = |text: &Option<String>| match text {
            None => Some(None),
            Some(text) => parse_plain(text).ok().map(|amount| Some(Money::new(amount, currency))),
        };
        let severities = [Severity::Blocking, Severity::Warning, Severity::Info];
        let sure = [Confidence::Certain, Confidence::Supported, Confidence::Possible, Confidence::Unexplained];
        let mut severity = severities.into_iter().find(|one| one.name() == self.severity)?;
        let confidence = sure.into_iter().find(|one| one.name() == self.confidence)?;
        let mut message = self.message.strip_suffix(NOT_FOLLOWED).unwrap_or(&self.message);
        if let Some(decided) = &self.resolution {
            message = message.rsplit_once(&format!(" Decided by {} on {}: ", decided.by, decided.on))?.0;
            // What is not held any more was held before.
            if decided.decision != Decision::Hold.words() && severity == Severity::Warning {
                severity = Severity::Blocking;
            }
        }
        let mut finding = Finding::fact(code, severity, message.to_owned(), self.next.clone())
            .confidence(confidence)
            .touching(self.customers.iter().cloned())
            .shown_by(self.evidence.iter().map(Place::evidence));
        finding.direction = match &self.direction {
            None => None,
            Some(name) => Some(Direction::parse(name)?),
        };
        finding.analytics = money(&self.analytics)?;
        finding.ledger = money(&self.ledger)?;
        finding.difference = money(&self.difference)?;
        finding.explains = money(&self.explains)?;
        finding.residual = money(&self.residual)?;
        finding.rivals = self.rivals;
        finding.chance = match &self.chance {
            None => None,
            Some(text) => Some(Chance::parse(text)?),
        };
        Some(finding)
    }
}

impl Place {
    fn evidence(&self) -> Evidence {
        Evidence {
            file: self.file.clone(),
            line: self.line,
            column: self.column.clone(),
            text: self.text.clone(),
            why: self.why.clone(),
        }
    }
}
