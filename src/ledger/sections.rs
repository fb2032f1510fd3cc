//! The sums that an export's own totals are compared with: of the whole file, of sections
//! within sections, of the rows since the last total.

use std::rc::Rc;

use rust_decimal::Decimal;

use super::format::TotalKind;
use super::text::fold;
use crate::model::money::{MoneyError, Tally, add_exact};
use crate::model::posting::CheckSum;

/// Debits and credits.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Columns {
    pub(super) debit: Tally,
    pub(super) credit: Tally,
}

impl Columns {
    pub(super) fn add(&mut self, debit: Decimal, credit: Decimal) -> Result<(), MoneyError> {
        if !debit.is_zero() {
            self.debit.add(debit)?;
        }
        if !credit.is_zero() {
            self.credit.add(credit)?;
        }
        Ok(())
    }

    pub(super) fn net(&self) -> Result<Decimal, MoneyError> {
        add_exact(self.credit.total()?, -self.debit.total()?)
    }

    fn plus(&self, other: &Self) -> Result<Self, MoneyError> {
        let mut sum = *self;
        sum.add(other.debit.total()?, other.credit.total()?)?;
        Ok(sum)
    }
}

/// What a total states; None: the cell is empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stated {
    pub(super) debit: Option<Decimal>,
    pub(super) credit: Option<Decimal>,
    /// Whether the file has a column for each side.
    pub(super) sided: bool,
}

/// An open section: an account, or one that has others below it.
#[derive(Clone, Debug)]
struct Section {
    name: String,
    indent: u16,
    sums: Columns,
}

/// All sums at a place of the file.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    pub(super) whole: Columns,
    /// Since the last opening balance or total.
    block: Columns,
    /// Since the section began, or the last opening balance.
    ledger: Columns,
    opening: Columns,
    open: Vec<Section>,
    /// The names of the open sections as one path.
    account: Rc<str>,
    /// Whether sections are indented.
    indented: bool,
    /// The sections that were closed: their names, folded.
    closed: Vec<String>,
    pub(super) checks: Vec<CheckSum>,
}

impl Sums {
    pub(super) fn add(&mut self, debit: Decimal, credit: Decimal) -> Result<(), MoneyError> {
        self.whole.add(debit, credit)?;
        self.block.add(debit, credit)?;
        self.ledger.add(debit, credit)?;
        for section in &mut self.open {
            section.sums.add(debit, credit)?;
        }
        Ok(())
    }

    /// Begins a section below those that are open; `alone` closes them first.
    pub(super) fn begin(&mut self, name: &str, indent: u16, alone: bool) {
        self.indented |= indent > 0;
        while let Some(last) = self.open.last() {
            if !alone && (indent > last.indent || (indent == last.indent && !self.indented)) {
                break;
            }
            self.close_last();
        }
        self.open.push(Section { name: name.to_owned(), indent, sums: Columns::default() });
        self.name_account();
        (self.block, self.ledger, self.opening) = Default::default();
    }

    fn close_last(&mut self) {
        if let Some(section) = self.open.pop() {
            let name = fold(&section.name);
            if !self.closed.contains(&name) && self.closed.len() < 10_000 {
                self.closed.push(name);
            }
            self.name_account();
        }
    }

    fn name_account(&mut self) {
        let names: Vec<&str> = self.open.iter().map(|section| section.name.as_str()).collect();
        self.account = names.join(":").into();
    }

    /// The account that the open sections name, with what it stands below.
    pub(super) fn account(&self) -> Option<Rc<str>> {
        (!self.open.is_empty()).then(|| Rc::clone(&self.account))
    }

    /// Whether a name is that of an open section.
    pub(super) fn is_open(&self, name: &str) -> bool {
        let name = fold(name);
        self.open.iter().any(|section| fold(&section.name) == name)
    }

    pub(super) fn is_closed(&self, name: &str) -> bool {
        self.closed.contains(&fold(name))
    }

