//! The table of a ledger's customers while its rows are added up. A customer is one line of
//! the processor's cache, since at millions of rows waiting for memory costs more than
//! reading numbers.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hasher};

use encoding_rs::WINDOWS_1252;
use foldhash::fast::FixedState;
use hashbrown::{DefaultHashBuilder, HashTable};

use super::cells::{Cell, Text};
use crate::model::money::{Currency, Money, MoneyError, Tally};
use crate::model::posting::PostedCustomer;
use crate::model::usage::Direction;

/// The longest id that is its own key.
pub(super) const SHORT: usize = 15;
/// How many rows are looked up together.
const BATCH: usize = 64;
/// In place of an id's length: the key is a number in the list of longer ids.
const LONG: u8 = 0xff;

/// The first bytes of a cell, at most 16, as one number, and zeros behind them. Read at
/// once where the text goes on behind the cell: bytes copied one by one, and then read as a
/// number, make the processor wait.
#[inline]
fn number(text: &[u8], from: usize, length: usize) -> u128 {
    let kept = length.min(16);
    if kept == 0 {
        return 0;
    }
    match text.get(from..from + 16).and_then(|bytes| bytes.try_into().ok()) {
        Some(bytes) => u128::from_le_bytes(bytes) & (u128::MAX >> (8 * (16 - kept))),
        None => {
            let mut bytes = [0; 16];
            bytes[..kept].copy_from_slice(&text[from..from + kept]);
            u128::from_le_bytes(bytes)
        }
    }
}

/// A short id as one number: its bytes and their count. Nothing for a longer one.
#[inline]
pub(super) fn short_key(text: Text<'_>, id: Cell) -> u128 {
    let (bytes, from, length) = text.place(id);
    match u8::try_from(length) {
        Ok(count) if length <= SHORT => number(bytes, from, length) | (u128::from(count) << 120),
        _ => 0,
    }
}

/// A customer's name as names are compared: 48 bits of its hash, which is always the same
/// one, since another at each run could change what is printed. Two names of one customer
/// that share them count as the same name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Name([u8; 6]);

impl Name {
    const NONE: Self = Self([0; 6]);

    #[inline]
    pub(super) fn new(text: Text<'_>, name: Cell) -> Self {
        let name = text.of(name);
        if name.is_empty() {
            return Self::NONE;
        }
        let mut hasher = FixedState::default().build_hasher();
        hasher.write(name);
        let hash = hasher.finish().to_le_bytes();
        // The lowest bit set, so that no name hashes to none.
        Self([hash[0] | 1, hash[1], hash[2], hash[3], hash[4], hash[5]])
    }
}

/// A row's part in the sums: 64 bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    /// [`short_key`] of the customer's id; 0: look at `id`.
    pub(super) key: u128,
    pub(super) id: Cell,
    /// The name as it is compared, and where it stands.
    pub(super) name: Name,
    pub(super) name_cell: Cell,
    pub(super) direction: Direction,
    /// The amount: units of 10^-scale.
    pub(super) scale: u8,
    pub(super) units: i128,
}

/// A customer: 64 bytes.
struct Slot {
    key: u128,
    sums: [i128; 2],
    /// [`NO_ROWS`] for a direction without any.
    scales: [u8; 2],
    name: Name,
    rows: u32,
    /// Its place among the names and calls.
    index: u32,
}

/// In place of a scale.
const NO_ROWS: u8 = 0xff;

/// The table.
pub(super) struct CustomerSums {
    slots: HashTable<Slot>,
    hasher: DefaultHashBuilder,
    /// The customers' names in full, and their calls.
    names: Vec<Box<str>>,
    calls: Vec<[Option<u64>; 2]>,
    long_keys: HashMap<Box<[u8]>, u32>,
    long_ids: Vec<Box<[u8]>>,
    has_calls: bool,
}

impl CustomerSums {
    /// An empty table. `has_calls`: the ledger has a column of calls.
    pub(super) fn new(has_calls: bool) -> Self {
        Self {
            slots: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            names: Vec::new(),
            calls: Vec::new(),
            long_keys: HashMap::new(),
            long_ids: Vec::new(),
            has_calls,
        }
    }

