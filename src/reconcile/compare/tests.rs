//! What is compared with what, and how each line stands.

use super::*;
use crate::model::money::parse_plain;
use crate::model::usage::Direction::{Inbound, Outbound};
use crate::reconcile::testing::Month;

fn inr(text: &str) -> Money {
    Money::new(parse_plain(text).unwrap(), Currency::INR)
}

/// Id, difference and status of every customer.
fn lines(cx: &Comparison<'_>) -> Vec<(String, Option<String>, Status)> {
    let line = |line: &CustomerLine| (line.customer_id.clone(), line.sides.difference.map(|d| d.plain()), line.status);
    cx.customers.iter().map(line).collect()
}

fn is(id: &str, difference: Option<&str>, status: Status) -> (String, Option<String>, Status) {
    (id.to_owned(), difference.map(str::to_owned), status)
}

/// Two customers with 60.00 and 40.00, all of it listed.
fn two() -> Month {
    let rows = [("A", 1, Inbound, "25.00", ""), ("A", 2, Outbound, "35.00", ""), ("B", 3, Outbound, "41.00", "")];
    Month::new("100.00", ["25.00", "75.00"], &[("A", Some("60.00")), ("B", Some("40.00"))], &rows)
}

#[test]
fn a_difference_is_ledger_less_analytics_for_the_whole_a_direction_and_a_customer() {
    let month = two();
    let question = month.question();
    let cx = compare(&question).unwrap();
    assert_eq!((cx.totals.analytics, cx.totals.ledger), (Some(inr("100.00")), inr("101.00")));
    assert_eq!(cx.totals.difference, Some(inr("1.00")));
    let directions: Vec<_> =
        cx.directions.iter().map(|l| (l.direction, l.sides.difference, l.status, l.calls)).collect();
    assert_eq!(
        directions,
        [
            (Inbound, Some(inr("0.00")), Status::Matched, Some(1)),
            (Outbound, Some(inr("1.00")), Status::Discrepant, Some(1))
        ]
    );
    assert_eq!(lines(&cx), [is("A", Some("0.00"), Status::Matched), is("B", Some("1.00"), Status::Discrepant)]);
    assert_eq!((cx.remainder.is_none(), cx.listed_cost), (true, inr("100.00")));
    assert_eq!(cx.line("B").unwrap().name.as_deref(), Some("Name of B"));
    assert_eq!((cx.called("B"), cx.called("C")), ("Name of B (B)".to_owned(), "C".to_owned()));
    assert_eq!(cx.ids(|line| line.status == Status::Matched), ["A"]);
    assert_eq!((cx.list_name(), cx.zero()), ("top_customers", inr("0.00")));
}

#[test]
fn what_the_tolerance_allows_is_tolerated_and_not_one_paisa_more() {
    let mut month = two();
    for (limit, status, beyond) in [("1.00", Status::Tolerated, false), ("0.99", Status::Discrepant, true)] {
        month.tolerance.absolute = parse_plain(limit).unwrap();
        let question = month.question();
        let cx = compare(&question).unwrap();
        assert_eq!((cx.line("B").unwrap().status, cx.directions[1].status), (status, status), "{limit}");
        assert_eq!(cx.beyond_tolerance(&inr("1.00"), Outbound), beyond, "{limit}");
    }
    // A share is one of its own direction's figure: 4 % of 25.00, of 75.00.
    month.tolerance = Tolerance { per_cent: parse_plain("4").unwrap(), ..Tolerance::default() };
    let question = month.question();
    let cx = compare(&question).unwrap();
    assert!(cx.beyond_tolerance(&inr("1.01"), Inbound) && !cx.beyond_tolerance(&inr("1.01"), Outbound));
}

