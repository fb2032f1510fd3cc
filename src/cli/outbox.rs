//! What `crossfoot send` has before it: every issued invoice of a period, whom it goes to,
//! and where it stands.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use lettre::Address;
use serde::{Serialize, Serializer};

use super::args;
use super::context::Context;
use super::readdressed::{readdressed, resettled};
use crate::audit::chain::{self, Chain};
use crate::audit::mail_journal::{MailJournal, Standing};
use crate::audit::manifest;
use crate::books::config::{Config, Mailing};
use crate::books::customers::{self, Customer};
use crate::books::layout::{Books, CUSTOMERS, optional, read_file};
use crate::books::voids;
use crate::close::issued::load_issued;
use crate::close::outputs::{BULK, call_list_of};
use crate::close::particulars::{sealed_customers, sealed_settings};
use crate::close::registered::{self, IRN};
use crate::model::digest::sha256_hex;
use crate::model::invoice::Issued;
use crate::model::mailbox::{self, Mailbox};
use crate::model::money::grouped_count;
use crate::model::period::Period;
use crate::model::problem::Problem;
use crate::model::registration::{self, TimeLeft};
use crate::render::mail::{self, Letter as Written, SHIPPED, Templates};
use crate::render::structured::inv01;
use crate::render::text::{Paint, wrap};

/// Where a mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It is due.
    ToSend,
    /// A server took it.
    Sent,
    /// It was handed over otherwise.
    Delivered,
    /// The server refused it.
    Refused,
    /// It may have arrived; a person must find out.
    Unknown,
    /// The customer has no usable address.
    NoAddress,
    /// The server could not be used.
    NotTried,
    /// It must be registered with the portal first.
    NoIrn,
    /// The invoice is void, and is not mailed.
    Void,
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ToSend => "to-send",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::NoAddress => "no-address",
            Self::NotTried => "not-tried",
            Self::NoIrn => "no-irn",
            Self::Void => "void",
        }
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// A line of the outbox.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    pub(super) number: String,
    pub(super) customer_id: String,
    pub(super) legal_name: String,
    pub(super) to: Vec<String>,
    pub(super) cc: Vec<String>,
    pub(super) total: String,
    pub(super) currency: String,
    /// Relative to the books.
    pub(super) pdf: String,
    pub(super) pdf_sha256: String,
    pub(super) message_id: String,
    pub(super) state: State,
    /// What the server said, or what is missing.
    pub(super) note: Option<String>,
    /// Days that are left to register it, where it must be and is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) irn_days_left: Option<i64>,
    /// The message of a rehearsal, relative to the books.
    pub(super) eml: Option<String>,
    #[serde(skip)]
    display: String,
}

/// An invoice on its way.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) row: Row,
    pub(super) stem: String,
    pub(super) period: String,
    invoice: Issued,
    to: Vec<Mailbox>,
    cc: Vec<Mailbox>,
    file: String,
    pdf: Vec<u8>,
    calls: Option<(String, Vec<u8>)>,
    sealed_by: Option<(u64, String)>,
    templates: std::rc::Rc<Templates>,
}

impl Letter {
    /// Every address, each once.
    pub(super) fn recipients(&self) -> impl Iterator<Item = &Address> {
        let all = self.to.iter().chain(&self.cc).map(|mailbox| &mailbox.email);
        let mut seen = std::collections::BTreeSet::new();
        all.filter(move |address| seen.insert(address.to_string()))
    }

    /// No mail can be made of it: of this one alone.
    pub(super) fn refuse(&mut self, problem: &Problem) {
        self.row.state = State::Refused;
        self.row.note = Some(problem.reason());
    }

    /// The message's bytes.
    pub(super) fn message(&self, date: DateTime<Utc>, from: &Mailbox, mailing: &Mailing) -> Result<Vec<u8>, Problem> {
        let letter = Written {
            invoice: &self.invoice,
            from,
            reply_to: mailing.reply_to.as_ref(),
            to: &self.to,
            cc: &self.cc,
            message_id: &self.row.message_id,
            date,
            file: &self.file,
            pdf: &self.pdf,
            sha256: &self.row.pdf_sha256,
            calls: self.calls.as_ref().map(|(name, bytes)| (name.as_str(), bytes.as_slice())),
            sealed_by: self.sealed_by.as_ref().map(|(sequence, head)| (*sequence, head.as_str())),
        };
        mail::render(&letter, &self.templates)
    }
}

