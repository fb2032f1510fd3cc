//! `crossfoot resolve --do-not-bill`: writes into the books that a customer is not billed for a
//! period, why, and who decided it.

use super::args;
use super::ask::{Decided, decided};
use super::consequence;
use super::context::Context;
use crate::audit::chain;
use crate::books::changeset::write_apart;
use crate::books::lock::Lock;
use crate::books::resolutions::{self, NOT_BILLED};
use crate::close::inputs::Inputs;
use crate::model::problem::{Exit, Problem, nearest};
use crate::model::resolution::{Decision, Resolution};

pub(super) fn run(context: &Context<'_>, args: &args::Resolve, id: &str) -> Result<Exit, Problem> {
    let period = &args.period;
    let nothing = |problem: Problem| problem.not_done("Nothing was decided.");
    let _lock = Lock::take(&context.books, &format!("resolve --period {}", period.name))?;
    let mut inputs = Inputs::load(&context.books, period).map_err(nothing)?;
    let known = inputs.customers.iter().flat_map(|customers| customers.keys());
    if !known.clone().any(|one| one == id) {
        let near = nearest(id, known.map(String::as_str));
        let hint = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
        return Err(nothing(Problem::usage("arguments", format!("customers.csv has no customer `{id}`{hint}"))));
    }
    let (chain, _) = chain::load(&context.books)?;
    inputs.recall(&context.books, &chain)?;
    if let Some(issued) = inputs.issued.iter().find(|one| one.content.customer_id == id && inputs.stands(one)) {
        let what = format!("{} was issued to {id} for {}, and stands", issued.number, period.name);
        return Err(nothing(
            Problem::usage("arguments", what)
                .next(format!("declare it void first: crossfoot void {} --reason … --by …", issued.number)),
        ));
    }
    let Decided { reason, by, on } = decided(context, args, inputs.config.timezone)?;
    let entry = Resolution {
        finding: NOT_BILLED.to_owned(),
        customers: vec![id.to_owned()],
        direction: None,
        analytics: None,
        ledger: None,
        decision: Decision::DoNotBill,
        reason,
        by,
        on,
    };
    let name = resolutions::file(period);
    let mut entries = inputs.resolutions;
    if let Some(old) = entries.iter().find(|old| old.finding == NOT_BILLED && old.customers == entry.customers) {
        let what = format!("{} decided on {} already not to bill {id}, because {}", old.by, old.on, old.reason);
        return Err(nothing(Problem::usage("arguments", what).next(format!("change the entry in {name}"))));
    }
    entries.push(entry);
    // Read back as a file that was written by hand is.
    let text = resolutions::write(&entries);
    resolutions::parse(text.as_bytes(), "the decision").map_err(nothing)?;
    let follows = consequence::of(context, period, &entries, &[id.to_owned()])?;
    write_apart(&context.books.path("resolutions"), &[(&format!("{}.toml", period.name), text.into_bytes())])?;
    let document = serde_json::json!({
        "schema": "crossfoot/resolve/v1",
        "customer_id": id,
        "decision": Decision::DoNotBill.words(),
        "file": name,
        "follows": follows,
    });
    let told: String = follows.iter().flatten().map(ToString::to_string).collect();
    let text = format!(
        "Decided: {id} is not billed for {}. Written to {name}; take the entry out to bill it after all.\n{told}Next: crossfoot close --period {}{}\n",
        period.name,
        period.name,
        context.same_books()
    );
    context.out.result(&text, &document)?;
    Ok(Exit::Done)
}
