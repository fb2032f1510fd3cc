//! UBL 2.1: Invoice, or CreditNote.

use rust_decimal::Decimal;

use super::en::{Item, TaxNumber, Terms};
use crate::model::invoice::{Document, Issued, Party};
use crate::model::money::Money;
use crate::render::xml::Xml;

/// The document.
///
/// # Errors
/// Why this invoice cannot be told so, in a phrase.
pub(crate) fn render(invoice: &Issued) -> Result<Vec<u8>, String> {
    let terms = Terms::of(invoice)?;
    let is_credit = terms.draft.document == Document::CreditNote;
    let (root, type_code) =
        if is_credit { ("CreditNote", "cbc:CreditNoteTypeCode") } else { ("Invoice", "cbc:InvoiceTypeCode") };
    let namespace = format!("urn:oasis:names:specification:ubl:schema:xsd:{root}-2");
    let namespaces = [
        ("xmlns", namespace.as_str()),
        ("xmlns:cac", "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"),
        ("xmlns:cbc", "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"),
    ];
    let draft = terms.draft;
    let mut xml = Xml::new();
    xml.element(root, &namespaces, |xml| {
        xml.leaf("cbc:CustomizationID", "urn:cen.eu:en16931:2017");
        xml.leaf("cbc:ID", &invoice.number);
        xml.leaf("cbc:IssueDate", &invoice.issue_date.to_string());
        if let Some(day) = terms.due.filter(|_| !is_credit) {
            xml.leaf("cbc:DueDate", &day.to_string());
        }
        xml.leaf(type_code, terms.type_code);
        for note in terms.notes() {
            xml.leaf("cbc:Note", &note);
        }
        xml.leaf("cbc:DocumentCurrencyCode", terms.currency);
        xml.some("cbc:BuyerReference", draft.buyer_reference.as_deref());
        xml.group("cac:InvoicePeriod", |xml| {
            xml.leaf("cbc:StartDate", &draft.period.from.to_string());
            xml.leaf("cbc:EndDate", &draft.period.to.to_string());
        });
        if let Some(original) = &draft.original {
            xml.group("cac:BillingReference", |xml| {
                xml.group("cac:InvoiceDocumentReference", |xml| {
                    xml.leaf("cbc:ID", &original.number);
                    xml.leaf("cbc:IssueDate", &original.issue_date.to_string());
                });
            });
        }
        let seller = &draft.seller;
        let number = match &terms.seller_number {
            TaxNumber::Vat(number) => Some(("VAT", number.as_str())),
            TaxNumber::Other(number) => Some(("GST", number.as_str())),
            TaxNumber::None => None,
        };
        let id = seller.gstin.as_deref().or(seller.email.as_deref()).unwrap_or(&seller.legal_name);
        party(xml, "cac:AccountingSupplierParty", id, seller, &terms.seller_country, number);
        let number = terms.buyer_number.as_deref().map(|number| ("VAT", number));
        party(xml, "cac:AccountingCustomerParty", &draft.customer_id, &draft.buyer, &terms.buyer_country, number);
        xml.group("cac:Delivery", |xml| xml.leaf("cbc:ActualDeliveryDate", &draft.period.to.to_string()));
        payment_means(xml, &terms);
        if let Some(text) = &terms.payment_terms {
            xml.group("cac:PaymentTerms", |xml| xml.leaf("cbc:Note", text));
        }
        for (item, amount) in &terms.allowances {
            xml.group("cac:AllowanceCharge", |xml| {
                xml.leaf("cbc:ChargeIndicator", "false");
                xml.leaf("cbc:AllowanceChargeReason", &item.line.description);
                money(xml, &terms, "cbc:Amount", amount);
                category(xml, &terms, "cac:TaxCategory", item.rate, None);
            });
        }
        sums(xml, &terms);
        for (index, item) in terms.items.iter().enumerate() {
            line(xml, &terms, index + 1, item, is_credit);
        }
    });
    Ok(xml.finish().0)
}

/// Where to pay.
fn payment_means(xml: &mut Xml, terms: &Terms<'_>) {
    let payment = &terms.draft.payment;
    if let Some(account) = &payment.account_number {
        xml.group("cac:PaymentMeans", |xml| {
            xml.leaf("cbc:PaymentMeansCode", "30");
            xml.leaf("cbc:PaymentID", &terms.invoice.number);
            xml.group("cac:PayeeFinancialAccount", |xml| {
                xml.leaf("cbc:ID", account);
                xml.some("cbc:Name", payment.account_name.as_deref());
                if let Some(code) = &payment.bank_code {
                    xml.group("cac:FinancialInstitutionBranch", |xml| xml.leaf("cbc:ID", code));
                }
            });
        });
    }
}

