//! `reconciliation.json` of a period, as the desk needs it: read once, and kept while it is as it was.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::memo::Memo;
use crate::books::layout::{Books, read_file};
use crate::model::money::parse_plain;
use crate::model::period::Period;
use crate::model::problem::{Problem, io};
use crate::model::resolution::Resolution;
use crate::model::usage::Direction;

/// A report.
pub(super) struct Report {
    pub(super) currency: String,
    pub(super) outcome: String,
    pub(super) totals: Value,
    /// By id: the name, and the row as it stands.
    pub(super) customers: BTreeMap<String, (String, Box<RawValue>)>,
    /// In the order in which a person goes through them.
    pub(super) findings: Vec<Finding>,
}

/// A finding: what is compared and sorted by, and all of it as it stands.
pub(super) struct Finding {
    pub(super) id: String,
    pub(super) customers: Vec<String>,
    pub(super) is_blocking: bool,
    pub(super) code: String,
    direction: Option<Direction>,
    figures: [Option<Decimal>; 2],
    pub(super) whole: serde_json::Map<String, Value>,
}

#[derive(Deserialize)]
struct File {
    currency: String,
    outcome: String,
    totals: Value,
    customers: Vec<Box<RawValue>>,
    findings: Vec<serde_json::Map<String, Value>>,
}

#[derive(Deserialize)]
struct Customer<'a> {
    customer_id: String,
    #[serde(borrow)]
    name: Option<std::borrow::Cow<'a, str>>,
}

impl Finding {
    fn of(whole: serde_json::Map<String, Value>) -> Self {
        let text = |name: &str| whole.get(name).and_then(Value::as_str);
        let amount = |name: &str| text(name).and_then(|text| parse_plain(text).ok());
        let customers = whole.get("customers").and_then(Value::as_array).into_iter().flatten();
        Self {
            id: text("id").unwrap_or_default().to_owned(),
            customers: customers.filter_map(Value::as_str).map(str::to_owned).collect(),
            is_blocking: text("severity") == Some("blocking"),
            code: text("code").unwrap_or_default().to_owned(),
            direction: text("direction").and_then(Direction::parse),
            figures: [amount("analytics"), amount("ledger")],
            whole,
        }
    }

    /// How far apart both sides are, without the sign.
    fn distance(&self) -> Decimal {
        let amount = self.whole.get("difference").and_then(Value::as_str).and_then(|text| parse_plain(text).ok());
        amount.unwrap_or_default().abs()
    }

    /// Whether a decision is about it as it is now.
    pub(super) fn is_of(&self, entry: &Resolution) -> bool {
        entry.is_about(&self.code, &self.customers, self.direction) && [entry.analytics, entry.ledger] == self.figures
    }
}

impl Report {
    fn read(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        let file: File = serde_json::from_slice(bytes)?;
        let mut customers = BTreeMap::new();
        for row in file.customers {
            let Customer { customer_id, name } = serde_json::from_str(row.get())?;
            let name = name.map_or_else(|| customer_id.clone(), std::borrow::Cow::into_owned);
            customers.insert(customer_id, (name, row));
        }
        let mut findings: Vec<Finding> = file.findings.into_iter().map(Finding::of).collect();
        findings.sort_by_cached_key(|f| (!f.is_blocking, std::cmp::Reverse(f.distance())));
        Ok(Self { currency: file.currency, outcome: file.outcome, totals: file.totals, customers, findings })
    }

    /// What a customer is called.
    pub(super) fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.customers.get(id).map_or(id, |(name, _)| name)
    }

    /// A finding by its id.
    pub(super) fn finding(&self, id: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.id == id)
    }
}

/// The newest report of a period: of the last comparison, or of the close.
///
/// # Errors
/// There is none yet, or it cannot be read.
pub(super) fn load(memo: &Memo<Report>, books: &Books, period: &Period) -> Result<Arc<Report>, Problem> {
    let path = books.path(format!("{}/reconciliation.json", Books::close_dir(period)));
    memo.of(&[&path], || {
        let bytes = read_file(&path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => {
                Problem::stop("no-reconciliation", format!("{} was not compared yet", period.name))
                    .next(format!("crossfoot reconcile --period {}", period.name))
            }
            _ => io("not-read", "read", &path, &e),
        })?;
        Report::read(&bytes)
            .map_err(|e| Problem::stop("not-read", format!("{} cannot be read", path.display())).because(e.to_string()))
    })
}
