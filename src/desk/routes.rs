//! Addresses → what answers them.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use serde_json::json;

use super::answer::{Answer, Body, not_found};
use super::book::{Book, Listed};
use super::orders::{Order, Words};
use super::request::{Query, body, decoded, read, wrong};
use super::{Desk, assets, run};
use crate::model::problem::Problem;

impl Desk {
    /// Books by their number.
    ///
    /// # Errors
    /// No books have it.
    pub(super) fn book(&self, id: usize) -> Result<&Book, Problem> {
        self.books.get(id).ok_or_else(|| not_found(format!("the desk has no books {id}")))
    }
}

/// Does what takes time on a thread of its own.
async fn apart(work: impl FnOnce() -> Result<Answer, Problem> + Send + 'static) -> Result<Response<Body>, Problem> {
    match tokio::task::spawn_blocking(work).await {
        Ok(answer) => answer.map(Into::into),
        Err(e) => Err(Problem::stop("internal", "the desk failed at this request").because(e.to_string())),
    }
}

/// Answers a request that the guard has let through.
///
/// # Errors
/// As the page is told.
pub(super) async fn answer(desk: Arc<Desk>, parts: &Parts, incoming: Incoming) -> Result<Response<Body>, Problem> {
    let path = decoded(parts.uri.path()).ok_or_else(|| wrong("the address is no text"))?;
    let query = Query::of(&parts.uri);
    let is_reading = matches!(parts.method, Method::GET | Method::HEAD);
    let below: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match below.as_slice() {
        [""] if is_reading => assets::find(desk.assets.as_deref(), "index.html").map(Into::into),
        ["assets", name @ ..] if is_reading => assets::find(desk.assets.as_deref(), &name.join("/")).map(Into::into),
        ["api", "desk"] if is_reading => apart(move || Ok(listed(&desk))).await,
        ["api", id, rest @ ..] => {
            let id = id.parse().map_err(|_| not_found(format!("there is nothing at {path}")))?;
            desk.book(id)?;
            match parts.method {
                Method::GET | Method::HEAD => {
                    let rest: Vec<String> = rest.iter().map(|part| (*part).to_owned()).collect();
                    get(desk, id, rest, query).await
                }
                Method::POST => post(desk, id, &rest.join("/"), query, incoming).await,
                Method::DELETE if rest == ["run"] => {
                    if let Some(run) = desk.book(id)?.last_run() {
                        run.stop(&desk);
                    }
                    Ok(Answer::json(&json!({})).into())
                }
                _ => Err(not_found(format!("there is no {} {path}", parts.method))),
            }
        }
        _ => Err(not_found(format!("there is nothing at {path}"))),
    }
}

/// The books that lie on the desk.
fn listed(desk: &Desk) -> Answer {
    let books: Vec<_> = desk.books.iter().map(|book| book.listed(desk)).collect();
    let elsewhere = || (desk.clock)().date_naive().to_string();
    let today = books.iter().find_map(Listed::today).map_or_else(elsewhere, str::to_owned);
    Answer::json(&json!({"version": env!("CARGO_PKG_VERSION"), "today": today, "books": books}))
}

async fn get(desk: Arc<Desk>, id: usize, rest: Vec<String>, query: Query) -> Result<Response<Body>, Problem> {
    if rest == ["run"] {
        let run = desk.book(id)?.last_run();
        return Ok(match run {
            None => Answer::json(&json!(null)).into(),
            Some(run) if query.is_set("follow") => run.streamed(),
            Some(run) => Answer::json(&run.shown()).into(),
        });
    }
    apart(move || {
        let book = desk.book(id)?;
        match rest.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["status"] => book.document(&desk, &Words::of("status")),
            ["doctor"] => book.document(&desk, &Words::of("doctor")),
            ["outbox"] => book.document(&desk, &Words::of("send").value("period", &query.period()?.name)),
            _ => Err(not_found(format!("there is nothing at {}", rest.join("/")))),
        }
    })
    .await
}

async fn post(
    desk: Arc<Desk>,
    id: usize,
    name: &str,
    _query: Query,
    incoming: Incoming,
) -> Result<Response<Body>, Problem> {
    let bytes = body(incoming).await?;
    match name {
        "run" => {
            let order: Order = read(&bytes)?;
            let mut response = run::start(&desk, id, &order)?.streamed();
            *response.status_mut() = StatusCode::OK;
            Ok(response)
        }
        _ => Err(not_found(format!("there is no such thing to do as {name}"))),
    }
}
