//! Seeded faults: months made up or the user's own, with one or two known slips put into the
//! ledger, to see whether the search for causes names them. The same seed makes the same
//! months on every machine.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::model::money::from_parts;
use crate::model::period::Period;
use crate::model::rounding::{Rounding, round_to};
use crate::model::usage::Direction;

/// A linear congruential generator.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Begins at a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut dice = Self(seed ^ 0x9e37_79b9_7f4a_7c15);
        dice.roll(2);
        dice.roll(2);
        dice
    }

    /// From 0 to `sides` - 1.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides.max(1)
    }

    fn pick(&mut self, many: usize) -> usize {
        usize::try_from(self.roll(many as u64)).unwrap_or(0)
    }
}

/// A row of a made-up or a copied ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its day.
    pub date: NaiveDate,
    /// Whose.
    pub customer_id: String,
    /// Which way, as the column says.
    pub direction: String,
    /// Its amount, as the column says.
    pub amount: Decimal,
    /// `INR` unless a fault says otherwise.
    pub currency: &'static str,
    /// Its voucher.
    pub reference: String,
}

/// The kinds of fault, with the code that names each.
pub const KINDS: &[(&str, &str)] = &[
    ("a row twice", "duplicate-posting"),
    ("a row twice under another voucher", "duplicate-posting"),
    ("a row three times", "duplicate-posting"),
    ("a customer's day twice", "duplicate-posting"),
    ("a charge as a credit", "sign-flip"),
    ("all of a customer as credits", "sign-flip"),
    ("a row left out", "missing-posting"),
    ("a row dated after the period", "cut-off"),
    ("a row dated before the period", "cut-off"),
    ("two rows dated after the period", "cut-off"),
    ("a row in paise", "scale"),
    ("a row at a tenth", "scale"),
    ("a row at ten times", "scale"),
    ("a customer in paise", "scale"),
    ("the ledger in paise", "scale"),
    ("two digits changed places", "digit-error"),
    ("a digit mistyped", "digit-error"),
    ("a digit left out", "digit-error"),
    ("a digit doubled", "digit-error"),
    ("a row with tax", "tax-basis"),
    ("a customer with tax", "tax-basis"),
    ("the ledger with tax", "tax-basis"),
    ("a customer net of tax", "tax-basis"),
    ("a row in the other direction", "direction-swap"),
    ("a row at another customer", "customer-swap"),
    ("all rows in whole rupees", "rounding"),
    ("a row in dollars", "currency-mismatch"),
    ("a date that is none", "invalid-row"),
    ("a direction that is none", "unknown-direction"),
    ("a customer left out", "missing-in-ledger"),
    ("a customer posted to another", "customer-swap"),
    ("a customer under another id", "customer-swap"),
    ("a customer under two ids", "customer-swap"),
    ("two customers under one new id", "customer-swap"),
    ("two customers posted to a third", "customer-swap"),
];

/// A month: about so many customers, up to a row a day and direction for each.
#[must_use]
pub fn month(dice: &mut Dice, period: &Period, customers: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    let level: Vec<u64> = (0..customers).map(|_| 10_u64.pow(3 + u32::try_from(dice.roll(3)).unwrap_or(0))).collect();
    let density: Vec<u64> = (0..customers).map(|_| 1 + dice.roll(3)).collect();
    let mut day = period.from;
    let mut number = 0;
    while day <= period.to {
        for (index, level) in level.iter().enumerate() {
            for direction in Direction::ALL {
                if dice.roll(4) >= density[index] {
                    continue;
                }
                number += 1;
                let units = level / 2 + dice.roll(level * 10) + 1;
                rows.push(Row {
                    date: day,
                    customer_id: format!("MA_{:08x}", 0x1000_0000_u64 + 7_919 * index as u64),
                    direction: direction.name().to_owned(),
                    amount: from_parts(i128::from(units), 2).unwrap_or_default(),
                    currency: "INR",
                    reference: format!("JV/{number:04}"),
                });
            }
        }
        day = day.succ_opt().unwrap_or(day);
        if day.year() > period.to.year() + 1 {
            break;
        }
    }
    rows
}

/// Customers in the analytics' list when the fault must lie with a listed one.
fn rows_of<'a>(rows: &'a [Row], id: &'a str) -> impl Iterator<Item = usize> + 'a {
    rows.iter().enumerate().filter(move |(_, row)| row.customer_id == id).map(|(at, _)| at)
}

