#!/usr/bin/env python3
"""Makes the workbooks beside it: one small ledger in every kind of file, and what goes wrong.

    pip install openpyxl xlwt odfpy msoffcrypto-tool ; npm install xlsx ; apt install libreoffice-calc
    python3 make.py

`ledger.xlsb`, `ledger.xml` and `ledger.html` are written by SheetJS (make.js); the rest here.
"""
import datetime, io, os, subprocess, sys, zipfile
import openpyxl, xlwt, msoffcrypto
from openpyxl.styles import numbers

HERE = os.path.dirname(os.path.abspath(__file__))
D = datetime.date
HEADER = ["Date", "Vch No.", "Account", "Customer", "Debit", "Credit"]
ROWS = [
    (D(2026, 3, 2), "1", "Inbound Voice", "Alpha Traders", None, 1000.10),
    (D(2026, 3, 3), "2", "Outbound Voice", "Alpha Traders", None, 1234.56),
    (D(2026, 3, 31), "3", "Inbound Voice", "Beta Foods", None, 0.3),
    (D(2026, 3, 31), "4", "Inbound Voice", "Beta Foods", 50, None),
    (D(2026, 3, 31), "5", "Bank", "Beta Foods", 70, None),
]
PATH = lambda name: os.path.join(HERE, name)


def filled(book, title="March", rows=ROWS, top=0, left=0):
    sheet = book.create_sheet(title)
    for at, name in enumerate(HEADER):
        sheet.cell(1 + top, 1 + at + left, name)
    for down, row in enumerate(rows):
        for at, value in enumerate(row):
            cell = sheet.cell(2 + down + top, 1 + at + left, value)
            if isinstance(value, D):
                cell.number_format = "dd-mmm-yyyy"
    return sheet


def book():
    book = openpyxl.Workbook()
    book.remove(book.active)
    # The same bytes each time.
    book.properties.created = book.properties.modified = datetime.datetime(2026, 4, 1)
    return book


def save(book, name):
    book.save(PATH(name))


b = book(); filled(b); save(b, "ledger.xlsx")
b = book(); filled(b); b.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904; save(b, "dates-1904.xlsx")
b = book(); filled(b, top=3, left=2); b["March"]["C1"] = "Acme Telecom Pvt Ltd"; save(b, "titles.xlsx")
b = book(); filled(b); filled(b, "April"); save(b, "two-sheets.xlsx")
b = book(); n = b.create_sheet("Notes"); n["A1"] = "Prepared by Asha"; filled(b); save(b, "notes-first.xlsx")
b = book(); s = filled(b); s.row_dimensions[3].hidden = True; s.row_dimensions[5].hidden = True; s.auto_filter.ref = "A1:F6"; save(b, "hidden-rows.xlsx")
b = book(); s = filled(b)
s["F2"] = "1,000.10"; s["F3"] = "'1234.56"; s["F4"].number_format = "0.00\" Cr\""; save(b, "text-amounts.xlsx")
b = book(); s = filled(b); s["F2"] = "=1000+0.1"; s["D4"] = "#N/A"; s["D4"].data_type = "e"; s["F4"] = 0.1 + 0.2; save(b, "unreadable-cells.xlsx")
b = book(); s = b.create_sheet("S")
for row in [["date", "customer_id", "direction", "amount"], [D(2026, 3, 2), "MA_A", "inbound", 12.345], [D(2026, 3, 3), "MA_B", "outbound", 7]]:
    s.append(row)
save(b, "canonical.xlsx")
# A debit in a column of one amount, said by the number format alone, as Tally has it.
b = book(); s = b.create_sheet("Ledger")
for row in [["Date", "Ledger", "Party", "Vch No.", "Amount"], [D(2026, 3, 2), "Inbound Voice", "Alpha Traders", "1", 1000], [D(2026, 3, 3), "Inbound Voice", "Alpha Traders", "2", 40]]:
    s.append(row)
s["E2"].number_format = '""0.00" Cr"'; s["E3"].number_format = '""0.00" Dr"'; save(b, "sides-by-format.xlsx")

x = xlwt.Workbook(); s = x.add_sheet("March"); day = xlwt.easyxf(num_format_str="DD-MMM-YYYY"); cr = xlwt.easyxf(num_format_str='0.00" Cr"')
for at, name in enumerate(HEADER):
    s.write(0, at, name)
for down, row in enumerate(ROWS):
    for at, value in enumerate(row):
        if value is not None:
            style = day if isinstance(value, D) else cr if at == 5 else xlwt.easyxf()
            s.write(1 + down, at, value, style)
s.row(2).hidden = True; s.row(2).height_mismatch = True
x.save(PATH("ledger.xls"))

office = msoffcrypto.OfficeFile(open(PATH("ledger.xlsx"), "rb"))
with open(PATH("protected.xlsx"), "wb") as out:
    from msoffcrypto.format.ooxml import OOXMLFile
    OOXMLFile(open(PATH("ledger.xlsx"), "rb")).encrypt("secret", out)

with zipfile.ZipFile(PATH("one.zip"), "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr(zipfile.ZipInfo("../march/ledger.csv"), "Date,Vch No.,Account,Customer,Debit,Credit\n2026-03-02,1,Inbound Voice,Alpha Traders,,1000.10\n")
    z.writestr(zipfile.ZipInfo("__MACOSX/._ledger.csv"), "x")
with zipfile.ZipFile(PATH("several.zip"), "w") as z:
    z.writestr(zipfile.ZipInfo("march.csv"), "a"); z.writestr(zipfile.ZipInfo("april.csv"), "b")
with zipfile.ZipFile(PATH("bomb.zip"), "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z:
    z.writestr(zipfile.ZipInfo("ledger.csv"), b"")
with zipfile.ZipFile(PATH("word.docx"), "w") as z:
    z.writestr(zipfile.ZipInfo("[Content_Types].xml"), "<Types/>"); z.writestr(zipfile.ZipInfo("word/document.xml"), "<w/>")
os.remove(PATH("bomb.zip"))

subprocess.run(["soffice", "--headless", "--convert-to", "ods", "--outdir", HERE, PATH("hidden-rows.xlsx")], check=True, stdout=subprocess.DEVNULL)
subprocess.run(["node", "make.js"], check=True, cwd=HERE)
