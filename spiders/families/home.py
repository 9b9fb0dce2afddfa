"""The home page of a portal: every item that it shows, and how it shows the column of State Council policy information.

Facts: the 2016 inspection measured whether home pages have the column 国务院重要政策信息; portals call it by many names
(rules.toml), head a block of items with it, hide it in a menu, or embed the list of www.gov.cn by a script or a frame
from `gov.cn/pushinfo/`. The embed's items are not in the page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from syndication.errors import UnreadablePage
from syndication.glossary import ColumnState, Outcome
from syndication.items import ColumnSight, Listing, Row

from .base import ListFamily, address
from .finding import Finder
from .labels import Label, bare_name, labels_of
from .measured import depth_of, measured
from .parts import HEADINGS, LONG_TITLE, Places, is_control
from .printed import date_in_address
from .tree import han_count, links_of, parse, squeeze, text_of, texts_of, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml.etree import _Element as Element

    from syndication.items import Page
    from syndication.prominence import Prominence

    from .tree import Link, Tree

_EMBED = re.compile(r"(?:https?:)?//(?:www\.)?gov\.cn/pushinfo/[^\s\"'<>)]*", re.IGNORECASE)
_SCRIPT_COMMENT = re.compile(
    r"/\*.*?\*/|(?<![:\"'])//(?!\S*gov\.cn/pushinfo)[^\n]*|(?<![:\"'])//\s[^\n]*|^\s*//[^\n]*", re.DOTALL | re.MULTILINE
)
_HEADING_WORDS = re.compile(r"(?:^|[-_\s])(?:title|tit|hd|bt|biaoti)(?:$|[-_\s\d])", re.IGNORECASE)
CLIMB_TO_BLOCK = 5
"""How far above its heading the block of a column can begin."""
LARGEST_BLOCK = 40
"""More items than this are the page, not a block of it."""


@dataclass(frozen=True)
class HomeReading:
    """A home page as read: its items in page order, and the column of State Council policy information."""

    rows: tuple[Row, ...]
    column: ColumnSight


class Home(ListFamily):
    """The home page of a portal: all links with titles of eight or more Chinese characters, wherever they stand.

    How to recognise it: it is the portal's home page; the registry adds this channel for every portal by itself. No
    option is needed. Presence on it counts, absence does not.
    """

    name = "home"
    own: ClassVar[Mapping[str, Any]] = {}
    example = "beijing@home,beijing,首页,https://www.beijing.gov.cn/,home,home,,"

    def read_rows(self, page: Page, options: Mapping[str, Any]) -> Listing:
        """See `ListFamily.read`; `layout_changed` if the page shows no item at all."""
        rows = read_home(page, ()).rows
        if not rows:
            raise UnreadablePage(Outcome.LAYOUT_CHANGED, "no item on the home page")
        return Listing(rows)


def read_home(page: Page, column_names: Sequence[str], prominence: Prominence | None = None) -> HomeReading:
    """The items of a home page and its column of State Council policy information.

    Args:
        page: the decoded home page.
        column_names: the names under which portals keep the column (rules.toml), in any writing of blanks and brackets.
        prominence: the rule (rules.toml) that says whether the column stands prominently; without it that is not told.

    Raises:
        UnreadablePage: `empty` for a blank page, `layout_changed` for one that shows no item at all (filled by scripts,
            not the home page) or cannot be parsed whole.
    """
    if not page.text.strip():
        raise UnreadablePage(Outcome.EMPTY, "the answer has no content")
    tree = parse(page.text, page.url)
    links = links_of(tree)
    names = frozenset(bare_name(name) for name in column_names)
    items = items_of(links, names)
    column = _column(tree, links, items, names, page)
    if not items and column.state is ColumnState.NO_ENTRY:
        raise UnreadablePage(Outcome.LAYOUT_CHANGED, f"no item among the {len(links)} links of the home page")
    if prominence is not None:
        column = replace(column, prominent=prominence.holds_for(column))
    return HomeReading(_rows(items, page), column)


def items_of(links: Sequence[Link], names: frozenset[str]) -> list[Link]:
    """The links that are items: a long title that is not the column's name, and an address below the home page."""
    return [link for link in links if _is_item(link, names)]


