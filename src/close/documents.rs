//! The documents issued for a period, and what they are drawn with.

use std::collections::BTreeMap;

use super::copies::{logo_copy, template_copy};
use super::inputs::Inputs;
use super::recapture;
use crate::audit::chain::{Chain, IssuedEntry};
use crate::books::layout::{Books, read_file};
use crate::capture::call_list::CallSource;
use crate::model::digest::sha256_hex;
use crate::model::invoice::Issued;
use crate::model::period::Period;
use crate::model::problem::Problem;
use crate::render::csv::RegisterRow;
use crate::render::pdf;
use crate::render::pdf::template::Template;

/// SHA-256 of documents' PDFs, by number.
pub(super) fn pdf_digests<'a>(entries: impl Iterator<Item = &'a IssuedEntry>) -> BTreeMap<String, String> {
    entries.map(|entry| (entry.number.clone(), entry.pdf_sha256.clone())).collect()
}

/// All documents of a period, and what its register says of them beside.
#[derive(Debug, Default)]
pub(crate) struct Documents {
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
    pub(crate) fn issued_before(inputs: &Inputs, chain: &Chain) -> Self {
        let pdf_sha256 = pdf_digests(chain.issued_in(&inputs.period.name));
        Self { issued: inputs.issued.clone(), pdf_sha256, looks: Looks::default() }
    }

    /// Those issued by earlier runs and those to come, as they would look.
    ///
    /// # Errors
    /// What they are drawn with is missing, or is another (exit 4).
    pub(crate) fn shown(books: &Books, inputs: &Inputs, chain: &Chain, shown: &[Issued]) -> Result<Self, Problem> {
        let looks = Looks::of_inputs(books, inputs)?;
        let issued = inputs.issued.iter().chain(shown).cloned().collect();
        Ok(Self { issued, looks, ..Self::issued_before(inputs, chain) })
    }

    /// The register's rows, each made by `row` from a document, the invoice that it corrects,
    /// whether it is void, and the digest of its PDF.
    #[must_use]
    pub(crate) fn register(
        &self,
        inputs: &Inputs,
        row: impl Fn(&Issued, Option<&Issued>, bool, String) -> RegisterRow,
    ) -> Vec<RegisterRow> {
        let by_number: BTreeMap<&str, &Issued> = self.issued.iter().map(|one| (one.number.as_str(), one)).collect();
        let row = |issued: &Issued| {
            let digest = self.pdf_sha256.get(&issued.number).cloned().unwrap_or_default();
            let original = issued.content.original.as_ref();
            let original = original.and_then(|original| by_number.get(original.number.as_str()).copied());
            row(issued, original, !inputs.stands(issued), digest)
        };
        self.issued.iter().map(row).collect()
    }
}

/// What issued documents were drawn with.
#[derive(Debug, Default)]
pub(super) struct Looks {
    templates: BTreeMap<String, Template>,
    logos: BTreeMap<String, pdf::Logo>,
    /// Captures with the calls of documents, by the digest of their record.
    captures: BTreeMap<String, CallSource>,
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
        if let Some(capture) = inputs.capture.as_ref().filter(|_| inputs.config.invoicing.lists_calls) {
            looks.open(books, &inputs.period, &capture.record_sha256)?;
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
            if let Some(list) = &invoice.content.call_list
                && !looks.open(books, period, &list.capture_sha256)?
            {
                let what = format!("no capture in it is that of the calls of invoice {}", invoice.number);
                wrong.push((Books::close_dir(period), what));
            }
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
            match read_file(books.path(&file)) {
                Ok(bytes) if sha256_hex(&bytes) == *sha256 => {
                    looks.logos.insert(sha256.clone(), pdf::Logo::read(&bytes)?);
                }
                _ => wrong.push((file, "it is not the logo of the invoices that name it".to_owned())),
            }
        }
        Ok((looks, wrong))
    }

    /// Opens the capture with this record; false where there is none.
    fn open(&mut self, books: &Books, period: &Period, sha256: &str) -> Result<bool, Problem> {
        if !self.captures.contains_key(sha256) {
            let Some(folder) = recapture::by_digest(books, period, sha256) else { return Ok(false) };
            self.captures.insert(sha256.to_owned(), CallSource::open(&books.path(folder))?);
        }
        Ok(true)
    }

    /// The capture with a document's calls.
    ///
    /// # Errors
    /// It was not loaded.
    pub(super) fn calls_of(&self, invoice: &Issued, sha256: &str) -> Result<&CallSource, Problem> {
        let missing = || Problem::stop("internal", format!("the calls of {} are missing", invoice.number));
        self.captures.get(sha256).ok_or_else(missing)
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
