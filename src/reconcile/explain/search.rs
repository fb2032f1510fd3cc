//! Slips against breaks: which of them fit, how many others fit as well, and how many would
//! be expected to.

use std::collections::HashSet;

use super::CAUSES;
use super::scene::{Break, Rows, Scene};
use crate::model::finding::Confidence;
use crate::model::posting::PostedRow;
use crate::model::usage::Direction;
use crate::reconcile::compare::Comparison;

/// What a cause could have done.
#[derive(Clone, Debug)]
pub struct Slip<'a> {
    /// What it adds to each direction's difference, in the scene's units. None: whatever
    /// the difference is, it follows from the sums themselves.
    pub effect: Option<[i128; 2]>,
    /// Whether something other than the amount shows it: the same row twice, a credit among
    /// charges, a difference elsewhere that is its mirror.
    pub strong: bool,
    /// How far it is preferred to other slips of the same standing; less is better.
    pub order: u8,
    /// The rows that show it.
    pub rows: Vec<&'a PostedRow>,
    /// The particulars.
    pub is: Trait,
    /// Another break that it explains at the same time.
    pub other: Option<usize>,
}

/// The particulars of a slip, for its wording.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trait {
    /// Posted more than once; how often.
    Copies(usize),
    /// The sign is the other one.
    Flipped,
    /// A row's amount times ten to this power.
    Shifted(i32),
    /// All amounts times ten to this power.
    AllShifted(i32),
    /// Two digits have changed places; the right amount in units.
    Transposed(i128),
    /// A digit is another one.
    Mistyped(i128),
    /// A digit is missing or too many.
    Dropped(i128),
    /// With tax at this rate, in per mille.
    Gross(u32),
    /// Without it.
    Net(u32),
    /// The whole customer is with tax, or without.
    AllGross(u32),
    /// As `AllGross`, the other way.
    AllNet(u32),
    /// All amounts have the other sign.
    AllFlipped,
    /// Posted before the period; belongs to it.
    Before,
    /// Posted after the period; belongs to it.
    After,
    /// Posted to this customer instead of the other break's.
    Elsewhere,
    /// All of the other break's difference stands here.
    Moved,
    /// In the other direction.
    OtherWay,
    /// A number is missing between these rows; the number.
    NumberGap(String),
    /// A day is missing in a regular series.
    DayGap(chrono::NaiveDate),
    /// An open item of an earlier period, turned round by a correction or made again.
    Earlier {
        /// Its number and period.
        item: String,
        /// Whether it is turned round.
        corrected: bool,
    },
    /// No more than rounding each row can make.
    Rounded,
}

/// What causes hand their slips to.
pub struct Visit<'a> {
    visitor: &'a mut dyn FnMut(Slip<'_>),
    /// About how large an effect is of interest; None: any.
    size: Option<i128>,
    /// Only slips that something beside the amount shows are of interest.
    pub strong_only: bool,
    /// What is to be explained by direction, where that is known and is nothing in total.
    pub crossed: Option<[i128; 2]>,
}

impl Visit<'_> {
    /// Whether an effect is of about the size that is looked for: what is not, cannot fit
    /// and does not count for the odds.
    #[must_use]
    pub fn near(&self, effect: i128) -> bool {
        self.size.is_none_or(|size| 2 * effect.abs() >= size && effect.abs() <= 2 * size)
    }

    /// Takes a slip.
    pub fn slip(&mut self, slip: Slip<'_>) {
        (self.visitor)(slip);
    }

    /// Takes what one row can have done to its own direction.
    pub fn row(&mut self, row: &PostedRow, effect: i128, strong: bool, order: u8, is: Trait) {
        let mut both = [0; 2];
        both[row.direction as usize] = effect;
        self.slip(Slip { effect: Some(both), strong, order, rows: vec![row], is, other: None });
    }
}

/// A slip that fits, as it is told.
#[derive(Clone, Debug)]
pub(super) struct Fit {
    pub(super) code: &'static str,
    /// The breaks that it explains.
    pub(super) breaks: Vec<usize>,
    /// How much of the difference, in units of 10^-`scale`.
    pub(super) explains: i128,
    pub(super) scale: u32,
    pub(super) direction: Option<Direction>,
    pub(super) rows: Vec<PostedRow>,
    pub(super) is: Trait,
    pub(super) strong: bool,
    order: (u8, usize),
    /// Other fits of the same standing, worded.
    pub(super) rivals: Vec<(&'static str, String)>,
    /// Expected chance fits, in millionths.
    pub(super) chance: u64,
    /// Whether a second cause is needed beside it.
    pub(super) part: bool,
}

impl Fit {
    /// The contract's line is odds below 0.01 and no rival; ours is half of that, so that of
    /// thousands of differences without a cause few are told one. Slips that nothing but the amount
    /// shows must do better, since there are many of them to try.
    pub(super) fn confidence(&self) -> Confidence {
        let limit = if self.strong { 5_000 } else { 100 };
        if self.rivals.is_empty() && self.chance < limit && !self.part {
            Confidence::Supported
        } else {
            Confidence::Possible
        }
    }
}

/// What is still to be explained of a break.
#[derive(Clone, Copy)]
struct Target {
    total: i128,
    by_direction: Option<[i128; 2]>,
}

impl Target {
    fn fits(&self, effect: [i128; 2]) -> bool {
        effect[0] + effect[1] == self.total && self.by_direction.is_none_or(|by| by == effect)
    }

