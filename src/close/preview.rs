//! A close before it is made: beside the last closed period, with what its documents will lack
//! and what a person is asked before they are issued. Pure.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::recapture;
use super::seal::Plan;
use crate::audit::chain::Chain;
use crate::bill::charges::Disposition;
use crate::books::config::Regime;
use crate::model::invoice::{Charge, Document, Draft};
use crate::model::mailbox;
use crate::model::money::{Currency, Money, MoneyError, parse_plain, times, total};
use crate::model::particulars::Changed;
use crate::model::period::Period;
use crate::model::problem::Problem;
use crate::model::registration;
use crate::model::rounding::{LINE_ROUNDING, ratio};
use crate::render::structured;

/// Beside what earlier close it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Last {
    /// The period.
    pub period: Period,
    /// What stands of its documents, by customer, notes taken off.
    totals: BTreeMap<String, Money>,
}

/// How a customer moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moved {
    /// It had nothing in the last period.
    New,
    /// It has nothing in this one.
    Gone,
    /// By so many per cent, with one decimal.
    By(Decimal),
}

/// A customer whose total is not what it usually is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Whose.
    pub customer_id: String,
    /// Its documents of the last period.
    pub was: Option<Money>,
    /// Its documents of this one, those to come included.
    pub now: Option<Money>,
    /// How it moved.
    pub moved: Moved,
}

/// What documents to come will not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lack {
    /// What.
    pub what: String,
    /// Where it is written.
    pub next: &'static str,
    /// Whose documents lack it.
    pub customers: BTreeSet<String>,
}

/// What a person is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    /// What is unusual, in a sentence.
    pub text: String,
    /// Whether a script's exit code tells it, too; a first close is only said.
    pub for_scripts: bool,
}

/// What is known before anything is issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Preview {
    /// The last closed period of about this length; None where there is none.
    pub last: Option<Last>,
    /// Customers that moved against it, by id.
    pub changes: Vec<Change>,
    /// What documents will lack.
    pub lacks: Vec<Lack>,
    /// What is unusual.
    pub questions: Vec<Question>,
}

/// How many customers a question names.
const NAMED: usize = 5;

impl Preview {
    /// Looks at a plan.
    ///
    /// # Errors
    /// A sum beyond the exact range.
    pub(crate) fn of(plan: &Plan) -> Result<Self, Problem> {
        Self::looked_at(plan)
            .map_err(|e| Problem::stop("overflow", "what is to be issued cannot be added up").because(e.to_string()))
    }

    fn looked_at(plan: &Plan) -> Result<Self, MoneyError> {
        let currency = plan.derived.reconciliation.currency;
        let last = last(&plan.chain, &plan.inputs.period, currency)?;
        let changes = match &last {
            Some(last) => changes(plan, last)?,
            None => Vec::new(),
        };
        let questions = questions(plan, last.as_ref(), &changes)?;
        Ok(Self { last, changes, lacks: lacks(plan), questions })
    }
}

impl Last {
    /// All of it.
    ///
    /// # Errors
    /// A sum beyond the exact range.
    pub(crate) fn total(&self, currency: Currency) -> Result<Money, MoneyError> {
        total(currency, self.totals.values())
    }
}

/// What stands of the last closed period, where it is about as long as this one: a week and a
/// month have nothing to say to each other.
fn last(chain: &Chain, period: &Period, currency: Currency) -> Result<Option<Last>, MoneyError> {
    let Some(closed) = recapture::last_closed(chain, period) else { return Ok(None) };
    let days = |period: &Period| (period.to - period.from).num_days();
    if (days(&closed) - days(period)).abs() > 3 {
        return Ok(None);
    }
    let void: BTreeSet<&str> = chain.voided().map(|void| void.number.as_str()).collect();
    let mut totals: BTreeMap<String, Money> = BTreeMap::new();
    let standing = chain.issued_in(&closed.name).filter(|entry| !void.contains(entry.number.as_str()));
    for entry in standing.filter(|entry| entry.currency == currency.code()) {
        let kind = Document::parse(&entry.document).unwrap_or_default();
        let amount = kind.owed(Money::new(parse_plain(&entry.total)?, currency));
        let sum = totals.entry(entry.customer_id.clone()).or_insert_with(|| Money::zero(currency));
        *sum = sum.plus(&amount)?;
    }
    Ok((!totals.is_empty()).then_some(Last { period: closed, totals }))
}

