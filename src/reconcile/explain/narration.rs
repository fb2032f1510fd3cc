//! What a row says of itself: whether it looks like the ledger's other rows, or like something
//! that is no usage of this month. A word is usual where most customers have it; what a row says
//! beside the usual is what tells it from the others.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{Datelike, Days};

use super::difference::units;
use crate::model::period::Period;
use crate::model::posting::PostedRow;
use crate::reconcile::compare::Comparison;

/// Of so many rows the usual words are learned.
const SAMPLE: usize = 2_000;
/// What nearly all rows have is only known of so many.
const FEWEST: usize = 10;
/// By so many of a customer's rows it is judged what is rare among them.
const SOME: usize = 500;

/// What a row says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Said {
    /// Tax withheld, or a bank's charges.
    Withheld,
    /// Usage, or a document, of another month.
    OtherMonth,
    /// A credit, a discount, a rental: no usage.
    Adjustment,
    /// A round amount at the month's end that no document stands behind.
    Plug,
}

/// The months, as narrations write them.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
/// Words of tax withheld.
const WITHHELD: [&str; 4] = ["tds", "withheld", "withholding", "bank charges"];
/// Words of what is no usage. Two words stand beside each other in the row.
const NO_USAGE: [&str; 51] = [
    "adjusted",
    "adjustment",
    "advance",
    "allowance",
    "arrears",
    "bad debt",
    "bad debts",
    "cashback",
    "cn",
    "commission",
    "compensation",
    "concession",
    "correction",
    "credit",
    "creditmemo",
    "creditnote",
    "debit note",
    "deposit",
    "discount",
    "goodwill",
    "hardware",
    "instalment",
    "installation",
    "interest",
    "late fee",
    "licence",
    "license",
    "off",
    "opening balance",
    "penalty",
    "port charges",
    "prepaid",
    "promo",
    "promotion",
    "promotional",
    "rebate",
    "refund",
    "rent",
    "rental",
    "reversal",
    "reversed",
    "rounding",
    "setup",
    "sla",
    "subscription",
    "support",
    "waived",
    "waiver",
    "write",
    "writeoff",
    "written",
];
/// Words of a figure that makes books agree.
const PLUG: [&str; 9] =
    ["adj", "adjustment", "balancing", "difference", "plug", "provision", "suspense", "tally", "unreconciled"];

/// What rows usually say.
#[derive(Debug, Default)]
pub(super) struct Usual {
    /// Of most customers, or in a third of the rows.
    words: HashSet<String>,
    /// In nearly all of them.
    always: Vec<String>,
    /// Which ways of saying it, by their digest, have the usual words and no others.
    plain: RefCell<HashMap<u64, bool>>,
}

impl Usual {
    /// Learned from some of the rows, evenly taken.
    pub(super) fn of(rows: &[PostedRow], period: &Period) -> Self {
        // Rows come by customer: the last customer who had a word is the only one to compare.
        let mut seen: HashMap<String, (usize, usize, &str)> = HashMap::new();
        let (mut taken, mut customers, mut last) = (0, 0, "");
        for row in rows.iter().step_by(rows.len() / SAMPLE + 1).filter(|row| period.contains(row.date)) {
            taken += 1;
            customers += usize::from(row.customer_id != last);
            last = &row.customer_id;
            for word in words(row).into_iter().collect::<BTreeSet<_>>() {
                let (rows, of, whose) = seen.entry(word).or_default();
                *rows += 1;
                *of += usize::from(*whose != row.customer_id);
                *whose = &row.customer_id;
            }
        }
        let always = seen.iter().filter(|(_, (n, ..))| taken >= FEWEST && 10 * *n >= 9 * taken);
        let mut always: Vec<String> = always.map(|(word, _)| word.clone()).collect();
        always.sort();
        let usual = |n: usize, of: usize| 2 * of > customers && customers > 1 || 3 * n > taken;
        let words = seen.into_iter().filter(|(_, (n, of, _))| usual(*n, *of)).map(|(word, _)| word).collect();
        Self { words, always, plain: RefCell::default() }
    }

    /// Whether a row says what nearly all say, and nothing else.
    fn is_plain(&self, digest: u64, row: &PostedRow) -> bool {
        *self.plain.borrow_mut().entry(digest).or_insert_with(|| {
            let all = words(row);
            all.iter().all(|word| self.words.contains(word)) && self.always.iter().all(|word| all.contains(word))
        })
    }
}

