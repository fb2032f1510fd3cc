//! Why calls cost one side more: a rate (ours is the partner's cost times one factor, as we
//! round it), a pulse (one side bills begun minutes, the other seconds), or the rounding of
//! the amounts. A rule is taken only where several calls of a customer and direction, or of
//! all, follow it.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::record::{PULSES, Record, UNSTATED};
use crate::model::money::from_parts;

/// Calls that must follow a rule before it is one.
const CALLS: u64 = 3;
/// And of a hundred calls that differ so many.
const PER_CENT: u64 = 34;
/// Rules of one customer and direction.
const RULES: usize = 6;
/// Different calls that are kept to find rules by: of a customer and direction, and in all.
const KEPT: usize = 2_048;
const KEPT_IN_ALL: usize = 100_000;

/// Amounts of both sides as counts of the same unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    decimals: u32,
    /// The last digit that each side writes, in that unit: see [`Scale::of`].
    last: [i128; 2],
}

impl Scale {
    /// `scales` are the most decimals of the partner's costs and of ours.
    pub(crate) fn new(scales: [u8; 2]) -> Self {
        Self { decimals: u32::from(scales[0].max(scales[1])), last: [1; 2] }
    }

    /// The same for calls that write fewer decimals than others do: paise where all of them
    /// are whole paise, and never more than that.
    fn of<'a>(&self, calls: impl Iterator<Item = &'a Costs>) -> Self {
        let paise = 10_i128.checked_pow(self.decimals.saturating_sub(2)).unwrap_or(1);
        let mut last = [paise; 2];
        for costs in calls {
            for (last, cost) in last.iter_mut().zip([costs.partner, costs.ours]) {
                while *last > 1 && cost % *last != 0 {
                    *last /= 10;
                }
            }
        }
        Self { last, ..*self }
    }

    fn units(&self, record: &Record) -> Option<i128> {
        let factor = 10_i128.checked_pow(self.decimals.checked_sub(u32::from(record.scale))?)?;
        // So that products of two of them never overflow.
        i128::from(record.units).checked_mul(factor).filter(|units| units.unsigned_abs() < 1 << 60)
    }

    /// The two costs of a call that are compared, and how long it lasted. None where a rule
    /// cannot speak of them: one is nothing, or they are too large.
    pub(crate) fn pair(&self, partner: &Record, ours: &Record) -> Option<Costs> {
        let (mut a, mut b) = (self.units(partner)?, self.units(ours)?);
        if a == 0 || b == 0 {
            return None;
        }
        if a < 0 {
            (a, b) = (-a, -b);
        }
        let seconds = partner.seconds().min(ours.seconds());
        Some(Costs { partner: a, ours: b, seconds: if seconds == UNSTATED { 0 } else { seconds } })
    }
}

/// Two costs of a call: the partner's is above nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Costs {
    partner: i128,
    ours: i128,
    /// 0: not known.
    seconds: u32,
}

/// What several calls follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// Ours is the partner's, rounded.
    Rounding,
    /// Ours is the partner's times a factor, rounded. `about`: other factors fit as well.
    Rate { factor: Decimal, about: bool },
    /// The partner bills in the first pulse, we in the second.
    Pulse(u32, u32),
}

impl Rule {
    /// Whether a call follows it, whatever is rounded.
    pub(crate) fn fits(&self, costs: &Costs, scale: &Scale) -> bool {
        match self {
            Self::Rounding => (costs.ours - costs.partner).abs() < scale.last[0].max(scale.last[1]),
            Self::Rate { factor, .. } => {
                let one = 10_i128.pow(factor.scale());
                let gap =
                    costs.partner.checked_mul(factor.mantissa()).and_then(|due| (costs.ours * one).checked_sub(due));
                gap.is_some_and(|gap| gap.abs() < scale.last[1].saturating_mul(one))
            }
            Self::Pulse(of_partner, of_ours) => {
                let billed = |pulse: u32| i128::from(costs.seconds.div_ceil(pulse).saturating_mul(pulse));
                let (a, b) = (billed(*of_partner), billed(*of_ours));
                let room = scale.last[1].saturating_mul(a).saturating_add(scale.last[0].saturating_mul(b));
                costs.seconds > 0 && a != b && 2 * (costs.ours * a - costs.partner * b).abs() <= room
            }
        }
    }

    /// The rule in words.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Rounding => String::new(),
            Self::Rate { factor, about } => format!("{}×{}", if *about { "about " } else { "" }, factor.normalize()),
            Self::Pulse(of_partner, of_ours) => format!("ours in {of_ours} s, the partner's in {of_partner} s"),
        }
    }
}

/// Calls that differ, by whom they are of: what rules are found from.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    by: BTreeMap<(u32, u8), BTreeMap<Costs, u64>>,
    kept: usize,
}

