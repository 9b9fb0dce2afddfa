"""The workbench without a browser: figures agree with the database, lists lose no row, exports hold what pages show."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
import pytest_asyncio
import sqlite_utils
from datasette.app import Datasette
from publish_data import FORMULA_TITLE, empty_database, fill, portal, release, review, verdict

from syndication import lock
from syndication.cells import BOM, safe
from syndication.clock import FixedClock, beijing_text, from_text, stored_in_beijing
from syndication.errors import DataFolderError
from syndication.glossary import Status, chinese
from syndication.init_folder import write_folder
from syndication.publish import review_process
from syndication.publish.catalog import Column
from syndication.publish.configuration import make_datasette
from syndication.publish.export import Export
from syndication.publish.site import keep_clock
from syndication.publish.workbench import archived, drawing, lists, maps, matrix, spans, tiles
from syndication.publish.workbench.spans import given, named
from syndication.store.figures import Days
from syndication.store.listings import QUEUE, RELEASES, VERDICTS
from syndication.store.summarising import refresh_all

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NOW = datetime(2026, 4, 1, 1, tzinfo=UTC)


def close(datasette: Datasette) -> None:
    for each in datasette.databases.values():
        each.close()
    datasette.executor.shutdown()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("workbench")
    db = empty_database(folder)
    fill(db, releases=60, portals=10)
    for which in list(db.query("SELECT * FROM verdicts WHERE status = 'undetermined' LIMIT 3")):
        review(db, which, "overturn", "on_time")
    db.close()
    return folder / "syndication.db"


@pytest_asyncio.fixture
async def site(database: Path) -> AsyncIterator[Datasette]:
    datasette = make_datasette(database)
    keep_clock(datasette, FixedClock(NOW))
    yield datasette
    close(datasette)


async def get(datasette: Datasette, path: str, status: int = 200) -> str:
    response = await datasette.client.get(path)
    assert response.status_code == status, response.text
    return str(response.text)


def cells(page: str) -> list[list[str]]:
    """The rows of a list's table, as text."""
    body = re.search(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    assert body
    return [
        [unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL)
    ]


def counted(path: Path, where: str) -> Counter[str]:
    db = sqlite_utils.Database(path)
    found = Counter(dict(db.execute(f"SELECT status, count(*) FROM verdict_list WHERE {where} GROUP BY status").fetchall()))
    db.close()
    return found


# --- spans ---


@pytest.mark.parametrize(
    ("name", "first", "last", "label", "before", "after"),
    [
        ("2026Q1", "2026-01-01", "2026-03-31", "2026 年第一季度", "2025Q4", "2026Q2"),
        ("2025Q4", "2025-10-01", "2025-12-31", "2025 年第四季度", "2025Q3", "2026Q1"),
        ("2024-02", "2024-02-01", "2024-02-29", "2024 年 2 月", "2024-01", "2024-03"),
        ("2024", "2024-01-01", "2024-12-31", "2024 年", "2023", "2025"),
    ],
)
def test_spans_have_names(name: str, first: str, last: str, label: str, before: str, after: str) -> None:
    span = named(name)
    assert (span.days.first.isoformat(), span.days.last.isoformat(), span.label) == (first, last, label)
    earlier, later = span.before(), span.after()
    assert earlier
    assert later
    assert (earlier.name, later.name) == (before, after)


def test_days_are_compared_with_as_many_before() -> None:
    span = given("2026-03-10", "2026-03-01")
    assert span.label == "2026-03-01 至 2026-03-10"
    earlier = span.before()
    assert earlier
    assert earlier.days == Days(date(2026, 2, 19), date(2026, 2, 28))


@pytest.mark.parametrize("name", ["2026Q5", "2026-13", "26", "2026-3", "２０２６", "all", "0001", "9999Q4"])
def test_what_is_no_span(name: str) -> None:
    with pytest.raises(ValueError, match=re.escape(name[:4].lstrip("0"))):
        named(name)


@pytest.mark.parametrize(
    ("days", "unit", "columns"), [(10, "日", 10), (31, "日", 31), (90, "周", 14), (365, "月", 12), (3650, "季度", 40)]
)
def test_the_matrix_has_columns_that_fit(days: int, unit: str, columns: int) -> None:
    span = Days(date(2016, 1, 1), date(2016, 1, 1) + timedelta(days=days - 1))
    found, buckets, belongs = matrix.buckets(span)
    assert (found, len(buckets)) == (unit, columns)
    for bucket in buckets[1:-1]:
        for day in (bucket.days.first, bucket.days.last):
            told = day.isoformat() if unit in ("日", "周") else day.isoformat()[:7]
            assert belongs(told) == bucket.days.first.isoformat()


# --- figures ---


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("", "released_day BETWEEN '2026-04-01' AND '2026-06-30'"),
        ("?p=2026-03", "released_day LIKE '2026-03-%'"), ("?p=all", "1"), ("?p=2026", "1"),
        ("?from=2026-03-20&to=2026-04-05", "released_day BETWEEN '2026-03-20' AND '2026-04-05'"),
        ("?p=all&level=province", "level = 'province'"),
    ],
)  # fmt: skip
async def test_rates_and_counts_are_the_databases(site: Datasette, database: Path, query: str, where: str) -> None:
    page = await get(site, f"/{query}")
    counts = counted(database, where)
    decided = counts["on_time"] + counts["late"] + counts["missing"]
    last = page.split('class="card"')[-1]
    assert f"{100 * counts['on_time'] / decided:.1f}%" in last
    assert f"已判定 <b>{decided}</b> 条中按时 <b>{counts['on_time']}</b> 条" in last
    for status in (Status.LATE, Status.MISSING, Status.UNDETERMINED, Status.NOT_OBSERVED):
        assert f"{chinese(status)} {counts[status]}" in last


