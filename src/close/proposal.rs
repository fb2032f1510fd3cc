//! What two people must agree on before it is sealed: the content of a close without what only the
//! seal gives it, numbers and dates.

use rust_decimal::Decimal;

use super::copies::{APPROVAL_COPY, PROPOSAL_COPIES};
use super::derive::Derived;
use super::inputs::Inputs;
use super::verdict::Report;
use crate::audit::chain::Event;
use crate::audit::proposal::Signature;
use crate::audit::signing::Signers;
use crate::books::config::Config;
use crate::books::layout::{Books, CHAIN};
use crate::model::approval::Approval;
use crate::model::digest::sha256_hex;
use crate::model::invoice::{Draft, Issued};
use crate::model::money::add_exact;
use crate::model::period::Period;
use crate::model::resolution::{Decision, Resolution};
use crate::render::invoice_json;
use crate::render::reconciliation_json::to_bytes;

/// Whether a close needs a second person: always, or because of what was decided.
#[must_use]
pub(crate) fn is_needed(config: &Config, decided: &[Resolution]) -> bool {
    config.approvals > 1 || config.approve_above.is_some_and(|limit| decided.iter().any(|one| weight(one) > limit))
}

/// How much money a decision is about: what lies between the two figures, or between them and the
/// amount that it names. A customer that is not billed at all has no figure to go by.
fn weight(decided: &Resolution) -> Decimal {
    let [analytics, ledger] = [decided.analytics, decided.ledger].map(Option::unwrap_or_default);
    // Neither is beyond what was read; a difference that does not fit is above any limit.
    let between = |a: Decimal, b: Decimal| add_exact(a, -b).map_or(Decimal::MAX, |by| by.abs());
    match decided.decision {
        Decision::Hold => Decimal::ZERO,
        Decision::DoNotBill => Decimal::MAX,
        Decision::BillAmount(amount) => between(amount, ledger).max(between(amount, analytics)),
        Decision::BillAnalytics | Decision::BillLedger | Decision::Accept => between(ledger, analytics),
    }
}

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

/// What a sealed close says of the two people, against its proposal, the event and the list of who
/// may sign. `due` are the documents that the event issued.
pub(super) fn check<'a>(
    books: &Books,
    (inputs, derived): (&Inputs, &Derived),
    (period, event): (&Period, &Event),
    due: impl Iterator<Item = &'a Draft>,
    report: &mut Report,
) {
    let place = |name: &str| format!("{}/inputs/{name}", Books::close_dir(period));
    let of_event = |field: &str| Some(format!("event {}, {field}", event.sequence));
    let Some(approval) = &inputs.approval else {
        if is_needed(&inputs.config, &inputs.resolutions) {
            let what = "nobody approved this close, and the settings and decisions that it sealed ask for two people";
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
