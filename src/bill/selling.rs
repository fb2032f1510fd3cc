//! The partner's figures at the customers' prices, for ledgers that state those. Every figure gets
//! the margin that belongs to it, so that what did not tie at cost does not tie by as much.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::books::config::{Config, MatrixSource};
use crate::books::customers::{Agreement, Customers};
use crate::books::prices::Calls;
use crate::model::ledger_terms::Basis;
use crate::model::matrix::Matrix;
use crate::model::money::{Currency, Money, MoneyError, add_exact};
use crate::model::usage::{Analytics, CallUsage, Direction};

/// Whether the ledger states anybody's selling price.
#[must_use]
pub(crate) fn is_stated(bases: [Basis; 2], customers: Option<&Customers>) -> bool {
    let own = customers.into_iter().flat_map(|all| all.values()).filter_map(|one| one.agreement.ledger_basis);
    bases.into_iter().chain(own).any(|basis| basis == Basis::Selling)
}

/// The settings, with what such a ledger needs of a capture: each customer's own directions.
#[must_use]
pub(crate) fn captured(mut config: Config, customers: Option<&Customers>) -> Config {
    if is_stated(config.basis, customers) && config.upstream.matrix == MatrixSource::Auto {
        config.upstream.matrix = MatrixSource::CdrSummary;
    }
    config
}

/// Analytics and matrix at the prices that the ledger states. A price that is not known, since
/// calls are charged by a unit that the partner did not count, is no figure.
///
/// # Errors
/// A sum beyond the exact range.
pub(crate) fn at_prices(
    analytics: &Analytics,
    matrix: &Matrix,
    (customers, bases): (&Customers, [Basis; 2]),
    currency: Currency,
) -> Result<(Analytics, Matrix), MoneyError> {
    let (mut analytics, mut matrix) = (analytics.clone(), matrix.clone());
    let nobody = Agreement::default();
    let mut whole = Decimal::ZERO;
    let mut margins: BTreeMap<&str, Decimal> = BTreeMap::new();
    for (id, customer) in &mut matrix.customers {
        let agreement = customers.get(id).map_or(&nobody, |known| &known.agreement);
        let mut own = Decimal::ZERO;
        for direction in Direction::ALL {
            let cell = &mut customer.cells[direction as usize];
            let Some(usage) = cell.usage.as_mut().filter(|_| agreement.basis(bases, direction) == Basis::Selling)
            else {
                continue;
            };
            let Some(cost) = usage.cost else { continue };
            let (calls, seconds) = (usage.calls, usage.duration_seconds);
            let of = Calls { direction, cost: Money::new(cost, currency), calls, seconds };
            let Some(price) = agreement.selling(&of)? else {
                usage.cost = None;
                continue;
            };
            let margin = add_exact(price.amount(), -cost)?;
            usage.cost = Some(price.amount());
            if let Some(summary) = &mut cell.summary {
                raise(summary, margin)?;
            }
            if let Some(stated) = analytics.directions.iter_mut().find(|one| one.name == direction.name()) {
                raise(&mut stated.usage, margin)?;
            }
            own = add_exact(own, margin)?;
        }
        whole = add_exact(whole, own)?;
        margins.insert(id.as_str(), own);
    }
    for listed in &mut analytics.customers {
        // Of a customer that is listed twice, once.
        if let Some(own) = margins.remove(listed.customer_id.as_str()) {
            raise(&mut listed.usage, own)?;
        }
    }
    raise(&mut analytics.total, whole)?;
    for breakdown in &mut analytics.breakdowns {
        // Whose the parts are is not known: the margin is one more.
        breakdown.parts.push(CallUsage { calls: Some(0), cost: Some(whole), ..CallUsage::default() });
    }
    Ok((analytics, matrix))
}