@pytest.mark.asyncio
async def test_the_change_is_against_the_period_before(site: Datasette, database: Path) -> None:
    now, before = counted(database, "released_day LIKE '2026-04-%'"), counted(database, "released_day LIKE '2026-03-%'")

    def rate(counts: Counter[str]) -> float:
        return 100 * counts["on_time"] / (counts["on_time"] + counts["late"] + counts["missing"])

    change = rate(now) - rate(before)
    assert f"{abs(change):.1f} 个百分点" in await get(site, "/?p=2026-04") or round(change, 1) == 0


@pytest.mark.asyncio
async def test_the_matrix_counts_findings_and_leads_to_them(site: Datasette, database: Path) -> None:
    page = await get(site, "/?p=2026-03")
    table = page[page.index('class="matrix"') :]
    found = sum(int(number) for number in re.findall(r"<td class=bad><a [^>]*>(\d+)</a>", table))
    counts = counted(database, "released_day LIKE '2026-03-%'")
    assert found == counts["late"] + counts["missing"]
    link, number = re.search(r'<td class=bad><a href="([^"]+)">(\d+)</a>', table).groups()  # type: ignore[union-attr]
    listed = cells(await get(site, unescape(link)))
    assert sum("超时" in row or "未转载" in row for row in listed) == int(number)


@pytest.mark.asyncio
async def test_open_deadlines_say_how_long_is_left(tmp_path: Path) -> None:
    db = empty_database(tmp_path)
    paper, whose = release(1, NOW - timedelta(hours=20)), portal(1, "department")
    with db.atomic():
        fill(db, releases=2, portals=2)
        db.table("releases").insert({**paper, "release_id": 99, "url_key": "x", "url": "x"})
        db.table("verdicts").insert(verdict(99, {**paper, "release_id": 99}, whose, "pending"))
        refresh_all(db)
    db.close()
    datasette = make_datasette(tmp_path / "syndication.db")
    keep_clock(datasette, FixedClock(NOW))
    assert "还剩 4 小时" in await get(datasette, "/")
    keep_clock(datasette, FixedClock(NOW + timedelta(hours=9)))
    assert "已过时限，等待下一次查看" in await get(datasette, "/")
    close(datasette)


@pytest.mark.asyncio
async def test_an_empty_database_has_pages(tmp_path: Path) -> None:
    empty_database(tmp_path).close()
    datasette = make_datasette(tmp_path / "syndication.db")
    for path in ("/", "/-/verdicts", "/-/releases", "/-/portals", "/-/reviews", "/-/search?q=x", "/-/verdicts.csv"):
        await get(datasette, path)
    assert "尚无判定" in await get(datasette, "/")
    close(datasette)


# --- lists ---

ALL = [("verdicts", VERDICTS, 15), ("releases", RELEASES, 12), ("reviews", QUEUE, 10)]


async def whole_list(site: Datasette, path: str) -> list[list[str]]:
    rows, seen = [], 0
    while path:
        page = await get(site, path)
        rows += cells(page) if "<tbody>" in page else []
        following = re.search(r'<a href="([^"]+)" rel="next">', page)
        path = unescape(following[1]) if following else ""
        seen += 1
        assert seen < 100
    return rows


