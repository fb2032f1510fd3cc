//! Trends over closed months, and what the running one will cost.

use crate::support::{Books, rehearse_month, settings};
use serde_json::Value;

/// A customer of a played month: id, name, calls and answered calls, cost inbound, outbound.
type Played = (&'static str, &'static str, u64, u64, &'static str, &'static str);

/// Closes months, each on the second day after it, with these customers and these accounts of
/// low balance and suspended.
fn close(books: &Books, period: &str, now: &str, customers: &[Played], (low, suspended): (u64, u64)) {
    let mut month =
        "auth_id,name,inbound_calls,inbound_cost,outbound_calls,outbound_cost,inbound_answered,outbound_answered\n"
            .to_owned();
    let mut ledger = "date,customer_id,direction,amount\n".to_owned();
    let mut known = "customer_id,legal_name\n".to_owned();
    for (id, name, calls, answered, inbound, outbound) in customers {
        month.push_str(&format!("{id},{name},{calls},{inbound},{calls},{outbound},{answered},{answered}\n"));
        ledger.push_str(&format!("{period}-05,{id},inbound,{inbound}\n{period}-05,{id},outbound,{outbound}\n"));
    }
    for (id, name, ..) in ALL {
        known.push_str(&format!("{id},{name}\n"));
    }
    let dashboard = format!(
        r#"{{"active_accounts":4,"total_balance":10.00,"currency":"INR","calls_today":1,"calls_this_month":2,"total_spend_this_month":250.00,"accounts_low_balance":{low},"accounts_suspended":{suspended}}}"#
    );
    let server = rehearse_month(period, &month, |script| script.dashboard = Some(dashboard));
    books.write("crossfoot.toml", &settings(&server.base_url(), "[reconcile]\nrecheck = false\n"));
    books.write("customers.csv", &known);
    books.write(&format!("ledgers/{period}.csv"), &ledger);
    books.at(now, &format!("close --yes --period {period}")).exits(0);
}

const ALL: [(&str, &str); 5] =
    [("MA_1", "Asha"), ("MA_2", "Bela"), ("MA_3", "Chand"), ("MA_4", "Dev & Co"), ("MA_5", "Eka")];

/// Seven months with a hole: November 2025 is not closed. In March one call in three of Asha
/// fails, Chand is gone and Dev is new; Eka never has calls enough to say anything.
fn seven_months() -> Books {
    let books = Books::empty("");
    let answered = [920, 915, 925, 918, 922];
    let months = ["2025-08", "2025-09", "2025-10", "2025-12", "2026-01", "2026-02"];
    for (n, period) in months.into_iter().enumerate() {
        let asha = answered[n % answered.len()];
        let (year, month) = (&period[..4], period[5..].parse::<u32>().unwrap());
        let year: u32 = year.parse::<u32>().unwrap() + month / 12;
        let now = format!("{year}-{:02}-02T03:04:05Z", month % 12 + 1);
        let cost = ["500.00", "510.00", "505.00", "498.00", "502.00", "500.00"][n];
        let played: [Played; 4] = [
            ("MA_1", "Asha", 1000, asha, cost, "300.00"),
            ("MA_2", "Bela", 400, 380, "10.00", "400.00"),
            ("MA_3", "Chand", 200, 150, "0.00", "120.25"),
            ("MA_5", "Eka", 20, 19, "1.00", "1.00"),
        ];
        close(&books, period, &now, &played, (2 + n as u64, 1));
    }
    let march: [Played; 4] = [
        ("MA_1", "Asha", 1000, 670, "300.00", "300.00"),
        ("MA_2", "Bela", 400, 381, "20.00", "650.50"),
        ("MA_4", "Dev & Co", 100, 90, "50.00", "50.00"),
        ("MA_5", "Eka", 20, 2, "1.00", "1.00"),
    ];
    close(&books, "2026-03", "2026-04-02T03:04:05Z", &march, (9, 0));
    books
}

fn trends(books: &Books, period: &str) -> Value {
    books.json(&format!("closes/{period}/reconciliation.json"))["trends"].clone()
}

