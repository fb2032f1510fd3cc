//! What an amount's cells say: debit or credit, in which currency, and whether its sign
//! speaks against its side.

use rust_decimal::Decimal;

use super::amounts::{self, Side, Style};
use super::format::{Minus, Role, Sign};
use super::recognise::Recognised;
use super::sheet::{CellKind, SheetRow};
use super::text::{fold, has_phrase, words};
use crate::model::ledger_terms::DateOrder;
use crate::model::money::{Currency, shorten};

/// One way to read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) order: DateOrder,
    pub(super) style: Style,
    pub(super) minus: Minus,
}

/// An amount's debit, credit and currency.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sides {
    pub(super) debit: Option<Decimal>,
    pub(super) credit: Option<Decimal>,
    pub(super) currency: Option<Currency>,
    /// `$`: of which dollar, the file as a whole says.
    pub(super) dollar: bool,
    /// The column in which a minus stands beside a side, or the other side's word.
    pub(super) contrary: Option<Role>,
}

/// The account cell, without the To or By that may stand before it or in its place.
pub(super) fn particulars<'r>(row: &'r SheetRow, file: &Recognised) -> &'r str {
    let column = file.column(Role::Account);
    let cell = row.at(column);
    if cell.len() <= 3 && ["to", "by", "dr", "cr", "dr.", "cr."].iter().any(|word| cell.eq_ignore_ascii_case(word)) {
        return row.at(column.map(|c| c + 1));
    }
    ["To ", "By "].iter().find_map(|word| cell.strip_prefix(word)).unwrap_or(cell).trim()
}

/// Debit, credit and currency of a row; None where it has no amount.
pub(super) fn sides_of(file: &Recognised, row: &SheetRow, way: Way) -> Result<Option<Sides>, (Role, String)> {
    let read = |role: Role| {
        let column = file.column(role);
        let style = match column.map(|at| row.kind(at)) {
            Some(CellKind::Number) => Style::Point,
            _ => way.style,
        };
        amounts::read(row.at(column), style).map_err(|why| (role, why))
    };
    if file.column(Role::Debit).is_some() {
        let (debit, credit) = (read(Role::Debit)?, read(Role::Credit)?);
        let mut sides = Sides { debit: None, credit: None, currency: None, dollar: false, contrary: None };
        for (written, own, role) in [(debit, Side::Debit, Role::Debit), (credit, Side::Credit, Role::Credit)] {
            let Some(written) = written else { continue };
            sides.currency = sides.currency.or(written.currency);
            sides.dollar |= written.dollar;
            let mut amount = written.amount;
            let stated = written.side.unwrap_or(own);
            if amount.is_sign_negative() && !amount.is_zero() {
                sides.contrary = Some(role);
                if way.minus == Minus::Agrees || written.side.is_some() {
                    amount = -amount;
                }
            }
            if stated != own && !amount.is_zero() {
                sides.contrary = Some(role);
            }
            let place = if stated == Side::Debit { &mut sides.debit } else { &mut sides.credit };
            *place = Some(match *place {
                Some(other) => {
                    crate::model::money::add_exact(other, amount).map_err(|e| (Role::Debit, e.to_string()))?
                }
                None => amount,
            });
        }
        return Ok((sides.debit.is_some() || sides.credit.is_some()).then_some(sides));
    }
    let Some(written) = read(Role::Amount)? else { return Ok(None) };
    let own_side = match fold(row.at(file.column(Role::Side))).trim_end_matches('.') {
        "" | "-" => None,
        "d" | "s" | "dr" | "debit" | "soll" => Some(Side::Debit),
        "c" | "h" | "cr" | "credit" | "haben" => Some(Side::Credit),
        key if posting_key(key).is_some() => posting_key(key),
        other => return Err((Role::Side, format!("`{}` is neither debit nor credit", shorten(other)))),
    };
    if let (Some(written), Some(own)) = (written.side, own_side)
        && written != own
    {
        let why = "the amount says one side, and the column beside it the other".to_owned();
        return Err((Role::Side, why));
    }
    let is_turned = written.side.is_none() && is_credit(file, row, way, written.amount);
    let amount = if is_turned { -written.amount } else { written.amount };
    let negative = amount.is_sign_negative() && !amount.is_zero();
    let side = match (written.side.or(own_side), file.format.sign) {
        // A minus beside a side says the same again, or turns it round.
        (Some(side), _) => side,
        (None, Sign::Suffix) => return Err((Role::Amount, format!("`{amount}` says neither Dr nor Cr"))),
        (None, Sign::DebitPositive) if negative => Side::Credit,
        (None, Sign::DebitPositive) => Side::Debit,
        (None, _) if negative => Side::Debit,
        (None, _) => Side::Credit,
    };
    let stated = written.side.or(own_side).is_some();
    let amount = match (stated, negative, way.minus) {
        (true, true, Minus::Reverses) => amount,
        _ => amount.abs(),
    };
    let (debit, credit) = if side == Side::Debit { (Some(amount), None) } else { (None, Some(amount)) };
    Ok(Some(Sides {
        debit,
        credit,
        currency: written.currency,
        dollar: written.dollar,
        contrary: (stated && negative).then_some(Role::Amount),
    }))
}

/// The side of SAP's posting keys: 40 and 50 on accounts, the others on customers, vendors,
/// assets and material.
fn posting_key(key: &str) -> Option<Side> {
    let number: u8 = key.parse().ok().filter(|_| key.len() == 2)?;
    match number {
        1..=9 | 21..=29 | 40 | 70 | 80..=89 => Some(Side::Debit),
        11..=19 | 31..=39 | 50 | 75 | 90..=99 => Some(Side::Credit),
        _ => None,
    }
}

/// Whether a row's amount is a credit that is written without a minus: by its type, unless
/// the voucher's total, or else the amount itself, has one.
fn is_credit(file: &Recognised, row: &SheetRow, way: Way, amount: Decimal) -> bool {
    if file.format.credit_types.is_empty() {
        return false;
    }
    let given = words(row.at(file.column(Role::Type)));
    if !file.format.credit_types.iter().any(|kind| has_phrase(&given, &words(kind))) {
        return false;
    }
    match amounts::read(row.at(file.column(Role::Total)), way.style) {
        Ok(Some(total)) => !total.amount.is_sign_negative(),
        _ => !amount.is_sign_negative(),
    }
}
