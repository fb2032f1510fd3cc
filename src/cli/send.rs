//! `crossfoot send`: mails the issued invoices of a period, each once.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::SecondsFormat;
use serde::Serialize;

use super::args;
use super::ask::shows;
use super::committed;
use super::context::Context;
use super::fetch::begin;
use super::outbox::{self, Outbox, State};
use super::remembered;
use super::trust;
use crate::audit::chain;
use crate::audit::git::Git;
use crate::audit::mail_journal::{Entry, Event, FILE, MailJournal, Standing};
use crate::books::changeset::write_apart;
use crate::books::config::{self, Config, Mailing};
use crate::books::layout::optional;
use crate::close::preview::some_of;
use crate::close::trail;
use crate::dispatch::smtp::{Fate, Server};
use crate::model::digest::sha256_hex;
use crate::model::mailbox::Mailbox;
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem, nearest};
use crate::model::visible::visible;
use crate::render::mail::UNFIT;

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    period: &'a str,
    /// True: nothing was sent; `eml` says what would be.
    dry_run: bool,
    from: String,
    server: Option<String>,
    outbox: &'a [outbox::Row],
    /// What of `[mail]` is not what was sealed.
    changed: &'a [String],
    /// How many stand where.
    counts: std::collections::BTreeMap<&'static str, usize>,
}

pub(super) fn run(context: &Context<'_>, args: &args::Send) -> Result<Exit, Problem> {
    send(context, &config::load(&context.books)?.0, args)
}

/// The same by settings that were read: shared with the demo, whose mail server is another.
pub(super) fn send(context: &Context<'_>, config: &Config, args: &args::Send) -> Result<Exit, Problem> {
    let period = &args.period;
    if args.yes && context.offline {
        return Err(Problem::usage("arguments", "--offline and --yes contradict each other")
            .next("leave one of them out")
            .not_done("Nothing was sent."));
    }
    let from = sender(config)?;
    let _lock = begin(context, &format!("send --period {}", period.name))?;
    if args.yes || args.records() {
        remembered::check(context, config, false)?;
        committed::before(context, config, period)?;
    }
    let mut journal = MailJournal::load(&context.books)?;
    is_whole(context, &journal)?;
    if journal.is_torn {
        context
            .out
            .say("note: the mail journal ends in half a line, of a run that was killed; nothing was sent upon it");
    }
    let today = context.environment.clock()?().with_timezone(&config.timezone).date_naive();
    let mut outbox = Outbox::load(&context.books, period, config, &from, &journal, args.again, today)?;
    choose(&mut outbox, &args.only)?;
    for changed in &outbox.changed {
        context.out.say(&format!("warning: {changed}"));
    }
    let reason = args.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    if (args.again || args.records()) && reason.is_none() {
        return Err(Problem::usage("arguments", "--reason is empty").not_done("Nothing was sent."));
    }
    if let Some(reason) = reason {
        shows(reason, "--reason")?;
    }
    let mut stopped = None;
    if args.arrived {
        settle(context, &mut outbox, &mut journal, reason)?;
    } else if args.delivered {
        hand_over(context, &mut outbox, &mut journal, reason)?;
    } else if args.yes {
        let server = connect(context, &config.mailing, &from)?;
        let mut post = Post { context, mailing: &config.mailing, from: &from, server, journal: &mut journal, reason };
        stopped = post.send_all(&mut outbox)?.map(|why| {
            Problem::stop("mail-server", format!("the mail server {} cannot be used", post.server.name()))
                .because(why)
                .next("check [mail] in crossfoot.toml and the network, then run the command again: what was accepted is not sent twice")
                .not_done("The invoices marked not-tried were not sent.")
        });
    } else {
        rehearse(context, config, &from, period, &mut outbox)?;
    }
    report(context, args, &outbox, &from, &config.mailing)?;
    let rows = outbox.letters.iter().map(|letter| &letter.row);
    let lost: Vec<&str> =
        rows.filter(|row| row.irn_days_left.is_some_and(|days| days <= 0)).map(|row| &*row.number).collect();
    if !lost.is_empty() {
        let numbers = some_of(lost.into_iter());
        context.out.say(&format!("warning: the 30 days to register documents are over for {numbers}"));
    }
    if args.yes || args.records() {
        committed::after(context, config, period, "send")?;
    }
    if let Some(problem) = stopped {
        // The outbox has been printed: one document, and no second one for the error.
        context.out.complaint(&problem);
        return Ok(problem.exit);
    }
    let open = |letter: &outbox::Letter| match letter.row.state {
        State::Sent | State::Delivered | State::Void => false,
        State::ToSend => args.yes,
        _ => true,
    };
    Ok(if outbox.letters.iter().any(open) { Exit::Findings } else { Exit::Done })
}