/// A part of a workbook.
fn zip_part(books: &Books, file: &str, part: &str) -> String {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(books.path().join(file)).unwrap()).unwrap();
    std::io::read_to_string(zip.by_name(part).unwrap()).unwrap()
}

/// A part of the page, without the charts' drawing.
fn section(books: &Books, period: &str) -> String {
    let page = String::from_utf8(books.read(&format!("closes/{period}/reconciliation.html"))).unwrap();
    let from = page.find("<h2 id=\"trends\">").unwrap();
    page[from..page.find("<h2 id=\"customers\">").unwrap()].to_owned()
}

#[test]
fn seven_months_with_a_hole_are_told_and_verify_whatever_comes_later() {
    let books = seven_months();
    let told = trends(&books, "2026-03");
    let list = |rows: &Value, text: &dyn Fn(&Value) -> String| -> Vec<String> {
        rows.as_array().unwrap().iter().map(text).collect()
    };
    let text = |value: &Value| value.as_str().unwrap_or("–").to_owned();
    let marks = list(&told["marks"], &|mark| {
        format!(
            "{} {} {} {}",
            text(&mark["customer_id"]),
            text(&mark["measure"]),
            text(&mark["percent"]),
            text(&mark["side"])
        )
    });
    assert_eq!(
        marks,
        ["– failed 24.8 above", "– answered 75.2 below", "MA_1 failed 33.0 above", "MA_1 answered 67.0 below",]
    );
    let gaps = list(&told["periods"], &|period| format!("{} {}", text(&period["period"]), text(&period["gap"])));
    assert_eq!(gaps[2..5], ["2025-10 –", "2025-11 it was not closed", "2025-12 –"]);
    assert_eq!(told["failed"][3], Value::Null);
    let moved = list(&told["movement"]["rows"], &|row| {
        format!(
            "{} {} {} {}",
            text(&row["customer_id"]),
            text(&row["moved"]),
            text(&row["difference"]),
            text(&row["percent"])
        )
    });
    assert_eq!(
        moved,
        [
            "MA_2 up 260.50 63.5",
            "MA_1 down -200.00 -25.0",
            "MA_4 new 100.00 –",
            "MA_5 same 0.00 0.0",
            "MA_3 gone -120.25 -100.0",
        ]
    );
    let low = list(&told["periods"], &|period| period["low_balance"].to_string());
    assert_eq!(low, ["2", "3", "4", "null", "5", "6", "7", "9"]);
    insta::assert_snapshot!(section(&books, "2026-03"));

    // The workbook has the same, numbers as numbers, in sheets and charts of their own.
    let part = |name: &str| zip_part(&books, "closes/2026-03/reconciliation.xlsx", name);
    let names = part("xl/workbook.xml");
    for name in ["Trends", "Top spenders", "Customers by period"] {
        assert!(names.contains(&format!("<sheet name=\"{name}\"")), "{names}");
    }
    let sheet = part("xl/worksheets/sheet7.xml");
    assert!(sheet.contains("<v>75.2</v>") && sheet.contains("<v>24.8</v>"), "{sheet}");
    // The hole of November has no figure that a chart could draw.
    assert!(sheet.contains("r=\"A5\"") && !sheet.contains("r=\"B5\""), "{sheet}");
    for n in 1..=3 {
        assert!(part(&format!("xl/charts/chart{n}.xml")).contains("Trends!"), "chart {n}");
    }

    // The month before is a gap for December: nothing is joined over it.
    let december = trends(&books, "2025-12");
    assert!(december["movement"]["untold"].as_str().unwrap().contains("no close"), "{december:#}");
    assert_eq!(december["marks"].as_array().unwrap().len(), 0);
    assert!(
        section(&books, "2025-12").contains("5 earlier periods with 50 calls or more must be known, and there are 3.")
    );
    books.run("verify").exits(0);

    // September is corrected and closed again: what was sealed of March stays as it is.
    let before = books.read("closes/2026-03/reconciliation.html");
    let ledger = String::from_utf8(books.read("ledgers/2025-09.csv")).unwrap();
    books.write("ledgers/2025-09.csv", &ledger.replace("inbound,1.00", "inbound,1.50"));
    books.run("close --period 2025-09 --offline").exits(3);
    books.run("verify").exits(0);
    assert!(books.read("closes/2026-03/reconciliation.html") == before);

    // Nor does a comparison write over it that nothing of the month's own has changed for.
    let again = books.run("reconcile --period 2026-03 --offline").exits(0);
    assert!(again.stderr.contains("its report stays as it was sealed"), "{}", again.stderr);
    assert!(books.read("closes/2026-03/reconciliation.html") == before);
    books.run("verify").exits(0);

    // A copy that was changed is told.
    let copy = String::from_utf8(books.read("closes/2026-03/inputs/trends.json")).unwrap();
    assert!(copy.contains("\"period\":\"2026-02\",\"manifest_sha256\":\""), "{copy}");
    books.write("closes/2026-03/inputs/trends.json", &copy.replace("\"calls\":2000", "\"calls\":2001"));
    assert!(books.run("verify").exits(4).stdout.contains("closes/2026-03/inputs/trends.json"));
}

