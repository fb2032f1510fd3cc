//! Who is billed, and what: at cost, with a mark-up, at an own rate; what is charged and
//! taken off beside.

use super::*;
use crate::books::charges;
use crate::books::config;
use crate::books::customers::{self, Customers};
use crate::model::finding::{Finding, Severity, Sides};
use crate::model::matrix::{Cell, Grain, MatrixCustomer};
use crate::model::money::parse_plain;
use crate::model::period::Period;
use crate::model::posting::{PostedCustomer, RowCounts};
use crate::model::reconciliation::{ComparedAt, Remainder};
use crate::model::transactions::Posted;
use crate::model::usage::CallUsage;

fn inr(text: &str) -> Money {
    Money::new(parse_plain(text).unwrap(), Currency::INR)
}

fn sides(analytics: Option<&str>, ledger: &str) -> Sides {
    let (analytics, ledger) = (analytics.map(inr), inr(ledger));
    Sides { analytics, ledger, difference: analytics.map(|stated| ledger.minus(&stated).unwrap()) }
}

/// A customer with 60.00 inbound and 40.00 outbound in the ledger.
fn customer(id: &str, status: Status) -> CustomerLine {
    CustomerLine {
        customer_id: id.to_owned(),
        name: Some(format!("Name of {id}")),
        sides: sides(Some("100.00"), "100.00"),
        status,
        ledger_by_direction: [(Direction::Inbound, inr("60.00")), (Direction::Outbound, inr("40.00"))].into(),
        analytics_by_direction: None,
        calls: None,
    }
}

fn reconciliation(customers: Vec<CustomerLine>) -> Reconciliation {
    Reconciliation {
        two_outcomes: false,
        period: Period::parse("2026-03").unwrap(),
        timezone: chrono_tz::Asia::Kolkata,
        partner_timezone: chrono_tz::UTC,
        coverage: None,
        edge_calls: None,
        beside_calls: None,
        partner: None,
        unread: Vec::new(),
        currency: Currency::INR,
        inputs: Vec::new(),
        rows: RowCounts::default(),
        compared_at: ComparedAt::default(),
        added_up_by: None,
        totals: sides(None, "0"),
        usage: CallUsage::default(),
        directions: Vec::new(),
        customers,
        remainder: None,
        findings: Vec::new(),
    }
}

/// What is known beside the reconciliation; each test changes what it is about.
struct Known {
    settings: &'static str,
    customers: &'static str,
    charges: &'static str,
    matrix: Option<Matrix>,
    transactions: Option<Transactions>,
    calls: [Option<u64>; 2],
    decided: BTreeMap<String, Decision>,
    carried: Vec<Carried>,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            settings: "",
            customers: "customer_id\nM\n",
            charges: "customer_id,description,kind,from,amount\n",
            matrix: None,
            transactions: None,
            calls: [None, None],
            decided: BTreeMap::new(),
            carried: Vec::new(),
        }
    }
}

impl Known {
    fn decide(&self, reconciliation: &Reconciliation) -> BTreeMap<String, Disposition> {
        let settings = config::parse(self.settings, "c").unwrap();
        let customers: Customers = customers::parse(self.customers.as_bytes()).unwrap().0;
        let charges = charges::parse(self.charges.as_bytes()).unwrap();
        let mut ledger = Ledger {
            path: String::new(),
            sha256: String::new(),
            bytes: 0,
            files: Vec::new(),
            currency: Currency::INR,
            rows: RowCounts::default(),
            customers: BTreeMap::new(),
            problems: Vec::new(),
            problems_beyond: 0,
            aside: Vec::new(),
            other_currencies: BTreeMap::new(),
            checks: Vec::new(),
            hidden: Vec::new(),
            is_ended: true,
            added_up_by: None,
        };
        let posted = PostedCustomer {
            name: None,
            inbound: inr("60.00"),
            outbound: inr("40.00"),
            other: inr("0"),
            rows: 2,
            calls: self.calls,
        };
        ledger.customers.insert("M".to_owned(), posted);
        let rates = Rates::of(&[], (Currency::INR, 7), [None, None], std::iter::empty());
        let terms = Terms {
            rates: &rates,
            invoicing: &settings.invoicing,
            customers: &customers,
            charges: &charges,
            carried: &self.carried,
            matrix: self.matrix.as_ref(),
            rows: None,
            transactions: self.transactions.as_ref(),
            ledger: &ledger,
            basis: settings.basis,
            unlisted: settings.unlisted,
            decided: &self.decided,
            logo_sha256: Some("logo"),
        };
        decide(reconciliation, &terms).unwrap()
    }

