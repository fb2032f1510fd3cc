//! Which days the documents of a close have: notes that of the close, and invoices that or another
//! one by the settings. Rates of exchange are those of these days.

use super::inputs::Inputs;
use crate::audit::chain::{Chain, Event};
use crate::bill::dating::Dating;
use crate::bill::numbering;
use crate::model::invoice::Document;
use crate::model::period::parse_day;

impl Inputs {
    /// Takes the day of a close, or of one that is foreseen, behind what a chain has.
    pub(crate) fn date(&mut self, dating: Dating, chain: &Chain) {
        self.dated = Some(dating.day);
        let day = numbering::invoice_day(&self.period, &self.config.invoicing, dating, &chain.allotted());
        self.invoices_dated = Some(day);
    }

    /// Takes that of a sealed close, behind what the chain had before it: the date of its invoices,
    /// or what it would have been. A day that is not that of the seal was named.
    pub(super) fn date_again(&mut self, event: &Event, before: &Chain) {
        let Ok(day) = parse_day(&event.issue_date) else { return };
        let sealed = event.time().map(|at| at.with_timezone(&self.config.timezone).date_naive());
        self.date(Dating { day, is_named: sealed != Some(day) }, before);
        let invoice = event.issued.iter().find(|entry| entry.document == Document::Invoice.name());
        if let Some(day) = invoice.and_then(|entry| parse_day(&entry.issue_date).ok()) {
            self.invoices_dated = Some(day);
        }
    }
}
