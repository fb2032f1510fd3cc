//! Invoices and the notes that correct them: a draft carries no number; an issued one is a
//! fact that never changes.

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

pub use super::line::{Charge, DayShare, Detail, Line, LineTax, Pricing};
use super::money::{Currency, Money, MoneyError, total};
pub use super::party::{Party, Payment, Registered};
use super::period::Period;

/// Which edition of our own rules made a document: what is issued stays as it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edition {
    /// That of 0.1: value added tax is rounded a line, fewer particulars are printed.
    First,
    /// Today's.
    #[default]
    Second,
}

/// What makes a customer's amount provable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// The partner's figure for this customer equals the ledger's.
    Customer,
    /// The same within the declared tolerance; the ledger's figure is billed.
    Tolerance,
    /// Finance decided what is billed, and why.
    Decision,
    /// Only the sum of all unlisted customers is proven, to the last digit.
    TotalOnly,
}

impl Proof {
    /// The word of files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Tolerance => "tolerance",
            Self::TotalOnly => "total-only",
            Self::Decision => "decision",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Customer, Self::Tolerance, Self::TotalOnly, Self::Decision].into_iter().find(|p| p.name() == word)
    }
}

/// What kind of document it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Document {
    /// A tax invoice, or an invoice where no tax is charged.
    #[default]
    Invoice,
    /// Less than was invoiced (CGST Rule 53, section 34(1)). Its amounts are positive.
    CreditNote,
    /// More than was invoiced (section 34(3)).
    DebitNote,
}

impl Document {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Invoice, Self::CreditNote, Self::DebitNote];

    /// The word of files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::CreditNote => "credit-note",
            Self::DebitNote => "debit-note",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == word)
    }

    /// An amount of such a document as it adds to what is owed.
    #[must_use]
    pub fn owed(self, amount: Money) -> Money {
        if self == Self::CreditNote { amount.negated() } else { amount }
    }
}

/// What a note corrects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// The invoice's number.
    pub number: String,
    /// Its date.
    pub issue_date: NaiveDate,
    /// What has changed, in a sentence.
    pub reason: String,
}

/// A tax of the invoice: the sum of the lines' taxes of this kind and rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tax {
    /// `CGST`, `IGST` …
    pub kind: String,
    /// Per cent, without zeros at its end.
    pub rate: Decimal,
    /// What it is computed on.
    pub base: Money,
    /// The tax.
    pub amount: Money,
}

/// How GST treats a supply to a buyer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Treatment {
    /// To somebody registered.
    Registered,
    /// To somebody who is not.
    Unregistered,
    /// To a special economic zone, with integrated tax.
    SezWithPayment,
    /// The same under bond or letter of undertaking, without tax.
    SezWithoutPayment,
    /// To another country, with integrated tax.
    ExportWithPayment,
    /// The same under bond or letter of undertaking, without tax.
    ExportWithoutPayment,
}

impl Treatment {
    /// Every treatment.
    pub const ALL: [Self; 6] = [
        Self::Registered,
        Self::Unregistered,
        Self::SezWithPayment,
        Self::SezWithoutPayment,
        Self::ExportWithPayment,
        Self::ExportWithoutPayment,
    ];

    /// The word of `customers.csv` and files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Registered => "registered",
            Self::Unregistered => "unregistered",
            Self::SezWithPayment => "sez",
            Self::SezWithoutPayment => "sez-lut",
            Self::ExportWithPayment => "export",
            Self::ExportWithoutPayment => "export-lut",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|treatment| treatment.name() == word)
    }

    /// Whether no tax is charged although the supply is taxable.
    #[must_use]
    pub fn is_without_tax(self) -> bool {
        matches!(self, Self::SezWithoutPayment | Self::ExportWithoutPayment)
    }

    /// Whether the buyer is abroad.
    #[must_use]
    pub fn is_export(self) -> bool {
        matches!(self, Self::ExportWithPayment | Self::ExportWithoutPayment)
    }
}

/// What GST says of the supply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supply {
    /// How it is treated.
    pub treatment: Treatment,
    /// Code of the State of supply; `96` abroad.
    pub place_code: String,
    /// Its name.
    pub place_name: String,
    /// Whether the buyer owes the tax (section 9(3)).
    pub reverse_charge: bool,
    /// Whether nothing on record tells the place, so that it is the supplier's (IGST Act,
    /// section 12(2)(b)(ii)).
    pub is_assumed: bool,
}

