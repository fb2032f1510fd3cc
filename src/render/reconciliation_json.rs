//! `reconciliation.json`: the shape that other programs read, apart from the types we compute with.

use std::collections::BTreeMap;

use std::io::Write;

use serde::Serialize;

use super::trends_json;
use crate::model::finding::{Finding, Sides};
use crate::model::money::Money;
use crate::model::posting::RowCounts;
use crate::model::reconciliation::Reconciliation;
use crate::model::usage::Direction;
use crate::trends::Trends;

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: Tool<'a>,
    period: Span,
    currency: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    partner: Option<Partner<'a>>,
    outcome: &'static str,
    inputs: Vec<Input<'a>>,
    ledger_rows: Rows,
    #[serde(skip_serializing_if = "Option::is_none")]
    basis: Option<BasisPart<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ledger_added_up_by: Option<&'a str>,
    totals: Pair,
    usage: UsagePart,
    directions: Vec<DirectionRow>,
    customers: Vec<CustomerRow<'a>>,
    remainder: Option<RemainderRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<CoveragePart>,
    cutoff: CutOff<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    beside_calls: Option<Vec<BesideRow<'a>>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    unread: &'a [String],
    findings: Vec<FindingRow<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trends: Option<trends_json::Document>,
}

/// At which price the ledger was compared: `cost` or `selling`.
#[derive(Serialize)]
struct BasisPart<'a> {
    inbound: &'static str,
    outbound: &'static str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    customers: BTreeMap<&'a str, &'static str>,
    /// What the partner charges, where that is not what was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<String>,
}

/// Who the partner is, by its own profile.
#[derive(Serialize)]
struct Partner<'a> {
    name: Option<&'a str>,
    company: Option<&'a str>,
    currency: Option<&'a str>,
    gstin: Option<&'a str>,
}

/// The calls of the whole answer.
#[derive(Serialize)]
struct UsagePart {
    calls: Option<u64>,
    answered: Option<u64>,
    failed: Option<u64>,
    duration_seconds: Option<u64>,
}

/// How the customers' own figures were had.
#[derive(Serialize)]
struct CoveragePart {
    matrix: &'static str,
    accounts_listed: u64,
    accounts_stated: Option<u64>,
    customers_asked: u64,
    not_reconciled: u64,
}

/// Where each side's period begins and ends, and the calls in between.
#[derive(Serialize)]
struct CutOff<'a> {
    books: Boundary,
    partner: Boundary,
    #[serde(skip_serializing_if = "Option::is_none")]
    calls: Option<Vec<EdgeRow<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    calls_beyond: Option<u64>,
}

#[derive(Serialize)]
struct Boundary {
    timezone: &'static str,
    from: String,
    until: String,
}

#[derive(Serialize)]
struct EdgeRow<'a> {
    start: String,
    customer_id: &'a str,
    direction: &'static str,
    uuid: &'a str,
    cost: String,
    counted_by: &'static str,
}

#[derive(Serialize)]
struct BesideRow<'a> {
    customer_id: &'a str,
    kind: &'static str,
    rows: u64,
    amount: String,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

#[derive(Serialize)]
struct Span {
    from: String,
    to: String,
    timezone: String,
}

#[derive(Serialize)]
struct Input<'a> {
    role: &'a str,
    path: &'a str,
    sha256: &'a str,
    bytes: u64,
}

/// Where each ledger row went, as every document has it.
#[derive(Serialize)]
pub(crate) struct Rows {
    read: u64,
    used: u64,
    outside_period: u64,
    excluded: u64,
    rejected: u64,
}

impl From<RowCounts> for Rows {
    fn from(counts: RowCounts) -> Self {
        let RowCounts { read, used, outside_period, excluded, rejected } = counts;
        Self { read, used, outside_period, excluded, rejected }
    }
}

#[derive(Serialize)]
struct Pair {
    analytics: Option<String>,
    ledger: String,
    difference: Option<String>,
}

#[derive(Serialize)]
struct DirectionRow {
    direction: &'static str,
    #[serde(flatten)]
    pair: Pair,
    status: &'static str,
}

