"""The workbench without a browser: figures agree with the database, lists lose no row, exports hold what pages show."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import openpyxl
import pytest
import pytest_asyncio
import sqlite_utils
from datasette.app import Datasette
from publish_data import EDITION, FORMULA_TITLE, close, empty_database, fill, get, portal, release, review, verdict

from syndication import lock
from syndication.cells import BOM, safe
from syndication.clock import FixedClock, beijing_text, from_text, stored_in_beijing
from syndication.errors import DataFolderError
from syndication.glossary import Status, chinese
from syndication.init_folder import write_folder
from syndication.publish import review_process
from syndication.publish.catalog import Column
from syndication.publish.configuration import make_datasette
from syndication.publish.export import Export, _file_name
from syndication.publish.site import keep_clock
from syndication.publish.workbench import archived, drawing, lists, maps, matrix, spans, tiles
from syndication.publish.workbench.spans import given, named
from syndication.store import figures, listings
from syndication.store.figures import Days
from syndication.store.listings import QUEUE, RELEASES, VERDICTS
from syndication.store.reading import snapshot
from syndication.store.summarising import refresh_all

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NOW = datetime(2026, 4, 1, 1, tzinfo=UTC)


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


def mark(place: list[Any]) -> str:
    """Where a page begins, as an address says it."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


def cells(page: str) -> list[list[str]]:
    """The rows of a list's table, as text."""
    body = re.search(r"<tbody>(.*?)</tbody>", page, re.DOTALL)
    assert body
    return [
        [unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL)
    ]


def by_column(page: str) -> list[dict[str, str]]:
    """The rows of a list's table, as text by column; a column that is empty in a stack is left out."""
    found = []
    for row in re.findall(r"<tr>(.*?)</tr>", page[page.index("<tbody>") :], re.DOTALL):
        told: dict[str, str] = {}
        for name, cell in re.findall(r'<td class="c-(\w+)[^"]*">(.*?)</td>', row, re.DOTALL):
            stack = re.findall(r'<div class="c-(\w+)">(.*?)</div>', cell, re.DOTALL) or [(name, cell)]
            told |= {each: unescape(re.sub(r"<[^>]+>", "", text)).strip() for each, text in stack if text.strip()}
        found.append(told)
    return found


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
@pytest.mark.parametrize(
    "query", ["p=2026-03", "p=2026Q2&level=province", "from=2026-03-02&to=2026-04-12", "p=all"]
)
async def test_the_matrix_counts_findings_and_leads_to_them(site: Datasette, query: str) -> None:
    page = await get(site, f"/?{query}")
    card = page.split('class="card"')[-1]
    table = page[page.index('class="matrix"') : page.index('id="past-matrix"')]
    found = re.findall(r'<td class=[\w-]+><a href="([^"]+)" title="([^"]+)">(\d+)(?:/(\d+))?</a>', table)
    on_page = {word: int((re.search(rf"{word} (\d+)", card) or [0, 0])[1]) for word in ("超时", "未转载")}
    for word in on_page:
        assert sum(int((re.search(rf"{word} (\d+)", title) or [0, 0])[1]) for _, title, _, _ in found) == on_page[word]
    assert sum(int(findings) for *_, findings, _ in found) == sum(on_page.values())
    for url, title, findings, decided in [found[0], found[-1]]:
        assert not decided or title.endswith(f"已判定 {decided}")
        listed = [row["status"] for row in await whole_list(site, unescape(url))]
        assert sum(status in ("超时", "未转载") for status in listed) == int(findings)
        assert sum(status in ("超时", "未转载", "按时") for status in listed) == int(title.rpartition(" ")[2])


@pytest.mark.asyncio
async def test_the_matrix_is_explained_and_passed_over(site: Datasette) -> None:
    days, weeks = await get(site, "/?p=2026-03"), await get(site, "/?p=2026")
    assert "空白：没有须转载的发布" in days
    assert "列为每周首日" not in days
    assert "列为每周首日" in weeks
    assert "一周：" in weeks
    for page in (days, weeks):
        table = page[page.index('<a class="over" href="#past-matrix">跳过此表</a>') : page.index('id="past-matrix"')]
        assert re.search(r"<td class=good[^>]*>✓</td>", table)  # leads nowhere, so no link
        heading = re.search(r'<th scope="col"><a href="([^"]+)"', table)
        assert heading
        assert "判定清单" in await get(site, unescape(heading[1]))


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

