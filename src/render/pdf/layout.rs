//! Layout: an invoice becomes marks on pages, y counted from the top in points. Two
//! passes, so that `page x of y` is known: first all marks, then the footers.

use super::fonts::{Fonts, Style};
use super::template::{Align, Block, Colour, Column, Key, Template};
use crate::model::invoice::{Issued, Line, Party, Proof};
use crate::model::money::{Money, grouped_count};

const PT_PER_MM: f32 = 72.0 / 25.4;

/// Something drawn.
pub(super) enum Mark {
    /// A text whose baseline begins at x, y.
    Text { x: f32, y: f32, size: f32, style: Style, colour: Colour, text: String },
    /// A filled box: left, top, width, height.
    Box { x: f32, y: f32, width: f32, height: f32, colour: Colour },
}

/// One page's marks, in reading order.
#[derive(Default)]
pub(super) struct PageMarks {
    pub(super) marks: Vec<Mark>,
}

/// Lays an invoice out.
pub(super) fn lay_out(invoice: &Issued, template: &Template, fonts: &Fonts) -> Vec<PageMarks> {
    let page = &template.page;
    let margin = page.margin_mm * PT_PER_MM;
    let right = page.width_mm * PT_PER_MM - margin;
    let mut sheet = Sheet {
        template,
        fonts,
        invoice,
        pages: vec![PageMarks::default()],
        left: margin,
        right,
        top: margin,
        bottom: page.height_mm * PT_PER_MM - margin - 3.0 * template.sizes.small_pt,
        y: margin,
        columns: place_columns(invoice, template, margin, right),
    };
    for block in &template.layout.blocks {
        match block {
            Block::Heading => sheet.heading(),
            Block::Parties => sheet.parties(),
            Block::Summary => sheet.summary(),
            Block::Lines => sheet.lines(),
            Block::Totals => sheet.totals(),
            Block::Words => sheet.words(),
            Block::Notes => sheet.notes(),
        }
    }
    sheet.footers();
    sheet.pages
}

struct Sheet<'a> {
    template: &'a Template,
    fonts: &'a Fonts,
    invoice: &'a Issued,
    pages: Vec<PageMarks>,
    left: f32,
    right: f32,
    top: f32,
    bottom: f32,
    /// Where the next thing begins, from the top of the page.
    y: f32,
    columns: Vec<Placed<'a>>,
}

/// A column with its left and right edges.
#[derive(Clone, Copy)]
struct Placed<'a> {
    column: &'a Column,
    left: f32,
    right: f32,
}

