//! A file of calls → calls on their way in: rows of text under a header, or the partner's
//! own JSON. One row is held at a time.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use chrono_tz::Tz;

use super::columns::Columns;
use super::intake::{Intake, Row, Window, duration};
use super::record::{Id, UNSTATED};
use super::sort::Sorter;
use crate::capture::partner::cdrs::{self, Call};
use crate::ledger::amounts::{self, Style};
use crate::ledger::decode::MAX_BYTES;
use crate::ledger::lines::{self, Opened, sample};
use crate::ledger::moments::{self, Moment};
use crate::ledger::sheet::{SheetRow, SheetRows};
use crate::model::call_terms::{Named, Role};
use crate::model::ledger_terms::DateOrder;
use crate::model::money::{Currency, add_exact, shorten};
use crate::model::period::Period;
use crate::model::problem::Problem;
use crate::model::usage::Direction;

/// What a file is read with.
#[derive(Clone, Debug)]
pub struct Reading<'a> {
    /// The period: what dates fall in it shows in which order they are written.
    pub period: &'a Period,
    /// Where times without an offset are.
    pub timezone: Tz,
    /// The currency of rows that do not state one.
    pub default_currency: Currency,
    /// Columns that the user names.
    pub columns: &'a Named,
    /// In which order dates are written, where the user says so.
    pub date_order: Option<DateOrder>,
    /// The decimal separator, where the user says so.
    pub decimal: Option<Style>,
}

/// How a file was understood.
#[derive(Clone, Debug, Default)]
pub(crate) struct How {
    /// `csv` or `json`.
    pub kind: &'static str,
    /// Roles and the names of their columns.
    pub columns: Vec<(&'static str, String)>,
    /// The order of day and month, where the file leaves it open.
    pub date_order: Option<DateOrder>,
}

/// Reads a file to its end.
///
/// # Errors
/// The file as a whole cannot be read or understood; what it leaves open is a question
/// (exit 2). Bad rows are no error: they are in the intake.
pub(crate) fn file(
    path: &Path,
    name: &str,
    reading: &Reading<'_>,
    window: &Window,
    intake: &mut Intake,
    into: &mut Sorter,
) -> Result<How, Problem> {
    let fits =
        |text: &str| Columns::find(name, reading.columns, |delimiter| sample(text.as_bytes(), delimiter, name)).is_ok();
    let opened = lines::open(path, name, &fits)?;
    if opened.is_json() {
        json(opened, name, reading, window, intake, into)?;
        return Ok(How { kind: "json", ..How::default() });
    }
    let columns = Columns::find(name, reading.columns, |delimiter| opened.sample(delimiter, name))?;
    let head = opened.sample(columns.delimiter, name)?;
    let head: Vec<&SheetRow> = head.iter().filter(|row| row.line > columns.header).collect();
    let cells = Cells::of(&columns, &head, name, reading)?;
    let mut rows = opened.rows(columns.delimiter, name);
    let mut row = SheetRow::default();
    while rows.next(&mut row)? {
        if row.line > columns.header {
            cells.row(&row, window, intake, into)?;
        }
    }
    let columns = columns.shown().into_iter().map(|(role, name)| (role, name.to_owned())).collect();
    Ok(How { kind: "csv", columns, date_order: cells.is_open.then_some(cells.order) })
}

/// Where the cells of a row stand, and how they read.
struct Cells<'a> {
    reading: &'a Reading<'a>,
    columns: &'a Columns,
    at: [Option<usize>; 13],
    /// Streaming is added where the cost does not hold it.
    streaming: Option<usize>,
    order: DateOrder,
    /// Whether the dates can be read in other orders as well.
    is_open: bool,
    style: Style,
}

/// What is wrong with a row: the column, and why.
type Wrong = (Role, String);

impl<'a> Cells<'a> {
    fn of(columns: &'a Columns, head: &[&SheetRow], name: &str, reading: &'a Reading<'a>) -> Result<Self, Problem> {
        let (order, is_open) = date_order(columns, head, name, reading)?;
        let of_cost = |role: Role| columns.name(role).to_lowercase().replace([' ', '_'], "");
        let has_all = of_cost(Role::Cost) != "cost";
        Ok(Self {
            reading,
            columns,
            at: Role::WORDS.map(|(_, role)| columns.at(role)),
            streaming: columns.at(Role::Streaming).filter(|_| !has_all),
            order,
            is_open,
            style: style(columns, head, name, reading)?,
        })
    }

