//! Any file that finance has → tables of text: workbooks, XML and HTML that call themselves
//! workbooks, and ZIP archives of one such file. A table is CSV of its own making, in which
//! a row has the number that the spreadsheet gives it, a number is its plain decimal and a
//! date is ISO: what reads CSV reads a workbook. What cannot be read is named for what it is.

mod binary;
mod compound;
mod container;
pub(crate) mod encoding;
mod html;
mod marks;
mod numbers;
mod opened;
mod parts;
mod sheet;
mod spreadsheet_xml;
mod tally_xml;
mod unreadable;
mod unsaid;
mod workbook;

pub use container::{MAX_UNPACKED, holds_tables};
pub use opened::{Content, Tables, open};
pub use sheet::{HiddenRow, Sheet};
pub use unreadable::Unreadable;
