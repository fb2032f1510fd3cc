#!/usr/bin/env python3
"""Holds reconciliation.xlsx against reconciliation.json and invoices.csv, as openpyxl reads
it, and as LibreOffice has recomputed it.

    check_workbook.py CLOSE SOFFICE
"""
import csv
import json
import os
import subprocess
import sys
import tempfile
from decimal import Decimal

import openpyxl

CLOSE, SOFFICE = sys.argv[1], sys.argv[2]
path = os.path.join(CLOSE, "reconciliation.xlsx")
report = json.load(open(os.path.join(CLOSE, "reconciliation.json")))
register = list(csv.DictReader(open(os.path.join(CLOSE, "invoices.csv"))))


def exact(value):
    """A spreadsheet's number as the decimal that it shows."""
    return Decimal(repr(value)) if isinstance(value, (int, float)) else value


def check(book, what):
    rows = {name: list(book[name].iter_rows(values_only=True)) for name in book.sheetnames}
    trends = ["Trends", "Top spenders", "Customers by period"] if "Trends" in rows else []
    assert list(rows) == ["Summary", "Findings", "Customers", "Directions", "Rows set aside", "Invoices", *trends, "Cost and margin"], list(rows)
    found = {row[0]: row for row in rows["Customers"][1:]}
    for customer in report["customers"]:
        row = found[customer["customer_id"]]
        for column, key in ((2, "analytics"), (3, "ledger"), (4, "difference")):
            expected = customer[key]
            assert (row[column] is None) == (expected is None), (what, row)
            assert expected is None or exact(row[column]) == Decimal(expected), (what, row, key)
    for column, key in ((2, "analytics"), (3, "ledger"), (4, "difference")):
        total = sum(Decimal(customer[key] or 0) for customer in report["customers"])
        assert abs(exact(found["Total"][column]) - total) < Decimal("0.000001"), (what, key, found["Total"])
    for line, row in zip(report["directions"], rows["Directions"][1:]):
        assert [exact(v) for v in row[1:4]] == [Decimal(line[k]) for k in ("analytics", "ledger", "difference")], (what, row)
    issued = rows["Invoices"][1:]
    for invoice, row in zip(register, issued):
        assert row[0] == invoice["number"] and exact(row[7]) == Decimal(invoice["total"]), (what, row)
    if register:
        assert abs(exact(issued[len(register)][7]) - sum(Decimal(i["total"]) for i in register)) < Decimal("0.000001")
    assert len(rows["Findings"]) == 1 + len(report["findings"])
    for row in rows["Summary"]:
        assert not any(isinstance(cell, str) and cell.startswith("#") for cell in row), (what, row)
    return rows


first = check(openpyxl.load_workbook(path, data_only=True), "as written")
formulas = openpyxl.load_workbook(path)
for sheet in formulas:
    # A header stands as its figures do, is on every page, and a page is readable.
    assert sheet.print_title_rows == "$1:$1" and sheet.page_setup.orientation == "landscape", sheet.title
    wide = sum(sheet.column_dimensions[cell.column_letter].width for cell in sheet[1])
    assert sheet.title == "Trends" or wide / (sheet.page_setup.fitToWidth or 1) <= 230, (sheet.title, wide)
    for cell in sheet[1]:
        below = sheet.cell(2, cell.column)
        if isinstance(below.value, (int, float)):
            assert cell.alignment.horizontal == "right", (sheet.title, cell.value)
        assert "_" not in str(cell.value), (sheet.title, cell.value)
        if isinstance(below.value, float) and report["currency"] == "INR" and abs(below.value) >= 100000:
            assert below.number_format.startswith("##\\,##\\,"), (sheet.title, below.number_format)
# Every row in no sum is there with its reason.
aside = {int(row[1]) for row in first["Rows set aside"][1:] if isinstance(row[1], (int, float)) and row[4]}
counts = report["ledger_rows"]
assert len(aside) == counts["excluded"] + counts["outside_period"] + counts["rejected"], (len(aside), counts)
assert formulas["Customers"].freeze_panes == "A2" and formulas["Customers"].auto_filter.ref
assert str(formulas["Customers"].cell(2, 5).value).startswith("=ROUND(")
with tempfile.TemporaryDirectory() as scratch:
    # Written again by openpyxl: nothing is lost.
    again = os.path.join(scratch, "again.xlsx")
    formulas.save(again)
    assert openpyxl.load_workbook(again)["Customers"].cell(2, 5).value == formulas["Customers"].cell(2, 5).value
    # openpyxl keeps no values of formulas, so that what LibreOffice makes of it is computed.
    run = subprocess.run(
        [SOFFICE, "--headless", f"-env:UserInstallation=file://{scratch}/profile", "--convert-to", "xlsx:Calc MS Excel 2007 XML",
         "--outdir", os.path.join(scratch, "out"), again], capture_output=True, text=True)
    assert run.returncode == 0 and "rror" not in run.stderr + run.stdout, run.stdout + run.stderr
    second = check(openpyxl.load_workbook(os.path.join(scratch, "out", "again.xlsx"), data_only=True), "recomputed")
    # As a person sees it: the sign of a negative amount is there.
    subprocess.run([SOFFICE, "--headless", f"-env:UserInstallation=file://{scratch}/profile", "--convert-to", "csv",
                    "--outdir", os.path.join(scratch, "out"), path], capture_output=True)
    seen = open(os.path.join(scratch, "out", "reconciliation.csv"), encoding="utf-8").read()
    shown = {row[0]: row for row in csv.reader(seen.splitlines()) if row}["total, as stated"]
    assert Decimal(shown[3].replace(",", "")) == Decimal(report["totals"]["difference"]), shown
    # A changed figure must show: what is checked is not what we wrote.
    formulas["Customers"].cell(2, 4).value = 1
    formulas.save(again)
    subprocess.run([SOFFICE, "--headless", f"-env:UserInstallation=file://{scratch}/profile", "--convert-to",
                    "xlsx:Calc MS Excel 2007 XML", "--outdir", os.path.join(scratch, "out"), again], capture_output=True)
    try:
        check(openpyxl.load_workbook(os.path.join(scratch, "out", "again.xlsx"), data_only=True), "changed")
    except AssertionError:
        pass
    else:
        sys.exit("a changed workbook was accepted")
print(f"workbook: {len(first['Customers']) - 2} customers, {len(register)} invoices agree, as written and recomputed by LibreOffice")
