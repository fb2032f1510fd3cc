//! What a tax return is made from: documents of any sealed period, by their own date, each as
//! the chain has it; and the proof that the return says what register and journals say.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use super::issued::load_issued;
use super::verify;
use crate::audit::chain::{Chain, IssuedEntry};
use crate::books::layout::Books;
use crate::books::voids;
use crate::model::invoice::{Document, Issued};
use crate::model::money::{MoneyError, add_exact, parse_plain};
use crate::model::period::{Period, financial_year};
use crate::model::problem::Problem;
use crate::render::csv::RegisterRow;
use crate::render::journal::{self, Account};
use crate::returns::amounts::{Amounts, parts, sum};
use crate::returns::earlier::Earlier;
use crate::returns::tables::Gstr1;
use crate::returns::told::Told;

/// Documents of some months, and their originals.
#[derive(Debug, Default)]
pub(crate) struct Sealed {
    /// Every document of the periods that have one of those months.
    all: Vec<(IssuedEntry, Issued)>,
    /// Numbers that are void.
    void: BTreeSet<String>,
}

impl Sealed {
    /// The documents of some months, in order of date and number.
    pub(crate) fn told(&self, months: &BTreeSet<String>) -> Vec<Told<'_>> {
        let by_number: BTreeMap<&str, &Issued> =
            self.all.iter().map(|(_, issued)| (issued.number.as_str(), issued)).collect();
        let mut told: Vec<Told<'_>> = self
            .all
            .iter()
            .map(|(entry, issued)| Told {
                issued,
                is_void: self.void.contains(&issued.number),
                original: issued
                    .content
                    .original
                    .as_ref()
                    .and_then(|original| by_number.get(original.number.as_str()).copied())
                    .filter(|original| !self.void.contains(&original.number)),
                series: &entry.series,
                sequence: entry.sequence,
            })
            .filter(|told| months.contains(&told.month()))
            .collect();
        told.sort_by(|a, b| (a.issued.issue_date, &a.issued.number).cmp(&(b.issued.issue_date, &b.issued.number)));
        told
    }
}

/// Loads the documents of some months. The periods that have documents of `month` are verified
/// whole, the others document by document.
///
/// # Errors
/// What was sealed is not what lies there (exit 4); a number that is declared void and that no
/// close has recorded.
pub(crate) fn load(books: &Books, chain: &Chain, month: &str, months: &BTreeSet<String>) -> Result<Sealed, Problem> {
    let mut sealed = Sealed { void: chain.voided().map(|void| void.number.clone()).collect(), ..Sealed::default() };
    let dated = |entry: &IssuedEntry, months: &dyn Fn(&str) -> bool| entry.issue_date.get(..7).is_some_and(months);
    let names: BTreeSet<&str> = chain
        .events
        .iter()
        .filter(|event| event.issued.iter().any(|entry| dated(entry, &|of| months.contains(of))))
        .map(|event| event.period.as_str())
        .collect();
    for name in names {
        let period = Period::parse(name).map_err(|why| Problem::stop("internal", why))?;
        if chain.issued_in(name).any(|entry| dated(entry, &|of| of == month)) {
            holds(books, &period)?;
        }
        let documents = load_issued(books, chain, &period)?;
        sealed.all.extend(chain.issued_in(name).cloned().zip(documents));
    }
    let declared = voids::load(books)?;
    let unsealed = sealed
        .all
        .iter()
        .find(|(entry, _)| declared.contains_key(&entry.number) && !sealed.void.contains(&entry.number));
    if let Some((entry, issued)) = unsealed {
        let period = &issued.content.period.name;
        return Err(Problem::usage(
            "void-not-recorded",
            format!("{} is declared void, and no close has recorded it", entry.number),
        )
        .next(format!("crossfoot close --period {period}"))
        .not_done("No return was written."));
    }
    Ok(sealed)
}

fn holds(books: &Books, period: &Period) -> Result<(), Problem> {
    let report = verify::verify(books, Some(period), 0)?;
    let mut broken = report.broken.into_iter().map(|broken| format!("{}: {}", broken.file, broken.what));
    match broken.next() {
        None => Ok(()),
        Some(first) => Err(Problem::unverified("not-verified", format!("{} does not verify: {first}", period.name))
            .also(broken.collect())
            .not_done("No return was written.")),
    }
}

