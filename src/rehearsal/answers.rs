//! The bodies that the rehearsal server sends, in the shapes of the partner's docs.

use chrono::NaiveDate;

use super::month::{Customer, Month, Used, quoted};
use super::script::{Script, Shape};
use crate::model::money::MoneyError;
use crate::model::usage::Direction;

/// A query, name by name.
pub(super) struct Query<'a>(pub(super) &'a str);

impl Query<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.0.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    fn number(&self, name: &str, default: u64) -> u64 {
        self.get(name).and_then(|text| text.parse().ok()).unwrap_or(default)
    }

    fn day(&self, name: &str) -> Option<NaiveDate> {
        self.get(name)?.parse().ok()
    }
}

/// A status and a body.
pub(super) type Reply = (u16, String);

fn not_found() -> Reply {
    (404, r#"{"error":"account not found"}"#.into())
}

/// The answer to a path below the base, without latency and faults.
///
/// # Errors
/// A sum beyond the exact range.
pub(super) fn answer(script: &Script, path: &str, query: &Query<'_>) -> Result<Reply, MoneyError> {
    let day = ["from_date", "start_date"].into_iter().find_map(|name| query.day(name));
    let month = script.month_of(day);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let account = parts.get(1).and_then(|id| script.account(month, id));
    let form = parts.iter().enumerate().map(|(at, part)| if at == 1 && account.is_some() { "*" } else { *part });
    let form: Vec<&str> = form.collect();
    if script.refused.contains(&form.join("/")) {
        return Ok((403, r#"{"error":{"code":403,"message":"access is not enabled for this partner"}}"#.into()));
    }
    Ok(match parts.as_slice() {
        ["me"] => (200, r#"{"id":"6f0b1c52-0000-4d6f-9a41-2f5a0f6f3b18","account_id":500000,"name":"Rehearsal Partner","company":"Malabar Voice Resale Pvt Ltd","billing_model":"prepaid","is_active":true,"balance":"23906.83000"}"#.into()),
        ["dashboard"] => (200, script.dashboard.clone().unwrap_or_else(|| dashboard(month))),
        ["analytics"] => {
            let from = query.day("from_date").unwrap_or(month.period.from);
            let to = query.day("to_date").unwrap_or(month.period.to);
            let whole = (from, to) == (month.period.from, month.period.to);
            match &script.analytics {
                Some(body) if whole && month.period == script.month.period => (200, body.clone()),
                _ => (200, analytics(script, month, (from, to))?),
            }
        }
        ["accounts"] => (200, accounts(script, query)),
        ["accounts", _, "cdrs"] => {
            let direction = query.get("call_direction").and_then(Direction::parse);
            match (&account, direction) {
                (Some(customer), Some(direction)) => {
                    let from = query.day("start_date").unwrap_or(month.period.from);
                    let to = query.day("end_date").unwrap_or(month.period.to);
                    let numbers = month.calls(customer.used[direction as usize], from, to);
                    let per_page = query.number("per_page", 20).clamp(1, 100);
                    let page = query.number("page", 1).max(1);
                    (200, cdrs((month, script.overlap), customer, direction, numbers, (page, per_page)))
                }
                _ => not_found(),
            }
        }
        ["transactions"] => {
            (200, transactions(month, None, query))
        }
        ["accounts", id, "transactions"] if account.is_some() => (200, transactions(month, Some(id), query)),
        _ => not_found(),
    })
}

fn dashboard(month: &Month) -> String {
    format!(
        r#"{{"active_accounts":{n},"total_balance":0.00,"currency":"INR","calls_today":0,"calls_this_month":0,"total_spend_this_month":0.00,"accounts_low_balance":0,"accounts_suspended":0}}"#,
        n = month.customers.len()
    )
}

fn analytics(script: &Script, month: &Month, (from, to): (NaiveDate, NaiveDate)) -> Result<String, MoneyError> {
    let whole = (from, to) == (month.period.from, month.period.to);
    let of = |direction: Option<Direction>| if whole { month.total(direction) } else { Ok(Used::default()) };
    let (total, inbound, outbound) = (of(None)?, of(Some(Direction::Inbound))?, of(Some(Direction::Outbound))?);
    if script.shape == Shape::Current {
        let block = |used: Used| {
            format!(
                r#"{{"total_calls":{},"answered_calls":{},"total_minutes":{}.0,"total_cost":"{}"}}"#,
                used.calls, used.answered, used.calls, used.cost
            )
        };
        return Ok(format!(
            r#"{{"partner":{{"name":"Rehearsal Partner","balance":null}},"period":{{"from":"{from}","to":"{to}"}},"accounts":{{"total":{n},"active":{n},"customers":[]}},"total_balance":"0.00000","currency":"INR","calls":{},"traffic":{{"inbound":{},"outbound":{}}},"by_product":{{}},"time_series":[]}}"#,
            block(total),
            block(inbound),
            block(outbound),
            n = month.customers.len(),
        ));
    }
    let mut top: Vec<(Used, &Customer)> = Vec::new();
    if whole {
        for customer in &month.customers {
            top.push((customer.total()?, customer));
        }
    }
    top.sort_by(|(a, x), (b, y)| b.cost.cmp(&a.cost).then_with(|| x.id.cmp(&y.id)));
    let top: Vec<String> = top
        .iter()
        .take(script.top)
        .map(|(used, c)| {
            let (id, name) = (quoted(&c.id), quoted(&c.name));
            format!(r#"{{"auth_id":{id},"name":{name},"calls":{},"cost":{}}}"#, used.calls, used.cost)
        })
        .collect();
    Ok(format!(
        r#"{{"period":{{"from":"{from}","to":"{to}"}},"totals":{{"total_calls":{calls},"answered_calls":{answered},"failed_calls":{failed},"total_duration_seconds":{},"total_cost":{},"currency":"INR"}},"by_direction":{{"inbound":{{"calls":{},"cost":{}}},"outbound":{{"calls":{},"cost":{}}}}},"top_customers":[{}]}}"#,
        total.answered * 54,
        total.cost,
        inbound.calls,
        inbound.cost,
        outbound.calls,
        outbound.cost,
        top.join(","),
        calls = total.calls,
        answered = total.answered,
        failed = total.calls.saturating_sub(total.answered),
    ))
}

/// The pages of a list: which items, and the whole number.
fn page<'a, T>(all: &'a [T], query: &Query<'_>) -> (&'a [T], u64, u64) {
    let per_page = query.number("per_page", query.number("size", 20)).clamp(1, 100);
    let page = query.number("page", 1).max(1);
    let first = usize::try_from((page - 1).saturating_mul(per_page)).unwrap_or(usize::MAX).min(all.len());
    let last = first.saturating_add(usize::try_from(per_page).unwrap_or(100)).min(all.len());
    (&all[first..last], page, per_page)
}

fn accounts(script: &Script, query: &Query<'_>) -> String {
    let all = script.accounts().into_values();
    let all: Vec<&Customer> = all.filter(|customer| !script.left_out.contains(&customer.id)).collect();
    let total = all.len() + if script.counts_left_out { script.left_out.len() } else { 0 };
    let (some, page, size) = page(&all, query);
    let rows: Vec<String> = some
        .iter()
        .map(|c| {
            format!(
                r#"{{"name":{},"email":"accounts@example.in","phone":"+918041000000","gstin":null,"auth_id":{},"is_active":true,"cash_credits":"100.00000","auth_token":{}}}"#,
                quoted(&c.name),
                quoted(&c.id),
                quoted(&format!("rehearsal-secret-of-{}", c.id))
            )
        })
        .collect();
    format!(r#"{{"accounts":[{}],"total":{},"page":{page},"size":{size}}}"#, rows.join(","), total)
}

fn cdrs(
    (month, overlap): (&Month, u64),
    customer: &Customer,
    direction: Direction,
    numbers: std::ops::Range<u64>,
    (page, per_page): (u64, u64),
) -> String {
    let total = numbers.end.saturating_sub(numbers.start);
    let used = customer.used[direction as usize];
    // Newest first, as the partner lists them.
    let again = if page > 1 { overlap } else { 0 };
    let skip = (page - 1).saturating_mul(per_page).min(total).saturating_sub(again);
    let rows: Vec<String> = (0..(per_page + again).min(total - skip))
        .map(|n| month.call(customer, direction, numbers.end - 1 - skip - n))
        .collect();
    let (calls, q, scale) = (i128::from(used.calls.max(1)), used.cost.mantissa(), used.cost.scale());
    let upto = |n: u64| (q / calls) * i128::from(n) + i128::from(n).min(q % calls);
    let cost = crate::model::money::from_parts(upto(numbers.end) - upto(numbers.start), scale).unwrap_or_default();
    let pages = total.div_ceil(per_page);
    // As many of these as of all.
    let answered = total * used.answered / used.calls.max(1);
    format!(
        r#"{{"success":true,"account_id":{id},"account_auth_id":{id},"count":{},"data":[{}],"pagination":{{"page":{page},"per_page":{per_page},"total":{total},"pages":{pages},"has_next":{},"has_prev":{}}},"summary":{{"answerRate":{rate},"answeredCalls":{answered},"avgCallDuration":"54s","totalCalls":{total},"total_billable_seconds":{},"total_cost":{cost},"total_duration_seconds":{}}}}}"#,
        rows.len(),
        rows.join(","),
        page < pages,
        page > 1,
        answered * 54,
        total * 60,
        id = quoted(&customer.id),
        rate = (answered * 100).checked_div(total).unwrap_or(0),
    )
}

/// A rental and a recharge a customer.
fn transactions(month: &Month, only: Option<&str>, query: &Query<'_>) -> String {
    let whole = (query.day("from_date"), query.day("to_date")) == (Some(month.period.from), Some(month.period.to));
    let rows: Vec<String> = month
        .customers
        .iter()
        .filter(|c| whole && only.is_none_or(|id| id == c.id))
        .flat_map(|c| {
            let row = |kind: &str, side: &str, amount: &str| {
                format!(
                    r#"{{"id":{row},"account_id":{id},"type":"{side}","amount":{amount},"currency":"INR","description":"{kind}","reference_type":"{kind}","status":"completed","created_at":"{}T06:00:00.000001Z"}}"#,
                    month.period.from,
                    row = quoted(&format!("{kind}-{}", c.id)),
                    id = quoted(&c.id),
                )
            };
            [row("did_rental", "debit", "300"), row("payment", "credit", "1000")]
        })
        .collect();
    let count = rows.len() / 2;
    let (some, page, per_page) = page(&rows, query);
    let pages = (rows.len() as u64).div_ceil(per_page);
    format!(
        r#"{{"transactions":[{}],"summary":{{"total_transactions":{},"total_debit":{},"total_credit":{},"net_amount":{}}},"total":{},"page":{page},"per_page":{per_page},"total_pages":{pages}}}"#,
        some.join(","),
        rows.len(),
        count * 300,
        count * 1000,
        count * 700,
        rows.len(),
    )
}
