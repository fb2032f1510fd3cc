//! An invoice as EN 16931 sees it: the business terms (BT) that both syntaxes write.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::model::invoice::{Document, Draft, Edition, Issued, Line, Party, Pricing, Treatment};
use crate::model::money::{Money, MoneyError, per_cent_of, total};
use crate::model::rounding::{Rounding, round_to};

/// A tax category (BT-118, BT-151): UNTDID 5305.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    /// S: at a rate.
    Standard,
    /// Z: zero rated.
    Zero,
    /// AE: the buyer owes it.
    ReverseCharge,
    /// O: outside the scope of tax.
    OutOfScope,
}

impl Category {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Standard => "S",
            Self::Zero => "Z",
            Self::ReverseCharge => "AE",
            Self::OutOfScope => "O",
        }
    }

    /// BT-120: why nothing is charged. Z and S must not give one (BR-Z-10).
    pub(super) fn reason(self) -> Option<&'static str> {
        match self {
            Self::ReverseCharge => Some("Reverse charge"),
            Self::OutOfScope => Some("No tax is charged"),
            Self::Standard | Self::Zero => None,
        }
    }
}

/// A group of one category and rate (BG-23).
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) category: Category,
    /// BT-119; None outside the scope.
    pub(super) rate: Option<Decimal>,
    /// BT-116
    pub(super) base: Money,
    /// BT-117
    pub(super) tax: Money,
}

/// A line (BG-25) or, where it is negative, an allowance (BG-20).
pub(super) struct Item<'a> {
    pub(super) line: &'a Line,
    pub(super) rate: Option<Decimal>,
    /// BT-129, BT-130, BT-146
    pub(super) quantity: Decimal,
    pub(super) unit: &'static str,
    pub(super) price: String,
}

/// How the seller's tax number is told: as a VAT number (BT-31), as another one (BT-32), or
/// not at all.
pub(super) enum TaxNumber {
    Vat(String),
    Other(String),
    None,
}

/// The terms.
pub(super) struct Terms<'a> {
    pub(super) invoice: &'a Issued,
    pub(super) draft: &'a Draft,
    /// BT-3
    pub(super) type_code: &'static str,
    pub(super) currency: &'a str,
    pub(super) category: Category,
    pub(super) seller_number: TaxNumber,
    /// BT-48
    pub(super) buyer_number: Option<String>,
    pub(super) seller_country: String,
    pub(super) buyer_country: String,
    pub(super) items: Vec<Item<'a>>,
    /// Amounts are positive here.
    pub(super) allowances: Vec<(Item<'a>, Money)>,
    pub(super) groups: Vec<Group>,
    /// BT-106
    pub(super) lines_total: Money,
    /// BT-107
    pub(super) allowances_total: Money,
    /// BT-110
    pub(super) tax_total: Money,
    /// BT-112
    pub(super) with_tax: Money,
    pub(super) due: Option<NaiveDate>,
    /// BT-20
    pub(super) payment_terms: Option<String>,
}

fn rate_of(line: &Line, category: Category) -> Result<Option<Decimal>, MoneyError> {
    Ok(match category {
        Category::OutOfScope => None,
        Category::Zero | Category::ReverseCharge => Some(Decimal::ZERO),
        Category::Standard => Some(line.tax_rate()?),
    })
}

fn item(line: &Line, category: Category) -> Result<Item<'_>, MoneyError> {
    let rate = rate_of(line, category)?;
    Ok(match &line.pricing {
        Pricing::Rate { quantity, unit, price } if !line.amount.is_negative() => Item {
            line,
            rate,
            quantity: *quantity,
            // UN/ECE recommendation 20.
            unit: match unit.as_str() {
                "minute" => "MIN",
                "month" => "MON",
                _ => "C62",
            },
            price: price.to_string(),
        },
        _ => Item { line, rate, quantity: Decimal::ONE, unit: "C62", price: line.amount.abs().plain() },
    })
}

/// The parties' tax numbers.
fn tax_numbers(
    draft: &Draft,
    category: Category,
    seller_country: &str,
    buyer_country: &str,
) -> Result<(TaxNumber, Option<String>), String> {
    let numbers = match (category, &draft.supply) {
        (Category::OutOfScope, _) => (TaxNumber::None, None),
        (_, Some(supply)) => {
            let number = draft.seller.gstin.clone().ok_or("the seller's GSTIN is not known")?;
            let abroad = supply.treatment.is_export();
            (TaxNumber::Other(number), with_prefix(&draft.buyer, buyer_country).filter(|_| !abroad))
        }
        (_, None) => {
            let number = with_prefix(&draft.seller, seller_country).ok_or("the seller's VAT number is not known")?;
            (TaxNumber::Vat(number), with_prefix(&draft.buyer, buyer_country))
        }
    };
    if category == Category::ReverseCharge && numbers.1.is_none() {
        return Err("reverse charge needs the buyer's tax number (BR-AE-02)".to_owned());
    }
    Ok(numbers)
}

