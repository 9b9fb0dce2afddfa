"""The portals of trouble: each one way in which real portals answer or fail, with what must come of a look at its list.

After the survey and the notes on what others met (portals-survey, library-edges): challenges by vendor, firewalls, TLS of
all ages, cookies that an ordinary jar replays, bodies that lie about their length or their kind. Pages are our own.
"""

from __future__ import annotations

import gzip
import json
import zlib
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from syndication.clock import BEIJING
from syndication.glossary import Certificate, Outcome, Step
from syndication.rehearsal import blocks, lists, sheets
from syndication.rehearsal.bulletin import older_paper
from syndication.rehearsal.cast import story
from syndication.rehearsal.fleet import Fleet
from syndication.rehearsal.lists import ListRow, Masthead
from syndication.rehearsal.texts import Text
from syndication.rehearsal.trouble import Asked, Reply, Site, Wire

if TYPE_CHECKING:
    from collections.abc import Callable

HTML = (("Content-Type", "text/html; charset=utf-8"),)
JSON = (("Content-Type", "application/json"),)
XML = (("Content-Type", "text/xml"),)
FIRST_DAY = datetime(2026, 2, 20, 9, 30, tzinfo=BEIJING)
ROWS = 5
LARGEST = 1 << 20  # bytes; DOWNLOAD_MAXSIZE of a night on loopback
NAME = "样例省"

def rows_of(count: int = ROWS, folder: str = "./202602/") -> list[ListRow]:
    """A list's rows, newest first; a longer list has the newer rows on top."""
    return [
        ListRow(older_paper(n).title, f"{folder}t{20260220 + n}_{n}.html", FIRST_DAY + timedelta(days=n), exact=False)
        for n in reversed(range(1, count + 1))
    ]


def head(column: str = "国务院信息") -> Masthead:
    """The masthead of all these portals."""
    return Masthead(NAME, column, "utf-8")


@cache
def list_page(count: int = ROWS) -> bytes:
    """A plain TRS column."""
    return lists.trs(head(), rows_of(count), 1, 0).encode()


@cache
def home_page(count: int = ROWS) -> bytes:
    """A home page with that column and enough links to be one."""
    links = "".join(f'<a href="/yw/{n}.html">本地要闻第{n}条</a>' for n in range(60))
    block = lists.column_block("国务院重要政策信息", "/gwyxx/index.html", rows_of(count, "/gwyxx/202602/"))
    return lists.home(head("首页"), f"{block}<div>{links}</div>", []).encode()


def article(path: str) -> Reply:
    """The page of a row."""
    number = path.rpartition("_")[2].removesuffix(".html").removesuffix(".shtml")
    paper = older_paper(int(number) if number.isdigit() else 1)
    text = Text(paper.title, paper.paragraphs, paper.document_number)
    sheet = sheets.Sheet(text, "2026-02-21 09:30", text.source, NAME, "国务院信息", "utf-8", FIRST_DAY)
    return Reply(body=sheets.trs(sheet).encode(), headers=HTML)


def portal(
    listing: Reply | Callable[[Asked], Reply], *, home: Callable[[Asked], Reply] | None = None,
    articles: Callable[[Asked], Reply] | None = None, robots: bytes = b"", path: str = "/gwyxx/index.html",
) -> Callable[[Asked], Reply]:  # fmt: skip
    """A site that is as others are but for what is given."""

    def answer(asked: Asked) -> Reply:
        if asked.path == "/robots.txt":
            return Reply(200, robots, (("Content-Type", "text/plain"),)) if robots else Reply(404)
        if asked.path == "/":
            return home(asked) if home else Reply(body=home_page())
        if asked.path.partition("?")[0] == path:
            return listing(asked) if callable(listing) else listing
        return articles(asked) if articles else article(asked.path)

    return answer


def _everywhere(reply: Reply) -> Callable[[Asked], Reply]:
    return lambda asked: Reply(404) if asked.path == "/robots.txt" else reply


def _page(text: str, status: int = 200, *headers: tuple[str, str]) -> Reply:
    return Reply(status, text.encode(), (*HTML, *headers))


def _redirect(target: str, *headers: tuple[str, str]) -> Reply:
    return Reply(302, b"", (("Location", target), *headers))


def _recovers(asked: Asked) -> Reply:
    if asked.times == 1:
        return _page(sheets.error(503, "Service Unavailable"), 503, ("Retry-After", "1"))
    return Reply(body=list_page())


def _with_cookie(asked: Asked) -> Reply:
    """As 司法部: a redirection to the same address that only sets a cookie."""
    if "visit=1" in asked.headers.get("cookie", ""):
        return Reply(body=list_page())
    return _redirect("/gwyxx/index.html", ("Set-Cookie", "visit=1; Path=/"))


