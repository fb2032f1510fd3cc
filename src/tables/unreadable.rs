//! Why a file is not read: what it is, and what to do.

/// Why a file is not read: words that follow its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// What it is, as a phrase that follows the file's name: `is a PDF`.
    pub what: String,
    /// The reason, where there is more to say.
    pub why: Option<String>,
    /// What to do.
    pub next: String,
}

impl Unreadable {
    pub(super) fn new(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self { what: what.into(), why: None, next: next.into() }
    }

    pub(super) fn because(mut self, why: impl std::fmt::Display) -> Self {
        self.why = Some(why.to_string());
        self
    }

    /// A file that breaks off, or whose parts do not fit together.
    pub(super) fn damaged(why: impl std::fmt::Display) -> Self {
        Self::new("is damaged or cut off", "open it where it was made, save it again, and use that").because(why)
    }

    /// A workbook that only its password opens.
    pub(super) fn protected() -> Self {
        Self::new(
            "is a workbook protected by a password",
            "open it, save it without the password (File, Info, Protect Workbook), and use that",
        )
    }
}
