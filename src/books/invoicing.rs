//! The settings of `[invoice]` and `[seller]`: how is charged, by whom, and what is printed.

use chrono::NaiveDate;
use iso_country::Country;
use rust_decimal::Decimal;

use super::settings_reader::{SettingsReader, limit};
use crate::model::gstin;
use crate::model::invoice::{Document, Edition, Party, Payment, Registered};
use crate::model::money::shorten;
use crate::model::number::NumberFormat;
use crate::model::problem::word;

/// How invoices are made.
#[derive(Clone, Debug)]
pub struct Invoicing {
    /// `number_format`, `credit_note_format`, `debit_note_format`
    pub numbers: [NumberFormat; 3],
    /// `template`
    pub template: String,
    /// `regime` and what belongs to it.
    pub regime: Regime,
    /// `date = "period-end"`
    pub dates_period_end: bool,
    /// `late_credit_note = "without-tax"`
    pub late_without_tax: bool,
    /// `einvoice = "required"`
    pub einvoice_required: bool,
    /// `unusual_percent`
    pub unusual_percent: Decimal,
    /// `round_total`: whole, none, or None for what the regime asks for.
    pub round_total: Option<bool>,
    /// `exchange_days`
    pub exchange_days: u64,
    /// `rentals = "bill"`
    pub bills_rentals: bool,
    /// `usage_annex = "daily"`
    pub has_annex: bool,
    /// `call_list`: where every call was captured, a list of them lies beside the invoice.
    pub lists_calls: bool,
    /// `answer_rate`
    pub prints_answered: bool,
    /// `[seller]`
    pub seller: Party,
    /// Where to pay, and until when.
    pub payment: Payment,
    /// `[seller] logo`: a file in the books.
    pub logo: Option<String>,
    /// Whose rules make documents: today's, but in a close that an earlier version sealed.
    pub edition: Edition,
}

impl Invoicing {
    /// The number format of a kind of document.
    #[must_use]
    pub fn number_format(&self, document: Document) -> &NumberFormat {
        &self.numbers[document as usize]
    }
}

/// A tax regime.
#[derive(Clone, Debug)]
pub enum Regime {
    /// No tax is charged.
    None,
    /// Indian goods and services tax.
    Gst(Gst),
    /// One rate on everything.
    Vat {
        /// What it is called.
        name: String,
        /// Per cent.
        rate: Decimal,
    },
}

/// What GST needs to know beside the customers.
#[derive(Clone, Debug)]
pub struct Gst {
    /// Service accounting code of calls.
    pub sac: String,
    /// Whether the buyers owe the tax.
    pub reverse_charge: bool,
    /// Whether the declaration of Rule 46(s) is printed.
    pub declaration: bool,
    /// Reference of the letter of undertaking.
    pub lut: Option<String>,
}

/// A code of one of these forms, in capitals: `A` stands for a letter, `0` for a digit. Nothing
/// where nothing is written.
///
/// # Errors
/// A sentence that says what is expected.
fn form(text: &str, forms: &[&str], what: &str) -> Result<Option<String>, String> {
    let code = text.trim().to_ascii_uppercase();
    let fits = |form: &&str| {
        let same = |(c, wanted): (char, char)| match wanted {
            'A' => c.is_ascii_uppercase(),
            '0' => c.is_ascii_digit(),
            sign => c == sign,
        };
        form.len() == code.len() && code.chars().zip(form.chars()).all(same)
    };
    if code.is_empty() {
        Ok(None)
    } else if forms.iter().any(fits) {
        Ok(Some(code))
    } else {
        Err(format!("`{}` is not {what}: {}", shorten(text), forms.join(" or ")))
    }
}

/// A service accounting code.
///
/// # Errors
/// A sentence that says what is expected.
pub(super) fn sac(text: &str) -> Result<String, String> {
    if matches!(text.len(), 4 | 6 | 8) && text.bytes().all(|b| b.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err(format!("`{}` is not a service accounting code: 4, 6 or 8 digits", shorten(text)))
    }
}