    /// What becomes of the one matched customer, each line as `charge: exact → amount`.
    fn lines(&self) -> Vec<String> {
        match self.decide(&reconciliation(vec![customer("M", Status::Matched)])).remove("M").unwrap() {
            Disposition::Bill(draft) => draft
                .lines
                .iter()
                .map(|line| format!("{}: {} → {}", line.charge.name(), line.exact.plain(), line.amount.plain()))
                .collect(),
            other => vec![format!("{other:?}")],
        }
    }
}

#[test]
fn calls_are_charged_at_cost_with_a_mark_up_or_at_an_own_rate() {
    assert_eq!(Known::default().lines(), ["usage: 60.00 → 60.00", "usage: 40.00 → 40.00"]);
    let marked = Known { customers: "customer_id,markup_inbound,markup_outbound\nM,12.345,0\n", ..Known::default() };
    assert_eq!(marked.lines(), ["usage: 67.40700 → 67.41", "usage: 40.00 → 40.00"]);
    let calls = [Some(3), Some(7)];
    let rated = "customer_id,rate_inbound,rate_outbound,rate_unit\nM,0.335,2,call\n";
    let counted = Known { customers: rated, calls, ..Known::default() };
    assert_eq!(counted.lines(), ["usage: 1.005 → 1.01", "usage: 14.00 → 14.00"]);
    // Without a count nothing can be charged by it, unless there is nothing to charge.
    let uncounted = Known { customers: rated, ..Known::default() };
    assert!(uncounted.lines()[0].contains("how many calls of inbound calls there were is not known"));
    let mut free = reconciliation(vec![customer("M", Status::Matched)]);
    free.customers[0].ledger_by_direction.clear();
    assert_eq!(uncounted.decide(&free)["M"], Disposition::Nothing);
}

#[test]
fn minutes_are_those_of_the_partners_seconds_to_the_hundredth() {
    let cell = |calls: u64, seconds: u64| Cell {
        usage: Some(CallUsage { calls: Some(calls), duration_seconds: Some(seconds), ..CallUsage::default() }),
        ..Cell::default()
    };
    let cells = MatrixCustomer { name: None, cells: [cell(3, 100), cell(7, 61)] };
    let matrix = Matrix {
        grain: Grain::Summary,
        customers: [("M".to_owned(), cells)].into(),
        accounts_listed: 1,
        accounts_stated: None,
        edge_calls: Vec::new(),
        edge_calls_beyond: 0,
    };
    // 100 s are 1.67 min, 61 s 1.02.
    let customers = "customer_id,rate_inbound,rate_outbound\nM,1,1\n";
    let known = Known { customers, matrix: Some(matrix.clone()), ..Known::default() };
    assert_eq!(known.lines(), ["usage: 1.67 → 1.67", "usage: 1.02 → 1.02"]);
    // The calls that the ledger counts stand before the partner's.
    let known = Known {
        customers: "customer_id,rate_inbound,rate_outbound,rate_unit\nM,1,1,call\n",
        calls: [Some(5), None],
        matrix: Some(matrix),
        ..Known::default()
    };
    assert_eq!(known.lines(), ["usage: 5.00 → 5.00", "usage: 7.00 → 7.00"]);
}

