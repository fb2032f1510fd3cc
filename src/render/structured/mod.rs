//! The invoice for programs: EN 16931 as Factur-X (CII) and UBL 2.1, and the Indian INV-01.
//! Each is written only where the data allow it; where not, it is said why.

pub(crate) mod cii;
mod en;
pub(crate) mod inv01;
pub(crate) mod ubl;

use crate::model::invoice::{Draft, Issued};

/// A structured form of an invoice that is a file of its own.
pub(crate) struct Form {
    /// How its file's name ends.
    pub ending: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// Writes it, or says why not.
    pub render: fn(&Issued) -> Result<Vec<u8>, String>,
}

/// The forms. Factur-X is inside the PDF.
pub(crate) const FORMS: [Form; 2] = [
    Form { ending: "ubl.xml", name: "ubl", render: ubl::render },
    Form { ending: "inv01.json", name: "inv-01", render: inv01::render },
];

/// Which forms an invoice has: its name, and why not where it has not.
#[must_use]
pub(crate) fn reasons(invoice: &Issued) -> Vec<(&'static str, Option<String>)> {
    let en = en::Terms::of(invoice).err();
    vec![("factur-x", en.clone()), ("ubl", en), ("inv-01", inv01::check(invoice).err())]
}

/// Why a document that is to be issued will have no INV-01; None: it will.
#[must_use]
pub(crate) fn without_inv01(draft: &Draft) -> Option<String> {
    inv01::check(&Issued::shown(draft.clone(), draft.period.to, "")).err()
}

/// The endings of the files that an invoice has beside `.pdf` and `.json`.
pub(crate) fn endings(invoice: &Issued) -> impl Iterator<Item = &'static Form> {
    let reasons = reasons(invoice);
    FORMS.iter().filter(move |form| reasons.iter().any(|(name, why)| *name == form.name && why.is_none()))
}
