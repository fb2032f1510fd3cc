//! Any text is an amount, nothing, or a refusal; a plain decimal keeps its digits.
#![no_main]

use crossfoot::ledger::amounts::{Style, read, styles};
use crossfoot::model::money::{parse_plain, parse_units};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok((units, scale)) = parse_units(bytes) {
        let text = std::str::from_utf8(bytes).unwrap();
        let decimal = parse_plain(text).unwrap();
        assert_eq!((decimal.mantissa(), decimal.scale()), (units, scale));
        // What is written reads back as it was.
        assert_eq!(parse_plain(&decimal.to_string()).unwrap().to_string(), decimal.to_string());
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let both = [read(text, Style::Point), read(text, Style::Comma)];
    let (possible, _) = styles(text);
    // A style that is said to be possible can read the cell.
    for style in possible {
        assert!(both[usize::from(style == Style::Comma)].is_ok() || both.iter().all(Result::is_err), "{text}");
    }
});
