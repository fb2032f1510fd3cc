//! Whose a row of a voucher is, as far as the voucher says.

use super::super::account_kind::{self, AccountKind};
use super::super::format::{PartyFrom, Role};
use super::super::party::{self, Known, Side};
use super::super::sheet::SheetRow;
use super::super::voucher::{Line, Voucher};
use super::{Around, Poster};

impl Poster<'_> {
    /// Whose a row is: the number of the name.
    pub(super) fn party(
        &mut self,
        voucher: &Voucher,
        around: Around,
        at: usize,
        line: Line,
        row: &SheetRow,
    ) -> Result<u32, String> {
        let of_column = self.file.format.party.first() == Some(&PartyFrom::Column) && line.party != 0;
        let is_disputed = around.has_several || around.receivable.is_some_and(|party| party != line.party);
        if of_column && !is_disputed {
            if let Some(party) = self.parties.get(&line.party) {
                return Ok(*party);
            }
            let known = |name: &str| (self.options.resolve)(name).is_some();
            if let Some(name) = account_kind::customer(self.names.text(line.party), &known) {
                let party = self.customer(&name);
                self.parties.insert(line.party, party);
                return Ok(party);
            }
        }
        let own = self.side(&line, row);
        let known = Known {
            customer: &|name| (self.options.resolve)(name).is_some(),
            usage: &|name| self.accounts.naming.find(name, "").is_some(),
        };
        // Where rows within the voucher add up by themselves, they belong together.
        let from = voucher.splits.iter().copied().rfind(|split| *split <= at).unwrap_or(0);
        let to = voucher.splits.iter().copied().find(|split| *split > at).unwrap_or(voucher.lines.len());
        let sides = |from: usize, to: usize| -> Vec<Side<'_>> {
            voucher.lines.get(from..to).unwrap_or_default().iter().map(|(line, row)| self.side(line, row)).collect()
        };
        let format = &self.file.format;
        let found = party::find(format, &own, &sides(from, to), known);
        let found = match found {
            Err(why) if from > 0 || to < voucher.lines.len() => {
                party::find(format, &own, &sides(0, voucher.lines.len()), known).map_err(|_| why)
            }
            found => found,
        };
        found.map(|name| self.customer(&name))
    }

    /// What a voucher says beside its rows' own parties.
    pub(super) fn around(&self, voucher: &Voucher) -> Around {
        let mut around = Around::default();
        let mut somebody = 0;
        for (line, _) in &voucher.lines {
            match self.of(line) {
                Some(account) if account.kind == AccountKind::Receivables && line.party != 0 => {
                    around.has_several |= around.receivable.is_some_and(|party| party != line.party);
                    around.receivable = Some(line.party);
                }
                Some(account) if account.kind == AccountKind::Somebody && account.role.is_none() => somebody += 1,
                _ => {}
            }
        }
        around.has_several |= voucher.lines.len() > 2 && somebody > 1;
        around
    }

    fn side<'s>(&'s self, line: &Line, row: &'s SheetRow) -> Side<'s> {
        let account = self.of(line);
        Side {
            account: account.map_or("", |account| if account.name.is_empty() { &account.code } else { &account.name }),
            kind: account.map_or(AccountKind::Somebody, |account| account.kind),
            is_usage: account.is_some_and(|account| account.role.is_some()),
            party: self.names.text(line.party),
            party_code: row.at(self.file.column(Role::PartyCode)),
            against: row.at(self.file.column(Role::Against)),
            description: row.at(self.file.column(Role::Description)),
            net: line.net,
        }
    }
}
