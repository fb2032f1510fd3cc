#!/usr/bin/env python3
"""Writes two files of calls, runs `crossfoot calls` on them, and prints seconds and peak memory.

    benches/calls.py target/release/crossfoot 10000000 [KIND ...]

Kinds: same (both sides alike), some (one call in a hundred differs), dearer (every call costs us
1.25 times as much), apart (no call is on both sides), numbers (ours has no ids), shifted (no ids,
and our clock is 5 h 30 min behind), one-id (all rows have the same id), alike (no ids, and all rows
have the same numbers, start and cost), one-number (no ids, all rows have the same numbers).
"""
import os
import subprocess
import sys
import tempfile
import time

KINDS = ["same", "some", "dearer", "apart", "numbers", "shifted", "one-id", "alike", "one-number"]
HEAD = "uuid,account_id,call_direction,caller_id_number,destination_number,start_time,billsec,total_cost,currency\n"


def rows(kind, side, count):
    """Ours in another order than the partner's."""
    step = 1 if side == "partner" else 7919
    for at in range(count):
        n = at * step % count
        cost, seconds, uid = 45 * (1 + n % 7), 5 + n % 415, n
        caller, called, second = n % 5000, n * 31 % 90000000, n * 2654435761 % 2678400
        if side == "ours":
            if kind == "dearer":
                cost = cost * 5 // 4 if cost * 5 % 4 == 0 else cost * 5 // 4 + 1
            if kind == "some" and n % 100 == 7:
                fault = n // 100 % 3
                if fault == 0:
                    continue
                cost, uid = (cost + 5, uid) if fault == 1 else (cost, uid + count)
            if kind == "apart":
                uid, called = n + count, called + 5000000000
        if kind == "alike":
            caller = called = second = 0
            cost = seconds = 60
        if kind == "one-number":
            caller = called = 0
        if kind == "shifted" and side == "ours":
            second = (second - 19800) % 2678400
        name = "0" * 32 if kind == "one-id" else "" if side == "ours" and kind in ("numbers", "shifted") else f"{uid * 0x9E3779B97F4A7C15 % 2**64:016x}{uid:016x}"
        if kind in ("alike", "one-number"):
            name = ""
        day, rest = divmod(second, 86400)
        yield (
            f"{name},MA_{n % 300:08x},outbound,+9180410{caller:05d},+9198{called:08d},"
            f"2026-03-{day + 1:02d}T{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}Z,{seconds},{cost // 100}.{cost % 100:02d},INR\n"
        )


def main():
    binary, count, kinds = os.path.abspath(sys.argv[1]), int(sys.argv[2]), sys.argv[3:] or KINDS
    print(f"{'kind':<12}{'rows a side':>12}{'seconds':>9}{'CPU':>9}{'peak MB':>9}  exit  first line")
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_DIR")) as folder:
        for kind in kinds:
            for side in ("partner", "ours"):
                with open(f"{folder}/{side}.csv", "w", buffering=1 << 20) as file:
                    file.write(HEAD)
                    file.writelines(rows(kind, side, count))
            begun = time.time()
            command = [binary, "calls", "partner.csv", "ours.csv", "--period", "2026-03", "--temp", folder]
            process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
            out = process.stdout.read()
            _, status, used = os.wait4(process.pid, 0)
            wall = time.time() - begun
            cpu = used.ru_utime + used.ru_stime
            first = (out.splitlines() or [""])[0]
            print(f"{kind:<12}{count:>12}{wall:>9.1f}{cpu:>9.1f}{used.ru_maxrss / 1024:>9.0f}  {os.waitstatus_to_exitcode(status):>4}  {first}", flush=True)


if __name__ == "__main__":
    main()
