//! The head of the first page: who charges whom, for what, how much in all.

use super::marks::{Mark, PT_PER_MM};
use super::parts::Role;
use super::sheet::{Look, Sheet};
use crate::model::invoice::{Document, Party};
use crate::render::pdf::fonts::Style;
use crate::render::pdf::template::{Colour, Heading};

const WHITE: Colour = Colour([255, 255, 255]);

impl Sheet<'_> {
    pub(super) fn heading(&mut self) {
        let title = self.title().to_owned();
        self.bookmark(&format!("{title} {}", self.invoice.number));
        match self.template.layout.heading {
            Heading::Plain => self.plain_heading(&title),
            Heading::Band => self.band_heading(&title),
        }
    }

    /// The logo, at most so wide and high; returns how high it is.
    fn logo(&mut self, x: f32, y: f32, width: f32, height: f32) -> f32 {
        let Some((pixels_wide, pixels_high)) = self.logo_size else { return 0.0 };
        let scale = (width / pixels_wide).min(height / pixels_high);
        let (width, height) = (pixels_wide * scale, pixels_high * scale);
        let words = format!("{}: {}", self.template.labels.logo, self.invoice.content.seller.legal_name);
        self.told(Role::Figure, Some(words), |sheet| sheet.mark(Mark::Logo { x, y, width, height }));
        height + 6.0
    }

    fn plain_heading(&mut self, title: &str) {
        let name = Look { size: self.template.sizes.name_pt, ..self.strong() };
        let big = Look { size: self.template.sizes.title_pt, style: Style::Bold, colour: self.template.colours.accent };
        let column = self.width() * 0.56;
        let start = self.y;
        let seller = self.invoice.content.seller.clone();
        let mut y = start + self.logo(self.left, start, 55.0 * PT_PER_MM, 18.0 * PT_PER_MM);
        y = self.paragraph_at(self.left, y, column - 12.0, name, &seller.legal_name);
        y = self.particulars(&seller, self.left, y, column - 12.0, self.label());
        self.within(Role::Heading, |sheet| sheet.text_right(sheet.right, start, big, title));
        let mut at = start + self.leading(big) + 2.0;
        if let Some(copy) = self.copy() {
            self.text_right(self.right, at - 4.0, self.label(), &copy);
            at += self.leading(self.label());
        }
        let at = self.facts(self.left + column, self.right, at);
        self.y = y.max(at) + 10.0;
        self.rule(self.y, 1.2, self.template.colours.accent);
        self.y += 14.0;
    }

    /// A coloured band over the whole width with the title, the facts below it.
    fn band_heading(&mut self, title: &str) {
        let accent = self.template.colours.accent;
        let big = Look { size: self.template.sizes.title_pt, style: Style::Bold, colour: WHITE };
        let small = Look { size: self.template.sizes.body_pt, style: Style::Regular, colour: WHITE };
        let (page_width, height) = (self.right + self.left, self.top + self.leading(big) + 14.0);
        self.mark(Mark::Box { x: 0.0, y: 0.0, width: page_width, height, colour: accent });
        let y = self.top - 4.0;
        self.within(Role::Heading, |sheet| sheet.text(sheet.left, y, big, title));
        let number = self.invoice.number.clone();
        self.text_right(self.right, y + (big.size - small.size), small, &number);
        if let Some(copy) = self.copy() {
            let tiny = Look { size: self.template.sizes.small_pt, ..small };
            self.text_right(self.right, y + big.size + 4.0, tiny, &copy);
        }
        let seller = self.invoice.content.seller.clone();
        let name = Look { size: self.template.sizes.name_pt, ..self.strong() };
        let column = self.width() * 0.56;
        let start = height + 16.0;
        let mut y = start + self.logo(self.left, start, 55.0 * PT_PER_MM, 18.0 * PT_PER_MM);
        y = self.paragraph_at(self.left, y, column - 12.0, name, &seller.legal_name);
        y = self.particulars(&seller, self.left, y, column - 12.0, self.label());
        let at = self.facts(self.left + column, self.right, start);
        self.y = y.max(at) + 18.0;
    }

    /// Which copy it is, where GST is charged: services are invoiced in duplicate, and this is
    /// the recipient's (CGST Rule 48(2)).
    fn copy(&self) -> Option<String> {
        let draft = &self.invoice.content;
        (draft.supply.is_some() && draft.document == Document::Invoice).then(|| self.template.labels.copy.clone())
    }

    /// Number, dates and what else identifies the document, a line each.
    fn facts(&mut self, left: f32, right: f32, y: f32) -> f32 {
        let labels = &self.template.labels;
        let draft = &self.invoice.content;
        let number = if draft.document == Document::Invoice { &labels.number } else { &labels.note_number };
        let mut facts = vec![
            (number.clone(), self.invoice.number.clone()),
            (labels.issue_date.clone(), self.date(self.invoice.issue_date)),
        ];
        if let Some(day) = self.invoice.due_date() {
            facts.push((labels.due_date.clone(), self.date(day)));
        }
        if let Some(original) = &draft.original {
            facts.push((labels.original.clone(), original.number.clone()));
            facts.push((labels.original_date.clone(), self.date(original.issue_date)));
        }
        facts.push((labels.period.clone(), self.period()));
        facts.push((labels.customer_id.clone(), draft.customer_id.clone()));
        if let Some(reference) = &draft.buyer_reference {
            facts.push((labels.buyer_reference.clone(), reference.clone()));
        }
        if let Some(supply) = &draft.supply {
            let place = format!("{} ({})", supply.place_name, supply.place_code);
            facts.push((labels.place_of_supply.clone(), place));
            let word = if supply.reverse_charge { &labels.yes } else { &labels.no };
            facts.push((labels.reverse_charge.clone(), word.clone()));
        }
        let look = Look { size: self.template.sizes.small_pt, ..self.strong() };
        let mut at = y;
        self.within(Role::List, |sheet| {
            for (label, value) in facts {
                sheet.within(Role::Item, |sheet| {
                    let taken = sheet.fonts.width(Style::Regular, look.size, &label) + 8.0;
                    sheet.within(Role::Label, |sheet| sheet.text(left, at, sheet.label(), &label));
                    sheet.within(Role::Body, |sheet| {
                        for line in sheet.wrap(&value, look, right - left - taken) {
                            sheet.text_right(right, at, look, &line);
                            at += sheet.leading(look);
                        }
                    });
                });
            }
        });
        at
    }

    pub(super) fn parties(&mut self) {
        let buyer = self.invoice.content.buyer.clone();
        let label = self.template.labels.buyer.clone();
        self.within(Role::Subheading, |sheet| sheet.text(sheet.left, sheet.y, sheet.label(), &label));
        self.y += self.leading(self.label());
        let width = self.width() * 0.7;
        let strong = self.strong();
        self.y = self.paragraph_at(self.left, self.y, width, strong, &buyer.legal_name);
        self.y = self.particulars(&buyer, self.left, self.y, width, self.body());
        self.y += 14.0;
    }

    /// Address, GSTIN, State code, e-mail: a line each.
    fn particulars(&mut self, party: &Party, x: f32, y: f32, width: f32, look: Look) -> f32 {
        let draft = &self.invoice.content;
        let lines = super::party::lines(party, &self.template.labels, draft.edition, draft.supply.is_some());
        let mut y = y;
        for line in &lines {
            y = self.paragraph_at(x, y, width, look, line);
        }
        let Some(email) = &party.email else { return y };
        let text = format!("{}: {email}", self.template.labels.email);
        let uri = format!("mailto:{email}");
        let wide = self.fonts.width(look.style, look.size, &text).min(width);
        self.within(Role::Paragraph, |sheet| {
            sheet.told(Role::Link, Some(text.clone()), |sheet| {
                let end = sheet.block(x, y, width, look, std::slice::from_ref(&text));
                sheet.mark(Mark::Link { x, y, width: wide, height: end - y, uri });
                end
            })
        })
    }

    /// What a payer needs in five seconds: how much, and until when.
    pub(super) fn summary(&mut self) {
        let mut look =
            Look { size: self.template.sizes.total_pt, style: Style::Bold, colour: self.template.colours.accent };
        let height = self.leading(look) + 16.0;
        self.make_room(height);
        let (x, y, width) = (self.left, self.y, self.width());
        self.mark(Mark::Box { x, y, width, height, colour: self.template.colours.band });
        let labels = &self.template.labels;
        let is_credit = self.invoice.content.document == Document::CreditNote;
        let mut label = if is_credit { labels.total_credit.clone() } else { labels.total_due.clone() };
        if let Some(day) = self.invoice.due_date() {
            label = format!("{label} {} {}", labels.by, self.date(day));
        }
        let middle = y + (height - self.template.sizes.body_pt) / 2.0 - 1.0;
        let total = self.say().display(&self.invoice.content.total);
        let taken = |size: f32| {
            let label = self.fonts.width(Style::Regular, self.template.sizes.body_pt, &label);
            label + self.fonts.width(look.style, size, &total)
        };
        while !self.is_first() && look.size > 8.0 && taken(look.size) > width - 36.0 {
            look.size -= 0.5;
        }
        self.within(Role::Paragraph, |sheet| {
            sheet.text(sheet.left + 12.0, middle, sheet.body(), &label);
            sheet.text_right(sheet.right - 12.0, y + (height - look.size) / 2.0 - 2.0, look, &total);
        });
        self.y += height + 16.0;
    }
}
