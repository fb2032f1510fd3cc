//! A format file for a layout that nobody has described yet: what the header and the cells
//! below it prove is written down, and what they do not is left open with a question. A
//! format with an open place does not read, so that nothing of it is ever guessed.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::amounts::{self, Style};
use super::dates;
use super::decode::Decoded;
use super::format::{Format, OPEN, Role, SHIPPED, fold, parse};
use crate::model::money::shorten;
use crate::model::problem::Problem;

/// Words that a column's name has when it is this, most telling first.
const WORDS: [(Role, &[&str]); 10] = [
    (Role::Date, &["date", "datum", "fecha", "data", "day", "when", "dt"]),
    (Role::Debit, &["debit", "dr", "soll", "debe", "débit", "dare"]),
    (Role::Credit, &["credit", "cr", "haben", "haber", "crédit", "avere"]),
    (Role::Amount, &["amount", "amt", "value", "betrag", "rupees", "sum", "importe", "montant", "net"]),
    (Role::Account, &["account", "ledger", "particulars", "konto", "cuenta", "compte", "head"]),
    (Role::Side, &["side", "dc", "drcr"]),
    (Role::Party, &["party", "customer", "client", "contact", "payee", "kunde", "cliente", "partner"]),
    (Role::Type, &["type", "art", "tipo", "kind"]),
    (
        Role::Voucher,
        &["voucher", "vch", "document", "doc", "invoice", "number", "reference", "no", "ref", "bill", "entry"],
    ),
    (Role::Description, &["narration", "description", "memo", "text", "remarks", "details", "beschreibung"]),
];

/// Words of columns that hold numbers, and never what was posted.
const NEVER_AMOUNTS: [&str; 24] = [
    "balance",
    "saldo",
    "running",
    "cumulative",
    "total",
    "qty",
    "quantity",
    "menge",
    "rate",
    "price",
    "no",
    "number",
    "num",
    "nr",
    "id",
    "ref",
    "reference",
    "tax",
    "gst",
    "vat",
    "code",
    "count",
    "percent",
    "days",
];

/// Words of voucher types: a sale or a credit note, and what never is one.
const SALES: [&str; 11] =
    ["sales", "sale", "invoice", "credit note", "debit note", "credit memo", "creditnote", "journal", "rv", "si", "sc"];
const NEVER: [&str; 12] = [
    "receipt", "payment", "purchase", "contra", "bill", "expense", "deposit", "transfer", "vendor", "refund", "check",
    "cheque",
];

/// Rows that are looked at, and title rows before the header, at most.
const ROWS: usize = 2_000;
const TITLES: usize = 60;

/// A header with what is below it.
struct Sheet {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    /// Columns that are sure, and those of which one must be chosen.
    sure: Vec<(Role, usize)>,
    open: Vec<(Role, Vec<usize>)>,
}

/// Proposes a format file, with the header that it was made from.
///
/// # Errors
/// No row looks like a header with a date, an account and an amount.
pub(crate) fn propose(file: &Decoded, name: &str) -> Result<String, Problem> {
    let shipped: Vec<Format> = SHIPPED.iter().filter_map(|(name, text)| parse(name, text).ok()).collect();
    let mut best: Option<Sheet> = None;
    for delimiter in [b',', b';', b'\t', b'|'] {
        let rows = rows(&file.text, delimiter);
        for at in 0..rows.len().min(TITLES) {
            let sheet = Sheet::new(rows[at].clone(), &rows[at + 1..], &shipped);
            if sheet.is_enough() && best.as_ref().is_none_or(|best| sheet.found() > best.found()) {
                best = Some(sheet);
            }
        }
    }
    let Some(sheet) = best else {
        return Err(Problem::stop("ledger-format", format!("no row of {name} looks like a ledger's header"))
            .because("a date, an account and an amount (or debit and credit) must have names, with dates and amounts below them")
            .next("write the format file by hand, from one that `crossfoot formats NAME` prints: docs/ledger-formats.md explains every key")
            .not_done("Nothing was written."));
    };
    let text = sheet.text(name);
    // What is not open must read back.
    parse(
        "proposed",
        &text.replace(&format!("\"{OPEN}\""), "\"voucher\"").replace("sign = \"voucher\"", "sign = \"suffix\""),
    )?;
    Ok(text)
}

