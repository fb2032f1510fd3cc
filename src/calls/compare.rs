//! The whole comparison: both sides read at once, matched by id, then by numbers, and what
//! is left explained. It adds up, or it is not given.

use std::path::{Path, PathBuf};

use chrono_tz::Tz;
use rust_decimal::Decimal;

use super::intake::{Counted, Intake, Window, too_large};
use super::names::Names;
use super::number::COMPARED;
use super::outcome::{Both, Group, Key, Outcome};
use super::read::{How, Reading, file, record};
use super::record::{Record, Side};
use super::sort::{Scratch, Sorter, Stream};
use super::{by_id, by_number, number};
use crate::capture::call_pages;
use crate::capture::record::Record as Capture;
use crate::model::call_terms::Limits;
use crate::model::money::{Currency, Money, Tally, add_exact};
use crate::model::period::Period;
use crate::model::problem::Problem;

/// Where a side's calls are.
pub enum Feed<'a> {
    /// In a file.
    File(&'a Path, Reading<'a>),
    /// In the capture of a period.
    Captured {
        /// Its folder.
        folder: PathBuf,
        /// What it says of itself.
        record: &'a Capture,
        /// The currency of records that state none.
        currency: Currency,
    },
}

/// What is compared, and within what.
pub struct Question<'a> {
    /// The period.
    pub period: &'a Period,
    /// Where its days are.
    pub timezone: Tz,
    /// The currency of the comparison.
    pub currency: Currency,
    /// Within what calls without a common id are the same one.
    pub limits: Limits,
    /// The partner's calls, and ours.
    pub feeds: [Feed<'a>; 2],
    /// What the two are called.
    pub names: [String; 2],
    /// Where calls are put aside; None takes the system's folder.
    pub temp: Option<PathBuf>,
    /// Calls that are sorted in memory at a time; None takes as many as keep the comparison
    /// below 256 MB.
    pub room: Option<usize>,
}

/// What the comparison says.
pub struct Comparison {
    /// The period.
    pub period: Period,
    /// Where its days are.
    pub timezone: Tz,
    /// The currency of all amounts.
    pub currency: Currency,
    /// Within what calls without a common id are the same one.
    pub limits: Limits,
    pub(crate) sides: [SideRead; 2],
    /// Digits of caller and called number that are compared; 0: not compared.
    pub(crate) compared: [u32; 2],
    pub(crate) names: Names,
    pub(crate) agreed: [Both; 3],
    pub(crate) repeated: Both,
    /// Those with the largest difference first.
    pub(crate) groups: Vec<(Key, Group)>,
    /// By how many seconds our clock is ahead, of how many calls; the most first.
    pub(crate) shifts: Vec<(i64, u64)>,
    /// Calls of one id that begin further apart than any two clocks.
    pub(crate) far: u64,
    /// What the capture lacks, one each.
    pub(crate) not_captured: Vec<String>,
}

/// A side, read.
pub(crate) struct SideRead {
    pub name: String,
    pub how: How,
    pub intake: Intake,
    /// Calls that are compared, and their cost.
    pub total: Counted,
}

/// Compares. `resolve` gives the partner's id of a customer's name.
///
/// # Errors
/// A file cannot be read or leaves a question open (exit 2); calls cannot be put aside; a
/// sum beyond the exact range.
pub fn compare(question: &Question<'_>, resolve: &dyn Fn(&str) -> Option<String>) -> Result<Comparison, Problem> {
    let scratch = Scratch { folder: question.temp.clone(), room: question.room };
    let window = Window::new(question.period.instants(question.timezone), question.currency);
    let [first, second] = &question.feeds;
    let [first_name, second_name] = &question.names;
    let (partner, ours) = std::thread::scope(|scope| {
        let partner = scope.spawn(|| take(first, first_name, &window, &scratch));
        let ours = take(second, second_name, &window, &scratch);
        (partner.join(), ours)
    });
    let stopped = |_| Problem::stop("internal", "reading the partner's calls has stopped");
    let (partner, ours) = (partner.map_err(stopped)??, ours?);
    let (intakes, hows, streams) = ([partner.0, ours.0], [partner.1, ours.1], [partner.2, ours.2]);

    let compared = compared(&intakes);
    let names = Names::new(&intakes, resolve);
    let mut outcome = Outcome::new(&intakes, &names, question.limits, &scratch);
    let mut rest = by_id::Rest::new(&scratch, compared);
    by_id::pair(streams, question.feeds.each_ref().map(Feed::may_repeat), &mut outcome, &mut rest)?;
    let same = |a: &Record, b: &Record| number::same([a.from, a.to], [b.from, b.to], compared);
    by_number::pair(rest.finish()?, &question.limits, &scratch, &mut outcome, &same)?;
    outcome.settle(&scratch)?;

    let Outcome { agreed, repeated, groups, shifts, far, again, .. } = outcome;
    let mut groups: Vec<(Key, Group)> = groups.into_iter().collect();
    let mut sized = Vec::new();
    for (at, (key, group)) in groups.iter().enumerate() {
        sized.push((std::cmp::Reverse(difference(&group.both)?.abs()), key.clone(), at));
    }
    sized.sort();
    let mut place: Vec<usize> = vec![0; groups.len()];
    sized.iter().enumerate().for_each(|(to, (_, _, from))| place[*from] = to);
    let mut places = place.into_iter();
    groups.sort_by_cached_key(|_| places.next());
    let mut shifts: Vec<(i64, u64)> = shifts.into_iter().collect();
    shifts.sort_by_key(|(seconds, calls)| (std::cmp::Reverse(*calls), seconds.abs(), *seconds));

    let totals = |at: usize| {
        let Counted { calls, mut cost } = intakes[at].counted;
        cost.add_units(-again[at].cost.mantissa(), again[at].cost.scale()).map_err(too_large)?;
        Ok::<_, Problem>(Counted { calls: calls - again[at].calls, cost })
    };
    let totals = [totals(0)?, totals(1)?];
    adds_up(&totals, agreed.iter().chain([&repeated]).chain(groups.iter().map(|(_, group)| &group.both)))?;
    let not_captured = question.feeds.iter().flat_map(Feed::gaps).collect();
    let mut intakes = intakes;
    for (intake, again) in intakes.iter_mut().zip(again) {
        intake.again = again;
    }
    let reads = question.names.iter().zip(hows).zip(intakes).zip(totals);
    let mut reads = reads.map(|(((name, how), intake), total)| SideRead { name: name.clone(), how, intake, total });
    let (Some(partner), Some(ours)) = (reads.next(), reads.next()) else {
        return Err(Problem::stop("internal", "a side of the comparison is lost"));
    };
    Ok(Comparison {
        period: question.period.clone(),
        timezone: question.timezone,
        currency: question.currency,
        limits: question.limits,
        sides: [partner, ours],
        compared,
        names,
        agreed,
        repeated,
        groups,
        shifts,
        far,
        not_captured,
    })
}