#[test]
fn discount_and_minimum_are_of_calls_alone() {
    let customers = "customer_id,discount_percent,minimum_commitment\nM,2.5,99\n";
    let charges = "customer_id,description,kind,from,amount,quantity,unit_price\nM,Set-up,one-off,2026-03-05,500,,\nM,Numbers,recurring,,,3,1.005\nM,Goodwill,credit,2026-03-06,7,,\nM,Launch,discount,,1,,\nM,Later,one-off,2026-04-01,9,,\nOTHER,Set-up,one-off,2026-03-05,5,,\n";
    let known = Known { customers, charges, ..Known::default() };
    assert_eq!(
        known.lines(),
        [
            "usage: 60.00 → 60.00",
            "usage: 40.00 → 40.00",
            "discount: -2.500 → -2.50",
            "minimum: 1.500 → 1.50",
            "one-off: 500.00 → 500.00",
            "recurring: 3.015 → 3.02",
            "credit: -7.00 → -7.00",
            "discount: -1.00 → -1.00",
        ]
    );
    // A minimum that is reached, and a discount of nothing, are no lines.
    let reached = Known { customers: "customer_id,discount_percent,minimum_commitment\nM,0,100\n", ..Known::default() };
    assert_eq!(reached.lines().len(), 2);
}

#[test]
fn rentals_are_passed_on_where_the_settings_say_so() {
    let posted = |net: &str| Posted { rows: 1, net: parse_plain(net).unwrap() };
    let kinds = [(Kind::Calls, posted("9")), (Kind::Rental, posted("300")), (Kind::Refund, posted("-5"))];
    let transactions = Transactions { customers: [("M".to_owned(), kinds.into())].into(), ..Transactions::default() };
    let billed = Known {
        settings: "[invoice]\nrentals = \"bill\"\n",
        transactions: Some(transactions.clone()),
        ..Known::default()
    };
    assert_eq!(billed.lines()[2..], ["recurring: 300.00 → 300.00"]);
    assert_eq!(Known { transactions: Some(transactions), ..Known::default() }.lines().len(), 2);
}

#[test]
fn who_is_not_proven_is_not_billed() {
    let status_of = |status: Status, settings: &'static str, remainder: Option<Status>| {
        let mut compared = reconciliation(vec![customer("M", status)]);
        compared.remainder = remainder.map(|status| Remainder { sides: sides(None, "0"), customers: 1, status });
        let known = Known { settings, ..Known::default() };
        match known.decide(&compared).remove("M").unwrap() {
            Disposition::Bill(draft) => draft.proof.name().to_owned(),
            Disposition::Held(why) => why,
            other => format!("{other:?}"),
        }
    };
    assert_eq!(status_of(Status::Matched, "", None), "customer");
    assert_eq!(status_of(Status::Tolerated, "", None), "tolerance");
    for status in [Status::Discrepant, Status::NotStated, Status::NotReconciled] {
        assert_eq!(status_of(status, "", None), "not proven");
    }
    assert_eq!(status_of(Status::Unlisted, "", Some(Status::Matched)), "total-only");
    let unproven = "not listed by the partner, and the remainder is not proven";
    assert_eq!(status_of(Status::Unlisted, "", Some(Status::Discrepant)), unproven);
    assert_eq!(status_of(Status::Unlisted, "", None), unproven);
    let hold = "[reconcile]\nunlisted = \"hold\"\n";
    assert!(status_of(Status::Unlisted, hold, Some(Status::Matched)).ends_with("unlisted = \"hold\""));
    let mut touched = reconciliation(vec![customer("M", Status::Matched)]);
    let finding = |severity| Finding::fact("scale", severity, String::new(), String::new()).touching(["M".to_owned()]);
    touched.findings = vec![finding(Severity::Warning)];
    assert!(matches!(Known::default().decide(&touched)["M"], Disposition::Bill(_)));
    touched.findings = vec![finding(Severity::Blocking)];
    assert!(matches!(&Known::default().decide(&touched)["M"], Disposition::Held(why) if why.ends_with("scale")));
}

