//! `[audit] timestamp_url`: after a close an authority elsewhere is asked to stamp the chain's last
//! line. It may be down: the close stands without, and the next one asks again.

use std::time::Duration;

use reqwest::{StatusCode, Url};

use super::context::Context;
use crate::audit::chain;
use crate::audit::timestamp::{self, MOST_BYTES, OpenSsl, Stamp, TOLERANCE};
use crate::books::changeset::ChangeSet;
use crate::books::config::Config;
use crate::capture::answer::chain as words_of;
use crate::capture::client::is_loopback;
use crate::close::stamps::read_short;
use crate::model::digest::sha256_hex;
use crate::model::period::Period;
use crate::render::text;

/// How long the authority may take for all of its answer.
const TIME_OUT: Duration = Duration::from_secs(20);

/// Has the chain's last line stamped, where the settings name an authority and it has no stamp. Each
/// line stands for all before it, so that no other need be.
pub(super) fn last(context: &Context<'_>, config: &Config, period: &Period) {
    let Some(url) = &config.timestamp_url else { return };
    match ask(context, config, url, period) {
        Ok(Some((sequence, Stamp { at, by }))) => {
            let by = if by.is_empty() { url } else { &by };
            context.out.say(&format!("Stamped: event {sequence}, by {by} at {}", at.format("%Y-%m-%dT%H:%M:%SZ")));
        }
        Ok(None) => {}
        Err(why) => {
            let again = format!("crossfoot close --period {}{}", period.name, context.same_books());
            let warning =
                format!("warning: the last event has no time stamp: {why}. The close stands; {again} asks again");
            context.out.say(&text::wrap(&warning, ""));
        }
    }
}

/// Asks for the stamp of the last line and keeps it, if it holds; None where there is one.
fn ask(context: &Context<'_>, config: &Config, url: &str, period: &Period) -> Result<Option<(u64, Stamp)>, String> {
    let (chain, bytes) = chain::load(&context.books).map_err(|p| p.reason())?;
    let Some(event) = chain.events.last() else { return Ok(None) };
    let file = timestamp::file(event.sequence);
    if context.books.path(&file).exists() {
        return Ok(None);
    }
    if context.offline {
        return Err("--offline was given".to_owned());
    }
    let environment = &context.environment.variables;
    let certificates = timestamp::certificates(&context.books, &config.timestamp_ca, environment);
    // What nobody here can check is not kept.
    let certificates = read_short(&certificates).map_err(|e| format!("{}: {e}", certificates.display()))?;
    let openssl = OpenSsl::with(&certificates, environment)?;
    let line = bytes.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let sha256 = sha256_hex(line);
    let query = openssl.query(&sha256)?;
    let url = Url::parse(url).map_err(|e| format!("`{url}`: {e}"))?;
    let runtime = super::fetch::runtime().map_err(|p| p.reason())?;
    let reply = runtime.block_on(post(url, query))?;
    let stamp = openssl.answer(&sha256, &reply).map_err(|why| format!("the authority's answer is none: {why}"))?;
    // A stamp that verify would call broken is not kept: this clock is ahead, or the authority's behind.
    let is_after = |time| stamp.at.checked_add_signed(TOLERANCE).is_some_and(|at| at >= time);
    if !event.time().is_some_and(is_after) {
        return Err(format!("the authority says {}, before the event itself ({})", stamp.at, event.at));
    }
    let mut changes = ChangeSet::begin(&context.books).map_err(|p| p.reason())?;
    changes.stage(file, &reply).map_err(|p| p.reason())?;
    changes.commit(&format!("close --period {}", period.name)).map_err(|p| p.reason())?;
    Ok(Some((event.sequence, stamp)))
}

/// Sends a request (RFC 3161, 3.4) and takes the answer, whole or not at all.
async fn post(url: Url, query: Vec<u8>) -> Result<Vec<u8>, String> {
    let failed = |e: reqwest::Error| format!("the authority cannot be asked: {}", words_of(&e));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("crossfoot/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIME_OUT);
    if is_loopback(&url) {
        builder = builder.no_proxy();
    }
    if url.scheme() == "http" {
        builder = builder.tls_certs_only([]);
    }
    let client = builder.build().map_err(failed)?;
    let request = client.post(url).header("content-type", "application/timestamp-query").body(query);
    let mut response = request.send().await.map_err(failed)?;
    if response.status() != StatusCode::OK {
        return Err(format!("the authority answers {}", response.status()));
    }
    let mut reply = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        reply.extend_from_slice(&chunk);
        if reply.len() > MOST_BYTES {
            return Err("the authority's answer does not end".to_owned());
        }
    }
    Ok(reply)
}
