//! The seeded corpus: months with known faults, single and in pairs, months with a difference
//! that has no cause, and clean ones. What is printed is how often the first finding names
//! the fault, and how often one of the first three does.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use crossfoot::audit::derive::{Ground, reconciled};
use crossfoot::books::config;
use crossfoot::capture::partner::analytics as answer;
use crossfoot::model::finding::{Confidence, Finding, Severity};
use crossfoot::model::period::Period;
use crossfoot::rehearsal::faults::{Dice, KINDS, Row, analytics, csv, disturb, inject, month};

fn findings(period: &Period, stated: &str, ledger: &str) -> Vec<Finding> {
    let config = config::parse("", "defaults").unwrap();
    let decoded = answer::decode(stated.as_bytes(), "analytics.json").unwrap();
    let ground = Ground {
        period,
        config: &config,
        customers: None,
        analytics: &decoded,
        capture: None,
        directory: &Default::default(),
        formats: &Default::default(),
        restated: vec![],
        answers: vec![],
        resolutions: &[],
        issued: &[],
        version: "0",
    };
    let ledgers = vec![("ledger.csv".to_owned(), Cursor::new(ledger.as_bytes()))];
    let found = reconciled(&ground, ledgers).unwrap().1.findings;
    found.into_iter().filter(|f| f.severity != Severity::Info).collect()
}

/// A month of some size and how many customers its analytics list.
fn made(seed: u64) -> (Dice, Period, Vec<Row>, usize) {
    let mut dice = Dice::new(seed);
    let period = Period::parse("2026-03").unwrap();
    let customers = [3, 8, 20, 47][usize::try_from(dice.roll(4)).unwrap()];
    let rows = month(&mut dice, &period, customers);
    let listed = if dice.roll(3) == 0 { 5 } else { customers };
    (dice, period, rows, listed)
}

#[derive(Default)]
struct Score {
    cases: u32,
    first: u32,
    third: u32,
    findings: usize,
}

impl Score {
    fn per_cent(hits: u32, cases: u32) -> u32 {
        hits * 100 / cases.max(1)
    }
}

#[test]
fn single_faults_are_named_first() {
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    let mut all = Score::default();
    for (number, (kind, code)) in KINDS.iter().enumerate() {
        for seed in 0..20 {
            let (mut dice, period, rows, listed) = made(seed * 101 + number as u64);
            let mut faulty = rows.clone();
            if !inject(kind, &mut faulty, &period, &mut dice) || csv(&faulty) == csv(&rows) {
                continue;
            }
            let found = findings(&period, &analytics(&rows, &period, listed), &csv(&faulty));
            let codes: Vec<&str> = found.iter().map(|f| f.code).collect();
            // Of a customer who is not listed, only the sum of all unlisted ones is known.
            let named = |codes: &[&str]| codes.contains(code);
            for score in [scores.entry(kind).or_default(), &mut all] {
                score.cases += 1;
                score.first += u32::from(named(&codes[..codes.len().min(1)]));
                score.third += u32::from(named(&codes[..codes.len().min(3)]));
                score.findings += codes.len();
            }
            if std::env::args().any(|a| a == "--nocapture") && !named(&codes[..codes.len().min(1)]) {
                println!(
                    "miss: {kind}, seed {seed}, listed {listed}: {codes:?} {}",
                    found.first().map_or("", |f| &f.message)
                );
            }
        }
    }
    for (kind, score) in scores.iter().chain([(&"all single faults", &all)]) {
        println!(
            "{kind}: first {} %, of three {} %, {:.1} findings a fault, {} cases",
            Score::per_cent(score.first, score.cases),
            Score::per_cent(score.third, score.cases),
            score.findings as f64 / f64::from(score.cases.max(1)),
            score.cases
        );
    }
    assert!(Score::per_cent(all.first, all.cases) >= 95);
}

#[test]
fn pairs_of_faults_are_named_first() {
    let mut all = Score::default();
    for seed in 0..600_u64 {
        let (mut dice, period, rows, listed) = made(seed + 50_000);
        let mut faulty = rows.clone();
        let two =
            [dice.roll(KINDS.len() as u64), dice.roll(KINDS.len() as u64)].map(|n| KINDS[usize::try_from(n).unwrap()]);
        if two[0].1 == two[1].1 || two.iter().any(|(kind, _)| !inject(kind, &mut faulty, &period, &mut dice)) {
            continue;
        }
        let found = findings(&period, &analytics(&rows, &period, listed), &csv(&faulty));
        let codes: Vec<&str> = found.iter().map(|f| f.code).collect();
        let named = |some: &[&str]| two.iter().any(|(_, code)| some.contains(code));
        all.cases += 1;
        all.first += u32::from(named(&codes[..codes.len().min(1)]));
        all.third += u32::from(named(&codes[..codes.len().min(3)]));
        all.findings += codes.len();
        if std::env::args().any(|a| a == "--nocapture") && !named(&codes[..codes.len().min(1)]) {
            println!("miss: {:?}, seed {seed}, listed {listed}: {codes:?}", two.map(|(kind, _)| kind));
        }
    }
    println!(
        "pairs: first {} %, of three {} %, {:.1} findings a pair, {} cases",
        Score::per_cent(all.first, all.cases),
        Score::per_cent(all.third, all.cases),
        all.findings as f64 / f64::from(all.cases),
        all.cases
    );
    assert!(Score::per_cent(all.first, all.cases) >= 85);
}

#[test]
fn no_cause_is_claimed_where_there_is_none() {
    let mut supported = Vec::new();
    let mut possible = 0;
    for seed in 0..1_000 {
        let (mut dice, period, rows, listed) = made(seed + 100_000);
        let mut faulty = rows.clone();
        disturb(&mut faulty, &mut dice);
        let found = findings(&period, &analytics(&rows, &period, listed), &csv(&faulty));
        assert!(!found.is_empty());
        possible += usize::from(found.iter().any(|f| f.confidence == Confidence::Possible));
        if let Some(false_one) = found.iter().find(|f| f.confidence == Confidence::Supported) {
            supported.push((seed, false_one.code, false_one.message.clone(), false_one.chance.clone()));
        }
    }
    println!("1000 differences without a cause: {} `supported`, {possible} `possible`", supported.len());
    assert!(supported.is_empty(), "{} {:#?}", supported.len(), &supported[..supported.len().min(8)]);
}

#[test]
fn a_clean_month_has_no_findings() {
    let mut codes = BTreeSet::new();
    for seed in 0..1_000 {
        let (_, period, rows, listed) = made(seed + 200_000);
        codes.extend(findings(&period, &analytics(&rows, &period, listed), &csv(&rows)).iter().map(|f| f.code));
    }
    assert!(codes.is_empty(), "{codes:?}");
}
