//! The sheet that every part of a document is laid out on: where it stands, how texts look,
//! when a page is full.

use super::columns::Placed;
use super::marks::{Code, Drawn, Mark, PageMarks};
use super::parts::{Parts, Role};
use crate::model::invoice::{Document, Edition, Issued};
use crate::render::pdf::fonts::{Fonts, Style};
use crate::render::pdf::template::{Colour, Template};
use crate::render::pdf::wording::Wording;

/// The pages while they are laid out.
pub(super) struct Sheet<'a> {
    pub(super) template: &'a Template,
    pub(super) fonts: &'a Fonts,
    pub(super) invoice: &'a Issued,
    /// Width and height in pixels.
    pub(super) logo_size: Option<(f32, f32)>,
    pub(super) pages: Vec<PageMarks>,
    pub(super) bookmarks: Vec<(String, usize)>,
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) top: f32,
    pub(super) bottom: f32,
    /// Where the next thing begins, from the top of the page.
    pub(super) y: f32,
    pub(super) columns: Vec<Placed<'a>>,
    /// What stands in the columns of the charges, line by line, and the size of its letters.
    pub(super) cells: Vec<Vec<String>>,
    pub(super) table_pt: f32,
    /// Whether the last charge goes to a new page with the totals, so that what comes below these
    /// stays with them.
    pub(super) is_kept: bool,
    /// Where the totals stand, whose left half is free: page, top, bottom.
    pub(super) beside_totals: Option<(usize, f32, f32)>,
    /// How wide that is.
    pub(super) beside_width: f32,
    pub(super) codes: Vec<Code>,
    pub(super) parts: Parts,
}

/// How a text looks.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) size: f32,
    pub(super) style: Style,
    pub(super) colour: Colour,
}

impl<'a> Sheet<'a> {
    /// How things are worded.
    pub(super) fn say(&self) -> Wording<'a> {
        Wording { template: self.template, invoice: self.invoice }
    }
}

