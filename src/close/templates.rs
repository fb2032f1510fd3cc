//! The template that invoices are drawn with, as it lies in the books or comes with the program.

use crate::books::layout::{Books, read_file};
use crate::model::problem::{Problem, io, nearest};
use crate::render::pdf::template::SHIPPED;

/// A template that comes with the program.
#[must_use]
pub(super) fn shipped(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(shipped, _)| *shipped == name).map(|(_, text)| *text)
}

/// The books' own template first, then one that comes with the program.
///
/// # Errors
/// There is none of that name, or it cannot be read.
pub(super) fn bytes(books: &Books, name: &str) -> Result<Vec<u8>, Problem> {
    let path = books.path(format!("templates/invoice/{name}.toml"));
    match read_file(&path) {
        Ok(bytes) => return Ok(bytes),
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(io("template", "read", &path, &e)),
        Err(_) => {}
    }
    if let Some(text) = shipped(name) {
        return Ok(text.as_bytes().to_vec());
    }
    let known = SHIPPED.iter().map(|(shipped, _)| *shipped);
    let hint = nearest(name, known.clone()).or(known.into_iter().next()).unwrap_or_default();
    Err(Problem::usage("template", format!("there is no invoice template `{name}`"))
        .because(format!("neither {} nor a shipped one", path.display()))
        .next(format!("set [invoice] template = \"{hint}\", or write that file"))
        .not_done("Nothing was done."))
}
