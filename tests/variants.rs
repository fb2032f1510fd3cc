//! The kinds of the cases in other products, orders and numberings, made here: each is right,
//! or told where it can be read in two ways; never silently another sum or customer.

use serde_json::Value;

use crate::support::{Ran, crossfoot};

/// What an export reads as: right, told, or refused.
fn read(text: &str, accounts: &[&str], more: &[&str]) -> (Ran, Value) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("l.csv"), text).unwrap();
    let mut command = crossfoot(dir.path());
    command.args(["import", "l.csv", "--check", "--json"]).args(more);
    for account in accounts {
        command.args(["--account", account]);
    }
    let ran: Ran = command.output().unwrap().into();
    let found = serde_json::from_str(&ran.stdout).unwrap_or_default();
    (ran, found)
}

#[track_caller]
fn is_right(text: &str, accounts: &[&str], more: &[&str], customers: &[(&str, &str, &str)]) {
    let (ran, found) = read(text, accounts, more);
    assert_eq!(ran.code, 0, "{text}\n{}{}", ran.stdout, ran.stderr);
    let got: Vec<[&str; 3]> = found["customers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| ["name", "inbound", "outbound"].map(|key| one[key].as_str().unwrap()))
        .collect();
    let mut expected: Vec<[&str; 3]> = customers.iter().map(|(name, a, b)| [*name, *a, *b]).collect();
    expected.sort_unstable();
    assert_eq!(got, expected, "{text}");
}

/// Told: a finding or a refusal, that says this.
#[track_caller]
fn is_told(text: &str, accounts: &[&str], says: &str) {
    let (ran, _) = read(text, accounts, &[]);
    assert!(ran.code != 0 && ran.all().contains(says), "{text}\n{}{}", ran.stdout, ran.stderr);
}

const INBOUND: &[&str] = &["Inbound Voice=inbound"];
const BOTH: &[&str] = &["Inbound Voice=inbound", "Outbound Voice=outbound"];
const DAY_BOOK: &str = "Date,Particulars,Vch Type,Vch No.,Debit Amount,Credit Amount\n";
const SHEET: &str = "Date,Account,Voucher No,Debit,Credit\n";
const TALLY: &str = "Co\nInbound Voice\nLedger Account\n1-Mar-26 to 31-Mar-26\n\nDate,Particulars,,Vch Type,Vch No.,Debit,Credit\n3-Mar-26,By,Alpha Ltd,Sales,S/1,,100.00\n";

#[test]
fn customers_are_called_as_they_are() {
    for name in [
        "Round Table Events",
        "Total Solutions Pvt Ltd",
        "Discount Mart",
        "Tax Helpers",
        "Grand Total Cafe",
        "Axis Bank Ltd",
        "Opening Doors",
        "GST Suvidha LLP",
        "Cash Logistics",
        "Journal Works",
    ] {
        is_right(
            &format!(
                "{DAY_BOOK}3-Mar-26,{name},Sales,S/1,1180.00,\n,Inbound Voice,,,,1000.00\n,Output IGST,,,,180.00\n"
            ),
            INBOUND,
            &[],
            &[(name, "1000.00", "0.00")],
        );
        is_right(
            &format!(
                "{SHEET}31/03/2026,Output IGST,1,,180.00\n31/03/2026,Inbound Voice,1,,1000.00\n31/03/2026,{name},1,1180.00,\n"
            ),
            INBOUND,
            &[],
            &[(name, "1000.00", "0.00")],
        );
        is_right(
            &format!("{TALLY},By,{name},Sales,S/2,,\"2,000.00\"\n,To,Closing Balance,,,\"2,100.00\",\n"),
            INBOUND,
            &[],
            &[("Alpha Ltd", "100.00", "0.00"), (name, "2000.00", "0.00")],
        );
        is_right(
            &format!(
                ",Date,Transaction Type,Num,Name,Memo/Description,Split,Amount,Balance\nInbound Voice,,,,,,,,\n,03/15/2026,Invoice,101,{name},March,A/R,100.00,100.00\nTotal for Inbound Voice,,,,,,,100.00,\n"
            ),
            INBOUND,
            &[],
            &[(name, "100.00", "0.00")],
        );
    }
}

#[test]
fn a_voucher_is_of_its_date_and_place() {
    let two = [("Alpha Ltd", "1000.00", "0.00"), ("Beta Inc", "0.00", "200.00")];
    for numbers in [["1", "1"], ["", ""], ["1", "2"]] {
        let [a, b] = numbers;
        is_right(
            &format!(
                "{SHEET}31/03/2026,Alpha Ltd,{a},1180.00,\n31/03/2026,Inbound Voice,{a},,1000.00\n31/03/2026,Output IGST,{a},,180.00\n31/03/2026,Beta Inc,{b},236.00,\n31/03/2026,Outbound Voice,{b},,200.00\n31/03/2026,Output IGST,{b},,36.00\n"
            ),
            BOTH,
            &[],
            &two,
        );
    }
    // A receipt of the same number, on the same day.
    is_right(
        &format!(
            "{SHEET}31/03/2026,Alpha Ltd,1,1180.00,\n31/03/2026,Inbound Voice,1,,1000.00\n31/03/2026,Output IGST,1,,180.00\n31/03/2026,HDFC Bank,1,5000.00,\n31/03/2026,Beta Inc,1,,5000.00\n"
        ),
        INBOUND,
        &[],
        &[("Alpha Ltd", "1000.00", "0.00")],
    );
    // The month's file runs on into the next, where numbers begin anew.
    is_right(
        &format!(
            "{DAY_BOOK}31-Mar-26,Alpha Ltd,Sales,1,1180.00,\n,Inbound Voice,,,,1000.00\n,Output IGST,,,,180.00\n1-Apr-26,Beta Inc,Sales,1,236.00,\n,Inbound Voice,,,,200.00\n,Output IGST,,,,36.00\n"
        ),
        INBOUND,
        &["--period", "2026-03"],
        &[("Alpha Ltd", "1000.00", "0.00")],
    );
    // Rows of a voucher that stand apart, account by account.
    is_right(
        &format!(
            "{SHEET}31/03/2026,Inbound Voice,1,,1000.00\n31/03/2026,Inbound Voice,2,,500.00\n31/03/2026,Beta Inc,2,500.00,\n31/03/2026,Alpha Ltd,1,1000.00,\n"
        ),
        INBOUND,
        &[],
        &[("Alpha Ltd", "1000.00", "0.00"), ("Beta Inc", "500.00", "0.00")],
    );
    let two_dates = format!(
        "{SHEET}30/03/2026,Alpha Ltd,1,1180.00,\n31/03/2026,Inbound Voice,1,,1000.00\n31/03/2026,Output IGST,1,,180.00\n"
    );
    is_told(&two_dates, INBOUND, "bear two dates, `30/03/2026` and `31/03/2026`");
}

#[test]
fn whose_it_is_the_file_says_or_it_is_a_question() {
    let sale = |rows: &str| format!("{DAY_BOOK}3-Mar-26,{rows},Inbound Voice,,,,1000.00\n,Output IGST,,,,180.00\n");
    is_right(
        &sale("HDFC Bank,Sales,S/1,680.00,\n,Alpha Ltd,,,500.00,\n"),
        INBOUND,
        &[],
        &[("Alpha Ltd", "1000.00", "0.00")],
    );
    is_told(&sale("Cash,Sales,S/1,1180.00,\n"), INBOUND, "a bank account or cash, and no customer");
    let two = sale("Beta Inc,Sales,S/1,680.00,\n,Alpha Ltd,,,500.00,\n");
    is_told(&two, INBOUND, "`Beta Inc` and `Alpha Ltd`");
    let with_party = |receivable: &str, own: &str| {
        format!(
            "Date,Account,Voucher No,Customer,Debit,Credit\n31/03/2026,Debtors,1,{receivable},1000.00,\n31/03/2026,Inbound Voice,1,{own},,1000.00\n"
        )
    };
    is_right(&with_party("Alpha", ""), INBOUND, &[], &[("Alpha", "1000.00", "0.00")]);
    is_told(&with_party("Beta", "Alpha"), INBOUND, "the row names `Alpha`, and its voucher's receivable `Beta`");
    is_told(&with_party("", ""), INBOUND, "all customers together, and the row names none");
    let zones = "Date,Source,Description,Reference,Debit,Credit,Running Balance\nInbound Voice,,,,,,\n03 Mar 2026,Receivable Invoice,Alpha - North Zone Ltd,INV-1,,100.00,100.00\nTotal Inbound Voice,,,,0.00,100.00,\n";
    is_told(zones, INBOUND, "may be `Alpha` or `Alpha - North Zone Ltd`");
}

#[test]
fn no_row_on_a_named_account_disappears() {
    let of_type = |kind: &str| {
        format!(
            "Date,Account,Voucher No,Voucher Type,Customer,Debit,Credit\n31/03/2026,Debtors,1,{kind},Alpha,1000.00,\n31/03/2026,Inbound Voice,1,{kind},Alpha,,1000.00\n"
        )
    };
    for kind in ["Journal", "JV", "Sales Bill", "Sales Receipt", "Tax Invoice", "Debit Memo"] {
        is_right(&of_type(kind), INBOUND, &[], &[("Alpha", "1000.00", "0.00")]);
    }
    for kind in ["Purchase Bill", "Receipt", "Payable Invoice", "Barter", "Billing"] {
        is_told(&of_type(kind), INBOUND, "set-aside in 1 places, 1000.00 in all");
        let counts = format!("{kind}=counts");
        is_right(&of_type(kind), INBOUND, &["--voucher-type", &counts], &[("Alpha", "1000.00", "0.00")]);
        let never = format!("{kind}=never");
        is_right(&of_type(kind), INBOUND, &["--voucher-type", &never], &[]);
    }
    let misnamed = of_type("Sales").replace("Inbound Voice", "Inbound Voice Charges");
    is_told(&misnamed, INBOUND, "`Inbound Voice Charges`");
}

#[test]
fn notes_between_rows_are_no_accounts() {
    for note in ["(continued)", "Page 2 of 3", "Reviewed by CA", "Note: checked", "Inbound adjustments"] {
        is_right(
            &format!(
                "Date,Source,Description,Reference,Debit,Credit,Running Balance\nInbound Voice,,,,,,\n03 Mar 2026,Receivable Invoice,Alpha Ltd - March,INV-1,,\"1,000.00\",\"1,000.00\"\n{note},,,,,,\n04 Mar 2026,Receivable Invoice,Beta Inc - March,INV-2,,500.00,\"1,500.00\"\nTotal Inbound Voice,,,,0.00,\"1,500.00\",\n"
            ),
            INBOUND,
            &[],
            &[("Alpha Ltd", "1000.00", "0.00"), ("Beta Inc", "500.00", "0.00")],
        );
    }
    let untold = format!("{TALLY}Reviewed by CA,,,,,,\n4-Mar-26,By,Beta,Sales,S/2,,50.00\n");
    is_told(&untold, INBOUND, "is a note or the name of an account");
}

#[test]
fn a_minus_beside_its_side_is_decided_by_totals_or_asked() {
    let sap = |rest: &str| {
        format!(
            "G/L Account;DocumentNo;Type;Pstng Date;Amount in local cur.;LCurr;S/H;Assignment\n410000;90000001;RV;03.03.2026;1.000,00;INR;H;C001\n410000;90000002;RV;15.03.2026;500,00-;INR;H;C001\n{rest}"
        )
    };
    let account = &["410000=inbound"];
    is_told(&sap(""), account, "speaks against its side");
    is_right(&sap("* Account 410000;;;;500,00-;INR;;\n"), account, &[], &[("C001", "500.00", "0.00")]);
}

#[test]
fn two_digit_years_are_proved_or_asked() {
    let days = |days: &[&str]| {
        let row = |day: &&str| format!("{day},Inbound Voice,1,Alpha,,10.00\n{day},Debtors,1,Alpha,10.00,\n");
        format!("Date,Ledger,Vch No.,Customer,Debit,Credit\n{}", days.iter().map(row).collect::<String>())
    };
    is_told(&days(&["31/03/26"]), INBOUND, "is 31 March 2026 or 26 March 2031");
    is_right(&days(&["01/03/26", "31/03/26"]), INBOUND, &["--period", "2026-03"], &[("Alpha", "20.00", "0.00")]);
    is_right(
        &days(&["31/03/26"]),
        INBOUND,
        &["--date-order", "dmy", "--period", "2026-03"],
        &[("Alpha", "10.00", "0.00")],
    );
}

const PLAIN: &str = "Date,Account,Voucher No,Customer,Debit,Credit";
const ALPHA: &str = "31/03/2026,Inbound Voice,1,Alpha,,1000.00";

#[test]
fn what_a_row_says_of_itself_is_told() {
    for (column, counts, dead) in [
        ("Status", "Posted", "Cancelled"),
        ("Status", "Paid", "Pending approval"),
        ("Is Cancelled", "0", "1"),
        ("Active", "Yes", "No"),
        ("Remarks", "", "CANCELLED"),
        ("Docstatus", "1", "2"),
    ] {
        let sheet = |cell: &str| {
            format!("{PLAIN},{column}\n{ALPHA},{counts}\n31/03/2026,Inbound Voice,2,Beta,,500.00,{cell}\n")
        };
        is_told(&sheet(dead), INBOUND, "set-aside in 1 places, 500.00 in all");
        is_right(&sheet(counts), INBOUND, &[], &[("Alpha", "1000.00", "0.00"), ("Beta", "500.00", "0.00")]);
    }
    let of_type = |kind: &str| {
        format!(
            "Date,Account,Voucher No,Voucher Type,Customer,Debit,Credit\n31/03/2026,Inbound Voice,1,{kind},Alpha,,1000.00\n"
        )
    };
    for kind in
        ["Draft Invoice", "Void Invoice", "Pro-forma Invoice", "Sales Quote", "Reversing Journal", "Budget Journal"]
    {
        is_told(&of_type(kind), INBOUND, "set-aside in 1 places, 1000.00 in all");
    }
    // A void row of nothing takes nothing away.
    is_right(
        &format!("{PLAIN},Status\n{ALPHA},\n31/03/2026,Inbound Voice,2,Beta,,0.00,Void\n"),
        INBOUND,
        &[],
        &[("Alpha", "1000.00", "0.00")],
    );
}

#[test]
fn cells_that_a_comma_has_moved_are_never_read() {
    for row in [
        "31/03/2026,Inbound Voice,2,Beta,,2,500.00",
        "31/03/2026,Inbound Voice,2,Studio 24,7,,1000.00",
        "31/03/2026,Inbound Voice,2,\"Beta\",,500.00,see mail",
    ] {
        is_told(&format!("{PLAIN}\n{ALPHA}\n{row}\n"), INBOUND, "the row has 7 cells, and not 6");
    }
    let behind = format!("{PLAIN},Remarks\n{ALPHA},\n31/03/2026,Inbound Voice,2,Studio 24,7,,1000.00,\n");
    is_told(&behind, INBOUND, "the row has 8 cells, and not 7");
    let register = "Date,Particulars,Voucher Type,Voucher No.,Gross Total,Inbound Voice\n3-Mar-26,Alpha Ltd,Sales,S/1,1,180.00,1,180.00\n";
    is_told(register, INBOUND, "the row has 8 cells, and not 6");
    // What is cut off, or stands a column too far, is no row without an amount.
    is_told(&format!("{PLAIN}\n{ALPHA}\n31/03/2026,Inbound Voice,2,Beta\n"), INBOUND, "has no amount in its column");
    let far = format!("{PLAIN},Remarks\n{ALPHA},\n31/03/2026,Inbound Voice,2,Beta,,,500.00\n");
    is_told(&far, INBOUND, "has no amount in its column");
}

/// A posting whose amount is blank shows in the running balance; a note does not.
#[test]
fn a_blank_amount_that_moves_the_balance_is_told() {
    let book = |rows: &str| {
        format!(
            "Co\nGeneral Ledger\nMarch 2026\n\n,Date,Transaction Type,Num,Name,Memo/Description,Split,Amount,Balance\nInbound Voice,,,,,,,,\n{rows}"
        )
    };
    let beta = ",03/13/2026,Invoice,102,Beta,x,A/R,500.00,";
    let row = |balance: &str| format!(",03/14/2026,Invoice,103,Alpha,March,A/R,,{balance}\n");
    is_told(&book(&format!("{}{beta}1500.00\n", row("1000.00"))), INBOUND, "has no amount in its column");
    is_told(&book(&format!("{beta}500.00\n{}", row("1500.00"))), INBOUND, "has no amount in its column");
    is_right(&book(&format!("{beta}500.00\n{}", row("500.00"))), INBOUND, &[], &[("Beta", "500.00", "0.00")]);
}

#[test]
fn what_stands_in_place_of_a_customer_or_an_account_is_told() {
    let names = ["N/A", "#REF!", "-do-", "B/F", "NULL", "nan", "-Split-", "<multiple>", "Various", "0", "TBD", "Cash"];
    for name in names.into_iter().chain(["Transfer to Profit & Loss A/c", "P&L transfer"]) {
        let sheet = format!("{PLAIN}\n{ALPHA}\n31/03/2026,Inbound Voice,2,{name},,500.00\n");
        is_told(&sheet, INBOUND, "stands where a customer should, and is none");
    }
    for name in ["Cash Logistics", "N A Traders", "Profit Loss Advisors Pvt Ltd", "Ditto Foods", "P L Traders"] {
        let sheet = format!("{PLAIN}\n31/03/2026,Inbound Voice,2,{name},,500.00\n");
        is_right(&sheet, INBOUND, &[], &[(name, "500.00", "0.00")]);
    }
    let ledger = format!("{TALLY}31-Mar-26,To,Profit & Loss A/c,Journal,J/9,100.00,\n");
    is_told(&ledger, INBOUND, "`Profit & Loss A/c` stands where a customer should");
    // Blank below the first, as in a grouped or merged sheet.
    is_told(&format!("{PLAIN}\n{ALPHA}\n31/03/2026,,2,Beta,,500.00\n"), INBOUND, "and no account");
    // It has a customer, so it is no total, though its sum is.
    is_told(&format!("{PLAIN}\n{ALPHA}\n,Inbound Voice,,Beta,,1000.00\n"), INBOUND, "the row has no date");
    is_told(&format!("{PLAIN}\n31/03/2026,Inbound Voice,1,Alpha,1000.00,1000.00\n"), INBOUND, "as debit and as credit");
}

#[test]
fn a_name_is_one_customer_however_it_is_written() {
    for (one, other) in
        [("Alpha", "ALPHA"), ("alpha", "Alpha"), ("Caf\u{e9}", "Cafe\u{301}"), ("Alpha Ltd", "Alpha\u{200b}  Ltd")]
    {
        let sheet =
            format!("{PLAIN}\n31/03/2026,Inbound Voice,1,{one},,1000.00\n31/03/2026,Inbound Voice,2,{other},,500.00\n");
        let name = if one == "alpha" { other } else { one };
        is_right(&sheet, INBOUND, &[], &[(name, "1500.00", "0.00")]);
        let book = format!(
            "{DAY_BOOK}3-Mar-26,{one},Sales,1,1000.00,\n,Inbound Voice,,,,1000.00\n4-Mar-26,{other},Sales,2,500.00,\n,Inbound Voice,,,,500.00\n"
        );
        is_right(&book, INBOUND, &[], &[(name, "1500.00", "0.00")]);
    }
}

#[test]
fn an_account_that_is_nowhere_is_an_error_and_nothing_at_all_is_told() {
    let list = ",Date,Transaction Type,Num,Name,Memo/Description,Split,Amount,Balance\n,03/15/2026,Invoice,101,Alpha,March,A/R,100.00,100.00\nTotal for Nothing,,,,,,,100.00,\n";
    let (ran, _) = read(list, INBOUND, &[]);
    assert_eq!(ran.code, 2, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("no account `Inbound Voice`") || ran.stdout.contains("no account `Inbound Voice`"));
    let (ran, found) = read(&format!("{PLAIN}\n"), INBOUND, &[]);
    assert_eq!((ran.code, &found["findings"][0]["severity"]), (0, &Value::from("warning")), "{}", ran.stdout);
    // An account may be called as a total is.
    is_right(
        &list.replace(",03/15", "Total Voice,,,,,,,,\n,03/15").replace("Nothing", "Total Voice"),
        &["Total Voice=inbound"],
        &[],
        &[("Alpha", "100.00", "0.00")],
    );
}

#[test]
fn totals_of_pages_and_of_spreadsheets_are_no_entries() {
    let totals = format!(
        "{PLAIN}\n{ALPHA}\n31/03/2026,Inbound Voice,2,Beta,,500.00\n,Inbound Voice Total,,,,1500.00\n31/03/2026,Outbound Voice,3,Beta,,70.00\n,Outbound Voice Total,,,,70.00\n,Grand Total,,,,1570.00\n"
    );
    is_right(&totals, BOTH, &[], &[("Alpha", "1000.00", "0.00"), ("Beta", "500.00", "70.00")]);
    let broken = totals.replace(",,1500.00", ",,1501.00");
    is_told(&broken, BOTH, "total Inbound Voice");
    let page = format!(
        "{TALLY},,Carried Over,,,,100.00\nCo\nInbound Voice Ledger Account : 1-Mar-26 to 31-Mar-26\nDate,Particulars,,Vch Type,Vch No.,Debit,Credit\n,,Brought Forward,,,,100.00\n5-Mar-26,By,Beta,Sales,S/2,,500.00\n,To,Closing Balance,,,600.00,\n"
    );
    is_right(&page, INBOUND, &[], &[("Alpha Ltd", "100.00", "0.00"), ("Beta", "500.00", "0.00")]);
    let book = format!(
        "{DAY_BOOK}3-Mar-26,Alpha,Sales,1,1000.00,\n,Inbound Voice,,,,1000.00\n,Carried Over,,,1000.00,1000.00\n,Brought Forward,,,1000.00,1000.00\n5-Mar-26,Beta,Sales,2,500.00,\n,Inbound Voice,,,,500.00\n,Total,,,1500.00,1500.00\n"
    );
    is_right(&book, INBOUND, &[], &[("Alpha", "1000.00", "0.00"), ("Beta", "500.00", "0.00")]);
}

#[test]
fn what_a_header_or_a_title_leaves_open_is_a_question() {
    let row = "31/03/2026,Inbound Voice,1,Alpha,1000.00,1180.00,Cr\n";
    let both = format!("Date,Account,Voucher No,Customer,Taxable Value,Amount,Dr/Cr\n{row}");
    is_told(&both, INBOUND, "either may be the amount");
    let two =
        "Date,Account,Voucher No,Party,Customer,Debit,Credit\n31/03/2026,Inbound Voice,1,Agent X,Alpha,,1000.00\n";
    is_told(two, INBOUND, "either may be the customer");
    is_told(&format!("All amounts in lakhs\n{PLAIN}\n{ALPHA}\n"), INBOUND, "are not in units");
    let sides = "Date,Account,Voucher No,Customer,Amount,Dr/Cr\n31/03/2026,Inbound Voice,1,Alpha,1000.00 Dr,Cr\n";
    is_told(sides, INBOUND, "the amount says one side");
    // A title that states the period decides the order of day and month.
    let march = |title: &str| format!("{title}\n{PLAIN}\n{}\n", ALPHA.replace("31/", "05/"));
    is_told(&march("Our sales"), INBOUND, "can be read in two ways");
    is_right(&march("1-Mar-26 to 31-Mar-26"), INBOUND, &["--period", "2026-03"], &[("Alpha", "1000.00", "0.00")]);
    is_right(&march("March 2026"), INBOUND, &["--period", "2026-03"], &[("Alpha", "1000.00", "0.00")]);
    let mixed = format!("{PLAIN}\n03-05-2026,Inbound Voice,1,Alpha,,1.00\n13/03/2026,Inbound Voice,2,Alpha,,1.00\n");
    is_told(&mixed, INBOUND, "are written in two ways");
}

#[test]
fn the_sides_of_posting_keys_and_reversals_are_heard() {
    let sap = "G/L Account;DocumentNo;Type;Pstng Date;PK;Amount in local cur.;LCurr;Customer\n410000;90000001;RV;03.03.2026;50;1.000,00;INR;C001\n410000;90000002;DG;15.03.2026;40;100,00;INR;C001\n";
    is_right(sap, &["410000=inbound"], &[], &[("C001", "900.00", "0.00")]);
    let unsigned = sap.replace("PK;", "").replace(";50;", ";").replace(";40;", ";");
    let (_, found) = read(&unsigned, &["410000=inbound"], &[]);
    assert_eq!(found["findings"][0]["code"], "sign-flip");
    let day = "G/L Account;DocumentNo;Type;Pstng Date;Amount in local cur.;LCurr;Assignment\n410000;9;RV;13.03.2026;1.000,00-;INR;20260313\n";
    is_told(day, &["410000=inbound"], "`20260313` is a day");
    let net =
        format!("{DAY_BOOK}3-Mar-26,Alpha Ltd,Sales,S/1,950.00,\n,Inbound Voice,,,,1000.00\n,Inbound Voice,,,50.00,\n");
    is_right(&net, INBOUND, &[], &[("Alpha Ltd", "950.00", "0.00")]);
    let pair = "Posting Date,Account,Debit (INR),Credit (INR),Balance (INR),Voucher Type,Voucher No,Against Account,Party Type,Party,Remarks\n2026-03-04,Inbound Voice - M,0.00,500.00,-500.00,Sales Invoice,S-2,Beta Inc,,,\n2026-03-05,Inbound Voice - M,500.00,0.00,0.00,Sales Invoice,S-2,Beta Inc,,,On cancellation of S-2\n";
    is_right(pair, INBOUND, &[], &[("Beta Inc", "0.00", "0.00")]);
}
