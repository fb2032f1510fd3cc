//! Addresses → what answers them.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::http::request::Parts;
use hyper::{Method, Response};
use serde_json::json;

use super::answer::{Answer, Body, not_found};
use super::book::Listed;
use super::orders::Order;
use super::request::{Query, body, decoded, read, wrong};
use super::state::Desk;
use super::words::Words;
use super::{archive, assets, customers, drafts, files, findings, ledger, writes};
use crate::model::problem::Problem;

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
                        run.stop(&desk.program.children);
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
    let books: Vec<_> = desk.books.iter().map(|book| book.listed((desk.clock)())).collect();
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
            ["findings"] => findings::list(book, &query.period()?),
            ["vouchers"] => findings::vouchers(book, &query.period()?, query.needed("finding")?),
            ["customer"] => findings::customer(book, &query.period()?, query.needed("id")?),
            ["customers"] => customers::list(&book.customers, &book.books),
            ["ledger"] => ledger::shown(&desk.program, book, &query),
            ["drafts"] => drafts::shown(book, &query.period()?),
            ["proposal"] => drafts::proposed(book, &query.period()?),
            ["archive"] => archive::search(book, &query),
            ["file", parts @ ..] => files::find(&book.books, parts),
            ["download", name] => files::download(&book.desk_folder()?, name),
            ["status"] => book.document(&desk.program, &Words::of("status")),
            ["doctor"] => book.document(&desk.program, &Words::of("doctor")),
            ["outbox"] => book.document(&desk.program, &Words::of("send").value("period", &query.period()?.name)),
            _ => Err(not_found(format!("there is nothing at {}", rest.join("/")))),
        }
    })
    .await
}

async fn post(
    desk: Arc<Desk>,
    id: usize,
    name: &str,
    query: Query,
    incoming: Incoming,
) -> Result<Response<Body>, Problem> {
    if name == "ledger" {
        let folder = desk.book(id)?.desk_folder()?;
        let path = ledger::receive(folder, query.get("name").unwrap_or_default(), incoming).await?;
        return apart(move || ledger::dropped(&desk.program, desk.book(id)?, &query, &path)).await;
    }
    let bytes = body(incoming).await?;
    match name {
        "run" => {
            let order: Order = read(&bytes)?;
            Ok(desk.start(id, &order)?.streamed())
        }
        "preview" => apart(move || findings::preview(&desk.program, desk.book(id)?, &bytes)).await,
        "alias" => apart(move || writes::alias(desk.book(id)?, &bytes)).await,
        "customer" => apart(move || writes::customer(desk.book(id)?, &bytes)).await,
        "accounts" => apart(move || writes::accounts(desk.book(id)?, &bytes)).await,
        "init" => apart(move || writes::init(&desk.program, desk.book(id)?, &bytes)).await,
        _ => Err(not_found(format!("there is no such thing to do as {name}"))),
    }
}
