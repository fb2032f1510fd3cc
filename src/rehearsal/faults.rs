//! Seeded faults: months made up or the user's own, with one or two known slips put into the
//! ledger, to see whether the search for causes names them. The same seed makes the same
//! months on every machine.

use chrono::NaiveDate;
use rust_decimal::Decimal;

pub use super::extra::Extra;
use super::extra::post;
use super::rows::rows_of;
pub use super::rows::{Dice, Row, month};
use super::whole::{change_rate, leave_day_out, merge};

use crate::model::money::from_parts;
use crate::model::period::Period;
use crate::model::rounding::{Rounding, round_to};
use crate::model::usage::Direction;

/// How much of a ledger a fault is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One row.
    Row,
    /// All rows of its customer.
    Customer,
    /// All rows.
    Ledger,
}

/// What a typist makes of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Typing {
    /// Two digits change places.
    Swapped,
    /// A digit is another one.
    Mistyped,
    /// A digit is missing.
    LeftOut,
    /// A digit stands twice.
    Doubled,
}

/// Where whole customers are posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// One to another that is there.
    Another,
    /// One under an id that nobody knows.
    NewId,
    /// Its halves under each of two such ids.
    TwoIds,
    /// Two under one such id.
    TwoUnderNewId,
    /// Two to a third that is there.
    TwoToThird,
}

/// A fault that is put into a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A row stands so many more times.
    Copied(usize),
    /// A row stands twice, the second time under another voucher.
    OtherVoucher,
    /// All of a customer's rows of a day stand twice.
    DayCopied,
    /// Charges as credits.
    Negated(Scope),
    /// A row is not there.
    LeftOut,
    /// A row dated just outside the period: after it, or before.
    Dated {
        /// Whether after.
        after: bool,
    },
    /// A customer's last two rows dated after the period.
    TwoDatedAfter,
    /// Amounts times ten to this power.
    Times(Scope, i32),
    /// A number mistyped.
    Typed(Typing),
    /// Amounts with 18 % tax.
    Taxed(Scope),
    /// A customer's amounts without the 18 % tax that they held.
    NetOfTax,
    /// A row in the other direction.
    OtherDirection,
    /// A row at another customer.
    OtherCustomer,
    /// All amounts in whole rupees.
    WholeRupees,
    /// A row in dollars.
    Dollars,
    /// A row whose date is none.
    NoDate,
    /// A row whose direction is none.
    NoDirection,
    /// A customer is not there.
    CustomerLeftOut,
    /// Whole customers posted elsewhere.
    Moved(Move),
    /// A row that is no usage of the month.
    Posted(Extra),
    /// A row less the 10 % that were withheld.
    Withheld,
    /// A row reversed and made again with other digits.
    Reversed,
    /// All of a day, everybody's.
    DayLeftOut,
    /// All amounts times 1.0825.
    OtherBasis,
    /// All amounts from some day on at 0.9.
    RateFrom,
    /// Both directions of a customer as outbound.
    Merged,
}

/// A kind of fault: what it is, in words, and the code that names it.
pub type Kind = (Fault, &'static str, &'static str);

