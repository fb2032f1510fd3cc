//! What is written of the settings: a commented file for new books, and the page of the documentation.

use super::settings::{ACCOUNTS, SETTINGS, VOUCHER_TYPES};

/// The settings as a page of the documentation.
#[must_use]
pub fn reference() -> String {
    let mut out = String::from(
        "# Settings\n\nEvery setting of `crossfoot.toml`. This page is made from the program; `crossfoot init` writes the same into\nnew books. A setting that is left out has its default; a key that is not here is an error that names the\nnearest one.\n",
    );
    out.push_str(
        "\nThe keys of `[seller]` may stand in a file of their own, `seller.toml`, without the section's head: companies that\nshare the rest differ by it alone. A close seals both as one text.\n",
    );
    let mut section = "";
    for setting in SETTINGS {
        let (its_section, key) = setting.path.split_once('.').unwrap_or(("", setting.path));
        if its_section != section {
            section = its_section;
            out.push_str(&format!("\n## `[{section}]`\n\n| key | default | meaning |\n| --- | --- | --- |\n"));
        }
        let default = if setting.default.is_empty() { "–".to_owned() } else { format!("`{}`", setting.default) };
        out.push_str(&format!("| `{key}` | {default} | {} |\n", setting.doc.replace('\n', " ").replace('|', "\\|")));
    }
    out.push_str(&format!("\n## `[{ACCOUNTS}]`\n\nDouble-entry exports: an account's name or number = `\"inbound\"`, `\"outbound\"` or `\"other\"`. Accounts that are\nnot here are not usage.\n"));
    out.push_str(&format!("\n## `[{VOUCHER_TYPES}]`\n\nWhether postings of a voucher type on those accounts are sales: its name = `\"counts\"` or `\"never\"`. What is\nneither known as a sale nor named here is set aside, and told.\n"));
    out
}

/// A commented `crossfoot.toml` with every setting at its default; `set` replaces some.
#[must_use]
pub fn scaffold(set: &[(&str, &str)]) -> String {
    let mut out = String::from(
        "# Settings of these books. Every setting is here; one that is commented out has\n# the value shown. Unknown keys are errors. No secret belongs in this file.\n",
    );
    let mut section = "";
    for setting in SETTINGS {
        let (its_section, key) = setting.path.split_once('.').unwrap_or(("", setting.path));
        if its_section != section {
            section = its_section;
            out.push_str(&format!("\n[{section}]\n"));
        }
        for line in setting.doc.lines() {
            out.push_str(&format!("# {line}\n"));
        }
        match set.iter().find(|(path, _)| *path == setting.path) {
            Some((_, value)) => out.push_str(&format!("{key} = {value}\n")),
            None if setting.default.is_empty() => out.push_str(&format!("# {key} = \"\"\n")),
            None => out.push_str(&format!("# {key} = {}\n", setting.default)),
        }
    }
    out.push_str(
        "\n# Double-entry exports: which accounts are usage, by name or number; the rest is not.\n[ledger.accounts]\n# \"Inbound Voice Charges\" = \"inbound\"\n# \"Outbound Voice Charges\" = \"outbound\"\n# \"DID Rental\" = \"other\"\n\n# Whether vouchers of a type are sales, where their names do not tell.\n[ledger.voucher_types]\n# \"Barter\" = \"counts\"\n# \"Payable Invoice\" = \"never\"\n",
    );
    out
}