#[test]
fn who_is_not_on_a_short_list_is_unlisted_and_proven_in_the_remainder() {
    let rows = [("A", 1, Inbound, "60.00", ""), ("B", 2, Inbound, "25.00", ""), ("C", 3, Inbound, "15.00", "")];
    for (total, difference, status) in [("100.00", "0.00", Status::Matched), ("100.01", "-0.01", Status::Discrepant)] {
        let mut month = Month::new(total, [total, "0.00"], &[("A", Some("60.00"))], &rows);
        // No tolerance applies to the remainder.
        month.tolerance.absolute = parse_plain("5.00").unwrap();
        let question = month.question();
        let cx = compare(&question).unwrap();
        assert_eq!(
            lines(&cx),
            [is("A", Some("0.00"), Status::Matched), is("B", None, Status::Unlisted), is("C", None, Status::Unlisted)]
        );
        let remainder = cx.remainder.clone().unwrap();
        assert_eq!((remainder.sides.ledger, remainder.customers, remainder.status), (inr("40.00"), 2, status));
        assert_eq!(remainder.sides.difference, Some(inr(difference)));
        assert!(cx.is_unlisted("B") && !cx.is_unlisted("A") && !cx.is_unlisted("D"));
    }
}

#[test]
fn who_is_not_on_a_complete_list_is_charged_nothing() {
    let rows = [("A", 1, Inbound, "60.00", ""), ("B", 2, Inbound, "9.00", "")];
    let month = Month::new("60.00", ["60.00", "0.00"], &[("A", Some("60.00"))], &rows);
    let question = month.question();
    let cx = compare(&question).unwrap();
    assert_eq!(lines(&cx), [is("A", Some("0.00"), Status::Matched), is("B", Some("9.00"), Status::Discrepant)]);
    assert!(cx.remainder.is_none());
}

#[test]
fn a_customer_on_one_side_only_has_the_whole_as_its_difference() {
    let month = Month::new("60.00", ["60.00", "0.00"], &[("A", Some("60.00"))], &[]);
    let question = month.question();
    assert_eq!(lines(&compare(&question).unwrap()), [is("A", Some("-60.00"), Status::Discrepant)]);
}

#[test]
fn a_customer_listed_twice_is_added_up_and_named() {
    let rows = [("A", 1, Inbound, "60.00", "")];
    let month = Month::new("60.00", ["60.00", "0.00"], &[("A", Some("50.00")), ("A", Some("10.00"))], &rows);
    let question = month.question();
    let cx = compare(&question).unwrap();
    assert_eq!(lines(&cx), [is("A", Some("0.00"), Status::Matched)]);
    assert_eq!((cx.listed_twice.as_slice(), cx.line("A").unwrap().calls), (&["A".to_owned()][..], Some(2)));
    assert!(compare(&two().question()).unwrap().listed_twice.is_empty());
}

#[test]
fn calls_without_a_cost_are_discrepant_unless_there_are_none() {
    let rows = [("A", 1, Inbound, "60.00", "")];
    let mut month = Month::new("60.00", ["60.00", "0.00"], &[("A", Some("60.00")), ("B", None)], &rows);
    for (calls, status) in [(Some(0), Status::Matched), (Some(1), Status::Discrepant), (None, Status::Discrepant)] {
        month.analytics.customers[1].usage.calls = calls;
        let question = month.question();
        let cx = compare(&question).unwrap();
        assert_eq!(lines(&cx)[1], is("B", None, status), "{calls:?}");
    }
    // Nothing is said of calls that were not made, but the ledger has money for them.
    month.analytics.customers[0].usage = CallUsage { calls: Some(0), cost: None, ..CallUsage::default() };
    let question = month.question();
    assert_eq!(compare(&question).unwrap().line("A").unwrap().status, Status::Discrepant);
}

#[test]
fn a_direction_without_a_figure_is_not_compared() {
    let mut month = two();
    month.analytics.directions.clear();
    let question = month.question();
    let cx = compare(&question).unwrap();
    assert!(cx.directions.iter().all(|line| line.status == Status::NotStated && line.sides.difference.is_none()));
    let mut month = Month::new("0.00", ["0.00", "0.00"], &[], &[]);
    month.analytics.directions.clear();
    let question = month.question();
    let cx = compare(&question).unwrap();
    assert!(cx.directions.iter().all(|line| line.status == Status::Matched));
    month.analytics.total.cost = None;
    let question = month.question();
    let cx = compare(&question).unwrap();
    assert!(cx.remainder.is_none() && cx.totals.difference.is_none());
}

