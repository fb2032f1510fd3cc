//! What a capture asks for, in which order, and what becomes of what does not come:
//! `/analytics`, without which there is nothing; `/me` and `/dashboard`; where the analytics
//! do not list every customer, `/accounts` and each customer's call records per direction;
//! on request the partner's ledger. An answer goes to the disk before the next is asked for.

mod bounds;
mod matrix;

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Mutex, PoisonError};

use chrono::SecondsFormat;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use self::bounds::Walk;
use super::answer::{Failure, permanent};
use super::client::{Client, Watch};
use super::partner::{accounts, analytics, dashboard, identity, transactions};
use super::record::{AnswerRecord, NotCaptured, Record, Role, Span, Subject};
use super::redact::{self, Keep};
use super::requests::{self, AnswerRequest, PER_PAGE};
use super::staging::Staging;
use crate::books::config::{Config, MatrixSource};
use crate::model::digest::sha256_hex;
use crate::model::period::Period;
use crate::model::problem::Problem;
use crate::model::usage::{Analytics, Direction};

/// So many requests in a row that fail for good mean that the partner is down.
const DOWN_AFTER: u32 = 10;
/// Tasks beyond the requests under way: those that wait to try again hold up nobody.
const TASKS_PER_PLACE: usize = 4;

/// What a capture is made with.
pub(crate) struct CaptureRequest<'a> {
    /// The connection.
    pub client: &'a Client,
    /// The settings.
    pub config: &'a Config,
    /// The period asked for.
    pub period: &'a Period,
    /// Customers that the books know: asked for, too, when the partner's list falls short.
    pub known: &'a BTreeSet<String>,
    /// The world.
    pub watch: &'a dyn Watch,
}

/// Why an answer is not there.
enum FetchError {
    /// The capture cannot go on.
    Fatal(Problem),
    /// This answer cannot be had.
    Failed(Failure),
}

impl From<FetchError> for Problem {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Fatal(problem) => problem,
            FetchError::Failed(failure) => failure.problem,
        }
    }
}

/// Of a list that does not end: it alone cannot be had.
fn endless(problem: Problem) -> FetchError {
    FetchError::Failed(permanent(problem, None))
}

struct Collector<'a> {
    request: &'a CaptureRequest<'a>,
    state: Mutex<State>,
}

struct State {
    work: Staging,
    used: BTreeSet<String>,
    missing: Vec<NotCaptured>,
    done: u64,
    total: u64,
    failed_in_a_row: u32,
}

/// Gets every answer of a period into `work`, and writes `capture.json` beside them.
///
/// # Errors
/// What cannot be done without could not be had, or nothing can be written. What had
/// arrived stays in `work`.
pub(crate) async fn collect(request: &CaptureRequest<'_>, work: Staging) -> Result<(), Problem> {
    let state = State { work, used: BTreeSet::new(), missing: Vec::new(), done: 0, total: 3, failed_in_a_row: 0 };
    let collector = Collector { request, state: Mutex::new(state) };
    let analytics = collector.analytics().await?;
    collector.optional(Role::Me, |body, file| identity::decode(body, file).map(drop)).await?;
    collector.optional(Role::Dashboard, |body, file| dashboard::decode(body, file).map(drop)).await?;

    let setting = request.config.upstream.matrix;
    let mut source = setting.settled(analytics.lists_everybody());
    let mut ids = BTreeSet::new();
    if source != MatrixSource::TopCustomers || request.config.upstream.transactions {
        match collector.accounts(setting == MatrixSource::Auto).await? {
            Some(listed) => ids = listed,
            None => source = MatrixSource::TopCustomers,
        }
    }
    if source != MatrixSource::TopCustomers {
        ids.extend(analytics.customers.iter().map(|customer| customer.customer_id.clone()));
        ids.extend(analytics.names.keys().cloned());
        if setting == MatrixSource::Auto && !collector.serves_calls(&ids).await? {
            source = MatrixSource::TopCustomers;
        }
    }
    if source != MatrixSource::TopCustomers {
        let sum = collector.matrix(source, &ids, false).await?;
        let more: BTreeSet<String> = request.known.difference(&ids).cloned().collect();
        // Accounts that are no longer active may be on no list; the books know them.
        if !more.is_empty() && sum.is_some_and(|sum| analytics.total.cost.is_some_and(|total| sum < total)) {
            collector.matrix(source, &more, true).await?;
        }
    }
    if request.config.upstream.transactions {
        collector.transactions(&ids).await?;
    }
    collector.finish(source)
}

