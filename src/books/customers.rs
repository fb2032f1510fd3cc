//! `customers.csv`: who the customers are and what is printed of them on an invoice.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::gstin;
use crate::model::invoice::{Party, Registered, Treatment};
use crate::model::ledger_terms::Basis;
use crate::model::money::{Currency, shorten};
use crate::model::problem::{Problem, nearest, word};

use rust_decimal::Decimal;
use unicode_normalization::UnicodeNormalization;

use super::invoicing::country_code;
use super::layout::CUSTOMERS;
use super::settings_reader::limit;
use super::spreadsheet;

/// Customers by the partner's id.
pub type Customers = BTreeMap<String, Customer>;

/// A customer: who it is, and what was agreed with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Customer {
    /// As it is printed.
    pub party: Party,
    /// What was agreed.
    pub agreement: Agreement,
    /// What the books call it: its account or ledger.
    pub code: Option<String>,
    /// Every name that a ledger may use for it, folded.
    pub names: Vec<String>,
}

/// What was agreed with a customer beside the partner's cost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// How GST treats it; None: as its particulars say.
    pub treatment: Option<Treatment>,
    /// State of supply where it is not that of the address.
    pub place_of_supply: Option<String>,
    /// The State of the address, as it is named there.
    pub state: Option<String>,
    /// Whether the customer owes the tax on what it is supplied; None: as the settings say.
    pub reverse_charge: Option<bool>,
    /// Which price the ledger states of it, where that is not everybody's.
    pub ledger_basis: Option<Basis>,
    /// Per cent on the cost, inbound and outbound.
    pub markup: [Option<Decimal>; 2],
    /// An own price per unit instead of the cost, inbound and outbound.
    pub rate: [Option<Decimal>; 2],
    /// What that price is for: false is a call, true a minute.
    pub per_minute: bool,
    /// The currency of that price and of the minimum; None: the document's.
    pub currency: Option<Currency>,
    /// Per cent off all calls.
    pub discount: Option<Decimal>,
    /// What a month's calls cost at least.
    pub minimum: Option<Decimal>,
    /// Days to pay, where they differ from everybody's.
    pub due_days: Option<u32>,
    /// The customer's own reference: an order number.
    pub reference: Option<String>,
    /// Where copies of its invoices are mailed, as written: addresses separated by
    /// semicolons.
    pub cc: Option<String>,
}

/// Columns that are understood, in the order in which an address is printed; a group makes
/// one line.
const ADDRESS: [&[&str]; 6] =
    [&["address"], &["address_1"], &["address_2"], &["address_3"], &["city", "pin"], &["state", "country"]];
/// Other columns that are understood.
const KNOWN: [&str; 24] = [
    "customer_id",
    "legal_name",
    "name",
    "state_code",
    "gstin",
    "email",
    "code",
    "aliases",
    "gst_treatment",
    "place_of_supply",
    "reverse_charge",
    "markup_percent",
    "markup_inbound",
    "markup_outbound",
    "rate_inbound",
    "rate_outbound",
    "rate_unit",
    "rate_currency",
    "discount_percent",
    "minimum_commitment",
    "due_days",
    "buyer_reference",
    "cc",
    "ledger_basis",
];

fn known() -> impl Iterator<Item = &'static str> {
    KNOWN.into_iter().chain(ADDRESS.into_iter().flatten().copied())
}

/// Whether a column of that name is understood.
#[must_use]
pub(crate) fn is_column(name: &str) -> bool {
    known().any(|known| known == name)
}

