//! The annex on the last pages: calls, minutes and amount of each day, line by line.

use rust_decimal::Decimal;

use super::columns::placed;
use super::parts::Role;
use super::sheet::{Look, Sheet};
use crate::model::invoice::Line;
use crate::model::money::{Money, grouped_count};
use crate::model::rounding::{LINE_ROUNDING, ratio};
use crate::model::spread::{is_rounding, left};
use crate::render::pdf::template::Key;

/// A row's cells.
struct Row {
    first: String,
    calls: String,
    minutes: String,
    amount: String,
}

impl Sheet<'_> {
    /// Nothing where no line has days.
    pub(super) fn annex(&mut self) {
        let draft = &self.invoice.content;
        let lines: Vec<&Line> = draft.lines.iter().filter(|line| !line.detail.days.is_empty()).collect();
        if lines.is_empty() {
            return;
        }
        let columns = placed(self.template.annex.iter().collect(), self.left, self.right);
        let columns = std::mem::replace(&mut self.columns, columns);
        self.new_page();
        let title = self.template.labels.annex.clone();
        self.bookmark(&title);
        let name = Look { size: self.template.sizes.name_pt, ..self.strong() };
        self.y = self.within(Role::Subheading, |sheet| sheet.block(sheet.left, sheet.y, sheet.width(), name, &[title]))
            + 2.0;
        let zone = draft.days_in.as_deref().unwrap_or_default();
        let note = self.template.labels.annex_note.replace("{timezone}", zone);
        self.y = self.paragraph_at(self.left, self.y, self.width(), self.label(), &note) + 10.0;
        for line in lines {
            self.days(line);
        }
        self.columns = columns;
    }

    fn days(&mut self, line: &Line) {
        let strong = self.strong();
        let rows = self.rows(line);
        let (gap, step) = (self.template.sizes.row_gap_pt / 2.0, self.annex_step());
        let header = self.leading(strong) + 4.0 + self.leading(self.label()) + 2.0 * gap + 4.0;
        let whole = header + step * rows.len() as f32;
        // Together where a page has room for all of it.
        self.make_room(if whole <= self.bottom - self.top { whole } else { header + 3.0 * step });
        self.y = self.paragraph_at(self.left, self.y, self.width(), strong, &self.say().said(&line.description)) + 4.0;
        self.within(Role::Table, |sheet| sheet.days_table(&rows));
        self.y += 14.0;
    }

    fn days_table(&mut self, rows: &[Row]) {
        let (gap, step) = (self.template.sizes.row_gap_pt / 2.0, self.annex_step());
        self.table_header();
        let last = rows.len().saturating_sub(1);
        for (index, row) in rows.iter().enumerate() {
            if self.y + step > self.bottom {
                self.new_page();
                // Who hears the table from one end to the other has heard it.
                self.aside(Self::table_header);
            }
            let look = if index == last { self.strong() } else { self.body() };
            self.columns_row(self.y, look, Role::Cell, |column| match column.key {
                Key::Description => vec![row.first.clone()],
                Key::Calls => vec![row.calls.clone()],
                Key::Quantity => vec![row.minutes.clone()],
                _ => vec![row.amount.clone()],
            });
            self.y += step - gap / 2.0;
            let (height, colour) =
                if index + 1 == last { (0.8, self.template.colours.ink) } else { (0.3, self.template.colours.rule) };
            self.rule(self.y - gap / 4.0, height, colour);
            self.y += gap / 2.0;
        }
    }

    fn annex_step(&self) -> f32 {
        self.leading(self.body()) + self.template.sizes.row_gap_pt / 2.0
    }

    /// The days, what rounding leaves, and the line's amount.
    fn rows(&self, line: &Line) -> Vec<Row> {
        let (labels, say) = (&self.template.labels, self.say());
        let currency = line.amount.currency();
        let minutes = |seconds: Option<u64>| {
            let minutes = seconds.and_then(|s| ratio(Decimal::from(s), Decimal::from(60), 2, LINE_ROUNDING));
            minutes.map_or_else(String::new, |minutes| Money::new(minutes, currency).grouped())
        };
        let days = &line.detail.days;
        let mut rows: Vec<Row> = days
            .iter()
            .map(|share| Row {
                first: share.day.map_or_else(|| labels.no_day.clone(), |day| self.date(day)),
                calls: grouped_count(share.calls, currency),
                minutes: minutes(share.seconds),
                amount: say.grouped(&share.amount),
            })
            .collect();
        // It fits: it is the line's amount less its days.
        if let Some(rest) = left(&line.amount, days.iter().map(|share| &share.amount)).ok().filter(|r| !r.is_zero()) {
            let (calls, minutes) = (String::new(), String::new());
            let digits = currency.minor_digits();
            let first = if is_rounding(&rest, days.len(), digits) { &labels.rounding } else { &labels.difference };
            rows.push(Row { first: first.clone(), calls, minutes, amount: say.grouped(&rest) });
        }
        let calls = days.iter().try_fold(0_u64, |sum, share| sum.checked_add(share.calls));
        rows.push(Row {
            first: labels.total.clone(),
            calls: calls.map_or_else(String::new, |calls| grouped_count(calls, currency)),
            minutes: minutes(days.iter().try_fold(0_u64, |sum, share| sum.checked_add(share.seconds?))),
            amount: say.grouped(&line.amount),
        });
        rows
    }
}
