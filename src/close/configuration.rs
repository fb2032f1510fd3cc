//! What a close is governed by: settings, customers, template. Loaded from the books, or
//! from the copies that lie in a sealed close, so that an old close can be verified after
//! the settings have moved on.

use std::collections::BTreeMap;
use std::path::Path;

use serde::de::DeserializeOwned;

use super::{history, open_items};
use crate::books::charges::{self, AgreedCharge};
use crate::books::config::{self, Config};
use crate::books::customers::{self, Customers, Directory};
use crate::books::layout::{Books, CHARGES, CONFIG, CUSTOMERS, optional};
use crate::books::resolutions;
use crate::books::voids::{self, VOIDS, Voids};
use crate::ledger::format::{self, Format};
use crate::ledger::open::FORMATS;
use crate::model::digest::sha256_hex;
use crate::model::history::Month;
use crate::model::open_item::OpenItem;
use crate::model::period::Period;
use crate::model::problem::{Problem, io, nearest};
use crate::model::resolution::Resolution;
use crate::render::pdf;
use crate::render::pdf::template::{SHIPPED, Template};
use crate::render::reconciliation_json::to_bytes;

/// Settings, customers and template, with the bytes that they were read from.
#[derive(Debug)]
pub struct Configuration {
    /// The settings.
    pub config: Config,
    /// The customers; None where the books have no such file yet.
    pub customers: Option<Customers>,
    /// Customer ids by every name that the ledger may use.
    pub directory: Directory,
    /// Ledger formats of the books' own.
    pub formats: BTreeMap<String, Format>,
    /// How invoices look.
    pub template: Template,
    /// SHA-256 of the template.
    pub template_sha256: String,
    /// Copies for `inputs/`: name and bytes.
    pub copies: Vec<(String, Vec<u8>)>,
    /// What the person should know, a sentence each.
    pub notes: Vec<String>,
    /// What finance decided about the period's findings.
    pub resolutions: Vec<Resolution>,
    /// What earlier periods left open.
    pub open_items: Vec<OpenItem>,
    /// What earlier closed periods came to.
    pub history: Vec<Month>,
    /// What is charged beside calls.
    pub charges: Vec<AgreedCharge>,
    /// The seller's logo.
    pub logo: Option<Logo>,
    /// Invoices that are void.
    pub voids: Voids,
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

/// What a close is governed by, as it lies there.
struct Files {
    config: Vec<u8>,
    customers: Option<Vec<u8>>,
    charges: Option<Vec<u8>>,
    template: Vec<u8>,
    formats: Vec<(String, Vec<u8>)>,
    logo: Option<Vec<u8>>,
}

impl Configuration {
    /// Adds what was decided for a period, and what earlier ones left open.
    ///
    /// # Errors
    /// A file that is wrong.
    pub fn for_period(mut self, books: &Books, period: &Period) -> Result<Self, Problem> {
        let name = resolutions::file(period);
        self.add_resolutions(resolutions::read(&books.path(&name))?, &name)?;
        self.add_voids(resolutions::read(&books.path(VOIDS))?, VOIDS)?;
        self.open_items = open_items::before(books, period)?;
        if !self.open_items.is_empty() {
            self.copies.push((OPEN_ITEMS_COPY.to_owned(), to_bytes(&self.open_items)));
        }
        self.history = history::before(books, period)?;
        if !self.history.is_empty() {
            self.copies.push((HISTORY_COPY.to_owned(), to_bytes(&self.history)));
        }
        Ok(self)
    }

    fn add_voids(&mut self, bytes: Option<Vec<u8>>, name: &str) -> Result<(), Problem> {
        if let Some(bytes) = bytes {
            self.voids = voids::parse(&bytes, name)?;
            self.copies.push((VOIDS_COPY.to_owned(), bytes));
        }
        Ok(())
    }

