//! `crossfoot.toml`: text → checked settings. Everything wrong with it is told at once,
//! with line and column.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use chrono_tz::Tz;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use super::invoicing::{Gst, Invoicing, Regime};
use super::layout::{Books, CONFIG, read_file};
pub use super::mailing::{Mailing, Tls};
use super::pieces::Pieces;
use super::settings_reader::{SettingsReader, limit};
use crate::model::call_terms::{Limits, Named, Role};
use crate::model::ledger_terms::{AccountUse, Basis, DateOrder};
use crate::model::money::Currency;
use crate::model::number::NumberFormat;
use crate::model::period::Period;
use crate::model::problem::{Problem, nearest, word};
use crate::model::tolerance::Tolerance;

/// How the partner API is reached.
#[derive(Clone, Debug)]
pub struct Upstream {
    /// Without a slash at its end.
    pub base_url: String,
    /// Name of the variable with the partner id.
    pub auth_id_env: String,
    /// Name of the variable with the token.
    pub auth_token_env: String,
    /// A file with the token instead.
    pub auth_token_file: Option<PathBuf>,
    /// Seconds for one request.
    pub timeout_seconds: u64,
    /// Attempts in all, at least 1.
    pub max_attempts: u32,
    /// Longest wait between attempts.
    pub max_wait_seconds: u64,
    /// Seconds for a whole capture.
    pub deadline_seconds: u64,
    /// Requests under way at a time, at least 1.
    pub concurrency: usize,
    /// Requests begun in a second, at most.
    pub requests_per_second: u32,
    /// Where customers' own figures come from.
    pub matrix: MatrixSource,
    /// Where the partner's days begin.
    pub timezone: Tz,
    /// Whether people's numbers and addresses are masked in captures.
    pub mask_numbers: bool,
    /// Whether the partner's ledger is captured, too.
    pub transactions: bool,
    /// Where the URL's host is reached, when not where its name says. No setting: the demo's own server, whose
    /// port is another each time, has one URL by it.
    pub address: Option<SocketAddr>,
}

/// Where each customer's own figures come from.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum MatrixSource {
    /// The list in the analytics, and nothing else.
    TopCustomers,
    /// The summary of each customer's call records, per direction.
    CdrSummary,
    /// Every call record of each customer.
    CdrRows,
    /// The analytics' list where it is complete, else the summaries.
    Auto,
}

impl MatrixSource {
    const ALL: [Self; 4] = [Self::TopCustomers, Self::CdrSummary, Self::CdrRows, Self::Auto];

    /// The word of settings and flags.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TopCustomers => "top-customers",
            Self::CdrSummary => "cdr-summary",
            Self::CdrRows => "cdr-rows",
            Self::Auto => "auto",
        }
    }

    /// What is asked for, where the analytics list every customer or not.
    #[must_use]
    pub fn settled(self, lists_everybody: bool) -> Self {
        match self {
            Self::Auto if lists_everybody => Self::TopCustomers,
            Self::Auto => Self::CdrSummary,
            chosen => chosen,
        }
    }

    /// Reads the word.
    ///
    /// # Errors
    /// A phrase that names the words there are.
    pub fn parse(text: &str) -> Result<Self, String> {
        word(text, &Self::ALL.map(|source| (source.name(), source)))
    }
}

/// What to do with customers whom the partner does not list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unlisted {
    /// Invoice them from the ledger while the remainder agrees.
    Bill,
    /// Hold them.
    Hold,
}

/// `[calls]`: the file that has a row a call.
#[derive(Clone, Debug)]
pub struct Calls {
    /// Its path, with `{period}` in it; None takes the ledger's.
    pub ledger: Option<String>,
    /// Its columns that have names of their own.
    pub columns: Named,
    /// Where its times without an offset are; None takes the books' zone.
    pub timezone: Option<Tz>,
    /// Within what calls without a common id are the same one.
    pub limits: Limits,
}