/// Whom a customer's invoices go to, and whom copies; or why its addresses cannot be used.
fn addresses(customer: Option<&Customer>) -> Result<(Vec<Mailbox>, Vec<Mailbox>), String> {
    let listed = |text: Option<&String>| mailbox::parse_list(text.map(String::as_str).unwrap_or_default());
    let to = listed(customer.and_then(|c| c.party.email.as_ref()))?;
    Ok((to, listed(customer.and_then(|c| c.agreement.cc.as_ref()))?))
}

/// Where the mail of a document that is not void stands, and what there is to say of it.
fn state_of(
    invoice: &Issued,
    addresses: &Result<(Vec<Mailbox>, Vec<Mailbox>), String>,
    journal: &MailJournal,
    again: bool,
) -> (State, Option<String>) {
    let state = match journal.standing(&invoice.number) {
        Standing::Sent | Standing::Unknown if again => State::ToSend,
        Standing::Sent if journal.is_delivered(&invoice.number) => State::Delivered,
        Standing::Sent => State::Sent,
        Standing::Unknown => State::Unknown,
        Standing::Unsent => State::ToSend,
    };
    let last = || journal.about(&invoice.number).next_back();
    if state == State::Delivered {
        return (state, last().and_then(|entry| entry.reason.clone()));
    }
    let replied = || last().and_then(|entry| entry.reply.clone());
    let wrong = addresses.as_ref().err().map(|why| format!("{CUSTOMERS}: {why}"));
    if state != State::ToSend {
        return (state, wrong.or_else(replied));
    }
    if addresses.as_ref().is_ok_and(|(to, _)| !to.is_empty()) {
        return (state, None);
    }
    let none = || format!("{CUSTOMERS} has no e-mail address of {}", invoice.content.customer_id);
    (State::NoAddress, Some(wrong.unwrap_or_else(none)))
}

/// What there is to say of a document that must be registered, and is not.
fn unregistered(invoice: &Issued, left: TimeLeft) -> String {
    let lost = || (left.days <= 0).then(|| "the portal refuses it: void it and close again".to_owned());
    let why =
        inv01::check(invoice).err().map(|why| format!("it has no INV-01 ({why}): void it, correct that, close again"));
    let then = why.or_else(lost).map_or_else(String::new, |then| format!("; {then}"));
    format!("it must be registered and has no IRN: {}{then}", left.words())
}

/// All invoices of a period, in order of issue.
#[derive(Debug)]
pub(super) struct Outbox {
    pub(super) letters: Vec<Letter>,
    /// Where mail comes from, is copied to and answered to, where that was changed since the close.
    pub(super) changed: Vec<String>,
}

/// Where the messages of a rehearsal lie, relative to the books.
pub(super) fn folder(period: &Period) -> String {
    format!("outbox/{}", period.name)
}

