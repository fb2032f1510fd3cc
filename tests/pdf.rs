//! Invoices as a reader sees them: through poppler and qpdf, which must be there.

use std::collections::BTreeMap;
use std::process::Command;

use crossfoot::model::digest::sha256_hex;
use crossfoot::model::invoice::{Charge, Draft, Edition, Issued, Line, Party, Pricing};
use crossfoot::model::money::{Currency, Money, parse_plain, total};
use crossfoot::model::period::Period;
use crossfoot::model::usage::Direction;
use crossfoot::model::words::amount_in_words;
use crossfoot::render::invoice_json;
use crossfoot::render::pdf::template::{SHIPPED, Template};
use crossfoot::render::pdf::{render, unprintable};

pub(crate) fn invoice(number: &str, lines: usize) -> Issued {
    let inr = |text: &str| Money::new(parse_plain(text).unwrap(), Currency::INR);
    let lines: Vec<Line> = (0..lines)
        .map(|n| Line {
            description: format!("Outbound calls of line {n}, with a description that is long enough to need a second row of text in the table"),
            direction: Some(Direction::ALL[n % 2]),
            calls: Some(1_234_567 + n as u64),
            exact: inr(&format!("{}.005", 1000 + n)),
            amount: inr(&format!("{}.01", 1000 + n)),
            ..Line::blank(Charge::Usage, Currency::INR)
        })
        .collect();
    let subtotal = total(Currency::INR, lines.iter().map(|l| &l.amount)).unwrap();
    Issued {
        number: number.into(),
        issue_date: chrono::NaiveDate::from_ymd_opt(2026, 3, 31).unwrap(),
        content: Draft {
            seller: Party {
                legal_name: "Malabar & Söhne <Voice>".into(),
                address: vec!["12 Residency Road".into()],
                ..Party::default()
            },
            buyer: Party {
                legal_name: "Café Réseau (Ltd)".into(),
                gstin: Some("32AAFCC8008H1ZY".into()),
                ..Party::default()
            },
            subtotal,
            total: subtotal,
            amount_in_words: amount_in_words(&subtotal),
            lines,
            ..Draft::blank("MA_1", &Period::parse("2026-03").unwrap(), Currency::INR)
        },
        template_sha256: "00".into(),
        sealed_after: String::new(),
    }
}

fn classic() -> Template {
    Template::parse(SHIPPED[0].1, "classic").unwrap()
}

/// Runs a tool on a file; a tool that is missing fails the test.
pub(crate) fn tool(name: &str, before: &[&str], bytes: &[u8], after: &[&str]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("invoice.pdf");
    std::fs::write(&path, bytes).unwrap();
    let output = Command::new(name)
        .args(before)
        .arg(&path)
        .args(after)
        .output()
        .unwrap_or_else(|e| panic!("{name}: {e}; .ci/run installs it"));
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn text(bytes: &[u8]) -> String {
    tool("pdftotext", &["-layout"], bytes, &["-"])
}

#[test]
fn all_that_is_charged_can_be_read_back() {
    let invoice = invoice("CF/25-26/00001", 2);
    let bytes = render(&invoice, &classic(), None).unwrap();
    let text = text(&bytes);
    for expected in [
        "CF/25-26/00001",
        "31 March 2026",
        "Malabar & Söhne <Voice>",
        "Café Réseau (Ltd)",
        "32AAFCC8008H1ZY",
        "1,000.01",
        "1,001.01",
        "₹2,001.02",
        "12,34,567",
        "Rupees Two Thousand One and Two Paise Only",
        "Page 1 of 1",
    ] {
        assert!(text.contains(expected), "{expected} is not in:\n{text}");
    }
    tool("qpdf", &["--check"], &bytes, &[]);
    let fonts = tool("pdffonts", &[], &bytes, &[]);
    let fonts: Vec<&str> = fonts.lines().skip(2).collect();
    assert_eq!(fonts.len(), 2);
    for font in fonts {
        // name, type, encoding, emb, sub, uni
        assert!(font.contains("+NotoSans-") && font.contains("yes yes yes"), "{font}");
    }
    assert!(bytes.len() < 26_000, "{} bytes", bytes.len());
}

#[test]
fn a_long_table_breaks_across_pages_and_carries_its_sums() {
    let invoice = invoice("CF/25-26/00002", 120);
    let bytes = render(&invoice, &classic(), None).unwrap();
    let text = text(&bytes);
    let pages: Vec<&str> = text.trim_end_matches('\u{c}').split('\u{c}').collect();
    assert!(pages.len() > 4, "{}", pages.len());
    let mut carried = None;
    for (index, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("Page {} of {}", index + 1, pages.len())), "{page}");
        let amount_after = |label: &str| {
            page.lines().find(|l| l.contains(label)).map(|l| l.split_whitespace().last().unwrap().to_owned())
        };
        if let Some(sum) = &carried {
            assert_eq!(amount_after("Brought forward").as_ref(), Some(sum), "page {}", index + 1);
        }
        if page.contains("Outbound calls of line") {
            assert!(page.contains("Description"), "the header is not repeated on page {}", index + 1);
        }
        carried = amount_after("Carried forward").or(None);
    }
    for line in &invoice.content.lines {
        assert!(text.contains(&line.amount.grouped()), "{}", line.amount.grouped());
    }
    // A page's carried sum is that of all lines up to there.
    let first = pages[0].lines().find(|l| l.contains("Carried forward")).unwrap();
    let on_first = invoice
        .content
        .lines
        .iter()
        .filter(|l| pages[0].contains(&format!("  {}\n", l.amount.grouped())))
        .map(|l| &l.amount);
    let sum = total(Currency::INR, on_first).unwrap();
    assert!(first.ends_with(&sum.grouped()), "{first} {}", sum.grouped());
}

