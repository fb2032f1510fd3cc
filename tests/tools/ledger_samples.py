"""Two small months of one reseller, written as each product's export writes them.

    python3 tests/tools/ledger_samples.py

writes tests/data/ledgers/samples: a file for each layout, and truth.json with the sums of
each month by customer, added up here from the vouchers and by nothing of crossfoot's. Every
layout holds the same vouchers: sales, credit notes, receipts, a purchase, taxes, round-off,
an account of ours that is no usage, customers whose names hold commas, Tax and Total.
"""

import csv
import datetime
import io
import json
import pathlib
from decimal import Decimal as D

OUT = pathlib.Path(__file__).resolve().parent.parent / "data" / "ledgers" / "samples"

CUSTOMERS = {"Alpha Ltd": "C001", "Beta, Sons & Co": "C002", "Tax Helpers India LLP": "C003",
             "Total Solutions Pvt Ltd": "C004"}
# name: number, is it a revenue account
ACCOUNTS = {"HDFC Bank": "1000", "Accounts Receivable": "1200", "Input IGST": "1300", "Accounts Payable": "2100",
            "Output IGST": "2200", "Inbound Voice": "4000", "Outbound Voice": "4010", "DID Rental": "4020",
            "SMS Revenue": "4030", "Round Off": "4900", "Carrier Cost": "5000"}
REVENUE = ["Inbound Voice", "Outbound Voice", "DID Rental", "SMS Revenue"]
USAGE = {"Inbound Voice": "inbound", "Outbound Voice": "outbound", "DID Rental": "other"}
COMPANY = "Made Up Voice Pvt Ltd"


class Voucher:
    """kind: sale, credit, receipt, purchase. lines: account, debit-positive amount."""

    def __init__(self, kind, number, date, party, lines, note):
        self.kind, self.number, self.party, self.lines, self.note = kind, number, party, lines, note
        self.date = datetime.date.fromisoformat(date)
        assert sum(amount for _, amount in lines) == 0, number

    def revenue(self):
        return [(account, amount) for account, amount in self.lines if account in REVENUE]

    def total(self):
        return self.lines[0][1]


def invoice(kind, number, date, party, lines, note):
    sign = 1 if kind == "sale" else -1
    net = sum(D(amount) for _, amount in lines)
    tax = (net * D("0.18")).quantize(D("0.01"))
    total = (net + tax).quantize(D("1"))
    rows = [("Accounts Receivable", sign * total.quantize(D("0.01")))]
    rows += [(account, -sign * D(amount)) for account, amount in lines]
    rows += [("Output IGST", -sign * tax)]
    if total != net + tax:
        rows += [("Round Off", -sign * (total - net - tax))]
    return Voucher(kind, number, date, party, rows, note)


def receipt(number, date, party, amount):
    return Voucher("receipt", number, date, party,
                   [("HDFC Bank", D(amount)), ("Accounts Receivable", -D(amount))], "NEFT received")


VOUCHERS = [
    invoice("sale", "1", "2026-03-03", "Alpha Ltd", [("Inbound Voice", "1000.00"), ("Outbound Voice", "250.50")], "Usage of February"),
    invoice("sale", "2", "2026-03-15", "Beta, Sons & Co",
            [("Outbound Voice", "2000.00"), ("DID Rental", "500.00"), ("SMS Revenue", "300.00")], "Usage to the 15th"),
    receipt("1", "2026-03-20", "Alpha Ltd", "1476.00"),
    Voucher("purchase", "P-77", "2026-03-21", "Carrier One",
            [("Accounts Payable", D("-1062.00")), ("Carrier Cost", D("900.00")), ("Input IGST", D("162.00"))], "Termination"),
    invoice("credit", "1", "2026-03-28", "Beta, Sons & Co", [("Outbound Voice", "150.00")], "Rerating"),
    invoice("sale", "3", "2026-03-31", "Tax Helpers India LLP", [("Inbound Voice", "123456.78")], "Usage of March"),
    invoice("sale", "4", "2026-03-31", "Total Solutions Pvt Ltd", [("Inbound Voice", "80.00"), ("Outbound Voice", "19.99")], "Usage of March"),
    invoice("sale", "5", "2026-04-02", "Alpha Ltd", [("Inbound Voice", "750.00"), ("Outbound Voice", "40.25")], "Usage of March"),
    receipt("2", "2026-04-10", "Tax Helpers India LLP", "100000.00"),
    invoice("credit", "2", "2026-04-15", "Alpha Ltd", [("Inbound Voice", "100.00"), ("Outbound Voice", "5.05")], "Failed calls"),
    invoice("sale", "6", "2026-04-30", "Total Solutions Pvt Ltd", [("Outbound Voice", "1234567.89"), ("DID Rental", "250.00")], "Usage of April"),
]


