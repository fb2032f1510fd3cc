//! Both sides from files: what becomes of every call, and that it adds up in any order.

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::calls::document::Document;
use crate::calls::text::text;
use crate::ledger::amounts::Style;
use crate::model::call_terms::{Named, Role};
use crate::model::ledger_terms::DateOrder;
use crate::render::text::Plain;

/// What files are read with, where it is not the usual.
#[derive(Clone, Default)]
pub(in crate::calls) struct Terms {
    pub(in crate::calls) columns: Named,
    pub(in crate::calls) date_order: Option<DateOrder>,
    pub(in crate::calls) decimal: Option<Style>,
    pub(in crate::calls) room: Option<usize>,
    pub(in crate::calls) ours: Option<Tz>,
    pub(in crate::calls) limits: Limits,
}

pub(in crate::calls) fn try_compare(
    partner: (&str, &[u8]),
    ours: (&str, &[u8]),
    terms: &Terms,
) -> Result<Comparison, Problem> {
    let folder = tempfile::tempdir().unwrap();
    let paths = [partner, ours].map(|(name, bytes)| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    });
    let period = Period::parse("2026-03").unwrap();
    let reading = |timezone: Tz, columns| Reading {
        period: &period,
        timezone,
        default_currency: Currency::INR,
        columns,
        date_order: terms.date_order,
        decimal: terms.decimal,
    };
    let none = Named::new();
    let feeds = [
        Feed::File(&paths[0], reading(Tz::UTC, &none)),
        Feed::File(&paths[1], reading(terms.ours.unwrap_or(Tz::Asia__Kolkata), &terms.columns)),
    ];
    let question = Question {
        period: &period,
        timezone: Tz::Asia__Kolkata,
        currency: Currency::INR,
        limits: terms.limits,
        feeds,
        names: [partner.0, ours.0].map(str::to_owned),
        temp: None,
        room: terms.room,
    };
    compare(&question, &|_| None)
}

fn csvs(partner: &str, ours: &str) -> Comparison {
    try_compare(("p.csv", partner.as_bytes()), ("o.csv", ours.as_bytes()), &Terms::default()).unwrap()
}

fn json(c: &Comparison) -> Value {
    serde_json::to_value(Document::of(c)).unwrap()
}

/// `cause detail customer direction calls/calls difference`, a group each.
pub(in crate::calls) fn groups(c: &Comparison) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let document = json(c);
    let groups = document["groups"].as_array().unwrap().iter();
    groups
        .map(|group| {
            let words = ["cause", "detail", "customer_id", "direction"].map(|key| text(&group[key]));
            let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
            format!(
                "{} {}/{} {}",
                words.join(" "),
                group["partner_calls"],
                group["ours_calls"],
                text(&group["difference"])
            )
        })
        .collect()
}

/// What of a comparison does not say in which row a call stands.
fn without_rows(c: &Comparison) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.remove("line");
                map.values_mut().for_each(strip);
            }
            Value::Array(list) => list.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value = json(c);
    strip(&mut value);
    value
}

const HEAD: &str = "uuid,account_id,call_direction,caller_id_number,destination_number,start_time,billsec,total_cost\n";

/// Calls of MA_1 that a file lists by day, seconds and cost.
fn calls(rows: &[(&str, u32, u32, &str)]) -> String {
    let rows = rows.iter().map(|(id, day, seconds, cost)| {
        format!("{id},MA_1,outbound,+918041000004,+9198765{day:05},2026-03-{day:02}T10:00:00Z,{seconds},{cost}\n")
    });
    HEAD.to_owned() + &rows.collect::<String>()
}

