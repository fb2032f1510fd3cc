//! `verify`, of time stamps: which lines of the chain an authority has stamped, and when.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};

use super::verdict::{Report, Stamped};
use crate::audit::chain::{self, Event};
use crate::audit::timestamp::{self, CERTIFICATES, MOST_BYTES, OpenSsl, TOLERANCE};
use crate::books::config;
use crate::books::layout::{Books, CHAIN, open_file, optional};
use crate::model::digest::sha256_hex;
use crate::model::problem::{Problem, io};

/// A file of at most [`MOST_BYTES`].
///
/// # Errors
/// It is not there, is no file, or is longer.
pub(crate) fn read_short(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_file(path)?.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MOST_BYTES { Err(std::io::Error::other("it is too long")) } else { Ok(bytes) }
}

/// Checks every stamp that there is, by certificates at a path or, without one, by those that the
/// settings name. A line without one is told and not broken: an authority need not be up. Of a
/// chain that does not hold, nothing is said.
///
/// # Errors
/// The chain or a stamp cannot be read.
pub(crate) fn check(
    books: &Books,
    own: Option<&Path>,
    environment: &BTreeMap<String, String>,
    report: &mut Report,
) -> Result<(), Problem> {
    let bytes = optional("chain", &books.path(CHAIN))?.unwrap_or_default();
    let Ok(chain) = chain::read(&bytes) else { return Ok(()) };
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let mut stamps: Vec<(&Event, String, Vec<u8>)> = Vec::new();
    for event in &chain.events {
        let line = lines.next().unwrap_or_default();
        let path = books.path(timestamp::file(event.sequence));
        match read_short(&path) {
            // That needs no certificates to be told.
            Ok(stamp) if !timestamp::is_one_sequence(&stamp) => {
                report.stamps.are_wanted = true;
                report.add(
                    timestamp::file(event.sequence),
                    None,
                    format!("it is no time stamp of line {}: it is no answer of an authority", event.sequence),
                );
            }
            Ok(stamp) => stamps.push((event, sha256_hex(line), stamp)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => report.stamps.missing.push(event.sequence),
            Err(e) => return Err(io("time-stamp", "read", &path, &e)),
        }
    }
    let settings = config::load(books).ok().map(|(settings, _)| settings);
    let last = chain.events.last().and_then(|event| config::load_sealed(books, &event.period));
    // Settings that were sealed stay what they were: whoever takes the word out of those of now does
    // not take it out of these.
    report.stamps.are_wanted |=
        !stamps.is_empty() || [&settings, &last].into_iter().flatten().any(|all| all.timestamp_url.is_some());
    if stamps.is_empty() {
        return Ok(());
    }
    let named = settings.or(last).map_or_else(|| CERTIFICATES.to_owned(), |all| all.timestamp_ca);
    let path = own.map_or_else(|| timestamp::certificates(books, &named, environment), Path::to_owned);
    let certificates = match read_short(&path) {
        Ok(certificates) => certificates,
        Err(e) if own.is_some() => return Err(io("time-stamp", "read", &path, &e)),
        Err(e) => {
            report.stamps.unchecked = Some(format!("{}: {e}", path.display()));
            return Ok(());
        }
    };
    let openssl = match OpenSsl::with(&certificates, environment) {
        Ok(openssl) => openssl,
        Err(why) => {
            report.stamps.unchecked = Some(why);
            return Ok(());
        }
    };
    report.stamps.by_certificates = Some((path.display().to_string(), sha256_hex(&certificates)));
    let mut before: Option<(u64, DateTime<Utc>)> = None;
    for (event, sha256, stamp) in stamps {
        let file = timestamp::file(event.sequence);
        let stamp = match openssl.check(&sha256, &stamp) {
            Ok(stamp) => stamp,
            Err(why) => {
                report.add(file, None, format!("it is no time stamp of line {} that holds: {why}", event.sequence));
                continue;
            }
        };
        let is_after = |time: DateTime<Utc>| stamp.at.checked_add_signed(TOLERANCE).is_some_and(|at| at >= time);
        let at = stamp.at.to_rfc3339_opts(SecondsFormat::Secs, true);
        if !event.time().is_some_and(is_after) {
            report.add(file, None, format!("it is of {at}, before the event itself ({})", event.at));
        } else if let Some((earlier, time)) = before.filter(|(_, time)| !is_after(*time)) {
            let time = time.to_rfc3339_opts(SecondsFormat::Secs, true);
            report.add(file, None, format!("it is of {at}, before that of event {earlier} ({time})"));
        } else {
            before = Some((event.sequence, stamp.at));
            report.stamps.held.push(Stamped { sequence: event.sequence, at, by: stamp.by });
        }
    }
    report.sort();
    Ok(())
}