fn category(draft: &Draft) -> Category {
    let is_taxed = draft.lines.iter().flat_map(|line| &line.taxes).any(|tax| !tax.rate.is_zero());
    match &draft.supply {
        Some(supply) if supply.reverse_charge => Category::ReverseCharge,
        Some(supply) if supply.treatment.is_without_tax() => Category::Zero,
        _ if draft.lines.iter().all(|line| line.taxes.is_empty()) => Category::OutOfScope,
        Some(_) => Category::Standard,
        None if is_taxed => Category::Standard,
        None => Category::Zero,
    }
}

/// A VAT number begins with its country's code (BR-CO-9).
fn with_prefix(party: &Party, country: &str) -> Option<String> {
    let number = party.gstin.as_deref()?;
    if number.starts_with(|c: char| c.is_ascii_digit()) {
        Some(format!("{country}{number}"))
    } else {
        Some(number.to_owned())
    }
}

/// Whether a group's tax is its rate of its base to less than a unit, as EN 16931 asks
/// (BR-CO-17, BR-S-09). Tax that is rounded line by line strays where there are many lines.
fn is_of_its_base(group: &Group) -> Result<(), String> {
    let rate = group.rate.unwrap_or_default();
    let exact = per_cent_of(rate, group.base.amount()).and_then(|exact| round_to(exact, 2, Rounding::HalfUp));
    let whole = Money::new(exact.map_err(|e| e.to_string())?, group.base.currency());
    let off = group.tax.minus(&whole).map_err(|e| e.to_string())?.abs();
    if group.category != Category::Standard || off.amount() < Decimal::ONE {
        return Ok(());
    }
    Err(format!(
        "its tax, {}, is rounded line by line, and {rate} % of {} are {}: EN 16931 allows a difference below 1.00 (BR-CO-17)",
        group.tax.plain(),
        group.base.plain(),
        whole.plain()
    ))
}

impl<'a> Terms<'a> {
    /// Reads them off an invoice.
    ///
    /// # Errors
    /// Why EN 16931 cannot tell this invoice, in a phrase.
    pub(super) fn of(invoice: &'a Issued) -> Result<Self, String> {
        let draft = &invoice.content;
        let too_large = |e: MoneyError| e.to_string();
        if draft.currency.minor_digits() > 2 {
            return Err(format!("EN 16931 has two decimals at most, and {} has more", draft.currency));
        }
        if draft.seller.legal_name.is_empty() {
            return Err("the seller's name is not known".to_owned());
        }
        let seller_country = draft.seller.country.clone().unwrap_or_else(|| "IN".to_owned());
        let buyer_country = draft.buyer.country.clone().unwrap_or_else(|| seller_country.clone());
        let category = category(draft);
        let (seller_number, buyer_number) = tax_numbers(draft, category, &seller_country, &buyer_country)?;
        let (mut items, mut allowances) = (Vec::new(), Vec::new());
        let mut groups: Vec<Group> = Vec::new();
        for line in &draft.lines {
            let item = item(line, category).map_err(too_large)?;
            let zero = Money::zero(draft.currency);
            let tax = total(draft.currency, line.taxes.iter().map(|tax| &tax.amount)).map_err(too_large)?;
            let at = match groups.iter().position(|group| group.rate == item.rate) {
                Some(at) => at,
                None => {
                    groups.push(Group { category, rate: item.rate, base: zero, tax: zero });
                    groups.len() - 1
                }
            };
            let group = &mut groups[at];
            group.base = group.base.plus(&line.amount).map_err(too_large)?;
            group.tax = group.tax.plus(&tax).map_err(too_large)?;
            if line.amount.is_negative() {
                allowances.push((item, line.amount.abs()));
            } else {
                items.push(item);
            }
        }
        groups.iter().filter(|_| draft.edition > Edition::First).try_for_each(is_of_its_base)?;
        if items.is_empty() {
            return Err("it has no line that charges something".to_owned());
        }
        let lines_total = total(draft.currency, items.iter().map(|item| &item.line.amount)).map_err(too_large)?;
        let allowances_total = total(draft.currency, allowances.iter().map(|(_, amount)| amount)).map_err(too_large)?;
        let tax_total = total(draft.currency, groups.iter().map(|group| &group.tax)).map_err(too_large)?;
        let due = invoice.due_date();
        let payment_terms = match (&draft.original, draft.document) {
            (Some(original), Document::CreditNote) => {
                Some(format!("To be set off against invoice {}", original.number))
            }
            _ => draft.payment.terms.clone(),
        };
        if due.is_none() && payment_terms.is_none() {
            return Err("neither a due date nor terms of payment are set (BR-CO-25)".to_owned());
        }
        Ok(Self {
            invoice,
            draft,
            type_code: match draft.document {
                Document::Invoice => "380",
                Document::CreditNote => "381",
                Document::DebitNote => "383",
            },
            currency: draft.currency.code(),
            category,
            seller_number,
            buyer_number,
            seller_country,
            buyer_country,
            items,
            allowances,
            groups,
            lines_total,
            allowances_total,
            tax_total,
            with_tax: draft.subtotal.plus(&tax_total).map_err(too_large)?,
            due,
            payment_terms,
        })
    }

