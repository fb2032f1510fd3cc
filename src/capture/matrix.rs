//! The captured call records of every customer → the matrix. Pages are read one after the
//! other and never held together: a customer with a million calls takes eight megabytes.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::Hasher;
use std::path::Path;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use super::bodies::read_body;
use super::partner::cdrs::{self, Call, CdrFilter, CdrPage};
use super::partner::{accounts, note_unread};
use super::record::{AnswerRecord, Record, Role, Subject};
use super::requests::{PER_PAGE, asked};
use crate::books::config::MatrixSource;
use crate::model::matrix::{Cell, Counted, EDGE_CALLS, EdgeCall, Grain, Matrix, MatrixCustomer};
use crate::model::money::{MoneyError, Tally};
use crate::model::period::Period;
use crate::model::problem::Problem;
use crate::model::spread::Used;
use crate::model::usage::{Analytics, CallUsage, Direction};

/// How many repeated calls are shown one by one.
const EXAMPLES: usize = 20;

/// What the records are read with.
struct CallReader<'a> {
    folder: &'a Path,
    period: &'a Period,
    partner: Tz,
    books_window: (DateTime<Utc>, DateTime<Utc>),
    /// The currency of the answer, where it states one.
    currency: Option<&'a str>,
    unread: &'a mut BTreeSet<String>,
    edge_calls: BTreeSet<EdgeCall>,
    edge_calls_total: u64,
}

/// Builds the matrix from the bodies in `folder`. None where none was captured. Fields that
/// we do not know are added to `unread`.
///
/// # Errors
/// A body that is not what was received, or cannot be read.
pub(super) fn read(
    folder: &Path,
    record: &Record,
    period: &Period,
    analytics: &Analytics,
    unread: &mut BTreeSet<String>,
) -> Result<Option<Matrix>, Problem> {
    let grain = match record.matrix {
        MatrixSource::CdrSummary => Grain::Summary,
        MatrixSource::CdrRows => Grain::Rows,
        MatrixSource::TopCustomers | MatrixSource::Auto => return Ok(None),
    };
    let mut reader = CallReader {
        folder,
        period,
        partner: record.partner_timezone,
        books_window: period.instants(record.books_timezone),
        currency: analytics.currency.as_deref(),
        unread,
        edge_calls: BTreeSet::new(),
        edge_calls_total: 0,
    };

    let mut customers: BTreeMap<String, MatrixCustomer> = BTreeMap::new();
    let mut accounts_stated = None;
    for answer in record.of(Role::Accounts) {
        let page = accounts::decode(&read_body(folder, answer)?, &answer.file)?;
        note_unread(reader.unread, Role::Accounts.name(), &page.unknown_fields);
        accounts_stated = accounts_stated.max(page.total);
        for (id, name) in page.customers {
            let entry = customers.entry(id).or_default();
            entry.name = entry.name.take().or(name);
        }
    }
    let accounts_listed = customers.len() as u64;
    let main = if grain == Grain::Summary { Role::CdrSummary } else { Role::Cdrs };

    // The pages of each customer and direction, in order.
    let mut pages: BTreeMap<(&str, Direction, Role), Vec<&AnswerRecord>> = BTreeMap::new();
    for answer in &record.answers {
        let (Some(id), Some(direction)) = (answer.customer_id.as_deref(), answer.direction) else { continue };
        customers.entry(id.to_owned()).or_default();
        pages.entry((id, direction, answer.role)).or_default().push(answer);
    }
    let mut gaps: BTreeMap<(String, Option<Direction>), String> = BTreeMap::new();
    for gap in record.not_captured.iter().filter(|gap| gap.role.is_of_the_period() && gap.role != Role::Transactions) {
        let Some(id) = &gap.customer_id else { continue };
        customers.entry(id.clone()).or_default();
        gaps.entry((id.clone(), gap.direction)).or_insert_with(|| gap.why.clone());
    }
    for (id, customer) in &mut customers {
        for direction in Direction::ALL {
            let of = |role: Role| pages.get(&(id.as_str(), direction, role)).map(Vec::as_slice).unwrap_or_default();
            let cell = &mut customer.cells[direction as usize];
            let files = of(main);
            cell.file = files.first().map(|answer| format!("capture/{}", answer.file)).unwrap_or_default();
            if let Some(why) = gaps.get(&(id.clone(), Some(direction))) {
                cell.missing = Some(why.clone());
            } else if files.is_empty() {
                cell.missing = Some("it was not asked for".to_owned());
            } else if grain == Grain::Summary {
                reader.summary(files, id, direction, cell)?;
            } else {
                reader.rows(files, &[of(Role::CdrsBefore), of(Role::CdrsAfter)].concat(), id, direction, cell)?;
            }
        }
    }
    Ok(Some(Matrix {
        grain,
        customers,
        accounts_listed,
        accounts_stated,
        edge_calls_beyond: reader.edge_calls_total - reader.edge_calls.len() as u64,
        edge_calls: reader.edge_calls.into_iter().collect(),
    }))
}

