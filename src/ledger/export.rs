//! A product's export → the ledger, row by row. Where a file can be read in two ways, both
//! are read until a row decides; where none does, it is a question.

use std::collections::{BTreeMap, BTreeSet};

use super::amounts::{self, Style};
use super::date_doubts::{DateKinds, date_question};
use super::dates;
use super::format::{Minus, Role};
use super::memo::Memo;
use super::naming::{AccountLine, ambiguous};
pub(crate) use super::posting::Options;
use super::posting::{Customer, Poster};
use super::reader::Reader;
use super::recognise::Recognised;
use super::sheet::{CellKind, SheetRow, SheetRows};
use super::sides::{Way, sides_of};
use super::text::is_better_written;
use super::too_large;
use crate::model::ledger_terms::DateOrder;
use crate::model::money::{Money, MoneyError, Sum, Tally, shorten};
use crate::model::posting::{CheckSum, Ledger, PostedCustomer, PostedRow};
use crate::model::problem::Problem;

/// A ledger, and how its rows were understood.
#[derive(Debug)]
pub(crate) struct Export {
    /// The sums; its digest and size are the file's, and not known here.
    pub ledger: Ledger,
    /// Every account of the file.
    pub accounts: BTreeMap<String, AccountLine>,
    /// The names of the settings that accounts of the file answer to.
    pub found: BTreeSet<String>,
    /// Rows that are no usage, by reason: how many, and the first of them.
    pub set_aside: BTreeMap<&'static str, (u64, u64)>,
    /// The wanted rows.
    pub rows: Vec<PostedRow>,
    /// The order of day and month.
    pub date_order: DateOrder,
    /// What proves it.
    pub date_proof: String,
}

/// What of a file's way is not decided yet.
struct Doubts {
    orders: Vec<DateOrder>,
    /// A date that reads in one way, with its row, and one that reads in two.
    proof: Option<(String, u64)>,
    two_ways: Option<String>,
    /// How the file's dates are written, and what a title says of them.
    kinds: DateKinds,
    last_date: String,
    dates: Memo<()>,
    styles: Vec<Style>,
    amount_two_ways: Option<String>,
    minuses: Vec<Minus>,
    /// Rows whose minus stands beside a side, and whether others on that side have none.
    contrary: Option<(u64, String)>,
    plain_credit: bool,
}

/// Reads the rows of a recognised file to their end. `order` is the user's word on dates.
///
/// # Errors
/// It can be read in two ways and no row decides; a sum beyond the exact range.
pub(crate) fn read(
    file: &Recognised,
    rows: &mut dyn SheetRows,
    name: &str,
    order: Option<DateOrder>,
    options: Options<'_>,
) -> Result<Export, Problem> {
    let declared = (order.or(file.format.date_order), file.format.decimal, file.format.minus);
    let mut doubts = Doubts::new(&file.titles);
    let minus = declared.2.unwrap_or(if file.column(Role::Debit).is_some() { Minus::Reverses } else { Minus::Agrees });
    let way =
        Way { order: declared.0.unwrap_or(DateOrder::DayFirst), style: declared.1.unwrap_or(Style::Point), minus };
    let mut readers = vec![Reader::new(file, Poster::new(file, options), way)];
    let mut row = SheetRow::default();
    while rows.next(&mut row)? {
        doubts.look(file, &row, name, declared, &mut readers)?;
        for reader in &mut readers {
            reader.row(&row).map_err(|e| too_large(name, &e))?;
        }
    }
    for reader in &mut readers {
        reader.end().map_err(|e| too_large(name, &e))?;
    }
    let reader = doubts.decide(file, name, declared, readers)?;
    let proof = doubts.date_proof(declared.0);
    conclude(reader, name, proof)
}

type Declared = (Option<DateOrder>, Option<Style>, Option<Minus>);

impl Doubts {
    fn new(titles: &[SheetRow]) -> Self {
        Self {
            orders: DateOrder::ALL.to_vec(),
            proof: None,
            two_ways: None,
            kinds: DateKinds::new(titles),
            last_date: String::new(),
            dates: Memo::default(),
            styles: vec![Style::Point, Style::Comma],
            amount_two_ways: None,
            minuses: vec![Minus::Agrees, Minus::Reverses],
            contrary: None,
            plain_credit: false,
        }
    }

