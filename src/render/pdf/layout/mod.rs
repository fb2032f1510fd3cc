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
use super::wording::Wording;
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
    let (mut sheet, mut warning) = blocks(invoice, template, logo, fonts, false);
    // What is below the totals stands with them where that takes no more pages: nobody wants a last
    // page that has nothing but how to pay.
    if sheet.is_torn() && !sheet.is_first() {
        let kept = blocks(invoice, template, logo, fonts, true);
        if kept.0.pages.len() <= sheet.pages.len() {
            (sheet, warning) = kept;
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

/// The blocks of the template, and the part that says of a draft what it is.
fn blocks<'a>(
    invoice: &'a Issued,
    template: &'a Template,
    logo: Option<&Logo>,
    fonts: &'a Fonts,
    is_kept: bool,
) -> (Sheet<'a>, Option<usize>) {
    let page = &template.page;
    let margin = page.margin_mm * PT_PER_MM;
    let right = page.width_mm * PT_PER_MM - margin;
    let charges = columns::place(Wording { template, invoice }, template, fonts, (margin, right));
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
        columns: charges.columns,
        cells: charges.cells,
        table_pt: charges.size,
        is_kept,
        beside_totals: None,
        beside_width: right - margin,
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
    (sheet, warning)
}