#[test]
fn calls_with_ids_are_missing_extra_duplicated_and_dearer() {
    let partner = calls(&[
        ("a", 1, 60, "0.45"),
        ("b", 2, 60, "0.45"),
        ("c", 3, 90, "0.90"),
        ("d", 4, 60, "0.45"),
        ("e", 5, 60, "0.45"),
    ]);
    let ours = calls(&[
        ("a", 1, 60, "0.45"),
        ("b", 2, 60, "0.45"),
        ("b", 2, 60, "0.45"),
        ("c", 3, 90, "0.80"),
        ("e", 5, 60, "0.45"),
        ("f", 6, 60, "0.47"),
    ]);
    let c = csvs(&partner, &ours);
    assert_eq!(
        groups(&c),
        [
            "extra MA_1 outbound 0/1 0.47",
            "missing MA_1 outbound 1/0 -0.45",
            "duplicated-by-us MA_1 outbound 0/1 0.45",
            "amount MA_1 outbound 1/1 -0.10",
        ]
    );
    assert_eq!((c.agrees(), c.difference(&c.totals()).plain()), (false, "0.37".into()));
    assert!(csvs(&partner, &partner).agrees());
    insta::assert_snapshot!("calls_text", text(&c, &Plain, false));
    insta::assert_snapshot!("calls_json", serde_json::to_string_pretty(&Document::of(&c)).unwrap());
}

#[test]
fn without_ids_calls_are_matched_by_numbers_start_and_duration() {
    let partner = calls(&[("a", 1, 42, "0.45"), ("b", 2, 60, "0.45"), ("c", 3, 90, "0.90")]);
    // Our clock is a second ahead, one call is billed in minutes, one number is written as at home.
    let ours = "From,To,Date,Time,Duration,Amount\n08041000004,9876500001,01/03/2026,15:30:01,60,0.45\n\
        8041000004,+91 98765 00002,02/03/2026,15:30:00,60,0.45\n8041000004,00919876500003,03/03/2026,15:30:05,90,0.90\n";
    let c = csvs(&partner, ours);
    assert_eq!(c.agreed[1][0].calls, 2);
    assert_eq!(groups(&c), ["missing MA_1 outbound 1/0 -0.90", "extra - - 0/1 0.90"]);
    let wide = Terms { limits: Limits { start_seconds: 5, duration_seconds: 0 }, ..Terms::default() };
    assert!(try_compare(("p.csv", partner.as_bytes()), ("o.csv", ours.as_bytes()), &wide).unwrap().agrees());
}

#[test]
fn what_several_calls_could_be_is_ambiguous_and_what_is_the_same_is_not() {
    let row = |second: u32, cost: &str| format!("1,2,2026-03-01T10:00:{second:02}Z,30,{cost}\n");
    let head = "from,to,start,duration,cost\n";
    let two = format!("{head}{}{}", row(1, "0.10"), row(2, "0.20"));
    let other = format!("{head}{}{}", row(1, "0.15"), row(3, "0.25"));
    // The first of each began at the same moment; the rest are one another's.
    assert_eq!(groups(&csvs(&two, &other)), ["amount - - 2/2 0.10"]);
    let later = format!("{head}{}{}", row(3, "0.15"), row(4, "0.25"));
    assert_eq!(groups(&csvs(&two, &later)), ["ambiguous - - 2/2 0.10"]);
    let same = format!("{head}{0}{0}{0}", row(1, "0.10"));
    assert!(csvs(&same, &same).agrees());
    assert_eq!(
        groups(&csvs(&same, &format!("{head}{}", row(1, "0.10")))),
        ["duplicated-by-partner - - 3/0 -0.20"].map(|g| g.replace("3/0", "2/0"))
    );
}

#[test]
fn a_call_again_under_another_id_is_a_duplicate_and_a_transfer_is_not() {
    let mut partner = calls(&[("a", 1, 60, "0.45"), ("b", 2, 60, "0.45")]);
    let ours = partner.clone();
    partner.push_str("x,MA_1,outbound,+918041000004,+919876500001,2026-03-01T10:00:00Z,60,0.45\n");
    // The other leg of a transfer: another number at the same time.
    partner.push_str("y,MA_1,outbound,+918041000004,+919876599999,2026-03-01T10:00:00Z,60,0.45\n");
    assert_eq!(
        groups(&csvs(&partner, &ours)),
        ["missing MA_1 outbound 1/0 -0.45", "duplicated-by-partner MA_1 outbound 1/0 -0.45"]
    );
}

