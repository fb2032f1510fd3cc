//! The HTTP client: GET, authenticated, bounded in time, size and attempts, and never
//! sending its token anywhere but to the configured host.

use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use chrono::{DateTime, Utc};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{StatusCode, Url};

use super::answer::{Answer, DEGRADED, Failure, chain, message_of, not_json, permanent, retry_after};
use super::credentials::Credentials;
use super::pace::Pace;
use super::redact;
use crate::books::config::Upstream;
use crate::books::trust::is_this_machine;
use crate::model::money::shorten;
use crate::model::problem::Problem;

/// The largest body that is taken: far above any analytics answer.
pub(crate) const MAX_BODY_BYTES: usize = 32 * 1024 * 1024;
/// The largest page of a list: a hundred rows of 80 kB. Several are under way at a time.
pub(crate) const MAX_PAGE_BYTES: usize = 8 * 1024 * 1024;

/// The world around a capture, handed down from `main`.
pub(crate) trait Watch: Sync {
    /// The current time.
    fn now(&self) -> DateTime<Utc>;
    /// Something that the person should read.
    fn say(&self, text: &str);
    /// Something that only a curious person wants to read.
    fn detail(&self, text: &str);
    /// An attempt failed and is repeated.
    fn retrying(&self, text: &str);
    /// So many of so many answers are there.
    fn progress(&self, done: u64, total: u64);
}

/// A request below the base URL.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// `/analytics`
    pub path: String,
    /// Query parameters, in order.
    pub query: Vec<(&'static str, String)>,
    /// The largest body that is taken, in bytes.
    pub largest: usize,
}

