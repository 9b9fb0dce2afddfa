"""The pages of Datasette: Chinese throughout, hostile text escaped, every row once, other databases left alone."""

from __future__ import annotations

import ast
import csv
import io
import re
import sqlite3
import sys
import unicodedata
from collections import Counter
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from datasette.app import Datasette
from datasette.filters import Filters
from publish_data import EDITION, FORMULA_TITLE, close, empty_database, fill, get, portal, release, review, verdict

from syndication import judging
from syndication.cells import BOM, safe
from syndication.glossary import CAUSES
from syndication.publish import DEVELOPERS_PAGES, asked, catalog, chinese, values
from syndication.publish.configuration import make_datasette
from syndication.rules import load_rules
from syndication.store.lists import is_count, quick_count, tie_broken

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CORE_TEMPLATES = files("datasette").joinpath("templates")
CLOSED_TEMPLATES = {"patterns.html", "messages_debug.html", "allow_debug.html", "permissions_debug.html"}
PROGRAM_WORDS = {"JSON", "CSV", "SQL", "SQLite", "NULL", "NOT", "sqlite", "db"}
NOT_TEXT = {"_codemirror.html", "_codemirror_foot.html", "_close_open_menus.html", "show_json.html"}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    db = empty_database(folder)
    fill(db)
    db.close()
    return folder / "syndication.db"


@pytest_asyncio.fixture
async def site(database: Path) -> AsyncIterator[Datasette]:
    datasette = make_datasette(database)
    yield datasette
    close(datasette)


