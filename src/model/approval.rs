//! Two people who said yes to a close: one prepared it, another approved it.

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
        let are_two = preparer.key != approver.key && preparer.who != approver.who;
        are_two.then(|| Self { schema: "crossfoot/approval/v1".to_owned(), preparer, proposed_at, approver })
    }

    /// Both in words.
    #[must_use]
    pub fn words(&self) -> String {
        format!("prepared by {}, approved by {}", self.preparer.who, self.approver.who)
    }
}
