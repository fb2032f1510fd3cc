//! `crossfoot void`: declares an issued invoice void. The next close records it.

use super::args;
use super::ask::shows;
use super::context::Context;
use super::remembered;
use crate::audit::chain;
use crate::audit::mail_journal::{MailJournal, Standing};
use crate::books::changeset::write_apart;
use crate::books::config;
use crate::books::layout::Books;
use crate::books::lock::Lock;
use crate::books::voids::{self, VOIDS, Void};
use crate::close::issued::load_issued;
use crate::close::registered::{IRN, copy_of};
use crate::model::invoice::{Document, Issued, file_stem};
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem, nearest};
use crate::render::text::wrap;

pub(super) fn run(context: &Context<'_>, args: &args::Void) -> Result<Exit, Problem> {
    let (settings, _) = config::load(&context.books)?;
    let (chain, _) = chain::load(&context.books)?;
    let allotted = chain.allotted();
    let Some(known) = allotted.iter().find(|known| known.number.eq_ignore_ascii_case(&args.number)) else {
        let near = nearest(&args.number, allotted.iter().map(|known| known.number.as_str()));
        let hint = near.map_or_else(String::new, |n| format!("; did you mean {n}?"));
        return Err(Problem::usage("arguments", format!("no invoice has the number {}{hint}", args.number))
            .not_done("Nothing was declared void."));
    };
    let _lock = Lock::take(&context.books, "void")?;
    remembered::check(context, &settings, false)?;
    let mut all = voids::load(&context.books)?;
    if let Some(already) = all.get(&known.number) {
        return Err(Problem::usage(
            "arguments",
            format!("{} is void since {}: {}", already.number, already.on, already.reason),
        )
        .not_done("Nothing was declared void."));
    }
    // What a note corrects must stand as long as the note does.
    let period = Period::parse(&known.period).map_err(|why| Problem::stop("internal", why))?;
    let issued = load_issued(&context.books, &chain, &period)?;
    let corrects = |other: &&Issued| {
        let original = other.content.original.as_ref();
        original.is_some_and(|original| original.number == known.number) && !all.contains_key(&other.number)
    };
    let notes: Vec<&str> = issued.iter().filter(corrects).map(|note| note.number.as_str()).collect();
    if !notes.is_empty() {
        return Err(Problem::usage(
            "arguments",
            format!("{} corrects {}, and stands", notes.join(" and "), known.number),
        )
        .because("without the document that it corrects a note says nothing")
        .next(format!("declare it void first: crossfoot void {} --reason … --by …", notes[0]))
        .not_done("Nothing was declared void."));
    }
    let document = issued.iter().find(|one| one.number == known.number).map(|one| one.content.document);
    let mailed = Mailed::of(context, &known.number, document.unwrap_or_default())?;
    shows(&args.reason, "--reason")?;
    shows(&args.by, "--by")?;
    let on = context.environment.clock()?().with_timezone(&settings.timezone).date_naive().to_string();
    let void = Void { number: known.number.clone(), reason: args.reason.clone(), by: args.by.clone(), on };
    all.insert(known.number.clone(), void);
    // Read back as a file that was written by hand is.
    let text = voids::write(&all)?;
    voids::parse(text.as_bytes(), VOIDS)?;
    write_apart(&context.books.path("resolutions"), &[("voids.toml", text.into_bytes())])?;
    let document = serde_json::json!({
        "schema": "crossfoot/void/v1",
        "number": known.number,
        "customer_id": known.customer_id,
        "period": known.period,
        "file": VOIDS,
        "mailed": mailed.as_ref().map(|mailed| &mailed.how),
        "customer_must_be_sent": mailed.as_ref().map(|mailed| &mailed.send),
    });
    if let Some(mailed) = &mailed {
        context.out.say(&wrap(&format!("warning: {} {}", known.number, mailed.how), ""));
    }
    let is_registered = context.books.path(format!("{IRN}/{}.json", file_stem(&known.number))).exists()
        || context.books.path(format!("{}/{}", Books::close_dir(&period), copy_of(&file_stem(&known.number)))).exists();
    if is_registered && mailed.is_none() {
        let text = format!(
            "warning: {} is registered: its IRN stands until it is cancelled on the portal, which takes that within 24 hours of its registration. Later only a credit note takes it back: then take the declaration out of {VOIDS}.",
            known.number
        );
        context.out.say(&wrap(&text, ""));
    }
    let told = mailed.map_or_else(String::new, |mailed| wrap(&mailed.send, "") + "\n");
    let text = format!(
        "Void: {}, of {} for {}. Written to {VOIDS}.\nIts number is never used again. If the customer is to be charged, the next close issues\nanother invoice.\n{told}Next: crossfoot close --period {}{}\n",
        known.number,
        known.customer_id,
        known.period,
        known.period,
        context.same_books()
    );
    context.out.result(&text, &document)?;
    Ok(Exit::Done)
}

/// A document that is declared void and that the customer has, or may have.
struct Mailed {
    /// How it got there, behind the number.
    how: String,
    /// What the customer must be sent.
    send: String,
}

impl Mailed {
    /// What the journal of mails knows; None where it never left.
    fn of(context: &Context<'_>, number: &str, document: Document) -> Result<Option<Self>, Problem> {
        let journal = MailJournal::load(&context.books)?;
        let Some(last) = journal.about(number).next_back() else { return Ok(None) };
        let (to, day) = (last.recipients.join(", "), last.at.get(..10).unwrap_or(&last.at));
        let how = match journal.standing(number) {
            Standing::Unsent => return Ok(None),
            Standing::Sent if journal.is_delivered(number) => format!("was handed over otherwise on {day}"),
            Standing::Sent => format!("was mailed to {to} on {day}"),
            Standing::Unknown => format!("was on its way to {to} on {day}, and nobody knows whether it arrived"),
        };
        let (name, instead) = match document {
            Document::Invoice => ("invoice", "the invoice that the next close issues in its place, if it issues one"),
            Document::CreditNote | Document::DebitNote => {
                ("note", "the note that the next close issues, if it issues one")
            }
        };
        let mut send = format!(
            "The customer must be sent: word that {name} {number} is cancelled, that nothing is paid on it and no tax credit taken for it, and {instead}; crossfoot send mails only that."
        );
        if context.books.path(format!("{IRN}/{}.json", file_stem(number))).exists() {
            send.push_str(" It is registered: cancel its IRN on the portal within 24 hours of its registration. Later the portal refuses, and only a credit note takes it back: then take the declaration out of resolutions/voids.toml.");
        }
        Ok(Some(Self { how, send }))
    }
}