/// Reads a side and puts it into the order of ids.
fn take(feed: &Feed<'_>, name: &str, window: &Window, scratch: &Scratch) -> Result<(Intake, How, Stream), Problem> {
    let mut intake = Intake::new();
    let mut sorter = Sorter::new(scratch, Record::by_id);
    let how = match feed {
        Feed::File(path, reading) => file(path, name, reading, window, &mut intake, &mut sorter)?,
        Feed::Captured { folder, record: capture, currency } => {
            call_pages::each(folder, capture, |answer, calls| {
                intake.file(format!("capture/{}", answer.file));
                let customer = answer.customer_id.as_deref().unwrap_or_default();
                calls.iter().zip(1..).try_for_each(|(call, line)| {
                    record(call, (customer, answer.direction, line), *currency, window, &mut intake, &mut sorter)
                })
            })?;
            How { kind: "capture", ..How::default() }
        }
    };
    Ok((intake, how, sorter.finish()?))
}

impl Feed<'_> {
    /// Whether a record may come more than once because pages shift while they are fetched.
    fn may_repeat(&self) -> bool {
        matches!(self, Self::Captured { .. })
    }

    fn gaps(&self) -> Vec<String> {
        let Self::Captured { record, .. } = self else { return Vec::new() };
        let gaps = record.not_captured.iter().filter(|gap| gap.role.name().starts_with("cdr"));
        gaps.map(|gap| {
            let way = gap.direction.map_or("", crate::model::usage::Direction::name);
            format!("{} {way}: {}", gap.customer_id.as_deref().unwrap_or_default(), gap.why)
        })
        .collect()
    }
}

/// How many digits of caller and called number are compared: those that both sides show, of
/// a number that both sides have.
fn compared(intakes: &[Intake; 2]) -> [u32; 2] {
    [0, 1].map(|which| {
        let is_there = intakes.iter().all(|intake| intake.numbers[which] > 0);
        if is_there { intakes.iter().map(|intake| intake.seen[which]).min().unwrap_or(COMPARED) } else { 0 }
    })
}

/// Ours less the partner's.
pub(crate) fn difference(both: &Both) -> Result<Decimal, Problem> {
    let total = |at: usize| both[at].cost.total().map_err(too_large);
    add_exact(total(1)?, -total(0)?).map_err(too_large)
}

/// Checks that every call that is counted is in one place, and all of its money.
fn adds_up<'a>(totals: &Both, parts: impl Iterator<Item = &'a Both>) -> Result<(), Problem> {
    let mut sums = [Counted::default(); 2];
    for part in parts {
        for (sum, part) in sums.iter_mut().zip(part) {
            sum.calls += part.calls;
            sum.cost.add_units(part.cost.mantissa(), part.cost.scale()).map_err(too_large)?;
        }
    }
    let value = |tally: &Tally| tally.total().map_err(too_large);
    for (side, (sum, total)) in Side::BOTH.into_iter().zip(sums.iter().zip(totals)) {
        if sum.calls != total.calls || value(&sum.cost)? != value(&total.cost)? {
            return Err(Problem::stop("internal", format!("the calls of one side ({}) do not add up", side.name()))
                .because(format!("{} of {} calls are in a group", sum.calls, total.calls))
                .next("this is an error of crossfoot: please report it"));
        }
    }
    Ok(())
}

impl Comparison {
    /// Whether every call that cost something is on both sides, once and at the same cost, and
    /// every row could be read.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.groups.iter().all(|(key, _)| !key.is_difference())
            && self.not_captured.is_empty()
            && self.sides.iter().all(|side| side.intake.rejected == 0)
    }

    /// Money of a sum.
    pub(crate) fn money(&self, tally: &Tally) -> Money {
        Money::new(tally.total().unwrap_or_default(), self.currency)
    }

    /// Ours less the partner's, as money.
    pub(crate) fn difference(&self, both: &Both) -> Money {
        Money::new(difference(both).unwrap_or_default(), self.currency)
    }

    /// The totals of both sides.
    pub(crate) fn totals(&self) -> Both {
        [self.sides[0].total, self.sides[1].total]
    }
}

#[cfg(test)]
pub(super) mod tests;
