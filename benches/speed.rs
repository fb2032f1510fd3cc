//! `cargo bench`: how fast a ledger is read and invoices are drawn. Each figure stands
//! beside a yardstick measured in the same run, and the ratio is what counts: bare
//! iteration of the same bytes by the csv crate for the ledger.
//!
//! `cargo bench -- --write DIR ROWS CUSTOMERS` writes the generated month for whole-process
//! measurements: `ledger.csv` and an `analytics.json` that agrees with it.
//!
//! `cargo bench -- --draw LINES COUNT` draws COUNT invoices of LINES lines on one core, as
//! they are issued (PDF/A-3a, PDF/UA-1, Factur-X inside, read back), for `invoice_against_reportlab.py`.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::float_arithmetic
)]

use std::io::Write;
use std::time::{Duration, Instant};

use crossfoot::bill::charges::complete;
use crossfoot::books::customers::Agreement;
use crossfoot::ledger::canonical::{self, Options};
use crossfoot::model::invoice::{Charge, Draft, Issued, Line, Party};
use crossfoot::model::money::{Currency, Money, total};
use crossfoot::model::period::Period;
use crossfoot::model::usage::Direction;
use crossfoot::rehearsal::month::Month;
use crossfoot::rehearsal::{Script, start};
use crossfoot::render::invoice_json;
use crossfoot::render::pdf::render;
use crossfoot::render::pdf::template::{SHIPPED, Template};
use rust_decimal::Decimal;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|a| a == "--write") {
        let [dir, rows, customers] = &arguments[at + 1..at + 4] else { panic!("--write DIR ROWS CUSTOMERS") };
        return write(dir, rows.parse().unwrap(), customers.parse().unwrap());
    }
    if let Some(at) = arguments.iter().position(|a| a == "--draw") {
        let [lines, count] = &arguments[at + 1..at + 3] else { panic!("--draw LINES COUNT") };
        return draw(lines.parse().unwrap(), count.parse().unwrap());
    }
    ledger();
    invoices();
    capture();
}

/// The whole matrix of 1,000 customers from a partner that takes 50 ms an answer and fails
/// three times in a hundred, beside the time that the answers alone take at eight a time.
fn capture() {
    let period = Period::parse("2026-03").unwrap();
    let mut script = Script::new(Month::invented(period, 1_000), "PA_BENCH", "bench-token");
    script.latency = Duration::from_millis(50);
    script.faults_per_mille = 30;
    let server = start(script).unwrap();
    let books = std::env::temp_dir().join(format!("crossfoot-bench-{}", std::process::id()));
    std::fs::create_dir_all(&books).unwrap();
    std::fs::write(books.join("crossfoot.toml"), format!("[upstream]\nbase_url = \"{}\"\n", server.base_url()))
        .unwrap();
    let begun = Instant::now();
    let status = std::process::Command::new(env!("CARGO_BIN_EXE_crossfoot"))
        .args(["-q", "fetch", "--period", "2026-03"])
        .current_dir(&books)
        .env("VOBIZ_AUTH_ID", "PA_BENCH")
        .env("VOBIZ_AUTH_TOKEN", "bench-token")
        .stdout(std::process::Stdio::null())
        .status()
        .unwrap();
    let took = begun.elapsed();
    assert!(status.success());
    std::fs::remove_dir_all(&books).unwrap();
    let ideal = Duration::from_millis(50) * (3 + 10 + 2_000) / 8;
    println!(
        "capture of 1,000 customers, 50 ms, 3 % faults: {:.1} s with {} requests; {:.2} times the {:.1} s of eight at a time without faults",
        took.as_secs_f64(),
        server.requests(),
        took.as_secs_f64() / ideal.as_secs_f64(),
        ideal.as_secs_f64()
    );
}

/// A linear congruential generator: the same month on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// One of the customers, a few of whom have most of the rows as in any book of customers:
/// about one over its rank (Zipf's law), in steps of a factor of two.
fn someone(dice: &mut Dice, customers: u64) -> u64 {
    loop {
        let octave = 1 << dice.roll(u64::from(customers.ilog2()) + 1);
        let rank = octave - 1 + dice.roll(octave);
        if rank < customers {
            return rank;
        }
    }
}

/// Rows in the shape of the example's ledger; returns paise per customer and direction.
fn generate(out: &mut impl Write, rows: u64, customers: u64) -> Vec<[u64; 2]> {
    let mut dice = Dice(20_260_331);
    let mut sums = vec![[0, 0]; usize::try_from(customers).unwrap()];
    writeln!(out, "date,customer_id,customer_name,direction,amount,currency,reference").unwrap();
    for n in 0..rows {
        let customer = someone(&mut dice, customers);
        let direction = dice.roll(2);
        let paise = 1 + dice.roll(1_000_000);
        sums[usize::try_from(customer).unwrap()][usize::try_from(direction).unwrap()] += paise;
        let way = ["inbound", "outbound"][usize::try_from(direction).unwrap()];
        writeln!(
            out,
            "2026-03-{:02},MA_{customer:08x},\"Customer {customer}, Ltd\",{way},{}.{:02},INR,JV/{n}",
            1 + dice.roll(31),
            paise / 100,
            paise % 100
        )
        .unwrap();
    }
    sums
}