/// All customers and directions together.
const ALL: (u32, u8) = (u32::MAX, u8::MAX);

impl Evidence {
    /// Keeps a call that differs.
    pub(crate) fn add(&mut self, whose: (u32, u8), costs: Costs) {
        for whose in [whose, ALL] {
            let kept = self.by.entry(whose).or_default();
            if let Some(count) = kept.get_mut(&costs) {
                *count += 1;
            } else if kept.len() < KEPT && (self.kept < KEPT_IN_ALL || whose == ALL) {
                kept.insert(costs, 1);
                self.kept += 1;
            }
        }
    }

    /// The rules of each customer and direction, those that most calls follow first.
    pub(crate) fn rules(self, scale: &Scale) -> Rules {
        let found = self.by.into_iter().map(|(whose, calls)| {
            let scale = scale.of(calls.keys());
            (whose, (found(calls, &scale), scale))
        });
        Rules { by: found.filter(|(_, (rules, _))| !rules.is_empty()).collect(), scale: *scale }
    }
}

/// Rules by whom they are of.
#[derive(Debug)]
pub(crate) struct Rules {
    by: BTreeMap<(u32, u8), (Vec<Rule>, Scale)>,
    scale: Scale,
}

impl Rules {
    /// The rule that a call follows.
    pub(crate) fn of(&self, whose: (u32, u8), partner: &Record, ours: &Record) -> Option<Rule> {
        let costs = self.scale.pair(partner, ours)?;
        let mut rules = [whose, ALL].into_iter().filter_map(|whose| self.by.get(&whose));
        rules.find_map(|(rules, scale)| rules.iter().copied().find(|rule| rule.fits(&costs, scale)))
    }
}

fn found(mut calls: BTreeMap<Costs, u64>, scale: &Scale) -> Vec<Rule> {
    let all = calls.values().sum::<u64>();
    let mut rules = Vec::new();
    while rules.len() < RULES {
        let pulses = PULSES.iter().flat_map(|a| PULSES.iter().map(move |b| Rule::Pulse(*a, *b)));
        let candidates = std::iter::once(Rule::Rounding).chain(factor(&calls, scale)).chain(pulses);
        let count =
            |rule: &Rule| calls.iter().filter(|(costs, _)| rule.fits(costs, scale)).map(|(_, n)| n).sum::<u64>();
        let mut best: Option<(u64, Rule)> = None;
        for rule in candidates {
            let count = count(&rule);
            // Of two that as many follow the first one, which says less.
            if best.is_none_or(|(most, _)| count > most) {
                best = Some((count, rule));
            }
        }
        match best {
            Some((count, rule)) if count >= CALLS && count * 100 >= all * PER_CENT => {
                calls.retain(|costs, _| !rule.fits(costs, scale));
                rules.push(rule);
            }
            _ => break,
        }
    }
    rules
}

/// A quotient, with a denominator above nothing.
type Quotient = (i128, i128);

fn compare(a: Quotient, b: Quotient) -> Ordering {
    (a.0 * b.1).cmp(&(b.0 * a.1))
}

/// The factor that most calls have in common: each allows the span that rounding ours to its
/// last digit leaves, and the simplest number where most spans lie over one another is it.
/// Calls that cost too little to show a factor are not asked.
fn factor(calls: &BTreeMap<Costs, u64>, scale: &Scale) -> Option<Rule> {
    let last = scale.last[1];
    let mut ends: Vec<(Quotient, bool, u64)> = Vec::new();
    for (costs, count) in calls.iter().filter(|(costs, _)| costs.partner >= last.saturating_mul(10)) {
        let below = 2 * costs.partner;
        ends.push(((2 * costs.ours - last, below), true, *count));
        ends.push(((2 * costs.ours + last, below), false, *count));
    }
    // Where one span ends as another begins, both hold.
    ends.sort_unstable_by(|a, b| compare(a.0, b.0).then_with(|| b.1.cmp(&a.1)));
    let (mut depth, mut most, mut span) = (0_u64, 0_u64, None);
    for (at, (end, begins, count)) in ends.iter().enumerate() {
        if *begins {
            depth += count;
            if depth > most {
                (most, span) = (depth, ends.get(at + 1).map(|(until, _, _)| (*end, *until)));
            }
        } else {
            depth -= count;
        }
    }
    let (from, to) = span?;
    let factor = simplest(from, to)?;
    if factor == Decimal::ONE {
        return Some(Rule::Rounding);
    }
    // Wider than half a per cent of the factor: others are as good.
    let (wide, den) = (to.0.checked_mul(from.1)?.checked_sub(from.0.checked_mul(to.1)?)?, from.1.checked_mul(to.1)?);
    let about = wide.checked_mul(200)? > den.checked_mul(factor.mantissa().abs())? / 10_i128.pow(factor.scale());
    Some(Rule::Rate { factor, about })
}

