"""One night of 103 portals over loopback, 20 new articles each, and where its time goes.

    python -m benchmarks.night [--portals 103] [--articles 20] [--delay 0.05]

Two nights: the first fills the store (nothing is known), the second finds 20 new articles on every portal, half of them
copies of that day's releases; the second is measured. `--delay` is what the server, a process of its own, waits before each
answer. All is as in a real night but for the politeness: no delays between requests to one host.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.fleet import LargeFleet
from benchmarks.stopwatch import Stopwatch
from syndication.clock import to_text
from syndication.rehearsal import sheets
from syndication.rehearsal.bulletin import older_paper
from syndication.rehearsal.government import PUSH_FEED
from syndication.rehearsal.texts import Text
from syndication.rehearsal.wire import Answer

FIRST, SECOND = "2026-03-28T18:15:00Z", "2026-03-29T18:15:00Z"
RELEASE = "https://www.gov.cn/zhengce/content/202603/content_"
PARTS = {
    "reading": (
        "spiders.portals:page_of", "spiders.portals:PortalsSpider._read_page", "spiders.portals:read_article",
        "spiders.portals:home_instead_of_article", "spiders.releases:page_of", "spiders.releases:read_article",
    ),
    "matching": ("syndication.steps:match",),
    "judging": ("syndication.steps:judge_all",),
    "writing": (
        "syndication.store:Store.record", "syndication.store:Store.add_evidence", "syndication.store:Store.commit",
        "syndication.store:Store.begin", "syndication.evidence:EvidenceWriter.answer",
        "syndication.evidence:EvidenceWriter.failure", "syndication.running:take_snapshot",
    ),
}  # fmt: skip


TOLD = {"waiting": "for answers", "rest": "Scrapy and Twisted", "elsewhere": "the disk, and other processes on the machine"}


class TwoNights(LargeFleet):
    """The fleet with `articles` more rows in its second night; every other one is a copy of a release of that day."""

    def __init__(self, portals, articles):
        super().__init__(portals, articles)
        self._each = articles

    def answer(self, url, at):
        """As on the first day, or with as many new articles again."""
        second = to_text(at) >= SECOND
        self.articles = self._each * (2 if second else 1)
        if second and url == PUSH_FEED:
            items = "".join(
                f"<item><title>{self._title(n)}</title><link>{RELEASE}{n}.htm</link><pubDate>2026-03-29</pubDate></item>"
                for n in range(self._each, 2 * self._each) if n % 2 == 0
            )  # fmt: skip
            feed = f'<?xml version="1.0"?><rss version="2.0"><channel>{items}</channel></rss>'
            return Answer(200, (("Content-Type", "text/xml"),), feed.encode())
        if url.startswith(RELEASE):
            number = int(url.removeprefix(RELEASE).removesuffix(".htm"))
            page = sheets.release(older_paper(number), number, "2026-03-29-09:30:00", "2026年03月29日", at)
            return Answer(200, (("Content-Type", "text/html"),), page.encode())
        number = url.rpartition("_")[2].removesuffix(".html")
        if number.isdigit() and int(number) % 2 == 0:
            paper = older_paper(int(number))
            words = Text(paper.title, paper.paragraphs, paper.document_number)
            page = sheets.trs(sheets.Sheet(words, "2026-03-29 11:00", "中国政府网", "样例省", "国务院信息", "utf-8", at))
            return Answer(200, (("Content-Type", "text/html"),), page.encode())
        return super().answer(url, at)

    def _title(self, number):
        return super()._title(number) if number % 2 else older_paper(number).title


def serve(portals, articles, delay):
    """Serves until its standard input closes; says the port."""
    from syndication.rehearsal.live import serving

    with serving(TwoNights(portals, articles), delay=delay) as port:
        print(port, flush=True)
        sys.stdin.read()


def run_night(folder, port, at, watch=None):
    """One night in this process, measured if a stopwatch is given."""
    from contextlib import nullcontext

    from syndication.clock import FixedClock, from_text
    from syndication.nightly import nightly
    from syndication.progress import Progress
    from syndication.rehearsal.live import settings

    began = time.perf_counter()
    with watch.measuring() if watch else nullcontext():
        night = nightly(Path(folder), FixedClock(from_text(at)), Progress(), settings(port))
    return night, time.perf_counter() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--portals", type=int, default=103)
    parser.add_argument("--articles", type=int, default=20)
    parser.add_argument("--delay", type=float, default=0.05)
    parser.add_argument("--role", choices=["serve", "first"], help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--folder", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.role == "serve":
        return serve(given.portals, given.articles, given.delay)
    if given.role == "first":
        return run_night(given.folder, given.port, FIRST)
    here = [sys.executable, "-m", "benchmarks.night"]
    sizes = ["--portals", str(given.portals), "--articles", str(given.articles), "--delay", str(given.delay)]
    server = subprocess.Popen([*here, "--role", "serve", *sizes], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        port = server.stdout.readline().strip()
        with tempfile.TemporaryDirectory() as folder:
            TwoNights(given.portals, given.articles).write_registry(Path(folder))
            subprocess.run([*here, "--role", "first", "--folder", folder, "--port", port], check=True, capture_output=True)
            watch = Stopwatch(PARTS)
            night, seconds = run_night(folder, int(port), SECOND, watch)
    finally:
        server.stdin.close()
        server.wait()
    carried = sum(night.statuses.get("inspection-24h", {}).values())
    print(f"{given.portals} portals, {given.articles} new articles each, answers after {given.delay * 1000:.0f} ms: "
          f"{night.looks} looks in {seconds:.1f} s, {night.looks / seconds:.0f} a second; "
          f"{night.matched} postings matched, {carried} verdicts")  # fmt: skip
    for part, spent in sorted(watch.seconds.items(), key=lambda one: -one[1]):
        told = TOLD.get(part, f"{watch.calls[part]} calls")
        print(f"  {part:9s} {spent:6.1f} s  {100 * spent / seconds:3.0f} %   {told}")
    return None


if __name__ == "__main__":
    main()
