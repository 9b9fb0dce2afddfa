"""Lists and articles read a second, for each family, against parsel selecting all links of the same page.

    python -m benchmarks.families

No network: each page is decoded once beforehand, in memory. Ours finds the list among everything else on the page and gives
whole titles, absolute addresses and times as intervals; parsel gives every link's text and address, or every row's where the
answer is JSON. The time is this process's own, so that other work on the machine does not count; the best of five rounds.
"""

from __future__ import annotations

import json
import time
from datetime import timedelta

from parsel import Selector

from spiders.families import family_of
from spiders.families.home import read_home
from syndication.article import read_article
from syndication.clock import beijing_text, from_text
from syndication.items import Page
from syndication.rehearsal import lists, sheets
from syndication.rehearsal.lists import ListRow, Masthead
from syndication.rehearsal.texts import Text

AT = from_text("2026-03-28T18:15:00Z")
ROUNDS, SECONDS = 5, 0.3
FURNITURE = '<div class="nav">' + "".join(f'<a href="/nav/{n}/">栏目第{n}号</a>' for n in range(120)) + "</div>"
TEXT = "为进一步完善样例事项的办理机制，提高服务质量，各有关单位要按照职责分工，认真抓好落实，并及时报告进展情况。"
ADDRESS = "https://www.yunling.example/gwyxx/index.html"


def rows_of(count):
    """Rows of a list, newest first."""
    return [
        ListRow(f"国务院办公厅关于样例第{n}号事项有关工作的通知", f"/gwyxx/t20260301_{n}/c.html", AT - timedelta(hours=n), True)
        for n in range(count)
    ]


def pages():
    """Name, family, options, page and what parsel does with it."""
    head = Masthead("云岭省", "国务院信息", "utf-8")
    rows, links = rows_of(20), ("html", "a")
    markup = lists.trs(head, rows, 3, 0).replace("<body>", f"<body>{FURNITURE}").replace("</body>", f"{FURNITURE}</body>")
    home = lists.home(head, lists.column_block("国务院信息", "/gwyxx/", rows[:8]), rows_of(60)[8:])
    ucap = {"data": {"total": 20, "results": [
        {"title": row.title, "url": row.href, "publishedTimeStr": row.stamp} for row in rows]}}  # fmt: skip
    push = [{"title": row.title, "link": f"https://www.gov.cn{row.href}", "pubDate": row.day} for row in rows]
    own = {"rows": "data.rows", "title": "docTitle", "url": "docUrl", "time": "docDate", "total": "data.total"}
    results, source = "data.results[*].[title, url]", "datasource[*].[title, publishUrl]"
    return [
        ("html, 20 rows, 240 other links", "html", {}, markup, links),
        ("html with css", "html", {"css": "ul.u-list > li"}, markup, links),
        ("hanweb_xml, 20 records", "hanweb_xml", {}, lists.hanweb(rows), ("records", "//record")),
        ("jpaas, 20 rows", "jpaas", {}, lists.jpaas(rows), ("json", "data.html")),
        ("json, 20 rows", "json", own, lists.api(rows), ("json", "data.rows[*].[docTitle, docUrl]")),
        ("ucap_search, 20 rows", "ucap_search", {}, json.dumps(ucap, ensure_ascii=False), ("json", results)),
        ("xinhua_ds, 20 rows", "xinhua_ds", {}, lists.xinhua_ds(rows, "国务院信息"), ("json", source)),
        ("feed, 20 items", "feed", {}, lists.feed(rows, "国务院信息", ADDRESS), ("xml", "//item")),
        ("pushinfo, 20 entries", "pushinfo", {}, json.dumps(push, ensure_ascii=False), ("json", "[*].[title, link]")),
        ("home, 60 items", "home", {}, home.replace("<body>", f"<body>{FURNITURE}"), links),
    ]


def select(text, how):
    """What parsel does: all links (or rows) with their texts."""
    kind, what = how
    if kind == "json":
        found = Selector(text=text, type="json").jmespath(what).getall()
        return select(found[0], ("html", "a")) if what == "data.html" else found
    if kind == "records":  # the rows stand as HTML in CDATA
        return select("".join(Selector(text=text, type="xml").xpath(f"{what}/text()").getall()), ("html", "a"))
    if kind == "xml":
        return [(item.xpath("title/text()").get(), item.xpath("link/text()").get())
                for item in Selector(text=text, type="xml").xpath(what)]  # fmt: skip
    return [(link.attrib.get("href"), "".join(link.css("::text").getall())) for link in Selector(text=text).css(what)]


def a_second(work):
    """How often `work` is done in a second of this process's own time; the best of some rounds."""
    best = 0.0
    for _ in range(ROUNDS):
        began, done = time.process_time(), 0
        while (spent := time.process_time() - began) < SECONDS:
            work()
            done += 1
        best = max(best, done / spent)
    return best


def main():
    print(f"{'':38s} {'kB':>5s} {'ours/s':>8s} {'parsel/s':>9s} {'ratio':>6s}")
    for name, family, options, text, how in pages():
        page = Page(ADDRESS, 200, "text/html", text, "utf-8", "benchmark", AT)
        reader = family_of(family)
        assert len(reader.read(page, options).rows) >= 20, name
        report(name, text, lambda: reader.read(page, options), lambda: select(text, how))  # noqa: B023 - called at once
        if family == "home":
            report("home with its column", text, lambda: read_home(page, ["国务院信息"]), lambda: select(text, how))  # noqa: B023
    for name, sheet in sheets.PORTAL_SHEETS.items():
        words = Text("国务院办公厅关于样例事项有关工作的通知", tuple(f"（{n}）{TEXT}" for n in range(60)), "国办发〔2026〕9号")
        text = sheet(sheets.Sheet(words, beijing_text(AT), words.source, "云岭省门户网站", "国务院信息", "utf-8", AT))
        page = Page(ADDRESS, 200, "text/html", text, "utf-8", "benchmark", AT)
        assert len(read_article(page).text) > 2000, name
        report(f"article, {name}", text, lambda: read_article(page), lambda: select(text, ("html", "a")))  # noqa: B023


def report(name, text, ours, theirs):
    """One line: pages a second of each, and our share of parsel's speed."""
    mine, other = a_second(ours), a_second(theirs)
    print(f"{name:38s} {len(text.encode()) / 1000:5.0f} {mine:8.0f} {other:9.0f} {mine / other:6.2f}", flush=True)


if __name__ == "__main__":
    main()
