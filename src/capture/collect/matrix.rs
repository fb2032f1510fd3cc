//! The matrix: each customer's calls per direction, from summaries or from the rows.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use rust_decimal::Decimal;

use super::bounds::Walk;
use super::{Collector, FetchError, endless};
use crate::books::config::MatrixSource;
use crate::capture::partner::cdrs::{self, Call};
use crate::capture::record::{Role, Subject};
use crate::capture::requests::{self, AnswerRequest, PER_PAGE};
use crate::capture::staging::NOT_KEPT;
use crate::model::money::Tally;
use crate::model::period::Period;
use crate::model::problem::Problem;
use crate::model::usage::Direction;

impl Collector<'_> {
    pub(super) fn summary_of<'b>(&self, subject: Subject<'b>) -> AnswerRequest<'b> {
        let period = self.request.period;
        requests::cdrs(Role::CdrSummary, subject, (period.from, period.to), None)
    }

    /// Each of these customers' directions. The sum of all costs, where none is missing.
    /// `unsure`: they may be no customers of this partner.
    pub(super) async fn matrix(
        &self,
        source: MatrixSource,
        ids: &BTreeSet<String>,
        unsure: bool,
    ) -> Result<Option<Decimal>, Problem> {
        let cells: Vec<Subject<'_>> =
            ids.iter().flat_map(|id| Direction::ALL.map(|d| Subject { customer_id: id, direction: Some(d) })).collect();
        self.expect(cells.len() as u64);
        let sums = stream::iter(cells)
            .map(|subject| async move {
                if source == MatrixSource::CdrRows {
                    self.rows(subject, unsure).await
                } else {
                    self.summary(subject, unsure).await
                }
            })
            .buffer_unordered(self.tasks())
            .try_collect::<Vec<Option<Decimal>>>()
            .await?;
        let mut tally = Tally::default();
        let whole = sums.into_iter().all(|cost| cost.is_some_and(|cost| tally.add(cost).is_ok()));
        Ok(if whole { tally.total().ok() } else { None })
    }

    /// What a missing cell means: a gap, or, for who may be no customer, nothing.
    pub(super) fn gap(&self, wanted: &AnswerRequest<'_>, error: FetchError, unsure: bool) -> Result<(), Problem> {
        match error {
            FetchError::Failed(failure) if failure.problem.code != NOT_KEPT => {
                if unsure && !failure.is_passing() {
                    self.request.watch.detail(&format!("{}: {}", wanted.file(), failure.problem.reason()));
                } else {
                    self.note(wanted, &failure.problem);
                }
                Ok(())
            }
            fatal => Err(fatal.into()),
        }
    }

    async fn summary(&self, subject: Subject<'_>, unsure: bool) -> Result<Option<Decimal>, Problem> {
        match self.ask_summary(subject).await {
            Ok(cost) => Ok(Some(cost)),
            Err(error) => self.gap(&self.summary_of(subject), error, unsure).map(|()| None),
        }
    }

    /// The cost that the summary of a customer's calls in one direction states.
    pub(super) async fn ask_summary(&self, subject: Subject<'_>) -> Result<Decimal, FetchError> {
        let Period { from, to, .. } = *self.request.period;
        let asked = requests::asked(subject, (from, to), self.request.config.upstream.timezone, 1);
        let decode = |body: &[u8], file: &str| {
            let page = cdrs::decode(body, file, 1, &asked)?;
            page.summary.and_then(|summary| summary.cost).ok_or_else(|| no_summary(file))
        };
        self.answer(&self.summary_of(subject), decode).await
    }

    async fn rows(&self, subject: Subject<'_>, unsure: bool) -> Result<Option<Decimal>, Problem> {
        let period = self.request.period;
        let stated = self.walk(Role::Cdrs, subject, (period.from, period.to), unsure).await?;
        let (before, after) =
            requests::beyond(period, self.request.config.upstream.timezone, self.request.config.timezone);
        for (role, days) in [(Role::CdrsBefore, before), (Role::CdrsAfter, after)] {
            if let (Some(days), Some(_)) = (days, stated) {
                self.expect(1);
                self.walk(role, subject, days, unsure).await?;
            }
        }
        Ok(stated)
    }

    /// Every page of a list of calls; the cost that its summary states, where all arrived.
    async fn walk(
        &self,
        role: Role,
        subject: Subject<'_>,
        days: (NaiveDate, NaiveDate),
        unsure: bool,
    ) -> Result<Option<Decimal>, Problem> {
        let asked = requests::asked(subject, days, self.request.config.upstream.timezone, PER_PAGE);
        let page = |number: u64| async move {
            let wanted = requests::cdrs(role, subject, days, Some(number));
            match self.answer(&wanted, |body, file| cdrs::decode(body, file, number, &asked)).await {
                Ok(page) => Ok(Some((number, page))),
                Err(error) => self.gap(&wanted, error, unsure).map(|()| None),
            }
        };
        let Some((_, first)) = page(1).await? else { return Ok(None) };
        let (mut more, pages, summary) = (first.more, first.pages, first.summary);
        let wanted = requests::cdrs(role, subject, days, Some(1));
        let cut = |problem: Problem| self.gap(&wanted, endless(problem), unsure).map(|()| None);
        let begun = Walk::new(&wanted.file(), pages, first.total).and_then(|mut walk| {
            walk.page(first.calls.len(), uuid(&first.calls), more)?;
            Ok(walk)
        });
        let mut walk = match begun {
            Ok(walk) => walk,
            Err(problem) => return cut(problem),
        };
        let mut last = 1;
        if let Some(pages) = pages.filter(|pages| more && *pages > 1) {
            last = pages;
            self.expect(last - 1);
            let pages = self.all((2..=last).map(page)).await?;
            let Some(pages) = pages else { return Ok(None) };
            more = pages.iter().any(|(number, page)| *number == last && page.more);
        }
        // Pages beyond what the first one promised, or without any promise.
        while more {
            last += 1;
            self.expect(1);
            let Some((_, another)) = page(last).await? else { return Ok(None) };
            more = another.more;
            if let Err(problem) = walk.page(another.calls.len(), uuid(&another.calls), more) {
                return cut(problem);
            }
        }
        Ok(Some(summary.and_then(|s| s.cost).unwrap_or_default()))
    }
}

fn uuid(calls: &[Call]) -> Option<&str> {
    calls.first().and_then(|call| call.uuid.as_deref())
}

fn no_summary(file: &str) -> Problem {
    Problem::stop("upstream-shape", "the partner's call records come without a summary of their cost")
        .at(file)
        .next("set [upstream] matrix = \"cdr-rows\", which adds up the calls themselves")
}