PORTALS = listings.portals("", Days(date(2026, 4, 1), date(2026, 4, 30)), None)[0]


async def whole_list(site: Datasette, path: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    seen = 0
    while path:
        page = await get(site, path)
        rows += by_column(page) if "<tbody>" in page else []
        following = re.search(r'<a href="([^"]+)" rel="next">', page)
        path = unescape(following[1]) if following else ""
        seen += 1
        assert seen < 100
    return rows


def people(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix(BOM), newline="")))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "which", "walked_from"),
    [("verdicts?p=all", VERDICTS, listings.WALKED_FROM), ("verdicts?p=all", VERDICTS, 1), ("releases?p=all", RELEASES, 1),
     ("releases?p=all&level=province", listings.releases("province"), 1), ("reviews?p=all", QUEUE, 1),
     ("portals?p=2026-04", PORTALS, 1)],
)  # fmt: skip
async def test_pages_and_exports_hold_every_row_once_in_every_order(
    site: Datasette, monkeypatch: pytest.MonkeyPatch, query: str, which: listings.List, walked_from: int
) -> None:
    monkeypatch.setattr(listings, "WALKED_FROM", walked_from)
    monkeypatch.setattr(lists, "PAGE_SIZE", 170)
    assert set(which.sorts) == set(which.columns)  # every column sorts
    total = re.search(r"共 ([\d,]+) 条", await get(site, f"/-/{query}"))
    assert total
    keys = None
    for sort in which.sorts:
        for order in ("asc", "desc"):
            rows = await whole_list(site, f"/-/{query}&sort={sort}&order={order}")
            exported = people(await get(site, f"/-/{query.replace('?', '.csv?')}&sort={sort}&order={order}"))
            files = [dict(zip(which.columns, row, strict=True)) for row in exported[1:]]
            assert list(map(_told, files)) == [_told({name: row.get(name, "") for name in which.columns}) for row in rows]
            keys = keys or Counter(tuple(sorted(row.items())) for row in rows)
            assert Counter(tuple(sorted(row.items())) for row in rows) == keys, (sort, order)
            assert f"{len(rows):,}" == total[1]


def _told(row: dict[str, str]) -> dict[str, str]:
    """A row without what only a file or only a page has: apostrophes before formulas, seconds, spaces, words for links."""
    told = {name: re.sub(r"(\d\d:\d\d):\d\d", r"\1", text) for name, text in row.items()}
    latest = told.pop("latest", "")
    if latest and "至" not in told["earliest"] and latest[:10] == told["earliest"][:10]:
        minutes = [int(text[11:13]) * 60 + int(text[14:16]) for text in (told["earliest"], latest)]
        told["earliest"] += f" 至 {latest[11:]}" if minutes[1] - minutes[0] > 1 else ""
    plain = {name: text.removeprefix("'").replace(" ", "").replace("、", "") for name, text in told.items()}
    return {
        name: "链接" if text.startswith("http") or text in ("门户页面", "中国政府网") else text for name, text in plain.items()
    }


@pytest.mark.asyncio
async def test_the_list_of_verdicts_is_the_databases(site: Datasette, database: Path) -> None:
    rows = await whole_list(site, "/-/verdicts?p=all&status=missing")
    assert len(rows) == counted(database, "1")["missing"]
    assert f"共 {len(rows)} 条" in await get(site, "/-/verdicts?p=all&status=missing")


