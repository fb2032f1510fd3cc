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
