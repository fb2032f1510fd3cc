//! The dated facts of the GST law, from `gst.toml`.

use std::sync::LazyLock;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::model::money::parse_plain;
use crate::model::period::parse_day;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Law {
    rate: Vec<Fact>,
    unregistered_particulars: Vec<Fact>,
    endorsement: Vec<Fact>,
    credit_note_until: Vec<Fact>,
}

/// One fact. Which fields it has depends on what it is about.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fact {
    from: String,
    /// Where the law says it: for whoever reads the file.
    #[allow(dead_code)]
    source: String,
    #[serde(default)]
    sac: String,
    #[serde(default)]
    percent: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    text: String,
}

static LAW: LazyLock<Option<Law>> = LazyLock::new(|| toml::from_str(include_str!("gst.toml")).ok());

/// The latest of some facts that holds on a day.
fn on<'a>(facts: impl Iterator<Item = &'a Fact>, day: NaiveDate) -> Option<&'a Fact> {
    facts.filter(|fact| parse_day(&fact.from).is_ok_and(|from| from <= day)).max_by_key(|fact| fact.from.as_str())
}

/// The rate of integrated tax for a service on a day, in per cent.
#[must_use]
pub(crate) fn rate(sac: &str, day: NaiveDate) -> Option<Decimal> {
    let facts = &LAW.as_ref()?.rate;
    let beginnings = facts.iter().map(|fact| fact.sac.as_str()).filter(|beginning| sac.starts_with(beginning));
    let longest = beginnings.max_by_key(|beginning| beginning.len())?;
    let fact = on(facts.iter().filter(|fact| fact.sac == longest), day)?;
    parse_plain(&fact.percent).ok()
}

/// From which taxable value on an unregistered buyer's address must be known.
#[must_use]
pub(crate) fn unregistered_particulars(day: NaiveDate) -> Option<Decimal> {
    parse_plain(&on(LAW.as_ref()?.unregistered_particulars.iter(), day)?.amount).ok()
}

/// The last day on which a credit note can reduce the tax on a supply of a day.
#[must_use]
pub(crate) fn credit_note_until(supply: NaiveDate) -> Option<NaiveDate> {
    let (month, day) = on(LAW.as_ref()?.credit_note_until.iter(), supply)?.text.split_once('-')?;
    // The financial year ends on 31 March.
    let year = supply.year() + i32::from(supply.month() >= 4);
    NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)
}

/// The text of an endorsement or declaration.
#[must_use]
pub(crate) fn endorsement(kind: &str, day: NaiveDate) -> Option<&'static str> {
    let facts = LAW.as_ref()?.endorsement.iter().filter(|fact| fact.kind == kind);
    on(facts, day).map(|fact| fact.text.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_facts_are_there_and_hold_from_their_days_on() {
        let day = |text: &str| parse_day(text).unwrap();
        assert_eq!(rate("998423", day("2026-03-31")), parse_plain("18").ok());
        assert_eq!(rate("998423", day("2017-06-30")), None);
        assert_eq!(rate("100630", day("2026-03-31")), None);
        assert_eq!(unregistered_particulars(day("2026-03-31")), parse_plain("50000").ok());
        assert!(endorsement("no-e-invoice", day("2022-07-31")).is_none());
        for (supply, last) in [("2026-03-31", "2026-11-30"), ("2026-04-30", "2027-11-30"), ("2021-03-31", "2021-10-20")]
        {
            assert_eq!(credit_note_until(day(supply)), Some(day(last)), "{supply}");
        }
        for kind in ["with-payment", "without-payment", "no-e-invoice"] {
            assert!(endorsement(kind, day("2026-03-31")).is_some());
        }
    }
}
