"""`evidence verify` against `sha256sum` (and `openssl dgst`, which uses the processor's own instructions) over the same bytes
in the same run, and how long a pack takes.

    python -m benchmarks.evidence [--megabytes 1000] [--page 60000] [--runs 4]

The runs' files are written by the program's own writer; pages are of random length around --page bytes and compress about
as far as web pages do. Verifying and summing take turns, in processes of their own, five times, after one turn that warms
the page cache; the medians count.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

ROUNDS = 5
MEGABYTE = 1_000_000
AT = "2026-03-02T18:15:00Z"


def write(folder, megabytes, page, runs):
    """A data folder with `runs` closed runs of together that many megabytes of evidence."""
    from syndication.clock import from_text
    from syndication.evidence import EvidenceWriter, chain_hash, read_run_file
    from syndication.store import Store

    chance = random.Random(20261124)
    store = Store(folder)
    for number in range(runs):
        at = from_text(AT) + timedelta(days=number)
        name = f"{number:03}"
        path = folder / "evidence" / f"{name}.warc.gz"
        store.start_run(name, "nightly", at, f"evidence/{name}.warc.gz", "0")
        writer = EvidenceWriter(path, {"run-id": name, "kind": "nightly"})
        count = 0
        while path.stat().st_size < megabytes * MEGABYTE / runs:
            writer.answer(f"https://portal{count % 103}.example/{count}.html", "GET", b"", at, 200,
                          (("Content-Type", "text/html"),), page_of(chance, page))  # fmt: skip
            count += 1
        writer.end(at)
        run_file = read_run_file(path)
        store.add_evidence(name, f"evidence/{name}.warc.gz", run_file.records)
        digest = chain_hash(run_file.records, store.previous_hash(name), run_file.frame)
        store.finish_run(name, "done", at, len(run_file.records), digest)
    store.close()


def page_of(chance, size):
    """A page of which a quarter is left after compression, as of most web pages."""
    length = int(size * chance.uniform(0.3, 1.7))
    return chance.randbytes(length // 4) + b"<li><a href='x'>" * (length * 3 // 4 // 16)


def seconds(command):
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lasted = time.perf_counter() - began
    if done.returncode:
        sys.exit(f"{command}\n{done.stdout}\n{done.stderr}")
    return lasted


def started():
    """What the program takes before it begins: its imports."""
    return statistics.median(seconds([sys.executable, "-m", "syndication", "evidence", "verify", "--help"]) for _ in range(3))


def verifying(megabytes, page, runs):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, megabytes, page, runs)
        files = sorted(map(str, (folder / "evidence").iterdir()))
        size = sum(Path(file).stat().st_size for file in files) / MEGABYTE
        commands = {
            "verify": [sys.executable, "-m", "syndication", "evidence", "verify", "--data", str(folder)],
            "sha256sum": ["sha256sum", *files],
            "openssl": ["openssl", "dgst", "-sha256", *files],
        }
        found = {role: [] for role in commands}
        for turn in range(ROUNDS + 1):
            for role, command in commands.items():
                lasted = seconds(command)
                if turn:
                    found[role].append(lasted)
        peak = subprocess.run(["/usr/bin/env", "python3", "-c", PEAK, *commands["verify"]], capture_output=True, text=True,
                              check=True).stdout.split()[-1]  # fmt: skip
    rates = {role: size / statistics.median(times) for role, times in found.items()}
    print(f"{size:.0f} MB of evidence in {runs} files, pages of about {page} bytes, median of {ROUNDS}")
    for role, rate in rates.items():
        print(f"  {role:9s} {rate:7.1f} MB/s")
    print(f"  verify at {rates['verify'] / rates['sha256sum']:.2f} of sha256sum's speed and "
          f"{rates['verify'] / rates['openssl']:.2f} of openssl's, its {started():.2f} s of start counted; "
          f"peak {int(peak) / 1024:.0f} MB")  # fmt: skip


PEAK = (
    "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, capture_output=True);"
    " print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


def packing():
    """A pack of each verdict of the replayed rehearsal, in one process."""
    import shutil

    from syndication.rehearsal.build import build

    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        fleet = build(root / "rehearsal")
        folder = root / "data"
        folder.mkdir()
        for path in fleet.data.glob("*.csv"):
            shutil.copyfile(path, folder / path.name)
        seconds([sys.executable, "-m", "syndication", "replay", str(fleet.looks), "--data", str(folder)])
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.evidence", "--role", "pack", "--data", str(folder)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
    told = json.loads(done.stdout.splitlines()[-1])
    times = told["milliseconds"]
    print(f"pack: {len(times)} verdicts of the rehearsal, median {statistics.median(times):.0f} ms, "
          f"slowest {max(times):.0f} ms; {statistics.median(told['kilobytes']):.0f} kB each")  # fmt: skip


def pack_all(folder):
    from syndication.packing import write_pack
    from syndication.rules import load_rules
    from syndication.store.ledger import Ledger
    from syndication.store.proof import ProofRows
    from syndication.store.reading import snapshot

    editions = {one.id: one for one in load_rules(folder).editions}
    times, sizes = [], []
    with snapshot(folder / "syndication.db") as connection:
        for (verdict,) in connection.execute("SELECT verdict_id FROM verdicts ORDER BY verdict_id").fetchall():
            began = time.perf_counter()
            case = ProofRows(connection).case(verdict)
            packed = write_pack(case, editions[case.verdict.edition], Ledger(connection), folder, folder / "pack.zip")
            times.append((time.perf_counter() - began) * 1000)
            sizes.append(packed.size / 1000)
    print(json.dumps({"milliseconds": times, "kilobytes": sizes}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--page", type=int, default=60_000, help="bytes of a page before compression")
    parser.add_argument("--runs", type=int, default=4)
    parser.add_argument("--role", choices=["pack"], help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.role == "pack":
        return pack_all(given.data)
    verifying(given.megabytes, given.page, given.runs)
    packing()
    return None


if __name__ == "__main__":
    main()