#[test]
fn figures_come_from_the_seal_and_not_from_what_lies_there() {
    let books = seven_months();
    // February is compared again after its close, with another ledger: its report is new, and
    // no close has sealed it.
    let ledger = String::from_utf8(books.read("ledgers/2026-02.csv")).unwrap();
    books.write("ledgers/2026-02.csv", &ledger.replace("inbound,1.00", "inbound,1.50"));
    books.run("reconcile --period 2026-02 --offline").exits(3);
    // Of March the settings are new, so that its report is written anew.
    let settings = String::from_utf8(books.read("crossfoot.toml")).unwrap();
    books.write("crossfoot.toml", &format!("{settings}\n# a remark\n"));
    books.run("reconcile --period 2026-03 --offline").exits(0);
    let told = trends(&books, "2026-03");
    let february = &told["periods"][6];
    assert_eq!(february["period"], "2026-02");
    assert_eq!(february["gap"], "its reconciliation.json is not what was sealed");
    assert!(told["movement"]["untold"].as_str().unwrap().contains("no close that is as it was sealed"));
    assert!(section(&books, "2026-03").contains("2026-02: its reconciliation.json is not what was sealed"));
    // Five months are still known, and Asha's calls still fail.
    assert_eq!(told["marks"][2]["customer_id"], "MA_1");
}

