//! The example: the books of a made-up reseller, what its partner says of three months, and what it says
//! of the first one afterwards. Data, in `examples/`.

use super::Script;
use super::month::Month;
use crate::model::period::Period;
use crate::model::problem::Problem;

/// The partner id and the token that the example's partner accepts.
pub const CREDENTIALS: (&str, &str) = ("PA_EXAMPLE", "example-token-that-opens-nothing");

/// The files of the books, beside settings and customers.
pub const FILES: [(&str, &str); 6] = [
    ("charges.csv", include_str!("../../examples/books/charges.csv")),
    ("ledgers/2026-01.csv", include_str!("../../examples/books/ledgers/2026-01.csv")),
    ("ledgers/2026-02.csv", include_str!("../../examples/books/ledgers/2026-02.csv")),
    ("ledgers/2026-03.csv", include_str!("../../examples/books/ledgers/2026-03.csv")),
    ("resolutions/2026-02.toml", include_str!("../../examples/books/resolutions/2026-02.toml")),
    ("resolutions/2026-03.toml", include_str!("../../examples/books/resolutions/2026-03.toml")),
];
/// Its settings.
pub const CONFIG: &str = include_str!("../../examples/books/crossfoot.toml");
/// Its customers.
pub const CUSTOMERS: &str = include_str!("../../examples/books/customers.csv");
/// What finance books into January once the partner has credited a part of it.
pub const CREDITED: (&str, &str) = ("ledgers/2026-01.csv", include_str!("../../examples/later/2026-01.csv"));

/// A month: its name, whose calls, and what the dashboard says when it is closed.
const MONTHS: [(&str, &str, &str); 3] = [
    (
        "2026-01",
        include_str!("../../examples/partner-api/2026-01/customers.csv"),
        include_str!("../../examples/partner-api/2026-01/dashboard.json"),
    ),
    (
        "2026-02",
        include_str!("../../examples/partner-api/2026-02/customers.csv"),
        include_str!("../../examples/partner-api/2026-02/dashboard.json"),
    ),
    (
        "2026-03",
        include_str!("../../examples/partner-api/2026-03/customers.csv"),
        include_str!("../../examples/partner-api/2026-03/dashboard.json"),
    ),
];
/// The API reference page's answer for the last of them.
const ANALYTICS: &str = include_str!("../../examples/partner-api/2026-03/analytics.json");
/// The customers of January of whom the partner says something else since February.
const RESTATED: &str = include_str!("../../examples/partner-api/2026-01/restated.csv");

/// The names of the months that the example's partner plays.
pub fn months() -> impl Iterator<Item = &'static str> {
    MONTHS.iter().map(|(name, ..)| *name)
}

fn month(name: &str, customers: &str) -> Result<Month, Problem> {
    Month::read(Period::parse(name).map_err(|why| Problem::stop("internal", why))?, customers)
}

/// The example's partner at the close of a month; `restated`: after it has changed January.
///
/// # Errors
/// None: the data are read by a test.
pub fn partner(closing: &str, restated: bool) -> Result<Script, Problem> {
    let mut months = MONTHS.iter().map(|(name, customers, _)| month(name, customers)).collect::<Result<Vec<_>, _>>()?;
    if restated && let Some(first) = months.first_mut() {
        for changed in Month::read(first.period.clone(), RESTATED)?.customers {
            first.customers.retain(|customer| customer.id != changed.id);
            first.customers.push(changed);
        }
        first.customers.sort_by(|a, b| a.id.cmp(&b.id));
    }
    let dashboard = MONTHS.iter().find(|(name, ..)| *name == closing).map(|(.., dashboard)| (*dashboard).to_owned());
    let last = months.pop().ok_or_else(|| Problem::stop("internal", "the example has no month"))?;
    let script = Script::new(last, CREDENTIALS.0, CREDENTIALS.1);
    Ok(Script { others: months, analytics: Some(ANALYTICS.to_owned()), dashboard, ..script })
}