/// Reads the file. Columns that this version does not use are returned as notes, each a
/// sentence, for the person to see.
///
/// # Errors
/// No `customer_id` column, ids missing or repeated, rows of another length: all listed.
pub fn parse(bytes: &[u8]) -> Result<(Customers, Vec<String>), Problem> {
    let (text, delimiter) = spreadsheet::text(bytes, "customers", CUSTOMERS, "customer_id")?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let wrong = |what: String| Problem::usage("customers", what).next(format!("correct {CUSTOMERS}"));
    let header: Vec<String> = reader
        .headers()
        .map_err(|e| wrong(format!("{CUSTOMERS} cannot be read: {e}")))?
        .iter()
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let column = |name: &str| header.iter().position(|h| h == name);
    let Some(id_column) = column("customer_id") else {
        return Err(wrong(format!("{CUSTOMERS} has no column `customer_id`"))
            .because(format!("its header is: {}", shorten(&header.join(", ")))));
    };
    let mut notes: Vec<String> = Vec::new();
    for name in header.iter().filter(|h| !known().any(|k| k == h.as_str())) {
        let near = nearest(name, known());
        let hint = near.map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
        notes.push(format!("{CUSTOMERS}: column `{}` is not used by this version{hint}", shorten(name)));
    }

    let mut customers = Customers::new();
    let mut bad = Vec::new();
    for (index, row) in reader.records().enumerate() {
        let line = index + 2;
        let row = match row {
            Ok(row) => row,
            Err(e) => {
                bad.push(format!("{CUSTOMERS}, row {line}: {e}"));
                continue;
            }
        };
        let cell = |name: &str| {
            column(name).and_then(|i| row.get(i)).map(str::trim).filter(|c| !c.is_empty()).map(str::to_owned)
        };
        let id = row.get(id_column).map(str::trim).unwrap_or_default();
        if row.iter().all(|c| c.trim().is_empty()) {
            continue;
        }
        if row.len() != header.len() {
            bad.push(format!("{CUSTOMERS}, row {line}: {} cells where the header has {}", row.len(), header.len()));
        } else if id.is_empty() {
            bad.push(format!("{CUSTOMERS}, row {line}: `customer_id` is empty"));
        } else if customers.contains_key(id) {
            bad.push(format!("{CUSTOMERS}, row {line}: `{}` stands here a second time", shorten(id)));
        } else {
            let mut refuse = |why: String| bad.push(format!("{CUSTOMERS}, row {line}: {why}"));
            let agreement = agreement(&cell, &mut refuse);
            let country = cell("country").and_then(|text| match country_code(&text) {
                Ok(code) => Some(code),
                Err(why) => {
                    refuse(format!("country: {why}"));
                    None
                }
            });
            let party = Party {
                city: cell("city"),
                pin: cell("pin"),
                country,
                legal_name: cell("legal_name").or_else(|| cell("name")).unwrap_or_default(),
                address: ADDRESS
                    .iter()
                    .map(|group| {
                        let cells: Vec<String> = group.iter().filter_map(|name| cell(name)).collect();
                        cells.join(if group.contains(&"pin") { " " } else { ", " })
                    })
                    .flat_map(|text| text.lines().map(|l| l.trim().to_owned()).collect::<Vec<_>>())
                    .collect(),
                state_code: cell("state_code").map(two_digits),
                gstin: cell("gstin").map(|text| text.replace(' ', "").to_uppercase()),
                email: cell("email"),
                registered: Registered::default(),
            };
            customers.insert(id.to_owned(), Customer { party, agreement, code: cell("code"), names: names(id, &cell) });
        }
    }
    if bad.is_empty() {
        return Ok((customers, notes));
    }
    let first = bad.remove(0);
    Err(wrong(first).also(bad).not_done("Nothing was done."))
}

/// A State's code: spreadsheets take the zero away from `07`.
fn two_digits(code: String) -> String {
    if code.len() == 1 && code.bytes().all(|b| b.is_ascii_digit()) { format!("0{code}") } else { code }
}

/// Every name of a customer, folded.
fn names(id: &str, cell: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let aliases = cell("aliases").unwrap_or_default();
    let names = [Some(id.to_owned()), cell("code"), cell("legal_name"), cell("name")].into_iter().flatten();
    let names = names.chain(aliases.split(';').map(str::to_owned)).map(|name| folded(&name));
    names.filter(|name| !name.is_empty()).collect()
}

