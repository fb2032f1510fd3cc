//! What the books know of earlier runs and of other periods, taken into the inputs of a close.

use super::copies::{APPROVAL_COPY, CARRIED_COPY, CHANGED_COPY, PROPOSAL_COPIES, SIGNERS_COPY, copied, governs};
use super::inputs::Inputs;
use super::issued::{self, load_issued, load_standing};
use super::particulars::Before;
use super::rule::Rule;
use super::{credits, particulars, recapture, registered};
use crate::audit::chain::Chain;
use crate::audit::manifest;
use crate::bill::gstin_later;
use crate::books::layout::Books;
use crate::books::particulars::changed;
use crate::model::particulars::Changed;
use crate::model::period::Period;
use crate::model::problem::Problem;

impl Inputs {
    /// Takes what the books know of earlier runs: documents issued for the period, and the
    /// last closed period where it was captured again.
    ///
    /// # Errors
    /// A document or capture that is not what it was (exit 4), a portal's response that is
    /// of another document.
    pub fn recall(&mut self, books: &Books, chain: &Chain) -> Result<(), Problem> {
        self.issued = load_issued(books, chain, &self.period)?;
        let standing = self.issued.iter().filter(|issued| self.stands(issued));
        let folder = books.path(registered::IRN);
        self.registered = registered::load(&folder, "", standing)?;
        let sellers = self.issued.iter().map(|issued| &issued.content.seller).chain([&self.config.invoicing.seller]);
        let sellers = sellers.filter_map(|seller| seller.gstin.as_deref()).collect();
        self.unclaimed = registered::of_nothing(&folder, chain, &sellers)?;
        self.previous = match recapture::last_closed(chain, &self.period) {
            Some(closed) => recapture::pair(books, chain, &closed)?,
            None => None,
        };
        self.recall_particulars(books, chain)?;
        self.recall_last_period(books, chain)
    }

    /// Takes who approved the last close of the period, with what they approved; whether anybody did.
    ///
    /// # Errors
    /// Copies that are not what was sealed (exit 4).
    pub(crate) fn recall_approval(&mut self, books: &Books, chain: &Chain) -> Result<bool, Problem> {
        let Some(event) = chain.of(&self.period.name).last() else { return Ok(false) };
        let manifest = manifest::sealed_by(books, event)?;
        let folder = Books::close_dir(&self.period);
        if !governs(&manifest.configuration.files, APPROVAL_COPY) {
            return Ok(false);
        }
        let read = |name: &str| particulars::sealed(books, &folder, &manifest, name);
        let bytes = read(APPROVAL_COPY)?;
        let approval = serde_json::from_slice(&bytes).map_err(|e| {
            Problem::unverified("sealed-changed", format!("{folder}/inputs/{APPROVAL_COPY} cannot be read"))
                .because(e.to_string())
        })?;
        self.copies.push((APPROVAL_COPY.to_owned(), bytes));
        for name in PROPOSAL_COPIES {
            self.copies.push((name.to_owned(), read(name)?));
        }
        self.approval = Some(approval);
        Ok(true)
    }

    /// Takes what the settings and customers say otherwise than those that the close before sealed,
    /// and what is left of credits of earlier periods.
    ///
    /// # Errors
    /// Sealed copies that are not what they were (exit 4).
    fn recall_particulars(&mut self, books: &Books, chain: &Chain) -> Result<(), Problem> {
        let Some(customers) = &self.customers else { return Ok(()) };
        self.changed = match particulars::before(books, chain, &self.period)? {
            Some(Before { since, config, customers: known, signers: listed }) => {
                let mut found = changed(&since, (&config.invoicing, &known), (&self.config.invoicing, customers));
                let laxer = Rule::of(&self.config).laxer_than(Rule::of(&config));
                found.extend(laxer.into_iter().map(|(field, was, is)| Changed {
                    since: since.clone(),
                    customer_id: None,
                    field: field.to_owned(),
                    was,
                    is,
                }));
                let own = self.copies.iter().find(|(name, _)| name == SIGNERS_COPY).map(|(_, bytes)| bytes.as_slice());
                found.extend(listed.and_then(|was| particulars::signers(&since, &was, own.unwrap_or_default())));
                found
            }
            None => Vec::new(),
        };
        self.changed.extend(particulars::late(books, chain, &self.period, &self.charges)?);
        self.carried = credits::before(books, chain, &self.period)?;
        self.copies.retain(|(name, _)| ![CHANGED_COPY, CARRIED_COPY].contains(&name.as_str()));
        let changed = copied(self.changed.clone()).map(|(_, bytes)| (CHANGED_COPY.to_owned(), bytes));
        let carried = copied(self.carried.clone()).map(|(_, bytes)| (CARRIED_COPY.to_owned(), bytes));
        self.copies.extend(changed.into_iter().chain(carried));
        Ok(())
    }

    /// Takes what a chain, as it was before the close, has of the last closed period.
    ///
    /// # Errors
    /// A document that is not what it was (exit 4).
    pub(super) fn recall_last_period(&mut self, books: &Books, before: &Chain) -> Result<(), Problem> {
        if let (Some(last), Some(customers)) = (recapture::last_closed(before, &self.period), &self.customers) {
            self.last_period =
                load_standing(books, before, &last, |customer| gstin_later::known(customers, customer).is_some())?;
        }
        Ok(())
    }
}

/// Documents of the period closed before, as far as a sealed close was derived beside them: whoever
/// verifies it elsewhere needs them.
///
/// # Errors
/// The close is not what was sealed (exit 4).
pub(crate) fn documents_beside(books: &Books, chain: &Chain, period: &Period) -> Result<Vec<String>, Problem> {
    let Some(event) = chain.of(&period.name).last() else { return Ok(Vec::new()) };
    let manifest = manifest::sealed_by(books, event)?;
    let customers = particulars::sealed_customers(books, &Books::close_dir(period), &manifest)?;
    let mut before = chain.clone();
    before.events.retain(|earlier| earlier.sequence < event.sequence);
    let Some(last) = recapture::last_closed(&before, period) else { return Ok(Vec::new()) };
    let of_known =
        before.issued_in(&last.name).filter(|entry| gstin_later::known(&customers, &entry.customer_id).is_some());
    Ok(of_known.map(|entry| issued::file_of(&last, &entry.number)).collect())
}