def truth():
    months = {}
    for voucher in VOUCHERS:
        month = months.setdefault(voucher.date.strftime("%Y-%m"), {})
        for account, amount in voucher.lines:
            if account in USAGE:
                zero = {"inbound": D("0.00"), "outbound": D("0.00"), "other": D("0.00")}
                month.setdefault(voucher.party, zero)[USAGE[account]] -= amount
    plain = {}
    for month, customers in months.items():
        total = {part: str(sum(c[part] for c in customers.values())) for part in ("inbound", "outbound", "other")}
        people = {name: {part: str(value) for part, value in sums.items()} for name, sums in customers.items()}
        plain[month] = {"totals": total, "customers": people}
    return {"codes": {code: name for name, code in CUSTOMERS.items()}, "months": plain}


# ---- writing

def table(rows, sep=",", quoting=csv.QUOTE_MINIMAL, eol="\r\n"):
    out = io.StringIO()
    csv.writer(out, delimiter=sep, lineterminator=eol, quoting=quoting).writerows(rows)
    return out.getvalue()


def us(amount):
    return f"{amount:,.2f}" if amount is not None else ""


def plain(amount):
    return f"{amount:.2f}"


def indian(amount):
    text = f"{abs(amount):.2f}"
    whole, paise = text.split(".")
    head, tail = whole[:-3], whole[-3:]
    while head:
        tail, head = head[-2:] + "," + tail, head[:-2]
    return ("-" if amount < 0 else "") + tail + "." + paise


def german(amount):
    return f"{amount:,.2f}".replace(",", " ").replace(".", ",").replace(" ", ".")


def sides(amount, write=us, zero=""):
    """Debit and credit cells of a debit-positive amount."""
    return [write(amount), zero] if amount > 0 else [zero, write(-amount)]


def tally_day(date):
    return f"{date.day}-{date:%b-%y}"


TALLY = {"sale": ("Sales", "S/"), "credit": ("Credit Note", "C/"), "receipt": ("Receipt", "R/"), "purchase": ("Purchase", "")}
QB = {"sale": "Invoice", "credit": "Credit Memo", "receipt": "Payment", "purchase": "Bill"}


def tally_sales_register():
    """Columnar: a ledger a column; the credit note register is its own report below."""
    columns = REVENUE + ["Output IGST", "Round Off"]
    parts = []
    for kind, title in (("sale", "Sales Register"),):
        rows = [[COMPANY], [title], ["1-Mar-26 to 30-Apr-26"], []]
        rows.append(["Date", "Particulars", "Voucher Type", "Voucher No.", "GSTIN/UIN", "Narration", "Quantity", "Rate", "Value",
                     "Gross Total"] + columns)
        sums = {}
        for v in (v for v in VOUCHERS if v.kind in ("sale", "credit")):
            sign = -1
            cells = {}
            for account, amount in v.lines[1:]:
                cells[account] = cells.get(account, D(0)) + sign * amount
            cells["Gross Total"] = v.total()
            for name, value in cells.items():
                sums[name] = sums.get(name, D(0)) + value
            rows.append([tally_day(v.date), v.party, TALLY[v.kind][0], TALLY[v.kind][1] + v.number, "29AABCB2222B1ZE", v.note, "", "", "",
                         indian(cells["Gross Total"])] + [indian(cells[c]) if c in cells else "" for c in columns])
        rows.append(["", "Grand Total", "", "", "", "", "", "", "", indian(sums["Gross Total"])] + [indian(sums[c]) for c in columns])
        parts += rows
    return table(parts)