/// The number that people would write, of those from one quotient to another: whole, halves,
/// tenths, twentieths, fiftieths, hundredths …
fn simplest(from: Quotient, to: Quotient) -> Option<Decimal> {
    let steps = [(1, 0), (5, 1), (1, 1), (5, 2), (2, 2), (1, 2), (5, 3), (1, 3), (1, 4), (1, 5), (1, 6)];
    steps.into_iter().find_map(|(step, digits)| {
        let one = 10_i128.pow(digits);
        let scaled = from.0.checked_mul(one)?;
        let least = -(-scaled).div_euclid(from.1.checked_mul(step)?);
        let candidate = (least.checked_mul(step)?, one);
        // A span of all negative factors is one as well; nothing is no factor.
        (candidate.0 != 0 && compare(candidate, to).is_le()).then(|| from_parts(candidate.0, digits).ok()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::money::parse_units;

    fn call(cost: &str, seconds: u32) -> Record {
        let (units, scale) = parse_units(cost.as_bytes()).unwrap();
        Record {
            units: i64::try_from(units).unwrap(),
            scale: u8::try_from(scale).unwrap(),
            billed: seconds,
            ..Record::default()
        }
    }

    /// The rules that calls of one customer show, and what is said of the last call.
    fn rules(scales: [u8; 2], calls: &[(&str, &str, u32)]) -> Vec<String> {
        let scale = Scale::new(scales);
        let mut evidence = Evidence::default();
        for (partner, ours, seconds) in calls {
            evidence.add((0, 1), scale.pair(&call(partner, *seconds), &call(ours, *seconds)).unwrap());
        }
        let rules = evidence.rules(&scale);
        calls
            .iter()
            .map(|(partner, ours, seconds)| match rules.of((0, 1), &call(partner, *seconds), &call(ours, *seconds)) {
                None => "none".to_owned(),
                Some(Rule::Rounding) => "rounding".to_owned(),
                Some(rule) => rule.shown(),
            })
            .collect()
    }

    #[test]
    fn a_factor_is_found_through_the_rounding_of_each_call() {
        let calls = [("0.45", "0.56", 60), ("0.90", "1.13", 120), ("1.35", "1.69", 180), ("4.50", "5.63", 600)];
        assert_eq!(rules([2, 2], &calls), ["×1.25"; 4]);
        let exact = [("0.45", "0.5310", 60), ("0.90", "1.0620", 61), ("0.02", "0.0236", 5)];
        assert_eq!(rules([2, 4], &exact), ["×1.18"; 3]);
        let two = [
            ("1.00", "1.10", 1),
            ("2.00", "2.20", 1),
            ("3.00", "3.30", 1),
            ("1.00", "0.95", 1),
            ("2.00", "1.90", 1),
            ("4.00", "3.80", 1),
        ];
        assert_eq!(rules([2, 2], &two), ["×1.1", "×1.1", "×1.1", "×0.95", "×0.95", "×0.95"]);
        assert_eq!(rules([2, 2], &[("1.00", "-1.00", 1), ("2.00", "-2.00", 1), ("3.00", "-3.00", 1)]), ["×-1"; 3]);
    }

    #[test]
    fn pulses_are_told_from_rates_by_how_long_calls_lasted() {
        // 0.45 a minute: the partner bills begun minutes, we seconds.
        let seconds = [(42, "0.45", "0.315"), (61, "0.90", "0.4575"), (130, "1.35", "0.975"), (7, "0.45", "0.0525")];
        let calls = seconds.map(|(seconds, partner, ours)| (partner, ours, seconds));
        assert_eq!(rules([2, 4], &calls), ["ours in 1 s, the partner's in 60 s"; 4]);
        let minutes = calls.map(|(partner, ours, seconds)| (ours, partner, seconds));
        assert_eq!(rules([4, 2], &minutes), ["ours in 60 s, the partner's in 1 s"; 4]);
        // All of one duration: a rate says less.
        assert_eq!(rules([2, 2], &[("0.30", "0.60", 30), ("0.30", "0.60", 30), ("0.30", "0.60", 30)]), ["about ×2"; 3]);
    }

    #[test]
    fn few_or_random_differences_follow_nothing() {
        assert_eq!(rules([2, 2], &[("1.00", "2.00", 10), ("2.00", "4.00", 10)]), ["none"; 2]);
        let random = [
            ("1.00", "1.73", 7),
            ("2.31", "2.05", 33),
            ("1.47", "9.12", 59),
            ("3.33", "0.71", 12),
            ("7.77", "5.10", 44),
        ];
        assert_eq!(rules([2, 2], &random), ["none"; 5]);
        assert_eq!(
            rules([4, 2], &[("0.4512", "0.45", 1), ("1.2345", "1.23", 1), ("0.7777", "0.78", 1)]),
            ["rounding"; 3]
        );
    }
}