/// The first rows of a text, with trimmed cells.
fn rows(text: &str, delimiter: u8) -> Vec<Vec<String>> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let row = |record: csv::StringRecord| record.iter().map(|cell| cell.trim().to_owned()).collect();
    reader.records().take(ROWS).filter_map(Result::ok).map(row).collect()
}

impl Sheet {
    fn new(header: Vec<String>, rows: &[Vec<String>], shipped: &[Format]) -> Self {
        let mut sheet = Self { header, rows: rows.to_vec(), sure: Vec::new(), open: Vec::new() };
        for exact in [true, false] {
            for (role, words) in WORDS {
                // One product's word for what was posted is another's for something else.
                let is_too_soon = exact && role == Role::Amount;
                if is_too_soon || sheet.column(role).is_some() || sheet.open.iter().any(|(one, _)| *one == role) {
                    continue;
                }
                let fits: Vec<usize> = (0..sheet.header.len())
                    .filter(|at| sheet.fits(role, words, *at, exact.then_some(shipped)))
                    .collect();
                match (role, fits.as_slice()) {
                    (_, []) => {}
                    // Of several that may hold the money or the account, none is taken.
                    (Role::Amount | Role::Debit | Role::Credit | Role::Account, [_, _, ..]) => {
                        sheet.open.push((role, fits));
                    }
                    (_, [first, ..]) => sheet.sure.push((role, *first)),
                }
            }
        }
        // With a column for each side, no single amount is asked for.
        if sheet.has(Role::Debit) && sheet.has(Role::Credit) {
            sheet.sure.retain(|(role, _)| *role != Role::Amount);
            sheet.open.retain(|(role, _)| *role != Role::Amount);
        }
        sheet
    }

    /// Whether a column may have a role: by its name, and by what stands below it. `shipped`
    /// are the formats of which one must call it so; without, a word of its name must.
    fn fits(&self, role: Role, words: &[&str], at: usize, shipped: Option<&[Format]>) -> bool {
        let name = fold(&self.header[at]);
        if name.is_empty() || self.sure.iter().any(|(_, taken)| *taken == at) {
            return false;
        }
        let parts: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
        let named = match shipped {
            Some(shipped) => {
                let is_one = |names: &Vec<String>| names.iter().any(|known| fold(known) == name);
                shipped.iter().any(|format| format.columns.get(&role).is_some_and(is_one))
            }
            None => parts.iter().any(|word| words.contains(word)),
        };
        let money = matches!(role, Role::Amount | Role::Debit | Role::Credit);
        named
            && match role {
                Role::Date => self.below(at).any(dates::looks_like_one),
                _ if money => !parts.iter().any(|word| NEVER_AMOUNTS.contains(word)) && self.below(at).all(is_amount),
                Role::Account => !self.below(at).all(dates::looks_like_one),
                _ => true,
            }
    }

    fn below(&self, at: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(move |row| row.get(at)).map(String::as_str).filter(|cell| !cell.is_empty())
    }

    fn column(&self, role: Role) -> Option<usize> {
        self.sure.iter().find(|(one, _)| *one == role).map(|(_, at)| *at)
    }

    fn has(&self, role: Role) -> bool {
        self.column(role).is_some() || self.open.iter().any(|(one, _)| *one == role)
    }

    fn found(&self) -> usize {
        self.sure.len() + self.open.len()
    }

    fn is_enough(&self) -> bool {
        let sums = self.has(Role::Amount) || (self.has(Role::Debit) && self.has(Role::Credit));
        self.has(Role::Date) && self.has(Role::Account) && sums
    }