/// The checked settings.
#[derive(Clone, Debug)]
pub struct Config {
    /// `[upstream]`
    pub upstream: Upstream,
    /// `[calendar] timezone`
    pub timezone: Tz,
    /// `[books] currency`
    pub currency: Currency,
    /// `[ledger] path`, with `{period}` in it.
    pub ledger_path: String,
    /// `[ledger] format`
    pub ledger_format: String,
    /// `[ledger] sheet`: of a workbook.
    pub ledger_sheet: Option<String>,
    /// `[ledger] date_order`; None where it is left to the format and the file.
    pub date_order: Option<DateOrder>,
    /// `[ledger] basis`, `basis_inbound`, `basis_outbound`: inbound, outbound.
    pub basis: [Basis; 2],
    /// `[ledger.accounts]`: account, by name or number → what it is.
    pub accounts: BTreeMap<String, AccountUse>,
    /// `[ledger.voucher_types]`: voucher type → whether it counts.
    pub voucher_types: BTreeMap<String, bool>,
    /// `[calls]`
    pub calls: Calls,
    /// `[reconcile] tolerance`, `tolerance_percent`, `tolerance_total`
    pub tolerance: Tolerance,
    /// `[reconcile] unlisted`
    pub unlisted: Unlisted,
    /// `[reconcile] recheck`
    pub recheck: bool,
    /// `[invoice]` and `[seller]`
    pub invoicing: Invoicing,
    /// `[mail]`
    pub mailing: Mailing,
    /// `[audit] signing_key`, as it is written
    pub signing_key: Option<String>,
    /// `[audit] signatures`: whether a seal must be signed
    pub signatures_required: bool,
    /// `[audit] approvals`: how many people must say yes to a seal, 1 or 2
    pub approvals: u8,
    /// `[audit] approve_above`: decisions about more need two people
    pub approve_above: Option<Decimal>,
    /// `[audit] record`: whether what a user has seen is kept; None where that follows from signing
    pub record: Option<bool>,
    /// `[audit] timestamp_url`
    pub timestamp_url: Option<String>,
    /// `[audit] timestamp_ca`, as it is written
    pub timestamp_ca: String,
    /// `[git] commit`
    pub commits: bool,
}

impl Config {
    /// The ledger's path for a period, relative to the books.
    #[must_use]
    pub fn ledger_for(&self, period: &Period) -> String {
        self.ledger_path.replace("{period}", &period.name)
    }
}

/// Reads the books' settings, with the one text that they make.
///
/// # Errors
/// No such file, not TOML, unknown keys, wrong values: all of them listed.
pub fn load(books: &Books) -> Result<(Config, Vec<u8>), Problem> {
    let pieces = Pieces::load(books)?;
    let config = of(&pieces)?;
    tell_apart(&config.invoicing.numbers).map_err(|p| p.at(books.path(CONFIG).display().to_string()))?;
    Ok((config, pieces.text.into_bytes()))
}

/// Makes sure that no two kinds of documents can have the same number. Settings that a close sealed
/// are not asked: it has its numbers.
fn tell_apart(numbers: &[NumberFormat; 3]) -> Result<(), Problem> {
    let names = ["number_format", "credit_note_format", "debit_note_format"];
    let two = [(0, 1), (0, 2), (1, 2)]
        .into_iter()
        .find(|(a, b)| numbers[*a] == numbers[*b] || numbers[*a].collides(&numbers[*b]));
    let Some((a, b)) = two else { return Ok(()) };
    Err(Problem::usage(
        "number-format",
        format!("`invoice.{}` and `invoice.{}` can make the same number", names[a], names[b]),
    )
    .because("numbers are compared without case, and / like -")
    .next("begin each with letters of its own, such as CF/, CN/ and DN/"))
}

/// The settings that a close sealed, where they can be read.
#[must_use]
pub(crate) fn load_sealed(books: &Books, period: &str) -> Option<Config> {
    let bytes = read_file(books.path(format!("closes/{period}/inputs/{CONFIG}"))).ok()?;
    parse(&String::from_utf8(bytes).ok()?, CONFIG).ok()
}

/// Reads settings from text; `name` is what errors call the file.
///
/// # Errors
/// As [`load`].
pub fn parse(text: &str, name: &str) -> Result<Config, Problem> {
    of(&Pieces::whole(text, name))
}

fn of(pieces: &Pieces) -> Result<Config, Problem> {
    let mut reader = SettingsReader::read(pieces)?;
    let config = reader.build();
    reader.finish(config)
}