/// Puts a fault into a ledger; false where this ledger has no place for it.
#[allow(clippy::too_many_lines)]
pub fn inject(kind: &str, rows: &mut Vec<Row>, period: &Period, dice: &mut Dice) -> bool {
    if rows.is_empty() {
        return false;
    }
    let at = dice.pick(rows.len());
    let amount = rows[at].amount;
    let times = |factor: i64, down: u32| from_parts(amount.mantissa() * i128::from(factor), amount.scale() + down);
    let id = rows[at].customer_id.clone();
    let taxed = |amount: Decimal| {
        from_parts(amount.mantissa() * 118, amount.scale() + 2)
            .and_then(|gross| round_to(gross, amount.scale(), Rounding::HalfUp))
            .unwrap_or(amount)
    };
    let paise = |amount: Decimal| from_parts(amount.mantissa() * 100, amount.scale()).unwrap_or(amount);
    let digits = |of: &str| of.parse::<i128>().ok().and_then(|units| from_parts(units, amount.scale()).ok());
    let written = amount.mantissa().abs().to_string();
    match kind {
        "a row twice" => rows.insert(at + 1, rows[at].clone()),
        "a row twice under another voucher" => {
            let copy = Row { reference: format!("JV/{:04}", rows.len() + 1), ..rows[at].clone() };
            rows.push(copy);
        }
        "a row three times" => {
            let copy = rows[at].clone();
            rows.splice(at..at, [copy.clone(), copy]);
        }
        "a customer's day twice" => {
            let day = rows[at].date;
            let again: Vec<Row> = rows_of(rows, &id).map(|i| rows[i].clone()).filter(|row| row.date == day).collect();
            rows.extend(again);
        }
        "a charge as a credit" => rows[at].amount = -amount,
        "all of a customer as credits" => {
            for i in rows_of(&rows.clone(), &id) {
                rows[i].amount = -rows[i].amount;
            }
        }
        "a row left out" => {
            if at == 0 || at + 1 == rows.len() {
                return false;
            }
            rows.remove(at);
        }
        "a row dated after the period" | "a row dated before the period" => {
            let moved = if kind.contains("after") { period.to.succ_opt() } else { period.from.pred_opt() };
            rows[at].date = moved.unwrap_or(period.to);
        }
        "two rows dated after the period" => {
            let two: Vec<usize> = rows_of(rows, &id).collect();
            let [.., a, b] = two.as_slice() else { return false };
            for i in [*a, *b] {
                rows[i].date = period.to.succ_opt().unwrap_or(period.to);
            }
        }
        "a row in paise" => rows[at].amount = paise(amount),
        "a row at a tenth" => {
            if amount.mantissa() % 10 != 0 {
                return false;
            }
            rows[at].amount = from_parts(amount.mantissa() / 10, amount.scale()).unwrap_or(amount);
        }
        "a row at ten times" => rows[at].amount = times(10, 0).unwrap_or(amount),
        "a customer in paise" | "the ledger in paise" => {
            for row in rows.iter_mut().filter(|row| kind.contains("ledger") || row.customer_id == id) {
                row.amount = paise(row.amount);
            }
        }
        "two digits changed places" => {
            let spots: Vec<usize> =
                (0..written.len() - 1).filter(|i| written.as_bytes()[*i] != written.as_bytes()[i + 1]).collect();
            if spots.is_empty() || written.len() < 3 {
                return false;
            }
            let spot = spots[dice.pick(spots.len())];
            let mut bytes: Vec<char> = written.chars().collect();
            bytes.swap(spot, spot + 1);
            if bytes[0] == '0' {
                return false;
            }
            rows[at].amount = digits(&bytes.into_iter().collect::<String>()).unwrap_or(amount);
        }
        "a digit mistyped" => {
            let spot = dice.pick(written.len());
            let mut bytes: Vec<u8> = written.into_bytes();
            let other = b'0' + (bytes[spot] - b'0' + 1 + u8::try_from(dice.roll(8)).unwrap_or(0)) % 10;
            if spot == 0 && other == b'0' {
                return false;
            }
            bytes[spot] = other;
            rows[at].amount = digits(&String::from_utf8_lossy(&bytes)).unwrap_or(amount);
        }
        "a digit left out" | "a digit doubled" => {
            if written.len() < 4 {
                return false;
            }
            let spot = dice.pick(written.len());
            let (head, tail) = written.split_at(spot);
            let text = if kind.contains("doubled") {
                format!("{head}{}{tail}", &tail[..1])
            } else {
                format!("{head}{}", &tail[1..])
            };
            rows[at].amount = digits(&text).unwrap_or(amount);
        }
        "a row with tax" => rows[at].amount = taxed(amount),
        "a customer with tax" | "the ledger with tax" => {
            for row in rows.iter_mut().filter(|row| kind.contains("ledger") || row.customer_id == id) {
                row.amount = taxed(row.amount);
            }
        }
        "a customer net of tax" => {
            for row in rows.iter_mut().filter(|row| row.customer_id == id) {
                let net = Decimal::from_parts(
                    u32::try_from(row.amount.mantissa() * 1000 / 1180).unwrap_or(1),
                    0,
                    0,
                    false,
                    row.amount.scale(),
                );
                row.amount = net;
            }
        }
        "a row in the other direction" => {
            let other = Direction::parse(&rows[at].direction).map_or("inbound", |d| d.other().name());
            other.clone_into(&mut rows[at].direction);
        }
        "a row at another customer" => {
            let others: Vec<String> =
                rows.iter().map(|row| row.customer_id.clone()).filter(|other| *other != id).collect();
            if others.is_empty() {
                return false;
            }
            rows[at].customer_id = others[dice.pick(others.len())].clone();
        }
        "all rows in whole rupees" => {
            for row in rows.iter_mut() {
                row.amount = round_to(row.amount, 0, Rounding::HalfUp).unwrap_or(row.amount);
            }
        }
        "a row in dollars" => rows[at].currency = "USD",
        "a date that is none" => rows[at].date = NaiveDate::MIN,
        "a direction that is none" => "outgoing".clone_into(&mut rows[at].direction),
        "a customer left out" => rows.retain(|row| row.customer_id != id),
        "a customer posted to another"
        | "a customer under another id"
        | "a customer under two ids"
        | "two customers under one new id"
        | "two customers posted to a third" => return move_parties(kind, rows, &id, dice),
        _ => return false,
    }
    true
}