#[test]
fn clocks_that_differ_are_found() {
    let head = "from,to,start,duration,cost\n";
    let row = |n: u32, time: &str| format!("1,98765000{n:02},2026-03-{n:02} {time},{},0.45\n", 30 + n);
    let partner: String = (1..=9).map(|n| row(n, "10:00:00")).collect();
    // As UTC in a file that is said to be Indian.
    let ours: String = (1..=9).map(|n| row(n, "10:00:00")).collect();
    let c = csvs(&format!("{head}{partner}"), &format!("{head}{ours}"));
    assert_eq!((groups(&c).len(), c.agreed[2][0].calls, &c.shifts[..]), (0, 9, &[(-19_800, 9)][..]));
    assert!(text(&c, &Plain, false).contains("ours says -5 h 30 min"));
    // By id, over the edge of the month: the partner's 31st at 20:00 UTC is April in India.
    let head = "id,start,duration,cost\n";
    let partner =
        format!("{head}a,2026-03-31T18:00:00Z,5,1.00\nb,2026-03-02T18:00:00Z,5,1.00\nc,2026-03-03T18:00:00Z,5,1.00\n");
    let ours = partner.replace('Z', "+00:00").replace("T18:00", "T19:00");
    let c = csvs(&partner, &ours);
    assert_eq!(groups(&c), ["clock-shift +1 h - - 1/0 -1.00"]);
    assert_eq!(c.sides[1].intake.outside.calls, 1);
}

#[test]
fn rates_pulses_and_rounding_are_told_by_customer_and_direction() {
    let mut partner = calls(&[]);
    let mut ours = calls(&[]);
    let mut both = |who: &str, n: u32, seconds: u32, a: &str, b: &str| {
        for (side, cost) in [(&mut partner, a), (&mut ours, b)] {
            side.push_str(&format!(
                "{who}{n},{who},outbound,+918041000004,+91987650{n:04},2026-03-05T10:00:{n:02}Z,{seconds},{cost}\n"
            ));
        }
    };
    for (n, seconds) in [(1_u32, 42_u32), (2, 70), (3, 130), (4, 200)] {
        let minutes = seconds.div_ceil(60);
        both("MA_1", n, seconds, &format!("0.{:02}", 10 * minutes), &format!("0.{:03}", 125 * minutes));
        both("MA_2", n, seconds, &format!("0.{:02}", 12 * minutes), &format!("0.{:03}", 2 * seconds));
        both("MA_3", n, seconds, &format!("0.12{n}"), "0.12");
        both("MA_4", n, 0, "0.00", "0.02");
    }
    assert_eq!(
        groups(&csvs(&partner, &ours)),
        [
            "duration-rounding ours in 1 s, the partner's in 60 s MA_2 outbound 4/4 -0.316",
            "rate ×1.25 MA_1 outbound 4/4 0.250",
            "free the partner charges nothing MA_4 outbound 4/4 0.08",
            "rounding MA_3 outbound 4/4 -0.010",
        ]
    );
}

#[test]
fn other_customers_directions_and_currencies_are_told() {
    let head = "uuid,account_id,direction,start_time,duration,total_cost,currency\n";
    let partner = format!(
        "{head}a,MA_1,inbound,2026-03-01T10:00:00Z,5,1.00,INR\nb,MA_1,inbound,2026-03-01T11:00:00Z,5,1.00,USD\nc,MA_2,inbound,2026-03-01T12:00:00Z,5,1.00,INR\n"
    );
    let ours = partner.replace("a,MA_1", "a,MA_2").replace("USD", "INR").replace("c,MA_2,inbound", "c,MA_2,outbound");
    let c = csvs(&partner, &ours);
    assert_eq!(
        groups(&c),
        [
            "currency MA_1 inbound 0/1 1.00",
            "customer ours is MA_2 MA_1 inbound 1/1 0.00",
            "direction ours is outbound MA_2 inbound 1/1 0.00"
        ]
    );
    assert_eq!(json(&c)["partner"]["other_currencies"]["USD"]["amount"], "1.00");
}

