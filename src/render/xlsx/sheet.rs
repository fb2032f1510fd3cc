//! One sheet of the workbook, filled row by row: texts that cannot become formulas, amounts
//! with what fifteen digits cannot hold beside them, totals as live formulas.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Formula, Url, Worksheet, XlsxError};

use crate::model::money::{Money, add_exact, parse_plain};

/// The most rows of a sheet, its header and totals left out (ECMA-376: 1,048,576).
pub(super) const MOST_ROWS: usize = 1_000_000;

/// The most links of a sheet (Excel's specification: 65,530).
const MOST_LINKS: u32 = 65_000;

/// The most characters of a cell (ECMA-376: 32,767).
const MOST_TEXT: usize = 32_000;

/// A workbook's looks.
pub(super) struct Styles {
    /// Whether they are those of version 0.1.
    pub(super) is_first: bool,
    head: Format,
    /// The same above figures.
    head_of_figures: Format,
    /// Amounts of money by their size, and their totals: see [`size`].
    money: [Format; SIZES],
    total: [Format; SIZES],
    /// Totals that a filter makes smaller than they are.
    filtered: Format,
    /// Below zero, or held: what somebody has to look at.
    pub(super) alarm: Format,
    pub(super) bold: Format,
    pub(super) wrapped: Format,
    pub(super) text: Format,
    count: [Format; SIZES],
    /// Per cent, with one decimal.
    share: Format,
    /// Text that would begin a formula if somebody typed it.
    quoted: Format,
}

/// How many sizes of amounts are told apart.
const SIZES: usize = 5;

/// Which size an amount has, where lakhs and crores are told apart: below a lakh, a crore, an arab, a kharab.
fn size(amount: Decimal) -> usize {
    let bounds = [100_000_i64, 10_000_000, 1_000_000_000, 100_000_000_000];
    bounds.iter().filter(|bound| amount.abs() >= Decimal::from(**bound)).count()
}

impl Styles {
    /// Today's looks. `groups_by_lakh`: amounts are grouped as India does it.
    pub(super) fn new(groups_by_lakh: bool) -> Self {
        // A cell's format follows from its amount: one format with conditions has room for two of them, and
        // programs disagree on the sign of what fits none. Up to ten decimals where there are any.
        let decimals = "0.00########";
        let figures = |n: usize, end: &str| match n {
            1.. if groups_by_lakh => format!("{}##{end}", "##\\,".repeat(n + 1)),
            _ => format!("#,##{end}"),
        };
        let grouped = |n: usize| figures(n, decimals);
        let money = std::array::from_fn(|n| Format::new().set_num_format(grouped(n)).set_align(FormatAlign::Top));
        let total = |format: Format| format.set_bold().set_border_top(FormatBorder::Thin).set_background_color(BAND);
        let conditions = format!("[>=10000000]{};[>=100000]{};#,##{decimals}", grouped(2), grouped(1));
        let filtered = if groups_by_lakh { conditions } else { grouped(0) };
        let first = Self::first();
        let head = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::VerticalCenter);
        let head = head.set_background_color(HEAD).set_font_color(Color::White).set_border_bottom(FormatBorder::Thin);
        Self {
            is_first: false,
            bold: first.bold.clone().set_align(FormatAlign::Top),
            head_of_figures: head.clone().set_align(FormatAlign::Right),
            head: head.set_align(FormatAlign::Left).set_indent(1),
            total: std::array::from_fn(|n| total(Format::new().set_num_format(grouped(n)))),
            filtered: total(Format::new().set_num_format(filtered)),
            alarm: first.text.clone().set_font_color(ALARM).set_bold(),
            count: std::array::from_fn(|n| first.count[0].clone().set_num_format(figures(n, "0"))),
            money,
            ..first
        }
    }

    /// Those of version 0.1, for what it sealed.
    pub(super) fn first() -> Self {
        // How digits are grouped was left to the reader's own region.
        let digits = "#,##0.00########";
        let top = Format::new().set_align(FormatAlign::Top);
        let text = top.clone().set_align(FormatAlign::Left).set_indent(1);
        let money = Format::new().set_num_format(digits).set_align(FormatAlign::Top);
        let head = Format::new().set_bold().set_text_wrap().set_border_bottom(FormatBorder::Thin);
        let total = money.clone().set_bold().set_border_top(FormatBorder::Thin);
        Self {
            is_first: true,
            head_of_figures: head.clone(),
            head,
            filtered: total.clone(),
            total: std::array::from_fn(|_| total.clone()),
            money: std::array::from_fn(|_| money.clone()),
            bold: Format::new().set_bold(),
            wrapped: text.clone().set_text_wrap(),
            quoted: text.clone().set_quote_prefix(),
            share: top.clone().set_num_format("0.0"),
            count: std::array::from_fn(|_| top.clone()),
            alarm: text.clone(),
            text,
        }
    }

    /// The format of an amount that a formula has; None where it is not known.
    pub(super) fn money_of(&self, amount: &str) -> &Format {
        &self.money[parse_plain(amount).map_or(0, size)]
    }
}

