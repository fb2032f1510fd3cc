//! Files as other products write them, held against the partner's three calls.

use std::io::Write;

use crate::calls::compare::tests::{Terms, groups, try_compare};
use crate::ledger::amounts::Style;
use crate::model::ledger_terms::DateOrder;

/// Two charged calls, and one that nobody answered.
const PARTNER: &str = "uuid,account_id,call_direction,caller_id_number,destination_number,start_time,duration,billsec,total_cost,currency,bridge_uuid
3c1f6d1a-5f10-4b39-9c0e-0d4a8f3b7e01,MA_1,outbound,+918041000004,+919876543215,2026-03-04T10:00:05Z,50,42,0.45,INR,
3c1f6d1a-5f10-4b39-9c0e-0d4a8f3b7e02,MA_1,outbound,+918041000004,+919876543216,2026-03-20T20:30:00Z,70,65,0.90,INR,
3c1f6d1a-5f10-4b39-9c0e-0d4a8f3b7e03,MA_1,outbound,+918041000004,+919876543217,2026-03-21T01:00:00Z,12,0,0,INR,
";

/// What is said of ours: `agrees`, groups, or the problem.
fn told(ours: &[u8]) -> String {
    match try_compare(("p.csv", PARTNER.as_bytes()), ("o.csv", ours), &Terms::default()) {
        Ok(c) => {
            let mut said = groups(&c);
            said.extend(c.sides[1].intake.bad.iter().map(|bad| format!("row {}: {}", bad.line, bad.why)));
            if c.agrees() { format!("agrees {}", said.join("; ")).trim_end().to_owned() } else { said.join("; ") }
        }
        Err(problem) => format!("{}: {}", problem.code, problem.what),
    }
}

/// A file without ids: numbers, start, duration, cost of the three calls.
fn by_number(head: &str, rows: [&str; 3]) -> String {
    told(format!("{head}\n{}\n", rows.join("\n")).as_bytes())
}

#[test]
fn ids_however_they_are_written() {
    let id = "3c1f6d1a-5f10-4b39-9c0e-0d4a8f3b7e0";
    let with = |id: &dyn Fn(u8) -> String| {
        let rows = [(1, "04 15:30:05", "0.45"), (2, "21 02:00:00", "0.90"), (3, "21 06:30:00", "")];
        let rows =
            rows.map(|(n, start, cost)| format!("{},2026-03-{start},{cost},{}\n", id(n), if n == 3 { 0 } else { 9 }));
        told(format!("Call UUID,Start Time,Amount,Billsec\n{}", rows.concat()).as_bytes())
    };
    assert_eq!(with(&|n| format!("{id}{n}")), "agrees");
    assert_eq!(with(&|n| format!("{id}{n}").to_uppercase()), "agrees");
    assert_eq!(with(&|n| format!("{{{id}{n}}}")), "agrees");
    assert_eq!(with(&|n| format!("{id}{n}").replace('-', "")), "agrees");
    assert_eq!(with(&|n| format!("cdr:{id}{n}")), "agrees");
    assert_eq!(with(&|n| format!("\"{id}{n}\"")), "agrees");
    // Ids that are our own count match nothing, and there are no numbers.
    assert_eq!(
        with(&|n| n.to_string()),
        "missing MA_1 outbound 2/0 -1.35; extra - - 0/2 1.35; missing at no cost MA_1 outbound 1/0 0.00; extra at no cost - - 0/1 0.00"
    );
}

#[test]
fn numbers_however_they_are_written() {
    let head = "From,To,Start,Duration,Cost";
    let rest = ["2026-03-04 15:30:05,42,0.45", "2026-03-21 02:00:00,65,0.90", "2026-03-21 06:30:00,0,0"];
    let with = |numbers: [&str; 3]| {
        by_number(head, [0, 1, 2].map(|n| format!("{},{}", numbers[n], rest[n])).each_ref().map(String::as_str))
    };
    for numbers in [
        ["+918041000004,+919876543215", "+918041000004,+919876543216", "+918041000004,+919876543217"],
        ["08041000004,09876543215", "8041000004,9876543216", "00918041000004,00919876543217"],
        ["+91 80410 00004,+91-98765-43215", "(080) 4100-0004,98765.43216", "918041000004,919876543217.0"],
        ["9.18041000004E+11,9.19876543215E+11", "9.18041000004E+11,9.19876543216E+11", "'918041000004,'919876543217"],
        ["sip:+918041000004@x.in,tel:+919876543215", "080-41000004,9876543216", "8041000004,XXXXXXXX17"],
    ] {
        assert_eq!(with(numbers), "agrees", "{numbers:?}");
    }
    // Digits that a spreadsheet has cut off match nothing, and are told as such.
    let cut = with(["9.18E+11,9.20E+11", "8041000004,9876543216", "8041000004,9876543217"]);
    assert_eq!(cut, "missing MA_1 outbound 1/0 -0.45; extra - - 0/1 0.45");
    assert_eq!(with(["anonymous,9876543215", "8041000004,9876543216", "8041000004,9876543217"]), cut);
}