#[test]
fn with_the_matrix_each_direction_of_a_customer_must_agree() {
    let month = two().captured(&[("A", [Some("35.00"), Some("25.00")]), ("B", [Some("0.00"), Some("41.00")])]);
    let question = month.question();
    let cx = compare(&question).unwrap();
    // A's total agrees and its directions do not.
    assert_eq!(lines(&cx), [is("A", Some("0.00"), Status::Discrepant), is("B", Some("0.00"), Status::Matched)]);
    assert_eq!(cx.line("A").unwrap().direction(Inbound).unwrap().difference, Some(inr("-10.00")));
    assert_eq!((cx.list_name(), cx.line("B").unwrap().calls), ("cdr-summary", Some(2)));
}

#[test]
fn what_did_not_arrive_is_not_reconciled_and_left_to_the_remainder() {
    let month = two().captured(&[("A", [Some("25.00"), Some("35.00")]), ("B", [Some("0.00"), None])]);
    let question = month.question();
    let cx = compare(&question).unwrap();
    assert_eq!(lines(&cx), [is("A", Some("0.00"), Status::Matched), is("B", None, Status::NotReconciled)]);
    let remainder = cx.remainder.unwrap();
    assert_eq!((remainder.sides.analytics, remainder.sides.ledger), (Some(inr("40.00")), inr("41.00")));
    assert_eq!(remainder.customers, 0);
}

#[test]
fn a_whole_matrix_leaves_nobody_out_unless_the_books_know_somebody() {
    // The partner's total has more than its customers, and the ledger has no others.
    let rows = [("A", 1, Inbound, "60.00", "")];
    let month = Month::new("70.00", ["70.00", "0.00"], &[], &rows).captured(&[("A", [Some("60.00"), Some("0.00")])]);
    let question = month.question();
    assert!(compare(&question).unwrap().remainder.is_none());
    // The ledger has another, who may be what the total has more.
    let rows = [("A", 1, Inbound, "60.00", ""), ("B", 1, Inbound, "10.00", "")];
    let month = Month::new("70.00", ["70.00", "0.00"], &[], &rows).captured(&[("A", [Some("60.00"), Some("0.00")])]);
    let question = month.question();
    let cx = compare(&question).unwrap();
    assert_eq!(
        (cx.remainder.clone().unwrap().status, cx.line("B").unwrap().status),
        (Status::Matched, Status::Unlisted)
    );
    // Or not, where the total has less.
    let month = Month::new("50.00", ["50.00", "0.00"], &[], &rows).captured(&[("A", [Some("60.00"), Some("0.00")])]);
    let question = month.question();
    assert!(compare(&question).unwrap().remainder.is_none());
}

#[test]
fn the_noise_of_a_float_is_no_customer_left_out() {
    let rows = [("A", 1, Inbound, "60.30", "")];
    let month = Month::new("60.30000000000004", ["60.30", "0.00"], &[("A", Some("60.30"))], &rows);
    let question = month.question();
    let cx = compare(&question).unwrap();
    assert!(cx.remainder.is_none() && cx.is_noise(&inr("0.0000000001")) && !cx.is_noise(&inr("0.01")));
    // The same gap without noise is one.
    let month = Month::new("60.3000001", ["60.30", "0.00"], &[("A", Some("60.30"))], &rows);
    let question = month.question();
    let cx = compare(&question).unwrap();
    assert!(cx.remainder.is_some() && !cx.is_noise(&inr("0.0000000001")));
}

#[test]
fn names_come_from_the_list_the_answer_or_the_accounts() {
    let mut month = two();
    month.analytics.customers[0].name = None;
    month.analytics.names.insert("A".to_owned(), "Mentioned".to_owned());
    let question = month.question();
    assert_eq!(compare(&question).unwrap().line("A").unwrap().name.as_deref(), Some("Mentioned"));
}