/// The kinds that are tried.
pub const KINDS: &[Kind] = &[
    (Fault::Copied(1), "a row twice", "duplicate-posting"),
    (Fault::OtherVoucher, "a row twice under another voucher", "duplicate-posting"),
    (Fault::Copied(2), "a row three times", "duplicate-posting"),
    (Fault::DayCopied, "a customer's day twice", "duplicate-posting"),
    (Fault::Negated(Scope::Row), "a charge as a credit", "sign-flip"),
    (Fault::Negated(Scope::Customer), "all of a customer as credits", "sign-flip"),
    (Fault::LeftOut, "a row left out", "missing-posting"),
    (Fault::Dated { after: true }, "a row dated after the period", "cut-off"),
    (Fault::Dated { after: false }, "a row dated before the period", "cut-off"),
    (Fault::TwoDatedAfter, "two rows dated after the period", "cut-off"),
    (Fault::Times(Scope::Row, 2), "a row in paise", "scale"),
    (Fault::Times(Scope::Row, -1), "a row at a tenth", "scale"),
    (Fault::Times(Scope::Row, 1), "a row at ten times", "scale"),
    (Fault::Times(Scope::Customer, 2), "a customer in paise", "scale"),
    (Fault::Times(Scope::Ledger, 2), "the ledger in paise", "scale"),
    (Fault::Typed(Typing::Swapped), "two digits changed places", "digit-error"),
    (Fault::Typed(Typing::Mistyped), "a digit mistyped", "digit-error"),
    (Fault::Typed(Typing::LeftOut), "a digit left out", "digit-error"),
    (Fault::Typed(Typing::Doubled), "a digit doubled", "digit-error"),
    (Fault::Taxed(Scope::Row), "a row with tax", "tax-basis"),
    (Fault::Taxed(Scope::Customer), "a customer with tax", "tax-basis"),
    (Fault::Taxed(Scope::Ledger), "the ledger with tax", "tax-basis"),
    (Fault::NetOfTax, "a customer net of tax", "tax-basis"),
    (Fault::OtherDirection, "a row in the other direction", "direction-swap"),
    (Fault::OtherCustomer, "a row at another customer", "customer-swap"),
    (Fault::WholeRupees, "all rows in whole rupees", "rounding"),
    (Fault::Dollars, "a row in dollars", "currency-mismatch"),
    (Fault::NoDate, "a date that is none", "invalid-row"),
    (Fault::NoDirection, "a direction that is none", "unknown-direction"),
    (Fault::CustomerLeftOut, "a customer left out", "missing-in-ledger"),
    (Fault::Moved(Move::Another), "a customer posted to another", "customer-swap"),
    (Fault::Moved(Move::NewId), "a customer under another id", "customer-swap"),
    (Fault::Moved(Move::TwoIds), "a customer under two ids", "customer-swap"),
    (Fault::Moved(Move::TwoUnderNewId), "two customers under one new id", "customer-swap"),
    (Fault::Moved(Move::TwoToThird), "two customers posted to a third", "customer-swap"),
    (Fault::Posted(Extra::Discount), "a discount", "adjustment"),
    (Fault::Posted(Extra::Promotion), "a promotional credit", "adjustment"),
    (Fault::Posted(Extra::CreditNote), "a credit note", "adjustment"),
    (Fault::Posted(Extra::WriteOff), "a bad debt", "adjustment"),
    (Fault::Posted(Extra::Rental), "a rental", "adjustment"),
    (Fault::Posted(Extra::OtherMonth), "usage of another month", "other-period"),
    (Fault::Posted(Extra::Plug), "a plug figure", "plug"),
    (Fault::Posted(Extra::Withheld), "tax withheld as a row", "withholding"),
    (Fault::Withheld, "a row less tax withheld", "withholding"),
    (Fault::Reversed, "a row reversed and made again", "reversal"),
    (Fault::DayLeftOut, "a day missing for everybody", "missing-day"),
    (Fault::OtherBasis, "the ledger at another basis", "basis"),
    (Fault::RateFrom, "another rate from some day on", "rate-change"),
    (Fault::Merged, "both directions in one", "merged-directions"),
];

/// Changes the amounts of a row, of its customer or of all.
fn change(rows: &mut [Row], at: usize, scope: Scope, to: impl Fn(Decimal) -> Option<Decimal>) {
    let id = rows[at].customer_id.clone();
    for (index, row) in rows.iter_mut().enumerate() {
        let is_in = match scope {
            Scope::Row => index == at,
            Scope::Customer => row.customer_id == id,
            Scope::Ledger => true,
        };
        if is_in && let Some(amount) = to(row.amount) {
            row.amount = amount;
        }
    }
}

