//! What a close is made from. Loaded from the books, or from the copies that lie in a sealed
//! close, so that an old close can be verified after the settings have moved on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::NaiveDate;

use super::answers::answers_of;
use super::copies::{
    APPROVAL_COPY, CARRIED_COPY, CHANGED_COPY, Copied, FORMAT_COPY, HISTORY_COPY, LOGO_COPY, OPEN_ITEMS_COPY,
    OPENED_COPY, OWN_CREDITS_COPY, PAST_COPY, PROPOSAL_COPIES, RESOLUTIONS_COPY, SIGNERS_COPY, TEMPLATE_COPY,
    VOIDS_COPY, copied, copy, governs, logo_copy, template_copy,
};
use super::earlier::Earlier;
use super::formats::{format_files, parse_formats};
use super::recapture::{self, Recaptured};
use super::registered::{self, Registered};
use super::{history, open_items, templates};
use crate::audit::chain::Event;
use crate::audit::manifest::Manifest;
use crate::audit::signing::SIGNERS;
use crate::bill::selling;
use crate::books::charges::{self, AgreedCharge};
use crate::books::config::{self, Config};
use crate::books::customers::{self, Customers, Directory};
use crate::books::layout::{Books, CHARGES, CONFIG, CUSTOMERS, RATES, optional, read_file};
use crate::books::rates;
use crate::books::resolutions;
use crate::books::spreadsheet;
use crate::books::voids::{self, VOIDS, Voids};
use crate::capture::store::{self, Capture};
use crate::ledger::format::Format;
use crate::ledger::known::FORMATS;
use crate::model::approval::Approval;
use crate::model::credit::{Carried, Credits};
use crate::model::digest::sha256_hex;
use crate::model::exchange::Rate;
use crate::model::history::{Month, Past};
use crate::model::invoice::Issued;
use crate::model::open_item::OpenItem;
use crate::model::particulars::Changed;
use crate::model::period::Period;
use crate::model::problem::{Problem, io};
use crate::model::reconciliation::Input;
use crate::model::resolution::Resolution;
use crate::model::usage::Analytics;
use crate::render::pdf;
use crate::render::pdf::template::Template;

/// This program's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a close, or a comparison, is made from, beside the ledger's bytes.
#[derive(Debug)]
pub struct Inputs {
    /// The period asked for.
    pub period: Period,
    /// The settings.
    pub config: Config,
    /// The customers; None where there is no such file.
    pub customers: Option<Customers>,
    /// Customer ids by every name that the ledger may use.
    pub directory: Directory,
    /// Ledger formats of the books' own.
    pub formats: BTreeMap<String, Format>,
    /// How invoices look.
    pub template: Template,
    /// SHA-256 of the template.
    pub template_sha256: String,
    /// The seller's logo.
    pub logo: Option<Logo>,
    /// What is charged beside calls.
    pub charges: Vec<AgreedCharge>,
    /// What other currencies were worth, day by day.
    pub rates: Vec<Rate>,
    /// What finance decided about the period's findings.
    pub resolutions: Vec<Resolution>,
    /// Invoices that are void.
    pub voids: Voids,
    /// What earlier periods left open.
    pub open_items: Vec<OpenItem>,
    /// Accounts that the journals of earlier periods open.
    pub(super) opened: Vec<String>,
    /// What earlier closed periods came to, in a close of version 0.1.
    pub history: Vec<Month>,
    /// The same as sealed; None where there are no books, or in such a close.
    pub past: Option<Past>,
    /// Particulars that are not those of the close before.
    pub changed: Vec<Changed>,
    /// What is left of credits of earlier periods.
    pub carried: Vec<Carried>,
    /// What the period's close before sealed of credits.
    pub own_credits: Option<Credits>,
    /// Who prepared and who approved the close.
    pub approval: Option<Approval>,
    /// Copies for `inputs/` of all these: name and bytes.
    pub copies: Vec<(String, Vec<u8>)>,
    /// What the person should know, a sentence each.
    pub notes: Vec<String>,
    /// The partner's figures of the whole.
    pub analytics: Analytics,
    /// All that was captured; None where there are no books.
    pub capture: Option<Capture>,
    /// The files that the partner's answers were read from.
    pub answers: Vec<Input>,
    /// The last closed period, where it was captured again with other figures.
    pub previous: Option<Recaptured>,
    /// Documents issued for the period before, in order of issue, void ones included.
    pub issued: Vec<Issued>,
    /// Documents of the last closed period to customers that have a GSTIN.
    pub(super) last_period: Vec<Issued>,
    /// What the registration portal returned for some of them.
    pub(super) registered: Vec<Registered>,
    /// Responses of that portal that are of no document, a sentence each.
    pub unclaimed: Vec<String>,
    /// What the version that sealed the close found, where that is not what is found now.
    pub(super) earlier: Option<Earlier>,
    /// The day of the close; None where none is made, or where it was not recorded.
    pub dated: Option<NaiveDate>,
    /// The day that its invoices have.
    pub invoices_dated: Option<NaiveDate>,
    /// The version that reports name: this program's, or the one that sealed them.
    pub version: String,
}

