//! Which column of a file is what: by the names that switches, billing systems and the
//! partner's own exports give them, or by the name that the user states. Where two columns
//! could be the same thing, that is a question.

use std::collections::BTreeMap;

use crate::ledger::sheet::SheetRow;
use crate::model::call_terms::{Named, Role};
use crate::model::money::shorten;
use crate::model::problem::{Problem, nearest};

/// Names by role, the surest first: of a file that has `uuid` and `id`, the first is the id.
/// Written without what is neither letter nor digit, in small letters.
const NAMES: [(Role, &[&[&str]]); 13] = [
    (
        Role::Id,
        &[
            &["uuid", "calluuid", "cdruuid", "callrecorduuid"],
            &["callid", "cdrid", "uniqueid", "recordid", "partnercallid"],
            &["id"],
            &["reference", "ref"],
        ],
    ),
    (
        Role::From,
        &[
            &["fromnumber", "calleridnumber", "callernumber", "callingnumber", "sourcenumber", "anumber", "fromno"],
            &["from", "caller", "callerid", "source", "src", "ani", "cli", "callingparty", "aparty"],
        ],
    ),
    (
        Role::To,
        &[
            &["tonumber", "destinationnumber", "callednumber", "dialednumber", "diallednumber", "bnumber", "tono"],
            &["to", "callee", "destination", "dst", "dnis", "calledparty", "bparty"],
        ],
    ),
    (
        Role::Start,
        &[
            &["starttime", "startedat", "callstart", "callstarttime", "starttimestamp", "startdatetime", "startstamp"],
            &["start", "datetime", "calldatetime", "timestamp", "startdate"],
            &["calldate", "date"],
            &["createdat", "answertime"],
        ],
    ),
    (Role::Time, &[&["calltime", "timeofday"], &["time"]]),
    (
        Role::Billsec,
        &[
            &["billsec", "billedseconds", "billableseconds", "billsecs", "billseconds", "billedsec"],
            &["billedduration", "billduration", "billableduration", "chargeableduration", "chargedduration"],
        ],
    ),
    (
        Role::Duration,
        &[
            &["durationseconds", "durationsec", "durationsecs", "callduration"],
            &["duration", "totalduration"],
            &["seconds", "talktime", "length"],
        ],
    ),
    (Role::Minutes, &[&["billedminutes", "billminutes"], &["minutes", "durationminutes", "durationmin", "mins"]]),
    (
        Role::Cost,
        &[
            &["totalcost"],
            &["cost", "amount", "charge", "charges", "price", "callcost", "callcharge", "callcharges", "callamount"],
            &["total", "totalamount", "netamount", "billedamount", "fee", "value"],
        ],
    ),
    (Role::Streaming, &[&["streamingcost"]]),
    (
        Role::Account,
        &[
            &["accountauthid", "authid"],
            &["customerid", "accountid", "clientid"],
            &["account", "customer", "client", "accountcode", "customercode"],
            &["customername", "accountname", "clientname", "party", "partyname"],
        ],
    ),
    (Role::Direction, &[&["calldirection", "direction"], &["calltype"]]),
    (Role::Currency, &[&["currency", "currencycode", "ccy"]]),
];

/// A column's name as it is compared: `Call UUID`, `call_uuid` and `callUuid` are one; what
/// stands in brackets is no part of it.
fn plain(name: &str) -> String {
    let bare = name.split(['(', '[']).next().unwrap_or(name);
    bare.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Where the columns stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Columns {
    at: BTreeMap<Role, usize>,
    /// As the header has them.
    pub names: Vec<String>,
    /// What separates them.
    pub delimiter: char,
    /// The header's row.
    pub header: u64,
}

/// What may separate cells, the likeliest first.
const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];
/// Rows among which the header stands: titles may stand above it.
const WITHIN: usize = 40;