    /// Looks at a row before it is read: what it proves, and whether it begins to matter
    /// which way is right, so that from here on there is a reader for each.
    fn look(
        &mut self,
        file: &Recognised,
        row: &SheetRow,
        name: &str,
        declared: Declared,
        readers: &mut Vec<Reader<'_>>,
    ) -> Result<(), Problem> {
        if let Some(at) = file.column(Role::Date) {
            self.kinds.look(row.cell(at), file.is_placed || row.kind(at) == CellKind::Date, row.line);
        }
        if self.orders.len() > 1 {
            let cell = row.at(file.column(Role::Date));
            if !cell.is_empty() && cell != self.last_date {
                cell.clone_into(&mut self.last_date);
                // What was seen before proves nothing new.
                let mut is_new = false;
                self.dates.of(cell, |_| is_new = true);
                if is_new && let Some(days) = dates::readings(cell) {
                    self.date(cell, row.line, days, name)?;
                    if declared.0.is_none() {
                        settle(readers, &self.orders, |way| &mut way.order, self.two_ways.is_some());
                    }
                }
            }
        }
        if self.styles.len() > 1 && declared.1.is_none() {
            for role in [Role::Debit, Role::Credit, Role::Amount] {
                let Some(at) = file.column(role).filter(|at| row.kind(*at) == CellKind::Text) else {
                    continue;
                };
                let cell = row.cell(at);
                if cell.bytes().all(|byte| byte.is_ascii_digit()) {
                    continue;
                }
                let (some, two) = amounts::styles(cell);
                if !some.is_empty() {
                    self.styles.retain(|style| some.contains(style));
                }
                if self.amount_two_ways.is_none() {
                    self.amount_two_ways = two;
                }
            }
            if self.styles.is_empty() {
                // The row after the one that decided cannot be read in that way, and is told.
                self.styles.push(readers.first().map_or(Style::Point, |reader| reader.way.style));
            }
            settle(readers, &self.styles, |way| &mut way.style, self.amount_two_ways.is_some());
        }
        if file.column(Role::Amount).is_some() && file.column(Role::Debit).is_none() && declared.2.is_none() {
            self.side(file, row, readers);
        }
        Ok(())
    }

    fn date(&mut self, cell: &str, line: u64, days: [Option<chrono::NaiveDate>; 3], name: &str) -> Result<(), Problem> {
        let valid: Vec<DateOrder> =
            DateOrder::ALL.into_iter().zip(days).filter_map(|(order, day)| day.map(|_| order)).collect();
        let left: Vec<DateOrder> = self.orders.iter().copied().filter(|order| valid.contains(order)).collect();
        if valid.is_empty() {
            return Ok(());
        }
        if left.is_empty() {
            let (other, other_line) = self.proof.clone().unwrap_or_default();
            return Err(Problem::stop("ledger-dates", format!("the dates of {name} are in no one order"))
                .because(format!(
                    "`{other}` in row {other_line} and `{}` in row {line} are not written alike",
                    shorten(cell)
                ))
                .next("export it again with one date format")
                .not_done("Nothing was computed from it."));
        }
        if left.len() < self.orders.len() && self.orders.len() < 4 && (left.len() == 1 || self.proof.is_none()) {
            self.proof = Some((shorten(cell), line));
        }
        self.orders = left;
        let mut readings: Vec<_> = self.orders.iter().map(|order| days[*order as usize]).collect();
        readings.dedup();
        if readings.len() > 1 && self.two_ways.is_none() {
            self.two_ways = Some(cell.to_owned());
        }
        Ok(())
    }

    /// A minus beside a side.
    fn side(&mut self, file: &Recognised, row: &SheetRow, readers: &mut Vec<Reader<'_>>) {
        let Some(way) = readers.first().map(|reader| reader.way) else { return };
        let Ok(Some(sides)) = sides_of(file, row, way) else { return };
        if sides.contrary.is_some() {
            if self.contrary.is_none() {
                self.contrary = Some((row.line, row.at(file.column(Role::Amount)).to_owned()));
            }
            if sides.debit.is_some() {
                // Where a debit bears a minus, a minus says something that the side does not.
                self.minuses.retain(|minus| *minus == Minus::Reverses);
            }
        } else if sides.credit.is_some_and(|credit| !credit.is_zero()) {
            self.plain_credit = true;
        }
        settle(readers, &self.minuses, |way| &mut way.minus, self.contrary.is_some());
    }