def people(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix(BOM), newline="")))


@pytest.mark.asyncio
@pytest.mark.parametrize(("name", "which"), [(name, which) for name, which, _ in ALL])
async def test_pages_and_exports_hold_every_row_once_in_every_order(site: Datasette, name: str, which: Any) -> None:
    keys = None
    for sort in which.sorts:
        for order in ("asc", "desc"):
            rows = await whole_list(site, f"/-/{name}?p=all&sort={sort}&order={order}")
            exported = people(await get(site, f"/-/{name}.csv?p=all&sort={sort}&order={order}"))
            assert [_plain(row) for row in exported[1:]] == [_plain(row) for row in rows]
            keys = keys or Counter(map(tuple, rows))
            assert Counter(map(tuple, rows)) == keys, (sort, order)


def _plain(row: list[str]) -> list[str]:
    """A row without what only a file or only a page has: the apostrophe before formulas, spaces, words for links."""
    told = [cell.removeprefix("'").replace(" ", "").replace("、", "") for cell in row]
    return ["链接" if cell.startswith("http") or cell in ("门户页面", "中国政府网") else cell for cell in told]


@pytest.mark.asyncio
async def test_the_list_of_verdicts_is_the_databases(site: Datasette, database: Path) -> None:
    rows = await whole_list(site, "/-/verdicts?p=all&status=missing")
    assert len(rows) == counted(database, "1")["missing"]
    assert f"共 {len(rows)} 条" in await get(site, "/-/verdicts?p=all&status=missing")


@pytest.mark.asyncio
@pytest.mark.parametrize("name", ["verdicts", "releases", "portals", "reviews"])
async def test_a_workbook_holds_what_the_csv_holds(site: Datasette, name: str) -> None:
    exported = people(await get(site, f"/-/{name}.csv?p=all"))
    answer = await site.client.get(f"/-/{name}.xlsx?p=all")
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content), read_only=True)["清单"]
    told = [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert [[_number(str(cell)) for cell in row] for row in told] == [
        [_number(cell.removeprefix("'")) for cell in row] for row in exported
    ]
    if name == "verdicts":
        titles = [row[1] for row in told]
        assert FORMULA_TITLE in titles  # a string, not a formula


def _number(cell: str) -> object:
    return float(cell) if re.fullmatch(r"-?\d+(\.\d+)?", cell) else cell


@pytest.mark.asyncio
async def test_a_page_begins_where_the_one_before_ended_whatever_came_in_between(tmp_path: Path) -> None:
    db = empty_database(tmp_path)
    fill(db, releases=40, portals=4)
    datasette = make_datasette(tmp_path / "syndication.db")
    first = await get(datasette, "/-/verdicts?p=all")
    with db.atomic():
        paper = {**release(99, datetime(2027, 1, 1, tzinfo=UTC)), "url_key": "y", "url": "y"}
        db.table("releases").insert(paper)
        db.table("verdicts").insert(verdict(99_000, paper, portal(1, "department"), "late"))
        refresh_all(db)
    following = re.search(r'<a href="([^"]+)" rel="next">', first)
    assert following
    second = await get(datasette, unescape(following[1]))
    assert not {tuple(row) for row in cells(first)} & {tuple(row) for row in cells(second)}
    db.close()
    close(datasette)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "path",
    ["/-/verdicts?sort=nothing", "/-/verdicts?status=nothing", "/-/verdicts?after=%25", "/-/verdicts?after=WzFd",
     "/?p=2026Q9", "/?level=town", "/?from=2026-02-30", "/?p=9999", "/?p=0001Q1", "/?from=9999-12-31",
     "/?from=0001-01-01", "/?to=0001-01-01", "/?edition=nope", "/-/portal/depa-001?edition=nope",
     "/-/verdicts?release=x", "/-/verdicts.csv?sort=nothing"],
)  # fmt: skip
async def test_what_makes_no_sense_is_told_in_chinese(site: Datasette, path: str) -> None:
    page = await get(site, path, 400)
    assert "请求有误" in page or "请求无法完成" in page


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "path", ["/-/release/999999", "/-/portal/nobody", "/-/verdict/999999", "/-/archived/none", "/-/evidence/999999.zip"]
)
async def test_what_is_not_there_is_not_found(site: Datasette, path: str) -> None:
    assert "没有找到" in await get(site, path, 404)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("words", "found"),
    [("通知", "甲乙丙的通知"), ("丙的", "甲乙丙"), ("7号", "国函〔2026〕7号"), ("2部", "第2部网站"), ("100%", "没有标题"),
     ("_", "没有标题")],
)  # fmt: skip
async def test_search_finds_words_of_two_characters_and_takes_no_wildcards(site: Datasette, words: str, found: str) -> None:
    assert found in await get(site, f"/-/search?q={words.replace('%', '%25')}")


