//! What a period's documents come to, customer by customer: issued, noted, void, owed; and what
//! the partner charges for it, what was billed, and what is left.

use std::collections::BTreeMap;

use super::csv::{amounts_or_blank, safe, write};
use crate::model::invoice::{Document, Issued};
use crate::model::matrix::Matrix;
use crate::model::money::{Currency, Money, MoneyError};
use crate::model::reconciliation::BesideCalls;
use crate::model::rounding::percent;
use crate::model::usage::{Analytics, Direction};

/// A customer's documents of a period, and its cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    /// Whose.
    pub customer_id: String,
    /// Its name, as the last document bears it, or as it is known.
    pub name: String,
    /// Totals of invoices.
    pub invoiced: Money,
    /// Totals of debit notes.
    pub debit_notes: Money,
    /// Totals of credit notes, with a minus.
    pub credit_notes: Money,
    /// What is owed: the three before.
    pub owed: Money,
    /// Totals that void documents bear; nothing of it is owed.
    pub void: Money,
    /// What the partner charges for it: calls, and what it charges beside them, as far as it
    /// was captured. None where the partner states no figure of the customer's own.
    pub cost: Option<Money>,
    /// What was billed before tax, net of credit notes.
    pub billed: Money,
    /// Its documents, in order of issue: where each lies beside the report.
    pub documents: Vec<String>,
}

impl Account {
    fn new(customer_id: &str, currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self {
            customer_id: customer_id.to_owned(),
            name: String::new(),
            invoiced: zero,
            debit_notes: zero,
            credit_notes: zero,
            owed: zero,
            void: zero,
            cost: None,
            billed: zero,
            documents: Vec::new(),
        }
    }

    /// Billed less cost.
    #[must_use]
    pub(crate) fn margin(&self) -> Option<Money> {
        self.billed.minus(&self.cost?).ok()
    }

    /// The margin in per cent of what was billed, with one decimal.
    #[must_use]
    pub(crate) fn margin_percent(&self) -> Option<String> {
        percent(self.margin()?.amount(), self.billed.amount(), 1).map(|share| share.to_string())
    }

    /// Amounts that add up, in the order in which they are shown; margin last.
    #[must_use]
    pub(crate) fn amounts(&self) -> [Option<Money>; 8] {
        [
            Some(self.invoiced),
            Some(self.debit_notes),
            Some(self.credit_notes),
            Some(self.owed),
            Some(self.void),
            self.cost,
            Some(self.billed),
            self.margin(),
        ]
    }
}

/// Titles of [`Account::amounts`].
pub(crate) const AMOUNTS: [&str; 8] =
    ["invoiced", "debit_notes", "credit_notes", "owed", "void", "cost", "billed", "margin"];

/// A row of the list of documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// The number.
    pub number: String,
    /// The same as a file's name: its PDF lies in `invoices/` beside the report. None of a draft,
    /// which has no number.
    pub stem: Option<String>,
    /// Its date.
    pub date: String,
    /// What it is.
    pub document: &'static str,
    /// Whose.
    pub customer_id: String,
    /// As it is printed.
    pub name: String,
    /// What it adds to what is owed.
    pub owed: Money,
    /// Whether it is void.
    pub is_void: bool,
}

/// The documents of a period, one by one and by customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    /// In order of issue.
    pub documents: Vec<Listed>,
    /// By customer id: those with a document, and those whom the partner charges something for.
    pub accounts: Vec<Account>,
}

/// What a statement is made from.
#[derive(Clone, Debug)]
pub(crate) struct Made<'a> {
    /// The currency of its costs.
    pub currency: Currency,
    /// Names of customers, as far as they are known.
    pub names: BTreeMap<&'a str, &'a str>,
    /// What it charges beside calls, where that was captured.
    pub beside_calls: &'a [BesideCalls],
    /// What the partner says of customers that it lists, at its own prices.
    pub analytics: &'a Analytics,
    /// What it says of each customer, where that was captured.
    pub matrix: Option<&'a Matrix>,
}

