//! Copies of invoices with what the invoice registration portal returned for them: the issued
//! PDF never changes, and the copy with IRN and signed QR stands beside it.

use std::path::Path;

use super::derive::on_all_cores;
use crate::model::invoice::Issued;
use crate::model::problem::{Problem, io};
use crate::model::registration::{self, Registration};
use crate::render::pdf;
use crate::render::pdf::template::Template;

/// The folder of the portal's responses in the books: `irn/<number, / as ->.json`.
pub const IRN: &str = "irn";

/// The name in a close of a registered copy.
#[must_use]
pub fn copy_of(stem: &str) -> String {
    format!("invoices/{stem}.irn.pdf")
}

/// A response and the invoice that it is for.
pub(super) struct Registered {
    pub(super) invoice: Issued,
    pub(super) registration: Registration,
    /// The response as it was saved.
    pub(super) bytes: Vec<u8>,
}

impl Registered {
    /// The copy's name in a close.
    pub(super) fn file(&self) -> String {
        copy_of(&self.invoice.file_stem())
    }

    /// The name of the response's copy in a close.
    pub(super) fn copy(&self) -> String {
        format!("inputs/irn-{}.json", self.invoice.file_stem())
    }
}

/// The responses in a folder, whose names begin with `prefix`, for some invoices.
///
/// # Errors
/// One that cannot be read or is of another document.
pub(super) fn load(folder: &Path, prefix: &str, issued: &[Issued]) -> Result<Vec<Registered>, Problem> {
    let mut found = Vec::new();
    for invoice in issued {
        let path = folder.join(format!("{prefix}{}.json", invoice.file_stem()));
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
            Err(e) => return Err(io("registration", "read", &path, &e)),
        };
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

/// Draws the copies, each with the template that `template` gives for it.
///
/// # Errors
/// As [`pdf::render`].
pub(super) fn draw<'a>(
    registered: &[Registered],
    drawn_with: impl Fn(&Issued) -> Option<(&'a Template, Option<&'a pdf::Logo>)> + Sync,
) -> Result<Vec<Vec<u8>>, Problem> {
    let invoices: Vec<Issued> = registered.iter().map(|one| one.invoice.clone()).collect();
    on_all_cores(&invoices, |index, invoice| {
        let (template, logo) = drawn_with(invoice).ok_or_else(|| Problem::stop("internal", "a template is missing"))?;
        pdf::render_registered(invoice, template, logo, Some(&registered[index].registration))
    })
}