/// Taxes by rate, and what they add up to.
fn sums(xml: &mut Xml, terms: &Terms<'_>) {
    let draft = terms.draft;
    xml.group("cac:TaxTotal", |xml| {
        money(xml, terms, "cbc:TaxAmount", &terms.tax_total);
        for group in &terms.groups {
            xml.group("cac:TaxSubtotal", |xml| {
                money(xml, terms, "cbc:TaxableAmount", &group.base);
                money(xml, terms, "cbc:TaxAmount", &group.tax);
                category(xml, terms, "cac:TaxCategory", group.rate, group.category.reason());
            });
        }
    });
    xml.group("cac:LegalMonetaryTotal", |xml| {
        money(xml, terms, "cbc:LineExtensionAmount", &terms.lines_total);
        money(xml, terms, "cbc:TaxExclusiveAmount", &draft.subtotal);
        money(xml, terms, "cbc:TaxInclusiveAmount", &terms.with_tax);
        if !terms.allowances_total.is_zero() {
            money(xml, terms, "cbc:AllowanceTotalAmount", &terms.allowances_total);
        }
        if !draft.round_off.is_zero() {
            money(xml, terms, "cbc:PayableRoundingAmount", &draft.round_off);
        }
        money(xml, terms, "cbc:PayableAmount", &draft.total);
    });
}

fn money(xml: &mut Xml, terms: &Terms<'_>, name: &str, amount: &Money) {
    xml.leaf_with(name, &[("currencyID", terms.currency)], &amount.plain());
}

fn category(xml: &mut Xml, terms: &Terms<'_>, name: &str, rate: Option<Decimal>, reason: Option<&str>) {
    xml.group(name, |xml| {
        xml.leaf("cbc:ID", terms.category.code());
        xml.some("cbc:Percent", rate.map(|rate| rate.to_string()).as_deref());
        xml.some("cbc:TaxExemptionReason", reason);
        xml.group("cac:TaxScheme", |xml| xml.leaf("cbc:ID", "VAT"));
    });
}

fn party(xml: &mut Xml, name: &str, id: &str, party: &Party, country: &str, number: Option<(&str, &str)>) {
    xml.group(name, |xml| {
        xml.group("cac:Party", |xml| {
            if let Some(email) = &party.email {
                xml.leaf_with("cbc:EndpointID", &[("schemeID", "EM")], email);
            }
            xml.group("cac:PartyIdentification", |xml| xml.leaf("cbc:ID", id));
            xml.group("cac:PostalAddress", |xml| {
                xml.some("cbc:StreetName", party.address.first().map(String::as_str));
                xml.some("cbc:AdditionalStreetName", party.address.get(1).map(String::as_str));
                xml.some("cbc:CityName", party.city.as_deref());
                xml.some("cbc:PostalZone", party.pin.as_deref());
                if let Some(line) = party.address.get(2) {
                    xml.group("cac:AddressLine", |xml| xml.leaf("cbc:Line", line));
                }
                xml.group("cac:Country", |xml| xml.leaf("cbc:IdentificationCode", country));
            });
            if let Some((scheme, number)) = number {
                xml.group("cac:PartyTaxScheme", |xml| {
                    xml.leaf("cbc:CompanyID", number);
                    xml.group("cac:TaxScheme", |xml| xml.leaf("cbc:ID", scheme));
                });
            }
            xml.group("cac:PartyLegalEntity", |xml| xml.leaf("cbc:RegistrationName", &party.legal_name));
        });
    });
}

fn line(xml: &mut Xml, terms: &Terms<'_>, number: usize, item: &Item<'_>, is_credit: bool) {
    let (name, quantity) = if is_credit {
        ("cac:CreditNoteLine", "cbc:CreditedQuantity")
    } else {
        ("cac:InvoiceLine", "cbc:InvoicedQuantity")
    };
    xml.group(name, |xml| {
        xml.leaf("cbc:ID", &number.to_string());
        xml.leaf_with(quantity, &[("unitCode", item.unit)], &item.quantity.to_string());
        money(xml, terms, "cbc:LineExtensionAmount", &item.line.amount);
        xml.group("cac:Item", |xml| {
            xml.leaf("cbc:Name", &item.line.description);
            if let Some(sac) = &item.line.sac {
                xml.group("cac:CommodityClassification", |xml| {
                    xml.leaf_with("cbc:ItemClassificationCode", &[("listID", "HS")], sac);
                });
            }
            category(xml, terms, "cac:ClassifiedTaxCategory", item.rate, None);
        });
        xml.group("cac:Price", |xml| {
            xml.leaf_with("cbc:PriceAmount", &[("currencyID", terms.currency)], &item.price);
        });
    });
}