/// Customers that are new, gone, or moved by more than the settings call usual.
fn changes(plan: &Plan, last: &Last) -> Result<Vec<Change>, MoneyError> {
    let currency = plan.derived.reconciliation.currency;
    let before = plan.inputs.issued.iter().filter(|issued| plan.inputs.stands(issued));
    let mut now: BTreeMap<&str, Money> = BTreeMap::new();
    for draft in before.map(|issued| &issued.content).chain(&plan.due) {
        let sum = now.entry(&draft.customer_id).or_insert_with(|| Money::zero(currency));
        *sum = sum.plus(&draft.document.owed(draft.total))?;
    }
    let everybody: BTreeSet<&str> = last.totals.keys().map(String::as_str).chain(now.keys().copied()).collect();
    let mut changes = Vec::new();
    for id in everybody {
        let (was, is) = (last.totals.get(id).copied(), now.get(id).copied());
        let moved = match (was, is) {
            (None, _) => Some(Moved::New),
            // Who is held, or is not to be billed, is told as that.
            (Some(_), None) => match plan.derived.decisions.get(id) {
                None | Some(Disposition::Nothing) => Some(Moved::Gone),
                Some(_) => None,
            },
            (Some(was), Some(is)) => moved(was, is, plan.inputs.config.invoicing.unusual_percent)?.map(Moved::By),
        };
        changes.extend(moved.map(|moved| Change { customer_id: id.to_owned(), was, now: is, moved }));
    }
    Ok(changes)
}

/// By how many per cent an amount moved, where that is at least `usual`.
fn moved(was: Money, now: Money, usual: Decimal) -> Result<Option<Decimal>, MoneyError> {
    let by = now.minus(&was)?.amount();
    if was.is_zero() || times(by.abs(), Decimal::ONE_HUNDRED)? < times(was.amount().abs(), usual)? {
        return Ok(None);
    }
    Ok(ratio(times(by, Decimal::ONE_HUNDRED)?, was.amount().abs(), 1, LINE_ROUNDING))
}

/// A per cent figure with its sign: `+100 %`.
pub(crate) fn per_cent(by: Decimal) -> String {
    let sign = if by.is_sign_negative() { "-" } else { "+" };
    format!("{sign}{} %", by.abs().normalize())
}

/// Ids in a row, not more than a sentence has room for.
pub(crate) fn some_of<'a>(ids: impl ExactSizeIterator<Item = &'a str>) -> String {
    let many = ids.len();
    let named: Vec<&str> = ids.take(NAMED).collect();
    let beyond = many.saturating_sub(named.len());
    let more = if beyond == 0 { String::new() } else { format!(" and {beyond} more") };
    format!("{}{more}", named.join(", "))
}

/// What a person is asked about before anything is issued.
fn questions(plan: &Plan, last: Option<&Last>, changes: &[Change]) -> Result<Vec<Question>, MoneyError> {
    let currency = plan.derived.reconciliation.currency;
    let mut questions = Vec::new();
    let sum = |drafts: &[&Draft]| {
        let amounts: Vec<Money> = drafts.iter().map(|draft| draft.document.owed(draft.total)).collect();
        total(currency, &amounts)
    };
    if plan.chain.events.is_empty() && !plan.due.is_empty() {
        let all: Vec<&Draft> = plan.due.iter().collect();
        let text =
            format!("This is the first close of these books: {} over {}.", documents(all.len()), sum(&all)?.display());
        questions.push(Question { text, for_scripts: false });
    }
    let changed: Vec<&Changed> = plan.inputs.changed.iter().filter(|one| one.field != Changed::CHARGE).collect();
    if let Some(first) = changed.first() {
        let told = |one: &Changed| match &one.customer_id {
            Some(id) => format!("{id}'s {}", one.words()),
            None => one.words(),
        };
        let changed: Vec<String> = changed.iter().map(|one| told(one)).collect();
        let text = format!(
            "Particulars were changed since the close of {}: {}.",
            first.since,
            some_of(changed.iter().map(String::as_str))
        );
        questions.push(Question { text, for_scripts: false });
    }
    for (kind, name) in [(Document::CreditNote, "credit note"), (Document::DebitNote, "debit note")] {
        let notes: Vec<&Draft> = plan.due.iter().filter(|draft| draft.document == kind).collect();
        if !notes.is_empty() {
            let s = if notes.len() == 1 { "" } else { "s" };
            let whose = some_of(notes.iter().map(|note| note.customer_id.as_str()));
            let text = format!("{} {name}{s} over {}: {whose}.", notes.len(), sum(&notes)?.display());
            questions.push(Question { text, for_scripts: true });
        }
    }
    let invoiced: BTreeSet<&str> = plan
        .due
        .iter()
        .filter(|draft| draft.document == Document::Invoice)
        .map(|draft| draft.customer_id.as_str())
        .collect();
    let far: Vec<String> = changes
        .iter()
        .filter(|change| invoiced.contains(change.customer_id.as_str()))
        .filter_map(|change| match change {
            Change { moved: Moved::By(by), was: Some(was), now: Some(now), customer_id } => {
                Some(format!("{customer_id} {} ({} after {})", per_cent(*by), now.display(), was.display()))
            }
            _ => None,
        })
        .collect();
    if let (Some(last), false) = (last, far.is_empty()) {
        let many = if far.len() == 1 { "1 customer".to_owned() } else { format!("{} customers", far.len()) };
        let moved = some_of(far.iter().map(String::as_str));
        let usual = plan.inputs.config.invoicing.unusual_percent.normalize();
        let text = format!("{many} moved by {usual} % or more against {}: {moved}.", last.period.name);
        questions.push(Question { text, for_scripts: true });
    }
    Ok(questions)
}

