//! One sheet of the workbook, filled row by row: texts that cannot become formulas, amounts
//! with what fifteen digits cannot hold beside them, totals as live formulas.

use rust_decimal::Decimal;
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Formula, Url, Worksheet, XlsxError};

use crate::model::money::{Money, add_exact};

/// The most rows of a sheet, its header and totals left out (ECMA-376: 1,048,576).
pub(super) const MOST_ROWS: usize = 1_000_000;

/// The most links of a sheet (Excel's specification: 65,530).
const MOST_LINKS: u32 = 65_000;

/// The most characters of a cell (ECMA-376: 32,767).
const MOST_TEXT: usize = 32_000;

pub(super) struct Styles {
    pub(super) head: Format,
    pub(super) money: Format,
    pub(super) total: Format,
    pub(super) bold: Format,
    pub(super) wrapped: Format,
    pub(super) text: Format,
    pub(super) count: Format,
    /// Per cent, with one decimal.
    pub(super) share: Format,
    /// Text that would begin a formula if somebody typed it.
    pub(super) quoted: Format,
}

impl Styles {
    pub(super) fn new() -> Self {
        // Up to ten decimals where there are any. How digits are grouped is left to the
        // reader's own region (lakhs and crores in India): formats with conditions of
        // their own would lose the sign of negative amounts.
        let digits = "#,##0.00########";
        let top = Format::new().set_align(FormatAlign::Top);
        let text = top.clone().set_align(FormatAlign::Left).set_indent(1);
        let money = Format::new().set_num_format(digits).set_align(FormatAlign::Top);
        Self {
            head: Format::new().set_bold().set_text_wrap().set_border_bottom(FormatBorder::Thin),
            total: money.clone().set_bold().set_border_top(FormatBorder::Thin),
            money,
            bold: Format::new().set_bold(),
            wrapped: text.clone().set_text_wrap(),
            quoted: text.clone().set_quote_prefix(),
            share: top.clone().set_num_format("0.0"),
            count: top,
            text,
        }
    }
}

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
            self.formula(*column, &formula, sum, &self.styles.total)?;
        }
        Ok(())
    }

    /// Filters, and the column of exact amounts.
    pub(super) fn finish(mut self) -> Result<Worksheet, XlsxError> {
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
