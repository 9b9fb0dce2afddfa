"""Hostile words and files from outside: they stop at the door with a clear message, or come out harmless at the other end.

Bodies that would eat the machine, endless redirections and slow servers stand in test_outcomes.py.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import subprocess
import sys
import time
import zipfile
from contextlib import closing, contextmanager
from dataclasses import replace
from http.client import HTTPConnection
from urllib.parse import quote

import openpyxl
import pytest
from docx import Document
from faults import DONE, FIRST, RUN, assert_sound, finish, start
from lxml import html
from test_replay import data_from

from syndication.cells import safe
from syndication.errors import SyndicationError
from syndication.registry import load_registry
from syndication.rehearsal.cast import story
from syndication.rehearsal.fleet import Fleet
from syndication.rehearsal.live import serving
from syndication.rehearsal.wire import Answer
from syndication.store.reading import open_reader

SECOND = "2026-03-03T18:15:00Z"  # a day after the first: deadlines have passed
MEGABYTE = 2**20


class LongFeed(Fleet):
    """The fleet with a push feed of 50 MB."""

    def answer(self, url, at):
        found = super().answer(url, at)
        if url.endswith("rss.xml"):
            body = b"<rss><channel>" + b"<item></item>" * (50 * MEGABYTE // 13)
            return Answer(200, (("Content-Type", "text/xml"),), body)
        return found


def test_a_feed_of_50_megabytes_is_no_feed_and_the_rest_is_looked_at(fleet, tmp_path):
    folder, most = data_from(fleet, tmp_path / "data"), 0
    with serving(LongFeed(story())) as port:
        process = start(folder, port, FIRST, "nightly")
        while process.poll() is None:
            most = max(most, peak(process.pid))
            time.sleep(0.05)
        finish(process, DONE)
    with closing(open_reader(folder / "syndication.db")) as connection:
        looks = connection.execute(
            "SELECT outcome FROM observations WHERE kind = 'release_list' AND url LIKE '%rss.xml'"
        ).fetchall()
        good = connection.execute("SELECT count(*) FROM observations WHERE kind = 'channel' AND outcome = 'ok'").fetchone()[0]
    assert [look[0] for look in looks] == ["too_large"]
    assert good > 15
    assert (folder / "evidence" / f"{RUN}.warc.gz").stat().st_size < 5 * MEGABYTE
    assert 0 < most < 500 * MEGABYTE


def peak(pid):
    """The most memory that a process held so far, in bytes; 0 once it has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as status:  # noqa: PTH123 - a path of the kernel's
            found = re.search(r"VmHWM:\s+(\d+) kB", status.read())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


# --- the registry ---

GOOD = "a,名,province,,110000,http://a.example/,,,,\n"
HOSTILE_ROWS = {
    "NUL": ("a\x00b,名,province,,110000,http://a.example/,,,,\n", "格式有误"),
    "a field without end": ('a,"名,province,,110000,http://a.example/,,,,\n' + "x" * 300_000, "引号未闭合"),
    "a field of a million characters": (f"a,{'名' * 1_000_000},province,,110000,http://a.example/,,,,\n", "单元格过长"),
    "a formula": ("=cmd|' /C calc'!A0,名,province,,110000,http://a.example/,,,,\n", "格式有误"),
    "a path": ("../../etc,名,province,,110000,http://a.example/,,,,\n", "格式有误"),
    "a file": ("a,名,province,,110000,file:///etc/passwd,,,,\n", "须以 http:// 或 https:// 开头"),
    "a script": ("a,名,province,,110000,javascript:alert(1),,,,\n", "须以 http:// 或 https:// 开头"),
    "this machine": ("a,名,province,,110000,http://127.0.0.1:8001/,,,,\n", "指向本机或内网"),
    "this machine in short": ("a,名,province,,110000,http://0x7f.1/,,,,\n", "指向本机或内网"),
    "an inner network": ("a,名,province,,110000,http://169.254.169.254/meta,,,,\n", "指向本机或内网"),
    "a password": ("a,名,province,,110000,http://u:secret@a.example/,,,,\n", "含有用户名或密码"),
    "turned text": ("a\u202eb,名,province,,110000,http://a.example/,,,,\n", "格式有误"),
    "too many cells": ("a," * 5000 + "\n", "该行有 5001 格"),
    "100,000 columns": ("a" + "," * 100_000 + "\n", "该行有 100001 格"),
    "a day that is none": ("a,名,province,,110000,http://a.example/,,2026-02-30,,\n", "不是有效日期"),
    "an id twice": (GOOD + GOOD, "与第 2 行重复"),
    "no name": ("a,,province,,110000,http://a.example/,,,,\n", "为空"),
}  # fmt: skip


