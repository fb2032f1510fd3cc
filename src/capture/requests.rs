//! The requests of a capture: what is asked for, and under which file its answer is kept.

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;

use super::client::Request;
use super::partner::cdrs::CdrFilter;
use super::record::{Role, Subject, file_of};
use crate::model::period::Period;
use crate::model::usage::Direction;

/// Rows asked for on a page: the most that every list allows (API reference).
pub(crate) const PER_PAGE: u64 = 100;

/// First and last day.
pub(crate) type Days = (NaiveDate, NaiveDate);

/// One answer to get.
pub(super) struct AnswerRequest<'a> {
    /// What it is.
    pub(super) role: Role,
    /// Whom it is about.
    pub(super) subject: Option<Subject<'a>>,
    /// Its place in a list of pages.
    pub(super) page: Option<u64>,
    /// How to ask for it.
    pub(super) request: Request,
}

impl AnswerRequest<'_> {
    /// The file that keeps it.
    pub(super) fn file(&self) -> String {
        file_of(self.role, self.subject, self.page)
    }
}

/// `/analytics` of the period.
pub(super) fn analytics(period: &Period) -> AnswerRequest<'static> {
    let query = vec![("from_date", period.from.to_string()), ("to_date", period.to.to_string())];
    AnswerRequest { role: Role::Analytics, subject: None, page: None, request: Request::document("/analytics", query) }
}

/// `/me`, `/dashboard`.
pub(super) fn document(role: Role) -> AnswerRequest<'static> {
    AnswerRequest {
        role,
        subject: None,
        page: None,
        request: Request::document(format!("/{}", role.name()), Vec::new()),
    }
}

/// A page of `/accounts`.
pub(super) fn accounts(page: u64, per_page: u64) -> AnswerRequest<'static> {
    let query = vec![("page", page.to_string()), ("per_page", per_page.to_string())];
    AnswerRequest { role: Role::Accounts, subject: None, page: Some(page), request: Request::page("/accounts", query) }
}

/// A page of a customer's calls in one direction; without a page, one row and the summary.
pub(super) fn cdrs(role: Role, subject: Subject<'_>, (from, to): Days, page: Option<u64>) -> AnswerRequest<'_> {
    let direction = subject.direction.map_or("", Direction::name);
    // Both dates, always: a lone one may be ignored (partner-cdr skill).
    let mut query =
        vec![("start_date", from.to_string()), ("end_date", to.to_string()), ("call_direction", direction.to_owned())];
    match page {
        Some(page) => query.extend([("page", page.to_string()), ("per_page", PER_PAGE.to_string())]),
        None => query.push(("per_page", "1".to_owned())),
    }
    let path = format!("/accounts/{}/cdrs", subject.customer_id);
    AnswerRequest { role, subject: Some(subject), page, request: Request::page(path, query) }
}

/// What [`cdrs`] asks for, for checking the answer.
pub(super) fn asked(subject: Subject<'_>, (from, to): Days, timezone: Tz, per_page: u64) -> CdrFilter<'_> {
    let direction = subject.direction.unwrap_or(Direction::Inbound);
    CdrFilter { customer_id: subject.customer_id, direction, from, to, timezone, per_page }
}

/// A page of the partner's ledger, of all customers or of one.
pub(super) fn transactions<'a>(period: &Period, subject: Option<Subject<'a>>, page: u64) -> AnswerRequest<'a> {
    let query = vec![
        ("from_date", period.from.to_string()),
        ("to_date", period.to.to_string()),
        ("page", page.to_string()),
        ("per_page", PER_PAGE.to_string()),
    ];
    let path = match subject {
        Some(subject) => format!("/accounts/{}/transactions", subject.customer_id),
        None => "/transactions".to_owned(),
    };
    AnswerRequest { role: Role::Transactions, subject, page: Some(page), request: Request::page(path, query) }
}

/// The partner's days before and after the period in which calls of the books' period may
/// lie, where the two count days in different zones.
#[must_use]
pub(super) fn beyond(period: &Period, partner: Tz, books: Tz) -> (Option<Days>, Option<Days>) {
    let (partner_from, partner_to) = period.instants(partner);
    let (books_from, books_to) = period.instants(books);
    let before = (books_from < partner_from)
        .then(|| Some((books_from.with_timezone(&partner).date_naive(), period.from.pred_opt()?)))
        .flatten();
    let after = (books_to > partner_to)
        .then(|| {
            let last = books_to - TimeDelta::seconds(1);
            Some((period.to.succ_opt()?, last.with_timezone(&partner).date_naive()))
        })
        .flatten();
    (before, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_beyond_are_those_that_the_zones_differ_by() {
        let period = Period::parse("2026-10").unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let ist = chrono_tz::Asia::Kolkata;
        let before = (day("2026-09-30"), day("2026-09-30"));
        assert_eq!(beyond(&period, Tz::UTC, ist), (Some(before), None));
        let after = (day("2026-11-01"), day("2026-11-01"));
        assert_eq!(beyond(&period, Tz::UTC, chrono_tz::America::New_York), (None, Some(after)));
        assert_eq!(beyond(&period, ist, ist), (None, None));
    }
}