def tally_sales_register_drcr():
    """The same with Dr and Cr behind the amounts, sales and credit notes in two registers."""
    columns = REVENUE + ["Output IGST", "Round Off"]
    def show(amount):
        return indian(abs(amount)) + (" Dr" if amount > 0 else " Cr")
    rows = [[COMPANY], ["Voucher Register (Columnar)"], ["1-Mar-26 to 30-Apr-26"], []]
    rows.append(["Date", "Particulars", "Buyer", "Voucher Type", "Voucher No.", "Gross Total"] + columns)
    for v in (v for v in VOUCHERS if v.kind in ("sale", "credit")):
        cells = dict(v.lines[1:])
        rows.append([tally_day(v.date), v.party, v.party, TALLY[v.kind][0], TALLY[v.kind][1] + v.number, show(v.total())]
                    + [show(cells[c]) if c in cells else "" for c in columns])
    return table(rows)


def tally_voucher_register():
    rows = [[COMPANY], ["Voucher Register"], ["1-Mar-26 to 30-Apr-26"], [],
            ["Date", "Particulars", "", "Vch Type", "Vch No.", "Debit", "Credit"]]
    debit = credit = D(0)
    for v in VOUCHERS:
        order = sorted(v.lines, key=lambda line: line[0] not in ("Accounts Receivable", "Accounts Payable"))
        for n, (account, amount) in enumerate(order):
            name = v.party if account in ("Accounts Receivable", "Accounts Payable") else account
            head = [tally_day(v.date), name, "", TALLY[v.kind][0], TALLY[v.kind][1] + v.number] if n == 0 else ["", name, "", "", ""]
            rows.append(head + sides(amount, indian))
            debit, credit = debit + max(amount, D(0)), credit + max(-amount, D(0))
        rows.append(["", v.note, "", "", "", "", ""])
    rows.append(["", "Total", "", "", "", indian(debit), indian(credit)])
    return table(rows)


def sections(write_row, head_row, total_row, accounts=None):
    """Account by account: its postings in order of dates, with head and total rows."""
    rows = []
    for account in accounts or ACCOUNTS:
        postings = [(v, amount) for v in VOUCHERS for a, amount in v.lines if a == account]
        if not postings:
            continue
        rows += head_row(account)
        balance = D(0)
        for v, amount in postings:
            balance += amount
            rows.append(write_row(account, v, amount, balance))
        rows += total_row(account, sum(max(a, D(0)) for _, a in postings), sum(max(-a, D(0)) for _, a in postings), balance)
    return rows


def quickbooks_sales_by_customer():
    rows = [["Sales by Customer Detail"], [COMPANY], ["March - April, 2026"], [],
            ["", "Transaction date", "Transaction type", "Num", "Product/Service full name", "Memo/Description", "Quantity", "Sales price",
             "Amount", "Balance"]]
    whole = D(0)
    for customer in CUSTOMERS:
        rows.append([customer] + [""] * 9)
        balance = D(0)
        for v in (v for v in VOUCHERS if v.party == customer and v.kind in ("sale", "credit")):
            for account, amount in v.revenue():
                balance -= amount
                rows.append(["", f"{v.date:%m/%d/%Y}", QB[v.kind], v.number, account, v.note, "1.00", us(abs(amount)), us(-amount), us(balance)])
        rows.append([f"Total for {customer}"] + [""] * 7 + [f"₹{us(balance)}", ""])
        whole += balance
    rows += [["TOTAL"] + [""] * 7 + [f"₹{us(whole)}", ""], [], ["Accrual Basis Friday, May 1, 2026 10:00 AM GMT+05:30"]]
    return table(rows)


def quickbooks_desktop():
    debits = credits = D(0)

    def total(account, debit, credit, balance):
        nonlocal debits, credits
        debits, credits = debits + debit, credits + credit
        return [[f"Total {account}", "", "", "", "", "", "", us(debit), us(credit), us(balance)]]
    rows = [["", "Type", "Date", "Num", "Name", "Memo", "Split", "Debit", "Credit", "Balance"]]
    rows += sections(
        lambda account, v, amount, balance: ["", QB[v.kind], f"{v.date:%m/%d/%Y}", v.number, v.party, v.note,
                                             "-SPLIT-" if len(v.lines) > 2 else "Accounts Receivable"] + sides(amount) + [us(balance)],
        lambda account: [[account, "", "", "", "", "", "", "", "", "0.00"]], total)
    rows.append(["TOTAL", "", "", "", "", "", "", us(debits), us(credits), "0.00"])
    return table(rows, quoting=csv.QUOTE_ALL)