/// A logo as it is embedded.
#[derive(Clone, Debug)]
pub struct Logo {
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// A PNG or SVG file.
    pub bytes: Vec<u8>,
    /// The same, ready to be drawn.
    pub image: pdf::Logo,
}

impl Logo {
    fn read(bytes: Vec<u8>) -> Result<Self, Problem> {
        Ok(Self { sha256: sha256_hex(&bytes), image: pdf::Logo::read(&bytes)?, bytes })
    }
}

/// What governs a close, as it lies there.
struct Files {
    config: Vec<u8>,
    customers: Option<Vec<u8>>,
    charges: Option<Vec<u8>>,
    rates: Option<Vec<u8>>,
    signers: Option<Vec<u8>>,
    template: Vec<u8>,
    formats: Vec<(String, Vec<u8>)>,
    logo: Option<Vec<u8>>,
    /// The decisions, and what errors call the file.
    resolutions: (Option<Vec<u8>>, String),
    /// The voids, and what errors call the file.
    voids: (Option<Vec<u8>>, String),
    open_items: Copied<Vec<OpenItem>>,
    opened: Copied<Vec<String>>,
    history: Copied<Vec<Month>>,
    past: Copied<Past>,
    changed: Copied<Vec<Changed>>,
    carried: Copied<Vec<Carried>>,
    own_credits: Copied<Credits>,
    approval: Copied<Approval>,
    /// The proposal that was approved, and its signature.
    proposal: Vec<(String, Vec<u8>)>,
}

impl Inputs {
    /// A comparison without books: default settings, nobody known, nothing answered yet.
    ///
    /// # Errors
    /// None, while the defaults are right.
    pub fn without_books(period: Period) -> Result<Self, Problem> {
        let files = Files {
            config: Vec::new(),
            customers: None,
            charges: None,
            rates: None,
            signers: None,
            template: templates::shipped(&config::parse("", "defaults")?.invoicing.template).unwrap_or_default().into(),
            formats: Vec::new(),
            logo: None,
            resolutions: (None, String::new()),
            voids: (None, String::new()),
            open_items: None,
            opened: None,
            history: None,
            past: None,
            changed: None,
            carried: None,
            own_credits: None,
            approval: None,
            proposal: Vec::new(),
        };
        assemble(period, config::parse("", "defaults")?, files)
    }

    /// Loads what the books say now.
    ///
    /// # Errors
    /// A file that is missing or wrong.
    pub fn load(books: &Books, period: &Period) -> Result<Self, Problem> {
        let (config, config_bytes) = config::load(books)?;
        let logo = match &config.invoicing.logo {
            None => None,
            Some(name) => {
                let path = books.path(name);
                Some(read_file(&path).map_err(|e| {
                    io("logo", "read", &path, &e)
                        .next("correct [seller] logo: a PNG or SVG file, named from the books' folder on")
                })?)
            }
        };
        let decisions = resolutions::file(period);
        let files = Files {
            config: config_bytes,
            customers: optional("customers", &books.path(CUSTOMERS))?,
            charges: optional("charges", &books.path(CHARGES))?,
            rates: optional("rates", &books.path(RATES))?,
            signers: optional("signers", &books.path(SIGNERS))?,
            template: templates::bytes(books, &config.invoicing.template)?,
            formats: format_files(&books.path(FORMATS), "")?,
            logo,
            resolutions: (resolutions::read(&books.path(&decisions))?, decisions),
            voids: (resolutions::read(&books.path(VOIDS))?, VOIDS.to_owned()),
            open_items: copied(open_items::before(books, period)?),
            opened: copied(history::opened(books, period)?),
            history: None,
            past: Some(history::copied(history::before(books, period)?)),
            changed: None,
            carried: None,
            own_credits: None,
            approval: None,
            proposal: Vec::new(),
        };
        spreadsheet::undamaged([(&files.customers, "customers", CUSTOMERS), (&files.charges, "charges", CHARGES)])?;
        assemble(period.clone(), config, files)
    }

