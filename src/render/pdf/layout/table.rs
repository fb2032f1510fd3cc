//! Tables: rows of cells, which are told as what they are; and that of charges, with a header on
//! every page, no row split, and what is above carried over.

use super::columns::{Placed, has_words};
use super::marks::Mark;
use super::parts::Role;
use super::sheet::{Look, Sheet};
use crate::model::money::Money;
use crate::render::pdf::fonts::Style;
use crate::render::pdf::template::{Align, Column, Key, Rows};

/// A cell of a row: where it is, and what it says, line by line.
pub(super) struct Cell {
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) align: Align,
    pub(super) role: Role,
    pub(super) lines: Vec<String>,
    /// What is said below them, smaller.
    pub(super) below: Vec<String>,
}

impl Sheet<'_> {
    /// A row of the table that is open, its top at y; returns where its lines end. An empty cell
    /// is told too: a reader counts columns.
    pub(super) fn table_row(&mut self, y: f32, look: Look, cells: &[Cell]) -> f32 {
        let row = self.parts.open(Role::Row, None);
        let mut parts = Vec::new();
        for cell in cells {
            let outer = self.parts.open(cell.role, None);
            parts.push(self.parts.current());
            self.cell_line(y, look, cell, 0);
            self.parts.back_to(outer);
        }
        let leading = self.leading(look);
        let mut end = y + leading;
        for (cell, part) in cells.iter().zip(parts) {
            self.parts.back_to(part);
            let mut at = y + leading;
            for line in 1..cell.lines.len() {
                self.cell_line(at, look, cell, line);
                at += leading;
            }
            for text in &cell.below {
                self.text(cell.left, at, self.label(), text);
                at += self.leading(self.label());
            }
            end = end.max(at);
        }
        self.parts.back_to(row);
        end
    }

    fn cell_line(&mut self, y: f32, look: Look, cell: &Cell, line: usize) {
        let Some(text) = cell.lines.get(line) else { return };
        match cell.align {
            Align::Left => self.text(cell.left, y, look, text),
            Align::Right => self.text_right(cell.right, y, look, text),
        }
    }

    /// A row of the columns' table: what stands in each column.
    pub(super) fn columns_row(
        &mut self,
        y: f32,
        look: Look,
        role: Role,
        lines: impl Fn(&Column) -> Vec<String>,
    ) -> f32 {
        let cell = |place: &Placed<'_>| {
            let Placed { column, left, right } = *place;
            Cell { left, right, align: column.align, role, lines: lines(column), below: Vec::new() }
        };
        let cells: Vec<Cell> = self.columns.iter().map(cell).collect();
        self.table_row(y, look, &cells)
    }

    pub(super) fn table_header(&mut self) {
        let label = self.label();
        let look = Look { style: Style::Bold, size: label.size.min(self.table_pt), ..label };
        self.columns_row(self.y, look, Role::ColumnHeader, |column| vec![column.label.clone()]);
        self.y += self.leading(look) + 2.0;
        self.rule(self.y, 0.8, self.template.colours.ink);
        self.y += self.template.sizes.row_gap_pt;
    }

    /// A row that sums up what is above or on the pages before.
    fn carried(&mut self, label: &str, sum: &Money) {
        let look = Look { style: Style::Bold, colour: self.template.colours.muted, ..self.charge() };
        let sum = self.say().grouped(sum);
        self.columns_row(self.y, look, Role::Cell, |column| match column.key {
            Key::Description => vec![label.to_owned()],
            Key::Amount => vec![sum.clone()],
            _ => Vec::new(),
        });
        self.y += self.leading(look) + self.template.sizes.row_gap_pt;
    }

    /// Goes on with the table of charges on a new page. What is repeated and carried over there
    /// is told to nobody who hears the table from one end to the other.
    fn next_page_of_charges(&mut self, sum: &Money) {
        let labels = &self.template.labels;
        self.aside(|sheet| {
            sheet.carried(&labels.carried_forward, sum);
            sheet.new_page();
            sheet.table_header();
            sheet.carried(&labels.brought_forward, sum);
        });
    }

    pub(super) fn lines(&mut self) {
        let carried_height = self.leading(self.charge()) + self.template.sizes.row_gap_pt;
        self.make_room(4.0 * carried_height);
        let title = self.template.labels.charges.clone();
        self.bookmark(&title);
        self.within(Role::Table, |sheet| sheet.charges(carried_height));
        self.y += 6.0;
    }

    fn charges(&mut self, carried_height: f32) {
        let look = self.charge();
        self.table_header();
        let mut sum = Money::zero(self.invoice.content.currency);
        let lines = &self.invoice.content.lines;
        for (index, line) in lines.iter().enumerate() {
            let cells = self.broken(index, look);
            let most = cells.iter().map(Vec::len).max().unwrap_or(0);
            let details = self.wrap(&self.details(line), self.label(), self.width());
            let details_height = self.leading(self.label()) * details.len() as f32;
            let gap = self.template.sizes.row_gap_pt;
            let height = self.leading(look) * most as f32 + details_height + gap;
            let last = index + 1 == lines.len();
            let below = if last { 0.0 } else { carried_height };
            if index > 0 && (self.y + height + below > self.bottom || (last && self.is_kept)) {
                self.next_page_of_charges(&sum);
            }
            self.row(index, &cells, &details, height);
            // The sum of what is printed: it fits, since the subtotal does.
            sum = sum.plus(&line.amount).unwrap_or(sum);
        }
    }

    /// The cells of a charge, line by line.
    fn broken(&self, index: usize, look: Look) -> Vec<Vec<String>> {
        let broken = |(place, text): (&Placed<'_>, &String)| match place.column.key {
            Key::Description => self.wrap(text, look, place.right - place.left - 8.0),
            key if has_words(key) && !self.is_first() => self.wrap(text, look, place.right - place.left - 4.0),
            _ => vec![text.clone()],
        };
        self.columns.iter().zip(&self.cells[index]).map(broken).collect()
    }

    fn row(&mut self, index: usize, cells: &[Vec<String>], details: &[String], height: f32) {
        let look = self.charge();
        let gap = self.template.sizes.row_gap_pt;
        let is_striped = self.template.layout.rows == Rows::Striped;
        if is_striped && index.is_multiple_of(2) {
            let (x, y, width) = (self.left, self.y - gap / 2.0, self.width());
            self.mark(Mark::Box { x, y, width, height, colour: self.template.colours.band });
        }
        let cell = |(place, lines): (&Placed<'_>, &Vec<String>)| {
            let Placed { column, left, right } = *place;
            let below = if column.key == Key::Description { details.to_vec() } else { Vec::new() };
            Cell { left, right, align: column.align, role: Role::Cell, lines: lines.clone(), below }
        };
        let cells: Vec<Cell> = self.columns.iter().zip(cells).map(cell).collect();
        self.y = self.table_row(self.y, look, &cells) + gap / 2.0;
        if !is_striped {
            self.rule(self.y, 0.4, self.template.colours.rule);
        }
        self.y += gap / 2.0;
    }
}
