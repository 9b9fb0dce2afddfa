"""The extra [render]: lists that only scripts fill and places in pixels, with a real Chromium on pages of ours (loopback)."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from scrapy.settings import Settings

from spiders.families.measured import as_shown
from syndication import render
from syndication.errors import SyndicationError
from syndication.evidence import read_run_file
from syndication.faults import BLOCKED, UNREACHED, UNREAD
from syndication.glossary import Level, Outcome, Role
from syndication.items import Ask, Channel, Portal
from syndication.registry import CHANNEL_COLUMNS, PORTAL_COLUMNS, Registry
from syndication.render import BrowserMissingError, is_own_host, require_browser
from syndication.store import open_database

ROWS = "".join(
    f'<li><a href="/c/{n}.html">国务院关于样例事项第{n}号的批复</a><span>2026-03-0{n}</span></li>' for n in range(1, 6)
)
NEWS = "".join(f'<li><a href="/n/{n}.html">全省样例事项第{n}次现场会召开</a></li>' for n in range(5))
PAGES = {
    "/": f"""<html><head><meta charset="utf-8"><style>.mod {{ height: 500px; margin: 0 }} body {{ margin: 0 }}
        .late {{ order: -1 }} .main {{ display: flex; flex-direction: column }} h3 {{ height: 30px; margin: 0 }}</style></head>
        <body><div class="main"><div class="mod"><h3>本地要闻</h3><ul>{NEWS}</ul></div>
        <div class="mod"><h3>部门动态</h3><ul>{NEWS.replace("/n/", "/b/")}</ul></div>
        <div class="mod"><h3><a href="/gwy/">国务院信息</a></h3><ul id="rows"></ul></div></div>
        <script src="/fill.js"></script><script src="http://other.invalid/count.js"></script></body></html>""",
    "/fill.js": """fetch('/data.html').then(a => a.text()).then(t => { document.getElementById('rows').innerHTML = t; });""",
    "/data.html": ROWS,
    "/gwy/": """<html><head><meta charset="utf-8"></head><body><div class="list"><ul id="rows"></ul></div>
        <script src="/fill.js"></script><script>setTimeout(() => { location = 'http://other.invalid/away'; }, 50)</script>
        </body></html>""",
    "/hidden/": f"""<html><head><meta charset="utf-8"></head><body><div class="mod"><h3>本地要闻</h3><ul>{NEWS}</ul></div>
        <div class="mod" style="display: none"><h3>国务院信息</h3><ul>{ROWS}</ul></div></body></html>""",
    "/wall/": """<html><script>document.cookie = "__jsl_clearance_s=1"; location.href = location.pathname;</script></html>""",
}


@pytest.fixture(scope="module")
def browser():
    pytest.importorskip("playwright.async_api", reason="playwright is not installed")
    found = next(filter(None, map(shutil.which, render.BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium on this machine")
    return found


@pytest.fixture(scope="module")
def site():
    """Pages of ours on a loopback port; gives its address and the list of paths that were asked for."""
    asked: list[str] = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            if self.path == "/moved/":
                self.send_response(302)
                self.send_header("Location", "/gwy/")
                self.end_headers()
                return
            body = PAGES.get(self.path.partition("?")[0], "").encode()
            self.send_response(521 if self.path == "/wall/" else 200 if body else 404)
            self.send_header("Content-Type", "application/javascript" if self.path.endswith(".js") else "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    server.server_close()
    thread.join()


ON_LOOPBACK = """
import sys, syndication.sheet
syndication.sheet._is_inner = lambda host: False  # the registry of the program refuses what leads to this machine
"""
REPLAY = ON_LOOPBACK + "from syndication.cli import main; main(['replay', *sys.argv[1:]])"
NIGHT = ON_LOOPBACK + """
from pathlib import Path
from syndication.clock import FixedClock, from_text
from syndication.crawl import drive
from syndication.progress import Progress
from syndication.running import close_evidence, crawl_portals, evidence_path, open_evidence, prepare, read_files
from syndication.store import Store

folder = Path(sys.argv[1])
files, store, at = read_files(folder), Store(folder), from_text("2026-03-06T02:00:00Z")
store.sync_registry(files.registry)
run = prepare(files, store, FixedClock(at), "r", "nightly", at, evidence_path(folder, "r"))

async def work():
    open_evidence(run)
    await crawl_portals(run, Progress(), {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False, "RETRY_TIMES": 0})
    close_evidence(run)
    store.finish_run("r", "done", at, 0, "")

