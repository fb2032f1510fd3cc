//! `closes/<period>/credits.json`: what a period left of credits that exceeded its charges, and
//! what it took of those of earlier periods. What is left anywhere follows from all of them.

use std::collections::BTreeMap;

use super::copies::OWN_CREDITS_COPY;
use super::derive::Derived;
use super::history::last_events;
use super::inputs::Inputs;
use crate::audit::chain::{Chain, Event};
use crate::audit::manifest;
use crate::bill::charges::Disposition;
use crate::books::layout::{Books, read_file};
use crate::model::credit::{Carried, Credits, Left, Taken};
use crate::model::digest::sha256_hex;
use crate::model::invoice::Issued;
use crate::model::money::{Currency, Money, MoneyError, parse_plain};
use crate::model::period::Period;
use crate::model::problem::Problem;
use crate::render::reconciliation_json::to_bytes;

/// What takes a credit that is part of what the period itself left.
const CARRIED: &str = "carried";

/// The file's name.
pub(super) const FILE: &str = "credits.json";

/// The documents that are not void.
fn standing<'a>(inputs: &'a Inputs, issued: &'a [Issued]) -> impl Iterator<Item = &'a Issued> {
    issued.iter().filter(|issued| inputs.stands(issued))
}

/// The file of a close with these documents. It is there where nothing was left or taken, too: a
/// close that is made again says that what it had left is not left any more.
///
/// # Errors
/// A sum beyond the exact range.
pub(super) fn render(inputs: &Inputs, derived: &Derived, issued: &[Issued]) -> Result<Vec<u8>, Problem> {
    let left = derived.decisions.iter().filter_map(|(id, disposition)| match disposition {
        Disposition::CreditDue(due) if due.total.is_negative() => {
            Some(Left { customer_id: id.clone(), amount: due.total.negated().plain() })
        }
        _ => None,
    });
    // Of whom nothing is known now, what was sealed stands.
    let kept = inputs.own_credits.iter().flat_map(|sealed| &sealed.left);
    let kept = kept.filter(|left| is_unknown(derived, &left.customer_id)).cloned();
    let mut left: Vec<Left> = left.chain(kept).collect();
    left.sort_by(|a, b| a.customer_id.cmp(&b.customer_id));
    Ok(to_bytes(&Credits {
        schema: "crossfoot/credits/v1".to_owned(),
        currency: derived.reconciliation.currency.code().to_owned(),
        left,
        taken: taken(inputs, derived, issued).map_err(|e| too_large(&e))?,
    }))
}

/// Whether a customer is held, or cannot be invoiced as it is: what it is charged is not settled.
fn is_unknown(derived: &Derived, customer_id: &str) -> bool {
    matches!(derived.decisions.get(customer_id), Some(Disposition::Held(_) | Disposition::Refused(_)))
}

fn taken(inputs: &Inputs, derived: &Derived, issued: &[Issued]) -> Result<Vec<Taken>, MoneyError> {
    let mut sums: BTreeMap<(&str, &str), (Money, &str)> = BTreeMap::new();
    for issued in standing(inputs, issued) {
        for line in &issued.content.lines {
            let Some(from) = &line.detail.carried_from else { continue };
            let zero = Money::zero(line.amount.currency());
            let (sum, _) = sums.entry((&issued.content.customer_id, from)).or_insert((zero, &issued.number));
            *sum = sum.minus(&issued.content.document.owed(line.amount))?;
        }
    }
    for one in inputs.carried.iter().filter(|one| one.missing_in.is_none()) {
        if let Some(Disposition::CreditDue(_)) = derived.decisions.get(&one.customer_id) {
            sums.insert((&one.customer_id, &one.period.name), (one.amount, CARRIED));
        }
    }
    let entry = |((customer_id, period), (sum, by)): ((&str, &str), (Money, &str))| Taken {
        customer_id: customer_id.to_owned(),
        period: period.to_owned(),
        amount: sum.plain(),
        by: by.to_owned(),
    };
    let mut taken: Vec<Taken> = sums.into_iter().filter(|(_, (sum, _))| !sum.is_zero()).map(entry).collect();
    let kept = inputs.own_credits.iter().flat_map(|sealed| &sealed.taken);
    taken.extend(kept.filter(|one| one.by == CARRIED && is_unknown(derived, &one.customer_id)).cloned());
    taken.sort_by(|a, b| (&a.customer_id, &a.period).cmp(&(&b.customer_id, &b.period)));
    Ok(taken)
}