#[test]
fn times_and_durations_however_they_are_written() {
    let numbers = ["8041000004,9876543215", "8041000004,9876543216", "8041000004,9876543217"];
    let with = |head: &str, rest: [&str; 3]| {
        let rows = [0, 1, 2].map(|n| format!("{},{}", numbers[n], rest[n]));
        by_number(&format!("From,To,{head}"), rows.each_ref().map(String::as_str))
    };
    let head = "Start,Duration,Cost";
    for rest in [
        ["2026-03-04T10:00:05Z,42,0.45", "2026-03-20T20:30:00.000Z,65,0.90", "2026-03-21T01:00:00+00:00,0,0"],
        ["2026-03-04T15:30:05+05:30,42,0.45", "2026-03-21 02:00:00 +0530,65,0.90", "2026-03-21 06:30:00 IST,0,0"],
        ["1772618405,42,0.45", "1774038600000,65,0.90", "1774054800.25,0,0"],
        ["04/03/2026 15:30:05,00:42,0.45", "21/03/2026 02:00,01:05,0.90", "21/03/2026 06:30,00:00,0.00"],
        [
            "04-Mar-2026 03:30:05 PM,00:00:42,0.45",
            "21-Mar-2026 02:00:00 AM,00:01:05,0.90",
            "21-Mar-2026 06:30:00 AM,00:00:00,0",
        ],
        ["46085.6458912037,42s,0.45", "46102.0833333333,1m 5s,0.90", "46102.2708333333,0s,0"],
        // Billed in minutes, and with ringing.
        ["2026-03-04 15:30:05,60,0.45", "2026-03-21 02:00:01,120,0.90", "2026-03-21 06:30:00,12,0"],
    ] {
        assert_eq!(with(head, rest), "agrees", "{rest:?}");
    }
    let apart =
        ["04/03/2026,15:30:05,0.7,₹0.45", "21/03/2026,02:00:00,1.083333,Rs. 0.90", "21/03/2026,06:30:00,0,₹ 0.00"];
    assert_eq!(with("Call Date,Call Time,Billed Minutes,Charge (INR)", apart), "agrees");
    // Our clock is UTC, and the file is read as Indian: three calls are too few to say so, and are not one.
    let utc = ["2026-03-04 10:00:05,42,0.45", "2026-03-20 20:30:00,65,0.90", "2026-03-21 01:00:00,0,0"];
    assert!(with(head, utc).starts_with("missing"), "{}", with(head, utc));
    let bad = ["2026-03-04 15:30:05 EST,42,0.45", "2026-03-21 02:00:00,65,0.90", "2026-03-21 06:30:00,0,0"];
    assert!(
        with(head, bad).contains("row 2: `2026-03-04 15:30:05 EST`: EST is not the time of"),
        "{}",
        with(head, bad)
    );
}

