//! What the invoice registration portal returned for invoices: the issued PDF never changes,
//! and a copy with IRN and signed QR stands beside it.

use std::path::Path;

use crate::books::layout::optional;
use crate::model::invoice::Issued;
use crate::model::problem::Problem;
use crate::model::registration::{self, Registration};

/// The folder of the portal's responses in the books: `irn/<number, / as ->.json`.
pub(crate) const IRN: &str = "irn";

/// The name in a close of a registered copy.
#[must_use]
pub(crate) fn copy_of(stem: &str) -> String {
    format!("invoices/{stem}.irn.pdf")
}

/// A response and the invoice that it is for.
#[derive(Debug)]
pub(super) struct Registered {
    pub(super) invoice: Issued,
    pub(super) registration: Registration,
    /// The response as it was saved.
    pub(super) bytes: Vec<u8>,
}

/// The responses in a folder, whose names begin with `prefix`, for some invoices.
///
/// # Errors
/// One that cannot be read or is of another document.
pub(super) fn load<'a>(
    folder: &Path,
    prefix: &str,
    issued: impl Iterator<Item = &'a Issued>,
) -> Result<Vec<Registered>, Problem> {
    let mut found = Vec::new();
    for invoice in issued {
        let path = folder.join(format!("{prefix}{}.json", invoice.file_stem()));
        let Some(bytes) = optional("registration", &path)? else { continue };
        let registration = registration::parse(&bytes, invoice).map_err(|why| {
            Problem::usage("registration", format!("the portal's response for {} cannot be used", invoice.number))
                .at(path.display().to_string())
                .because(why)
                .next("save the response of this invoice there, with Irn, AckNo, AckDt and SignedQRCode")
                .not_done("Nothing was written.")
        })?;
        found.push(Registered { invoice: invoice.clone(), registration, bytes });
    }
    Ok(found)
}