XERO = {"sale": "Receivable Invoice", "credit": "Receivable Credit Note", "receipt": "Receivable Payment", "purchase": "Payable Invoice"}


def xero_day(date):
    return f"{date.day} {date:%b %Y}"


def xero_general_ledger_detail():
    rows = [["General Ledger Detail"], [COMPANY], ["For the period 1 March 2026 to 30 April 2026"], [],
            ["Date", "Source", "Contact", "Description", "Reference", "Debit", "Credit", "Running Balance", "Account Code"]]
    rows += sections(
        lambda account, v, amount, balance: [xero_day(v.date), XERO[v.kind], v.party, v.note, f"INV-{v.number}"]
        + sides(amount, us, "0.00") + [us(balance), ACCOUNTS[account]],
        lambda account: [[account] + [""] * 8, ["Opening Balance", "", "", "", "", "0.00", "0.00", "0.00", ""]],
        lambda account, debit, credit, balance: [
            [f"Total {account}", "", "", "", "", us(debit), us(credit), us(balance), ""],
            ["Net movement", "", "", "", ""] + sides(balance, us, "0.00") + ["", ""],
            ["Closing Balance", "", "", "", ""] + sides(balance, us, "0.00") + [us(balance), ""], []])
    return table(rows)


def xero_journal_report():
    rows = [[COMPANY], ["Journal Report"], ["For the period 1 March 2026 to 30 April 2026"], [],
            ["Date", "Source", "Description", "Reference", "Journal Number", "Account Code", "Account", "Debit", "Credit"]]
    for n, v in enumerate(VOUCHERS, 1):
        for account, amount in v.lines:
            control = account in ("Accounts Receivable", "Accounts Payable")
            rows.append([v.date.isoformat(), XERO[v.kind], f"{v.party} - {v.note}" if control else v.note, f"INV-{v.number}", str(n),
                         ACCOUNTS[account], account] + sides(amount, plain))
    debit = sum(max(a, D(0)) for v in VOUCHERS for _, a in v.lines)
    rows.append(["Total", "", "", "", "", "", "", plain(debit), plain(debit)])
    return table(rows, eol="\n")


ODOO = {"sale": ("INV/2026/0000", "Customer Invoices"), "credit": ("RINV/2026/0000", "Customer Invoices"),
        "receipt": ("PBNK1/2026/0000", "Bank"), "purchase": ("BILL/2026/03/000", "Vendor Bills")}


def odoo_flat():
    rows = [["Date", "Journal Entry", "Journal", "Account", "Partner", "Reference", "Label", "Debit", "Credit", "Currency", "Status"]]
    for v in reversed(VOUCHERS):
        number, journal = ODOO[v.kind]
        for account, amount in v.lines:
            rows.append([v.date.isoformat(), number + v.number, journal, f"{ACCOUNTS[account]}00 {account}", v.party, "", v.note]
                        + sides(amount, plain, "0.00") + ["INR", "Posted"])
    return table(rows, quoting=csv.QUOTE_ALL, eol="\n")


def odoo_grouped():
    def head(account):
        postings = [a for v in VOUCHERS for name, a in v.lines if name == account]
        debit, credit = sum(max(a, D(0)) for a in postings), sum(max(-a, D(0)) for a in postings)
        return [[f"{ACCOUNTS[account]}00 {account} ({len(postings)})", "", "", "", plain(debit), plain(credit), plain(debit - credit)]]
    rows = [["Date", "Journal Entry", "Partner", "Label", "Debit", "Credit", "Balance"]]
    rows += sections(lambda account, v, amount, balance: [v.date.isoformat(), ODOO[v.kind][0] + v.number, v.party, v.note]
                     + sides(amount, plain, "0.00") + [plain(amount)], head, lambda *_: [])
    return table(rows, eol="\n")


SAP = {"sale": "RV", "credit": "RV", "receipt": "DZ", "purchase": "KR"}


def sap_minus(amount):
    return german(abs(amount)) + ("-" if amount < 0 else " ")