def _with_session(asked: Asked) -> Reply:
    """As 统计局: over another address that sets `wzws_sessionid`, and back."""
    if "wzws_sessionid=" in asked.headers.get("cookie", ""):
        return Reply(body=list_page())
    if "wzws=1" in asked.path:
        return _redirect("/gwyxx/index.html", ("Set-Cookie", "wzws_sessionid=cmVoZWFyc2Fs; Path=/"))
    return _redirect("/gwyxx/index.html?wzws=1")


def _with_etag(asked: Asked) -> Reply:
    """New rows in the nights 2 and 4, with a new ETag each time; else nothing changes, and it says so."""
    edition = 1 + (asked.night >= 2) + (asked.night >= 4)
    etag = ("ETag", f'"{edition}"')
    if asked.headers.get("if-none-match") == etag[1]:
        return Reply(304, b"", (etag,))
    return Reply(body=list_page(ROWS + edition), headers=(*HTML, etag))


def _with_date(asked: Asked) -> Reply:
    """A home page with a Last-Modified that tells the truth."""
    edition = 1 + (asked.night >= 2)
    date = ("Last-Modified", f"Mon, 0{edition} Mar 2026 00:00:00 GMT")
    if asked.headers.get("if-modified-since") == date[1]:
        return Reply(304, b"", (date,))
    return Reply(body=home_page(ROWS + edition), headers=(*HTML, date))


def _liar(asked: Asked) -> Reply:
    """A cache whose ETag stays the same while the list grows night by night."""
    if asked.headers.get("if-none-match"):
        return Reply(304, b"", (("ETag", '"always"'),))
    return Reply(body=list_page(ROWS + asked.night), headers=(*HTML, ("ETag", '"always"')))


def _posted(asked: Asked) -> Reply:
    if asked.method != "POST" or b"channel=gwy" not in asked.body:
        return Reply(405, b"")
    return Reply(body=lists.api(rows_of(folder="/gwyxx/202602/")).encode(), headers=JSON)


def _closed_after_burst(asked: Asked) -> Reply:
    """As 证监会: instead of an article the home page."""
    return Reply(body=home_page())


def _mojibake() -> bytes:
    return list_page().decode().encode().decode("latin-1").encode()


def _search() -> bytes:
    rows = [
        {"title": row.title, "url": f"/gwyxx/202602/t_{n}.html", "publishedTimeStr": f"{row.day} 10:00:00"}
        for n, row in enumerate(rows_of(), 1)
    ]
    return json.dumps({"data": {"page": 1, "rows": 15, "total": len(rows), "results": rows}}, ensure_ascii=False).encode()


def _push_rows() -> bytes:
    rows = [
        {"title": row.title, "link": f"/gwyxx/202602/t_{n}.html", "pubDate": row.day} for n, row in enumerate(rows_of(), 1)
    ]
    return f"pushInfoJsonpCallBack({json.dumps(rows, ensure_ascii=False)})".encode()


def _api(rows: bytes, headers: tuple[tuple[str, str], ...] = JSON) -> Callable[[Asked], Reply]:
    return portal(Reply(body=rows, headers=headers))


_ABSOLUTE = "/gwyxx/202602/"
_MAPPING = {"rows": "data.rows", "title": "docTitle", "url": "docUrl", "time": "docDate"}

FAMILIES = (
    Site("trs", "html", portal(Reply(body=list_page()))),
    Site("plain", "html", portal(_page(lists.plain(head(), rows_of())))),
    Site("table", "html", portal(_page(lists.table(head(), rows_of())))),
    Site("hanweb", "hanweb_xml", _api(lists.hanweb(rows_of(folder=_ABSOLUTE)).encode(), XML)),
    Site("jpaas", "jpaas", _api(lists.jpaas(rows_of(folder=_ABSOLUTE)).encode())),
    Site("xinhua", "xinhua_ds", _api(lists.xinhua_ds(rows_of(), "国务院信息").encode())),
    Site("api", "json", _api(lists.api(rows_of(folder=_ABSOLUTE)).encode()), options=_MAPPING),
    Site("posted", "json", portal(_posted), options={**_MAPPING, "form": {"channel": "gwy"}}),
    Site("feed", "feed", _api(lists.feed(rows_of(folder="https://feed.example/gwyxx/"), "国务院信息", "/").encode(), XML)),
    Site("search", "ucap_search", _api(_search())),
    Site("push", "pushinfo", _api(_push_rows(), (("Content-Type", "application/javascript"),))),
)
"""A portal of each family that answers as it should."""