class Visible(HTMLParser):
    """The text that a visitor sees or hears: text nodes, titles, labels, values of buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.hidden += tag in ("script", "style", "pre", "textarea")
        shown = [given.get("aria-label"), given.get("placeholder"), given.get("alt")]
        shown += [given.get("value")] if tag == "input" and given.get("type") in ("submit", "button") else []
        self.found += [text for text in shown if text]

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in ("script", "style", "pre", "textarea")

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.found.append(data)

    @classmethod
    def english(cls, html: str, also: set[str] = frozenset()) -> list[str]:
        parser = cls()
        parser.feed(html)
        words = re.findall(r"[A-Za-z]{2,}(?:[ '][A-Za-z]+)*", "\n".join(parser.found))
        return [word for word in words if word not in PROGRAM_WORDS | set(also)]


# --- Chinese ---


@pytest.mark.parametrize("name", sorted(chinese.replacements()))
def test_each_string_to_be_translated_is_found_in_datasette(name: str) -> None:
    folder = files("datasette").joinpath("static") if name.endswith(".js") else CORE_TEMPLATES
    assert chinese.translated(name, folder.joinpath(name).read_text("utf-8"))[1] == []


@pytest.mark.parametrize("name", sorted(each.name for each in CORE_TEMPLATES.iterdir() if each.name.endswith(".html")))
def test_no_template_is_left_in_english(name: str) -> None:
    if name in CLOSED_TEMPLATES | NOT_TEXT:
        pytest.skip("its page is not served, or it holds no text")
    source, _ = chinese.translated(name, CORE_TEMPLATES.joinpath(name).read_text("utf-8"))
    source = re.sub(r"\{% block body_class %\}.*?\{% endblock %\}", "", source)  # names of classes, not shown
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", source, flags=re.DOTALL)
    assert Visible.english(text) == []


def test_no_menu_entry_of_the_script_is_left_in_english() -> None:
    script = chinese.table_script()
    menu = re.findall(r'href="#">([^<]*)<', script)
    assert len(menu) == 6
    assert all(re.search("[一-鿿]", entry) for entry in menu)
    assert not re.search(r"Type:|NOT NULL\b(?!\")|Remove this", script.replace('" NOT NULL"', ""))


def test_each_filter_operator_has_a_chinese_name() -> None:
    assert {each.key for each in Filters._filters} == set(chinese.OPERATORS)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "path",
    ["/", "/syndication/verdict_list", "/syndication/portal_scorecard", "/syndication/release_coverage",
     "/syndication/verdicts/2001", "/syndication/runs/2026-03-31T17-00-00Z", "/syndication/home_columns",
     "/syndication/verdict_list?_sort=nothing", "/syndication/verdict_list?status=late&title__contains=国",
     "/syndication"],
)  # fmt: skip
async def test_pages_are_chinese(site: Datasette, path: str) -> None:
    response = await site.client.get(path)
    assert '<html lang="zh-CN">' in response.text
    invented = {"test", "depa", "prov", "https", "www", "portal", "example", "img src", "onerror", "HYPERLINK", "http",
                "evil", "document", "body", "dataset", "hurt", "nothing", "gov", "inspection", "nightly",
                "evidence", "warc", "gz", "art", "html", "HTTP", "SHA", "WARC", "UTC",
                "syndication users add", "role"}  # fmt: skip
    assert Visible.english(response.text, invented) == []


def test_each_table_and_column_has_a_name(database: Path) -> None:
    connection = sqlite3.connect(database)
    names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    named = [name for name in names if not name.startswith("_")]
    without_title = [name for name in named if catalog.table(name).title == name]
    columns = [(table, row[1]) for table in named for row in connection.execute(f'PRAGMA table_info("{table}")')]
    views = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'")]
    connection.close()
    assert without_title == []
    assert [each for each in columns if catalog.column(*each).label == each[1]] == []
    assert set(views) == set(catalog.view_keys())


def test_each_word_that_columns_name_is_known() -> None:
    plain = {"time", "url", "yes_no", "text", "title", "portal_name"}
    known = tuple(catalog._columns_file()["kinds"].values())
    own = [kind for table in catalog._columns_file()["tables"].values() for kind in table.get("kinds", {}).values()]
    assert [kind for kind in (*known, *own) if kind not in plain and not catalog.words(kind)] == []


def test_each_cause_of_a_verdict_and_each_packaged_edition_has_a_chinese_name(tmp_path: Path) -> None:
    tree = ast.parse(Path(judging.__file__).read_text("utf-8"))
    makers = {"Verdict", "verdict", "_Timed"}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") in makers]
    given = [arg.value for call in calls for arg in call.args if isinstance(arg, ast.Constant)]
    causes = {value for value in given if isinstance(value, str)}
    assert len(causes) > 10
    assert causes - set(CAUSES) == set()
    assert {edition.id for edition in load_rules(tmp_path).editions} == set(catalog.words("edition"))


def test_each_rule_of_a_match_has_a_chinese_name() -> None:
    modules = [Path(str(file)) for file in files("syndication.matching").iterdir() if file.name.endswith(".py")]
    calls = [
        node
        for module in modules
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Decision" and len(node.args) == 2
    ]
    rules = {ast.literal_eval(call.args[1]) for call in calls if isinstance(call.args[1], ast.Constant)
             and not (isinstance(call.args[0], ast.Constant) and call.args[0].value is None)}  # fmt: skip
    assert len(rules) > 3
    assert rules - set(catalog.words("match_rule")) == set()


def test_no_column_of_fractions_can_be_sorted_in_a_table(database: Path) -> None:
    """A table's next page begins after a value written as text, which SQLite may read as another number."""
    connection = sqlite3.connect(database)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    fractions = [
        (table, row[1])
        for table in tables
        for row in connection.execute(f'PRAGMA table_info("{table}")')
        if row[2] == "REAL"
    ]
    connection.close()
    listed = catalog.metadata()["databases"]["syndication"]["tables"]
    assert fractions
    assert [(t, c) for t, c in fractions if c in listed[t].get("sortable_columns", [c])] == []


# --- what pages show ---


@pytest.mark.asyncio
async def test_the_page_of_tables_tells_run_and_counts(site: Datasette) -> None:
    page = await get(site, "/-/tables")
    assert "2026-04-01 01:00" in page  # the run began at 17:00 UTC
    assert "须转载的发布 12 条，门户 8 个" in page
    for table in ("verdict_list", "portal_scorecard", "release_coverage"):
        assert f'href="/syndication/{table}"' in page
    assert f"verdict_list?edition={EDITION}&amp;status=late" in page


@pytest.mark.asyncio
async def test_the_page_of_tables_of_an_empty_database(tmp_path: Path) -> None:
    empty_database(tmp_path).close()
    datasette = make_datasette(tmp_path / "syndication.db")
    page = await get(datasette, "/-/tables")
    close(datasette)
    assert "尚无任务批次" in page
    assert "该规则版本还没有判定" in page