def sap_dynamic_list():
    lines = ["01.05.2026                    Dynamic List Display                    1", ""]
    widths = [9, 10, 4, 10, 10, 22, 5, 20]
    names = ["G/L Acct", "DocumentNo", "Type", "Pstng Date", "Assignment", "Amount in local cur.", "LCurr", "Text"]
    rule = "-" * (sum(widths) + len(widths) + 1)

    def line(cells):
        shown = [c.rjust(w) if n == 5 else c.ljust(w) for n, (c, w) in enumerate(zip(cells, widths))]
        return "|" + "|".join(shown) + "|"
    lines += [rule, line(names), rule]
    for account in ACCOUNTS:
        postings = [(n, v, a) for n, v in enumerate(VOUCHERS) for name, a in v.lines if name == account]
        if postings:
            for n, v, a in postings:
                lines.append(line([ACCOUNTS[account] + "00", f"90000000{n:02}", SAP[v.kind], f"{v.date:%d.%m.%Y}",
                                   CUSTOMERS.get(v.party, "V1"), sap_minus(a), "INR", v.note[:20]]))
            lines.append(line(["*", "", "", "", "", sap_minus(sum(a for *_, a in postings)), "INR", ""]))
            lines.append(rule)
    return "\r\n".join(lines) + "\r\n"


def sap_fiori():
    rows = [["Company Code", "G/L Account", "Journal Entry", "Journal Entry Type", "Posting Date", "Amount in Company Code Currency",
             "Company Code Currency", "Customer", "Debit/Credit Code", "Item Text"]]
    for n, v in enumerate(VOUCHERS):
        for account, amount in v.lines:
            rows.append(["1000", ACCOUNTS[account] + "00", f"94000000{n:02}", SAP[v.kind], f"{v.date:%d.%m.%Y}", german(amount), "INR",
                         CUSTOMERS.get(v.party, ""), "S" if amount > 0 else "H", v.note])
    return "\ufeff" + table(rows, sep=";")


def business_central():
    kinds = {"sale": ("Invoice", "Sale", "Customer", "PS-INV10300"), "credit": ("Credit Memo", "Sale", "Customer", "PS-CR10300"),
             "receipt": ("Payment", "", "Customer", "BANK"), "purchase": ("Invoice", "Purchase", "Vendor", "108")}
    rows = [["Posting Date", "Document Type", "Document No.", "G/L Account No.", "G/L Account Name", "Description", "Gen. Posting Type",
             "Amount", "Bal. Account Type", "Source Type", "Source No.", "Entry No."]]
    entry = 2800
    for v in VOUCHERS:
        kind, posting, source, prefix = kinds[v.kind]
        for account, amount in v.lines:
            entry += 1
            rows.append([f"{v.date.month}/{v.date.day}/{v.date.year}", kind, prefix + v.number, ACCOUNTS[account], account, f"{kind} {prefix}{v.number}",
                         posting if account in REVENUE + ["Carrier Cost"] else "", us(amount), "G/L Account", source,
                         CUSTOMERS.get(v.party, "V1"), str(entry)])
    return table(rows)


def netsuite_search():
    kinds = {**QB, "receipt": "Payment"}
    rows = [["Internal ID", "Date", "Period", "Type", "Document Number", "Account", "Name", "Memo", "Debit", "Credit", "Subsidiary"]]
    for n, v in enumerate(VOUCHERS, 1001):
        for account, amount in v.lines:
            rows.append([str(n), f"{v.date.month}/{v.date.day}/{v.date.year}", f"{v.date:%b %Y}", kinds[v.kind], f"INV-{v.number}",
                         f"{ACCOUNTS[account]} {account}", v.party, v.note] + sides(amount) + ["Parent Co"])
    debit = us(sum(max(a, D(0)) for v in VOUCHERS for _, a in v.lines))
    rows.append([""] * 7 + ["Total", debit, debit, ""])
    return table(rows, eol="\n")


def netsuite_report():
    rows = [[COMPANY], ["Parent Co"], ["General Ledger"], ["From Mar 2026 to Apr 2026"], [],
            ["Account", "Type", "Date", "Document Number", "Name", "Debit", "Credit", "Balance"]]
    rows += sections(
        lambda account, v, amount, balance: ["", QB[v.kind], f"{v.date.month}/{v.date.day}/{v.date.year}", f"INV-{v.number}", v.party]
        + sides(amount) + [us(balance)],
        lambda account: [[f"{ACCOUNTS[account]} - {account}", "", "", "", "", "", "", "0.00"]],
        lambda account, debit, credit, balance: [[f"Total - {ACCOUNTS[account]} - {account}", "", "", "", "", us(debit), us(credit), us(balance)]])
    return table(rows)