/// Places the columns between two edges. A column of calls that no line states is left out.
fn place_columns<'a>(invoice: &Issued, template: &'a Template, left: f32, right: f32) -> Vec<Placed<'a>> {
    let calls = invoice.content.lines.iter().any(|line| line.calls.is_some());
    let columns: Vec<&Column> = template.columns.iter().filter(|c| calls || c.key != Key::Calls).collect();
    let fixed: f32 = columns.iter().map(|c| c.width_mm * PT_PER_MM).sum();
    let mut x = left;
    columns
        .into_iter()
        .map(|column| {
            let width = if column.width_mm > 0.0 { column.width_mm * PT_PER_MM } else { right - left - fixed };
            let place = Placed { column, left: x, right: x + width };
            x += width;
            place
        })
        .collect()
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

    fn mark(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.marks.push(mark);
        }
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

    fn rule(&mut self, y: f32, height: f32, colour: Colour) {
        let (x, width) = (self.left, self.right - self.left);
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

    fn heading(&mut self) {
        let labels = &self.template.labels;
        let draft = &self.invoice.content;
        let name = Look { size: self.template.sizes.name_pt, ..self.strong() };
        let title =
            Look { size: self.template.sizes.title_pt, style: Style::Bold, colour: self.template.colours.accent };
        let column = (self.right - self.left) * 0.58;
        let start = self.y;
        let mut y = start;
        for line in self.wrap(&draft.seller.legal_name, name, column - 12.0) {
            self.text(self.left, y, name, &line);
            y += self.leading(name);
        }
        for line in self.particulars(&draft.seller) {
            for line in self.wrap(&line, self.label(), column - 12.0) {
                self.text(self.left, y, self.label(), &line);
                y += self.leading(self.label());
            }
        }
        let mut at = start;
        self.text_right(self.right, at, title, &labels.title);
        at += self.leading(title) + 2.0;
        let facts = [
            (&labels.number, self.invoice.number.clone()),
            (&labels.issue_date, long_date(self.invoice.issue_date)),
            (&labels.period, period_text(self.invoice)),
            (&labels.customer_id, draft.customer_id.clone()),
        ];
        for (label, value) in facts {
            self.text(self.left + column, at, self.label(), label);
            let look = Look { size: self.template.sizes.small_pt, ..self.strong() };
            self.text_right(self.right, at, look, &value);
            at += self.leading(self.label());
        }
        self.y = y.max(at) + 10.0;
        self.rule(self.y, 1.2, self.template.colours.accent);
        self.y += 14.0;
    }

    fn parties(&mut self) {
        let buyer = self.invoice.content.buyer.clone();
        let label = self.template.labels.buyer.clone();
        self.text(self.left, self.y, self.label(), &label);
        self.y += self.leading(self.label());
        let width = (self.right - self.left) * 0.7;
        for line in self.wrap(&buyer.legal_name, self.strong(), width) {
            self.text(self.left, self.y, self.strong(), &line);
            self.y += self.leading(self.strong());
        }
        for line in self.particulars(&buyer) {
            for line in self.wrap(&line, self.body(), width) {
                self.text(self.left, self.y, self.body(), &line);
                self.y += self.leading(self.body());
            }
        }
        self.y += 14.0;
    }

    /// Address, GSTIN, State code, e-mail: a line each.
    fn particulars(&self, party: &Party) -> Vec<String> {
        let labels = &self.template.labels;
        let named = |label: &str, value: &Option<String>| value.as_ref().map(|v| format!("{label}: {v}"));
        party
            .address
            .iter()
            .cloned()
            .chain(named(&labels.gstin, &party.gstin))
            .chain(named(&labels.state_code, &party.state_code))
            .chain(named(&labels.email, &party.email))
            .collect()
    }

    fn summary(&mut self) {
        let look =
            Look { size: self.template.sizes.total_pt, style: Style::Bold, colour: self.template.colours.accent };
        let height = self.leading(look) + 16.0;
        self.make_room(height);
        let (x, y, width) = (self.left, self.y, self.right - self.left);
        self.mark(Mark::Box { x, y, width, height, colour: self.template.colours.band });
        let label = self.template.labels.total_due.clone();
        let middle = y + (height - self.template.sizes.body_pt) / 2.0 - 1.0;
        self.text(self.left + 12.0, middle, self.body(), &label);
        let total = self.invoice.content.total.display();
        self.text_right(self.right - 12.0, y + (height - look.size) / 2.0 - 2.0, look, &total);
        self.y += height + 16.0;
    }

    /// Where the descriptions stand.
    fn description(&self) -> Option<Placed<'_>> {
        self.columns.iter().find(|place| place.column.key == Key::Description).copied()
    }

    fn cells(&mut self, y: f32, look: Look, cell: impl Fn(&Column) -> String) {
        for index in 0..self.columns.len() {
            let Placed { column, left, right } = self.columns[index];
            let text = cell(column);
            match column.align {
                Align::Left => self.text(left, y, look, &text),
                Align::Right => self.text_right(right, y, look, &text),
            }
        }
    }

    fn table_header(&mut self) {
        let look = Look { style: Style::Bold, ..self.label() };
        self.cells(self.y, look, |column| column.label.clone());
        self.y += self.leading(look) + 2.0;
        self.rule(self.y, 0.8, self.template.colours.ink);
        self.y += self.template.sizes.row_gap_pt;
    }

    /// A row that sums up what is above or on the pages before.
    fn carried(&mut self, label: &str, sum: &Money) {
        let look = Look { style: Style::Bold, colour: self.template.colours.muted, ..self.body() };
        let sum = sum.grouped();
        self.cells(self.y, look, |column| match column.key {
            Key::Description => label.to_owned(),
            Key::Amount => sum.clone(),
            Key::Calls | Key::Direction => String::new(),
        });
        self.y += self.leading(look) + self.template.sizes.row_gap_pt;
    }

    fn lines(&mut self) {
        let lines = self.invoice.content.lines.clone();
        let body = self.body();
        let gap = self.template.sizes.row_gap_pt;
        let carried_height = self.leading(body) + gap;
        self.make_room(4.0 * carried_height);
        self.table_header();
        let mut sum = Money::zero(self.invoice.content.currency);
        let width = self.description().map_or(100.0, |place| place.right - place.left - 8.0);
        for (index, line) in lines.iter().enumerate() {
            let wrapped = self.wrap(&line.description, body, width);
            let height = self.leading(body) * wrapped.len() as f32 + gap;
            let last = index + 1 == lines.len();
            let below = if last { 0.0 } else { carried_height };
            if index > 0 && self.y + height + below > self.bottom {
                let labels = &self.template.labels;
                let (forward, brought) = (labels.carried_forward.clone(), labels.brought_forward.clone());
                self.carried(&forward, &sum);
                self.new_page();
                self.table_header();
                self.carried(&brought, &sum);
            }
            self.row(line, &wrapped);
            // The sum of what is printed: it fits, since the subtotal does.
            sum = sum.plus(&line.amount).unwrap_or(sum);
        }
        self.y += 6.0;
    }

    fn row(&mut self, line: &Line, description: &[String]) {
        let body = self.body();
        let calls = line.calls.map_or_else(|| "–".to_owned(), |calls| grouped_count(calls, line.amount.currency()));
        let first = description.first().cloned().unwrap_or_default();
        self.cells(self.y, body, |column| match column.key {
            Key::Description => first.clone(),
            Key::Direction => line.direction.name().to_owned(),
            Key::Calls => calls.clone(),
            Key::Amount => line.amount.grouped(),
        });
        self.y += self.leading(body);
        let left = self.description().map_or(self.left, |place| place.left);
        for more in description.iter().skip(1) {
            self.text(left, self.y, body, more);
            self.y += self.leading(body);
        }
        self.y += self.template.sizes.row_gap_pt / 2.0;
        self.rule(self.y, 0.4, self.template.colours.rule);
        self.y += self.template.sizes.row_gap_pt / 2.0;
    }

    fn totals(&mut self) {
        let labels = &self.template.labels;
        let draft = &self.invoice.content;
        let mut rows = vec![(labels.subtotal.clone(), draft.subtotal.grouped())];
        for tax in &draft.taxes {
            rows.push((format!("{} {} %", tax.kind, tax.rate), tax.amount.grouped()));
        }
        if !draft.round_off.is_zero() {
            rows.push((labels.round_off.clone(), draft.round_off.grouped()));
        }
        let total = (labels.total.clone(), draft.total.display());
        let body = self.body();
        let total_look = Look { size: self.template.sizes.name_pt, ..self.strong() };
        let height = self.leading(body) * rows.len() as f32 + self.leading(total_look) + 24.0;
        self.make_room(height);
        let label_x = self.left + (self.right - self.left) * 0.58;
        for (label, amount) in rows {
            self.text(label_x, self.y, body, &label);
            self.text_right(self.right, self.y, body, &amount);
            self.y += self.leading(body) + 1.5;
        }
        let (x, width) = (label_x, self.right - label_x);
        self.mark(Mark::Box { x, y: self.y + 1.0, width, height: 1.2, colour: self.template.colours.accent });
        self.y += 8.0;
        self.text(label_x, self.y, total_look, &total.0);
        self.text_right(self.right, self.y, total_look, &total.1);
        self.y += self.leading(total_look) + 14.0;
    }

    fn words(&mut self) {
        let words = self.invoice.content.amount_in_words.clone();
        let label = self.template.labels.words.clone();
        self.paragraph(&label, &words);
    }

    fn notes(&mut self) {
        let notes = &self.template.notes;
        let note = match self.invoice.content.proof {
            // What was decided, and why, is between finance and its auditor.
            Proof::Decision => return,
            Proof::Customer => &notes.customer,
            Proof::Tolerance => &notes.tolerance,
            Proof::TotalOnly => &notes.total_only,
        };
        if !note.is_empty() {
            let (label, note) = (self.template.labels.notes.clone(), note.clone());
            self.paragraph(&label, &note);
        }
    }

    fn paragraph(&mut self, label: &str, text: &str) {
        let body = self.body();
        let wrapped = self.wrap(text, body, self.right - self.left);
        self.make_room(self.leading(self.label()) + self.leading(body) * wrapped.len() as f32);
        self.text(self.left, self.y, self.label(), label);
        self.y += self.leading(self.label());
        for line in wrapped {
            self.text(self.left, self.y, body, &line);
            self.y += self.leading(body);
        }
        self.y += 10.0;
    }

    fn footers(&mut self) {
        let count = self.pages.len();
        let y = self.bottom + 2.0 * self.template.sizes.small_pt;
        let (look, rule) = (self.label(), self.template.colours.rule);
        let (left, right, fonts) = (self.left, self.right, self.fonts);
        for (index, page) in self.pages.iter_mut().enumerate() {
            let fill = |text: &str| {
                text.replace("{page}", &(index + 1).to_string())
                    .replace("{pages}", &count.to_string())
                    .replace("{number}", &self.invoice.number)
                    .replace("{seller}", &self.invoice.content.seller.legal_name)
                    .replace("{period}", &period_text(self.invoice))
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
        for word in text.split_whitespace() {
            if let Some(line) = lines.last_mut() {
                let longer = format!("{line} {word}");
                if fits(&longer) {
                    *line = longer;
                    continue;
                }
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

fn long_date(day: chrono::NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

fn period_text(invoice: &Issued) -> String {
    let period = &invoice.content.period;
    format!("{} to {}", period.from.format("%-d %b %Y"), period.to.format("%-d %b %Y"))
}