def with_rows(folder, rows, header=None, encoding="utf-8", before=b""):
    """The folder with these rows of portals.csv and no channel."""
    columns = (folder / "portals.csv").read_text(encoding="utf-8-sig").splitlines()[0] if header is None else header
    channels = (folder / "channels.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    (folder / "portals.csv").write_bytes(before + f"{columns}\n{rows}".encode(encoding, "surrogatepass"))
    (folder / "channels.csv").write_text(f"{channels}\n", encoding="utf-8")
    return folder


def refusal(folder):
    began = time.monotonic()
    with pytest.raises(SyndicationError) as told:
        load_registry(folder)
    assert time.monotonic() - began < 5
    assert len(str(told.value)) < 2000
    assert "\x00" not in str(told.value)
    return str(told.value)


@pytest.mark.parametrize(("rows", "said"), HOSTILE_ROWS.values(), ids=HOSTILE_ROWS)
def test_a_hostile_row_is_refused_in_words(fleet, tmp_path, rows, said):
    assert said in refusal(with_rows(data_from(fleet, tmp_path / "data"), rows))


@pytest.mark.parametrize(("encoding", "said"), [("gbk", "不是 UTF-8 编码"), ("utf-16", "不是 UTF-8 编码")])
def test_a_file_in_another_encoding_is_refused_in_words(fleet, tmp_path, encoding, said):
    assert said in refusal(with_rows(data_from(fleet, tmp_path / "data"), GOOD, encoding=encoding))


def test_half_a_character_is_refused_in_words(fleet, tmp_path):
    assert "不是 UTF-8 编码" in refusal(with_rows(data_from(fleet, tmp_path / "data"), GOOD.replace("名", "\ud800")))


COLUMNS = "id,name,level,category,region_code,home_url,site_code,active_from,active_to,notes"
HOSTILE_HEADERS = {
    "100,000 columns": (",".join(f"c{number}" for number in range(100_000)), "缺少该列"),
    "a column too many": (f"{COLUMNS},=1+1", "本文件没有该列"),
    "a column twice": (f"id,{COLUMNS}", "该列重复"),
    "nothing": ("", "缺少该列"),
}


@pytest.mark.parametrize(("header", "said"), HOSTILE_HEADERS.values(), ids=HOSTILE_HEADERS)
def test_a_hostile_header_is_refused_in_words(fleet, tmp_path, header, said):
    assert said in refusal(with_rows(data_from(fleet, tmp_path / "data"), GOOD, header=header))


def test_what_spreadsheets_add_is_read_as_meant(fleet, tmp_path):
    folder = with_rows(data_from(fleet, tmp_path / "data"), GOOD.replace("\n", "\r\n") + ",,,,,,,,,\r\n", before=b"\xef\xbb\xbf")
    assert [portal.id for portal in load_registry(folder).portals] == ["a"]


def test_a_night_with_a_hostile_registry_says_so_in_one_line_and_asks_nobody(fleet, syndication, tmp_path):
    folder = with_rows(data_from(fleet, tmp_path / "data"), HOSTILE_ROWS["a file"][0])
    for command in ("nightly", "probe"):
        said = syndication(command, "--data", folder, status=1).stderr
        assert said.count("\n") == 1
        assert "portals.csv 第 2 行 home_url 列有误，请改正后重新运行。" in said
    assert not (folder / "evidence").exists()


# --- words ---

TITLES = ("=1+1", "<script>alert(1)</script>", "\u202e知通", "通\x00知", "@SUM(A1)", "'; DROP TABLE verdicts; --", "通" * 20_000)
ANCHOR = re.compile(rb"(<a [^>]*>)([^<]{9,})(</a>)")
FORMULA = '=HYPERLINK("http://evil.example/","国务院办公厅关于加强样例河湖长效管护的意见")'
MARKUP = "&lt;script&gt;alert(1)&lt;/script&gt;国务院关于印发《样例城镇供水管网改造三年行动方案》的通知\u202e"
SPOKEN = {"river": FORMULA, "water": MARKUP}


class Hostile(Fleet):
    """The fleet with hostile words in every second link of its portals' pages, and with two releases of hostile titles."""

    def __init__(self):
        told = story()
        releases = tuple(
            replace(release, paper=replace(release.paper, title=SPOKEN.get(release.key, release.paper.title)))
            for release in told.releases
        )
        super().__init__(replace(told, releases=releases))

    def answer(self, url, at):
        found = super().answer(url, at)
        if "gov.cn" in url or not isinstance(found, Answer):
            return found
        places = itertools.count()

        def spoiled(link):
            place = next(places)
            title = TITLES[place // 2 % len(TITLES)].encode() if place % 2 else link[2]
            return link[1] + title + link[3]

        return replace(found, body=ANCHOR.sub(spoiled, found.body))


@pytest.fixture(scope="module")
def hostile(fleet, tmp_path_factory):
    """A data folder after two nights against the hostile fleet."""
    folder = data_from(fleet, tmp_path_factory.mktemp("hostile") / "data")
    with serving(Hostile()) as port:
        for night in (FIRST, SECOND):
            finish(start(folder, port, night, "nightly"), DONE)
    return folder


def ask(folder, query):
    with closing(open_reader(folder / "syndication.db")) as connection:
        return [row[0] for row in connection.execute(query)]


def test_hostile_titles_are_kept_as_words(hostile, syndication):
    assert_sound(hostile)
    titles = ask(hostile, "SELECT title FROM sightings UNION SELECT title FROM postings UNION SELECT title FROM releases")
    assert any("DROP TABLE" in title for title in titles)
    assert any(title.startswith("=HYPERLINK") for title in titles)
    assert not [title for title in titles if "\x00" in title or len(title) > 5000]
    assert ask(hostile, "SELECT count(*) FROM verdicts")[0] > 0
    assert "证据完好" in syndication("evidence", "verify", "--data", hostile).stdout


def harmless(cell):
    return not isinstance(cell, str) or safe(cell) == cell


def test_they_come_out_of_a_notice_as_words(hostile, syndication, tmp_path):
    span = ("--from", "2026-03-01", "--to", "2026-03-03", "--data", hostile)
    syndication("notice", *span, "--csv", tmp_path / "all.csv")
    syndication("notice", *span, "-o", tmp_path / "notice")
    tables = [tmp_path / "all.csv", *(tmp_path / "notice").rglob("*.csv")]
    assert len(tables) > 2
    for path in tables:
        cells = list(itertools.chain(*csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")))))
        assert all(map(harmless, cells)), path
    assert "'" + FORMULA in cells_of(tmp_path / "all.csv")
    for path in (tmp_path / "notice").rglob("*.xlsx"):
        for sheet in openpyxl.load_workbook(path):
            assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    letters = list((tmp_path / "notice").rglob("*.docx"))
    assert letters
    for path in letters:
        assert any(paragraph.text for paragraph in Document(path).paragraphs)
        with zipfile.ZipFile(path) as parts:
            assert b"<script" not in b"".join(map(parts.read, parts.namelist()))


def cells_of(path):
    return set(itertools.chain(*csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig")))))


@contextmanager
def pages(folder):
    """`syndication serve` as a process; gives a function that fetches a page."""
    command = [sys.executable, "-m", "syndication", "serve", "--data", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        said = ""
        for line in process.stdout:
            said += line
            if re.search(r"127\.0\.0\.1:\d+", line):
                break
        port = int(re.search(r"127\.0\.0\.1:(\d+)", said)[1])

        def get(path):
            with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                connection.request("GET", path)
                answer = connection.getresponse()
                return answer.status, answer.read()

        try:
            yield get
        finally:
            process.terminate()
            process.communicate(timeout=30)


def test_they_stand_on_the_pages_and_in_the_exports_as_words(hostile):
    release = ask(hostile, "SELECT release_id FROM releases WHERE title LIKE '=HYPERLINK%'")[0]
    verdict = ask(hostile, f"SELECT verdict_id FROM verdicts WHERE release_id = {release}")[0]
    shown = (
        "/", "/-/verdicts", "/-/releases", "/-/portals", "/-/reviews", f"/-/release/{release}", f"/-/verdict/{verdict}",
        "/syndication/verdict_list", "/syndication/postings?_size=200", "/syndication/sightings?_size=200",
        f"/-/verdicts?q={quote('<script>alert(1)</script>')}",
    )  # fmt: skip
    with pages(hostile) as get:
        for path in shown:
            status, body = get(path)
            assert status == 200, path
            tree = html.fromstring(body)
            assert not [one for one in tree.iter("script") if "alert(1)" in (one.text or "")], path
            assert not tree.xpath("//@*[contains(., 'javascript:')]"), path
            assert b"\x00" not in body
        status, body = get("/syndication/verdict_list.csv?_stream=on")
        assert status == 200
        cells = list(itertools.chain(*csv.reader(io.StringIO(body.decode("utf-8-sig")))))
        assert "'" + FORMULA in cells
        assert all(map(harmless, cells))
        status, body = get("/-/export/verdict_list.xlsx")
        assert status == 200
        for sheet in openpyxl.load_workbook(io.BytesIO(body)):
            assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
