//! How a line's amount came about, written and read back.

use super::parts::{ExchangePart, PricingPart};
use crate::model::exchange::{Exchange, Rate};
use crate::model::invoice::Pricing;
use crate::model::money::{Currency, Money, parse_plain};
use crate::model::period::parse_day;

/// None where it is what was reconciled, agreed or booked.
pub(super) fn written(pricing: &Pricing) -> Option<PricingPart> {
    Some(match pricing {
        Pricing::Stated => return None,
        Pricing::Markup { base, percent } => PricingPart::Markup { base: base.plain(), percent: percent.to_string() },
        Pricing::Rate { quantity, unit, price } => {
            PricingPart::Rate { quantity: quantity.to_string(), unit: unit.clone(), price: price.to_string() }
        }
        Pricing::Share { base, percent } => PricingPart::Share { base: base.plain(), percent: percent.to_string() },
        Pricing::Part { of, days, whole } => PricingPart::Part { of: of.plain(), days: *days, whole: *whole },
        Pricing::UpTo { minimum, have } => PricingPart::UpTo { minimum: minimum.plain(), have: have.plain() },
        Pricing::Converted { of, exchange: Exchange { amount, at } } => PricingPart::Exchange(Box::new(ExchangePart {
            currency: amount.currency().code().to_owned(),
            amount: amount.plain(),
            of: written(of),
            rate: at.rate.to_string(),
            date: at.day.to_string(),
            source: at.source.clone(),
        })),
    })
}

/// Reads it back, on a line in a currency.
///
/// # Errors
/// What is wrong, naming the field.
pub(super) fn read(part: Option<PricingPart>, currency: Currency) -> Result<Pricing, String> {
    let plain = |field: &str, text: &str| parse_plain(text).map_err(|e| format!("pricing.{field}: {e}"));
    let money = |field: &str, text: &str| plain(field, text).map(|amount| Money::new(amount, currency));
    Ok(match part {
        None => Pricing::Stated,
        Some(PricingPart::Markup { base, percent }) => {
            Pricing::Markup { base: money("base", &base)?, percent: plain("percent", &percent)? }
        }
        Some(PricingPart::Rate { quantity, unit, price }) => {
            Pricing::Rate { quantity: plain("quantity", &quantity)?, unit, price: plain("price", &price)? }
        }
        Some(PricingPart::Share { base, percent }) => {
            Pricing::Share { base: money("base", &base)?, percent: plain("percent", &percent)? }
        }
        Some(PricingPart::Part { of, days, whole }) => Pricing::Part { of: money("of", &of)?, days, whole },
        Some(PricingPart::UpTo { minimum, have }) => {
            Pricing::UpTo { minimum: money("minimum", &minimum)?, have: money("have", &have)? }
        }
        Some(PricingPart::Exchange(part)) => {
            let own = Currency::parse(&part.currency).map_err(|e| format!("pricing.currency: {e}"))?;
            let day = parse_day(&part.date).map_err(|e| format!("pricing.date: {e}"))?;
            let at = Rate { currency: own, rate: plain("rate", &part.rate)?, day, source: part.source };
            let amount = Money::new(plain("amount", &part.amount)?, own);
            Pricing::Converted { of: Box::new(read(part.of, own)?), exchange: Exchange { amount, at } }
        }
    })
}
