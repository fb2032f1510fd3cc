//! Properties of money: printing and parsing, sums in any order, rounding against an
//! independent computation with big rationals.

use crossfoot::capture::exact::amount_from_token;
use crossfoot::model::money::{Currency, Money, Sum, add_exact, from_parts, parse_plain, total};
use crossfoot::model::rounding::{Rounding, percent, ratio, round_to};
use crossfoot::model::words::amount_in_words;
use num_bigint::BigInt;
use num_rational::BigRational;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn rational(d: Decimal) -> BigRational {
    BigRational::new(BigInt::from(d.mantissa()), BigInt::from(10).pow(d.scale()))
}

/// Any decimal of at most 18 digits and 10 decimals: sums of a few hundred stay exact.
fn amounts() -> impl Strategy<Value = Decimal> {
    (-(10_i128.pow(18))..10_i128.pow(18), 0_u32..=10).prop_map(|(m, s)| from_parts(m, s).unwrap())
}

/// What a mode means, said with rationals: an oracle that shares no code with ours.
fn oracle(value: &BigRational, digits: u32, mode: Rounding) -> BigRational {
    let unit = BigRational::from_integer(BigInt::from(10).pow(digits));
    let scaled = value * &unit;
    let half = BigRational::new(BigInt::from(1), BigInt::from(2));
    let zero = BigRational::from_integer(BigInt::from(0));
    let rounded = match mode {
        Rounding::Down => scaled.trunc(),
        Rounding::HalfUp if scaled < zero => (scaled - half).ceil(),
        Rounding::HalfUp => (scaled + half).floor(),
        Rounding::HalfEven => {
            let floor = scaled.floor();
            let rest = &scaled - &floor;
            let even = (floor.to_integer() % BigInt::from(2)) == BigInt::from(0);
            if rest > half || (rest == half && !even) {
                floor + BigRational::from_integer(BigInt::from(1))
            } else {
                floor
            }
        }
    };
    rounded / unit
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parse_undoes_print(d in amounts()) {
        let money = Money::new(d, Currency::INR);
        let again = parse_plain(&money.plain()).unwrap();
        prop_assert_eq!(again, d);
        prop_assert_eq!(Money::new(again, Currency::INR).plain(), money.plain());
        prop_assert!(again.scale() >= 2);
    }

    #[test]
    fn grouping_only_adds_commas(d in amounts()) {
        let money = Money::new(d, Currency::INR);
        prop_assert_eq!(money.grouped().replace(',', ""), money.plain());
    }

    #[test]
    fn nothing_but_a_plain_decimal_parses(text in "[-+0-9._eE, ()₹]{0,12}") {
        let plain = text.strip_prefix('-').unwrap_or(&text);
        let mut parts = plain.split('.');
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        let good = match (parts.next(), parts.next(), parts.next()) {
            (Some(whole), None, None) => digits(whole),
            (Some(whole), Some(fraction), None) => digits(whole) && digits(fraction),
            _ => false,
        };
        prop_assert_eq!(parse_plain(&text).is_ok(), good, "{}", text);
    }

    #[test]
    fn sums_are_exact_in_any_order(mut all in prop::collection::vec(amounts(), 0..60), turn in 0_usize..60) {
        let expected: BigRational = all.iter().map(|d| rational(*d)).sum();
        let sum_of = |amounts: &[Decimal]| {
            let mut sum = Sum::new(Currency::INR);
            for amount in amounts {
                sum.add(*amount).unwrap();
            }
            sum.total().unwrap()
        };
        let first = sum_of(&all);
        prop_assert_eq!(rational(first.amount()), expected);
        let len = all.len().max(1);
        if !all.is_empty() {
            all.rotate_left(turn % len);
        }
        all.reverse();
        prop_assert_eq!(sum_of(&all).plain(), first.plain());
        let monies: Vec<Money> = all.iter().map(|d| Money::new(*d, Currency::INR)).collect();
        prop_assert_eq!(total(Currency::INR, &monies).unwrap().plain(), first.plain());
    }

    #[test]
    fn addition_is_exact_or_refused(a in any::<i128>(), b in any::<i128>(), s in 0_u32..=28, t in 0_u32..=28) {
        let (Ok(a), Ok(b)) = (from_parts(a >> 33, s), from_parts(b >> 33, t)) else { return Ok(()) };
        if let Ok(sum) = add_exact(a, b) {
            prop_assert_eq!(rational(sum), rational(a) + rational(b));
        }
    }

    #[test]
    fn rounding_is_what_its_name_says(d in amounts(), digits in 0_u32..=10) {
        for mode in Rounding::ALL {
            let rounded = round_to(d, digits, mode).unwrap();
            prop_assert_eq!(rounded.scale(), digits);
            prop_assert_eq!(rational(rounded), oracle(&rational(d), digits, mode), "{} {}", d, mode.name());
        }
    }

    #[test]
    fn ratios_are_rounded_once(a in -1_000_000_000_i64..1_000_000_000, b in 1_i64..1_000_000_000, digits in 0_u32..6) {
        let exact = BigRational::new(BigInt::from(a), BigInt::from(b));
        for mode in Rounding::ALL {
            let got = ratio(Decimal::from(a), Decimal::from(b), digits, mode).unwrap();
            prop_assert_eq!(rational(got), oracle(&exact, digits, mode));
        }
        let hundred = BigRational::from_integer(BigInt::from(100));
        let got = percent(Decimal::from(a), Decimal::from(b), digits).unwrap();
        prop_assert_eq!(rational(got), oracle(&(exact * hundred), digits, Rounding::HalfUp));
    }

    #[test]
    fn json_tokens_mean_what_they_say(m in -(10_i64.pow(12))..10_i64.pow(12), e in -9_i32..=9) {
        let token = format!("{m}e{e}");
        let ten = BigRational::from_integer(BigInt::from(10));
        let factor = if e < 0 { ten.pow(-e).recip() } else { ten.pow(e) };
        let exact = BigRational::from_integer(BigInt::from(m)) * factor;
        prop_assert_eq!(rational(amount_from_token(&token).unwrap()), exact);
    }

    #[test]
    fn words_are_never_empty_and_end_properly(d in amounts()) {
        let rounded = round_to(d, 2, Rounding::HalfUp).unwrap();
        let words = amount_in_words(&Money::new(rounded, Currency::INR));
        prop_assert!(words.ends_with(" Only") && words.contains("Rupees "), "{}", words);
    }
}
