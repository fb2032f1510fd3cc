//! Posted to the wrong customer: one has too much by what another has too little.

use crate::reconcile::check::{Check, Look};
use crate::reconcile::explain::{Candidate, Context, Pattern, Preference, Sink, States, Telling, Who, Words};

/// Looked for between two differences.
pub(crate) static CHECK: Check =
    Check { code: "customer-swap", page: include_str!("customer_swap.md"), look: Look::Candidates(candidates) };

/// With so many differences, only those that mirror each other are held against each other.
const MANY: usize = 200;

/// A row of that amount stands at the one with too much.
static ROW: Pattern = Pattern { name: "row", preference: Preference::RowMirrored, ..BASE };

/// No row does; all of the difference has moved.
static MOVED: Pattern = Pattern { name: "moved", preference: Preference::Moved, ..BASE };

const BASE: Pattern = Pattern { alone: Some(words), states: States::Whole, ..Pattern::BASE };

fn words(t: &Telling<'_>) -> Words {
    let name = |at: usize| match &t.all[at].who {
        Who::Customer(id) => t.cx.called(id),
        _ => "a customer whom the partner does not list".to_owned(),
    };
    let (more, less) = match t.fit.differences.as_slice() {
        [a, b] if t.all[*a].amount > t.all[*b].amount => (name(*a), name(*b)),
        [a, b] => (name(*b), name(*a)),
        _ => (t.whom.clone(), t.whom.clone()),
    };
    let much = t.size();
    let what = match t.row() {
        Some(_) => {
            format!("{} ({}, {}{}) posts {much} to {more} that {less} lacks", t.at(), t.way(), t.day(), t.under())
        }
        None => format!("{more} has {much} too much, and {less} lacks exactly that"),
    };
    (format!("The ledger has the wrong customer: {what}."), format!("Look whose it is, and post it to {less}."))
}

/// A row of the amount in question at the customer with too much, or all of the difference.
fn candidates(context: &Context<'_>, sink: &mut Sink<'_>) {
    if context.target == 0 {
        return;
    }
    let slack = context.slack_of_total();
    // Where they are many, only those that mirror it.
    let many = context.all.len() > MANY;
    let sizes = if many { Some(vec![[context.target.abs(); 2]]) } else { sink.sizes() };
    let mut others: Vec<usize> = match sizes {
        // Those that may have the effect.
        Some(sizes) => {
            sizes.iter().flat_map(|[least, most]| about(context, [least - 2 * slack, most + 2 * slack])).collect()
        }
        None => (0..context.all.len()).collect(),
    };
    others.sort_unstable();
    others.dedup();
    for index in others.into_iter().filter(|index| *index != context.index) {
        let other = &context.all[index];
        let theirs = context.units(other.amount);
        if theirs.abs() <= slack || (theirs > 0) == (context.target > 0) {
            continue;
        }
        // The rows lie where the ledger says more. Where both have no other difference, it is
        // the whole of both; otherwise it is the whole of the other's.
        let mirrored = (theirs + context.target).abs() <= 2 * slack;
        let holder = if context.target > 0 { context.at } else { other };
        let rows = context.known.of_amount([theirs.abs() - slack, theirs.abs() + slack], context.scale);
        let rows = rows.filter(|row| holder.concerns(&row.customer_id));
        let mut any = false;
        for row in rows {
            any = true;
            let preference = if mirrored { Preference::RowMirrored } else { Preference::RowElsewhere };
            let effect = -theirs.signum() * context.amount(row).abs();
            sink.row(row, effect, Candidate { preference, other: Some(index), ..Candidate::of(&ROW) });
        }
        if !any && mirrored && stays_in_direction(context) {
            // Every other one of about this size could have been its mirror.
            let tries = about(context, [context.target.abs() / 2, 2 * context.target.abs()]).count() as u64;
            let tries = tries.saturating_mul(context.width(2 * slack));
            sink.take(Candidate { other: Some(index), tries, ..Candidate::of(&MOVED) });
        }
    }
}

/// Whether the directions are as they are where only customers were exchanged: what moved from one
/// to another stayed in its direction. With more than two differences that is not known.
fn stays_in_direction(context: &Context<'_>) -> bool {
    let gaps = context.cx.directions.iter().filter_map(|line| line.sides.difference);
    let largest = gaps.map(|gap| context.units(gap.amount()).abs()).max().unwrap_or(0);
    context.all.len() > 2 || 2 * largest <= context.target.abs().max(2 * context.room_by_direction())
}

/// The differences of these sizes, from and to, that have the other sign.
fn about(context: &Context<'_>, [least, most]: [i128; 2]) -> impl Iterator<Item = usize> {
    let span = if context.target > 0 { [-most, -least] } else { [least, most] };
    let [least, most] = span.map(|units| context.money(units).amount());
    context.known.differences_of(least, most)
}