@pytest.mark.asyncio
async def test_statuses_are_badges_and_times_are_beijing_but_json_is_utc(site: Datasette) -> None:
    page = await get(site, "/syndication/verdict_list?verdict_id=1000")
    assert '<span class="badge status-on_time">按时</span>' in page
    assert '<time datetime="2026-03-01T16:30:12Z">2026-03-02 00:30:12</time>' in page
    row = (await site.client.get("/syndication/verdict_list.json?verdict_id=1000&_shape=array")).json()[0]
    assert (row["status"], row["released_at"]) == ("on_time", "2026-03-01T16:30:12Z")


@pytest.mark.asyncio
async def test_hostile_titles_stay_text(site: Datasette) -> None:
    for path in ("/syndication/verdict_list?release_id=1", "/syndication/releases/1", "/syndication/releases",
                 "/syndication/verdicts/1001", "/syndication/release_coverage"):  # fmt: skip
        page = await get(site, path)
        assert "&lt;img src=x" in page, path
        assert "<img" not in page, path


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", " https://a.example", "https://a b"])
def test_only_web_addresses_become_links(address: str) -> None:
    shown = values.cell(catalog.column("verdict_list", "page_url"), address)
    assert "<a" not in str(shown)


def test_web_addresses_become_escaped_links() -> None:
    shown = str(values.cell(catalog.column("verdict_list", "page_url"), "https://a.example/?a=1&b=2"))
    assert 'href="https://a.example/?a=1&amp;b=2"' in shown


@pytest.mark.asyncio
async def test_lists_link_to_records_and_records_to_labels(site: Datasette) -> None:
    page = await get(site, "/syndication/verdict_list?verdict_id=3001")
    assert '<a href="/syndication/portals/depa-002">第2部网站</a>' in page
    assert '<a href="/syndication/releases/3">' in page
    record = await get(site, "/syndication/verdicts/3001")
    assert '<a href="/syndication/portals/depa-002">第2部网站</a>' in record
    assert '<a href="/syndication/releases/3">国务院关于第3号事项的批复</a>' in record


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "page"),
    [("/syndication/verdicts/3001", "/-/verdict/3001"), ("/syndication/verdicts/3001", "/-/release/3"),
     ("/syndication/verdicts/3001", "/-/portal/depa-002"), ("/syndication/releases/3", "/-/release/3"),
     ("/syndication/portals/depa-002", "/-/portal/depa-002"), ("/syndication/verdicts", "/-/verdict/3001"),
     ("/syndication/verdicts?verdict_id=3001", "/-/portal/depa-002"), ("/syndication/releases", "/-/release/3"),
     ("/syndication/portals", "/-/portal/depa-002"), ("/syndication/verdict_list?verdict_id=3001", "/-/verdict/3001"),
     ("/syndication/verdict_list?verdict_id=3001", "/-/portal/depa-002"),
     ("/syndication/release_coverage", "/-/release/3"), ("/syndication/portal_scorecard", "/-/portal/depa-002")],
)  # fmt: skip
@pytest.mark.parametrize("base_url", ["/", "/monitor/"])
async def test_records_and_lists_lead_to_the_pages_of_the_workbench(
    database: Path, path: str, page: str, base_url: str
) -> None:
    datasette = make_datasette(database, base_url=base_url)
    told = await get(datasette, f"{path}{'&' if '?' in path else '?'}_size=200")  # the client puts the prefix before
    assert f'<a class="page" href="{base_url}{page[1:]}">' in told
    await get(datasette, page)
    close(datasette)


@pytest.mark.asyncio
async def test_records_with_several_keys_are_linked(tmp_path: Path) -> None:
    db = empty_database(tmp_path)
    fill(db)
    with db.atomic():
        db.table("release_listings").insert(
            {"release_id": 1, "source": "push_feed", "first_listed_at": "2026-03-01T17:00:00Z",
             "last_listed_at": "2026-03-01T18:00:00Z"}
        )  # fmt: skip
    db.close()
    datasette = make_datasette(tmp_path / "syndication.db")
    page = await get(datasette, "/syndication/release_listings")
    close(datasette)
    assert '<a href="/syndication/release_listings/1,push_feed">查看</a>' in page
    assert "推送订阅源" in page


