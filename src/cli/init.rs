//! `crossfoot init`: books that a first close can run on, every setting explained.

use std::path::Path;

use super::Job;
use super::args;
use crate::books::layout::{Books, CONFIG, CUSTOMERS, WORK};
use crate::books::settings::scaffold;
use crate::books::transaction::write_apart;
use crate::model::problem::{Exit, Problem};

const CUSTOMERS_HEADER: &str = "customer_id,legal_name,address,city,state,pin,country,state_code,gstin,email\n";

pub(super) fn run(job: &Job<'_>, args: &args::Init) -> Result<Exit, Problem> {
    let books = args.dir.clone().map_or_else(|| job.books.clone(), Books::at);
    for file in [CONFIG, CUSTOMERS] {
        if books.path(file).exists() {
            return Err(Problem::usage("books-exist", format!("{} is there already", books.path(file).display()))
                .next("name another folder: crossfoot init DIR")
                .not_done("Nothing was written."));
        }
    }
    write_books(&books.root, &scaffold(&[]), CUSTOMERS_HEADER)?;
    let path = books.root.display();
    job.out.text(&format!(
        "New books in {path}.\n  1. {CONFIG}: set [seller], and read the rest once\n  2. {CUSTOMERS}: a row a customer\n  3. ledgers/2026-03.csv: date,customer_id,direction,amount\n  4. export VOBIZ_AUTH_ID=… VOBIZ_AUTH_TOKEN=…\nThen: crossfoot close --period 2026-03 --books {path}\n"
    ))?;
    Ok(Exit::Done)
}

/// Writes the files that make a folder books.
pub(super) fn write_books(root: &Path, config: &str, customers: &str) -> Result<(), Problem> {
    write_apart(
        root,
        &[
            (CONFIG, config.as_bytes().to_vec()),
            (CUSTOMERS, customers.as_bytes().to_vec()),
            (
                ".gitignore",
                format!("# the tool's working folder: lock and staged files\n/{WORK}/\n# rehearsals of crossfoot send\n/outbox/\n")
                    .into_bytes(),
            ),
            // What is sealed is bytes: git must not change their line ends.
            (".gitattributes", b"* -text\n".to_vec()),
        ],
    )?;
    std::fs::create_dir_all(root.join("ledgers"))
        .map_err(|e| crate::model::problem::io("not-written", "create", &root.join("ledgers"), &e))
}
