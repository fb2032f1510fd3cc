//! A call of either side in a few bytes: what it is matched by, what it cost, and where it
//! stands. Nothing of it grows, so that ten million of them lie in files of known size.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use super::number::Number;
use crate::model::money::from_parts;
use crate::model::usage::Direction;

/// Which of the two files a call stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Side {
    /// The partner's records.
    Partner,
    /// Our ledger or rating file.
    Ours,
}

impl Side {
    /// Both.
    pub(crate) const BOTH: [Self; 2] = [Self::Partner, Self::Ours];

    /// The word of outputs.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Partner => "partner",
            Self::Ours => "ours",
        }
    }
}

/// A call's id: a UUID by its value, another text of up to sixteen bytes as it stands, a
/// longer one by half of its SHA-256. Case does not matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Id {
    kind: u8,
    bytes: [u8; 16],
}

/// No id.
const NONE: u8 = 0;
const UUID: u8 = 1;
const SHORT: u8 = 2;
const LONG: u8 = 3;

impl Id {
    /// Reads an id. What a ledger writes before it (`cdr:`, `cdr_`) is no part of it.
    pub(crate) fn read(text: &str) -> Self {
        let text = text.trim().trim_start_matches('\'');
        let text = ["cdr:", "cdr_", "urn:uuid:"]
            .iter()
            .find_map(|before| {
                text.get(..before.len()).filter(|b| b.eq_ignore_ascii_case(before)).map(|b| &text[b.len()..])
            })
            .unwrap_or(text);
        if text.is_empty() || text == "-" || text.eq_ignore_ascii_case("null") {
            return Self::default();
        }
        if let Some(bytes) = uuid(text.as_bytes()) {
            // The nil UUID is none (RFC 9562, section 5.9).
            if bytes == [0; 16] {
                return Self::default();
            }
            return Self { kind: UUID, bytes };
        }
        let folded = text.to_lowercase();
        let mut bytes = [0; 16];
        if let Some(room) = bytes.get_mut(..folded.len()) {
            room.copy_from_slice(folded.as_bytes());
            return Self { kind: SHORT, bytes };
        }
        bytes.copy_from_slice(&Sha256::digest(folded.as_bytes())[..16]);
        Self { kind: LONG, bytes }
    }

    /// Whether there is one.
    pub(crate) fn is_some(self) -> bool {
        self.kind != NONE
    }

    /// Whether it is a UUID, which two calls never share.
    pub(crate) fn is_uuid(self) -> bool {
        self.kind == UUID
    }

    /// The id as text; empty of one that was too long to be kept.
    pub(crate) fn shown(self) -> String {
        match self.kind {
            UUID => {
                let hex: String = self.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
            }
            SHORT => String::from_utf8_lossy(&self.bytes).trim_end_matches('\0').to_owned(),
            _ => String::new(),
        }
    }
}

/// Thirty-two hexadecimal digits, whatever braces and hyphens stand among them.
fn uuid(text: &[u8]) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    let mut digits = 0;
    for byte in text {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            b'A'..=b'F' => byte - b'A' + 10,
            b'-' | b'{' | b'}' => continue,
            _ => return None,
        };
        *bytes.get_mut(digits / 2)? |= digit << (4 * ((digits + 1) % 2));
        digits += 1;
    }
    (digits == 32).then_some(bytes)
}

/// It is not counted: its start is outside of the period.
pub(crate) const OUTSIDE: u8 = 1;
/// It is not counted: it is in another currency.
pub(crate) const FOREIGN: u8 = 2;
/// It was matched by its id, and stands there to be recognised again.
pub(crate) const MATCHED: u8 = 4;
/// Only its day is known.
pub(crate) const DAY: u8 = 8;

/// The largest shift of clocks, in seconds: a time zone and summer time. Telephone calls that
/// are a day apart are two.
pub(crate) const LARGEST_SHIFT: i64 = 15 * 3_600;

/// What durations may be rounded up to, in seconds.
pub(crate) const PULSES: [u32; 5] = [1, 6, 15, 30, 60];

/// A duration that is not stated.
pub(crate) const UNSTATED: u32 = u32::MAX;

/// A call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Record {
    /// What numbers are compared by, mixed; 0 until that is decided.
    pub key: u64,
    /// Its id.
    pub id: Id,
    /// Who called.
    pub from: Number,
    /// Who was called.
    pub to: Number,
    /// Seconds since 1970, UTC.
    pub start: i64,
    /// Billed seconds, or [`UNSTATED`].
    pub billed: u32,
    /// Seconds with ringing, or [`UNSTATED`].
    pub whole: u32,
    /// What it cost: a count of 10^-`scale`, without zeros at the end.
    pub units: i64,
    /// Decimals of it.
    pub scale: u8,
    /// `0` inbound, `1` outbound, `2` not stated.
    pub direction: u8,
    /// [`OUTSIDE`] and the like.
    pub flags: u8,
    /// Whose call it is: the hash of a name.
    pub account: u64,
    /// In which file of several it stands.
    pub file: u32,
    /// The row in it.
    pub line: u32,
}

/// Bytes of a record on the disk.
pub(crate) const BYTES: usize = 84;

impl Record {
    /// Whether its money is in the totals.
    pub(crate) fn is_counted(&self) -> bool {
        self.flags & (OUTSIDE | FOREIGN) == 0
    }

