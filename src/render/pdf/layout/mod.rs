//! Layout: an invoice becomes marks on pages, y counted from the top in points. Two
//! passes, so that `page x of y` is known: first all marks, then the footers.

mod end;
mod head;
mod table;

use table::Placed;

use super::Logo;
use super::fonts::{Fonts, Style};
use super::template::{Block, Colour, Template};
use crate::model::invoice::{Document, Issued};
use crate::model::registration::Registration;

const PT_PER_MM: f32 = 72.0 / 25.4;

/// Something drawn.
pub(super) enum Mark {
    /// A text whose baseline begins at x, y.
    Text { x: f32, y: f32, size: f32, style: Style, colour: Colour, text: String },
    /// A filled box: left, top, width, height.
    Box { x: f32, y: f32, width: f32, height: f32, colour: Colour },
    /// The seller's logo.
    Logo { x: f32, y: f32, width: f32, height: f32 },
    /// A code, by its place among the codes: left, top, side.
    Code { x: f32, y: f32, side: f32, index: usize },
    /// A place that opens an address.
    Link { x: f32, y: f32, width: f32, height: f32, uri: String },
}

/// One page's marks, in reading order.
#[derive(Default)]
pub(super) struct PageMarks {
    pub(super) marks: Vec<Mark>,
}

/// The pages, and where the parts begin: title and number of the page.
pub(super) struct Pages {
    pub(super) pages: Vec<PageMarks>,
    pub(super) bookmarks: Vec<(String, usize)>,
    /// The codes that are drawn.
    pub(super) codes: Vec<Code>,
}

/// A square code: its modules row by row, true is dark.
pub(super) struct Code {
    pub(super) width: usize,
    pub(super) dark: Vec<bool>,
}

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
        columns: table::place(invoice, template, margin, right),
        beside_totals: None,
        codes: Vec::new(),
    };
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
    sheet.footers();
    Pages { pages: sheet.pages, bookmarks: sheet.bookmarks, codes: sheet.codes }
}

struct Sheet<'a> {
    template: &'a Template,
    fonts: &'a Fonts,
    invoice: &'a Issued,
    /// Width and height in pixels.
    logo_size: Option<(f32, f32)>,
    pages: Vec<PageMarks>,
    bookmarks: Vec<(String, usize)>,
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
    /// Where the next thing begins, from the top of the page.
    y: f32,
    columns: Vec<Placed<'a>>,
    /// Where the totals stand, whose left half is free: page, top, bottom.
    beside_totals: Option<(usize, f32, f32)>,
    codes: Vec<Code>,
}

/// How a text looks.
#[derive(Clone, Copy)]
struct Look {
    size: f32,
    style: Style,
    colour: Colour,
}

