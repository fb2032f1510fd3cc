//! What the running month will cost, from what the partner's dashboard said while it ran.
//!
//! The estimate is the spend so far at the same pace to the month's end: spend × the month's
//! seconds / the seconds gone. Its range is two standard deviations of the days so far, √(R +
//! R²/n) days wide, where R days are left and n whole days are known: what the days left add
//! by chance, and what the pace itself is uncertain by.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use crate::model::money::{Money, add_exact, from_parts, times};
use crate::model::period::Period;
use crate::model::rounding::{Rounding, ratio, round_to};
use crate::model::usage::Look;

/// Whole days that must be gone before anything is said.
const FEWEST_DAYS: i64 = 3;
/// Days' costs that must be known for a range.
const FEWEST_COSTS: usize = 7;
const DAY: i64 = 86_400;

/// What the month will cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Forecast {
    /// At the same pace.
    pub estimate: Money,
    /// Between what, where enough days are known.
    pub range: Option<(Money, Money)>,
    /// How many days' costs the range is from.
    pub days: usize,
}

/// What is known of a month that runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outlook {
    /// The month.
    pub month: Period,
    /// The partner's time zone.
    pub zone: Tz,
    /// The last look at the dashboard in it, one that states a spend before others.
    pub look: Option<Look>,
    /// What follows, or why nothing does.
    pub forecast: Result<Forecast, String>,
}

impl Outlook {
    /// What looks in a month, oldest first, say of it.
    pub(crate) fn of(month: Period, zone: Tz, looks: &[Look]) -> Self {
        let forecast = of(looks, &month, month.instants(zone));
        let look = looks.iter().rev().find(|look| look.spent.is_some()).or(looks.last()).cloned();
        Self { month, zone, look, forecast }
    }

    /// The spend so far.
    pub(crate) fn spent(&self) -> Option<Money> {
        self.look.as_ref().and_then(|look| Some(Money::new(look.spent?, look.currency)))
    }

    /// All of it in words.
    pub(crate) fn words(&self) -> String {
        let said = self.look.as_ref().zip(self.spent()).map_or_else(String::new, |(look, spent)| {
            let at = look.taken.with_timezone(&self.zone).format("%Y-%m-%d %H:%M %Z");
            format!("{} spent until {at}, says the partner's dashboard. ", spent.display())
        });
        let outlook = match &self.forecast {
            Err(why) => format!("No forecast: {why}."),
            Ok(Forecast { estimate, range: Some((low, high)), days }) => format!(
                "At the same pace {} by its end; between {} and {} as {days} days so far have strayed (two standard deviations).",
                estimate.display(),
                low.display(),
                high.display()
            ),
            Ok(Forecast { estimate, range: None, days }) => format!(
                "At the same pace {} by its end; no range, since the costs of {days} days are known and {FEWEST_COSTS} are needed.",
                estimate.display()
            ),
        };
        format!("{} is running: {said}{outlook}", self.month.name)
    }
}

/// What `looks`, oldest first, say of a month that begins and ends at these moments; or why
/// they say nothing.
///
/// # Errors
/// Why there is no forecast, for a person.
fn of(looks: &[Look], month: &Period, ends: (DateTime<Utc>, DateTime<Utc>)) -> Result<Forecast, String> {
    if looks.is_empty() {
        return Err(format!("the partner's dashboard was not asked in {}", month.name));
    }
    let stated = looks.iter().rev().find_map(|look| Some((look, look.spent.filter(|spent| !spent.is_zero())?)));
    let Some((last, spent)) = stated else {
        return Err("the dashboard states no spend of the month".to_owned());
    };
    let (gone, whole) = ((last.taken - ends.0).num_seconds(), (ends.1 - ends.0).num_seconds());
    if gone < FEWEST_DAYS * DAY {
        return Err(format!("fewer than {FEWEST_DAYS} days of {} were over", month.name));
    }
    let too_large = || "the spend is too large to be carried forward exactly".to_owned();
    let digits = last.currency.minor_digits();
    let estimate = times(spent, Decimal::from(whole))
        .ok()
        .and_then(|product| ratio(product, Decimal::from(gone), digits, Rounding::HalfUp))
        .ok_or_else(too_large)?;
    let money = |amount| Money::new(amount, last.currency);
    let costs = costs(looks, last);
    let range = half(&costs, whole - gone, digits).and_then(|half| {
        let low = add_exact(estimate, -half).ok()?.max(round_to(spent, digits, Rounding::HalfUp).ok()?);
        Some((money(low), money(add_exact(estimate, half).ok()?)))
    });
    Ok(Forecast { estimate: money(estimate), range, days: costs.len() })
}

/// What single days cost: the dashboard's own days, or what was spent between two looks that
/// are about a day apart or more, a day.
fn costs(looks: &[Look], last: &Look) -> Vec<Decimal> {
    if !last.days.is_empty() {
        return last.days.clone();
    }
    let mut costs = Vec::new();
    let mut from: Option<&Look> = None;
    for look in looks.iter().filter(|look| look.spent.is_some() && look.currency == last.currency) {
        let Some(before) = from else {
            from = Some(look);
            continue;
        };
        let seconds = (look.taken - before.taken).num_seconds();
        if seconds < DAY - DAY / 6 {
            continue;
        }
        let spent = look.spent.zip(before.spent).and_then(|(now, then)| add_exact(now, -then).ok());
        let a_day = spent.and_then(|spent| {
            let days = ratio(Decimal::from(seconds), Decimal::from(DAY), 6, Rounding::HalfUp)?;
            ratio(spent, days, 2, Rounding::HalfUp)
        });
        costs.extend(a_day);
        from = Some(look);
    }
    costs
}

