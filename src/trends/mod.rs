//! Trends over closed periods: what left its usual range, who spends more or less, how
//! directions and accounts moved, and what the running month will cost. Looks backwards only,
//! and only at what was sealed. Pure.

pub(crate) mod forecast;
pub(crate) mod month;
pub(crate) mod movement;
mod series;
#[cfg(test)]
mod testing;
pub(crate) mod usual;

pub(crate) use self::forecast::Outlook;
pub(crate) use self::movement::{Compared, Movement};
pub(crate) use self::series::{Measure, Point, Series, Slot};
pub(crate) use self::usual::Side;
use crate::model::history::{Calls, CustomerMonth, Month, Past};

/// How many customers the report shows month by month, beside those that are marked.
pub(crate) const SHOWN: usize = 50;

/// The trends of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trends {
    /// The earlier periods and this one, oldest first, with what lies between them.
    pub slots: Vec<Slot>,
    /// The whole: failed calls, answered calls.
    pub whole: Vec<Series>,
    /// This period's customers by cost, highest first, as far as they are kept.
    pub customers: Vec<CustomerTrend>,
    /// Who spends more or less than a period before.
    pub movement: Movement,
    /// What the month will cost, where it ran when the partner was asked.
    pub running: Option<Outlook>,
}

/// One customer over the periods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CustomerTrend {
    /// Its id.
    pub customer_id: String,
    /// Its name, the newest that is known.
    pub name: Option<String>,
    /// Failed calls, answered calls, and the share of inbound cost.
    pub series: Vec<Series>,
}

/// What left its usual range in this period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark<'a> {
    /// The customer; None for the whole.
    pub customer: Option<&'a CustomerTrend>,
    /// What of it.
    pub measure: Measure,
    /// The figure and its range.
    pub point: Point,
}

impl Trends {
    /// The trends of a period with this month's own figures.
    #[must_use]
    pub(crate) fn of(month: Month, past: &Past, running: Option<Outlook>) -> Self {
        let movement = movement::of(past.months.last(), &month);
        let slots = series::slots(past, month);
        let months: Vec<Option<&Month>> = slots.iter().map(Slot::month).collect();
        let calls = |month: &Option<&Month>| month.map(|month| month.calls);
        let whole =
            [Measure::Failed, Measure::Answered].map(|measure| Series::of_calls(measure, months.iter().map(calls)));
        let this = months.last().copied().flatten();
        let mut by_cost: Vec<(&String, &CustomerMonth)> = this.iter().flat_map(|month| &month.customers).collect();
        by_cost.sort_by(|(a, x), (b, y)| y.cost.amount().cmp(&x.cost.amount()).then_with(|| a.cmp(b)));
        let customers = by_cost.iter().map(|(id, _)| CustomerTrend::of(id, &months)).collect();
        Self { whole: whole.into(), customers, movement, running, slots }
    }

    /// The customers that the report shows: the largest, and who left a usual range.
    pub(crate) fn shown(&self) -> impl Iterator<Item = &CustomerTrend> {
        let is_shown = |(place, trend): &(usize, &CustomerTrend)| *place < SHOWN || trend.is_marked();
        self.customers.iter().enumerate().filter(is_shown).map(|(_, trend)| trend)
    }

    /// This period's own figures.
    #[must_use]
    pub(crate) fn month(&self) -> Option<&Month> {
        self.slots.last().and_then(Slot::month)
    }

    /// Whether there is an earlier period to look at, or one that could not be read.
    #[must_use]
    pub(crate) fn are_told(&self) -> bool {
        self.slots.len() > 1
    }

    /// What left its usual range in this period: the whole first, then customers by cost.
    pub(crate) fn marks(&self) -> impl Iterator<Item = Mark<'_>> {
        let own = self.whole.iter().map(|series| (None, series));
        let theirs =
            self.customers.iter().flat_map(|trend| trend.series.iter().map(move |series| (Some(trend), series)));
        own.chain(theirs)
            .filter_map(|(customer, series)| Some(Mark { customer, measure: series.measure, point: *series.mark()? }))
    }

    /// How many earlier periods have enough calls to say what is usual of the whole.
    #[must_use]
    pub(crate) fn known(&self) -> usize {
        let earlier = self.slots.split_last().map_or(&[][..], |(_, earlier)| earlier);
        let calls = earlier.iter().filter_map(|slot| slot.month()?.calls.calls);
        calls.filter(|calls| *calls >= usual::FEWEST_CALLS).count().min(usual::WINDOW)
    }

    /// Whether a share of failed calls was had by taking answered ones off.
    #[must_use]
    pub(crate) fn subtracts(&self) -> bool {
        let subtracted = |calls: Calls| calls.failed.is_none() && calls.not_connected().is_some();
        self.slots
            .iter()
            .filter_map(Slot::month)
            .any(|month| subtracted(month.calls) || month.customers.values().any(|customer| subtracted(customer.calls)))
    }
}

impl CustomerTrend {
    fn of(id: &str, months: &[Option<&Month>]) -> Self {
        let own = || months.iter().map(|month| month.and_then(|month| month.customers.get(id)));
        let calls = |measure| Series::of_calls(measure, own().map(|customer| customer.map(|c| c.calls)));
        let inbound = Series::of_inbound(own().map(|customer| customer.map(|c| &c.directions)));
        Self {
            customer_id: id.to_owned(),
            name: own().rev().flatten().find_map(|customer| customer.name.clone()),
            series: vec![calls(Measure::Failed), calls(Measure::Answered), inbound],
        }
    }

    fn is_marked(&self) -> bool {
        self.series.iter().any(|series| series.mark().is_some())
    }

    /// One of its series.
    #[must_use]
    pub(crate) fn series(&self, measure: Measure) -> Option<&Series> {
        self.series.iter().find(|series| series.measure == measure)
    }
}
