//! Other rates for a part of a customer's rows that would make its difference: by the prices that
//! the rows name, by both directions, or by a factor that rates change by.

use chrono::Datelike;

use super::context::Context;
use super::factor::shortest;
use super::parts::{DaySums, Part, Rate};
use super::prices::{self, Priced};
use crate::model::chance::Chance;
use crate::model::posting::PostedRow;
use crate::model::usage::Direction;

/// By so many per mille rates rise and fall. Tax and tax withheld have their own causes.
const STEPS: [i128; 14] = [20, 30, 40, 60, 75, 80, 125, 150, 200, 250, 300, 400, 500, 1000];
/// One step that is usual, and of single rows tax withheld.
const TENTH: i128 = 100;
/// What tax, withheld or added, makes of an amount.
const TAXED: [(i128, i128); 8] =
    [(90, 100), (95, 100), (98, 100), (99, 100), (118, 100), (100, 118), (105, 100), (112, 100)];
/// Rates mostly change on the first of the second half of a month.
const USUAL_DAYS: [u32; 2] = [15, 16];
/// Where more differences are open, days are not tried one by one.
const FEW: usize = 20;
/// A fit that is no better than this is told of no part of a month.
const WORST: Chance = Chance::millionths(20_000);
/// The odds of one price in place of another, both of which the rows name.
const NAMED: Chance = Chance::millionths(500);

/// All of them, for the rows of one customer: computed once.
pub(crate) fn of<'c, 'a>(context: &'c Context<'a>) -> &'c [Rate<'a>] {
    context.rates.get_or_init(|| {
        let is_one = context.at.members.len() == 1;
        if !is_one || !context.is_complete() || context.target.abs() <= 20 * context.rounding_room() {
            return Vec::new();
        }
        let mut found = if context.known.prices.are_named { named(context) } else { Vec::new() };
        if found.is_empty() {
            found.extend(of_parts(context));
        }
        found
    })
}

/// By the prices that rows name: some are not at that of the others.
fn named<'a>(context: &Context<'a>) -> Vec<Rate<'a>> {
    let mut each: [Option<(i128, &PostedRow, String)>; 2] = [None, None];
    let mut all_off = true;
    for direction in Direction::ALL {
        let own: Vec<(&PostedRow, Priced)> = context
            .inside
            .iter()
            .filter(|row| row.direction == direction)
            .filter_map(|row| Some((*row, Priced::of(row, context.scale)?)))
            .collect();
        let prices: Vec<Priced> = own.iter().map(|(_, price)| *price).collect();
        let general = context.known.price(direction, context.scale);
        for right in prices::usual(&prices).into_iter().chain(general) {
            let off: Vec<&(&PostedRow, Priced)> = own.iter().filter(|(_, price)| !price.is_as(&right)).collect();
            let Some((first, price)) = off.first() else { continue };
            // Several rows at one price are no slip of the fingers; one is where rates change so.
            let alike = off.iter().all(|(_, other)| other.is_as(price));
            let (is, was, unit) = (price.amount, price.at(&right).unwrap_or(0), context.minor_unit());
            // One row or all of them short of tax withheld are no rate.
            let is_taxed =
                [1, own.len()].contains(&off.len()) && TAXED.iter().any(|(a, b)| is_ratio(is, was, unit, *a, *b));
            if !alike || is_taxed || off.len() == 1 && !is_step(is, was, unit, false) {
                continue;
            }
            let more = off.iter().try_fold(0, |sum, (_, price)| Some(sum + price.amount - price.at(&right)?));
            let Some(more) = more else { continue };
            let digits = |price: &Priced| decimal(price.each(context.scale), 4);
            let since = own.iter().any(|(row, price)| price.is_as(&right) && row.date < first.date);
            let since = if since { format!(" from {} on", first.date) } else { String::new() };
            let words = format!(
                "its {} postings{since} are at {} a unit and not at {}",
                direction.name(),
                digits(price),
                digits(&right)
            );
            all_off &= off.len() == context.inside.iter().filter(|row| row.direction == direction).count();
            each[direction as usize] = Some((more, *first, words));
            break;
        }
    }
    let rate = |effect, row, words| Rate { effect, row, words, whole: None, is_shown: true, chance: NAMED };
    let mut found = Vec::new();
    for (at, one) in each.iter().enumerate() {
        let mut effect = [0; 2];
        if let Some((more, row, words)) = one {
            effect[at] = *more;
            found.push(rate(effect, *row, words.clone()));
        }
    }
    if let [Some((inbound, row, first)), Some((outbound, _, second))] = &each {
        let both = [*inbound, *outbound];
        let whole = context.ledger_by_direction().filter(|_| all_off).and_then(|booked| {
            let (room, sum) = (context.room_by_direction(), booked[0] + booked[1]);
            is_one_factor(both, booked, room).then(|| shortest(sum, sum - both[0] - both[1], room)).flatten()
        });
        found.push(Rate { whole, ..rate(both, *row, format!("{first}, and {second}")) });
    }
    found
}

