//! `crossfoot approve`, and the proposal that `close` makes where two people must say yes: the one
//! who prepares signs what is to be issued, another signs the seal.

use chrono::{DateTime, SecondsFormat, Utc};

use super::context::Context;
use super::counted::{counted, owed};
use super::dated::dating;
use super::fetch::begin;
use super::sealing::{asked, carry_out, signing_key};
use super::{args, ask, committed, draft, foreseen, remembered};
use crate::audit::chain::Event;
use crate::audit::proposal::{self, Proposal, Signature};
use crate::audit::signing::{Key, Signers};
use crate::bill::dating::Dating;
use crate::books::config::Config;
use crate::books::layout::{Books, CONFIG};
use crate::capture::store;
use crate::close::inputs::{Inputs, VERSION};
use crate::close::preview::Preview;
use crate::close::proposal::{content, copies};
use crate::close::seal::{self, Numbered, Plan, UNAPPROVED};
use crate::model::approval::{Approval, Holder};
use crate::model::invoice::Draft;
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem};

/// Who signs now: the key of this run, and who holds it.
fn holder<'a>(
    context: &'a Context<'_>,
    config: &Config,
    signers: &Signers,
    now: DateTime<Utc>,
) -> Result<(Key<'a>, Holder), Problem> {
    let key = signing_key(context, config, false, now)?.ok_or_else(|| {
        Problem::usage("signing-key", format!("{CONFIG} asks for two people, and no key is named"))
            .because("whoever proposes and whoever approves signs it")
            .next("name your own: [audit] signing_key, or the variable CROSSFOOT_SIGNING_KEY")
            .not_done("Nothing was sealed.")
    })?;
    let who = signers.holder(&key.fingerprint, now).unwrap_or_default();
    let holder = Holder { who, key: key.fingerprint.clone() };
    Ok((key, holder))
}

/// Writes what a close would issue as a signed proposal, beside its drafts. A period that is as it
/// was sealed needs none.
///
/// # Errors
/// No key, or books that cannot be written.
pub(super) fn propose(
    context: &Context<'_>,
    mut plan: Plan,
    numbered: Numbered,
    dating: Dating,
) -> Result<Exit, Problem> {
    let (period, config) = (plan.inputs.period.clone(), plan.inputs.config.clone());
    let nothing = |p: Problem| p.not_done("Nothing was proposed.");
    if plan.due.is_empty() && plan.inputs.recall_approval(&context.books, &plan.chain)? {
        match carry_out(context, plan, numbered, &[]) {
            Err(problem) if problem.code == UNAPPROVED => {}
            done => return done,
        }
        // Something is otherwise than it was sealed: it is proposed.
        let mut inputs = Inputs::load(&context.books, &period)?;
        store::load(&context.books, &period)?.into_iter().for_each(|capture| inputs.receive(capture));
        plan = seal::plan(&context.books, inputs, dating)?;
    }
    let now = context.environment.clock()?();
    let (key, own) = holder(context, &config, &Signers::load(&context.books)?, now).map_err(nothing)?;
    let due: Vec<&Draft> = plan.due.iter().collect();
    let proposal = Proposal {
        schema: "crossfoot/proposal/v1".to_owned(),
        period: period.name.clone(),
        at: now.to_rfc3339_opts(SecondsFormat::Secs, true),
        tool: VERSION.to_owned(),
        chain_head: plan.chain.head.clone(),
        preparer: own.key.clone(),
        documents: counted(&due, 0),
        total: owed(&due),
        content_sha256: content(&plan.inputs, &plan.derived, due.iter().copied()),
    };
    let signed = proposal.sign(&key).map_err(nothing)?;
    let preview = Preview::of(&plan)?;
    draft::show(context, &plan, &preview).map_err(nothing)?;
    signed.save(&context.books, &period).map_err(nothing)?;
    if context.out.is_json() {
        context.out.document(&signed.proposal)?;
    } else {
        let mut text = foreseen::told(context, &plan, &preview);
        let folder = context.books.path(Books::draft_dir(&period));
        text.push_str(&format!("Drafts    {}: nothing was issued or sealed\n", folder.display()));
        text.push_str(&format!("Proposed  by {}; somebody else looks, and seals it:\n", own.who));
        text.push_str(&format!("          crossfoot approve --period {}{}\n", period.name, context.same_books()));
        context.out.text(&text)?;
    }
    committed::after(context, &config, &period, "propose")?;
    Ok(if foreseen::would_issue_all(&plan, &preview) { Exit::Done } else { Exit::Findings })
}

