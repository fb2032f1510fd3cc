//! How a line's amount is divided among the calls behind it.

use rust_decimal::Decimal;

use super::line::{Line, Pricing};
use super::money::{Currency, Money, MoneyError, add_exact, total};
use super::rounding::share;

/// Calls and what they cost the partner's customer: of a day, of a direction, or one call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// How many.
    pub calls: u64,
    /// How many of them were answered; None where one of them does not tell.
    pub answered: Option<u64>,
    /// Billed time in seconds; None where one of them does not tell.
    pub seconds: Option<u64>,
    /// The partner's cost.
    pub cost: Decimal,
}

impl Used {
    /// Nothing, of which everything is known.
    pub const NOTHING: Self = Self { calls: 0, answered: Some(0), seconds: Some(0), cost: Decimal::ZERO };

    /// Both together.
    ///
    /// # Errors
    /// A sum beyond the exact range.
    pub fn plus(&self, other: &Self) -> Result<Self, MoneyError> {
        let both = |a: Option<u64>, b: Option<u64>| a?.checked_add(b?);
        Ok(Self {
            calls: self.calls.checked_add(other.calls).ok_or(MoneyError::Overflow)?,
            answered: both(self.answered, other.answered),
            seconds: both(self.seconds, other.seconds),
            cost: add_exact(self.cost, other.cost)?,
        })
    }
}

/// What a line's amount is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Cost,
    Seconds,
    Calls,
}

/// How a line's exact amount is divided among its calls: by minutes or calls where it is charged
/// by them, else as their cost is, and by time or number where nothing cost anything. Each share
/// is rounded half up by itself; what they leave of the line is told as rounding.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    exact: Money,
    by: By,
    whole: Decimal,
    digits: u32,
}

impl Spread {
    /// Of a line whose calls are `whole`, to so many decimals. None where there are no calls.
    #[must_use]
    pub(crate) fn of(line: &Line, whole: &Used, digits: u32) -> Option<Self> {
        let unit = match line.pricing.own() {
            Pricing::Rate { unit, .. } => unit.as_str(),
            _ => "",
        };
        let order = match unit {
            "minute" => [By::Seconds, By::Cost, By::Calls],
            "call" => [By::Calls, By::Cost, By::Seconds],
            _ => [By::Cost, By::Seconds, By::Calls],
        };
        let by = order.into_iter().find(|by| by.amount(whole).is_some_and(|whole| whole > Decimal::ZERO))?;
        Some(Self { exact: line.exact, by, whole: by.amount(whole)?, digits })
    }

    /// What falls on some of the calls.
    ///
    /// # Errors
    /// A product beyond the exact range.
    pub(crate) fn share(&self, part: &Used) -> Result<Money, MoneyError> {
        let part = self.by.amount(part).unwrap_or_default();
        Ok(Money::new(share(self.exact.amount(), part, self.whole, self.digits)?, self.exact.currency()))
    }
}

impl By {
    fn amount(self, used: &Used) -> Option<Decimal> {
        match self {
            Self::Cost => Some(used.cost),
            Self::Seconds => used.seconds.map(Decimal::from),
            Self::Calls => Some(Decimal::from(used.calls)),
        }
    }
}

/// What shares leave of an amount.
///
/// # Errors
/// A sum beyond the exact range.
pub(crate) fn left<'a>(amount: &Money, shares: impl IntoIterator<Item = &'a Money>) -> Result<Money, MoneyError> {
    amount.minus(&total(amount.currency(), shares)?)
}

/// How many decimals a call's share has: four more than the currency.
#[must_use]
pub(crate) fn call_digits(currency: Currency) -> u32 {
    currency.minor_digits() + 4
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::line::Charge;
    use crate::model::money::{from_parts, parse_plain};
    use crate::model::rounding::{LINE_ROUNDING, round_to};

    fn line(exact: Money, pricing: Pricing) -> Line {
        let amount = Money::new(round_to(exact.amount(), 2, LINE_ROUNDING).unwrap(), exact.currency());
        Line { pricing, exact, amount, ..Line::blank(Charge::Usage, exact.currency()) }
    }

    fn inr(text: &str) -> Money {
        Money::new(parse_plain(text).unwrap(), Currency::INR)
    }

    #[test]
    fn a_line_is_divided_by_what_it_is_charged_by() {
        let used = |calls, seconds, cost: &str| Used {
            calls,
            answered: None,
            seconds: Some(seconds),
            cost: parse_plain(cost).unwrap(),
        };
        let (day, whole) = (used(1, 30, "0.90"), used(4, 300, "1.80"));
        let rate = |unit: &str| Pricing::Rate { quantity: 5.into(), unit: unit.to_owned(), price: 2.into() };
        let share = |pricing: Pricing, whole: &Used| {
            Spread::of(&line(inr("10.00"), pricing), whole, 2).map(|spread| spread.share(&day).unwrap().plain())
        };
        assert_eq!(share(Pricing::Stated, &whole).as_deref(), Some("5.00"));
        assert_eq!(share(rate("minute"), &whole).as_deref(), Some("1.00"));
        assert_eq!(share(rate("call"), &whole).as_deref(), Some("2.50"));
        // What cost nothing is divided by its time, and by number where that is not told.
        assert_eq!(share(Pricing::Stated, &used(4, 300, "0")).as_deref(), Some("1.00"));
        let untold = Used { seconds: None, ..used(4, 0, "0") };
        assert_eq!(share(Pricing::Stated, &untold).as_deref(), Some("2.50"));
        assert_eq!(share(Pricing::Stated, &used(0, 0, "0")), None);
    }

    proptest! {
        /// Shares and what they leave are the line to the paisa, and what is left is rounding:
        /// half a unit a share, and half a paisa for the line's own.
        #[test]
        fn days_add_up_to_the_line(
            costs in prop::collection::vec((0_i64..5_000_000_000, 0_u64..100_000), 1..60),
            scale in 0_u32..6,
            percent in 0_i64..20_000,
            by_minute in any::<bool>(),
            digits in 2_u32..7,
        ) {
            let used: Vec<Used> = costs.iter().map(|(cost, seconds)| Used {
                calls: 1, answered: Some(1), seconds: Some(*seconds), cost: from_parts(i128::from(*cost), scale).unwrap(),
            }).collect();
            let whole = used.iter().try_fold(Used::NOTHING, |sum, one| sum.plus(one)).unwrap();
            let factor = from_parts(i128::from(10_000 + percent), 4).unwrap();
            let exact = Money::new(crate::model::money::times(whole.cost, factor).unwrap(), Currency::INR);
            let pricing = if by_minute {
                Pricing::Rate { quantity: Decimal::ONE, unit: "minute".to_owned(), price: exact.amount() }
            } else {
                Pricing::Stated
            };
            let line = line(exact, pricing);
            let spread = Spread::of(&line, &whole, digits).unwrap();
            let shares: Vec<Money> = used.iter().map(|one| spread.share(one).unwrap()).collect();
            let rest = left(&line.amount, &shares).unwrap();
            prop_assert_eq!(total(Currency::INR, &shares).unwrap().plus(&rest).unwrap(), line.amount);
            let most = shares.len() as i128 * 10_i128.pow(6 - digits) * 5 + 50_000;
            prop_assert!(round_to(rest.amount(), 7, LINE_ROUNDING).unwrap().mantissa().abs() <= most * 10, "{}", rest.plain());
        }
    }
}