# --- hostile text ---


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "path",
    ["/?p=all", "/-/verdicts?p=all&release=1", "/-/releases?p=2026-03", "/-/release/1", "/-/verdict/1001",
     "/-/portal/depa-001?p=all", "/-/search?q=甲乙", "/-/search?q=<img src=x onerror=1>"],
)  # fmt: skip
async def test_hostile_titles_stay_text(site: Datasette, path: str) -> None:
    page = await get(site, path)
    assert "<img" not in page
    assert "<script" not in page


HOSTILE = """<html><head><meta http-equiv=refresh content="0;url=https://evil.example/"><base href="https://evil.example/">
<link rel="dns-prefetch" href="//evil.example"><style>@import url(https://evil.example/x.css);</style>
<script>alert(1)</script></head><body onload="alert(2)" background="https://evil.example/b.png">
<a href="javascript:alert(3)" onclick="alert(4)">链接</a><a href="https://evil.example/" ping="https://evil.example/p">出口</a>
<img src="https://evil.example/i.png" srcset="https://evil.example/j.png 2x" alt="印章" onerror="alert(5)">
<form action="https://evil.example/"><input name=a><button formaction="https://evil.example/">go</button></form>
<iframe src="https://evil.example/"></iframe><object data="https://evil.example/"></object>
<svg onload="alert(6)"><use href="https://evil.example/#x"/></svg>
<video poster="https://evil.example/p.png" src="https://evil.example/v"></video><!--[if IE]><script>alert(7)</script><![endif]-->
<p style="background:url(https://evil.example/k.png)">正文还在</p><template><script>alert(8)</script></template></body></html>"""


def test_an_archived_page_keeps_its_text_and_nothing_that_acts() -> None:
    page = archived.harmless(HOSTILE, "存档")
    assert "正文还在" in page
    assert "印章" in page
    shown = page.lower()
    for word in ("<script", "onload", "onerror", "onclick", "javascript:alert", "<meta http", "<base", "<link", "<iframe",
                 "<form", "<svg", "<img", "srcset", "ping=", "href=", "src=", "background=\"http", "poster", "<object",
                 "<!--[if"):  # fmt: skip
        assert word not in shown.replace('title="javascript:alert(3)"', ""), word
    assert "sandbox" in archived.POLICY
    assert "default-src 'none'" in archived.POLICY


@pytest.mark.parametrize(
    "text", ["", " ", "<", "\x00", "<html></html>", "<frameset><frame src=x></frameset>", "文字" * 10, "<p>" * 5000]
)
def test_any_archived_text_gives_a_page(text: str) -> None:
    assert archived.harmless(text, "存档").startswith("<!DOCTYPE html>")


# --- drawings ---


def test_a_timeline_escapes_and_places() -> None:
    at = from_text("2026-03-01T00:00:00Z")
    mark = drawing.Mark(at + timedelta(hours=5), "with", "看到<b>")
    told = drawing.timeline(
        [drawing.Moment(at, "release", "发布"), drawing.Moment(at + timedelta(hours=24), "deadline", "时限")],
        [drawing.Lane('"><script>', (mark,))], (at, at + timedelta(hours=1)), "概要",
    )  # fmt: skip
    assert "<script>" not in told
    assert "看到&lt;b&gt;" in told
    assert "时限 2026-03-02 08:00" in told
    places = [float(x) for x in re.findall(r'cx="([\d.]+)"', told)]
    assert 150 < places[0] < drawing.WIDTH


def test_tiles_have_a_place_for_each_of_34_units_and_the_corps() -> None:
    assert len(tiles.PLACES) == 35
    assert len({(column, row) for _, column, row in tiles.PLACES.values()}) == 35


SQUARE = {"type": "Polygon", "coordinates": [[[100, 20], [101, 20], [101, 21], [100, 21], [100, 20]]]}