impl SettingsReader<'_> {
    fn build(&mut self) -> Option<Config> {
        let upstream = self.upstream();
        let timezone = self.convert("calendar.timezone", time_zone);
        let currency = self.convert("books.currency", |text| Currency::parse(text).map_err(|e| e.to_string()));
        let ledger_path = self.convert("ledger.path", |text| {
            if text.is_empty() { Err("must name a file".to_owned()) } else { Ok(text.to_owned()) }
        });
        let ledger_format = self.convert("ledger.format", |text| Ok::<_, String>(text.to_owned()));
        let ledger_sheet = self.optional("ledger.sheet");
        let date_order = self.convert("ledger.date_order", |text| {
            if text.is_empty() { Ok(None) } else { word(text, &DateOrder::WORDS).map(Some) }
        });
        let basis = self.convert("ledger.basis", |text| word(text, &Basis::WORDS));
        let mut of_direction = |path| {
            self.convert(path, |text| if text.is_empty() { Ok(None) } else { word(text, &Basis::WORDS).map(Some) })
        };
        let own_basis = [of_direction("ledger.basis_inbound"), of_direction("ledger.basis_outbound")];
        let calls = self.calls();
        let tolerance = self.convert("reconcile.tolerance", limit);
        let tolerance_percent = self.convert("reconcile.tolerance_percent", limit);
        let tolerance_total =
            self.convert(
                "reconcile.tolerance_total",
                |text| if text.is_empty() { Ok(None) } else { limit(text).map(Some) },
            );
        let unlisted = self
            .convert("reconcile.unlisted", |text| word(text, &[("bill", Unlisted::Bill), ("hold", Unlisted::Hold)]));
        let recheck = self.flag("reconcile.recheck");
        let invoicing = self.invoicing();
        let mailing = self.mailing();
        let commits = self.flag("git.commit");
        let signing_key = self.optional("audit.signing_key");
        let signatures =
            self.convert("audit.signatures", |text| word(text, &[("optional", false), ("required", true)]));
        let approvals = self.convert("audit.approvals", |text| word(text, &[("1", 1), ("2", 2)]));
        let approve_above =
            self.convert("audit.approve_above", |text| if text.is_empty() { Ok(None) } else { limit(text).map(Some) });
        let record = self.convert("audit.record", |text| {
            word(text, &[("auto", None), ("true", Some(true)), ("false", Some(false))])
        });
        let timestamp_url = self.convert("audit.timestamp_url", |text| match text {
            "" => Ok(None),
            _ if text.starts_with("https://") || text.starts_with("http://") => Ok(Some(text.to_owned())),
            _ => Err("must begin with https:// or http://".to_owned()),
        });
        let timestamp_ca = self.convert("audit.timestamp_ca", |text| Ok::<_, String>(text.to_owned()));
        Some(Config {
            upstream: upstream?,
            timezone: timezone?,
            currency: currency?,
            ledger_path: ledger_path?,
            ledger_format: ledger_format?,
            ledger_sheet,
            date_order: date_order?,
            basis: [own_basis[0]?.or(basis).unwrap_or_default(), own_basis[1]?.or(basis).unwrap_or_default()],
            accounts: self.accounts(),
            voucher_types: self.voucher_types(),
            calls: calls?,
            tolerance: Tolerance { absolute: tolerance?, per_cent: tolerance_percent?, total: tolerance_total? },
            unlisted: unlisted?,
            recheck: recheck?,
            invoicing: invoicing?,
            mailing: mailing?,
            commits: commits?,
            signing_key,
            signatures_required: signatures?,
            approvals: approvals?,
            approve_above: approve_above?,
            record: record?,
            timestamp_url: timestamp_url?,
            timestamp_ca: timestamp_ca?,
        })
    }

    fn calls(&mut self) -> Option<Calls> {
        let columns = self.convert("calls.columns", |text| {
            text.split(';')
                .map(str::trim)
                .filter(|part| !part.is_empty())
                .map(Role::named)
                .collect::<Result<Named, _>>()
        });
        let timezone =
            self.convert("calls.timezone", |text| if text.is_empty() { Ok(None) } else { time_zone(text).map(Some) });
        let start_seconds = self.number("calls.start_seconds", 0..=3_600);
        let duration_seconds = self.number("calls.duration_seconds", 0..=3_600);
        let limits = Limits {
            start_seconds: i64::try_from(start_seconds?).ok()?,
            duration_seconds: u32::try_from(duration_seconds?).ok()?,
        };
        Some(Calls { ledger: self.optional("calls.ledger"), columns: columns?, timezone: timezone?, limits })
    }

    fn upstream(&mut self) -> Option<Upstream> {
        let base_url = self.convert("upstream.base_url", |text| Ok::<_, String>(text.trim_end_matches('/').to_owned()));
        let variable = |text: &str| {
            let plain = !text.is_empty() && !text.contains(['=', '\0']);
            if plain { Ok(text.to_owned()) } else { Err("must be the name of an environment variable".to_owned()) }
        };
        let auth_id_env = self.convert("upstream.auth_id_env", variable);
        let auth_token_env = self.convert("upstream.auth_token_env", variable);
        let timeout_seconds = self.number("upstream.timeout_seconds", 1..=3_600);
        let max_attempts = self.number("upstream.max_attempts", 1..=100);
        let max_wait_seconds = self.number("upstream.max_wait_seconds", 0..=86_400);
        let deadline_seconds = self.number("upstream.deadline_seconds", 1..=604_800);
        let concurrency = self.number("upstream.concurrency", 1..=64);
        let requests_per_second = self.number("upstream.requests_per_second", 1..=10_000);
        let matrix = self.convert("upstream.matrix", MatrixSource::parse);
        let timezone = self.convert("upstream.timezone", time_zone);
        let mask_numbers = self.flag("upstream.mask_numbers");
        let transactions = self.flag("upstream.transactions");
        Some(Upstream {
            base_url: base_url?,
            auth_id_env: auth_id_env?,
            auth_token_env: auth_token_env?,
            auth_token_file: self.optional("upstream.auth_token_file").map(PathBuf::from),
            timeout_seconds: timeout_seconds?,
            max_attempts: u32::try_from(max_attempts?).ok()?,
            max_wait_seconds: max_wait_seconds?,
            deadline_seconds: deadline_seconds?,
            concurrency: usize::try_from(concurrency?).ok()?,
            requests_per_second: u32::try_from(requests_per_second?).ok()?,
            matrix: matrix?,
            timezone: timezone?,
            mask_numbers: mask_numbers?,
            transactions: transactions?,
            address: None,
        })
    }
}