@pytest.mark.asyncio
@pytest.mark.parametrize("walked_from", [1, listings.WALKED_FROM])
async def test_a_filtered_list_is_the_databases_however_it_is_found(
    site: Datasette, database: Path, monkeypatch: pytest.MonkeyPatch, walked_from: int
) -> None:
    monkeypatch.setattr(listings, "WALKED_FROM", walked_from)
    filters = {
        "status=late": "status = 'late'", "mode=copy": "mode = 'copy'", "mode=link": "mode = 'link'",
        "flag=backdated": "flags LIKE '%backdated%'", "flag=altered": "0", "level=province": "level = 'province'",
        "portal=prov-001": "portal_id = 'prov-001'", "release=7": "release_id = 7",
        "q=国函[2026]7号": "document_number LIKE '%〕7号'",
        "status=problem&q=7号": "document_number LIKE '%7号' AND status IN ('late', 'missing')",
        "flag=backdated&q=7号&level=province": "document_number LIKE '%7号' AND status = 'late' AND level = 'province'",
        "status=late&portal=prov-001&q=事项": "portal_id = 'prov-001' AND status = 'late' AND title LIKE '%事项%'",
    }  # fmt: skip
    for query, where in filters.items():
        wanted = sum(counted(database, where).values())
        for sort in ("released_at", "title", "portal_name", "lag_hours"):
            path = f"/-/verdicts?p=all&{query}&sort={sort}"
            assert f"共 {wanted} 条" in await get(site, path)
            rows = await whole_list(site, path)
            assert len(rows) == wanted == len({row["verdict_id"] for row in rows}), path


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("conditions", [(), ("status", "level"), ("mode",), ("portal",)])
@pytest.mark.parametrize("sort", VERDICTS.walked)
def test_a_walk_meets_the_rows_in_their_order(database: Path, sort: str, conditions: tuple[str, ...], descending: bool) -> None:
    which = {
        "edition": EDITION, "first": "2026-01-01", "last": "2026-12-31", "status": "late", "level": "province", "mode": "copy",
        "portal": "prov-001",
    }  # fmt: skip
    asked = listings.Asked(("edition", "period", *conditions), which, sort, descending)
    query = listings._query(VERDICTS, asked, {"verdict_id": "v.verdict_id"}, None, 50, listings.WALKED_FROM)
    with snapshot(database) as connection:
        plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", asked.bound)]
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan[: plan.index("SCAN picked")], plan


@pytest.mark.asyncio
async def test_a_page_past_the_end_still_says_how_many_there_are(site: Datasette) -> None:
    total = re.search(r"共 [\d,]+ 条", await get(site, "/-/reviews?p=all"))
    assert total
    page = await get(site, "/-/reviews?p=all&after=" + mark([-1, "", 0]))
    assert "没有符合条件的记录" in page
    assert total[0] in page


@pytest.mark.asyncio
async def test_late_and_missing_are_listed_together(site: Datasette, database: Path) -> None:
    counts = counted(database, "1")
    page = await get(site, "/-/verdicts?p=all&status=problem")
    assert '<option value="problem" selected>超时或未转载</option>' in page
    assert f"共 {counts['late'] + counts['missing']} 条" in page
    exported = people(await get(site, "/-/verdicts.csv?p=all&status=problem"))
    assert Counter(row[2] for row in exported[1:]) == {"超时": counts["late"], "未转载": counts["missing"]}


@pytest.mark.asyncio
async def test_a_list_says_whose_it_is(site: Datasette) -> None:
    page = await get(site, "/-/verdicts?p=all&portal=prov-001&status=late&sort=title")
    told = re.search(r'<p class="about">只列门户：<a href="[^"]+"><b>([^<]+)</b></a><a href="([^"]+)">不限门户</a>', page)
    assert told
    assert told[1] == "第1省人民政府网站"
    everybody = await get(site, unescape(told[2]))
    assert 'class="about"' not in everybody
    assert '<option value="late" selected>' in everybody
    page = await get(site, "/-/verdicts?portal=prov-001&release=7")
    assert "<b>国务院关于第7号事项的批复</b>" in page
    assert "不限发布" in page


