//! `trends` of `reconciliation.json`: this period's own figures, which later closes read from
//! there, and what follows beside the earlier ones.

use chrono::SecondsFormat;
use serde::Serialize;

use crate::model::history::Month;
use crate::model::money::Money;
use crate::trends::forecast::Outlook;
use crate::trends::{Compared, Measure, Movement, Point, Series, Slot, Trends};

/// As the report has it.
#[derive(Serialize)]
pub(super) struct Document {
    /// What later closes read.
    month: Option<Month>,
    periods: Vec<PeriodRow>,
    marks: Vec<MarkRow>,
    failed: Vec<Option<PointRow>>,
    answered: Vec<Option<PointRow>>,
    customers: Vec<CustomerRow>,
    customers_shown: usize,
    movement: MovementPart,
    #[serde(skip_serializing_if = "Option::is_none")]
    running: Option<OutlookRow>,
}

/// What is known of a month that runs, as every document has it.
#[derive(Serialize)]
pub(crate) struct OutlookRow {
    month: String,
    /// When the partner's dashboard was asked last, and where the answer lies.
    taken: Option<String>,
    file: Option<String>,
    currency: Option<String>,
    spent: Option<String>,
    /// At the same pace until the month's end.
    estimate: Option<String>,
    low: Option<String>,
    high: Option<String>,
    /// How many days' costs are known.
    days: usize,
    /// Why nothing is forecast.
    untold: Option<String>,
}

impl From<&Outlook> for OutlookRow {
    fn from(outlook: &Outlook) -> Self {
        let plain = |money: Option<Money>| money.map(|money| money.plain());
        let look = outlook.look.as_ref();
        let told = outlook.forecast.as_ref().ok();
        let range = told.and_then(|told| told.range);
        Self {
            month: outlook.month.name.clone(),
            taken: look.map(|look| look.taken.to_rfc3339_opts(SecondsFormat::Secs, true)),
            file: look.map(|look| look.file.clone()),
            currency: look.map(|look| look.currency.code().to_owned()),
            spent: plain(outlook.spent()),
            estimate: plain(told.map(|told| told.estimate)),
            low: plain(range.map(|(low, _)| low)),
            high: plain(range.map(|(_, high)| high)),
            days: told.map_or(0, |told| told.days),
            untold: outlook.forecast.as_ref().err().cloned(),
        }
    }
}

/// A place on the line of time, with the figures of the whole that are no series.
#[derive(Serialize)]
struct PeriodRow {
    period: String,
    from: String,
    to: String,
    /// Why no figures are taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    gap: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    low_balance: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suspended: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accounts_taken: Option<String>,
}

#[derive(Serialize)]
struct MarkRow {
    customer_id: Option<String>,
    name: Option<String>,
    measure: &'static str,
    #[serde(flatten)]
    point: PointRow,
}

#[derive(Serialize)]
struct PointRow {
    percent: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    usual: Option<UsualRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<&'static str>,
}

#[derive(Serialize)]
struct UsualRow {
    from: String,
    to: String,
    periods: usize,
}

/// A customer's series, one point a period; null where it states none.
#[derive(Serialize)]
struct CustomerRow {
    customer_id: String,
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failed: Option<Vec<Option<PointRow>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered: Option<Vec<Option<PointRow>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inbound_share: Option<Vec<Option<PointRow>>>,
}

#[derive(Serialize)]
struct MovementPart {
    before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    untold: Option<String>,
    rows: Vec<MovedRow>,
}

#[derive(Serialize)]
struct MovedRow {
    customer_id: String,
    name: Option<String>,
    rank: Option<usize>,
    rank_before: Option<usize>,
    cost: Option<String>,
    cost_before: Option<String>,
    difference: Option<String>,
    percent: Option<String>,
    moved: &'static str,
}

/// The part of the document.
pub(super) fn of(trends: &Trends) -> Document {
    let whole = |measure| trends.whole.iter().find(|series| series.measure == measure);
    let alone = !trends.are_told();
    Document {
        month: trends.month().cloned(),
        periods: trends.slots.iter().map(period).collect(),
        marks: trends
            .marks()
            .map(|mark| MarkRow {
                customer_id: mark.customer.map(|trend| trend.customer_id.clone()),
                name: mark.customer.and_then(|trend| trend.name.clone()),
                measure: mark.measure.name(),
                point: point(&mark.point),
            })
            .collect(),
        failed: whole(Measure::Failed).map(points).unwrap_or_default(),
        answered: whole(Measure::Answered).map(points).unwrap_or_default(),
        // Of one period there is no course; its figures stand in `month`.
        customers: trends
            .shown()
            .filter(|_| !alone)
            .map(|trend| {
                let series = |measure| trend.series(measure).filter(|series| series.is_stated()).map(points);
                CustomerRow {
                    customer_id: trend.customer_id.clone(),
                    name: trend.name.clone(),
                    failed: series(Measure::Failed),
                    answered: series(Measure::Answered),
                    inbound_share: series(Measure::Inbound),
                }
            })
            .collect(),
        customers_shown: trends.shown().count(),
        movement: movement(&trends.movement),
        running: trends.running.as_ref().map(OutlookRow::from),
    }
}

fn period(slot: &Slot) -> PeriodRow {
    let (period, month) = (slot.period(), slot.month());
    let accounts = month.and_then(|month| month.accounts.as_ref());
    PeriodRow {
        period: period.name.clone(),
        from: period.from.to_string(),
        to: period.to.to_string(),
        gap: match slot {
            Slot::Gap(_, why) => Some(why.clone()),
            Slot::Closed(_) => None,
        },
        cost: month.and_then(|month| month.cost).map(|cost| cost.plain()),
        low_balance: accounts.and_then(|accounts| accounts.low_balance),
        suspended: accounts.and_then(|accounts| accounts.suspended),
        accounts_taken: accounts.map(|accounts| accounts.taken.clone()),
    }
}

fn points(series: &Series) -> Vec<Option<PointRow>> {
    series.points.iter().map(|one| one.as_ref().map(point)).collect()
}

fn point(point: &Point) -> PointRow {
    PointRow {
        percent: point.percent.to_string(),
        usual: point.usual.map(|usual| {
            let (from, to) = usual.ends();
            UsualRow { from: from.to_string(), to: to.to_string(), periods: usual.months }
        }),
        side: point.side.map(|side| side.name()),
    }
}

fn movement(movement: &Movement) -> MovementPart {
    let row = |row: &Compared| {
        let plain = |money: Option<Money>| money.map(|money| money.plain());
        MovedRow {
            customer_id: row.customer_id.clone(),
            name: row.name.clone(),
            rank: row.rank,
            rank_before: row.rank_before,
            cost: plain(row.cost),
            cost_before: plain(row.cost_before),
            difference: plain(row.difference),
            percent: row.percent.map(|percent| percent.to_string()),
            moved: row.moved.name(),
        }
    };
    match movement {
        Movement::Untold(why) => MovementPart { before: None, untold: Some(why.clone()), rows: Vec::new() },
        Movement::Told { before, rows } => {
            MovementPart { before: Some(before.name.clone()), untold: None, rows: rows.iter().map(row).collect() }
        }
    }
}