drive(work())
store.close()
"""


def folder_for(target, origin, paths):
    target.mkdir()
    with (target / "portals.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, PORTAL_COLUMNS, restval="")
        writer.writeheader()
        writer.writerow({"id": "p", "name": "样例省", "level": "province", "home_url": f"{origin}/"})
    with (target / "channels.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, CHANNEL_COLUMNS, restval="")
        writer.writeheader()
        for name, (path, family) in paths.items():
            writer.writerow({
                "id": name, "portal_id": "p", "name": "国务院信息", "url": f"{origin}{path}", "family": family,
                "role": "home" if family == "home" else "column", "options": '{"render": true}',
            })  # fmt: skip
    return target


def run(script, *words, **environment):
    command = [sys.executable, "-c", script, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr
    return done


def test_a_night_with_a_browser_and_its_replay(browser, site, tmp_path):
    origin, asked = site
    paths = {"p-home": ("/", "home"), "p-gwy": ("/gwy/", "html"), "p-moved": ("/moved/", "html"), "p-wall": ("/wall/", "html")}
    folder = folder_for(tmp_path / "data", origin, paths)
    run(NIGHT, folder, SYNDICATION_BROWSER=browser)
    rows = facts(folder)
    assert rows["channels"] == [
        ("p-gwy", "ok", 5), ("p-home", "ok", 15), ("p-moved", "ok", 5), ("p-wall", "challenge", None)
    ]  # fmt: skip
    [(*column, pixels)] = rows["column"]
    assert column == ["entry_with_list", 3, 1, 0, 1]
    assert 995 <= pixels <= 1015  # below two blocks of 500; fonts differ
    assert asked.count("/wall/") == 1  # a challenge is named, never run
    records = read_run_file(folder / "evidence" / "r.warc.gz").records
    assert [record.method for record in records if record.url.endswith("/gwy/")] == ["RENDER"]
    again = folder_for(tmp_path / "again", origin, paths)
    before = len(asked)
    run(REPLAY, folder / "evidence", "--data", again)
    assert facts(again) == rows
    assert len(asked) == before


def facts(folder):
    database = open_database(folder)
    found = {
        "channels": database.execute(
            "SELECT channel_id, outcome, item_count FROM observations WHERE kind = 'channel' ORDER BY channel_id"
        ).fetchall(),
        "column": database.execute(
            "SELECT state, position, rendered, first_screen, prominent, pixels FROM home_columns"
        ).fetchall(),
    }
    database.close()
    return found


def test_a_column_that_is_not_shown_is_not_prominent(browser, site, tmp_path):
    folder = folder_for(tmp_path / "data", site[0] + "/hidden", {"p-home": ("/", "home")})
    run(NIGHT, folder, SYNDICATION_BROWSER=browser)
    assert facts(folder)["column"] == [("entry_with_list", 2, 1, 0, 0, None)]


@pytest.mark.parametrize("fate", ["exit 3", "sleep 0.2; kill -SEGV $$"], ids=["ends", "crashes"])
def test_a_browser_that_fails_is_never_held_against_a_portal(site, tmp_path, fate):
    program = tmp_path / "chromium"
    program.write_text(f"#!/bin/sh\n{fate}\n", encoding="utf-8")
    program.chmod(0o755)
    paths = {"p-home": ("/", "home"), **{f"p-{n}": (f"/gwy/?{n}", "html") for n in range(5)}}
    folder = folder_for(tmp_path / "data", site[0], paths)
    run(NIGHT, folder, SYNDICATION_BROWSER=str(program))
    looks = facts(folder)["channels"]
    assert {outcome for _, outcome, _ in looks} == {"not_shown"}
    assert len(looks) == 6
    assert "/gwy/?4" in site[1]  # the host was not given up
    with closing(open_database(folder)) as database:
        said = [row[0] for row in database.execute("SELECT detail FROM observations WHERE kind = 'channel'")]
    assert sum("it is not tried again" in one for one in said) == 3
    assert Outcome.NOT_SHOWN not in BLOCKED | UNREACHED | UNREAD  # what remains is the monitor's own fault


def _registry(**options):
    portal = Portal("p", "样例省", Level.PROVINCE, "", "", "https://p.example/", "", None, None, "")
    return Registry((portal,), (Channel("p-gwy", "p", "国务院信息", "https://p.example/a/", "html", Role.NEWS, options),))


def test_without_a_browser_a_run_says_so_before_it_begins(monkeypatch):
    require_browser(_registry(), Settings())
    with pytest.raises(BrowserMissingError, match=r"channel p-gwy .* at /nowhere/chromium"):
        require_browser(_registry(render=True), Settings({"BROWSER": "/nowhere/chromium"}))
    monkeypatch.setitem(sys.modules, "playwright.async_api", None)
    with pytest.raises(SyndicationError, match="pip install"):
        require_browser(_registry(render=True), Settings())


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://www.yunling.example.cn/a.js", True),
        ("https://static.yunling.example.cn/a.js", True),
        ("https://yunling.example.cn/a.js", False),
        ("https://www.other.example.cn/a.js", False),
        ("https://notyunling.example.cn/a.js", False),
        ("data:text/plain,x", False),
    ],
)
def test_scripts_reach_the_portals_own_hosts_only(url, own):
    assert is_own_host(url, "https://www.yunling.example.cn/") is own


def test_only_gets_of_channels_with_the_option_are_rendered():
    ask = Ask("https://p.example/a/")
    assert as_shown(ask, {}) == ask
    assert as_shown(ask, {"render": True}).method == "RENDER"
    assert as_shown(Ask("https://p.example/a/", "POST"), {"render": True}).method == "POST"