fn documents(many: usize) -> String {
    if many == 1 { "1 document".to_owned() } else { format!("{many} documents") }
}

/// Whether an annex is wanted of an invoice of calls, and the partner's answers have no days of it.
fn lacks_days(plan: &Plan, draft: &Draft) -> bool {
    let mut usage = draft.lines.iter().filter(|line| line.charge == Charge::Usage);
    plan.inputs.config.invoicing.has_annex
        && draft.document == Document::Invoice
        && usage.any(|line| line.detail.days.is_empty())
}

/// The invoices to come that will have no annex although one is wanted, in a sentence.
pub(crate) fn without_annex(plan: &Plan) -> Option<String> {
    let whose: BTreeSet<&str> =
        plan.due.iter().filter(|draft| lacks_days(plan, draft)).map(|draft| draft.customer_id.as_str()).collect();
    (!whose.is_empty()).then(|| {
        format!(
            "[invoice] usage_annex: no days are printed where the calls were not captured one by one ([upstream] matrix = \"cdr-rows\"): {}.",
            some_of(whose.into_iter())
        )
    })
}

/// What documents to come will not say.
fn lacks(plan: &Plan) -> Vec<Lack> {
    let mut found: Vec<Lack> = Vec::new();
    let mut add = |what: &str, next: &'static str, draft: &Draft| {
        let id = draft.customer_id.clone();
        match found.iter_mut().find(|lack| lack.what == what) {
            Some(lack) => drop(lack.customers.insert(id)),
            None => found.push(Lack { what: what.to_owned(), next, customers: [id].into() }),
        }
    };
    let invoicing = &plan.inputs.config.invoicing;
    // An undertaking that is lacking is a finding: nothing is issued without it.
    let is_gst = matches!(invoicing.regime, Regime::Gst(_));
    for draft in &plan.due {
        let payment = &draft.payment;
        if draft.document != Document::CreditNote && payment.account_number.is_none() && !payment.has_upi() {
            add("bank details: where to pay", "[seller] account_number, bank, bank_code, or upi", draft);
        }
        for (what, setting) in payment.wrong(is_gst) {
            add(&what, setting, draft);
        }
        if is_gst && (draft.seller.city.is_none() || draft.seller.pin.is_none()) {
            add("the seller's city and PIN", "[seller] city, pin", draft);
        }
        if draft.buyer.city.is_none() {
            add("the customer's city", "column city of customers.csv", draft);
        }
        if registration::is_needed(draft)
            && let Some(why) = structured::without_inv01(draft)
        {
            add(&format!("INV-01 for the registration portal: {why}"), "what it names", draft);
        }
        if lacks_days(plan, draft) {
            add("the usage by day: its calls were not captured one by one", "[upstream] matrix = \"cdr-rows\"", draft);
        }
        let is_mailable = |email: &String| mailbox::parse_list(email).is_ok_and(|all| !all.is_empty());
        if !draft.buyer.email.as_ref().is_some_and(is_mailable) {
            add("an e-mail address: it cannot be mailed", "column email of customers.csv", draft);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moved_so_far_is_told_exactly_at_the_limit() {
        let of = |text: &str| Money::new(parse_plain(text).unwrap(), Currency::INR);
        let by = |was: &str, now: &str| moved(of(was), of(now), Decimal::from(50)).unwrap().map(per_cent);
        assert_eq!(by("200.00", "299.99"), None);
        assert_eq!(by("200.00", "300.00"), Some("+50 %".into()));
        assert_eq!(by("300.00", "150.00"), Some("-50 %".into()));
        assert_eq!(by("300.00", "0.00"), Some("-100 %".into()));
        assert_eq!(by("-100.00", "100.00"), Some("+200 %".into()));
        assert_eq!(by("3.00", "5.00"), Some("+66.7 %".into()));
        assert_eq!(by("0.00", "5.00"), None);
    }

    #[test]
    fn a_sentence_names_a_few() {
        assert_eq!(some_of(["A", "B"].into_iter()), "A, B");
        assert_eq!(some_of(["A", "B", "C", "D", "E", "F", "G"].into_iter()), "A, B, C, D, E and 2 more");
    }
}
