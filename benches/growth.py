#!/usr/bin/env python3
"""What explaining differences costs, against the same month without any.

    cargo build --release --locked
    python3 benches/growth.py [LARGEST]

For each shape (rows / customers / discrepant customers) a ledger is compared with its own
sums, and then with sums that differ for some customers: by an amount that no cause makes; all
a hundredfold; those of another month; for one customer who has nearly all rows; where all
rows have one amount.
Printed are the CPU seconds of both and their ratio; shapes above LARGEST rows (default
1,000,000) are left out. The bar is three times the clean month, twice at ten million rows.
"""
import json
import os
import random
import subprocess
import sys
import tempfile

BINARY = os.environ.get("CROSSFOOT", "target/release/crossfoot")
LARGEST = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
SHAPES = [
    (10_000, 2_000, 2_000, "any"),
    (20_000, 4_000, 4_000, "any"),
    (100_000, 1_000, 60, "any"),
    (100_000, 1_000, 200, "any"),
    (100_000, 1_000, 300, "any"),
    (100_000, 1_000, 1_000, "any"),
    (100_000, 1_000, 1_000, "hundredfold"),
    (100_000, 1_000, 1_000, "month"),
    (100_000, 10, 10, "one"),
    (100_000, 1_000, 1_000, "equal"),
    (400_000, 1_000, 1_000, "any"),
    (1_000_000, 100_000, 16_000, "any"),
    (10_000_000, 100_000, 200, "any"),
]


def rupees(paise):
    return f"{paise // 100}.{paise % 100:02}"


def write(folder, rows, customers, discrepant, kind="any"):
    """The ledger, and what the partner says of it: the same, or not."""
    chance = random.Random(rows * 31 + customers)
    sums = [[0, 0] for _ in range(customers)]
    with open(f"{folder}/ledger.csv", "w", encoding="utf-8") as ledger:
        ledger.write("date,customer_id,direction,amount,reference\n")
        for number in range(rows):
            customer, way = number % customers, chance.randrange(2)
            if kind == "one" and number >= 10 * customers:
                customer = 0
            paise = 123_457 if kind == "equal" else chance.randrange(1_000, 9_000_000)
            sums[customer][way] += paise
            day = 1 + number * 31 // rows
            ledger.write(
                f"2026-03-{day:02},MA_{customer:08},{('inbound', 'outbound')[way]},{rupees(paise)},JV/{number}\n"
            )
    for name, wrong in (("clean", 0), ("discrepant", discrepant)):
        for customer in range(wrong):
            if kind == "hundredfold":
                sums[customer] = [100 * of for of in sums[customer]]
            elif kind == "month":
                sums[customer] = [of * chance.randrange(700, 1_300) // 1_000 + chance.randrange(100) for of in sums[customer]]
            else:
                sums[customer][0] += chance.choice((-1, 1)) * chance.randrange(1_000, 900_000)
        whole = [sum(by[way] for by in sums) for way in (0, 1)]
        answer = {
            "period": {"from": "2026-03-01", "to": "2026-03-31"},
            "totals": {"total_calls": rows, "total_cost": rupees(sum(whole)), "currency": "INR"},
            "by_direction": {
                "inbound": {"calls": 0, "cost": rupees(whole[0])},
                "outbound": {"calls": rows, "cost": rupees(whole[1])},
            },
            "top_customers": [
                {"auth_id": f"MA_{customer:08}", "calls": 1, "cost": rupees(sum(by))}
                for customer, by in enumerate(sums)
            ],
        }
        with open(f"{folder}/{name}.json", "w", encoding="utf-8") as out:
            json.dump(answer, out)


def seconds(folder, name):
    """CPU seconds of a whole run."""
    command = [BINARY, "reconcile", "--analytics", f"{name}.json", "--ledger", "ledger.csv", "--out", name, "-q"]
    child = subprocess.Popen(
        [os.path.abspath(command[0]), *command[1:]], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        sys.exit(f"{name}: exit code {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime


print(f"{'rows':>10} {'customers':>10} {'discrepant':>10} {'':>12} {'clean':>8} {'explained':>10} {'ratio':>6}")
for rows, customers, discrepant, kind in SHAPES:
    if rows > LARGEST:
        continue
    with tempfile.TemporaryDirectory() as folder:
        write(folder, rows, customers, discrepant, kind)
        # The best of three: what else runs makes both slower, and not alike.
        clean, explained = (min(seconds(folder, name) for _ in range(3)) for name in ("clean", "discrepant"))
    print(
        f"{rows:>10} {customers:>10} {discrepant:>10} {kind:>12} {clean:>8.2f} {explained:>10.2f} {explained / clean:>6.1f}"
    )
