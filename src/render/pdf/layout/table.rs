//! The table of charges: a header on every page, no row split, what is above carried over.

use super::columns::{Placed, cell};
use super::marks::Mark;
use super::sheet::{Look, Sheet};
use crate::model::invoice::Line;
use crate::model::money::Money;
use crate::render::pdf::fonts::Style;
use crate::render::pdf::template::{Align, Column, Key, Rows};

impl Sheet<'_> {
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
            _ => String::new(),
        });
        self.y += self.leading(look) + self.template.sizes.row_gap_pt;
    }

    pub(super) fn lines(&mut self) {
        let invoice = self.invoice;
        let body = self.body();
        let gap = self.template.sizes.row_gap_pt;
        let carried_height = self.leading(body) + gap;
        self.make_room(4.0 * carried_height);
        let title = self.template.labels.charges.clone();
        self.bookmark(&title);
        self.table_header();
        let mut sum = Money::zero(invoice.content.currency);
        let width = self.description().map_or(100.0, |place| place.right - place.left - 8.0);
        let lines = &invoice.content.lines;
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
            self.row(index, line, &wrapped, height);
            // The sum of what is printed: it fits, since the subtotal does.
            sum = sum.plus(&line.amount).unwrap_or(sum);
        }
        self.y += 6.0;
    }

    fn row(&mut self, index: usize, line: &Line, description: &[String], height: f32) {
        let body = self.body();
        let gap = self.template.sizes.row_gap_pt;
        let is_striped = self.template.layout.rows == Rows::Striped;
        if is_striped && index.is_multiple_of(2) {
            let (x, y, width) = (self.left, self.y - gap / 2.0, self.width());
            self.mark(Mark::Box { x, y, width, height, colour: self.template.colours.band });
        }
        let first = description.first().cloned().unwrap_or_default();
        self.cells(self.y, body, |column| match column.key {
            Key::Description => first.clone(),
            key => cell(line, key),
        });
        self.y += self.leading(body);
        let left = self.description().map_or(self.left, |place| place.left);
        for more in description.iter().skip(1) {
            self.text(left, self.y, body, more);
            self.y += self.leading(body);
        }
        self.y += gap / 2.0;
        if !is_striped {
            self.rule(self.y, 0.4, self.template.colours.rule);
        }
        self.y += gap / 2.0;
    }
}
