"""Judging a quarter (103 portals x 900 releases x 2 editions), and rejudging a year from the store.

    python -m benchmarks.judging [--days 90] [--portals 103] [--year 365]

`--year DAYS` rejudges that many days from a store that it fills first (a look a day, nine in ten releases carried).
The rival is the naive answer in the same process: one SQL statement that compares the first sight with the deadline and
knows nothing of looks, columns or printed times. The ratio says what the proof costs.
"""

from __future__ import annotations

import argparse
import random
import resource
import sqlite3
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from syndication import steps
from syndication.clock import Interval, beijing_date, day_interval, to_text
from syndication.glossary import Mode, Outcome, Role
from syndication.judging import Carrying, Case, ChannelSeen, coverage, judge
from syndication.rules import load_rules
from syndication.store import Store

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


def fill(folder, portals, days):
    """A store with releases, looks, postings and matches of `days` days; gives how many verdicts are due."""
    dice = random.Random(2)
    store = Store(folder)
    db, out = store.db, releases(dice, days, 10)
    store.begin()
    db.execute("INSERT INTO runs (run_id, kind, started_at, state, evidence_file, program_version)"
               " VALUES ('r', 'replay', '2026-01-01T00:00:00Z', 'done', '', '')")  # fmt: skip
    insert = db.conn.executemany
    insert("INSERT INTO portals VALUES (?, ?, 'province', '', '', ?, '', NULL, NULL, '', 1, 1)",
           [(f"p{n}", f"p{n}", f"http://p{n}.example/") for n in range(portals)])  # fmt: skip
    insert("INSERT INTO channels VALUES (?, ?, '', ?, 'html', 'column', '{}', '', 1)",
           [(f"p{n}-c", f"p{n}", f"http://p{n}.example/c") for n in range(portals)])  # fmt: skip
    insert("INSERT INTO releases (release_id, url_key, url, title, document_number, issuer, released_earliest,"
           " released_latest, released_precision, released_source, body, state, first_seen_at)"
           " VALUES (?, ?, ?, '', '', '', ?, ?, 'second', 'meta', '', 'read', ?)",
           [(n, f"r{n}", f"http://www.gov.cn/{n}", *[to_text(at)] * 3) for n, at in enumerate(out)])  # fmt: skip
    insert("INSERT INTO duties VALUES (?, 1, 'push_feed', '', '', NULL)", [(n,) for n in range(len(out))])
    nights = [BEGIN + timedelta(days=day, hours=2.25) for day in range(days + 4)]
    insert("INSERT INTO observations (run_id, kind, portal_id, channel_id, url, looked_at, outcome, detail, item_count,"
           " reaches_back_to, overlaps, whole) VALUES ('r', 'channel', ?, ?, ?, ?, 'ok', '', 20, ?, 1, 0)",
           [(f"p{n}", f"p{n}-c", f"{n}/{to_text(at)}", to_text(at), to_text(at - timedelta(days=9)))
            for n in range(portals) for at in nights])  # fmt: skip
    number = 0
    for portal in range(portals):
        postings, sightings, matches = [], [], []
        for release_id, released in enumerate(out):
            moment = carried_at(dice, released)
            seen = next((at for at in nights if at >= moment), None) if moment else None
            if seen is None:
                continue
            number += 1
            day = day_interval(beijing_date(moment))
            postings.append((number, f"p{portal}", f"k{number}", to_text(seen)))
            sightings.append((number, f"p{portal}-c", to_text(seen), to_text(seen), to_text(day.earliest), to_text(day.latest)))
            matches.append((number, release_id))
        insert("INSERT INTO postings (posting_id, portal_id, url_key, url, title, first_seen_at, state, source_label)"
               " VALUES (?, ?, ?, '', '', ?, 'read', 'x')", postings)  # fmt: skip
        insert("INSERT INTO sightings (posting_id, channel_id, first_seen_at, last_seen_at, title, declared_earliest,"
               " declared_latest, declared_precision, declared_source, declared_raw)"
               " VALUES (?, ?, ?, ?, '', ?, ?, 'day', 'list', '')", sightings)  # fmt: skip
        insert("INSERT INTO matches VALUES (?, ?, 'copy', 1, 'full', 1, '{}')", matches)
    store.commit()
    return store, nights[-1]


def year(portals, days):
    """Rejudges a store of `days` days twice: all verdicts new, then none changed."""
    with tempfile.TemporaryDirectory() as folder:
        store, now = fill(Path(folder), portals, days)
        rules = load_rules(Path(folder))
        for what in ("all new", "none changed"):
            began = time.perf_counter()
            changed = steps.judge_all(store, rules, "r", now, steps.BEGINNING)
            seconds = time.perf_counter() - began
            count = store.db.execute("SELECT count(*) FROM verdicts").fetchone()[0]
            rate = f"{seconds:.1f} s, {count / seconds:,.0f} a second"
            print(f"rejudging {days} days, {what}: {count} verdicts, {changed} written, {rate}")
        began = time.perf_counter()
        store.db.execute(
            "SELECT r.release_id, p.portal_id, min(s.first_seen_at) FROM releases r CROSS JOIN portals p"
            " LEFT JOIN (matches m JOIN postings q USING (posting_id) JOIN sightings s USING (posting_id))"
            " ON m.release_id = r.release_id AND q.portal_id = p.portal_id GROUP BY 1, 2"
        ).fetchall()
        naive = time.perf_counter() - began
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"  naive SQL {naive:.1f} s; rejudging costs {seconds / naive:.1f} times as much; peak {peak:.0f} MB")
        store.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portals", type=int, default=103)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--year", type=int, default=0, metavar="DAYS")
    given = parser.parse_args()
    if given.year:
        year(given.portals, given.year)
        return
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
