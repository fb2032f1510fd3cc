//! A loopback server that plays the partner API, for the demo, for rehearsals and tests:
//! `/me`, `/dashboard`, `/analytics` in two generations, `/accounts` and `/transactions` in
//! pages, each customer's call records, behind the authentication headers; with latency,
//! a rate limit and faults on demand. Nothing of the close knows whether it talks to this
//! or to the real one.

mod answers;
pub mod example;
mod extra;
pub mod faults;
pub mod mail_server;
pub mod month;
mod rows;
mod script;
pub mod trial;
mod whole;
pub mod written;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Bytes, Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;

use crate::model::problem::Problem;
use answers::Query;
use month::mix;
pub use script::{Script, Shape};

/// Where the API lies on the server.
pub const BASE_PATH: &str = "/api/v1/partner";

/// A running server; it stops when this is dropped.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    requests: Arc<AtomicU64>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    /// The base URL for `[upstream] base_url`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}{BASE_PATH}", self.address)
    }

    /// How many requests it has seen.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Waits for the server to end, which it does not by itself.
    pub fn wait(mut self) {
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Starts a server on this machine, reachable from no other.
///
/// # Errors
/// The port or a thread cannot be had.
pub fn start(script: Script) -> Result<Server, Problem> {
    let failed =
        |e: std::io::Error| Problem::stop("rehearsal", "the example server cannot be started").because(e.to_string());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, script.port)).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let (stop, stopped) = oneshot::channel::<()>();
    let requests = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&requests);
    let thread = std::thread::Builder::new()
        .name("rehearsal".into())
        .spawn(move || runtime.block_on(serve(listener, Arc::new(script), counter, stopped)))
        .map_err(failed)?;
    Ok(Server { address, requests, stop: Some(stop), thread: Some(thread) })
}

async fn serve(
    listener: TcpListener,
    script: Arc<Script>,
    counter: Arc<AtomicU64>,
    mut stopped: oneshot::Receiver<()>,
) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    loop {
        let accepted = tokio::select! {
            _ = &mut stopped => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { continue };
        let _ = stream.set_nodelay(true);
        let (script, counter) = (Arc::clone(&script), Arc::clone(&counter));
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let (script, number) = (Arc::clone(&script), counter.fetch_add(1, Ordering::Relaxed));
                async move {
                    tokio::time::sleep(script.latency).await;
                    respond(&script, &request, number)
                }
            });
            // A client that goes away is no concern of the server's.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

type Body = BoxBody<Bytes, Broken>;

/// Ends a connection in the middle of what it was saying.
#[derive(Debug)]
struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("as the script says")
    }
}

impl std::error::Error for Broken {}

/// The answer to a request, or, where the script says so, a fault.
fn respond(script: &Script, request: &Request<Incoming>, number: u64) -> Result<Response<Body>, Broken> {
    let header = |name: &str| request.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if header("x-auth-id") != script.auth_id || header("x-auth-token") != script.auth_token {
        return Ok(json(401, r#"{"error":{"code":401,"message":"Invalid token"}}"#.into()));
    }
    let path = request.uri().path();
    if script.broken.as_ref().is_some_and(|part| path.contains(part)) {
        return Ok(json(500, r#"{"error":"Failed to retrieve records"}"#.into()));
    }
    let dice = mix(number);
    let fault = (dice % 1000 < script.faults_per_mille).then_some((dice / 1000) % 4);
    match fault {
        Some(0) => {
            let mut response = json(429, r#"{"error":{"code":"RATE_LIMITED","message":"slow down"}}"#.into());
            response.headers_mut().insert("retry-after", hyper::header::HeaderValue::from_static("1"));
            return Ok(response);
        }
        Some(1) => return Ok(json(500, r#"{"error":{"code":"INTERNAL","message":"try again"}}"#.into())),
        Some(2) => return Err(Broken),
        _ => {}
    }
    let query = Query(request.uri().query().unwrap_or_default());
    let below = path.strip_prefix(BASE_PATH).unwrap_or("/nothing");
    let (status, body) =
        answers::answer(script, below, &query).unwrap_or_else(|e| (500, format!(r#"{{"error":"{e}"}}"#)));
    if fault.is_some() {
        let length = body.len();
        let half = Bytes::from(body).slice(..length / 2);
        let frames = stream::iter([Ok(Frame::data(half)), Err(Broken)]);
        let mut response = Response::new(BodyExt::boxed(StreamBody::new(frames)));
        response.headers_mut().insert("content-length", length.into());
        return Ok(response);
    }
    Ok(json(status, body))
}

fn json(status: u16, body: String) -> Response<Body> {
    let mut response = Response::new(Full::new(Bytes::from(body)).map_err(|never| match never {}).boxed());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static("application/json"));
    response
}
