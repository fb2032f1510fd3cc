//! What the terminal shows of a reconciliation: the verdict, what agrees, what does not and
//! by how much, what to do. At most 80 columns wide.

use super::html::verdict;
use crate::model::finding::{Finding, Severity, Sides};
use crate::model::money::{Money, grouped_count};
use crate::model::reconciliation::{Reconciliation, Status};

/// How findings are coloured; the caller decides whether colours are shown.
pub(crate) trait Paint {
    /// Good news.
    fn good(&self, text: &str) -> String;
    /// Bad news.
    fn bad(&self, text: &str) -> String;
    /// Something to look at.
    fn warn(&self, text: &str) -> String;
    /// Less important.
    fn faint(&self, text: &str) -> String;
}

/// No colours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plain;

impl Paint for Plain {
    fn good(&self, text: &str) -> String {
        text.to_owned()
    }

    fn bad(&self, text: &str) -> String {
        text.to_owned()
    }

    fn warn(&self, text: &str) -> String {
        text.to_owned()
    }

    fn faint(&self, text: &str) -> String {
        text.to_owned()
    }
}

/// How many findings are shown in full where much is asked for.
const SHOWN: usize = 10;
/// How many lines the summary may have otherwise; findings beside the first have one each.
const ROOM: usize = 17;
/// How many lines of the first finding's message are shown then.
const MESSAGE: usize = 3;

/// The summary: with the lines that a close adds to it, it fits a terminal of 80 × 24;
/// `all` shows more findings in full.
#[must_use]
pub(crate) fn summary(r: &Reconciliation, paint: &dyn Paint, all: bool) -> String {
    let mut out = String::new();
    let (headline, subline) = verdict(r);
    let headline = format!("{headline} · {} · {}", r.period.name, r.currency);
    let headline = if r.is_reconciled() { paint.good(&headline) } else { paint.bad(&headline) };
    out.push_str(&format!("{headline}\n{}\n\n", wrap(&subline, "")));
    if r.compared_at.is_selling() {
        out.push_str(&format!("{}\n\n", wrap(&format!("Note: {}.", r.compared_at.words()), "")));
    }

    let column = |text: &str, width: usize| {
        let pad = width.saturating_sub(text.chars().count()).max(1);
        format!("{}{text}", " ".repeat(pad))
    };
    let line = |what: &str, sides: &Sides, status: Status| {
        let shown = |m: Option<Money>| m.map_or_else(|| "–".to_owned(), |m| m.display());
        let word = match status {
            Status::Matched | Status::Unlisted => paint.good(status.name()),
            Status::Tolerated | Status::Settled | Status::NotStated => paint.warn(status.name()),
            Status::Discrepant | Status::NotReconciled => paint.bad(status.name()),
        };
        format!(
            "  {what:<18}{}{}{}  {word}\n",
            column(&shown(sides.analytics), 16),
            column(&sides.ledger.display(), 16),
            column(&sides.difference.map_or_else(|| "–".to_owned(), |d| d.display_signed()), 15),
        )
    };
    let head = format!("  {:<18}{:>16}{:>16}{:>15}", "", "analytics", "ledger", "difference");
    out.push_str(&format!("{}\n", paint.faint(&head)));
    for d in &r.directions {
        out.push_str(&line(d.direction.name(), &d.sides, d.status));
    }
    out.push_str(&line("total", &r.totals, r.total_status()));
    let compared: Vec<_> = r.customers.iter().filter(|c| c.status != Status::Unlisted).collect();
    let matched = compared.iter().filter(|c| c.status == Status::Matched).count();
    if let Some(rest) = &r.remainder {
        out.push_str(&line(&format!("{} not listed", rest.customers), &rest.sides, rest.status));
    }
    out.push_str(&format!(
        "  {matched} of {} customers match one by one; ledger rows: {} read, {} used, {} rejected\n",
        compared.len(),
        grouped_count(r.rows.read, r.currency),
        grouped_count(r.rows.used, r.currency),
        grouped_count(r.rows.rejected, r.currency),
    ));

    let title = |f: &Finding| {
        let title = format!("{} ({})", f.title(), f.severity.name());
        match f.severity {
            Severity::Blocking => paint.bad(&title),
            Severity::Warning => paint.warn(&title),
            Severity::Info => paint.faint(&title),
        }
    };
    let full = if all { SHOWN } else { 1 };
    for f in r.findings.iter().take(full) {
        out.push_str(&format!("\n{}\n{}\n", title(f), if all { wrap(&f.message, "  ") } else { clipped(&f.message) }));
        if f.severity != Severity::Info && !f.is_decided() {
            out.push_str(&format!("{}\n", wrap(&format!("next: {}", f.next), "  ")));
        }
    }
    let brief = if all { 0 } else { ROOM.saturating_sub(out.lines().count()) };
    for f in r.findings.iter().skip(full).take(brief) {
        let difference = f.difference.map_or_else(String::new, |d| format!("  {}", d.display_signed()));
        let who = match &f.customers[..] {
            [] => String::new(),
            [one] => format!("  {}", one.chars().take(24).collect::<String>()),
            many => format!("  {} customers", many.len()),
        };
        out.push_str(&format!("{}{difference}{who}\n", title(f)));
    }
    let beyond = r.findings.len().saturating_sub(full + brief);
    if beyond > 0 {
        let findings = if beyond == 1 { "1 more finding is".to_owned() } else { format!("{beyond} more findings are") };
        out.push_str(&format!("{findings} in the report.\n"));
    }
    out
}

/// As many lines of a text as there is room for.
fn clipped(text: &str) -> String {
    let wrapped = wrap(text, "  ");
    let lines: Vec<&str> = wrapped.lines().collect();
    match lines.get(..MESSAGE) {
        Some(first) if lines.len() > MESSAGE => format!("{} …", first.join("\n")),
        _ => wrapped,
    }
}

/// Breaks a text at spaces to 78 columns, every line indented.
#[must_use]
pub(crate) fn wrap(text: &str, indent: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= 78 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("{indent}{word}")),
        }
    }
    lines.join("\n")
}
