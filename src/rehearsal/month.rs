//! The month that the rehearsal server plays: customers with calls and costs per direction,
//! and, from these, single calls that add up to them.

use chrono::{DateTime, NaiveDate, SecondsFormat, TimeDelta, Utc};
use rust_decimal::Decimal;

use crate::model::money::{MoneyError, Tally, from_parts, parse_plain};
use crate::model::period::Period;
use crate::model::problem::Problem;
use crate::model::usage::Direction;

/// What a customer used in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Calls.
    pub calls: u64,
    /// Of them, connected.
    pub answered: u64,
    /// What they cost.
    pub cost: Decimal,
}

/// A customer of the rehearsal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// `MA_…`
    pub id: String,
    /// Its name.
    pub name: String,
    /// Inbound, outbound.
    pub used: [Used; 2],
}

impl Customer {
    /// Both directions.
    ///
    /// # Errors
    /// A sum beyond the exact range.
    pub fn total(&self) -> Result<Used, MoneyError> {
        add(self.used.iter())
    }
}

/// The month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Month {
    /// Its days, which the server counts in UTC.
    pub period: Period,
    /// Its customers, by id.
    pub customers: Vec<Customer>,
}

fn add<'a>(parts: impl Iterator<Item = &'a Used>) -> Result<Used, MoneyError> {
    let mut cost = Tally::default();
    let (mut calls, mut answered) = (0_u64, 0_u64);
    for part in parts {
        calls = calls.saturating_add(part.calls);
        answered = answered.saturating_add(part.answered);
        cost.add(part.cost)?;
    }
    Ok(Used { calls, answered, cost: cost.total()? })
}

impl Month {
    /// Reads the columns `auth_id,name,inbound_calls,inbound_cost,outbound_calls,outbound_cost`,
    /// and, where not every call was answered, `inbound_answered,outbound_answered`.
    ///
    /// # Errors
    /// A row that is not of this form.
    pub fn read(period: Period, text: &str) -> Result<Self, Problem> {
        let mut customers = Vec::new();
        for (index, row) in csv::Reader::from_reader(text.as_bytes()).records().enumerate() {
            let row = row.ok();
            let cell = |n: usize| row.as_ref().and_then(|row| row.get(n));
            let used = |n: usize, answered: usize| {
                let calls = cell(n)?.parse().ok()?;
                let answered = cell(answered).map_or(Some(calls), |text| text.parse().ok())?;
                Some(Used { calls, answered, cost: parse_plain(cell(n + 1)?).ok()? })
            };
            let both = || Some([used(2, 6)?, used(4, 7)?]);
            let customer = (|| Some(Customer { id: cell(0)?.to_owned(), name: cell(1)?.to_owned(), used: both()? }))();
            customers.push(customer.ok_or_else(|| {
                Problem::stop("rehearsal", format!("row {} of the rehearsal's customers cannot be read", index + 2))
            })?);
        }
        customers.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(Self { period, customers })
    }

    /// Makes up a month with this many customers: the same one every time.
    #[must_use]
    pub fn invented(period: Period, customers: usize) -> Self {
        let customers = (0..customers as u64)
            .map(|n| {
                let used = |which: u64| {
                    let calls = mix(n * 2 + which) % 400;
                    // From 0.10 to 0.90 a call, with five decimals at times.
                    let each = 10_000 + i128::from(mix(n * 2 + which + 77) % 80_000);
                    let scale = if n % 3 == 0 { 5 } else { 2 };
                    let units = i128::from(calls) * each / 10_i128.pow(5 - scale);
                    Used { calls, answered: calls, cost: from_parts(units, scale).unwrap_or_default() }
                };
                Customer { id: format!("MA_{n:08X}"), name: format!("Customer {n}"), used: [used(0), used(1)] }
            })
            .collect();
        Self { period, customers }
    }

    /// A customer.
    #[must_use]
    pub fn customer(&self, id: &str) -> Option<&Customer> {
        self.customers.binary_search_by(|c| c.id.as_str().cmp(id)).ok().and_then(|n| self.customers.get(n))
    }

    /// All customers, one direction or both.
    ///
    /// # Errors
    /// A sum beyond the exact range.
    pub fn total(&self, direction: Option<Direction>) -> Result<Used, MoneyError> {
        add(self.customers.iter().flat_map(|customer| {
            Direction::ALL
                .into_iter()
                .filter(move |d| direction.is_none_or(|only| only == *d))
                .map(|d| &customer.used[d as usize])
        }))
    }