    fn cell<'r>(&self, row: &'r SheetRow, role: Role) -> &'r str {
        row.at(self.at[role as usize])
    }

    fn row(&self, row: &SheetRow, window: &Window, intake: &mut Intake, into: &mut Sorter) -> Result<(), Problem> {
        intake.read += 1;
        let mut filled = row.filled();
        let Some((_, first)) = filled.next() else {
            intake.aside += 1;
            return Ok(());
        };
        if row.cells().eq(self.columns.names.iter().map(String::as_str)) || self.is_total(row, first) {
            intake.aside += 1;
            return Ok(());
        }
        let is_crowded =
            row.len() > self.columns.names.len() && row.filled().any(|(at, _)| at >= self.columns.names.len());
        let read = if is_crowded {
            Err((Role::Id, format!("it has {} cells where the header has {}", row.len(), self.columns.names.len())))
        } else {
            self.read(row)
        };
        match read {
            Ok(read) => intake.take(&read, window, into),
            Err((role, why)) => {
                let column = if is_crowded { "" } else { self.columns.name(role) };
                intake.refuse(row.line, column, why);
                Ok(())
            }
        }
    }

    /// Whether a row is the file's own total: it has no start and no number, and says so.
    fn is_total(&self, row: &SheetRow, first: &str) -> bool {
        let words = ["total", "grand total", "sum", "subtotal", "totals"];
        self.cell(row, Role::From).is_empty()
            && self.cell(row, Role::To).is_empty()
            && words.iter().any(|word| first.trim_end_matches(':').eq_ignore_ascii_case(word))
    }

    fn read<'r>(&self, row: &'r SheetRow) -> Result<Row<'r>, Wrong> {
        let start = self.start(row)?;
        let seconds = |role: Role| duration(self.cell(row, role), false).map_err(|why| (role, why));
        let billed = match seconds(Role::Billsec)? {
            UNSTATED => duration(self.cell(row, Role::Minutes), true).map_err(|why| (Role::Minutes, why))?,
            billed => billed,
        };
        let whole = seconds(Role::Duration)?;
        let stated = self.cell(row, Role::Currency);
        let mut currency = self.reading.default_currency;
        if !stated.is_empty() && stated != currency.code() {
            currency = Currency::parse(&stated.to_uppercase()).map_err(|e| (Role::Currency, e.to_string()))?;
        }
        let cell = self.cell(row, Role::Cost);
        let written = amounts::read(cell, self.style).map_err(|why| (Role::Cost, why))?;
        let mut cost = match &written {
            Some(written) => written.amount,
            // A call that was not connected often has nothing where its cost would stand.
            None if [billed, UNSTATED].contains(&0) || (billed == UNSTATED && whole == 0) => Default::default(),
            None => return Err((Role::Cost, "the row says no cost, and the call lasted".to_owned())),
        };
        if let Some(own) = written.and_then(|written| written.currency) {
            if !stated.is_empty() && own != currency {
                return Err((Role::Cost, format!("`{}` is not in {currency}, which the row states", shorten(cell))));
            }
            currency = own;
        }
        if let Some(streaming) = self.streaming {
            let more = amounts::read(row.cell(streaming), self.style).map_err(|why| (Role::Streaming, why))?;
            cost = add_exact(cost, more.map(|written| written.amount).unwrap_or_default())
                .map_err(|e| (Role::Streaming, e.to_string()))?;
        }
        let id = Id::read(self.cell(row, Role::Id));
        let (from, to) = (self.cell(row, Role::From), self.cell(row, Role::To));
        if !id.is_some() && from.is_empty() && to.is_empty() {
            return Err((Role::Id, "the row has neither an id nor a number to be matched by".to_owned()));
        }
        Ok(Row {
            id,
            from,
            to,
            start,
            billed,
            whole,
            cost,
            currency,
            account: self.cell(row, Role::Account),
            direction: direction(self.cell(row, Role::Direction)),
            line: row.line,
        })
    }

    fn start(&self, row: &SheetRow) -> Result<Moment, Wrong> {
        let (cell, time) = (self.cell(row, Role::Start), self.cell(row, Role::Time));
        let read =
            |text: &str| moments::read(text, self.order, self.reading.timezone).map_err(|why| (Role::Start, why));
        let moment = read(cell)?;
        if !moment.is_day || time.is_empty() { Ok(moment) } else { read(&format!("{cell} {time}")) }
    }
}

