"""A soak: thirty rehearsal nights with their probes in one process tree, and whether memory and handles stay flat.

    python -m benchmarks.soak [--nights 30]

A release comes out each day and the rehearsal's troupe plays with it. `syndication serve` lives through all of it and answers
three pages after each night; nights and probes are children, as in `syndication rehearse`. For each night: seconds, the
processor time and peak memory of its process, then memory and open handles of those that live on (this driver, the server of
the pages, the process that probes are forked from), and what lies on the disk. Flat is: the median of the last ten nights is not
above that of nights 5 to 15 by more than a tenth (memory), the highest not above the highest (handles). Exit status 1 if not.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from syndication.rehearsal import papers
from syndication.rehearsal.build import write_registry
from syndication.rehearsal.fleet import Fleet
from syndication.rehearsal.fortnight import FIRST_NIGHT
from syndication.rehearsal.lexicon import SUBJECTS
from syndication.rehearsal.performing import Performance
from syndication.rehearsal.scenario import Release, Story
from syndication.rehearsal.stage import staging
from syndication.rehearsal.troupe import troupe
from syndication.store import open_database

PAGES = ("/", "/syndication", "/syndication/verdict_list.json?_size=20")
PAGE = os.sysconf("SC_PAGE_SIZE")
MEMORY, ALLOWED_MB = 1.10, 4.0
DAYS = 30
TABLES = ("observations", "postings", "evidence", "verdicts", "superseded_verdicts")


@dataclass(frozen=True)
class Living:
    """A process that lives through the soak: resident megabytes, open handles."""

    megabytes: float
    handles: int

    @classmethod
    def of(cls, pid: int) -> Living:
        """Reads /proc."""
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        return cls(pages * PAGE / 2**20, len(list(Path(f"/proc/{pid}/fd").iterdir())))


@dataclass(frozen=True)
class Night:
    """A row of the table: the night's process, the probes since the night before, the living, the disk."""

    seconds: float
    cpu: float
    peak_mb: float
    probes: int
    probe_cpu: float
    living: dict[str, Living]
    database_mb: float
    warc_mb: float
    rows: int


def month(nights: int) -> Story:
    """A story of a release a day, at changing hours."""
    releases = []
    for day in range(DAYS):
        subject = sorted(SUBJECTS)[day % len(SUBJECTS)]
        told = FIRST_NIGHT.replace(hour=8 + day * 5 % 12, minute=7 + day, second=11) + timedelta(days=day)
        make = papers.opinion if day < len(SUBJECTS) else papers.plan_notice
        paper = make(subject, f"国办发〔2026〕{100 + day}号", date(2026, 2, 20))
        releases.append(Release(f"day-{day}", paper, told, 9100000 + day))
    looks = tuple(FIRST_NIGHT + timedelta(days=day) for day in range(nights))
    return Story(tuple(releases), troupe(releases), (), looks)


def serve(data: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Starts the workbench on a free port; gives the process and its address."""
    said = data.parent / "serve.log"
    with said.open("wb") as log:
        command = [sys.executable, "-m", "syndication", "serve", "--data", str(data), "--port", "0"]
        process = subprocess.Popen(command, stdout=log, stderr=log)
    while process.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:[0-9]+", said.read_text(encoding="utf-8"))
        if found:
            return process, found[0]
        time.sleep(0.2)
    raise SystemExit(f"the server did not start: {said.read_text(encoding='utf-8')}")


def fork_server() -> int:
    """The process that probes are forked from: a child of this one whose command says so."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = path.joinpath("stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1]
            if int(parent) == os.getpid() and b"forkserver" in path.joinpath("cmdline").read_bytes():
                return int(path.name)
        except FileNotFoundError:  # it ended while it was looked at
            continue
    raise SystemExit("no process to fork probes from")


def soak(folder: Path, nights: int) -> list[Night]:
    """Plays the nights; gives a row for each from the second on (the first fills the store, and nothing is served yet)."""
    fleet, data, rows, probes = Fleet(month(nights)), folder / "data", [], []
    data.mkdir()
    write_registry(fleet, data)
    server: list[tuple[subprocess.Popen[bytes], str]] = []

    def told(act):
        if act.kind == "probe":
            probes.append(act)
            return
        if not server:
            server.append(serve(data))
            probes.clear()
            return
        process, address = server[0]
        for page in PAGES:
            with urllib.request.urlopen(f"{address}{page}", timeout=60) as answer:
                answer.read()
        living = {"driver": Living.of(os.getpid()), "serve": Living.of(process.pid), "forks": Living.of(fork_server())}
        rows.append(Night(
            act.seconds, act.cpu_seconds, act.peak_mb, len(probes), sum(one.cpu_seconds for one in probes), living,
            (data / "syndication.db").stat().st_size / 2**20,
            sum(path.stat().st_size for path in (data / "evidence").iterdir()) / 2**20, count(data),
        ))  # fmt: skip
        probes.clear()
        show(len(rows) + 1, rows[-1])

    try:
        with staging(fleet, folder / "keys") as stage:
            Performance(stage, data).play(told)
    finally:
        for process, _ in server:
            process.terminate()
            process.wait()
    return rows


def count(data: Path) -> int:
    """Rows of the tables that grow."""
    database = open_database(data)
    try:
        return sum(database.table(name).count for name in TABLES)
    finally:
        database.close()


HEAD = ("night    s  cpu s  peak MB  probes  cpu s   driver MB/fd   serve MB/fd   forks MB/fd   db MB  WARC MB    rows")


def show(number: int, night: Night) -> None:
    """Prints a row."""
    living = "   ".join(f"{one.megabytes:7.1f}/{one.handles:<3d}" for one in night.living.values())
    print(f"{number:5d} {night.seconds:4.1f} {night.cpu:6.1f} {night.peak_mb:8.1f} {night.probes:7d} {night.probe_cpu:6.1f}"
          f"   {living} {night.database_mb:7.1f} {night.warc_mb:8.1f} {night.rows:7d}", flush=True)  # fmt: skip


def verdict(nights: list[Night]) -> bool:
    """Says of each figure whether it is flat."""
    if len(nights) < 24:
        print("fewer than 25 nights: nothing can be said")
        return False
    early, last = nights[3:14], nights[-10:]
    flat = True
    memory = {"peak of the night": [night.peak_mb for night in nights]}
    memory |= {name: [night.living[name].megabytes for night in nights] for name in nights[0].living}
    for name in memory:
        before, after = median(memory[name][3:14]), median(memory[name][-10:])
        good = after <= max(before * MEMORY, before + ALLOWED_MB)
        flat &= good
        print(f"{name}: {before:.1f} MB in nights 5 to 15, {after:.1f} MB in the last ten: {'flat' if good else 'GROWS'}")
    for name in nights[0].living:
        before, after = (max(night.living[name].handles for night in some) for some in (early, last))
        flat &= after <= before
        print(f"{name}: at most {before} handles, then {after}: {'flat' if after <= before else 'GROWS'}")
    return flat


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nights", type=int, default=30)
    given = parser.parse_args()
    print(HEAD, flush=True)
    with tempfile.TemporaryDirectory() as folder:
        nights = soak(Path(folder), given.nights)
    sys.exit(not verdict(nights))


if __name__ == "__main__":
    main()
