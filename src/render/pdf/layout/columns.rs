//! The columns of the table of charges: what stands in them, and where they are.

use super::marks::PT_PER_MM;
use crate::model::invoice::{Issued, Line, Pricing};
use crate::model::money::grouped_count;
use crate::render::pdf::template::{Column, Key, Template};

/// A column with its left and right edges.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub(super) column: &'a Column,
    pub(super) left: f32,
    pub(super) right: f32,
}

/// What stands in a line's cell.
pub(super) fn cell(line: &Line, key: Key) -> String {
    let quantity = match &line.pricing {
        Pricing::Rate { quantity, unit, price } => Some((quantity, unit, price)),
        _ => None,
    };
    match key {
        Key::Description => line.description.clone(),
        Key::Direction => line.direction.map_or("", |direction| direction.name()).to_owned(),
        Key::Calls => line.calls.map_or_else(String::new, |calls| grouped_count(calls, line.amount.currency())),
        Key::Sac => line.sac.clone().unwrap_or_default(),
        Key::Quantity => {
            quantity.map_or_else(String::new, |(quantity, unit, _)| format!("{} {unit}", quantity.normalize()))
        }
        Key::Price => quantity.map_or_else(String::new, |(_, _, price)| price.to_string()),
        Key::Tax => {
            let rates = line.taxes.iter().chain(&line.recipient_taxes).map(|tax| tax.rate.normalize().to_string());
            let rates: Vec<String> = rates.collect();
            if rates.is_empty() { String::new() } else { format!("{} %", rates.join(" + ")) }
        }
        Key::Amount => line.amount.grouped(),
    }
}

/// Places the columns between two edges. A column that every line leaves empty is left out.
pub(super) fn place<'a>(invoice: &Issued, template: &'a Template, left: f32, right: f32) -> Vec<Placed<'a>> {
    let lines = &invoice.content.lines;
    let columns: Vec<&Column> = template
        .columns
        .iter()
        .filter(|column| match column.key {
            Key::Description | Key::Amount => true,
            key => lines.iter().any(|line| !cell(line, key).is_empty()),
        })
        .collect();
    placed(columns, left, right)
}

/// Places these columns between two edges.
pub(super) fn placed<'a>(columns: Vec<&'a Column>, left: f32, right: f32) -> Vec<Placed<'a>> {
    let fixed = columns.iter().map(|c| c.width_mm * PT_PER_MM).sum::<f32>();
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