WIRES = (
    Site("silent", "html", portal(Reply()), Outcome.TIMEOUT, Outcome.TIMEOUT, https=Wire.SILENT, http=Wire.CLOSED),
    Site("slow", "html", portal(Reply(body=list_page(), pause=1.0)), Outcome.TIMEOUT, scheme="http",
         certificate=Certificate.NONE, https=Wire.CLOSED),
    Site("nowhere", "html", portal(Reply()), Outcome.DNS, Outcome.DNS, known=False),
    Site("broken", "html", portal(Reply()), Outcome.TLS, Outcome.TLS, https=Wire.BROKEN, http=Wire.CLOSED,
         step=Step.PLAIN, certificate=Certificate.NONE),
    Site("closed", "html", portal(Reply()), Outcome.REFUSED, Outcome.REFUSED, https=Wire.CLOSED, http=Wire.CLOSED),
    Site("cut", "html", portal(Reply(body=list_page()[:900], length=len(list_page()))), Outcome.REFUSED),
    Site("dripping", "html", portal(Reply(body=list_page())), Outcome.TIMEOUT, Outcome.TIMEOUT, scheme="http",
         certificate=Certificate.NONE, https=Wire.CLOSED, http=Wire.DRIPPING),
)  # fmt: skip
"""What goes wrong before there is an answer."""

ANSWERS = (
    Site("forbidden", "html", portal(_page(blocks.FORBIDDEN, 403)), Outcome.FORBIDDEN),
    Site("firewall", "html", portal(_page(blocks.FIREWALL, 403)), Outcome.FORBIDDEN),
    Site("firewall-200", "html", portal(_page(blocks.FIREWALL)), Outcome.FORBIDDEN),
    Site("jsl", "html", _everywhere(_page(sheets.CHALLENGE, 521)), Outcome.CHALLENGE, Outcome.CHALLENGE),
    Site("ruishu", "html", _everywhere(_page(blocks.RUISHU, 412)), Outcome.CHALLENGE, Outcome.CHALLENGE),
    Site("edgeone", "html", portal(_page(blocks.EDGEONE)), Outcome.CHALLENGE),
    Site("c3vk", "html", portal(_page(blocks.C3VK)), Outcome.CHALLENGE),
    Site("slider", "html", portal(_page(blocks.SLIDER)), Outcome.CAPTCHA),
    Site("burst", "html", portal(Reply(body=list_page()), articles=_closed_after_burst)),
    Site("gone", "html", portal(_page(sheets.error(404, "Not Found"), 404)), Outcome.HTTP_ERROR),
    Site("gateway", "html", portal(_page(sheets.error(502, "Bad Gateway"), 502)), Outcome.HTTP_ERROR),
    Site("recovers", "html", portal(_recovers)),
    Site("later", "html", portal(_page("slow down", 429, ("Retry-After", "3600"))), Outcome.HTTP_ERROR),
    Site("robots", "html", portal(Reply(body=list_page()), robots=b"User-agent: *\nDisallow: /\n"), Outcome.ROBOTS,
         Outcome.ROBOTS),
    Site("relaunched", "html", portal(_page("<html><title>新版</title><body><p>页面升级中</p></body></html>")),
         Outcome.LAYOUT_CHANGED),
    Site("a-file", "html", portal(Reply(body=b"%PDF-1.4 rehearsal", headers=(("Content-Type", "application/pdf"),))),
         Outcome.LAYOUT_CHANGED),
    Site("mojibake", "html", portal(Reply(body=_mojibake())), Outcome.MOJIBAKE),
    Site("blank", "html", portal(Reply()), Outcome.EMPTY),
    Site("no-rows", "hanweb_xml", _api(lists.hanweb([]).encode(), XML), Outcome.EMPTY),
    Site("loop", "html", portal(lambda asked: _redirect(f"/gwyxx/index.html?n={asked.path.endswith('n=1') + 1}")),
         Outcome.REDIRECT_LOOP),
    Site("endless", "html", portal(lambda asked: _redirect(f"/gwyxx/index.html?{asked.path.partition('?')[2]}1")),
         Outcome.REDIRECT_LOOP),
    Site("itself", "html", portal(_redirect("/gwyxx/index.html")), Outcome.REDIRECT_LOOP),
    Site("justice", "html", portal(_with_cookie)),
    Site("statistics", "html", portal(_with_session)),
)  # fmt: skip
"""Answers that are no list, and such as need an ordinary client's patience."""

