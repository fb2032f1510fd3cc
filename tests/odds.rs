//! What `supported` is worth: differences that have no cause are told none, alone and a thousand
//! in one report, and a cause that its rows show is `supported` among them.
//!
//! The long run, 10,000 each way:
//! `cargo test --release --test all odds -- --ignored --nocapture`

#![allow(clippy::print_stdout)]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crossfoot::model::finding::{Confidence, Finding};
use crossfoot::model::period::Period;
use crossfoot::rehearsal::faults::Dice;
use crossfoot::rehearsal::trial;

/// Kinds of ledgers: daily postings, a few documents a month, one document, rounded rows.
const SHAPES: u64 = 4;

/// A month as both sides have it: rows of a customer in paise, and what the partner has too much
/// or too little of a customer and direction, in hundred-thousandths of a rupee.
struct Month {
    rows: Vec<(usize, u64, usize, i64)>,
    off: BTreeMap<usize, (usize, i64)>,
    finer: bool,
}

impl Month {
    fn new(dice: &mut Dice, shape: u64, customers: usize) -> Self {
        let mut rows = Vec::new();
        for customer in 0..customers {
            let level = 10_u64.pow(4 + u32::try_from(dice.roll(3)).unwrap());
            let many = [10 + dice.roll(50), 2 + dice.roll(4), 1, 5 + dice.roll(30)][usize::try_from(shape).unwrap()];
            for _ in 0..many {
                let paise = i64::try_from(level / 2 + dice.roll(10 * level)).unwrap();
                rows.push((customer, 1 + dice.roll(31), usize::try_from(dice.roll(2)).unwrap(), paise));
            }
        }
        rows.sort_by_key(|(_, day, ..)| *day);
        Self { rows, off: BTreeMap::new(), finer: shape == 3 }
    }

    /// A difference of any size from ten rupees to ten thousand times that, for a customer.
    fn disturb(&mut self, dice: &mut Dice, customer: usize) {
        let size = 1_000 * 10_u64.pow(u32::try_from(dice.roll(4)).unwrap());
        let paise = i64::try_from(size + dice.roll(9 * size)).unwrap();
        let sign = if dice.roll(2) == 0 { 1 } else { -1 };
        let way = usize::try_from(dice.roll(2)).unwrap();
        self.off.insert(customer, (way, sign * 1_000 * paise));
    }

    fn findings(&self) -> Vec<Finding> {
        let mut ledger = String::from("date,customer_id,direction,amount,reference,description\n");
        let mut sums: BTreeMap<usize, [i64; 2]> = BTreeMap::new();
        for (number, (customer, day, way, paise)) in self.rows.iter().enumerate() {
            let name = ["inbound", "outbound"][*way];
            let sign = if *paise < 0 { "-" } else { "" };
            let amount = format!("{sign}{}.{:02}", paise.abs() / 100, paise.abs() % 100);
            writeln!(ledger, "2026-03-{day:02},MA_{customer:06},{name},{amount},JV/{number:06},usage").unwrap();
            // What the partner has before its figures were rounded to the row's.
            let finer =
                if self.finer { (paise * 7_919 + i64::try_from(number).unwrap() * 31) % 1_000 - 500 } else { 0 };
            sums.entry(*customer).or_default()[*way] += paise * 1_000 + finer;
        }
        for (customer, (way, off)) in &self.off {
            sums.entry(*customer).or_default()[*way] += off;
        }
        let money =
            |sum: i64| format!("{}{}.{:05}", if sum < 0 { "-" } else { "" }, sum.abs() / 100_000, sum.abs() % 100_000);
        let whole = |way: usize| sums.values().map(|by| by[way]).sum::<i64>();
        let listed: Vec<String> = sums
            .iter()
            .map(|(customer, by)| {
                format!("{{\"auth_id\":\"MA_{customer:06}\",\"calls\":1,\"cost\":{}}}", money(by[0] + by[1]))
            })
            .collect();
        let answer = format!(
            "{{\"period\":{{\"from\":\"2026-03-01\",\"to\":\"2026-03-31\"}},\"totals\":{{\"total_calls\":9,\"total_cost\":{},\"currency\":\"INR\"}},\"by_direction\":{{\"inbound\":{{\"calls\":4,\"cost\":{}}},\"outbound\":{{\"calls\":5,\"cost\":{}}}}},\"top_customers\":[{}]}}",
            money(whole(0) + whole(1)),
            money(whole(0)),
            money(whole(1)),
            listed.join(",")
        );
        trial::findings(&Period::parse("2026-03").unwrap(), &answer, &ledger).unwrap()
    }
}

/// What is `supported` of differences without a cause; that rows are rounded is one.
fn supported(found: &[Finding]) -> Vec<String> {
    let told = found.iter().filter(|f| f.confidence == Confidence::Supported && f.code != "rounding");
    told.map(|f| format!("{} {:?}: {}", f.code, f.chance.map(|chance| chance.to_string()), f.message)).collect()
}

