//! How a line's amount is divided among the calls behind it.

use rust_decimal::Decimal;

use super::line::{Line, Pricing};
use super::money::{Currency, Money, MoneyError, add_exact, from_parts, per_cent_of, total};
use super::rounding::{LINE_ROUNDING, round_to, share};

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

/// How a line's exact amount is divided among its calls: each at its own cost, with the line's
/// mark-up, where it is charged so; by minutes or calls where it is charged by them. Where the
/// ledger states a selling price that no price of calls explains, as their cost is, or by time or
/// number where nothing cost anything. Each share is rounded half up by itself; what they leave
/// of the line is told beside them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    exact: Money,
    by: By,
    whole: Decimal,
    digits: u32,
}

impl Spread {
    /// Of a line whose calls are `whole`, to so many decimals. None where there are no calls.
    ///
    /// # Errors
    /// A product beyond the exact range.
    pub(crate) fn of(line: &Line, whole: &Used, digits: u32) -> Result<Option<Self>, MoneyError> {
        let currency = line.exact.currency();
        let at_cost =
            |exact: Decimal| Self { exact: Money::new(exact, currency), by: By::Cost, whole: whole.cost, digits };
        // A price that was agreed otherwise is none that its calls have.
        let order = match line.pricing.own() {
            _ if whole.calls == 0 => return Ok(None),
            Pricing::Stated if !line.detail.at_selling_price => return Ok(Some(at_cost(whole.cost))),
            Pricing::Markup { percent, .. } => {
                let more = per_cent_of(*percent, whole.cost)?;
                return Ok(Some(at_cost(add_exact(whole.cost, more)?)));
            }
            Pricing::Rate { unit, .. } if unit == "minute" => [By::Seconds, By::Cost, By::Calls],
            Pricing::Rate { unit, .. } if unit == "call" => [By::Calls, By::Cost, By::Seconds],
            _ => [By::Cost, By::Seconds, By::Calls],
        };
        let positive = |by: &By| by.amount(whole).is_some_and(|whole| whole > Decimal::ZERO);
        let by = order.into_iter().find(positive);
        let of = |by: By| Some(Self { exact: line.exact, by, whole: by.amount(whole)?, digits });
        Ok(by.and_then(of))
    }

    /// What falls on some of the calls.
    ///
    /// # Errors
    /// A product beyond the exact range.
    pub(crate) fn share(&self, part: &Used) -> Result<Money, MoneyError> {
        let part = self.by.amount(part).unwrap_or_default();
        // Calls that cancel out are shown at their own cost all the same.
        let amount = if self.whole.is_zero() {
            round_to(part, self.digits, LINE_ROUNDING)?
        } else {
            share(self.exact.amount(), part, self.whole, self.digits)?
        };
        Ok(Money::new(amount, self.exact.currency()))
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

/// Whether what shares leave is no more than their rounding: half a unit of their last digit each,
/// and half a minor unit for the line's own. More was agreed or tolerated beside the calls.
#[must_use]
pub(crate) fn is_rounding(left: &Money, shares: usize, digits: u32) -> bool {
    let minor = left.currency().minor_digits();
    let half = |digits: u32, times: i128| from_parts(times * 5, digits + 1);
    let most = half(digits, shares as i128).and_then(|each| add_exact(each, half(minor, 1)?));
    most.is_ok_and(|most| left.amount().abs() <= most)
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
        let of = |line: Line, whole: &Used| {
            Spread::of(&line, whole, 2).unwrap().map(|spread| spread.share(&day).unwrap().plain())
        };
        let share = |pricing: Pricing, whole: &Used| of(line(inr("10.00"), pricing), whole);
        let sold = |whole: &Used| {
            let mut line = line(inr("10.00"), Pricing::Stated);
            line.detail.at_selling_price = true;
            of(line, whole)
        };
        // What was agreed beside the calls' cost is no part of theirs.
        assert_eq!(share(Pricing::Stated, &whole).as_deref(), Some("0.90"));
        let markup = Pricing::Markup { base: inr("8.00"), percent: 25.into() };
        assert_eq!(share(markup, &whole).as_deref(), Some("1.13"));
        assert_eq!(share(rate("minute"), &whole).as_deref(), Some("1.00"));
        assert_eq!(share(rate("call"), &whole).as_deref(), Some("2.50"));
        assert_eq!(share(Pricing::Stated, &used(4, 300, "0")).as_deref(), Some("0.90"));
        assert_eq!(share(Pricing::Stated, &used(0, 0, "0")), None);
        assert_eq!(sold(&whole).as_deref(), Some("5.00"));
        // What cost nothing is divided by its time, and by number where that is not told.
        assert_eq!(sold(&used(4, 300, "0")).as_deref(), Some("1.00"));
        assert_eq!(sold(&Used { seconds: None, ..used(4, 0, "0") }).as_deref(), Some("2.50"));
    }

    #[test]
    fn what_is_left_is_rounding_as_far_as_shares_were_rounded() {
        assert!(is_rounding(&inr("0.02"), 3, 2) && !is_rounding(&inr("-0.03"), 4, 2));
        assert!(is_rounding(&inr("-0.005"), 100, 6) && !is_rounding(&inr("0.01"), 100, 6));
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
            let mut line = line(exact, pricing);
            line.detail.at_selling_price = true;
            let spread = Spread::of(&line, &whole, digits).unwrap().unwrap();
            let shares: Vec<Money> = used.iter().map(|one| spread.share(one).unwrap()).collect();
            let rest = left(&line.amount, &shares).unwrap();
            prop_assert_eq!(total(Currency::INR, &shares).unwrap().plus(&rest).unwrap(), line.amount);
            prop_assert!(is_rounding(&rest, shares.len(), digits), "{}", rest.plain());
        }
    }
}
