//! Lines of documents, and those of `charges.csv`.

use super::tax::Failure;
use crate::books::charges::{AgreedCharge, Price};
use crate::books::prices;
use crate::model::invoice::{Charge, Detail, Edition, Line, Pricing};
use crate::model::money::{Currency, Money, MoneyError, times};
use crate::model::period::Period;
use crate::model::rounding::share;
use crate::model::usage::Direction;

/// A line whose amount is rounded, without words yet.
pub(super) fn line(charge: Charge, direction: Option<Direction>, exact: Money) -> Result<Line, MoneyError> {
    Ok(Line { direction, exact, amount: prices::charged(exact)?, ..Line::blank(charge, exact.currency()) })
}

/// How an amount becomes one of the document's currency.
pub(super) type Convert<'a> = dyn Fn((Money, Pricing)) -> Result<(Money, Pricing), Failure> + 'a;

/// A charge that is due in a period, on a document in a currency.
///
/// # Errors
/// It is in another currency and cannot be converted; an amount beyond the exact range.
pub(super) fn charged(
    entry: &AgreedCharge,
    edition: Edition,
    (period, currency): (&Period, Currency),
    convert: &Convert<'_>,
) -> Result<Line, Failure> {
    let own = entry.currency.unwrap_or(currency);
    let (mut exact, mut pricing) = match &entry.price {
        Price::Amount(amount) => (Money::new(*amount, own), Pricing::Stated),
        Price::Each { quantity, unit, price } => {
            let (quantity, price) = (*quantity, *price);
            let pricing = Pricing::Rate { quantity, unit: unit.clone(), price };
            (Money::new(times(quantity, price)?, own), pricing)
        }
    };
    let (from, to) = entry.within(period);
    if let Some((days, whole)) = entry.part(period) {
        pricing = Pricing::Part { of: exact, days, whole };
        let amount = share(exact.amount(), days.into(), whole.into(), own.minor_digits())?;
        exact = Money::new(amount, own);
    }
    let is_for_days = entry.charge == Charge::Recurring && edition > Edition::First;
    if matches!(entry.charge, Charge::Discount | Charge::Credit) {
        exact = exact.negated();
    }
    (exact, pricing) = convert((exact, pricing))?;
    Ok(Line {
        description: entry.description.clone(),
        pricing,
        sac: entry.sac.clone(),
        detail: Detail { span: is_for_days.then_some((from, to)), ..Detail::default() },
        ..line(entry.charge, None, exact)?
    })
}
