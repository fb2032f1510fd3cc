//! Invoices as PDF/A-3b: template + invoice → marks on pages → printpdf → bytes.
//!
//! printpdf writes pages, fonts and content streams; layout, shaping, measuring and font
//! subsetting are ours, and so is the last touch that makes the bytes depend on the invoice
//! alone (printpdf's document id comes from a counter of the process) and the document one
//! for the archive. The only place where binary floats are allowed: page coordinates.

#![allow(clippy::disallowed_types, clippy::float_arithmetic)]

mod archive;
mod content;
mod fonts;
mod layout;
mod logo;
mod proofread;
mod subsets;
pub mod template;
mod writer;

pub use logo::Logo;
use template::Template;

use super::structured;
use crate::model::invoice::{Draft, Issued};
use crate::model::problem::Problem;
use crate::model::registration::Registration;

/// Draws an invoice. The same invoice, template and logo give the same bytes. Where the
/// invoice can be told as Factur-X (profile EN 16931), that is embedded.
///
/// # Errors
/// A character that no font of ours has, a document that cannot be assembled, or one that,
/// read back, does not say what the invoice says.
pub fn render(invoice: &Issued, template: &Template, logo: Option<&Logo>) -> Result<Vec<u8>, Problem> {
    render_registered(invoice, template, logo, None)
}

/// The same with what the invoice registration portal returned for it.
///
/// # Errors
/// As [`render`].
pub fn render_registered(
    invoice: &Issued,
    template: &Template,
    logo: Option<&Logo>,
    registration: Option<&Registration>,
) -> Result<Vec<u8>, Problem> {
    let fonts = fonts::Fonts::load()?;
    let attachment = structured::cii::deflated(invoice).ok();
    let pages = layout::lay_out(invoice, template, logo, registration, fonts);
    writer::write(pages, invoice, template, fonts, logo, attachment)
}

/// Whether everything that an invoice would print can be printed, before it is given a
/// number.
///
/// # Errors
/// The characters that no font of ours has, and in which text they stand.
pub fn printable(draft: &Draft) -> Result<(), String> {
    let fonts = fonts::Fonts::load().map_err(|p| p.what.clone())?;
    let parties = [&draft.seller, &draft.buyer];
    let payment = &draft.payment;
    let texts = parties
        .into_iter()
        .flat_map(|p| {
            std::iter::once(&p.legal_name)
                .chain(&p.address)
                .chain(p.state_code.iter())
                .chain(p.gstin.iter())
                .chain(p.email.iter())
        })
        .chain(draft.lines.iter().map(|l| &l.description))
        .chain(
            [&payment.account_name, &payment.account_number, &payment.bank, &payment.bank_code].into_iter().flatten(),
        )
        .chain([&payment.upi, &payment.terms, &draft.buyer_reference].into_iter().flatten())
        .chain(&draft.remarks)
        .chain([&draft.customer_id]);
    for text in texts {
        if let Some(missing) = fonts.missing(text) {
            return Err(format!(
                "the character `{missing}` (U+{:04X}) in `{text}` cannot be printed with the fonts at hand",
                u32::from(missing)
            ));
        }
    }
    Ok(())
}