    /// The reader that is right, at the end of the file.
    fn decide<'a>(
        &self,
        file: &Recognised,
        name: &str,
        declared: Declared,
        mut readers: Vec<Reader<'a>>,
    ) -> Result<Reader<'a>, Problem> {
        if let Some(order) = declared.0
            && !self.orders.contains(&order)
        {
            let (text, line) = self.proof.clone().unwrap_or_default();
            return Err(Problem::stop("ledger-dates", format!("the dates of {name} are not {}", order.name()))
                .because(format!("`{text}` in row {line} is a date only as {}", self.orders[0].name()))
                .next(format!("say --date-order {}, or correct the format", self.orders[0].name()))
                .not_done("Nothing was computed from it."));
        }
        if let Some(question) = self.kinds.question(name, declared.0.is_some()) {
            return Err(question);
        }
        if let (None, [first, second, ..], Some(text)) = (declared.0, self.orders.as_slice(), &self.two_ways) {
            let Some(order) = self.kinds.by_title(&self.orders) else {
                return Err(date_question(name, text, *first, *second));
            };
            readers.retain(|reader| reader.way.order == order);
        }
        if let (None, [_, _], Some(why)) = (declared.1, self.styles.as_slice(), &self.amount_two_ways) {
            return Err(Problem::stop("ledger-amounts", format!("the amounts of {name} can be read in two ways"))
                .because(why.clone())
                .next("say `decimal = \"point\"` or `\"comma\"` in a format file of the books, or export amounts with two decimals")
                .not_done("Nothing was computed from it."));
        }
        let mut right = readers.swap_remove(0);
        if let Some(other) = readers.pop() {
            // Left are two ways to read a minus: the product's own totals decide.
            let broken = |reader: &Reader<'_>| -> Result<usize, Problem> {
                let checks = reader.checks().map_err(|e| too_large(name, &e))?;
                Ok(checks.iter().filter(|check| !check.agrees()).count())
            };
            let broken = [broken(&right)?, broken(&other)?];
            right = match broken {
                [mine, theirs] if mine < theirs => right,
                [mine, theirs] if theirs < mine => other,
                _ if !self.plain_credit => {
                    if right.way.minus == Minus::Agrees {
                        right
                    } else {
                        other
                    }
                }
                _ => {
                    let (line, cell) = self.contrary.clone().unwrap_or_default();
                    return Err(minus_question(name, line, "the amount", &cell));
                }
            };
        }
        if file.column(Role::Debit).is_some()
            && declared.2.is_none()
            && let Some((line, column, cell)) = right.doubtful_sign()
            && {
                let checks = right.checks().map_err(|e| too_large(name, &e))?;
                checks.is_empty() || checks.iter().any(|check| !check.agrees())
            }
        {
            return Err(minus_question(name, line, &format!("column {column}"), &cell));
        }
        Ok(right)
    }

    fn date_proof(&self, declared: Option<DateOrder>) -> String {
        match (&self.proof, declared, &self.two_ways) {
            (Some((text, _)), ..) if self.orders.len() == 1 => format!("`{text}` proves it"),
            (_, Some(_), _) => "declared".to_owned(),
            (_, None, Some(_)) if self.kinds.by_title(&self.orders).is_some() => {
                "the period of a title proves it".to_owned()
            }
            (_, _, None) => "no date can be read in two ways".to_owned(),
            _ => "written out".to_owned(),
        }
    }
}

/// A minus of which nothing says whether it turns its side round.
fn minus_question(name: &str, line: u64, column: &str, cell: &str) -> Problem {
    Problem::stop("ledger-amounts", format!("an amount of {name} can be read in two ways"))
        .at(format!("{name}, row {line}, {column}"))
        .because(format!(
            "`{}` speaks against its side: it may be a reversal, or only how the product writes that side; no total of the file decides it",
            shorten(cell)
        ))
        .next("write `minus = \"reverses\"` or `minus = \"agrees\"` into a format of the books (crossfoot formats NAME prints the shipped one), or correct the row")
        .not_done("Nothing was computed from it.")
}