    /// Which of a customer's calls of one direction begin on these days, oldest first, as a
    /// range of their numbers: calls are spread evenly over the month.
    #[must_use]
    pub fn calls(&self, used: Used, from: NaiveDate, to: NaiveDate) -> std::ops::Range<u64> {
        let seconds = |day: NaiveDate| u64::try_from((day - self.period.from).num_seconds()).unwrap_or(0);
        let whole = seconds(self.period.to) + 86_400;
        let first = |at: u64| (u128::from(at.min(whole)) * u128::from(used.calls)).div_ceil(u128::from(whole));
        let end = if to < self.period.from { 0 } else { seconds(to) + 86_400 };
        let number = |n: u128| u64::try_from(n).unwrap_or(u64::MAX);
        number(first(seconds(from)))..number(first(end))
    }

    /// One call: the field list of the current docs, with the figures of this month.
    #[must_use]
    pub fn call(&self, customer: &Customer, direction: Direction, number: u64) -> String {
        let used = customer.used[direction as usize];
        let (calls, mantissa) = (i128::from(used.calls.max(1)), used.cost.mantissa());
        // The first calls carry what does not divide evenly.
        let units = mantissa / calls + i128::from(i128::from(number) < mantissa % calls);
        let cost = from_parts(units, used.cost.scale()).unwrap_or_default();
        let whole = u64::try_from((self.period.to - self.period.from).num_seconds()).unwrap_or(0) + 86_400;
        let second = u128::from(whole) * u128::from(number) / u128::from(used.calls.max(1));
        let start =
            DateTime::<Utc>::from_naive_utc_and_offset(self.period.from.and_hms_opt(0, 0, 0).unwrap_or_default(), Utc)
                + TimeDelta::seconds(i64::try_from(second).unwrap_or(0));
        let stamp = |seconds: i64| (start + TimeDelta::seconds(seconds)).to_rfc3339_opts(SecondsFormat::Secs, true);
        let key = customer.id.bytes().fold(u64::from(direction == Direction::Outbound), |h, b| mix(h ^ u64::from(b)));
        let a = mix(key ^ mix(number));
        let b = mix(a);
        let uuid =
            format!("{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}", a >> 32, a & 0xffff, b >> 52, b & 0xfff, (a ^ b) >> 16);
        format!(
            r#"{{"account_id":{id},"answer_time":"{answer}","billsec":54,"bridge_uuid":null,"call_direction":"{direction}","caller_id_number":"+918041{caller:06}","context":"voice-api","cost":{cost},"created_at":"{end}","currency":"INR","destination_number":"+9198{callee:08}","duration":60,"end_time":"{end}","hangup_cause":"NORMAL_CLEARING","hangup_cause_code":4000,"id":{number},"ring_time":6,"start_time":"{begin}","streaming_cost":0,"total_cost":{cost},"uuid":"{uuid}"}}"#,
            id = quoted(&customer.id),
            direction = direction.name(),
            begin = stamp(0),
            answer = stamp(6),
            end = stamp(60),
            caller = a % 1_000_000,
            callee = b % 100_000_000,
        )
    }
}

/// A text as JSON writes it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A step of splitmix64: figures that look like nobody chose them, the same every time.
pub(super) fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_add_up_to_what_the_customer_used() {
        let month = Month::invented(Period::parse("2026-02").unwrap(), 40);
        for customer in &month.customers {
            for direction in Direction::ALL {
                let used = customer.used[direction as usize];
                let mut sum = Tally::default();
                for number in month.calls(used, month.period.from, month.period.to) {
                    let row: serde_json::Value =
                        serde_json::from_str(&month.call(customer, direction, number)).unwrap();
                    assert!(row["start_time"].as_str().unwrap().starts_with("2026-02-"));
                    let text = month.call(customer, direction, number);
                    let cost = text.split("\"total_cost\":").nth(1).unwrap().split(',').next().unwrap();
                    sum.add(parse_plain(cost).unwrap()).unwrap();
                }
                assert_eq!(sum.total().unwrap(), used.cost, "{} {}", customer.id, direction.name());
            }
        }
        let days =
            |from: &str, to: &str| month.calls(month.customers[3].used[0], from.parse().unwrap(), to.parse().unwrap());
        let whole = days("2026-02-01", "2026-02-28");
        assert_eq!(whole, 0..month.customers[3].used[0].calls);
        assert_eq!(days("2026-02-01", "2026-02-14").end, days("2026-02-15", "2026-02-28").start);
        assert!(days("2026-01-31", "2026-01-31").is_empty() && days("2026-03-01", "2026-03-01").is_empty());
    }
}
