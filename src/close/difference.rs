//! Where two files first differ, as a person looks for it.

use std::collections::BTreeSet;

use crate::model::invoice::{Draft, Issued};
use crate::render::invoice_json;

/// The field in which an issued invoice and its draft first differ.
pub(super) fn first_difference(invoice: &Issued, draft: &Draft) -> String {
    let as_value = |content: Draft| -> serde_json::Value {
        let again = Issued { content, ..invoice.clone() };
        serde_json::from_slice(&invoice_json::render(&again)).unwrap_or_default()
    };
    differing_field(&as_value(invoice.content.clone()), &as_value(draft.clone())).unwrap_or_default()
}

pub(super) fn differing_line(found: &[u8], expected: &[u8]) -> Option<String> {
    let (mut found, mut expected) = (found.split(|b| *b == b'\n'), expected.split(|b| *b == b'\n'));
    let mut line = 1;
    loop {
        match (found.next(), expected.next()) {
            (None, None) => return None,
            (a, b) if a == b => line += 1,
            _ => return Some(format!("line {line}")),
        }
    }
}

/// The path of the first value that differs, `/customers/3/ledger`.
pub(super) fn differing_field(found: &serde_json::Value, expected: &serde_json::Value) -> Option<String> {
    use serde_json::Value;
    match (found, expected) {
        (a, b) if a == b => None,
        (Value::Object(a), Value::Object(b)) => {
            let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            keys.into_iter().find_map(|key| match (a.get(key), b.get(key)) {
                (Some(x), Some(y)) => differing_field(x, y).map(|path| format!("/{key}{path}")),
                _ => Some(format!("/{key}")),
            })
        }
        (Value::Array(a), Value::Array(b)) => {
            let first = a
                .iter()
                .zip(b)
                .enumerate()
                .find_map(|(i, (x, y))| differing_field(x, y).map(|path| format!("/{i}{path}")));
            first.or_else(|| Some(format!("/{}", a.len().min(b.len()))))
        }
        _ => Some(String::new()),
    }
}