/// Keeps the readers whose way is still possible; once it matters, makes one for each way.
fn settle<T: Copy + PartialEq>(
    readers: &mut Vec<Reader<'_>>,
    possible: &[T],
    part: impl Fn(&mut Way) -> &mut T,
    matters: bool,
) {
    if let [only] = readers.as_mut_slice()
        && let (Some(first), true) = (possible.first(), possible.len() == 1 || !matters)
    {
        // What it has read so far reads alike in every way.
        if !possible.contains(part(&mut only.way)) {
            *part(&mut only.way) = *first;
        }
        return;
    }
    let has = |reader: &mut Reader<'_>, value: T| *part(&mut reader.way) == value;
    if matters {
        for value in possible {
            let others: Vec<Reader<'_>> = readers.to_vec();
            for mut other in others {
                *part(&mut other.way) = *value;
                if !readers.iter().any(|reader| reader.way == other.way) {
                    readers.push(other);
                }
            }
        }
    }
    readers.retain_mut(|reader| possible.iter().any(|value| has(reader, *value)));
}

/// What a reader found, as a ledger.
fn conclude(reader: Reader<'_>, name: &str, date_proof: String) -> Result<Export, Problem> {
    let date_order = reader.way.order;
    let checks = reader.checks().map_err(|e| too_large(name, &e))?;
    let mut poster = reader.poster;
    for (given, accounts) in poster.accounts.found() {
        if accounts.len() > 1 {
            return Err(ambiguous(name, &given, &accounts));
        }
    }
    let found = poster.accounts.found().into_keys().collect();
    let build = || -> Result<_, MoneyError> {
        let currency = poster.options.currency;
        let sum = |tally: &Tally| -> Result<Money, MoneyError> { Ok(Money::new(tally.total()?, currency)) };
        let mut by_id: BTreeMap<String, (Option<String>, Customer)> = BTreeMap::new();
        for (party, customer) in &poster.customers {
            let party = poster.spelt.get(party).unwrap_or(party);
            let name = poster.names.text(*party);
            let known = by_id.entry(poster.customer_id(*party)).or_default();
            if known.0.as_ref().is_none_or(|other| is_better_written(name, other)) {
                known.0 = Some(name.to_owned());
            }
            known.1.rows += customer.rows;
            known.1.inbound.add(customer.inbound.total()?)?;
            known.1.outbound.add(customer.outbound.total()?)?;
            known.1.other.add(customer.other.total()?)?;
        }
        let mut customers = BTreeMap::new();
        for (id, (name, customer)) in by_id {
            let posted = PostedCustomer {
                name,
                inbound: sum(&customer.inbound)?,
                outbound: sum(&customer.outbound)?,
                other: sum(&customer.other)?,
                rows: customer.rows,
                calls: [None; 2],
            };
            customers.insert(id, posted);
        }
        let mut others = BTreeMap::new();
        for (code, tally) in &poster.other_currencies {
            if let Ok(other) = crate::model::money::Currency::parse(code) {
                let mut total = Sum::new(other);
                total.add(tally.total()?)?;
                others.insert(code.clone(), total.total()?);
            }
        }
        Ok((customers, others, poster.accounts.lines()?))
    };
    let (customers, other_currencies, accounts) = build().map_err(|e| too_large(name, &e))?;
    poster.problems.sort_by_key(|problem| problem.line);
    poster.rows_aside.sort_by_key(|row| row.line);
    let spelt: BTreeMap<&str, &str> =
        poster.spelt.iter().map(|(of, spelt)| (poster.names.text(*of), poster.names.text(*spelt))).collect();
    let file: std::sync::Arc<str> = name.into();
    for row in &mut poster.rows {
        row.file = std::sync::Arc::clone(&file);
        if let Some(spelt) = spelt.get(row.customer_id.as_str()) {
            row.customer_id = (*spelt).into();
        }
    }
    let ledger = Ledger {
        path: name.to_owned(),
        sha256: String::new(),
        bytes: 0,
        files: Vec::new(),
        currency: poster.options.currency,
        rows: poster.counts,
        customers,
        problems: poster.problems,
        problems_beyond: poster.problems_beyond,
        aside: poster.rows_aside,
        other_currencies,
        checks,
        hidden: Vec::new(),
        is_ended: true,
        added_up_by: None,
    };
    Ok(Export { ledger, accounts, found, set_aside: poster.set_aside, rows: poster.rows, date_order, date_proof })
}

impl Reader<'_> {
    /// The file's own totals beside what its rows add up to.
    fn checks(&self) -> Result<Vec<CheckSum>, MoneyError> {
        let mut checks = self.totals().to_vec();
        if let Some((stated, computed)) = self.both_sides()? {
            checks.push(CheckSum {
                file: String::new(),
                what: "debits = credits".into(),
                line: None,
                stated,
                computed,
            });
        }
        Ok(checks)
    }
}