def sage_nominal():
    """Sage 50 (UK): nominal activity."""
    kinds = {"sale": "SI", "credit": "SC", "receipt": "SR", "purchase": "PI"}
    rows = [["Date: 01/05/2026", COMPANY], ["Nominal Activity"], [],
            ["No", "Type", "Date", "N/C", "Nominal Name", "Account Ref", "Ref", "Details", "Debit", "Credit"]]
    for n, v in enumerate(VOUCHERS, 1):
        for account, amount in v.lines:
            rows.append([str(n), kinds[v.kind], f"{v.date:%d/%m/%Y}", ACCOUNTS[account], account, CUSTOMERS.get(v.party, "V1"), v.number, v.note]
                        + sides(amount, plain))
    return table(rows)


def sage_audit_trail():
    """Sage 50 (UK): audit trail, net amounts without a sign; the type says which way."""
    kinds = {"sale": "SI", "credit": "SC", "receipt": "SR", "purchase": "PI"}
    rows = [["No", "Type", "A/C", "N/C", "Dept", "Details", "Date", "Ref", "Net", "Tax", "T/C"]]
    n = 0
    for v in VOUCHERS:
        for account, amount in v.lines:
            skip = account in ("Accounts Receivable", "Output IGST", "Accounts Payable", "Input IGST") and v.kind != "receipt"
            if skip or (v.kind == "receipt" and account == "Accounts Receivable"):
                continue
            n += 1
            size = amount if v.kind in ("receipt", "purchase") else -amount if v.kind == "sale" else amount
            rows.append([str(n), kinds[v.kind], CUSTOMERS.get(v.party, "V1"), ACCOUNTS[account], "0", v.note, f"{v.date:%d/%m/%Y}", v.number,
                         plain(size), plain((size * D("0.18")).quantize(D("0.01"))), "T1"])
    return table(rows)


def sage_us():
    """Sage 50 (US): general ledger."""
    kinds = {"sale": "SJ", "credit": "SJ", "receipt": "CRJ", "purchase": "PJ"}
    rows = [[COMPANY], ["General Ledger"], ["For the Period From Mar 1, 2026 to Apr 30, 2026"], [],
            ["Account ID", "Account Description", "Date", "Reference", "Jrnl", "Trans Description", "Customer Name", "Debit Amt", "Credit Amt", "Balance"]]
    for account in ACCOUNTS:
        postings = [(v, a) for v in VOUCHERS for name, a in v.lines if name == account]
        if postings:
            rows.append([ACCOUNTS[account], account, "3/1/26", "", "", "Beginning Balance", "", "", "", "0.00"])
            for v, a in postings:
                rows.append([ACCOUNTS[account], account, f"{v.date.month}/{v.date.day}/{v.date:%y}", v.kind[0].upper() + v.number, kinds[v.kind],
                             v.note, v.party] + sides(a) + [""])
            rows.append([ACCOUNTS[account], account, "4/30/26", "", "", "Ending Balance", "", "", "", us(sum(a for _, a in postings))])
    return table(rows)


def sage_intacct():
    kinds = {"sale": "SJ", "credit": "SJ", "receipt": "CRJ", "purchase": "APJ"}
    rows = [[COMPANY], ["General Ledger"], ["03/01/2026 - 04/30/2026"], [],
            ["Posted dt.", "Doc dt.", "Doc", "Memo/Description", "Customer name", "Department", "JNL", "Curr", "Debit", "Credit", "Balance"]]
    rows += sections(
        lambda account, v, amount, balance: [f"{v.date:%m/%d/%Y}", f"{v.date:%m/%d/%Y}", v.number, v.note, v.party, "", kinds[v.kind], "INR"]
        + sides(amount) + [us(balance)],
        lambda account: [[f"{ACCOUNTS[account]} - {account} (Balance forward as of 03/01/2026)"] + [""] * 9 + ["0.00"]],
        lambda account, debit, credit, balance: [[f"Totals for {ACCOUNTS[account]} - {account}"] + [""] * 7 + [us(debit), us(credit), us(balance)]])
    return table(rows)


