//! The header of a canonical ledger: which column stands where, and what separates them.

use super::cells::Record;
use crate::model::money::shorten;
use crate::model::problem::{Problem, nearest};

/// More columns than any ledger has, and few enough to look at.
pub(super) const MAX_COLUMNS: usize = 10_000;

/// Columns that a canonical ledger must have.
pub(super) const REQUIRED: [&str; 4] = ["date", "customer_id", "direction", "amount"];
/// Columns that it may have.
const OPTIONAL: [&str; 5] = ["customer_name", "currency", "reference", "description", "calls"];

/// What may separate cells, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Where the columns stand.
#[derive(Debug)]
pub(super) struct Columns {
    /// As the header has them.
    pub(super) names: Vec<String>,
    /// What separates cells.
    pub(super) delimiter: u8,
    pub(super) date: usize,
    pub(super) customer_id: usize,
    pub(super) direction: usize,
    pub(super) amount: usize,
    pub(super) customer_name: Option<usize>,
    pub(super) currency: Option<usize>,
    pub(super) reference: Option<usize>,
    pub(super) calls: Option<usize>,
}

/// Blanks of every kind, and characters that are not seen at all.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A header's cell as columns are compared: `Customer ID` is `customer_id`.
fn plain(name: &str) -> String {
    let joined = |c: char| is_blank(c) || c == '-' || c == '_';
    let words: Vec<String> = name.split(joined).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    words.join("_")
}

/// What separates the cells of a canonical ledger that begins so; None for another file.
pub(super) fn delimiter(head: &[u8]) -> Option<u8> {
    let text = String::from_utf8_lossy(head);
    let first = text.split(['\n', '\r']).find(|line| !line.trim_matches(is_blank).is_empty())?;
    DELIMITERS.into_iter().find(|delimiter| {
        let cells: Vec<String> =
            first.split(char::from(*delimiter)).map(|cell| plain(&cell.replace('"', ""))).collect();
        REQUIRED.iter().all(|column| cells.iter().any(|cell| cell == column))
    })
}

/// Whether a column is one that the canonical ledger knows.
#[cfg(feature = "parquet")]
pub(super) fn is_known(name: &str) -> bool {
    REQUIRED.iter().chain(&OPTIONAL).any(|known| *known == plain(name))
}

impl Columns {
    /// Whether the column in this place is needed to add up; others are only shown.
    #[cfg(feature = "parquet")]
    pub(super) fn is_added_up(&self, at: usize) -> bool {
        [self.date, self.customer_id, self.direction, self.amount].contains(&at)
            || [self.customer_name, self.currency, self.calls].contains(&Some(at))
    }

    /// The columns that a file's first row names.
    ///
    /// # Errors
    /// One is missing or stands there twice, or the row is no text.
    pub(super) fn find(header: &Record<'_>, name: &str) -> Result<Self, Problem> {
        let first = header.cell(0);
        if header.count > MAX_COLUMNS {
            return Err(refuse(name, format!("the ledger {name} has {} columns", header.count))
                .because(format!("more than {MAX_COLUMNS} are not looked at")));
        }
        if first.starts_with(b"\xff\xfe") || first.starts_with(b"\xfe\xff") {
            return Err(refuse(name, format!("the ledger {name} is UTF-16")).next("save it as CSV in UTF-8"));
        }
        let mut names = Vec::new();
        for index in 0..header.count {
            let text = std::str::from_utf8(header.cell(index))
                .map_err(|_| refuse(name, format!("the header of the ledger {name} is not UTF-8 text")))?;
            names.push(text.trim_matches(is_blank).to_owned());
        }
        Self::named(names, header.delimiter, name)
    }

    /// The same for names in any form.
    ///
    /// # Errors
    /// A column is missing or stands there twice.
    pub(super) fn named(names: Vec<String>, delimiter: u8, name: &str) -> Result<Self, Problem> {
        let plain: Vec<String> = names.iter().map(|name| plain(name)).collect();
        let known = || REQUIRED.iter().chain(&OPTIONAL).copied();
        for column in known() {
            if plain.iter().filter(|n| *n == column).count() > 1 {
                return Err(refuse(name, format!("the ledger {name} has the column `{column}` twice"))
                    .because("which of the two counts cannot be told")
                    .next(format!("leave one `{column}` in it, or give the other another name")));
            }
        }
        let missing: Vec<&str> = REQUIRED.into_iter().filter(|c| !plain.iter().any(|n| n == c)).collect();
        if !missing.is_empty() {
            let hints: Vec<String> = names
                .iter()
                .zip(&plain)
                .filter(|(_, n)| !known().any(|k| k == n.as_str()))
                .filter_map(|(as_is, n)| {
                    nearest(n, missing.iter().copied()).map(|m| format!("`{}` may be `{m}`", shorten(as_is)))
                })
                .collect();
            let seen = format!("its header is: {}", shorten(&names.join(", ")));
            return Err(refuse(name, format!("the ledger {name} has no column `{}`", missing.join("`, `")))
                .because(if hints.is_empty() { seen } else { format!("{seen}; {}", hints.join(", ")) }));
        }
        let at = |column: &str| plain.iter().position(|n| n == column);
        Ok(Self {
            delimiter,
            date: at("date").unwrap_or_default(),
            customer_id: at("customer_id").unwrap_or_default(),
            direction: at("direction").unwrap_or_default(),
            amount: at("amount").unwrap_or_default(),
            customer_name: at("customer_name"),
            currency: at("currency"),
            reference: at("reference"),
            calls: at("calls"),
            names,
        })
    }
}

fn refuse(name: &str, what: String) -> Problem {
    Problem::stop("ledger-header", what)
        .at(format!("{name}, row 1"))
        .next("the canonical ledger has the columns date, customer_id, direction, amount; `crossfoot import FILE --check` shows how a file reads")
        .not_done("Nothing was computed from it.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(names: &[&str]) -> Result<Columns, Problem> {
        Columns::named(names.iter().map(|name| (*name).to_owned()).collect(), b',', "l.csv")
    }

    #[test]
    fn headers_as_people_type_them() {
        let columns =
            named(&["Date ", "CUSTOMER ID", "\u{a0}Direction", "\u{feff}amount", "Customer-Name", "x"]).unwrap();
        assert_eq!((columns.date, columns.customer_id, columns.direction, columns.amount), (0, 1, 2, 3));
        assert_eq!((columns.customer_name, columns.calls), (Some(4), None));
        assert!(
            named(&["date", "customer_id", "direction", "amount", "Amount"])
                .unwrap_err()
                .what
                .contains("`amount` twice")
        );
        assert!(named(&["date", "customer", "direction", "amount"]).is_err());
    }

    #[test]
    fn what_separates_cells_is_what_makes_the_header_one() {
        for (head, found) in [
            (&b"date,customer_id,direction,amount\n"[..], Some(b',')),
            (b"\n\"Date\";\"Customer ID\";Direction;Amount\r\n", Some(b';')),
            (b"\xef\xbb\xbfdate\tcustomer_id\tdirection\tamount", Some(b'\t')),
            (b"date,customer_id,amount\n", None),
        ] {
            assert_eq!(delimiter(head), found, "{}", String::from_utf8_lossy(head));
        }
    }
}
