//! Charts of the report as inline SVG: whole-number coordinates from exact decimals, colours
//! by class so that dark mode and print have their own, and a sentence for who cannot see
//! them. Each chart's figures stand in a table of the page as well.

use minijinja::{HtmlEscape, Value};
use rust_decimal::Decimal;

use super::figures::Spender;
use crate::model::history::Month;
use crate::model::money::{Currency, Money, add_exact};
use crate::model::reconciliation::Reconciliation;
use crate::model::rounding::{Rounding, percent, ratio};

/// Everything is drawn on a field of this width.
const WIDTH: i128 = 1000;

fn escaped(text: &str) -> String {
    HtmlEscape(text).to_string()
}

/// The first characters of a name, as far as there is room.
fn short(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        escaped(text)
    } else {
        format!("{}…", escaped(&text.chars().take(room - 1).collect::<String>()))
    }
}

/// `part / whole` of a length, clamped to it.
fn length(part: Decimal, whole: Decimal, of: i128) -> i128 {
    let Some(scaled) = ratio(part, whole, 4, Rounding::HalfUp) else { return 0 };
    (scaled.mantissa() * of / 10_000).clamp(0, of)
}

fn figure(height: i128, label: &str, caption: &str, body: &str) -> Value {
    Value::from_safe_string(format!(
        "<figure class=\"scroll\"><svg class=\"chart\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {WIDTH} {height}\">{body}</svg><figcaption class=\"muted\">{}</figcaption></figure>",
        escaped(label),
        escaped(caption)
    ))
}

fn none() -> Value {
    Value::from_safe_string(String::new())
}

/// The direction split: one bar.
pub(super) fn split(inbound: Option<Decimal>, outbound: Option<Decimal>) -> Value {
    let (Some(inbound), Some(outbound)) = (inbound, outbound) else { return none() };
    let at = length(inbound, Decimal::ONE_HUNDRED, WIDTH);
    let words = format!("Cost by direction: inbound {inbound} %, outbound {outbound} %");
    let body = format!(
        "<rect class=\"c1\" x=\"0\" y=\"4\" width=\"{at}\" height=\"26\"/><rect class=\"c2\" x=\"{at}\" y=\"4\" width=\"{}\" height=\"26\"/><text x=\"0\" y=\"48\"><tspan class=\"c1\">■</tspan> inbound {inbound} %</text><text x=\"{WIDTH}\" y=\"48\" text-anchor=\"end\">outbound {outbound} % <tspan class=\"c2\">■</tspan></text>",
        WIDTH - at
    );
    figure(56, &words, &format!("{words}."), &body)
}

/// How many spenders have a bar.
const BARS: usize = 10;

/// Top spenders, and how much of the whole the first ones have together.
pub(super) fn spenders(all: &[Spender], whole: Option<Money>) -> Value {
    let (Some(first), Some(whole)) = (all.first(), whole) else { return none() };
    let mut body = String::new();
    let mut y = 0;
    for spender in all.iter().take(BARS) {
        let width = length(spender.cost.amount(), first.cost.amount(), 440);
        let share = spender.share.map_or_else(String::new, |share| format!(" · {share} %"));
        body.push_str(&format!(
            "<text x=\"290\" y=\"{}\" text-anchor=\"end\">{}</text><rect class=\"c1\" x=\"300\" y=\"{}\" width=\"{width}\" height=\"18\"/><text x=\"{}\" y=\"{}\">{}{share}</text>",
            y + 17,
            short(&spender.name, 34),
            y + 3,
            308 + width,
            y + 17,
            escaped(&spender.cost.display()),
        ));
        y += 24;
    }
    let together = |n: usize| {
        let sum = all.iter().take(n).try_fold(Decimal::ZERO, |sum, one| add_exact(sum, one.cost.amount())).ok()?;
        percent(sum, whole.amount(), 1)
    };
    let steps: Vec<String> = [1, 5, 10, 20]
        .into_iter()
        .filter(|n| *n <= all.len())
        .filter_map(|n| together(n).map(|share| format!("the first {n}: {share} %")))
        .collect();
    let words = format!("Concentration of the partner's cost: {}", steps.join(", "));
    figure(y + 2, &words, &format!("{words}."), &body)
}

/// How many findings have a step of their own.
const STEPS: usize = 8;

