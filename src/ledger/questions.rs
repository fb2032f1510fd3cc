//! What the beginning of a file leaves open: two columns that may be the amount or the
//! customer, amounts that are not in units.

use super::format::{Format, Role};
use super::sheet::SheetRow;
use super::text::{fold, words};
use crate::model::money::{Currency, shorten};
use crate::model::problem::Problem;

/// Makes sure that no other column of the header may be what a column is taken for, as far as
/// the format says which may.
///
/// # Errors
/// Both columns.
pub(super) fn no_rivals(
    format: &Format,
    header: &SheetRow,
    columns: impl Iterator<Item = (Role, usize)>,
    name: &str,
) -> Result<(), Problem> {
    for (role, index) in columns {
        let rivals = format.rivals.get(&role).map_or(&[][..], Vec::as_slice);
        let is_rival = |(at, cell): &(usize, &str)| {
            let cell = fold(split_currency(cell).0);
            *at != index && rivals.iter().any(|rival| fold(rival) == cell)
        };
        if let Some((_, other)) = header.filled().find(is_rival) {
            let what = if role == Role::Amount { "amount" } else { "customer" };
            return Err(Problem::stop(
                "ledger-header",
                format!("{name} has the columns `{}` and `{}`", shorten(header.cell(index)), shorten(other)),
            )
            .at(format!("{name}, row {}", header.line))
            .because(format!("either may be the {what}, and nothing says which"))
            .next("take one of them out; or name the one that counts in a format of the books, which crossfoot import FILE --save-format NAME proposes")
            .not_done("Nothing was computed from it."));
        }
    }
    Ok(())
}

/// Words for many units.
const UNITS: [&str; 13] = [
    "lakh",
    "lakhs",
    "lac",
    "lacs",
    "crore",
    "crores",
    "thousand",
    "thousands",
    "million",
    "millions",
    "000",
    "000s",
    "mn",
];

/// Makes sure that no title says that the amounts are in thousands or lakhs.
///
/// # Errors
/// The title.
pub(super) fn in_units(titles: &[SheetRow], header: &SheetRow, name: &str) -> Result<(), Problem> {
    let says = |cell: &str| {
        let given = words(cell);
        let currency = |word: &str| ["rs", "inr", "rupees", "usd", "eur"].contains(&word);
        given.windows(2).any(|pair| pair[0] == "in" && UNITS.contains(&pair[1].as_str()))
            || given.windows(3).any(|w| w[0] == "in" && currency(&w[1]) && UNITS.contains(&w[2].as_str()))
    };
    for row in titles.iter().chain([header]) {
        if let Some((_, cell)) = row.filled().find(|(_, cell)| says(cell)) {
            return Err(Problem::stop("ledger-amounts", format!("the amounts of {name} are not in units"))
                .at(format!("{name}, row {}", row.line))
                .because(format!("it says `{}`", shorten(cell)))
                .next("export the amounts in full")
                .not_done("Nothing was computed from it."));
        }
    }
    Ok(())
}

/// `Debit (INR)` → `Debit` and the currency; `Debit (₹)` likewise.
pub(super) fn split_currency(cell: &str) -> (&str, Option<Currency>) {
    let inner = cell.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    let currency = |code: &str| {
        let code = match code.trim().trim_end_matches('.') {
            "₹" | "Rs" | "रु" => "INR",
            "€" => "EUR",
            "£" => "GBP",
            "US$" => "USD",
            code => code,
        };
        Currency::parse(code).ok()
    };
    match inner.map(|(name, code)| (name.trim(), currency(code), code.trim())) {
        Some((name, Some(currency), _)) => (name, Some(currency)),
        Some((name, None, "$")) => (name, None),
        _ => (cell, None),
    }
}
