#!/usr/bin/env python3
"""Drawing an invoice against reportlab (platypus), on the same content, CPU in one run.

    pip install reportlab
    cargo bench --locked --no-run && python3 benches/invoice_against_reportlab.py [PAIRS]

Both draw the same text in the same fonts and a payment code, on one core, whole processes,
in turn. Ours makes tagged PDF/A-3a with the Factur-X invoice inside and reads every document back;
reportlab makes a plain PDF. What starting
either process costs is measured by drawing one document and taken off. Printed are CPU
milliseconds per document, ours to reportlab's, the size, and a document of 2,000 pages
against one of 40.
"""
import glob
import os
import statistics
import subprocess
import sys

PAIRS = int(sys.argv[1]) if len(sys.argv) > 1 else 3
BENCH = max(
    (f for f in glob.glob("target/release/deps/speed-*") if os.access(f, os.X_OK) and "." not in os.path.basename(f)),
    key=os.path.getmtime,
)
FONTS = os.path.abspath("templates/fonts")
# Lines that fill one page and forty of ours.
ONE, FORTY, TWO_THOUSAND = 12, 1_180, 59_000

THEIRS = r'''
import io, sys
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle
lines, count, fonts = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
pdfmetrics.registerFont(TTFont("N", fonts + "/NotoSans-Regular.ttf"))
pdfmetrics.registerFont(TTFont("B", fonts + "/NotoSans-Bold.ttf"))
body = ParagraphStyle("b", fontName="N", fontSize=9.5, leading=13.8)
bold = ParagraphStyle("t", fontName="B", fontSize=13, leading=18)
small = ParagraphStyle("s", fontName="N", fontSize=8, leading=11.6)
def grouped(paise):
    whole, part = divmod(paise, 100)
    text = str(whole)
    head, tail = text[:-3], text[-3:]
    while len(head) > 2:
        tail = head[-2:] + "," + tail
        head = head[:-2]
    return (head + "," if head else "") + tail + ".%02d" % part
for n in range(count):
    out = io.BytesIO()
    doc = SimpleDocTemplate(out, pagesize=A4, leftMargin=51, rightMargin=51, topMargin=51, bottomMargin=60)
    amounts = [10000 + 137 * i for i in range(lines)]
    total = sum(amounts)
    tax = (total * 18 + 50) // 100
    rows = [["Description", "SAC", "Calls", "Tax", "Amount"]]
    for i, amount in enumerate(amounts):
        text = "Outbound calls, number +91 80 4000 %04d, March 2026" % i
        rows.append([Paragraph(text, body), "998423", str(100 + i), "18 %", grouped(amount)])
    table = Table(rows, colWidths=[283, 43, 43, 45, 79], repeatRows=1)
    table.setStyle(TableStyle([
        ("FONT", (0, 0), (-1, 0), "B", 8), ("FONT", (0, 1), (-1, -1), "N", 9.5),
        ("ALIGN", (2, 0), (-1, -1), "RIGHT"), ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.lightgrey),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ]))
    code = Drawing(74, 74)
    code.add(QrCodeWidget(
        "upi://pay?pa=malabar@decbank&pn=Malabar%%20Voice%%20Resale%%20Pvt%%20Ltd&am=%d.%02d&cu=INR&tr=CF%%2F25-26%%2F%05d"
        % (*divmod(total + tax, 100), n), barWidth=74, barHeight=74, barLevel="M"))
    story = [
        Paragraph("TAX INVOICE CF/25-26/%05d" % n, bold), Paragraph("Malabar Voice Resale Pvt Ltd", bold),
        Paragraph("12 Residency Road<br/>Bengaluru 560001<br/>GSTIN: 29AAFCC9980M1ZR", small), Spacer(1, 12),
        Paragraph("Credresolve Financial Services Pvt Ltd", bold),
        Paragraph("98 College Road<br/>Mumbai 400001<br/>GSTIN: 27AAPFU0939F1ZV", body), Spacer(1, 12),
        Paragraph("Total due \u20b9" + grouped(total + tax), bold), Spacer(1, 12), table, Spacer(1, 12),
        Paragraph("Taxable value " + grouped(total), body), Paragraph("IGST 18 % " + grouped(tax), body),
        Paragraph("Total \u20b9" + grouped(total + tax), bold),
        Paragraph("Account number: 001234567890<br/>UPI: malabar@decbank", body), code,
        Paragraph("Pay by UPI. This is a payment code, not an e-invoice (IRN) code.", small),
        Paragraph("Issued electronically under the Information Technology Act, 2000: no signature is needed "
                  "(proviso to CGST Rule 46).", small),
    ]
    def footer(canvas, doc):
        canvas.setFont("N", 8)
        canvas.drawString(51, 40, "Malabar Voice Resale Pvt Ltd")
        canvas.drawRightString(544, 40, "Page %d" % doc.page)
    doc.build(story, onFirstPage=footer, onLaterPages=footer)
print(len(out.getvalue()))
'''


def run(command):
    """CPU seconds, peak MiB, and what was printed."""
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{command[0]} ended with {status}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, text.decode().strip()


def each(command, lines, count):
    """CPU seconds per document, without the start, and the size of one."""
    full, _, size = run([*command(lines), str(count + 1)])
    start, _, _ = run([*command(lines), "1"])
    return (full - start) / count, int(size)


ours = lambda lines: [BENCH, "--draw", str(lines)]
theirs = lambda lines: [sys.executable, "-c", THEIRS, str(lines)]

for name, lines, count, their_count in (("one page", ONE, 300, 60), ("forty pages", FORTY, 12, 4)):
    ratios, mine, other = [], [], []
    for _ in range(PAIRS):
        a, size = each(ours, lines, count)
        full = run([*theirs(lines), str(their_count + 1), FONTS])[0]
        start = run([*theirs(lines), "1", FONTS])[0]
        b = (full - start) / their_count
        mine.append(a * 1000)
        other.append(b * 1000)
        ratios.append(a / b)
    print(
        f"{name}: ours {statistics.median(mine):.2f} ms, reportlab {statistics.median(other):.2f} ms, "
        f"ratio 1/{1 / statistics.median(ratios):.1f} (1/{1 / max(ratios):.1f} to 1/{1 / min(ratios):.1f}), {size} bytes"
    )

forty = statistics.median(each(ours, FORTY, 12)[0] for _ in range(PAIRS))
cpu, peak, size = run([*ours(TWO_THOUSAND), "1"])
print(f"2,000 pages: {cpu:.2f} s, {cpu / forty:.1f} times forty pages, peak {peak:.0f} MiB, {int(size) // 1024} KiB")
peaks = [run([*ours(ONE), str(count)])[1] for count in (100, 10_000)]
print(f"memory over a batch: {peaks[0]:.0f} MiB after 100 documents, {peaks[1]:.0f} MiB after 10,000")
