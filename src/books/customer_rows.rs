//! Cells of `customers.csv`, shown and changed one row at a time: every other byte of the file that
//! finance keeps stays as it is.

use super::customers;
use super::layout::CUSTOMERS;
use super::spreadsheet;
use crate::model::problem::Problem;
use crate::tables::holds_tables;

/// The file in its cells.
pub(crate) struct CustomerRows {
    text: String,
    delimiter: u8,
    /// The names of the columns, as they stand there.
    pub header: Vec<String>,
    /// Each row's cells, and where it begins and ends without its line end.
    rows: Vec<(Vec<String>, std::ops::Range<usize>)>,
    head: std::ops::Range<usize>,
}

fn refuse(why: &str) -> Problem {
    Problem::usage("customers", format!("{CUSTOMERS} cannot be changed here"))
        .because(why.to_owned())
        .next("save it as CSV in UTF-8, or change it in your spreadsheet program")
        .not_done("Nothing was changed.")
}

/// A name as columns are compared.
fn plain(name: &str) -> String {
    name.trim().trim_start_matches('\u{feff}').to_ascii_lowercase()
}

impl CustomerRows {
    /// Reads the file, however a spreadsheet saved it.
    ///
    /// # Errors
    /// It is no table with the column `customer_id`.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Problem> {
        let (text, delimiter) = spreadsheet::text(bytes, "customers", CUSTOMERS, "customer_id")?;
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .delimiter(delimiter)
            .from_reader(text.as_bytes());
        let mut rows = Vec::new();
        let mut record = csv::StringRecord::new();
        loop {
            let from = position(&reader);
            if !reader.read_record(&mut record).map_err(|e| refuse(&e.to_string()))? {
                break;
            }
            // What the reader skips before a row are empty lines.
            let to = position(&reader);
            let lead = text[from..to].len() - text[from..to].trim_start_matches(['\r', '\n']).len();
            let end = from + text[from..to].trim_end_matches(['\r', '\n']).len();
            rows.push((record.iter().map(str::to_owned).collect::<Vec<_>>(), from + lead..end.max(from + lead)));
        }
        if rows.is_empty() {
            return Err(refuse("it has no header row"));
        }
        let (header, head) = rows.remove(0);
        let header = header.iter().map(|name| name.trim_start_matches('\u{feff}').trim().to_owned()).collect();
        Ok(Self { text, delimiter, header, rows, head })
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|own| plain(own) == name)
    }

    /// Each row as pairs of column and cell, in the order of the file. Rows without an id are left out.
    pub(crate) fn all(&self) -> impl Iterator<Item = Vec<(&str, &str)>> {
        let id = self.column("customer_id");
        let has_id = move |cells: &Vec<String>| id.and_then(|id| cells.get(id)).is_some_and(|id| !id.trim().is_empty());
        self.rows.iter().filter(move |(cells, _)| has_id(cells)).map(|(cells, _)| self.pairs(cells))
    }

    fn pairs<'a>(&'a self, cells: &'a [String]) -> Vec<(&'a str, &'a str)> {
        self.header.iter().zip(cells).map(|(name, cell)| (name.as_str(), cell.trim())).collect()
    }

    /// The row of an id.
    pub(crate) fn of(&self, id: &str) -> Option<Vec<(&str, &str)>> {
        self.place(id).map(|at| self.pairs(&self.rows[at].0))
    }

    /// A cell of an id; None where the row or the column is not there.
    pub(crate) fn cell(&self, id: &str, column: &str) -> Option<&str> {
        let (row, at) = (self.place(id)?, self.column(column)?);
        self.rows[row].0.get(at).map(|cell| cell.trim())
    }

    fn place(&self, id: &str) -> Option<usize> {
        let own = self.column("customer_id")?;
        self.rows.iter().position(|(cells, _)| cells.get(own).is_some_and(|cell| cell.trim() == id))
    }

    /// The file with these cells of a row; the row is added where no row has the id, a column where it
    /// is one that is understood.
    ///
    /// # Errors
    /// The file is a workbook or not UTF-8, or nothing is known by the name of a column.
    pub(crate) fn with(mut self, earlier: &[u8], id: &str, cells: &[(String, String)]) -> Result<Vec<u8>, Problem> {
        if holds_tables(earlier) {
            return Err(refuse("it is a workbook under that name"));
        }
        // What was decoded is what stands there.
        let own = std::str::from_utf8(earlier).map_err(|_| refuse("it is not UTF-8"))?;
        let begins = own.len() - own.trim_start_matches('\u{feff}').len();
        if own.trim_start_matches('\u{feff}') != self.text.trim_start_matches('\u{feff}') {
            return Err(refuse("it is not UTF-8"));
        }
        let mut added = Vec::new();
        for (name, _) in cells {
            if self.column(name).is_none() && !added.contains(name) {
                if !customers::is_column(name) {
                    return Err(Problem::usage("customers", format!("{CUSTOMERS} knows no column `{name}`"))
                        .not_done("Nothing was changed."));
                }
                added.push(name.clone());
            }
        }
        let first_added = self.header.len();
        self.header.extend(added.iter().cloned());
        let end = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let place = self.place(id);
        let mut changed = place.map_or_else(Vec::new, |at| self.rows[at].0.clone());
        changed.resize(self.header.len(), String::new());
        let set = |row: &mut Vec<String>, name: &str, value: &str| {
            if let Some(at) = self.column(name) {
                value.clone_into(&mut row[at]);
            }
        };
        set(&mut changed, "customer_id", id);
        for (name, value) in cells {
            set(&mut changed, name, value);
        }
        let tail = |names: &[String]| -> String {
            names.iter().map(|name| format!("{}{name}", char::from(self.delimiter))).collect()
        };
        let blank = tail(&vec![String::new(); added.len()]);
        let mut out = String::with_capacity(self.text.len() + 200);
        let mut at = 0;
        let mut put = |range: &std::ops::Range<usize>, text: Option<&str>, tail: &str| {
            out.push_str(&self.text[at..range.start]);
            out.push_str(text.unwrap_or(&self.text[range.clone()]));
            out.push_str(tail);
            at = range.end;
        };
        put(&self.head, None, &tail(&self.header[first_added..]));
        for (index, (_, range)) in self.rows.iter().enumerate() {
            if Some(index) == place {
                put(range, Some(&self.record(&changed)?), "");
            } else {
                put(range, None, &blank);
            }
        }
        out.push_str(&self.text[at..]);
        if place.is_none() {
            if !out.ends_with('\n') {
                out.push_str(end);
            }
            out.push_str(&self.record(&changed)?);
            out.push_str(end);
        }
        let marks = if self.text.starts_with('\u{feff}') { 0 } else { begins };
        Ok([&earlier[..marks], out.as_bytes()].concat())
    }

    /// A row as text, without a line end.
    fn record(&self, cells: &[String]) -> Result<String, Problem> {
        let mut writer = csv::WriterBuilder::new().delimiter(self.delimiter).from_writer(Vec::new());
        writer.write_record(cells).map_err(|e| refuse(&e.to_string()))?;
        let bytes = writer.into_inner().map_err(|e| refuse(&e.to_string()))?;
        String::from_utf8(bytes).map(|text| text.trim_end_matches('\n').to_owned()).map_err(|e| refuse(&e.to_string()))
    }
}

