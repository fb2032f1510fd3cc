//! The words of a template.

use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::render::pdf) struct Labels {
    pub(in crate::render::pdf) title: String,
    pub(in crate::render::pdf) title_tax_invoice: String,
    pub(in crate::render::pdf) title_credit_note: String,
    pub(in crate::render::pdf) title_debit_note: String,
    pub(in crate::render::pdf) number: String,
    pub(in crate::render::pdf) note_number: String,
    pub(in crate::render::pdf) issue_date: String,
    pub(in crate::render::pdf) due_date: String,
    pub(in crate::render::pdf) original: String,
    pub(in crate::render::pdf) original_date: String,
    pub(in crate::render::pdf) period: String,
    pub(in crate::render::pdf) customer_id: String,
    pub(in crate::render::pdf) buyer_reference: String,
    pub(in crate::render::pdf) place_of_supply: String,
    pub(in crate::render::pdf) reverse_charge: String,
    pub(in crate::render::pdf) yes: String,
    pub(in crate::render::pdf) no: String,
    pub(in crate::render::pdf) buyer: String,
    pub(in crate::render::pdf) gstin: String,
    pub(in crate::render::pdf) state_code: String,
    pub(in crate::render::pdf) email: String,
    pub(in crate::render::pdf) total_due: String,
    pub(in crate::render::pdf) total_credit: String,
    pub(in crate::render::pdf) by: String,
    pub(in crate::render::pdf) charges: String,
    pub(in crate::render::pdf) subtotal: String,
    pub(in crate::render::pdf) taxable: String,
    pub(in crate::render::pdf) on: String,
    pub(in crate::render::pdf) round_off: String,
    pub(in crate::render::pdf) total: String,
    pub(in crate::render::pdf) words: String,
    pub(in crate::render::pdf) payment: String,
    pub(in crate::render::pdf) account_name: String,
    pub(in crate::render::pdf) account_number: String,
    pub(in crate::render::pdf) bank: String,
    pub(in crate::render::pdf) bank_code: String,
    pub(in crate::render::pdf) upi: String,
    pub(in crate::render::pdf) payment_reference: String,
    pub(in crate::render::pdf) upi_caption: String,
    pub(in crate::render::pdf) notes: String,
    pub(in crate::render::pdf) signature: String,
    pub(in crate::render::pdf) registration: String,
    pub(in crate::render::pdf) irn: String,
    pub(in crate::render::pdf) ack_no: String,
    pub(in crate::render::pdf) ack_date: String,
    pub(in crate::render::pdf) copy: String,
    pub(in crate::render::pdf) carried_forward: String,
    pub(in crate::render::pdf) brought_forward: String,
    // Templates of the books' own, and those that are sealed, may lack what came later.
    #[serde(default = "words::state")]
    pub(in crate::render::pdf) state: String,
    #[serde(default = "words::cin")]
    pub(in crate::render::pdf) cin: String,
    #[serde(default = "words::pan")]
    pub(in crate::render::pdf) pan: String,
    #[serde(default = "words::udyam")]
    pub(in crate::render::pdf) udyam: String,
    #[serde(default = "words::phone")]
    pub(in crate::render::pdf) phone: String,
    #[serde(default = "words::website")]
    pub(in crate::render::pdf) website: String,
    #[serde(default = "words::tax_number")]
    pub(in crate::render::pdf) tax_number: String,
    #[serde(default = "words::bic")]
    pub(in crate::render::pdf) bic: String,
    #[serde(default = "words::logo")]
    pub(in crate::render::pdf) logo: String,
    #[serde(default = "words::detail_calls")]
    pub(in crate::render::pdf) detail_calls: String,
    #[serde(default = "words::detail_answered")]
    pub(in crate::render::pdf) detail_answered: String,
    #[serde(default = "words::detail_failed")]
    pub(in crate::render::pdf) detail_failed: String,
    #[serde(default = "words::detail_minutes")]
    pub(in crate::render::pdf) detail_minutes: String,
    #[serde(default = "words::rate_minute")]
    pub(in crate::render::pdf) rate_minute: String,
    #[serde(default = "words::rate_call")]
    pub(in crate::render::pdf) rate_call: String,
    #[serde(default = "words::average_minute")]
    pub(in crate::render::pdf) average_minute: String,
    #[serde(default = "words::average_call")]
    pub(in crate::render::pdf) average_call: String,
    #[serde(default = "words::days_of")]
    pub(in crate::render::pdf) days_of: String,
    #[serde(default = "words::exchange")]
    pub(in crate::render::pdf) exchange: String,
    #[serde(default = "words::average_note")]
    pub(in crate::render::pdf) average_note: String,
    #[serde(default = "words::annex")]
    pub(in crate::render::pdf) annex: String,
    #[serde(default = "words::annex_note")]
    pub(in crate::render::pdf) annex_note: String,
    #[serde(default = "words::day")]
    pub(in crate::render::pdf) day: String,
    #[serde(default = "words::no_day")]
    pub(in crate::render::pdf) no_day: String,
    #[serde(default = "words::rounding")]
    pub(in crate::render::pdf) rounding: String,
    #[serde(default = "words::difference")]
    pub(in crate::render::pdf) difference: String,
}

