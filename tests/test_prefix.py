"""Under a proxy's path (`serve --prefix /monitor/`) every address that a page, a list or a redirect tells is one that answers."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import pytest
import pytest_asyncio
from datasette.app import Datasette
from datasette.utils import PrefixedUrlString
from publish_data import close, empty_database, fill

from syndication.publish import prefix
from syndication.publish.configuration import make_datasette

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PREFIX = "/monitor/"
HOST = "http://localhost"
SEEDS = (
    "", "-/verdicts?p=all", "-/releases?p=all", "-/portals?p=all", "-/reviews?p=all", "-/notices", "-/tables", "-/meaning",
    "-/search?q=事项", "-/login", "syndication", "syndication/verdict_list?_size=5", "syndication/verdicts?_size=5&_sort=status",
    "syndication/verdict_list?_facet=status&_facet_size=2&_facet_date=released_at", "syndication/portals?level=province",
    "syndication/verdict_list?_where=1&_where=2", "syndication?sql=select+1", "syndication/runs", "-/nothing",
)  # fmt: skip
LINK = re.compile(r"""<(?:a|link|script|iframe|form)\s[^>]*?(?:href|src|action)="([^"]*)\"""")


@pytest_asyncio.fixture
async def site(tmp_path: Path) -> AsyncIterator[Datasette]:
    db = empty_database(tmp_path)
    fill(db)
    (run,) = db["runs"].rows
    db["runs"].insert(run | {"run_id": "20260410T1415+0800", "started_at": "2026-04-10T06:15:00Z"})
    db.close()
    datasette = make_datasette(tmp_path / "syndication.db", base_url=PREFIX)
    datasette._settings["default_allow_sql"] = True
    yield datasette
    close(datasette)


async def get(datasette: Datasette, url: str) -> Any:
    return await datasette.client.get(PrefixedUrlString(url))


def kind_of(url: str) -> tuple[Any, ...]:
    """Addresses that differ in numbers and values only are of one kind; a few of each are followed."""
    parts = urlsplit(url)
    return re.sub(r"\d+", "0", parts.path), tuple(sorted({key for key, _ in parse_qsl(parts.query, keep_blank_values=True)}))


@pytest.mark.asyncio
async def test_no_link_under_the_prefix_leads_into_the_void(site: Datasette) -> None:
    waiting = [f"{HOST}{PREFIX}{path}" for path in SEEDS]
    seen, kinds, dead = set(waiting), set(), []
    while waiting:
        url = waiting.pop()
        answer = await get(site, url)
        if answer.status_code not in (200, 302) and not url.endswith("-/nothing"):
            dead.append((answer.status_code, url))
        links = [answer.headers["location"]] if "location" in answer.headers else []
        if "html" in answer.headers.get("content-type", ""):
            links += [unescape(link) for link in LINK.findall(answer.text)]
        links += re.findall(r'"(?:next_url|toggle_url)": "(http[^"]+)"', answer.text) if ".json" in url else []
        links += re.findall(r"^(http[^;]+);", answer.headers.get("link", ""))
        for link in links:
            full = urljoin(url, link).partition("#")[0]
            if full.startswith(HOST) and full not in seen and kind_of(full) not in kinds:
                seen.add(full)
                kinds.add(kind_of(full))
                waiting.append(full)
    outside = [url for url in seen if not url.startswith(f"{HOST}{PREFIX}")]
    assert dead == []
    assert outside == []
    assert len(seen) > 150
    assert not any(PREFIX * 2 in url or f"{PREFIX}monitor" in url for url in seen)


@pytest.mark.asyncio
async def test_the_next_page_of_programs_and_of_people(site: Datasette) -> None:
    first = (await get(site, f"{PREFIX}syndication/verdict_list.json?_size=5")).json()
    assert first["next_url"] == f"{HOST}{PREFIX}syndication/verdict_list.json?_size=5&_next=5"
    second = (await get(site, first["next_url"])).json()
    assert second["rows"]
    assert not [row for row in second["rows"] if row in first["rows"]]
    page = await get(site, f"{PREFIX}syndication/verdict_list")
    assert page.headers["link"].startswith(f"{HOST}{PREFIX}syndication/verdict_list.json;")


@pytest.mark.asyncio
@pytest.mark.parametrize(("path", "location"), [
    ("syndication/verdict_list/", "/monitor/syndication/verdict_list"),
    ("syndication/verdict_list?_filter_column=status&_filter_op=exact&_filter_value=超时",
     "/monitor/syndication/verdict_list?status__exact=%E8%B6%85%E6%97%B6"),
    ("-/logout", "/monitor/"),
    ("-/verdict/1000/review", "/monitor/-/verdict/1000"),
])  # fmt: skip
async def test_redirects_stay_under_the_prefix(site: Datasette, path: str, location: str) -> None:
    answer = await get(site, PREFIX + path)
    assert (answer.status_code, answer.headers["location"]) == (302, location)


@pytest.mark.asyncio
async def test_the_page_on_which_one_is_is_marked(site: Datasette) -> None:
    assert '<a href="/monitor/-/verdicts" aria-current="page">' in (await get(site, f"{PREFIX}-/verdicts")).text
    assert '<a href="/monitor/" aria-current="page">' in (await get(site, PREFIX)).text


@pytest.mark.asyncio
async def test_filters_take_peoples_words_under_the_prefix(site: Datasette) -> None:
    shown = await get(site, f"{PREFIX}syndication/verdict_list?status__exact=超时")
    assert "没有符合条件的记录" not in shown.text


def test_only_paths_under_the_prefix_lose_it() -> None:
    scope = {"path": "/monitor/-/a b", "raw_path": b"/monitor/-/a%20b"}
    assert prefix.taken_off(scope, "/monitor/") == {"path": "/-/a b", "raw_path": b"/-/a%20b"}
    for other in ({"path": "/monitored/x", "raw_path": b"/monitored/x"}, {"path": "/monitor/", "raw_path": b"/%6Donitor/"}):
        assert prefix.taken_off(other, "/monitor/") == other
    assert prefix.taken_off(scope, "/") == scope
