//! A template: how an invoice looks, as data that a designer can edit. See
//! `templates/invoice/classic.toml`, which explains itself.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::fonts::Fonts;
use crate::model::problem::Problem;

mod labels;

pub(super) use labels::Labels;

/// The language of a template that names none.
fn english() -> String {
    "en-IN".to_owned()
}

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
    /// Those of the annex, in the same words.
    #[serde(skip)]
    pub(super) annex: Vec<Column>,
    /// What units are called where there is one, and where there are many.
    #[serde(default = "units")]
    pub(super) units: BTreeMap<String, [String; 2]>,
    /// What the program says in English, and how it is said here; `{}` stands for what differs.
    #[serde(default)]
    pub(super) translations: BTreeMap<String, String>,
}

/// Those that price lists have.
fn units() -> BTreeMap<String, [String; 2]> {
    const UNITS: [&str; 20] = [
        "account",
        "agent",
        "call",
        "channel",
        "circuit",
        "connection",
        "day",
        "device",
        "extension",
        "hour",
        "line",
        "message",
        "minute",
        "month",
        "number",
        "port",
        "seat",
        "second",
        "trunk",
        "user",
    ];
    UNITS.iter().map(|unit| ((*unit).to_owned(), [(*unit).to_owned(), format!("{unit}s")])).collect()
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
    #[serde(default = "english")]
    pub(super) language: String,
    /// The months in that language, for `%B`; English where there are none.
    #[serde(default)]
    pub(super) months: Vec<String>,
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
        let mut template: Self = toml::from_str(text).map_err(|e| refuse(e.to_string().trim().replace('\n', "; ")))?;
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
        if !matches!(template.layout.months.len(), 0 | 12) {
            return Err(refuse("[layout] months must be twelve, or left out".into()));
        }
        let holes = |text: &str| text.matches("{}").count();
        if let Some((said, own)) = template.translations.iter().find(|(said, own)| holes(said) != holes(own)) {
            return Err(refuse(format!("[translations] `{own}` must have {{}} as often as `{said}`")));
        }
        let fonts = Fonts::load()?;
        let columns = template.columns.iter().map(|column| &column.label);
        let texts =
            template.labels.all().into_iter().chain(columns).chain([&template.footer.left, &template.footer.right]);
        let date = chrono::NaiveDate::default().format(&template.layout.date_format).to_string();
        let texts = texts.chain(&template.layout.months).chain(template.units.values().flatten());
        let texts = texts.chain(template.translations.values());
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
        template.annex = template.annex_columns();
        Ok(template)
    }

    fn annex_columns(&self) -> Vec<Column> {
        let amount = self.columns.iter().find(|column| column.key == Key::Amount);
        let amount = amount.map_or_else(String::new, |column| column.label.clone());
        let labels = &self.labels;
        let column = |key, label: &String, width_mm, align| Column { key, label: label.clone(), width_mm, align };
        vec![
            column(Key::Description, &labels.day, 0.0, Align::Left),
            column(Key::Calls, &labels.detail_calls, 30.0, Align::Right),
            column(Key::Quantity, &labels.detail_minutes, 34.0, Align::Right),
            column(Key::Amount, &amount, 38.0, Align::Right),
        ]
    }
}