    /// A row with a total: compared, and never counted. `name` is whose total it is.
    pub(super) fn total(&mut self, kind: TotalKind, name: &str, line: u64, stated: Stated) -> Result<(), MoneyError> {
        let (debit, credit) = (stated.debit.unwrap_or_default(), stated.credit.unwrap_or_default());
        let label = |what: &str| if name.is_empty() { what.to_owned() } else { format!("{what} {name}") };
        match kind {
            TotalKind::None => {}
            TotalKind::Opening => {
                self.opening = Columns::default();
                self.opening.add(debit, credit)?;
                (self.block, self.ledger) = Default::default();
            }
            TotalKind::Closing => {
                let sums = self.ledger.plus(&self.opening)?;
                // Some products put the closing balance on the other side, so that both
                // columns add up to the same: its size is what can be compared.
                let (stated, computed) = (add_exact(credit, -debit)?.abs(), sums.net()?.abs());
                self.check("closing balance".to_owned(), line, stated, computed);
            }
            TotalKind::ClosingColumns => {
                let grand = self.whole.plus(&self.opening)?;
                let own = self.block.plus(&self.opening)?;
                self.columns("closing", line, stated, &[own, grand, self.whole])?;
            }
            TotalKind::Grand => {
                self.columns(&label("grand total"), line, stated, &[self.whole, self.block, self.ledger])?;
                self.block = self.ledger;
            }
            TotalKind::Section => {
                let wanted = fold(name);
                let place = self.open.iter().rposition(|section| fold(&section.name) == wanted);
                let sums = place.and_then(|place| self.open.get(place)).map_or(self.block, |section| section.sums);
                self.columns(&label("total"), line, stated, &[sums])?;
                if let Some(place) = place {
                    while self.open.len() > place {
                        self.close_last();
                    }
                }
                self.block = Columns::default();
            }
        }
        Ok(())
    }

    /// Compares both columns, or the sum of both, with the first of these that agrees, or
    /// else with the first.
    fn columns(&mut self, what: &str, line: u64, stated: Stated, sums: &[Columns]) -> Result<(), MoneyError> {
        let net = match (stated.debit, stated.credit) {
            (None, None) => return Ok(()),
            (debit, credit) => add_exact(credit.unwrap_or_default(), -debit.unwrap_or_default())?,
        };
        let one_side = stated.debit.is_none() || stated.credit.is_none();
        let mut first = None;
        for sums in sums {
            let (debit, credit) = (sums.debit.total()?, sums.credit.total()?);
            let agrees = if stated.sided {
                stated.debit.is_none_or(|stated| stated == debit) && stated.credit.is_none_or(|stated| stated == credit)
                // One figure for both: what is left on the larger side.
                || one_side && sums.net()? == net
            } else {
                sums.net()? == net
            };
            if agrees || first.is_none() {
                first = Some((*sums, agrees));
            }
            if agrees {
                break;
            }
        }
        let Some((sums, agrees)) = first else { return Ok(()) };
        if stated.sided && !(agrees && one_side) {
            for (side, stated, computed) in
                [("debit", stated.debit, sums.debit.total()?), ("credit", stated.credit, sums.credit.total()?)]
            {
                if let Some(stated) = stated {
                    self.check(format!("{what} {side}"), line, stated, computed);
                }
            }
        } else {
            self.check(what.to_owned(), line, net, if agrees { net } else { sums.net()? });
        }
        Ok(())
    }

    fn check(&mut self, what: String, line: u64, stated: Decimal, computed: Decimal) {
        self.checks.push(CheckSum { file: String::new(), what, line: Some(line), stated, computed });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Stated {
        Stated { credit: Some(text.parse().unwrap()), ..Stated::default() }
    }

    #[test]
    fn a_parents_total_holds_its_children_and_its_own() {
        let mut sums = Sums::default();
        sums.begin("Voice", 0, false);
        sums.begin("Inbound", 0, false);
        sums.add(Decimal::ZERO, Decimal::from(150)).unwrap();
        assert_eq!(sums.account().as_deref(), Some("Voice:Inbound"));
        sums.total(TotalKind::Section, "Inbound", 1, one("150")).unwrap();
        assert_eq!(sums.account().as_deref(), Some("Voice"));
        sums.add(Decimal::ZERO, Decimal::from(7)).unwrap();
        sums.total(TotalKind::Section, "Voice", 2, one("157")).unwrap();
        assert!(sums.checks.iter().all(CheckSum::agrees) && sums.checks.len() == 2);
        assert!(sums.account().is_none() && sums.is_closed("voice"));
    }

    #[test]
    fn sections_of_one_depth_stand_beside_each_other_where_depths_are_shown() {
        let mut sums = Sums::default();
        sums.begin("Voice", 0, false);
        sums.begin("Inbound", 3, false);
        sums.begin("SMS", 0, false);
        sums.begin("Inbound", 3, false);
        assert_eq!(sums.account().as_deref(), Some("SMS:Inbound"));
    }
}
