//! The calls behind an invoice, one by one: those that the matrix counts, from the same bodies.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono_tz::Tz;

use super::bodies::read_body;
use super::call_pages;
use super::partner::analytics;
use super::partner::cdrs::Call;
use super::record::{ANALYTICS, Record, Role};
use super::store::load_record;
use crate::model::problem::Problem;
use crate::model::usage::Direction;

/// A capture whose calls can be listed.
#[derive(Clone, Debug)]
pub(crate) struct CallSource {
    folder: PathBuf,
    record: Record,
    /// The currency of the answer, where it states one.
    currency: Option<String>,
}

impl CallSource {
    /// Opens a folder with a capture.
    ///
    /// # Errors
    /// It is gone, or is not what was received.
    pub(crate) fn open(folder: &Path) -> Result<Self, Problem> {
        let gone = || Problem::stop("capture", format!("{} has no capture", folder.display()));
        let (record, _) = load_record(folder)?.ok_or_else(gone)?;
        let answer = record.answer(ANALYTICS).ok_or_else(gone)?;
        let analytics = analytics::decode(&read_body(folder, answer)?, &format!("capture/{ANALYTICS}"))?;
        Ok(Self { folder: folder.to_owned(), record, currency: analytics.currency })
    }

    /// The time zone in which its days begin.
    pub(crate) fn timezone(&self) -> Tz {
        self.record.partner_timezone
    }

    /// A customer's calls of one direction, each once, in the order of their start and id.
    ///
    /// # Errors
    /// A body that is not what was received, or cannot be read.
    pub(crate) fn calls(&self, customer_id: &str, direction: Direction) -> Result<Vec<Call>, Problem> {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let mut calls = Vec::new();
        let wanted = self.record.answers.iter().filter(|answer| {
            answer.role == Role::Cdrs
                && answer.customer_id.as_deref() == Some(customer_id)
                && answer.direction == Some(direction)
        });
        for answer in wanted {
            for call in call_pages::of(&self.folder, &self.record, answer)?.into_iter().flatten() {
                let is_ours = match (&self.currency, call.currency.as_deref()) {
                    (Some(ours), Some(code)) => code.is_empty() || ours == code,
                    _ => true,
                };
                if is_ours && call.uuid.as_ref().is_none_or(|uuid| seen.insert(uuid.clone())) {
                    calls.push(call);
                }
            }
        }
        calls.sort_by(|a, b| (a.start, &a.uuid, a.cost).cmp(&(b.start, &b.uuid, b.cost)));
        Ok(calls)
    }
}
