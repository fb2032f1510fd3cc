//! Every document that was ever issued, with how it stands, kept while the trail is as it was.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::customers::known;
use super::memo::Memo;
use crate::audit::chain;
use crate::audit::mail_journal::{self, MailJournal, Standing};
use crate::books::customers::folded;
use crate::books::layout::{Books, CHAIN, CUSTOMERS};
use crate::books::voids::{self, VOIDS};
use crate::model::problem::Problem;

/// A document.
#[derive(Serialize)]
pub(super) struct Entry {
    pub(super) number: String,
    pub(super) kind: String,
    pub(super) period: String,
    pub(super) date: String,
    pub(super) customer_id: String,
    pub(super) name: String,
    pub(super) total: String,
    pub(super) currency: String,
    pub(super) state: &'static str,
    /// What is searched in, folded.
    #[serde(skip)]
    pub(super) words: String,
}

/// All documents, the newest first.
///
/// # Errors
/// The chain, the journal of mails or the customers cannot be read.
pub(super) fn load(memo: &Memo<Vec<Entry>>, books: &Books) -> Result<Arc<Vec<Entry>>, Problem> {
    let paths = [CHAIN, mail_journal::FILE, VOIDS, CUSTOMERS].map(|name| books.path(name));
    let [chain, journal, voids, customers] = &paths;
    memo.of(&[chain, journal, voids, customers], || {
        let (chain, _) = chain::load(books)?;
        let journal = MailJournal::load(books)?;
        let void = voids::load(books)?;
        let known = known(books)?;
        let sealed_void: BTreeSet<&str> = chain.voided().map(|void| void.number.as_str()).collect();
        let mut all = Vec::new();
        for event in &chain.events {
            for entry in &event.issued {
                let name = known.get(&entry.customer_id).map(|customer| customer.party.legal_name.as_str());
                let name = name.filter(|name| !name.is_empty()).unwrap_or(&entry.customer_id).to_owned();
                let is_void = void.contains_key(&entry.number) || sealed_void.contains(entry.number.as_str());
                let state = match journal.standing(&entry.number) {
                    _ if is_void => "void",
                    Standing::Sent if journal.is_delivered(&entry.number) => "delivered",
                    Standing::Sent => "mailed",
                    Standing::Unknown => "unknown",
                    Standing::Unsent => "sealed",
                };
                let words =
                    folded(&format!("{} {} {name} {} {}", entry.number, entry.customer_id, entry.total, event.period));
                all.push(Entry {
                    number: entry.number.clone(),
                    kind: entry.document.clone(),
                    period: event.period.clone(),
                    date: entry.issue_date.clone(),
                    customer_id: entry.customer_id.clone(),
                    name,
                    total: entry.total.clone(),
                    currency: entry.currency.clone(),
                    state,
                    words,
                });
            }
        }
        all.reverse();
        Ok(all)
    })
}
