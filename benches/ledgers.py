#!/usr/bin/env python3
"""How fast ledgers are read, each figure beside a yardstick measured in the same run.

    cargo build --release --locked && pip install duckdb
    python3 benches/ledgers.py DIR [PAIRS] [canonical parquet zoho tally quickbooks xlsx]

The files are made in DIR unless they are there: ten million postings of 100,000 customers as
a canonical ledger in CSV and in Parquet (DuckDB's writer), a million rows of the exports of
Zoho Books, Tally and QuickBooks, and a workbook of 200,000 rows. Whole processes, warm page
cache, in pairs: ours and DuckDB's sums of the same rows, two threads each. DuckDB hashes
nothing; we hash the file and account for every row. Printed are medians, the median of the
pair-by-pair ratios, CPU per row in canonical rows, and peak memory. The sums of both are
compared to the last digit.
"""
import json
import multiprocessing
import os
import pathlib
import statistics
import subprocess
import sys
import time
import zipfile

DIR = pathlib.Path(sys.argv[1])
PAIRS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
WANTED = sys.argv[3:] or ["canonical", "parquet", "zoho", "tally", "quickbooks", "xlsx"]
BINARY = os.environ.get("CROSSFOOT", "target/release/crossfoot")
ROWS, CUSTOMERS, VOUCHERS, SHEET = 10_000_000, 100_000, 250_000, 200_000

# A few customers have most of the rows: each power of two of them as many as the next.
POSTINGS = f"""
    SELECT n, (1 << (hash(n, 1) %% 17)) - 1 + hash(n, 2) %% (1 << (hash(n, 1) %% 17)) AS rank,
        rank %% {CUSTOMERS} AS customer, hash(n, 3) %% 2 AS way, 1 + hash(n, 4) %% 1000000 AS paise,
        DATE '2026-03-01' + (hash(n, 5) %% 31)::INT AS date
    FROM range(%d) t(n)"""
CANONICAL = f"""
    SELECT date, printf('MA_%08x', customer::BIGINT) AS customer_id, 'Customer ' || customer || ', Ltd' AS customer_name,
        CASE way WHEN 0 THEN 'inbound' ELSE 'outbound' END AS direction,
        (paise / 100)::DECIMAL(18,2) AS amount, 'INR' AS currency, 'JV/' || n AS reference
    FROM ({POSTINGS % ROWS})"""
# An invoice a voucher: receivable, usage, two taxes.
ENTRIES = f"""
    SELECT n, date, 'Customer ' || (customer % 10000) || ' Telecom Ltd' AS party, e.entry,
        ['Accounts Receivable', CASE way WHEN 0 THEN 'Inbound Voice' ELSE 'Outbound Voice' END, 'CGST', 'SGST'][e.entry] AS account,
        'INV/' || n AS number, (paise / 100)::DECIMAL(18,2) AS net, (paise * 9 // 100 / 100)::DECIMAL(18,2) AS tax,
        [net + 2 * tax, net, tax, tax][e.entry]::DECIMAL(18,2) AS amount
    FROM ({POSTINGS % VOUCHERS}), (SELECT unnest([1, 2, 3, 4]) AS entry) e"""
ZOHO = f"""
    SELECT date, account AS account_name, party AS transaction_details, 'invoice' AS transaction_type,
        '' AS reference_number, number AS entity_number,
        CASE entry WHEN 1 THEN amount END AS debit, CASE entry WHEN 1 THEN NULL ELSE amount END AS credit,
        'income' AS account_group, 'income' AS account_type, 'INR' AS currency_code
    FROM ({ENTRIES}) ORDER BY n, entry"""
TALLY = f"""
    SELECT CASE entry WHEN 1 THEN strftime(date, '%-d-%b-%y') END AS "Date", CASE entry WHEN 1 THEN party ELSE account END AS "Particulars",
        CASE entry WHEN 1 THEN 'Sales' END AS "Vch Type", CASE entry WHEN 1 THEN number END AS "Vch No.",
        CASE entry WHEN 1 THEN amount END AS "Debit Amount", CASE entry WHEN 1 THEN NULL ELSE amount END AS "Credit Amount"
    FROM ({ENTRIES}) ORDER BY n, entry"""
QUICKBOOKS = f"""
    SELECT head, date, type, number, party, memo, split, amount, balance FROM (
        SELECT account AS sort, 1 AS part, n, NULL AS head, strftime(date, '%m/%d/%Y') AS date, 'Invoice' AS type, number, party,
            'Voice services' AS memo, '-Split-' AS split, amount, sum(amount) OVER (PARTITION BY account ORDER BY n) AS balance
        FROM ({ENTRIES})
        UNION ALL SELECT DISTINCT account, 0, 0, account, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM ({ENTRIES})
        UNION ALL SELECT account, 2, 0, 'Total for ' || account, NULL, NULL, NULL, NULL, NULL, NULL, sum(amount), NULL
        FROM ({ENTRIES}) GROUP BY account) ORDER BY sort, part, n"""