    /// Whether it has a flag.
    pub(crate) fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The seconds that it is known by: billed ones, or all.
    pub(crate) fn seconds(&self) -> u32 {
        if self.billed == UNSTATED { self.whole } else { self.billed }
    }

    /// What it cost.
    pub(crate) fn cost(&self) -> Decimal {
        from_parts(i128::from(self.units), u32::from(self.scale)).unwrap_or_default()
    }

    /// Its direction, where it is stated.
    pub(crate) fn way(&self) -> Option<Direction> {
        Direction::ALL.get(usize::from(self.direction)).copied()
    }

    /// Whether two calls cost the same.
    pub(crate) fn costs_as(&self, other: &Self) -> bool {
        (self.units, self.scale) == (other.units, other.scale)
    }

    /// As calls are sorted to be matched by their ids: with the same id, those that cost the
    /// same stand together.
    pub(crate) fn by_id(&self, other: &Self) -> Ordering {
        let key = |r: &Self| (r.id, r.scale, r.units, r.start, r.billed, r.whole);
        key(self).cmp(&key(other)).then_with(|| self.rest(other))
    }

    /// As they are sorted to be matched by numbers and start: of the same start and duration
    /// those that are matched already stand first.
    pub(crate) fn by_number(&self, other: &Self) -> Ordering {
        let key = |r: &Self| (r.key, r.start, r.seconds(), !r.has(MATCHED), r.scale, r.units, r.whole, r.id);
        key(self).cmp(&key(other)).then_with(|| self.rest(other))
    }

    fn rest(&self, other: &Self) -> Ordering {
        let key = |r: &Self| (r.account, r.direction, r.from, r.to, r.flags, r.file, r.line);
        key(self).cmp(&key(other))
    }

    /// Whether two rows say the same of the same call, wherever they stand.
    pub(crate) fn repeats(&self, other: &Self) -> bool {
        Self { file: 0, line: 0, ..*self } == Self { file: 0, line: 0, ..*other }
    }

    /// Its bytes.
    pub(crate) fn write(&self, into: &mut [u8; BYTES]) {
        let mut rest = &mut into[..];
        let mut put = |bytes: &[u8]| {
            let (here, behind) = std::mem::take(&mut rest).split_at_mut(bytes.len());
            here.copy_from_slice(bytes);
            rest = behind;
        };
        put(&[self.id.kind, self.scale, self.direction, self.flags]);
        put(&self.id.bytes);
        for number in [self.key, self.from.0, self.to.0, self.account] {
            put(&number.to_le_bytes());
        }
        put(&self.start.to_le_bytes());
        put(&self.units.to_le_bytes());
        for number in [self.billed, self.whole, self.file, self.line] {
            put(&number.to_le_bytes());
        }
    }

    /// The record that bytes hold.
    pub(crate) fn read(bytes: &[u8; BYTES]) -> Self {
        let long = |at: usize| u64::from_le_bytes(std::array::from_fn(|n| bytes[at + n]));
        let signed = |at: usize| i64::from_le_bytes(std::array::from_fn(|n| bytes[at + n]));
        let short = |at: usize| u32::from_le_bytes(std::array::from_fn(|n| bytes[at + n]));
        Self {
            id: Id { kind: bytes[0], bytes: std::array::from_fn(|n| bytes[4 + n]) },
            scale: bytes[1],
            direction: bytes[2],
            flags: bytes[3],
            key: long(20),
            from: Number(long(28)),
            to: Number(long(36)),
            account: long(44),
            start: signed(52),
            units: signed(60),
            billed: short(68),
            whole: short(72),
            file: short(76),
            line: short(80),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_one_however_they_are_written() {
        let plain = Id::read("3c1f6d1a-5f10-4b39-9c0e-0d4a8f3b7e06");
        for text in [
            "3C1F6D1A-5F10-4B39-9C0E-0D4A8F3B7E06",
            "{3c1f6d1a-5f10-4b39-9c0e-0d4a8f3b7e06}",
            "3c1f6d1a5f104b399c0e0d4a8f3b7e06",
            "cdr:3c1f6d1a-5f10-4b39-9c0e-0d4a8f3b7e06",
            "cdr_3c1f6d1a-5f10-4b39-9c0e-0d4a8f3b7e06",
            " '3c1f6d1a-5f10-4b39-9c0e-0d4a8f3b7e06 ",
        ] {
            assert_eq!(Id::read(text), plain, "{text}");
        }
        assert_eq!(plain.shown(), "3c1f6d1a-5f10-4b39-9c0e-0d4a8f3b7e06");
        assert_eq!(Id::read("CALL-000123").shown(), "call-000123");
        let long = Id::read("a-long-id-that-does-not-fit-in-16");
        assert!(long.is_some() && long.shown().is_empty() && long != Id::read("a-long-id-that-does-not-fit-in-17"));
        assert!(!Id::read("").is_some() && !Id::read("null").is_some());
    }

    #[test]
    fn a_record_comes_back_from_its_bytes() {
        let record = Record {
            key: 1,
            id: Id::read("x"),
            from: Number(2),
            to: Number(3),
            start: -4,
            billed: 5,
            whole: UNSTATED,
            units: -6,
            scale: 7,
            direction: 1,
            flags: OUTSIDE | DAY,
            account: 9,
            file: 10,
            line: 11,
        };
        let mut bytes = [0; BYTES];
        record.write(&mut bytes);
        assert_eq!(Record::read(&bytes), record);
    }
}