/// Half the width of the range, in whole minor units; None where too few days are known, or
/// where it cannot be had exactly.
fn half(costs: &[Decimal], seconds_left: i64, digits: u32) -> Option<Decimal> {
    if costs.len() < FEWEST_COSTS {
        return None;
    }
    let n = i128::try_from(costs.len()).ok()?;
    let units = |cost: &Decimal| round_to(*cost, digits, Rounding::HalfUp).ok().map(|cost| cost.mantissa());
    let units: Vec<i128> = costs.iter().map(units).collect::<Option<_>>()?;
    let add = |sum: i128, more: i128| sum.checked_add(more);
    let sum = units.iter().try_fold(0, |sum, unit| add(sum, *unit))?;
    let squares = units.iter().try_fold(0, |sum, unit| add(sum, unit.checked_mul(*unit)?))?;
    let variance = n.checked_mul(squares)?.checked_sub(sum.checked_mul(sum)?)? / (n * (n - 1));
    // Days left, in hundredths.
    let left = i128::from(seconds_left.max(0)) * 100 / i128::from(DAY);
    let days = left * 100 + left * left / n;
    let half = 2 * variance.checked_mul(days)?.checked_div(10_000)?.isqrt();
    from_parts(half, digits).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::money::{Currency, parse_plain};

    fn month() -> (Period, (DateTime<Utc>, DateTime<Utc>)) {
        let april = Period::parse("2026-04").unwrap();
        let ends = april.instants(chrono_tz::UTC);
        (april, ends)
    }

    fn look(taken: &str, spent: &str, days: &[&str]) -> Look {
        Look {
            taken: taken.parse().unwrap(),
            file: String::new(),
            spent: Some(parse_plain(spent).unwrap()),
            currency: Currency::INR,
            days: days.iter().map(|day| parse_plain(day).unwrap()).collect(),
        }
    }

    fn told(looks: &[Look]) -> String {
        let (april, ends) = month();
        match of(looks, &april, ends) {
            Err(why) => why,
            Ok(Forecast { estimate, range: None, days }) => format!("{}, {days} days", estimate.plain()),
            Ok(Forecast { estimate, range: Some((low, high)), days }) => {
                format!("{}, {} to {}, {days} days", estimate.plain(), low.plain(), high.plain())
            }
        }
    }

    #[test]
    fn a_third_of_the_month_gone_is_three_times_the_spend() {
        assert_eq!(told(&[look("2026-04-11T00:00:00Z", "1000.50", &[])]), "3001.50, 0 days");
        assert_eq!(told(&[look("2026-04-11T00:00:00Z", "1000.12345", &[])]), "3000.37, 0 days");
    }

    #[test]
    fn nothing_is_said_too_early_or_of_no_spend() {
        assert_eq!(told(&[look("2026-04-03T23:59:59Z", "1000.00", &[])]), "fewer than 3 days of 2026-04 were over");
        assert_eq!(told(&[look("2026-04-04T00:00:00Z", "1000.00", &[])]), "10000.00, 0 days");
        assert_eq!(told(&[look("2026-04-20T00:00:00Z", "0.00", &[])]), "the dashboard states no spend of the month");
        assert_eq!(told(&[]), "the partner's dashboard was not asked in 2026-04");
    }

    #[test]
    fn days_give_a_range_once_there_are_seven() {
        let days = ["100", "110", "90", "105", "95", "100", "100", "100", "100", "100"];
        let at = "2026-04-11T00:00:00Z";
        // Deviation 5.27, 20 days left: twice 5.27 × √(20 + 400/10).
        assert_eq!(told(&[look(at, "1000.00", &days)]), "3000.00, 2918.36 to 3081.64, 10 days");
        assert_eq!(told(&[look(at, "1000.00", &days[..6])]), "3000.00, 6 days");
        // Days that are all alike leave nothing to chance.
        assert_eq!(told(&[look(at, "1000.00", &["100"; 10])]), "3000.00, 3000.00 to 3000.00, 10 days");
    }

    #[test]
    fn looks_a_day_apart_stand_for_days() {
        let at = |day: u32, spent: &str| look(&format!("2026-04-{day:02}T06:00:00Z"), spent, &[]);
        let spent = ["100", "210", "300", "405", "500", "600", "700", "800"];
        let looks: Vec<Look> = (2..).zip(spent).map(|(day, spent)| at(day, spent)).collect();
        let all = told(&looks);
        assert!(all.ends_with("7 days") && all.contains(" to "), "{all}");
        // A second look on the same day is no day.
        let mut twice = looks.clone();
        twice.insert(1, look("2026-04-02T09:00:00Z", "120", &[]));
        assert_eq!(told(&twice), all);
        assert!(told(&looks[..7]).ends_with(", 6 days"));
    }

    #[test]
    fn a_range_never_lies_below_what_is_spent() {
        let wild = ["0", "5000", "0", "0", "0", "0", "0", "0"];
        let text = told(&[look("2026-04-09T00:00:00Z", "5000.00", &wild)]);
        assert!(text.contains(", 5000.00 to "), "{text}");
    }
}
