//! The mail that brings an invoice: text and HTML by template, the PDF as it was sealed
//! (RFC 5322, RFC 2046). The same values give the same bytes.

use std::time::SystemTime;

use chrono::{DateTime, NaiveDate, Utc};
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Message, MultiPart, SinglePart};
use minijinja::{Environment, UndefinedBehavior, context};

use crate::model::invoice::{Document, Issued, Payment};
use crate::model::mailbox::Mailbox;
use crate::model::period::Period;
use crate::model::problem::Problem;

/// The templates that ship: text with its subject in the first line, and HTML.
pub(crate) const SHIPPED: [(&str, &str); 2] = [
    ("invoice.txt", include_str!("../../templates/mail/invoice.txt")),
    ("invoice.html", include_str!("../../templates/mail/invoice.html")),
];

/// Text and HTML templates: ours, or the books' own.
#[derive(Clone, Debug)]
pub(crate) struct Templates {
    /// Begins with `Subject: …` and an empty line.
    pub text: String,
    /// A page.
    pub html: String,
}

/// The code of a mail that cannot be made, whatever the template says: of this one letter.
pub(crate) const UNFIT: &str = "mail-unfit";

/// Who mails what to whom.
#[derive(Clone, Debug)]
pub(crate) struct Letter<'a> {
    /// The invoice or note.
    pub invoice: &'a Issued,
    /// Who writes.
    pub from: &'a Mailbox,
    /// Where answers go.
    pub reply_to: Option<&'a Mailbox>,
    /// To whom.
    pub to: &'a [Mailbox],
    /// Copies.
    pub cc: &'a [Mailbox],
    /// Identifies the mail for ever, without angle brackets.
    pub message_id: &'a str,
    /// When it is written.
    pub date: DateTime<Utc>,
    /// The attachment's name, of ASCII.
    pub file: &'a str,
    /// The attachment.
    pub pdf: &'a [u8],
    /// SHA-256 of it.
    pub sha256: &'a str,
    /// The list of its calls, a CSV file, by its name, where it goes with it.
    pub calls: Option<(&'a str, &'a [u8])>,
    /// The event that sealed it, by its place, and the chain's head then, where the mail is to say so.
    pub sealed_by: Option<(u64, &'a str)>,
}

/// Makes the message's bytes.
///
/// # Errors
/// A template of the books' own that cannot be read, or names what there is not.
pub(crate) fn render(letter: &Letter<'_>, templates: &Templates) -> Result<Vec<u8>, Problem> {
    let wrong = |name: &str, why: String| {
        Problem::usage("mail-template", format!("templates/mail/{name} cannot be used"))
            .because(why)
            .next("correct it, or remove it to use the one that ships")
            .not_done("Nothing was sent.")
    };
    let text = fill("invoice.txt", &templates.text, letter).map_err(|e| wrong("invoice.txt", e))?;
    let html = fill("invoice.html", &templates.html, letter).map_err(|e| wrong("invoice.html", e))?;
    let text = text.replace("\r\n", "\n");
    let Some((subject, body)) = text.strip_prefix("Subject: ").and_then(|rest| rest.split_once("\n\n")) else {
        return Err(wrong("invoice.txt", "it must begin with a line `Subject: …` and an empty line".to_owned()));
    };
    if subject.contains('\n') {
        return Err(wrong("invoice.txt", "its subject is more than one line".to_owned()));
    }
    let mut message = Message::builder()
        .from(letter.from.clone())
        .subject(subject.trim())
        .date(SystemTime::from(letter.date))
        .message_id(Some(format!("<{}>", letter.message_id)));
    if let Some(reply_to) = letter.reply_to {
        message = message.reply_to(reply_to.clone());
    }
    message = letter.to.iter().fold(message, |message, to| message.to(to.clone()));
    message = letter.cc.iter().fold(message, |message, cc| message.cc(cc.clone()));
    // Boundaries that follow from the message; no base64 and no text of ours has such a line.
    let mark = letter.message_id.split('@').next().unwrap_or_default();
    let bodies = MultiPart::alternative()
        .boundary(format!("=_bodies_{mark}"))
        .singlepart(SinglePart::plain(body.to_owned()))
        .singlepart(SinglePart::html(html));
    let pdf = ContentType::parse("application/pdf").map_err(|e| wrong("invoice.txt", e.to_string()))?;
    let csv = ContentType::parse("text/csv; charset=utf-8").map_err(|e| wrong("invoice.txt", e.to_string()))?;
    let mut parts = MultiPart::mixed()
        .boundary(format!("=_parts_{mark}"))
        .multipart(bodies)
        .singlepart(Attachment::new(letter.file.to_owned()).body(letter.pdf.to_vec(), pdf));
    if let Some((name, bytes)) = letter.calls {
        parts = parts.singlepart(Attachment::new(name.to_owned()).body(bytes.to_vec(), csv));
    }
    let message =
        message.multipart(parts).map_err(|e| Problem::stop(UNFIT, "no mail can be made").because(e.to_string()))?;
    Ok(message.formatted())
}

