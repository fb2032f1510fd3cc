//! Captured call records → the matrix: what is counted once, set aside or missing, and which
//! calls lie between the two calendars.

use super::*;
use crate::capture::record::{NotCaptured, Span, file_of};
use crate::model::digest::sha256_hex;

struct Captured {
    folder: tempfile::TempDir,
    record: Record,
}

impl Captured {
    fn new(matrix: MatrixSource) -> Self {
        let day = |d| chrono::NaiveDate::from_ymd_opt(2026, 10, d).unwrap();
        let record = Record {
            schema: "crossfoot/capture/v1".to_owned(),
            period: Span { from: day(1), to: day(31) },
            partner_timezone: Tz::UTC,
            books_timezone: chrono_tz::Asia::Kolkata,
            matrix,
            masked: false,
            answers: Vec::new(),
            not_captured: Vec::new(),
        };
        Self { folder: tempfile::tempdir().unwrap(), record }
    }

    fn answer(&mut self, role: Role, subject: Option<(&str, Direction)>, page: Option<u64>, body: &str) {
        let subject = subject.map(|(customer_id, direction)| Subject { customer_id, direction: Some(direction) });
        let file = file_of(role, subject, page);
        let path = self.folder.path().join(&file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, body).unwrap();
        self.record.answers.push(AnswerRecord {
            role,
            file,
            customer_id: subject.map(|subject| subject.customer_id.to_owned()),
            direction: subject.and_then(|subject| subject.direction),
            page,
            method: "GET".to_owned(),
            url: String::new(),
            query: BTreeMap::new(),
            status: 200,
            when: String::new(),
            sha256: sha256_hex(body.as_bytes()),
            bytes: body.len() as u64,
            redacted: Vec::new(),
            headers: BTreeMap::new(),
        });
    }

