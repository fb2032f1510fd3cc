//! A template: how an invoice looks, as data that a designer can edit. See
//! `templates/invoice/classic.toml`, which explains itself.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::fonts::Fonts;
use crate::model::problem::Problem;

/// Templates that come with the program: name and text.
pub const SHIPPED: &[(&str, &str)] = &[
    ("classic", include_str!("../../../templates/invoice/classic.toml")),
    ("modern", include_str!("../../../templates/invoice/modern.toml")),
    ("hindi", include_str!("../../../templates/invoice/hindi.toml")),
];

/// A parsed and checked template.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Template {
    pub(super) page: Page,
    pub(super) colours: Colours,
    pub(super) sizes: Sizes,
    pub(super) layout: Layout,
    pub(super) labels: Labels,
    pub(super) footer: Footer,
    pub(super) columns: Vec<Column>,
    pub(super) notes: Notes,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    pub(super) width_mm: f32,
    pub(super) height_mm: f32,
    pub(super) margin_mm: f32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Colours {
    pub(super) ink: Colour,
    pub(super) muted: Colour,
    pub(super) accent: Colour,
    pub(super) rule: Colour,
    pub(super) band: Colour,
}

/// Red, green, blue, 0 to 255.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(try_from = "String")]
pub(super) struct Colour(pub(super) [u8; 3]);

impl TryFrom<String> for Colour {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let digits = text.strip_prefix('#').filter(|d| d.len() == 6 && d.bytes().all(|b| b.is_ascii_hexdigit()));
        let digits = digits.ok_or_else(|| format!("`{text}` is not a colour such as #0b4f6c"))?;
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap_or_default();
        Ok(Self([part(0), part(2), part(4)]))
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sizes {
    pub(super) title_pt: f32,
    pub(super) name_pt: f32,
    pub(super) total_pt: f32,
    pub(super) body_pt: f32,
    pub(super) small_pt: f32,
    pub(super) line_height: f32,
    pub(super) row_gap_pt: f32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layout {
    pub(super) heading: Heading,
    pub(super) rows: Rows,
    pub(super) date_format: String,
    pub(super) blocks: Vec<Block>,
    /// The language of the labels, as BCP 47 has it.
    #[serde(default = "words::language")]
    pub(super) language: String,
}

/// How the first page begins.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Heading {
    /// Seller and title side by side, a rule below.
    Plain,
    /// The title on a coloured band over the whole width.
    Band,
}

/// How rows of the table are told apart.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Rows {
    /// A fine rule below each.
    Ruled,
    /// Every other one on a band.
    Striped,
}

/// A part of the body.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Block {
    Heading,
    Parties,
    Summary,
    Lines,
    Totals,
    Words,
    Payment,
    Notes,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::render::pdf) struct Labels {
    pub(super) title: String,
    pub(super) title_tax_invoice: String,
    pub(super) title_credit_note: String,
    pub(super) title_debit_note: String,
    pub(super) number: String,
    pub(super) note_number: String,
    pub(super) issue_date: String,
    pub(super) due_date: String,
    pub(super) original: String,
    pub(super) original_date: String,
    pub(super) period: String,
    pub(super) customer_id: String,
    pub(super) buyer_reference: String,
    pub(super) place_of_supply: String,
    pub(super) reverse_charge: String,
    pub(super) yes: String,
    pub(super) no: String,
    pub(super) buyer: String,
    pub(super) gstin: String,
    pub(super) state_code: String,
    pub(super) email: String,
    pub(super) total_due: String,
    pub(super) total_credit: String,
    pub(super) by: String,
    pub(super) charges: String,
    pub(super) subtotal: String,
    pub(super) taxable: String,
    pub(super) on: String,
    pub(super) round_off: String,
    pub(super) total: String,
    pub(super) words: String,
    pub(super) payment: String,
    pub(super) account_name: String,
    pub(super) account_number: String,
    pub(super) bank: String,
    pub(super) bank_code: String,
    pub(super) upi: String,
    pub(super) payment_reference: String,
    pub(super) upi_caption: String,
    pub(super) notes: String,
    pub(super) signature: String,
    pub(super) registration: String,
    pub(super) irn: String,
    pub(super) ack_no: String,
    pub(super) ack_date: String,
    pub(super) copy: String,
    pub(super) carried_forward: String,
    pub(super) brought_forward: String,
    // Templates of the books' own, and those that are sealed, may lack what came later.
    #[serde(default = "words::state")]
    pub(super) state: String,
    #[serde(default = "words::cin")]
    pub(super) cin: String,
    #[serde(default = "words::pan")]
    pub(super) pan: String,
    #[serde(default = "words::udyam")]
    pub(super) udyam: String,
    #[serde(default = "words::phone")]
    pub(super) phone: String,
    #[serde(default = "words::website")]
    pub(super) website: String,
    #[serde(default = "words::tax_number")]
    pub(super) tax_number: String,
    #[serde(default = "words::bic")]
    pub(super) bic: String,
    #[serde(default = "words::logo")]
    pub(super) logo: String,
}

/// Labels that a template may leave out.
mod words {
    pub(super) fn state() -> String {
        "State".to_owned()
    }
    pub(super) fn cin() -> String {
        "CIN".to_owned()
    }
    pub(super) fn pan() -> String {
        "PAN".to_owned()
    }
    pub(super) fn udyam() -> String {
        "UDYAM".to_owned()
    }
    pub(super) fn phone() -> String {
        "Telephone".to_owned()
    }
    pub(super) fn website() -> String {
        "Website".to_owned()
    }
    pub(super) fn tax_number() -> String {
        "VAT number".to_owned()
    }
    pub(super) fn bic() -> String {
        "BIC".to_owned()
    }
    pub(super) fn logo() -> String {
        "Logo".to_owned()
    }
    pub(super) fn language() -> String {
        "en-IN".to_owned()
    }
}

