//! Layout: an invoice becomes marks on pages, y counted from the top in points. Two
//! passes, so that `page x of y` is known: first all marks, then the footers.

mod annex;
mod columns;
mod details;
mod draft;
mod end;
mod head;
mod marks;
mod parts;
mod party;
mod sheet;
mod table;

pub(super) use marks::{Code, Drawn, Mark, PageMarks, Pages};
pub(super) use parts::{Part, Role};

use marks::PT_PER_MM;
use parts::Parts;
use sheet::Sheet;

use super::Logo;
use super::fonts::Fonts;
use super::template::{Block, Template};
use crate::model::invoice::Issued;
use crate::model::registration::Registration;

/// Lays an invoice out.
pub(super) fn lay_out(
    invoice: &Issued,
    template: &Template,
    logo: Option<&Logo>,
    registration: Option<&Registration>,
    fonts: &Fonts,
) -> Pages {
    let page = &template.page;
    let margin = page.margin_mm * PT_PER_MM;
    let right = page.width_mm * PT_PER_MM - margin;
    let mut sheet = Sheet {
        template,
        fonts,
        invoice,
        logo_size: logo.map(|logo| (logo.width, logo.height)),
        pages: vec![PageMarks::default()],
        bookmarks: Vec::new(),
        left: margin,
        right,
        top: margin,
        bottom: page.height_mm * PT_PER_MM - margin - 3.0 * template.sizes.small_pt,
        y: margin,
        columns: columns::place(invoice, template, margin, right),
        beside_totals: None,
        codes: Vec::new(),
        parts: Parts::new(),
    };
    // What is read first of a draft, and drawn last.
    let warning = invoice.is_draft().then(|| sheet.within(Role::Paragraph, |sheet| sheet.parts.current()));
    for block in &template.layout.blocks {
        match block {
            Block::Heading => sheet.heading(),
            Block::Parties => sheet.parties(),
            Block::Summary => sheet.summary(),
            Block::Lines => sheet.lines(),
            Block::Totals => sheet.totals(),
            Block::Words => sheet.words(),
            Block::Payment => sheet.payment(),
            Block::Notes => sheet.notes(),
        }
    }
    if let Some(registration) = registration {
        sheet.registration(registration);
    }
    sheet.annex();
    sheet.footers();
    if let Some(warning) = warning {
        sheet.draft_marks(warning);
    }
    Pages { pages: sheet.pages, bookmarks: sheet.bookmarks, parts: sheet.parts.into_inner(), codes: sheet.codes }
}
