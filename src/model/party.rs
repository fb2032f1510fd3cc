//! Who charges and who is charged, as documents name them, and where to pay.

/// A party as it is printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// Legal name.
    pub legal_name: String,
    /// Address, a line each.
    pub address: Vec<String>,
    /// City, where the address is kept in parts.
    pub city: Option<String>,
    /// Postal code.
    pub pin: Option<String>,
    /// ISO 3166-1 alpha-2; None is the seller's own country.
    pub country: Option<String>,
    /// Two-digit GST state code, where known.
    pub state_code: Option<String>,
    /// GSTIN, where registered; another country's VAT number where it begins with letters.
    pub gstin: Option<String>,
    /// Where the invoice is mailed.
    pub email: Option<String>,
    /// What the seller is registered as, and where it is reached.
    pub registered: Registered,
}

/// What a company says of itself on its documents (Companies Act, section 12(3)(c)).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registered {
    /// Corporate identity number, or an LLP's identification number.
    pub cin: Option<String>,
    /// Permanent account number.
    pub pan: Option<String>,
    /// Registration of a micro, small or medium enterprise.
    pub udyam: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Website.
    pub website: Option<String>,
}

/// Where and how to pay, as it is printed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payment {
    /// Account holder, where it is not the seller.
    pub account_name: Option<String>,
    /// Account number or IBAN.
    pub account_number: Option<String>,
    /// Bank.
    pub bank: Option<String>,
    /// IFSC or BIC.
    pub bank_code: Option<String>,
    /// UPI id: printed with a payment QR.
    pub upi: Option<String>,
    /// Days after the date of issue by which to pay.
    pub due_days: Option<u32>,
    /// Terms in words.
    pub terms: Option<String>,
}

impl Party {
    /// Whether it is in another country than India.
    #[must_use]
    pub fn is_abroad(&self) -> bool {
        self.country.as_deref().is_some_and(|country| country != "IN")
    }
}

impl Payment {
    /// Whether there is a UPI id that payment applications take: `name@handle` (NPCI's virtual
    /// payment address).
    #[must_use]
    pub(crate) fn has_upi(&self) -> bool {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let parts = self.upi.as_deref().and_then(|upi| upi.split_once('@'));
        parts.is_some_and(|(name, handle)| {
            (2..=256).contains(&name.len())
                && name.chars().all(is_name)
                && (2..=64).contains(&handle.len())
                && handle.chars().all(|c| c.is_ascii_alphanumeric())
        })
    }

    /// Whether a bank's code is an IFSC: four letters, a zero, six letters or digits.
    #[must_use]
    pub(crate) fn has_ifsc(&self) -> bool {
        let code = self.bank_code.as_deref().unwrap_or_default().as_bytes();
        code.len() == 11
            && code[..4].iter().all(u8::is_ascii_uppercase)
            && code[4] == b'0'
            && code[5..].iter().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    }

    /// What is set and is not what it is called, each with its setting.
    pub(crate) fn wrong(&self, is_indian: bool) -> impl Iterator<Item = (String, &'static str)> {
        let upi = self.upi.as_ref().filter(|_| !self.has_upi());
        let code = self.bank_code.as_ref().filter(|_| is_indian && !self.has_ifsc());
        let upi = upi.map(|upi| (format!("a UPI id: `{upi}` is none (name@bank)"), "[seller] upi"));
        let code = code.map(|code| {
            (format!("an IFSC: `{code}` is none (four letters, 0, six letters or digits)"), "[seller] bank_code")
        });
        upi.into_iter().chain(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_upi_id_and_no_ifsc_is_known() {
        let payment = |upi: &str, code: &str| Payment {
            upi: Some(upi.to_owned()),
            bank_code: Some(code.to_owned()),
            ..Payment::default()
        };
        for (upi, code) in [("acme.telecom@okhdfcbank", "HDFC0000123"), ("98-x_1@ybl", "SBIN0A1B2C3")] {
            assert_eq!(payment(upi, code).wrong(true).count(), 0, "{upi} {code}");
        }
        for (upi, code) in
            [("acme", "HDFC000123"), ("a b@upi", "hdfc0000123"), ("acme@ok.in", "HDFC1000123"), ("@upi", "")]
        {
            assert_eq!(payment(upi, code).wrong(true).count(), 2, "{upi} {code}");
            assert_eq!(payment(upi, code).wrong(false).count(), 1, "a BIC has other rules");
        }
    }
}
