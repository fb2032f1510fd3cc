//! Below a line of the table: how many calls and minutes at which rate, or for which days.

use rust_decimal::Decimal;

use super::sheet::Sheet;
use crate::model::invoice::{Charge, Edition, Line, Pricing};
use crate::model::money::{Money, grouped_count};
use crate::model::rounding::percent;
use crate::render::pdf::template::Key;

impl Sheet<'_> {
    /// What is said of a line, in one text; empty where there is nothing.
    pub(super) fn details(&self, line: &Line) -> String {
        if self.invoice.content.edition == Edition::First {
            return String::new();
        }
        let mut parts = if line.charge == Charge::Usage { self.of_calls(line) } else { self.of_days(line) };
        parts.extend(self.of_exchange(line));
        parts.join(" · ")
    }

    /// Whether an average rate is printed anywhere.
    pub(super) fn has_average(&self) -> bool {
        let draft = &self.invoice.content;
        draft.edition > Edition::First && draft.lines.iter().any(|line| average(line).is_some())
    }

    fn of_calls(&self, line: &Line) -> Vec<String> {
        let labels = &self.template.labels;
        let currency = line.amount.currency();
        let has_column = |key| self.columns.iter().any(|place| place.column.key == key);
        let count = |label: &String, many: u64| match line.calls.map(Decimal::from) {
            Some(all) => match percent(Decimal::from(many), all, 1) {
                Some(share) => format!("{label}: {} ({share} %)", grouped_count(many, currency)),
                None => format!("{label}: {}", grouped_count(many, currency)),
            },
            None => format!("{label}: {}", grouped_count(many, currency)),
        };
        let mut parts = Vec::new();
        if let Some(calls) = line.calls.filter(|_| !has_column(Key::Calls)) {
            parts.push(format!("{}: {}", labels.detail_calls, grouped_count(calls, currency)));
        }
        if let Some(answered) = line.detail.answered {
            parts.push(count(&labels.detail_answered, answered));
            if let Some(failed) = line.calls.and_then(|calls| calls.checked_sub(answered)) {
                parts.push(count(&labels.detail_failed, failed));
            }
        }
        let grouped = |number: Decimal| self.say().grouped(&Money::new(number, currency));
        let unit = match line.pricing.own() {
            Pricing::Rate { unit, .. } => unit.as_str(),
            _ => "",
        };
        let has_minutes = unit == "minute" && (has_column(Key::Quantity) || line.exchange().is_some());
        if let Some(minutes) = line.minutes().filter(|_| !has_minutes) {
            parts.push(format!("{}: {}", labels.detail_minutes, grouped(minutes)));
        }
        match &line.pricing {
            Pricing::Rate { price, .. } if !has_column(Key::Price) => {
                let label = if unit == "minute" { &labels.rate_minute } else { &labels.rate_call };
                parts.push(format!("{label}: {}", self.say().price(*price)));
            }
            _ => {
                if let Some((rate, is_minute)) = average(line) {
                    let label = if is_minute { &labels.average_minute } else { &labels.average_call };
                    parts.push(format!("{label}: {}", grouped(rate)));
                }
            }
        }
        parts
    }

    /// In which other currency it is charged, and at which rate.
    fn of_exchange(&self, line: &Line) -> Vec<String> {
        let Pricing::Converted { of, exchange } = &line.pricing else { return Vec::new() };
        let (say, at) = (self.say(), &exchange.at);
        let own = |amount: Decimal| say.display(&Money::new(amount, at.currency));
        let how = match &**of {
            Pricing::Rate { quantity, unit, price } => {
                Some(format!("{} × {}", say.quantity(*quantity, unit), own(price.normalize())))
            }
            Pricing::Part { of, days, whole } => Some(format!("{} × {}", say.display(of), self.days_of(*days, *whole))),
            _ => None,
        };
        let text = &self.template.labels.exchange;
        let text = text.replace("{rate}", &say.price(at.rate)).replace("{date}", &self.date(at.day));
        let worth = format!("{} {}", say.display(&exchange.amount), text.replace("{source}", &at.source));
        how.into_iter().chain([worth]).collect()
    }

    fn days_of(&self, days: u32, whole: u32) -> String {
        let text = &self.template.labels.days_of;
        text.replace("{days}", &days.to_string()).replace("{whole}", &whole.to_string())
    }

    fn of_days(&self, line: &Line) -> Vec<String> {
        let Some((from, to)) = line.detail.span else { return Vec::new() };
        let mut parts = vec![format!("{} – {}", self.date(from), self.date(to))];
        if let Pricing::Part { of, days, whole } = &line.pricing {
            parts.push(format!("{} × {}", self.say().grouped(of), self.days_of(*days, *whole)));
        }
        parts
    }
}

/// The average rate that is printed with a line: none where it has a rate of its own.
fn average(line: &Line) -> Option<(Decimal, bool)> {
    let is_averaged = line.charge == Charge::Usage && !matches!(line.pricing.own(), Pricing::Rate { .. });
    is_averaged.then(|| line.average()).flatten()
}
