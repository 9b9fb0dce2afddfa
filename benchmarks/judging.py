"""Judging a quarter (103 portals x 900 releases x 2 editions), and rejudging a year from the store.

    python -m benchmarks.judging [--days 90] [--portals 103]

The rival is the naive answer in the same process: one SQL statement that compares the first sight with the deadline and
knows nothing of looks, columns or printed times. The ratio says what the proof costs.
"""

from __future__ import annotations

import argparse
import random
import resource
import sqlite3
import sys
import time
from datetime import timedelta
from pathlib import Path

from syndication.clock import Interval
from syndication.glossary import Mode, Outcome, Role
from syndication.judging import Carrying, Case, ChannelSeen, coverage, judge

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from simulated_quarter import BEGIN, EDITIONS, carried_at, printed, releases


def world(portals, days):
    """Cases of a quarter: each portal looked at 16 times a day, as with probes."""
    dice = random.Random(1)
    out = releases(dice, days, 10)
    end = BEGIN + timedelta(days=days + 4)
    cases, rows = [], []
    for portal in range(portals):
        times = sorted(BEGIN + timedelta(minutes=dice.uniform(0, (days + 4) * 1440)) for _ in range(16 * days))
        seen = coverage(Role.COLUMN, [ChannelSeen(at, Outcome.OK, 20, at - timedelta(days=30)) for at in times])
        for number, released in enumerate(out):
            moment = carried_at(dice, released)
            found = next((at for at in times if moment and at >= moment), None)
            style = ("minute", "day", "none")[portal % 3]
            carryings = [Carrying(1, "", Mode.COPY, printed(dice, moment, style), {"c": found})] if found else []
            cases.append(Case(Interval(released, released), end, {"c": seen}, carryings=carryings))
            rows.append((portal, number, released.timestamp(), found.timestamp() if found else None))
    return cases, rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portals", type=int, default=103)
    parser.add_argument("--days", type=int, default=90)
    given = parser.parse_args()
    cases, rows = world(given.portals, given.days)
    began = time.perf_counter()
    for case in cases:
        for measure in EDITIONS.values():
            judge(case, measure)
    ours = time.perf_counter() - began
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE seen (portal, release, released, first_seen)")
    database.executemany("INSERT INTO seen VALUES (?, ?, ?, ?)", rows)
    began = time.perf_counter()
    for measure in EDITIONS.values():
        database.execute(
            "SELECT portal, release, CASE WHEN first_seen IS NULL THEN 'missing' WHEN first_seen <= released + ? THEN 'on_time'"
            " ELSE 'late' END FROM seen", (measure.hours * 3600,)).fetchall()  # fmt: skip
    naive = time.perf_counter() - began
    verdicts = len(cases) * len(EDITIONS)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{verdicts} verdicts: {ours:.2f} s, {verdicts / ours:,.0f} a second; peak {peak:.0f} MB")
    print(f"  naive SQL {naive:.2f} s; proof costs {ours / naive:.1f} times as much")


if __name__ == "__main__":
    main()
