#!/usr/bin/env python3
"""Our reading of a canonical ledger against DuckDB's sums of the same rows, in pairs.

    cargo build --release --locked && pip install duckdb
    cargo bench --locked -- --write DIR 10000000 100000
    python3 benches/ledger_against_duckdb.py DIR/ledger.csv [PAIRS]

Whole processes, warm page cache, two threads each. DuckDB reads the amounts as
DECIMAL(38,5) and hashes nothing; we hash the file and account for every row. Printed are
the medians of the pair-by-pair ratios, ours to DuckDB's, and our peak memory. The sums of
both are compared to the last digit first.
"""
import json
import os
import statistics
import subprocess
import sys
import time

LEDGER = sys.argv[1]
PAIRS = int(sys.argv[2]) if len(sys.argv) > 2 else 7
BINARY = os.environ.get("CROSSFOOT", "target/release/crossfoot")
SQL = """
import duckdb, sys
con = duckdb.connect(config={"threads": 2})
rows = con.execute('''
    SELECT customer_id, direction, sum(amount), count(*)
    FROM read_csv(?, header = true, columns = {
        'date': 'DATE', 'customer_id': 'VARCHAR', 'customer_name': 'VARCHAR', 'direction': 'VARCHAR',
        'amount': 'DECIMAL(38,5)', 'currency': 'VARCHAR', 'reference': 'VARCHAR'})
    WHERE date BETWEEN '2026-03-01' AND '2026-03-31' GROUP BY 1, 2''', [sys.argv[1]]).fetchall()
if len(sys.argv) > 2:
    for row in sorted(rows): print(*row[:3])
"""


def run(command, keep=False):
    """Wall seconds, CPU seconds, peak KiB, and what was printed."""
    begun = time.monotonic()
    out = subprocess.PIPE if keep else subprocess.DEVNULL
    child = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL)
    text = child.stdout.read() if keep else b""
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{command[0]} ended with {status}")
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, text


OURS = [BINARY, "import", LEDGER, "--check", "--period", "2026-03"]
THEIRS = [sys.executable, "-c", SQL, LEDGER]

# Measured first: a child's peak is never below what this process had when it began.
pairs = [(run(OURS), run(THEIRS)) for _ in range(PAIRS)]
for name, at in (("wall", 0), ("CPU", 1)):
    ratios = [a[at] / b[at] for a, b in pairs]
    print(
        f"{name}: ours {statistics.median(a[at] for a, _ in pairs):.2f} s, DuckDB "
        f"{statistics.median(b[at] for _, b in pairs):.2f} s, ratio {statistics.median(ratios):.2f} "
        f"({min(ratios):.2f} to {max(ratios):.2f})"
    )
print(f"peak: ours {max(a[2] for a, _ in pairs) // 1024} MiB, DuckDB {max(b[2] for _, b in pairs) // 1024} MiB")

checked = json.loads(run([*OURS, "--json"], keep=True)[3])["customers"]
ours = {(c["customer_id"], d): c[d] for c in checked for d in ("inbound", "outbound")}
theirs = {}
for line in run([*THEIRS, "print"], keep=True)[3].decode().splitlines():
    customer, direction, amount = line.split()
    theirs[customer, direction] = amount
digits = lambda amount: (amount.rstrip("0").rstrip(".")) if "." in amount else amount
differ = [key for key in ours if digits(ours[key]) != digits(theirs.get(key, "0.00"))]
assert not differ and set(theirs) <= set(ours), f"sums differ: {differ[:3]}"
print(f"{len(theirs)} sums agree to the last digit")
