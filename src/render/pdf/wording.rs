//! How what an invoice says is worded: amounts, prices, dates, units, charges, in the template's
//! language. What 0.1 issued keeps its words.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::fonts::MINUS;
use super::template::Template;
use crate::model::invoice::{Edition, Issued};
use crate::model::money::Money;
use crate::model::words::amount_in_words_of;

/// Whose words, and about what.
#[derive(Clone, Copy)]
pub(super) struct Wording<'a> {
    pub(super) template: &'a Template,
    pub(super) invoice: &'a Issued,
}

impl Wording<'_> {
    fn is_first(self) -> bool {
        self.invoice.content.edition == Edition::First
    }

    fn signed(self, text: String) -> String {
        // A hyphen before a number is easily lost.
        if self.is_first() { text } else { text.replace('-', &MINUS.to_string()) }
    }

    /// An amount's grouped digits.
    pub(super) fn grouped(self, amount: &Money) -> String {
        self.signed(amount.grouped())
    }

    /// An amount with its currency.
    pub(super) fn display(self, amount: &Money) -> String {
        self.signed(amount.display())
    }

    /// What one unit costs: with all its digits, and at least those of the minor unit.
    pub(super) fn price(self, price: Decimal) -> String {
        if self.is_first() {
            return price.to_string();
        }
        self.grouped(&Money::new(price.normalize(), self.invoice.content.currency))
    }

    /// How many units: `10 numbers`.
    pub(super) fn quantity(self, quantity: Decimal, unit: &str) -> String {
        let count = quantity.normalize();
        if self.is_first() {
            return format!("{count} {unit}");
        }
        let digits = Money::new(count, self.invoice.content.currency).grouped();
        let digits = if count.scale() == 0 { digits.split('.').next().unwrap_or_default() } else { &digits };
        let named = self.template.units.get(unit).map(|[one, many]| if count == Decimal::ONE { one } else { many });
        format!("{} {}", self.signed(digits.to_owned()), named.map_or(unit, String::as_str))
    }

    /// A day, its month in the template's language.
    pub(super) fn date(self, day: NaiveDate) -> String {
        let format = &self.template.layout.date_format;
        let month = usize::try_from(day.month0()).ok().and_then(|month| self.template.layout.months.get(month));
        match month {
            Some(month) => day.format(&format.replace("%B", month)).to_string(),
            None => day.format(format).to_string(),
        }
    }

    /// The total in words.
    pub(super) fn amount_in_words(self) -> String {
        let draft = &self.invoice.content;
        let own = amount_in_words_of(&draft.total, &self.template.layout.language).filter(|_| !self.is_first());
        own.unwrap_or_else(|| draft.amount_in_words.clone())
    }

    /// What the program says, in the template's words where it has some; what finance wrote is
    /// left as it is.
    pub(super) fn said(self, text: &str) -> String {
        if self.is_first() {
            return text.to_owned();
        }
        let own = self.template.translations.iter().find_map(|(pattern, own)| Some((own, captured(pattern, text)?)));
        let Some((own, parts)) = own else { return self.signed_amounts(text) };
        let mut said = own.clone();
        for part in parts {
            said = said.replacen("{}", &self.part(part), 1);
        }
        said
    }

    /// What stands in such a text: a day, a month, or words of their own.
    fn part(self, text: &str) -> String {
        let read = |text: &str| NaiveDate::parse_from_str(text, "%d %B %Y").ok();
        let own = |day: NaiveDate| self.template.layout.months.get(usize::try_from(day.month0()).ok()?);
        if let Some(day) = read(text) {
            return self.date(day);
        }
        match read(&format!("1 {text}")).map(|day| (day, own(day))) {
            Some((day, Some(month))) => format!("{month} {}", day.format("%Y")),
            _ => self.said(text),
        }
    }

    /// A sentence whose negative amounts have a minus sign.
    fn signed_amounts(self, text: &str) -> String {
        text.replace("-₹", &format!("{MINUS}₹"))
    }
}

