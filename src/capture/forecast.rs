//! How many requests a capture would make: for `--dry-run`. Two small requests are made to
//! know it.

use super::collect::CaptureRequest;
use super::partner::{accounts, analytics};
use super::requests::{self, PER_PAGE};
use crate::books::config::MatrixSource;
use crate::model::problem::Problem;

/// The requests of a capture, by what they ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Forecast {
    /// Where customers' own figures would come from.
    pub source: MatrixSource,
    /// What is asked for, and how often.
    pub requests: Vec<(&'static str, u64)>,
    /// Whether the numbers are exact: how many pages calls and transactions take shows only
    /// when they come.
    pub exact: bool,
}

impl Forecast {
    /// All of them.
    #[must_use]
    pub(crate) fn total(&self) -> u64 {
        self.requests.iter().fold(0, |sum, (_, n)| sum.saturating_add(*n))
    }
}

/// Asks for the analytics and for the number of customers, keeps nothing, and counts.
///
/// # Errors
/// One of the two cannot be had.
pub(crate) async fn forecast(request: &CaptureRequest<'_>) -> Result<Forecast, Problem> {
    let CaptureRequest { client, config, period, watch, .. } = *request;
    let wanted = requests::analytics(period);
    let decode = |body: &[u8]| analytics::decode(body, "analytics.json");
    let (_, answer) = client.get(&wanted.request, watch, decode).await.map_err(|f| f.problem)?;
    let mut source = config.upstream.matrix.settled(answer.lists_everybody());
    let mut requests = vec![("analytics", 1), ("me", 1), ("dashboard", 1)];
    let mut exact = !config.upstream.transactions;
    if source != MatrixSource::TopCustomers {
        let wanted = requests::accounts(1, 1);
        let count = client.get(&wanted.request, watch, |body| accounts::decode(body, "accounts")).await;
        let customers = match count {
            Ok((_, page)) => page.total.unwrap_or(page.customers.len() as u64),
            Err(failure) if config.upstream.matrix == MatrixSource::Auto && !failure.is_passing() => {
                source = MatrixSource::TopCustomers;
                0
            }
            Err(failure) => return Err(failure.problem),
        };
        requests.push(("accounts", customers.div_ceil(PER_PAGE).max(1)));
        if source == MatrixSource::CdrSummary {
            requests.push(("cdr-summary", customers.saturating_mul(2)));
        } else if source == MatrixSource::CdrRows {
            exact = false;
            let pages = answer.total.calls.unwrap_or(0).div_ceil(PER_PAGE);
            requests.push(("cdrs", customers.saturating_mul(2).max(pages.saturating_add(customers))));
            let (before, after) = requests::beyond(period, config.upstream.timezone, config.timezone);
            let sides = u64::from(before.is_some()) + u64::from(after.is_some());
            requests.push(("cdrs of the days beside the period", customers.saturating_mul(2 * sides)));
        }
    }
    if config.upstream.transactions {
        requests.push(("transactions", 1));
    }
    requests.retain(|(_, n)| *n > 0);
    Ok(Forecast { source, requests, exact })
}
