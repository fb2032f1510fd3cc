//! `crossfoot gstr1`: the month's return of outward supplies for the GST portal, from sealed
//! documents that verify.

use std::collections::BTreeSet;

use serde::Serialize;

use super::args;
use super::committed;
use super::context::Context;
use super::fetch::begin;
use crate::audit::chain::{self, Chain};
use crate::books::changeset::ChangeSet;
use crate::books::config::{self, Regime};
use crate::books::layout::{Books, RETURNS, optional};
use crate::close::inputs::VERSION;
use crate::close::returned::{self, Agreement};
use crate::model::money::{Currency, Money};
use crate::model::period::Period;
use crate::model::problem::{Exit, Problem, io};
use crate::render::{gstr1_json, xlsx};
use crate::returns::amounts::Amounts;
use crate::returns::earlier::Earlier;
use crate::returns::gstr1::gstr1;
use crate::returns::tables::Gstr1;

const JSON: &str = "gstr1.json";
const WORKBOOK: &str = "gstr1.xlsx";

pub(super) fn run(context: &Context<'_>, args: &args::Gstr1) -> Result<Exit, Problem> {
    let (books, month) = (&context.books, &args.period);
    let nothing = |p: Problem| p.not_done("No return was written.");
    let (settings, _) = config::load(books)?;
    let seller = &settings.invoicing.seller.gstin;
    let (Regime::Gst(gst), Some(gstin)) = (&settings.invoicing.regime, seller) else {
        return Err(nothing(
            Problem::usage("no-gst", "these books charge no GST, and GSTR-1 is a return of GST")
                .because("[invoice] regime is not \"gst\" with a [seller] gstin")
                .next("nothing is to be returned; or correct [invoice] regime in crossfoot.toml"),
        ));
    };
    let today = context.environment.clock()?().with_timezone(&settings.timezone).date_naive();
    if month.from > today {
        return Err(nothing(
            Problem::usage("period-not-over", format!("{} has not begun", month.name))
                .because(format!("today is {today} in {}", settings.timezone))
                .next("name a month whose documents are issued"),
        ));
    }
    let _lock = begin(context, &format!("gstr1 --period {}", month.name)).map_err(nothing)?;
    committed::before(context, &settings, month).map_err(nothing)?;
    let (chain, _) = chain::load(books).map_err(nothing)?;
    if chain.events.is_empty() {
        return Err(nothing(
            Problem::stop("not-sealed", "nothing has been closed in these books")
                .next(format!("crossfoot close --period {}", month.name)),
        ));
    }
    let earlier = earlier(books, month, gstin).map_err(nothing)?;
    let mut months = earlier.months.clone();
    months.insert(month.name.clone());
    let sealed = returned::load(books, &chain, &month.name, &months)?;
    let told = sealed.told(&months);
    let is_above = gst.declaration || returned::is_above_5_crore(&chain, month);
    let made = gstr1(gstin, month, &told, &earlier, is_above).map_err(|e| {
        nothing(Problem::stop("overflow", "the sums of the return are too large").because(e.to_string()))
    })?;
    let elsewhere = elsewhere(&chain, &month.name);
    let agreement = returned::agree(&made, &told, &earlier)?;
    let files = [(JSON, gstr1_json::render(&made)), (WORKBOOK, xlsx::gstr1::render(&made, &agreement, VERSION)?)];
    let changed = write(books, &made, files, args.replace)?;
    let later = later(books, month)?;
    let document = document(&made, &agreement, changed).map_err(|e| Problem::stop("overflow", e.to_string()))?;
    context.out.result(&text(context, &made, &document, (&later, &elsewhere)), &document)?;
    committed::after(context, &settings, month, "gstr1")?;
    Ok(if made.checks.iter().any(|check| check.is_refused) { Exit::Findings } else { Exit::Done })
}

/// Months in whose return documents of the close of this month are, by their own date.
fn elsewhere(chain: &Chain, month: &str) -> BTreeSet<String> {
    let months = chain.issued_in(month).filter_map(|entry| entry.issue_date.get(..7));
    months.filter(|of| *of != month).map(str::to_owned).collect()
}

fn folder(month: &str) -> String {
    format!("{RETURNS}/{month}")
}

