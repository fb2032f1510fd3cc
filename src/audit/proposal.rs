//! `proposals/<period>.json`: what a preparer proposes to issue, signed, where two people must say
//! yes to a seal. Whoever approves signs the seal itself; the close keeps both.

use serde::{Deserialize, Serialize};

use super::signing::{Key, Signed, Signers};
use crate::books::layout::{Books, optional};
use crate::model::period::Period;
use crate::model::problem::{Problem, io};
use crate::render::reconciliation_json::to_bytes;

/// The folder, relative to the books.
pub(crate) const FOLDER: &str = "proposals";

/// What is proposed.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Proposal {
    /// `crossfoot/proposal/v1`
    pub schema: String,
    /// The period.
    pub period: String,
    /// When it was made, RFC 3339 in UTC.
    pub at: String,
    /// The program that made it.
    pub tool: String,
    /// SHA-256 of the chain's last line at that time; empty where nothing was sealed.
    pub chain_head: String,
    /// Fingerprint of the key that signs it.
    pub preparer: String,
    /// What a close would issue, by kind: `46 invoices, 2 credit notes`.
    pub documents: String,
    /// What these come to, notes taken away.
    pub total: String,
    /// SHA-256 of what is proposed: of settings, customers, ledger, answers, and every document
    /// without its number and date.
    pub content_sha256: String,
}

/// A proposal with its signature, as they lie there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    /// What it says.
    pub proposal: Proposal,
    /// Its bytes, which are signed.
    pub bytes: Vec<u8>,
    /// The signature, as `ssh-keygen -Y sign` writes it.
    pub signature: Vec<u8>,
}

/// A proposal's two files, relative to the books.
#[must_use]
pub(crate) fn files(period: &Period) -> [String; 2] {
    ["json", "sig"].map(|ending| format!("{FOLDER}/{}.{ending}", period.name))
}

impl Proposal {
    /// Signs it.
    ///
    /// # Errors
    /// The key does not sign.
    pub(crate) fn sign(self, key: &Key<'_>) -> Result<Signature, Problem> {
        let bytes = to_bytes(&self);
        let signature = key.sign(&bytes)?;
        Ok(Signature { proposal: self, bytes, signature })
    }
}

impl Signature {
    /// Reads one.
    ///
    /// # Errors
    /// It is no proposal.
    pub(crate) fn parse(bytes: Vec<u8>, signature: Vec<u8>) -> Result<Self, String> {
        let proposal = serde_json::from_slice(&bytes).map_err(|e| e.to_string())?;
        Ok(Self { proposal, bytes, signature })
    }

    /// The proposal of a period; None where there is none.
    ///
    /// # Errors
    /// It cannot be read, or lacks its signature.
    pub(crate) fn load(books: &Books, period: &Period) -> Result<Option<Self>, Problem> {
        no_links(books, period)?;
        let [file, sig] = files(period);
        let Some(bytes) = optional("proposal", &books.path(&file))? else { return Ok(None) };
        let unreadable = |why: String| {
            Problem::unverified("proposal", format!("{file} is no proposal that can be read"))
                .because(why)
                .next(format!("propose again: crossfoot close --period {}", period.name))
                .not_done("Nothing was sealed.")
        };
        let signature =
            optional("proposal", &books.path(&sig))?.ok_or_else(|| unreadable(format!("{sig} is not there")))?;
        Self::parse(bytes, signature).map(Some).map_err(unreadable)
    }

    /// Writes both files. The signature is last: without it there is no proposal.
    ///
    /// # Errors
    /// They cannot be written.
    pub(crate) fn save(&self, books: &Books, period: &Period) -> Result<(), Problem> {
        let [file, sig] = files(period).map(|name| books.path(name));
        let write = |path: &std::path::Path, bytes: &[u8]| {
            std::fs::write(path, bytes).map_err(|e| io("proposal", "write", path, &e).not_done("Nothing was proposed."))
        };
        let folder = books.path(FOLDER);
        std::fs::create_dir_all(&folder).map_err(|e| io("proposal", "create", &folder, &e))?;
        remove(books, period)?;
        write(&file, &self.bytes)?;
        write(&sig, &self.signature)
    }

    /// Who signed it.
    ///
    /// # Errors
    /// Why nobody who may did.
    pub(crate) fn check(&self, signers: &Signers) -> Result<Signed, String> {
        let at = chrono::DateTime::parse_from_rfc3339(&self.proposal.at).map_err(|e| format!("its time: {e}"))?;
        let signed = signers.check(&self.bytes, &self.signature, at.to_utc())?;
        if signed.fingerprint == self.proposal.preparer {
            Ok(signed)
        } else {
            Err(format!("{} signed it, and it names {}", signed.fingerprint, self.proposal.preparer))
        }
    }
}

/// Takes a proposal away: it was approved, or another takes its place.
///
/// # Errors
/// It cannot be removed.
pub(crate) fn remove(books: &Books, period: &Period) -> Result<(), Problem> {
    no_links(books, period)?;
    // The signature first: what is left is no proposal.
    let [file, sig] = files(period);
    for name in [sig, file] {
        match std::fs::remove_file(books.path(&name)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(io("proposal", "remove", &books.path(&name), &e));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Makes sure that nothing of a proposal leads out of the books: what it leads to would be read,
/// overwritten or removed.
fn no_links(books: &Books, period: &Period) -> Result<(), Problem> {
    let [file, sig] = files(period);
    for name in [FOLDER, &file, &sig] {
        if books.path(name).is_symlink() {
            return Err(Problem::unverified("proposal", format!("{name} is a link"))
                .next("find out who put it there, and take it away"));
        }
    }
    Ok(())
}
