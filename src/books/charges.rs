//! `charges.csv`: what is charged beside calls, a row each. `customer_id`, `description`,
//! `kind` (`recurring`, `one-off`, `discount`, `credit`), `from`, `to` (days), and `amount`,
//! or `quantity` with `unit_price`; optionally `unit`, `sac`, `pro_rata` and `currency`.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::invoicing::sac;
use super::layout::CHARGES;
use super::spreadsheet::{Sheet, rows};
use crate::model::invoice::Charge;
use crate::model::money::{Currency, parse_plain, shorten};
use crate::model::period::{Period, parse_day};
use crate::model::problem::{self, Problem};

const COLUMNS: [&str; 12] = [
    "customer_id",
    "description",
    "kind",
    "from",
    "to",
    "amount",
    "quantity",
    "unit",
    "unit_price",
    "sac",
    "pro_rata",
    "currency",
];

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreedCharge {
    /// Where it stands in the file; the header is row 1.
    pub row: usize,
    /// Whom it is charged to.
    pub customer_id: String,
    /// As it is printed.
    pub description: String,
    /// What kind: discounts and credits are taken off.
    pub charge: Charge,
    /// First day; None: ever since.
    pub from: Option<NaiveDate>,
    /// Last day; None: until further notice.
    pub to: Option<NaiveDate>,
    /// How much, without a sign.
    pub price: Price,
    /// In which currency; None: the document's.
    pub currency: Option<Currency>,
    /// Another service accounting code than that of calls.
    pub sac: Option<String>,
    /// Whether what recurs is charged by the days of the period that it is for.
    pub pro_rata: bool,
}

/// How much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Price {
    /// An amount.
    Amount(Decimal),
    /// So many at a price.
    Each {
        /// How many.
        quantity: Decimal,
        /// Of what.
        unit: String,
        /// Each.
        price: Decimal,
    },
}

impl AgreedCharge {
    /// Whether it is charged in a period: what happens once, where its day lies in it, and
    /// what recurs, where the two have a day in common.
    #[must_use]
    pub fn is_due(&self, period: &Period) -> bool {
        match self.charge {
            Charge::OneOff | Charge::Credit => self.from.or(self.to).is_some_and(|day| period.contains(day)),
            _ => self.from.is_none_or(|from| from <= period.to) && self.to.is_none_or(|to| to >= period.from),
        }
    }

    /// The days of a period that it is for.
    #[must_use]
    pub fn within(&self, period: &Period) -> (NaiveDate, NaiveDate) {
        let from = self.from.map_or(period.from, |from| from.max(period.from));
        (from, self.to.map_or(period.to, |to| to.min(period.to)))
    }

    /// So many days of so many, where only a part of the period is charged.
    #[must_use]
    pub fn part(&self, period: &Period) -> Option<(u32, u32)> {
        let days = |(from, to): (NaiveDate, NaiveDate)| u32::try_from((to - from).num_days() + 1).unwrap_or(0);
        let (part, whole) = (days(self.within(period)), days((period.from, period.to)));
        (self.pro_rata && part < whole).then_some((part, whole))
    }
}

/// Reads the file.
///
/// # Errors
/// A missing or unknown column, and every row that is wrong: all listed.
pub(crate) fn parse(bytes: &[u8]) -> Result<Vec<AgreedCharge>, Problem> {
    let needed = ["customer_id", "description", "kind"];
    rows(bytes, &Sheet { code: "charges", file: CHARGES, columns: &COLUMNS, needed: &needed }, entry)
}