/// Posts whole customers elsewhere; false where there are too few, or too few rows.
fn move_parties(kind: &str, rows: &mut [Row], id: &str, dice: &mut Dice) -> bool {
    let mut others: Vec<String> = rows.iter().map(|row| row.customer_id.clone()).filter(|other| other != id).collect();
    others.sort();
    others.dedup();
    let own = rows_of(rows, id).count();
    if others.len() < 2 || (kind == "a customer under two ids" && own < 2) {
        return false;
    }
    let second = others.swap_remove(dice.pick(others.len()));
    let third = others.swap_remove(dice.pick(others.len()));
    let mut met = 0;
    for row in rows
        .iter_mut()
        .filter(|row| row.customer_id == id || (kind.contains("two customers") && row.customer_id == second))
    {
        met += 1;
        row.customer_id = match kind {
            "a customer posted to another" | "two customers posted to a third" => third.clone(),
            "a customer under two ids" if 2 * met > own => "MA_NEW2".to_owned(),
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

/// The ledger as a canonical file.
#[must_use]
pub fn csv(rows: &[Row]) -> String {
    let mut text = String::from("date,customer_id,direction,amount,currency,reference\n");
    for row in rows {
        let date = if row.date == NaiveDate::MIN { "2026-02-30".to_owned() } else { row.date.to_string() };
        text.push_str(&format!(
            "{date},{},{},{},{},{}\n",
            row.customer_id, row.direction, row.amount, row.currency, row.reference
        ));
    }
    text
}

/// What the partner would say of the rows: totals, directions, and the `listed` largest
/// customers.
///
/// # Errors
/// None for amounts that fit.
#[must_use]
pub fn analytics(rows: &[Row], period: &Period, listed: usize) -> String {
    let sum = |keep: &dyn Fn(&Row) -> bool| {
        let some: Vec<&Row> = rows.iter().filter(|row| keep(row)).collect();
        let mut tally = crate::model::money::Tally::default();
        for row in &some {
            // Made-up amounts are far from the limit.
            let _ = tally.add(row.amount);
        }
        (some.len(), tally.total().unwrap_or_default())
    };
    let ids: std::collections::BTreeSet<&str> = rows.iter().map(|row| row.customer_id.as_str()).collect();
    let mut customers: Vec<(Decimal, &str, usize)> = ids
        .into_iter()
        .map(|id| {
            let (calls, cost) = sum(&|row| row.customer_id == id);
            (cost, id, calls)
        })
        .collect();
    customers.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let list: Vec<String> = customers
        .iter()
        .take(listed)
        .map(|(cost, id, calls)| format!("{{\"auth_id\":\"{id}\",\"calls\":{calls},\"cost\":{cost}}}"))
        .collect();
    let part = |name: &str| {
        let (calls, cost) = sum(&|row| name.is_empty() || row.direction == name);
        (calls, cost)
    };
    let ((all, total), (calls_in, cost_in), (calls_out, cost_out)) = (part(""), part("inbound"), part("outbound"));
    format!(
        "{{\"period\":{{\"from\":\"{}\",\"to\":\"{}\"}},\"totals\":{{\"total_calls\":{all},\"total_cost\":{total},\"currency\":\"INR\"}},\"by_direction\":{{\"inbound\":{{\"calls\":{calls_in},\"cost\":{cost_in}}},\"outbound\":{{\"calls\":{calls_out},\"cost\":{cost_out}}}}},\"top_customers\":[{}]}}",
        period.from,
        period.to,
        list.join(",")
    )
}