/// What a template may do, in steps and 64 bytes of text: the shipped ones need a few hundred.
const FUEL: u64 = 200_000;

/// A day as people write it: `2 April 2026`.
fn written(day: NaiveDate) -> String {
    day.format("%-d %B %Y").to_string()
}

/// A month by its name, other days by the first and the last.
fn period_of(period: &Period) -> String {
    if period.is_month() {
        period.from.format("%B %Y").to_string()
    } else {
        format!("{} to {}", written(period.from), written(period.to))
    }
}

fn fill(name: &str, template: &str, letter: &Letter<'_>) -> Result<String, String> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.add_template(name, template).map_err(|e| e.to_string())?;
    let template = environment.get_template(name).map_err(|e| e.to_string())?;
    let Issued { content, number, issue_date, .. } = letter.invoice;
    let document = match content.document {
        Document::Invoice => "Invoice",
        Document::CreditNote => "Credit note",
        Document::DebitNote => "Debit note",
    };
    // A credit note asks for nothing.
    let payment = if content.document == Document::CreditNote { Payment::default() } else { content.payment.clone() };
    let account: Vec<&str> = [&payment.account_number, &payment.bank, &payment.bank_code]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    let values = context! {
        document,
        number,
        issue_date => written(*issue_date),
        due_date => letter.invoice.due_date().map(written),
        period => period_of(&content.period),
        from => written(content.period.from),
        to => written(content.period.to),
        total => content.total.display(),
        customer => content.buyer.legal_name.as_str(),
        customer_id => content.customer_id.as_str(),
        seller => content.seller.legal_name.as_str(),
        contact => content.seller.email.as_deref(),
        original => content.original.as_ref().map(|original| original.number.as_str()),
        account => (!account.is_empty()).then(|| account.join(", ")),
        file => letter.file,
        sha256 => letter.sha256,
        calls => letter.calls.map(|(name, _)| name),
        event => letter.sealed_by.map(|(sequence, _)| sequence),
        chain_head => letter.sealed_by.map(|(_, head)| head),
    };
    template.render(values).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::invoice::Draft;
    use crate::model::money::Currency;
    use crate::model::period::parse_day;

    #[test]
    fn a_credit_note_asks_for_no_payment() {
        let from: Mailbox = "Accounts <billing@seller.example>".parse().unwrap();
        let text = |document: Document| {
            let mut content = Draft::blank("M", &Period::parse("2026-03").unwrap(), Currency::INR);
            content.document = document;
            content.payment.account_number = Some("001234567890".to_owned());
            let issue_date = parse_day("2026-04-02").unwrap();
            let invoice = Issued {
                number: "N/1".to_owned(),
                issue_date,
                content,
                template_sha256: String::new(),
                sealed_after: String::new(),
            };
            let letter = Letter {
                invoice: &invoice,
                from: &from,
                reply_to: None,
                to: &[],
                cc: &[],
                message_id: "a@b.example",
                date: DateTime::UNIX_EPOCH,
                file: "N-1.pdf",
                pdf: b"",
                sha256: "00",
                calls: None,
                sealed_by: None,
            };
            SHIPPED.map(|(name, template)| fill(name, template, &letter).unwrap()).join("\n")
        };
        let note = text(Document::CreditNote);
        assert!(!note.contains("Pay to") && !note.contains("001234567890") && note.contains("Credited"), "{note}");
        for document in [Document::Invoice, Document::DebitNote] {
            let asks = text(document);
            assert_eq!(asks.matches("001234567890").count(), 2, "{asks}");
            assert!(asks.contains("Total") && !asks.contains("Credited"), "{asks}");
        }
    }

    #[test]
    fn a_template_that_never_ends_is_stopped() {
        let from: Mailbox = "Accounts <billing@seller.example>".parse().unwrap();
        let content = Draft::blank("M", &Period::parse("2026-03").unwrap(), Currency::INR);
        let issue_date = parse_day("2026-04-02").unwrap();
        let invoice = Issued {
            number: "N/1".to_owned(),
            issue_date,
            content,
            template_sha256: String::new(),
            sealed_after: String::new(),
        };
        let letter = Letter {
            invoice: &invoice,
            from: &from,
            reply_to: None,
            to: &[],
            cc: &[],
            message_id: "a@b.example",
            date: DateTime::UNIX_EPOCH,
            file: "N-1.pdf",
            pdf: b"",
            sha256: "00",
            calls: None,
            sealed_by: None,
        };
        for bomb in [
            "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
            "{% set a = 'x' * 99999 %}{% for b in range(9999) %}{{ a }}{% endfor %}",
            "{% macro a() %}{{ a() }}{{ a() }}{% endmacro %}{{ a() }}",
        ] {
            assert!(fill("invoice.txt", bomb, &letter).is_err(), "{bomb}");
        }
    }
}
