//! A loopback server that plays the partner API, for the demo, for rehearsals and tests:
//! `/dashboard` and `/analytics` of one period, behind the authentication headers. Nothing
//! of the close knows whether it talks to this or to the real one.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;

use crate::model::problem::Problem;

/// Where the API lies on the server.
pub const BASE_PATH: &str = "/api/v1/partner";

/// What the server answers.
#[derive(Clone, Debug)]
pub struct Script {
    /// The partner id that it accepts.
    pub auth_id: String,
    /// The token that it accepts.
    pub auth_token: String,
    /// First day of the analytics.
    pub from: String,
    /// Last day of the analytics.
    pub to: String,
    /// Body of `/analytics` for these days.
    pub analytics: &'static str,
    /// Body of `/dashboard`.
    pub dashboard: &'static str,
}

/// A running server; it stops when this is dropped.
#[derive(Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    /// The base URL for `[upstream] base_url`.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}{BASE_PATH}", self.address)
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

/// Starts a server on a free port of this machine, and of no other.
///
/// # Errors
/// No port or no thread can be had.
pub fn start(script: Script) -> Result<Server, Problem> {
    let failed =
        |e: std::io::Error| Problem::stop("rehearsal", "the example server cannot be started").because(e.to_string());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    let (stop, stopped) = oneshot::channel::<()>();
    let thread = std::thread::Builder::new()
        .name("rehearsal".into())
        .spawn(move || runtime.block_on(serve(listener, Arc::new(script), stopped)))
        .map_err(failed)?;
    Ok(Server { address, stop: Some(stop), thread: Some(thread) })
}

async fn serve(listener: TcpListener, script: Arc<Script>, mut stopped: oneshot::Receiver<()>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    loop {
        let accepted = tokio::select! {
            _ = &mut stopped => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { continue };
        let script = Arc::clone(&script);
        tokio::spawn(async move {
            let service = service_fn(move |request| {
                let response = answer(&script, &request);
                async move { Ok::<_, Infallible>(response) }
            });
            // A client that goes away is no concern of the server's.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

fn answer(script: &Script, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let header = |name: &str| request.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if header("x-auth-id") != script.auth_id || header("x-auth-token") != script.auth_token {
        return json(StatusCode::UNAUTHORIZED, r#"{"error":{"code":401,"message":"Invalid token"}}"#.into());
    }
    let query = request.uri().query().unwrap_or_default();
    let parameter = |name: &str| {
        query.split('&').filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    match request.uri().path().strip_prefix(BASE_PATH) {
        Some("/dashboard") => json(StatusCode::OK, script.dashboard.into()),
        Some("/analytics") => {
            let (from, to) =
                (parameter("from_date").unwrap_or(&script.from), parameter("to_date").unwrap_or(&script.to));
            if (from, to) == (&script.from, &script.to) {
                json(StatusCode::OK, script.analytics.into())
            } else {
                json(StatusCode::OK, nothing_used(from, to))
            }
        }
        _ => json(StatusCode::NOT_FOUND, r#"{"error":"not found"}"#.into()),
    }
}

/// A period in which nobody called.
fn nothing_used(from: &str, to: &str) -> String {
    let day = |text: &str| text.chars().filter(|c| c.is_ascii_digit() || *c == '-').collect::<String>();
    let (from, to) = (day(from), day(to));
    format!(
        r#"{{"period":{{"from":"{from}","to":"{to}"}},"totals":{{"total_calls":0,"answered_calls":0,"failed_calls":0,"total_duration_seconds":0,"total_cost":0.00,"currency":"INR"}},"by_direction":{{"inbound":{{"calls":0,"cost":0.00}},"outbound":{{"calls":0,"cost":0.00}}}},"top_customers":[]}}"#
    )
}

fn json(status: StatusCode, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert("content-type", hyper::header::HeaderValue::from_static("application/json"));
    response
}
