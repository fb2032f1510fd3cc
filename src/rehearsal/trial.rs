//! A trial of the search for causes: a ledger with a known fault against the figures that it
//! had before, by the same code as a real comparison.

use std::io::Cursor;

use super::faults::{self, Dice, KINDS, Row};
use super::written;
use crate::capture::partner::analytics;
use crate::close::derive::reconciled;
use crate::close::inputs::Inputs;
use crate::model::finding::{Finding, Severity};
use crate::model::period::Period;
use crate::model::problem::Problem;

/// What is found when a ledger's text is compared with an answer's: all but what is for the
/// record only.
///
/// # Errors
/// A text that is no ledger or no answer.
pub fn findings(period: &Period, answer: &str, ledger: &str) -> Result<Vec<Finding>, Problem> {
    let mut inputs = Inputs::without_books(period.clone())?;
    inputs.analytics = analytics::decode(answer.as_bytes(), "analytics.json")?;
    let ledgers = vec![("ledger.csv".to_owned(), Cursor::new(ledger.as_bytes()))];
    let (_, reconciliation) = reconciled(&inputs, ledgers)?;
    Ok(reconciliation.findings.into_iter().filter(|f| f.severity != Severity::Info).collect())
}

/// How often a kind of fault was named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Score {
    /// Faults put in.
    pub cases: u32,
    /// Of them, those that the first finding named.
    pub first: u32,
    /// Those that one of the first three named.
    pub third: u32,
    /// Findings in all.
    pub findings: u32,
}

impl Score {
    /// Takes the findings of one case, in order; the code that should be there.
    pub fn take(&mut self, found: &[&str], code: &str) {
        self.cases += 1;
        self.first += u32::from(found.first() == Some(&code));
        self.third += u32::from(found.iter().take(3).any(|other| *other == code));
        self.findings += u32::try_from(found.len()).unwrap_or(0);
    }
}

/// Puts every kind of fault into a ledger, so many times each, and says how often each was
/// named. The ledger itself is left alone. Kinds that it has no place for are left out.
///
/// # Errors
/// As [`findings`].
pub fn recall(rows: &[Row], period: &Period, times: u64) -> Result<Vec<(&'static str, &'static str, Score)>, Problem> {
    let answer = written::analytics(rows, period, usize::MAX);
    let clean = written::csv(rows);
    let mut scores = Vec::new();
    for (number, (fault, kind, code)) in (0_u64..).zip(KINDS) {
        let mut score = Score::default();
        for seed in 0..times {
            let mut dice = Dice::new(seed * 1_009 + number);
            let mut faulty = rows.to_vec();
            if !faults::inject(*fault, &mut faulty, period, &mut dice) {
                continue;
            }
            let text = written::csv(&faulty);
            if text != clean {
                let found = findings(period, &answer, &text)?;
                score.take(&found.iter().map(|f| f.code).collect::<Vec<_>>(), code);
            }
        }
        if score.cases > 0 {
            scores.push((*kind, *code, score));
        }
    }
    Ok(scores)
}