/// What a cell says; None where it is empty, or wrong, which goes to `refuse`.
fn read<T>(
    cell: &dyn Fn(&str) -> Option<String>,
    refuse: &mut dyn FnMut(String),
    name: &str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Option<T> {
    parse(&cell(name)?).map_err(|why| refuse(format!("{name}: {why}"))).ok()
}

/// The cells that say what was agreed; what is wrong with them goes to `refuse`.
fn agreement(cell: &dyn Fn(&str) -> Option<String>, refuse: &mut dyn FnMut(String)) -> Agreement {
    let mut number = |name: &str| read(cell, refuse, name, limit);
    let both = number("markup_percent");
    let markup = ["markup_inbound", "markup_outbound"].map(|name| number(name).or(both));
    let rate = ["rate_inbound", "rate_outbound"].map(&mut number);
    let (discount, minimum) = (number("discount_percent"), number("minimum_commitment"));
    let due_days = cell("due_days").and_then(|text| match text.parse() {
        Ok(days) => Some(days),
        Err(_) => {
            refuse(format!("due_days: `{}` is not a number of days", shorten(&text)));
            None
        }
    });
    let per_minute = match cell("rate_unit").as_deref() {
        None | Some("minute") => true,
        Some("call") => false,
        Some(other) => {
            refuse(format!("rate_unit: must be minute or call, not `{}`", shorten(other)));
            true
        }
    };
    let currency = read(cell, refuse, "rate_currency", |code| Currency::parse(code).map_err(|e| e.to_string()));
    let treatment = cell("gst_treatment").and_then(|word| {
        let found = Treatment::parse(&word);
        if found.is_none() {
            let words = Treatment::ALL.map(Treatment::name).join(", ");
            refuse(format!("gst_treatment: must be one of {words}, not `{}`", shorten(&word)));
        }
        found
    });
    let place_of_supply = cell("place_of_supply").map(two_digits).filter(|code| {
        let known = gstin::state(code).is_some();
        if !known {
            refuse(format!("place_of_supply: `{}` is not a State's code of two digits", shorten(code)));
        }
        known
    });
    let reverse_charge = read(cell, refuse, "reverse_charge", |text| word(text, &[("yes", true), ("no", false)]));
    let reference = cell("buyer_reference");
    let ledger_basis = read(cell, refuse, "ledger_basis", |text| word(text, &Basis::WORDS));
    Agreement {
        ledger_basis,
        treatment,
        place_of_supply,
        state: cell("state"),
        reverse_charge,
        markup,
        rate,
        per_minute,
        currency,
        discount,
        minimum,
        due_days,
        reference,
        cc: cell("cc"),
    }
}

/// Customer ids by every name that a ledger may call them: id, code, legal name, aliases
/// (separated by semicolons), each folded by [`folded`].
pub type Directory = BTreeMap<String, String>;

/// A name as it is compared: by NFKC, without case, with single spaces.
#[must_use]
pub fn folded(name: &str) -> String {
    let plain: String = name.nfkc().collect();
    plain.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The customers who have a legal name, which several accounts of one company do.
#[must_use]
pub(crate) fn of_legal_name<'a>(customers: &'a Customers, name: &str) -> Vec<&'a str> {
    let name = folded(name);
    let has = |customer: &Customer| folded(&customer.party.legal_name) == name;
    customers.iter().filter(|(_, customer)| has(customer)).map(|(id, _)| id.as_str()).collect()
}

