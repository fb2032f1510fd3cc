//! Issued invoices, read and made again: each against the chain, and its files against what
//! its `.json` and template make.

use std::collections::BTreeMap;

use super::configuration::logo_copy;
use super::derive::on_all_cores;
use super::registered;
use super::seal;
use super::verify::Report;
use crate::audit::chain::Chain;
use crate::books::layout::Books;
use crate::books::voids::Voids;
use crate::model::digest::sha256_hex;
use crate::model::invoice::{Issued, file_stem};
use crate::model::period::Period;
use crate::model::problem::Problem;
use crate::render::pdf::template::Template;
use crate::render::{invoice_json, pdf};

/// The issued invoices, each against the chain, and its sums against themselves.
pub(super) fn issued(books: &Books, chain: &Chain, period: &Period, report: &mut Report) -> Vec<Issued> {
    let folder = Books::close_dir(period);
    let mut all = Vec::new();
    for entry in chain.issued_in(&period.name) {
        let stem = file_stem(&entry.number);
        for (ending, expected) in [("json", &entry.json_sha256), ("pdf", &entry.pdf_sha256)] {
            let name = format!("{folder}/invoices/{stem}.{ending}");
            match std::fs::read(books.path(&name)) {
                Err(e) => report.add(name, None, format!("invoice {} cannot be read: {e}", entry.number)),
                Ok(bytes) => {
                    if sha256_hex(&bytes) != *expected {
                        report.add(name.clone(), None, format!("it is not what was issued as {}", entry.number));
                    }
                    if ending == "json" {
                        match invoice_json::parse(&bytes) {
                            Ok(invoice) => all.push(invoice),
                            Err(why) => report.add(name, None, why),
                        }
                    }
                }
            }
        }
    }
    all
}

/// What issued invoices were drawn with, from the copies in their close.
pub(super) struct Looks {
    templates: BTreeMap<String, Template>,
    logos: BTreeMap<String, pdf::Logo>,
}

impl Looks {
    /// An invoice's template and logo.
    pub(super) fn of(&self, invoice: &Issued) -> Option<(&Template, Option<&pdf::Logo>)> {
        let logo = match &invoice.content.logo_sha256 {
            Some(sha256) => Some(self.logos.get(sha256)?),
            None => None,
        };
        Some((self.templates.get(&seal::template_path(invoice))?, logo))
    }
}

/// Reads what invoices were drawn with; what is missing or another goes into the report.
pub(super) fn looks(books: &Books, folder: &str, issued: &[Issued], report: &mut Report) -> Result<Looks, Problem> {
    let mut looks = Looks { templates: BTreeMap::new(), logos: BTreeMap::new() };
    for invoice in issued {
        let path = seal::template_path(invoice);
        if looks.templates.contains_key(&path) {
            continue;
        }
        let name = format!("{folder}/{path}");
        let text = std::fs::read_to_string(books.path(&name)).unwrap_or_default();
        match Template::parse(&text, &path) {
            Ok(template) if sha256_hex(text.as_bytes()) == invoice.template_sha256 => {
                looks.templates.insert(path, template);
            }
            _ => report.add(name, None, format!("it is not the template of invoice {}", invoice.number)),
        }
    }
    for sha256 in issued.iter().filter_map(|invoice| invoice.content.logo_sha256.as_ref()) {
        if looks.logos.contains_key(sha256) {
            continue;
        }
        let name = format!("{folder}/inputs/{}", logo_copy(sha256));
        match std::fs::read(books.path(&name)) {
            Ok(bytes) if sha256_hex(&bytes) == *sha256 => {
                looks.logos.insert(sha256.clone(), pdf::Logo::read(&bytes)?);
            }
            _ => report.add(name, None, "it is not the logo of the invoices that name it"),
        }
    }
    Ok(looks)
}

/// Makes every file of the issued invoices again, and compares.
pub(super) fn draw_again(
    books: &Books,
    folder: &str,
    issued: &[Issued],
    voids: &Voids,
    report: &mut Report,
) -> Result<(), Problem> {
    let before = report.broken.len();
    let looks = looks(books, folder, issued, report)?;
    if report.broken.len() > before {
        return Ok(());
    }
    let again = on_all_cores(issued, |_, invoice| {
        let (template, logo) = looks.of(invoice).ok_or_else(|| Problem::stop("internal", "a template is missing"))?;
        let stem = invoice.file_stem();
        let mut wrong = Vec::new();
        let drawn = ("pdf", pdf::render(invoice, template, logo)?);
        for (ending, bytes) in std::iter::once(drawn).chain(seal::forms(invoice)?) {
            let name = format!("{folder}/invoices/{stem}.{ending}");
            if !std::fs::read(books.path(&name)).is_ok_and(|found| found == bytes) {
                wrong.push(name);
            }
        }
        Ok(wrong)
    })?;
    for name in again.into_iter().flatten() {
        report.add(name, None, "made again from its .json and template, it is not the same file");
    }
    let standing: Vec<Issued> = issued.iter().filter(|i| !voids.contains_key(&i.number)).cloned().collect();
    let registered = registered::load(&books.path(folder).join("inputs"), "irn-", &standing)?;
    let copies = registered::draw(&registered, |invoice| looks.of(invoice))?;
    for (one, bytes) in registered.iter().zip(copies) {
        let name = format!("{folder}/{}", one.file());
        if !std::fs::read(books.path(&name)).is_ok_and(|found| found == bytes) {
            report.add(name, None, "made again from the invoice and the portal's response, it is not the same file");
        }
    }
    Ok(())
}