/// The words of a row, in order: of its voucher and of its text.
fn words(row: &PostedRow) -> Vec<String> {
    let text = [&row.reference, &row.text].into_iter().flat_map(|text| text.split(|c: char| !c.is_alphabetic()));
    text.filter(|word| word.len() > 1).map(str::to_lowercase).collect()
}

/// What a row says beside the usual: what it is, and by which words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Telling {
    /// What it is.
    pub said: Said,
    /// By which word; empty where its sign or what it lacks shows it.
    pub by: String,
}

/// How rows are told apart: what rows usually say, and what is known of their customers.
pub(super) struct Ear<'c> {
    /// The comparison.
    pub cx: &'c Comparison<'c>,
    /// What rows usually say.
    pub usual: &'c Usual,
    /// Units in a rupee.
    pub scale: u32,
}

impl Ear<'_> {
    /// Those of one customer's rows that are no usage by what they say, and what that is. `all`
    /// are all of the customer's.
    pub(super) fn told<'a>(&self, own: &[&'a PostedRow], all: &[PostedRow]) -> Vec<(&'a PostedRow, Telling)> {
        let Some(id) = own.first().map(|row| &row.customer_id) else { return Vec::new() };
        let heard = Heard { ear: self, id, names: OnceCell::new() };
        // Most rows say the same but for their figures: each way of saying it is heard once.
        let mut ways = Ways { heard: &heard, known: Vec::new(), places: HashMap::new() };
        let some = all.iter().take(SOME).filter(|row| self.cx.question.period.contains(row.date));
        let some: Vec<(&PostedRow, u64)> = some.map(|row| (row, letters(row))).collect();
        // Whether a row that says something else is rare enough among the customer's own.
        let (mut odds, mut negative) = (0, 0);
        for (row, digest) in &some {
            odds += usize::from(ways.of(*digest, row).odd.is_some());
            negative += usize::from(row.amount.is_sign_negative());
        }
        let count = some.len();
        let mut telling = |at: usize, row: &PostedRow| {
            // Mostly all of them are asked about.
            let digested = some.get(at).filter(|(own, _)| std::ptr::eq(*own, row));
            let digest = digested.map_or_else(|| letters(row), |(_, digest)| *digest);
            let way = ways.of(digest, row);
            let odd = || way.odd.clone().filter(|_| 2 * odds <= count && !is_copy(row, all));
            let is_credit = || row.amount.is_sign_negative() && 2 * negative <= count;
            let adjustment = |by| Telling { said: Said::Adjustment, by };
            let elsewhere = way.said.clone().filter(|telling| telling.said < Said::Adjustment);
            elsewhere
                .or_else(|| heard.plug(row))
                .or_else(|| way.said.clone())
                .or_else(|| odd().map(adjustment))
                .or_else(|| is_credit().then(|| adjustment(String::new())))
        };
        own.iter().enumerate().filter_map(|(at, row)| Some((*row, telling(at, row)?))).collect()
    }
}

/// A way of saying it, of rows that differ in their figures only.
#[derive(Default)]
struct Way {
    /// A word that few rows have.
    odd: Option<String>,
    /// What it says that it is.
    said: Option<Telling>,
}

/// The ways that a customer's rows have.
struct Ways<'c> {
    heard: &'c Heard<'c>,
    known: Vec<(u64, Way)>,
    /// Where each is among them.
    places: HashMap<u64, usize>,
}

impl Ways<'_> {
    fn of(&mut self, digest: u64, row: &PostedRow) -> &Way {
        // Mostly there are two or three: they are looked through quicker than they are hashed.
        let first = self.known.iter().take(3).position(|(known, _)| *known == digest);
        let at = first.unwrap_or_else(|| {
            *self.places.entry(digest).or_insert_with(|| {
                self.known.push((digest, self.heard.way(digest, row)));
                self.known.len() - 1
            })
        });
        &self.known[at].1
    }
}

/// A digest of a row's letters: the same for rows that differ in their figures only.
fn letters(row: &PostedRow) -> u64 {
    let mut digest = 0xcbf2_9ce4_8422_2325_u64;
    for text in [row.reference.as_bytes(), row.text.as_bytes()] {
        let mut in_word = true;
        for byte in text {
            let is_letter = byte.is_ascii_alphabetic() || *byte > 127;
            if is_letter || in_word {
                digest = (digest ^ u64::from(if is_letter { *byte } else { 0 })).wrapping_mul(0x0100_0000_01b3);
            }
            in_word = is_letter;
        }
    }
    digest
}