def wave():
    rows = [["Transaction ID", "Transaction Date", "Account Name", "Transaction Description", "Transaction Line Description",
             "Amount (One column)", " ", "Debit Amount (Two Column Approach)", "Credit Amount (Two Column Approach)",
             "Other Accounts for this Transaction", "Customer", "Vendor", "Invoice Number", "Bill Number", "Notes / Memo",
             "Amount Before Sales Tax", "Sales Tax Amount", "Sales Tax Name", "Transaction Date Added", "Transaction Date Last Modified",
             "Account Group", "Account Type", "Account ID"]]
    for n, v in enumerate(VOUCHERS, 100):
        bought = v.kind == "purchase"
        for account, amount in v.lines:
            others = ", ".join(a for a, _ in v.lines if a != account)
            rows.append([str(n), v.date.isoformat(), account, f"{v.party} - {v.note}", v.note, plain(amount), ""] + sides(amount, plain)
                        + [others, "" if bought else v.party, v.party if bought else "", "" if bought else v.number, v.number if bought else "", "",
                           "", "", "", v.date.isoformat(), v.date.isoformat(), "Income" if account in REVENUE else "Asset", "Income", ACCOUNTS[account]])
    return table(rows)


def gnucash_account(account):
    if account in REVENUE:
        return f"Income:{account}"
    return {"HDFC Bank": "Assets:HDFC Bank", "Accounts Receivable": "Assets:Accounts Receivable"}.get(account, f"Liabilities:{account}")


def gnucash_multi(first_only):
    rows = [["Date", "Transaction ID", "Number", "Description", "Notes", "Commodity/Currency", "Void Reason", "Action", "Memo",
             "Full Account Name", "Account Name", "Amount With Sym", "Amount Num.", "Value With Sym", "Value Num.", "Reconcile", "Reconcile Date",
             "Rate/Price"]]
    for n, v in enumerate(VOUCHERS):
        for k, (account, amount) in enumerate(v.lines):
            head = [v.date.isoformat(), f"{n:032x}", v.number, v.party, "", "CURRENCY::INR", ""]
            if first_only and k:
                head = [""] * 7
            shown = f"-₹{us(-amount)}" if amount < 0 else f"₹{us(amount)}"
            rows.append(head + ["", v.note, gnucash_account(account), account, shown, us(amount), shown, us(amount), "n", "", "1.00"])
    return table(rows, quoting=csv.QUOTE_ALL, eol="\n")


def gnucash_simple():
    rows = [["Date", "Account Name", "Number", "Description", "Full Category Name", "Reconcile", "Amount With Sym", "Amount Num.",
             "Value With Sym", "Value Num.", "Rate/Price"]]
    for account in REVENUE:
        for v in VOUCHERS:
            for name, amount in v.lines:
                if name == account:
                    shown = f"-₹{us(-amount)}" if amount < 0 else f"₹{us(amount)}"
                    rows.append([f"{v.date:%d/%m/%Y}", gnucash_account(account), v.number, v.party, "-- Split Transaction --", "n", shown, us(amount), shown,
                                 us(amount), "1.00"])
    return table(rows, eol="\n")


BUSY = {"sale": ("Sale", "S/"), "credit": ("CrNt", "C/"), "receipt": ("Rcpt", "R/"), "purchase": ("Purc", "")}


def drcr(balance):
    return "" if balance == 0 else indian(abs(balance)) + (" Dr" if balance > 0 else " Cr")


def busy():
    rows = [[COMPANY], ["Ledger Account"], ["From 01-03-2026 To 30-04-2026"]]
    for account in REVENUE:
        postings = [(v, a) for v in VOUCHERS for name, a in v.lines if name == account]
        rows += [[f"Account : {account}"], ["Date", "Type", "Vch/Bill No", "Account", "Debit(Rs.)", "Credit(Rs.)", "Balance(Rs.)", "Short Narration"],
                 ["", "", "", "Opening Balance", "", "", "0.00", ""]]
        balance = D(0)
        for v, a in postings:
            balance += a
            rows.append([f"{v.date:%d-%m-%Y}", BUSY[v.kind][0], BUSY[v.kind][1] + v.number, v.party] + sides(a, indian) + [drcr(balance), v.note])
        rows += [["", "", "", "Total", indian(sum(max(a, D(0)) for _, a in postings)), indian(sum(max(-a, D(0)) for _, a in postings)), drcr(balance), ""],
                 []]
    return table(rows)