impl Collector<'_> {
    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn expect(&self, more: u64) {
        let (done, total) = self.with(|state| {
            state.total = state.total.saturating_add(more);
            (state.done, state.total)
        });
        self.request.watch.progress(done, total);
    }

    fn tasks(&self) -> usize {
        self.request.config.upstream.concurrency * TASKS_PER_PLACE
    }

    /// An answer that is there already, or that is asked for now and kept.
    async fn answer<T>(
        &self,
        wanted: &AnswerRequest<'_>,
        decode: impl Fn(&[u8], &str) -> Result<T, Problem>,
    ) -> Result<T, FetchError> {
        let file = wanted.file();
        let kept = self.with(|state| state.work.kept(&file));
        let decoded = match kept.and_then(|body| decode(&body, &file).ok()) {
            Some(decoded) => decoded,
            None => self.ask(wanted, &file, &decode).await?,
        };
        let (done, total) = self.with(|state| {
            state.done += u64::from(state.used.insert(file));
            (state.done, state.total)
        });
        self.request.watch.progress(done, total);
        Ok(decoded)
    }

    async fn ask<T>(
        &self,
        wanted: &AnswerRequest<'_>,
        file: &str,
        decode: impl Fn(&[u8], &str) -> Result<T, Problem>,
    ) -> Result<T, FetchError> {
        let client = self.request.client;
        let (answer, decoded) = match client.get(&wanted.request, self.request.watch, |body| decode(body, file)).await {
            Ok(answered) => answered,
            Err(failure) => return Err(self.failed(failure)),
        };
        let keep = if self.request.config.upstream.mask_numbers { Keep::NoPeople } else { Keep::People };
        let (body, redacted) =
            redact::body(&answer.body, client.credentials(), wanted.role, keep).map_err(FetchError::Fatal)?;
        // What is kept must be read as what came was.
        let decoded = if redacted.is_empty() { decoded } else { decode(&body, file).map_err(FetchError::Fatal)? };
        let record = AnswerRecord {
            role: wanted.role,
            file: file.to_owned(),
            customer_id: wanted.subject.map(|s| s.customer_id.to_owned()),
            direction: wanted.subject.and_then(|s| s.direction),
            page: wanted.page,
            method: "GET".into(),
            url: answer.url,
            query: wanted.request.query.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect(),
            status: 200,
            when: answer.when.to_rfc3339_opts(SecondsFormat::Millis, true),
            sha256: sha256_hex(&body),
            bytes: body.len() as u64,
            redacted,
            headers: answer.headers.into_iter().collect(),
        };
        self.with(|state| {
            state.failed_in_a_row = 0;
            state.work.keep(record, &body)
        })
        .map_err(FetchError::Fatal)?;
        Ok(decoded)
    }

    /// Tells what stops the capture from what only leaves a gap.
    fn failed(&self, failure: Failure) -> FetchError {
        if failure.status == Some(401) || failure.problem.code == "upstream-redirect" {
            return FetchError::Fatal(failure.problem);
        }
        let in_a_row = self.with(|state| {
            state.failed_in_a_row = if failure.is_passing() { state.failed_in_a_row + 1 } else { 0 };
            state.failed_in_a_row
        });
        if in_a_row < DOWN_AFTER {
            return FetchError::Failed(failure);
        }
        let what = format!("{DOWN_AFTER} requests in a row failed: the partner API seems to be down");
        let problem = Problem::stop("upstream-down", what)
            .because(failure.problem.reason())
            .next("run the command again later: it continues where it was");
        FetchError::Fatal(problem)
    }

    fn note(&self, wanted: &AnswerRequest<'_>, problem: &Problem) {
        let why = redact::message(&problem.reason(), self.request.client.credentials());
        self.with(|state| {
            state.missing.push(NotCaptured {
                role: wanted.role,
                customer_id: wanted.subject.map(|s| s.customer_id.to_owned()),
                direction: wanted.subject.and_then(|s| s.direction),
                url: self.request.client.url(&wanted.request).to_string(),
                why,
            });
        });
    }

    async fn analytics(&self) -> Result<Analytics, Problem> {
        let period = self.request.period;
        Ok(self.answer(&requests::analytics(period), analytics::decode).await?)
    }

    /// A document that nothing depends on.
    async fn optional(&self, role: Role, check: impl Fn(&[u8], &str) -> Result<(), Problem>) -> Result<(), Problem> {
        let wanted = requests::document(role);
        match self.answer(&wanted, check).await {
            Err(FetchError::Failed(failure)) => {
                let what = if role == Role::Me { "the partner's profile" } else { "the dashboard" };
                self.request.watch.say(&format!("warning: {what} was not captured: {}", failure.problem.reason()));
                self.note(&wanted, &failure.problem);
                Ok(())
            }
            other => Ok(other?),
        }
    }

    /// The ids of all customers, all pages. None: this partner does not serve the list, and
    /// the settings leave it to us to do without.
    async fn accounts(&self, may_do_without: bool) -> Result<Option<BTreeSet<String>>, Problem> {
        let mut ids = BTreeSet::new();
        let mut walk = Walk::new("accounts", None, None)?;
        for page in 1.. {
            let wanted = requests::accounts(page, PER_PAGE);
            self.expect(1);
            let listed = match self.answer(&wanted, accounts::decode).await {
                Err(FetchError::Failed(failure)) if page == 1 && may_do_without && !failure.is_passing() => {
                    self.request.watch.say(&format!(
                        "warning: the list of customers cannot be had, so the analytics' own list is all there is: {}",
                        failure.problem.reason()
                    ));
                    self.note(&wanted, &failure.problem);
                    return Ok(None);
                }
                other => other?,
            };
            let before = ids.len();
            let rows = listed.customers.len() as u64;
            ids.extend(listed.customers.into_iter().map(|(id, _)| id));
            let all = match listed.total {
                Some(total) => ids.len() as u64 >= total,
                None => listed.size.is_some_and(|size| rows < size),
            };
            // A page with nobody new is the end, whatever the total says; the count is checked
            // when the capture is read.
            if all || ids.len() == before {
                break;
            }
            walk.page(ids.len() - before, None, true)?;
        }
        Ok(Some(ids))
    }

    /// Whether this partner serves call records at all: of two customers, one answers, or
    /// does not for a reason that passes.
    async fn serves_calls(&self, ids: &BTreeSet<String>) -> Result<bool, Problem> {
        let mut refused = None;
        for id in ids.first().into_iter().chain(ids.last()) {
            let subject = Subject { customer_id: id, direction: Some(Direction::Inbound) };
            match self.ask_summary(subject).await {
                Err(FetchError::Failed(failure)) if !failure.is_passing() => refused = Some((subject, failure)),
                Err(FetchError::Fatal(problem)) => return Err(problem),
                _ => return Ok(true),
            }
        }
        if let Some((subject, failure)) = refused {
            let why = failure.problem.reason();
            self.request.watch.say(&format!(
                "warning: call records cannot be had, so the analytics' own list is all there is: {why}"
            ));
            // Of the whole endpoint, not of this customer.
            self.note(&AnswerRequest { subject: None, ..self.summary_of(subject) }, &failure.problem);
            return Ok(false);
        }
        Ok(true)
    }

    /// Several requests at a time; None where one of them left a gap.
    async fn all<T>(
        &self,
        tasks: impl Iterator<Item = impl Future<Output = Result<Option<T>, Problem>>>,
    ) -> Result<Option<Vec<T>>, Problem> {
        let got: Vec<Option<T>> = stream::iter(tasks).buffer_unordered(self.tasks()).try_collect().await?;
        Ok(got.into_iter().collect())
    }

    /// The partner's ledger: the whole, or customer by customer where the whole is refused.
    async fn transactions(&self, ids: &BTreeSet<String>) -> Result<(), Problem> {
        let mut walk = Walk::new("transactions", None, None)?;
        for page in 1.. {
            let wanted = requests::transactions(self.request.period, None, page);
            self.expect(1);
            match self.answer(&wanted, |body, file| ledger_page(body, file, page, true)).await {
                Ok(decoded) if decoded.more => taken(&mut walk, page, &decoded)?,
                Ok(_) => return Ok(()),
                Err(FetchError::Failed(failure)) if page == 1 && !failure.is_passing() => {
                    let why = failure.problem.reason();
                    self.request.watch.detail(&format!("transactions are asked for customer by customer: {why}"));
                    break;
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.expect(ids.len() as u64);
        self.all(ids.iter().map(|id| self.customer_transactions(id))).await.map(drop)
    }

    async fn customer_transactions(&self, id: &str) -> Result<Option<()>, Problem> {
        let subject = Subject { customer_id: id, direction: None };
        let mut walk = Walk::new("transactions", None, None)?;
        for page in 1.. {
            let wanted = requests::transactions(self.request.period, Some(subject), page);
            match self.answer(&wanted, |body, file| ledger_page(body, file, page, false)).await {
                Ok(decoded) if decoded.more => match taken(&mut walk, page, &decoded) {
                    Ok(()) => self.expect(1),
                    Err(problem) => return self.gap(&wanted, endless(problem), false).map(Some),
                },
                Ok(_) => break,
                Err(error) => return self.gap(&wanted, error, false).map(Some),
            }
        }
        Ok(Some(()))
    }

    fn finish(self, source: MatrixSource) -> Result<(), Problem> {
        let CaptureRequest { config, period, .. } = *self.request;
        let mut state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        state.missing.sort_by(|a, b| (a.role, &a.url).cmp(&(b.role, &b.url)));
        // Pages of a list that broke off prove nothing.
        for gap in state.missing.iter().filter(|gap| gap.customer_id.is_some()) {
            let broken = |a: &AnswerRecord| {
                (a.role, &a.customer_id, &a.direction) == (gap.role, &gap.customer_id, &gap.direction)
            };
            state.used.retain(|file| !state.work.record(file).is_some_and(broken));
        }
        let record = Record {
            schema: "crossfoot/capture/v1".into(),
            period: Span { from: period.from, to: period.to },
            partner_timezone: config.upstream.timezone,
            books_timezone: config.timezone,
            matrix: source,
            masked: config.upstream.mask_numbers,
            answers: Vec::new(),
            not_captured: state.missing,
        };
        state.work.finish(&state.used, record)
    }
}

/// A page of a ledger, of which more follow; the first one says how many.
fn taken(walk: &mut Walk, page: u64, decoded: &transactions::TransactionsPage) -> Result<(), Problem> {
    if page == 1 && decoded.pages.is_some() {
        *walk = Walk::new("transactions", decoded.pages, None)?;
    }
    let first = decoded.rows.first().and_then(|row| row.id.as_deref());
    walk.page(decoded.rows.len(), first, decoded.more)
}

fn ledger_page(body: &[u8], file: &str, page: u64, whole: bool) -> Result<transactions::TransactionsPage, Problem> {
    let decoded = transactions::decode(body, file, page, PER_PAGE)?;
    if whole && decoded.rows.iter().any(|row| row.customer_id.is_none()) {
        return Err(Problem::stop("upstream-shape", "transactions do not say whose they are").at(file));
    }
    Ok(decoded)
}