/// By parts: both directions show one rate, or the rate is one that rates change by.
fn of_parts<'a>(context: &Context<'a>) -> Option<Rate<'a>> {
    let rows = &context.inside;
    if rows.len() < 2 {
        return None;
    }
    let period = context.cx.question.period;
    let days = DaySums::of(rows.iter().copied(), period, context.scale);
    // Whole directions first, then halves of the month, then any day: each with its own odds.
    let tier = |part: &Part| match part.from.or(part.to.and_then(|day| day.succ_opt())) {
        None => 0,
        Some(day) if USUAL_DAYS.contains(&day.day()) => 1,
        Some(_) => 2,
    };
    let tiers = if context.all.len() <= FEW { 3 } else { 2 };
    let mut parts = Part::all(period);
    // One row by a factor has other causes.
    parts.retain(|part| tier(part) < tiers && rows.iter().filter(|row| part.has(row)).nth(1).is_some());
    let room = context.room_by_direction();
    let own = context.by_direction;
    let fit = |part: &Part| {
        let sum = days.of_part(part);
        let (booked, amount) = (sum[0] + sum[1], context.target);
        if booked <= 0 || booked == days.whole() || booked - amount <= 0 {
            return None;
        }
        match own {
            None => {
                let first = amount.checked_mul(sum[0])? / booked;
                is_step(booked, booked - amount, room, true).then_some(([first, amount - first], sum))
            }
            // All of it lies in one direction.
            Some([more, rest] | [rest, more]) if rest.abs() <= room && more.abs() > 20 * room => {
                let at = usize::from(own.is_some_and(|both| both[0] != more));
                let is = sum[at] > 0 && sum[1 - at] == 0 && is_step(booked, booked - more, room, true);
                is.then_some((if at == 0 { [more, 0] } else { [0, more] }, sum))
            }
            Some(both) => is_one_factor(both, sum, room).then_some((both, sum)),
        }
    };
    (0..tiers).find_map(|which| {
        let parts: Vec<&Part> = parts.iter().filter(|part| tier(part) == which).collect();
        let mut fits = parts.iter().filter_map(|part| Some((part, fit(part)?)));
        let (part, (effect, sum)) = fits.next()?;
        // Where the same rows are in several parts, they are one; others are rivals too many.
        if fits.any(|(_, (_, other))| other != sum) {
            return None;
        }
        told(context, part, (effect, sum), parts.len())
    })
}

/// The rate of a part that fits, if that is hardly an accident among so many parts.
fn told<'a>(
    context: &Context<'a>,
    part: &Part,
    (effect, sum): ([i128; 2], [i128; 2]),
    parts: usize,
) -> Option<Rate<'a>> {
    let room = context.room_by_direction();
    let factors =
        if effect.iter().all(|d| *d != 0) && context.by_direction.is_some() { 1 } else { 4 * STEPS.len() + 4 };
    let chance = odds(context, context.target, room, (parts * factors) as u64);
    let row = context.inside.iter().find(|row| part.has(row))?;
    let booked = sum[0] + sum[1];
    let factor = decimal((booked * 10_000 * 2 + (booked - context.target)) / (2 * (booked - context.target)), 4);
    let words = format!("its postings {} are {factor} times the partner's figures", part.words());
    let is_good = chance <= WORST;
    is_good.then_some(Rate { effect, row, words, whole: None, is_shown: false, chance })
}

/// The odds that one of so many tries comes as near to an amount as rounding lets it.
pub(crate) fn odds(context: &Context<'_>, amount: i128, room: i128, tries: u64) -> Chance {
    let unit = context.minor_unit().min(room.max(1));
    let width = u64::try_from(2 * room / unit + 1).unwrap_or(u64::MAX);
    Chance::of_tries(width.saturating_mul(tries), (3 * amount.abs() / unit).unsigned_abs())
}

/// Whether both directions differ by one factor, as far as rounding lets it be told.
pub(crate) fn is_one_factor([inbound, outbound]: [i128; 2], booked: [i128; 2], room: i128) -> bool {
    let gap = inbound.checked_mul(booked[1]).zip(outbound.checked_mul(booked[0])).map(|(a, b)| (a - b).abs());
    let most = room.checked_mul(booked[0].saturating_add(booked[1]));
    let is_told = [inbound, outbound].iter().all(|amount| amount.abs() > 20 * room);
    is_told && booked.iter().all(|sum| *sum > 0) && gap.zip(most).is_some_and(|(gap, most)| gap <= most)
}

/// Whether two figures stand to each other as two numbers do, as far as rounding lets it be told.
fn is_ratio(booked: i128, right: i128, room: i128, a: i128, b: i128) -> bool {
    let gap = booked.checked_mul(b).zip(right.checked_mul(a)).map(|(x, y)| (x - y).abs());
    gap.zip(room.checked_mul(a + b)).is_some_and(|(gap, most)| gap <= most)
}

/// Whether a figure is another one by a step that rates change by. One tenth, which tax withheld
/// makes too, counts for several rows.
fn is_step(booked: i128, right: i128, room: i128, several: bool) -> bool {
    let tenth = several.then_some(&TENTH);
    STEPS.iter().chain(tenth).any(|step| {
        let (up, down) = (1_000 + step, 1_000 - step);
        let is = |a, b| is_ratio(booked, right, room, a, b);
        is(up, 1_000) || is(1_000, up) || down > 0 && (is(down, 1_000) || is(1_000, down))
    })
}

/// A count of ten-thousandths and the like, without noughts at its end.
fn decimal(count: i128, digits: u32) -> String {
    let by = 10_i128.pow(digits);
    let text = format!("{}.{:0width$}", count / by, count % by, width = digits as usize);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
