//! Charts of the report as inline SVG: whole-number coordinates from exact decimals, colours
//! by class so that dark mode and print have their own, and a sentence for who cannot see
//! them. Each chart's figures stand in a table of the page as well.

use minijinja::{HtmlEscape, Value};
use rust_decimal::Decimal;

use super::figures::Spender;
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

/// Spend of the closed periods and of this one, as columns, or the words that stand in the
/// place of one.
pub(super) fn spend(costs: &[(&str, Result<Decimal, String>)], currency: Currency) -> Value {
    let known: Vec<(&str, Decimal)> =
        costs.iter().filter_map(|(period, cost)| Some((*period, *cost.as_ref().ok()?))).collect();
    let Some(most) = known.iter().map(|(_, cost)| *cost).max().filter(|most| !most.is_zero() && known.len() > 1) else {
        return none();
    };
    let step = WIDTH / i128::try_from(costs.len()).unwrap_or(1);
    let mut body = String::new();
    let mut x = 0;
    for (at, (period, cost)) in costs.iter().enumerate() {
        let class = if at + 1 == costs.len() { "c2" } else { "c1" };
        body.push_str(&match cost {
            Ok(cost) => {
                let height = length(*cost, most, 150);
                format!(
                    "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{height}\"/>",
                    x + step / 8,
                    170 - height,
                    step * 3 / 4
                )
            }
            Err(why) => standing(x + step / 2, why),
        });
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
    let show = |at: usize| Money::new(known[at].1, currency).display();
    let words = format!(
        "Spend by period, from {} in {} to {} in {}",
        show(0),
        known[0].0,
        show(known.len() - 1),
        known[known.len() - 1].0
    );
    figure(196, &words, &format!("{words}."), &body)
}

/// Words in the place of a figure, read upwards.
fn standing(x: i128, words: &str) -> String {
    format!("<text x=\"{x}\" y=\"160\" class=\"gap\" transform=\"rotate(-90 {x} 160)\">{}</text>", escaped(words))
}

/// A line over the periods.
struct Line<'a> {
    /// How it is drawn.
    class: &'static str,
    /// Heights below a full 160, and the sign over a point.
    points: Vec<Option<(i128, &'a str)>>,
}

/// Lines over periods, broken where a point is missing; a point with no neighbour is a dot.
fn lines(lines: &[Line<'_>], step: i128) -> String {
    let mut body = String::new();
    for Line { class, points } in lines {
        let mut x = 60;
        let mut path: Vec<(i128, i128)> = Vec::new();
        let mut signs = String::new();
        for point in points.iter().chain([&None]) {
            match point {
                Some((height, sign)) => {
                    let y = 170 - height;
                    path.push((x, y));
                    if !sign.is_empty() {
                        signs.push_str(&format!(
                            "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" class=\"strong\">{sign}</text>",
                            (y - 8).max(12)
                        ));
                    }
                }
                None => {
                    let all: Vec<String> = path.iter().map(|(x, y)| format!("{x},{y}")).collect();
                    match path.as_slice() {
                        [] => {}
                        [(x, y)] => {
                            body.push_str(&format!("<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"2\"/>"));
                        }
                        _ => body.push_str(&format!("<polyline class=\"{class}\" points=\"{}\"/>", all.join(" "))),
                    }
                    path.clear();
                }
            }
            x += step;
        }
        body.push_str(&signs);
    }
    body
}

/// Heights with their labels, and what stands in the place of points.
fn grid(labels: [&str; 3], gaps: &[&str], step: i128) -> String {
    let mut body = String::new();
    for (label, y) in labels.into_iter().zip([10, 90, 170]) {
        body.push_str(&format!(
            "<line class=\"grid\" x1=\"50\" y1=\"{y}\" x2=\"{WIDTH}\" y2=\"{y}\"/><text x=\"42\" y=\"{}\" text-anchor=\"end\">{label}</text>",
            y + 5
        ));
    }
    let mut x = 60;
    for gap in gaps {
        if !gap.is_empty() {
            body.push_str(&standing(x, gap));
        }
        x += step;
    }
    body
}

/// The first and the last period below a chart of lines.
fn ends_of(periods: &[&str], step: i128) -> String {
    let many = i128::try_from(periods.len()).unwrap_or(1);
    let (first, last) = (periods.first().copied().unwrap_or_default(), periods.last().copied().unwrap_or_default());
    format!(
        "<text x=\"60\" y=\"190\">{}</text><text x=\"{}\" y=\"190\" text-anchor=\"end\">{}</text>",
        short(first, 24),
        60 + step * (many - 1),
        short(last, 24)
    )
}

/// How far apart so many periods stand.
fn step_of(periods: usize) -> Option<i128> {
    let many = i128::try_from(periods).ok()?;
    (many > 1).then(|| (WIDTH - 120) / (many - 1))
}

/// A share of the calls in a period: per cent, and the sign of what left its usual range.
pub(super) type Share<'a> = Option<(Decimal, &'a str)>;

/// Answer rate and failure ratio over the periods, as lines; None: not stated. `gaps` has the
/// words in the place of periods without a close.
pub(super) fn rates(periods: &[&str], gaps: &[&str], answered: &[Share<'_>], failed: &[Share<'_>]) -> Value {
    let Some(step) = step_of(periods.len()) else { return none() };
    let ends = |shares: &[Share<'_>]| {
        let mut stated = shares.iter().flatten().map(|(share, _)| *share);
        Some((stated.next()?, stated.next_back()?))
    };
    let (Some((first, last)), Some((first_failed, last_failed))) = (ends(answered), ends(failed)) else {
        return none();
    };
    fn line<'a>(class: &'static str, shares: &[Share<'a>]) -> Line<'a> {
        let point = |(share, sign): (Decimal, &'a str)| (length(share, Decimal::ONE_HUNDRED, 160), sign);
        Line { class, points: shares.iter().map(|share| share.map(point)).collect() }
    }
    let body = format!(
        "{}{}{}",
        grid(["100 %", "50 %", "0 %"], gaps, step),
        lines(&[line("l1", answered), line("l2", failed)], step),
        ends_of(periods, step)
    );
    let words = format!(
        "Answered calls went from {first} % to {last} % (solid line), failed ones from {first_failed} % to {last_failed} % (dashed)"
    );
    figure(198, &words, &format!("{words}."), &body)
}

/// Accounts with a low balance and suspended ones over the periods, as lines.
pub(super) fn accounts(periods: &[&str], gaps: &[&str], low: &[Option<u64>], suspended: &[Option<u64>]) -> Value {
    let Some(step) = step_of(periods.len()) else { return none() };
    let Some(most) = low.iter().chain(suspended).flatten().max().copied() else { return none() };
    let whole = Decimal::from(most.max(1));
    let line = |class, counts: &[Option<u64>]| Line {
        class,
        points: counts.iter().map(|count| count.map(|count| (length(count.into(), whole, 160), ""))).collect(),
    };
    let body = format!(
        "{}{}{}",
        grid([&whole.to_string(), "", "0"], gaps, step),
        lines(&[line("l1", low), line("l2", suspended)], step),
        ends_of(periods, step)
    );
    let last = |counts: &[Option<u64>]| {
        counts.last().copied().flatten().map_or_else(|| "not stated".to_owned(), |count| count.to_string())
    };
    let words = format!(
        "Accounts when the partner was asked: with a low balance (solid line), now {}; suspended (dashed), now {}",
        last(low),
        last(suspended)
    );
    figure(198, &words, &format!("{words}."), &body)
}
