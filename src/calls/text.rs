//! What the terminal shows of a comparison of calls: the totals, a line a cause with its
//! money, whose calls they are, and the bridge from one total to the other. 80 columns.

use std::collections::BTreeMap;

use super::compare::{Comparison, SideRead};
use super::intake::Counted;
use super::outcome::{Both, Cause, Group, Key, shown};
use super::record::{Record, Side, UNSTATED};
use crate::model::money::{Money, grouped_count};
use crate::model::usage::Direction;
use crate::render::text::{Paint, wrap};

/// Groups that are shown of a cause, unless all are asked for.
const GROUPS: usize = 6;
/// Causes of which an example is shown.
const EXAMPLES: usize = 6;
/// Bad rows that are shown.
const BAD: usize = 10;

/// The comparison for a person; `all` shows every group.
#[must_use]
pub(crate) fn text(c: &Comparison, paint: &dyn Paint, all: bool) -> String {
    let totals = c.totals();
    let difference = c.difference(&totals);
    let headline = if c.agrees() {
        paint.good(&format!("Calls agree · {} · {}", c.period.name, c.currency))
    } else {
        paint.bad(&format!("Calls differ by {} · {} · {}", difference.display_signed(), c.period.name, c.currency))
    };
    let mut out = format!("{headline}\n");
    for side in &c.sides {
        let who = if std::ptr::eq(side, &c.sides[0]) { "partner" } else { "ours" };
        out.push_str(&format!("{who:<9}{}\n", side.name));
    }
    let head = format!("  {:<22}{:>11}{:>15}{:>15}{:>15}", "", "calls", "partner", "ours", "difference");
    out.push_str(&format!("\n{}\n", paint.faint(&head)));
    let mut agreed: Both = Default::default();
    for part in c.agreed.iter().chain([&c.repeated]) {
        add(&mut agreed, part);
    }
    out.push_str(&line(c, "  agree", &agreed));
    for (cause, groups) in causes(c) {
        let mut both: Both = Default::default();
        groups.iter().for_each(|(_, group)| add(&mut both, &group.both));
        out.push_str(&paint.bad(line(c, &format!("  {}", cause.name()), &both).trim_end_matches('\n')));
        out.push('\n');
        let shown = if all { groups.len() } else { GROUPS };
        for (key, group) in groups.iter().take(shown) {
            let what = whose(c, key, group);
            if what.chars().count() > 18 {
                out.push_str(&format!("{}\n{}", wrap(&what, "      "), line(c, "", &group.both)));
            } else {
                out.push_str(&line(c, &format!("      {what}"), &group.both));
            }
        }
        if groups.len() > shown {
            out.push_str(&format!("      and {} more (-v shows all)\n", groups.len() - shown));
        }
    }
    out.push_str(&line(c, "  total", &totals));
    out.push_str(&examples(c));
    out.push_str(&facts(c, paint));
    out
}

/// Groups by cause, the largest first.
fn causes(c: &Comparison) -> Vec<(Cause, Vec<&(Key, Group)>)> {
    let mut order: Vec<Cause> = Vec::new();
    let mut by: BTreeMap<Cause, Vec<&(Key, Group)>> = BTreeMap::new();
    for group in &c.groups {
        let cause = group.0.cause;
        if !order.contains(&cause) {
            order.push(cause);
        }
        by.entry(cause).or_default().push(group);
    }
    order.into_iter().map(|cause| (cause, by.remove(&cause).unwrap_or_default())).collect()
}

fn add(sum: &mut Both, part: &Both) {
    for (sum, part) in sum.iter_mut().zip(part) {
        sum.calls += part.calls;
        // The same additions have been proven to fit by the comparison.
        let _ = sum.cost.add_units(part.cost.mantissa(), part.cost.scale());
    }
}

fn line(c: &Comparison, what: &str, both: &Both) -> String {
    let money = |sum: &Counted| if sum.calls == 0 { "–".to_owned() } else { c.money(&sum.cost).display() };
    let calls = both[0].calls.max(both[1].calls);
    format!(
        "{what:<24}{:>11} {:>14} {:>14} {:>14}\n",
        grouped_count(calls, c.currency),
        money(&both[0]),
        money(&both[1]),
        c.difference(both).display_signed()
    )
}