#[test]
fn a_month_after_closes_of_0_1_goes_on_from_their_reports() {
    let books = Books::copied(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/sealed-by-0.1")));
    books.run("verify").exits(0);
    let month = "auth_id,name,inbound_calls,inbound_cost,outbound_calls,outbound_cost\nMA_1,Asha,10,5.00,10,5.00\n";
    let server = rehearse_month("2026-05", month, |_| {});
    books.write("crossfoot.toml", &settings(&server.base_url(), "[reconcile]\nrecheck = false\n"));
    books.write(
        "ledgers/2026-05.csv",
        "date,customer_id,direction,amount\n2026-05-03,MA_1,inbound,5.00\n2026-05-03,MA_1,outbound,5.00\n",
    );
    books.at("2026-06-02T03:04:05Z", "reconcile --period 2026-05");
    let told = trends(&books, "2026-05");
    let costs: Vec<&str> =
        told["periods"].as_array().unwrap().iter().map(|period| period["cost"].as_str().unwrap_or("–")).collect();
    assert_eq!(costs, ["4463.11", "30.00", "10.00"], "{told:#}");
    assert_eq!(told["movement"]["before"], "2026-04");
    // The report of 0.1 does not keep how accounts stood; the capture that it seals does.
    let taken: Vec<bool> =
        told["periods"].as_array().unwrap().iter().map(|period| period["accounts_taken"].is_string()).collect();
    let sealed = |period: &str| books.path().join(format!("closes/{period}/capture/dashboard.json")).exists();
    assert_eq!(taken, [sealed("2026-03"), sealed("2026-04"), true]);
    assert!(told["movement"]["rows"].as_array().unwrap().len() == 2, "{told:#}");
}

#[test]
fn the_running_month_is_forecast_from_the_dashboard_and_never_sealed() {
    let month = "auth_id,name,inbound_calls,inbound_cost,outbound_calls,outbound_cost\nMA_1,Asha,10,5.00,10,5.00\n";
    let days: Vec<String> = (1..=11)
        .map(|day| format!(r#"{{"date":"2026-04-{day:02}","total_cost":"{}.50"}}"#, 90 + day * 7 % 20))
        .collect();
    let dashboard = format!(
        r#"{{"period":{{"from":"2026-04-01","to":"2026-04-11"}},"currency":"INR","time_series":[{}]}}"#,
        days.join(",")
    );
    let server = rehearse_month("2026-04", month, |script| script.dashboard = Some(dashboard));
    let books = Books::empty(&server.base_url());
    books.write("customers.csv", "customer_id,legal_name\nMA_1,Asha\n");
    books.write(
        "ledgers/2026-04.csv",
        "date,customer_id,direction,amount\n2026-04-03,MA_1,inbound,5.00\n2026-04-03,MA_1,outbound,5.00\n",
    );
    let status = |now: &str| books.at(now, "status --offline --json").exits(0).json()["running"].clone();
    let now = "2026-04-11T12:00:00Z";
    assert_eq!(status(now)["untold"], "the partner's dashboard was not asked in 2026-04");

    books.at(now, "fetch --period 2026-04").exits(0);
    insta::assert_snapshot!(books.at(now, "status --offline").exits(0).stdout);
    let told = status(now);
    assert_eq!(told["file"], "closes/2026-04/capture/dashboard.json");
    assert_eq!((told["days"].as_u64(), &told["untold"]), (Some(10), &Value::Null));
    // The report of the running month says the same of its own capture, and the workbook too.
    books.at(now, "reconcile --period 2026-04 --offline").exits(0);
    let report = trends(&books, "2026-04")["running"].clone();
    assert_eq!((&report["estimate"], &report["low"]), (&told["estimate"], &told["low"]));
    let page = String::from_utf8(books.read("closes/2026-04/reconciliation.html")).unwrap();
    assert!(page.contains("2026-04 is running: ₹1,097.50 spent until"), "{page}");
    let sheet = zip_part(&books, "closes/2026-04/reconciliation.xlsx", "xl/worksheets/sheet1.xml");
    assert!(sheet.contains("<v>3135.71</v>"), "{sheet}");
    // In May nobody asks what April will have cost.
    assert_eq!(status("2026-05-02T00:00:00Z")["untold"], "the partner's dashboard was not asked in 2026-05");

    // The month is not over; and once it is, the partner is asked again.
    books.at(now, "close --period 2026-04").exits(2);
    let asked = server.requests();
    books.at("2026-05-02T03:04:05Z", "close --period 2026-04").exits(0);
    assert!(server.requests() > asked);
    assert!(books.path().join("closes/2026-04/capture-1/dashboard.json").exists());
    books.at("2026-05-02T03:04:05Z", "verify").exits(0);
    assert!(trends(&books, "2026-04").get("running").is_none());

    // An answer that is not as it was received forecasts nothing.
    books.write("closes/2026-04/capture-1/dashboard.json", "{}");
    let untold = status(now)["untold"].clone();
    assert!(untold.as_str().unwrap().contains("is not what was received"), "{untold}");
}

#[test]
fn a_quote_in_a_name_is_played_as_json() {
    let month = "auth_id,name,inbound_calls,inbound_cost,outbound_calls,outbound_cost\nMA_1,\"Asha \"\"The Line\"\" \\ Co\",10,5.00,10,5.00\n";
    let server = rehearse_month("2026-03", month, |_| {});
    let books = Books::empty(&server.base_url());
    books.write(
        "ledgers/2026-03.csv",
        "date,customer_id,direction,amount\n2026-03-03,MA_1,inbound,5.00\n2026-03-03,MA_1,outbound,5.00\n",
    );
    let told = books.run("reconcile --period 2026-03 --json").json();
    assert_eq!(told["customers"][0]["name"], "Asha \"The Line\" \\ Co");
}
