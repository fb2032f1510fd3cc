//! Two people who said yes to a close: one prepared it, another approved it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Somebody who may sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// As `audit/allowed_signers` names them.
    pub who: String,
    /// `SHA256:…` of their key.
    pub key: String,
}

/// Who prepared and who approved a close, as `inputs/approval.json` has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// `crossfoot/approval/v1`
    pub schema: String,
    /// Signed the proposal (`inputs/proposal.json`).
    pub preparer: Holder,
    /// When it was proposed, RFC 3339 in UTC.
    pub proposed_at: String,
    /// Signed the seal.
    pub approver: Holder,
}

impl Approval {
    /// Of two people; None where they are one.
    #[must_use]
    pub fn of(preparer: Holder, proposed_at: String, approver: Holder) -> Option<Self> {
        // A line of the list may name several; a pattern names anybody.
        let names = |holder: &Holder| -> BTreeSet<String> {
            holder.who.split(',').map(|name| name.trim().to_lowercase()).collect()
        };
        let is_pattern = |holder: &Holder| holder.who.contains(['*', '?', '!']);
        let are_two = preparer.key != approver.key
            && names(&preparer).is_disjoint(&names(&approver))
            && !is_pattern(&preparer)
            && !is_pattern(&approver);
        are_two.then(|| Self { schema: "crossfoot/approval/v1".to_owned(), preparer, proposed_at, approver })
    }

    /// Both in words.
    #[must_use]
    pub fn words(&self) -> String {
        format!("prepared by {}, approved by {}", self.preparer.who, self.approver.who)
    }
}
