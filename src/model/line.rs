//! A line of an invoice: what is charged for, how its amount came about, and what is said of it.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::exchange::Exchange;
use super::money::{Currency, Money, MoneyError, add_exact};
use super::rounding::{AVERAGE_DIGITS, LINE_ROUNDING, ratio, share};
use super::usage::Direction;

/// What a line charges for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charge {
    /// Calls, as reconciled or resolved.
    Usage,
    /// The same every month: `charges.csv`, or a rental that the partner charged.
    Recurring,
    /// Once.
    OneOff,
    /// Less, by agreement: negative.
    Discount,
    /// Given back: negative.
    Credit,
    /// What lacks to the agreed minimum.
    Minimum,
}

impl Charge {
    const ALL: [Self; 6] = [Self::Usage, Self::Recurring, Self::OneOff, Self::Discount, Self::Credit, Self::Minimum];

    /// The word of files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Usage => "usage",
            Self::Recurring => "recurring",
            Self::OneOff => "one-off",
            Self::Discount => "discount",
            Self::Credit => "credit",
            Self::Minimum => "minimum",
        }
    }

    /// Reads the word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == word)
    }
}

/// How a line's exact amount came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pricing {
    /// It is what was reconciled, agreed or booked.
    Stated,
    /// A reconciled cost and so many per cent of it.
    Markup {
        /// The cost.
        base: Money,
        /// Per cent.
        percent: Decimal,
    },
    /// So many at a price.
    Rate {
        /// How many.
        quantity: Decimal,
        /// Of what: `call`, `minute`, `number`.
        unit: String,
        /// Each.
        price: Decimal,
    },
    /// Per cent of a sum.
    Share {
        /// The sum.
        base: Money,
        /// Per cent; negative for a discount.
        percent: Decimal,
    },
    /// A part of what recurs, for some of the period's days: rounded to the minor unit.
    Part {
        /// What all days cost.
        of: Money,
        /// Days that are charged.
        days: u32,
        /// Days of the period.
        whole: u32,
    },
    /// It is charged in another currency, and converted.
    Converted {
        /// How the amount in that currency came about, before it was rounded.
        of: Box<Self>,
        /// That amount, and the rate.
        exchange: Exchange,
    },
    /// What lacks to a minimum.
    UpTo {
        /// The minimum.
        minimum: Money,
        /// What there is.
        have: Money,
    },
}

impl Pricing {
    /// How the amount came about in the currency that it is charged in.
    #[must_use]
    pub fn own(&self) -> &Self {
        if let Self::Converted { of, .. } = self { of } else { self }
    }
}

/// A tax on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineTax {
    /// `CGST`, `SGST`, `UTGST`, `IGST`, `VAT`.
    pub kind: String,
    /// Per cent.
    pub rate: Decimal,
    /// Rounded half up to the minor unit.
    pub amount: Money,
}

/// What a line says beside its amount. Nothing of it is part of a sum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// Billed time of the calls, in seconds.
    pub seconds: Option<u64>,
    /// Calls that were answered, where the settings print it.
    pub answered: Option<u64>,
    /// First and last day that a recurring charge is for.
    pub span: Option<(NaiveDate, NaiveDate)>,
    /// Of calls: the amount is a selling price that the ledger states, and no price of calls
    /// explains it.
    pub at_selling_price: bool,
    /// The period whose credit the line takes off.
    pub carried_from: Option<String>,
    /// The calls day by day, for the annex.
    pub days: Vec<DayShare>,
}

/// A day of the annex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayShare {
    /// The day; None for calls that state no time.
    pub day: Option<NaiveDate>,
    /// Its calls.
    pub calls: u64,
    /// Their billed time in seconds.
    pub seconds: Option<u64>,
    /// What of the line's amount falls on it, to the currency's minor unit.
    pub amount: Money,
}

/// One charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What is charged for.
    pub description: String,
    /// What kind of charge.
    pub charge: Charge,
    /// Which way the calls went; None where it is not about calls.
    pub direction: Option<Direction>,
    /// Calls, where known.
    pub calls: Option<u64>,
    /// How the exact amount came about.
    pub pricing: Pricing,
    /// The amount before it was rounded to the currency's minor unit.
    pub exact: Money,
    /// The amount charged: the taxable value.
    pub amount: Money,
    /// Service accounting code, where GST is charged.
    pub sac: Option<String>,
    /// The taxes on it.
    pub taxes: Vec<LineTax>,
    /// The taxes on it that the buyer owes to the state under reverse charge: no part of any
    /// sum here.
    pub recipient_taxes: Vec<LineTax>,
    /// What it says of its calls or days.
    pub detail: Detail,
}

impl Line {
    /// A line that charges nothing yet.
    #[must_use]
    pub fn blank(charge: Charge, currency: Currency) -> Self {
        Self {
            description: String::new(),
            charge,
            direction: None,
            calls: None,
            pricing: Pricing::Stated,
            exact: Money::zero(currency),
            amount: Money::zero(currency),
            sac: None,
            taxes: Vec::new(),
            recipient_taxes: Vec::new(),
            detail: Detail::default(),
        }
    }

    /// What it is in the other currency that it is charged in.
    #[must_use]
    pub fn exchange(&self) -> Option<&Exchange> {
        match &self.pricing {
            Pricing::Converted { exchange, .. } => Some(exchange),
            _ => None,
        }
    }

    /// Its time in minutes, to a hundredth.
    #[must_use]
    pub fn minutes(&self) -> Option<Decimal> {
        ratio(Decimal::from(self.detail.seconds?), Decimal::from(60), 2, LINE_ROUNDING)
    }

    /// What a minute of its calls comes to, or a call where their time is not known: the amount
    /// divided by them, to four decimals. True: a minute.
    #[must_use]
    pub fn average(&self) -> Option<(Decimal, bool)> {
        let of = |part: u64, whole: u64| {
            let (part, whole) = (Decimal::from(part), Decimal::from(whole));
            share(self.amount.amount(), part, whole, AVERAGE_DIGITS).ok()
        };
        match (self.detail.seconds.filter(|s| *s > 0), self.calls.filter(|calls| *calls > 0)) {
            (Some(seconds), _) => of(60, seconds).map(|price| (price, true)),
            (None, Some(calls)) => of(1, calls).map(|price| (price, false)),
            (None, None) => None,
        }
    }

    /// All taxes on it together, whoever owes them, in per cent.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`].
    pub fn tax_rate(&self) -> Result<Decimal, MoneyError> {
        let mut taxes = self.taxes.iter().chain(&self.recipient_taxes);
        taxes.try_fold(Decimal::ZERO, |sum, tax| add_exact(sum, tax.rate)).map(|rate| rate.normalize())
    }
}