    /// The format file.
    fn text(&self, name: &str) -> String {
        let single = !(self.has(Role::Debit) && self.has(Role::Credit));
        let sums: &[&str] = if single { &["amount"] } else { &["debit", "credit"] };
        let mut text = format!(
            "# Proposed from the header of {}. What its rows do not prove is left open as \"{OPEN}\":\n# answer it, look at every other line too, then see `crossfoot import FILE --format NAME --check`.\n# docs/ledger-formats.md explains all keys; `crossfoot formats NAME` prints examples.\ntitle = \"our ledger\"\nrequired = [{}]\n",
            shorten(name).replace('\n', " "),
            list(["date", "account"].iter().chain(sums))
        );
        self.write_party(&mut text);
        if single {
            self.write_sign(&mut text);
        }
        self.write_types(&mut text);
        text.push_str("totals = [{ begins = \"Grand Total\", kind = \"grand\" }, { begins = \"Total\", kind = \"none\" }]\n\n[columns]\n");
        for (role, at) in &self.sure {
            let _ = writeln!(text, "{} = [{}]", role.name(), quoted(&self.header[*at]));
        }
        for (role, columns) in &self.open {
            let names: Vec<String> = columns.iter().map(|at| quoted(&self.header[*at])).collect();
            let _ = writeln!(text, "# Which column is it: {}?\n{} = [\"{OPEN}\"]", names.join(" or "), role.name());
        }
        let used: BTreeSet<usize> = self.sure.iter().map(|(_, at)| *at).collect();
        let left: Vec<String> = (0..self.header.len())
            .filter(|at| !used.contains(at) && !self.header[*at].is_empty())
            .map(|at| quoted(&self.header[at]))
            .collect();
        if !left.is_empty() {
            let _ = writeln!(text, "# Columns that nothing is read from: {}", left.join(", "));
        }
        text
    }

    fn write_party(&self, text: &mut String) {
        let mut party: Vec<&str> = Vec::new();
        party.extend(self.has(Role::Party).then_some("column"));
        // A voucher of several rows names its customer on the other side.
        let rows = |at: usize| {
            let mut seen = BTreeSet::new();
            self.below(at).any(|cell| !seen.insert(cell))
        };
        party.extend(self.column(Role::Voucher).is_some_and(rows).then_some("voucher"));
        if party.is_empty() {
            party.push(OPEN);
            text.push_str(
                "# Where is the customer: column, code, description, voucher (the account on its other side)?\n",
            );
        }
        let _ = writeln!(text, "party = [{}]", list(party.iter()));
    }

    fn write_sign(&self, text: &mut String) {
        let sided = |at: usize| {
            self.below(at)
                .any(|cell| amounts::read(cell, Style::Point).is_ok_and(|w| w.is_some_and(|w| w.side.is_some())))
        };
        if self.has(Role::Side) || self.column(Role::Amount).is_some_and(sided) {
            text.push_str("sign = \"suffix\"\n");
            return;
        }
        text.push_str("# What does a plus mean: debit-positive, credit-positive, or natural (a charge)?\n");
        let _ = writeln!(text, "sign = \"{OPEN}\"");
    }

    /// The voucher types that the file has, each where its words say.
    fn write_types(&self, text: &mut String) {
        let Some(at) = self.column(Role::Type) else { return };
        let types: BTreeSet<String> = self.below(at).map(fold).collect();
        let has = |given: &str, words: &[&str]| {
            let given = format!(" {} ", given.replace(|c: char| !c.is_alphanumeric(), " "));
            words.iter().any(|word| given.contains(&format!(" {word} ")))
        };
        // A Sales Bill and a Sales Receipt are sales; an Invoice Payment is for a person to say.
        let sale = |one: &str| has(one, &SALES) && (one.starts_with("sale") || !has(one, &NEVER));
        let (counts, rest): (Vec<_>, Vec<_>) = types.into_iter().partition(|one| sale(one));
        let (never, open): (Vec<_>, Vec<_>) = rest.into_iter().partition(|one| has(one, &NEVER) && !has(one, &SALES));
        if !open.is_empty() {
            let names: Vec<String> = open.iter().take(20).map(|one| quoted(one)).collect();
            let _ = writeln!(
                text,
                "# Do these voucher types count as usage: {}? Put each into counts or never.",
                names.join(", ")
            );
        }
        let open = if open.is_empty() { Vec::new() } else { vec![OPEN.to_owned()] };
        let _ = writeln!(text, "counts = [{}]\nnever = [{}]", list(counts.iter().chain(&open)), list(never.iter()));
    }
}