impl Outbox {
    /// Reads what was issued; each PDF must be the one that was sealed.
    ///
    /// # Errors
    /// Nothing was issued, or a file is not what was sealed (exit 4).
    pub(super) fn load(
        books: &Books,
        period: &Period,
        config: &Config,
        from: &Mailbox,
        journal: &MailJournal,
        again: bool,
        today: NaiveDate,
    ) -> Result<Self, Problem> {
        let nothing = |p: Problem| p.not_done("Nothing was sent.");
        let (chain, _) = chain::load(books)?;
        let issued = load_issued(books, &chain, period).map_err(nothing)?;
        if issued.is_empty() {
            return Err(nothing(
                Problem::usage("nothing-issued", format!("no invoice was issued for {}", period.name))
                    .next(format!("crossfoot close --period {}", period.name)),
            ));
        }
        let void = voids::load(books)?;
        let customers = match optional("customers", &books.path(CUSTOMERS))? {
            Some(bytes) => customers::parse(&bytes)?.0,
            None => customers::Customers::new(),
        };
        let templates = std::rc::Rc::new(templates(books)?);
        let manifest = manifest::load(books, &chain, period).map_err(nothing)?;
        let known = sealed_customers(books, &Books::close_dir(period), &manifest).map_err(nothing)?;
        let settings = sealed_settings(books, &Books::close_dir(period), &manifest).map_err(nothing)?;
        let changed = resettled(&settings.mailing, &config.mailing);
        let sealed: BTreeMap<&str, &str> =
            manifest.files.iter().map(|file| (file.path.as_str(), file.sha256.as_str())).collect();
        let mut letters = Vec::new();
        for invoice in issued {
            let stem = invoice.file_stem();
            // The copy with its registration is the invoice in law, where there is one.
            let names = [registered::copy_of(&stem), format!("invoices/{stem}.pdf")];
            let name = names.iter().find(|name| sealed.contains_key(name.as_str())).unwrap_or(&names[1]);
            let path = format!("{}/{name}", Books::close_dir(period));
            let read = |name: &str, what: &str| {
                as_sealed(books, period, &sealed, name, &format!("{what} of {}", invoice.number))
            };
            let (pdf, sha256) = read(name, "the PDF")?;
            let calls = match invoice.content.call_list.as_ref().filter(|_| config.mailing.attaches_calls) {
                Some(_) => Some((format!("{stem}.csv"), read(&call_list_of(&stem), "the list of the calls")?)),
                None => None,
            };
            let addresses = addresses(customers.get(&invoice.content.customer_id));
            let (mut state, mut note) = if void.contains_key(&invoice.number) {
                (State::Void, None)
            } else {
                state_of(&invoice, &addresses, journal, again)
            };
            let is_asked_for = config.invoicing.einvoice_required && registration::is_needed(&invoice.content);
            let is_due = matches!(state, State::ToSend | State::NoAddress);
            let left = (is_asked_for && is_due && *name != names[0]).then(|| TimeLeft::of(invoice.issue_date, today));
            if let Some(left) = left {
                let words = unregistered(&invoice, left);
                (state, note) = (State::NoIrn, Some(note.map_or(words.clone(), |note| format!("{words}. {note}"))));
            }
            let id = &invoice.content.customer_id;
            if is_due && let Some(moved) = readdressed(known.get(id), customers.get(id)) {
                note = Some(note.map_or(moved.clone(), |note| format!("{moved}. {note}")));
            }
            let (to, mut cc) = addresses.unwrap_or_default();
            cc.extend(config.mailing.cc.iter().cloned());
            let content = &invoice.content;
            let carried = calls.as_ref().map(|(_, (_, of_calls))| format!("{sha256}\n{of_calls}"));
            let row = Row {
                number: invoice.number.clone(),
                customer_id: content.customer_id.clone(),
                legal_name: content.buyer.legal_name.clone(),
                to: to.iter().map(|mailbox| mailbox.email.to_string()).collect(),
                cc: cc.iter().map(|mailbox| mailbox.email.to_string()).collect(),
                total: content.total.plain(),
                currency: content.currency.code().to_owned(),
                message_id: message_id(&invoice, carried.as_deref().unwrap_or(&sha256), &to, &cc, from),
                pdf: path,
                pdf_sha256: sha256,
                state,
                note,
                irn_days_left: left.map(|left| left.days),
                eml: None,
                display: content.total.display(),
            };
            let file = name.rsplit('/').next().unwrap_or(name).to_owned();
            let (period, templates) = (period.name.clone(), templates.clone());
            let calls = calls.map(|(name, (bytes, _))| (name, bytes));
            let sealed_by = config.mailing.names_head.then(|| sealed_by(&chain, &invoice.number)).flatten();
            letters.push(Letter { row, stem, period, invoice, to, cc, file, pdf, calls, sealed_by, templates });
        }
        Ok(Self { letters, changed })
    }
}

/// The event that issued a document, by its place, and the chain's head then.
fn sealed_by(chain: &Chain, number: &str) -> Option<(u64, String)> {
    let event = chain.events.iter().find(|event| event.issued.iter().any(|one| one.number == number))?;
    Some((event.sequence, chain.head_at(event.sequence)?.to_owned()))
}

/// A file of a close, which must be the one that was sealed, and its SHA-256.
fn as_sealed(
    books: &Books,
    period: &Period,
    sealed: &BTreeMap<&str, &str>,
    name: &str,
    what: &str,
) -> Result<(Vec<u8>, String), Problem> {
    let path = format!("{}/{name}", Books::close_dir(period));
    let bytes = read_file(books.path(&path))
        .map_err(|e| changed(format!("{what} cannot be read"), &path).because(e.to_string()))?;
    let sha256 = sha256_hex(&bytes);
    if sealed.get(name) == Some(&sha256.as_str()) {
        Ok((bytes, sha256))
    } else {
        Err(changed(format!("{what} is not what was sealed"), &path))
    }
}

fn changed(what: String, path: &str) -> Problem {
    Problem::unverified("invoice-changed", what).at(path.to_owned()).not_done("Nothing was sent.")
}

/// Identifies a mail by what it carries and to whom: the same invoice to the same people is
/// the same message, however often it is sent, and a mail program can tell.
fn message_id(invoice: &Issued, pdf_sha256: &str, to: &[Mailbox], cc: &[Mailbox], from: &Mailbox) -> String {
    let seller = &invoice.content.seller;
    let mut parts = vec![
        seller.gstin.clone().unwrap_or_else(|| seller.legal_name.clone()),
        invoice.issue_date.year().to_string(),
        invoice.content.document.name().to_owned(),
        invoice.number.clone(),
        pdf_sha256.to_owned(),
    ];
    parts.extend(to.iter().chain(cc).map(|mailbox| mailbox.email.to_string().to_lowercase()));
    let digest = sha256_hex(parts.join("\n").as_bytes());
    format!("{}@{}", &digest[..40], from.email.domain())
}

