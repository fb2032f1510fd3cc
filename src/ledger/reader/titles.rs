//! Rows with one cell: the name of an account, a title that is printed again on each page,
//! or a note. Which of them it is, what follows says; rows are held back until it has.

use super::super::dates;
use super::super::format::{Role, TotalKind};
use super::super::sheet::SheetRow;
use super::super::text::{fold, words};
use super::{Held, Reader, of_total};
use crate::model::money::{MoneyError, shorten};

/// How many rows are held back, at most.
const MOST_HELD: usize = 50_000;

/// Words of notes that no account is called by.
const NOTES: [&str; 11] =
    ["continued", "contd", "page", "printed", "note", "notes", "basis", "generated", "report", "prepared", "checked"];

fn is_note(text: &str) -> bool {
    text.starts_with('(') || text.ends_with(['.', '…']) || words(text).iter().any(|word| NOTES.contains(&word.as_str()))
}

/// `1-Apr-26 to 30-Apr-26`.
fn is_period(text: &str) -> bool {
    let from = text.split(" to ").next().unwrap_or_default().trim();
    dates::looks_like_one(from) || fold(text).starts_with("for the period")
}

impl Reader<'_> {
    /// Keeps a row with one cell that may be a title. False: it is none.
    pub(super) fn title(&mut self, row: &SheetRow) -> Result<bool, MoneyError> {
        let format = self.format();
        let Some((at, cell)) = row.filled().next().filter(|_| format.sections) else { return Ok(false) };
        let account = self.file.column(Role::Account).filter(|at| *at > 0);
        if at > 1 || Some(at) == account || dates::looks_like_one(cell) || self.total_kind(row).is_some() {
            return Ok(false);
        }
        self.end_voucher()?;
        self.pending.push(row.clone());
        self.poster.aside(row, "the name of an account, a title or a note");
        Ok(true)
    }

    /// What the titles that were kept mean, now that rows follow, or the header again.
    pub(super) fn open_titles(&mut self, before_header: bool) {
        let format = self.format();
        let titles = std::mem::take(&mut self.pending);
        let texts: Vec<&str> = titles.iter().filter_map(|row| row.filled().next().map(|(_, cell)| cell)).collect();
        let one_by_one = !format.section_prefix.is_empty() || !format.section_above.is_empty();
        let marked = self.marked(&texts);
        if let Some(name) = marked {
            // A page that goes on with the same account.
            if self.sums.account().is_some_and(|open| fold(&open) == fold(&name)) && !titles.is_empty() {
                return;
            }
            self.sums.begin(&name, 0, true);
            return;
        }
        if before_header || one_by_one {
            let mut rest = texts.iter().filter(|text| !is_period(text));
            let named = rest.clone().rev().find(|text| self.naming.find(text, "").is_some());
            // The company stands first where there are several.
            let last = if before_header { rest.skip(1).last() } else { rest.next_back() };
            let Some(name) = named.or(last.filter(|_| one_by_one)) else { return };
            if named.is_none() && !before_header && self.in_named_account() {
                if !is_note(name)
                    && let Some(title) = titles.last()
                {
                    self.held = Some(Held { name: (*name).to_owned(), title: title.clone(), rows: Vec::new() });
                }
            } else if one_by_one || self.format().sections {
                self.sums.begin(name, 0, one_by_one);
            }
            return;
        }
        for title in &titles {
            let Some((_, text)) = title.filled().next() else { continue };
            let below = self.sums.account().map_or_else(|| text.to_owned(), |parent| format!("{parent}:{text}"));
            let named = self.naming.find(&below, "").is_some_and(|(place, _)| {
                // A name that only the parent answers to is not this row's.
                fold(self.naming.name(place)).ends_with(&fold(text)) || self.naming.find(text, "").is_some()
            });
            if !named && self.in_named_account() {
                if !is_note(text) {
                    self.held = Some(Held { name: text.to_owned(), title: title.clone(), rows: Vec::new() });
                }
                continue;
            }
            self.sums.begin(text, title.indent, false);
        }
    }

    /// The account that a title names by its prefix, or by the title below it.
    fn marked(&self, texts: &[&str]) -> Option<String> {
        let format = self.format();
        for text in texts {
            let prefix = format.section_prefix.iter().find(|prefix| fold(text).starts_with(&fold(prefix)));
            if let Some(name) = prefix.and_then(|prefix| text.get(prefix.len()..)) {
                return Some(name.trim().to_owned());
            }
        }
        // As pages after the first have it: `Inbound Voice Ledger Account : 1-Mar-26 to …`.
        for (text, title) in texts.iter().flat_map(|text| format.section_above.iter().map(move |title| (text, title))) {
            let ends = |rest: &str| rest.is_empty() || rest.starts_with([':', '(']);
            if let Some((name, rest)) = text.split_once(title.as_str())
                && !name.trim().is_empty()
                && ends(rest.trim())
            {
                return Some(name.trim().to_owned());
            }
        }
        let above = |text: &&str| format.section_above.iter().any(|title| fold(title) == fold(text));
        let below = texts.iter().position(above)?;
        below.checked_sub(1).and_then(|at| texts.get(at)).map(|text| (*text).to_owned())
    }

    fn in_named_account(&self) -> bool {
        self.sums.account().is_some_and(|account| self.naming.find(&account, "").is_some())
    }

    /// Holds a row back while it is not known whether the title before it names an account.
    /// False: it is to be read.
    pub(super) fn hold(&mut self, row: &SheetRow) -> Result<bool, MoneyError> {
        let Some(held) = &self.held else { return Ok(false) };
        let total = row.filled().take(3).find_map(|(_, cell)| {
            let mut totals = self.file.totals.for_cell(cell).iter();
            totals
                .find(|total| total.kind == TotalKind::Section && total.begins(cell))
                .map(|total| of_total(cell, &total.begins))
        });
        let is_section = match &total {
            Some(name) if fold(name) == fold(&held.name) => Some(true),
            Some(name) if self.sums.is_open(name) => Some(false),
            _ => None,
        };
        let named = row.filled().count() == 1
            && row.filled().next().is_some_and(|(_, cell)| self.naming.find(cell, "").is_some());
        if is_section.is_none() && !named && held.rows.len() < MOST_HELD {
            if let Some(held) = &mut self.held {
                held.rows.push(row.clone());
            }
            return Ok(true);
        }
        self.release(is_section)?;
        Ok(false)
    }

    /// Reads the rows that were held back: as a section's, as those of the account before
    /// the note, or not at all.
    pub(super) fn release(&mut self, is_section: Option<bool>) -> Result<(), MoneyError> {
        let Some(held) = self.held.take() else { return Ok(()) };
        if is_section == Some(true) {
            self.sums.begin(&held.name, held.title.indent, false);
        }
        for row in &held.rows {
            if is_section.is_some() {
                self.body(row, row.filled().count())?;
            } else {
                let why = format!(
                    "`{}` in row {} is a note or the name of an account, and no total says which: take it out, or name it in [ledger.accounts]",
                    shorten(&held.name),
                    held.title.line
                );
                self.poster.reject(row, None, why, None);
            }
        }
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// A sum beyond the exact range.
    pub(in crate::ledger) fn end(&mut self) -> Result<(), MoneyError> {
        self.release(None)?;
        self.vouchers.end(&mut self.poster)?;
        self.vouchers.finish(&mut self.poster)
    }
}