fn whose(c: &Comparison, key: &Key, group: &Group) -> String {
    let way = Direction::ALL.get(usize::from(key.direction)).map_or("", |way| way.name());
    let called = prefix(group).map_or_else(String::new, |prefix| format!("to {prefix}…"));
    let parts = [c.names.name(key.customer), way, &key.detail, &called];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "no customer stated".to_owned() } else { parts.join(" ") }
}

/// What the called numbers of a group begin with, where it says something and shows nobody.
pub(crate) fn prefix(group: &Group) -> Option<&str> {
    let calls = group.both[0].calls.max(group.both[1].calls);
    let prefix = group.prefix.as_deref().filter(|prefix| prefix.len() >= 4 && calls >= 3)?;
    prefix.get(..prefix.len().min(6))
}

/// The call of each cause that matters most, as it stands on either side.
fn examples(c: &Comparison) -> String {
    let mut out = String::new();
    for (cause, groups) in causes(c).into_iter().take(EXAMPLES) {
        let Some((_, example)) = groups.first().and_then(|(_, group)| group.examples.first()) else { continue };
        if out.is_empty() {
            out.push('\n');
        }
        out.push_str(&format!("  {}, for one:\n", cause.name()));
        for (side, record) in Side::BOTH.into_iter().zip(example) {
            if let Some(record) = record {
                out.push_str(&format!("{}\n", wrap(&call(c, side, record), "      ")));
            }
        }
    }
    out
}

fn call(c: &Comparison, side: Side, record: &Record) -> String {
    let (file, row) = c.sides[side as usize].intake.place(record);
    let mut parts = vec![format!("{}, row {row}", file.unwrap_or(side.name()))];
    parts.extend(Some(record.id.shown()).filter(|id| !id.is_empty()));
    parts.push(moment(c, record));
    parts.extend(
        (record.from.is_some() || record.to.is_some())
            .then(|| format!("{} to {}", record.from.masked(), record.to.masked())),
    );
    parts.extend((record.seconds() != UNSTATED).then(|| format!("{} s", record.seconds())));
    let foreign = record.has(super::record::FOREIGN);
    parts.push(if foreign {
        format!("{} in another currency", record.cost())
    } else {
        Money::new(record.cost(), c.currency).display()
    });
    parts.join(", ")
}

/// When a call began, by the books' clock.
pub(crate) fn moment(c: &Comparison, record: &Record) -> String {
    let utc = chrono::DateTime::from_timestamp(record.start, 0).unwrap_or_default();
    let form = if record.has(super::record::DAY) { "%F" } else { "%F %T" };
    utc.with_timezone(&c.timezone).format(form).to_string()
}

/// How calls were matched, and what was not compared.
fn facts(c: &Comparison, paint: &dyn Paint) -> String {
    let count = |n: u64| grouped_count(n, c.currency);
    let mut lines = Vec::new();
    let [by_id, by_number, shifted] = &c.agreed;
    lines.push(format!(
        "Agreeing calls were matched by id ({}){}.",
        count(by_id[0].calls.max(by_id[1].calls)),
        if c.compared == [0, 0] {
            ", and by nothing else: no column of numbers is on both sides".to_owned()
        } else {
            format!(
                ", and by numbers ({}), start (± {} s) and duration (± {} s, or one rounded up to 6, 15, 30 or 60 s) ({}; with a shift of clocks {})",
                numbers(c),
                c.limits.start_seconds,
                c.limits.duration_seconds,
                count(by_number[0].calls),
                count(shifted[0].calls)
            )
        }
    ));
    for (seconds, calls) in c.shifts.iter().take(3).filter(|(_, calls)| *calls >= 3) {
        lines.push(format!(
            "Clocks: in {} calls ours says {} against the partner's start{}.",
            count(*calls),
            shown(*seconds),
            if seconds % 1_800 == 0 {
                "; if a whole file is written in another time zone, say which: --timezone, --partner-timezone"
            } else {
                ""
            }
        ));
    }
    if c.far > 0 {
        lines.push(format!("{} calls of one id begin more than 15 h apart.", count(c.far)));
    }
    if c.repeated[0].calls > 0 {
        lines.push(format!(
            "Both sides repeat {} rows of ids that they have already, {}: they agree, and are billed twice.",
            count(c.repeated[0].calls),
            c.money(&c.repeated[0].cost).display()
        ));
    }
    if !c.names.are_comparable && c.sides.iter().all(|side| side.intake.accounts.values().any(|name| !name.is_empty()))
    {
        lines.push("Whose calls they are was not compared: the sides share no customer's name.".to_owned());
    }
    for (who, side) in ["Partner", "Ours"].into_iter().zip(&c.sides) {
        lines.extend(rows(c, who, side));
    }
    let lines: Vec<String> = lines.iter().map(|line| wrap(line, "  ")).collect();
    format!("\n{}\n{}", lines.join("\n"), unread(c, paint))
}