/// Behind a header, behind totals, and what somebody has to look at.
const HEAD: Color = Color::RGB(0x0B_4F_6C);
const BAND: Color = Color::RGB(0xF2_F5_F8);
const ALARM: Color = Color::RGB(0xA3_23_1F);
/// So many characters of usual size stand beside each other on a landscape A4 page at about two thirds of
/// their size.
const PAGE: u32 = 210;

/// A sheet that is filled row by row.
pub(super) struct Sheet<'a> {
    pub(super) sheet: Worksheet,
    pub(super) styles: &'a Styles,
    pub(super) row: u32,
    pub(super) columns: u16,
    pub(super) widths: Vec<u32>,
    /// Lines that the row's longest wrapped text takes.
    pub(super) lines: u32,
    /// The column of exact amounts, once one was needed.
    pub(super) exact: Vec<(u32, String)>,
    titles: Vec<String>,
    /// Columns that have figures.
    figures: BTreeSet<u16>,
}

impl<'a> Sheet<'a> {
    /// A sheet with a header, which stays in view and is printed on every page.
    pub(super) fn new(name: &str, columns: &[(&str, u32)], styles: &'a Styles) -> Result<Self, XlsxError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(name)?;
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0).set_footer("&L&A&RPage &P of &N");
        for (at, (title, width)) in (0u16..).zip(columns) {
            sheet.write_string_with_format(0, at, *title, &styles.head)?;
            sheet.set_column_width(at, *width)?;
        }
        sheet.set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?;
        Ok(Self {
            sheet,
            styles,
            row: 1,
            columns: u16::try_from(columns.len()).unwrap_or(u16::MAX),
            exact: Vec::new(),
            widths: columns.iter().map(|(_, width)| *width).collect(),
            lines: 1,
            titles: columns.iter().map(|(title, _)| (*title).to_owned()).collect(),
            figures: BTreeSet::new(),
        })
    }

    pub(super) fn text(&mut self, column: u16, text: &str) -> Result<(), XlsxError> {
        let length = if text.len() <= 40 { text.len() } else { text.chars().take(MOST_TEXT).count() };
        let format = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
            &self.styles.quoted
        } else if length > 40 {
            &self.styles.wrapped
        } else {
            &self.styles.text
        };
        let cut = if text.len() > MOST_TEXT { text.char_indices().nth(MOST_TEXT) } else { None };
        let kept = cut.map_or(text, |(end, _)| &text[..end]);
        let width = self.widths.get(usize::from(column)).copied().unwrap_or(20).max(8) - 4;
        if length > 40 {
            self.lines = self.lines.max(u32::try_from(length).unwrap_or(0) / width + 1);
        }
        if !kept.is_empty() {
            self.sheet.write_string_with_format(self.row, column, kept, format)?;
        }
        Ok(())
    }

    /// A text beside its title, over the columns up to another.
    pub(super) fn across(&mut self, last: u16, text: &str) -> Result<(), XlsxError> {
        let styles = self.styles;
        if styles.is_first {
            return self.sheet.write_string_with_format(self.row, 1, text, &styles.text).map(|_| ());
        }
        self.sheet.merge_range(self.row, 1, self.row, last, text, &styles.wrapped)?;
        let width = self.widths.iter().take(usize::from(last) + 1).skip(1).sum::<u32>();
        self.lines = u32::try_from(text.chars().count()).unwrap_or(0) / width.max(9).saturating_sub(8) + 1;
        if self.lines > 1 {
            self.sheet.set_row_height(self.row, 15 * self.lines)?;
        }
        self.lines = 1;
        Ok(())
    }

    /// A text that opens a file beside the workbook.
    pub(super) fn link(&mut self, column: u16, text: &str, file: &str) -> Result<(), XlsxError> {
        if self.row > MOST_LINKS {
            return self.text(column, text);
        }
        let url = Url::new(format!("file:///{file}")).set_text(text);
        self.sheet.write_url(self.row, column, url)?;
        Ok(())
    }

    /// Goes on to the next row; this one is as high as its texts need, up to a page.
    pub(super) fn end_row(&mut self) -> Result<(), XlsxError> {
        if self.lines > 1 {
            self.sheet.set_row_height(self.row, 15 * self.lines.min(26))?;
        }
        self.lines = 1;
        self.row += 1;
        Ok(())
    }

    pub(super) fn count(&mut self, column: u16, count: u64) -> Result<(), XlsxError> {
        self.amount(column, Decimal::from(count), "")
    }

    pub(super) fn money(&mut self, column: u16, title: &str, money: Option<Money>) -> Result<(), XlsxError> {
        money.map_or(Ok(()), |money| self.amount(column, money.amount(), title))
    }

    pub(super) fn amount(&mut self, column: u16, amount: Decimal, title: &str) -> Result<(), XlsxError> {
        let format = if title.is_empty() { &self.styles.count } else { &self.styles.money };
        let format = &format[size(amount)];
        self.figures.insert(column);
        if !number(&mut self.sheet, self.row, column, amount, format)? {
            let row = self.row;
            match self.exact.last_mut() {
                Some((last, text)) if *last == row => text.push_str(&format!("; {title} {amount}")),
                _ => self.exact.push((row, format!("{title} {amount}"))),
            }
        }
        Ok(())
    }

    /// A share in per cent, with one decimal.
    pub(super) fn share(&mut self, column: u16, percent: Decimal) -> Result<(), XlsxError> {
        self.figures.insert(column);
        number(&mut self.sheet, self.row, column, percent, &self.styles.share).map(|_| ())
    }

    /// A formula with the value that it has.
    pub(super) fn formula(
        &mut self,
        column: u16,
        formula: &str,
        value: &str,
        format: &Format,
    ) -> Result<(), XlsxError> {
        let formula = Formula::new(formula).set_result(value);
        self.figures.insert(column);
        self.sheet.write_formula_with_format(self.row, column, formula, format)?;
        Ok(())
    }

    /// A row of sums under some columns, each with the sum that we have. Rows that a filter
    /// hides are left out by the spreadsheet, as people expect.
    pub(super) fn totals(&mut self, label: &str, columns: &[(u16, String)]) -> Result<(), XlsxError> {
        self.sheet.write_string_with_format(self.row, 0, label, &self.styles.bold)?;
        for (column, sum) in columns {
            let letter = letter(*column);
            let last = self.row.max(2);
            let formula = format!("=SUBTOTAL(109,{letter}2:{letter}{last})");
            let styles = self.styles;
            let is_negative = sum.starts_with('-');
            let by_size = &styles.total[parse_plain(sum).map_or(0, size)];
            self.formula(*column, &formula, sum, if is_negative { by_size } else { &styles.filtered })?;
        }
        Ok(())
    }

    /// The sum of a column, as a formula over these rows.
    pub(super) fn sum_of(&mut self, column: u16, formula: &str, sum: &str) -> Result<(), XlsxError> {
        let styles = self.styles;
        self.formula(column, formula, sum, &styles.total[parse_plain(sum).map_or(0, size)])
    }

    /// A text that somebody has to look at, where it is.
    pub(super) fn alarming(&mut self, column: u16, text: &str, is_alarm: bool) -> Result<(), XlsxError> {
        if !is_alarm || self.styles.is_first {
            return self.text(column, text);
        }
        self.sheet.write_string_with_format(self.row, column, text, &self.styles.alarm).map(|_| ())
    }

    /// Filters, the column of exact amounts, and how it looks.
    pub(super) fn finish(mut self) -> Result<Worksheet, XlsxError> {
        self.dress()?;
        if !self.exact.is_empty() {
            let at = self.columns;
            self.sheet.write_string_with_format(0, at, "Exact, where 15 digits are not enough", &self.styles.head)?;
            self.sheet.set_column_width(at, 40)?;
            for (row, text) in std::mem::take(&mut self.exact) {
                self.sheet.write_string_with_format(row, at, text, &self.styles.text)?;
            }
        }
        if self.row > 1 {
            self.sheet.autofilter(0, 0, self.row - 1, self.columns - 1)?;
        }
        Ok(self.sheet)
    }

    /// Headers stand as their figures do, and what is too wide for a page goes on to the next one, beside its first
    /// columns again.
    pub(super) fn dress(&mut self) -> Result<(), XlsxError> {
        if !self.styles.is_first {
            self.sheet.set_row_height(0, 30)?;
            for column in &self.figures {
                let title = self.titles.get(usize::from(*column)).map_or("", String::as_str);
                self.sheet.write_string_with_format(0, *column, title, &self.styles.head_of_figures)?;
            }
            let pages = self.widths.iter().sum::<u32>().div_ceil(PAGE).max(1);
            self.sheet
                .set_print_fit_to_pages(u16::try_from(pages).unwrap_or(1), 0)
                .set_margins(0.4, 0.4, 0.5, 0.6, 0.3, 0.3);
            if pages > 1 {
                self.sheet.set_repeat_columns(0, 1)?;
            }
        }
        Ok(())
    }
}

