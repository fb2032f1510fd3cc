//! What can be ordered on the desk, and the command line that does it.

use serde::Deserialize;

use super::book::Book;
use super::request::{period, wrong};
use super::words::Words;
use crate::model::problem::Problem;

/// What the page orders.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Order {
    Reconcile {
        period: String,
        #[serde(default)]
        refetch: bool,
    },
    Draft {
        period: String,
    },
    Close {
        period: String,
        date: Option<String>,
    },
    Approve {
        period: String,
        date: Option<String>,
    },
    Decide(Decision),
    DoNotBill {
        period: String,
        customer: String,
        reason: String,
        by: String,
    },
    Send {
        period: String,
        only: Vec<String>,
        #[serde(default)]
        again: bool,
        reason: Option<String>,
    },
    Arrived {
        period: String,
        only: Vec<String>,
        reason: String,
    },
    Delivered {
        period: String,
        only: Vec<String>,
        reason: String,
    },
    Void {
        number: String,
        reason: String,
        by: String,
    },
    Verify,
    Pack {
        period: String,
    },
    CustomersFromPartner {
        period: Option<String>,
    },
    Gstr1 {
        period: String,
    },
    Fetch {
        period: String,
        #[serde(default)]
        dry_run: bool,
    },
}

/// A decision about findings; without its reason it can only be looked at.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decision {
    period: String,
    findings: Vec<String>,
    bill: Option<String>,
    #[serde(default)]
    hold: bool,
    #[serde(default)]
    accept: bool,
    reason: Option<String>,
    by: Option<String>,
    #[serde(default)]
    confirm: bool,
}

impl Decision {
    /// The command that writes it, or that only says what follows.
    ///
    /// # Errors
    /// No finding, or not just one thing to do.
    pub(super) fn words(&self, is_dry: bool) -> Result<Words, Problem> {
        if self.findings.is_empty() {
            return Err(wrong("no finding is named"));
        }
        if [self.bill.is_some(), self.hold, self.accept].into_iter().filter(|one| *one).count() != 1 {
            return Err(wrong("one of `bill`, `hold` and `accept` is needed"));
        }
        let words = of_period("resolve", &self.period)?
            .value_if("bill", self.bill.as_ref())
            .flag_if(self.hold, "hold")
            .flag_if(self.accept, "accept")
            .flag_if(self.confirm, "confirm")
            .value_if("reason", self.reason.as_ref())
            .value_if("by", self.by.as_ref())
            .flag_if(is_dry, "dry-run");
        Ok(self.findings.iter().fold(words, |words, id| words.operand(id.as_str())))
    }
}

/// A verb about a period.
fn of_period(verb: &str, name: &str) -> Result<Words, Problem> {
    Ok(Words::of(verb).value("period", &period(name)?.name))
}

/// `send` of those that are ticked: never of all by not naming any.
fn only(words: Words, numbers: &[String]) -> Result<Words, Problem> {
    if numbers.is_empty() {
        return Err(wrong("no document is named"));
    }
    Ok(numbers.iter().fold(words, |words, number| words.value("only", number)))
}