    /// BT-22: what the invoice says beside its terms.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = self.draft.remarks.clone();
        let heads: Vec<String> = self
            .draft
            .taxes
            .iter()
            .filter(|tax| tax.kind != "VAT" && !tax.amount.is_zero())
            .map(|tax| format!("{} {} % {}", tax.kind, tax.rate, tax.amount.plain()))
            .collect();
        if !heads.is_empty() {
            notes.push(heads.join(", "));
        }
        if let Some(supply) = &self.draft.supply
            && supply.treatment != Treatment::Unregistered
        {
            notes.push(format!("Place of supply: {} ({})", supply.place_name, supply.place_code));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bill::charges::complete;
    use crate::books::config;
    use crate::books::customers::Agreement;
    use crate::model::invoice::{Charge, Edition};
    use crate::model::money::{Currency, parse_plain};
    use crate::model::period::Period;

    fn reason(regime: &str, state: &str, count: usize, amount: &str, edition: Edition) -> Option<String> {
        let settings = format!("[invoice]\n{regime}\n[seller]\nlegal_name = \"S\"\ngstin = \"29AAFCC9980M1ZR\"\n");
        let mut invoicing = config::parse(&settings, "c").unwrap().invoicing;
        invoicing.edition = edition;
        let amount = Money::new(parse_plain(amount).unwrap(), Currency::INR);
        let line = Line {
            description: "Calls".to_owned(),
            exact: amount,
            amount,
            ..Line::blank(Charge::OneOff, Currency::INR)
        };
        let lines = vec![line; count];
        let subtotal = total(Currency::INR, lines.iter().map(|line| &line.amount)).unwrap();
        let mut content = Draft {
            seller: invoicing.seller.clone(),
            payment: invoicing.payment.clone(),
            lines,
            subtotal,
            ..Draft::blank("M", &Period::parse("2026-03").unwrap(), Currency::INR)
        };
        content.buyer.state_code = Some(state.to_owned());
        content.buyer.address = vec!["1 Road".to_owned()];
        complete(&mut content, &Agreement::default(), &invoicing).unwrap();
        let (issue_date, template_sha256) = (content.period.to, String::new());
        let invoice =
            Issued { number: "CF/1".to_owned(), issue_date, content, template_sha256, sealed_after: String::new() };
        Terms::of(&invoice).err()
    }

    #[test]
    fn a_tax_that_strays_from_its_base_is_not_told_as_if_it_did_not() {
        let gst =
            |state: &str, count: usize, amount: &str| reason("regime = \"gst\"", state, count, amount, Edition::Second);
        // Rounded a line, 9 % of 50.05 lose 0.0045 each, twice.
        for (state, count, amount, said) in [("29", 115, "50.05", "1035.00"), ("27", 300, "10.02", "540.00")] {
            let why = gst(state, count, amount).unwrap();
            assert!(why.contains("BR-CO-17") && why.contains(said), "{why}");
        }
        assert_eq!(gst("27", 115, "50.05"), None);
        assert_eq!(gst("29", 20, "50.05"), None);
        let vat = "regime = \"vat\"\nvat_rate = \"18\"";
        assert_eq!(reason(vat, "27", 300, "10.02", Edition::Second), None);
        // What 0.1 issued has the forms that it has.
        assert_eq!(reason("regime = \"gst\"", "27", 300, "10.02", Edition::First), None);
    }
}