    fn less(&self, effect: [i128; 2]) -> Self {
        Self {
            total: self.total - effect[0] - effect[1],
            by_direction: self.by_direction.map(|[a, b]| [a - effect[0], b - effect[1]]),
        }
    }

    /// The size by which chance is judged.
    fn size(&self) -> i128 {
        match self.by_direction {
            Some([a, b]) => a.abs().max(b.abs()),
            None => self.total.abs(),
        }
    }
}

/// Explains each break by one slip, or by two where one leaves a rest.
pub(super) fn explain(cx: &Comparison<'_>, all: &[Break]) -> Vec<Fit> {
    let rows = Rows::new(cx);
    let mut found: Vec<Fit> = Vec::new();
    let mut done: HashSet<usize> = HashSet::new();
    for (index, at) in all.iter().enumerate() {
        if done.contains(&index) {
            continue;
        }
        let Some(scene) = Scene::new(cx, all, at, &rows) else { continue };
        let fits = of_break(&scene, index);
        // A break is explained once: what needs one that is explained already, does not hold.
        if fits.iter().any(|fit| fit.breaks.iter().any(|at| done.contains(at))) {
            continue;
        }
        for fit in &fits {
            done.extend(fit.breaks.iter().copied());
        }
        found.extend(fits);
    }
    found
}

fn of_break(scene: &Scene<'_>, index: usize) -> Vec<Fit> {
    let target = Target { total: scene.target, by_direction: scene.by_direction };
    if let Some(fit) = best(scene, index, target) {
        return vec![fit];
    }
    // Money that only stands under the other direction has no second cause.
    if target.total == 0 {
        return Vec::new();
    }
    // Each direction has a cause of its own.
    if let Some([inbound, outbound]) = scene.by_direction.filter(|by| by[0] != 0 && by[1] != 0) {
        let parts = [[inbound, 0], [0, outbound]].map(|by| Target { total: by[0] + by[1], by_direction: Some(by) });
        let fits: Vec<Fit> = parts.iter().filter_map(|part| best(scene, index, *part)).collect();
        if fits.len() == 2 {
            return fits;
        }
    }
    let fits = two(scene, index, target);
    if !fits.is_empty() {
        return fits;
    }
    // A slip of some row, and beside it a row in the other direction, whoever's.
    let loose = best(scene, index, Target { by_direction: None, ..target });
    if let (Some(first), Some(by)) = (loose, scene.by_direction)
        && let Some(direction) = first.direction
    {
        let mut rest = by;
        rest[direction as usize] -= first.explains;
        if let Some(second) = best(scene, index, Target { total: 0, by_direction: Some(rest) }) {
            return vec![first, second];
        }
    }
    Vec::new()
}

/// A slip that shows by more than its amount, and one that explains the rest.
fn two(scene: &Scene<'_>, index: usize, target: Target) -> Vec<Fit> {
    const MOST: usize = 400;
    /// More rows than this have too many slips to be held against each other.
    const ROWS: usize = 5_000;
    if scene.inside.len() > ROWS {
        return Vec::new();
    }
    let mut strong: Vec<([i128; 2], Fit)> = Vec::new();
    let mut effects: HashSet<[i128; 2]> = HashSet::new();
    let known = |effect: [i128; 2]| if target.by_direction.is_some() { effect } else { [effect[0] + effect[1], 0] };
    for (place, (code, slips)) in CAUSES.iter().enumerate() {
        slips(
            scene,
            &mut Visit {
                size: None,
                strong_only: false,
                crossed: None,
                visitor: &mut |slip| {
                    let Some(effect) = slip.effect else { return };
                    effects.insert(known(effect));
                    if slip.strong && strong.len() < MOST {
                        strong.push((effect, fitted(scene, index, code, place, &slip, effect[0] + effect[1])));
                    }
                },
            },
        );
    }
    strong.sort_by_key(|(_, fit)| fit.order);
    for (effect, first) in &strong {
        let rest = target.less(*effect);
        let crossed = rest.by_direction.is_some_and(|by| by[0] == -by[1]);
        let single = rest.by_direction.unwrap_or([rest.total, 0]);
        if !crossed && !effects.contains(&single) {
            continue;
        }
        if let Some(mut second) = best(scene, index, rest)
            && second.rows != first.rows
            && (first.breaks.len() == 1 || second.breaks.len() == 1)
        {
            let mut first = first.clone();
            // Two at once fit more easily: every first slip that was tried is another chance
            // for a second one to fit the rest. These odds, and the rivals, are those of both.
            second.chance = second.chance.max(1).saturating_mul(strong.len() as u64);
            first.chance = second.chance;
            first.rivals.clone_from(&second.rivals);
            (first.part, second.part) = (false, !second.strong);
            return vec![first, second];
        }
    }
    Vec::new()
}

fn fitted(scene: &Scene<'_>, index: usize, code: &'static str, place: usize, slip: &Slip<'_>, explains: i128) -> Fit {
    let direction = slip.effect.and_then(|effect| match effect {
        [0, 0] => None,
        [_, 0] => Some(Direction::Inbound),
        [0, _] => Some(Direction::Outbound),
        [inbound, _] => Some(if inbound > 0 { Direction::Inbound } else { Direction::Outbound }),
    });
    Fit {
        code,
        breaks: std::iter::once(index).chain(slip.other).collect(),
        explains,
        scale: scene.scale,
        direction,
        rows: slip.rows.iter().map(|row| (*row).clone()).collect(),
        is: slip.is.clone(),
        strong: slip.strong,
        order: (slip.order, place),
        rivals: Vec::new(),
        chance: 0,
        part: false,
    }
}

/// The slip that fits best, with its rivals and odds. One that something beside the amount
/// shows has no rivals among those that only the amount does, which are many: they are
/// tried only where there is none of the first.
fn best(scene: &Scene<'_>, index: usize, target: Target) -> Option<Fit> {
    let strong = fitting(scene, index, target, true).filter(|fit| fit.strong);
    strong.or_else(|| fitting(scene, index, target, false))
}

fn fitting(scene: &Scene<'_>, index: usize, target: Target, strong_only: bool) -> Option<Fit> {
    let size = target.size();
    if size == 0 {
        return None;
    }
    let mut fits: Vec<Fit> = Vec::new();
    // Effects of about this size that were tried: of slips that show otherwise, and of all.
    let mut near: [HashSet<(usize, [i128; 2])>; 2] = Default::default();
    for (place, (code, slips)) in CAUSES.iter().enumerate() {
        slips(
            scene,
            &mut Visit {
                size: Some(size),
                strong_only,
                crossed: target.by_direction.filter(|by| by[0] == -by[1]),
                visitor: &mut |slip| {
                    let Some(effect) = slip.effect else {
                        // From the sums themselves: of the whole difference or of nothing.
                        if target.total == scene.target && target.by_direction == scene.by_direction {
                            fits.push(fitted(scene, index, code, place, &slip, target.total));
                        }
                        return;
                    };
                    let by = effect[0].abs().max(effect[1].abs());
                    if 2 * by >= size && by <= 2 * size {
                        near[1].insert((place, effect));
                        if slip.strong {
                            near[0].insert((place, effect));
                        }
                    }
                    if target.fits(effect) {
                        let fit = fitted(scene, index, code, place, &slip, effect[0] + effect[1]);
                        if !fits.iter().any(|known| known.code == fit.code && known.rows == fit.rows) {
                            fits.push(fit);
                        }
                    }
                },
            },
        );
    }
    fits.sort_by_key(|fit| (!fit.strong, fit.order));
    let mut first = fits.first()?.clone();
    let as_well = fits.iter().skip(1).filter(|fit| fit.strong || !first.strong);
    // The same slip, seen in the sums and in the rows, is no rival of itself.
    let as_well = as_well
        .filter(|fit| fit.code != first.code || fit.is != first.is || fit.rows != first.rows && !first.rows.is_empty());
    first.rivals =
        as_well.map(|fit| (fit.code, fit.rows.first().map_or_else(String::new, |row| row.text.clone()))).collect();
    // Chance: so many amounts of about this size, half to twice of it, in so many units, with
    // either sign.
    let tried = near[usize::from(!first.strong)].len();
    let own = i128::try_from(tried).unwrap_or(i128::MAX / 4_000_000);
    let unit = 10_i128.pow(scene.scale.saturating_sub(scene.cx.question.currency.minor_digits()));
    let width = (3 * size / unit).max(1);
    first.chance = u64::try_from((own * 1_000_000 + width - 1) / width).unwrap_or(u64::MAX);
    if matches!(first.is, Trait::Rounded) {
        // A fact about many customers or about the figure's own digits, or else just small.
        first.chance = if first.strong { 1_000 } else { 500_000 };
    }
    // How large a posting is that is not there, nothing says: no odds can be given for it.
    if matches!(first.is, Trait::DayGap(_)) {
        first.chance = 50_000;
    }
    // A gap explains one customer's shortfall; whose, it does not say.
    if matches!(first.is, Trait::NumberGap(_)) {
        let short = scene.all.iter().enumerate().filter(|(at, one)| *at != index && one.difference.is_sign_negative());
        first.rivals.extend(short.map(|_| ("missing-posting", String::new())));
    }
    Some(first)
}