def _is_item(link: Link, names: frozenset[str]) -> bool:
    if han_count(link.title) < LONG_TITLE or is_control(link.title) or bare_name(link.title) in names:
        return False
    parts = urlsplit(link.url)
    return parts.path not in {"", "/"} or bool(parts.query or parts.fragment)


def _rows(items: Sequence[Link], page: Page) -> tuple[Row, ...]:
    finder = Finder(items, page.looked_at)
    rows: dict[str, Row] = {}
    elements = {link.element for link in items}
    dated = {item.link.element: item.declared for item in finder.items_of([_row_of(link, elements) for link in items])}
    for link in items:
        declared = dated.get(link.element) or date_in_address(link.url, page.looked_at)
        known = rows.get(link.url)
        if known is None or (len(known.title) < len(link.title) and known.title in link.title):
            rows[link.url] = Row(link.url, link.title, declared or (known.declared if known else None))
    return tuple(rows.values())


def _row_of(link: Link, items: set[Element]) -> Element:
    """The part of the page that is this item's alone."""
    row = link.element
    for above in islice(link.element.iterancestors(), 4):
        if above.tag in {"body", "html", "ul", "ol", "tbody", "table"}:
            break
        if sum(1 for other in islice(above.iter("a"), 12) if other in items) > 1:
            break
        row = above
    return row


def _column(tree: Tree, links: Sequence[Link], items: Sequence[Link], names: frozenset[str], page: Page) -> ColumnSight:
    places = Places()
    order = {element: place for place, element in enumerate(tree.root.iter())}
    blocks = _block_starts(items, order)
    labels = labels_of(tree, names)
    embed = _embed(tree)
    if embed is not None:
        element, url = embed
        near = _nearest(labels, element) or next((one for one in labels if not places.kind(one.element)), None)
        place = order[near.element] if near else order[element]
        sight = ColumnSight(
            ColumnState.EMBED,
            near.text if near else "",
            address(near.href, tree.base) if near else "",
            url,
            1 + _before(blocks, place),
            False,
            depth_of(near.element if near else element),
        )
        return measured(sight, near.element if near else element, page)
    best: tuple[int, ColumnSight] | None = None
    item_elements = {link.element: link for link in items}
    for label in labels:
        sight = measured(_sight(label, places, item_elements, tree, blocks, order), label.element, page)
        rank = (sight.state is ColumnState.ENTRY_WITH_LIST) * 2 + (not sight.in_navigation)
        if best is None or rank > best[0]:
            best = rank, sight
    return best[1] if best else ColumnSight(ColumnState.NO_ENTRY)


def _sight(
    label: Label,
    places: Places,
    items: Mapping[Element, Link],
    tree: Tree,
    blocks: Sequence[int],
    order: Mapping[Element, int],
) -> ColumnSight:
    in_navigation = places.kind(label.element) == "furniture" or _in_menu(label, items)
    block = None if in_navigation else _block(label, items)
    url = address(label.href, tree.base)
    if block is not None and not url:
        url = more_link(block, tree.base)
    state = ColumnState.ENTRY_WITHOUT_LIST if block is None else ColumnState.ENTRY_WITH_LIST
    place = None if in_navigation else 1 + _before(blocks, order[label.element])
    return ColumnSight(state, label.text, url, "", place, in_navigation, depth_of(label.element))


