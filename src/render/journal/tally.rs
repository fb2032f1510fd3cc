//! Tally's import: ledgers, and a voucher for each document. A debit is negative there, and
//! says so a second time in ISDEEMEDPOSITIVE.

use super::{Account, Entry, accounts};
use crate::model::invoice::Document;
use crate::render::xml::Xml;

fn name(account: &Account, entries: &[Entry<'_>]) -> String {
    match account {
        Account::Receivable(id) => {
            let own = entries.iter().find(|entry| entry.issued.content.customer_id == *id);
            // Two customers may have one name: the id tells them apart.
            own.map_or_else(|| id.clone(), |entry| format!("{} ({id})", entry.issued.content.buyer.legal_name))
        }
        Account::Calls(direction) => format!("Calls {}", direction.name()),
        Account::Services => "Services".to_owned(),
        Account::Discounts => "Discounts".to_owned(),
        Account::Tax(kind) => format!("Output {kind}"),
        Account::RoundOff => "Round Off".to_owned(),
    }
}

fn group(account: &Account) -> &'static str {
    match account {
        Account::Receivable(_) => "Sundry Debtors",
        Account::Calls(_) | Account::Services | Account::Discounts => "Sales Accounts",
        Account::Tax(_) => "Duties & Taxes",
        Account::RoundOff => "Indirect Expenses",
    }
}

/// The envelope.
#[must_use]
pub(crate) fn render(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut xml = Xml::new();
    xml.group("ENVELOPE", |xml| {
        xml.group("HEADER", |xml| xml.leaf("TALLYREQUEST", "Import Data"));
        xml.group("BODY", |xml| {
            xml.group("IMPORTDATA", |xml| {
                xml.group("REQUESTDESC", |xml| xml.leaf("REPORTNAME", "All Masters"));
                xml.group("REQUESTDATA", |xml| {
                    for account in accounts(entries) {
                        ledger(xml, &name(&account, entries), group(&account));
                    }
                    for entry in entries {
                        voucher(xml, entry, entries);
                    }
                });
            });
        });
    });
    xml.finish().0
}

fn ledger(xml: &mut Xml, name: &str, group: &str) {
    xml.element("TALLYMESSAGE", &[("xmlns:UDF", "TallyUDF")], |xml| {
        xml.element("LEDGER", &[("NAME", name), ("ACTION", "Create")], |xml| {
            xml.group("NAME.LIST", |xml| xml.leaf("NAME", name));
            xml.leaf("PARENT", group);
        });
    });
}

fn voucher(xml: &mut Xml, entry: &Entry<'_>, entries: &[Entry<'_>]) {
    let issued = entry.issued;
    let kind = match issued.content.document {
        Document::Invoice => "Sales",
        Document::CreditNote => "Credit Note",
        Document::DebitNote => "Debit Note",
    };
    let party = name(&Account::Receivable(issued.content.customer_id.clone()), entries);
    xml.element("TALLYMESSAGE", &[("xmlns:UDF", "TallyUDF")], |xml| {
        xml.element("VOUCHER", &[("VCHTYPE", kind), ("ACTION", "Create")], |xml| {
            xml.leaf("DATE", &issued.issue_date.format("%Y%m%d").to_string());
            xml.leaf("VOUCHERTYPENAME", kind);
            xml.leaf("VOUCHERNUMBER", &issued.number);
            xml.leaf("PARTYLEDGERNAME", &party);
            xml.leaf("NARRATION", &format!("{}, {}", entry.title(), issued.content.period.name));
            for (account, money) in &entry.postings {
                xml.group("ALLLEDGERENTRIES.LIST", |xml| {
                    xml.leaf("LEDGERNAME", &name(account, entries));
                    xml.leaf("ISDEEMEDPOSITIVE", if money.is_negative() { "No" } else { "Yes" });
                    xml.leaf("AMOUNT", &money.negated().plain());
                });
            }
        });
    });
}
