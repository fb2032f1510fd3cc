//! The usual range of a share of calls: what it was in the months before, and how far it
//! strays there. Whole numbers throughout; a share is counted in millionths.
//!
//! The middle is the median of the last [`WINDOW`] closed periods with [`FEWEST_CALLS`] calls
//! or more; there must be [`FEWEST_MONTHS`]. The range reaches to both sides by the largest of
//! - so many scaled median deviations (1.4826 × MAD, which is the standard deviation where a
//!   share strays by chance alone): 50 over the number of periods, and never fewer than 5. Of
//!   few periods a deviation is badly known; with this rule one figure in a hundred or fewer
//!   leaves the range by chance, be they five or twelve;
//! - one percentage point, below which nobody would act;
//! - four standard deviations of this period's own count, √(p (1 − p) / n), and four calls at
//!   least: of 60 calls a few more or less say nothing.
//!
//! A median and not a mean, so that a month that was unusual does not make the next one usual;
//! not the binomial range of the pooled share alone, since months differ by more than the
//! chance of single calls, and of 100,000 calls every month would be marked.

use rust_decimal::Decimal;

use crate::model::money::from_parts;

/// How many closed periods are looked back at.
pub(crate) const WINDOW: usize = 12;
/// How many of them there must be.
pub(crate) const FEWEST_MONTHS: usize = 5;
/// How many calls a period must have to say anything.
pub(crate) const FEWEST_CALLS: u64 = 50;

/// Millionths in a whole.
const WHOLE: i128 = 1_000_000;
/// A percentage point.
const LEAST: i128 = WHOLE / 100;

/// So many of so many calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Counted {
    /// The part.
    pub part: u64,
    /// All.
    pub whole: u64,
}

impl Counted {
    fn millionths(self) -> i128 {
        let whole = i128::from(self.whole);
        (i128::from(self.part) * WHOLE + whole / 2) / whole.max(1)
    }
}

/// A usual range, both ends in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Usual {
    low: i128,
    high: i128,
    /// From how many periods.
    pub months: usize,
}

impl Usual {
    /// Both ends in per cent with one decimal, outwards, so that what is inside stays inside.
    #[must_use]
    pub(crate) fn ends(&self) -> (Decimal, Decimal) {
        let tenths = |units: i128| from_parts(units, 1).unwrap_or_default();
        (tenths(self.low / 1_000), tenths((self.high + 999) / 1_000))
    }

    /// On which side of the range a count lies; None: inside.
    #[must_use]
    pub(crate) fn side(&self, now: Counted) -> Option<Side> {
        let share = now.millionths();
        match share {
            _ if share > self.high => Some(Side::Above),
            _ if share < self.low => Some(Side::Below),
            _ => None,
        }
    }
}

/// On which side of its usual range a figure lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Higher.
    Above,
    /// Lower.
    Below,
}

impl Side {
    /// The word of files.
    #[must_use]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Above => "above",
            Self::Below => "below",
        }
    }

    /// The sign beside a figure.
    #[must_use]
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Above => "▲",
            Self::Below => "▼",
        }
    }
}

/// The usual range for `now` after `before`, oldest first. None where too few periods, or too
/// few calls, are known.
#[must_use]
pub(crate) fn range(before: &[Counted], now: Counted) -> Option<Usual> {
    let counts = |one: &&Counted| one.whole >= FEWEST_CALLS && one.part <= one.whole;
    if now.whole < FEWEST_CALLS || now.part > now.whole {
        return None;
    }
    let shares: Vec<i128> =
        before.iter().rev().filter(counts).take(WINDOW).map(|counted| counted.millionths()).collect();
    let months = shares.len();
    if months < FEWEST_MONTHS {
        return None;
    }
    let middle = median(shares.clone());
    let deviation = median(shares.iter().map(|share| (share - middle).abs()).collect());
    let many = i128::try_from(months).ok()?;
    // 1.4826 times 50 / months, or times 5.
    let strayed = (deviation * 14_826 * 50 / many / 10_000).max(deviation * 14_826 * 5 / 10_000);
    let calls = i128::from(now.whole);
    // In millionths: four times the root of p (1 - p) / n.
    let chance = 4 * (middle * (WHOLE - middle) / calls).isqrt();
    let half = strayed.max(LEAST).max(chance).max((4 * WHOLE + calls - 1) / calls);
    Some(Usual { low: (middle - half).max(0), high: (middle + half).min(WHOLE), months })
}