    /// A page of calls: id, start, cost, currency.
    fn calls(&mut self, role: Role, of: (&str, Direction), page: u64, total: u64, calls: &[(&str, &str, &str, &str)]) {
        let row = |(uuid, start, cost, currency): &(&str, &str, &str, &str)| {
            format!(r#"{{"uuid":"{uuid}","start_time":"{start}","total_cost":{cost},"currency":{currency}}}"#)
        };
        let rows: Vec<String> = calls.iter().map(row).collect();
        let body = format!(r#"{{"data":[{}],"pagination":{{"page":{page},"total":{total}}}}}"#, rows.join(","));
        self.answer(role, Some(of), Some(page), &body);
    }

    fn read(&self, currency: Option<&str>) -> Option<Matrix> {
        let analytics = Analytics { currency: currency.map(str::to_owned), ..Analytics::default() };
        let period = Period::parse("2026-10").unwrap();
        read(self.folder.path(), &self.record, &period, &analytics, &mut BTreeSet::new()).unwrap()
    }

    fn cell(&self, currency: Option<&str>) -> Cell {
        self.read(currency).unwrap().customers["MA_1"].cell(Direction::Inbound).clone()
    }
}

const IN: (&str, Direction) = ("MA_1", Direction::Inbound);
const NOON: &str = "2026-10-05T12:00:00Z";

fn cost(cell: &Cell) -> Option<String> {
    cell.usage.as_ref().and_then(|usage| usage.cost).map(|cost| cost.to_string())
}

#[test]
fn a_call_that_came_twice_counts_once_on_whichever_pages() {
    let mut captured = Captured::new(MatrixSource::CdrRows);
    captured.calls(Role::Cdrs, IN, 1, 4, &[("a", NOON, "0.30", "null"), ("b", NOON, "1.00", "\"INR\"")]);
    captured.calls(Role::Cdrs, IN, 2, 4, &[("b", NOON, "1.00", "\"INR\""), ("c", NOON, "2.5", "\"INR\"")]);
    let cell = captured.cell(Some("INR"));
    assert_eq!((cost(&cell).as_deref(), cell.usage.as_ref().unwrap().calls), (Some("3.80"), Some(3)));
    assert_eq!((cell.duplicates.counted.calls, cell.duplicates.counted.cost.to_string()), (1, "1.00".into()));
    assert_eq!(cell.duplicates.examples[0].2, "capture/cdrs/MA_1.inbound.00002.json");
    assert_eq!((cell.missing, cell.file.as_str()), (None, "capture/cdrs/MA_1.inbound.00001.json"));
}

#[test]
fn what_did_not_arrive_or_states_no_cost_is_missing_and_never_zero() {
    let mut captured = Captured::new(MatrixSource::CdrRows);
    captured.calls(Role::Cdrs, IN, 1, 3, &[("a", NOON, "0.30", "null")]);
    let matrix = captured.read(None).unwrap();
    let customer = &matrix.customers["MA_1"];
    assert_eq!(customer.cell(Direction::Inbound).missing.as_deref(), Some("1 of 3 calls arrived"));
    assert_eq!(customer.cell(Direction::Outbound).missing.as_deref(), Some("it was not asked for"));
    let mut captured = Captured::new(MatrixSource::CdrRows);
    captured.calls(Role::Cdrs, IN, 1, 2, &[("a", NOON, "0.30", "null"), ("b", NOON, "null", "null")]);
    assert_eq!(captured.cell(None).missing.as_deref(), Some("1 of 2 calls state no cost"));
    captured.record.not_captured.push(NotCaptured {
        role: Role::Cdrs,
        customer_id: Some("MA_1".to_owned()),
        direction: Some(Direction::Inbound),
        url: String::new(),
        why: "it timed out".to_owned(),
    });
    assert_eq!(captured.cell(None).missing.as_deref(), Some("it timed out"));
    assert!(!captured.read(None).unwrap().is_whole());
}

#[test]
fn other_currencies_are_set_aside_and_never_added_up() {
    let calls = [("a", NOON, "0.30", "null"), ("b", NOON, "1.00", "\"INR\""), ("c", NOON, "7.00", "\"USD\"")];
    let mut captured = Captured::new(MatrixSource::CdrRows);
    captured.calls(Role::Cdrs, IN, 1, 3, &calls);
    let cell = captured.cell(Some("INR"));
    assert_eq!(cost(&cell).as_deref(), Some("1.30"));
    assert_eq!(cell.other_currencies["USD"].to_string(), "7.00");
    let none = captured.cell(None);
    assert!(none.usage.is_none() && none.missing.unwrap().contains("several currencies"));
    let mut one = Captured::new(MatrixSource::CdrRows);
    one.calls(Role::Cdrs, IN, 1, 2, &calls[..2]);
    assert_eq!(cost(&one.cell(None)).as_deref(), Some("1.30"));
}

#[test]
fn calls_between_the_two_calendars_are_counted_on_both_sides() {
    // October in India begins on 30 September at 18:30 UTC, and ends on 31 October at 18:30.
    let mut captured = Captured::new(MatrixSource::CdrRows);
    let inside = [
        ("first", "2026-10-01T00:00:00Z", "1", "null"),
        ("late", "2026-10-31T18:30:00Z", "2", "null"),
        ("last", "2026-10-31T18:29:59Z", "4", "null"),
    ];
    captured.calls(Role::Cdrs, IN, 1, 3, &inside);
    let before = [("early", "2026-09-30T18:30:00Z", "8", "null"), ("elsewhere", "2026-09-30T18:29:59Z", "16", "null")];
    captured.calls(Role::CdrsBefore, IN, 1, 2, &before);
    let matrix = captured.read(None).unwrap();
    let cell = matrix.customers["MA_1"].cell(Direction::Inbound);
    assert_eq!(cost(cell).as_deref(), Some("7"));
    assert_eq!((cell.outside_books.calls, cell.outside_books.cost.to_string()), (1, "2".into()));
    let beyond = cell.outside_partner.unwrap();
    assert_eq!((beyond.calls, beyond.cost.to_string()), (1, "8".into()));
    let listed: Vec<_> = matrix.edge_calls.iter().map(|call| (call.uuid.as_str(), call.in_partner_period)).collect();
    assert_eq!((listed, matrix.edge_calls_beyond), (vec![("early", false), ("late", true)], 0));
}

#[test]
fn a_summary_is_taken_by_its_word_if_it_states_a_cost() {
    let summary = |body: &str| {
        let mut captured = Captured::new(MatrixSource::CdrSummary);
        captured.answer(
            Role::Accounts,
            None,
            Some(1),
            r#"{"accounts":[{"auth_id":"MA_1","name":"One"},{"auth_id":"MA_2"}],"total":3}"#,
        );
        captured.answer(Role::CdrSummary, Some(IN), None, body);
        captured
    };
    let stated = r#"{"data":[],"summary":{"totalCalls":6,"total_cost":"4.07"}}"#;
    let captured = summary(stated);
    let matrix = captured.read(Some("INR")).unwrap();
    assert_eq!((matrix.accounts_listed, matrix.accounts_stated, matrix.customers.len()), (2, Some(3), 2));
    assert_eq!(matrix.customers["MA_1"].name.as_deref(), Some("One"));
    assert_eq!(cost(matrix.customers["MA_1"].cell(Direction::Inbound)).as_deref(), Some("4.07"));
    assert_eq!(matrix.gaps().count(), 2);
    let uncosted = summary(r#"{"data":[],"summary":{"totalCalls":6}}"#).cell(None);
    assert_eq!(uncosted.missing.as_deref(), Some("the summary states no cost"));
    let dollars =
        r#"{"data":[{"uuid":"a","total_cost":4.07,"currency":"USD"}],"summary":{"totalCalls":6,"total_cost":"4.07"}}"#;
    let elsewhere = summary(dollars).cell(Some("INR"));
    assert_eq!((elsewhere.usage.is_none(), elsewhere.other_currencies["USD"].to_string()), (true, "4.07".into()));
    assert!(elsewhere.missing.unwrap().contains("another currency"));
    assert_eq!(Captured::new(MatrixSource::TopCustomers).read(None), None);
}
