"""Family `hanweb_xml`: Hanweb's `<datastore>` of records in CDATA, alone (dataproxy.jsp) or within a column's page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from syndication.errors import UnreadablePage
from syndication.glossary import Outcome
from syndication.items import Ask, Listing

from .base import ListFamily, address
from .finding import Finder
from .html import rows_of
from .parts import is_control
from .tree import links_of, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from syndication.items import Page

    from .finding import Item

_STORE = re.compile(r"<datastore\b", re.IGNORECASE)
_END_OF_STORE = re.compile(r"</datastore\b", re.IGNORECASE)
_RECORD = re.compile(r"<record\b[^<>]{0,200}>", re.IGNORECASE)
_END_OF_RECORD = re.compile(r"</record\b", re.IGNORECASE)
_NEXT_GROUP = re.compile(r"<nextgroup\b[^<>]{0,200}>", re.IGNORECASE)
_END_OF_GROUP = re.compile(r"</nextgroup\b", re.IGNORECASE)
_HREF = re.compile(r"href\s*=\s*[\"']?([^\"'>\s]+)", re.IGNORECASE)
_TOTAL = re.compile(r"<totalrecord\b[^>]*>\s*(\d+)", re.IGNORECASE)


class HanwebXml(ListFamily):
    """Hanweb's records: `<datastore><recordset><record><![CDATA[<li>…]]>`, each record the HTML of one row.

    How to recognise it: an address with `/module/web/jpage/dataproxy.jsp?columnid=…&unitid=…&webid=…`, or a column page
    `/col/colN/index.html` with `<script type="text/xml"><datastore>` in its source. No option is needed. The next
    group is told by `<nextgroup>`; its parameters can be encrypted and are taken as they stand.
    """

    name = "hanweb_xml"
    example = "js-ywgz,jiangsu,要闻关注,https://www.jiangsu.gov.cn/col/col60096/index.html,hanweb_xml,news,,"

    def read_rows(self, page: Page, options: Mapping[str, Any]) -> Listing:
        """See `ListFamily.read`; `layout_changed` if there is no `<datastore>`, `empty` if it holds no record."""
        start = _STORE.search(page.text)
        if start is None:
            raise UnreadablePage(Outcome.LAYOUT_CHANGED, "no <datastore> in the answer")
        end = _END_OF_STORE.search(page.text, start.end())
        store = page.text[start.end() : end.start() if end else None]
        records = list(_between(store, _RECORD, _END_OF_RECORD))
        if not records:
            raise UnreadablePage(Outcome.EMPTY, "the <datastore> holds no record")
        items: list[Item] = []
        for record in records:
            items.extend(_item(record, page, options))
        if not items:
            raise UnreadablePage(Outcome.LAYOUT_CHANGED, f"{len(records)} records, none with a link and a title")
        total = _TOTAL.search(store)
        return Listing(rows_of(items, page.looked_at), _next_group(store, page), int(total[1]) if total else None)


def _between(text: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> Iterator[str]:
    """What stands between opening and closing tags, out of its CDATA; what is never closed is left."""
    at = 0
    while (start := opening.search(text, at)) and (end := closing.search(text, start.end())):
        yield text[start.end() : end.start()].strip().removeprefix("<![CDATA[").removesuffix("]]>")
        at = end.end()


def _item(record: str, page: Page, options: Mapping[str, Any]) -> list[Item]:
    if not record.strip():
        return []
    tree = parse(f"<div>{record}</div>", page.url)
    finder = Finder([link for link in links_of(tree, options) if not is_control(link.title)], page.looked_at)
    return finder.items_of([tree.root])[:1]


def _next_group(store: str, page: Page) -> Ask | None:
    group = next(_between(store, _NEXT_GROUP, _END_OF_GROUP), "")
    href = _HREF.search(group)
    url = address(href[1].replace("&amp;", "&"), page.url) if href else ""
    return Ask(url) if url and url != page.url else None