#[derive(Serialize)]
struct CustomerRow<'a> {
    customer_id: &'a str,
    name: Option<&'a str>,
    #[serde(flatten)]
    pair: Pair,
    status: &'static str,
    ledger_by_direction: BTreeMap<&'static str, String>,
    analytics_by_direction: Option<BTreeMap<&'static str, Option<String>>>,
}

#[derive(Serialize)]
struct RemainderRow {
    #[serde(flatten)]
    pair: Pair,
    customers: u64,
    status: &'static str,
}

/// A finding, as every document has it.
#[derive(Serialize)]
pub(crate) struct FindingRow<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rank: Option<&'a str>,
    code: &'a str,
    severity: &'static str,
    confidence: &'static str,
    customers: &'a [String],
    direction: Option<&'static str>,
    analytics: Option<String>,
    ledger: Option<String>,
    difference: Option<String>,
    explains: Option<String>,
    residual: Option<String>,
    rivals: u64,
    chance: Option<String>,
    evidence: Vec<EvidenceRow<'a>>,
    message: &'a str,
    next: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolution: Option<ResolutionRow<'a>>,
}

#[derive(Serialize)]
struct ResolutionRow<'a> {
    decision: String,
    reason: &'a str,
    by: &'a str,
    on: &'a str,
}

#[derive(Serialize)]
struct EvidenceRow<'a> {
    file: &'a str,
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<&'a str>,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
}

/// The document, indented, with a line end. `version` is that of the program that derived
/// it: a later one that verifies the close derives it under the sealed version.
#[must_use]
// Long: the document, field by field in its order; nothing is decided here.
pub(crate) fn render(reconciliation: &Reconciliation, trends: Option<&Trends>, version: &str) -> Vec<u8> {
    let document = Document {
        schema: "crossfoot/reconciliation/v1",
        tool: Tool { name: env!("CARGO_PKG_NAME"), version },
        period: Span {
            from: reconciliation.period.from.to_string(),
            to: reconciliation.period.to.to_string(),
            timezone: reconciliation.timezone.name().to_owned(),
        },
        currency: reconciliation.currency.code().to_owned(),
        partner: reconciliation.partner.as_ref().map(|p| Partner {
            name: p.name.as_deref(),
            company: p.company.as_deref(),
            currency: p.currency.as_deref(),
            gstin: p.gstin.as_deref(),
        }),
        outcome: reconciliation.outcome(),
        inputs: reconciliation
            .inputs
            .iter()
            .map(|i| Input { role: i.role, path: &i.path, sha256: &i.sha256, bytes: i.bytes })
            .collect(),
        ledger_rows: reconciliation.rows.into(),
        // Reports of 0.1 did not say it.
        basis: (!reconciliation.two_outcomes).then(|| BasisPart {
            inbound: reconciliation.compared_at.bases[0].name(),
            outbound: reconciliation.compared_at.bases[1].name(),
            customers: reconciliation.compared_at.apart.iter().map(|(id, one)| (id.as_str(), one.name())).collect(),
            cost: reconciliation.compared_at.cost.map(|cost| cost.plain()),
        }),
        ledger_added_up_by: reconciliation.added_up_by.as_deref(),
        totals: pair(&reconciliation.totals),
        usage: UsagePart {
            calls: reconciliation.usage.calls,
            answered: reconciliation.usage.answered,
            failed: reconciliation.usage.failed,
            duration_seconds: reconciliation.usage.duration_seconds,
        },
        directions: reconciliation
            .directions
            .iter()
            .map(|line| DirectionRow {
                direction: line.direction.name(),
                pair: pair(&line.sides),
                status: line.status.name(),
            })
            .collect(),
        customers: reconciliation
            .customers
            .iter()
            .map(|line| CustomerRow {
                customer_id: &line.customer_id,
                name: line.name.as_deref(),
                pair: pair(&line.sides),
                status: line.status.name(),
                ledger_by_direction: by_direction(&line.ledger_by_direction),
                analytics_by_direction: line
                    .analytics_by_direction
                    .as_ref()
                    .map(|amounts| amounts.iter().map(|(d, money)| (d.name(), plain(*money))).collect()),
            })
            .collect(),
        remainder: reconciliation.remainder.as_ref().map(|r| RemainderRow {
            pair: pair(&r.sides),
            customers: r.customers,
            status: r.status.name(),
        }),
        coverage: reconciliation.coverage.map(|c| CoveragePart {
            matrix: c.grain.name(),
            accounts_listed: c.accounts_listed,
            accounts_stated: c.accounts_stated,
            customers_asked: c.asked,
            not_reconciled: c.not_reconciled,
        }),
        cutoff: cutoff(reconciliation),
        beside_calls: reconciliation.beside_calls.as_ref().map(|rows| {
            rows.iter()
                .map(|row| BesideRow {
                    customer_id: &row.customer_id,
                    kind: row.kind.name(),
                    rows: row.rows,
                    amount: row.amount.plain(),
                })
                .collect()
        }),
        unread: &reconciliation.unread,
        findings: reconciliation.findings.iter().map(FindingRow::from).collect(),
        trends: trends.map(trends_json::of),
    };
    to_bytes(&document)
}

