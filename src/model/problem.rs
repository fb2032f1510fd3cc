//! What stops a command: one shape for every error, worded where it happens and
//! rendered in one place.

use std::fmt;

use super::money::shorten;

/// How a command ends: its exit code, as the README numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done, everything agrees.
    Done,
    /// Could not finish: upstream, I/O, unreadable input.
    CouldNotFinish,
    /// Wrong command line or configuration.
    Usage,
    /// Finished, and there are blocking findings.
    Findings,
    /// The audit chain or a digest does not verify.
    Unverified,
    /// Interrupted by the user or the system.
    Interrupted,
}

impl Exit {
    /// The process's exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::CouldNotFinish => 1,
            Self::Usage => 2,
            Self::Findings => 3,
            Self::Unverified => 4,
            Self::Interrupted => 130,
        }
    }
}

/// What is told of a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// How the process ends.
    pub exit: Exit,
    /// A stable word for scripts.
    pub code: &'static str,
    /// What happened: a short phrase, no full stop, understandable alone.
    pub what: String,
    /// File, line, column or address.
    pub place: Option<String>,
    /// The reason, as far as it is known.
    pub why: Option<String>,
    /// One thing to do.
    pub next: Option<String>,
    /// What did not happen because of it, in a sentence.
    pub not_done: Option<String>,
    /// Further problems of the same kind, each a line.
    pub also: Vec<String>,
}

/// Why a command could not do what it was asked. Boxed, as it travels in every `Result`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem(Box<Details>);

impl std::ops::Deref for Problem {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl std::ops::DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

impl Problem {
    /// A problem of upstream, I/O or unreadable input: exit code 1.
    pub fn stop(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Exit::CouldNotFinish, code, what)
    }

    /// A problem of the command line or configuration: exit code 2.
    pub fn usage(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Exit::Usage, code, what)
    }

    /// What was sealed is not what lies there: exit code 4.
    pub fn unverified(code: &'static str, what: impl Into<String>) -> Self {
        Self::new(Exit::Unverified, code, what)
            .next("restore the file from git or a backup; `crossfoot verify` says what else is touched")
            .not_done("Nothing was written.")
    }

    fn new(exit: Exit, code: &'static str, what: impl Into<String>) -> Self {
        Self(Box::new(Details {
            exit,
            code,
            what: what.into(),
            place: None,
            why: None,
            next: None,
            not_done: None,
            also: Vec::new(),
        }))
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Says why.
    #[must_use]
    pub fn because(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }

    /// Says what did not happen, unless an inner step said so already.
    #[must_use]
    pub fn not_done(mut self, sentence: impl Into<String>) -> Self {
        self.not_done.get_or_insert(sentence.into());
        self
    }

    /// What happened and why, in one line.
    #[must_use]
    pub fn reason(&self) -> String {
        match &self.why {
            Some(why) => format!("{}: {why}", self.what),
            None => self.what.clone(),
        }
    }

    /// Lists further problems of the same kind.
    #[must_use]
    pub fn also(mut self, lines: Vec<String>) -> Self {
        self.also = lines;
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)
    }
}

impl std::error::Error for Problem {}

/// An operating-system error on a file, in words.
pub fn io(code: &'static str, doing: &str, path: &std::path::Path, error: &std::io::Error) -> Problem {
    let mut problem = Problem::stop(code, format!("could not {doing} {}", path.display())).because(error.to_string());
    problem.next = match error.kind() {
        std::io::ErrorKind::StorageFull => Some("free space on that disk and run the command again".into()),
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            Some("make the folder writable for you and run the command again".into())
        }
        _ => None,
    };
    problem
}

/// The name in `known` nearest to `given`, if one is near enough to be meant.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(given, name), name))
        .filter(|(distance, name)| *distance <= (name.chars().count().max(given.chars().count()) / 2).max(2))
        .min()
        .map(|(_, name)| name)
}

/// What the word `given` stands for, of the words there are.
///
/// # Errors
/// A phrase that names them, and the nearest.
pub fn word<T: Copy>(given: &str, words: &[(&str, T)]) -> Result<T, String> {
    if let Some((_, meant)) = words.iter().find(|(word, _)| *word == given) {
        return Ok(*meant);
    }
    let quoted: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
    let (last, others) = quoted.split_last().map_or((String::new(), &[][..]), |(last, others)| (last.clone(), others));
    let near = nearest(given, words.iter().map(|(word, _)| *word));
    let hint = near.map_or_else(String::new, |near| format!("; did you mean \"{near}\"?"));
    Err(format!("must be {} or {last}, not `{}`{hint}", others.join(", "), shorten(given)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_only_when_near() {
        let known = ["tolerance", "unlisted"];
        assert_eq!(nearest("tolerence", known), Some("tolerance"));
        assert_eq!(nearest("xyzzy", known), None);
    }

    #[test]
    fn a_misspelt_word_is_told_with_the_words_there_are() {
        let words = [("bill", true), ("hold", false), ("ask", false)];
        assert_eq!(word("hold", &words), Ok(false));
        assert_eq!(
            word("bil", &words).unwrap_err(),
            "must be \"bill\", \"hold\" or \"ask\", not `bil`; did you mean \"bill\"?"
        );
        assert_eq!(word("xyzzyx", &words[..2]).unwrap_err(), "must be \"bill\" or \"hold\", not `xyzzyx`");
    }
}
