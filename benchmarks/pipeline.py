"""The whole pipeline (fetch over loopback, read, store, WARC, match, judge) against a bare spider that only downloads.

    python -m benchmarks.pipeline [--portals 40] [--articles 20]

Both ask the same server for the same pages with the same concurrency; each runs in a process of its own, three times,
taking turns; the medians count. The server is a process of its own, too.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.fleet import LargeFleet

AT = "2026-03-29T18:15:00Z"
ROUNDS = 3


def serve(portals, articles):
    """Serves until its standard input closes; says the port."""
    from syndication.rehearsal.live import serving

    with serving(LargeFleet(portals, articles)) as port:
        print(port, flush=True)
        sys.stdin.read()


def whole(portals, articles, port):
    """One first night of the real program."""
    from syndication.clock import FixedClock, from_text
    from syndication.nightly import nightly
    from syndication.progress import Progress
    from syndication.rehearsal.live import settings

    with tempfile.TemporaryDirectory() as folder:
        LargeFleet(portals, articles).write_registry(Path(folder))
        began = time.perf_counter()
        night = nightly(Path(folder), FixedClock(from_text(AT)), Progress(), {**settings(port), "ROBOTSTXT_OBEY": False})
        seconds = time.perf_counter() - began
    report(night.looks, seconds)


def bare(portals, articles, port):
    """A spider that downloads the same pages and looks at none."""
    import scrapy
    from scrapy.crawler import AsyncCrawlerProcess

    from syndication.rehearsal.live import ADDRESS, MOMENT, settings

    addresses = LargeFleet(portals, articles).addresses()
    got = []

    class Bare(scrapy.Spider):
        name = "bare"

        async def start(self):
            for url in addresses:
                yield scrapy.Request(f"http://127.0.0.1:{port}/", headers={ADDRESS: url, MOMENT: AT}, dont_filter=True,
                                     meta={"download_slot": url.split("/")[2]})  # fmt: skip

        def parse(self, response):
            got.append(len(response.body))

    chosen = {k: v for k, v in settings(port).items() if k not in {"NETWORK_HANDLER", "REHEARSAL_PORT"}}
    process = AsyncCrawlerProcess({**chosen, "CONCURRENT_REQUESTS": 64, "LOG_LEVEL": "ERROR", "TELNETCONSOLE_ENABLED": False,
                                   "REMOTE_CONTROL_ENABLED": False})  # fmt: skip
    process.crawl(Bare)
    began = time.perf_counter()
    process.start()
    report(len(got), time.perf_counter() - began)


def report(pages, seconds):
    """What a measured process says: pages, seconds, its own peak memory in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"pages": pages, "seconds": seconds, "peak_mb": peak}), flush=True)


def measure(arguments, role, port):
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.pipeline", "--role", role, "--port", port, *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portals", type=int, default=40)
    parser.add_argument("--articles", type=int, default=20)
    parser.add_argument("--role", choices=["serve", "whole", "bare"], help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.role == "serve":
        return serve(given.portals, given.articles)
    if given.role:
        return {"whole": whole, "bare": bare}[given.role](given.portals, given.articles, given.port)
    sizes = ["--portals", str(given.portals), "--articles", str(given.articles)]
    server = subprocess.Popen([sys.executable, "-m", "benchmarks.pipeline", "--role", "serve", *sizes],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # fmt: skip
    try:
        port = server.stdout.readline().strip()
        found = {"whole": [], "bare": []}
        for _ in range(ROUNDS):
            for role in found:
                found[role].append(measure(sizes, role, port))
    finally:
        server.stdin.close()
        server.wait()
    rates = {role: statistics.median(one["pages"] / one["seconds"] for one in runs) for role, runs in found.items()}
    peaks = {role: max(one["peak_mb"] for one in runs) for role, runs in found.items()}
    print(f"{given.portals} portals, {given.articles} articles each, {found['bare'][0]['pages']} pages, median of {ROUNDS}")
    for role in found:
        print(f"  {role:5s} {rates[role]:7.1f} pages/s   peak {peaks[role]:6.1f} MB")
    print(f"  whole pipeline at {rates['whole'] / rates['bare']:.2f} of the bare spider's speed, "
          f"{peaks['whole'] / peaks['bare']:.2f} times its memory")  # fmt: skip
    return None


if __name__ == "__main__":
    main()