BODIES = (
    Site("told-large", "html", portal(Reply(length=64 << 20)), Outcome.TOO_LARGE),
    Site("large", "html", portal(lambda asked: Reply(body=b" " * (LARGEST + (1 << 19)), chunked=True)), Outcome.TOO_LARGE,
         scheme="http", https=Wire.CLOSED, certificate=Certificate.NONE),
    Site("bomb", "html", portal(Reply(body=gzip.compress(b" " * (64 << 20)), headers=(*HTML, ("Content-Encoding", "gzip")))),
         Outcome.TOO_LARGE),
    Site("bomb-deflate", "html",
         portal(Reply(body=zlib.compress(b" " * (64 << 20)), headers=(*HTML, ("Content-Encoding", "deflate")))),
         Outcome.TOO_LARGE),
    Site("bomb-twice", "html",
         portal(Reply(body=gzip.compress(gzip.compress(b" " * (64 << 20))), headers=(*HTML, ("Content-Encoding", "gzip, gzip")))),
         Outcome.TOO_LARGE),
    Site("bomb-unasked", "html", portal(Reply(body=gzip.compress(b" " * (64 << 20)))), Outcome.TOO_LARGE),
    Site("gzip", "html", portal(Reply(body=gzip.compress(list_page()), headers=(*HTML, ("Content-Encoding", "gzip"))))),
    Site("gzip-unasked", "html", portal(Reply(body=gzip.compress(list_page())))),
    Site("told-long", "html", portal(Reply(body=list_page(), length=len(list_page()) + 500))),
    Site("told-short", "html", portal(Reply(body=list_page() + b"\n" * 300, length=len(list_page())))),
    Site("chunked", "html", portal(Reply(body=list_page(), chunked=True))),
    Site("nested", "html", portal(Reply(body=gzip.compress(b"<div>" * (2 << 20)))), Outcome.LAYOUT_CHANGED),
    Site("gbk", "html", portal(Reply(body=list_page().decode().encode("gbk")))),
)  # fmt: skip
"""Bodies that lie, and such as would eat the machine."""

LADDERS = (
    Site("old-tls", "html", portal(Reply(body=list_page())), https=Wire.OLD, http=Wire.CLOSED, step=Step.LENIENT),
    Site("weak-key", "html", portal(Reply(body=list_page())), https=Wire.WEAK, http=Wire.CLOSED),
    Site("http-only", "html", portal(Reply(body=list_page())), https=Wire.CLOSED, step=Step.PLAIN,
         certificate=Certificate.NONE),
    Site("no-tls", "html", portal(Reply(body=list_page())), https=Wire.BROKEN, step=Step.PLAIN,
         certificate=Certificate.NONE),
    Site("dropped", "html", portal(Reply(body=list_page())), https=Wire.SILENT, step=Step.PLAIN,
         certificate=Certificate.NONE),
    Site("leads-back", "html", lambda asked: _redirect(f"https://leads-back.example{asked.path}"), Outcome.TLS, Outcome.TLS,
         https=Wire.BROKEN, step=Step.PLAIN, certificate=Certificate.NONE),
    Site("by-http", "html", portal(Reply(body=list_page())), scheme="http", https=Wire.CLOSED,
         certificate=Certificate.NONE),
    Site("self-signed", "html", portal(Reply(body=list_page())), certificate=Certificate.SELF_SIGNED),
    Site("expired", "html", portal(Reply(body=list_page())), certificate=Certificate.EXPIRED),
    Site("other-name", "html", portal(Reply(body=list_page())), certificate=Certificate.NAME_MISMATCH),
    Site("unknown-issuer", "html", portal(Reply(body=list_page())), certificate=Certificate.UNTRUSTED),
    Site("valid", "html", portal(Reply(body=list_page()))),
)  # fmt: skip
"""Servers that are reached by a step of the ladder, and certificates of every worth."""

UNCHANGED = (
    Site("etag", "html", portal(_with_etag)),
    Site("modified", "html", portal(Reply(body=list_page()), home=_with_date)),
    Site("liar", "html", portal(_liar)),
)
"""Validators that are true, and one that is not."""



def government(at: datetime) -> Site:
    """www.gov.cn of the rehearsal's story, as it stands at a moment; no portal."""
    fleet = Fleet(story())

    def answer(asked: Asked) -> Reply:
        found = fleet.government.answer(f"https://www.gov.cn{asked.path}", at)
        return Reply(found.status, found.body, tuple(h for h in found.headers if h[0] != "Content-Length"))

    return Site("government", "feed", answer, name="www.gov.cn")


ALL = (*FAMILIES, *WIRES, *ANSWERS, *BODIES, *LADDERS, *UNCHANGED)
