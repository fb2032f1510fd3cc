//! Tally's own XML, as its Day Book is exported: vouchers with their ledger entries, a row an
//! entry, under the names that the XML has. A row's number is the line of the XML where its
//! entry begins, or as near behind it as rows allow.

use memchr::memchr_iter;
use quick_xml::events::Event;
use rust_decimal::Decimal;

use super::parts::attribute;
use super::sheet::{Sheet, Writer};
use super::spreadsheet_xml::{character, lenient};
use super::unreadable::Unreadable;
use crate::model::money::{add_exact, parse_plain};

/// The columns, as the elements are called; amounts in one of two.
const HEADER: [&str; 8] =
    ["DATE", "VOUCHERTYPENAME", "VOUCHERNUMBER", "PARTYLEDGERNAME", "LEDGERNAME", "DEBIT", "CREDIT", "NARRATION"];

/// An entry of a voucher.
#[derive(Clone, Debug, Default)]
struct Entry {
    line: u64,
    ledger: String,
    amount: String,
}

/// The lists of a voucher that can hold entries.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    All,
    Ledger,
    Inventory,
}

#[derive(Default)]
struct Voucher {
    fields: [String; 5],
    is_cancelled: bool,
    is_optional: bool,
    is_deleted: bool,
    entries: Vec<(List, Entry)>,
}

const FIELDS: [&str; 5] = ["DATE", "VOUCHERTYPENAME", "VOUCHERNUMBER", "PARTYLEDGERNAME", "NARRATION"];

/// A document on its way.
#[derive(Default)]
struct Reading {
    voucher: Option<Voucher>,
    /// The elements that are open inside of the voucher, and what the innermost holds.
    path: Vec<String>,
    content: String,
    /// The entry that is open, and how deep it stands.
    entry: Option<(List, Entry, usize)>,
}

/// Reads the vouchers.
pub(super) fn read(text: &str) -> Result<Sheet, Unreadable> {
    let mut reader = lenient(text);
    let mut sheet = Writer::new("");
    for (at, name) in HEADER.into_iter().enumerate() {
        sheet.cell(at, name.to_owned());
    }
    let mut reading = Reading::default();
    let (mut line, mut counted) = (1_u64, 0);
    let mut vouchers = 0_u64;
    loop {
        let event = reader.read_event().map_err(Unreadable::damaged)?;
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX).min(text.len());
        line += memchr_iter(b'\n', &text.as_bytes()[counted..at]).count() as u64;
        counted = at;
        match event {
            Event::Eof => break,
            Event::Start(e) => {
                let action = attribute(&e, "ACTION").unwrap_or_default();
                reading.begin(e.name().as_ref().to_ascii_uppercase(), &action, line);
            }
            Event::Text(text) => reading.content.push_str(&text),
            Event::CData(text) => reading.content.push_str(&text),
            Event::GeneralRef(reference) => reading.content.push(character(&reference)),
            Event::End(e) => {
                if let Some(done) = reading.end(&e.name().as_ref().to_ascii_uppercase()) {
                    vouchers += 1;
                    done.write(&mut sheet)?;
                }
            }
            _ => {}
        }
    }
    if reading.voucher.is_some() {
        return Err(Unreadable::damaged("its last voucher breaks off"));
    }
    if vouchers == 0 {
        return Err(Unreadable::new(
            "is XML of Tally without a voucher in it",
            "export the Day Book of the period, with all vouchers",
        ));
    }
    sheet.finish()
}

impl Reading {
    fn begin(&mut self, name: String, action: &str, line: u64) {
        self.content.clear();
        if name == "VOUCHER" && self.voucher.is_none() {
            let is = |word: &str| action.eq_ignore_ascii_case(word);
            let is_deleted = is("Delete") || is("Remove");
            self.voucher = Some(Voucher { is_deleted, is_cancelled: is("Cancel"), ..Voucher::default() });
            self.path.clear();
            return;
        }
        let list = match name.as_str() {
            "ALLLEDGERENTRIES.LIST" => Some(List::All),
            "LEDGERENTRIES.LIST" => Some(List::Ledger),
            "ACCOUNTINGALLOCATIONS.LIST" => Some(List::Inventory),
            _ => None,
        };
        self.path.push(name);
        if let (Some(list), None, Some(_)) = (list, &self.entry, &self.voucher) {
            self.entry = Some((list, Entry { line, ..Entry::default() }, self.path.len()));
        }
    }

    /// An element is over; with the last, a voucher is.
    fn end(&mut self, name: &str) -> Option<Voucher> {
        let depth = self.path.len();
        let value = self.content.trim();
        match (&mut self.entry, &mut self.voucher) {
            // Deeper lists, of bills and cost centres, have amounts of their own.
            (Some((_, entry, at)), _) if depth == *at + 1 => match name {
                "LEDGERNAME" => value.clone_into(&mut entry.ledger),
                "AMOUNT" => value.clone_into(&mut entry.amount),
                _ => {}
            },
            (Some((list, done, at)), Some(voucher)) if depth == *at => {
                if !done.amount.is_empty() || !done.ledger.is_empty() {
                    voucher.entries.push((*list, std::mem::take(done)));
                }
                self.entry = None;
            }
            (None, Some(voucher)) if depth == 1 => {
                if let Some(at) = FIELDS.iter().position(|field| *field == name) {
                    value.clone_into(&mut voucher.fields[at]);
                }
                voucher.is_cancelled |= name == "ISCANCELLED" && value.eq_ignore_ascii_case("yes");
                voucher.is_deleted |= name == "ISDELETED" && value.eq_ignore_ascii_case("yes");
                voucher.is_optional |= name == "ISOPTIONAL" && value.eq_ignore_ascii_case("yes");
            }
            _ => {}
        }
        self.content.clear();
        if name == "VOUCHER" && self.path.is_empty() {
            return self.voucher.take();
        }
        self.path.pop();
        None
    }
}

