//! What two people must agree on before it is sealed: the content of a close without what only the
//! seal gives it, numbers and dates.

use chrono::DateTime;

use super::copies::{APPROVAL_COPY, PROPOSAL_COPIES};
use super::derive::Derived;
use super::inputs::Inputs;
use super::rule::Rule;
use super::verdict::Report;
use crate::audit::chain::Event;
use crate::audit::proposal::Signature;
use crate::audit::signing::Signers;
use crate::books::layout::{Books, CHAIN};
use crate::model::approval::Approval;
use crate::model::digest::sha256_hex;
use crate::model::invoice::{Draft, Issued};
use crate::model::period::Period;
use crate::render::invoice_json;
use crate::render::reconciliation_json::to_bytes;

/// SHA-256 of what is proposed: of everything that governs, ledger and answers, and of each document
/// to come without number and date, a line each as `sha256sum` prints it, sorted.
#[must_use]
pub(crate) fn content<'a>(inputs: &Inputs, derived: &Derived, due: impl Iterator<Item = &'a Draft>) -> String {
    let of_seal = |name: &str| name == APPROVAL_COPY || PROPOSAL_COPIES.contains(&name);
    let copies = inputs.copies.iter().filter(|(name, _)| !of_seal(name));
    let copies = copies.map(|(name, bytes)| format!("{}  inputs/{name}", sha256_hex(bytes)));
    let ledgers = derived.ledger.files.iter().map(|file| format!("{}  {}", file.sha256, file.path));
    let capture = inputs.capture.iter().map(|capture| format!("{}  capture", capture.record_sha256));
    let registered = inputs.registered.iter();
    let registered =
        registered.map(|one| format!("{}  registration of {}", sha256_hex(&one.bytes), one.invoice.number));
    let documents = due.map(|draft| {
        let shown = Issued::shown(draft.clone(), draft.period.to, &inputs.template_sha256);
        format!("{}  {} {}", sha256_hex(&invoice_json::render(&shown)), draft.document.name(), draft.customer_id)
    });
    let mut lines: Vec<String> = copies.chain(ledgers).chain(capture).chain(registered).chain(documents).collect();
    lines.sort_unstable();
    lines.push(String::new());
    sha256_hex(lines.join("\n").as_bytes())
}

/// The copies of a close that two people agreed on.
#[must_use]
pub(crate) fn copies(approval: &Approval, proposed: &Signature) -> [(String, Vec<u8>); 3] {
    let [json, sig] = PROPOSAL_COPIES;
    [
        (APPROVAL_COPY.to_owned(), to_bytes(approval)),
        (json.to_owned(), proposed.bytes.clone()),
        (sig.to_owned(), proposed.signature.clone()),
    ]
}

/// What a sealed close says of the two people, against its proposal, the event, the rule and the list
/// of who may sign. `due` are the documents that the event issued.
pub(super) fn check<'a>(
    books: &Books,
    (inputs, derived): (&Inputs, &Derived),
    (period, event, rule): (&Period, &Event, Rule),
    due: impl Iterator<Item = &'a Draft>,
    report: &mut Report,
) {
    let place = |name: &str| format!("{}/inputs/{name}", Books::close_dir(period));
    let of_event = |field: &str| Some(format!("event {}, {field}", event.sequence));
    let Some(approval) = &inputs.approval else {
        if rule.needs_two(&inputs.resolutions) {
            let what = "nobody approved this close, and the settings that were sealed, before it or with it, ask for two people";
            report.add(CHAIN, of_event("preparer"), what);
        } else if !event.preparer.is_empty() {
            let what = format!("it says that {} prepared it, and the close has no proposal", event.preparer);
            report.add(CHAIN, of_event("preparer"), what);
        }
        return;
    };
    for (field, said, is) in
        [("preparer", &event.preparer, &approval.preparer.key), ("signer", &event.signer, &approval.approver.key)]
    {
        if said != is {
            report.add(CHAIN, of_event(field), format!("it says `{said}`, and the approval `{is}`"));
        }
    }
    let Approval { preparer, approver, proposed_at, .. } = approval;
    let proposed = DateTime::parse_from_rfc3339(proposed_at).ok();
    if proposed.zip(event.time()).is_none_or(|(proposed, sealed)| proposed > sealed) {
        let what = format!("it says {proposed_at}, and the event {}", event.at);
        report.add(place(APPROVAL_COPY), Some("proposed_at".to_owned()), what);
    }
    if Approval::of(preparer.clone(), proposed_at.clone(), approver.clone()).is_none() {
        report.add(place(APPROVAL_COPY), None, "who prepared and who approved are one");
    }
    let [json, sig] = PROPOSAL_COPIES;
    let copy = |name: &str| inputs.copies.iter().find(|(copy, _)| copy == name).map(|(_, bytes)| bytes.clone());
    let proposed = copy(json).zip(copy(sig)).ok_or_else(|| "it is not there".to_owned());
    let proposed = match proposed.and_then(|(bytes, signature)| Signature::parse(bytes, signature)) {
        Ok(proposed) => proposed,
        Err(why) => return report.add(place(json), None, why),
    };
    let signers = match Signers::load(books) {
        Ok(signers) => signers,
        // Told where signatures of seals are checked.
        Err(_) => return,
    };
    match proposed.check(&signers) {
        Err(why) => report.add(place(sig), None, why),
        Ok(signed) => {
            // By key: whoever holds it may be called otherwise today.
            if signed.fingerprint != preparer.key {
                let what = format!("{} signed it, and the approval names {}", signed.fingerprint, preparer.key);
                report.add(place(sig), None, what);
            }
        }
    }
    let said = &proposed.proposal;
    if said.period != period.name || said.at != *proposed_at {
        report.add(place(json), None, "it is not the proposal that was approved");
    }
    if said.content_sha256 != content(inputs, derived, due) {
        report.add(place(json), Some("content_sha256".to_owned()), "what was sealed is not what was proposed");
    }
}