impl Request {
    /// A request for one document.
    pub(crate) fn document(path: impl Into<String>, query: Vec<(&'static str, String)>) -> Self {
        Self { path: path.into(), query, largest: MAX_BODY_BYTES }
    }

    /// A request for one page of a list.
    pub(crate) fn page(path: impl Into<String>, query: Vec<(&'static str, String)>) -> Self {
        Self { path: path.into(), query, largest: MAX_PAGE_BYTES }
    }
}

/// A client for one base URL.
#[derive(Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: Url,
    upstream: Upstream,
    credentials: Credentials,
    pace: Pace,
}

impl Client {
    /// Checks the base URL and prepares TLS and headers.
    ///
    /// # Errors
    /// A base URL that is not https to a host (http to this machine), or carries
    /// credentials, a query or a fragment.
    pub(crate) fn new(upstream: &Upstream, credentials: Credentials) -> Result<Self, Problem> {
        let base = checked_base(&upstream.base_url)?;
        // A second installation by another client of this process is refused, harmlessly.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut headers = HeaderMap::new();
        for (name, secret) in [("x-auth-id", &credentials.auth_id), ("x-auth-token", &credentials.auth_token)] {
            let mut value = HeaderValue::from_str(secret.expose())
                .map_err(|_| Problem::usage("no-credentials", "a credential cannot be sent as an HTTP header"))?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        headers.insert("accept", HeaderValue::from_static("application/json"));
        let timeout = Duration::from_secs(upstream.timeout_seconds);
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("crossfoot/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(timeout)
            .timeout(timeout);
        if is_loopback(&base) {
            // A proxy must not see what is meant for this machine.
            builder = builder.no_proxy();
        }
        if base.scheme() == "http" {
            // No TLS, so no certificates: the demo runs on a machine that has none.
            builder = builder.tls_certs_only([]);
        }
        if let (Some(address), Some(host)) = (upstream.address, base.host_str()) {
            builder = builder.resolve(host, address);
        }
        let http = builder.build().map_err(|e| {
            Problem::stop("upstream-tls", "a secure connection cannot be set up")
                .because(chain(&e))
                .next("install the system's CA certificates (on Debian: ca-certificates)")
        })?;
        let pace = Pace::new(upstream.concurrency, upstream.requests_per_second);
        Ok(Self { http, base, upstream: upstream.clone(), credentials, pace })
    }

    /// The credentials, for taking them out of texts.
    #[must_use]
    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The URL of a request.
    #[must_use]
    pub(crate) fn url(&self, request: &Request) -> Url {
        let mut url = self.base.clone();
        // Segment by segment, so that an id cannot lead elsewhere.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(request.path.split('/').filter(|segment| !segment.is_empty()));
        }
        if !request.query.is_empty() {
            url.query_pairs_mut().extend_pairs(&request.query);
        }
        url
    }

    /// Sends a request until an answer can be decoded, it fails for good, or the attempts
    /// are used up. What `decode` refuses as [`DEGRADED`] is asked for again.
    ///
    /// # Errors
    /// The last failure, with the number of attempts.
    pub(crate) async fn get<T>(
        &self,
        request: &Request,
        watch: &dyn Watch,
        decode: impl Fn(&[u8]) -> Result<T, Problem>,
    ) -> Result<(Answer, T), Failure> {
        let url = self.url(request);
        let longest = Duration::from_secs(self.upstream.max_wait_seconds);
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(500).min(longest))
            .with_max_delay(longest)
            .with_max_times(self.upstream.max_attempts.saturating_sub(1) as usize)
            .with_jitter();
        let attempts = std::sync::atomic::AtomicU32::new(0);
        let tried = std::sync::atomic::Ordering::Relaxed;
        let result = (|| async {
            // A place and a turn for each attempt: who waits to try again holds up nobody.
            let place = self.pace.turn().await;
            attempts.fetch_add(1, tried);
            let answer = self.once(&url, request.largest, watch).await;
            drop(place);
            self.pace.answered(answer.as_ref().is_err_and(|failure| failure.status == Some(429)));
            let answer = answer?;
            match decode(&answer.body) {
                Ok(decoded) => Ok((answer, decoded)),
                Err(mut problem) => {
                    // What cannot be read is quoted, and can be anything.
                    problem.why = problem.why.take().map(|why| redact::message(&why, &self.credentials));
                    Err(not_json(&answer.body).unwrap_or_else(|| Failure {
                        again: problem.code == DEGRADED,
                        problem,
                        status: Some(200),
                        retry_after: None,
                    }))
                }
            }
        })
        .retry(pauses)
        .when(|failure| failure.again)
        // Retry-After is a floor, with jitter on top so that not all come back at once; our
        // own cap is the ceiling of all.
        .adjust(|failure, pause| {
            pause.map(|pause| {
                failure.retry_after.map_or(pause, |asked| (asked.saturating_add(pause / 4)).max(pause)).min(longest)
            })
        })
        .notify(|failure, pause| {
            watch.retrying(&format!(
                "{}; trying again in {}.{} s",
                failure.problem.what,
                pause.as_secs(),
                pause.subsec_millis() / 100
            ));
        })
        .await;
        let attempts = attempts.load(tried);
        result.map_err(|mut failure| {
            if attempts > 1 {
                let why = failure.problem.why.take().map_or_else(String::new, |w| format!("{w}; "));
                failure.problem.why = Some(format!("{why}{attempts} attempts were made"));
            }
            if failure.problem.place.is_none() {
                failure.problem = failure.problem.at(format!("GET {url}"));
            }
            failure
        })
    }

