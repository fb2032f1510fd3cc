//! What causes hand to the search: what each could have done, how that shows, and how it is
//! told when it fits.

use super::difference::Difference;
use super::preference::Preference;
use crate::model::chance::Chance;
use crate::model::finding::Sides;
use crate::model::money::{Money, from_parts};
use crate::model::posting::PostedRow;
use crate::model::rounding::{Rounding, round_to};
use crate::model::usage::Direction;
use crate::reconcile::compare::Comparison;

/// What a cause could have done.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    /// What it adds to each direction's difference, in the context's units. None: whatever
    /// the difference is, it follows from the sums themselves.
    pub effect: Option<[i128; 2]>,
    /// Whether something other than the amount shows it: the same row twice, a credit among
    /// charges, a difference elsewhere that is its mirror.
    pub strong: bool,
    /// How far it is preferred to other candidates of the same standing.
    pub preference: Preference,
    /// The rows that show it.
    pub rows: Vec<&'a PostedRow>,
    /// In which of its cause's ways it shows.
    pub pattern: &'static Pattern,
    /// The particulars of that.
    pub particulars: Particulars,
    /// Another difference that it explains at the same time.
    pub other: Option<usize>,
    /// The odds, where counting candidates does not give them.
    pub chance: Option<Chance>,
    /// The causes of others that fit as well and that no candidate stands for.
    pub rivals: Vec<&'static str>,
    /// For how many amounts it would have been handed over, beside those of candidates: what
    /// follows from the sums and not from a row.
    pub tries: u64,
}

impl Candidate<'_> {
    /// One that follows from the sums and is shown by more than the amount.
    #[must_use]
    pub fn of(pattern: &'static Pattern) -> Self {
        Self {
            effect: None,
            strong: true,
            preference: pattern.preference,
            rows: Vec::new(),
            pattern,
            particulars: Particulars::default(),
            other: None,
            chance: None,
            rivals: Vec::new(),
            tries: 0,
        }
    }
}

/// What a pattern leaves open, for the wording; the cause says what each means.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Particulars {
    /// A number: an amount in units, a rate in per mille, a power of ten, a count.
    pub number: i128,
    /// A word: a voucher's number, a day.
    pub word: String,
}

impl Particulars {
    /// A number, and the direction where only one is concerned.
    #[must_use]
    pub fn of(number: i128, way: Option<Direction>) -> Self {
        Self { number, word: way.map_or_else(String::new, |way| way.name().to_owned()) }
    }

    /// Of a direction, as the end of what is said: ` in the inbound postings`.
    #[must_use]
    pub fn one_way(&self) -> String {
        if self.word.is_empty() { String::new() } else { format!(" in the {} postings", self.word) }
    }

    /// Of a direction, as a word before what it is of.
    #[must_use]
    pub fn before(&self) -> String {
        if self.word.is_empty() { String::new() } else { format!("{} ", self.word) }
    }
}

impl From<i128> for Particulars {
    fn from(number: i128) -> Self {
        Self { number, word: String::new() }
    }
}

impl From<String> for Particulars {
    fn from(word: String) -> Self {
        Self { number: 0, word }
    }
}

/// A message and what to do, in words.
pub(crate) type Words = (String, String);

/// One way in which a cause shows, and how it is told.
#[derive(Debug)]
pub struct Pattern {
    /// Its name among those of its cause.
    pub name: &'static str,
    /// Its place in the order of preference.
    pub preference: Preference,
    /// How one is told; None: as many are.
    pub alone: Option<fn(&Telling<'_>) -> Words>,
    /// How it is told when many customers have it: it is then one slip. None: each alone.
    pub together: Option<Together>,
    /// What to do, where that depends on the figures of all whom it touches.
    pub next: Option<fn(&Telling<'_>) -> String>,
    /// What the finding states as its difference.
    pub states: States,
    /// Whether it changes all amounts of a customer in proportion.
    pub is_proportional: bool,
    /// Whether its odds are already those of the whole report: it is a fact about all customers.
    pub is_of_report: bool,
}

impl Pattern {
    /// What most patterns have.
    pub const BASE: Self = Self {
        name: "",
        preference: Preference::Small,
        alone: None,
        together: None,
        next: None,
        states: States::Part,
        is_proportional: false,
        is_of_report: false,
    };
}

/// How many of one pattern are told at once.
#[derive(Clone, Copy, Debug)]
pub struct Together {
    /// Whether their particulars must be the same.
    pub alike: bool,
    /// What the ledger of these customers has or is, and what to do.
    pub words: fn(&Particulars) -> (String, &'static str),
}

/// What a finding states as its difference, and as explained of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum States {
    /// The customer's difference, and the effect.
    Part,
    /// The customer's difference, all of which it explains.
    Whole,
    /// The row's amount: nothing differs in total.
    Row,
}

/// What causes hand their candidates to.
pub struct Sink<'a> {
    pub(super) take: &'a mut dyn FnMut(Candidate<'_>),
    /// Which effects of single rows are of interest.
    pub(super) wanted: Effects<'a>,
    /// Only candidates that something beside the amount shows are of interest.
    pub strong_only: bool,
    /// What is to be explained by direction, where that is known and is nothing in total.
    pub crossed: Option<[i128; 2]>,
}