impl Sheet<'_> {
    fn body(&self) -> Look {
        Look { size: self.template.sizes.body_pt, style: Style::Regular, colour: self.template.colours.ink }
    }

    fn strong(&self) -> Look {
        Look { style: Style::Bold, ..self.body() }
    }

    fn label(&self) -> Look {
        Look { size: self.template.sizes.small_pt, style: Style::Regular, colour: self.template.colours.muted }
    }

    fn leading(&self, look: Look) -> f32 {
        look.size * self.template.sizes.line_height
    }

    fn width(&self) -> f32 {
        self.right - self.left
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.marks.push(mark);
        }
    }

    /// A part that can be reached from the outline.
    fn bookmark(&mut self, title: &str) {
        self.bookmarks.push((title.to_owned(), self.pages.len()));
    }

    /// A text with its top at y.
    fn text(&mut self, x: f32, y: f32, look: Look, text: &str) {
        if !text.is_empty() {
            let Look { size, style, colour } = look;
            self.mark(Mark::Text { x, y: y + size, size, style, colour, text: text.to_owned() });
        }
    }

    fn text_right(&mut self, right: f32, y: f32, look: Look, text: &str) {
        let width = self.fonts.width(look.style, look.size, text);
        self.text(right - width, y, look, text);
    }

    /// Lines of text below each other from y on; returns where the next would begin.
    fn block(&mut self, x: f32, y: f32, width: f32, look: Look, texts: &[String]) -> f32 {
        let mut at = y;
        for text in texts {
            for line in self.wrap(text, look, width) {
                self.text(x, at, look, &line);
                at += self.leading(look);
            }
        }
        at
    }

    fn rule(&mut self, y: f32, height: f32, colour: Colour) {
        let (x, width) = (self.left, self.width());
        self.mark(Mark::Box { x, y, width, height, colour });
    }

    fn new_page(&mut self) {
        self.pages.push(PageMarks::default());
        self.y = self.top;
    }

    /// Begins a page unless so much still fits on this one.
    fn make_room(&mut self, height: f32) {
        if self.y + height > self.bottom && self.y > self.top {
            self.new_page();
        }
    }

    fn date(&self, day: chrono::NaiveDate) -> String {
        day.format(&self.template.layout.date_format).to_string()
    }

    fn period(&self) -> String {
        let period = &self.invoice.content.period;
        format!("{} – {}", self.date(period.from), self.date(period.to))
    }

    /// What the document is called.
    fn title(&self) -> &str {
        let (labels, draft) = (&self.template.labels, &self.invoice.content);
        match draft.document {
            Document::CreditNote => &labels.title_credit_note,
            Document::DebitNote => &labels.title_debit_note,
            Document::Invoice if draft.supply.is_some() => &labels.title_tax_invoice,
            Document::Invoice => &labels.title,
        }
    }

    fn footers(&mut self) {
        let count = self.pages.len();
        let y = self.bottom + 2.0 * self.template.sizes.small_pt;
        let (look, rule) = (self.label(), self.template.colours.rule);
        let (left, right, fonts, period) = (self.left, self.right, self.fonts, self.period());
        for (index, page) in self.pages.iter_mut().enumerate() {
            let fill = |text: &str| {
                text.replace("{page}", &(index + 1).to_string())
                    .replace("{pages}", &count.to_string())
                    .replace("{number}", &self.invoice.number)
                    .replace("{seller}", &self.invoice.content.seller.legal_name)
                    .replace("{period}", &period)
                    .replace("{total}", &self.invoice.content.total.display())
            };
            let (l, r) = (fill(&self.template.footer.left), fill(&self.template.footer.right));
            let l = l.trim_matches([' ', '·']).to_owned();
            let Look { size, style, colour } = look;
            let width = fonts.width(style, size, &r);
            page.marks.push(Mark::Box { x: left, y: y - 4.0, width: right - left, height: 0.4, colour: rule });
            page.marks.push(Mark::Text { x: left, y: y + size, size, style, colour, text: l });
            page.marks.push(Mark::Text { x: right - width, y: y + size, size, style, colour, text: r });
        }
    }

    /// Breaks a text at spaces into lines of at most `width`; a word that is wider than a
    /// line is broken inside.
    fn wrap(&self, text: &str, look: Look, width: f32) -> Vec<String> {
        let fits = |line: &str| self.fonts.width(look.style, look.size, line) <= width;
        let mut lines: Vec<String> = Vec::new();
        // No-break spaces hold together what belongs together.
        for word in text.split([' ', '\t', '\n']).filter(|word| !word.is_empty()) {
            if let Some(line) = lines.last_mut() {
                let longer = format!("{line} {word}");
                if fits(&longer) {
                    *line = longer;
                    continue;
                }
            }
            if fits(word) {
                lines.push(word.to_owned());
                continue;
            }
            let mut piece = String::new();
            for c in word.chars() {
                piece.push(c);
                if !fits(&piece) && piece.chars().count() > 1 {
                    piece.pop();
                    lines.push(std::mem::take(&mut piece));
                    piece.push(c);
                }
            }
            lines.push(piece);
        }
        lines
    }
}