impl Statement {
    /// Adds up documents; None where there is none.
    ///
    /// # Errors
    /// A sum beyond the exact range, or of several currencies.
    pub(crate) fn of<'a>(
        issued: impl Iterator<Item = &'a Issued>,
        stands: impl Fn(&Issued) -> bool,
        made: &Made<'_>,
    ) -> Result<Option<Self>, MoneyError> {
        let mut accounts: BTreeMap<String, Account> = BTreeMap::new();
        let mut documents = Vec::new();
        for one in issued {
            let draft = &one.content;
            let is_void = !stands(one);
            let owed = if is_void { Money::zero(draft.currency) } else { draft.document.owed(draft.total) };
            let account = accounts
                .entry(draft.customer_id.clone())
                .or_insert_with(|| Account::new(&draft.customer_id, draft.currency));
            account.name.clone_from(&draft.buyer.legal_name);
            if !one.is_draft() {
                account.documents.push(format!("invoices/{}.pdf", one.file_stem()));
            }
            let place = match (is_void, draft.document) {
                (true, _) => &mut account.void,
                (false, Document::Invoice) => &mut account.invoiced,
                (false, Document::DebitNote) => &mut account.debit_notes,
                (false, Document::CreditNote) => &mut account.credit_notes,
            };
            *place = place.plus(if is_void { &draft.total } else { &owed })?;
            account.owed = account.owed.plus(&owed)?;
            if !is_void {
                account.billed = account.billed.plus(&draft.document.owed(draft.subtotal))?;
            }
            documents.push(Listed {
                number: one.number.clone(),
                stem: (!one.is_draft()).then(|| one.file_stem()),
                date: one.issue_date.to_string(),
                document: draft.document.name(),
                customer_id: draft.customer_id.clone(),
                name: draft.buyer.legal_name.clone(),
                owed,
                is_void,
            });
        }
        if documents.is_empty() {
            return Ok(None);
        }
        for (id, cost) in costs(made)? {
            let account = accounts.entry(id.clone()).or_insert_with(|| Account::new(&id, made.currency));
            if account.name.is_empty() {
                account.name = made.names.get(id.as_str()).copied().unwrap_or_default().to_owned();
            }
            account.cost = Some(cost);
        }
        Ok(Some(Self { documents, accounts: accounts.into_values().collect() }))
    }

    /// [`Account::amounts`] of all, column by column.
    ///
    /// # Errors
    /// As [`Statement::of`].
    pub(crate) fn total(&self, currency: Currency) -> Result<[Option<Money>; 8], MoneyError> {
        let mut whole = [None; 8];
        for account in &self.accounts {
            for (sum, amount) in whole.iter_mut().zip(account.amounts()) {
                if let Some(amount) = amount {
                    *sum = Some(sum.unwrap_or(Money::zero(currency)).plus(&amount)?);
                }
            }
        }
        Ok(whole)
    }
}

/// What the partner charges for each customer, at its own prices: of both directions where each
/// was captured, else of the list in its analytics; and what it charges beside calls.
fn costs(made: &Made<'_>) -> Result<BTreeMap<String, Money>, MoneyError> {
    let currency = made.currency;
    let mut costs: BTreeMap<String, Money> = BTreeMap::new();
    for (id, customer) in made.matrix.iter().flat_map(|matrix| &matrix.customers) {
        let of = |direction: Direction| customer.cell(direction).usage.as_ref().and_then(|usage| usage.cost);
        let both: Option<Vec<_>> = Direction::ALL.into_iter().map(of).collect();
        if let Some(both) = both {
            let parts = both.into_iter().map(|cost| Money::new(cost, currency));
            let cost = parts.into_iter().try_fold(Money::zero(currency), |sum, part| sum.plus(&part))?;
            costs.insert(id.clone(), cost);
        }
    }
    for listed in &made.analytics.customers {
        if let Some(cost) = listed.usage.cost {
            costs.entry(listed.customer_id.clone()).or_insert(Money::new(cost, currency));
        }
    }
    for beside in made.beside_calls {
        if let Some(cost) = costs.get_mut(&beside.customer_id) {
            *cost = cost.plus(&beside.amount)?;
        }
    }
    Ok(costs)
}