/// Which effects are of interest.
#[derive(Clone, Copy, Debug)]
pub(super) enum Effects<'a> {
    /// All.
    Any,
    /// Those between half and twice this size: they count for the odds.
    About(i128),
    /// These and no others, sorted, and what is no further from one of them than rounding may
    /// leave: what fits is looked up before anything is counted.
    Among(&'a [i128], i128),
}

impl Sink<'_> {
    /// Whether an effect of one row is of interest; what is not, need not be handed over.
    #[must_use]
    pub fn wants(&self, effect: i128) -> bool {
        match self.wanted {
            Effects::Any => true,
            Effects::About(size) => 2 * effect.abs() >= size && effect.abs() <= 2 * size,
            Effects::Among(..) => self.may_want(effect, 0),
        }
    }

    /// Whether an effect on both directions may be of interest of which the sum is known, but for
    /// so much.
    #[must_use]
    pub fn may_want(&self, sum: i128, near: i128) -> bool {
        let Effects::Among(few, slack) = self.wanted else { return true };
        let near = slack + near;
        few.get(few.partition_point(|one| *one < sum - near)).is_some_and(|one| *one <= sum + near)
    }

    /// The sizes of effects that are of interest, from and to; None: all are.
    #[must_use]
    pub fn sizes(&self) -> Option<Vec<[i128; 2]>> {
        match self.wanted {
            Effects::Any => None,
            Effects::About(size) => Some(vec![[size / 2, 2 * size]]),
            Effects::Among(few, slack) => Some(few.iter().map(|one| [one.abs() - slack, one.abs() + slack]).collect()),
        }
    }

    /// Takes a candidate.
    pub fn take(&mut self, candidate: Candidate<'_>) {
        (self.take)(candidate);
    }

    /// Takes what one row can have done to its own direction.
    pub fn row<'r>(&mut self, row: &'r PostedRow, effect: i128, candidate: Candidate<'r>) {
        let mut both = [0; 2];
        both[row.direction as usize] = effect;
        // What is only counted needs no rows.
        let rows = if matches!(self.wanted, Effects::About(_)) { Vec::new() } else { vec![row] };
        self.take(Candidate { effect: Some(both), rows, ..candidate });
    }
}

/// A candidate that fits, as it is told.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Its cause.
    pub code: &'static str,
    /// The differences that it explains.
    pub differences: Vec<usize>,
    /// How much of them, in units of 10^-`scale`.
    pub explains: i128,
    /// The same by direction, where the rows show it.
    pub effect: Option<[i128; 2]>,
    /// The scale of these units.
    pub scale: u32,
    /// Where it lies, if it has one direction.
    pub direction: Option<Direction>,
    /// The rows that show it.
    pub rows: Vec<PostedRow>,
    /// In which way it shows.
    pub pattern: &'static Pattern,
    /// The particulars of that.
    pub particulars: Particulars,
    /// Whether more than its amount shows it.
    pub strong: bool,
    /// By what fits are preferred: the kind of trace, then the place of the check.
    pub(super) order: (Preference, usize),
    /// Other fits of the same standing: their codes and the first of their rows.
    pub rivals: Vec<(&'static str, Option<PostedRow>)>,
    /// Expected chance fits: of this difference, and when all are searched of the whole report.
    pub chance: Chance,
    /// The same of this difference alone, in 10^-12; what is below a millionth adds up.
    pub(super) odds: u128,
    /// As in the candidate.
    pub(super) tries: u64,
    /// Whether the odds come from counting candidates.
    pub(super) is_counted: bool,
    /// Whether a second cause is needed beside it.
    pub part: bool,
    /// Whether another cause of the same difference is told beside it.
    pub pair: bool,
    /// What it leaves that rounding its customers' rows can make, in the same units.
    pub rounding: i128,
    /// How much rounding may leave.
    pub slack: i128,
    /// How much rounding can make of all its customers' rows.
    pub room: i128,
}