/// The direction that a cell names.
fn direction(text: &str) -> Option<Direction> {
    let is_one_of = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_one_of(&["inbound", "incoming", "in", "i", "ib", "mt"]) {
        Some(Direction::Inbound)
    } else if is_one_of(&["outbound", "outgoing", "out", "o", "ob", "mo"]) {
        Some(Direction::Outbound)
    } else {
        None
    }
}

/// The order of day and month: as the file proves it, as it is stated, or as its dates fall
/// in the period. The second says that they can be read in another order as well.
fn date_order(
    columns: &Columns,
    head: &[&SheetRow],
    name: &str,
    reading: &Reading<'_>,
) -> Result<(DateOrder, bool), Problem> {
    let cells = head.iter().map(|row| row.at(columns.at(Role::Start)));
    let days: Vec<_> = cells.filter_map(|cell| Some((cell, moments::readings(cell)?))).collect();
    let orders = DateOrder::ALL.into_iter().enumerate();
    let valid: Vec<_> = orders.filter(|(at, _)| days.iter().all(|(_, days)| days[*at].is_some())).collect();
    let Some((first, order)) = valid.first().copied() else { return Ok((DateOrder::DayFirst, false)) };
    let differing = days.iter().find(|(_, days)| valid.iter().any(|(at, _)| days[*at] != days[first]));
    let Some((cell, read)) = differing else { return Ok((order, false)) };
    if let Some((_, order)) = valid.iter().find(|(_, order)| Some(*order) == reading.date_order) {
        return Ok((*order, false));
    }
    let near = reading.period.widened(1);
    let is_near = |at: usize| {
        days.iter().all(|(_, days)| days[at].is_some_and(|day| near.as_ref().is_some_and(|p| p.contains(day))))
    };
    let fitting: Vec<_> = valid.iter().filter(|(at, _)| is_near(*at)).collect();
    if let [(_, order)] = fitting[..] {
        return Ok((*order, true));
    }
    let shown: Vec<String> =
        valid.iter().filter_map(|(at, order)| Some(format!("{} ({})", read[*at]?, order.name()))).collect();
    Err(Problem::usage("calls-dates", format!("`{}` is {}", shorten(cell), shown.join(" or ")))
        .at(format!("{name}, column {}", columns.name(Role::Start)))
        .because("no row of the file's beginning shows in which order its dates are written")
        .next("say it: --date-order dmy, mdy or ymd")
        .not_done("Nothing was compared."))
}

/// The decimal separator: as the file shows it, or as it is stated.
fn style(columns: &Columns, head: &[&SheetRow], name: &str, reading: &Reading<'_>) -> Result<Style, Problem> {
    let (mut only_comma, mut open) = (false, None);
    for row in head {
        let cell = row.at(columns.at(Role::Cost));
        let (styles, two) = amounts::styles(cell);
        match styles[..] {
            [Style::Point] => return Ok(Style::Point),
            [Style::Comma] => only_comma = true,
            // `0.450` groups nothing: a point between digits is one as long as none is proven to be none.
            _ => open = open.or(two.filter(|_| cell.contains(','))),
        }
    }
    if let (Some(_), Some(style), false) = (&open, reading.decimal, only_comma) {
        return Ok(style);
    }
    match open {
        _ if only_comma => Ok(Style::Comma),
        None => Ok(Style::Point),
        Some(two) => Err(Problem::usage("calls-amounts", two)
            .at(format!("{name}, column {}", columns.name(Role::Cost)))
            .because("no row of the file's beginning shows which")
            .next("say it: --decimal point or --decimal comma")
            .not_done("Nothing was compared.")),
    }
}