@pytest.mark.asyncio
@pytest.mark.parametrize("query", ["portal=nope", "release=999", "release=x", "release=" + "9" * 23, "release=٣", "portal=%00"])
async def test_a_list_of_nobody_is_not_found(site: Datasette, query: str) -> None:
    for kind in ("", ".csv", ".xlsx"):
        page = await get(site, f"/-/verdicts{kind}?{query}", 404)
        assert "没有这个门户" in page or "没有这条发布" in page


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "name"),
    [("verdicts.csv?p=2026Q1&status=late", "判定清单-2026年第一季度-检查口径24小时-超时.csv"),
     ("verdicts.xlsx?p=all&portal=prov-001&status=problem", "判定清单-全部时段-检查口径24小时-第1省人民政府网站-超时或未转载.xlsx"),  # noqa: E501
     ("verdicts.csv?release=2", "判定清单-检查口径24小时-=HYPERLINK(httpevil.example,点击).csv"),
     ("releases.csv?from=2026-03-01&to=2026-03-05&level=province", "国务院发布-2026-03-01至2026-03-05-检查口径24小时-省级政府.csv"),  # noqa: E501
     ("portals.csv?p=2026-03&q=../%00a/b", "门户排名-2026年3月-检查口径24小时-..ab.csv"),
     ("reviews.csv?p=2026&why=flagged", "待复核-2026年-检查口径24小时-有标记.csv")],
)  # fmt: skip
async def test_a_file_says_what_it_holds(site: Datasette, path: str, name: str) -> None:
    answer = await site.client.get(f"/-/{path}")
    assert unquote(answer.headers["content-disposition"].rpartition("UTF-8''")[2]) == name


def test_a_file_name_is_not_too_long() -> None:
    assert len((_file_name("关于" * 200) + ".xlsx").encode()) < 255
    assert _file_name("///") == "清单"


@pytest.mark.asyncio
async def test_lists_hold_the_edition_and_the_number_of_a_verdict(site: Datasette) -> None:
    heads, first = people(await get(site, "/-/verdicts.csv?p=all"))[:2]
    assert heads[-2:] == ["规则版本", "判定编号"]
    assert first[-2] == "检查口径 24 小时"
    assert f"/-/verdict/{first[-1]}" in await get(site, "/-/verdicts?p=all")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "words",
    ["国函[2026]7号", "国函（2026）7号", "国函【２０２６】７号", "国函〔2026〕 7 号", "第7号 批复", "事项 国函 〔2026〕7号"],
)
async def test_search_and_filters_take_what_people_type(site: Datasette, words: str) -> None:
    title = "国务院关于第7号事项的批复"
    assert title in await get(site, f"/-/search?q={quote(words)}")
    for name in ("verdicts", "releases", "reviews"):
        page = await get(site, f"/-/{name}?p=all&q={quote(words)}")
        assert title in page, name
        assert "第17号事项" not in page


@pytest.mark.asyncio
@pytest.mark.parametrize("level", ["department", "province"])
async def test_releases_are_counted_over_the_portals_of_the_level(site: Datasette, database: Path, level: str) -> None:
    rows = await whole_list(site, f"/-/releases?p=all&level={level}")
    assert {row["portals"] for row in rows} == {"5"}
    counts = counted(database, f"level = '{level}'")
    for status in ("on_time", "late", "missing", "pending", "undetermined", "not_observed", "exempt"):
        assert sum(int(row[status]) for row in rows) == counts[status]
    exported = people(await get(site, f"/-/releases.csv?p=all&level={level}"))
    assert sum(int(row[exported[0].index("超时")]) for row in exported[1:]) == counts["late"]


@pytest.mark.parametrize(("level", "portals"), [("%", 10), ("department", 5), ("province", 5)])
def test_open_releases_are_counted_over_the_same_portals(database: Path, level: str, portals: int) -> None:
    with snapshot(database) as connection:
        rows = figures.open_releases(connection, EDITION, level, 4)
        assert len(rows) == 4
        for row in rows:
            which = f"release_id = {row['release_id']} AND level LIKE '{level}'"
            counts = counted(database, which)
            assert (row["pending"], row["on_time"], row["verdicts"]) == (counts["pending"], counts["on_time"], portals)
        every = figures.open_releases(connection, EDITION, level, 1000)
        assert {row["open_releases"] for row in rows} == {len(every)}


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
     "/-/verdicts.csv?sort=nothing", "/-/reviews?status=problem",
     "/-/verdicts?after=" + mark([10**30, 1, "x", 2]), "/-/verdicts?after=" + mark(["\ud800", 1, "x", 2])],
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
