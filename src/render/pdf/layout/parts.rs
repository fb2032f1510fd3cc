//! What the marks on pages are to a reader who does not see them: the document's structure
//! (ISO 32000-1, 14.7 and 14.8). Parts are kept in the order in which a person reads them, and
//! every mark names the one that it belongs to; a mark of none decorates.

/// What a part is: a standard structure type (14.8.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::render::pdf) enum Role {
    Document,
    Heading,
    Subheading,
    Paragraph,
    List,
    Item,
    /// What an item is called.
    Label,
    /// What an item says.
    Body,
    Table,
    Row,
    ColumnHeader,
    RowHeader,
    Cell,
    Figure,
    Link,
}

impl Role {
    /// The type's name.
    pub(in crate::render::pdf) fn name(self) -> &'static str {
        match self {
            Self::Document => "Document",
            Self::Heading => "H1",
            Self::Subheading => "H2",
            Self::Paragraph => "P",
            Self::List => "L",
            Self::Item => "LI",
            Self::Label => "Lbl",
            Self::Body => "LBody",
            Self::Table => "Table",
            Self::Row => "TR",
            Self::ColumnHeader | Self::RowHeader => "TH",
            Self::Cell => "TD",
            Self::Figure => "Figure",
            Self::Link => "Link",
        }
    }

    /// What a header is one of (14.8.5.7).
    pub(in crate::render::pdf) fn scope(self) -> Option<&'static str> {
        match self {
            Self::ColumnHeader => Some("Column"),
            Self::RowHeader => Some("Row"),
            _ => None,
        }
    }

    /// Whether it has marks of its own; the others have parts.
    pub(in crate::render::pdf) fn holds_marks(self) -> bool {
        !matches!(self, Self::Document | Self::List | Self::Item | Self::Table | Self::Row)
    }

    /// Whether it is there although nothing stands in it: else a table's rows would not agree.
    pub(in crate::render::pdf) fn may_be_empty(self) -> bool {
        matches!(self, Self::ColumnHeader | Self::RowHeader | Self::Cell)
    }
}

/// A part of the document.
pub(in crate::render::pdf) struct Part {
    pub(in crate::render::pdf) role: Role,
    /// The part that it is in, which stands before it; the first is in itself.
    pub(in crate::render::pdf) parent: usize,
    /// What a figure shows, or where a link leads, in words.
    pub(in crate::render::pdf) alternative: Option<String>,
}

/// The parts, while marks are laid out.
pub(super) struct Parts {
    all: Vec<Part>,
    open: usize,
    /// Whether what is drawn now belongs to none.
    aside: bool,
}

impl Parts {
    pub(super) fn new() -> Self {
        let document = Part { role: Role::Document, parent: 0, alternative: None };
        Self { all: vec![document], open: 0, aside: false }
    }

    /// Begins a part inside the one that is open, and returns which that was.
    pub(super) fn open(&mut self, role: Role, alternative: Option<String>) -> usize {
        if self.aside {
            return self.open;
        }
        let parent = std::mem::replace(&mut self.open, self.all.len());
        self.all.push(Part { role, parent, alternative });
        parent
    }

    /// Goes back to a part.
    pub(super) fn back_to(&mut self, part: usize) {
        self.open = part;
    }

    /// The part that is open.
    pub(super) fn current(&self) -> usize {
        self.open
    }

    /// Whether what is drawn from now on belongs to no part; returns what held before.
    pub(super) fn set_aside(&mut self, aside: bool) -> bool {
        std::mem::replace(&mut self.aside, aside)
    }

    /// The part that a mark belongs to now. What is drawn in none that holds marks is a paragraph.
    pub(super) fn for_mark(&mut self) -> Option<usize> {
        if self.aside {
            return None;
        }
        if self.all[self.open].role.holds_marks() {
            return Some(self.open);
        }
        let parent = self.open(Role::Paragraph, None);
        Some(std::mem::replace(&mut self.open, parent))
    }

    pub(super) fn into_inner(self) -> Vec<Part> {
        self.all
    }
}
