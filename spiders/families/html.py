"""Family `html`: a page with its rows in it, found by their structure or by a selector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from cssselect import SelectorError
from lxml import etree
from lxml.cssselect import CSSSelector

from syndication.errors import UnreadablePage
from syndication.glossary import Outcome
from syndication.items import Ask, Listing, Row

from .base import ListFamily, Option, is_text
from .finding import Finder, Item
from .pagers import next_page, pager_elements
from .parts import is_control, is_empty_list
from .pinned import with_pins
from .printed import date_in_address, date_in_texts
from .tree import links_of, parse, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from lxml.etree import _Element as Element

    from syndication.items import Page

    from .tree import Link, Tree


def is_selector(value: Any) -> None:
    """An option's check: a CSS selector."""
    is_text(value)
    try:
        CSSSelector(value)
    except SelectorError as error:
        raise ValueError(f"no CSS selector: {value} ({error})") from error


class Html(ListFamily):
    """A page whose rows stand in it as HTML: lists, tables, cards; TRS, UCAP, jyhcms and most others.

    How to recognise it: the titles are in the page's source. No option is needed: the list is where rows of link and
    date repeat. Give `css` only where the wrong list is taken. The next page is told by a 下一页 link, by
    createPageHTML(…) or by a pager in base64.
    """

    name = "html"
    own: ClassVar[Mapping[str, Option]] = {
        "css": Option(
            "CSS selector of a row, e.g. `ul.news-list > li`; without it the list is found by its structure",
            is_selector,
        ),
        "date_css": Option("CSS selector, within a row, of the element with its date", is_selector),
    }
    example = (
        "gd-wjk,guangdong,文件库,https://www.gd.gov.cn/zwgk/wjk/qbwj/index.html,html,news,"
        '"{""css"": ""div.viewList > ul > li""}",'
    )

    def read_rows(self, page: Page, options: Mapping[str, Any]) -> Listing:
        """See `ListFamily.read`; `empty` if the page shows a list without rows, `layout_changed` if it shows none."""
        tree = parse(page.text, page.url)
        links = links_of(tree, options)
        if "css" in options:
            items = _selected(tree, links, options, page.looked_at)
        else:
            items = Finder(links, page.looked_at, pager_elements(tree)).main_list()
            if not items and is_empty_list(tree.root):
                raise UnreadablePage(Outcome.EMPTY, "the page shows a list without rows")
            if not items:
                raise UnreadablePage(Outcome.LAYOUT_CHANGED, f"no list of items among {len(links)} links")
        following = next_page(tree, page.url)
        return Listing(rows_of(items, page.looked_at), Ask(following) if following else None)


def rows_of(items: Iterable[Item], looked_at: datetime | None) -> tuple[Row, ...]:
    """Rows of found items, each address once, with the pinned ones flagged."""
    rows: dict[str, Row] = {}
    for item in items:
        rows.setdefault(item.link.url, Row(item.link.url, item.link.title, item.declared))
    return with_pins(rows.values(), looked_at)


def _matching(element: Element, selector: str) -> list[Element]:
    found = CSSSelector(selector)(element)
    return [node for node in found if etree.iselement(node)] if isinstance(found, list) else []


def _selected(tree: Tree, links: Sequence[Link], options: Mapping[str, Any], looked_at: datetime | None) -> list[Item]:
    selector = options["css"]
    elements = _matching(tree.root, selector)
    if not elements:
        container = selector.rpartition(">")[0].strip() or selector.rpartition(" ")[0].strip()
        if container and _matching(tree.root, container):
            raise UnreadablePage(Outcome.EMPTY, f"{container} is there without rows {selector}")
        raise UnreadablePage(Outcome.LAYOUT_CHANGED, f"nothing in the page matches {selector}")
    items = Finder([link for link in links if not is_control(link.title)], looked_at).items_of(elements)
    if not items:
        raise UnreadablePage(Outcome.LAYOUT_CHANGED, f"{len(elements)} rows match {selector}, none has a link")
    if "date_css" not in options:
        return items
    return [
        Item(
            item.element,
            item.link,
            date_in_texts([text_of(node) for node in _matching(item.element, options["date_css"])], looked_at)
            or date_in_address(item.link.url, looked_at),
            item.weight,
        )
        for item in items
    ]