def measured(command, keep=False):
    """How it ended, wall seconds, CPU seconds, peak KiB, and what was printed."""
    begun = time.monotonic()
    out = subprocess.PIPE if keep else subprocess.DEVNULL
    child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
    text = child.stdout.read() if keep else b""
    _, status, usage = os.wait4(child.pid, 0)
    return os.waitstatus_to_exitcode(status), time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, text


def run(command, keep=False):
    """Wall seconds, CPU seconds, peak KiB, and what was printed."""
    code, *all = measured(command, keep) if keep else SMALL.apply(measured, (command,))
    if code not in (0, 3):
        sys.exit(f"{' '.join(map(str, command))} ended with {code}")
    return all


def duckdb(sql, keep=False):
    """DuckDB in a process of its own, as ours is."""
    code = (
        "import duckdb, sys\n"
        "con = duckdb.connect(config={'threads': 2})\n"
        "con.execute('SET enable_progress_bar = false')\n"
        "for row in con.execute(sys.argv[1]).fetchall(): print(*row, sep='\\t')"
    )
    return run([sys.executable, "-c", code, sql], keep)


def made(name, write):
    """The file of that name, written if it is not there."""
    path = DIR / name
    if not path.exists():
        print(f"writing {path}", file=sys.stderr)
        write(path.with_suffix(".part"))
        path.with_suffix(".part").rename(path)
    return path


def copied(sql, options):
    return lambda path: duckdb(f"COPY ({sql}) TO '{path}' ({options})")


def quickbooks(path):
    header = "Sample Voice Reseller Pvt Ltd\nGeneral Ledger\nMarch 2026\n\n"
    header += ",Date,Transaction Type,Num,Name,Memo/Description,Split,Amount,Balance\n"
    duckdb(f"COPY ({QUICKBOOKS}) TO '{path}' (HEADER false)")
    path.write_bytes(header.encode() + path.read_bytes())