/// Writes an amount as a spreadsheet's number, which is a double whatever the program: the
/// one nearest to the amount. Whether its shortest decimal is the amount, to the last digit.
#[allow(clippy::disallowed_types, reason = "a spreadsheet has no other numbers; nothing is computed with it")]
fn number(sheet: &mut Worksheet, row: u32, column: u16, amount: Decimal, format: &Format) -> Result<bool, XlsxError> {
    let nearest: f64 = amount.to_string().parse().unwrap_or(f64::NAN);
    let mantissa = amount.mantissa();
    sheet.write_number_with_format(row, column, nearest, format)?;
    Ok(mantissa.unsigned_abs() < MOST_EXACT || amount.normalize().mantissa().unsigned_abs() < MOST_EXACT)
}

/// A number of fifteen digits is one that a double gives back to the last of them.
const MOST_EXACT: u128 = 1_000_000_000_000_000;

pub(super) fn letter(column: u16) -> char {
    char::from(b'A' + u8::try_from(column).unwrap_or(25).min(25))
}

/// The sum, in the text that a formula's value has; empty beyond the exact range, and then
/// the spreadsheet computes it.
pub(super) fn sum(amounts: impl Iterator<Item = Option<Money>>) -> String {
    let sum = amounts.flatten().try_fold(Decimal::ZERO, |sum, money| add_exact(sum, money.amount()));
    sum.map_or_else(|_| String::new(), |sum| sum.normalize().to_string())
}
