//! The memo of an auditor's pack: what was done and what it rests on, in plain words, every
//! figure taken from the sealed files. The words are `templates/report/memo.txt`; each of its
//! lines is a paragraph.

use minijinja::value::{Serde, ValueKind};
use minijinja::{Environment, UndefinedBehavior, Value, context};

use super::copies::{APPROVAL_COPY, governs};
use crate::audit::chain::{Chain, IssuedEntry};
use crate::audit::mail_journal::{MailJournal, Standing};
use crate::audit::manifest::Manifest;
use crate::books::layout::{Books, read_file};
use crate::books::voids;
use crate::model::approval::Approval;
use crate::model::period::Period;
use crate::model::problem::Problem;
use crate::render::text::wrap;

const MEMO: &str = include_str!("../../templates/report/memo.txt");

/// Writes the memo of a verified close.
///
/// # Errors
/// A sealed file cannot be read.
pub(crate) fn write(books: &Books, period: &Period, chain: &Chain, manifest: &Manifest) -> Result<String, Problem> {
    let name = format!("{}/reconciliation.json", Books::close_dir(period));
    let unreadable = |why: String| Problem::unverified("pack", format!("{name} cannot be read")).because(why);
    let bytes = read_file(books.path(&name)).map_err(|e| unreadable(e.to_string()))?;
    let report: serde_json::Value = serde_json::from_slice(&bytes).map_err(|e| unreadable(e.to_string()))?;
    let journal = MailJournal::load(books)?;
    let void = voids::load(books)?;
    let issued: Vec<&IssuedEntry> = chain.issued_in(&period.name).collect();
    let with = |status: &str| {
        let customers = report["customers"].as_array().map_or(&[][..], Vec::as_slice);
        customers.iter().filter(|customer| customer["status"] == status).count()
    };
    let mailed = |standing| issued.iter().filter(|entry| journal.standing(&entry.number) == standing).count();
    let dates = || issued.iter().map(|entry| entry.issue_date.as_str());
    let approval = read_file(books.path(format!("{}/inputs/{APPROVAL_COPY}", Books::close_dir(period)))).ok();
    let approval = approval.filter(|_| governs(&manifest.configuration.files, APPROVAL_COPY));
    let approval = approval.and_then(|bytes| serde_json::from_slice::<Approval>(&bytes).ok());
    let values = context! {
        period => context! { name => period.name.as_str(), from => period.from.to_string(), to => period.to.to_string() },
        version => manifest.tool.version.as_str(),
        report => Value::from(Serde(&report)),
        with => context! {
            matched => with("matched"),
            tolerated => with("tolerated"),
            discrepant => with("discrepant"),
            unlisted => with("unlisted"),
        },
        issued => Value::from(Serde(&issued)),
        dated => context! { from => dates().min(), to => dates().max() },
        voids => Value::from(Serde(issued.iter().filter_map(|entry| void.get(&entry.number)).collect::<Vec<_>>())),
        sent => mailed(Standing::Sent),
        unknown => mailed(Standing::Unknown),
        events => Value::from(Serde(chain.of(&period.name).collect::<Vec<_>>())),
        chain_events => chain.events.len(),
        head => chain.head.as_str(),
        approval => approval.map(|approval| approval.words()),
    };
    let currency = report["currency"].as_str().unwrap_or_default().to_owned();
    let mut environment = Environment::new();
    // A report of an earlier version may lack what it had not to say.
    environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    environment.add_filter("stated", |value: Value| stated("", &value));
    environment.add_filter("money", move |value: Value| stated(&format!("{currency} "), &value));
    let text = environment.render_str(MEMO, values).map_err(|e| unreadable(e.to_string()))?;
    Ok(text.lines().map(|line| format!("{}\n", wrap(line, ""))).collect())
}

fn stated(before: &str, value: &Value) -> String {
    if matches!(value.kind(), ValueKind::None | ValueKind::Undefined) {
        "not stated".to_owned()
    } else {
        format!("{before}{value}")
    }
}
