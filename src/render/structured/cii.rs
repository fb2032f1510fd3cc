//! Factur-X, profile EN 16931: UN/CEFACT Cross Industry Invoice, D16B.

use chrono::NaiveDate;

use super::en::{Item, TaxNumber, Terms};
use crate::model::invoice::{Issued, Party};
use crate::model::money::Money;
use crate::render::xml::Xml;

/// The document, deflated, and its size before that.
///
/// # Errors
/// Why this invoice cannot be told so, in a phrase.
pub(crate) fn deflated(invoice: &Issued) -> Result<(Vec<u8>, u64), String> {
    Ok(document(invoice, Xml::deflating())?.finish())
}

fn document(invoice: &Issued, mut xml: Xml) -> Result<Xml, String> {
    let terms = Terms::of(invoice)?;
    let namespaces = [
        ("xmlns:rsm", "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"),
        ("xmlns:ram", "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"),
        ("xmlns:qdt", "urn:un:unece:uncefact:data:standard:QualifiedDataType:100"),
        ("xmlns:udt", "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100"),
    ];
    xml.element("rsm:CrossIndustryInvoice", &namespaces, |xml| {
        xml.group("rsm:ExchangedDocumentContext", |xml| {
            xml.group("ram:GuidelineSpecifiedDocumentContextParameter", |xml| {
                xml.leaf("ram:ID", "urn:cen.eu:en16931:2017");
            });
        });
        xml.group("rsm:ExchangedDocument", |xml| {
            xml.leaf("ram:ID", &invoice.number);
            xml.leaf("ram:TypeCode", terms.type_code);
            date(xml, "ram:IssueDateTime", invoice.issue_date);
            for note in terms.notes() {
                xml.group("ram:IncludedNote", |xml| xml.leaf("ram:Content", &note));
            }
        });
        xml.group("rsm:SupplyChainTradeTransaction", |xml| {
            for (index, item) in terms.items.iter().enumerate() {
                line(xml, &terms, index + 1, item);
            }
            agreement(xml, &terms);
            xml.group("ram:ApplicableHeaderTradeDelivery", |xml| {
                xml.group("ram:ActualDeliverySupplyChainEvent", |xml| {
                    date(xml, "ram:OccurrenceDateTime", terms.draft.period.to);
                });
            });
            xml.group("ram:ApplicableHeaderTradeSettlement", |xml| settlement(xml, &terms));
        });
    });
    Ok(xml)
}

fn date(xml: &mut Xml, name: &str, day: NaiveDate) {
    let text = day.format("%Y%m%d").to_string();
    xml.group(name, |xml| xml.leaf_with("udt:DateTimeString", &[("format", "102")], &text));
}

fn tax(xml: &mut Xml, name: &str, terms: &Terms<'_>, rate: Option<rust_decimal::Decimal>) {
    xml.group(name, |xml| {
        xml.leaf("ram:TypeCode", "VAT");
        xml.leaf("ram:CategoryCode", terms.category.code());
        xml.some("ram:RateApplicablePercent", rate.map(|rate| rate.to_string()).as_deref());
    });
}

fn line(xml: &mut Xml, terms: &Terms<'_>, number: usize, item: &Item<'_>) {
    xml.group("ram:IncludedSupplyChainTradeLineItem", |xml| {
        xml.group("ram:AssociatedDocumentLineDocument", |xml| xml.leaf("ram:LineID", &number.to_string()));
        xml.group("ram:SpecifiedTradeProduct", |xml| {
            xml.leaf("ram:Name", &item.line.description);
            if let Some(sac) = &item.line.sac {
                xml.group("ram:DesignatedProductClassification", |xml| {
                    xml.leaf_with("ram:ClassCode", &[("listID", "HS")], sac);
                });
            }
        });
        xml.group("ram:SpecifiedLineTradeAgreement", |xml| {
            xml.group("ram:NetPriceProductTradePrice", |xml| xml.leaf("ram:ChargeAmount", &item.price));
        });
        xml.group("ram:SpecifiedLineTradeDelivery", |xml| {
            xml.leaf_with("ram:BilledQuantity", &[("unitCode", item.unit)], &item.quantity.to_string());
        });
        xml.group("ram:SpecifiedLineTradeSettlement", |xml| {
            tax(xml, "ram:ApplicableTradeTax", terms, item.rate);
            xml.group("ram:SpecifiedTradeSettlementLineMonetarySummation", |xml| {
                xml.leaf("ram:LineTotalAmount", &item.line.amount.plain());
            });
        });
    });
}

fn agreement(xml: &mut Xml, terms: &Terms<'_>) {
    xml.group("ram:ApplicableHeaderTradeAgreement", |xml| {
        xml.some("ram:BuyerReference", terms.draft.buyer_reference.as_deref());
        let (scheme, number) = match &terms.seller_number {
            TaxNumber::Vat(number) => ("VA", Some(number)),
            TaxNumber::Other(number) => ("FC", Some(number)),
            TaxNumber::None => ("", None),
        };
        let seller = &terms.draft.seller;
        // BR-CO-26: without a VAT number the seller is told by another identifier.
        let id = seller.gstin.as_deref().or(seller.email.as_deref()).unwrap_or(&seller.legal_name);
        party(
            xml,
            "ram:SellerTradeParty",
            Some(id),
            seller,
            &terms.seller_country,
            number.map(|n| (scheme, n.as_str())),
        );
        let buyer_number = terms.buyer_number.as_deref().map(|number| ("VA", number));
        let buyer = &terms.draft.buyer;
        let id = Some(terms.draft.customer_id.as_str());
        party(xml, "ram:BuyerTradeParty", id, buyer, &terms.buyer_country, buyer_number);
    });
}