#[test]
fn a_decision_is_billed_in_the_split_that_is_known() {
    let decided = |decision: Decision, change: &dyn Fn(&mut CustomerLine)| {
        let mut line = customer("M", Status::Discrepant);
        line.sides = sides(Some("90.00"), "100.00");
        change(&mut line);
        let known = Known { decided: [("M".to_owned(), decision)].into(), ..Known::default() };
        match known.decide(&reconciliation(vec![line])).remove("M").unwrap() {
            Disposition::Bill(draft) => {
                assert_eq!(draft.proof, Proof::Decision);
                draft.lines.iter().map(|line| line.amount.plain()).collect::<Vec<_>>()
            }
            other => vec![format!("{other:?}")],
        }
    };
    let as_is = |_: &mut CustomerLine| ();
    assert_eq!(decided(Decision::BillLedger, &as_is), ["60.00", "40.00"]);
    // The direction with more takes the difference.
    assert_eq!(decided(Decision::BillAnalytics, &as_is), ["50.00", "40.00"]);
    // An amount as the partner's figures stand to each other, else the ledger's; never below zero.
    assert_eq!(decided(Decision::BillAmount(parse_plain("101").unwrap()), &as_is), ["60.60", "40.40"]);
    assert_eq!(decided(Decision::BillAmount(parse_plain("10").unwrap()), &as_is), ["6.00", "4.00"]);
    let outbound = |line: &mut CustomerLine| {
        line.ledger_by_direction = [(Direction::Inbound, inr("40.00")), (Direction::Outbound, inr("60.00"))].into();
    };
    assert_eq!(decided(Decision::BillAnalytics, &outbound), ["40.00", "50.00"]);
    let split = |line: &mut CustomerLine| {
        let stated = [(Direction::Inbound, Some(inr("70.00"))), (Direction::Outbound, Some(inr("20.00")))];
        line.analytics_by_direction = Some(stated.into());
    };
    assert_eq!(decided(Decision::BillAnalytics, &split), ["70.00", "20.00"]);
    assert_eq!(decided(Decision::BillAmount(parse_plain("10").unwrap()), &split), ["7.78", "2.22"]);
    let unstated = |line: &mut CustomerLine| line.sides = sides(None, "100.00");
    assert_eq!(decided(Decision::BillAnalytics, &unstated), ["60.00", "40.00"]);
}

#[test]
fn who_only_has_charges_is_billed_them() {
    let known = Known {
        customers: "customer_id,legal_name,due_days,buyer_reference\nN,Nobody Ltd,30,PO-7\nC,Credit Ltd,,\n",
        charges: "customer_id,description,kind,from,amount\nN,Set-up,one-off,2026-03-05,500\nC,Goodwill,credit,2026-03-06,7\nX,Typo,one-off,2026-03-05,1\nN,Later,one-off,2026-04-05,500\n",
        ..Known::default()
    };
    let decided = known.decide(&reconciliation(vec![customer("M", Status::Matched)]));
    let Disposition::Bill(draft) = &decided["N"] else { panic!("{decided:?}") };
    assert_eq!((draft.subtotal.plain(), draft.buyer.legal_name.as_str()), ("500.00".into(), "Nobody Ltd"));
    assert_eq!((draft.payment.due_days, draft.buyer_reference.as_deref()), (Some(30), Some("PO-7")));
    let Disposition::CreditDue(due) = &decided["C"] else { panic!("{decided:?}") };
    assert_eq!((due.total, due.draft.subtotal), (inr("-7"), inr("0")));
    assert!(matches!(&decided["X"], Disposition::Refused(refusal) if refusal.why.contains("`X`")));
    let Disposition::Bill(draft) = &decided["M"] else { panic!("{decided:?}") };
    assert_eq!((draft.buyer.legal_name.as_str(), draft.payment.due_days), ("Name of M", Some(15)));
    let mut touched = reconciliation(Vec::new());
    touched.findings =
        vec![Finding::fact("scale", Severity::Blocking, String::new(), String::new()).touching(["N".to_owned()])];
    assert!(matches!(&known.decide(&touched)["N"], Disposition::Held(_)));
}

