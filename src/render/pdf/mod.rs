//! Invoices as PDF: template + invoice → marks on pages → printpdf → bytes.
//!
//! printpdf writes pages, fonts and content streams; layout, measuring and font subsetting
//! are ours, and so is the last touch that makes the bytes depend on the invoice alone
//! (printpdf's document id comes from a counter of the process). The only place where
//! binary floats are allowed: page coordinates.

#![allow(clippy::disallowed_types, clippy::float_arithmetic)]

mod fonts;
mod layout;
pub mod template;
mod writer;

use template::Template;

use crate::model::invoice::{Draft, Issued};
use crate::model::problem::Problem;

/// Draws an invoice. The same invoice and template give the same bytes.
///
/// # Errors
/// A character that no font of ours has, or a document that cannot be assembled.
pub fn render(invoice: &Issued, template: &Template) -> Result<Vec<u8>, Problem> {
    let fonts = fonts::Fonts::load()?;
    let pages = layout::lay_out(invoice, template, &fonts);
    writer::write(&pages, invoice, template, &fonts)
}

/// Whether everything that an invoice would print can be printed, before it is given a
/// number.
///
/// # Errors
/// The characters that no font of ours has, and in which text they stand.
pub fn printable(draft: &Draft) -> Result<(), String> {
    let fonts = fonts::Fonts::load().map_err(|p| p.what.clone())?;
    let parties = [&draft.seller, &draft.buyer];
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
        .chain([&draft.customer_id]);
    for text in texts {
        if let Some(missing) = text.chars().find(|c| !fonts.has(*c)) {
            return Err(format!(
                "the character `{missing}` (U+{:04X}) in `{text}` cannot be printed with the fonts at hand",
                u32::from(missing)
            ));
        }
    }
    Ok(())
}
