//! Any bytes are a ledger with every row accounted for, or a refusal; a canonical one reads
//! the same with its rows in another order.
#![no_main]

use crossfoot::model::ledger_terms::AccountUse;
use crossfoot::ledger::known::{AUTO, CANONICAL};
use crossfoot::ledger::open::{Reading, read};
use crossfoot::model::money::Currency;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let accounts = [("Outbound Voice Charges".to_owned(), AccountUse::Other), ("400200".to_owned(), AccountUse::Other)].into();
    for format in [AUTO, CANONICAL] {
        let reading = Reading {
            format,
            own_formats: &Default::default(),
            sheet: None,
            date_order: None,
            timezone: chrono_tz::Asia::Kolkata,
            accounts: &accounts,
            voucher_types: &Default::default(),
            period: None,
            currency: Currency::INR,
            default_currency: Currency::INR,
            resolve: &|_| None,
        };
        let headed = [b"date,customer_id,direction,amount\n", bytes].concat();
        let input = if format == CANONICAL { headed.as_slice() } else { bytes };
        if let Ok((ledger, _)) = read(std::io::Cursor::new(input), "fuzz", &reading) {
            let rows = ledger.rows;
            assert_eq!(rows.read, rows.used + rows.outside_period + rows.excluded + rows.rejected);
            assert_eq!(ledger.bytes, input.len() as u64);
        }
    }
});