/// Sums over the rows of a day. Costs are added up apart from each other's scale.
struct Day {
    used: Used,
    cost: Tally,
}

impl Default for Day {
    fn default() -> Self {
        Self { used: Used::NOTHING, cost: Tally::default() }
    }
}

impl Day {
    fn total(&self) -> Result<Used, MoneyError> {
        Ok(Used { cost: self.cost.total()?, ..self.used })
    }
}

/// Sums over the rows of a cell.
#[derive(Default)]
struct Sums {
    /// Calls on all pages, and the summary of all, by the first page's word.
    stated: Option<u64>,
    summary: Option<CallUsage>,
    delivered: u64,
    calls: u64,
    unpriced: u64,
    /// Per currency; the empty text is for rows that state none.
    costs: BTreeMap<String, BTreeMap<Option<NaiveDate>, Day>>,
    edge: Tally,
    edge_count: u64,
    edge_calls: BTreeSet<EdgeCall>,
}

impl CallReader<'_> {
    fn asked<'b>(&self, customer_id: &'b str, direction: Direction, per_page: u64) -> CdrFilter<'b> {
        let subject = Subject { customer_id, direction: Some(direction) };
        asked(subject, (self.period.from, self.period.to), self.partner, per_page)
    }

    fn page(&mut self, answer: &AnswerRecord, asked: &CdrFilter<'_>) -> Result<CdrPage, Problem> {
        let body = read_body(self.folder, answer)?;
        let page = cdrs::decode(&body, &answer.file, answer.page.unwrap_or(1), asked)?;
        note_unread(self.unread, "cdrs", &page.unknown_fields);
        Ok(page)
    }

    fn summary(
        &mut self,
        files: &[&AnswerRecord],
        id: &str,
        direction: Direction,
        cell: &mut Cell,
    ) -> Result<(), Problem> {
        let asked = self.asked(id, direction, 1);
        for answer in files {
            let page = self.page(answer, &asked)?;
            let elsewhere = page.calls.iter().filter_map(|call| call.currency.clone());
            if let (Some(other), Some(cost)) = (
                elsewhere.into_iter().find(|c| self.currency.is_some_and(|ours| ours != c)),
                page.summary.as_ref().and_then(|s| s.cost),
            ) {
                cell.other_currencies.insert(other, cost);
                cell.missing = Some("its calls are in another currency than the analytics".to_owned());
                return Ok(());
            }
            cell.usage = page.summary.filter(|usage| usage.cost.is_some());
        }
        if cell.usage.is_none() {
            cell.missing = Some("the summary states no cost".to_owned());
        }
        Ok(())
    }

    /// Adds up the rows of a cell, each call once.
    fn rows(
        &mut self,
        files: &[&AnswerRecord],
        beyond: &[&AnswerRecord],
        id: &str,
        direction: Direction,
        cell: &mut Cell,
    ) -> Result<(), Problem> {
        let asked = self.asked(id, direction, PER_PAGE);
        let mut sums = self.each_once(files, &asked, true, cell)?;
        if let Some(stated) = sums.stated.filter(|stated| *stated > sums.delivered) {
            cell.missing = Some(format!("{} of {stated} calls arrived", sums.delivered));
            return Ok(());
        }
        if sums.unpriced > 0 {
            cell.missing = Some(format!("{} of {} calls state no cost", sums.unpriced, sums.calls));
            return Ok(());
        }
        // Where the answer states no currency, the calls' only one is taken for it.
        let ours =
            match (self.currency, sums.costs.keys().filter(|code| !code.is_empty()).collect::<Vec<_>>().as_slice()) {
                (Some(code), _) => code.to_owned(),
                (None, []) => String::new(),
                (None, [one]) => (*one).clone(),
                (None, _) => {
                    cell.missing = Some("its calls are in several currencies, and the analytics state none".to_owned());
                    return Ok(());
                }
            };
        for (code, days) in &sums.costs {
            let mut other = Tally::default();
            for (day, sum) in days {
                let used = sum.total().map_err(too_large)?;
                if code.is_empty() || *code == ours {
                    let whole = cell.days.entry(*day).or_insert(Used::NOTHING);
                    *whole = whole.plus(&used).map_err(too_large)?;
                } else {
                    other.add(used.cost).map_err(too_large)?;
                    cell.other_currencies.insert(code.clone(), other.total().map_err(too_large)?);
                }
            }
        }
        let whole = cell.used().map_err(too_large)?;
        cell.summary = sums.summary.take();
        cell.usage = Some(CallUsage {
            calls: Some(sums.calls),
            cost: Some(whole.cost),
            // Where all that count tell it.
            duration_seconds: whole.seconds.filter(|_| whole.calls == sums.calls),
            ..CallUsage::default()
        });
        cell.outside_books = self.list(sums)?;
        let around = CdrFilter {
            from: asked.from.pred_opt().unwrap_or(asked.from),
            to: asked.to.succ_opt().unwrap_or(asked.to),
            ..asked
        };
        let sums = self.each_once(beyond, &around, false, &mut Cell::default())?;
        cell.outside_partner = Some(self.list(sums)?);
        Ok(())
    }

    /// Goes through the rows, and once more without those that had been delivered before,
    /// if there are any. `inside`: they are of the partner's period.
    fn each_once(
        &mut self,
        files: &[&AnswerRecord],
        asked: &CdrFilter<'_>,
        inside: bool,
        cell: &mut Cell,
    ) -> Result<Sums, Problem> {
        let mut hashes = Vec::new();
        let mut sums = Sums::default();
        for (number, answer) in files.iter().enumerate() {
            let page = self.page(answer, asked)?;
            if number == 0 {
                (sums.stated, sums.summary) = (page.total, page.summary);
            }
            for call in page.calls {
                hashes.extend(call.uuid.as_deref().map(hash));
                self.add(call, asked, inside, &mut sums).map_err(too_large)?;
            }
        }
        hashes.sort_unstable();
        let twice: HashSet<u64> = hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        if twice.is_empty() {
            return Ok(sums);
        }
        drop(hashes);
        let mut seen: HashSet<String> = HashSet::new();
        let mut again = Sums { stated: sums.stated, summary: sums.summary, ..Sums::default() };
        let mut repeated = Tally::default();
        for answer in files {
            for call in self.page(answer, asked)?.calls {
                let uuid = call.uuid.as_deref().filter(|uuid| twice.contains(&hash(uuid)));
                if let Some(uuid) = uuid
                    && !seen.insert(uuid.to_owned())
                {
                    let cost = call.cost.unwrap_or_default();
                    repeated.add(cost).map_err(too_large)?;
                    cell.duplicates.counted.calls += 1;
                    if cell.duplicates.examples.len() < EXAMPLES {
                        cell.duplicates.examples.push((uuid.to_owned(), cost, format!("capture/{}", answer.file)));
                    }
                    again.delivered += 1;
                    continue;
                }
                self.add(call, asked, inside, &mut again).map_err(too_large)?;
            }
        }
        cell.duplicates.counted.cost = repeated.total().map_err(too_large)?;
        Ok(again)
    }

    fn add(&self, call: Call, asked: &CdrFilter<'_>, inside: bool, sums: &mut Sums) -> Result<(), MoneyError> {
        sums.delivered += 1;
        sums.calls += 1;
        let Some(cost) = call.cost else {
            sums.unpriced += 1;
            return Ok(());
        };
        let used = Used { cost: Decimal::ZERO, ..call.used() };
        let on = call.start.map(|start| start.with_timezone(&self.partner).date_naive());
        let day = sums.costs.entry(call.currency.unwrap_or_default()).or_default().entry(on).or_default();
        day.cost.add(cost)?;
        day.used = day.used.plus(&used)?;
        let Some(start) = call.start else { return Ok(()) };
        let in_books = self.books_window.0 <= start && start < self.books_window.1;
        if in_books == inside {
            return Ok(());
        }
        sums.edge.add(cost)?;
        sums.edge_count += 1;
        sums.edge_calls.insert(EdgeCall {
            start,
            customer_id: asked.customer_id.to_owned(),
            direction: asked.direction,
            uuid: call.uuid.unwrap_or_default(),
            cost,
            in_partner_period: inside,
        });
        if sums.edge_calls.len() > EDGE_CALLS {
            sums.edge_calls.pop_last();
        }
        Ok(())
    }

    /// Takes a cell's calls between the boundaries over into the list of all.
    fn list(&mut self, sums: Sums) -> Result<Counted, Problem> {
        self.edge_calls_total += sums.edge_count;
        self.edge_calls.extend(sums.edge_calls);
        while self.edge_calls.len() > EDGE_CALLS {
            self.edge_calls.pop_last();
        }
        Ok(Counted { calls: sums.edge_count, cost: sums.edge.total().map_err(too_large)? })
    }
}

/// A call's id in eight bytes. Two calls that share them are told apart by their whole ids.
fn hash(uuid: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(uuid.as_bytes());
    hasher.finish()
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn too_large(error: MoneyError) -> Problem {
    Problem::stop("overflow", "call costs are too large to be added up exactly").because(error.to_string())
}

#[cfg(test)]
mod tests;