@pytest.mark.asyncio
async def test_filters_take_the_words_and_times_that_the_page_shows(site: Datasette) -> None:
    page = await get(site, "/syndication/verdict_list?status=超时&released_at__gte=2026-03-10")
    told = await get(site, "/syndication/verdict_list?status=late&released_at__gte=2026-03-09T16:00:00Z")
    assert re.findall(r"共 (\d+) 条", page) == re.findall(r"共 (\d+) 条", told)
    assert re.findall(r"共 (\d+) 条", page) != ["0"]
    assert 'value="超时"' in page
    assert "判定等于“超时”" in page


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("status=超时", "status=late"), ("status__in=超时,未转载", "status__in=late%2Cmissing"),
        ("status=late", "status=late"),
        ("flags__contains=疑似伪造发稿日期", "flags__contains=backdated"), ("title=超时", "title=超时"),
        ("released_at__lt=2026-03-02 08:30", "released_at__lt=2026-03-02T00%3A30%3A00Z"),
        ("released_at__lt=2026-13-02", "released_at__lt=2026-13-02"), ("_sort=status", "_sort=status"),
        ("released_at__contains=2026-03-02", "released_at__contains=2026-03-02"),
    ],
)  # fmt: skip
def test_queries_of_people_are_understood(query: str, told: str) -> None:
    assert asked.understood("verdict_list", query) == told


def test_queries_of_programs_are_left_alone() -> None:
    assert asked.table_of("syndication/verdict_list", ["syndication"]) == "verdict_list"
    assert asked.table_of("-/export/verdict_list.csv", ["syndication"]) == "verdict_list"
    for path in ("syndication/verdict_list.json", "syndication/verdict_list.csv", "other/verdict_list", "syndication"):
        assert asked.table_of(path, ["syndication"]) is None


# --- closed doors ---


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "path",
    ["/syndication?sql=select+1", "/syndication.json?sql=select+1", "/syndication/verdict_list?_where=1=1",
     "/-/export/verdict_list.csv?_where=1=1", "/syndication.db"],
)  # fmt: skip
async def test_sql_and_downloads_are_off(site: Datasette, path: str) -> None:
    await get(site, path, 403)


@pytest.mark.asyncio
@pytest.mark.parametrize("name", DEVELOPERS_PAGES)
async def test_developers_pages_are_closed(site: Datasette, name: str) -> None:
    assert "没有找到" in await get(site, f"/-/{name}", 404)