/// `statement.csv`: a row a customer. Columns add up; `void` is beside what is owed.
#[must_use]
pub(crate) fn csv(statement: Option<&Statement>) -> Vec<u8> {
    let titles =
        ["customer_id", "legal_name"].into_iter().chain(AMOUNTS).chain(["margin_percent", "currency", "documents"]);
    let rows = statement.iter().flat_map(|statement| &statement.accounts).map(|account| {
        let mut row = vec![safe(&account.customer_id), safe(&account.name)];
        row.extend(account.amounts().map(amounts_or_blank));
        row.push(account.margin_percent().unwrap_or_default());
        row.push(account.owed.currency().code().to_owned());
        row.push(account.documents.join(" "));
        row
    });
    write(titles, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::invoice::Draft;
    use crate::model::money::parse_plain;
    use crate::model::period::Period;
    use crate::model::usage::{CallUsage, CustomerUsage};

    fn document(number: &str, customer: &str, kind: Document, taxable: &str, total: &str) -> Issued {
        let rupees = |text: &str| Money::new(parse_plain(text).unwrap(), Currency::INR);
        let mut draft = Draft::blank(customer, &Period::parse("2026-03").unwrap(), Currency::INR);
        draft.document = kind;
        draft.buyer.legal_name = format!("={customer}");
        (draft.subtotal, draft.total) = (rupees(taxable), rupees(total));
        let issue_date = draft.period.to;
        Issued {
            number: number.into(),
            issue_date,
            content: draft,
            template_sha256: String::new(),
            sealed_after: String::new(),
        }
    }

    #[test]
    fn every_column_adds_up_and_what_is_void_stands_beside() {
        let issued = [
            document("A/1", "MA_1", Document::Invoice, "100.00", "118.00"),
            document("A/2", "MA_2", Document::Invoice, "50.00", "59.00"),
            document("C/1", "MA_1", Document::CreditNote, "10.00", "11.80"),
            document("D/1", "MA_1", Document::DebitNote, "20.00", "23.60"),
            document("A/3", "MA_2", Document::Invoice, "60.00", "70.80"),
        ];
        let usage = |cost: &str| CallUsage { cost: parse_plain(cost).ok(), ..CallUsage::default() };
        let listed = |id: &str, cost| CustomerUsage { customer_id: id.into(), name: None, usage: usage(cost) };
        let analytics =
            Analytics { customers: vec![listed("MA_1", "80.00"), listed("MA_9", "5.00")], ..Analytics::default() };
        let names = BTreeMap::from([("MA_9", "Nine")]);
        let made = Made { currency: Currency::INR, names, beside_calls: &[], analytics: &analytics, matrix: None };
        assert_eq!(Statement::of([].iter(), |_| true, &made).unwrap(), None);
        let statement = Statement::of(issued.iter(), |one| one.number != "A/2", &made).unwrap().unwrap();
        let text = String::from_utf8(csv(Some(&statement))).unwrap();
        insta::assert_snapshot!(text, @r"
        customer_id,legal_name,invoiced,debit_notes,credit_notes,owed,void,cost,billed,margin,margin_percent,currency,documents
        MA_1,'=MA_1,118.00,23.60,-11.80,129.80,0.00,80.00,110.00,30.00,27.3,INR,invoices/A-1.pdf invoices/C-1.pdf invoices/D-1.pdf
        MA_2,'=MA_2,70.80,0.00,0.00,70.80,59.00,,60.00,,,INR,invoices/A-2.pdf invoices/A-3.pdf
        MA_9,Nine,0.00,0.00,0.00,0.00,0.00,5.00,0.00,-5.00,,INR,
        ");
        let total = statement.total(Currency::INR).unwrap().map(|money| money.map(|m| m.plain()));
        assert_eq!(total[3].as_deref(), Some("200.60"));
    }
}