/// Reads the name of a time zone.
///
/// # Errors
/// A phrase that names the nearest.
pub fn time_zone(text: &str) -> Result<Tz, String> {
    text.parse::<Tz>().map_err(|_| {
        // The abbreviation that these books' people use names no zone: it is also Israel's and Ireland's.
        let near = if text.eq_ignore_ascii_case("ist") {
            Some("Asia/Kolkata")
        } else {
            nearest(text, chrono_tz::TZ_VARIANTS.iter().map(|tz| tz.name()))
        };
        let hint = near.map_or_else(String::new, |n| format!("; did you mean \"{n}\"?"));
        format!("`{text}` is not a time zone such as \"Asia/Kolkata\"{hint}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::settings::SETTINGS;
    use crate::books::settings_pages::scaffold;

    #[test]
    fn the_scaffold_is_the_defaults_and_reads_back() {
        let scaffolded = parse(&scaffold(&[]), "crossfoot.toml").unwrap();
        let empty = parse("", "crossfoot.toml").unwrap();
        assert_eq!(format!("{scaffolded:?}"), format!("{empty:?}"));
        let changed = parse(&scaffold(&[("reconcile.tolerance", "\"0.50\"")]), "crossfoot.toml").unwrap();
        assert_eq!(changed.tolerance.absolute.to_string(), "0.50");
        // Uncommenting every default must also be accepted.
        let explicit: String = SETTINGS
            .iter()
            .filter(|s| !s.default.is_empty())
            .map(|s| format!("{} = {}\n", s.path, s.default))
            .collect();
        assert_eq!(format!("{:?}", parse(&explicit, "c").unwrap()), format!("{empty:?}"));
    }

    #[test]
    fn everything_wrong_is_told_with_line_column_and_the_nearest_key() {
        let text = "tolerance = \"1\"\n[reconcile]\ntolerence = \"0.50\"\nunlisted = \"maybe\"\n[upstrem]\nbase_url = \"x\"\n[invoice]\nnumber_format = \"CF {seq}\"\n[calendar]\ntimezone = \"Asia/Kolkatta\"\n";
        let problem = parse(text, "crossfoot.toml").unwrap_err();
        let all = [vec![problem.what.clone()], problem.also.clone()].concat().join("\n");
        insta::assert_snapshot!(all, @r#"
        unknown setting `tolerance`; did you mean `reconcile.tolerance`? (crossfoot.toml, line 1, column 1)
        unknown setting `reconcile.tolerence`; did you mean `reconcile.tolerance`? (crossfoot.toml, line 3, column 1)
        `reconcile.unlisted`: must be "bill" or "hold", not `maybe` (crossfoot.toml, line 4, column 12)
        unknown setting `upstrem`; did you mean `upstream`? (crossfoot.toml, line 5, column 2)
        `invoice.number_format`: ` ` may not stand in an invoice number; letters, digits, - and / may (crossfoot.toml, line 8, column 17)
        `calendar.timezone`: `Asia/Kolkatta` is not a time zone such as "Asia/Kolkata"; did you mean "Asia/Kolkata"? (crossfoot.toml, line 10, column 12)
        "#);
    }
}