/// Takes what the period's last close sealed of the credits of customers of whom nothing is known
/// now.
///
/// # Errors
/// It is not what was sealed (exit 4).
pub(super) fn keep_own(books: &Books, chain: &Chain, inputs: &mut Inputs, derived: &Derived) -> Result<(), Problem> {
    let Some(event) = chain.of(&inputs.period.name).last() else { return Ok(()) };
    let Some(mut own) = sealed(books, event)? else { return Ok(()) };
    own.left.retain(|left| is_unknown(derived, &left.customer_id));
    own.taken.retain(|taken| taken.by == CARRIED && is_unknown(derived, &taken.customer_id));
    if !own.left.is_empty() || !own.taken.is_empty() {
        inputs.copies.push((OWN_CREDITS_COPY.to_owned(), to_bytes(&own)));
        inputs.own_credits = Some(own);
    }
    Ok(())
}

/// Another sealed period that shares days with this one and that left or took credits: the same
/// ones would be carried twice.
///
/// # Errors
/// A sealed close that is not what it was (exit 4).
pub(super) fn overlapping(books: &Books, chain: &Chain, period: &Period) -> Result<Option<String>, Problem> {
    let last = last_events(chain);
    for (name, event) in last {
        let shares = name != period.name && event.days().is_some_and(|days| days.overlaps(period));
        if shares && sealed(books, event)?.is_some_and(|credits| !credits.left.is_empty() || !credits.taken.is_empty())
        {
            return Ok(Some(name.to_owned()));
        }
    }
    Ok(None)
}

/// What is left of the credits of the periods that ended before this one, oldest first, beside
/// what this one took itself; and what was taken elsewhere of credits that are not there.
///
/// # Errors
/// A sealed close that is not what it was (exit 4).
pub(super) fn before(books: &Books, chain: &Chain, period: &Period) -> Result<Vec<Carried>, Problem> {
    let last = last_events(chain);
    let closed: BTreeMap<&str, Period> = last.iter().filter_map(|(name, event)| Some((*name, event.days()?))).collect();
    let mut sums: BTreeMap<(String, String), (Money, Option<String>)> = BTreeMap::new();
    let mut enter = |key: (String, String), amount: Money, taker: Option<&str>| -> Result<(), Problem> {
        let (sum, last_taker) = sums.entry(key).or_insert((Money::zero(amount.currency()), None));
        *sum = sum.plus(&amount).map_err(|e| too_large(&e))?;
        *last_taker = taker.map(str::to_owned).or(last_taker.take());
        Ok(())
    };
    for (name, event) in last.iter().filter(|(name, _)| **name != period.name) {
        let Some(credits) = sealed(books, event)? else { continue };
        let unread = |what: String| changed(name).because(what);
        let currency = Currency::parse(&credits.currency).map_err(|e| unread(e.to_string()))?;
        let money = |text: &str| {
            parse_plain(text).map(|amount| Money::new(amount, currency)).map_err(|e| unread(e.to_string()))
        };
        for left in credits.left {
            enter(((*name).to_owned(), left.customer_id), money(&left.amount)?, None)?;
        }
        for taken in credits.taken {
            enter((taken.period, taken.customer_id), money(&taken.amount)?.negated(), Some(name))?;
        }
    }
    let is_before = |name: &str| closed.get(name).filter(|of| of.to < period.from).cloned();
    let mut carried: Vec<Carried> = sums
        .into_iter()
        .filter(|(_, (sum, _))| !sum.is_zero())
        .filter_map(|((name, customer_id), (sum, taker))| {
            let (amount, missing_in) = if sum.is_negative() { (sum.negated(), taker) } else { (sum, None) };
            Some(Carried { period: is_before(&name)?, customer_id, amount, missing_in })
        })
        .collect();
    carried.sort_by(|a, b| {
        (a.period.to, &a.period.name, &a.customer_id).cmp(&(b.period.to, &b.period.name, &b.customer_id))
    });
    Ok(carried)
}

/// What the last close of a period sealed of credits; None where it sealed nothing of them.
fn sealed(books: &Books, event: &Event) -> Result<Option<Credits>, Problem> {
    let manifest = manifest::sealed_by(books, event)?;
    let Some(entry) = manifest.files.iter().find(|entry| entry.path == FILE) else { return Ok(None) };
    let bytes = read_file(books.path(format!("closes/{}/{FILE}", event.period))).ok();
    let bytes = bytes.filter(|bytes| sha256_hex(bytes) == entry.sha256).ok_or_else(|| changed(&event.period))?;
    let credits = serde_json::from_slice(&bytes).map_err(|e| changed(&event.period).because(e.to_string()))?;
    Ok(Some(credits))
}

fn changed(period: &str) -> Problem {
    Problem::unverified("sealed-changed", format!("closes/{period}/{FILE} is not what was sealed"))
        .next("restore it from git or a backup: it says which credits are still owed")
        .not_done("Nothing was done.")
}

fn too_large(error: &MoneyError) -> Problem {
    Problem::stop("overflow", "the credits are too large to be added up").because(error.to_string())
}