/// The middle one, or half way between the two in the middle.
fn median(mut values: Vec<i128>) -> i128 {
    values.sort_unstable();
    let at = values.len() / 2;
    match (values.get(at), values.len() % 2) {
        (Some(upper), 0) => (values[at - 1] + upper) / 2,
        (Some(one), _) => *one,
        (None, _) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(part: u64, whole: u64) -> Counted {
        Counted { part, whole }
    }

    fn shown(before: &[Counted], now: Counted) -> Option<(String, Option<Side>)> {
        let usual = range(before, now)?;
        let (low, high) = usual.ends();
        Some((format!("{low} to {high} from {}", usual.months), usual.side(now)))
    }

    #[test]
    fn a_share_far_from_the_months_before_is_marked_on_its_side() {
        let before = [of(800, 10_000), of(820, 10_000), of(790, 10_000), of(810, 10_000), of(805, 10_000)];
        let around = |part| shown(&before, of(part, 10_000)).unwrap();
        assert_eq!(around(805), ("6.9 to 9.2 from 5".to_owned(), None));
        assert_eq!(around(3_000).1, Some(Side::Above));
        assert_eq!(around(100).1, Some(Side::Below));
    }

    #[test]
    fn too_few_months_or_calls_say_nothing_however_far_it_is() {
        let steady = [of(800, 10_000); 4];
        assert_eq!(range(&steady, of(9_000, 10_000)), None);
        // A fifth month of 49 calls is none.
        let thin = [steady.as_slice(), &[of(4, 49)]].concat();
        assert_eq!(range(&thin, of(9_000, 10_000)), None);
        let enough = [steady.as_slice(), &[of(4, 50)]].concat();
        assert_eq!(range(&enough, of(9_000, 10_000)).unwrap().side(of(9_000, 10_000)), Some(Side::Above));
        // Too few calls now.
        assert_eq!(range(&[of(800, 10_000); 9], of(49, 49)), None);
        // What contradicts itself is no count.
        assert_eq!(range(&[of(800, 10_000); 9], of(60, 50)), None);
    }

    #[test]
    fn small_counts_and_small_changes_are_let_pass() {
        // Nothing ever failed: four of 60 calls still say nothing, ten do.
        let none = [of(0, 60); 12];
        assert_eq!(range(&none, of(4, 60)).unwrap().side(of(4, 60)), None);
        assert_eq!(range(&none, of(10, 60)).unwrap().side(of(10, 60)), Some(Side::Above));
        // Never any change in a million calls, and less than a point now.
        let steady = [of(100_000, 1_000_000); 12];
        assert_eq!(range(&steady, of(109_000, 1_000_000)).unwrap().side(of(109_000, 1_000_000)), None);
        assert_eq!(range(&steady, of(111_000, 1_000_000)).unwrap().side(of(111_000, 1_000_000)), Some(Side::Above));
    }

    #[test]
    fn one_unusual_month_does_not_make_the_next_one_usual() {
        let mut before = vec![of(800, 10_000); 11];
        before.push(of(4_000, 10_000));
        assert_eq!(range(&before, of(4_000, 10_000)).unwrap().side(of(4_000, 10_000)), Some(Side::Above));
        // A level that stays is usual after half a year.
        let mut moved = vec![of(800, 10_000); 5];
        moved.extend([of(4_000, 10_000); 7]);
        assert_eq!(range(&moved, of(4_000, 10_000)).unwrap().side(of(4_000, 10_000)), None);
    }

    /// Figures that look like nobody chose them, the same every time.
    fn mix(n: u64) -> u64 {
        let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Calls of a month: each fails by the same chance, or by one that strays around it from
    /// month to month by up to `strays` per mille to either side.
    fn month(seed: u64, calls: u64, strays: u64) -> Counted {
        let sway = if strays == 0 { 0 } else { (mix(seed) % (2 * strays + 1) + mix(seed ^ 77) % (2 * strays + 1)) / 2 };
        let chance = 150 + sway - strays.min(sway + 150);
        let part = (0..calls).filter(|call| mix(seed.wrapping_mul(1_000_003) ^ mix(*call)) % 1000 < chance).count();
        of(part as u64, calls)
    }

    #[test]
    fn what_strays_by_chance_alone_is_marked_once_in_a_hundred_or_less() {
        for (months, calls, strays) in
            [(5, 60, 0), (5, 400, 0), (12, 60, 0), (12, 400, 0), (5, 400, 60), (8, 400, 60), (12, 400, 60)]
        {
            let marked = (0..500_u64).filter(|trial| {
                let seed = |n: u64| mix(trial * 1_000 + n + calls * 7 + months);
                let before: Vec<Counted> = (0..months).map(|n| month(seed(n), calls, strays)).collect();
                let now = month(seed(months), calls, strays);
                range(&before, now).unwrap().side(now).is_some()
            });
            let marked = marked.count();
            assert!(marked <= 5, "{marked} of 500 with {months} months of {calls} calls, straying {strays}");
        }
    }
}