def workbook(path):
    """A sheet as every program writes it, from the first rows of the Zoho export."""
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    shared = {}

    def cell(column, row, text, number):
        place = f'<c r="{chr(65 + column)}{row}"'
        if not text:
            return ""
        if number:
            return f"{place}><v>{text}</v></c>"
        return f'{place} t="s"><v>{shared.setdefault(text, len(shared))}</v></c>'

    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("[Content_Types].xml", '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>')
        book.writestr("_rels/.rels", f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{kinds}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        book.writestr("xl/workbook.xml", f'<?xml version="1.0"?><workbook xmlns="{main}" xmlns:r="{kinds}"><sheets><sheet name="Ledger" sheetId="1" r:id="rId1"/></sheets></workbook>')
        book.writestr("xl/_rels/workbook.xml.rels", f'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{kinds}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{kinds}/sharedStrings" Target="sharedStrings.xml"/></Relationships>')
        with book.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet, open(made("zoho.csv", copied(ZOHO, "HEADER")), encoding="utf-8") as rows:
            sheet.write(f'<?xml version="1.0"?><worksheet xmlns="{main}"><sheetData>'.encode())
            for row, line in zip(range(1, SHEET + 2), rows):
                cells = line.rstrip("\n").split(",")
                text = "".join(cell(n, row, one, row > 1 and n in (6, 7)) for n, one in enumerate(cells))
                sheet.write(f'<row r="{row}">{text}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
        texts = "".join(f"<si><t>{text}</t></si>" for text in shared)
        book.writestr("xl/sharedStrings.xml", f'<?xml version="1.0"?><sst xmlns="{main}" count="{len(shared)}" uniqueCount="{len(shared)}">{texts}</sst>')


def check(path):
    accounts = ["--account", "Inbound Voice=inbound", "--account", "Outbound Voice=outbound"]
    return [BINARY, "import", path, "--check", "--period", "2026-03", *(accounts if path.stem != "ledger" else [])]


def median(runs, at):
    return statistics.median(one[at] for one in runs)


def agree(command, sql):
    """The sums of both, by customer and direction, to the last digit."""
    digits = lambda amount: (amount.rstrip("0").rstrip(".") or "0") if "." in amount else amount
    checked = json.loads(run([*command, "--json"], keep=True)[3])["customers"]
    ours = {(c.get("customer_id") or c["name"], d): digits(c[d]) for c in checked for d in ("inbound", "outbound")}
    theirs = {}
    for line in duckdb(sql, keep=True)[3].decode().splitlines():
        customer, direction, amount = line.split("\t")
        theirs[customer, direction] = digits(amount)
    differ = [key for key in ours.keys() | theirs.keys() if ours.get(key, "0") != theirs.get(key, "0")]
    assert not differ, f"sums differ: {differ[:3]}"
    return len(theirs)


def against(name, path, rows, sql, unit=None):
    """Ours and DuckDB's in pairs; returns our CPU seconds a row."""
    command = check(path)
    run(command), duckdb(sql)
    pairs = [(run(command), duckdb(sql)) for _ in range(PAIRS)]
    ours, theirs = [a for a, _ in pairs], [b for _, b in pairs]
    wall = statistics.median(a[0] / b[0] for a, b in pairs)
    cpu = median(ours, 1) / rows
    beside = "" if unit is None else f"; a row's CPU is {cpu / unit:.1f} canonical rows"
    print(
        f"{name}, {rows:,} rows, {path.stat().st_size / 1e6:.0f} MB: {median(ours, 0):.2f} s (CPU {median(ours, 1):.2f} s), "
        f"DuckDB {median(theirs, 0):.2f} s (CPU {median(theirs, 1):.2f} s), ratio {wall:.2f}; "
        f"peak {max(a[2] for a in ours) // 1024} MiB, DuckDB {max(b[2] for b in theirs) // 1024} MiB{beside}; "
        f"{agree(command, sql)} sums agree",
        flush=True,
    )
    return cpu


def alone(name, path, rows, unit):
    """Ours, where there is nothing to compare with."""
    command = check(path)
    run(command)
    ours = [run(command) for _ in range(PAIRS)]
    beside = "" if unit is None else f"; a row's CPU is {median(ours, 1) / rows / unit:.1f} canonical rows"
    print(
        f"{name}, {rows:,} rows, {path.stat().st_size / 1e6:.0f} MB: {median(ours, 0):.2f} s (CPU {median(ours, 1):.2f} s), "
        f"peak {max(a[2] for a in ours) // 1024} MiB{beside}",
        flush=True,
    )


# A child's peak is never below what the process had that started it: what is measured is
# started by one that never holds anything.
SMALL = multiprocessing.get_context("fork").Pool(1)
DIR.mkdir(parents=True, exist_ok=True)
MARCH = "date BETWEEN DATE '2026-03-01' AND DATE '2026-03-31'"
sums = f"SELECT customer_id, direction, sum(amount) FROM %s WHERE {MARCH} AND currency = 'INR' GROUP BY 1, 2"
unit = None
if "canonical" in WANTED:
    path = made("ledger.csv", copied(CANONICAL, "HEADER"))
    columns = "{'date': 'DATE', 'customer_id': 'VARCHAR', 'customer_name': 'VARCHAR', 'direction': 'VARCHAR', 'amount': 'DECIMAL(38,5)', 'currency': 'VARCHAR', 'reference': 'VARCHAR'}"
    unit = against("canonical", path, ROWS, sums % f"read_csv('{path}', header = true, columns = {columns})")
if "parquet" in WANTED:
    path = made("ledger.parquet", copied(CANONICAL, "FORMAT parquet"))
    against("parquet", path, ROWS, sums % f"read_parquet('{path}')", unit)
if "zoho" in WANTED:
    path = made("zoho.csv", copied(ZOHO, "HEADER"))
    names = "date account_name transaction_details transaction_type reference_number entity_number debit credit account_group account_type currency_code".split()
    columns = ", ".join(f"'{name}': '{dict(date='DATE', debit='DECIMAL(38,5)', credit='DECIMAL(38,5)').get(name, 'VARCHAR')}'" for name in names)
    against(
        "zoho", path, VOUCHERS * 4,
        f"""SELECT transaction_details, CASE account_name WHEN 'Inbound Voice' THEN 'inbound' ELSE 'outbound' END,
            sum(coalesce(credit, 0) - coalesce(debit, 0)) FROM read_csv('{path}', header = true, columns = {{{columns}}})
            WHERE {MARCH} AND account_name IN ('Inbound Voice', 'Outbound Voice') AND transaction_type = 'invoice' GROUP BY 1, 2""",
        unit,
    )
if "tally" in WANTED:
    alone("tally", made("tally.csv", copied(TALLY, "HEADER")), VOUCHERS * 4, unit)
if "quickbooks" in WANTED:
    alone("quickbooks", made("quickbooks.csv", quickbooks), VOUCHERS * 4, unit)
if "xlsx" in WANTED:
    alone("xlsx", made("zoho.xlsx", workbook), SHEET, unit)