/// Labels that a template may leave out.
mod words {
    macro_rules! words {
        ($($name:ident: $text:literal,)*) => {
            $(pub(super) fn $name() -> String {
                $text.to_owned()
            })*
        };
    }
    words! {
        state: "State",
        cin: "CIN",
        pan: "PAN",
        udyam: "UDYAM",
        phone: "Telephone",
        website: "Website",
        tax_number: "VAT number",
        bic: "BIC",
        logo: "Logo",
        detail_calls: "Calls",
        detail_answered: "Answered",
        detail_failed: "Failed",
        detail_minutes: "Minutes",
        rate_minute: "Rate per minute",
        rate_call: "Rate per call",
        average_minute: "Average rate per minute",
        average_call: "Average rate per call",
        days_of: "{days} of {whole} days",
        exchange: "at {rate} of {date} ({source})",
        average_note: "An average rate is the amount divided by the minutes (or calls), rounded half up to four decimals. The amount is what counts.",
        annex: "Usage by day",
        annex_note: "Days begin at midnight in the time zone {timezone}. A day's amount is that of its calls, rounded half up; what is left of the invoice's line, by rounding or as agreed, is a row of its own, so that each total is that line's amount.",
        day: "Day",
        no_day: "Without a time",
        rounding: "Rounding",
        difference: "Agreed difference",
    }
}

impl Labels {
    pub(super) fn all(&self) -> Vec<&String> {
        vec![
            &self.title,
            &self.title_tax_invoice,
            &self.title_credit_note,
            &self.title_debit_note,
            &self.number,
            &self.note_number,
            &self.issue_date,
            &self.due_date,
            &self.original,
            &self.original_date,
            &self.period,
            &self.customer_id,
            &self.buyer_reference,
            &self.place_of_supply,
            &self.reverse_charge,
            &self.yes,
            &self.no,
            &self.buyer,
            &self.gstin,
            &self.state_code,
            &self.email,
            &self.total_due,
            &self.total_credit,
            &self.by,
            &self.charges,
            &self.subtotal,
            &self.taxable,
            &self.on,
            &self.round_off,
            &self.total,
            &self.words,
            &self.payment,
            &self.account_name,
            &self.account_number,
            &self.bank,
            &self.bank_code,
            &self.upi,
            &self.payment_reference,
            &self.upi_caption,
            &self.notes,
            &self.signature,
            &self.registration,
            &self.irn,
            &self.ack_no,
            &self.ack_date,
            &self.copy,
            &self.carried_forward,
            &self.brought_forward,
            &self.state,
            &self.cin,
            &self.pan,
            &self.udyam,
            &self.phone,
            &self.website,
            &self.tax_number,
            &self.bic,
            &self.logo,
            &self.detail_calls,
            &self.detail_answered,
            &self.detail_failed,
            &self.detail_minutes,
            &self.rate_minute,
            &self.rate_call,
            &self.average_minute,
            &self.average_call,
            &self.days_of,
            &self.exchange,
            &self.average_note,
            &self.annex,
            &self.annex_note,
            &self.day,
            &self.no_day,
            &self.rounding,
            &self.difference,
        ]
    }
}
