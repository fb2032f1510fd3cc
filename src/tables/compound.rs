//! The compound file (OLE) around an `.xls`: one stream out of it. As lenient as the products
//! that read such files: tables longer than the file, which some libraries write, are no
//! reason to refuse it; a chain that leaves the file or runs in a circle is.

use super::unreadable::Unreadable;

const END: u32 = 0xffff_fffa;
/// What a sector's number means from here on: the end, or no sector.
const NAME_BYTES: usize = 64;

struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    table: Vec<u32>,
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn place(number: u32) -> Option<usize> {
    usize::try_from(number).ok()
}

impl<'a> Compound<'a> {
    fn sector_at(&self, number: u32) -> Option<&'a [u8]> {
        let from = place(number)?.checked_add(1)?.checked_mul(self.sector)?;
        let end = from.checked_add(self.sector)?.min(self.bytes.len());
        self.bytes.get(from..end).filter(|sector| !sector.is_empty())
    }

    /// The sectors of a chain, put together.
    fn chain(&self, mut at: u32) -> Option<Vec<u8>> {
        let mut whole = Vec::new();
        while at < END {
            whole.extend_from_slice(self.sector_at(at)?);
            // A chain that is longer than the file runs in a circle.
            if whole.len() > self.bytes.len() {
                return None;
            }
            at = *self.table.get(place(at)?)?;
        }
        Some(whole)
    }
}

/// The first of these streams that the file has.
pub(super) fn stream(bytes: &[u8], names: &[&str]) -> Result<Vec<u8>, Unreadable> {
    read(bytes, names).ok_or_else(|| Unreadable::damaged("its container (OLE) does not hold together"))
}

fn read(bytes: &[u8], names: &[&str]) -> Option<Vec<u8>> {
    let shift = u32::from(*bytes.get(30)?);
    let sector = 1_usize.checked_shl(shift).filter(|size| (64..=1 << 20).contains(size))?;
    let mut file = Compound { bytes, sector, table: Vec::new() };
    // Where the table of sectors lies: 109 places in the header, more in a chain of sectors.
    let mut places: Vec<u32> = (0..109).filter_map(|at| number(bytes, 76 + 4 * at)).collect();
    let mut more = number(bytes, 68)?;
    while more < END {
        let listed = file.sector_at(more)?;
        let mut numbers: Vec<u32> = listed.as_chunks::<4>().0.iter().map(|n| u32::from_le_bytes(*n)).collect();
        more = numbers.pop()?;
        places.extend(numbers);
        if places.len() > bytes.len() {
            return None;
        }
    }
    let wanted = place(number(bytes, 44)?)?;
    for at in places.into_iter().filter(|at| *at < END).take(wanted) {
        let Some(listed) = file.sector_at(at) else { break };
        file.table.extend(listed.as_chunks::<4>().0.iter().map(|n| u32::from_le_bytes(*n)));
        if file.table.len() > bytes.len() {
            break;
        }
    }
    let directory = file.chain(number(bytes, 48)?)?;
    let entries: Vec<&[u8]> = directory.chunks_exact(128).collect();
    let called = |entry: &[u8], name: &str| {
        let wide: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        entry.get(..NAME_BYTES).is_some_and(|field| field.starts_with(&wide))
    };
    let entry = names.iter().find_map(|name| entries.iter().find(|entry| called(entry, name)))?;
    let (first, size) = (number(entry, 116)?, place(number(entry, 120)?)?);
    if size >= place(number(bytes, 56)?)? {
        let mut whole = file.chain(first)?;
        whole.truncate(size);
        return Some(whole);
    }
    // Short streams lie in a stream of their own, the root's, in sectors of 64 bytes.
    let short = 1_usize.checked_shl(u32::from(*bytes.get(32)?)).filter(|size| (16..=4096).contains(size))?;
    let root = file.chain(number(entries.first()?, 116)?)?;
    let listed = file.chain(number(bytes, 60)?)?;
    let table: Vec<u32> = listed.as_chunks::<4>().0.iter().map(|n| u32::from_le_bytes(*n)).collect();
    let (mut whole, mut at) = (Vec::new(), first);
    while at < END && whole.len() < size {
        let from = place(at)?.checked_mul(short)?;
        whole.extend_from_slice(
            root.get(from..root.len().min(from.checked_add(short)?)).filter(|part| !part.is_empty())?,
        );
        at = *table.get(place(at)?)?;
    }
    whole.truncate(size);
    Some(whole)
}