fn party(xml: &mut Xml, name: &str, id: Option<&str>, party: &Party, country: &str, number: Option<(&str, &str)>) {
    xml.group(name, |xml| {
        xml.some("ram:ID", id);
        xml.leaf("ram:Name", &party.legal_name);
        xml.group("ram:PostalTradeAddress", |xml| {
            xml.some("ram:PostcodeCode", party.pin.as_deref());
            for (name, line) in ["ram:LineOne", "ram:LineTwo", "ram:LineThree"].into_iter().zip(&party.address) {
                xml.leaf(name, line);
            }
            xml.some("ram:CityName", party.city.as_deref());
            xml.leaf("ram:CountryID", country);
        });
        if let Some(email) = &party.email {
            xml.group("ram:URIUniversalCommunication", |xml| xml.leaf_with("ram:URIID", &[("schemeID", "EM")], email));
        }
        if let Some((scheme, number)) = number {
            xml.group("ram:SpecifiedTaxRegistration", |xml| xml.leaf_with("ram:ID", &[("schemeID", scheme)], number));
        }
    });
}

fn settlement(xml: &mut Xml, terms: &Terms<'_>) {
    let draft = terms.draft;
    let payment = &draft.payment;
    if payment.account_number.is_some() {
        // BT-83 belongs to a payment instruction, which needs a means (BR-49).
        xml.leaf("ram:PaymentReference", &terms.invoice.number);
    }
    xml.leaf("ram:InvoiceCurrencyCode", terms.currency);
    if let Some(account) = &payment.account_number {
        xml.group("ram:SpecifiedTradeSettlementPaymentMeans", |xml| {
            // UNTDID 4461: credit transfer.
            xml.leaf("ram:TypeCode", "30");
            xml.group("ram:PayeePartyCreditorFinancialAccount", |xml| {
                xml.some("ram:AccountName", payment.account_name.as_deref());
                xml.leaf("ram:ProprietaryID", account);
            });
            if let Some(code) = &payment.bank_code {
                xml.group("ram:PayeeSpecifiedCreditorFinancialInstitution", |xml| xml.leaf("ram:BICID", code));
            }
        });
    }
    for group in &terms.groups {
        xml.group("ram:ApplicableTradeTax", |xml| {
            xml.leaf("ram:CalculatedAmount", &group.tax.plain());
            xml.leaf("ram:TypeCode", "VAT");
            xml.some("ram:ExemptionReason", group.category.reason());
            xml.leaf("ram:BasisAmount", &group.base.plain());
            xml.leaf("ram:CategoryCode", group.category.code());
            xml.some("ram:RateApplicablePercent", group.rate.map(|rate| rate.to_string()).as_deref());
        });
    }
    xml.group("ram:BillingSpecifiedPeriod", |xml| {
        date(xml, "ram:StartDateTime", draft.period.from);
        date(xml, "ram:EndDateTime", draft.period.to);
    });
    for (item, amount) in &terms.allowances {
        xml.group("ram:SpecifiedTradeAllowanceCharge", |xml| {
            xml.group("ram:ChargeIndicator", |xml| xml.leaf("udt:Indicator", "false"));
            xml.leaf("ram:ActualAmount", &amount.plain());
            xml.leaf("ram:Reason", &item.line.description);
            tax(xml, "ram:CategoryTradeTax", terms, item.rate);
        });
    }
    xml.group("ram:SpecifiedTradePaymentTerms", |xml| {
        xml.some("ram:Description", terms.payment_terms.as_deref());
        if let Some(day) = terms.due {
            date(xml, "ram:DueDateDateTime", day);
        }
    });
    xml.group("ram:SpecifiedTradeSettlementHeaderMonetarySummation", |xml| {
        let amount = |xml: &mut Xml, name: &str, money: &Money| xml.leaf(name, &money.plain());
        amount(xml, "ram:LineTotalAmount", &terms.lines_total);
        amount(xml, "ram:AllowanceTotalAmount", &terms.allowances_total);
        amount(xml, "ram:TaxBasisTotalAmount", &draft.subtotal);
        xml.leaf_with("ram:TaxTotalAmount", &[("currencyID", terms.currency)], &terms.tax_total.plain());
        if !draft.round_off.is_zero() {
            amount(xml, "ram:RoundingAmount", &draft.round_off);
        }
        amount(xml, "ram:GrandTotalAmount", &terms.with_tax);
        amount(xml, "ram:DuePayableAmount", &draft.total);
    });
    if let Some(original) = &draft.original {
        xml.group("ram:InvoiceReferencedDocument", |xml| {
            xml.leaf("ram:IssuerAssignedID", &original.number);
            let day = original.issue_date.format("%Y%m%d").to_string();
            xml.group("ram:FormattedIssueDateTime", |xml| {
                xml.leaf_with("qdt:DateTimeString", &[("format", "102")], &day);
            });
        });
    }
}