#[test]
fn bad_rows_are_listed_and_nothing_is_skipped() {
    let head = "id,start,duration,cost\n";
    let ours = format!(
        "{head}a,2026-03-01,5,1.00\nb,yesterday,5,1.00\nc,2026-03-01,5,x\nd,2026-03-01,1:99,1.00\n,2026-03-01,5,1.00\ne,2026-03-01,5,\nf,2026-03-01,0,\ng,2026-03-01,5,1.00,9\n,,,\nTotal,,,9.00\nh,2026-04-02,5,7.00\n"
    );
    let c = csvs(&format!("{head}a,2026-03-01,5,1.00\nf,2026-03-01,0,0\n"), &ours);
    let bad: Vec<String> =
        c.sides[1].intake.bad.iter().map(|b| format!("{} {}: {}", b.line, b.column, b.why)).collect();
    assert_eq!(
        bad,
        [
            "3 start: `yesterday` is not a date",
            "4 cost: `x` is not an amount",
            "5 duration: `1:99` is not a duration",
            "6 id: the row has neither an id nor a number to be matched by",
            "7 cost: the row says no cost, and the call lasted",
            "9 : it has 5 cells where the header has 4",
        ]
    );
    let intake = &c.sides[1].intake;
    let all = intake.counted.calls + intake.outside.calls + intake.aside + intake.rejected;
    assert_eq!((intake.read, all, intake.outside.calls, intake.aside), (11, 11, 1, 2));
    assert!(groups(&c).is_empty() && !c.agrees());
}

#[test]
fn what_a_file_leaves_open_is_asked_and_answered() {
    let partner = calls(&[("a", 1, 60, "0.45")]);
    let ask =
        |ours: &str, terms: &Terms| match try_compare(("p.csv", partner.as_bytes()), ("o.csv", ours.as_bytes()), terms)
        {
            Ok(c) => format!("{} {}", c.sides[1].intake.counted.calls, c.money(&c.totals()[1].cost).plain()),
            Err(problem) => format!("{} {}", problem.exit.code(), problem.what),
        };
    let dates = "id,date,cost\na,01/02/2026,1\nb,03/04/2026,1\n";
    assert_eq!(ask(dates, &Terms::default()), "2 `01/02/2026` is 2026-02-01 (dmy) or 2026-01-02 (mdy)");
    assert_eq!(ask(dates, &Terms { date_order: Some(DateOrder::MonthFirst), ..Terms::default() }), "1 1.00");
    let amounts = "id;date;cost\na;2026-03-01;1,234\n";
    assert_eq!(ask(amounts, &Terms::default()), "2 `1,234` is 1234 or 1.234");
    assert_eq!(ask(amounts, &Terms { decimal: Some(Style::Comma), ..Terms::default() }), "1 1.234");
    assert_eq!(ask("id;date;cost\na;2026-03-01;0,45\n", &Terms::default()), "1 0.45");
    let two = "id,date,cost,amount\na,2026-03-01,1,2\n";
    assert_eq!(ask(two, &Terms::default()), "2 both `cost` and `amount` could be the cost");
    let named = Terms { columns: Named::from([(Role::Cost, "amount".to_owned())]), ..Terms::default() };
    assert_eq!(ask(two, &named), "1 2.00");
}