impl Columns {
    /// Finds the header in a file's beginning; `sample` gives its rows for a delimiter.
    ///
    /// # Errors
    /// There is none, it lacks what is needed, a name of the user's is not in it, or two
    /// columns could be the same thing (exit 2).
    pub(crate) fn find(
        name: &str,
        named: &Named,
        sample: impl Fn(char) -> Result<Vec<SheetRow>, Problem>,
    ) -> Result<Self, Problem> {
        let mut best: Option<(usize, Self)> = None;
        for delimiter in DELIMITERS {
            // Another delimiter may make rows of it that are none.
            for row in sample(delimiter).unwrap_or_default().iter().take(WITHIN) {
                let names: Vec<String> = row.cells().map(str::to_owned).collect();
                let known = names.iter().filter(|cell| known(cell, named)).count();
                if known > best.as_ref().map_or(0, |(known, _)| *known) {
                    best = Some((known, Self { names, delimiter, header: row.line, at: BTreeMap::new() }));
                }
            }
        }
        // That the file can be read at all is said by the one reading that must succeed.
        let first = sample(',')?;
        let Some((_, mut found)) = best else {
            let seen = first.iter().find(|row| !row.is_empty()).map(SheetRow::shown).unwrap_or_default();
            return Err(lacking(name, "no header with columns that are known", &seen));
        };
        found.choose(name, named)?;
        let lacks = |role: Role| !found.at.contains_key(&role);
        let seen = found.names.join(", ");
        if lacks(Role::Cost) {
            return Err(lacking(name, "no column with what a call cost", &seen));
        }
        if lacks(Role::Start) {
            return Err(lacking(name, "no column that says when a call began", &seen));
        }
        if lacks(Role::Id) && lacks(Role::From) && lacks(Role::To) {
            return Err(lacking(name, "neither a column with calls' ids nor one with numbers", &seen));
        }
        Ok(found)
    }

    fn choose(&mut self, name: &str, named: &Named) -> Result<(), Problem> {
        let plain: Vec<String> = self.names.iter().map(|name| plain(name)).collect();
        for (role, tiers) in NAMES {
            if let Some(wanted) = named.get(&role) {
                self.at.insert(role, self.wanted(name, role, wanted)?);
                continue;
            }
            for tier in tiers {
                let fitting: Vec<usize> = (0..plain.len()).filter(|at| tier.contains(&plain[*at].as_str())).collect();
                if let [first, second, ..] = fitting[..] {
                    let (a, b) = (&self.names[first], &self.names[second]);
                    return Err(Problem::usage(
                        "calls-columns",
                        format!("both `{a}` and `{b}` could be the {}", role.name()),
                    )
                    .at(format!("{name}, row {}", self.header))
                    .next(format!("say which: --column {}={a}, or [calls] {} in the books", role.name(), role.name()))
                    .not_done("Nothing was compared."));
                }
                if let Some(at) = fitting.first() {
                    self.at.insert(role, *at);
                    break;
                }
            }
        }
        // A time of day alone says when as well as a date with its time does.
        if !self.at.contains_key(&Role::Start)
            && let Some(at) = self.at.remove(&Role::Time)
        {
            self.at.insert(Role::Start, at);
        }
        Ok(())
    }

    fn wanted(&self, file: &str, role: Role, wanted: &str) -> Result<usize, Problem> {
        let exact = self.names.iter().position(|name| name == wanted);
        exact.or_else(|| self.names.iter().position(|name| plain(name) == plain(wanted))).ok_or_else(|| {
            let near = nearest(wanted, self.names.iter().map(String::as_str));
            let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            Problem::usage("calls-columns", format!("{file} has no column `{}`{hint}", shorten(wanted)))
                .because(format!(
                    "it is named as the {}; the header is: {}",
                    role.name(),
                    shorten(&self.names.join(", "))
                ))
                .not_done("Nothing was compared.")
        })
    }

    /// Where a role's column stands.
    pub(crate) fn at(&self, role: Role) -> Option<usize> {
        self.at.get(&role).copied()
    }

