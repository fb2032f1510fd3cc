//! The workbook's sheets on the closed periods: the periods with their charts, who moved, and
//! every customer period by period.

use rust_decimal::Decimal;
use rust_xlsxwriter::{Chart, ChartLegendPosition, ChartType, Worksheet, XlsxError};

use super::sheet::{MOST_ROWS, Sheet, Styles};
use crate::render::trends_html::{rule, told, unmarked};
use crate::trends::{Measure, Movement, Point, Slot, Trends};

/// The sheets; none where there is no earlier period.
pub(super) fn sheets(trends: &Trends, styles: &Styles) -> Result<Vec<Worksheet>, XlsxError> {
    if !trends.are_told() {
        return Ok(Vec::new());
    }
    Ok(vec![periods(trends, styles)?, movement(trends, styles)?, customers(trends, styles)?])
}

/// A share, its usual range and its mark, in four columns.
fn point(sheet: &mut Sheet<'_>, column: u16, point: Option<&Point>) -> Result<(), XlsxError> {
    let Some(point) = point else { return Ok(()) };
    sheet.share(column, point.percent)?;
    if let Some(usual) = point.usual {
        let (low, high) = usual.ends();
        sheet.share(column + 1, low)?;
        sheet.share(column + 2, high)?;
    }
    match point.side {
        Some(side) => sheet.text(column + 3, &format!("{} {}", side.sign(), side.name())),
        None => Ok(()),
    }
}

const NAME: &str = "Trends";

fn periods(trends: &Trends, styles: &Styles) -> Result<Worksheet, XlsxError> {
    let columns = [
        ("Period", 24),
        ("Cost, by the partner", 18),
        ("Calls", 12),
        ("Answered, %", 11),
        ("Usual from", 10),
        ("Usual to", 10),
        ("Mark", 10),
        ("Failed, %", 11),
        ("Usual from", 10),
        ("Usual to", 10),
        ("Mark", 10),
        ("Inbound cost", 16),
        ("Outbound cost", 16),
        ("Low balance", 13),
        ("Suspended", 12),
        ("Accounts asked for at", 26),
        ("Note", 40),
    ];
    let mut sheet = Sheet::new(NAME, &columns, styles)?;
    for (at, slot) in trends.slots.iter().enumerate() {
        sheet.text(0, &slot.period().name)?;
        match slot {
            Slot::Gap(_, why) => sheet.text(16, why)?,
            Slot::Closed(month) => {
                sheet.money(1, "cost", month.cost)?;
                if let Some(calls) = month.calls.calls {
                    sheet.count(2, calls)?;
                }
                for (column, measure) in [(3, Measure::Answered), (7, Measure::Failed)] {
                    let series = trends.whole.iter().find(|series| series.measure == measure);
                    point(&mut sheet, column, series.and_then(|series| series.points.get(at)?.as_ref()))?;
                }
                for (column, direction) in (11..).zip(crate::model::usage::Direction::ALL) {
                    sheet.money(column, direction.name(), month.directions.get(&direction).copied())?;
                }
                if let Some(accounts) = &month.accounts {
                    for (column, count) in [(13, accounts.low_balance), (14, accounts.suspended)] {
                        if let Some(count) = count {
                            sheet.count(column, count)?;
                        }
                    }
                    sheet.text(15, &accounts.taken)?;
                }
            }
        }
        sheet.end_row()?;
    }
    let last = sheet.row - 1;
    below(trends, styles, sheet.finish()?, last)
}

/// What stands below the rows: what left its usual range, the rule, and the charts.
fn below(trends: &Trends, styles: &Styles, mut sheet: Worksheet, last: u32) -> Result<Worksheet, XlsxError> {
    let mut row = last + 2;
    if !styles.is_first {
        // The charts stand over all columns.
        sheet.set_print_fit_to_pages(1, 0);
    }
    let mut notes: Vec<String> = trends
        .marks()
        .map(|mark| {
            let who =
                mark.customer.map_or("All customers", |trend| trend.name.as_deref().unwrap_or(&trend.customer_id));
            format!("{} {who}: {}", mark.point.side.map_or("", |side| side.sign()), told(mark.measure, &mark.point))
        })
        .collect();
    if notes.is_empty() {
        notes.push(unmarked(trends));
    }
    for note in notes {
        sheet.write_string(row, 0, note)?;
        row += 1;
    }
    sheet.merge_range(row, 0, row, 12, &rule(trends), &styles.wrapped)?;
    sheet.set_row_height(row, 45)?;
    let mut chart = |kind, place: u16, title: &str, series: &[(u16, &str)]| -> Result<(), XlsxError> {
        let mut chart = Chart::new(kind);
        chart.title().set_name(title);
        for (column, name) in series {
            let values = (NAME, 1, *column, last, *column);
            chart.add_series().set_name(*name).set_categories((NAME, 1, 0, last, 0)).set_values(values);
        }
        if series.len() == 1 {
            chart.legend().set_hidden();
        }
        chart.legend().set_position(ChartLegendPosition::Bottom);
        sheet.insert_chart(row + 2, place, &chart).map(|_| ())
    };
    chart(ChartType::Column, 0, "Cost, by the partner", &[(1, "cost")])?;
    chart(ChartType::Line, 4, "Answered and failed calls, % of all", &[(3, "answered"), (7, "failed")])?;
    chart(ChartType::Line, 11, "Accounts when the partner was asked", &[(13, "low balance"), (14, "suspended")])?;
    Ok(sheet)
}

