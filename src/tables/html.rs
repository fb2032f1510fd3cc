//! HTML tables, which products call `.xls`: all rows of the page, one after the other, as a
//! spreadsheet that opens the page shows them.

use quick_xml::events::{BytesStart, Event};

use super::sheet::{Sheet, Writer};
use super::spreadsheet_xml::{character, lenient};
use super::unreadable::Unreadable;

/// Cells that stand for nothing, at most: a page that spans more has no ledger.
const MAX_SPAN: usize = 1_000;

/// A row on its way.
#[derive(Default)]
struct Row {
    cells: Vec<(usize, String)>,
    column: usize,
    /// The text of the cell that is open, how many columns and rows it spans.
    open: Option<(String, usize, usize)>,
}

#[derive(Default)]
struct Page {
    rows: Vec<Row>,
    /// By column: for how many rows a cell above reaches down.
    reaching: Vec<usize>,
    line: u64,
    sheet: Writer,
}

/// Reads a page.
pub(super) fn read(text: &str) -> Result<Sheet, Unreadable> {
    let text = without(&without(text, "script"), "style");
    let mut reader = lenient(&text);
    let mut page = Page { sheet: Writer::new(""), ..Page::default() };
    loop {
        match reader.read_event().map_err(Unreadable::damaged)? {
            Event::Eof => break,
            Event::Start(e) => match e.name().as_ref().to_ascii_lowercase().as_str() {
                "table" => page.rows.push(Row::default()),
                "tr" => page.end_row(true)?,
                "td" | "th" => page.begin_cell(&e),
                "br" | "p" => page.push(" "),
                _ => {}
            },
            Event::Text(text) => page.push(&text),
            Event::CData(text) => page.push(&text),
            Event::GeneralRef(reference) => page.push(character(&reference).encode_utf8(&mut [0; 4])),
            Event::End(e) => match e.name().as_ref().to_ascii_lowercase().as_str() {
                "table" => {
                    page.end_row(false)?;
                    page.rows.pop();
                    page.reaching.clear();
                }
                "tr" => page.end_row(true)?,
                "td" | "th" => page.end_cell(),
                _ => {}
            },
            _ => {}
        }
    }
    while !page.rows.is_empty() {
        page.end_row(false)?;
        page.rows.pop();
    }
    let sheet = page.sheet.finish()?;
    if sheet.text.is_empty() {
        return Err(Unreadable::new("is a web page without a table", "export the ledger as CSV or as .xlsx"));
    }
    Ok(sheet)
}

/// A page without elements whose content is no text.
fn without(text: &str, element: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let (open, close) = (format!("<{element}"), format!("</{element}>"));
    let mut kept = String::new();
    let mut at = 0;
    while let Some(from) = lower[at..].find(&open).map(|from| at + from) {
        kept.push_str(&text[at..from]);
        at = lower[from..].find(&close).map_or(text.len(), |end| from + end + close.len());
    }
    kept.push_str(&text[at..]);
    kept
}

impl Page {
    fn push(&mut self, text: &str) {
        if let Some((cell, ..)) = self.rows.last_mut().and_then(|row| row.open.as_mut()) {
            cell.push_str(text);
        }
    }

    fn begin_cell(&mut self, e: &BytesStart<'_>) {
        self.end_cell();
        let span = |name: &str| {
            let mut all = e.html_attributes();
            let found = all.with_checks(false).flatten().find(|a| a.key.as_ref().eq_ignore_ascii_case(name));
            found.and_then(|a| a.value.trim().parse().ok()).unwrap_or(1_usize).clamp(1, MAX_SPAN)
        };
        let open = (String::new(), span("colspan"), span("rowspan"));
        if let Some(row) = self.rows.last_mut() {
            row.open = Some(open);
        }
    }

    /// An opened cell is over; the next may begin without its end.
    fn end_cell(&mut self) {
        let Some(row) = self.rows.last_mut() else { return };
        let Some((text, across, down)) = row.open.take() else { return };
        while self.reaching.get(row.column).is_some_and(|rows| *rows > 0) {
            row.column += 1;
        }
        let end = (row.column + across).min(16_384);
        if down > 1 {
            self.reaching.resize(self.reaching.len().max(end), 0);
            // The row that is open counts as well.
            self.reaching[row.column.min(end)..end].fill(down);
        }
        row.cells.push((row.column, text.split_whitespace().collect::<Vec<_>>().join(" ")));
        row.column = end;
    }

    /// The innermost row is over. Rows without a cell are none.
    fn end_row(&mut self, is_tag: bool) -> Result<(), Unreadable> {
        self.end_cell();
        let Some(row) = self.rows.last_mut() else { return Ok(()) };
        let row = std::mem::take(row);
        if row.cells.is_empty() && (is_tag || row.column == 0) {
            return Ok(());
        }
        self.line += 1;
        self.sheet.row(self.line, false)?;
        for (column, text) in row.cells {
            self.sheet.cell(column, text);
        }
        for rows in &mut self.reaching {
            *rows = rows.saturating_sub(1);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_as_products_write_them() {
        let page = "<html><head><style>td{a:b}</style></head><body><table border=1><TR><TD colspan=2>Ledger &amp; Co<TD>x</TR>\
            <tr><td rowspan=2>1&nbsp;000.00</td><td>a<br>b</td></tr><tr><td>c</td></tr></table>\
            <table><tr><td>outer <table><tr><td>in</td></tr></table></td></tr></table>";
        assert_eq!(read(page).unwrap().text, "Ledger & Co,,x\n1 000.00,a b,\n,c,\nin,,\nouter,,\n");
        assert!(read("<html><body>Session expired</body></html>").unwrap_err().what.contains("without a table"));
    }
}