/// Puts a fault into a ledger; false where this ledger has no place for it.
pub fn inject(fault: Fault, rows: &mut Vec<Row>, period: &Period, dice: &mut Dice) -> bool {
    if rows.is_empty() {
        return false;
    }
    let at = dice.pick(rows.len());
    let id = rows[at].customer_id.clone();
    match fault {
        Fault::Copied(more) => {
            let copies = vec![rows[at].clone(); more];
            rows.splice(at..at, copies);
        }
        Fault::OtherVoucher => {
            let copy = Row { reference: format!("JV/{:04}", rows.len() + 1), ..rows[at].clone() };
            rows.push(copy);
        }
        Fault::DayCopied => {
            let day = rows[at].date;
            let again: Vec<Row> = rows_of(rows, &id).map(|i| rows[i].clone()).filter(|row| row.date == day).collect();
            rows.extend(again);
        }
        Fault::Negated(scope) => change(rows, at, scope, |amount| Some(-amount)),
        Fault::LeftOut => {
            if at == 0 || at + 1 == rows.len() {
                return false;
            }
            rows.remove(at);
        }
        Fault::Dated { after } => {
            let moved = if after { period.to.succ_opt() } else { period.from.pred_opt() };
            rows[at].date = moved.unwrap_or(period.to);
        }
        Fault::TwoDatedAfter => {
            let two: Vec<usize> = rows_of(rows, &id).collect();
            let [.., a, b] = two.as_slice() else { return false };
            for i in [*a, *b] {
                rows[i].date = period.to.succ_opt().unwrap_or(period.to);
            }
        }
        Fault::Times(scope, power) => return times(rows, at, scope, power),
        Fault::Typed(typing) => return mistype(typing, &mut rows[at], dice),
        Fault::Taxed(scope) => change(rows, at, scope, |amount| {
            let gross = from_parts(amount.mantissa() * 118, amount.scale() + 2).ok()?;
            round_to(gross, amount.scale(), Rounding::HalfUp).ok()
        }),
        Fault::NetOfTax => {
            change(rows, at, Scope::Customer, |amount| {
                from_parts(amount.mantissa() * 1000 / 1180, amount.scale()).ok()
            });
        }
        Fault::OtherDirection => {
            let other = Direction::parse(&rows[at].direction).map_or("inbound", |d| d.other().name());
            other.clone_into(&mut rows[at].direction);
        }
        Fault::OtherCustomer => {
            let others: Vec<String> =
                rows.iter().map(|row| row.customer_id.clone()).filter(|other| *other != id).collect();
            if others.is_empty() {
                return false;
            }
            rows[at].customer_id = others[dice.pick(others.len())].clone();
        }
        Fault::WholeRupees => change(rows, at, Scope::Ledger, |amount| round_to(amount, 0, Rounding::HalfUp).ok()),
        Fault::Dollars => rows[at].currency = "USD",
        Fault::NoDate => rows[at].date = NaiveDate::MIN,
        Fault::NoDirection => "outgoing".clone_into(&mut rows[at].direction),
        Fault::CustomerLeftOut => rows.retain(|row| row.customer_id != id),
        Fault::Moved(how) => return move_parties(how, rows, &id, dice),
        Fault::Posted(extra) => post(extra, rows, at, period, dice),
        Fault::Withheld => change(rows, at, Scope::Row, |amount| {
            round_to(from_parts(amount.mantissa() * 9, amount.scale() + 1).ok()?, amount.scale(), Rounding::HalfUp).ok()
        }),
        Fault::Reversed => return reverse(rows, at, dice),
        Fault::DayLeftOut => return leave_day_out(rows, &id, period, dice),
        Fault::OtherBasis => change(rows, at, Scope::Ledger, |amount| {
            let times = from_parts(amount.mantissa() * 10_825, amount.scale() + 4).ok()?;
            round_to(times, amount.scale(), Rounding::HalfUp).ok()
        }),
        Fault::RateFrom => return change_rate(rows, period, dice),
        Fault::Merged => return merge(rows, &id),
    }
    true
}

/// Moves decimal points; false where digits would be lost.
fn times(rows: &mut [Row], at: usize, scope: Scope, power: i32) -> bool {
    let factor = 10_i128.pow(power.unsigned_abs());
    if power < 0 && rows[at].amount.mantissa() % factor != 0 {
        return false;
    }
    change(rows, at, scope, |amount| {
        let units = amount.mantissa();
        from_parts(if power < 0 { units / factor } else { units * factor }, amount.scale()).ok()
    });
    true
}

/// Reverses a row and makes it again, mistyped; false where it has too few digits for it.
fn reverse(rows: &mut Vec<Row>, at: usize, dice: &mut Dice) -> bool {
    let first = rows[at].clone();
    let (reference, text) = ("RV/1".to_owned(), format!("reversal of {}", first.reference));
    let back = Row { amount: -first.amount, reference, text, ..first.clone() };
    let mut again = Row { reference: "RV/2".to_owned(), text: "booked again".to_owned(), ..first };
    let is_done = mistype(Typing::Mistyped, &mut again, dice);
    if is_done {
        rows.extend([back, again]);
    }
    is_done
}