    /// Adds rows; `calls` has theirs, where the ledger has a column of calls. What is looked
    /// up for one does not wait for what is looked up for the one before, so that the
    /// processor fetches several from memory at a time.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub(super) fn add(&mut self, entries: &[Entry], calls: &[Option<u64>], text: Text<'_>) -> Result<(), MoneyError> {
        let mut calls = calls.iter();
        for batch in entries.chunks(BATCH) {
            // Looked up and left: what it brings is the customers' lines into the cache, of
            // many rows at a time, since one look-up does not wait for another.
            let rows = batch.iter().filter_map(|entry| self.find(entry.key)).fold(0, |sum, slot| sum ^ slot.rows);
            std::hint::black_box(rows);
            for entry in batch {
                let place = self.add_amount(entry, text)?;
                if self.has_calls {
                    let sum = &mut self.calls[place as usize][entry.direction as usize];
                    let more = calls.next().copied().flatten();
                    *sum = sum.zip(more).and_then(|(sum, more)| sum.checked_add(more));
                }
            }
        }
        Ok(())
    }

    #[inline]
    fn find(&self, key: u128) -> Option<&Slot> {
        self.slots.find(self.hasher.hash_one(key), |slot| slot.key == key)
    }

    /// Adds a row's amount; returns the customer's place.
    #[inline]
    fn add_amount(&mut self, entry: &Entry, text: Text<'_>) -> Result<u32, MoneyError> {
        let key = if entry.key == 0 { self.long_key(text.of(entry.id))? } else { entry.key };
        let hasher = &self.hasher;
        let found = self.slots.entry(hasher.hash_one(key), |slot| slot.key == key, |slot| hasher.hash_one(slot.key));
        let mut found = match found {
            hashbrown::hash_table::Entry::Occupied(found) => found,
            hashbrown::hash_table::Entry::Vacant(place) => {
                let index = u32::try_from(self.names.len()).map_err(|_| MoneyError::Overflow)?;
                self.names.push(Box::default());
                if self.has_calls {
                    self.calls.push([Some(0); 2]);
                }
                place.insert(Slot { key, sums: [0; 2], scales: [NO_ROWS; 2], name: Name::NONE, rows: 0, index })
            }
        };
        let slot = found.get_mut();
        let at = entry.direction as usize;
        let scale = if slot.scales[at] == NO_ROWS { 0 } else { slot.scales[at] };
        let mut tally = Tally::from_parts(slot.sums[at], u32::from(scale));
        tally.add_units(entry.units, u32::from(entry.scale))?;
        slot.sums[at] = tally.mantissa();
        // A decimal has at most 28 places.
        slot.scales[at] = u8::try_from(tally.scale()).map_err(|_| MoneyError::Overflow)?;
        slot.rows = slot.rows.checked_add(1).ok_or(MoneyError::Overflow)?;
        if entry.name != slot.name && entry.name != Name::NONE {
            let (name, known) = (text.of(entry.name_cell), &mut self.names[slot.index as usize]);
            // A name that is no UTF-8 is Windows-1252, which has a character for every byte.
            let name = match std::str::from_utf8(name) {
                Ok(name) => Cow::Borrowed(name),
                Err(_) => WINDOWS_1252.decode_without_bom_handling(name).0,
            };
            if known.is_empty() || *name < **known {
                *known = name.into();
                slot.name = entry.name;
            }
        }
        Ok(slot.index)
    }

    fn long_key(&mut self, id: &[u8]) -> Result<u128, MoneyError> {
        let index = match self.long_keys.get(id) {
            Some(index) => *index,
            None => {
                let index = u32::try_from(self.long_ids.len()).map_err(|_| MoneyError::Overflow)?;
                self.long_keys.insert(id.into(), index);
                self.long_ids.push(id.into());
                index
            }
        };
        Ok(u128::from(index) | (u128::from(LONG) << 120))
    }

    /// Every customer with its sums.
    ///
    /// # Errors
    /// A sum beyond the exact range.
    pub(super) fn into_customers(mut self, currency: Currency) -> Result<BTreeMap<String, PostedCustomer>, MoneyError> {
        drop(self.long_keys);
        let mut slots: Vec<Slot> = self.slots.into_iter().collect();
        // Short ids in their own order, in which a map is built at once: their first byte is
        // the number's last.
        slots.sort_unstable_by_key(|slot| slot.key.swap_bytes());
        let customer = |slot: Slot| {
            let bytes = slot.key.to_le_bytes();
            let id = match bytes[SHORT] {
                LONG => self.long_ids.get(usize::try_from(slot.key & u128::from(u32::MAX)).unwrap_or_default()),
                _ => None,
            };
            let id = id.map_or(&bytes[..usize::from(bytes[SHORT]).min(SHORT)], |id| id);
            let name = std::mem::take(&mut self.names[slot.index as usize]);
            let sum = |at: usize| {
                let scale = if slot.scales[at] == NO_ROWS { 0 } else { slot.scales[at] };
                Ok(Money::new(Tally::from_parts(slot.sums[at], u32::from(scale)).total()?, currency))
            };
            let calls = |at: usize| match self.calls.get(slot.index as usize) {
                Some(calls) => calls[at],
                None => (slot.scales[at] == NO_ROWS).then_some(0),
            };
            let posted = PostedCustomer {
                inbound: sum(Direction::Inbound as usize)?,
                outbound: sum(Direction::Outbound as usize)?,
                other: Money::zero(currency),
                rows: u64::from(slot.rows),
                calls: [calls(0), calls(1)],
                name: (!name.is_empty()).then(|| name.into_string()),
            };
            Ok((text(id.to_vec()), posted))
        };
        slots.into_iter().map(customer).collect()
    }
}

/// Bytes that were seen to be UTF-8.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_is_one_line_of_the_cache() {
        assert_eq!(size_of::<Slot>(), 64);
        assert_eq!(size_of::<Entry>(), 64);
    }

    #[test]
    fn ids_and_names_of_any_length_are_kept_apart() {
        let piece = "MA_1234567890abc Bharati Vyapar and Sons Limited, Pune".as_bytes();
        let text = Text { piece, aside: &[] };
        let mut seen = std::collections::BTreeSet::new();
        for from in [0, piece.len() - 20] {
            for to in from + 1..=piece.len() {
                let cell = Cell::new(from, to);
                let key = short_key(text, cell);
                assert_eq!(key == 0, to - from > SHORT);
                assert!(key == 0 || seen.insert(key));
                let name = Name::new(text, cell);
                assert_ne!(name, Name::NONE);
                assert_ne!(name, Name::new(text, Cell::new(from, to - 1)));
            }
        }
        assert_eq!(Name::new(text, Cell::default()), Name::NONE);
    }
}