def test_a_map_needs_its_approval_number(tmp_path: Path) -> None:
    feature = {"type": "Feature", "properties": {"adcode": 530000}, "geometry": SQUARE}
    content: dict[str, Any] = {"type": "FeatureCollection", "features": [feature]}
    path = tmp_path / maps.FILE_NAME
    tile = tiles.Tile("云<南", "/x", "90%", "30 条", "s-b", "云<南 90%")
    assert maps.province_map(tmp_path, {"53": tile}) is None
    path.write_text(json.dumps(content))
    with pytest.raises(DataFolderError, match="审图号"):
        maps.province_map(tmp_path, {"53": tile})
    path.write_text(json.dumps({**content, "approval_number": "GS(2026)0000号", "more": 1}))
    drawn = maps.province_map(tmp_path, {"53": tile})
    assert drawn
    assert "GS(2026)0000号" in drawn
    assert 'class="s-b"' in drawn
    assert "云&lt;南" in drawn
    path.write_text("[]" + " " * 50)
    with pytest.raises(DataFolderError):
        maps.province_map(tmp_path, {})


def test_every_list_has_names_for_its_columns() -> None:
    for which in (VERDICTS, RELEASES, QUEUE):
        told = lists.columns(lists.Shown("", which, (), {}, (), {}))
        assert [column.name for column in told if column.label == column.name] == []
    assert spans.within(Days(date(2025, 11, 5), date(2026, 2, 1)))["季度"][0].name == "2026Q1"


@pytest.mark.asyncio
async def test_a_verdict_tells_why_and_shows_its_review(site: Datasette, database: Path) -> None:
    db = sqlite_utils.Database(database)
    late = next(db.query("SELECT verdict_id FROM verdicts WHERE status = 'late'"))["verdict_id"]
    reviewed = next(db.query("SELECT verdict_id FROM verdict_list WHERE reviewed = 'overturn'"))["verdict_id"]
    db.close()
    page = await get(site, f"/-/verdict/{late}")
    assert "至少超时 6 小时" in page
    assert "未予采信" in page
    page = await get(site, f"/-/verdict/{reviewed}")
    assert "程序判定：待核" in page
    assert "理由：已核对页面" in page


@pytest.mark.parametrize(
    "stored",
    ["2026-03-01T16:30:12Z", "2026-03-01T15:59:59Z", "2026-12-31T23:00:00Z", "2024-02-28T16:00:00Z", "2026-03-01T00:05:00Z"],
)
def test_stored_times_are_told_as_the_clock_tells_them(stored: str) -> None:
    assert stored_in_beijing(stored) == beijing_text(from_text(stored), seconds=not stored.endswith(":00Z"))


@pytest.mark.parametrize("text", ["2026-03-01", "2026-03-01T16:30:12", "", "2026-03-01T16:30:12+08:00"])
def test_what_is_no_stored_time(text: str) -> None:
    with pytest.raises(ValueError, match="stored time"):
        stored_in_beijing(text)


AWKWARD = ("", "a,b", 'a"b', "a\nb", "a\r\nb", '"', "=1+1", "-5", " @x", "普通", "a b", "'", "\t", None, 0, 1, 1.0, -2.5, 1e21)


def test_fields_are_written_as_the_csv_module_writes_them() -> None:
    plain = Export(Path("x"), "verdict_list", "", {}, (Column("a", "a"), Column("b", "b")), for_programs=False)
    rows = [(left, right) for left in AWKWARD for right in AWKWARD]
    buffer = io.StringIO()
    csv.writer(buffer).writerows([[safe(left), safe(right)] for left, right in rows])
    assert plain._lines(rows) == buffer.getvalue()
    alone = Export(Path("x"), "verdict_list", "", {}, (Column("a", "a"),), for_programs=True)
    assert len(list(csv.reader(io.StringIO(alone._lines([("",), ("x",), (None,)]), newline="")))) == 3


def test_a_review_while_another_run_writes_says_so(tmp_path: Path) -> None:
    write_folder(tmp_path)
    db = empty_database(tmp_path)
    fill(db, releases=2, portals=2)
    db.close()
    asked = {"folder": str(tmp_path), "verdict": 1000, "decision": "exempt", "reason": "核对", "by": "fu", "url": "", "to": ""}
    with lock.hold(tmp_path, "nightly", NOW):
        told = review_process.answer(asked)
    assert told["review_id"] is None
    assert "请待其结束后再提交" in told["error"]