#[test]
fn files_of_every_dress() {
    let id = "3c1f6d1a-5f10-4b39-9c0e-0d4a8f3b7e0";
    let rows = [format!("{id}1;04.03.2026 15:30:05;0,45"), format!("{id}2;21.03.2026 02:00:00;0,90")];
    let german = format!("Anrufe März\n\nUUID;Start;Cost;Note\n{};\"a;b\"\n{};c\nTotal;;1,35;\n", rows[0], rows[1]);
    let one_free = "agrees missing at no cost MA_1 outbound 1/0 0.00";
    assert_eq!(told(german.as_bytes()), one_free);
    assert_eq!(told(german.replace("\n", "\r\n").replace(';', "\t").replace("a\tb", "ab").as_bytes()), one_free);
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(german.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    assert_eq!(told(&utf16), one_free);
    let windows: Vec<u8> = german.chars().map(|c| if c == 'ä' { 0xe4 } else { u8::try_from(c).unwrap() }).collect();
    assert_eq!(told(&windows), one_free);
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(german.as_bytes()).unwrap();
    assert_eq!(told(&packer.finish().unwrap()), one_free);
    let html = format!(
        "<table><tr><td>UUID</td><td>Start</td><td>Cost</td></tr><tr><td>{id}1</td><td>2026-03-04 15:30:05</td><td>0.45</td></tr><tr><td>{id}2</td><td>2026-03-21 02:00:00</td><td>0.90</td></tr></table>"
    );
    assert_eq!(told(html.as_bytes()), one_free);
    // The ledger that a close reads, where it has a row a call.
    let canonical = format!(
        "date,customer_id,direction,amount,reference\n2026-03-04,MA_1,outbound,0.45,cdr:{id}1\n2026-03-21,MA_1,outbound,0.90,cdr:{id}2\n"
    );
    assert_eq!(told(canonical.as_bytes()), one_free);
    assert_eq!(told(b"PAR1\0\0"), "ledger-unreadable: o.csv is Parquet");
    // Streaming is added where the cost does not hold it.
    let apart = format!(
        "uuid,start,cost,streaming_cost\n{id}1,2026-03-04 15:30:05,0.30,0.15\n{id}2,2026-03-21 02:00:00,0.90,\n"
    );
    assert_eq!(told(apart.as_bytes()), one_free);
    let within = apart.replace("cost,streaming", "total_cost,streaming").replace("0.30", "0.45");
    assert_eq!(told(within.as_bytes()), one_free);
    // Two files one behind the other: the header stands there again.
    let twice =
        format!("uuid,start,cost\n{id}1,2026-03-04 15:30:05,0.45\nuuid,start,cost\n{id}2,2026-03-21 02:00:00,0.90\n");
    assert_eq!(told(twice.as_bytes()), one_free);
    assert!(told(b"").starts_with("calls-columns"), "{}", told(b""));
    assert!(told(b"uuid,start,cost\n\"a,2026-03-01,1\n").starts_with("ledger-unreadable"));
}

#[test]
fn a_flag_answers_for_the_file_that_leaves_it_open() {
    let ours = "uuid;start;cost\n3c1f6d1a-5f10-4b39-9c0e-0d4a8f3b7e01;2026-03-04 15:30:05;0,450\n";
    let terms = Terms { decimal: Some(Style::Comma), date_order: Some(DateOrder::MonthFirst), ..Terms::default() };
    let c = try_compare(("p.csv", PARTNER.as_bytes()), ("o.csv", ours.as_bytes()), &terms).unwrap();
    assert_eq!((c.sides[0].intake.rejected, groups(&c).len()), (0, 2));
    assert!(told(ours.as_bytes()).starts_with("calls-amounts: `0,450` is"), "{}", told(ours.as_bytes()));
}

#[test]
fn what_billing_does_to_calls() {
    let id = "3c1f6d1a-5f10-4b39-9c0e-0d4a8f3b7e0";
    let file = |more: &str| {
        told(format!("uuid,customer,direction,start,cost,currency\n{id}1,MA_1,Outgoing,2026-03-04 15:30:05,0.45,INR\n{id}2,MA_1,OUT,2026-03-21 02:00:00,0.90,inr\n{more}").as_bytes())
    };
    let free = "missing at no cost MA_1 outbound 1/0 0.00";
    assert_eq!(
        file(&format!("{id}2,MA_1,OUT,2026-03-21 02:00:00,0.95,INR\n")),
        format!("duplicated-by-us MA_1 outbound 0/1 0.95; {free}")
    );
    assert_eq!(file("ADJ-1,MA_1,,2026-03-31,-0.50,INR\n"), format!("extra MA_1 - 0/1 -0.50; {free}"));
    assert_eq!(file(&format!("{id}9,MA_1,OUT,2026-03-04 15:30:05,0.02,USD\n")), format!("agrees {free}"));
    assert_eq!(
        file(&format!("{id}3,MA_1,OUT,2026-03-21 06:30:00,0.02,INR\n")),
        "free the partner charges nothing MA_1 outbound 1/1 0.02"
    );
    assert_eq!(file(&format!("{id}3,MA_1,OUT,2026-04-21 06:30:00,0.02,INR\n")), format!("agrees {free}"));
    assert_eq!(
        file("x,MA_1,OUT,2026-03-21,0.30000000000000004,INR\n"),
        format!("{free}; row 4: `0.30000000000000004` carries the noise of a binary number: round it")
    );
}