fn raise(usage: &mut CallUsage, margin: Decimal) -> Result<(), MoneyError> {
    usage.cost = usage.cost.map(|cost| add_exact(cost, margin)).transpose()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::books::customers;
    use crate::model::matrix::{Cell, Grain, MatrixCustomer};
    use crate::model::usage::{Breakdown, CustomerUsage, DirectionUsage};

    fn usage(cost: &str) -> CallUsage {
        CallUsage {
            calls: Some(10),
            duration_seconds: Some(90),
            cost: Some(cost.parse().unwrap()),
            ..CallUsage::default()
        }
    }

    fn month(a: [&str; 2], b: [&str; 2], [inbound, outbound, whole]: [&str; 3]) -> (Analytics, Matrix) {
        let cell = |cost: &str| Cell { usage: Some(usage(cost)), ..Cell::default() };
        let customer = |by: [&str; 2]| MatrixCustomer { name: None, cells: by.map(cell) };
        let matrix = Matrix {
            grain: Grain::Summary,
            accounts_listed: 2,
            accounts_stated: None,
            customers: [("A".to_owned(), customer(a)), ("B".to_owned(), customer(b))].into(),
            edge_calls: Vec::new(),
            edge_calls_beyond: 0,
        };
        let of = |name: &str, cost| DirectionUsage { name: name.to_owned(), usage: usage(cost) };
        let listed = CustomerUsage { customer_id: "A".to_owned(), name: None, usage: usage("30.00") };
        let analytics = Analytics {
            total: usage(whole),
            directions: vec![of("inbound", inbound), of("outbound", outbound)],
            customers: vec![listed],
            breakdowns: vec![Breakdown { field: "by_product", parts: vec![usage(whole)] }],
            ..Analytics::default()
        };
        (analytics, matrix)
    }

    fn costs(of: &Analytics) -> [String; 4] {
        let text = |usage: &CallUsage| usage.cost.unwrap().normalize().to_string();
        let [inbound, outbound] = [0, 1].map(|at| text(&of.directions[at].usage));
        [inbound, outbound, text(&of.total), text(&of.customers[0].usage)]
    }

    #[test]
    fn every_figure_has_the_margin_that_belongs_to_it() {
        // The whole is stated a rupee too high, and stays so.
        let (analytics, matrix) = month(["10.00", "20.00"], ["0.05", "1.00"], ["10.05", "21.00", "32.05"]);
        let known = "customer_id,markup_inbound,rate_outbound\nA,12.5,2\nB,10,\n";
        let known = customers::parse(known.as_bytes()).unwrap().0;
        let of = (&known, [Basis::Selling; 2]);
        let (raised, cells) = at_prices(&analytics, &matrix, of, Currency::INR).unwrap();
        // A: 11.25, 1.5 min at 2.00; B: 0.055 as an invoice has it.
        let price = |id: &str, at: usize| cells.customers[id].cells[at].usage.as_ref().unwrap().cost.unwrap();
        assert_eq!(price("A", 0).to_string(), "11.25");
        assert_eq!(price("A", 1).to_string(), "3.00");
        assert_eq!(price("B", 0).to_string(), "0.06");
        assert_eq!(costs(&raised), ["11.31", "4", "16.31", "14.25"]);
        let (of_parts, of_whole) = (&raised.breakdowns[0].parts, raised.total.cost.unwrap());
        assert_eq!(add_exact(of_parts[0].cost.unwrap(), of_parts[1].cost.unwrap()), Ok(of_whole));
    }

    #[test]
    fn one_direction_or_one_customer_may_be_at_selling_price() {
        let (analytics, matrix) = month(["10.00", "20.00"], ["1.00", "1.00"], ["11.00", "21.00", "32.00"]);
        let known = "customer_id,markup_percent,ledger_basis\nA,50,\nB,50,cost\n";
        let known = customers::parse(known.as_bytes()).unwrap().0;
        let bases = [Basis::Cost, Basis::Selling];
        assert!(is_stated(bases, None) && !is_stated([Basis::Cost; 2], Some(&known)));
        let (raised, _) = at_prices(&analytics, &matrix, (&known, bases), Currency::INR).unwrap();
        assert_eq!(costs(&raised), ["11", "31", "42", "40"]);
        let known = customers::parse(b"customer_id,markup_percent,ledger_basis\nB,50,selling\n").unwrap().0;
        assert!(is_stated([Basis::Cost; 2], Some(&known)));
        let (raised, _) = at_prices(&analytics, &matrix, (&known, [Basis::Cost; 2]), Currency::INR).unwrap();
        assert_eq!(costs(&raised), ["11.5", "21.5", "33", "30"]);
    }

    #[test]
    fn a_price_by_a_unit_that_nobody_counted_is_not_known() {
        let (analytics, mut matrix) = month(["10.00", "20.00"], ["1.00", "1.00"], ["11.00", "21.00", "32.00"]);
        let cell = &mut matrix.customers.get_mut("A").unwrap().cells[0];
        cell.usage.as_mut().unwrap().duration_seconds = None;
        let known = customers::parse(b"customer_id,rate_inbound\nA,2\n").unwrap().0;
        let (raised, cells) = at_prices(&analytics, &matrix, (&known, [Basis::Selling; 2]), Currency::INR).unwrap();
        assert_eq!(cells.customers["A"].cells[0].usage.as_ref().unwrap().cost, None);
        assert_eq!(costs(&raised), ["11", "21", "32", "30"]);
    }
}