impl Sheet<'_> {
    pub(super) fn is_first(&self) -> bool {
        self.invoice.content.edition == Edition::First
    }

    /// How the rows of the charges look.
    pub(super) fn charge(&self) -> Look {
        Look { size: self.table_pt, ..self.body() }
    }

    pub(super) fn body(&self) -> Look {
        Look { size: self.template.sizes.body_pt, style: Style::Regular, colour: self.template.colours.ink }
    }

    pub(super) fn strong(&self) -> Look {
        Look { style: Style::Bold, ..self.body() }
    }

    pub(super) fn label(&self) -> Look {
        Look { size: self.template.sizes.small_pt, style: Style::Regular, colour: self.template.colours.muted }
    }

    pub(super) fn leading(&self, look: Look) -> f32 {
        look.size * self.template.sizes.line_height
    }

    pub(super) fn width(&self) -> f32 {
        self.right - self.left
    }

    /// Adds a mark, to the part that is open; a box decorates.
    pub(super) fn mark(&mut self, mark: Mark) {
        let part = match mark {
            Mark::Box { .. } => None,
            _ => self.parts.for_mark(),
        };
        if let Some(page) = self.pages.last_mut() {
            page.marks.push(Drawn { mark, part });
        }
    }

    /// Draws a part of the document.
    pub(super) fn within<T>(&mut self, role: Role, draw: impl FnOnce(&mut Self) -> T) -> T {
        self.told(role, None, draw)
    }

    /// Draws what is no part of the document, although it looks like one.
    pub(super) fn aside(&mut self, draw: impl FnOnce(&mut Self)) {
        let before = self.parts.set_aside(true);
        draw(self);
        self.parts.set_aside(before);
    }

    /// Draws a figure or a link, with words for who does not see it.
    pub(super) fn told<T>(&mut self, role: Role, words: Option<String>, draw: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.parts.open(role, words);
        let drawn = draw(self);
        self.parts.back_to(outer);
        drawn
    }

    /// A part that can be reached from the outline.
    pub(super) fn bookmark(&mut self, title: &str) {
        self.bookmarks.push((title.to_owned(), self.pages.len()));
    }

    /// A text with its top at y.
    pub(super) fn text(&mut self, x: f32, y: f32, look: Look, text: &str) {
        if !text.is_empty() {
            let Look { size, style, colour } = look;
            self.mark(Mark::Text { x, y: y + size, size, style, colour, text: text.to_owned() });
        }
    }

    pub(super) fn text_right(&mut self, right: f32, y: f32, look: Look, text: &str) {
        let width = self.fonts.width(look.style, look.size, text);
        self.text(right - width, y, look, text);
    }

    /// Lines of text below each other from y on; returns where the next would begin.
    pub(super) fn block(&mut self, x: f32, y: f32, width: f32, look: Look, texts: &[String]) -> f32 {
        let mut at = y;
        for text in texts {
            for line in self.wrap(text, look, width) {
                self.text(x, at, look, &line);
                at += self.leading(look);
            }
        }
        at
    }

    /// A paragraph of its own that wraps; returns where the next would begin.
    pub(super) fn paragraph_at(&mut self, x: f32, y: f32, width: f32, look: Look, text: &str) -> f32 {
        self.within(Role::Paragraph, |sheet| sheet.block(x, y, width, look, &[text.to_owned()]))
    }

    pub(super) fn rule(&mut self, y: f32, height: f32, colour: Colour) {
        let (x, width) = (self.left, self.width());
        self.mark(Mark::Box { x, y, width, height, colour });
    }

    pub(super) fn new_page(&mut self) {
        self.pages.push(PageMarks::default());
        self.y = self.top;
    }

    /// Begins a page unless so much still fits on this one.
    pub(super) fn make_room(&mut self, height: f32) {
        if self.y + height > self.bottom && self.y > self.top {
            self.new_page();
        }
    }

    pub(super) fn date(&self, day: chrono::NaiveDate) -> String {
        self.say().date(day)
    }

    pub(super) fn period(&self) -> String {
        let period = &self.invoice.content.period;
        format!("{} – {}", self.date(period.from), self.date(period.to))
    }

    /// What the document is called.
    pub(super) fn title(&self) -> &str {
        let (labels, draft) = (&self.template.labels, &self.invoice.content);
        match draft.document {
            Document::CreditNote => &labels.title_credit_note,
            Document::DebitNote => &labels.title_debit_note,
            Document::Invoice if draft.supply.is_some() => &labels.title_tax_invoice,
            Document::Invoice => &labels.title,
        }
    }

    pub(super) fn footers(&mut self) {
        let count = self.pages.len();
        let y = self.bottom + 2.0 * self.template.sizes.small_pt;
        let (look, rule) = (self.label(), self.template.colours.rule);
        let (left, right, fonts, period) = (self.left, self.right, self.fonts, self.period());
        let (say, is_first) = (self.say(), self.is_first());
        for (index, page) in self.pages.iter_mut().enumerate() {
            let fill = |text: &str| {
                text.replace("{page}", &(index + 1).to_string())
                    .replace("{pages}", &count.to_string())
                    .replace("{number}", &self.invoice.number)
                    .replace("{seller}", &self.invoice.content.seller.legal_name)
                    .replace("{period}", &period)
                    .replace("{total}", &say.display(&self.invoice.content.total))
            };
            let (l, r) = (fill(&self.template.footer.left), fill(&self.template.footer.right));
            let mut l = l.trim_matches([' ', '·']).to_owned();
            let Look { size, style, colour } = look;
            let width = fonts.width(style, size, &r);
            // A long name gives way to the number of the page.
            let is_wide = |l: &str| fonts.width(style, size, l) > right - left - width - 12.0;
            while !is_first && l.chars().count() > 1 && is_wide(&l) {
                l = l.trim_end_matches('…').to_owned();
                l.pop();
                l.push('…');
            }
            page.decorate(Mark::Box { x: left, y: y - 4.0, width: right - left, height: 0.4, colour: rule });
            page.decorate(Mark::Text { x: left, y: y + size, size, style, colour, text: l });
            page.decorate(Mark::Text { x: right - width, y: y + size, size, style, colour, text: r });
        }
    }

    /// Breaks a text at spaces into lines of at most `width`; a word that is wider than a
    /// line is broken inside.
    pub(super) fn wrap(&self, text: &str, look: Look, width: f32) -> Vec<String> {
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
