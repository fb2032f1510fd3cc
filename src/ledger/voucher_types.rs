//! Whether vouchers of a type are sales: by words, never by parts of words.

use std::collections::BTreeMap;

use super::text::{fold, has_phrase, words};

/// Types that are never a sale, whatever else they are called.
const NEVER: &[&str] = &[
    "purchase",
    "purchases",
    "payable",
    "vendor",
    "supplier",
    "payment",
    "payments",
    "overpayment",
    "prepayment",
    "expense",
    "spend money",
    "receive money",
    "transfer",
    "contra",
    "cheque",
    "check",
    "deposit",
    "withdrawal",
    "stock",
    "delivery note",
    "order",
    "quotation",
    "quote",
    "quotes",
    "estimate",
    "proforma",
    "pro forma",
    "budget",
    "statistical",
    "forecast",
    "scenario",
    "simulation",
    "memorandum",
    // Tally's is of a scenario only; elsewhere it is a question.
    "reversing",
    "opening",
    "opening balance",
    "period closing",
    "payroll",
    "draft",
    "void",
    "voided",
    "deleted",
    "rejected",
    "parked",
    "canceled",
    // Tally keeps both in the book, and counts neither.
    "cancelled",
    "optional",
];

/// Sales, notes about them, and journals: what is booked on a revenue account by hand is
/// booked there on purpose.
const COUNTS: &[&str] = &[
    "sales",
    "sale",
    "invoice",
    "invoices",
    "tax invoice",
    "credit note",
    "creditnote",
    "credit memo",
    "creditmemo",
    "debit note",
    "debitnote",
    "debit memo",
    "journal",
    "jv",
    "rechnung",
    "gutschrift",
];

/// Types that are no sale unless a word says that they are one: `Sales Bill`.
const USUALLY_NOT: &[&str] = &["receipt", "bill"];

/// What a voucher type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Counts,
    /// It is no sale, and nobody has said so but we.
    Never,
    /// `[ledger.voucher_types]` says that it never counts.
    Declared,
    /// In no list.
    Unknown,
}

/// The lists, folded once.
#[derive(Clone, Debug)]
pub(super) struct VoucherTypes {
    own: BTreeMap<String, bool>,
    never: Vec<Vec<String>>,
    counts: Vec<Vec<String>>,
    usually_not: Vec<Vec<String>>,
}

impl VoucherTypes {
    /// `own` is the user's word on whole types; `counts` and `never` are the format's words.
    pub(super) fn new(own: &BTreeMap<String, bool>, counts: &[String], never: &[String]) -> Self {
        let of = |words_of: &[String], more: &[&str]| {
            words_of.iter().map(String::as_str).chain(more.iter().copied()).map(words).collect()
        };
        Self {
            own: own.iter().map(|(name, counts)| (fold(name), *counts)).collect(),
            never: of(never, NEVER),
            counts: of(counts, COUNTS),
            usually_not: of(&[], USUALLY_NOT),
        }
    }

    pub(super) fn verdict(&self, voucher_type: &str) -> Verdict {
        let given = words(voucher_type);
        if let Some(counts) = self.own.get(&fold(voucher_type)) {
            return if *counts { Verdict::Counts } else { Verdict::Declared };
        }
        // Codes of two letters are compared whole, words wherever they stand.
        let among = |phrases: &[Vec<String>]| {
            phrases.iter().any(|phrase| match phrase.as_slice() {
                [code] if code.len() <= 2 => given == *phrase,
                _ => has_phrase(&given, phrase),
            })
        };
        if given.is_empty() {
            Verdict::Counts
        } else if among(&self.never) {
            Verdict::Never
        } else if among(&self.counts) {
            Verdict::Counts
        } else if among(&self.usually_not) {
            Verdict::Never
        } else {
            Verdict::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_decide_and_never_parts_of_words() {
        let own = [("Barter".to_owned(), true), ("Journal 7".to_owned(), false)].into();
        let types = VoucherTypes::new(&own, &["RV".to_owned()], &["DZ".to_owned()]);
        for (text, verdict) in [
            ("Sales Bill", Verdict::Counts),
            ("Sales Receipt", Verdict::Counts),
            ("Receivable Invoice", Verdict::Counts),
            ("Journal Entry", Verdict::Counts),
            ("credit_note", Verdict::Counts),
            ("", Verdict::Counts),
            ("rv", Verdict::Counts),
            ("barter", Verdict::Counts),
            ("Purchase Invoice", Verdict::Never),
            ("Payable Invoice", Verdict::Never),
            ("Receivable Payment", Verdict::Never),
            ("Bill", Verdict::Never),
            ("Receipt", Verdict::Never),
            ("DZ", Verdict::Never),
            ("Journal 7", Verdict::Declared),
            ("Draft Invoice", Verdict::Never),
            ("Void Invoice", Verdict::Never),
            ("Deleted Invoice", Verdict::Never),
            ("Pro-forma Invoice", Verdict::Never),
            ("Proforma Invoice", Verdict::Never),
            ("Sales Quote", Verdict::Never),
            ("Reversing Journal", Verdict::Never),
            ("Budget Journal", Verdict::Never),
            ("Statistical Journal", Verdict::Never),
            ("Voided Cheque Co Sales", Verdict::Never),
            ("Avoidance Sales", Verdict::Counts),
            ("Wholesale", Verdict::Unknown),
            ("Salesforce", Verdict::Unknown),
        ] {
            assert_eq!(types.verdict(text), verdict, "{text}");
        }
    }
}
