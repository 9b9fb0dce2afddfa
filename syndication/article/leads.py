"""Where a page leads: the links of its body, its files, and the address to which it leads on as a whole.

Facts of the world: many portals do not copy a paper but give its address on www.gov.cn, as the only link of a page,
by `<meta refresh>`, by a script that sets `location.href` (MOFCOM), or in a frame. Scripts of search boxes and of the
switch to the mobile site set `location.href` too, on pages that have a text of their own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urldefrag, urlsplit

from syndication.article.document import mark_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml import html

    from syndication.article.body import Body
    from syndication.article.document import Document

LITTLE_TEXT = 200  # visible characters; a page that redirects says hardly more
LONGEST_REDIRECT = 4000  # characters of a script that leads on; longer ones are libraries

_FILES = (
    ".pdf", ".doc", ".docx", ".wps", ".ofd", ".ceb", ".xls", ".xlsx", ".et", ".ppt", ".pptx", ".rtf", ".txt", ".zip",
    ".rar", ".7z",
)  # fmt: skip
_FILE_PLACES = (".wenzhang-fujian", ".fujian", "#fujian", ".attachment", ".attachments", ".annex", "#annex", ".fj")
_REFRESH = re.compile(r"^\s*[\d.]*\s*[;,]?\s*url\s*=\s*['\"]?([^'\"]+)", re.IGNORECASE)
_LOCATION = re.compile(
    r"(?<![\w$.])(?:(?:window|self|top|parent|document)\.)*location(?:\.href\s*=|\s*=(?!=)|\.(?:replace|assign)\s*\()\s*"
    r"(?:(?P<quote>[\"'])(?P<url>[^\"']+)(?P=quote)\s*(?!\s*\+)|(?P<name>[A-Za-z_$][\w$]*)\s*(?:[;)\n}]|$))"
)
_OPEN_SELF = re.compile(r"window\.open\(\s*[\"']([^\"']+)[\"']\s*,\s*[\"']_(?:self|top|parent)[\"']")
_OTHER_REASONS = re.compile(r"userAgent|navigator|mobile|Android|iPhone|document\.cookie", re.IGNORECASE)
_POINTING = re.compile(
    r"^(?:原文(?:链接|地址|网址)?|链接(?:地址)?|网址|全文(?:链接)?|详(?:见|情)|详情请(?:见|看|点击)|"
    r"(?:请)?点击(?:查看|阅读|进入|此处|这里)?(?:原文|全文|详情)?|"
    r"查看(?:原文|全文|详情)|阅读(?:原文|全文)|转载自|来源)*\s*[:：]?\s*$"
)


def read_links(document: Document, body: Body | None) -> tuple[str, ...]:
    """The absolute addresses of the links in the body, files among them, each once, in page order."""
    return _addresses(document, [body.element] if body and body.element is not None else [], body)


def read_attachments(document: Document, body: Body | None) -> tuple[str, ...]:
    """The files that the page offers: in the body, or in a place made for files."""
    inside = [body.element] if body and body.element is not None else [document.root]
    places = [one for place in _FILE_PLACES for one in document.by_mark.get(mark_of(place), ())]
    return tuple(address for address in _addresses(document, [*inside, *places], body) if _is_file(address))


def read_target(document: Document, body: Body | None, visible: int) -> str:
    """Where the page as a whole leads on; empty for a page that is read where it stands.

    Args:
        document: the page.
        body: its body, if it has one.
        visible: the number of visible characters of the whole page.
    """
    for meta in document.root.iter("meta"):
        refreshes = (meta.get("http-equiv") or "").strip().lower() == "refresh"
        found = _REFRESH.match(meta.get("content") or "") if refreshes else None
        if found and (target := _elsewhere(document, found[1])):
            return target
    without_text = body is None or not body.lines or visible < LITTLE_TEXT
    place = document.root if without_text or body is None or body.element is None else body.element
    for script in place.iter("script"):
        if target := _script_target(document, script.text or ""):
            return target
    return _only_link(document, body) if body and body.element is not None else ""


def _addresses(
    document: Document, elements: Iterable[html.HtmlElement], body: Body | None
) -> tuple[str, ...]:
    furniture = body.furniture if body else frozenset()
    found: dict[str, None] = {}
    for element in elements:
        for link in element.iter("a"):
            in_furniture = any(above in furniture for above in _between(link, element))
            if not in_furniture and (address := document.absolute(link.get("href") or "")):
                found[address] = None
    return tuple(found)


def _between(link: html.HtmlElement, top: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """The elements that hold the link, below `top`."""
    for above in link.iterancestors():
        if above is top:
            return
        yield above


def _is_file(address: str) -> bool:
    parts = urlsplit(address)
    names = [parts.path, *(value for _, value in parse_qsl(parts.query))]
    return any(name.lower().endswith(_FILES) for name in names)


def _elsewhere(document: Document, href: str) -> str:
    """The absolute address, unless it is the page itself."""
    address = document.absolute(href)
    return "" if urldefrag(address)[0] == urldefrag(document.page.url)[0] else address


def _script_target(document: Document, script: str) -> str:
    if len(script) > LONGEST_REDIRECT or _OTHER_REASONS.search(script):
        return ""
    for found in _LOCATION.finditer(script):
        before = script[: found.start()]
        if before.count("{") > before.count("}") and re.search(r"function|=>", before):
            continue  # done on a click, not when the page opens
        url = found["url"]
        if found["name"]:
            named = re.search(rf"(?<![\w$]){re.escape(found['name'])}\s*=\s*[\"']([^\"']+)[\"']", before)
            url = named[1] if named else None
        if url and (target := _elsewhere(document, url)):
            return target
    found_open = _OPEN_SELF.search(script)
    return _elsewhere(document, found_open[1]) if found_open else ""


def _only_link(document: Document, body: Body) -> str:
    """The link of a body that is nothing but one link, or nothing but a frame."""
    element = body.element
    assert element is not None
    if next(element.iter("img"), None) is not None:
        return ""
    frames = [address for frame in element.iter("iframe") if (address := _elsewhere(document, frame.get("src") or ""))]
    text = "".join(body.lines)
    if not text and len(frames) == 1:
        return frames[0]
    links = [link for link in element.iter("a") if document.absolute(link.get("href") or "")]
    addresses = {document.absolute(link.get("href") or "") for link in links}
    if len(addresses) == 1:
        rest = text
        for link in links:
            rest = rest.replace(" ".join(link.text_content().split()), "", 1)
        if _POINTING.match(rest.strip(" 　。，,.:：；;（）()【】[]《》")):
            return "" if _is_file(next(iter(addresses))) else _elsewhere(document, next(iter(addresses)))
    plain = re.fullmatch(r"\W*(https?://[\w./?=&%#~:-]+)\W*", text)
    return _elsewhere(document, plain[1]) if plain and not links else ""
