//! The memo of an auditor's pack: what was done and what it rests on, in plain words, every
//! figure taken from the sealed files.

use serde_json::Value;

use crate::audit::chain::Chain;
use crate::audit::mail_journal::{MailJournal, Standing};
use crate::audit::manifest::Manifest;
use crate::books::layout::Books;
use crate::books::voids;
use crate::model::period::Period;
use crate::model::problem::Problem;
use crate::render::text::wrap;

/// Writes the memo of a verified close.
///
/// # Errors
/// A sealed file cannot be read.
pub(crate) fn write(books: &Books, period: &Period, chain: &Chain, manifest: &Manifest) -> Result<String, Problem> {
    let name = format!("{}/reconciliation.json", Books::close_dir(period));
    let unreadable = |why: String| Problem::unverified("pack", format!("{name} cannot be read")).because(why);
    let bytes = std::fs::read(books.path(&name)).map_err(|e| unreadable(e.to_string()))?;
    let report: Value = serde_json::from_slice(&bytes).map_err(|e| unreadable(e.to_string()))?;
    let journal = MailJournal::load(books)?;
    let void = voids::load(books)?;
    let text = |value: &Value, path: &str| -> String {
        value.pointer(path).map_or_else(String::new, |v| v.as_str().map_or_else(|| v.to_string(), str::to_owned))
    };
    let currency = text(&report, "/currency");
    let mut out = format!("MEMO ON THE CLOSE OF {}\n\n", period.name);
    let mut say = |sentence: String| out.push_str(&format!("{}\n", wrap(&sentence, "")));

    say(format!(
        "This archive holds the close of {} to {} (both days included, time zone {}), made with crossfoot {}. It was verified before it was packed: VERIFY.txt has the result.",
        period.from,
        period.to,
        text(&report, "/period/timezone"),
        manifest.tool.version
    ));
    say(String::new());
    say("1. What was compared".to_owned());
    say(format!(
        "The partner's usage analytics state a cost of {currency} {}; the ledger has {currency} {}. The difference, ledger less analytics, is {currency} {}.",
        text(&report, "/totals/analytics"),
        text(&report, "/totals/ledger"),
        text(&report, "/totals/difference")
    ));
    for line in array(&report, "/directions") {
        say(format!(
            "- {}: analytics {}, ledger {}, difference {} ({})",
            text(line, "/direction"),
            text(line, "/analytics"),
            text(line, "/ledger"),
            text(line, "/difference"),
            text(line, "/status")
        ));
    }
    let customers = array(&report, "/customers");
    let with = |status: &str| customers.iter().filter(|c| text(c, "/status") == status).count();
    say(format!(
        "Of {} customers, {} agree to the last digit, {} are within the declared tolerance, {} differ, and {} are not listed by the partner and proven in total only.",
        customers.len(),
        with("matched"),
        with("tolerated"),
        with("discrepant"),
        with("unlisted")
    ));
    say(format!(
        "Of the ledger {} rows were read: {} used, {} outside the period, {} excluded, {} rejected.",
        text(&report, "/ledger_rows/read"),
        text(&report, "/ledger_rows/used"),
        text(&report, "/ledger_rows/outside_period"),
        text(&report, "/ledger_rows/excluded"),
        text(&report, "/ledger_rows/rejected")
    ));
    say(String::new());
    say("2. Findings and decisions".to_owned());
    let findings = array(&report, "/findings");
    if findings.is_empty() {
        say("None.".to_owned());
    }
    for finding in findings {
        say(format!(
            "- {} {} ({}, {}): {}",
            text(finding, "/id"),
            text(finding, "/code"),
            text(finding, "/severity"),
            text(finding, "/confidence"),
            text(finding, "/message")
        ));
        if let Some(decided) = finding.get("resolution").filter(|decided| !decided.is_null()) {
            say(format!(
                "  Decided by {} on {}: {}",
                text(decided, "/by"),
                text(decided, "/on"),
                text(decided, "/reason")
            ));
        }
    }
    say(String::new());
    say("3. Documents issued".to_owned());
    let issued: Vec<_> = chain.issued_in(&period.name).collect();
    match (issued.first(), issued.last()) {
        (Some(first), Some(last)) => say(format!(
            "{} documents, from {} to {}, dated {} to {}. The register is invoices.csv; each number, total and digest stands in the audit chain.",
            issued.len(),
            first.number,
            last.number,
            issued.iter().map(|i| i.issue_date.as_str()).min().unwrap_or_default(),
            issued.iter().map(|i| i.issue_date.as_str()).max().unwrap_or_default()
        )),
        _ => say("None.".to_owned()),
    }
    for entry in issued.iter().filter_map(|entry| void.get(&entry.number)) {
        say(format!("- {} is void, by {}: {}", entry.number, entry.by, entry.reason));
    }
    let sent = issued.iter().filter(|entry| journal.standing(&entry.number) == Standing::Sent).count();
    let unknown = issued.iter().filter(|entry| journal.standing(&entry.number) == Standing::Unknown).count();
    say(format!("{sent} were mailed, by audit/mail.jsonl; of {unknown} it is not known whether the mail arrived."));
    say(String::new());
    say("4. Seals".to_owned());
    for event in chain.of(&period.name) {
        say(format!(
            "- event {} at {}: {}, {} documents, manifest {}",
            event.sequence,
            event.at,
            event.outcome,
            event.issued.len(),
            event.manifest_sha256
        ));
    }
    say(format!("The chain has {} events; the SHA-256 of its last line is {}.", chain.events.len(), chain.head));
    say("Compare that value with one that was noted outside these books: a chain alone proves order, and not that nothing was cut off its end.".to_owned());
    say(String::new());
    say("5. To perform it again".to_owned());
    say("  sha256sum -c SHA256SUMS".to_owned());
    say(format!("  cd books && crossfoot verify --period {}", period.name));
    say("The second computes every digest, reconciles the captured answers with the ledger anew, draws every invoice anew, and compares byte for byte. It needs no network and no credentials.".to_owned());
    Ok(out)
}

fn array<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    value.pointer(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