def _in_menu(label: Label, items: Mapping[Element, Link]) -> bool:
    """Whether a label is one of many short entries side by side that head no blocks: a menu without the name of one."""
    entry = label.element
    for above in islice(label.element.iterancestors(), 4):
        if above.tag in {"body", "html"}:
            return False
        anchors = list(islice(above.iter("a"), 60))
        if any(anchor in items for anchor in anchors):
            return False
        short = [anchor for anchor in anchors if 0 < han_count(text_of(anchor)) < LONG_TITLE]
        if len(short) >= 6 or (
            len(short) >= 3 and not re.search(r"tab|hd|tit|qh|switch", _words_up(entry, above), re.IGNORECASE)
        ):
            return True
        entry = above
    return False


def _words_up(element: Element, top: Element) -> str:
    words = []
    for node in (element, *element.iterancestors()):
        words.append(f"{node.get('class') or ''} {node.get('id') or ''}")
        if node is top:
            break
    return " ".join(words)


def _block(label: Label, items: Mapping[Element, Link]) -> Element | None:
    """The nearest part of the page that holds the label and items, unless it is the page itself."""
    for above in islice(label.element.iterancestors(), CLIMB_TO_BLOCK):
        if above.tag in {"body", "html"}:
            return None
        inside = [anchor for anchor in islice(above.iter("a"), 400) if anchor in items and anchor is not label.link]
        if inside:
            return above if len(inside) <= LARGEST_BLOCK and _leads_to_items(label, above, items) else None
    return None


def _leads_to_items(label: Label, block: Element, items: Mapping[Element, Link]) -> bool:
    """Whether items follow a label within a block before another heading does: else they are another column's."""
    parts = set(label.element.iter())
    passed = False
    for node in block.iter():
        if node is label.element:
            passed = True
        if not passed or node in parts:
            continue
        if node in items:
            return True
        if node.tag in HEADINGS or (node.tag in {"div", "p", "span"} and _HEADING_WORDS.search(words_of(node))):
            holds_items = any(anchor in items for anchor in islice(node.iter("a"), 20))
            text = text_of(node) if not holds_items else ""
            if text and not is_control(text):
                return False
    return False


def more_link(block: Element, base: str) -> str:
    """The address of the 更多 in a block, '' where it has none."""
    for anchor in islice(block.iter("a"), 400):
        if re.fullmatch(r"[>»+\s.]*(?:更多|more)[>»+\s.]*", squeeze("".join(texts_of(anchor))), re.IGNORECASE):
            return address(anchor.get("href"), base)
    return ""


def _block_starts(items: Sequence[Link], order: Mapping[Element, int]) -> list[int]:
    """Where the blocks of a page begin: the first of two or more items that share a list."""
    first: dict[Element, int] = {}
    for link in items:
        holder = next(
            (node for node in islice(link.element.iterancestors(), 6) if node.tag in {"ul", "ol", "dl", "tbody"}), None
        )
        if holder is None:
            holder = next(iter(link.element.iterancestors()))
        first.setdefault(holder, order[link.element])
    return sorted(first.values())


def _before(blocks: Sequence[int], place: int) -> int:
    return sum(start < place for start in blocks)


def _embed(tree: Tree) -> tuple[Element, str] | None:
    for element in tree.root.iter("script", "iframe"):
        found = _EMBED.match(address(element.get("src"), tree.base))
        if found:
            return element, found[0]
    for _, text, element in tree.scripts:
        found = _EMBED.search(_SCRIPT_COMMENT.sub("", text)) if "pushinfo" in text else None
        if found:
            return element, address(found[0], tree.base)
    return None


def _nearest(labels: Sequence[Label], element: Element) -> Label | None:
    """The label that heads an embed: the one with which it shares the smallest part of the page."""
    above = {
        node: depth for depth, node in enumerate(islice(element.iterancestors(), 6)) if node.tag not in {"body", "html"}
    }
    best: tuple[int, Label] | None = None
    for label in labels:
        depth = next((above[node] for node in label.element.iterancestors() if node in above), None)
        if depth is not None and (best is None or depth < best[0]):
            best = depth, label
    return best[1] if best else None
