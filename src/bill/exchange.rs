//! Charges in another currency than the document's, to customers abroad. Their value is the amount
//! at the rate of the day of supply, which is the date of the invoice (CGST Rule 34(2); CGST Act,
//! section 13(2)): the last one published until then, unless it is too old. What was invoiced
//! once keeps its rate, in every note over it.

use std::collections::BTreeMap;

use super::tax::{Failure, Refusal};
use crate::books::layout::{CHARGES, CUSTOMERS, RATES};
use crate::books::prices;
use crate::model::exchange::{Exchange, Rate};
use crate::model::invoice::{Draft, Issued, Line, Party, Pricing};
use crate::model::money::{Currency, Money, MoneyError};
use crate::model::usage::Direction;
use chrono::{Days, NaiveDate};

/// The finding's code.
const CODE: &str = "no-exchange-rate";

/// By what charges are converted.
#[derive(Clone, Debug)]
pub struct Rates<'a> {
    /// `rates.csv`
    published: &'a [Rate],
    /// The currency that they are in: that of the books.
    to: Currency,
    /// How many days old one may be.
    oldest: u64,
    /// The day of invoices, and that of notes.
    days: [Option<NaiveDate>; 2],
    /// What the documents that stand were made with, by customer.
    used: BTreeMap<&'a str, BTreeMap<Currency, &'a Rate>>,
}

impl<'a> Rates<'a> {
    /// Rates in a currency, not older than so many days on the day that invoices have, or notes.
    /// `standing` are documents of the period that count.
    #[must_use]
    pub(crate) fn of(
        published: &'a [Rate],
        (to, oldest): (Currency, u64),
        days: [Option<NaiveDate>; 2],
        standing: impl Iterator<Item = &'a Issued>,
    ) -> Self {
        let mut used: BTreeMap<&str, BTreeMap<Currency, &Rate>> = BTreeMap::new();
        for document in standing.map(|issued| &issued.content) {
            let own = used.entry(&document.customer_id).or_default();
            for exchange in document.lines.iter().filter_map(Line::exchange) {
                own.entry(exchange.amount.currency()).or_insert(&exchange.at);
            }
        }
        Self { published, to, oldest, days, used }
    }

    /// Converts what a customer is charged, and says how, where it is in another currency.
    ///
    /// # Errors
    /// The customer is not abroad, or there is no rate.
    pub(super) fn convert(
        &self,
        (id, seller, buyer): (&str, &Party, Option<&Party>),
        (exact, of): (Money, Pricing),
        to: Currency,
    ) -> Result<(Money, Pricing), Failure> {
        let currency = exact.currency();
        if currency == to {
            return Ok((exact, of));
        }
        if exact.is_zero() {
            return Ok((Money::zero(to), Pricing::Stated));
        }
        let country = buyer.and_then(|buyer| buyer.country.as_ref());
        if country.is_none_or(|country| Some(country) == seller.country.as_ref()) {
            return Err(Failure::Refused(Refusal {
                code: "not-billable",
                why: format!(
                    "it is charged in {currency}, and only a customer abroad is charged in another currency than {to}"
                ),
                next: format!(
                    "Charge it in {to} ({CHARGES}, or rate_currency in {CUSTOMERS}), or write its country into {CUSTOMERS}, and close again."
                ),
            }));
        }
        let at = self.rate(id, currency, to).map_err(Failure::Refused)?.clone();
        let exchange = Exchange { amount: prices::charged(exact)?, at };
        Ok((exchange.worth(to)?, Pricing::Converted { of: Box::new(of), exchange }))
    }

    /// The rate for a customer.
    fn rate(&self, id: &str, currency: Currency, to: Currency) -> Result<&Rate, Refusal> {
        let served = self.used.get(id);
        if let Some(rate) = served.and_then(|used| used.get(&currency)) {
            return Ok(rate);
        }
        let refuse = |why: String| Refusal {
            code: CODE,
            why: format!("it is charged in {currency}, and {why}"),
            next: format!("Write the rate of the day into {RATES}, with its source, and close again."),
        };
        if to != self.to {
            return Err(refuse(format!("the rates of {RATES} are in {}, where its document is in {to}", self.to)));
        }
        let Some(day) = self.days[usize::from(served.is_some())] else {
            return Err(refuse("the day of its document is not known".to_owned()));
        };
        let until = self.published.iter().filter(|rate| rate.currency == currency && rate.day <= day);
        match until.max_by_key(|rate| rate.day) {
            None => Err(refuse(format!("{RATES} has no rate of {day} or before"))),
            Some(last) if last.day.checked_add_days(Days::new(self.oldest)).is_some_and(|until| until < day) => {
                Err(refuse(format!(
                    "the last rate until {day} in {RATES} is of {}, more than {} days old ([invoice] exchange_days)",
                    last.day, self.oldest
                )))
            }
            Some(last) => Ok(last),
        }
    }
}

/// Calls at a customer's own rate, which is in another currency. `is_selling`: the ledger states
/// their price.
///
/// # Errors
/// They are charged otherwise than at a rate.
pub(super) fn of_calls(
    currency: Currency,
    (exact, pricing): (Money, Pricing),
    direction: Direction,
    is_selling: bool,
) -> Result<(Money, Pricing), Failure> {
    let why = match &pricing {
        _ if is_selling => format!("the ledger states the price of its calls, in {}", exact.currency()),
        Pricing::Rate { .. } => return Ok((Money::new(exact.amount(), currency), pricing)),
        _ => format!("its {} calls have no rate", direction.name()),
    };
    Err(Failure::Refused(Refusal {
        code: "not-billable",
        why: format!("{CUSTOMERS} charges its calls in {currency}, and {why}"),
        next: format!(
            "Write rate_inbound and rate_outbound, with a ledger at cost, or leave out rate_currency in {CUSTOMERS}; then close again."
        ),
    }))
}

/// What a note says of lines in another currency that have changed: the difference in that
/// currency, at the rate of the invoice.
#[must_use]
pub(super) fn difference(amount: Option<Money>, at: Option<&Rate>) -> Pricing {
    match (amount, at) {
        (Some(amount), Some(at)) => {
            Pricing::Converted { of: Box::new(Pricing::Stated), exchange: Exchange { amount, at: at.clone() } }
        }
        _ => Pricing::Stated,
    }
}

/// Says on a draft, currency by currency and rate by rate, what its charges are worth.
///
/// # Errors
/// A sum beyond the exact range.
pub(super) fn tell(draft: &mut Draft) -> Result<(), MoneyError> {
    let mut sums: Vec<(&Rate, Money, Money)> = Vec::new();
    for line in &draft.lines {
        let Some(Exchange { amount, at }) = line.exchange() else { continue };
        match sums.iter_mut().find(|(rate, ..)| *rate == at) {
            Some((_, foreign, worth)) => {
                (*foreign, *worth) = (foreign.plus(amount)?, worth.plus(&line.amount)?);
            }
            None => sums.push((at, *amount, line.amount)),
        }
    }
    let told = sums.iter().map(|(Rate { currency, rate, day, source }, foreign, worth)| {
        let (foreign, worth) = (foreign.display(), worth.display());
        format!("Charged in {currency}: {foreign} at {rate} ({source}, {day}), which is {worth}.")
    });
    let all = draft.foreign_total().map(|sum| format!("Total in {}: {}.", sum.currency(), sum.display()));
    let told: Vec<String> = told.chain(all).collect();
    draft.remarks.extend(told);
    Ok(())
}

#[cfg(test)]
mod tests;
