//! What earlier periods left open: findings that still hold somebody there. They are told in
//! every later period, with their age, until they are mended or decided.

use chrono::NaiveDate;
use serde::Deserialize;

use super::history::reports;
use crate::books::layout::Books;
use crate::model::finding::{Evidence, Finding, Severity};
use crate::model::money::{Currency, Money, parse_plain};
use crate::model::open_item::OpenItem;
use crate::model::period::Period;
use crate::model::problem::Problem;

#[derive(Deserialize)]
struct Report {
    findings: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    code: String,
    severity: String,
    customers: Vec<String>,
    difference: Option<String>,
}

/// Every open item of the books' earlier periods, oldest first.
///
/// # Errors
/// A report that is there and cannot be read.
pub(crate) fn before(books: &Books, period: &Period) -> Result<Vec<OpenItem>, Problem> {
    let mut items = Vec::new();
    let reports: Vec<(Period, Report)> = reports(books, period, "open-items")?;
    for (earlier, report) in reports {
        // Credits are carried in a way of their own.
        let is_open = |row: &Row| row.severity == "blocking" && row.code != "credit-due";
        for row in report.findings.into_iter().filter(is_open) {
            let difference = row.difference.as_deref().map(parse_plain).transpose().map_err(|e| {
                Problem::stop("open-items", format!("the report of {} cannot be read", earlier.name))
                    .because(e.to_string())
            })?;
            let period = earlier.clone();
            items.push(OpenItem { period, id: row.id, code: row.code, customers: row.customers, difference });
        }
    }
    Ok(items)
}

/// One finding that tells of all of them. Nobody is held for it in this period.
#[must_use]
pub(crate) fn find(items: &[OpenItem], period: &Period, currency: Currency) -> Option<Finding> {
    let oldest = items.iter().map(|item| item.period.to).min()?;
    let age = |day: NaiveDate| (period.to - day).num_days();
    let things = if items.len() == 1 {
        "1 item of an earlier period is".to_owned()
    } else {
        format!("{} items of earlier periods are", items.len())
    };
    let message = format!("{things} still open, the oldest for {} days.", age(oldest));
    let next = "Correct them in their own periods and close these again, or decide: crossfoot resolve --period PERIOD.";
    let evidence = items.iter().map(|item| {
        let money = |amount| format!(", {}", Money::new(amount, currency).display_signed());
        Evidence {
            file: format!("closes/{}/reconciliation.json", item.period.name),
            line: None,
            column: None,
            text: format!(
                "{}: {}{}, open for {} days",
                item.title(),
                item.customers.join(", "),
                item.difference.map_or_else(String::new, money),
                age(item.period.to)
            ),
            why: None,
        }
    });
    Some(
        Finding::fact("open-item", Severity::Info, message, next.to_owned())
            .touching(items.iter().flat_map(|item| item.customers.clone()))
            .shown_by(evidence),
    )
}
