//! What is wrong with a customer's particulars, column by column: a GSTIN whose digits do not fit, a
//! State that its PIN is not in, an address of mail that is none. Told while they are typed; a close
//! refuses the document for the same reasons.

use super::customers;
use super::layout::CUSTOMERS;
use crate::model::gstin;
use crate::model::mailbox;
use crate::model::place;
use crate::model::visible::hides;

/// Something wrong, and in which column.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Wrong {
    /// The column.
    pub field: String,
    /// A sentence.
    pub message: String,
}

/// What is wrong with a row, by its columns. With `reads`, the file with the row was read already, and
/// nothing in it stops that.
pub(crate) fn of(cells: &[(&str, &str)], reads: bool) -> Vec<Wrong> {
    let cell = |name: &str| {
        let found = cells.iter().find(|(own, _)| own.trim().eq_ignore_ascii_case(name));
        found.map(|(_, cell)| cell.trim()).filter(|cell| !cell.is_empty())
    };
    let mut wrong: Vec<Wrong> = Vec::new();
    let mut tell = |field: &str, message: String| wrong.push(Wrong { field: field.to_owned(), message });
    for (name, cell) in cells {
        if let Some(hidden) = cell.chars().find(|c| hides(*c)) {
            tell(name, format!("it has a character that does not show: U+{:04X}", u32::from(hidden)));
        }
        if cell.starts_with(['=', '+', '@', '\t', '\r']) {
            tell(name, "a spreadsheet would take it for a formula".to_owned());
        }
    }
    let gstin = cell("gstin").map(|text| text.replace(' ', "").to_uppercase());
    let of_gstin = gstin.as_deref().and_then(|number| match gstin::check(number) {
        Ok(code) => Some(code),
        Err(why) => {
            tell("gstin", why);
            None
        }
    });
    let pin = cell("pin").and_then(|text| {
        let pin = place::pin(text);
        if pin.is_none()
            && cell("country")
                .is_none_or(|country| country.eq_ignore_ascii_case("in") || country.eq_ignore_ascii_case("india"))
        {
            tell("pin", "a PIN has six digits, and does not begin with 0".to_owned());
        }
        pin
    });
    let by_name = cell("state").map(place::by_name);
    if by_name == Some(None) && pin.is_some() {
        tell("state", "no State is called so".to_owned());
    }
    let padded = cell("state_code").map(|code| format!("{code:0>2}"));
    let by_code = padded.as_deref().and_then(|code| {
        let found = gstin::state(code);
        if found.is_none() {
            tell("state_code", format!("no State has the code {code}"));
        }
        found
    });
    let named = by_name.flatten();
    if let (Some(name), Some(code)) = (named, by_code)
        && gstin::today(&name.code) != gstin::today(&code.code)
    {
        tell("state_code", format!("{} is {}, and the State is {}", code.code, code.name, name.name));
    }
    let state = named.or(by_code);
    if let (Some(state), Some(pin)) = (state, &pin) {
        let codes = place::by_pin(pin);
        if !codes.is_empty() && !codes.iter().any(|code| gstin::today(code) == gstin::today(&state.code)) {
            let names: Vec<&str> = codes.iter().filter_map(|code| Some(gstin::state(code)?.name.as_str())).collect();
            tell("pin", format!("{pin} is in {}, and the State is {}", names.join(" or "), state.name));
        }
    }
    if let (Some(state), Some(code)) = (state, of_gstin)
        && cell("place_of_supply").is_none()
        && gstin::today(code) != gstin::today(&state.code)
    {
        let of = gstin::state(code).map_or(code, |state| state.name.as_str());
        tell("gstin", format!("it is of {of}, and the State is {}", state.name));
    }
    for column in ["email", "cc"] {
        if let Some(Err(why)) = cell(column).map(mailbox::parse_list) {
            tell(column, why);
        }
    }
    for told in if reads { Vec::new() } else { read(cells) } {
        if !wrong.iter().any(|known| known.field == told.field) {
            wrong.push(told);
        }
    }
    wrong
}

/// What reading the file would say of the row.
fn read(cells: &[(&str, &str)]) -> Vec<Wrong> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let rows = [cells.iter().map(|(name, _)| *name).collect::<Vec<_>>(), cells.iter().map(|(_, cell)| *cell).collect()];
    let written = rows.iter().all(|row| writer.write_record(row).is_ok());
    let Some(bytes) = writer.into_inner().ok().filter(|_| written) else { return Vec::new() };
    let Err(problem) = customers::parse(&bytes) else { return Vec::new() };
    let before = format!("{CUSTOMERS}, row 2: ");
    let lines = std::iter::once(&problem.what).chain(&problem.also);
    let told = |line: &String| {
        let line = line.strip_prefix(&before).unwrap_or(line);
        let (field, message) =
            line.split_once(": ").filter(|(field, _)| customers::is_column(field)).unwrap_or(("customer_id", line));
        Wrong { field: field.to_owned(), message: message.to_owned() }
    };
    lines.map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(cells: &[(&str, &str)]) -> Vec<String> {
        let all = [&[("customer_id", "MA_1"), ("legal_name", "Asha")], cells].concat();
        of(&all, false).into_iter().map(|wrong| format!("{}: {}", wrong.field, wrong.message)).collect()
    }

    #[test]
    fn what_does_not_fit_is_told_by_its_column() {
        let nothing: [String; 0] = [];
        assert_eq!(
            fields(&[
                ("gstin", "29AAFCC9980M1ZR"),
                ("state", "Karnataka"),
                ("pin", "560 001"),
                ("email", "a@b.example; c@d.example")
            ]),
            nothing
        );
        assert!(fields(&[("gstin", "29AAFCC9980M1ZS")])[0].starts_with("gstin: its last character"));
        assert_eq!(
            fields(&[("state", "Karnataka"), ("pin", "411001")]),
            ["pin: 411001 is in Maharashtra, and the State is Karnataka"]
        );
        assert_eq!(
            fields(&[("gstin", "29AAFCC9980M1ZR"), ("state_code", "27")]),
            ["gstin: it is of Karnataka, and the State is Maharashtra"]
        );
        assert_eq!(fields(&[("pin", "W1A 1AA"), ("country", "GB")]), nothing);
        assert_eq!(fields(&[("pin", "W1A 1AA")]).len(), 1);
        assert!(fields(&[("email", "nobody")])[0].starts_with("email: "));
        assert!(fields(&[("due_days", "soon")])[0].starts_with("due_days: "));
        assert!(fields(&[("country", "Atlantis")])[0].starts_with("country: "));
        assert!(fields(&[("buyer_reference", "=1+1")])[0].contains("formula"));
        assert!(fields(&[("city", "Pune\u{202e}")])[0].contains("U+202E"));
    }
}