#[test]
fn a_line_says_in_words_and_figures_how_it_came_about() {
    let known = Known {
        settings: "[invoice]\nrentals = \"bill\"\n[seller]\nlegal_name = \"Seller\"\n",
        customers: "customer_id,markup_inbound,discount_percent,minimum_commitment\nM,10,2.50,200\n",
        charges: "customer_id,description,kind,from,quantity,unit,unit_price,sac\nM,Numbers,recurring,,3,number,100,998422\n",
        transactions: Some(Transactions {
            customers: [("M".to_owned(), [(Kind::Rental, Posted { rows: 1, net: Decimal::ONE })].into())].into(),
            ..Transactions::default()
        }),
        calls: [Some(3), Some(7)],
        ..Known::default()
    };
    let decided = known.decide(&reconciliation(vec![customer("M", Status::Matched)]));
    let Disposition::Bill(draft) = &decided["M"] else { panic!("{decided:?}") };
    let told: String = draft
        .lines
        .iter()
        .map(|line| {
            let pricing = match &line.pricing {
                Pricing::Stated => "as stated".to_owned(),
                Pricing::Markup { base, percent } => format!("{} and {percent} %", base.plain()),
                Pricing::Rate { quantity, unit, price } => format!("{quantity} {unit} at {price}"),
                Pricing::Share { base, percent } => format!("{percent} % of {}", base.plain()),
                Pricing::Part { of, days, whole } => format!("{days} of {whole} days of {}", of.plain()),
                Pricing::Converted { exchange, .. } => exchange.amount.plain(),
                Pricing::UpTo { minimum, have } => format!("{} up to {}", have.plain(), minimum.plain()),
            };
            format!(
                "{}; calls {:?}; {pricing}; sac {:?}; {}\n",
                line.description,
                line.calls,
                line.sac,
                line.amount.plain()
            )
        })
        .collect();
    insta::assert_snapshot!(told, @r#"
    Inbound calls; calls Some(3); 60.00 and 10 %; sac None; 66.00
    Outbound calls; calls Some(7); as stated; sac None; 40.00
    Discount of 2.5 % on calls; calls None; -2.50 % of 106.00; sac None; -2.65
    Up to the agreed minimum for calls; calls None; 103.3500 up to 200.00; sac None; 96.65
    Rental of numbers, as charged by the carrier; calls None; as stated; sac None; 1.00
    Numbers; calls None; 3 number at 100; sac Some("998422"); 300.00
    "#);
    assert_eq!((draft.seller.legal_name.as_str(), draft.logo_sha256.as_deref()), ("Seller", Some("logo")));
}

#[test]
fn credits_of_earlier_periods_are_taken_whole() {
    let carried = |amount: &str| {
        let period = Period::parse("2026-02").unwrap();
        let there = Carried { period, customer_id: "M".to_owned(), amount: inr(amount), missing_in: None };
        let gone = Carried { missing_in: Some("2026-01".to_owned()), ..there.clone() };
        let known = Known { carried: vec![there, gone], ..Known::default() };
        known.decide(&reconciliation(vec![customer("M", Status::Matched)])).remove("M").unwrap()
    };
    // M is charged 100.00 for calls.
    let Disposition::Bill(draft) = carried("30.00") else { panic!("not billed") };
    let line = draft.lines.last().unwrap();
    assert_eq!((draft.subtotal, line.amount), (inr("70.00"), inr("-30.00")));
    assert_eq!(line.description, "Credit carried from February 2026");
    for (credit, left) in [("100.00", "0.00"), ("130.00", "-30.00")] {
        let Disposition::CreditDue(due) = carried(credit) else { panic!("{credit} is not carried on") };
        assert_eq!((due.total, due.draft.subtotal), (inr(left), inr("0.00")));
        assert_eq!(total(Currency::INR, due.draft.lines.iter().map(|line| &line.amount)).unwrap(), inr("0"));
    }
}
