"""Family `pushinfo`: the list 国务院信息 that www.gov.cn makes for other portals to embed, in each of its forms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from syndication.clock import read_declared
from syndication.errors import UnreadablePage
from syndication.glossary import Outcome
from syndication.items import Listing, Row

from .base import ListFamily, address
from .feed import Feed
from .html import Html
from .json_text import json_of
from .pinned import with_pins
from .tree import squeeze

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syndication.items import Page

_FEED = re.compile(r"^\s*(?:<\?xml\b[^>]*\?>\s*)?<(?:rss|feed|rdf:RDF)\b", re.IGNORECASE)


class PushInfo(ListFamily):
    """The push list of www.gov.cn (国务院信息), which portals show by a script or a frame.

    How to recognise it: an address with `gov.cn/pushinfo/`: `rss.xml`, `pushinfo.json`, `pushinfo.jsonp` (callback
    pushInfoJsonpCallBack) or the page that is framed. The form is told by the answer. A list without items is a list.
    """

    name = "pushinfo"
    example = "cq-gwywj,chongqing,国务院文件,http://www.cq.gov.cn/gwywj/pushinfo.js,pushinfo,column,,"

    def read_rows(self, page: Page, options: Mapping[str, Any]) -> Listing:
        """See `ListFamily.read`; `layout_changed` if the answer is none of the forms."""
        if _FEED.match(page.text):
            return Feed().read_rows(page, options)
        if page.text.lstrip().startswith("<"):
            return Html().read_rows(page, options)
        rows: dict[str, Row] = {}
        for number, entry in enumerate(_entries(page.text), start=1):
            url, title = address(entry.get("link"), page.url, options), squeeze(str(entry.get("title") or ""))
            if not url or not title:
                raise UnreadablePage(Outcome.LAYOUT_CHANGED, f"entry {number} of the push list has no link or no title")
            declared = read_declared(str(entry.get("pubDate") or ""), "api", anchor=page.looked_at)
            rows.setdefault(url, Row(url, title, declared))
        return Listing(with_pins(rows.values(), page.looked_at))


def _entries(text: str) -> list[dict[str, Any]]:
    value = json_of(text)
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise UnreadablePage(Outcome.LAYOUT_CHANGED, "the push list is no list of entries")
    return value