fn entry<'a>(row: usize, cell: &dyn Fn(&str) -> Option<&'a str>) -> Result<AgreedCharge, String> {
    let needed = |name: &str| cell(name).ok_or_else(|| format!("`{name}` is empty"));
    let kinds = [Charge::Recurring, Charge::OneOff, Charge::Discount, Charge::Credit];
    let word = needed("kind")?;
    let charge = Charge::parse(word).filter(|kind| kinds.contains(kind)).ok_or_else(|| {
        format!("kind must be one of {}, not `{}`", kinds.map(Charge::name).join(", "), shorten(word))
    })?;
    let day = |name: &str| cell(name).map(parse_day).transpose().map_err(|e| format!("{name}: {e}"));
    let number = |name: &str| match cell(name).map(parse_plain).transpose() {
        Ok(Some(number)) if number.is_sign_negative() => {
            Err(format!("{name}: must not be negative; discounts and credits are taken off by their kind"))
        }
        Ok(number) => Ok(number),
        Err(e) => Err(format!("{name}: {e}")),
    };
    let price = match (number("amount")?, number("quantity")?, number("unit_price")?) {
        (Some(amount), None, None) => Price::Amount(amount),
        (None, quantity, Some(price)) => Price::Each {
            quantity: quantity.unwrap_or(Decimal::ONE),
            unit: cell("unit").unwrap_or("unit").to_owned(),
            price,
        },
        _ => return Err("it needs either amount, or quantity and unit_price".to_owned()),
    };
    let currency = cell("currency").map(Currency::parse).transpose().map_err(|e| format!("currency: {e}"))?;
    if let (Some(currency), Price::Amount(amount)) = (currency, &price)
        && amount.normalize().scale() > currency.minor_digits()
    {
        return Err(format!("amount: {currency} has {} decimals", currency.minor_digits()));
    }
    let (from, to) = (day("from")?, day("to")?);
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        return Err("`to` is before `from`".to_owned());
    }
    if matches!(charge, Charge::OneOff | Charge::Credit) && from.is_none() && to.is_none() {
        return Err(format!("a {} needs its day in `from`", charge.name()));
    }
    let pro_rata =
        cell("pro_rata").map(|text| problem::word(&text.to_ascii_lowercase(), &[("yes", true), ("no", false)]));
    let pro_rata = pro_rata.transpose().map_err(|e| format!("pro_rata: {e}"))?.unwrap_or(false);
    if pro_rata && matches!(charge, Charge::OneOff | Charge::Credit) {
        return Err(format!("pro_rata: a {} is not for days, only what recurs is", charge.name()));
    }
    let sac = cell("sac").map(sac).transpose().map_err(|e| format!("sac: {e}"))?;
    Ok(AgreedCharge {
        row,
        customer_id: needed("customer_id")?.to_owned(),
        description: needed("description")?.to_owned(),
        charge,
        from,
        to,
        price,
        currency,
        sac,
        pro_rata,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_when() {
        let text = b"customer_id,description,kind,from,to,amount,quantity,unit,unit_price\nM,Number rental,recurring,2026-02-15,,,3,number,100.00\nM,Set-up,one-off,2026-03-05,,500.00,,,\nM,Goodwill,credit,2026-04-01,,50.00,,,\nM,Launch offer,discount,,2026-02-28,10.00,,,\n";
        let entries = parse(text).unwrap();
        let due = |period: &str| {
            let period = Period::parse(period).unwrap();
            entries.iter().filter(|e| e.is_due(&period)).map(|e| e.description.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(due("2026-03"), ["Number rental", "Set-up"]);
        assert_eq!(due("2026-02"), ["Number rental", "Launch offer"]);
        assert_eq!(due("2026-04"), ["Number rental", "Goodwill"]);
    }

    #[test]
    fn everything_wrong_is_told_by_its_row() {
        let text = b"customer_id,description,kind,from,amount,unit_price,currency\n,a,one-off,2026-03-01,5,,\nM,b,weekly,,5,,\nM,c,one-off,,5,,\nM,d,credit,2026-03-01,-5,,\nM,e,recurring,,5,5,\nM,f,recurring,2026-13-01,5,,\nM,g,recurring,,5,,usd\nM,h,recurring,,5.5,,JPY\nM,i,recurring,,5.0005,,KWD\nM,j,recurring,,,5.5,JPY\n";
        let problem = parse(text).unwrap_err();
        let all = [vec![problem.what.clone()], problem.also.clone()].concat().join("\n");
        insta::assert_snapshot!(all, @r"
        charges.csv, row 2: `customer_id` is empty
        charges.csv, row 3: kind must be one of recurring, one-off, discount, credit, not `weekly`
        charges.csv, row 4: a one-off needs its day in `from`
        charges.csv, row 5: amount: must not be negative; discounts and credits are taken off by their kind
        charges.csv, row 6: it needs either amount, or quantity and unit_price
        charges.csv, row 7: from: `2026-13-01` is not a day in the calendar
        charges.csv, row 8: currency: `usd` is not an ISO 4217 currency code
        charges.csv, row 9: amount: JPY has 0 decimals
        charges.csv, row 10: amount: KWD has 3 decimals
        ");
        assert!(parse(b"customer_id,description,kind,ammount\n").unwrap_err().what.contains("`amount`"));
    }
}
