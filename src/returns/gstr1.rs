//! Form GSTR-1, details of outward supplies, of a month: sealed documents → its tables (CGST
//! Rules, the form as notified; which table takes what is said at each).

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::amounts::{Amounts, Part, parts};
use super::checks;
use super::earlier::Earlier;
use super::small::Small;
use super::tables::{Entry, Gstr1, Half, HsnKey, Item, Nil, Numbers, Table};
use super::told::Told;
use crate::model::invoice::Document;
use crate::model::money::MoneyError;
use crate::model::period::Period;
use crate::model::supply_type::{SupplyType, is_inter_state};

/// Makes the return of a month. `told` has every sealed document of the month, and of the months
/// that `earlier` has a return of, in order of date and number.
///
/// A document belongs to the month of its date of issue. One that the return of its own month
/// lacks is told in this one; one that it had and that is void since is amended here, once.
///
/// # Errors
/// [`MoneyError::Overflow`].
pub(crate) fn gstr1(
    gstin: &str,
    month: &Period,
    told: &[Told<'_>],
    earlier: &Earlier,
    is_above_5_crore: bool,
) -> Result<Gstr1, MoneyError> {
    let mut made = Gstr1 {
        gstin: gstin.to_owned(),
        month: month.clone(),
        entries: Vec::new(),
        small: BTreeMap::new(),
        nil: Vec::new(),
        hsn: BTreeMap::new(),
        numbers: numbers(told.iter().filter(|one| one.month() == month.name)),
        amended: Vec::new(),
        amended_small: BTreeMap::new(),
        checks: Vec::new(),
        first_told: BTreeSet::new(),
    };
    let mut nil: BTreeMap<&'static str, Amounts> = BTreeMap::new();
    let mut small_now: BTreeMap<(String, Small), Amounts> = BTreeMap::new();
    let mut touched: BTreeSet<HsnKey> = BTreeSet::new();
    for one in told {
        let (Some(supply), of_month) = (one.supply(), one.month()) else { continue };
        let is_own = of_month == month.name;
        let (taxed, nil_rated) = one.taxed_and_nil(supply)?;
        if let Some(entry) = entry(one, supply, &taxed) {
            let now = if one.is_void { Decimal::ZERO } else { entry.value.amount() };
            match earlier.values.get(&entry.number).filter(|_| !is_own) {
                None if one.is_void => {}
                None => {
                    made.first_told.insert(entry.number.clone());
                    made.entries.extend(Some(entry).filter(|entry| !entry.items.is_empty()));
                    add_nil(&mut nil, one, supply, nil_rated)?;
                }
                Some(had) if *had == now => {}
                Some(had) if *had == entry.value.amount() || had.is_zero() => {
                    made.amended.push(if one.is_void { entry.taken_back() } else { entry });
                }
                Some(_) => made.checks.push(checks::changed_by_hand(one)),
            }
        } else if !one.is_void {
            if is_own {
                made.first_told.insert(one.issued.number.clone());
                add_nil(&mut nil, one, supply, nil_rated)?;
            }
            for part in &taxed {
                let key = Small::of(&one.issued.content, part.rate);
                let row = small_now.entry((of_month.clone(), key)).or_default();
                *row = row.plus(one.signed(part.amounts))?;
            }
        }
        // Table 12 has the difference to what earlier returns had, by way of the whole of it.
        for part in parts(one.issued)?.into_iter().filter(|_| !one.is_void) {
            let key = (Half::of(supply, &of_month), part.sac, part.rate);
            if is_own {
                touched.insert(key.clone());
            }
            let row = made.hsn.entry(key).or_default();
            *row = row.plus(one.signed(part.amounts))?;
        }
    }
    for (key, had) in &earlier.hsn {
        let row = made.hsn.entry(key.clone()).or_default();
        *row = row.plus(had.negated())?;
    }
    made.hsn.retain(|key, row| touched.contains(key) || *row != Amounts::default());
    split_small(&mut made, small_now, earlier);
    let nil = nil.into_iter().map(|(supply, amounts)| Nil { supply, amount: amounts.taxable });
    made.nil = nil.filter(|row| !row.amount.is_zero()).collect();
    let by_table = |entry: &Entry| (entry.table, entry.date, entry.number.clone());
    made.entries.sort_by_key(by_table);
    made.amended.sort_by_key(by_table);
    let found = checks::all(&made, told, earlier, is_above_5_crore);
    made.checks.extend(found);
    Ok(made)
}

/// Rows of table 7 are this month's, or amend an earlier return where they are not as it has them.
fn split_small(made: &mut Gstr1, mut now: BTreeMap<(String, Small), Amounts>, earlier: &Earlier) {
    // What a return had and nothing makes any more is nothing now.
    for key in earlier.small.keys() {
        now.entry(key.clone()).or_default();
    }
    for ((month, key), amounts) in now {
        if month == made.month.name {
            // What came to nothing is no row.
            if amounts != Amounts::default() {
                made.small.insert(key, amounts);
            }
        } else {
            let at = (month, key);
            if earlier.small.get(&at).copied().unwrap_or_default() != amounts {
                made.amended_small.insert(at, amounts);
            }
        }
    }
}

/// A document as it is told by itself; None for those of table 7.
fn entry(one: &Told<'_>, supply: SupplyType, taxed: &[Part]) -> Option<Entry> {
    let draft = &one.issued.content;
    let mut by_rate: BTreeMap<Decimal, Amounts> = BTreeMap::new();
    for part in taxed {
        // The documents' own totals are of the same amounts, so that they fit.
        let whole = by_rate.entry(part.rate).or_default();
        *whole = whole.plus(part.amounts).ok()?;
    }
    Some(Entry {
        table: Table::of(supply, draft.document)?,
        supply,
        document: draft.document,
        number: one.issued.number.clone(),
        date: one.issued.issue_date,
        name: draft.buyer.legal_name.clone(),
        gstin: draft.buyer.gstin.clone().filter(|_| supply.is_registered()),
        place: draft.supply.as_ref().map(|supply| supply.place_code.clone()).unwrap_or_default(),
        value: draft.total,
        is_reverse: draft.supply.as_ref().is_some_and(|supply| supply.reverse_charge),
        is_inter: is_inter_state(draft),
        items: by_rate.into_iter().map(|(rate, amounts)| Item { rate, amounts }).collect(),
    })
}

fn add_nil(
    nil: &mut BTreeMap<&'static str, Amounts>,
    one: &Told<'_>,
    supply: SupplyType,
    amounts: Amounts,
) -> Result<(), MoneyError> {
    let kind = match (is_inter_state(&one.issued.content), supply.is_registered()) {
        (true, true) => "INTRB2B",
        (false, true) => "INTRAB2B",
        (true, false) => "INTRB2C",
        (false, false) => "INTRAB2C",
    };
    let row = nil.entry(kind).or_default();
    *row = row.plus(one.signed(amounts))?;
    Ok(())
}

/// Table 13: the month's numbers, void ones among them, in runs without a gap.
fn numbers<'a>(told: impl Iterator<Item = &'a Told<'a>>) -> Vec<Numbers> {
    let mut series: BTreeMap<(Document, &str), BTreeMap<u64, &Told<'_>>> = BTreeMap::new();
    for one in told {
        series.entry((one.issued.content.document, one.series)).or_default().insert(one.sequence, one);
    }
    let mut rows: Vec<Numbers> = Vec::new();
    for ((document, _), numbers) in series {
        let mut last = None;
        for (sequence, one) in numbers {
            let (number, void) = (one.issued.number.clone(), u64::from(one.is_void));
            match rows.last_mut().filter(|_| last == Some(sequence - 1)) {
                Some(row) => {
                    row.to = number;
                    row.total += 1;
                    row.cancelled += void;
                }
                None => {
                    rows.push(Numbers { document, from: number.clone(), to: number, total: 1, cancelled: void });
                }
            }
            last = Some(sequence);
        }
    }
    rows
}