pub(super) fn sender(config: &Config) -> Result<Mailbox, Problem> {
    let own = config.invoicing.seller.email.as_deref().map(crate::model::mailbox::parse);
    match (&config.mailing.from, own) {
        (Some(from), _) => Ok(from.clone()),
        (None, Some(Ok(own))) => Ok(own),
        (None, _) => Err(Problem::usage("no-sender", "no sender is named")
            .next("set [mail] from = \"Accounts <billing@your-domain>\"")
            .not_done("Nothing was sent.")),
    }
}

/// Writes the messages that would be sent into a folder of their own.
fn rehearse(
    context: &Context<'_>,
    config: &Config,
    from: &Mailbox,
    period: &Period,
    outbox: &mut Outbox,
) -> Result<(), Problem> {
    let now = context.environment.clock()?();
    let mut files = Vec::new();
    for letter in outbox.letters.iter_mut().filter(|letter| letter.row.state == State::ToSend) {
        let name = format!("{}.eml", letter.stem);
        match letter.message(now, from, &config.mailing) {
            Ok(message) => files.push((name.clone(), message)),
            Err(problem) if problem.code == UNFIT => {
                letter.refuse(&problem);
                continue;
            }
            Err(problem) => return Err(problem),
        }
        letter.row.eml = Some(format!("{}/{name}", outbox::folder(period)));
    }
    let names: Vec<(&str, Vec<u8>)> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.clone())).collect();
    write_apart(&context.books.path(outbox::folder(period)), &names)
}

/// Leaves only the invoices that are asked for.
fn choose(outbox: &mut Outbox, only: &[String]) -> Result<(), Problem> {
    let known: BTreeSet<String> = outbox.letters.iter().map(|letter| letter.row.number.clone()).collect();
    for number in only {
        if !known.contains(number) {
            let near = nearest(number, known.iter().map(String::as_str));
            let hint = near.map_or_else(String::new, |near| format!("; did you mean {near}?"));
            return Err(Problem::usage("arguments", format!("no invoice `{number}` was issued for the period{hint}"))
                .not_done("Nothing was sent."));
        }
    }
    if !only.is_empty() {
        outbox.letters.retain(|letter| only.contains(&letter.row.number));
    }
    Ok(())
}

/// Records that messages whose fate was unknown did arrive.
fn settle(
    context: &Context<'_>,
    outbox: &mut Outbox,
    journal: &mut MailJournal,
    reason: Option<&str>,
) -> Result<(), Problem> {
    if let Some(other) = outbox.letters.iter().find(|letter| letter.row.state != State::Unknown) {
        return Err(Problem::usage(
            "arguments",
            format!("{} is {}, not unknown", other.row.number, other.row.state.name()),
        )
        .not_done("Nothing was recorded."));
    }
    let at = context.environment.clock()?().to_rfc3339_opts(SecondsFormat::Secs, true);
    for letter in &mut outbox.letters {
        let last = journal.about(&letter.row.number).next_back().cloned();
        if let Some(last) = last {
            let reason = reason.map(str::to_owned);
            journal
                .append(&context.books, Entry { at: at.clone(), event: Event::Arrived, reason, reply: None, ..last })?;
            letter.row.state = State::Sent;
        }
    }
    Ok(())
}