/// Indented JSON with a line end; the shapes we write have text keys only, so it cannot fail.
pub(crate) fn to_bytes(document: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A vector takes everything.
    let _ = write_json(&mut bytes, document);
    bytes
}

/// The same, written as it comes.
///
/// # Errors
/// Those of the writer.
pub(crate) fn write_json(mut out: impl Write, document: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer_pretty(&mut out, document)?;
    out.write_all(b"\n")
}

fn cutoff(reconciliation: &Reconciliation) -> CutOff<'_> {
    let boundary = |zone: chrono_tz::Tz| {
        let (from, until) = reconciliation.period.instants(zone);
        let text = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        Boundary { timezone: zone.name(), from: text(from), until: text(until) }
    };
    let calls = reconciliation.edge_calls.as_ref();
    CutOff {
        books: boundary(reconciliation.timezone),
        partner: boundary(reconciliation.partner_timezone),
        calls: calls.map(|(calls, _)| {
            calls
                .iter()
                .map(|call| EdgeRow {
                    start: call.start.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
                    customer_id: &call.customer_id,
                    direction: call.direction.name(),
                    uuid: &call.uuid,
                    cost: Money::new(call.cost, reconciliation.currency).plain(),
                    counted_by: if call.in_partner_period { "partner" } else { "books" },
                })
                .collect()
        }),
        calls_beyond: calls.map(|(_, beyond)| *beyond),
    }
}

fn plain(money: Option<Money>) -> Option<String> {
    money.map(|m| m.plain())
}

fn pair(sides: &Sides) -> Pair {
    Pair { analytics: plain(sides.analytics), ledger: sides.ledger.plain(), difference: plain(sides.difference) }
}

fn by_direction(amounts: &BTreeMap<Direction, Money>) -> BTreeMap<&'static str, String> {
    amounts.iter().map(|(direction, money)| (direction.name(), money.plain())).collect()
}

impl<'a> From<&'a Finding> for FindingRow<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            id: &finding.id,
            rank: finding.rank.as_deref(),
            code: finding.code,
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            customers: &finding.customers,
            direction: finding.direction.map(Direction::name),
            analytics: plain(finding.analytics),
            ledger: plain(finding.ledger),
            difference: plain(finding.difference),
            explains: plain(finding.explains),
            residual: plain(finding.residual),
            rivals: finding.rivals,
            chance: finding.chance.map(|chance| chance.to_string()),
            evidence: finding
                .evidence
                .iter()
                .map(|e| EvidenceRow {
                    file: &e.file,
                    line: e.line,
                    column: e.column.as_deref(),
                    text: &e.text,
                    why: e.why.as_deref(),
                })
                .collect(),
            message: &finding.message,
            next: &finding.next,
            resolution: finding.resolution.as_ref().map(|r| ResolutionRow {
                decision: r.decision.words(),
                reason: &r.reason,
                by: &r.by,
                on: &r.on,
            }),
        }
    }
}