    /// Loads what a sealed close was made from: the copies in it, its capture wherever it
    /// lies now, and what was issued before `event`.
    ///
    /// # Errors
    /// A copy that is missing or wrong, with the file or folder that it is about.
    pub(super) fn sealed(
        books: &Books,
        event: &Event,
        period: &Period,
        manifest: &Manifest,
        issued: &[Issued],
    ) -> Result<Self, (String, Problem)> {
        let folder = Books::close_dir(period);
        let about = |file: &str| {
            let file = file.to_owned();
            move |problem: Problem| (file, problem)
        };
        let mut inputs = Self::copies_in(&books.path(&folder), period, &manifest.configuration.files)
            .map_err(about(&format!("{folder}/inputs")))?;
        let capture_dir = Books::capture_dir(period);
        let sealed = recapture::sealed_in(books, period, manifest).unwrap_or_else(|| capture_dir.clone());
        let capture = store::load_from(&books.path(sealed), period)
            .and_then(|found| found.ok_or_else(|| Problem::stop("capture", "there is no capture")))
            .map_err(about(&capture_dir))?;
        inputs.receive(capture);
        inputs.previous =
            Recaptured::of(books, manifest).map_err(about(&format!("{folder}/{}", crate::audit::manifest::FILE)))?;
        // What the last run found was found beside the invoices of the runs before it.
        let new: BTreeSet<&str> = event.issued.iter().map(|entry| entry.number.as_str()).collect();
        inputs.issued = issued.iter().filter(|issued| !new.contains(issued.number.as_str())).cloned().collect();
        let standing = issued.iter().filter(|issued| inputs.stands(issued));
        inputs.registered = registered::load(&books.path(&folder).join("inputs"), "irn-", standing)
            .map_err(about(&format!("{folder}/inputs")))?;
        manifest.tool.version.clone_into(&mut inputs.version);
        Ok(inputs)
    }

    /// Loads the copies in a sealed close. `governing` is what the manifest names.
    fn copies_in(folder: &Path, period: &Period, governing: &[String]) -> Result<Self, Problem> {
        let inputs = folder.join("inputs");
        let named = |prefix: &str| {
            let names = governing.iter().filter_map(|file| file.strip_prefix("inputs/"));
            names.filter(|name| name.starts_with(prefix)).min().map(str::to_owned)
        };
        let read = |name: &str| {
            let path = inputs.join(name);
            read_file(&path).map_err(|e| io("sealed-inputs", "read", &path, &e))
        };
        let config_bytes = read(CONFIG)?;
        let config = config::parse(&String::from_utf8_lossy(&config_bytes), &format!("inputs/{CONFIG}"))?;
        let template =
            named(TEMPLATE_COPY).ok_or_else(|| Problem::stop("sealed-inputs", "the manifest names no template"))?;
        let logo = config.invoicing.logo.as_ref().and_then(|_| named(LOGO_COPY));
        let if_any = |name: &str| governs(governing, name).then(|| read(name)).transpose();
        let mut formats = format_files(&inputs, FORMAT_COPY)?;
        formats.retain(|(name, _)| governs(governing, &format!("{FORMAT_COPY}{name}.toml")));
        let files = Files {
            config: config_bytes,
            customers: Some(read(CUSTOMERS)?),
            charges: if_any(CHARGES)?,
            rates: if_any(RATES)?,
            signers: if_any(SIGNERS_COPY)?,
            template: read(&template)?,
            formats,
            logo: logo.map(|name| read(&name)).transpose()?,
            resolutions: (if_any(RESOLUTIONS_COPY)?, format!("inputs/{RESOLUTIONS_COPY}")),
            voids: (if_any(VOIDS_COPY)?, format!("inputs/{VOIDS_COPY}")),
            open_items: copy(&inputs, governing, OPEN_ITEMS_COPY)?,
            opened: copy(&inputs, governing, OPENED_COPY)?,
            history: copy(&inputs, governing, HISTORY_COPY)?,
            past: copy(&inputs, governing, PAST_COPY)?,
            changed: copy(&inputs, governing, CHANGED_COPY)?,
            carried: copy(&inputs, governing, CARRIED_COPY)?,
            own_credits: copy(&inputs, governing, OWN_CREDITS_COPY)?,
            approval: copy(&inputs, governing, APPROVAL_COPY)?,
            proposal: PROPOSAL_COPIES
                .into_iter()
                .filter(|name| governs(governing, name))
                .map(|name| Ok((name.to_owned(), read(name)?)))
                .collect::<Result<_, Problem>>()?,
        };
        assemble(period.clone(), config, files)
    }

    /// Takes what the partner answered.
    pub fn receive(&mut self, capture: Capture) {
        self.answers = answers_of(&capture);
        self.analytics = capture.analytics.clone();
        self.capture = Some(capture);
    }

    /// Whether a document counts: it is not void.
    #[must_use]
    pub fn stands(&self, issued: &Issued) -> bool {
        !self.voids.contains_key(&issued.number)
    }
}