/// The line of the journal that says what happens to a letter; without the message.
fn entry_of(letter: &outbox::Letter, at: &str, event: Event, reason: Option<&str>) -> Entry {
    Entry {
        schema: String::new(),
        sequence: 0,
        at: at.to_owned(),
        event,
        period: letter.period.clone(),
        number: letter.row.number.clone(),
        customer_id: letter.row.customer_id.clone(),
        message_id: letter.row.message_id.clone(),
        recipients: letter.recipients().map(ToString::to_string).collect(),
        pdf_sha256: letter.row.pdf_sha256.clone(),
        message_sha256: String::new(),
        reason: reason.map(str::to_owned),
        reply: None,
        previous: String::new(),
        digest: String::new(),
    }
}

/// Records that documents were handed over otherwise than by mail; they are due no more.
fn hand_over(
    context: &Context<'_>,
    outbox: &mut Outbox,
    journal: &mut MailJournal,
    reason: Option<&str>,
) -> Result<(), Problem> {
    let is_due = |letter: &&outbox::Letter| matches!(letter.row.state, State::ToSend | State::NoAddress);
    if let Some(other) = outbox.letters.iter().find(|letter| !is_due(letter)) {
        let mut problem =
            Problem::usage("arguments", format!("{} is {}, not due", other.row.number, other.row.state.name()));
        if other.row.state == State::Unknown {
            problem = problem.next("if it is known to have arrived, say --arrived");
        }
        return Err(problem.not_done("Nothing was recorded."));
    }
    let at = context.environment.clock()?().to_rfc3339_opts(SecondsFormat::Secs, true);
    for letter in &mut outbox.letters {
        let mut entry = entry_of(letter, &at, Event::Delivered, reason);
        entry.recipients.clear();
        journal.append(&context.books, entry)?;
        letter.row.state = State::Delivered;
        letter.row.note = reason.map(str::to_owned);
    }
    Ok(())
}

/// Makes sure that the journal is not shorter than the chain or git knows: documents would be
/// mailed a second time.
fn is_whole(context: &Context<'_>, journal: &MailJournal) -> Result<(), Problem> {
    let cut = |who: &str| Err(MailJournal::cut(who).not_done("Nothing was sent."));
    let (chain, _) = chain::load(&context.books)?;
    trail::is_clean(&context.books, &chain, "")?;
    if let Some(event) = journal.lost(&chain) {
        return cut(&format!("event {} of the chain", event.sequence));
    }
    let committed = Git::open(&context.books, &context.environment.variables).and_then(|git| git.at("HEAD", FILE));
    let Some(committed) = committed else { return Ok(()) };
    let now = optional("mail-journal", &context.books.path(FILE))?.unwrap_or_default();
    if now.starts_with(committed.as_bytes()) { Ok(()) } else { cut("git") }
}

pub(super) fn connect(context: &Context<'_>, mailing: &Mailing, from: &Mailbox) -> Result<Server, Problem> {
    let nothing = |p: Problem| p.not_done("Nothing was sent.");
    let login = trust::mail_server(context, mailing).map_err(nothing)?;
    let ca = match &mailing.ca_file {
        None => None,
        Some(file) => Some(optional("mail-tls", &context.books.path(file))?.ok_or_else(|| {
            nothing(Problem::usage("mail-tls", format!("there is no {}", file.display())).next("set [mail] ca_file"))
        })?),
    };
    Server::new(mailing, ca, login, from.email.domain())
}

/// Everything that sending needs.
struct Post<'a> {
    context: &'a Context<'a>,
    mailing: &'a Mailing,
    from: &'a Mailbox,
    server: Server,
    journal: &'a mut MailJournal,
    reason: Option<&'a str>,
}