/// Reads the names of `customers.csv`, which [`parse`] has found to be right. A legal name of
/// several accounts names none of them.
///
/// # Errors
/// Another name that two customers have: all listed.
pub fn directory(customers: &Customers) -> Result<Directory, Problem> {
    let mut directory = Directory::new();
    let mut twice = Vec::new();
    let mut companies: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for (id, customer) in customers {
        companies.entry(folded(&customer.party.legal_name)).or_default().insert(id);
    }
    companies.retain(|_, ids| ids.len() > 1);
    for (id, customer) in customers {
        for name in &customer.names {
            if companies.get(name).is_some_and(|ids| ids.contains(id.as_str())) {
                continue;
            }
            match directory.get(name) {
                Some(other) if other != id => {
                    twice.push(format!("{CUSTOMERS}: `{}` is the name of {other} and of {id}", shorten(name)));
                }
                _ => {
                    directory.insert(name.clone(), id.clone());
                }
            }
        }
    }
    // Nobody else may have it, either.
    for (name, ids) in &companies {
        if let Some(other) = directory.get(name) {
            let ids = ids.iter().copied().collect::<Vec<_>>().join(", ");
            twice.push(format!("{CUSTOMERS}: `{}` is the name of {other} and of {ids}", shorten(name)));
        }
    }
    twice.dedup();
    if twice.is_empty() {
        return Ok(directory);
    }
    let first = twice.remove(0);
    Err(Problem::usage("customers", first)
        .also(twice)
        .next(format!("give each customer names of its own in {CUSTOMERS}"))
        .not_done("Nothing was done."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_parties_and_unused_columns_are_told() {
        let text =
            b"\xef\xbb\xbfcustomer_id,legal_name,address,city,gstn\nMA_1,\"Acme, Ltd\",4 Road,Bengaluru,29AA\n,,,,\n";
        let (customers, notes) = parse(text).unwrap();
        assert_eq!(customers["MA_1"].party.legal_name, "Acme, Ltd");
        assert_eq!(customers["MA_1"].party.address, ["4 Road", "Bengaluru"]);
        assert_eq!(notes, ["customers.csv: column `gstn` is not used by this version; did you mean `gstin`?"]);
    }

    #[test]
    fn a_customer_is_found_by_each_of_its_names() {
        let text =
            "customer_id,legal_name,code,aliases\nMA_1,Café  Réseau Ltd,C008,Cafe Reseau; CAFÉ\nMA_2,Asha,C009,\n";
        let directory = directory(&parse(text.as_bytes()).unwrap().0).unwrap();
        for name in ["MA_1", "café réseau ltd", "Cafe\u{301} Re\u{301}seau\u{a0}Ltd", "c008", "CAFE RESEAU", "Café"]
        {
            assert_eq!(directory.get(&folded(name)).map(String::as_str), Some("MA_1"), "{name}");
        }
        let directory = |text: &str| super::directory(&parse(text.as_bytes()).unwrap().0);
        let twice = directory("customer_id,legal_name,code\nMA_1,Asha,A\nMA_2,Bela,ASHA\n").unwrap_err();
        assert!(twice.what.contains("`asha` is the name of MA_1 and of MA_2"), "{}", twice.what);
        // One company may have several accounts; its name is then that of none, nor of anybody else.
        let two = "customer_id,legal_name,code\nMA_1,Asha,A\nMA_2,ASHA,B\n";
        let known = directory(two).unwrap();
        assert_eq!(known.keys().map(String::as_str).collect::<Vec<_>>(), ["a", "b", "ma_1", "ma_2"]);
        let twice = directory(&format!("{two}MA_3,Third,asha\n")).unwrap_err();
        assert!(twice.what.contains("`asha` is the name of MA_3 and of MA_1, MA_2"), "{}", twice.what);
    }

    #[test]
    fn what_spreadsheets_do_to_codes_is_undone() {
        let text = b"customer_id,state_code,gstin,place_of_supply,country\nMA_1,7,27aapfu 0939f1zv,9,united kingdom\n";
        assert!(parse(text).unwrap_err().what.contains("country"));
        let text = b"customer_id,state_code,gstin,place_of_supply,country\nMA_1,7,27aapfu 0939f1zv,9,gb\n";
        let (customers, _) = parse(text).unwrap();
        let customer = &customers["MA_1"];
        assert_eq!(customer.party.state_code.as_deref(), Some("07"));
        assert_eq!(customer.party.gstin.as_deref(), Some("27AAPFU0939F1ZV"));
        assert_eq!(customer.agreement.place_of_supply.as_deref(), Some("09"));
        assert_eq!(customer.party.country.as_deref(), Some("GB"));
    }

    #[test]
    fn every_bad_row_is_listed() {
        let problem = parse(b"customer_id,legal_name\nMA_1,A\nMA_1,B\n,C\nMA_2\n").unwrap_err();
        assert_eq!(problem.what, "customers.csv, row 3: `MA_1` stands here a second time");
        assert_eq!(problem.also.len(), 2);
        assert!(parse(b"id,name\n1,2\n").unwrap_err().what.contains("customer_id"));
    }
}