impl Fit {
    /// Units as money; without the partner's further decimals where the ledger's rows have none.
    #[must_use]
    pub fn money(&self, cx: &Comparison<'_>, units: i128) -> Money {
        let digits = cx.question.currency.minor_digits();
        let further = 10_i128.pow(self.scale.saturating_sub(digits));
        let (units, scale) = if self.rounding != 0 && self.effect.is_some() && units % further == 0 {
            (units / further, self.scale.min(digits))
        } else {
            (units, self.scale)
        };
        cx.money(from_parts(units, scale).unwrap_or_default())
    }
}

/// What a cause words its fit from.
pub struct Telling<'a> {
    /// The comparison.
    pub cx: &'a Comparison<'a>,
    /// All differences.
    pub all: &'a [Difference],
    /// The fit, or the first of many.
    pub fit: &'a Fit,
    /// Whom it touches.
    pub whom: String,
    /// Both sides of what it is about.
    pub sides: Sides,
    /// Whether it is one of many.
    pub many: bool,
    /// The largest part that one of them explains, without its sign.
    pub largest: Money,
}

impl Telling<'_> {
    /// The first row that shows it.
    #[must_use]
    pub fn row(&self) -> Option<&PostedRow> {
        self.fit.rows.first()
    }

    /// Money again.
    #[must_use]
    pub fn money(&self, units: i128) -> Money {
        self.fit.money(self.cx, units)
    }

    /// `₹450.00 too high`: what it explains.
    #[must_use]
    pub fn off(&self) -> String {
        off(&self.money(self.fit.explains))
    }

    /// `₹450.00`: what it explains, without its sign.
    #[must_use]
    pub fn size(&self) -> String {
        self.money(self.fit.explains).abs().display()
    }

    /// The row's amount.
    #[must_use]
    pub fn amount(&self) -> String {
        self.row().map_or_else(String::new, |row| self.cx.money(row.amount).display())
    }

    /// `row 12`.
    #[must_use]
    pub fn at(&self) -> String {
        self.row().map_or_else(String::new, |row| format!("row {}", row.line))
    }

    /// Its rows, as `3` and `9`.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.fit.rows.iter().map(|row| row.line.to_string()).collect()
    }

    /// The row's day.
    #[must_use]
    pub fn day(&self) -> String {
        self.row().map_or_else(String::new, |row| row.date.to_string())
    }

    /// The row's direction.
    #[must_use]
    pub fn way(&self) -> &'static str {
        self.row().map_or("", |row| row.direction.name())
    }

    /// `, JV/0012`: the row's voucher, where it has one.
    #[must_use]
    pub fn under(&self) -> String {
        let row = self.row().filter(|row| !row.reference.is_empty());
        row.map_or_else(String::new, |row| format!(", {}", row.reference))
    }

    /// An amount in units with as many digits as the row itself has.
    #[must_use]
    pub fn reads(&self, right: i128) -> String {
        let right = self.money(right);
        let scale = self.row().map_or(2, |row| row.amount.scale());
        round_to(right.amount(), scale, Rounding::HalfUp).map_or(right, |amount| self.cx.money(amount)).display()
    }

    /// What the ledger of all whom it touches has or is.
    #[must_use]
    pub fn together(&self, together: &Together) -> Words {
        let (what, next) = (together.words)(&self.fit.particulars);
        let by = self.sides.difference.map_or_else(String::new, |d| format!(": the ledger is {}", off(&d)));
        let in_all = if self.many { " in all" } else { "" };
        (format!("The ledger of {} {what}{by}{in_all}.", self.whom), next.to_owned())
    }
}

/// `₹450.00 too high`.
fn off(amount: &Money) -> String {
    format!("{} too {}", amount.abs().display(), if amount.is_negative() { "low" } else { "high" })
}

/// `18 %`, of a rate in per mille.
#[must_use]
pub(crate) fn rate(per_mille: i128) -> String {
    if per_mille % 10 == 0 {
        format!("{} %", per_mille / 10)
    } else {
        format!("{}.{} %", per_mille / 10, per_mille % 10)
    }
}

/// `100` or `1/100`, of a power of ten.
#[must_use]
pub(crate) fn factor(power: i128) -> String {
    let zeros = usize::try_from(power.unsigned_abs()).unwrap_or(0);
    if power < 0 { format!("1/1{}", "0".repeat(zeros)) } else { format!("1{}", "0".repeat(zeros)) }
}
