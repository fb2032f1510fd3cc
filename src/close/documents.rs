//! The documents issued for a period, as they lie in its close: read, each against the
//! chain, with what they were drawn with.

use std::collections::BTreeMap;

use super::inputs::{Inputs, logo_copy, template_copy};
use crate::audit::chain::{Chain, IssuedEntry};
use crate::books::layout::Books;
use crate::model::digest::sha256_hex;
use crate::model::invoice::{Issued, file_stem};
use crate::model::period::Period;
use crate::model::problem::Problem;
use crate::render::csv::RegisterRow;
use crate::render::pdf::template::Template;
use crate::render::{invoice_json, pdf};

/// A document as it lies there.
pub(super) struct Found {
    /// Its `.json`, relative to the books.
    pub(super) file: String,
    /// Whether the chain has it as it is.
    pub(super) is_as_issued: bool,
    /// The document, or why it cannot be read.
    pub(super) document: Result<Issued, String>,
}

/// Reads a document that the chain has.
///
/// # Errors
/// Why there is none to read.
pub(super) fn read(books: &Books, period: &Period, entry: &IssuedEntry) -> Result<Found, (String, std::io::Error)> {
    let file = format!("{}/invoices/{}.json", Books::close_dir(period), file_stem(&entry.number));
    match std::fs::read(books.path(&file)) {
        Ok(bytes) => Ok(Found {
            is_as_issued: sha256_hex(&bytes) == entry.json_sha256,
            document: invoice_json::parse(&bytes),
            file,
        }),
        Err(e) => Err((file, e)),
    }
}

/// Reads the documents that were issued for a period.
///
/// # Errors
/// One that is missing or is not what was issued (exit 4).
pub fn load_issued(books: &Books, chain: &Chain, period: &Period) -> Result<Vec<Issued>, Problem> {
    chain
        .issued_in(&period.name)
        .map(|entry| {
            let found = read(books, period, entry).map_err(|(file, e)| {
                Problem::unverified("invoice-missing", format!("the issued invoice {} cannot be read", entry.number))
                    .at(file)
                    .because(e.to_string())
            })?;
            let file = found.file;
            if !found.is_as_issued {
                return Err(Problem::unverified("invoice-changed", format!("{file} is not what was issued")));
            }
            found
                .document
                .map_err(|why| Problem::unverified("invoice-changed", format!("{file} cannot be read")).because(why))
        })
        .collect()
}

/// SHA-256 of documents' PDFs, by number.
pub(super) fn pdf_digests<'a>(entries: impl Iterator<Item = &'a IssuedEntry>) -> BTreeMap<String, String> {
    entries.map(|entry| (entry.number.clone(), entry.pdf_sha256.clone())).collect()
}

/// All documents of a period, and what its register says of them beside.
#[derive(Debug, Default)]
pub struct Documents {
    /// In order of issue.
    pub issued: Vec<Issued>,
    /// SHA-256 of each one's PDF, by number.
    pub pdf_sha256: BTreeMap<String, String>,
    /// What they are drawn with.
    pub(super) looks: Looks,
}

impl Documents {
    /// Those issued by earlier runs, without what they are drawn with: for the register.
    #[must_use]
    pub fn issued_before(inputs: &Inputs, chain: &Chain) -> Self {
        let pdf_sha256 = pdf_digests(chain.issued_in(&inputs.period.name));
        Self { issued: inputs.issued.clone(), pdf_sha256, looks: Looks::default() }
    }

    /// The register's rows.
    #[must_use]
    pub fn register(&self, inputs: &Inputs) -> Vec<RegisterRow> {
        let row = |issued: &Issued| {
            let digest = self.pdf_sha256.get(&issued.number).cloned().unwrap_or_default();
            RegisterRow::of(issued, !inputs.stands(issued), digest)
        };
        self.issued.iter().map(row).collect()
    }
}

/// What issued documents were drawn with.
#[derive(Debug, Default)]
pub(super) struct Looks {
    templates: BTreeMap<String, Template>,
    logos: BTreeMap<String, pdf::Logo>,
}

impl Looks {
    /// Those of a close that is being made: of the documents issued before, from its copies,
    /// and of those to come.
    ///
    /// # Errors
    /// A copy is missing or is another (exit 4).
    pub(super) fn of_inputs(books: &Books, inputs: &Inputs) -> Result<Self, Problem> {
        let (mut looks, wrong) = Self::sealed(books, &inputs.period, &inputs.issued)?;
        if let Some((file, what)) = wrong.into_iter().next() {
            return Err(Problem::unverified("invoice-changed", format!("{file}: {what}")));
        }
        looks.templates.insert(inputs.template_sha256.clone(), inputs.template.clone());
        if let Some(logo) = &inputs.logo {
            looks.logos.insert(logo.sha256.clone(), logo.image.clone());
        }
        Ok(looks)
    }

    /// Those of issued documents, from the copies in their close; and each copy that is
    /// missing or another, with what is wrong with it.
    ///
    /// # Errors
    /// A logo that cannot be drawn.
    pub(super) fn sealed(
        books: &Books,
        period: &Period,
        issued: &[Issued],
    ) -> Result<(Self, Vec<(String, String)>), Problem> {
        let (mut looks, mut wrong) = (Self::default(), Vec::new());
        let copy = |name: String| format!("{}/inputs/{name}", Books::close_dir(period));
        for invoice in issued {
            let sha256 = &invoice.template_sha256;
            if !looks.templates.contains_key(sha256) {
                let file = copy(template_copy(sha256));
                let text = std::fs::read_to_string(books.path(&file)).unwrap_or_default();
                match Template::parse(&text, &file) {
                    Ok(template) if sha256_hex(text.as_bytes()) == *sha256 => {
                        looks.templates.insert(sha256.clone(), template);
                    }
                    _ => wrong.push((file, format!("it is not the template of invoice {}", invoice.number))),
                }
            }
            let Some(sha256) = invoice.content.logo_sha256.as_ref().filter(|logo| !looks.logos.contains_key(*logo))
            else {
                continue;
            };
            let file = copy(logo_copy(sha256));
            match std::fs::read(books.path(&file)) {
                Ok(bytes) if sha256_hex(&bytes) == *sha256 => {
                    looks.logos.insert(sha256.clone(), pdf::Logo::read(&bytes)?);
                }
                _ => wrong.push((file, "it is not the logo of the invoices that name it".to_owned())),
            }
        }
        Ok((looks, wrong))
    }

    /// A document's template and logo.
    ///
    /// # Errors
    /// They were not loaded.
    pub(super) fn of(&self, invoice: &Issued) -> Result<(&Template, Option<&pdf::Logo>), Problem> {
        let missing = || Problem::stop("internal", format!("what {} is drawn with is missing", invoice.number));
        let logo = match &invoice.content.logo_sha256 {
            Some(sha256) => Some(self.logos.get(sha256).ok_or_else(missing)?),
            None => None,
        };
        Ok((self.templates.get(&invoice.template_sha256).ok_or_else(missing)?, logo))
    }
}
