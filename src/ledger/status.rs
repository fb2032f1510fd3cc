//! Columns in which a row says of itself that it does not count: a status, a mark that it was
//! cancelled or is active, a remark that is nothing but such a word. Every product has some;
//! a format's own `never_where` stands before this.

use super::text::{fold, has_phrase, words};

/// What a column can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// What became of the document, in words: `Void`, `Pending approval`.
    Status,
    /// ERPNext's number: 0 is a draft, 2 is cancelled.
    DocStatus,
    /// That it does not count, by anything but a no: `Cancelled`, `Void reason`.
    Cancelled,
    /// That it counts, unless there is a no: `Active`, `Posted`.
    Active,
    /// Free text, in which such a word must stand alone.
    Remark,
}

/// Words of documents that are no sale.
const DEAD: [&str; 11] = [
    "cancelled",
    "canceled",
    "void",
    "voided",
    "deleted",
    "draft",
    "rejected",
    "parked",
    "unposted",
    "proforma",
    "unapproved",
];
/// Phrases of such documents, beside those words, where a status is told.
const NOT_YET: [&str; 8] = [
    "reversed",
    "cancel",
    "not posted",
    "not approved",
    "pending approval",
    "pending review",
    "awaiting approval",
    "inactive",
];
/// What may stand before the word status.
const OF_DOCUMENTS: [&str; 15] = [
    "document",
    "doc",
    "invoice",
    "voucher",
    "vch",
    "transaction",
    "txn",
    "posting",
    "approval",
    "entry",
    "record",
    "journal",
    "workflow",
    "accounting",
    "bill",
];
/// What may stand beside those words in a remark.
const BESIDE: [&str; 10] = ["invoice", "entry", "bill", "voucher", "document", "this", "is", "was", "the", "by"];

/// What a column says by its header; None where it says nothing of the kind.
pub(super) fn column(header: &str) -> Option<Says> {
    let folded = fold(header.rsplit('/').next().unwrap_or(header));
    let all = words(&folded);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let bare: Vec<&str> = all.iter().copied().filter(|word| !["is", "flag", "y", "n"].contains(word)).collect();
    let is_dead = |word: &str| DEAD.contains(&word) || word.strip_prefix("is").is_some_and(|word| DEAD.contains(&word));
    match (all.as_slice(), bare.as_slice()) {
        (["docstatus"] | ["doc", "status"], _) => Some(Says::DocStatus),
        (["state"] | ["parent" | "entry", "state"], _) => Some(Says::Status),
        ([before @ .., "status"], _) if before.iter().all(|word| OF_DOCUMENTS.contains(word)) => Some(Says::Status),
        (_, [word]) if is_dead(word) || *word == "isoptional" => Some(Says::Cancelled),
        ([word, "on" | "date" | "at" | "by" | "reason"], _) if is_dead(word) || *word == "cancellation" => {
            Some(Says::Cancelled)
        }
        (_, ["active" | "posted" | "approved" | "valid" | "isactive" | "isposted"]) => Some(Says::Active),
        (
            [
                "remark" | "remarks" | "note" | "notes" | "comment" | "comments" | "narration" | "memo" | "description"
                | "details" | "text",
            ]
            | ["memo", "description"],
            _,
        ) => Some(Says::Remark),
        _ => None,
    }
}

/// Whether a cell of such a column says that its row does not count.
pub(super) fn is_dead(says: Says, cell: &str) -> bool {
    // No remark of this kind is long, and most cells are.
    if cell.is_empty() || (says == Says::Remark && cell.len() > 40) {
        return false;
    }
    let given = words(cell);
    let has_dead = || given.iter().any(|word| DEAD.contains(&word.as_str()));
    let folded = || fold(cell);
    match says {
        Says::Status => {
            has_dead() || given == ["pending"] || NOT_YET.iter().any(|phrase| has_phrase(&given, &words(phrase)))
        }
        Says::DocStatus => has_dead() || given == ["0"] || given == ["2"],
        Says::Cancelled => {
            !given.is_empty()
                && !["no", "n", "false", "f", "0", "none", "null", "nan", "n/a", "active", "posted", "valid"]
                    .contains(&folded().as_str())
                && given.first().is_none_or(|word| word != "not")
        }
        Says::Active => {
            ["no", "n", "false", "f", "0", "inactive", "unposted", "not posted", "not approved", "pending"]
                .contains(&folded().as_str())
                || has_dead()
        }
        Says::Remark => {
            has_dead() && given.iter().all(|word| DEAD.contains(&word.as_str()) || BESIDE.contains(&word.as_str()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_row_says_of_itself_is_heard() {
        for (header, cell, dead) in [
            ("Status", "Cancelled", true),
            ("Status", "VOIDED", true),
            ("Status", "Pending approval", true),
            ("Status", "Reversed", true),
            ("Status", "Paid", false),
            ("Status", "Awaiting Payment", false),
            ("Invoice Status", "draft", true),
            ("Payment Status", "Cancelled", false),
            ("Approval Status", "Rejected", true),
            ("State", "draft", true),
            ("State", "Karnataka", false),
            ("Docstatus", "2", true),
            ("Docstatus", "1", false),
            ("Is Cancelled", "1", true),
            ("Is Cancelled", "0", false),
            ("isCancelled", "TRUE", true),
            ("Void", "TRUE", true),
            ("Deleted", "Y", true),
            ("Cancelled", "-", false),
            ("Cancelled On", "2026-03-04", true),
            ("Active", "No", true),
            ("Posted", "No", true),
            ("Posted", "2026-03-04", false),
            ("Remarks", "CANCELLED", true),
            ("Remarks", "Invoice cancelled", true),
            ("Remarks", "Not cancelled in time, see mail", false),
            ("Memo", "VOID", true),
            ("Customer", "Void", false),
            ("Amount", "0", false),
        ] {
            assert_eq!(column(header).is_some_and(|says| is_dead(says, cell)), dead, "{header}: {cell}");
        }
    }
}
