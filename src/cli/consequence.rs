//! What a decision comes to, told before it is written: the document of each customer that
//! it is about, line by line with tax.

use serde::Serialize;

use super::context::Context;
use crate::audit::chain;
use crate::bill::charges::Disposition;
use crate::bill::dating::Dating;
use crate::capture::store;
use crate::close::derive::derive;
use crate::close::inputs::Inputs;
use crate::close::ledgers::open_ledgers;
use crate::model::invoice::Draft;
use crate::model::money::Money;
use crate::model::period::Period;
use crate::model::problem::Problem;
use crate::model::resolution::Resolution;

/// What becomes of one customer.
#[derive(Debug, Serialize)]
pub(super) struct Consequence {
    pub(super) customer_id: String,
    /// `invoice`, `credit-note`, `debit-note`; None where no document follows.
    document: Option<&'static str>,
    lines: Vec<Part>,
    taxes: Vec<Part>,
    total: Option<String>,
    /// Why there is no document.
    why: Option<String>,
    #[serde(skip)]
    display: String,
}

#[derive(Debug, Serialize)]
struct Part {
    description: String,
    amount: String,
}

impl Consequence {
    fn none(id: &str, why: String) -> Self {
        let (customer_id, display) = (id.to_owned(), format!("  {id}: {why}\n"));
        Self { customer_id, document: None, lines: Vec::new(), taxes: Vec::new(), total: None, why: Some(why), display }
    }

    fn of(draft: &Draft) -> Self {
        let mut display = format!("  {}: {}\n", draft.customer_id, draft.document.name().replace('-', " "));
        let mut part = |description: String, amount: &Money| {
            display.push_str(&format!("    {description:<48} {:>16}\n", amount.display()));
            Part { description, amount: amount.plain() }
        };
        let lines = draft.lines.iter().map(|line| part(line.description.clone(), &line.amount)).collect();
        let taxes = draft.taxes.iter().map(|tax| part(format!("{} {} %", tax.kind, tax.rate), &tax.amount)).collect();
        part("total".to_owned(), &draft.total);
        Self {
            customer_id: draft.customer_id.clone(),
            document: Some(draft.document.name()),
            lines,
            taxes,
            total: Some(draft.total.plain()),
            why: None,
            display,
        }
    }
}

impl std::fmt::Display for Consequence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.display)
    }
}

/// What the next close would do with these customers if these were all decisions. None where
/// nothing was captured yet.
///
/// # Errors
/// As a comparison: files that cannot be read.
pub(super) fn of(
    context: &Context<'_>,
    period: &Period,
    decisions: &[Resolution],
    customers: &[String],
) -> Result<Option<Vec<Consequence>>, Problem> {
    let mut inputs = Inputs::load(&context.books, period)?;
    let Some(capture) = store::load(&context.books, period)? else { return Ok(None) };
    inputs.receive(capture);
    let (chain, _) = chain::load(&context.books)?;
    inputs.recall(&context.books, &chain)?;
    let now = context.environment.clock()?();
    let day = now.with_timezone(&inputs.config.timezone).date_naive();
    inputs.date(Dating { day, is_named: false }, &chain);
    inputs.resolutions = decisions.to_vec();
    let derived = derive(&inputs, open_ledgers(&context.books, &inputs.config.ledger_for(period))?)?;
    let consequence = |id: &String| {
        let served = inputs.issued.iter().find(|issued| issued.content.customer_id == *id && inputs.stands(issued));
        match (derived.corrections.get(id), served, derived.decisions.get(id)) {
            (Some(note), ..) => Consequence::of(note),
            (None, Some(issued), _) => Consequence::none(id, format!("{} stays as it was issued", issued.number)),
            (None, None, Some(Disposition::Bill(draft))) => Consequence::of(draft),
            (None, None, Some(Disposition::Held(why))) => Consequence::none(id, format!("stays held ({why})")),
            (None, None, Some(Disposition::NotBilled(why))) => Consequence::none(id, why.clone()),
            (None, None, Some(Disposition::Refused(refusal))) => Consequence::none(id, refusal.why.clone()),
            (None, None, Some(Disposition::CreditDue(due))) => {
                Consequence::none(id, format!("no invoice: its credits exceed its charges ({})", due.total.display()))
            }
            (None, None, Some(Disposition::Nothing) | None) => Consequence::none(id, "nothing is billed".to_owned()),
        }
    };
    Ok(Some(customers.iter().map(consequence).collect()))
}
