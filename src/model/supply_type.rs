//! What kind of supply a document is about, in the words of the Indian return of outward
//! supplies (Form GSTR-1) and of INV-01.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::invoice::{Document, Draft, Issued, Treatment};

/// The kind of supply, by which a document goes into one table of GSTR-1 or another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SupplyType {
    /// To somebody registered: tables 4A and 4B.
    Registered,
    /// To a special economic zone, with integrated tax: table 6B.
    SezWithPayment,
    /// The same without tax: table 6B.
    SezWithoutPayment,
    /// To somebody unregistered in another State, above the limit: table 5.
    ConsumerLarge,
    /// To anybody else unregistered: table 7.
    ConsumerSmall,
    /// Abroad, with integrated tax: table 6A.
    ExportWithPayment,
    /// The same without tax: table 6A.
    ExportWithoutPayment,
}

impl SupplyType {
    /// The word of the portal's files.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Registered => "B2B",
            Self::SezWithPayment => "SEZWP",
            Self::SezWithoutPayment => "SEZWOP",
            Self::ConsumerLarge => "B2CL",
            Self::ConsumerSmall => "B2CS",
            Self::ExportWithPayment => "EXPWP",
            Self::ExportWithoutPayment => "EXPWOP",
        }
    }

    /// The kind of a document's supply; None where GST has no part in it. A note is of the kind
    /// of the invoice that it corrects (Form GSTR-1, table 9B), which is `original`, as far as it
    /// is there.
    #[must_use]
    pub(crate) fn of(issued: &Issued, original: Option<&Issued>) -> Option<Self> {
        let supply = issued.content.supply.as_ref()?;
        Some(match supply.treatment {
            Treatment::Registered => Self::Registered,
            Treatment::SezWithPayment => Self::SezWithPayment,
            Treatment::SezWithoutPayment => Self::SezWithoutPayment,
            Treatment::ExportWithPayment => Self::ExportWithPayment,
            Treatment::ExportWithoutPayment => Self::ExportWithoutPayment,
            Treatment::Unregistered => {
                let first = original.filter(|_| issued.content.document != Document::Invoice).unwrap_or(issued);
                let is_large = first.content.total.amount() > large_above(first.issue_date);
                if is_large && is_inter_state(&first.content) { Self::ConsumerLarge } else { Self::ConsumerSmall }
            }
        })
    }

    /// Whether the buyer has a GSTIN.
    #[must_use]
    pub(crate) fn is_registered(self) -> bool {
        matches!(self, Self::Registered | Self::SezWithPayment | Self::SezWithoutPayment)
    }

    /// Whether the buyer is abroad.
    #[must_use]
    pub(crate) fn is_export(self) -> bool {
        matches!(self, Self::ExportWithPayment | Self::ExportWithoutPayment)
    }
}

/// Whether a supply is between States: the place of supply is not the seller's, or it is to
/// another country or a special economic zone (IGST Act, section 7(5)).
#[must_use]
pub(crate) fn is_inter_state(draft: &Draft) -> bool {
    draft.supply.as_ref().is_some_and(|supply| {
        let at_home = matches!(supply.treatment, Treatment::Registered | Treatment::Unregistered);
        !at_home || draft.seller.state_code.as_deref() != Some(&supply.place_code)
    })
}

/// The invoice value in rupees above which a supply to another State's consumer is told
/// invoice by invoice: ₹1 lakh from 1 August 2024 (Notification 12/2024-Central Tax, rule
/// 59(4) of the CGST Rules), ₹2.5 lakh before.
#[must_use]
pub(crate) fn large_above(day: NaiveDate) -> Decimal {
    let is_new = NaiveDate::from_ymd_opt(2024, 8, 1).is_some_and(|from| day >= from);
    Decimal::from(if is_new { 100_000 } else { 250_000 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::invoice::{Original, Supply};
    use crate::model::money::{Currency, Money, parse_plain};
    use crate::model::period::{Period, parse_day};

    fn consumer(day: &str, place: &str, total: &str) -> Issued {
        let mut draft = Draft::blank("A", &Period::parse("2024-07").unwrap(), Currency::INR);
        draft.seller.state_code = Some("29".into());
        draft.supply = Some(Supply {
            treatment: Treatment::Unregistered,
            place_code: place.into(),
            place_name: String::new(),
            reverse_charge: false,
            is_assumed: false,
        });
        draft.total = Money::new(parse_plain(total).unwrap(), Currency::INR);
        Issued {
            number: "N".into(),
            issue_date: parse_day(day).unwrap(),
            content: draft,
            template_sha256: String::new(),
            sealed_after: String::new(),
        }
    }

    #[test]
    fn large_is_above_the_limit_of_the_day_and_in_another_state() {
        let name = |day, place, total| SupplyType::of(&consumer(day, place, total), None).unwrap().name();
        assert_eq!(name("2024-07-31", "30", "250000.00"), "B2CS");
        assert_eq!(name("2024-07-31", "30", "250000.01"), "B2CL");
        assert_eq!(name("2024-08-01", "30", "100000.00"), "B2CS");
        assert_eq!(name("2024-08-01", "30", "100000.01"), "B2CL");
        assert_eq!(name("2024-08-01", "29", "900000.00"), "B2CS");
    }

    #[test]
    fn a_note_is_of_the_kind_of_its_invoice() {
        let invoice = consumer("2024-07-31", "30", "260000.00");
        let mut note = consumer("2024-08-31", "30", "10.00");
        note.content.document = Document::CreditNote;
        note.content.original =
            Some(Original { number: "N".into(), issue_date: invoice.issue_date, reason: String::new() });
        assert_eq!(SupplyType::of(&note, Some(&invoice)), Some(SupplyType::ConsumerLarge));
        assert_eq!(SupplyType::of(&note, None), Some(SupplyType::ConsumerSmall));
    }
}
