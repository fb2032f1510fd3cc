//! Any bytes, packed or not, are text or a refusal; UTF-8 text is what it was.
#![no_main]

use crossfoot::ledger::decode::decode;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(file) = decode(bytes, "fuzz") {
        assert_eq!(file.bytes, bytes.len() as u64);
        if file.packed.is_none() && file.encoding == "utf-8" {
            let text = std::str::from_utf8(bytes).unwrap();
            assert_eq!(file.text, text.strip_prefix('\u{feff}').unwrap_or(text));
        }
    }
});