fn movement(trends: &Trends, styles: &Styles) -> Result<Worksheet, XlsxError> {
    let columns = [
        ("Customer", 22),
        ("Name", 34),
        ("Place", 8),
        ("Place before", 8),
        ("Moved", 10),
        ("Cost", 18),
        ("Cost before", 18),
        ("Difference", 18),
        ("Difference, %", 12),
    ];
    let mut sheet = Sheet::new("Top spenders", &columns, styles)?;
    match &trends.movement {
        Movement::Untold(why) => sheet.text(0, &format!("Nothing can be said: {why}."))?,
        Movement::Told { rows, .. } => {
            for row in rows {
                sheet.text(0, &row.customer_id)?;
                sheet.text(1, row.name.as_deref().unwrap_or_default())?;
                for (column, rank) in [(2, row.rank), (3, row.rank_before)] {
                    if let Some(rank) = rank {
                        sheet.count(column, rank as u64)?;
                    }
                }
                sheet.text(4, row.moved.name())?;
                sheet.money(5, "cost", row.cost)?;
                sheet.money(6, "cost before", row.cost_before)?;
                if let Some(difference) = row.difference {
                    let n = sheet.row + 1;
                    let formula = format!("=ROUND(F{n}-G{n},8)");
                    let value = difference.amount().normalize().to_string();
                    sheet.formula(7, &formula, &value, styles.money_of(&value))?;
                }
                if let Some(percent) = row.percent {
                    sheet.share(8, percent)?;
                }
                sheet.end_row()?;
            }
        }
    }
    sheet.finish()
}

fn customers(trends: &Trends, styles: &Styles) -> Result<Worksheet, XlsxError> {
    let columns = [
        ("Customer", 22),
        ("Name", 34),
        ("Period", 14),
        ("Cost", 16),
        ("Calls", 12),
        ("Answered", 12),
        ("Not connected", 12),
        ("Answered, %", 11),
        ("Usual from", 10),
        ("Usual to", 10),
        ("Mark", 10),
        ("Failed, %", 11),
        ("Usual from", 10),
        ("Usual to", 10),
        ("Mark", 10),
        ("Inbound cost", 16),
        ("Outbound cost", 16),
        ("Inbound, %", 11),
    ];
    let mut sheet = Sheet::new("Customers by period", &columns, styles)?;
    let mut room = MOST_ROWS;
    for trend in &trends.customers {
        for (at, slot) in trends.slots.iter().enumerate() {
            let Some(own) = slot.month().and_then(|month| month.customers.get(&trend.customer_id)) else { continue };
            let Some(left) = room.checked_sub(1) else { return sheet.finish() };
            room = left;
            sheet.text(0, &trend.customer_id)?;
            sheet.text(1, trend.name.as_deref().unwrap_or_default())?;
            sheet.text(2, &slot.period().name)?;
            sheet.money(3, "cost", Some(own.cost))?;
            let counts = [(4, own.calls.calls), (5, own.calls.answered), (6, own.calls.not_connected())];
            for (column, count) in counts {
                if let Some(count) = count {
                    sheet.amount(column, Decimal::from(count), "")?;
                }
            }
            let of = |measure| trend.series(measure).and_then(|series| series.points.get(at)?.as_ref());
            point(&mut sheet, 7, of(Measure::Answered))?;
            point(&mut sheet, 11, of(Measure::Failed))?;
            for (column, direction) in (15..).zip(crate::model::usage::Direction::ALL) {
                sheet.money(column, direction.name(), own.directions.get(&direction).copied())?;
            }
            if let Some(point) = of(Measure::Inbound) {
                sheet.share(17, point.percent)?;
            }
            sheet.row += 1;
        }
    }
    sheet.finish()
}
