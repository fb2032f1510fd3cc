//! The page's section on the closed periods: `templates/report/trends.html`.

use minijinja::{Value, context};
use rust_decimal::Decimal;

use super::charts;
use super::figures::{dash, per_cent};
use crate::model::history::Month;
use crate::model::money::{Currency, Money, grouped_count};
use crate::trends::{self, Compared, Measure, Movement, Point, Series, Slot, Trends, usual};

/// How many periods a customer's row shows, this one included.
const COLUMNS: usize = 13;

/// The section; None where there is no earlier period.
pub(super) fn section(trends: &Trends, currency: Currency) -> Option<Value> {
    if !trends.are_told() {
        return None;
    }
    let gaps = trends.slots.iter().filter_map(|slot| match slot {
        Slot::Gap(period, why) => Some(context! { period => period.name.as_str(), why => why.as_str() }),
        Slot::Closed(_) => None,
    });
    let periods: Vec<&str> = trends.slots.iter().map(|slot| slot.period().name.as_str()).collect();
    let words: Vec<&str> =
        trends.slots.iter().map(|slot| if slot.month().is_none() { "no close" } else { "" }).collect();
    let whole = |measure: Measure| trends.whole.iter().find(|series| series.measure == measure);
    let shares = |measure: Measure| -> Vec<charts::Share<'_>> {
        whole(measure).map(|series| series.points.iter().map(share).collect()).unwrap_or_default()
    };
    Some(context! {
        this => trends.month().map(|month| month.period.name.as_str()),
        gaps => gaps.collect::<Vec<_>>(),
        marks => trends.marks().map(|mark| context! {
            sign => mark.point.side.map_or("", trends::Side::sign),
            who => mark.customer.map_or("All customers", |trend| trend.name.as_deref().unwrap_or(&trend.customer_id)),
            text => told(mark.measure, &mark.point),
        }).collect::<Vec<_>>(),
        unmarked => unmarked(trends),
        inside => trends.whole.iter().filter_map(|series| {
            let point = series.points.last()?.as_ref().filter(|point| point.usual.is_some() && point.side.is_none())?;
            Some(format!("All customers: {}.", told(series.measure, point)))
        }).collect::<Vec<_>>(),
        spend_chart => charts::spend(&costs(trends, currency), currency),
        rates_chart => charts::rates(&periods, &words, &shares(Measure::Answered), &shares(Measure::Failed)),
        months => months(trends, currency),
        movement => movement(&trends.movement),
        tables => Measure::ALL.map(|measure| table(trends, measure)),
        accounts => accounts(trends, (&periods, &words), currency),
        rule => rule(trends),
    })
}

fn sign(point: &Point) -> &'static str {
    point.side.map_or("", trends::Side::sign)
}

fn share(point: &Option<Point>) -> charts::Share<'static> {
    point.as_ref().map(|point| (point.percent, sign(point)))
}

/// A figure with its sign, or a dash.
fn cell(point: Option<&Point>) -> String {
    point.map_or_else(dash, |point| format!("{} {} %", sign(point), point.percent).trim_start().to_owned())
}

/// A mark in words.
pub(super) fn told(measure: Measure, point: &Point) -> String {
    let side = point.side.map_or("inside", trends::Side::name);
    let range = point.usual.map_or_else(String::new, |usual| {
        let (low, high) = usual.ends();
        format!(", {side} the usual {low} to {high} % of {} periods before", usual.months)
    });
    format!("{} {} %{range}", measure.words(), point.percent)
}

/// What is said where nothing is marked.
pub(super) fn unmarked(trends: &Trends) -> String {
    let known = trends.known();
    let few = usual::FEWEST_MONTHS;
    if known < few {
        format!(
            "Too early to say: {few} earlier periods with {} calls or more must be known, and there {}.",
            usual::FEWEST_CALLS,
            if known == 1 { "is 1".to_owned() } else { format!("are {known}") }
        )
    } else {
        "Nothing: of the whole and of every customer of whom enough is known, the shares of answered and failed calls are as usual.".to_owned()
    }
}

fn costs(trends: &Trends, currency: Currency) -> Vec<(&str, Result<Decimal, String>)> {
    let cost = |slot: &Slot| match slot.month() {
        None => Err("no close".to_owned()),
        Some(month) if month.currency != currency => Err(format!("in {}", month.currency.code())),
        Some(month) => month.cost.map(|cost| cost.amount()).ok_or_else(|| "not stated".to_owned()),
    };
    trends.slots.iter().map(|slot| (slot.period().name.as_str(), cost(slot))).collect()
}

/// The share of inbound cost of a whole period.
fn inbound(month: &Month) -> Option<Decimal> {
    let inbound = month.directions.get(&crate::model::usage::Direction::Inbound)?;
    crate::model::rounding::percent(inbound.amount(), month.cost?.amount(), 1)
}

fn months(trends: &Trends, currency: Currency) -> Vec<Value> {
    let point = |measure: Measure, at: usize| {
        let series = trends.whole.iter().find(|series| series.measure == measure);
        cell(series.and_then(|series| series.points.get(at)?.as_ref()))
    };
    let row = |(at, slot): (usize, &Slot)| {
        let month = slot.month();
        context! {
            period => slot.period().name.as_str(),
            gap => match slot {
                Slot::Gap(_, why) => why.as_str(),
                Slot::Closed(_) => "",
            },
            cost => month.and_then(|month| month.cost).map_or_else(dash, |cost| cost.display()),
            calls => month.and_then(|month| month.calls.calls).map_or_else(dash, |n| grouped_count(n, currency)),
            answered => point(Measure::Answered, at),
            failed => point(Measure::Failed, at),
            inbound => per_cent(month.and_then(inbound)),
        }
    };
    trends.slots.iter().enumerate().map(row).collect()
}