/// The partner's records: pages, a list, or one a line. A file of one record a line is
/// streamed; another is read whole.
fn json(
    opened: Opened,
    name: &str,
    reading: &Reading<'_>,
    window: &Window,
    intake: &mut Intake,
    into: &mut Sorter,
) -> Result<(), Problem> {
    let broken = |e: std::io::Error| {
        Problem::stop("ledger-unreadable", format!("{name} cannot be read to its end")).at(name).because(e.to_string())
    };
    let first = opened.head.split(|b| *b == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    let is_lines = first.trim_ascii().ends_with(b"}") && cdrs::records(first, name, reading.timezone).is_ok();
    let mut bytes = BufReader::new(opened.bytes());
    let mut text = Vec::new();
    let mut line = 0;
    if !is_lines {
        bytes.take(MAX_BYTES + 1).read_to_end(&mut text).map_err(broken)?;
        if text.len() as u64 > MAX_BYTES {
            return Err(Problem::stop("ledger-unreadable", format!("{name} is larger than {} MiB", MAX_BYTES >> 20))
                .at(name)
                .next("write one record a line (jq -c '.data[]'), or export CSV: those are read at any size")
                .not_done("Nothing was compared."));
        }
        for call in cdrs::records(&text, name, reading.timezone)? {
            line += 1;
            json_row(&call, line, reading, window, intake, into)?;
        }
        return Ok(());
    }
    while bytes.read_until(b'\n', &mut text).map_err(broken)? > 0 {
        line += 1;
        match cdrs::records(&text, name, reading.timezone) {
            Ok(calls) => {
                calls.iter().try_for_each(|call| json_row(call, line, reading, window, intake, into))?;
            }
            Err(problem) => {
                intake.read += 1;
                intake.refuse(line, "", problem.reason());
            }
        }
        text.clear();
    }
    Ok(())
}

/// A record of a file of the partner's.
fn json_row(
    call: &Call,
    line: u64,
    reading: &Reading<'_>,
    window: &Window,
    intake: &mut Intake,
    into: &mut Sorter,
) -> Result<(), Problem> {
    let account = call.account.as_deref().unwrap_or_default();
    let way = call.direction.as_deref().and_then(direction);
    record(call, (account, way, line), reading.default_currency, window, intake, into)
}

/// A record of the partner's, of a customer and direction, in a row of its file.
///
/// # Errors
/// As [`Intake::take`].
pub(crate) fn record(
    call: &Call,
    (account, direction, line): (&str, Option<Direction>, u64),
    default_currency: Currency,
    window: &Window,
    intake: &mut Intake,
    into: &mut Sorter,
) -> Result<(), Problem> {
    intake.read += 1;
    let seconds = |text: &Option<String>| duration(text.as_deref().unwrap_or_default(), false).unwrap_or(UNSTATED);
    let id = Id::read(call.uuid.as_deref().unwrap_or_default());
    let what = || if id.is_some() { format!("call {}", id.shown()) } else { "the call".to_owned() };
    let stated = call.currency.as_deref().filter(|code| !code.is_empty());
    let currency = match stated.map(|code| Currency::parse(&code.to_uppercase())) {
        None => default_currency,
        Some(Ok(currency)) => currency,
        Some(Err(why)) => {
            intake.refuse(line, "currency", format!("{}: {why}", what()));
            return Ok(());
        }
    };
    let (Some(start), Some(cost)) = (call.start, call.cost) else {
        let (column, lacks) =
            if call.start.is_none() { ("start_time", "no start that can be read") } else { ("total_cost", "no cost") };
        intake.refuse(line, column, format!("{} states {lacks}", what()));
        return Ok(());
    };
    let row = Row {
        id,
        from: call.from.as_deref().unwrap_or_default(),
        to: call.to.as_deref().unwrap_or_default(),
        start: Moment { seconds: start.timestamp(), is_day: false },
        billed: seconds(&call.billed),
        whole: seconds(&call.whole),
        cost,
        currency,
        account,
        direction,
        line,
    };
    intake.take(&row, window, into)
}

#[cfg(test)]
mod tests;
