//! `crossfoot customers --from-partner`: rows for accounts that `customers.csv` lacks.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::args;
use super::context::Context;
use super::fetch::{Asking, Wanted, begin, obtain};
use super::init::CUSTOMERS_HEADER;
use crate::books::changeset::rewrite;
use crate::books::config;
use crate::books::customers;
use crate::books::layout::{CUSTOMERS, optional};
use crate::books::new_customers::with_rows;
use crate::capture::store::Capture;
use crate::model::problem::{Exit, Problem};
use crate::model::visible::hides;

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    period: &'a str,
    added: Vec<Added<'a>>,
}

#[derive(Serialize)]
struct Added<'a> {
    customer_id: &'a str,
    legal_name: &'a str,
}

/// How many are named on the terminal.
const NAMED: usize = 12;

pub(super) fn run(context: &Context<'_>, args: &args::Customers) -> Result<Exit, Problem> {
    let (config, _) = config::load(&context.books)?;
    let period = args.period.clone().map_or_else(|| context.month_due(config.timezone), Ok)?;
    let nothing = |p: Problem| p.not_done("Nothing was added.");
    let _lock = begin(context, &format!("customers --from-partner --period {}", period.name)).map_err(nothing)?;
    let earlier = optional("customers", &context.books.path(CUSTOMERS))?;
    let known = earlier.as_deref().map(customers::parse).transpose().map_err(nothing)?.unwrap_or_default().0;
    let asking = Asking { config: &config, period: &period, known: known.keys().cloned().collect() };
    let (capture, _) = obtain(context, &asking, Wanted::Any).map_err(nothing)?;
    // One such id would make the whole file unreadable, or run as a formula.
    let folded: BTreeSet<String> = known.keys().map(|id| id.to_lowercase()).collect();
    let is_usable =
        |id: &str| !id.is_empty() && id == id.trim() && is_plain(id) && !folded.contains(&id.to_lowercase());
    let unknown = accounts(&capture).into_iter().filter(|(id, _)| !known.contains_key(id));
    let (mut new, left): (BTreeMap<_, _>, BTreeMap<_, _>) = unknown.partition(|(id, _)| is_usable(id));
    for id in left.keys() {
        context.out.say(&format!("note: the account `{id}` is left out: its id cannot stand in {CUSTOMERS}, or differs from another's by case only"));
    }
    let unusable = new.values_mut().filter(|name| !is_plain(name)).map(std::mem::take).count();
    if !new.is_empty() {
        let bytes = with_rows(earlier.as_deref(), CUSTOMERS_HEADER, &new)?;
        // What was written is what will be read.
        customers::parse(&bytes).map_err(nothing)?;
        rewrite(&context.books.path(CUSTOMERS), &bytes)?;
    }
    let document = Document {
        schema: "crossfoot/customers/v1",
        period: &period.name,
        added: new.iter().map(|(customer_id, legal_name)| Added { customer_id, legal_name }).collect(),
    };
    context.out.result(&text(context, &new, unusable), &document)?;
    Ok(Exit::Done)
}

/// Every account that the partner names, with its name where it states one.
fn accounts(capture: &Capture) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    let listed = capture.analytics.customers.iter().map(|one| (&one.customer_id, one.name.as_ref()));
    let named = capture.analytics.names.iter().map(|(id, name)| (id, Some(name)));
    let asked = capture.matrix.iter().flat_map(|matrix| &matrix.customers).map(|(id, one)| (id, one.name.as_ref()));
    for (id, name) in listed.chain(named).chain(asked) {
        let own = all.entry(id.clone()).or_default();
        if let Some(name) = name.filter(|_| own.is_empty()) {
            name.trim().clone_into(own);
        }
    }
    all
}

/// Whether a name can stand in a file that a spreadsheet opens, and on a document.
fn is_plain(name: &str) -> bool {
    !name.contains(hides) && !name.contains(['\n', '\t']) && !name.starts_with(['=', '+', '-', '@'])
}

fn text(context: &Context<'_>, new: &BTreeMap<String, String>, unusable: usize) -> String {
    if new.is_empty() {
        return format!("{CUSTOMERS} has every account that the partner names.\n");
    }
    let rows = if new.len() == 1 { "1 row".to_owned() } else { format!("{} rows", new.len()) };
    let mut text = format!("Added {rows} to {CUSTOMERS}:\n");
    for (id, name) in new.iter().take(NAMED) {
        text.push_str(format!("  {id}  {name}").trim_end());
        text.push('\n');
    }
    if new.len() > NAMED {
        text.push_str(&format!("  and {} more\n", new.len() - NAMED));
    }
    if unusable > 0 {
        text.push_str(&format!(
            "{unusable} of them without the partner's name, which is a formula or hides characters.\n"
        ));
    }
    text.push_str(&format!(
        "The partner knows no addresses or GSTINs: complete the rows, then see\n  crossfoot doctor{}\n",
        context.same_books()
    ));
    text
}