/// Takes a value, and its copy beside the others.
fn keep<T>(kept: &mut Vec<(String, Vec<u8>)>, name: &str, copied: Copied<T>) -> Option<T> {
    let (value, bytes) = copied?;
    kept.push((name.to_owned(), bytes));
    Some(value)
}

fn template_of(bytes: &[u8], name: &str) -> Result<Template, Problem> {
    let text = std::str::from_utf8(bytes);
    let text = text.map_err(|_| Problem::usage("template", "the invoice template is not UTF-8 text"))?;
    Template::parse(text, name)
}

fn assemble(period: Period, config: Config, files: Files) -> Result<Inputs, Problem> {
    let (customers, mut notes) = match files.customers.as_deref().map(customers::parse).transpose()? {
        Some((customers, notes)) => (Some(customers), notes),
        None => (None, vec![format!("the books have no {CUSTOMERS}, so customers are not looked up")]),
    };
    let config = selling::captured(config, customers.as_ref());
    let template = template_of(&files.template, &config.invoicing.template)?;
    let template_sha256 = sha256_hex(&files.template);
    if config.invoicing.seller.legal_name.is_empty() {
        notes.push(format!("{CONFIG}: [seller] legal_name is not set, so invoices do not name who issues them"));
    }
    let formats = parse_formats(&files.formats)?;
    let open = formats.iter().filter_map(|(name, format)| Some((name, format.open.as_ref()?)));
    notes.extend(open.map(|(name, open)| format!("the ledger format `{name}` reads nothing yet: {open}")));
    let charges = files.charges.as_deref().map(charges::parse).transpose()?.unwrap_or_default();
    let rates = files.rates.as_deref().map(|bytes| rates::parse(bytes, config.currency)).transpose()?;
    let logo = files.logo.map(Logo::read).transpose()?;
    let (resolutions, voids) = (files.resolutions, files.voids);
    let mut kept: Vec<(String, Vec<u8>)> = Vec::new();
    let open_items = keep(&mut kept, OPEN_ITEMS_COPY, files.open_items);
    let opened = keep(&mut kept, OPENED_COPY, files.opened);
    let history = keep(&mut kept, HISTORY_COPY, files.history);
    let past = keep(&mut kept, PAST_COPY, files.past);
    let changed = keep(&mut kept, CHANGED_COPY, files.changed);
    let carried = keep(&mut kept, CARRIED_COPY, files.carried);
    let own_credits = keep(&mut kept, OWN_CREDITS_COPY, files.own_credits);
    let approval = keep(&mut kept, APPROVAL_COPY, files.approval);
    Ok(Inputs {
        resolutions: resolutions
            .0
            .as_deref()
            .map(|b| resolutions::parse(b, &resolutions.1))
            .transpose()?
            .unwrap_or_default(),
        voids: voids.0.as_deref().map(|b| voids::parse(b, &voids.1)).transpose()?.unwrap_or_default(),
        // In the order in which the manifest names them.
        copies: std::iter::once((CONFIG.to_owned(), files.config))
            .chain(files.customers.map(|bytes| (CUSTOMERS.to_owned(), bytes)))
            .chain(files.charges.map(|bytes| (CHARGES.to_owned(), bytes)))
            .chain(files.rates.map(|bytes| (RATES.to_owned(), bytes)))
            .chain(files.signers.map(|bytes| (SIGNERS_COPY.to_owned(), bytes)))
            .chain(logo.iter().map(|logo| (logo_copy(&logo.sha256), logo.bytes.clone())))
            .chain([(template_copy(&template_sha256), files.template)])
            .chain(files.formats.into_iter().map(|(name, bytes)| (format!("{FORMAT_COPY}{name}.toml"), bytes)))
            .chain(resolutions.0.map(|bytes| (RESOLUTIONS_COPY.to_owned(), bytes)))
            .chain(voids.0.map(|bytes| (VOIDS_COPY.to_owned(), bytes)))
            .chain(kept)
            .chain(files.proposal)
            .collect(),
        period,
        config,
        directory: customers.as_ref().map(customers::directory).transpose()?.unwrap_or_default(),
        customers,
        formats,
        template,
        template_sha256,
        logo,
        charges,
        rates: rates.unwrap_or_default(),
        open_items: open_items.unwrap_or_default(),
        opened: opened.unwrap_or_default(),
        history: history.unwrap_or_default(),
        past,
        changed: changed.unwrap_or_default(),
        carried: carried.unwrap_or_default(),
        own_credits,
        approval,
        notes,
        analytics: Analytics::default(),
        capture: None,
        answers: Vec::new(),
        previous: None,
        issued: Vec::new(),
        last_period: Vec::new(),
        registered: Vec::new(),
        unclaimed: Vec::new(),
        earlier: None,
        dated: None,
        invoices_dated: None,
        version: VERSION.to_owned(),
    })
}