    async fn once(&self, url: &Url, largest: usize, watch: &dyn Watch) -> Result<Answer, Failure> {
        let mut response = self.http.get(url.clone()).send().await.map_err(|e| self.transport(e))?;
        let status = response.status();
        if status.is_redirection() {
            return Err(self.redirected(url, &response));
        }
        let too_large = || {
            permanent(
                Problem::stop("upstream-too-large", "the partner's answer is too large")
                    .because(format!("it has more than {} MiB", largest / 1024 / 1024))
                    .next("check [upstream] base_url"),
                Some(status),
            )
        };
        if response.content_length().is_some_and(|n| n > largest as u64) {
            return Err(too_large());
        }
        let headers = response.headers().clone();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| self.transport(e))? {
            if body.len() + chunk.len() > largest {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        let when = watch.now();
        if status != StatusCode::OK {
            return Err(self.refused(status, &headers, &body, when));
        }
        let served = headers
            .get("date")
            .and_then(|value| DateTime::parse_from_rfc2822(value.to_str().ok()?).ok())
            .map(|date| date.with_timezone(&Utc));
        let kept = ["content-type", "deprecation", "sunset"];
        let headers = kept
            .into_iter()
            .filter_map(|name| {
                let value = headers.get(name)?.to_str().ok()?;
                Some((name.to_owned(), redact::header(value).to_owned()))
            })
            .collect();
        Ok(Answer { url: url.to_string(), when, body, headers, served })
    }

    fn transport(&self, error: reqwest::Error) -> Failure {
        let (code, what) = if error.is_timeout() {
            ("upstream-timeout", format!("the partner API did not answer within {} s", self.upstream.timeout_seconds))
        } else if error.is_connect() {
            ("upstream-unreachable", "the partner API cannot be reached".to_owned())
        } else {
            ("upstream-cut", "the partner's answer was cut short".to_owned())
        };
        Failure {
            problem: Problem::stop(code, what)
                .because(redact::text(&chain(&error.without_url()), &self.credentials))
                .next("check [upstream] base_url and the network, and run the command again"),
            status: None,
            again: true,
            retry_after: None,
        }
    }

    fn redirected(&self, url: &Url, response: &reqwest::Response) -> Failure {
        let target = response
            .headers()
            .get("location")
            .and_then(|v| v.to_str().ok())
            .and_then(|location| url.join(location).ok())
            .and_then(|target| target.host_str().map(|host| format!("to the host {}", shorten(host))))
            .unwrap_or_else(|| "elsewhere".to_owned());
        permanent(
            Problem::stop("upstream-redirect", format!("the partner API redirects {target}"))
                .because("a redirect is never followed, so that the token goes nowhere but to the configured host")
                .next("if the API has moved, write its new address to [upstream] base_url"),
            Some(response.status()),
        )
    }

    fn refused(&self, status: StatusCode, headers: &HeaderMap, body: &[u8], now: DateTime<Utc>) -> Failure {
        let said = message_of(body).map(|m| redact::message(&shorten(&m), &self.credentials));
        let next = match status.as_u16() {
            401 => "check the partner id and the token in the environment",
            403 => "ask the partner to switch on partner access for these credentials",
            404 => "check [upstream] base_url: it ends with /api/v1/partner",
            408 | 429 | 500..=599 => "wait, and run the command again",
            _ => "check [upstream] base_url and the period",
        };
        let mut problem = Problem::stop("upstream-status", format!("the partner API answered {status}")).next(next);
        if let Some(said) = said {
            problem = problem.because(format!("it says: {said}"));
        }
        Failure {
            problem,
            status: Some(status.as_u16()),
            again: matches!(status.as_u16(), 408 | 429 | 500..=599),
            retry_after: retry_after(headers, body, now),
        }
    }
}

/// Host and port of a base URL.
///
/// # Errors
/// As [`Client::new`].
pub(crate) fn host_of(base_url: &str) -> Result<(String, u16), Problem> {
    let url = checked_base(base_url)?;
    Ok((url.host_str().unwrap_or_default().to_owned(), url.port_or_known_default().unwrap_or_default()))
}

fn checked_base(text: &str) -> Result<Url, Problem> {
    let refuse = |why: &str| {
        Problem::usage("base-url", "[upstream] base_url cannot be used")
            .because(why)
            .next("write the address of the partner API, such as https://api.vobiz.ai/api/v1/partner")
            .not_done("Nothing was fetched.")
    };
    let url = Url::parse(text).map_err(|e| refuse(&format!("it is not a URL: {e}")))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("it carries credentials; they belong in the environment"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(refuse("it has a query or a fragment"));
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => Err(refuse("http would send the token in clear; https is required unless the host is this machine")),
        _ => Err(refuse("it must begin with https://")),
    }
}

/// Whether a URL leads to this machine.
#[must_use]
pub(crate) fn is_loopback(url: &Url) -> bool {
    url.host_str().is_some_and(is_this_machine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_travel_encrypted_or_stay_on_this_machine() {
        for good in
            ["https://api.vobiz.ai/api/v1/partner", "http://127.0.0.1:8080/x", "http://localhost/x", "http://[::1]:1/x"]
        {
            assert!(checked_base(good).is_ok(), "{good}");
        }
        for bad in [
            "http://api.vobiz.ai/x",
            "ftp://127.0.0.1/",
            "https://u:p@host/",
            "https://host/?a=1",
            "api.vobiz.ai",
            "http://127.0.0.1.example.com/",
        ] {
            assert!(checked_base(bad).is_err(), "{bad}");
        }
    }
}