fn templates(books: &Books) -> Result<Templates, Problem> {
    let [text, html] = SHIPPED.map(|(name, ours)| -> Result<String, Problem> {
        let path = format!("templates/mail/{name}");
        match optional("mail-template", &books.path(&path))? {
            None => Ok(ours.to_owned()),
            Some(bytes) => String::from_utf8(bytes).map_err(|_| {
                Problem::usage("mail-template", format!("{path} is not UTF-8 text")).not_done("Nothing was sent.")
            }),
        }
    });
    Ok(Templates { text: text?, html: html? })
}

/// How many rows the terminal shows.
const SHOWN: usize = 40;

/// The outbox for a person, at most 80 columns wide.
pub(super) fn table(context: &Context<'_>, args: &args::Send, rows: &[Row], from: &Mailbox) -> String {
    let period = &args.period.name;
    let mut text = format!("Outbox {period}, from {from}\n\n");
    // What needs somebody first.
    let urgent = |row: &Row| !matches!(row.state, State::Sent | State::Delivered | State::Void | State::ToSend);
    // What went well is counted after a sending.
    let is_told = |row: &&Row| urgent(row) || !args.yes || context.out.is_verbose();
    let mut order: Vec<&Row> = rows.iter().filter(is_told).collect();
    order.sort_by_key(|row| !urgent(row));
    for row in order.iter().take(SHOWN) {
        let word = match row.state {
            State::Sent | State::Delivered => context.out.good(row.state.name()),
            State::ToSend => row.state.name().to_owned(),
            State::Void => context.out.faint(row.state.name()),
            _ => context.out.bad(row.state.name()),
        };
        text.push_str(&format!(
            "{:<16} {:>18}  {word}  {} → {}\n",
            row.number,
            row.display,
            row.legal_name,
            if row.to.is_empty() { "–".to_owned() } else { [&row.to[..], &row.cc[..]].concat().join(", ") },
        ));
        if context.out.is_verbose() {
            text.push_str(&format!("  PDF SHA-256 {}\n", row.pdf_sha256));
        }
        if let Some(note) = &row.note {
            text.push_str(&format!("{}\n", wrap(note, "  ")));
        }
    }
    if order.len() > SHOWN {
        text.push_str(&format!("… and {} more (--json lists all)\n", order.len() - SHOWN));
    }
    let count = |state: State| rows.iter().filter(|row| row.state == state).count();
    let states = [
        State::ToSend,
        State::Sent,
        State::Delivered,
        State::Refused,
        State::Unknown,
        State::NoAddress,
        State::NotTried,
        State::NoIrn,
        State::Void,
    ];
    let counts: Vec<String> = states
        .into_iter()
        .filter(|state| count(*state) > 0)
        .map(|state| {
            format!("{} {}", grouped_count(count(state) as u64, crate::model::money::Currency::INR), state.name())
        })
        .collect();
    text.push_str(&format!("\n{}\n", counts.join(" · ")));
    if count(State::Unknown) > 0 {
        text.push_str(
            "Unknown: handed over, and no answer came. Ask the customer or your mail server's log; then\n  it arrived:  crossfoot send --period P --only NUMBER --arrived --reason \"…\"\n  it did not:  crossfoot send --period P --only NUMBER --again --reason \"…\" --yes\n",
        );
    }
    if count(State::NoIrn) > 0 {
        text.push_str(&format!(
            "No IRN: kept back until it is registered. Upload {}/{BULK}\n  (and inv01-bulk-2.json …, where there are) to the registration portal, save what it returns in {IRN}/, and\n  crossfoot close --period {period}{}\n",
            Books::close_dir(&args.period),
            context.same_books()
        ));
    }
    if !args.yes && !args.records() && count(State::ToSend) > 0 {
        let only: String = args.only.iter().map(|number| format!(" --only {number}")).collect();
        let again = if args.again { " --again --reason \"…\"" } else { "" };
        text.push_str(&format!(
            "Nothing was sent. The messages are in {} (.eml).\nTo send them: crossfoot send --period {period}{only}{again} --yes{}\n",
            context.books.path(folder(&args.period)).display(),
            context.same_books()
        ));
    }
    text
}