/// What was read of a side and what of it is not compared.
fn rows(c: &Comparison, who: &str, side: &SideRead) -> Vec<String> {
    let count = |n: u64| grouped_count(n, c.currency);
    let mut lines = Vec::new();
    let intake = &side.intake;
    let mut parts = vec![format!("{} rows read, {} compared", count(intake.read), count(side.total.calls))];
    if intake.outside.calls > 0 {
        parts.push(format!(
            "{} outside of the period ({})",
            count(intake.outside.calls),
            c.money(&intake.outside.cost).display()
        ));
    }
    for (code, sum) in &intake.foreign {
        parts.push(format!("{} in {code} ({})", count(sum.calls), sum.cost.total().unwrap_or_default()));
    }
    if intake.again.calls > 0 {
        parts.push(format!(
            "{} delivered twice and counted once ({})",
            count(intake.again.calls),
            c.money(&intake.again.cost).display()
        ));
    }
    if intake.aside > 0 {
        parts.push(format!("{} empty or totals", count(intake.aside)));
    }
    if intake.rejected > 0 {
        parts.push(format!("{} that cannot be read", count(intake.rejected)));
    }
    lines.push(format!("{who}: {}.", parts.join(", ")));
    if intake.cut_numbers > 0 {
        lines.push(format!(
            "{who}: {} numbers have lost digits in a spreadsheet (9.19877E+11), and match nothing.",
            count(intake.cut_numbers)
        ));
    }
    if let Some(order) = side.how.date_order {
        lines.push(format!("{who}: dates are read {} (day, month, year), as that way they fall in the period; --date-order says otherwise.", order.name()));
    }
    lines
}

/// What is not there or cannot be read.
fn unread(c: &Comparison, paint: &dyn Paint) -> String {
    let mut out = String::new();
    for gap in &c.not_captured {
        out.push_str(&format!("{}\n", paint.bad(&wrap(&format!("not captured: {gap}"), "  "))));
    }
    for side in &c.sides {
        for bad in side.intake.bad.iter().take(BAD) {
            let file = if bad.file.is_empty() { &side.name } else { &bad.file };
            let column = if bad.column.is_empty() { String::new() } else { format!(", column {}", bad.column) };
            out.push_str(&format!(
                "{}\n",
                paint.bad(&wrap(&format!("{file}, row {}{column}: {}", bad.line, bad.why), "  "))
            ));
        }
        let more = side.intake.rejected.saturating_sub(BAD as u64);
        if more > 0 {
            out.push_str(&format!("  and {} more rows of {}\n", grouped_count(more, c.currency), side.name));
        }
    }
    out
}

fn numbers(c: &Comparison) -> String {
    let part = |digits: u32, who: &str| match digits {
        0 => None,
        10 => Some(who.to_owned()),
        digits => Some(format!("the last {digits} digits of the {who}")),
    };
    let parts: Vec<String> =
        [part(c.compared[0], "caller"), part(c.compared[1], "called")].into_iter().flatten().collect();
    parts.join(" and ")
}