    fn add_resolutions(&mut self, bytes: Option<Vec<u8>>, name: &str) -> Result<(), Problem> {
        if let Some(bytes) = bytes {
            self.resolutions = resolutions::parse(&bytes, name)?;
            self.copies.push((RESOLUTIONS_COPY.to_owned(), bytes));
        }
        Ok(())
    }
}

/// The name in `inputs/` of what earlier periods left open when the close was made.
const OPEN_ITEMS_COPY: &str = "open-items.json";
/// The name in `inputs/` of what earlier closed periods came to when the close was made.
const HISTORY_COPY: &str = "history.json";
/// The name of the decisions' copy in `inputs/`.
const RESOLUTIONS_COPY: &str = "resolutions.toml";

/// The name of the voids' copy in `inputs/`.
const VOIDS_COPY: &str = "voids.toml";

/// How the copies of ledger formats in `inputs/` begin.
const FORMAT_COPY: &str = "ledger-format-";

/// `inputs/…` name of a template's copy.
#[must_use]
pub fn template_copy(sha256: &str) -> String {
    format!("invoice-template-{}.toml", sha256.get(..16).unwrap_or(sha256))
}

/// `inputs/…` name of a logo's copy.
#[must_use]
pub fn logo_copy(sha256: &str) -> String {
    format!("logo-{}", sha256.get(..16).unwrap_or(sha256))
}

/// Loads what the books say now.
///
/// # Errors
/// A file that is missing or wrong.
pub fn load(books: &Books) -> Result<Configuration, Problem> {
    let (config, config_bytes) = config::load(books)?;
    let logo = match &config.invoicing.logo {
        None => None,
        Some(name) => {
            let path = books.path(name);
            Some(std::fs::read(&path).map_err(|e| {
                io("logo", "read", &path, &e)
                    .next("correct [seller] logo: a PNG or SVG file, named from the books' folder on")
            })?)
        }
    };
    let files = Files {
        config: config_bytes,
        customers: optional("customers", &books.path(CUSTOMERS))?,
        charges: optional("charges", &books.path(CHARGES))?,
        template: template_bytes(books, &config.invoicing.template)?,
        formats: format_files(&books.path(FORMATS), "")?,
        logo,
    };
    assemble(config, files)
}

/// The ledger formats of the books' own, by name.
///
/// # Errors
/// A file that cannot be read or is wrong.
pub fn own_formats(books: &Books) -> Result<BTreeMap<String, Format>, Problem> {
    parse_formats(&format_files(&books.path(FORMATS), "")?)
}

fn parse_formats(files: &[(String, Vec<u8>)]) -> Result<BTreeMap<String, Format>, Problem> {
    let read =
        |(name, bytes): &(String, Vec<u8>)| Ok((name.clone(), format::parse(name, &String::from_utf8_lossy(bytes))?));
    files.iter().map(read).collect()
}

/// Format files of a folder, whose names begin with `prefix`: name and bytes.
fn format_files(folder: &Path, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Problem> {
    let mut found = Vec::new();
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(found),
        Err(e) => return Err(io("ledger-format", "read", folder, &e)),
    };
    for entry in entries {
        let path = entry.map_err(|e| io("ledger-format", "read", folder, &e))?.path();
        let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = file.strip_suffix(".toml").and_then(|name| name.strip_prefix(prefix));
        if let Some(name) = name {
            let bytes = std::fs::read(&path).map_err(|e| io("ledger-format", "read", &path, &e))?;
            found.push((name.to_owned(), bytes));
        }
    }
    found.sort();
    Ok(found)
}

/// Loads the copies in a sealed close. `governing` is what the manifest names.
///
/// # Errors
/// A copy that is missing or wrong.
pub fn load_sealed(folder: &Path, template_file: &str, governing: &[String]) -> Result<Configuration, Problem> {
    let inputs = folder.join("inputs");
    let read = |name: &str| {
        let path = inputs.join(name);
        std::fs::read(&path).map_err(|e| io("sealed-inputs", "read", &path, &e))
    };
    let config_bytes = read(CONFIG)?;
    let text = String::from_utf8_lossy(&config_bytes).into_owned();
    let config = config::parse(&text, &format!("inputs/{CONFIG}"))?;
    let formats = format_files(&inputs, FORMAT_COPY)?;
    let logo = match &config.invoicing.logo {
        None => None,
        Some(_) => {
            let names = std::fs::read_dir(&inputs).map_err(|e| io("sealed-inputs", "read", &inputs, &e))?;
            let names = names.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
            let logos: Vec<String> = names
                .filter(|name| governing.contains(&format!("inputs/{name}")))
                .filter(|name| name.starts_with("logo-"))
                .collect();
            logos.first().map(|name| read(name)).transpose()?
        }
    };
    let files = Files {
        config: config_bytes,
        customers: Some(read(CUSTOMERS)?),
        charges: optional("sealed-inputs", &inputs.join(CHARGES))?,
        template: read(template_file)?,
        formats,
        logo,
    };
    let mut sealed = assemble(config, files)?;
    sealed.add_resolutions(resolutions::read(&inputs.join(RESOLUTIONS_COPY))?, "inputs/resolutions.toml")?;
    sealed.add_voids(resolutions::read(&inputs.join(VOIDS_COPY))?, "inputs/voids.toml")?;
    if let Some((items, bytes)) = copy(&inputs, OPEN_ITEMS_COPY)? {
        sealed.open_items = items;
        sealed.copies.push((OPEN_ITEMS_COPY.to_owned(), bytes));
    }
    if let Some((months, bytes)) = copy(&inputs, HISTORY_COPY)? {
        sealed.history = months;
        sealed.copies.push((HISTORY_COPY.to_owned(), bytes));
    }
    Ok(sealed)
}

/// A JSON copy that need not be there, and its bytes.
fn copy<T: DeserializeOwned>(inputs: &Path, name: &str) -> Result<Option<(T, Vec<u8>)>, Problem> {
    let Some(bytes) = optional("sealed-inputs", &inputs.join(name))? else { return Ok(None) };
    match serde_json::from_slice(&bytes) {
        Ok(value) => Ok(Some((value, bytes))),
        Err(e) => Err(Problem::stop("sealed-inputs", format!("inputs/{name} cannot be read")).because(e.to_string())),
    }
}

fn assemble(config: Config, files: Files) -> Result<Configuration, Problem> {
    let Files {
        config: config_bytes,
        customers: customers_bytes,
        charges,
        template: template_bytes,
        formats: format_files,
        logo,
    } = files;
    let parsed = customers_bytes.as_deref().map(customers::parse).transpose()?;
    let (customers, mut notes) = match parsed {
        Some((customers, notes)) => (Some(customers), notes),
        None => (None, vec![format!("the books have no {CUSTOMERS}, so customers are not looked up")]),
    };
    let text = std::str::from_utf8(&template_bytes)
        .map_err(|_| Problem::usage("template", "the invoice template is not UTF-8 text"))?;
    let template = Template::parse(text, &config.invoicing.template)?;
    let template_sha256 = sha256_hex(&template_bytes);
    if config.invoicing.seller.legal_name.is_empty() {
        notes.push(format!("{CONFIG}: [seller] legal_name is not set, so invoices do not name who issues them"));
    }
    let directory = customers_bytes.as_deref().map(customers::directory).transpose()?.unwrap_or_default();
    let formats = parse_formats(&format_files)?;
    let entries = charges.as_deref().map(charges::parse).transpose()?.unwrap_or_default();
    let logo = logo.map(|bytes| {
        let image = pdf::Logo::read(&bytes)?;
        Ok::<_, Problem>(Logo { sha256: sha256_hex(&bytes), bytes, image })
    });
    let logo = logo.transpose()?;
    let copies = std::iter::once((CONFIG.to_owned(), config_bytes))
        .chain(customers_bytes.map(|bytes| (CUSTOMERS.to_owned(), bytes)))
        .chain(charges.map(|bytes| (CHARGES.to_owned(), bytes)))
        .chain(logo.iter().map(|logo| (logo_copy(&logo.sha256), logo.bytes.clone())))
        .chain([(template_copy(&template_sha256), template_bytes)])
        .chain(format_files.into_iter().map(|(name, bytes)| (format!("{FORMAT_COPY}{name}.toml"), bytes)))
        .collect();
    Ok(Configuration {
        config,
        customers,
        directory,
        formats,
        template,
        template_sha256,
        copies,
        notes,
        resolutions: Vec::new(),
        open_items: Vec::new(),
        history: Vec::new(),
        charges: entries,
        logo,
        voids: Voids::new(),
    })
}

/// The books' own template first, then one that comes with the program.
fn template_bytes(books: &Books, name: &str) -> Result<Vec<u8>, Problem> {
    let path = books.path(format!("templates/invoice/{name}.toml"));
    match std::fs::read(&path) {
        Ok(bytes) => return Ok(bytes),
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(io("template", "read", &path, &e)),
        Err(_) => {}
    }
    if let Some((_, text)) = SHIPPED.iter().find(|(shipped, _)| *shipped == name) {
        return Ok(text.as_bytes().to_vec());
    }
    let known = SHIPPED.iter().map(|(shipped, _)| *shipped);
    let hint = nearest(name, known.clone()).or(known.into_iter().next()).unwrap_or_default();
    Err(Problem::usage("template", format!("there is no invoice template `{name}`"))
        .because(format!("neither {} nor a shipped one", path.display()))
        .next(format!("set [invoice] template = \"{hint}\", or write that file"))
        .not_done("Nothing was done."))
}
