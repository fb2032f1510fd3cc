//! A format file for a layout that nobody has described yet: columns by what their names
//! usually mean, for a person to correct.

use super::decode::Decoded;
use super::format::{Format, Role, SHIPPED, fold, parse};
use crate::model::money::shorten;
use crate::model::problem::Problem;

/// Words that a column's name has when it is this, most telling first.
const WORDS: [(Role, &[&str]); 9] = [
    (Role::Date, &["date", "datum", "day", "when"]),
    (Role::Debit, &["debit", "dr", "soll"]),
    (Role::Credit, &["credit", "cr", "haben"]),
    (Role::Amount, &["amount", "value", "betrag", "rupees", "sum"]),
    (Role::Account, &["account", "ledger", "particulars", "konto", "head"]),
    (Role::Party, &["party", "customer", "client", "contact", "payee", "kunde"]),
    (Role::Type, &["type", "art"]),
    (Role::Voucher, &["voucher", "document", "invoice", "number", "reference", "no", "ref"]),
    (Role::Description, &["narration", "description", "memo", "text", "remarks", "details"]),
];

/// Proposes a format file, with the header that it was made from.
///
/// # Errors
/// No row looks like a header with a date, an account and an amount.
pub fn propose(file: &Decoded, name: &str) -> Result<String, Problem> {
    let shipped: Vec<Format> = SHIPPED.iter().filter_map(|(name, text)| parse(name, text).ok()).collect();
    let mut best: Vec<(Role, String)> = Vec::new();
    for line in file.text.lines().take(60) {
        for delimiter in [',', ';', '\t', '|'] {
            let cells: Vec<&str> = line.split(delimiter).map(|cell| cell.trim().trim_matches('"')).collect();
            let roles = roles(&cells, &shipped);
            if roles.len() > best.len() && is_enough(&roles) {
                best = roles;
            }
        }
    }
    if best.is_empty() {
        return Err(Problem::stop("ledger-format", format!("no row of {name} looks like a ledger's header"))
            .because("a date, an account and an amount (or debit and credit) must have names")
            .next("write the format file by hand: docs/ledger-formats.md explains every key")
            .not_done("Nothing was written."));
    }
    let has = |role: Role| best.iter().any(|(one, _)| *one == role);
    let mut required = vec![Role::Date, Role::Account];
    required.extend(if has(Role::Amount) { vec![Role::Amount] } else { vec![Role::Debit, Role::Credit] });
    let mut party: Vec<&str> = Vec::new();
    party.extend(has(Role::Party).then_some("column"));
    party.extend(has(Role::Voucher).then_some("voucher"));
    if party.is_empty() {
        party.push("description");
    }
    let quoted = |words: &[&str]| words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
    let names: Vec<&str> = required.iter().map(|role| role.name()).collect();
    let mut text = format!(
        "# Proposed from the header of {}; look at every line before you use it.\n# docs/ledger-formats.md explains all keys.\ntitle = \"our ledger\"\nrequired = [{}]\nparty = [{}]\n",
        shorten(name).replace('\n', " "),
        quoted(&names),
        quoted(&party)
    );
    if has(Role::Amount) {
        text.push_str("# What a plus means: debit-positive, credit-positive, natural, or suffix (Dr and Cr).\nsign = \"credit-positive\"\n");
    }
    text.push_str(
        "# Words of voucher types that never count.\nnever = [\"receipt\", \"payment\", \"purchase\", \"journal\", \"contra\", \"bill\"]\ntotals = [{ begins = \"Grand Total\", kind = \"grand\" }, { begins = \"Total\", kind = \"none\" }]\n\n[columns]\n",
    );
    for (role, cell) in best {
        let cell = cell.replace('\\', "\\\\").replace('"', "\\\"");
        text.push_str(&format!("{} = [\"{cell}\"]\n", role.name()));
    }
    // What cannot be read back is not proposed.
    parse("proposed", &text)?;
    Ok(text)
}

fn is_enough(roles: &[(Role, String)]) -> bool {
    let has = |role: Role| roles.iter().any(|(one, _)| *one == role);
    has(Role::Date) && has(Role::Account) && (has(Role::Amount) || (has(Role::Debit) && has(Role::Credit)))
}

/// Each role with the first cell that is named like it: as a shipped format names it, or
/// with one of its words.
fn roles(cells: &[&str], shipped: &[Format]) -> Vec<(Role, String)> {
    let mut taken = Vec::new();
    let mut found = Vec::new();
    for exact in [true, false] {
        for (role, words) in WORDS {
            if found.iter().any(|(one, _)| *one == role) {
                continue;
            }
            let fits = |cell: &str| {
                let cell = fold(cell);
                if exact {
                    let named = |names: &Vec<String>| names.iter().any(|name| fold(name) == cell);
                    shipped.iter().any(|format| format.columns.get(&role).is_some_and(named))
                } else {
                    cell.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word))
                }
            };
            let at =
                cells.iter().enumerate().position(|(at, cell)| !cell.is_empty() && !taken.contains(&at) && fits(cell));
            if let Some(at) = at {
                taken.push(at);
                found.push((role, cells[at].to_owned()));
            }
        }
    }
    found
}