impl Labels {
    fn all(&self) -> Vec<&String> {
        vec![
            &self.title,
            &self.title_tax_invoice,
            &self.title_credit_note,
            &self.title_debit_note,
            &self.number,
            &self.note_number,
            &self.issue_date,
            &self.due_date,
            &self.original,
            &self.original_date,
            &self.period,
            &self.customer_id,
            &self.buyer_reference,
            &self.place_of_supply,
            &self.reverse_charge,
            &self.yes,
            &self.no,
            &self.buyer,
            &self.gstin,
            &self.state_code,
            &self.email,
            &self.total_due,
            &self.total_credit,
            &self.by,
            &self.charges,
            &self.subtotal,
            &self.taxable,
            &self.on,
            &self.round_off,
            &self.total,
            &self.words,
            &self.payment,
            &self.account_name,
            &self.account_number,
            &self.bank,
            &self.bank_code,
            &self.upi,
            &self.payment_reference,
            &self.upi_caption,
            &self.notes,
            &self.signature,
            &self.registration,
            &self.irn,
            &self.ack_no,
            &self.ack_date,
            &self.copy,
            &self.carried_forward,
            &self.brought_forward,
            &self.state,
            &self.cin,
            &self.pan,
            &self.udyam,
            &self.phone,
            &self.website,
            &self.tax_number,
            &self.bic,
            &self.logo,
        ]
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Footer {
    pub(super) left: String,
    pub(super) right: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Column {
    pub(super) key: Key,
    pub(super) label: String,
    pub(super) width_mm: f32,
    pub(super) align: Align,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub(super) enum Key {
    Description,
    Sac,
    Direction,
    Calls,
    Quantity,
    Price,
    Tax,
    Amount,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Align {
    Left,
    Right,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Notes {
    pub(super) customer: String,
    pub(super) tolerance: String,
    pub(super) total_only: String,
}

impl Template {
    /// Reads a template; `name` is what errors call it.
    ///
    /// # Errors
    /// What is wrong with it, with line and column where TOML or a value is.
    pub fn parse(text: &str, name: &str) -> Result<Self, Problem> {
        let refuse = |why: String| {
            Problem::usage("template", format!("the invoice template {name} cannot be used"))
                .because(why)
                .next("correct it, or compare it with templates/invoice/classic.toml of the program")
                .not_done("No invoice was issued.")
        };
        let template: Self = toml::from_str(text).map_err(|e| refuse(e.to_string().trim().replace('\n', "; ")))?;
        let Page { width_mm, height_mm, margin_mm } = template.page;
        if !(50.0..=2_000.0).contains(&width_mm) || !(80.0..=2_000.0).contains(&height_mm) {
            return Err(refuse("[page] width_mm and height_mm must be a page's: 50 to 2000 by 80 to 2000".into()));
        }
        if !(5.0..=width_mm / 4.0).contains(&margin_mm) {
            return Err(refuse("[page] margin_mm must be from 5 to a quarter of the width".into()));
        }
        let s = &template.sizes;
        for size in [s.title_pt, s.name_pt, s.total_pt, s.body_pt, s.small_pt] {
            if !(4.0..=72.0).contains(&size) {
                return Err(refuse(format!("[sizes] {size} pt is not from 4 to 72")));
            }
        }
        if !(1.0..=3.0).contains(&s.line_height) || !(0.0..=50.0).contains(&s.row_gap_pt) {
            return Err(refuse("[sizes] line_height must be from 1 to 3 and row_gap_pt from 0 to 50".into()));
        }
        for needed in [Block::Heading, Block::Parties, Block::Lines, Block::Totals] {
            if template.layout.blocks.iter().filter(|b| **b == needed).count() != 1 {
                return Err(refuse(format!("[layout] blocks must have {needed:?} exactly once").to_lowercase()));
            }
        }
        if chrono::format::StrftimeItems::new(&template.layout.date_format)
            .any(|item| item == chrono::format::Item::Error)
        {
            return Err(refuse("[layout] date_format must be one of strftime, such as %-d %B %Y".into()));
        }
        let mut keys = BTreeMap::new();
        for column in &template.columns {
            *keys.entry(column.key).or_insert(0) += 1;
        }
        if keys.get(&Key::Amount) != Some(&1)
            || keys.get(&Key::Description) != Some(&1)
            || keys.values().any(|n| *n > 1)
        {
            return Err(refuse("[[columns]] must have description and amount, and each key once".into()));
        }
        let fixed = template.columns.iter().map(|c| c.width_mm).sum::<f32>();
        let flexible = template.columns.iter().filter(|c| c.width_mm <= 0.0).count();
        if flexible != 1 || fixed > width_mm - 2.0 * margin_mm - 30.0 {
            return Err(refuse("[[columns]] needs one column with width_mm = 0 and at least 30 mm left for it".into()));
        }
        let fonts = Fonts::load()?;
        let columns = template.columns.iter().map(|column| &column.label);
        let texts =
            template.labels.all().into_iter().chain(columns).chain([&template.footer.left, &template.footer.right]);
        let date = chrono::NaiveDate::default().format(&template.layout.date_format).to_string();
        for text in
            texts.chain([&date, &template.notes.customer, &template.notes.tolerance, &template.notes.total_only])
        {
            if let Some(missing) = fonts.missing(text).next() {
                let code = u32::from(missing);
                return Err(refuse(format!(
                    "`{text}` has the character `{missing}` (U+{code:04X}), which no font has"
                )));
            }
        }
        Ok(template)
    }
}