/// What stands in a text where a pattern has `{}`; None where it is another text.
fn captured<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut fixed = pattern.split("{}");
    let mut rest = text.strip_prefix(fixed.next()?)?;
    let mut parts = Vec::new();
    let mut fixed = fixed.peekable();
    while let Some(next) = fixed.next() {
        let end = if fixed.peek().is_none() { rest.len().checked_sub(next.len())? } else { rest.find(next)? };
        let (part, after) = rest.split_at_checked(end)?;
        rest = after.strip_prefix(next)?;
        parts.push(part);
    }
    rest.is_empty().then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::super::template::SHIPPED;
    use super::*;
    use crate::model::invoice::Draft;
    use crate::model::money::{Currency, parse_plain};
    use crate::model::period::Period;

    fn with<T>(template: &str, edition: Edition, look: impl FnOnce(Wording<'_>) -> T) -> T {
        let (name, text) = SHIPPED.iter().find(|(name, _)| *name == template).unwrap();
        let template = Template::parse(text, name).unwrap();
        let total = Money::new(parse_plain("-1234.50").unwrap(), Currency::INR);
        let content = Draft {
            edition,
            total,
            amount_in_words: "as it was sealed".into(),
            ..Draft::blank("M", &Period::parse("2026-03").unwrap(), Currency::INR)
        };
        let day = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        let invoice = Issued {
            number: "1".into(),
            issue_date: day,
            content,
            template_sha256: String::new(),
            sealed_after: String::new(),
        };
        look(Wording { template: &template, invoice: &invoice })
    }

    fn number(text: &str) -> Decimal {
        parse_plain(text).unwrap()
    }

    #[test]
    fn amounts_and_units_are_written_for_people() {
        with("classic", Edition::Second, |wording| {
            assert_eq!(wording.grouped(&wording.invoice.content.total), "−1,234.50");
            assert_eq!(wording.display(&wording.invoice.content.total), "−₹1,234.50");
            assert_eq!(wording.price(number("150")), "150.00");
            assert_eq!(wording.price(number("1234567.012500")), "12,34,567.0125");
            assert_eq!(wording.quantity(number("10.00"), "number"), "10 numbers");
            assert_eq!(wording.quantity(number("1"), "number"), "1 number");
            assert_eq!(wording.quantity(number("123456.75"), "minute"), "1,23,456.75 minutes");
            assert_eq!(wording.quantity(number("2"), "GB"), "2 GB");
            assert_eq!(wording.said("x: difference -₹5.00."), "x: difference −₹5.00.");
            assert_eq!(wording.date(wording.invoice.issue_date), "31 March 2026");
        });
        with("classic", Edition::First, |wording| {
            assert_eq!(wording.display(&wording.invoice.content.total), "-₹1,234.50");
            assert_eq!(
                (wording.price(number("150.0")), wording.quantity(number("10"), "number")),
                ("150.0".into(), "10 number".into())
            );
        });
    }

    #[test]
    fn a_hindi_template_says_all_that_the_program_says() {
        with("hindi", Edition::Second, |wording| {
            assert_eq!(wording.date(wording.invoice.issue_date), "31 मार्च 2026");
            assert_eq!(wording.amount_in_words(), "ऋण रुपये एक हज़ार दो सौ चौंतीस और पचास पैसे मात्र");
            assert_eq!(wording.quantity(number("10"), "number"), "10 नंबर");
            assert_eq!(wording.said("Inbound calls"), "आवक कॉल");
            assert_eq!(wording.said("Discount of 2.5 % on calls"), "कॉल पर 2.5 % की छूट");
            assert_eq!(
                wording.said("Outbound calls: invoiced ₹2.00, correct ₹1.00, difference -₹1.00."),
                "जावक कॉल: बीजक में ₹2.00, सही ₹1.00, अंतर −₹1.00।"
            );
            assert_eq!(wording.said("Porting of two numbers"), "Porting of two numbers");
        });
        with("hindi", Edition::First, |wording| {
            assert_eq!(
                (wording.said("Inbound calls").as_str(), wording.amount_in_words().as_str()),
                ("Inbound calls", "as it was sealed")
            );
        });
    }

    #[test]
    fn a_pattern_takes_a_whole_text() {
        assert_eq!(captured("Discount of {} % on calls", "Discount of 5 % on calls"), Some(vec!["5"]));
        assert_eq!(captured("Discount of {} % on calls", "Discount of 5 % on calls and more"), None);
        assert_eq!(captured("{}: invoiced {}.", "a: b: invoiced 1.5."), Some(vec!["a: b", "1.5"]));
        assert_eq!(captured("Inbound calls", "Inbound calls, March"), None);
    }
}