/// Months whose return lies there, in order.
fn written(books: &Books) -> Result<BTreeSet<String>, Problem> {
    let path = books.path(RETURNS);
    let entries = match std::fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        Err(e) => return Err(io("return", "read", &path, &e)),
    };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let months = names.filter(|name| Period::parse(name).is_ok_and(|period| period.is_month()));
    Ok(months.filter(|name| books.path(folder(name)).join(JSON).exists()).collect())
}

/// What the returns of earlier months say.
fn earlier(books: &Books, month: &Period, gstin: &str) -> Result<Earlier, Problem> {
    let mut earlier = Earlier::default();
    for name in written(books)?.into_iter().filter(|name| *name < month.name) {
        let file = format!("{}/{JSON}", folder(&name));
        let refused = |why: String| {
            Problem::usage("earlier-return", format!("{file} cannot be read as the return of {name}"))
                .because(why)
                .next("put back the file that was written: this return amends what it has")
        };
        let bytes = optional("return", &books.path(&file))?.unwrap_or_default();
        let one = gstr1_json::parse(&bytes).map_err(refused)?;
        if one.month != name {
            return Err(refused(format!("it is of {}", one.month)));
        }
        if one.gstin != gstin {
            return Err(refused(format!("it is of {}, and [seller] gstin is {gstin}", one.gstin)));
        }
        earlier.add(one).map_err(|e| refused(e.to_string()))?;
    }
    Ok(earlier)
}

/// Later months whose return was made with this one as it was.
fn later(books: &Books, month: &Period) -> Result<Vec<String>, Problem> {
    Ok(written(books)?.into_iter().filter(|name| *name > month.name).collect())
}

/// Writes the files, both or none. False: they are there already as they would be written.
fn write(books: &Books, made: &Gstr1, files: [(&str, Vec<u8>); 2], replace: bool) -> Result<bool, Problem> {
    let folder = folder(&made.month.name);
    let there = |name: &str| optional("return", &books.path(&folder).join(name));
    let before = there(JSON)?;
    if before.as_ref().is_some_and(|before| *before != files[0].1) && !replace {
        return Err(Problem::usage(
            "return-written",
            format!("{folder}/{JSON} was written before, and the documents say something else now"),
        )
        .next(format!(
            "filed already: leave it, and the next month's return amends what has changed; not filed: crossfoot gstr1 --period {} --replace",
            made.month.name
        ))
        .not_done("The return that was written stays as it is."));
    }
    let mut staged = ChangeSet::begin(books)?;
    let mut changed = false;
    for (name, bytes) in files {
        if there(name)?.as_ref() != Some(&bytes) {
            staged.stage(format!("{folder}/{name}"), &bytes)?;
            changed = true;
        }
    }
    staged.commit(&format!("gstr1 --period {}", made.month.name))?;
    Ok(changed)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    period: &'a str,
    gstin: &'a str,
    /// False: the same return lies there already.
    written: bool,
    files: [String; 2],
    tables: Vec<Row<'a>>,
    total: Row<'a>,
    /// What documents, register and journals say: the same.
    agrees_with: Vec<Row<'a>>,
    documents: Vec<Numbers<'a>>,
    amended: usize,
    checks: Vec<Check<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    table: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
    taxable: String,
    igst: String,
    cgst: String,
    sgst: String,
    cess: String,
}

#[derive(Serialize)]
struct Numbers<'a> {
    document: &'static str,
    from: &'a str,
    to: &'a str,
    total: u64,
    cancelled: u64,
}

#[derive(Serialize)]
struct Check<'a> {
    refused: bool,
    about: &'a str,
    what: &'a str,
    next: &'a str,
}

fn row(table: &str, rows: Option<u64>, amounts: Amounts) -> Row<'_> {
    let [taxable, igst, cgst, sgst, cess] = amounts.all().map(|(_, amount)| Money::new(amount, Currency::INR).plain());
    Row { table, rows, taxable, igst, cgst, sgst, cess }
}

