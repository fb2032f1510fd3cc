//! Tests of exact money.

use super::*;

fn inr(text: &str) -> Money {
    Money::new(parse_plain(text).unwrap(), Currency::INR)
}

#[test]
fn only_plain_decimals_are_read() {
    for good in ["0", "336717.00", "-0.45", "9007199254740993.25", "0.30000000000000004"] {
        assert_eq!(parse_plain(good).unwrap().to_string(), good);
    }
    for bad in [
        "", "-", ".5", "5.", "+1", "1_000", "1,000.00", "1e3", "(1.00)", "1.00-", " 1", "1 ", "₹1", "1.2.3", "--1",
        "NaN", "१२",
    ] {
        assert!(matches!(parse_plain(bad), Err(MoneyError::NotPlain(_))), "{bad}");
    }
    for long in ["79228162514264337593543950336", "0.00000000000000000000000000001"] {
        assert!(matches!(parse_plain(long), Err(MoneyError::TooLong(_))), "{long}");
    }
}

#[test]
fn a_sum_that_would_round_is_an_error() {
    let big = parse_plain("7922816251426433759354395033.5").unwrap();
    let small = parse_plain("0.04").unwrap();
    assert_eq!(add_exact(big, small), Err(MoneyError::Overflow));
}

#[test]
fn zero_has_no_sign_and_scale_is_kept() {
    assert_eq!(inr("-0.00").plain(), "0.00");
    assert_eq!(inr("1").plain(), "1.00");
    assert_eq!(inr("1.10000").plain(), "1.10000");
    assert_eq!(inr("1.10"), inr("1.1"));
}

#[test]
fn rupees_are_grouped_in_lakh_and_crore() {
    assert_eq!(inr("12345678.90").display(), "₹1,23,45,678.90");
    assert_eq!(inr("-1234").display(), "-₹1,234.00");
    assert_eq!(inr("999").display_signed(), "+₹999.00");
    let usd = Money::new(parse_plain("1234567.5").unwrap(), Currency::parse("USD").unwrap());
    assert_eq!(usd.display(), "USD\u{a0}1,234,567.50");
}

#[test]
fn currencies_never_mix() {
    let usd = Money::zero(Currency::parse("USD").unwrap());
    assert!(matches!(inr("1").plus(&usd), Err(MoneyError::Currencies(..))));
    assert!(Currency::parse("inr").is_err());
    assert!(Currency::parse("ZZZ").is_err());
}

#[test]
fn a_text_is_cut_after_120_letters_and_says_so() {
    assert_eq!(shorten("a\u{1}b"), "a\u{fffd}b");
    for (letters, cut) in [(119, false), (120, false), (121, true)] {
        let text = "é".repeat(letters);
        assert_eq!(shorten(&text), format!("{}{}", "é".repeat(letters.min(120)), if cut { "…" } else { "" }));
    }
    assert_eq!(parse_plain("").unwrap_err().to_string(), "the amount is empty");
    assert_eq!(format!("{:?} {}", Currency::INR, Currency::INR), "INR INR");
}

#[test]
fn a_sum_is_kept_and_taken_up_again_as_its_two_parts() {
    let mut tally = Tally::default();
    tally.add_units(-150, 2).unwrap();
    tally.add_units(7, 3).unwrap();
    assert_eq!((tally.mantissa(), tally.scale()), (-1493, 3));
    assert_eq!(Tally::from_parts(tally.mantissa(), tally.scale()), tally);
    assert_eq!(grouped_count(124_830, Currency::INR), "1,24,830");
}
