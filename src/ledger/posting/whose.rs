//! Whose a row of a voucher is, as far as the voucher says.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use rust_decimal::Decimal;

use super::super::account_kind::{self, AccountKind};
use super::super::format::{PartyFrom, Role};
use super::super::party::{self, Known, Side};
use super::super::sheet::SheetRow;
use super::super::voucher::{Around, Line, Part, Voucher};
use super::Poster;
use crate::model::money::add_exact;

impl Poster<'_> {
    /// Whose a row is: the number of the name.
    pub(super) fn party(
        &mut self,
        voucher: &Voucher,
        around: &mut Around,
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
            if let Some(name) = self.named(self.names.text(line.party)) {
                let party = self.customer(&name);
                self.parties.insert(line.party, party);
                return Ok(party);
            }
        }
        let own = self.side(&line, row);
        let known = Known {
            customer: &|name| (self.options.resolve)(name).is_some(),
            named: &|text| self.named(text),
            usage: &|name| self.accounts.naming.find(name, "").is_some(),
        };
        // Where rows within the voucher add up by themselves, they belong together.
        let behind = voucher.splits.partition_point(|split| *split <= at);
        let from = behind.checked_sub(1).and_then(|before| voucher.splits.get(before)).copied().unwrap_or(0);
        let to = voucher.splits.get(behind).copied().unwrap_or(voucher.lines.len());
        if around.part.as_ref().is_none_or(|part| (part.from, part.to) != (from, to)) {
            around.part = Some(self.rows_that_differ(voucher, from, to));
        }
        let sides = |part: &Option<Part>| -> Vec<Side<'_>> {
            let rows = part.iter().flat_map(|part| &part.rows);
            let side = |(at, net): &(usize, Decimal)| {
                voucher.lines.get(*at).map(|(line, row)| Side { net: *net, ..self.side(line, row) })
            };
            rows.filter_map(side).collect()
        };
        let format = &self.file.format;
        let found = match party::find(format, &own, &sides(&around.part), known) {
            Err(why) if from > 0 || to < voucher.lines.len() => {
                if around.whole.is_none() {
                    around.whole = Some(self.rows_that_differ(voucher, 0, voucher.lines.len()));
                }
                party::find(format, &own, &sides(&around.whole), known).map_err(|_| why)
            }
            found => found,
        };
        found.map(|name| self.customer(&name))
    }

    /// A customer's name, as it is printed; None for what is none, unless the books know it.
    fn named(&self, text: &str) -> Option<String> {
        self.named.of(text, |text| account_kind::customer(text, &|name| (self.options.resolve)(name).is_some()))
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

    /// The rows of a part of a voucher as far as they differ in account, party, side and, of
    /// receivables, text: a voucher of very many rows has few of them.
    fn rows_that_differ(&self, voucher: &Voucher, from: usize, to: usize) -> Part {
        let mut rows: Vec<(usize, Decimal)> = Vec::new();
        let mut places: HashMap<(u32, u32, bool, &str), usize, FixedState> = HashMap::default();
        for (at, (line, row)) in voucher.lines.iter().enumerate().take(to).skip(from) {
            let is_receivable = self.of(line).is_some_and(|account| account.kind == AccountKind::Receivables);
            let text = if is_receivable { row.at(self.file.column(Role::Description)) } else { "" };
            let key = (line.account, line.party, line.net.is_sign_negative(), text);
            let place = *places.entry(key).or_insert(rows.len());
            match rows.get_mut(place).map(|(_, net)| add_exact(*net, line.net).map(|sum| *net = sum)) {
                Some(Ok(())) => {}
                _ => rows.push((at, line.net)),
            }
        }
        Part { from, to, rows }
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