impl SettingsReader<'_> {
    pub(super) fn invoicing(&mut self) -> Option<Invoicing> {
        let numbers = ["invoice.number_format", "invoice.credit_note_format", "invoice.debit_note_format"]
            .map(|path| self.convert(path, NumberFormat::parse));
        let template = self.convert("invoice.template", |text| {
            let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
            if plain {
                Ok(text.to_owned())
            } else {
                Err(format!("`{text}` is not a template's name: letters, digits, - and _"))
            }
        });
        let dates_period_end =
            self.convert("invoice.date", |text| word(text, &[("close", false), ("period-end", true)]));
        let late_without_tax =
            self.convert("invoice.late_credit_note", |text| word(text, &[("hold", false), ("without-tax", true)]));
        let einvoice_required = self.convert("invoice.einvoice", |text| {
            let required = word(text, &[("where-possible", false), ("required", true)])?;
            let begins_with_0 = |format: &NumberFormat| format.number(NaiveDate::default(), 1).starts_with('0');
            if required && numbers.iter().flatten().any(begins_with_0) {
                return Err("\"required\" needs numbers that do not begin with 0, which INV-01 does not allow: change number_format, credit_note_format or debit_note_format".to_owned());
            }
            Ok(required)
        });
        let unusual_percent = self.convert("invoice.unusual_percent", limit);
        let due_days = self.number("invoice.due_days", 0..=3_650);
        let exchange_days = self.number("invoice.exchange_days", 0..=366);
        let seller = self.seller();
        let regime = self.regime(seller.as_ref());
        let rounding = [("auto", None), ("whole", Some(true)), ("none", Some(false))];
        let round_total = self.convert("invoice.round_total", |text| word(text, &rounding));
        let bills_rentals = self.convert("invoice.rentals", |text| word(text, &[("bill", true), ("ignore", false)]));
        let has_annex = self.convert("invoice.usage_annex", |text| word(text, &[("none", false), ("daily", true)]));
        let lists_calls = self.flag("invoice.call_list");
        let prints_answered = self.flag("invoice.answer_rate");
        let [invoice, credit, debit] = numbers;
        Some(Invoicing {
            numbers: [invoice?, credit?, debit?],
            template: template?,
            regime: regime?,
            dates_period_end: dates_period_end?,
            late_without_tax: late_without_tax?,
            einvoice_required: einvoice_required?,
            unusual_percent: unusual_percent?,
            round_total: round_total?,
            exchange_days: exchange_days?,
            bills_rentals: bills_rentals?,
            has_annex: has_annex?,
            lists_calls: lists_calls?,
            prints_answered: prints_answered?,
            seller: seller?,
            payment: Payment {
                account_name: self.optional("seller.account_name"),
                account_number: self.optional("seller.account_number"),
                bank: self.optional("seller.bank"),
                bank_code: self.optional("seller.bank_code"),
                upi: self.optional("seller.upi"),
                due_days: u32::try_from(due_days?).ok(),
                terms: self.optional("invoice.terms"),
            },
            logo: self.optional("seller.logo"),
            edition: Edition::default(),
        })
    }

    fn seller(&mut self) -> Option<Party> {
        let country = self.convert("seller.country", country_code);
        let given = self.convert("seller.state_code", |text| match text {
            "" => Ok(None),
            code if gstin::state(code).is_some() => Ok(Some(code.to_owned())),
            other => Err(format!("`{other}` is not a State's code: two digits, such as \"29\"")),
        });
        let gstin = self.optional("seller.gstin");
        let of_gstin = gstin.as_deref().and_then(|number| number.get(..2)).filter(|code| gstin::state(code).is_some());
        let is_indian = gstin.as_deref().is_some_and(|number| gstin::check(number).is_ok());
        let gstin_is = gstin.as_deref().filter(|_| is_indian).and_then(|number| number.get(2..12)).map(str::to_owned);
        Some(Party {
            legal_name: self.optional("seller.legal_name").unwrap_or_default(),
            address: self
                .optional("seller.address")
                .map(|text| text.lines().map(|l| l.trim().to_owned()).collect())
                .unwrap_or_default(),
            city: self.optional("seller.city"),
            pin: self.optional("seller.pin"),
            country: Some(country?),
            state_code: given?.or_else(|| of_gstin.map(str::to_owned)),
            gstin,
            email: self.optional("seller.email"),
            registered: self.registered(gstin_is.as_deref())?,
        })
    }

    /// What the seller is registered as. `pan` is that in its GSTIN.
    fn registered(&mut self, pan: Option<&str>) -> Option<Registered> {
        let cin =
            self.convert("seller.cin", |text| form(text, &["A00000AA0000AAA000000", "AAA-0000"], "a CIN or LLPIN"));
        let own = self.convert("seller.pan", |text| match form(text, &["AAAAA0000A"], "a PAN")? {
            Some(own) if pan.is_some_and(|pan| pan != own) => {
                Err(format!("`{own}` is not the PAN in [seller] gstin, which is {}", pan.unwrap_or_default()))
            }
            own => Ok(own),
        });
        let udyam = self.convert("seller.udyam", |text| form(text, &["AAAAA-AA-00-0000000"], "a UDYAM registration"));
        Some(Registered {
            cin: cin?,
            pan: own?,
            udyam: udyam?,
            phone: self.optional("seller.phone"),
            website: self.optional("seller.website"),
        })
    }

    fn regime(&mut self, seller: Option<&Party>) -> Option<Regime> {
        let sac = self.convert("invoice.sac", sac);
        let reverse_charge = self.flag("invoice.reverse_charge");
        let declaration = self.flag("invoice.declaration");
        let vat_rate =
            self.convert("invoice.vat_rate", |text| if text.is_empty() { Ok(None) } else { limit(text).map(Some) });
        let vat_name = self.optional("invoice.vat_name").unwrap_or_default();
        let lut = self.optional("invoice.lut");
        let gst = Gst { sac: sac?, reverse_charge: reverse_charge?, declaration: declaration?, lut };
        let vat_rate = vat_rate?;
        self.convert("invoice.regime", |text| match text {
            "none" => Ok(Regime::None),
            "gst" => {
                let number = seller.and_then(|seller| seller.gstin.as_deref());
                let number = number.ok_or("\"gst\" needs [seller] gstin: an invoice must name it (Rule 46(a))")?;
                let state = gstin::check(number).map_err(|why| format!("[seller] gstin {number} is wrong: {why}"))?;
                match seller.and_then(|seller| seller.state_code.as_deref()) {
                    Some(given) if given != state => {
                        Err(format!("[seller] state_code is {given}, and the GSTIN is of State {state}"))
                    }
                    _ => Ok(Regime::Gst(gst)),
                }
            }
            "vat" => {
                let rate = vat_rate.ok_or("\"vat\" needs [invoice] vat_rate, such as \"20\"")?;
                Ok(Regime::Vat { name: vat_name, rate })
            }
            other => word(other, &["none", "gst", "vat"].map(|name| (name, ()))).map(|()| Regime::None),
        })
    }
}

/// A country by its ISO 3166-1 alpha-2 code or its English name.
///
/// # Errors
/// A sentence that says what is expected.
pub(super) fn country_code(text: &str) -> Result<String, String> {
    let text = text.trim();
    let upper = text.to_ascii_uppercase();
    let by_code = || upper.parse::<Country>().ok().map(|country| country.to_string());
    let by_name = || Country::from_name(text).map(|country| country.to_string());
    by_code()
        .or_else(by_name)
        .ok_or_else(|| format!("`{text}` is not a country: write its code of two letters, such as IN or AE"))
}