impl Post<'_> {
    /// Sends what is to be sent. Returns why it had to stop, where the server cannot be used.
    fn send_all(&mut self, outbox: &mut Outbox) -> Result<Option<String>, Problem> {
        let mut stopped = None;
        let many = outbox.letters.iter().filter(|letter| letter.row.state == State::ToSend).count();
        let progress = super::progress::Counted::new(self.context, many, "mails");
        for letter in outbox.letters.iter_mut().filter(|letter| letter.row.state == State::ToSend) {
            if stopped.is_some() {
                letter.row.state = State::NotTried;
                continue;
            }
            stopped = self.send(letter)?;
            progress.one();
        }
        progress.end();
        self.server.quit();
        Ok(stopped)
    }

    /// Sends one. Returns why the server cannot be used, where that is so.
    fn send(&mut self, letter: &mut outbox::Letter) -> Result<Option<String>, Problem> {
        let mut left = self.mailing.max_attempts;
        loop {
            left -= 1;
            // Before anything is recorded: what cannot be handed over was not tried.
            if let Err((why, again)) = self.server.connect() {
                if again && left > 0 {
                    self.wait(&letter.row.number, &why);
                    continue;
                }
                letter.row.state = State::NotTried;
                letter.row.note = Some(why.clone());
                return Ok(Some(why));
            }
            let now = self.context.environment.clock()?();
            let message = match letter.message(now, self.from, self.mailing) {
                Ok(message) => message,
                Err(problem) if problem.code == UNFIT => {
                    letter.refuse(&problem);
                    return Ok(None);
                }
                Err(problem) => return Err(problem),
            };
            let at = now.to_rfc3339_opts(SecondsFormat::Secs, true);
            let entry =
                Entry { message_sha256: sha256_hex(&message), ..entry_of(letter, &at, Event::Intent, self.reason) };
            self.journal.append(&self.context.books, entry.clone())?;
            let recipients: Vec<_> = letter.recipients().cloned().collect();
            let fate = self.server.deliver(&self.from.email, &recipients, message);
            let (event, reply) = match &fate {
                Fate::Accepted(reply) => (Event::Accepted, reply),
                Fate::Refused { why, .. } => (Event::Refused, why),
                Fate::Unknown(why) => (Event::Unknown, why),
            };
            let at = self.context.environment.clock()?().to_rfc3339_opts(SecondsFormat::Secs, true);
            self.journal.append(
                &self.context.books,
                Entry { at, event, reply: Some(visible(reply, false).into_owned()), ..entry },
            )?;
            letter.row.note = Some(reply.clone());
            match fate {
                Fate::Accepted(_) => letter.row.state = State::Sent,
                Fate::Unknown(_) => letter.row.state = State::Unknown,
                Fate::Refused { why, again: true } if left > 0 => {
                    self.wait(&letter.row.number, &why);
                    continue;
                }
                Fate::Refused { .. } => {
                    // Whether an earlier attempt arrived is as unknown as it was.
                    letter.row.state = match self.journal.standing(&letter.row.number) {
                        Standing::Unknown => State::Unknown,
                        _ => State::Refused,
                    };
                }
            }
            return Ok(None);
        }
    }

    fn wait(&self, number: &str, why: &str) {
        let seconds = self.mailing.retry_seconds;
        self.context.out.detail(&format!("{number}: {why}; trying again in {seconds} s"));
        std::thread::sleep(Duration::from_secs(seconds));
    }
}

fn report(
    context: &Context<'_>,
    args: &args::Send,
    outbox: &Outbox,
    from: &Mailbox,
    mailing: &Mailing,
) -> Result<(), Problem> {
    let period = &args.period;
    let rows: Vec<outbox::Row> = outbox.letters.iter().map(|letter| letter.row.clone()).collect();
    if context.out.is_json() {
        let mut counts = std::collections::BTreeMap::new();
        for row in &rows {
            *counts.entry(row.state.name()).or_insert(0) += 1;
        }
        return context.out.document(&Document {
            schema: "crossfoot/send/v1",
            period: &period.name,
            dry_run: !args.yes && !args.records(),
            from: from.to_string(),
            server: mailing.host.as_ref().map(|host| format!("{host}:{}", mailing.port)),
            outbox: &rows,
            changed: &outbox.changed,
            counts,
        });
    }
    context.out.text(&outbox::table(context, args, &rows, from))
}