impl Voucher {
    /// The entries that make the voucher: Tally may list them once for the ledgers, once for
    /// invoices, and those of items apart. What balances is the voucher; where nothing does,
    /// the first list that has entries, with those of items.
    fn chosen(&self) -> Vec<&Entry> {
        let sets: [&[List]; 5] = [
            &[List::All],
            &[List::Ledger],
            &[List::All, List::Inventory],
            &[List::Ledger, List::Inventory],
            &[List::All, List::Ledger, List::Inventory],
        ];
        let of = |lists: &[List]| -> Vec<&Entry> {
            self.entries.iter().filter(|(list, _)| lists.contains(list)).map(|(_, entry)| entry).collect()
        };
        let balances = |entries: &[&Entry]| {
            let sum = entries
                .iter()
                .try_fold(Decimal::ZERO, |sum, entry| add_exact(sum, parse_plain(&amount(&entry.amount)).ok()?).ok());
            !entries.is_empty() && sum.is_some_and(|sum| sum.is_zero())
        };
        let found = sets.iter().map(|lists| of(lists)).find(|entries| balances(entries));
        found.unwrap_or_else(|| {
            let has_all = self.entries.iter().any(|(list, _)| *list == List::All);
            of(if has_all { sets[2] } else { sets[3] })
        })
    }

    fn write(&self, sheet: &mut Writer) -> Result<(), Unreadable> {
        let [date, kind, number, party, narration] = &self.fields;
        let kind = match (self.is_deleted, self.is_cancelled, self.is_optional) {
            (true, ..) => format!("{kind} (deleted)"),
            (_, true, _) => format!("{kind} (cancelled)"),
            (.., true) => format!("{kind} (optional)"),
            _ => kind.clone(),
        };
        for entry in self.chosen() {
            sheet.row(entry.line.max(sheet.line() + 1), false)?;
            // Tally writes debits with a minus.
            let amount = amount(&entry.amount);
            let (debit, credit) = match amount.strip_prefix('-') {
                Some(debit) => (debit.to_owned(), String::new()),
                None => (String::new(), amount),
            };
            let cells = [&iso(date), &kind, number, party, &entry.ledger, &debit, &credit, narration];
            for (at, cell) in cells.into_iter().enumerate() {
                sheet.cell(at, cell.clone());
            }
        }
        Ok(())
    }
}

/// `20260331` → `2026-03-31`; other text as it stands.
fn iso(date: &str) -> String {
    if date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit()) {
        format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..])
    } else {
        date.to_owned()
    }
}

/// The amount in the books' currency: of `-$100.00 @ ₹ 83/$ = -₹ 8300.00` what stands behind
/// the last equals sign, without the sign of the currency.
fn amount(text: &str) -> String {
    let text = text.rsplit('=').next().unwrap_or_default().trim();
    let (minus, bare) = text.strip_prefix('-').map_or(("", text), |bare| ("-", bare.trim()));
    let bare = bare.trim_start_matches(['₹']).trim();
    format!("{minus}{bare}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_book_becomes_rows_at_the_lines_of_its_entries() {
        let text = "<ENVELOPE>\n<BODY><TALLYMESSAGE>\n<VOUCHER VCHTYPE=\"Sales\">\n<DATE>20260331</DATE>\n\
            <VOUCHERTYPENAME>Sales</VOUCHERTYPENAME><VOUCHERNUMBER>7</VOUCHERNUMBER>\n\
            <PARTYLEDGERNAME>Alpha &amp; Co</PARTYLEDGERNAME><NARRATION>March&#4; calls</NARRATION>\n\
            <ALLLEDGERENTRIES.LIST><LEDGERNAME>Alpha &amp; Co</LEDGERNAME><AMOUNT>-118.00</AMOUNT>\n\
            <BILLALLOCATIONS.LIST><NAME>7</NAME><AMOUNT>-118.00</AMOUNT></BILLALLOCATIONS.LIST></ALLLEDGERENTRIES.LIST>\n\
            <ALLLEDGERENTRIES.LIST><LEDGERNAME>Inbound</LEDGERNAME><AMOUNT>118.00</AMOUNT></ALLLEDGERENTRIES.LIST>\n\
            <LEDGERENTRIES.LIST><LEDGERNAME>Inbound</LEDGERNAME><AMOUNT>118.00</AMOUNT></LEDGERENTRIES.LIST>\n\
            </VOUCHER></TALLYMESSAGE></BODY></ENVELOPE>";
        let sheet = read(text).unwrap();
        let rows: Vec<&str> = sheet.text.lines().collect();
        assert_eq!(rows[6], "2026-03-31,Sales,7,Alpha & Co,Alpha & Co,118.00,,March  calls");
        assert_eq!(rows[8], "2026-03-31,Sales,7,Alpha & Co,Inbound,,118.00,March  calls");
        assert_eq!(rows.len(), 9);
        assert_eq!(amount("-$ 100.00 @ ₹ 83/$ = -₹ 8300.00"), "-8300.00");
        assert!(read(&text[..text.len() - 60]).is_err());
        assert!(read("<ENVELOPE></ENVELOPE>").is_err());
    }
}