pub(super) fn run(context: &Context<'_>, args: &args::Approve) -> Result<Exit, Problem> {
    let period = &args.period;
    let nothing = |p: Problem| p.not_done("Nothing was sealed.");
    let mut inputs = Inputs::load(&context.books, period)?;
    let dating = dating(context, args.date, &inputs).map_err(nothing)?;
    let _lock = begin(context, &format!("approve --period {}", period.name)).map_err(nothing)?;
    committed::is_longest(context, args.accept_restored)?;
    remembered::check(context, &inputs.config, args.accept_restored)?;
    committed::before(context, &inputs.config, period)?;
    let proposed = Signature::load(&context.books, period)?.ok_or_else(|| none(period)).map_err(nothing)?;
    let now = context.environment.clock()?();
    let approval = approval(context, &inputs.config, &proposed, now).map_err(nothing)?;
    let capture = store::load(&context.books, period)?.ok_or_else(|| stale(period, "its capture is gone"));
    let capture = capture.map_err(nothing)?;
    let captured = capture.record.came().map(|came| came.to_utc());
    inputs.receive(capture);
    let mut plan = seal::plan(&context.books, inputs, dating).map_err(nothing)?;
    if proposed.proposal.chain_head != plan.chain.head {
        return Err(nothing(stale(period, "something was sealed since")));
    }
    let since = [captured, plan.chain.events.last().and_then(Event::time)].into_iter().flatten().max();
    let at = &proposed.proposal.at;
    let is_before = |since| DateTime::parse_from_rfc3339(at).is_ok_and(|at| at.to_utc() < since);
    if since.is_some_and(is_before) {
        return Err(nothing(
            Problem::unverified(
                "proposal",
                format!("what is proposed for {} says that it was made at {at}", period.name),
            )
            .because("the partner's answers that it rests on, or the last seal, are later")
            .next("find out who dated it back; then propose again: crossfoot close"),
        ));
    }
    if proposed.proposal.content_sha256 != content(&plan.inputs, &plan.derived, plan.due.iter()) {
        return Err(nothing(stale(
            period,
            "settings, customers, ledger, decisions or the partner's answers are not those that were proposed",
        )));
    }
    let due: Vec<&Draft> = plan.due.iter().collect();
    let said = (&proposed.proposal.period, &proposed.proposal.documents, &proposed.proposal.total);
    if said != (&period.name, &counted(&due, 0), &owed(&due)) {
        return Err(nothing(stale(period, "it says another period, other documents or another total")));
    }
    let numbered = plan.number(dating).map_err(nothing)?;
    let preview = Preview::of(&plan)?;
    if ask::somebody(context) {
        context.out.text(&foreseen::told(context, &plan, &preview))?;
        context.out.say(&format!("Proposed by {} at {}.", approval.preparer.who, approval.proposed_at));
        if !args.yes {
            asked(context, period)?;
            plan.is_current(&context.books)?;
        }
    }
    plan.inputs.copies.extend(copies(&approval, &proposed));
    plan.inputs.approval = Some(approval);
    carry_out(context, plan, numbered, &[])
}

/// Who prepared, and who approves now: two people.
fn approval(
    context: &Context<'_>,
    config: &Config,
    proposed: &Signature,
    now: DateTime<Utc>,
) -> Result<Approval, Problem> {
    let [file, sig] = proposal::files(
        &Period::parse(&proposed.proposal.period)
            .map_err(|why| Problem::unverified("proposal", format!("the proposal names no period: {why}")))?,
    );
    let signers = Signers::load(&context.books)?;
    let signed = proposed.check(&signers).map_err(|why| {
        Problem::unverified("proposal", format!("{sig} is no signature of {file}: {why}"))
            .next("find out who changed it; then propose again: crossfoot close")
    })?;
    let at = DateTime::parse_from_rfc3339(&proposed.proposal.at).map(|at| at.to_utc());
    let is_valid_now = signers.holder(&signed.fingerprint, now).is_some();
    if !is_valid_now || at.is_err() || at.is_ok_and(|at| at > now) {
        return Err(Problem::unverified("proposal", format!("{file} is of {}", proposed.proposal.at))
            .because("it is of the future, or its key may not sign any more")
            .next("have somebody who may sign propose again: crossfoot close"));
    }
    let preparer = Holder { who: signed.who, key: signed.fingerprint };
    let (_, approver) = holder(context, config, &signers, now)?;
    let who = preparer.who.clone();
    Approval::of(preparer, proposed.proposal.at.clone(), approver).ok_or_else(|| {
        Problem::usage("approval", format!("{who} proposed this, and cannot approve it"))
            .because("two people must say yes, each with a key of their own")
            .next("have somebody else of audit/allowed_signers run crossfoot approve with their key")
    })
}

fn none(period: &Period) -> Problem {
    let [file, _] = proposal::files(period);
    Problem::usage("proposal", format!("nothing is proposed for {}: there is no {file}", period.name))
        .next(format!("propose it: crossfoot close --period {}, with [audit] approvals = 2", period.name))
}

fn stale(period: &Period, why: &str) -> Problem {
    Problem::stop("proposal", format!("what was proposed for {} is not what would be sealed", period.name))
        .because(why)
        .next(format!("look at it, and propose again: crossfoot close --period {}", period.name))
}
