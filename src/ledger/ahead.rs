//! Rows of a long export, read on a thread of their own ahead of whoever asks for them: what
//! cells there are and what they mean are found out at the same time.

use std::io::Read;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use super::sheet::{SheetRow, SheetRows};
use super::table::Table;
use crate::model::problem::Problem;

/// How many rows are handed over together.
const BATCH: usize = 256;
/// How many such lots wait, at most.
const WAITING: usize = 4;

/// Some rows, and how the file ends where they are its last.
struct Batch {
    rows: Vec<SheetRow>,
    filled: usize,
    end: Option<Result<(), Problem>>,
}

/// Rows that come from another thread.
struct Ahead {
    batches: Receiver<Batch>,
    spent: Sender<Vec<SheetRow>>,
    now: Batch,
    at: usize,
}

/// Lets `work` read the rows of a table that another thread goes through meanwhile.
///
/// # Errors
/// Those of `work`.
pub(super) fn read<R: Read + Send, T>(
    table: &mut Table<'_, R>,
    work: impl FnOnce(&mut dyn SheetRows) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let (batches, taken) = sync_channel(WAITING);
    let (spent, again) = channel();
    std::thread::scope(|scope| {
        scope.spawn(move || fill(table, &batches, &again));
        work(&mut Ahead { batches: taken, spent, now: Batch { rows: Vec::new(), filled: 0, end: None }, at: 0 })
    })
}

/// Hands all rows over, or those until nobody wants more.
fn fill<R: Read>(table: &mut Table<'_, R>, batches: &SyncSender<Batch>, again: &Receiver<Vec<SheetRow>>) {
    loop {
        let mut rows = again.try_recv().unwrap_or_default();
        rows.resize_with(BATCH, SheetRow::default);
        let (mut filled, mut end) = (0, None);
        while let Some(row) = rows.get_mut(filled) {
            match table.next(row) {
                Ok(true) => filled += 1,
                Ok(false) => end = Some(Ok(())),
                Err(problem) => end = Some(Err(problem)),
            }
            if end.is_some() {
                break;
            }
        }
        let is_last = end.is_some();
        if batches.send(Batch { rows, filled, end }).is_err() || is_last {
            return;
        }
    }
}

impl SheetRows for Ahead {
    fn next(&mut self, row: &mut SheetRow) -> Result<bool, Problem> {
        while self.at == self.now.filled {
            if let Some(end) = self.now.end.take() {
                self.now.end = Some(Ok(()));
                return end.map(|()| false);
            }
            let Ok(next) = self.batches.recv() else { return Ok(false) };
            let before = std::mem::replace(&mut self.now, next);
            self.at = 0;
            // Nobody fills them again once the file has ended.
            _ = self.spent.send(before.rows);
        }
        if let Some(next) = self.now.rows.get_mut(self.at) {
            std::mem::swap(row, next);
        }
        self.at += 1;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, most: usize) -> Result<Vec<(u64, String)>, Problem> {
        let mut table = Table::new(text.as_bytes(), ',', Vec::new(), "l.csv", true);
        read(&mut table, |rows| {
            let (mut row, mut all) = (SheetRow::default(), Vec::new());
            while all.len() < most && rows.next(&mut row)? {
                all.push((row.line, row.cell(0).to_owned()));
            }
            assert!(all.len() == most || !rows.next(&mut row)?);
            Ok(all)
        })
    }

    #[test]
    fn rows_come_in_their_order_and_so_does_what_is_wrong() {
        let text: String = (1..=3 * BATCH + 1).map(|number| format!("{number},x\n")).collect();
        let all = lines(&text, usize::MAX).unwrap();
        assert!((1..).zip(&all).all(|(number, row)| *row == (number, number.to_string())));
        assert_eq!(all.len(), 3 * BATCH + 1);
        // Who wants no more does not wait for the rest.
        assert_eq!(lines(&text, 2).unwrap().len(), 2);
        let problem = lines(&(text + "a,\"b\n"), usize::MAX).unwrap_err();
        assert!(problem.what.contains("never closed"), "{}", problem.what);
    }
}
