//! `crossfoot import FILE --save-format NAME`: a proposal for a layout that is not known.

use std::path::Path;

use super::context::Context;
use crate::books::changeset::write_apart;
use crate::ledger::known::FORMATS;
use crate::ledger::propose::propose;
use crate::ledger::tabled::beginning;
use crate::model::problem::{Exit, Problem, io};

/// Writes a proposal for a layout that is not known.
pub(super) fn run(context: &Context<'_>, path: &Path, name: &str, sheet: Option<&str>) -> Result<Exit, Problem> {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
    if !plain {
        return Err(Problem::usage("arguments", format!("`{name}` is not a format's name: letters, digits, - and _")));
    }
    let folder = context.books.path(FORMATS);
    let target = folder.join(format!("{name}.toml"));
    if target.exists() {
        return Err(Problem::usage("arguments", format!("{} is there already", target.display()))
            .next("name another format, or correct that file")
            .not_done("Nothing was written."));
    }
    let file = std::fs::File::open(path).map_err(|e| io("no-ledger", "read the ledger", path, &e))?;
    let shown = path.display().to_string();
    let text = propose(&beginning(file, &shown, sheet)?, &shown)?;
    write_apart(&folder, &[(&format!("{name}.toml"), text.clone().into_bytes())])?;
    context.out.text(&format!(
        "{text}\nWritten to {}. Correct it where it is wrong, then: crossfoot import {shown} --format {name} --check\n",
        target.display()
    ))?;
    Ok(Exit::Done)
}
