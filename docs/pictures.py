"""Takes the pictures of docs/images anew: `make pictures`, with Debian's chromium and fonts-wqy-microhei.

The pages show the bundled fleet (`make run`), which is the same each time. A person looks at them before they are committed.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from playwright.sync_api import sync_playwright

from syndication.notice_documents.making import Wish, make_notice
from syndication.store.periods import Period

IMAGES = Path(__file__).with_name("images")
WIDTH, SCALE = 1280, 0.65625
LATE = (
    "SELECT verdict_id FROM verdict_list WHERE status = 'late' AND edition = 'inspection-24h' AND portal_id = 'wangchuan'"
    " ORDER BY verdict_id"
)
PAGES = {
    "overview": ("/", 1180), "verdicts": ("/-/verdicts?status=late", 720), "release": ("/-/release/3", 860),
    "portal": ("/-/portal/qingyu", 1180), "verdict": ("/-/verdict/{late}", 1000), "reviews": ("/-/reviews", 720),
    "notice": ("/-/notices/2026-001", 1000), "search": ("/-/search?q=气象", 620), "meaning": ("/-/meaning", 860),
    "standard-list": ("/syndication/verdict_list", 720),
}  # fmt: skip
"""Each picture's page and how many of its pixels from the top are shown."""


def main(data: Path) -> None:
    """Shows the data folder's pages to a browser; makes a notice in it, since one is shown too."""
    shutil.rmtree(data / "notices", ignore_errors=True)
    make_notice(
        data, Wish(Period(date(2026, 3, 1), date(2026, 3, 31), "inspection-24h"), date(2026, 5, 10)), None,
        datetime(2026, 4, 10, 8, tzinfo=UTC),
    )  # fmt: skip
    with sqlite3.connect(data / "syndication.db") as connection:
        late = connection.execute(LATE).fetchone()[0]
    command = [sys.executable, "-u", "-m", "syndication", "serve", "--data", str(data), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server, sync_playwright() as playwright:
        address = re.search(r"http://[\d.:]+", server.stdout.readline())[0]
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--lang=zh-CN"])
        for name, (path, height) in PAGES.items():
            page = browser.new_page(
                viewport={"width": WIDTH, "height": height}, device_scale_factor=SCALE, locale="zh-CN", color_scheme="light"
            )
            page.goto(address + path.format(late=late))
            page.screenshot(path=IMAGES / f"{name}.png")
            page.close()
        browser.close()
        server.terminate()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