impl Order {
    /// The command line.
    ///
    /// # Errors
    /// What is ordered is not whole.
    pub(super) fn words(&self, book: &Book) -> Result<Words, Problem> {
        Ok(match self {
            Self::Reconcile { period, refetch } => of_period("reconcile", period)?.flag_if(*refetch, "refetch"),
            Self::Draft { period } => of_period("close", period)?.flag("draft"),
            Self::Close { period, date } => of_period("close", period)?.flag("yes").value_if("date", date.as_ref()),
            Self::Approve { period, date } => of_period("approve", period)?.flag("yes").value_if("date", date.as_ref()),
            Self::Decide(decision) => decision.words(false)?,
            Self::DoNotBill { period, customer, reason, by } => {
                of_period("resolve", period)?.value("do-not-bill", customer).value("reason", reason).value("by", by)
            }
            Self::Send { period, only: numbers, again, reason } => {
                let words = of_period("send", period)?.flag("yes").flag_if(*again, "again");
                only(words.value_if("reason", reason.as_ref()), numbers)?
            }
            Self::Arrived { period, only: numbers, reason } => {
                only(of_period("send", period)?.flag("arrived").value("reason", reason), numbers)?
            }
            Self::Delivered { period, only: numbers, reason } => {
                only(of_period("send", period)?.flag("delivered").value("reason", reason), numbers)?
            }
            Self::Void { number, reason, by } => {
                Words::of("void").value("reason", reason).value("by", by).operand(number.as_str())
            }
            Self::Verify => Words::of("verify"),
            Self::Pack { period } => {
                let words = of_period("pack", period)?;
                let name = format!("crossfoot-{}-audit.zip", self::period(period)?.name);
                let file = book.desk_folder()?.join(&name);
                let download = format!("/api/{}/download/{name}", book.id);
                words.downloaded(download).hidden(format!("--out={}", file.display()))
            }
            Self::CustomersFromPartner { period } => {
                let words = Words::of("customers").flag("from-partner");
                match period {
                    Some(name) => words.value("period", &self::period(name)?.name),
                    None => words,
                }
            }
            Self::Gstr1 { period } => of_period("gstr1", period)?,
            Self::Fetch { period, dry_run } => of_period("fetch", period)?.flag_if(*dry_run, "dry-run"),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn typed(order: &str) -> Result<String, Problem> {
        let book = Book::at(0, "acme & co".into());
        let order: Order = super::super::request::read(order.as_bytes())?;
        Ok(order.words(&book)?.typed(&book.books.root))
    }

    #[test]
    fn each_order_is_a_command_that_can_be_typed() {
        let books = "--books 'acme & co'";
        for (order, line) in [
            (r#"{"do":"close","period":"2026-03"}"#, format!("crossfoot close --period 2026-03 --yes {books}")),
            (r#"{"do":"draft","period":"2026-03"}"#, format!("crossfoot close --period 2026-03 --draft {books}")),
            (r#"{"do":"verify"}"#, format!("crossfoot verify {books}")),
            (
                r#"{"do":"decide","period":"2026-03","findings":["a-1","b-2"],"bill":"ledger","reason":"it's $agreed","by":"Asha"}"#,
                format!(
                    "crossfoot resolve --period 2026-03 --bill ledger --reason 'it'\\''s $agreed' --by Asha {books} a-1 b-2"
                ),
            ),
            (
                r#"{"do":"void","number":"CF/1","reason":"-x","by":"Asha"}"#,
                format!("crossfoot void --reason=-x --by Asha {books} CF/1"),
            ),
            (
                r#"{"do":"send","period":"2026-03","only":["CF/1","CF/2"]}"#,
                format!("crossfoot send --period 2026-03 --yes --only CF/1 --only CF/2 {books}"),
            ),
        ] {
            assert_eq!(typed(order).unwrap(), line);
        }
    }

    #[test]
    fn what_is_not_whole_is_not_run() {
        for order in [
            "",
            "[]",
            "{}",
            r#"{"do":"rm"}"#,
            r#"{"do":"close"}"#,
            r#"{"do":"close","period":"--yes"}"#,
            r#"{"do":"close","period":"2026-13"}"#,
            r#"{"do":"close","period":"2026-03","books":"/"}"#,
            r#"{"do":"send","period":"2026-03","only":[]}"#,
            r#"{"do":"decide","period":"2026-03","findings":[],"hold":true}"#,
            r#"{"do":"decide","period":"2026-03","findings":["a"],"hold":true,"accept":true}"#,
            r#"{"do":"decide","period":"2026-03","findings":["a"]}"#,
        ] {
            assert_eq!(typed(order).unwrap_err().code, "request", "{order}");
        }
    }

    #[test]
    fn no_value_is_taken_for_a_flag() {
        let order: Order =
            serde_json::from_str(r#"{"do":"void","number":"--books=/","reason":"--json","by":"-q"}"#).unwrap();
        let words = order.words(&Book::at(0, ".".into())).unwrap();
        let all = words.arguments(Path::new("."));
        assert_eq!(all, ["void", "--reason=--json", "--by=-q", "--json", "--books", ".", "--", "--books=/"]);
        assert_eq!(words.typed(Path::new(".")), "crossfoot void --reason=--json --by=-q -- --books=/");
    }
}
