//! Where things lie in the books.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::model::period::Period;
use crate::model::problem::{Problem, io};

/// The settings file's name.
pub(crate) const CONFIG: &str = "crossfoot.toml";
/// What stands in `[seller]` of the settings, in a file of its own: companies that share the rest.
pub(crate) const SELLER: &str = "seller.toml";
/// The customers file's name.
pub(crate) const CUSTOMERS: &str = "customers.csv";
/// The file of charges beside calls.
pub(crate) const CHARGES: &str = "charges.csv";
/// The file of rates of exchange.
pub(crate) const RATES: &str = "rates.csv";
/// What finance writes of the company, its customers and their charges, and every close is made from.
pub(crate) const BY_HAND: [&str; 5] = [CONFIG, SELLER, CUSTOMERS, CHARGES, RATES];
/// The audit chain, relative to the books.
pub(crate) const CHAIN: &str = "audit/chain.jsonl";
/// The signatures of its lines, relative to the books.
pub(crate) const SEALS: &str = "audit/seals";
/// Tax returns, a folder a month.
pub(crate) const RETURNS: &str = "returns";
/// Working folder of the tool: lock, staged files, the intent of a commit. Not for git.
pub(crate) const WORK: &str = ".crossfoot";

/// No file that is read whole has more: the report of a month with three hundred thousand customers has
/// a third of it.
const MOST_BYTES: u64 = 1 << 30;

/// Opens a file of the books. A pipe would wait for ever, and a device may have no end.
///
/// # Errors
/// It cannot be opened, or is no file.
pub(crate) fn open_file(path: impl AsRef<Path>) -> std::io::Result<std::fs::File> {
    let path = path.as_ref();
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("it is no file: a folder, a pipe or a device lies there"));
    }
    std::fs::File::open(path)
}

/// The bytes of a file, as [`open_file`] opens it.
///
/// # Errors
/// As [`open_file`], or it cannot be read.
pub(crate) fn read_file(path: impl AsRef<Path>) -> std::io::Result<Vec<u8>> {
    read_within(path, MOST_BYTES)
}

/// The same of a file that has at most so many bytes.
///
/// # Errors
/// As [`read_file`], or it is longer.
pub(crate) fn read_within(path: impl AsRef<Path>, most: u64) -> std::io::Result<Vec<u8>> {
    let file = open_file(path)?;
    if file.metadata()?.len() > most {
        return Err(std::io::Error::other(format!("it has more than {most} bytes")));
    }
    let mut bytes = Vec::new();
    // What grows meanwhile is not followed.
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The bytes of a file that need not be there. `code` is what an error calls it.
///
/// # Errors
/// It is there and cannot be read.
pub(crate) fn optional(code: &'static str, path: &Path) -> Result<Option<Vec<u8>>, Problem> {
    match read_file(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(io(code, "read", path, &e)),
    }
}

/// The folder finance keeps.
#[derive(Clone, Debug)]
pub struct Books {
    /// The folder itself.
    pub root: PathBuf,
}

impl Books {
    /// Books at a folder, which need not exist yet.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// A path inside the books; for books in the current folder, one that begins there.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        if self.root.as_os_str() == "." { relative.as_ref().to_owned() } else { self.root.join(relative) }
    }

    /// `closes/<period>`, relative to the books.
    #[must_use]
    pub fn close_dir(period: &Period) -> String {
        format!("closes/{}", period.name)
    }

    /// `drafts/<period>`, relative to the books: what a close would issue. Not for git.
    #[must_use]
    pub fn draft_dir(period: &Period) -> String {
        format!("drafts/{}", period.name)
    }

    /// `closes/<period>/capture`, relative to the books.
    #[must_use]
    pub fn capture_dir(period: &Period) -> String {
        format!("closes/{}/capture", period.name)
    }
}