/// The same for one customer.
struct Heard<'c> {
    ear: &'c Ear<'c>,
    /// Who it is.
    id: &'c str,
    /// Words that say nothing: those of its name, and of directions.
    names: OnceCell<HashSet<String>>,
}

/// Whether the same amount stands there again on that day, or under that voucher: a word that
/// only the copy has does not make it anything else.
fn is_copy(row: &PostedRow, all: &[PostedRow]) -> bool {
    all.iter().any(|other| {
        let same = other.date == row.date || !row.reference.is_empty() && other.reference == row.reference;
        !std::ptr::eq(other, row) && same && other.amount == row.amount && other.direction == row.direction
    })
}

/// Words that say nothing of what a row is.
const NEVER: [&str; 5] = ["inbound", "outbound", "inr", "income", "other"];

impl Heard<'_> {
    fn is_odd(&self, word: &str) -> bool {
        !self.ear.usual.words.contains(word) && !self.names().contains(word)
    }

    fn names(&self) -> &HashSet<String> {
        self.names.get_or_init(|| {
            let name = self.ear.cx.line(self.id).and_then(|line| line.name.as_deref()).unwrap_or_default();
            let texts = [self.id, name].into_iter().flat_map(|text| text.split(|c: char| !c.is_alphabetic()));
            texts.map(str::to_lowercase).chain(NEVER.map(str::to_owned)).collect()
        })
    }

    /// Whether a row lacks what nearly all have.
    fn lacks(&self, all: &[String]) -> bool {
        self.ear.usual.always.iter().any(|word| !self.names().contains(word) && !all.contains(word))
    }

    /// What all rows with these letters say.
    fn way(&self, digest: u64, row: &PostedRow) -> Way {
        if self.ear.usual.is_plain(digest, row) {
            return Way::default();
        }
        let all = words(row);
        let odd = all.iter().find(|word| self.is_odd(word)).cloned();
        Way { odd: odd.or_else(|| self.lacks(&all).then(String::new)), said: self.said(&all) }
    }

    /// What a row's words say that it is; a word of a plug last.
    fn said(&self, all: &[String]) -> Option<Telling> {
        let pairs: Vec<String> = all.windows(2).map(|pair| pair.join(" ")).collect();
        let of = |list: &[&str], said: Said| {
            let single = all.iter().find(|word| list.contains(&word.as_str()) && self.is_odd(word));
            let is_told = |two: &&String| list.contains(&two.as_str()) && two.split(' ').any(|word| self.is_odd(word));
            single.or(pairs.iter().find(is_told)).map(|by| Telling { said, by: by.clone() })
        };
        let period = self.ear.cx.question.period;
        let month = all.iter().find(|word| self.is_odd(word) && is_other_month(period, word));
        of(&WITHHELD, Said::Withheld)
            .or_else(|| month.map(|by| Telling { said: Said::OtherMonth, by: by.clone() }))
            .or_else(|| of(&NO_USAGE, Said::Adjustment))
            .or_else(|| of(&PLUG, Said::Plug))
    }

    /// A round amount in the last two days that has no voucher of the usual kind and no word
    /// but those of a plug.
    fn plug(&self, row: &PostedRow) -> Option<Telling> {
        let late = self.ear.cx.question.period.to.checked_sub_days(Days::new(1)).is_some_and(|day| row.date >= day);
        if !late {
            return None;
        }
        let amount = units(row.amount, self.ear.scale).unwrap_or(0);
        let round = amount != 0 && amount % (100 * 10_i128.pow(self.ear.scale)) == 0;
        if !round {
            return None;
        }
        let all = words(row);
        let odd: Vec<&String> = all.iter().filter(|word| self.is_odd(word)).collect();
        let by = odd.iter().find(|word| PLUG.contains(&word.as_str()));
        let silent = odd.iter().all(|word| PLUG.contains(&word.as_str()) || word.len() < 3);
        let is_plug = by.is_some() || silent && (self.lacks(&all) || row.reference.is_empty());
        is_plug.then(|| Telling { said: Said::Plug, by: by.map_or_else(String::new, |by| (*by).clone()) })
    }
}

/// Whether a word is the name of a month, or its first three letters, and not of the period's.
/// May is a word like others.
fn is_other_month(period: &Period, word: &str) -> bool {
    let short = |month: &str| word == "sept" && month == "september" || word.len() == 3 && month.starts_with(word);
    let is = |month: &str| word == month || short(month);
    let own = [period.from, period.to].map(|day| MONTHS[day.month0() as usize]);
    word != "may" && MONTHS.iter().any(|month| is(month)) && !own.iter().any(|month| is(month))
}
