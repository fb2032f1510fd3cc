//! What the words of flags mean.

use crate::ledger::amounts::Style;
use crate::model::call_terms::Role;
use crate::model::ledger_terms::{AccountUse, DateOrder};
use crate::model::problem::word;

pub(super) fn account(text: &str) -> Result<(String, AccountUse), String> {
    match text.rsplit_once('=') {
        Some((name, role)) if !name.is_empty() => Ok((name.to_owned(), word(role, &AccountUse::WORDS)?)),
        _ => Err("write NAME=inbound, NAME=outbound or NAME=other".to_owned()),
    }
}

pub(super) fn voucher_type(text: &str) -> Result<(String, bool), String> {
    match text.rsplit_once('=') {
        Some((name, given)) if !name.is_empty() => {
            Ok((name.to_owned(), word(given, &[("counts", true), ("never", false)])?))
        }
        _ => Err("write NAME=counts or NAME=never".to_owned()),
    }
}

pub(super) fn date_order(text: &str) -> Result<DateOrder, String> {
    word(text, &DateOrder::WORDS)
}

/// `cost=NAME` of ours, `partner.cost=NAME` of the partner's, which the first part says.
pub(super) fn call_column(text: &str) -> Result<(bool, Role, String), String> {
    let (is_partner, rest) = match text.split_once('.') {
        Some(("partner", rest)) => (true, rest),
        Some(("ours", rest)) => (false, rest),
        _ => (false, text),
    };
    Role::named(rest).map(|(role, name)| (is_partner, role, name))
}

pub(super) fn decimal(text: &str) -> Result<Style, String> {
    word(text, &[("point", Style::Point), ("comma", Style::Comma)])
}
