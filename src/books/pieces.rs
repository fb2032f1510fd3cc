//! The settings as one text: `crossfoot.toml`, with `seller.toml` as its `[seller]` where that is
//! there. A close seals the one text; errors name the file that a line came from.

use super::layout::{Books, CONFIG, SELLER, optional, read_file};
use crate::model::problem::Problem;

/// The text, and which of its lines came from elsewhere.
#[derive(Clone, Debug)]
pub(super) struct Pieces {
    pub(super) text: String,
    /// What errors call the file.
    name: String,
    inserted: Option<Inserted>,
}

#[derive(Clone, Debug)]
struct Inserted {
    name: String,
    /// Lines of the text that stand before.
    before: usize,
    /// How many lines it has.
    lines: usize,
}

/// How errors end that are about both files.
const BOTH: &str = "the seller stands in one file: take [seller] out of crossfoot.toml, or remove seller.toml";

impl Pieces {
    /// One file.
    pub(super) fn whole(text: &str, name: &str) -> Self {
        Self { text: text.to_owned(), name: name.to_owned(), inserted: None }
    }

    /// Those of books.
    ///
    /// # Errors
    /// There are no settings; a file that is no text; a seller in both.
    pub(super) fn load(books: &Books) -> Result<Self, Problem> {
        let path = books.path(CONFIG);
        let bytes = read_file(&path).map_err(|e| {
            let what = if e.kind() == std::io::ErrorKind::NotFound {
                format!("there are no books at {}", books.root.display())
            } else {
                format!("could not read {}", path.display())
            };
            Problem::usage("no-books", what)
                .because(format!("{CONFIG}: {e}"))
                .next("name the folder with --books DIR, or make new books with: crossfoot init DIR")
        })?;
        let main = Self::whole(&utf8(bytes, CONFIG, &path.display().to_string())?, &path.display().to_string());
        let path = books.path(SELLER);
        let Some(bytes) = optional("config", &path)? else { return Ok(main) };
        let seller = utf8(bytes, SELLER, &path.display().to_string())?;
        main.with(&seller, &path.display().to_string())
    }

    fn with(self, seller: &str, name: &str) -> Result<Self, Problem> {
        let both = |what: String| Problem::usage("config", what).at(name.to_owned()).next(BOTH);
        // A table of its own would be a section of the settings.
        if let Some(line) = seller.lines().find(|line| line.trim_start().starts_with('[')) {
            return Err(both(format!("{SELLER} has a section of its own: `{}`", line.trim()))
                .because("its lines are those of [seller]: legal_name = …, address = …"));
        }
        let lines: Vec<&str> = self.text.lines().collect();
        let at = lines.iter().position(|line| line.split('#').next().unwrap_or_default().trim() == "[seller]");
        let own = at.map_or(&[][..], |at| &lines[at + 1..]);
        let own = own.iter().take_while(|line| !line.trim_start().starts_with('['));
        if let Some(line) = own.map(|line| line.trim()).find(|line| !line.is_empty() && !line.starts_with('#')) {
            return Err(both(format!("both {CONFIG} and {SELLER} say who charges: `{line}`")));
        }
        let seller: Vec<&str> = seller.lines().collect();
        let (before, head) = at.map_or((lines.len() + 1, &["[seller]"][..]), |at| (at + 1, &[]));
        let split = at.map_or(lines.len(), |at| at + 1);
        let all = lines[..split].iter().chain(head).chain(&seller).chain(&lines[split..]);
        let text = all.fold(String::new(), |text, line| text + line + "\n");
        Ok(Self { text, inserted: Some(Inserted { name: name.to_owned(), before, lines: seller.len() }), ..self })
    }

    /// Where a place in the text is: file, line, column.
    pub(super) fn position(&self, at: usize) -> String {
        let before = &self.text[..at.min(self.text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        let (name, line) = match &self.inserted {
            Some(other) if line > other.before + other.lines => (&self.name, line.saturating_sub(other.lines)),
            Some(other) if line > other.before => (&other.name, line.saturating_sub(other.before)),
            _ => (&self.name, line),
        };
        format!("{name}, line {line}, column {column}")
    }
}

fn utf8(bytes: Vec<u8>, file: &str, place: &str) -> Result<String, Problem> {
    String::from_utf8(bytes)
        .map_err(|_| Problem::usage("config", format!("{file} is not UTF-8 text")).at(place.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seller_of_its_own_stands_in_the_settings_and_keeps_its_places() {
        let settings = "[seller]\n# legal_name = \"\"\n[books]\ncurrency = \"INR\"\n";
        let joined = Pieces::whole(settings, "c").with("legal_name = \"A\"\ncity = \"B\"", "s").unwrap();
        assert_eq!(
            joined.text,
            "[seller]\nlegal_name = \"A\"\ncity = \"B\"\n# legal_name = \"\"\n[books]\ncurrency = \"INR\"\n"
        );
        let at = |what: &str| joined.position(joined.text.find(what).unwrap());
        assert_eq!((at("city"), at("INR")), ("s, line 2, column 1".to_owned(), "c, line 4, column 13".to_owned()));
        let appended = Pieces::whole("[books]\n", "c").with("city = \"B\"\n", "s").unwrap();
        assert_eq!(appended.text, "[books]\n[seller]\ncity = \"B\"\n");
        assert_eq!(appended.position(appended.text.find("city").unwrap()), "s, line 1, column 1");
        for (settings, seller) in [("[seller]\ncity = \"X\"\n", "city = \"B\""), ("", "[seller]\ncity = \"B\"")] {
            assert!(Pieces::whole(settings, "c").with(seller, "s").is_err());
        }
    }
}