    /// The name of a role's column, as the header has it.
    pub(crate) fn name(&self, role: Role) -> &str {
        self.at(role).and_then(|at| self.names.get(at)).map_or("", String::as_str)
    }

    /// Roles and the names of their columns.
    pub(crate) fn shown(&self) -> BTreeMap<&'static str, &str> {
        self.at.keys().map(|role| (role.name(), self.name(*role))).collect()
    }
}

fn known(cell: &str, named: &Named) -> bool {
    let plain = plain(cell);
    named.values().any(|wanted| wanted == cell)
        || NAMES.iter().any(|(_, tiers)| tiers.iter().any(|tier| tier.contains(&plain.as_str())))
}

fn lacking(name: &str, what: &str, seen: &str) -> Problem {
    Problem::usage("calls-columns", format!("{name} has {what}"))
        .at(name)
        .because(format!("its header is: {}", shorten(seen)))
        .next("name the column: --column cost=NAME (id, from, to, start, time, billsec, duration, minutes, account, direction, currency likewise)")
        .not_done("Nothing was compared.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::lines::sample;

    fn found(text: &str, named: &[(Role, &str)]) -> String {
        let named: Named = named.iter().map(|(role, name)| (*role, (*name).to_owned())).collect();
        match Columns::find("c.csv", &named, |delimiter| sample(text.as_bytes(), delimiter, "c.csv")) {
            Ok(found) => {
                let columns: Vec<String> = found.shown().iter().map(|(role, name)| format!("{role}={name}")).collect();
                format!("{} {}", found.header, columns.join(" "))
            }
            Err(problem) => problem.what.clone(),
        }
    }

    #[test]
    fn columns_are_known_by_the_names_of_many_products() {
        insta::assert_snapshot!(
            found("id,uuid,call_direction,caller_id_number,destination_number,duration,billsec,start_time,created_at,cost,streaming_cost,total_cost,currency,account_id\n", &[]),
            @"1 account=account_id billsec=billsec cost=total_cost currency=currency direction=call_direction duration=duration from=caller_id_number id=uuid start=start_time streaming=streaming_cost to=destination_number"
        );
        insta::assert_snapshot!(
            found("Calls of March\n\nCall ID;Call Date;Call Time;A-Number;B Number;Billed Minutes;Amount (INR)\n1;1;1;1;1;1;1\n", &[]),
            @"3 cost=Amount (INR) from=A-Number id=Call ID minutes=Billed Minutes start=Call Date time=Call Time to=B Number"
        );
        insta::assert_snapshot!(
            found("callUuid|startTime|durationSeconds|Price\n", &[]),
            @"1 cost=Price duration=durationSeconds id=callUuid start=startTime"
        );
        insta::assert_snapshot!(
            found("Rufnummer,Beginn,Kosten\n", &[(Role::To, "Rufnummer"), (Role::Start, "beginn"), (Role::Cost, "Kosten")]),
            @"1 cost=Kosten start=Beginn to=Rufnummer"
        );
    }

    #[test]
    fn what_could_be_two_things_is_asked() {
        let two = "uuid,start_time,cost,amount\n";
        assert_eq!(found(two, &[]), "both `cost` and `amount` could be the cost");
        assert_eq!(found(two, &[(Role::Cost, "amount")]), "1 cost=amount id=uuid start=start_time");
        assert_eq!(found(two, &[(Role::Cost, "amuont")]), "c.csv has no column `amuont`; did you mean `amount`?");
        assert_eq!(found("uuid,start_time\n", &[]), "c.csv has no column with what a call cost");
        assert_eq!(found("uuid,cost\n", &[]), "c.csv has no column that says when a call began");
        assert_eq!(found("start,cost\n", &[]), "c.csv has neither a column with calls' ids nor one with numbers");
        assert_eq!(found("a,b\n", &[]), "c.csv has no header with columns that are known");
    }
}