#[test]
fn the_same_invoice_has_the_same_bytes_alone_in_a_batch_and_on_any_thread() {
    let template = classic();
    let alone = render(&invoice("CF/25-26/00007", 3), &template, None).unwrap();
    let batch: BTreeMap<usize, Vec<u8>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|n| {
                let template = &template;
                scope.spawn(move || {
                    render(&invoice(&format!("CF/25-26/1000{n}"), n), template, None).unwrap();
                    (n, render(&invoice("CF/25-26/00007", 3), template, None).unwrap())
                })
            })
            .collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(batch.values().all(|bytes| *bytes == alone));
}

#[test]
fn the_json_alone_draws_the_same_pdf() {
    let invoice = invoice("CF/25-26/00009", 5);
    let again = invoice_json::parse(&invoice_json::render(&invoice)).unwrap();
    assert_eq!(again, invoice);
    assert_eq!(render(&again, &classic(), None).unwrap(), render(&invoice, &classic(), None).unwrap());
}

#[test]
fn what_cannot_be_printed_is_found_by_laying_out() {
    let mut draft = invoice("CF/25-26/00001", 2).content;
    assert_eq!(unprintable(&draft, &classic()).unwrap(), []);
    draft.lines[1].pricing =
        Pricing::Rate { quantity: parse_plain("3").unwrap(), unit: "枚".into(), price: parse_plain("5").unwrap() };
    draft.buyer.address = vec!["表 1 絵".into()];
    // Not printed, so nothing in its way.
    draft.buyer.country = Some("東".into());
    let found = unprintable(&draft, &classic()).unwrap();
    assert_eq!(found, [('表', "表 1 絵"), ('絵', "表 1 絵"), ('枚', "3 枚")].map(|(c, text)| (c, text.to_owned())));
}

#[test]
fn a_missing_glyph_is_an_error() {
    let mut invoice = invoice("CF/25-26/00001", 1);
    invoice.content.buyer.legal_name = "絵文字".into();
    assert!(render(&invoice, &classic(), None).unwrap_err().what.contains("U+7D75"));
}

#[test]
fn templates_are_checked_with_a_clear_error() {
    let text = SHIPPED[0].1;
    let cases = [
        (text.replace("ink = \"#1a1f27\"", "ink = \"black\""), "`black` is not a colour"),
        (text.replace("title_pt = 22.0", "title_pt = 220.0"), "220 pt"),
        (text.replace("\"totals\", ", ""), "totals"),
        (text.replace("key = \"amount\"", "key = \"total\""), "total"),
        (text.replace("title = \"INVOICE\"", "title = \"請求書\""), "U+8ACB"),
        (text.replace("%-d %B %Y", "%Q"), "date_format"),
        (text.replace("%-d %B %Y", "%Y 年"), "U+5E74"),
        (text.replace("[footer]", "[foot]"), "foot"),
        (text.replace("margin_mm = 18.0", "margin_mm = 1.0"), "margin_mm"),
        (text.replace("width_mm = 28.0", "width_mm = 0.0"), "width_mm = 0"),
    ];
    for (changed, expected) in cases {
        let problem = Template::parse(&changed, "mine").unwrap_err();
        assert!(problem.why.as_deref().unwrap().contains(expected), "{expected}: {:?}", problem.why);
    }
}

/// A line of words in every script of India that is at hand.
pub(crate) const SCRIPTS: [&str; 8] = [
    "क्षत्रिय ज्ञान श्री द्वितीय हिन्दी र्कि ट्रैक्टर",
    "বাংলা ক্ষমতা জ্ঞান স্ত্রী কর্ম কৌ",
    "ਪੰਜਾਬੀ ਗੁਰਮੁਖੀ ਸ੍ਰੀ ਪ੍ਰੇਮ ਵਿੱਚ",
    "ગુજરાતી ક્ષેત્ર જ્ઞાન શ્રી પ્રથમ કર્મ",
    "தமிழ் க்ஷேத்ரம் ஸ்ரீ கொடுக்கும் கௌரவம்",
    "తెలుగు క్షేత్రం జ్ఞానం శ్రీ ప్రార్థన",
    "ಕನ್ನಡ ಕ್ಷೇತ್ರ ಜ್ಞಾನ ಪ್ರಾರ್ಥನೆ ಕೊಡು",
    "മലയാളം ക്ഷേത്രം കർമ്മം പ്രാർത്ഥന ന്റെ",
];

/// Shaping is a library's: another version that draws a word in another way would change
/// documents that were issued, and `verify` would refuse the books. What 0.1 issued is drawn as
/// 0.1 drew it.
#[test]
fn every_script_is_drawn_as_it_always_was() {
    let mut invoice = invoice("CF/25-26/00001", 8);
    for (line, text) in invoice.content.lines.iter_mut().zip(SCRIPTS) {
        line.description = text.into();
    }
    let hindi = SHIPPED.iter().find(|(name, _)| *name == "hindi").unwrap();
    let mut digest = |edition| {
        invoice.content.edition = edition;
        // The template that was sealed then had other dates.
        let is_first = edition == Edition::First;
        let text = if is_first { hindi.1.replace("%-d %B %Y", "%d-%m-%Y") } else { hindi.1.to_owned() };
        sha256_hex(&render(&invoice, &Template::parse(&text, hindi.0).unwrap(), None).unwrap())
    };
    assert_eq!(digest(Edition::First), "f98132987057745b03d5434036815720c7d2116a6e60e8284e9699709107fd29");
    assert_eq!(digest(Edition::Second), "4951dacda9078d33de669f6f05ec7d3438be9e14c5b9cf862e9da1a548a9b4e7");
}
