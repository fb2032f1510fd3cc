//! The copies in `inputs/` of a close: what they are called, and those that are JSON.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::books::layout::optional;
use crate::model::problem::Problem;
use crate::render::reconciliation_json::to_bytes;

/// Values, and the bytes of their copy; None where there are none.
pub(super) type Copied<T> = Option<(T, Vec<u8>)>;

/// The name in `inputs/` of what earlier periods left open when the close was made.
pub(super) const OPEN_ITEMS_COPY: &str = "open-items.json";
/// The name in `inputs/` of what earlier closed periods came to when the close was made, and
/// the name that version 0.1 gave to less of it.
pub(super) const PAST_COPY: &str = "trends.json";
pub(super) const HISTORY_COPY: &str = "history.json";
/// The name in `inputs/` of the accounts that journals of earlier periods open.
pub(super) const OPENED_COPY: &str = "opened-accounts.json";
/// The name in `inputs/` of the particulars that were changed since the close before.
pub(super) const CHANGED_COPY: &str = "changed-particulars.json";
/// The name in `inputs/` of what is left of credits of earlier periods.
pub(super) const CARRIED_COPY: &str = "carried-credits.json";
/// The name in `inputs/` of what the period's close before sealed of credits.
pub(super) const OWN_CREDITS_COPY: &str = "own-credits.json";
/// The name in `inputs/` of who prepared and who approved the close.
pub(super) const APPROVAL_COPY: &str = "approval.json";
/// The names in `inputs/` of the proposal that was approved, and of its signature.
pub(super) const PROPOSAL_COPIES: [&str; 2] = ["proposal.json", "proposal.sig"];
/// The name in `inputs/` of who may sign.
pub(super) const SIGNERS_COPY: &str = "allowed_signers";
/// The name of the decisions' copy in `inputs/`.
pub(super) const RESOLUTIONS_COPY: &str = "resolutions.toml";
/// The name of the voids' copy in `inputs/`.
pub(super) const VOIDS_COPY: &str = "voids.toml";
/// How the copies of templates in `inputs/` begin.
pub(super) const TEMPLATE_COPY: &str = "invoice-template-";
/// How the copies of logos in `inputs/` begin.
pub(super) const LOGO_COPY: &str = "logo-";
/// How the copies of ledger formats in `inputs/` begin.
pub(super) const FORMAT_COPY: &str = "ledger-format-";

/// `inputs/…` name of a template's copy.
#[must_use]
pub(super) fn template_copy(sha256: &str) -> String {
    format!("{TEMPLATE_COPY}{}.toml", sha256.get(..16).unwrap_or(sha256))
}

/// `inputs/…` name of a logo's copy.
#[must_use]
pub(super) fn logo_copy(sha256: &str) -> String {
    format!("{LOGO_COPY}{}", sha256.get(..16).unwrap_or(sha256))
}

/// Whether a manifest names a copy among what governs its close. What an earlier close of the period
/// was made from may still lie there.
#[must_use]
pub(super) fn governs(governing: &[String], name: &str) -> bool {
    governing.iter().any(|file| file.strip_prefix("inputs/") == Some(name))
}

/// A JSON copy, and its bytes; None where it does not govern the close.
pub(super) fn copy<T: DeserializeOwned>(inputs: &Path, governing: &[String], name: &str) -> Result<Copied<T>, Problem> {
    if !governs(governing, name) {
        return Ok(None);
    }
    let Some(bytes) = optional("sealed-inputs", &inputs.join(name))? else { return Ok(None) };
    match serde_json::from_slice(&bytes) {
        Ok(value) => Ok(Some((value, bytes))),
        Err(e) => Err(Problem::stop("sealed-inputs", format!("inputs/{name} cannot be read")).because(e.to_string())),
    }
}

/// Values of the books with the bytes of their copy.
pub(super) fn copied<T: Serialize>(values: Vec<T>) -> Copied<Vec<T>> {
    (!values.is_empty()).then(|| {
        let bytes = to_bytes(&values);
        (values, bytes)
    })
}