/// Whether documents of the financial year before came to more than ₹5 crore before tax for
/// certain: more than ₹5.9 crore with tax, of which telecom services bear 18 %.
#[must_use]
pub(crate) fn is_above_5_crore(chain: &Chain, month: &Period) -> bool {
    let before = month.from.checked_sub_months(chrono::Months::new(12)).map(financial_year);
    let entries = chain.events.iter().flat_map(|event| &event.issued);
    let of_year = entries.filter(|entry| {
        let day = crate::model::period::parse_day(&entry.issue_date).ok();
        entry.currency == "INR" && day.map(financial_year) == before
    });
    let totals = of_year.filter_map(|entry| {
        let total = parse_plain(&entry.total).ok()?;
        Some(if entry.document == Document::CreditNote.name() { -total } else { total })
    });
    totals.fold(Decimal::ZERO, |sum, total| add_exact(sum, total).unwrap_or(sum)) > Decimal::from(59_000_000)
}

/// Sums that a return has to have, each with what it is called.
pub(crate) type Agreement = [(&'static str, Amounts); 3];

/// Holds the return's sums against documents, register and journals.
///
/// # Errors
/// They differ, which is a defect of this program: nothing is to be written.
pub(crate) fn agree(made: &Gstr1, told: &[Told<'_>], earlier: &Earlier) -> Result<Agreement, Problem> {
    let overflow = |e: MoneyError| {
        Problem::stop("overflow", "the sums of the return are beyond what can be added up").because(e.to_string())
    };
    let own = |one: &&Told<'_>| made.first_told.contains(&one.issued.number);
    let first: Vec<&Told<'_>> = told.iter().filter(own).collect();
    let agreement = compared(&first).map_err(overflow)?;
    let total = made.total().map_err(overflow)?;
    let owed = owed_by_buyers(&first).map_err(overflow)?;
    let mut wrong = Vec::new();
    for (name, amounts) in agreement {
        differences("the tables", total, name, amounts.plus(owed).map_err(overflow)?, &mut wrong);
    }
    // Table 12 of all returns so far is that of all documents that stand.
    let standing: Vec<&Told<'_>> = told.iter().filter(|one| !one.is_void && one.supply().is_some()).collect();
    let services = sum(made.hsn.values().copied().chain(earlier.hsn.values().copied())).map_err(overflow)?;
    let owed = owed_by_buyers(&standing).map_err(overflow)?;
    let [_, (name, register), _] = compared(&standing).map_err(overflow)?;
    differences("table 12", services, name, register.plus(owed).map_err(overflow)?, &mut wrong);
    for entry in &made.entries {
        let document = told.iter().find(|one| one.issued.number == entry.number);
        if document.is_none_or(|one| one.is_void || one.issued.content.total != entry.value) {
            wrong.push(format!("{} has another value in its table than it bears", entry.number));
        }
    }
    let numbered = made.numbers.iter().map(|row| row.total - row.cancelled).sum::<u64>();
    let standing = told.iter().filter(|one| one.month() == made.month.name && !one.is_void).count() as u64;
    if numbered != standing {
        wrong.push(format!("table 13 counts {numbered} documents, and {standing} stand"));
    }
    if wrong.is_empty() {
        return Ok(agreement);
    }
    let first = wrong.remove(0);
    Err(Problem::stop("return-differs", format!("the return is not what was issued: {first}"))
        .also(wrong)
        .next("this is a defect of the program: report it with these lines")
        .not_done("No return was written."))
}

fn differences(ours: &str, a: Amounts, name: &str, b: Amounts, wrong: &mut Vec<String>) {
    for ((what, a), (_, b)) in a.all().into_iter().zip(b.all()) {
        if a != b {
            wrong.push(format!("{what}: {ours} come to {a}, and the {name} to {b}"));
        }
    }
}

/// Documents, register and journals, added up apart from each other.
fn compared(told: &[&Told<'_>]) -> Result<Agreement, MoneyError> {
    let mut documents = Amounts::default();
    let mut register = Amounts::default();
    let mut journals = Amounts::default();
    for one in told {
        let draft = &one.issued.content;
        let mut own = Amounts { taxable: draft.subtotal.amount(), ..Amounts::default() };
        for tax in &draft.taxes {
            own.add_tax(&tax.kind, tax.amount.amount())?;
        }
        documents = documents.plus(one.signed(own))?;
        let row = RegisterRow::of(one.issued, one.original, one.is_void, String::new());
        register = register.plus(Amounts {
            taxable: row.taxable.amount(),
            igst: row.igst.amount(),
            cgst: row.cgst.amount(),
            sgst: row.sgst.amount(),
            cess: row.cess.amount(),
        })?;
    }
    for entry in journal::entries(told.iter().map(|one| one.issued))? {
        for (account, amount) in entry.postings {
            // What is credited is what was supplied.
            let amount = amount.negated().amount();
            match account {
                Account::Tax(kind) => drop(journals.add_tax(&kind, amount)?),
                Account::Calls(_) | Account::Services | Account::Discounts => {
                    journals.taxable = add_exact(journals.taxable, amount)?;
                }
                Account::Receivable(_) | Account::RoundOff => {}
            }
        }
    }
    Ok([("documents", documents), ("register", register), ("journals", journals)])
}

/// Taxes that buyers owe themselves: in the return, and in no document.
fn owed_by_buyers(told: &[&Told<'_>]) -> Result<Amounts, MoneyError> {
    let mut owed = Amounts::default();
    for one in told {
        let draft = &one.issued.content;
        let is_owed = draft.supply.as_ref().is_some_and(|supply| supply.reverse_charge);
        if is_owed && draft.taxes.iter().all(|tax| tax.amount.is_zero()) {
            let whole = sum(parts(one.issued)?.iter().map(|part| part.amounts.taxes()))?;
            owed = owed.plus(one.signed(whole))?;
        }
    }
    Ok(owed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::invoice::{Charge, Draft, Line, LineTax, Supply, Tax, Treatment};
    use crate::model::money::{Currency, Money};
    use crate::returns::gstr1::gstr1;

    fn issued() -> Issued {
        let rupees = |text: &str| Money::new(parse_plain(text).unwrap(), Currency::INR);
        let mut draft = Draft::blank("A", &Period::parse("2026-03").unwrap(), Currency::INR);
        draft.buyer.gstin = Some("27AAPFU0939F1ZV".into());
        draft.supply = Some(Supply {
            treatment: Treatment::Registered,
            place_code: "27".into(),
            place_name: String::new(),
            reverse_charge: false,
            is_assumed: false,
        });
        let rate = Decimal::from(18);
        draft.lines = vec![Line {
            description: String::new(),
            exact: rupees("100.00"),
            amount: rupees("100.00"),
            sac: Some("998423".into()),
            taxes: vec![LineTax { kind: "IGST".into(), rate, amount: rupees("18.00") }],
            ..Line::blank(Charge::Usage, Currency::INR)
        }];
        draft.taxes = vec![Tax { kind: "IGST".into(), rate, base: rupees("100.00"), amount: rupees("18.00") }];
        (draft.subtotal, draft.total) = (rupees("100.00"), rupees("118.00"));
        let issue_date = Period::parse("2026-03").unwrap().to;
        Issued {
            number: "A1".into(),
            issue_date,
            content: draft,
            template_sha256: String::new(),
            sealed_after: String::new(),
        }
    }

    /// The sums are held against each other by three ways that do not know of each other.
    #[test]
    fn a_return_that_is_a_paisa_off_is_not_written() {
        let issued = issued();
        let told = [Told { issued: &issued, is_void: false, original: None, series: "A", sequence: 1 }];
        let month = Period::parse("2026-03").unwrap();
        let good = gstr1("29AAFCC9980M1ZR", &month, &told, &Earlier::default(), false).unwrap();
        assert!(agree(&good, &told, &Earlier::default()).is_ok());
        let paisa = Decimal::new(1, 2);
        let off = |change: &dyn Fn(&mut Gstr1)| {
            let mut made = good.clone();
            change(&mut made);
            agree(&made, &told, &Earlier::default()).unwrap_err()
        };
        let wrong = [
            off(&|made| made.entries[0].items[0].amounts.igst = paisa),
            off(&|made| made.hsn.values_mut().for_each(|row| row.taxable = paisa)),
            off(&|made| made.entries[0].value = Money::new(paisa, Currency::INR)),
            off(&|made| made.numbers[0].cancelled = 1),
            off(&|made| made.entries.clear()),
        ];
        for problem in wrong {
            assert_eq!((problem.code, problem.not_done.is_some()), ("return-differs", true), "{}", problem.what);
        }
    }
}
