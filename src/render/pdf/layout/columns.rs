//! The columns of the table of charges: what stands in them, where they are, and how large it is.

use super::marks::PT_PER_MM;
use crate::model::invoice::{Edition, Line, Pricing};
use crate::model::money::grouped_count;
use crate::render::pdf::fonts::{Fonts, Style};
use crate::render::pdf::template::{Column, Key, Template};
use crate::render::pdf::wording::Wording;

/// What lies between two columns at least, in points.
const GAP: f32 = 8.0;
/// Words are broken in a column that would be wider than this.
const WIDEST_WORDS: f32 = 40.0 * PT_PER_MM;
/// What descriptions have at least; where they would have less all is smaller, down to `LEAST_PT`.
const NARROWEST: f32 = 32.0 * PT_PER_MM;
const LEAST_PT: f32 = 5.0;

/// A column with its left and right edges.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) column: &'a Column,
    pub(super) left: f32,
    pub(super) right: f32,
}

/// The table of charges.
pub(super) struct Charges<'a> {
    pub(super) columns: Vec<Placed<'a>>,
    /// Line by line, what stands in each of them.
    pub(super) cells: Vec<Vec<String>>,
    /// The size of its letters.
    pub(super) size: f32,
}

/// Whether a column has words, which may be broken; numbers never are.
pub(super) fn has_words(key: Key) -> bool {
    matches!(key, Key::Quantity | Key::Direction | Key::Sac)
}

/// What stands in a line's cell.
fn cell(say: Wording<'_>, line: &Line, key: Key) -> String {
    let quantity = match &line.pricing {
        Pricing::Rate { quantity, unit, price } => Some((quantity, unit, price)),
        _ => None,
    };
    match key {
        Key::Description => say.said(&line.description),
        Key::Direction => line.direction.map_or_else(String::new, |direction| say.said(direction.name())),
        Key::Calls => line.calls.map_or_else(String::new, |calls| grouped_count(calls, line.amount.currency())),
        Key::Sac => line.sac.clone().unwrap_or_default(),
        Key::Quantity => quantity.map_or_else(String::new, |(quantity, unit, _)| say.quantity(*quantity, unit)),
        Key::Price => quantity.map_or_else(String::new, |(_, _, price)| say.price(*price)),
        Key::Tax => {
            let rates = line.taxes.iter().chain(&line.recipient_taxes).map(|tax| tax.rate.normalize().to_string());
            let rates: Vec<String> = rates.collect();
            if rates.is_empty() { String::new() } else { format!("{} %", rates.join(" + ")) }
        }
        Key::Amount => say.grouped(&line.amount),
    }
}

/// Places the columns between two edges, each at least as wide as what stands in it. A column
/// that every line leaves empty is left out.
pub(super) fn place<'a>(
    say: Wording<'_>,
    template: &'a Template,
    fonts: &Fonts,
    (left, right): (f32, f32),
) -> Charges<'a> {
    let lines = &say.invoice.content.lines;
    let all: Vec<Vec<String>> =
        template.columns.iter().map(|column| lines.iter().map(|line| cell(say, line, column.key)).collect()).collect();
    let is_kept = |column: &Column, cells: &[String]| {
        matches!(column.key, Key::Description | Key::Amount) || cells.iter().any(|text| !text.is_empty())
    };
    let kept: Vec<(&Column, Vec<String>)> =
        template.columns.iter().zip(all).filter(|(column, cells)| is_kept(column, cells)).collect();
    let body = template.sizes.body_pt;
    let (columns, size) = if say.invoice.content.edition == Edition::First {
        (placed(kept.iter().map(|(column, _)| *column).collect(), left, right), body)
    } else {
        let subtotal = say.grouped(&say.invoice.content.subtotal);
        let natural = |column: &Column, cells: &[String], size: f32| {
            let header = fonts.width(Style::Bold, template.sizes.small_pt.min(size), &column.label);
            // Sums that are carried over are bold.
            let sum = if column.key == Key::Amount { fonts.width(Style::Bold, size, &subtotal) } else { 0.0 };
            let widest = cells.iter().map(|text| fonts.width(Style::Regular, size, text)).fold(sum, f32::max);
            let widest = if has_words(column.key) { widest.min(WIDEST_WORDS) } else { widest };
            (column.width_mm * PT_PER_MM).max(header.max(widest) + GAP)
        };
        let widths = |size: f32| -> Vec<f32> {
            let width = |(column, cells): &(&Column, Vec<String>)| {
                if column.width_mm > 0.0 { natural(column, cells, size) } else { 0.0 }
            };
            kept.iter().map(width).collect()
        };
        let (mut size, mut each) = (body, widths(body));
        while right - left - each.iter().sum::<f32>() < NARROWEST && size > LEAST_PT {
            size = (size - 0.5).max(LEAST_PT);
            each = widths(size);
        }
        let columns = kept.iter().map(|(column, _)| *column).zip(each).collect();
        (beside_each_other(columns, left, right), size)
    };
    let cells = (0..lines.len()).map(|line| kept.iter().map(|(_, cells)| cells[line].clone()).collect()).collect();
    Charges { columns, cells, size }
}

/// Places these columns between two edges, as wide as the template has them.
pub(super) fn placed<'a>(columns: Vec<&'a Column>, left: f32, right: f32) -> Vec<Placed<'a>> {
    beside_each_other(columns.into_iter().map(|column| (column, column.width_mm * PT_PER_MM)).collect(), left, right)
}

/// Places columns of these widths; that without one has what is left.
fn beside_each_other<'a>(columns: Vec<(&'a Column, f32)>, left: f32, right: f32) -> Vec<Placed<'a>> {
    let fixed = columns.iter().map(|(_, width)| width).sum::<f32>();
    let mut x = left;
    columns
        .into_iter()
        .map(|(column, width)| {
            let width = if width > 0.0 { width } else { right - left - fixed };
            let place = Placed { column, left: x, right: x + width };
            x += width;
            place
        })
        .collect()
}