def marg():
    rows = [[COMPANY.upper()], ["LEDGER FROM 01-03-2026 TO 30-04-2026"]]
    for account in REVENUE:
        postings = [(v, a) for v in VOUCHERS for name, a in v.lines if name == account]
        rows += [[f"LEDGER : {account.upper()}"], ["DATE", "PARTICULARS", "VOUCHER", "VCH NO.", "DEBIT", "CREDIT", "BALANCE", "DR/CR"],
                 ["01-03-2026", "OPENING BALANCE", "", "", "", "", "0.00", ""]]
        balance = D(0)
        for v, a in postings:
            balance += a
            rows.append([f"{v.date:%d-%m-%Y}", v.party, {"sale": "SALE", "credit": "CR. NOTE"}[v.kind], v.number] + sides(a, plain)
                        + [plain(abs(balance)), "DR" if balance > 0 else "CR"])
        rows.append(["", "TOTAL", "", "", plain(sum(max(a, D(0)) for _, a in postings)), plain(sum(max(-a, D(0)) for _, a in postings)), "", ""])
    return table(rows)


def ledger_csv():
    rows = []
    for n, v in enumerate(VOUCHERS, 1):
        for account, amount in v.lines:
            rows.append([f"{v.date:%Y/%m/%d}", v.number, v.party, gnucash_account(account), "INR", plain(amount), "*", v.note])
    return table(rows, quoting=csv.QUOTE_ALL, eol="\n")


def hledger_register():
    """Two commodities: the total then holds both, and rows in dollars stand apart."""
    rows = [["txnidx", "date", "code", "description", "account", "amount", "total"]]
    total, dollars = D(0), D(0)
    for n, v in enumerate(VOUCHERS, 1):
        for account, amount in v.revenue():
            total += amount
            rows.append([str(n), v.date.isoformat(), v.number, f"{v.party} | {v.note}", gnucash_account(account), f"INR {us(amount)}",
                         f"INR {us(total)}" + (f", USD {us(dollars)}" if dollars else "")])
        if n == 1:
            dollars = D("-25.00")
            rows.append([str(n), v.date.isoformat(), v.number, f"{v.party} | roaming", "Income:Roaming", "USD -25.00", f"INR {us(total)}, USD -25.00"])
    return table(rows, quoting=csv.QUOTE_ALL, eol="\n")


FILES = {
    "tally_sales_register.csv": tally_sales_register, "tally_voucher_register_columnar.csv": tally_sales_register_drcr,
    "tally_voucher_register.csv": tally_voucher_register, "quickbooks_sales_by_customer.csv": quickbooks_sales_by_customer,
    "quickbooks_desktop_general_ledger.csv": quickbooks_desktop, "xero_general_ledger_detail.csv": xero_general_ledger_detail,
    "xero_journal_report.csv": xero_journal_report, "odoo_journal_items.csv": odoo_flat, "odoo_journal_items_grouped.csv": odoo_grouped,
    "sap_dynamic_list.txt": sap_dynamic_list, "sap_fiori.csv": sap_fiori, "business_central.csv": business_central,
    "netsuite_search.csv": netsuite_search, "netsuite_general_ledger.csv": netsuite_report, "sage_50_nominal_activity.csv": sage_nominal,
    "sage_50_audit_trail.csv": sage_audit_trail, "sage_50_general_ledger.csv": sage_us, "sage_intacct.csv": sage_intacct, "wave.csv": wave,
    "gnucash.csv": lambda: gnucash_multi(False), "gnucash_multi_line.csv": lambda: gnucash_multi(True), "gnucash_simple.csv": gnucash_simple,
    "busy_ledger.csv": busy, "marg_ledger.csv": marg, "ledger_cli.csv": ledger_csv, "hledger_register.csv": hledger_register,
}

if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for name, write in FILES.items():
        (OUT / name).write_bytes(write().encode())
    (OUT / "truth.json").write_text(json.dumps(truth(), indent=1, ensure_ascii=False) + "\n")