/// Mistypes a row's amount; false where it has too few digits for it.
fn mistype(typing: Typing, row: &mut Row, dice: &mut Dice) -> bool {
    let written = row.amount.mantissa().abs().to_string();
    let text = match typing {
        Typing::Swapped => {
            let digits = written.as_bytes();
            let spots: Vec<usize> = (0..digits.len() - 1).filter(|i| digits[*i] != digits[i + 1]).collect();
            if spots.is_empty() || digits.len() < 3 {
                return false;
            }
            let spot = spots[dice.pick(spots.len())];
            let mut swapped: Vec<char> = written.chars().collect();
            swapped.swap(spot, spot + 1);
            if swapped[0] == '0' {
                return false;
            }
            swapped.into_iter().collect()
        }
        Typing::Mistyped => {
            let spot = dice.pick(written.len());
            let mut digits: Vec<u8> = written.into_bytes();
            let other = b'0' + (digits[spot] - b'0' + 1 + u8::try_from(dice.roll(8)).unwrap_or(0)) % 10;
            if spot == 0 && other == b'0' {
                return false;
            }
            digits[spot] = other;
            String::from_utf8_lossy(&digits).into_owned()
        }
        Typing::LeftOut | Typing::Doubled => {
            if written.len() < 4 {
                return false;
            }
            let (head, tail) = written.split_at(dice.pick(written.len()));
            let (digit, rest) = tail.split_at(1);
            if typing == Typing::Doubled { format!("{head}{digit}{tail}") } else { format!("{head}{rest}") }
        }
    };
    if let Some(amount) = text.parse().ok().and_then(|units| from_parts(units, row.amount.scale()).ok()) {
        row.amount = amount;
    }
    true
}

/// Posts whole customers elsewhere; false where there are too few, or too few rows.
fn move_parties(how: Move, rows: &mut [Row], id: &str, dice: &mut Dice) -> bool {
    let mut others: Vec<String> = rows.iter().map(|row| row.customer_id.clone()).filter(|other| other != id).collect();
    others.sort();
    others.dedup();
    let own = rows_of(rows, id).count();
    if others.len() < 2 || (how == Move::TwoIds && own < 2) {
        return false;
    }
    let second = others.swap_remove(dice.pick(others.len()));
    let third = others.swap_remove(dice.pick(others.len()));
    let two = matches!(how, Move::TwoUnderNewId | Move::TwoToThird);
    let moved = rows.iter_mut().filter(|row| row.customer_id == id || (two && row.customer_id == second));
    for (met, row) in (1..).zip(moved) {
        row.customer_id = match how {
            Move::Another | Move::TwoToThird => third.clone(),
            Move::TwoIds if 2 * met > own => "MA_NEW2".to_owned(),
            _ => "MA_NEW1".to_owned(),
        };
    }
    true
}

/// A difference that nothing explains: an amount added to a row that no slip makes of it.
pub fn disturb(rows: &mut [Row], dice: &mut Dice) {
    let at = dice.pick(rows.len());
    let amount = rows[at].amount;
    let size = u64::try_from(amount.mantissa().unsigned_abs()).unwrap_or(1_000).max(1_000);
    let by = i128::from(137 + dice.roll(size));
    let sign = if dice.roll(2) == 0 { 1 } else { -1 };
    rows[at].amount = from_parts(amount.mantissa() + sign * by, amount.scale()).unwrap_or(amount);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(amount: i64) -> Vec<Row> {
        let period = Period::parse("2026-03").unwrap();
        let row = |customer: &str, day| Row {
            date: period.from + chrono::Days::new(day),
            customer_id: customer.to_owned(),
            direction: "inbound".to_owned(),
            amount: Decimal::new(amount, 2),
            currency: "INR",
            reference: format!("JV/{day}"),
            text: String::new(),
        };
        let few = [row("A", 0), row("B", 1), row("A", 2), row("C", 3), row("A", 27), row("B", 28), row("C", 29)];
        let few = few.into_iter().chain([Row { direction: "outbound".to_owned(), ..row("D", 30) }]);
        // Of a day that everybody lacks only who posts daily tells.
        few.chain((0..31).map(|day| row("D", day))).collect()
    }

    #[test]
    fn every_kind_finds_a_place_and_changes_the_ledger_at_any_amount() {
        let period = Period::parse("2026-03").unwrap();
        for (fault, words, _) in KINDS {
            for amount in [118_070, 9_007_199_254_740_990] {
                let clean = rows(amount);
                let changed = (0..20).any(|seed| {
                    let mut faulty = clean.clone();
                    inject(*fault, &mut faulty, &period, &mut Dice::new(seed)) && faulty != clean
                });
                assert!(changed, "{words} at {amount}");
            }
        }
    }

    #[test]
    fn a_customer_net_of_tax_keeps_its_size() {
        let period = Period::parse("2026-03").unwrap();
        let mut faulty = rows(5_900_000_000_000);
        assert!(inject(Fault::NetOfTax, &mut faulty, &period, &mut Dice::new(1)));
        assert!(faulty.iter().any(|row| row.amount == Decimal::new(5_000_000_000_000, 2)));
    }
}