#[test]
fn the_partners_json_is_read_in_every_generation() {
    let sample =
        include_str!("../../../tests/data/partner-api/09-customer-cdrs-outbound.json").replace("2026-10", "2026-03");
    let ours = "call_uuid,start,billsec,amount\n";
    let c = try_compare(("p.json", sample.as_bytes()), ("o.csv", ours.as_bytes()), &Terms::default()).unwrap();
    // The last one is in April in India.
    assert_eq!((c.sides[0].intake.read, c.totals()[0].calls, c.sides[0].intake.outside.calls), (6, 5, 1));
    let line = r#"{"call_uuid":"a","from_number":"+911","duration_seconds":5,"cost":0.3,"streaming_cost":0.15,"start_time":"2026-03-01 10:00:00"}"#;
    let c = try_compare(
        ("p.json", format!("{line}\n{{\"x\n{line}\n").as_bytes()),
        ("o.csv", ours.as_bytes()),
        &Terms::default(),
    )
    .unwrap();
    assert_eq!((c.sides[0].intake.rejected, c.money(&c.totals()[0].cost).plain()), (1, "0.90".to_owned()));
    assert_eq!(groups(&c), ["missing - - 1/0 -0.45", "duplicated-by-partner - - 1/0 -0.45"]);
}

/// A made-up call: id, account, direction, numbers, start, durations, cost.
#[derive(Clone, Debug)]
struct Made(u8, u8, u8, u8, u16, u8, u8, u8);

impl Made {
    fn row(&self) -> String {
        let Self(id, account, direction, number, start, billed, units, currency) = self;
        let id = if *id == 0 { String::new() } else { format!("call-{id}") };
        let way = ["inbound", "outbound", ""][usize::from(*direction)];
        let currency = if *currency == 0 { "USD" } else { "INR" };
        let moment = chrono::DateTime::from_timestamp(1_772_300_000 + i64::from(*start) * 60, 0).unwrap().to_rfc3339();
        format!("{id},MA_{account},{way},98765432{number:02},{moment},{billed},0.{units:02},{currency}\n")
    }
}

fn made() -> impl Strategy<Value = Made> {
    let start = prop_oneof![9 => 0_u16..40, 1 => 0_u16..50_000];
    (0_u8..12, 0_u8..3, 0_u8..3, 10_u8..13, start, prop_oneof![0_u8..3, 58_u8..62], 0_u8..4, 0_u8..12)
        .prop_map(|(a, b, c, d, e, f, g, h)| Made(a, b, c, d, e, f, g, h))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// The groups' money adds up to the difference of the totals, each row is in one place,
    /// and neither the order of rows nor the room in memory changes anything.
    #[test]
    fn it_adds_up_in_any_order(
        (partner, shuffled) in proptest::collection::vec(made(), 0..40).prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        (ours, mixed) in proptest::collection::vec(made(), 0..40).prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        common in 0_usize..30,
    ) {
        let file = |rows: &[Made], more: &[Made]| {
            let rows = rows.iter().chain(more.iter().take(common));
            "id,account,direction,to,start,billsec,cost,currency\n".to_owned() + &rows.map(Made::row).collect::<String>()
        };
        let few = Terms { room: Some(20), ..Terms::default() };
        let c = csvs(&file(&partner, &[]), &file(&ours, &partner));
        let again = try_compare(("p.csv", file(&shuffled, &[]).as_bytes()), ("o.csv", file(&mixed, &partner).as_bytes()), &few).unwrap();
        prop_assert_eq!(without_rows(&c), without_rows(&again));
        let mut sum = Tally::default();
        for (_, group) in &c.groups {
            sum.add(difference(&group.both).unwrap()).unwrap();
        }
        let totals = c.totals();
        prop_assert_eq!(sum.total().unwrap(), difference(&totals).unwrap());
        for side in &c.sides {
            let i = &side.intake;
            let foreign = i.foreign.values().map(|sum| sum.calls).sum::<u64>();
            prop_assert_eq!(i.read, i.counted.calls + i.outside.calls + foreign + i.aside + i.rejected);
        }
    }
}