/// Taxes of lines added up by kind and rate, in the order in which they first stand: `of` says
/// which taxes of a line.
///
/// # Errors
/// A sum beyond the exact range.
pub fn tax_sums(lines: &[Line], of: impl Fn(&Line) -> &[LineTax]) -> Result<Vec<Tax>, MoneyError> {
    let mut sums: Vec<Tax> = Vec::new();
    for line in lines {
        for tax in of(line) {
            let rate = tax.rate.normalize();
            match sums.iter_mut().find(|sum| sum.kind == tax.kind && sum.rate == rate) {
                Some(sum) => {
                    sum.base = sum.base.plus(&line.amount)?;
                    sum.amount = sum.amount.plus(&tax.amount)?;
                }
                None => sums.push(Tax { kind: tax.kind.clone(), rate, base: line.amount, amount: tax.amount }),
            }
        }
    }
    Ok(sums)
}

/// The itemised list that belongs to an invoice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallList {
    /// How many calls it has.
    pub calls: u64,
    /// SHA-256 of the `capture.json` that its calls were captured by.
    pub capture_sha256: String,
    /// Whether people's numbers are masked in it.
    pub masked: bool,
    /// The time zone in which it tells when a call began.
    pub timezone: String,
}

/// What a customer is to be charged. It has no number and cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The partner's id of the customer.
    pub customer_id: String,
    /// What it is.
    pub document: Document,
    /// What it corrects, where it is a note.
    pub original: Option<Original>,
    /// Billing period.
    pub period: Period,
    /// Currency of all amounts.
    pub currency: Currency,
    /// Who charges.
    pub seller: Party,
    /// Who pays.
    pub buyer: Party,
    /// The buyer's own reference: an order number.
    pub buyer_reference: Option<String>,
    /// What GST says of it; None under other regimes.
    pub supply: Option<Supply>,
    /// What makes the amount provable.
    pub proof: Proof,
    /// The charges, inbound first.
    pub lines: Vec<Line>,
    /// Sum of the lines.
    pub subtotal: Money,
    /// Taxes.
    pub taxes: Vec<Tax>,
    /// What rounding the total took or gave.
    pub round_off: Money,
    /// Subtotal + taxes + round_off.
    pub total: Money,
    /// The total in words.
    pub amount_in_words: String,
    /// Where and how to pay.
    pub payment: Payment,
    /// What the law wants said: endorsements, declarations.
    pub remarks: Vec<String>,
    /// SHA-256 of the seller's logo, where there is one.
    pub logo_sha256: Option<String>,
    /// Whose rules made it.
    pub edition: Edition,
    /// The time zone in which the days of the lines' details begin, where they have days.
    pub days_in: Option<String>,
    /// The itemised list that belongs to it, where there is one.
    pub call_list: Option<CallList>,
}

impl Draft {
    /// A draft that charges nothing yet.
    #[must_use]
    pub fn blank(customer_id: &str, period: &Period, currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self {
            customer_id: customer_id.to_owned(),
            document: Document::Invoice,
            original: None,
            period: period.clone(),
            currency,
            seller: Party::default(),
            buyer: Party::default(),
            buyer_reference: None,
            supply: None,
            proof: Proof::Customer,
            lines: Vec::new(),
            subtotal: zero,
            taxes: Vec::new(),
            round_off: zero,
            total: zero,
            amount_in_words: String::new(),
            payment: Payment::default(),
            remarks: Vec::new(),
            logo_sha256: None,
            edition: Edition::default(),
            days_in: None,
            call_list: None,
        }
    }

    /// The total in another currency, where every charge is in that one and no tax comes to it.
    #[must_use]
    pub fn foreign_total(&self) -> Option<Money> {
        let amounts = self.lines.iter().map(|line| line.exchange().map(|exchange| &exchange.amount));
        let amounts: Vec<&Money> = amounts.collect::<Option<_>>()?;
        let sum = total(amounts.first()?.currency(), amounts.iter().copied()).ok()?;
        let is_all = self.taxes.iter().all(|tax| tax.amount.is_zero());
        (is_all && !sum.is_zero() && !sum.is_negative()).then_some(sum)
    }
}

/// An issued invoice or note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// Its number, as printed.
    pub number: String,
    /// Date of issue.
    pub issue_date: NaiveDate,
    /// What it says.
    pub content: Draft,
    /// SHA-256 of the template it is drawn with.
    pub template_sha256: String,
    /// Head of the audit chain before the event that issued it; empty where that was the first, where
    /// version 0.1 issued it, and where nothing was issued.
    pub sealed_after: String,
}

impl Issued {
    /// The number as a file name: `/` becomes `-`.
    #[must_use]
    pub fn file_stem(&self) -> String {
        file_stem(&self.number)
    }

    /// When it is to be paid; None for a credit note, or where no term is agreed.
    #[must_use]
    pub fn due_date(&self) -> Option<NaiveDate> {
        let days = self.content.payment.due_days.filter(|_| self.content.document != Document::CreditNote)?;
        self.issue_date.checked_add_days(Days::new(u64::from(days)))
    }
}

/// An invoice number as a file name.
#[must_use]
pub fn file_stem(number: &str) -> String {
    number.replace('/', "-")
}
