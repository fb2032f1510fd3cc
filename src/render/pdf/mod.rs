//! Invoices as PDF/A-3a and PDF/UA-1: template + invoice → marks on pages, each of a part of the
//! document → printpdf → bytes.
//!
//! printpdf makes the document: page tree, images, links, outline. Ours are the template, layout,
//! line breaking, the pages' content streams, the structure that says what everything is, the
//! fonts' widths and maps to texts, and the last touch, which makes the bytes depend on the
//! invoice alone (printpdf's document id comes from a counter of the process), makes the document
//! one for the archive, and reads it back. harfrust shapes words, subsetter reduces fonts. What
//! 0.1 issued is drawn as 0.1 drew it (`Edition::First`). The only place where binary floats are
//! allowed: page coordinates.

#![allow(clippy::disallowed_types, clippy::float_arithmetic)]

mod archive;
mod content;
mod file;
mod fonts;
mod layout;
mod logo;
mod proofread;
mod structure;
mod subsets;
pub mod template;
mod truetype;
mod wording;
mod writer;

pub(crate) use fonts::file as font_file;
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
    // A draft has no form that a program would take for an invoice.
    let attachment = if invoice.is_draft() { None } else { structured::cii::deflated(invoice).ok() };
    let pages = layout::lay_out(invoice, template, logo, registration, fonts);
    writer::write(pages, invoice, template, fonts, logo, attachment)
}

/// The characters of a document that no font has, each with a text that it would be printed
/// in, in the order of the pages: found by laying it out, before it is given a number.
///
/// # Errors
/// A font of ours that cannot be read.
pub fn unprintable(draft: &Draft, template: &Template) -> Result<Vec<(char, String)>, Problem> {
    let fonts = fonts::Fonts::load()?;
    // A number has nothing but ASCII, and any day is written with the same letters.
    let (number, template_sha256) = ("0".to_owned(), String::new());
    let document = Issued {
        number,
        issue_date: draft.period.to,
        content: draft.clone(),
        template_sha256,
        sealed_after: String::new(),
    };
    let pages = layout::lay_out(&document, template, None, None, fonts);
    let mut missing: Vec<(char, String)> = Vec::new();
    for text in pages.texts() {
        for character in fonts.missing(text) {
            if missing.iter().all(|(known, _)| *known != character) {
                missing.push((character, text.to_owned()));
            }
        }
    }
    Ok(missing)
}
