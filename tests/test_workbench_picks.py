"""What is picked on the pages of the workbench, what they say where little or nothing is known, and why a verdict is so."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
import sqlite_utils
from publish_data import close, empty_database, fill, get, review

from syndication.clock import FixedClock
from syndication.publish.configuration import make_datasette
from syndication.publish.site import keep_clock
from syndication.publish.workbench.verdict import sentences
from syndication.registry import default_file
from syndication.rules import load_rules

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from datasette.app import Datasette

NOW = datetime(2026, 4, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("picks")
    db = empty_database(folder)
    fill(db, releases=30, portals=6)
    review(db, next(db.query("SELECT * FROM verdicts WHERE status = 'missing'")), "overturn", "on_time")
    db.close()
    return folder / "syndication.db"


@pytest_asyncio.fixture
async def site(database: Path) -> AsyncIterator[Datasette]:
    datasette = make_datasette(database)
    keep_clock(datasette, FixedClock(NOW))
    yield datasette
    close(datasette)


# --- what is picked ---


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "span"),
    [("p=2026Q1&from=2026-03-02&to=2026-03-08&shown=2026-03-02/2026-03-08", "2026 年第一季度"),
     ("p=2026Q1&from=2026-03-02&to=2026-03-09&shown=2026-03-02/2026-03-08", "2026-03-02 至 2026-03-09"),
     ("p=2026Q1&from=2026-03-02&to=2026-03-08", "2026-03-02 至 2026-03-08"),
     ("from=2026-03-05", "2026-03-05 至 2026-04-01"), ("to=2026-03-05", "2026-03-02 至 2026-03-05")],
)  # fmt: skip
async def test_days_or_a_named_span_whatever_was_chosen_last(site: Datasette, query: str, span: str) -> None:
    assert f"<h1>总览：{span}" in await get(site, f"/?{query}")


@pytest.mark.asyncio
async def test_yesterday_is_a_click_away(site: Datasette) -> None:
    page = await get(site, "/-/verdicts?status=missing")
    assert re.search(r'href="/-/verdicts\?[^"]*from=2026-03-31&amp;to=2026-03-31&amp;status=missing">昨天</a>', page)


@pytest.mark.asyncio
async def test_what_a_page_does_not_heed_is_not_offered_and_goes_along(site: Datasette) -> None:
    release = await get(site, "/-/release/1?p=2026-03&level=province")
    assert '<input type="hidden" name="p" value="2026-03">' in release
    assert "昨天" not in release
    assert '<select name="level">' in release
    portal = await get(site, "/-/portal/depa-001?p=2026-03&level=province")
    assert '<input type="hidden" name="level" value="province">' in portal
    assert '<select name="p">' in portal


@pytest.mark.asyncio
async def test_where_nothing_was_owed_nobody_is_praised(site: Datasette) -> None:
    page = await get(site, "/?p=2019Q1")
    assert "没有须转载的发布" in page
    assert "均按时" not in page
    assert "没有须转载的发布" in await get(site, "/-/portal/depa-001?p=2019Q1")


@pytest.mark.asyncio
async def test_local_editions_are_called_by_their_names(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    db = empty_database(folder)
    db.close()
    rules = default_file("rules.toml").read_text("utf-8").replace('id = "inspection-24h"', 'id = "local-24h"')
    (folder / "rules.toml").write_text(rules, "utf-8")
    datasette = make_datasette(folder / "syndication.db")
    name = next(each.name for each in load_rules(folder).editions if each.id == "local-24h")
    assert f'<option value="local-24h">{name}</option>' in await get(datasette, "/?edition=guideline-12h")
    (folder / "rules.toml").write_text("no rules", "utf-8")
    assert "发展指引 12 小时" in await get(datasette, "/?edition=guideline-12h")
    close(datasette)


# --- why a verdict is what it is ---

WHY = {
    ("missing", "absent_in_every_column", None): "均没有该条",
    ("missing", "mode_does_not_count", "title_only"): "只有该条的标题，没有可读的正文或指向原文的链接",
    ("missing", "mode_does_not_count", "link"): "该条为“链接”",
    ("not_observed", "column_not_observed", None): "有专栏未能完整查看",
    ("not_observed", "home_not_observed", None): "首页未能完整查看",
    ("late", "declared", "copy"): "至少超时 6 小时",
    ("on_time", "declared", "copy"): "最迟可能的转载时间不晚于时限",
    ("undetermined", "interval_holds_deadline", "copy"): "不是问题认定",
    ("pending", "before_deadline", None): "时限未到",
}


@pytest.mark.parametrize("case", WHY, ids=lambda case: "-".join(map(str, case)))
def test_each_verdict_says_why(case: tuple[str, str, str | None]) -> None:
    status, cause, mode = case
    bounds = {
        "late": ("2026-03-03T15:00:00Z", "2026-03-03T15:01:00Z"), "on_time": ("2026-03-02T01:00:00Z", "2026-03-02T15:00:00Z"),
        "undetermined": ("2026-03-02T15:00:00Z", "2026-03-03T15:00:00Z"),
    }.get(status, (None, None))  # fmt: skip
    row = {"deadline": "2026-03-03T09:00:00Z", "released_at": "2026-03-02T09:00:00Z", "judged_status": status, "cause": cause,
           "mode": mode, "earliest": bounds[0], "latest": bounds[1], "flags": ""}  # fmt: skip
    told = "".join(sentences(row))
    assert WHY[case] in told
    others = {said for other, said in WHY.items() if other != case and other[0] == status}
    assert [said for said in others if said in told] == []
    if status == "on_time":  # the look before lies before the release: nobody carries it before it is out
        assert "门户转载于 2026-03-02 17:00 至 2026-03-02 23:00 之间" in told


@pytest.mark.asyncio
async def test_what_a_person_decided_stands_before_the_programs_reasons(site: Datasette, database: Path) -> None:
    db = sqlite_utils.Database(database)
    number, = db.execute("SELECT verdict_id FROM verdict_list WHERE reviewed = 'overturn'").fetchone()
    db.close()
    page = await get(site, f"/-/verdict/{number}")
    decided, programs = page.index("人工复核：改判为“按时”"), page.index("以下是监测程序的原判定（未转载）及其理由")
    assert decided < programs < page.index("因此判定为未转载")
    assert "现以复核为准" in page

