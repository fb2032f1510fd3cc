//! Tally's import: ledgers, and a voucher for each document. A debit is negative there, and
//! says so a second time in ISDEEMEDPOSITIVE.

use super::names::Names;
use super::{Account, Entry, account_of, accounts, sacs};
use crate::model::gstin;
use crate::model::invoice::{Document, Edition, Issued};
use crate::render::xml::Xml;

fn name(account: &Account, entries: &[Entry<'_>], names: &Names) -> String {
    if let Some(own) = names.own(account) {
        return own.to_owned();
    }
    match account {
        Account::Receivable(id) => {
            let own = entries.iter().find(|entry| entry.issued.content.customer_id == *id);
            // Two customers may have one name: the id tells them apart.
            own.map_or_else(|| id.clone(), |entry| names.debtor(id, &entry.issued.content.buyer.legal_name))
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
pub(crate) fn render(entries: &[Entry<'_>], names: &Names) -> Vec<u8> {
    let mut xml = Xml::new();
    xml.group("ENVELOPE", |xml| {
        xml.group("HEADER", |xml| xml.leaf("TALLYREQUEST", "Import Data"));
        xml.group("BODY", |xml| {
            xml.group("IMPORTDATA", |xml| {
                xml.group("REQUESTDESC", |xml| xml.leaf("REPORTNAME", "All Masters"));
                xml.group("REQUESTDATA", |xml| {
                    for account in accounts(entries) {
                        ledger(xml, &name(&account, entries, names), group(&account));
                    }
                    for entry in entries {
                        voucher(xml, entry, entries, names);
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

/// Whom it was supplied to, and where.
fn supply(xml: &mut Xml, issued: &Issued, party: &str) {
    let draft = &issued.content;
    xml.leaf("PARTYNAME", party);
    let Some(supply) = &draft.supply else { return };
    let is_registered = draft.buyer.gstin.is_some() && !supply.treatment.is_export();
    xml.leaf("GSTREGISTRATIONTYPE", if is_registered { "Regular" } else { "Unregistered/Consumer" });
    xml.some("PARTYGSTIN", draft.buyer.gstin.as_deref().filter(|_| is_registered));
    let state = draft.buyer.state_code.as_deref().and_then(gstin::state).map(|state| state.name.as_str());
    xml.some("STATENAME", state);
    xml.leaf("PLACEOFSUPPLY", &supply.place_name);
}

/// The bill that the customer's outstandings know the document by: its own, or the one that a
/// note corrects.
fn bill(xml: &mut Xml, issued: &Issued, amount: &str) {
    let (name, kind) = match &issued.content.original {
        Some(original) => (&original.number, "Agst Ref"),
        None => (&issued.number, "New Ref"),
    };
    xml.group("BILLALLOCATIONS.LIST", |xml| {
        xml.leaf("NAME", name);
        xml.leaf("BILLTYPE", kind);
        if let Some(days) = issued.content.payment.due_days.filter(|_| kind == "New Ref") {
            xml.leaf("BILLCREDITPERIOD", &format!("{days} Days"));
        }
        xml.leaf("AMOUNT", amount);
    });
}

fn voucher(xml: &mut Xml, entry: &Entry<'_>, entries: &[Entry<'_>], names: &Names) {
    let issued = entry.issued;
    let kind = match issued.content.document {
        Document::Invoice => "Sales",
        Document::CreditNote => "Credit Note",
        Document::DebitNote => "Debit Note",
    };
    let party = name(&Account::Receivable(issued.content.customer_id.clone()), entries, names);
    let is_told = names.edition > Edition::First;
    xml.element("TALLYMESSAGE", &[("xmlns:UDF", "TallyUDF")], |xml| {
        xml.element("VOUCHER", &[("VCHTYPE", kind), ("ACTION", "Create")], |xml| {
            xml.leaf("DATE", &issued.issue_date.format("%Y%m%d").to_string());
            xml.leaf("VOUCHERTYPENAME", kind);
            xml.leaf("VOUCHERNUMBER", &issued.number);
            if is_told {
                xml.leaf("REFERENCE", &issued.number);
            }
            xml.leaf("PARTYLEDGERNAME", &party);
            if is_told {
                supply(xml, issued, &party);
            }
            xml.leaf("NARRATION", &format!("{}, {}", entry.title(), issued.content.period.name));
            for (account, money) in &entry.postings {
                xml.group("ALLLEDGERENTRIES.LIST", |xml| {
                    xml.leaf("LEDGERNAME", &name(account, entries, names));
                    let lines = issued.content.lines.iter().filter(|line| account_of(line) == *account);
                    let sac = sacs(lines);
                    // A posting has room for one code.
                    if is_told && !sac.is_empty() && !sac.contains(' ') {
                        xml.leaf("GSTHSNNAME", &sac);
                        xml.leaf("GSTOVRDNTYPEOFSUPPLY", "Services");
                    }
                    xml.leaf("ISDEEMEDPOSITIVE", if money.is_negative() { "No" } else { "Yes" });
                    xml.leaf("AMOUNT", &money.negated().plain());
                    if is_told && matches!(account, Account::Receivable(_)) {
                        bill(xml, issued, &money.negated().plain());
                    }
                });
            }
        });
    });
}
