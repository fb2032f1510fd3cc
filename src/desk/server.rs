//! The socket: connections, a bound on them, and each request through the guard.

use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{LOCATION, SET_COOKIE};
use hyper::http::request::Parts;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::{Semaphore, oneshot};

use super::answer::{Answer, Body, HTML, secured};
use super::guard::Verdict;
use super::routes;
use super::state::Desk;
use crate::model::problem::Problem;

/// Connections at a time. A browser makes six.
const CONNECTIONS: usize = 100;
/// How long the head of a request may take.
const HEAD: Duration = Duration::from_secs(20);
/// What a head may have, in bytes.
const HEAD_BYTES: usize = 64 << 10;

/// Serves until it is stopped.
pub(super) async fn serve(
    desk: Arc<Desk>,
    listener: TcpListener,
    mut stopped: oneshot::Receiver<()>,
) -> std::io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let accepted = async {
            let place = Arc::clone(&room).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            _ = &mut stopped => return Ok(()),
            accepted = accepted => accepted,
        };
        let Ok((stream, _)) = accepted else {
            // The system has no more of something: what is under way gives it back.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let desk = Arc::clone(&desk);
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let desk = Arc::clone(&desk);
                async move { Ok::<_, Infallible>(respond(desk, request).await) }
            });
            let mut http = hyper::server::conn::http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(HEAD_BYTES);
            // A browser that goes away is no concern of the desk's.
            let _ = http.serve_connection(TokioIo::new(stream), service).await;
            drop(place);
        });
    }
}

async fn respond(desk: Arc<Desk>, request: Request<Incoming>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    secured(match desk.guard.check(&parts) {
        Verdict::Serve => {
            routes::answer(desk, &parts, body).await.unwrap_or_else(|problem| Answer::problem(&problem).into())
        }
        Verdict::Enter(cookie) => entered(cookie),
        Verdict::Refuse(why) => refused(&parts, why).into(),
    })
}

/// Goes on to the page, by an address without the token.
fn entered(cookie: Option<String>) -> Response<Body> {
    let mut response: Response<Body> = Answer::bytes(HTML, "").into();
    *response.status_mut() = StatusCode::SEE_OTHER;
    response.headers_mut().insert(LOCATION, hyper::header::HeaderValue::from_static("/"));
    if let Some(cookie) = cookie.and_then(|cookie| cookie.parse().ok()) {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

/// A person gets a page that says what to do, a program the error.
fn refused(parts: &Parts, why: &'static str) -> Answer {
    let next = "take the address that the terminal shows, or start the desk again: crossfoot desk";
    if parts.uri.path().starts_with("/api/") {
        let problem = Problem::usage("forbidden", "the desk does not answer this request").because(why).next(next);
        return Answer::problem(&problem.not_done("Nothing was done."));
    }
    let page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>crossfoot desk</title>\n<h1>This is not open to you</h1>\n<p>The desk does not answer this request: {why}.</p>\n<p>To open it, {next}</p>\n</html>\n"
    );
    Answer { status: StatusCode::FORBIDDEN, ..Answer::bytes(HTML, page) }
}
