//! What is billed of a customer's calls where finance decided otherwise than the figures say.

use crate::model::money::{Money, MoneyError, times};
use crate::model::reconciliation::CustomerLine;
use crate::model::resolution::Decision;
use crate::model::rounding::{LINE_ROUNDING, ratio};
use crate::model::usage::Direction;

/// Inbound and outbound as they are billed. A decided amount is split as the partner's figures
/// are, or the ledger's where it states none. Where a decision names a total that no side
/// splits by direction, the ledger's split is kept and the direction with more takes what
/// was decided; closes of 0.1 did so with amounts too (`by_ledger`).
///
/// # Errors
/// A sum beyond the exact range.
pub(super) fn charged(customer: &CustomerLine, decision: Decision, by_ledger: bool) -> Result<[Money; 2], MoneyError> {
    let zero = Money::zero(customer.sides.ledger.currency());
    let booked = Direction::ALL.map(|d| customer.ledger_by_direction.get(&d).copied().unwrap_or(zero));
    let stated = Direction::ALL.map(|d| customer.direction(d).and_then(|sides| sides.analytics));
    let wanted = match decision {
        Decision::BillAnalytics => match (stated, customer.sides.analytics) {
            ([Some(inbound), Some(outbound)], _) => return Ok([inbound, outbound]),
            (_, Some(total)) => total,
            (_, None) => return Ok(booked),
        },
        Decision::BillAmount(amount) if !by_ledger => {
            let wanted = Money::new(amount, zero.currency());
            let split = if let [Some(inbound), Some(outbound)] = stated { [inbound, outbound] } else { booked };
            return divided(&wanted, split);
        }
        Decision::BillAmount(amount) => Money::new(amount, zero.currency()),
        Decision::BillLedger | Decision::Accept | Decision::Hold | Decision::DoNotBill => return Ok(booked),
    };
    let more = wanted.minus(&customer.sides.ledger)?;
    let [inbound, outbound] = booked;
    Ok(if inbound > outbound { [inbound.plus(&more)?, outbound] } else { [inbound, outbound.plus(&more)?] })
}

/// An amount in two parts that stand to each other as these do; all of it outbound where they
/// are nothing.
fn divided(amount: &Money, [inbound, outbound]: [Money; 2]) -> Result<[Money; 2], MoneyError> {
    let currency = amount.currency();
    let part = times(amount.amount(), inbound.amount())?;
    let whole = inbound.plus(&outbound)?.amount();
    let first = ratio(part, whole, currency.minor_digits(), LINE_ROUNDING).unwrap_or_default();
    let first = Money::new(first, currency);
    Ok([first, amount.minus(&first)?])
}
