//! `usage/<number>.csv`: the calls that an invoice charges for, one by one, which add up to its
//! lines. A share has six decimals of rupees; what the shares leave of a line is a row of its own,
//! called rounding or agreed difference.

use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

use super::csv::safe;
use crate::capture::partner::cdrs::Call;
use crate::capture::redact::masked;
use crate::model::invoice::CallList;
use crate::model::invoice::{Charge, Issued, Line};
use crate::model::money::{Money, MoneyError, Sum};
use crate::model::problem::Problem;
use crate::model::spread::{Spread, Used, call_digits, is_rounding};
use crate::model::usage::Direction;

const HEADER: [&str; 9] =
    ["day", "start", "direction", "from", "to", "billed_seconds", "amount", "currency", "call_id"];

/// What stands for a call's id in the row of what rounding leaves.
const ROUNDING: &str = "rounding";

/// And in that of what the line charges beside its calls' own prices, as agreed or tolerated.
const DIFFERENCE: &str = "agreed-difference";

/// How calls are written.
#[derive(Clone, Copy)]
struct Written {
    /// Where the days begin.
    days_in: Tz,
    /// Where a call's start is told.
    timezone: Tz,
    masks: bool,
}

/// The list. `calls` are those of a direction, in their order; their days begin in `days_in`.
///
/// # Errors
/// What `calls` says, or a sum beyond the exact range.
pub(crate) fn render(
    invoice: &Issued,
    list: &CallList,
    days_in: Tz,
    calls: impl Fn(Direction) -> Result<Vec<Call>, Problem>,
) -> Result<Vec<u8>, Problem> {
    let timezone = list.timezone.parse().map_err(|_| {
        Problem::stop("internal", format!("{} names the time zone {}, which is none", invoice.number, list.timezone))
    })?;
    let how = Written { days_in, timezone, masks: list.masked };
    let mut file = csv::Writer::from_writer(Vec::new());
    // Writing to memory cannot fail.
    let _ = file.write_record(HEADER);
    let lines = invoice.content.lines.iter().filter(|line| line.charge == Charge::Usage);
    for (line, direction) in lines.filter_map(|line| Some((line, line.direction?))) {
        rows_of(line, direction, how, &calls(direction)?, &mut file).map_err(|e| {
            Problem::stop("overflow", format!("the calls of {} are too large to be added up", invoice.number))
                .because(e.to_string())
        })?;
    }
    Ok(file.into_inner().unwrap_or_default())
}

fn rows_of(
    line: &Line,
    direction: Direction,
    how: Written,
    calls: &[Call],
    file: &mut csv::Writer<Vec<u8>>,
) -> Result<(), MoneyError> {
    let currency = line.amount.currency();
    let whole = calls.iter().try_fold(Used::NOTHING, |sum, call| sum.plus(&call.used()))?;
    let Some(spread) = Spread::of(line, &whole, call_digits(currency))? else { return Ok(()) };
    let amount = |money: &Money| Money::new(money.amount().normalize(), currency).plain();
    let mut sum = Sum::new(currency);
    for call in calls {
        let used = call.used();
        let share = spread.share(&used)?;
        sum.add(share.amount())?;
        let _ = file.write_record([
            &day(call.start, how.days_in),
            &start(call.start, how.timezone),
            direction.name(),
            &number(call.from.as_deref(), how.masks),
            &number(call.to.as_deref(), how.masks),
            &used.seconds.map_or_else(String::new, |seconds| seconds.to_string()),
            &amount(&share),
            currency.code(),
            &safe(call.uuid.as_deref().unwrap_or_default()),
        ]);
    }
    let rest = line.amount.minus(&sum.total()?)?;
    if !rest.is_zero() {
        let what = if is_rounding(&rest, calls.len(), call_digits(currency)) { ROUNDING } else { DIFFERENCE };
        let _ = file.write_record(["", "", direction.name(), "", "", "", &amount(&rest), currency.code(), what]);
    }
    Ok(())
}

fn day(at: Option<DateTime<Utc>>, zone: Tz) -> String {
    at.map_or_else(String::new, |at| at.with_timezone(&zone).date_naive().to_string())
}

fn start(at: Option<DateTime<Utc>>, zone: Tz) -> String {
    at.map_or_else(String::new, |at| at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, false))
}

fn number(text: Option<&str>, masks: bool) -> String {
    let text = text.unwrap_or_default();
    safe(&if masks { masked(text) } else { text.to_owned() })
}
