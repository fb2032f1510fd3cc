//! A made-up month as the two files that are compared.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::faults::Row;
use crate::model::money::Tally;
use crate::model::period::Period;

/// The ledger as a canonical file.
#[must_use]
pub fn csv(rows: &[Row]) -> String {
    let mut text = String::from("date,customer_id,direction,amount,currency,reference,description\n");
    for row in rows {
        let date = if row.date == NaiveDate::MIN { "2026-02-30".to_owned() } else { row.date.to_string() };
        text.push_str(&format!(
            "{date},{},{},{},{},{},\"{}\"\n",
            row.customer_id, row.direction, row.amount, row.currency, row.reference, row.text
        ));
    }
    text
}

/// What the partner would say of the rows: totals, directions, and the `listed` largest
/// customers.
///
/// # Errors
/// None for amounts that fit.
#[must_use]
pub fn analytics(rows: &[Row], period: &Period, listed: usize) -> String {
    let sum = |keep: &dyn Fn(&Row) -> bool| {
        let some: Vec<&Row> = rows.iter().filter(|row| keep(row)).collect();
        let mut tally = Tally::default();
        for row in &some {
            // Made-up amounts are far from the limit.
            let _ = tally.add(row.amount);
        }
        (some.len(), tally.total().unwrap_or_default())
    };
    let ids: BTreeSet<&str> = rows.iter().map(|row| row.customer_id.as_str()).collect();
    let mut customers: Vec<(Decimal, &str, usize)> = ids
        .into_iter()
        .map(|id| {
            let (calls, cost) = sum(&|row| row.customer_id == id);
            (cost, id, calls)
        })
        .collect();
    customers.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let list: Vec<String> = customers
        .iter()
        .take(listed)
        .map(|(cost, id, calls)| format!("{{\"auth_id\":\"{id}\",\"calls\":{calls},\"cost\":{cost}}}"))
        .collect();
    let part = |name: &str| {
        let (calls, cost) = sum(&|row| name.is_empty() || row.direction == name);
        (calls, cost)
    };
    let ((all, total), (calls_in, cost_in), (calls_out, cost_out)) = (part(""), part("inbound"), part("outbound"));
    format!(
        "{{\"period\":{{\"from\":\"{}\",\"to\":\"{}\"}},\"totals\":{{\"total_calls\":{all},\"total_cost\":{total},\"currency\":\"INR\"}},\"by_direction\":{{\"inbound\":{{\"calls\":{calls_in},\"cost\":{cost_in}}},\"outbound\":{{\"calls\":{calls_out},\"cost\":{cost_out}}}}},\"top_customers\":[{}]}}",
        period.from,
        period.to,
        list.join(",")
    )
}
