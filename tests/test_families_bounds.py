"""Hostile and broken pages end in a reading or a named outcome, in bounded time."""

from __future__ import annotations

import time

import pytest
from families_reading import page_of

from spiders.families import family_of
from spiders.families.base import address
from spiders.families.home import read_home
from syndication.errors import UnreadablePage
from syndication.glossary import Outcome

ITEM = "<li><a href=/a{n}>国务院关于驿道保护的批复第{n}号</a><span>2026-08-20</span></li>"
HOSTILE = {
    "nested": ("html", "<div>" * 1_000_000),
    "links": ("html", "<ul>" + "<a href=/a>国务院公报</a>" * 60_000 + "</ul>"),
    "deep links": ("html", ("<div>" * 1900 + "<a href=/a>国务院关于驿道保护的批复</a>" + "</div>" * 1900) * 40),
    "deep home": ("home", ("<div>" * 1900 + "<a href=/a>国务院关于驿道保护的批复</a>" + "</div>" * 1900) * 40),
    "one link": ("html", "<a href=/a>" + "<b>字</b>" * 80_000),
    "records": ("hanweb_xml", "<datastore>" + "<record><![CDATA[" * 100_000),
    "groups": ("hanweb_xml", "<datastore><record>a</record>" + "<nextgroup>" * 100_000),
    "feed": ("feed", "<rss version='2.0'><channel>" + "<item>" * 1_600_000),
    "text of a feed": (
        "feed", "<rss version='2.0'><channel><item><link>/a</link><title>通知</title><description>"
        + "&lt;b&gt;x" * 1_000_000 + "</description></item></channel></rss>",
    ),
    "callback": ("pushinfo", "a" * 1_000_000 + "("),
    "comments": ("pushinfo", "/*" * 500_000 + "("),
    "brackets": ("pushinfo", "[" * 1_000_000),
    "script": ("home", "<a href=/a>国务院关于驿道保护的批复</a><script>pushinfo " + "/*" * 200_000 + "</script>"),
    "calls": ("html", "<script>" + "createPageHTML(" * 100_000 + "</script>"),
}


def outcome_of(family: str, text: str) -> Outcome:
    try:
        family_of(family).read(page_of(text), {})
    except UnreadablePage as problem:
        return problem.outcome
    return Outcome.OK


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_ends_soon(name: str) -> None:
    family, text = HOSTILE[name]
    start = time.perf_counter()
    assert outcome_of(family, text) in {Outcome.OK, Outcome.LAYOUT_CHANGED, Outcome.EMPTY, Outcome.TOO_LARGE}
    assert time.perf_counter() - start < 20


def test_tags_nested_too_deeply_are_said_not_cut() -> None:
    text = "<ul>" + ITEM.format(n=1) * 3 + "</ul>" + "<div>" * 3000 + ITEM.format(n=2)
    with pytest.raises(UnreadablePage, match="nested"):
        read_home(page_of(text), ())


@pytest.mark.parametrize("junk", ["\0", "\ufeff", "<?xml version='1.0' encoding='gb2312'?>", "<!-- x --", "\ud800"])
def test_junk_in_front_changes_nothing(junk: str) -> None:
    text = junk + "<ul>" + "".join(ITEM.format(n=n) for n in range(4)) + "</ul>"
    if junk == "<!-- x --":
        text = "<p>" + "<!-- x -->" + text.removeprefix(junk)
    assert len(family_of("html").read(page_of(text), {}).rows) == 4


@pytest.mark.parametrize(
    ("raw", "absolute"),
    [
        ("./a.html", "https://x.example.cn/b/a.html"),
        ("//y.example.cn/a", "https://y.example.cn/a"),
        ("\n /a b.html\t", "https://x.example.cn/a%20b.html"),
        ("?id=1", "https://x.example.cn/b/?id=1"),
        ("/a#top", "https://x.example.cn/a"),
        ("/a#/detail/1", "https://x.example.cn/a#/detail/1"),
        ("javascript:void(0)", ""),
        (" JavaScript:x()", ""),
        ("#", ""),
        ("", ""),
        (None, ""),
        ("http://[bad", ""),
        ("ftp://x.example.cn/a", ""),
        ("mailto:a@b", ""),
    ],
)
def test_addresses(raw: str | None, absolute: str) -> None:
    assert address(raw, "https://x.example.cn/b/") == absolute
