//! Any text is a date or a refusal, and what is a date in ISO form reads the same in both orders.
#![no_main]

use crossfoot::ledger::dates::{read, readings};
use crossfoot::model::ledger_terms::DateOrder;
use crossfoot::model::period::parse_day;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let both = [DateOrder::DayFirst, DateOrder::MonthFirst].map(|order| read(text, order, chrono_tz::Asia::Kolkata));
    let _ = readings(text);
    if let Ok(day) = parse_day(text) {
        assert_eq!(both, [Ok(day), Ok(day)], "{text}");
    }
});