fn movement(movement: &Movement) -> Value {
    let (before, rows) = match movement {
        Movement::Told { before, rows } => (before, rows),
        Movement::Untold(why) => {
            return context! { rows => Vec::<Value>::new(), untold => format!("Nothing can be said: {why}.") };
        }
    };
    let money = |money: Option<Money>| money.map_or_else(dash, |money| money.display());
    let place = |rank: Option<usize>| rank.map_or_else(dash, |rank| rank.to_string());
    let row = |row: &Compared| {
        context! {
            name => row.name.as_deref().unwrap_or_default(),
            id => row.customer_id.as_str(),
            rank => place(row.rank),
            rank_before => place(row.rank_before),
            moved => row.moved.name(),
            cost => money(row.cost),
            cost_before => money(row.cost_before),
            difference => row.difference.map_or_else(dash, |money| money.display_signed()),
            percent => row.percent.map_or_else(dash, |percent| {
                let plus = if percent.is_sign_negative() || percent.is_zero() { "" } else { "+" };
                format!("{plus}{percent} %")
            }),
        }
    };
    context! {
        before => before.name.as_str(),
        top => trends::movement::TOP,
        rows => rows.iter().map(row).collect::<Vec<_>>(),
        untold => "No customer has a cost in these periods.",
    }
}

/// A figure customer by customer and period by period.
fn table(trends: &Trends, measure: Measure) -> Value {
    let skipped = trends.slots.len().saturating_sub(COLUMNS);
    let columns = trends
        .slots
        .iter()
        .skip(skipped)
        .map(|slot| context! { period => slot.period().name.as_str(), gap => slot.month().is_none() });
    let usual = |series: &Series| {
        let usual = series.points.last()?.as_ref()?.usual?;
        let (low, high) = usual.ends();
        Some(format!("{low} to {high} %"))
    };
    let row = |trend: &trends::CustomerTrend| {
        let series = trend.series(measure).filter(|series| series.is_stated())?;
        Some(context! {
            name => trend.name.as_deref().unwrap_or_default(),
            id => trend.customer_id.as_str(),
            cells => series.points.iter().skip(skipped).map(|point| cell(point.as_ref())).collect::<Vec<_>>(),
            usual => usual(series).unwrap_or_else(dash),
        })
    };
    let rows: Vec<Value> = trends.shown().filter_map(row).collect();
    let (title, caption, unstated) = match measure {
        Measure::Failed => (
            "Failed calls of each customer",
            "Of all its calls.",
            "The captured answers state failed calls for the whole only, and not customer by customer.",
        ),
        Measure::Answered => (
            "Answered calls of each customer",
            "Of all its calls.",
            "The captured answers state answered calls for the whole only, and not customer by customer.",
        ),
        Measure::Inbound => (
            "Directions of each customer",
            "Inbound cost, of the cost of both directions; the rest is outbound.",
            "The captured answers state directions for the whole only, and not customer by customer.",
        ),
    };
    let more = match trends.customers.len().saturating_sub(rows.len()) {
        0 => String::new(),
        _ if rows.is_empty() => String::new(),
        more => format!(" {more} more are in the workbook."),
    };
    context! {
        title,
        caption => format!("{caption} A dash: not stated, no calls, or no close. By cost, the largest customers first.{more}"),
        columns => columns.collect::<Vec<_>>(),
        ranges => measure != Measure::Inbound,
        rows,
        unstated,
    }
}

fn accounts(trends: &Trends, (periods, gaps): (&[&str], &[&str]), currency: Currency) -> Value {
    let of = |slot: &Slot| slot.month().and_then(|month| month.accounts.clone());
    let count = |count: Option<u64>| count.map_or_else(dash, |count| grouped_count(count, currency));
    let row = |slot: &Slot| {
        let accounts = of(slot).filter(|a| a.low_balance.is_some() || a.suspended.is_some())?;
        Some(context! {
            period => slot.period().name.as_str(),
            active => count(accounts.active),
            low => count(accounts.low_balance),
            suspended => count(accounts.suspended),
            taken => accounts.taken,
        })
    };
    let low: Vec<Option<u64>> = trends.slots.iter().map(|slot| of(slot)?.low_balance).collect();
    let suspended: Vec<Option<u64>> = trends.slots.iter().map(|slot| of(slot)?.suspended).collect();
    context! {
        rows => trends.slots.iter().filter_map(row).collect::<Vec<_>>(),
        chart => charts::accounts(periods, gaps, &low, &suspended),
    }
}

/// The rule of the marks, in a paragraph.
pub(super) fn rule(trends: &Trends) -> String {
    let subtracts = if trends.subtracts() {
        " Where the partner states no failed calls, they are all calls less the answered ones."
    } else {
        ""
    };
    format!(
        "Usual is the median of the last {} closed periods (at least {}, each with {} calls or more), to both sides by the largest of: 50 / periods scaled median deviations (5 at least), one percentage point, and four standard deviations of this period's own count.{subtracts} Earlier figures are those that were sealed with their closes.",
        usual::WINDOW,
        usual::FEWEST_MONTHS,
        usual::FEWEST_CALLS
    )
}