/// From the analytics' total to the ledger's: a step for each finding, and the rest.
pub(super) fn waterfall(r: &Reconciliation) -> Value {
    let (Some(analytics), Some(difference)) = (r.totals.analytics, r.totals.difference) else { return none() };
    // A customer's or the remainder's difference is told by one finding; those about the
    // whole answer are not steps of it.
    let mut steps: Vec<(String, Decimal)> = Vec::new();
    for finding in &r.findings {
        let explains = finding.explains.filter(|money| !money.is_zero());
        let amount = explains.or(finding.difference).map(|money| money.amount());
        if let Some(amount) = amount.filter(|a| !a.is_zero() && !finding.customers.is_empty()) {
            steps.push((finding.title(), amount));
        }
    }
    steps.sort_by_key(|(_, amount)| std::cmp::Reverse(amount.abs()));
    let beyond = steps.split_off(steps.len().min(STEPS));
    let sum = |some: &[(String, Decimal)]| some.iter().try_fold(Decimal::ZERO, |sum, (_, a)| add_exact(sum, *a)).ok();
    let (Some(shown), Some(_)) = (sum(&steps), sum(&beyond)) else { return none() };
    let Ok(rest) = add_exact(difference.amount(), -shown) else { return none() };
    if !rest.is_zero() {
        steps.push(("all else".to_owned(), rest));
    }
    let Some(field) = field_of(&steps) else { return none() };
    let mut body = String::new();
    let end = |y: i128, name: &str, money: Money| {
        format!(
            "<text x=\"290\" y=\"{}\" text-anchor=\"end\">{name}</text><text class=\"strong\" x=\"308\" y=\"{}\">{}</text>",
            y + 17,
            y + 17,
            escaped(&money.display())
        )
    };
    body.push_str(&end(0, "analytics", analytics));
    let mut y = 26;
    let mut at = Decimal::ZERO;
    for (name, amount) in &steps {
        let next = add_exact(at, *amount).unwrap_or(at);
        let (from, to) = (at.min(next), at.max(next));
        let x = 300 + length(add_exact(from, -field.0).unwrap_or_default(), field.1, 440);
        let width = length(add_exact(to, -from).unwrap_or_default(), field.1, 440).max(2);
        let class = if amount.is_sign_negative() { "less" } else { "more" };
        body.push_str(&format!(
            "<text x=\"290\" y=\"{}\" text-anchor=\"end\">{}</text><rect class=\"{class}\" x=\"{x}\" y=\"{}\" width=\"{width}\" height=\"18\"/><text x=\"{}\" y=\"{}\">{}</text>",
            y + 17,
            short(name, 34),
            y + 3,
            x + width + 8,
            y + 17,
            escaped(&Money::new(*amount, r.currency).display_signed())
        ));
        at = next;
        y += 24;
    }
    body.push_str(&end(y + 2, "ledger", r.totals.ledger));
    let words = format!(
        "From the analytics' {} to the ledger's {}: {}",
        analytics.display(),
        r.totals.ledger.display(),
        if steps.is_empty() { "no difference".to_owned() } else { difference.display_signed() }
    );
    figure(y + 28, &words, &format!("{words}. Bars to the right: the ledger says more."), &body)
}

/// Where the steps begin to the left, and how wide they reach.
fn field_of(steps: &[(String, Decimal)]) -> Option<(Decimal, Decimal)> {
    let (mut at, mut low, mut high) = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    for (_, amount) in steps {
        at = add_exact(at, *amount).ok()?;
        (low, high) = (low.min(at), high.max(at));
    }
    let width = add_exact(high, -low).ok()?;
    Some((low, if width.is_zero() { Decimal::ONE } else { width }))
}

/// Spend of the closed periods and of this one, as columns.
pub(super) fn spend(months: &[Month], currency: Currency) -> Value {
    let costs: Vec<(&str, Decimal)> = months
        .iter()
        .filter(|month| month.currency == currency)
        .filter_map(|month| Some((month.period.name.as_str(), month.cost?.amount())))
        .collect();
    let Some(most) = costs.iter().map(|(_, cost)| *cost).max().filter(|most| !most.is_zero() && costs.len() > 1) else {
        return none();
    };
    let step = WIDTH / i128::try_from(costs.len()).unwrap_or(1);
    let mut body = String::new();
    let mut x = 0;
    for (at, (period, cost)) in costs.iter().enumerate() {
        let height = length(*cost, most, 150);
        let class = if at + 1 == costs.len() { "c2" } else { "c1" };
        body.push_str(&format!(
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{height}\"/>",
            x + step / 8,
            170 - height,
            step * 3 / 4
        ));
        // Names as far as they have room beside each other.
        if costs.len() <= 12 || at % 3 == 0 || at + 1 == costs.len() {
            body.push_str(&format!(
                "<text x=\"{}\" y=\"188\" text-anchor=\"middle\">{}</text>",
                x + step / 2,
                short(period, 10)
            ));
        }
        x += step;
    }
    let show = |at: usize| Money::new(costs[at].1, currency).display();
    let words = format!(
        "Spend by period, from {} in {} to {} in {}",
        show(0),
        costs[0].0,
        show(costs.len() - 1),
        costs[costs.len() - 1].0
    );
    figure(196, &words, &format!("{words}."), &body)
}

/// Answer rate and failure ratio of the closed periods and of this one, as lines.
pub(super) fn rates(months: &[Month]) -> Value {
    let points: Vec<(&str, Decimal, Decimal)> = months
        .iter()
        .filter_map(|month| {
            let rate = |part| month.share_of_calls(part);
            Some((month.period.name.as_str(), rate(month.answered)?, rate(month.failed)?))
        })
        .collect();
    let many = i128::try_from(points.len()).unwrap_or(1);
    let [first, .., last] = &points[..] else { return none() };
    let step = (WIDTH - 120) / (many - 1);
    let mut body = String::new();
    for (percent, y) in [(100, 10), (50, 90), (0, 170)] {
        body.push_str(&format!(
            "<line class=\"grid\" x1=\"50\" y1=\"{y}\" x2=\"{WIDTH}\" y2=\"{y}\"/><text x=\"42\" y=\"{}\" text-anchor=\"end\">{percent} %</text>",
            y + 5
        ));
    }
    for (class, pick) in [("l1", 0), ("l2", 1)] {
        let mut path = String::new();
        let mut x = 60;
        for (_, answered, failed) in &points {
            let value = if pick == 0 { *answered } else { *failed };
            let y = 170 - length(value, Decimal::ONE_HUNDRED, 160);
            path.push_str(&format!("{x},{y} "));
            x += step;
        }
        body.push_str(&format!("<polyline class=\"{class}\" points=\"{}\"/>", path.trim_end()));
    }
    body.push_str(&format!(
        "<text x=\"60\" y=\"190\">{}</text><text x=\"{}\" y=\"190\" text-anchor=\"end\">{}</text>",
        short(first.0, 24),
        60 + step * (many - 1),
        short(last.0, 24)
    ));
    let words = format!(
        "Answered calls went from {} % to {} % (solid line), failed ones from {} % to {} % (dashed)",
        first.1, last.1, first.2, last.2
    );
    figure(198, &words, &format!("{words}."), &body)
}