/// Whether a cell can be an amount in either style. A word such as `Total` is none.
fn is_amount(cell: &str) -> bool {
    [Style::Point, Style::Comma].into_iter().any(|style| amounts::read(cell, style).is_ok()) || cell.trim() == "-"
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], " "))
}

fn list<T: AsRef<str>>(words: impl Iterator<Item = T>) -> String {
    words.map(|word| quoted(word.as_ref())).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposed(text: &str) -> String {
        propose(&crate::ledger::decode::decode(text.as_bytes(), "x").unwrap(), "our.csv").unwrap()
    }

    #[test]
    fn what_the_file_proves_is_written_and_the_rest_is_asked() {
        let text = proposed(
            "Our sheet;;;;\nTag Datum;Konto Nr;Kunde Name;Beleg Art;Betrag EUR;Saldo\n31.10.2026;DID Rental;Asha;Rechnung;5,00;9,00\n",
        );
        insta::assert_snapshot!(text, @r##"
        # Proposed from the header of our.csv. What its rows do not prove is left open as "?":
        # answer it, look at every other line too, then see `crossfoot import FILE --format NAME --check`.
        # docs/ledger-formats.md explains all keys; `crossfoot formats NAME` prints examples.
        title = "our ledger"
        required = ["date", "account", "amount"]
        party = ["column"]
        # What does a plus mean: debit-positive, credit-positive, or natural (a charge)?
        sign = "?"
        # Do these voucher types count as usage: "rechnung"? Put each into counts or never.
        counts = ["?"]
        never = []
        totals = [{ begins = "Grand Total", kind = "grand" }, { begins = "Total", kind = "none" }]

        [columns]
        date = ["Tag Datum"]
        amount = ["Betrag EUR"]
        account = ["Konto Nr"]
        party = ["Kunde Name"]
        type = ["Beleg Art"]
        # Columns that nothing is read from: "Saldo"
        "##);
        let open = parse("x", &text).unwrap().open.unwrap();
        assert!(open.contains("is still open: sign = \"?\"   What does a plus mean"), "{open}");
    }

    #[test]
    fn a_number_that_is_no_amount_is_never_taken_for_one() {
        // Numbers, a balance and a tax: none of them is what was posted.
        let text = "Date,Account,Voucher Amount No,Balance Amount,Tax Amount,Base Amount,Net Amount\n31/10/2026,DID Rental,17,900.00,18.00,100.00,100.00\n";
        let text = proposed(text);
        assert!(text.contains("# Which column is it: \"Base Amount\" or \"Net Amount\"?\namount = [\"?\"]"), "{text}");
        let text =
            proposed("Date,Account,Number,Value\n31/10/2026,DID Rental,17,100.00 Cr\n31/10/2026,Asha,17,100.00 Dr\n");
        assert!(text.contains("amount = [\"Value\"]") && text.contains("sign = \"suffix\""), "{text}");
        assert!(parse("x", &text).is_ok());
        let nothing = "Date,Account,Number,Balance\n31/10/2026,DID Rental,17,100.00\n";
        assert!(propose(&crate::ledger::decode::decode(nothing.as_bytes(), "x").unwrap(), "x").is_err());
    }

    #[test]
    fn voucher_types_are_sorted_by_whole_words() {
        let row = |kind: &str| format!("31/10/2026,DID Rental,1,{kind},Asha,,5.00\n");
        let kinds = ["Sales Bill", "Receipt", "Invoice Payment", "Tax Invoice", "Receipts Book"].map(row).concat();
        let text = proposed(&format!("Date,Account,Voucher No,Type,Customer,Debit,Credit\n{kinds}"));
        assert!(text.contains("counts = [\"sales bill\", \"tax invoice\", \"?\"]\nnever = [\"receipt\"]\n"), "{text}");
        assert!(text.contains("count as usage: \"invoice payment\", \"receipts book\"?"), "{text}");
    }
}