/// Where the reader stands.
fn position(reader: &csv::Reader<&[u8]>) -> usize {
    usize::try_from(reader.position().byte()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(file: &str, id: &str, cells: &[(&str, &str)]) -> Result<String, Problem> {
        let cells: Vec<(String, String)> = cells.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        let made = CustomerRows::read(file.as_bytes())?.with(file.as_bytes(), id, &cells)?;
        Ok(String::from_utf8(made).unwrap())
    }

    #[test]
    fn one_row_changes_and_every_other_byte_stays() {
        let file = "\u{feff}customer_id;legal_name;pin\r\n\r\nMA_1;\"Asha;\r\nLtd\";  560001\r\n\"MA_2\";Bela ;\r\nMA_3;\"C\";1";
        assert_eq!(
            with(file, "MA_2", &[("pin", "411001"), ("legal_name", "Bela; \"B\" Ltd")]).unwrap(),
            file.replace("\"MA_2\";Bela ;", "MA_2;\"Bela; \"\"B\"\" Ltd\";411001")
        );
        assert_eq!(with(file, "MA_1", &[("pin", "1")]).unwrap(), file.replace(";  560001", ";1"));
        assert_eq!(with(file, "MA_4", &[("legal_name", "New")]).unwrap(), format!("{file}\r\nMA_4;New;\r\n"));
    }

    #[test]
    fn a_column_that_is_understood_is_added_to_every_row() {
        let file = "customer_id,legal_name\nMA_1,\"A, Ltd\"\nMA_2,B\n";
        assert_eq!(
            with(file, "MA_2", &[("aliases", "Bee; B Co")]).unwrap(),
            "customer_id,legal_name,aliases\nMA_1,\"A, Ltd\",\nMA_2,B,Bee; B Co\n"
        );
        assert!(with(file, "MA_2", &[("shoe_size", "9")]).unwrap_err().what.contains("`shoe_size`"));
    }

    #[test]
    fn cells_are_shown_by_their_columns() {
        let rows = CustomerRows::read(b"Customer_ID , legal_name\nMA_1, Asha \n,\n").unwrap();
        assert_eq!(rows.all().collect::<Vec<_>>(), [[("Customer_ID", "MA_1"), ("legal_name", "Asha")]]);
        assert_eq!((rows.cell("MA_1", "legal_name"), rows.cell("MA_2", "legal_name")), (Some("Asha"), None));
        assert!(
            CustomerRows::read(b"customer_id,legal_name\nMA_1,S\xfcd\n")
                .unwrap()
                .with(b"customer_id,legal_name\nMA_1,S\xfcd\n", "MA_1", &[])
                .is_err()
        );
    }
}
