//! Whose calls they are, by one name on both sides: the partner's id where the books know
//! the customer by another name.

use std::collections::{BTreeMap, BTreeSet};

use super::intake::Intake;
use super::record::Side;

/// Customers of both sides.
#[derive(Debug)]
pub(crate) struct Names {
    all: Vec<String>,
    sides: [BTreeMap<u64, u32>; 2],
    /// Whether the sides call customers the same: they share one at least.
    pub are_comparable: bool,
}

impl Names {
    /// No customer is stated.
    pub(crate) const NOBODY: u32 = 0;

    /// `resolve` gives the partner's id of a name that the books know.
    pub(crate) fn new(intakes: &[Intake; 2], resolve: &dyn Fn(&str) -> Option<String>) -> Self {
        let known = intakes.each_ref().map(|intake| {
            let names = intake.accounts.iter();
            names.map(|(hash, name)| (*hash, resolve(name).unwrap_or_else(|| name.clone()))).collect::<Vec<_>>()
        });
        let distinct: BTreeSet<&String> =
            known.iter().flatten().map(|(_, name)| name).filter(|n| !n.is_empty()).collect();
        let all: Vec<String> = std::iter::once(String::new()).chain(distinct.into_iter().cloned()).collect();
        let places: BTreeMap<&str, u32> = all.iter().map(String::as_str).zip(0..).collect();
        let place = |name: &String| places.get(name.as_str()).copied().unwrap_or(Self::NOBODY);
        let sides = known
            .each_ref()
            .map(|names| names.iter().map(|(hash, name)| (*hash, place(name))).collect::<BTreeMap<_, _>>());
        let theirs: BTreeSet<u32> = sides[0].values().copied().filter(|at| *at != Self::NOBODY).collect();
        let are_comparable = sides[1].values().any(|at| theirs.contains(at));
        Self { sides, are_comparable, all }
    }

    /// Whose a side's account is.
    pub(crate) fn of(&self, side: Side, account: u64) -> u32 {
        self.sides[side as usize].get(&account).copied().unwrap_or(Self::NOBODY)
    }

    /// A customer's name.
    pub(crate) fn name(&self, customer: u32) -> &str {
        self.all.get(customer as usize).map_or("", String::as_str)
    }
}
