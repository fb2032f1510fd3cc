//! A draft as its document would look: shown before anything is issued, drawn with a mark, and kept
//! by nothing.

use chrono::NaiveDate;

use super::invoice::{Draft, Issued};

/// What stands in place of a number on a document that was not issued. No number format makes it.
pub(crate) const DRAFT: &str = "DRAFT";

impl Issued {
    /// A draft as its document would look.
    #[must_use]
    pub(crate) fn shown(content: Draft, issue_date: NaiveDate, template_sha256: &str) -> Self {
        Self {
            number: DRAFT.to_owned(),
            issue_date,
            content,
            template_sha256: template_sha256.to_owned(),
            sealed_after: String::new(),
        }
    }

    /// Whether it was never issued.
    #[must_use]
    pub(crate) fn is_draft(&self) -> bool {
        self.number == DRAFT
    }
}