fn document<'a>(
    made: &'a Gstr1,
    agreement: &Agreement,
    written: bool,
) -> Result<Document<'a>, crate::model::money::MoneyError> {
    let folder = folder(&made.month.name);
    Ok(Document {
        schema: "crossfoot/gstr1/v1",
        period: &made.month.name,
        gstin: &made.gstin,
        written,
        files: [format!("{folder}/{JSON}"), format!("{folder}/{WORKBOOK}")],
        tables: made.by_table()?.into_iter().map(|(name, rows, sum)| row(name, Some(rows), sum)).collect(),
        total: row("total", None, made.total()?),
        agrees_with: agreement.iter().map(|(name, sum)| row(name, None, *sum)).collect(),
        documents: made
            .numbers
            .iter()
            .map(|numbers| Numbers {
                document: numbers.document.name(),
                from: &numbers.from,
                to: &numbers.to,
                total: numbers.total,
                cancelled: numbers.cancelled,
            })
            .collect(),
        amended: made.amended.len() + made.amended_small.len(),
        checks: made
            .checks
            .iter()
            .map(|check| Check { refused: check.is_refused, about: &check.about, what: &check.what, next: &check.next })
            .collect(),
    })
}

fn text(
    context: &Context<'_>,
    made: &Gstr1,
    document: &Document<'_>,
    (later, elsewhere): (&[String], &BTreeSet<String>),
) -> String {
    use crate::render::text::Paint;
    let out = context.out;
    let mut text = format!("GSTR-1 · {} · {}\n\n", made.month.name, made.gstin);
    text.push_str(&table(document));
    text.push_str(&format!("  {}\n", out.good("documents, register and journals say the same, to the paisa")));
    if made.is_empty() {
        text.push_str("\nNothing was issued: a nil return.\n");
    } else {
        text.push_str("\nDocuments issued (table 13)\n");
    }
    for row in &document.documents {
        let cancelled = if row.cancelled > 0 { format!(", {} cancelled", row.cancelled) } else { String::new() };
        text.push_str(&format!("  {:<12} {} to {}: {}{cancelled}\n", row.document, row.from, row.to, row.total));
    }
    if document.amended > 0 {
        text.push_str(&format!("Amended of earlier returns: {} (tables 9A, 9C, 10)\n", document.amended));
    }
    for month in elsewhere {
        let close = &made.month.name;
        text.push_str(&format!(
            "Documents of the close of {close} that are dated in {month} are in that month's return.\n"
        ));
    }
    text.push_str("\nCheck list\n");
    for check in &document.checks {
        let word = if check.refused { out.bad("refused") } else { out.warn("look") };
        text.push_str(&format!("  {word} {}: {}\n    {}\n", check.about, check.what, check.next));
    }
    if document.checks.is_empty() {
        text.push_str("  nothing that the portal would refuse\n");
    }
    let [json, workbook] = &document.files;
    let done = if document.written { "Written" } else { "Unchanged" };
    text.push_str(&format!("\n{done}: {json}, {workbook}\n"));
    if let (true, Some(first)) = (document.written, later.first()) {
        let hint = format!("The return of {first} was made before: make it again, unless it has been filed.");
        text.push_str(&format!("{}\n", out.warn(&hint)));
    }
    text.push_str("Next: upload it on the GST portal, Returns → GSTR-1 → Prepare offline.\n");
    text
}

/// The tables of the return, each column as wide as what stands in it.
fn table(document: &Document<'_>) -> String {
    let cells = |row: &Row<'_>| {
        let rows = row.rows.map_or_else(String::new, |rows| rows.to_string());
        [row.table.to_owned(), rows, row.taxable.clone(), row.igst.clone(), row.cgst.clone(), row.sgst.clone()]
    };
    let head = ["table", "rows", "taxable", "IGST", "CGST", "SGST"].map(str::to_owned);
    let rows: Vec<_> =
        std::iter::once(head).chain(document.tables.iter().chain([&document.total]).map(cells)).collect();
    let widths: [usize; 6] =
        std::array::from_fn(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or_default().max(9));
    let line = |row: &[String; 6]| {
        let figures = row.iter().zip(widths).skip(1).map(|(cell, width)| format!("  {cell:>width$}"));
        format!("  {:<width$}{}\n", row[0], figures.collect::<String>(), width = widths[0])
    };
    rows.iter().map(line).collect()
}