/// So many months with one difference each.
fn alone(months: u64) -> Vec<String> {
    let mut told = Vec::new();
    for seed in 0..months {
        let mut dice = Dice::new(seed + 700_000);
        let customers = 2 + usize::try_from(dice.roll(12)).unwrap();
        let mut month = Month::new(&mut dice, seed % SHAPES, customers);
        month.disturb(&mut dice, 0);
        told.extend(supported(&month.findings()));
    }
    told
}

/// So many months in which each of a number of customers has one.
fn together(months: u64, customers: usize) -> Vec<String> {
    let mut told = Vec::new();
    for seed in 0..months {
        let mut dice = Dice::new(seed + 800_000);
        let mut month = Month::new(&mut dice, seed % SHAPES, customers);
        for customer in 0..customers {
            month.disturb(&mut dice, customer);
        }
        told.extend(supported(&month.findings()));
    }
    told
}

#[test]
fn differences_without_a_cause_are_told_none() {
    let (alone, together) = (alone(400), [together(4, 150), together(8, 30)].concat());
    assert!(alone.is_empty() && together.is_empty(), "{alone:#?} {together:#?}");
}

#[test]
#[ignore = "takes minutes"]
fn ten_thousand_differences_without_a_cause_are_told_none() {
    let alone = alone(10_000);
    println!("10000 differences alone: {} `supported`", alone.len());
    let few = together(200, 50);
    println!("200 months of 50 differences: {} `supported`", few.len());
    let together = [few, together(12, 1_000)].concat();
    println!("and 12 months of 1000: {} `supported`", together.len());
    assert!(alone.is_empty() && together.is_empty(), "{alone:#?} {together:#?}");
}

/// Among differences without a cause, what more than the amount shows is still `supported`: the
/// same row twice, and a charge that was posted as a credit.
#[test]
fn a_cause_that_rows_show_is_supported_among_hundreds() {
    let mut dice = Dice::new(900_000);
    let mut month = Month::new(&mut dice, 0, 300);
    for customer in 10..200 {
        month.disturb(&mut dice, customer);
    }
    let own = |month: &Month, customer: usize| {
        let mut places = (0..month.rows.len()).filter(|at| month.rows[*at].0 == customer);
        places.nth(3).unwrap()
    };
    let (twice, credit) = (own(&month, 1), own(&month, 2));
    let again = month.rows[twice];
    month.off.insert(1, (again.2, -1_000 * again.3));
    month.rows.insert(twice, again);
    let credit = if credit > twice { credit + 1 } else { credit };
    month.off.insert(2, (month.rows[credit].2, 2_000 * month.rows[credit].3));
    month.rows[credit].3 *= -1;
    let found = month.findings();
    for (customer, code) in [("MA_000001", "duplicate-posting"), ("MA_000002", "sign-flip")] {
        let told: Vec<_> = found.iter().filter(|f| f.customers == [customer]).map(|f| (f.code, f.confidence)).collect();
        assert_eq!(told, [(code, Confidence::Supported)]);
    }
}

/// Where hardly any of the 200 largest differences has a cause, the rows of the others are not
/// searched, and each says so; where they have, all are.
#[test]
fn rows_are_searched_as_far_as_there_is_something_to_find() {
    let unsearched = |found: &[Finding]| {
        let told: Vec<&Finding> = found.iter().filter(|f| f.code == "not-searched").collect();
        assert!(told.len() < 2);
        told.first().map_or(0, |one| one.customers.len())
    };
    let mut dice = Dice::new(910_000);
    let mut month = Month::new(&mut dice, 0, 300);
    for customer in 0..300 {
        month.disturb(&mut dice, customer);
    }
    let found = month.findings();
    // Whom one of the largest is taken for the mirror of is searched, too.
    let told_why: Vec<(&str, Confidence, &str)> = found
        .iter()
        .filter(|f| f.code != "amount-difference")
        .map(|f| (f.code, f.confidence, f.message.as_str()))
        .collect();
    assert!((90..=100).contains(&unsearched(&found)), "{} {told_why:#?}", unsearched(&found));
    let told: std::collections::BTreeSet<&String> = found.iter().flat_map(|f| &f.customers).collect();
    assert_eq!(told.len(), 300);
    let first = found.iter().find(|f| f.code == "not-searched").unwrap();
    insta::assert_snapshot!(first.message, @"Hardly any of the 200 largest differences has a cause in its rows, so the rows of 100 other customers that differ were not searched for causes.");

    // Each has one of its rows twice.
    let mut month = Month::new(&mut dice, 0, 300);
    let own = |month: &Month, customer: usize| month.rows.iter().position(|row| row.0 == customer).unwrap();
    for customer in 0..300 {
        let at = own(&month, customer);
        let again = month.rows[at];
        month.off.insert(customer, (again.2, -1_000 * again.3));
        month.rows.insert(at, again);
    }
    let found = month.findings();
    assert_eq!(unsearched(&found), 0);
    let twice: std::collections::BTreeSet<&String> =
        found.iter().filter(|f| f.code == "duplicate-posting").flat_map(|f| &f.customers).collect();
    assert!(twice.len() > 250, "{}", twice.len());
}
