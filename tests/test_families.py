"""Each family reads the lists of tests/lists as the file beside them says; registry, options, requests, next pages."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from families_reading import LOOKED_AT, page_of, reading_of, row_as_text, told_of, write_reading

from spiders.families import ALL, FAMILIES, Family, family_of, options_for_further_pages, recognise
from spiders.families.document import document, example_options, example_row
from spiders.families.json_list import read_zuixin
from spiders.families.pinned import with_pins
from syndication.clock import from_text, read_declared
from syndication.errors import UnreadablePage
from syndication.glossary import Outcome, Role
from syndication.items import Ask, Channel, Row
from syndication.registry import FAMILIES as REGISTERED

LISTS = Path(__file__).parent / "lists"
PAGES = sorted(
    path for path in LISTS.glob("*/*") if path.parent.name != "home" and not path.name.endswith(".reading.json")
)


def channel(family: str, url: str, **options: object) -> Channel:
    return Channel("c", "p", "栏目", url, family, Role.NEWS, options)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_reads_as_told(path: Path) -> None:
    reading = path.with_name(path.name + ".reading.json")
    if not reading.exists():
        write_reading(reading, reading_of(path, {}))
        pytest.fail(f"{reading} was written: read it, correct it, then run again")
    told = told_of(path)
    expected = {name: told[name] for name in ("outcome", "rows", "next", "total") if name in told}
    assert reading_of(path, told) == expected


def test_every_family_has_lists_of_ours() -> None:
    assert {path.parent.name for path in LISTS.iterdir() for path in path.iterdir()} == set(FAMILIES)


def test_registry_and_families_agree() -> None:
    assert set(FAMILIES) == REGISTERED
    assert all(isinstance(family, Family) for family in FAMILIES.values())


def test_unknown_family_is_named_with_those_that_exist() -> None:
    with pytest.raises(ValueError, match=r"'htlm'.*html"):
        family_of("htlm")


@pytest.mark.parametrize(
    ("family", "options", "named"),
    [
        ("html", {"ccs": "li"}, "option ccs"),
        ("html", {"css": "li["}, "option css"),
        ("html", {"css": ""}, "option css"),
        ("html", {"encoding": "gbk2000"}, "option encoding"),
        ("html", {"min_rows": 0}, "option min_rows"),
        ("html", {"min_rows": True}, "option min_rows"),
        ("html", {"url_replace": ["http://a/"]}, "option url_replace"),
        ("json", {}, "option rows"),
        ("json", {"rows": "data results"}, "option rows"),
        ("json", {"rows": "data", "title": []}, "option title"),
        ("json", {"rows": "data", "url": "/x/{doc Id}"}, "option url"),
        ("json", {"rows": "data", "form": {"a": 1}, "json": {"a": 1}}, "option json"),
        ("json", {"rows": "data", "first_page": -1}, "option first_page"),
        ("json", {"rows": "data", "form": {}}, "option form"),
        ("feed", {"rows": "data"}, "option rows"),
    ],
)
def test_wrong_options_are_named(family: str, options: dict[str, object], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        family_of(family).check_options(options)


def test_examples_are_rows_with_valid_options() -> None:
    for family in ALL:
        assert example_row(family)["family"] == family.name
        family.check_options(example_options(family))


def test_document_is_the_families() -> None:
    path = Path(__file__).parent.parent / "docs" / "families.md"
    assert path.read_text(encoding="utf-8") == document()


def test_fewer_rows_than_expected_is_a_changed_layout_but_not_on_further_pages() -> None:
    page = page_of((LISTS / "html" / "base_address.html").read_text(encoding="utf-8"))
    with pytest.raises(UnreadablePage, match="3 rows, at least 10") as caught:
        family_of("html").read(page, {"min_rows": 10})
    assert caught.value.outcome is Outcome.LAYOUT_CHANGED
    assert len(family_of("html").read(page, options_for_further_pages({"min_rows": 10})).rows) == 3


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_a_blank_answer_is_empty(name: str) -> None:
    with pytest.raises(UnreadablePage) as caught:
        family_of(name).read(page_of(" \n"), {"rows": "data"} if name == "json" else {})
    assert caught.value.outcome is Outcome.EMPTY


@pytest.mark.parametrize("name", sorted(set(FAMILIES) - {"html", "home"}))
def test_a_page_of_another_shape_is_a_changed_layout(name: str) -> None:
    text = "<html><body><p>系统维护中，请稍后再试。</p></body></html>"
    with pytest.raises(UnreadablePage) as caught:
        family_of(name).read(page_of(text), {"rows": "data"} if name == "json" else {})
    assert caught.value.outcome is Outcome.LAYOUT_CHANGED


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("html/pinned_rows.html", "html"),
        ("hanweb_xml/column_page.html", "hanweb_xml"),
        ("hanweb_xml/proxy_answer.xml", "hanweb_xml"),
        ("jpaas/unsorted_rows.answer", "jpaas"),
        ("jpaas/column_page.html", "jpaas"),
        ("ucap_search/results.answer", "ucap_search"),
        ("ucap_search/column_page.html", "ucap_search"),
        ("xinhua_ds/datasource.answer", "xinhua_ds"),
        ("xinhua_ds/column_page.html", "xinhua_ds"),
        ("feed/atom.xml", "feed"),
        ("pushinfo/pushinfo.jsonp.answer", "pushinfo"),
        ("home/no_column_at_all.html", "html"),
    ],
)
def test_recognises_the_family(name: str, family: str) -> None:
    assert recognise(page_of((LISTS / name).read_text(encoding="utf-8")))[:1] == [family]


def test_recognises_the_push_list_by_its_address() -> None:
    text = (LISTS / "pushinfo" / "rss.xml").read_text(encoding="utf-8")
    assert recognise(page_of(text, "https://www.gov.cn/pushinfo/v150203/rss.xml")) == ["pushinfo", "feed"]


def test_recognises_nothing_in_an_article_or_a_challenge() -> None:
    article = (
        "<html><body><h1>关于驿道保护的通知</h1><p>发布日期：2026-09-01 来源：<a href='/a'>办公厅</a></p></body></html>"
    )
    assert recognise(page_of(article)) == []
    assert recognise(page_of("<script>document.cookie='x';location.reload()</script>")) == []


# --- requests ---------------------------------------------------------------------------------------------------


def test_a_list_of_one_get_is_asked_for_by_its_address() -> None:
    assert family_of("html").first(channel("html", "https://x.example.cn/a/")) == Ask("https://x.example.cn/a/")


def test_posts_a_form_and_pages_through_it() -> None:
    options = {"api": "https://x.example.cn/list", "form": {"code": "A1", "size": 2}, "page": "no", "rows": "list",
               "total": "count"}  # fmt: skip
    ask = family_of("json").first(channel("json", "https://x.example.cn/a.htm", **options))
    assert ask == Ask("https://x.example.cn/list", "POST", {"Content-Type": "application/x-www-form-urlencoded"},
                      "code=A1&size=2&no=1")  # fmt: skip
    text = json.dumps({"count": 3, "list": [{"title": f"国务院公报第{n}号", "url": f"/c/{n}.html"} for n in (1, 2)]})
    page = page_of(text, "https://x.example.cn/list", ask=ask)
    second = family_of("json").read(page, options).next
    assert second is not None
    assert second.body == "code=A1&size=2&no=2"
    last = page_of(json.dumps({"count": 3, "list": [{"title": "国务院公报第3号", "url": "/c/3.html"}]}), ask=second)
    assert family_of("json").read(replace(last, url=page.url), {**options, "total": "none"}).next is not None
    empty = page_of(json.dumps({"count": 3, "list": []}), "https://x.example.cn/list", ask=second)
    assert family_of("json").read(empty, options).rows == ()


def test_posts_json_from_page_zero() -> None:
    options = {"json": {"siteId": 5}, "page": "pageNum", "first_page": 0, "rows": "rows", "headers": {"Referer": "/"}}
    ask = family_of("json").first(channel("json", "https://x.example.cn/q", **options))
    assert json.loads(ask.body) == {"siteId": 5, "pageNum": 0}
    assert ask.headers == {"Content-Type": "application/json", "Referer": "/"}
    text = json.dumps({"rows": [{"title": "国务院公报第1号", "url": "/c/1.html"}]})
    following = family_of("json").read(page_of(text, ask.url, ask=ask), options).next
    assert following is not None
    assert json.loads(following.body) == {"siteId": 5, "pageNum": 1}


def test_a_posted_list_without_its_request_tells_no_next_page() -> None:
    text = json.dumps({"rows": [{"title": "国务院公报第1号", "url": "/c/1.html"}]})
    options = {"json": {"a": 1}, "page": "p", "rows": "rows"}
    assert family_of("json").read(page_of(text), options).next is None


def test_page_number_in_the_path() -> None:
    options = {"api": "https://x.example.cn/data_id=4,page={page},size=2.json", "rows": "rows"}
    ask = family_of("json").first(channel("json", "https://x.example.cn/list.html", **options))
    assert ask.url == "https://x.example.cn/data_id=4,page=1,size=2.json"
    text = json.dumps({"rows": [{"title": "国务院公报第1号", "url": "/c/1.html"}]})
    following = family_of("json").read(page_of(text, ask.url), options).next
    assert following == Ask("https://x.example.cn/data_id=4,page=2,size=2.json")


def test_unit_of_jpaas_with_parameters_and_with_paged_parameters_inside() -> None:
    unit = "https://x.example.cn/api-gateway/jpaas-publish-server/front/page/build/unit"
    ask = family_of("jpaas").first(channel("jpaas", unit, params={"parseType": "bulidstatic", "tagId": "列表"}))
    assert ask.url == unit + "?parseType=bulidstatic&tagId=%E5%88%97%E8%A1%A8"
    rows = "".join(
        f'<li><a href="/c/{n}.html">国务院关于驿道的批复之{n}</a><span>[2026-08-0{n}]</span></li>' for n in (3, 2, 1)
    )
    text = json.dumps({"data": {"html": f"<ul>{rows}</ul>"}})
    plain = family_of("jpaas").read(page_of(text, ask.url), {}).next
    assert plain is not None
    assert plain.url.endswith("&pageNo=2")
    inner = unit + "?paramJson=%7B%22pageNo%22%3A1%2C%22pageSize%22%3A%2224%22%7D"
    assert family_of("jpaas").read(page_of(text, inner), {}).next == Ask(
        unit + "?paramJson=%7B%22pageNo%22%3A2%2C%22pageSize%22%3A%2224%22%7D"
    )


def test_search_interface_is_asked_for_json() -> None:
    ask = family_of("ucap_search").first(channel("ucap_search", "https://x.example.cn/common/search/ab12?_pageSize=15"))
    assert ask.url == (
        "https://x.example.cn/common/search/ab12?_pageSize=15&_isAgg=true&_isJson=true&_template=index&page=1"
    )


# --- the list of new policies -----------------------------------------------------------------------------------


def test_new_policies() -> None:
    text = json.dumps([{"TITLE": "国务院关于驿道的批复", "SUB_TITLE": "", "URL": "https://www.gov.cn/zhengce/1.htm",
                        "DOCRELPUBTIME": "2026-09-01"}])  # fmt: skip
    rows = read_zuixin(page_of(text, "https://www.gov.cn/zhengce/zuixin/ZUIXINZHENGCE.json"))
    assert [row_as_text(row) for row in rows] == [
        "2026-09-01 api | 国务院关于驿道的批复 | https://www.gov.cn/zhengce/1.htm"
    ]
    assert read_zuixin(page_of("[]")) == ()


@pytest.mark.parametrize("text", ['{"a": 1}', "[1]", '[{"TITLE": "国务院", "URL": ""}]', "<html></html>"])
def test_new_policies_of_another_shape_are_refused(text: str) -> None:
    with pytest.raises(UnreadablePage) as caught:
        read_zuixin(page_of(text))
    assert caught.value.outcome is Outcome.LAYOUT_CHANGED


# --- pinned rows ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "pinned"),
    [
        ("2014-12-01 2026-09-01 2026-08-30", {0}),
        ("2026-09-01 2026-09-01 2026-08-30", set()),
        ("2026-09-01 2020-01-01 2026-08-30 2026-08-29", {1}),
        ("2026-09-02 2026-09-01 2027-02-11 2027-01-23", set()),  # rows dated after the look take no part
        ("2026-08-01 2026-08-02 2026-08-03", set()),  # not in the order of dates: no row is pinned
        ("2026-09-01", set()),
    ],
)
def test_pinned_rows(days: str, pinned: set[int]) -> None:
    rows = [
        Row(f"https://x.example.cn/{n}", "国务院公报", read_declared(day, "list")) for n, day in enumerate(days.split())
    ]
    flagged = with_pins(rows, from_text(LOOKED_AT))
    assert {place for place, row in enumerate(flagged) if row.pinned} == pinned