fn write(dir: &str, rows: u64, customers: u64) {
    std::fs::create_dir_all(dir).unwrap();
    let file = std::fs::File::create(format!("{dir}/ledger.csv")).unwrap();
    let mut out = std::io::BufWriter::new(file);
    let sums = generate(&mut out, rows, customers);
    out.flush().unwrap();
    let money = |paise: u64| format!("{}.{:02}", paise / 100, paise % 100);
    let direction = |d: usize| sums.iter().map(|s| s[d]).sum::<u64>();
    let listed: Vec<String> = sums
        .iter()
        .enumerate()
        .map(|(n, s)| format!("{{\"auth_id\":\"MA_{n:08x}\",\"calls\":1,\"cost\":{}}}", money(s[0] + s[1])))
        .collect();
    let analytics = format!(
        "{{\"period\":{{\"from\":\"2026-03-01\",\"to\":\"2026-03-31\"}},\"totals\":{{\"total_calls\":{customers},\"total_cost\":{},\"currency\":\"INR\"}},\"by_direction\":{{\"inbound\":{{\"calls\":0,\"cost\":{}}},\"outbound\":{{\"calls\":{customers},\"cost\":{}}}}},\"top_customers\":[{}]}}",
        money(direction(0) + direction(1)),
        money(direction(0)),
        money(direction(1)),
        listed.join(",")
    );
    std::fs::write(format!("{dir}/analytics.json"), analytics).unwrap();
}

/// The median of five runs.
fn median(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..5)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort();
    times[2]
}

fn ledger() {
    const ROWS: u64 = 1_000_000;
    let mut bytes = Vec::new();
    generate(&mut bytes, ROWS, 10_000);
    let period = Period::parse("2026-03").unwrap();
    let options = Options {
        period: Some(&period),
        currency: Currency::INR,
        default_currency: Currency::INR,
        date_order: None,
        timezone: chrono_tz::Asia::Kolkata,
    };
    let ours = median(|| {
        let ledger = canonical::read(bytes.as_slice(), "bench", &options).unwrap();
        assert_eq!(ledger.rows.used, ROWS);
    });
    let bare = median(|| {
        let mut reader = csv::ReaderBuilder::new().from_reader(bytes.as_slice());
        let mut record = csv::ByteRecord::new();
        let mut rows = 0;
        while reader.read_byte_record(&mut record).unwrap() {
            rows += 1;
        }
        assert_eq!(rows, ROWS);
    });
    println!(
        "ledger: {ROWS} rows, {} MB: {:.0} rows/s with sums and SHA-256; {:.2} times bare csv iteration",
        bytes.len() / 1_000_000,
        ROWS as f64 / ours.as_secs_f64(),
        ours.as_secs_f64() / bare.as_secs_f64()
    );
}

fn invoices() {
    const COUNT: usize = 500;
    let template = Template::parse(SHIPPED[0].1, "classic").unwrap();
    let example = include_bytes!("../examples/expected/invoices-CF-25-26-00001.json");
    let invoice: Issued = invoice_json::parse(example).unwrap();
    let mut size = 0;
    let time = median(|| {
        for n in 0..COUNT {
            let number = format!("CF/25-26/{n:05}");
            size = render(&Issued { number, ..invoice.clone() }, &template, None).unwrap().len();
        }
    });
    println!(
        "invoices: {:.0} one-page PDFs/s on one core, {size} bytes each ({:.2} ms)",
        COUNT as f64 / time.as_secs_f64(),
        time.as_secs_f64() * 1000.0 / COUNT as f64
    );
}

/// An invoice of so many lines, taxed and rounded as a close does it.
fn example(lines: usize) -> Issued {
    let config = crossfoot::books::config::parse(
        "[seller]\nlegal_name = \"Malabar Voice Resale Pvt Ltd\"\naddress = \"12 Residency Road\\nBengaluru 560001\"\ngstin = \"29AAFCC9980M1ZR\"\naccount_number = \"001234567890\"\nupi = \"malabar@decbank\"\n[invoice]\nregime = \"gst\"\n",
        "bench",
    )
    .unwrap();
    let money = |units: i64| Money::new(Decimal::new(units, 2), Currency::INR);
    let lines: Vec<Line> = (0..lines)
        .map(|n| {
            let amount = money(10_000 + 137 * i64::try_from(n).unwrap());
            Line {
                description: format!("Outbound calls, number +91 80 4000 {n:04}, March 2026"),
                direction: Some(Direction::Outbound),
                calls: Some(100 + n as u64),
                exact: amount,
                amount,
                ..Line::blank(Charge::Usage, Currency::INR)
            }
        })
        .collect();
    let subtotal = total(Currency::INR, lines.iter().map(|line| &line.amount)).unwrap();
    let buyer = Party {
        legal_name: "Credresolve Financial Services Pvt Ltd".to_owned(),
        address: vec!["98 College Road".to_owned(), "Mumbai 400001".to_owned()],
        state_code: Some("27".to_owned()),
        gstin: Some("27AAPFU0939F1ZV".to_owned()),
        ..Party::default()
    };
    let mut content = Draft {
        seller: config.invoicing.seller.clone(),
        payment: config.invoicing.payment.clone(),
        buyer,
        lines,
        subtotal,
        ..Draft::blank("MA_1", &Period::parse("2026-03").unwrap(), Currency::INR)
    };
    complete(&mut content, &Agreement::default(), &config.invoicing).unwrap();
    let issue_date = chrono::NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
    Issued {
        number: "CF/25-26/00001".to_owned(),
        issue_date,
        content,
        template_sha256: String::new(),
        sealed_after: String::new(),
    }
}

fn draw(lines: usize, count: usize) {
    let template = Template::parse(SHIPPED[0].1, "classic").unwrap();
    let invoice = example(lines);
    let mut size = 0;
    for n in 0..count {
        let number = format!("CF/25-26/{n:05}");
        size = render(&Issued { number, ..invoice.clone() }, &template, None).unwrap().len();
    }
    println!("{size}");
}