@pytest.mark.asyncio
async def test_errors_of_the_request_are_told_in_chinese_and_without_a_traceback(
    site: Datasette, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "不能按“nothing”排序" in await get(site, "/syndication/verdict_list?_sort=nothing", 400)
    assert "没有找到" in await get(site, "/syndication/nothing", 404)
    assert '"ok":false' in (await get(site, "/syndication/nothing.json", 404)).replace(" ", "")
    shown = capsys.readouterr()
    assert "Traceback" not in shown.out + shown.err


@pytest.mark.asyncio
async def test_internal_tables_are_hidden(site: Datasette) -> None:
    assert "_sqlite_migrations" not in await get(site, "/syndication")


@pytest.mark.asyncio
async def test_other_databases_are_left_alone(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE t (status TEXT)").connection.close()
    datasette = Datasette([str(tmp_path / "other.db")])
    front, table = await get(datasette, "/"), await get(datasette, "/other/t")
    script, style = await get(datasette, "/-/static/table.js"), "syndication.css"
    header = await get(datasette, "/other/t.csv")
    await get(datasette, "/-/patterns")
    await get(datasette, "/-/export/t.csv", 404)
    close(datasette)
    assert "<html>" in front
    assert "Powered by" in front
    assert style not in front
    assert "0 records" in table
    assert "Sort ascending" in script
    assert "status" in header


# --- every row once ---

TIES = 3000


@pytest.fixture(scope="module")
def ties(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thousands of verdicts that are equal in status, time, portal or level."""
    folder = tmp_path_factory.mktemp("ties")
    db = empty_database(folder)
    fill(db, releases=2, portals=4)
    start = datetime(2026, 5, 1, tzinfo=UTC)
    papers = [release(n, start + timedelta(hours=n % 7)) for n in range(100, 100 + TIES // 20)]
    fleet = [portal(n, "department" if n % 2 else "province", "110000") for n in range(50, 70)]
    states = ("late", "missing", "on_time")
    rows = [
        verdict(which["release_id"] * 1000 + place, which, whose, states[(place * 7 + which["release_id"]) % 3])
        for which in papers
        for place, whose in enumerate(fleet)
    ]
    with db.atomic():
        db.table("releases").insert_all(papers)
        db.table("portals").insert_all(fleet)
        db.table("verdicts").insert_all(rows[::-1])
    db.close()
    return folder / "syndication.db"


def expected_ids(path: Path, where: str = "1") -> Counter[str]:
    connection = sqlite3.connect(path)
    rows = connection.execute(f"SELECT verdict_id FROM verdict_list WHERE {where}").fetchall()
    connection.close()
    return Counter(str(number) for (number,) in rows)


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix(BOM), newline="")))


SORTS = ["_sort=status", "_sort_desc=released_at", "_sort=portal_name", "_sort_desc=mode", "_sort=lag_hours", ""]


@pytest.mark.asyncio
@pytest.mark.parametrize("sort", SORTS)
async def test_exports_hold_every_row_once_in_any_order(ties: Path, sort: str) -> None:
    datasette = make_datasette(ties)
    people = read_csv(await get(datasette, f"/-/export/verdict_list.csv?{sort}"))
    programs = read_csv(await get(datasette, f"/syndication/verdict_list.csv?_stream=on&_size=max&{sort}"))
    late = read_csv(await get(datasette, f"/-/export/verdict_list.csv?status=late&{sort}"))
    close(datasette)
    assert Counter(row["判定编号"] for row in people) == expected_ids(ties)
    assert Counter(row["verdict_id"] for row in programs) == expected_ids(ties)
    assert Counter(row["判定编号"] for row in late) == expected_ids(ties, "status = 'late'")


@pytest.mark.asyncio
@pytest.mark.parametrize("table", ["verdict_list", "verdicts"])
@pytest.mark.parametrize("sort", ["_sort=status", "_sort_desc=mode", "_sort=deadline", ""])
async def test_pages_hold_every_row_once_in_any_order(ties: Path, table: str, sort: str) -> None:
    datasette = make_datasette(ties)
    found: Counter[str] = Counter()
    following: str | None = f"/syndication/{table}.json?_size=170&_shape=objects&{sort}"
    while following:
        page = (await datasette.client.get(following)).json()
        found.update(str(row["verdict_id"]) for row in page["rows"])
        following = page["next_url"] and page["next_url"].removeprefix("http://localhost")
    close(datasette)
    assert found == expected_ids(ties)


@pytest.mark.asyncio
async def test_an_export_shows_what_the_page_shows(site: Datasette) -> None:
    query = "status=超时&_sort_desc=released_at"
    page = await get(site, f"/syndication/verdict_list?{query}&_size=5&_facet=mode")
    link = re.search(r'<a class="export" href="([^"]+)"', page)
    assert link
    rows = read_csv(await get(site, link[1].replace("&amp;", "&")))
    headers = re.findall(r'<th [^>]*data-column="(\w+)"', page)
    shown = re.findall(r'<td class="col-verdict_id type-int"><a[^>]*>(\d+)</a>', page)
    assert [row["判定编号"] for row in rows][:5] == shown
    assert f"共 {len(rows)} 条" in page
    plain = [re.sub("（北京时间）$|，北京时间(?=）$)", "", heading) for heading in rows[0]]
    assert plain == [catalog.column("verdict_list", name).label for name in headers]
    assert {row["判定"] for row in rows} == {"超时"}


@pytest.mark.asyncio
async def test_exports_are_for_chinese_spreadsheets(site: Datasette) -> None:
    response = await site.client.get("/-/export/verdict_list.csv?release_id=2")
    assert response.content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in response.content
    assert "filename*=UTF-8''%E5%88%A4%E5%AE%9A" in response.headers["content-disposition"]
    rows = read_csv(response.text)
    assert {row["标题"] for row in rows} == {"'" + FORMULA_TITLE}
    assert rows[0]["发布时间（北京时间）"].startswith("2026-03-02 20:30")


@pytest.mark.asyncio
async def test_exports_take_chosen_columns_and_refuse_unknown_ones(site: Datasette) -> None:
    rows = read_csv(await get(site, "/-/export/verdict_list.csv?_col=verdict_id&_col=judged_status"))
    assert list(rows[0]) == ["判定编号", "程序判定"]
    await get(site, "/-/export/verdict_list.csv?_col=nothing", 400)
    await get(site, "/-/export/verdict_list.csv?_sort=nothing", 400)
    await get(site, "/-/export/nothing.csv", 404)


@pytest.mark.asyncio
async def test_exports_keep_to_permissions(database: Path) -> None:
    metadata = catalog.metadata() | {"allow": {"id": "somebody"}}
    datasette = Datasette([str(database)], metadata=metadata, settings={"default_allow_sql": False})
    for path in ("/-/export/verdict_list.csv", "/syndication/verdict_list.csv", "/"):
        assert "无权查看" in await get(datasette, path, 403)
    close(datasette)


@pytest.mark.asyncio
async def test_head_of_an_export_has_no_body(site: Datasette) -> None:
    response = await site.client.head("/-/export/verdict_list.csv")
    assert response.status_code == 200
    assert response.content == b""


def test_ties_are_broken_in_datasettes_queries_only() -> None:
    keys = {"v": ("id",)}
    assert tie_broken("select a, b from v where a = :p0 order by a desc limit 101 offset 100", keys) == (
        'select a, b from v where a = :p0 order by a desc, "id" limit 101 offset 100'
    )
    assert tie_broken("select a, b from v limit 3", keys) == 'select a, b from v order by "id" limit 3'
    assert tie_broken("select a, [b c] from w order by a limit 3", {}) == (
        "select a, [b c] from w order by a, 1, 2 limit 3"
    )
    for other in ("select count(*) from v", "select a as value, count(*) from v group by a order by a limit 31"):
        assert tie_broken(other, keys) == other


def test_counts_of_lists_are_known_and_the_longest_is_asked_of_its_table() -> None:
    assert quick_count("select count(*) from verdict_list ") == "select count(*) from verdicts"
    for counted in ("select count(*) from [verdict_list] where status = :p0", "select count(*) from releases "):
        assert is_count(counted)
        assert quick_count(counted) == counted
    for other in ("select count(*) from (select a from v)", "select a as value, count(*) as n from v group by a", "select 1"):
        assert not is_count(other)


@pytest.mark.asyncio
async def test_a_count_that_takes_too_long_is_left_out(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    path = "/syndication/review_queue"
    assert re.search(r"共 \d+ 条", await get(site, path))
    monkeypatch.setattr("syndication.publish.site.COUNTED_WITHIN_MS", 1e-6)
    told = await get(site, path)
    assert not re.search(r"共 \d+ 条", told)
    assert "记录较多，未计总数" in told
    assert "/-/verdict/" in told


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＋1", "－1", "＠x"])
def test_formulas_become_text(text: str) -> None:
    assert safe(text) == "'" + text


def test_what_cannot_be_seen_hides_no_formula() -> None:
    kinds = {"Cc", "Cf", "Zs", "Zl", "Zp"}
    unseen = [character for character in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(character) in kinds]
    marks = [*unseen, "\u034f", "\u3164", "\uffa0", "\ufe0f", "\U000e0100", "\ufeff\u200b \u2060"]
    assert "\ufeff" in unseen
    assert [mark for mark in marks for sign in "=+-@" if safe(f"{mark}{sign}1") != f"'{mark}{sign}1"] == []


@pytest.mark.parametrize("value", [-1.5, 3, "国函〔2026〕1号", "", None, "a=b", "\ufeff标题", "甲\u200b=乙"])
def test_other_cells_stay_as_they_are(value: Any) -> None:
    assert safe(value) == value


@pytest.mark.asyncio
async def test_a_review_counts_in_the_list(tmp_path: Path) -> None:
    db = empty_database(tmp_path)
    fill(db)
    which = next(db.query("SELECT * FROM verdicts WHERE status = 'late' LIMIT 1"))
    review(db, which, "overturn", "on_time")
    db.close()
    datasette = make_datasette(tmp_path / "syndication.db")
    columns = "_col=judged_status&_col=status&_col=reviewed"
    page = await get(datasette, f"/syndication/verdict_list?verdict_id={which['verdict_id']}&{columns}")
    close(datasette)
    assert '<span class="badge status-on_time">按时</span>' in page
    assert '<span class="badge status-late">超时</span>' in page
    assert "改判" in page
