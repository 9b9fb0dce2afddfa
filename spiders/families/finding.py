"""Finding the list of a page by its structure: rows that repeat under one parent, each with a link and a date.

No selector is needed. Every element with links below it is a possible row of its parent; the parent whose rows look
most like items (long titles, dates, one link each) and that stands outside navigation, footer and 相关解读 has the
list. Facts (page-facts "Lists"): rows hold nested lists of interpretations before their date; side columns hold hot
lists with dates of their own; lists are cut into several <ul> of five rows, set in tables, or flat with the date beside
the link.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from .parts import (
    HEADINGS,
    LIST_WORDS,
    NESTING,
    Places,
    headed_as_beside,
    is_beside,
    is_control,
    is_long,
    nesting_above,
)
from .row_time import dates_stand_before, time_of_row
from .tree import han_count, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from lxml.etree import _Element as Element

    from syndication.clock import Declared

    from .tree import Link

CLIMB = 10
"""How far above a link its row can begin."""
_JOINED = frozenset({"ul", "ol", "dl", "tbody", "table"})
_FILE = re.compile(r"\.(?:docx?|xlsx?|pptx?|pdf|wps|et|ofd|zip|rar|jpe?g|png|mp4)$", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Item:
    """A row as found: its element, the link that is the item, the time beside it and the weight as an item."""

    element: Element
    link: Link
    declared: Declared | None
    weight: float


@dataclass(eq=False)
class Group:
    """The rows of one tag under one parent (or under sister lists of one kind)."""

    parents: list[Element] = field(default_factory=list)
    rows: dict[Element, list[Link]] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)

    @property
    def weight(self) -> float:
        """How much it looks like a list of items."""
        return sum(item.weight for item in self.items)

    @property
    def dated(self) -> int:
        """How many items have a date."""
        return sum(item.declared is not None for item in self.items)


@dataclass(eq=False)
class Finder:
    """Finds the list among the links of one page."""

    links: Sequence[Link]
    looked_at: datetime | None
    pagers: Sequence[Element] = ()
    places: Places = field(default_factory=Places)
    _nest: dict[Element, list[Element]] = field(default_factory=dict)

    def main_list(self) -> list[Item]:
        """The items of the page's list in page order; none if no group of rows is good enough."""
        groups = [group for group in self._groups() if group.items]
        near = self._near_pagers()
        best: Group | None = None
        most = 0.0
        for group in groups:
            if not _is_list(group):
                continue
            kind = self.places.kind(group.parents[0])
            if kind == "beside" or headed_as_beside(group.parents[0]):
                continue
            weight = group.weight * (1.5 if near.intersection(group.parents) else 1.0)
            if kind == "furniture":
                weight *= 0.05 if group.dated >= 5 and group.dated >= 0.6 * len(group.items) else 0.0
            if weight > most or (weight == most and best and _is_above(best, group)):
                best, most = group, weight
        if best is None:
            return []
        best = self._outermost(best, groups)
        items = _with_sisters(best, groups)
        return _without_strays(sorted(items, key=lambda item: item.link.order))

    def items_of(self, elements: Sequence[Element]) -> list[Item]:
        """The items of given row elements, those that have a link of their own, in page order."""
        group = Group(rows={element: [] for element in elements})
        for link in self.links:
            above = [link.element, *link.element.iterancestors()]
            self._nest[link.element] = nesting_above(above[1:])
            for node in above:
                if node in group.rows:
                    group.rows[node].append(link)
                    break
        group.rows = {element: links for element, links in group.rows.items() if links}
        self._read_items(group)
        return sorted(group.items, key=lambda item: item.link.order)

    def _groups(self) -> Iterator[Group]:
        found: dict[tuple[Element, str, str, str], Group] = defaultdict(Group)
        for link in self.links:
            if is_control(link.title):
                continue
            above = list(islice(link.element.iterancestors(), CLIMB))
            self._nest[link.element] = nesting_above(above)
            child = link.element
            for parent in above:
                tag = str(child.tag)
                if parent.tag in _JOINED and (grand := parent.getparent()) is not None:
                    key = (grand, str(parent.tag), parent.get("class") or "", tag)
                else:
                    key = (parent, "", "", tag)
                group = found[key]
                if parent not in group.parents[-1:]:
                    group.parents.append(parent)
                group.rows.setdefault(child, []).append(link)
                child = parent
        for group in found.values():
            self._read_items(group)
            yield group

    def _read_items(self, group: Group) -> None:
        mains = [(row, self._main_link(row, links)) for row, links in group.rows.items()]
        chosen = [(row, *main) for row, main in mains if main]
        if not chosen:
            return
        rows = [row for row, _, _ in chosen]
        before = dates_stand_before(rows, group.rows)
        for row, link, rivals in chosen:
            declared = time_of_row(row, link, group.rows, self.looked_at, before=before)
            weight = 1.0 if is_long(link.title) else 0.4 if han_count(link.title) >= 5 else 0.1
            weight *= 0.6 if declared is None else 2.0 if declared.source == "url" else 3.0
            group.items.append(Item(row, link, declared, weight / rivals**2))

    def _main_link(self, row: Element, links: list[Link]) -> tuple[Link, int] | None:
        own = [link for link in links if not self._is_nested(link, row)]
        if not own:
            if any(is_beside(node) for link in links for node in self._nest[link.element]):
                return None
            if any(not _stands_in_nested(anchor, row) for anchor in row.iter("a")):
                return None
            own = links
        rivals = len({link.url for link in own if is_long(link.title)})
        if rivals > 3:
            return None
        return max(own, key=lambda link: len(link.title)), max(rivals, 1)

    def _is_nested(self, link: Link, row: Element) -> bool:
        nest = self._nest[link.element]
        if not nest or nest[0] is row or link.element is row:
            return False
        for node in link.element.iterancestors():
            if node is row:
                return False
            if node is nest[0]:
                return True
        return False

    def _near_pagers(self) -> set[Element]:
        near: set[Element] = set()
        for pager in self.pagers:
            for above in islice(pager.iterancestors(), 3):
                if above.tag in {"body", "html"}:
                    break
                near.add(above)
                near.update(above)
        return near

    def _outermost(self, best: Group, groups: Sequence[Group]) -> Group:
        """The list that holds a list: a row's own interpretations can outnumber the rows."""
        held = {
            item.element: group
            for group in groups
            for item in group.items
            if item.declared and is_long(item.link.title)
        }
        for above in best.parents[0].iterancestors():
            outer = held.get(above)
            if outer is not None and outer is not best and (above.tag in {"li", "tr", "dd"} or len(outer.items) >= 3):
                best = outer
        return best


def _stands_in_nested(anchor: Element, row: Element) -> bool:
    for node in anchor.iterancestors():
        if node is row:
            return False
        if node.tag in NESTING:
            return True
    return False


def _is_list(group: Group) -> bool:
    """Three rows or more, dated or with long titles; one or two only in a list's element and with a date printed.

    Files without a date are attachments of an article.
    """
    printed = [item for item in group.items if item.declared and item.declared.source == "list"]
    items = [item for item in group.items if item in printed or not _FILE.search(item.link.url)]
    long = [item for item in items if is_long(item.link.title)]
    if len(items) < 3:
        named = group.parents[0].tag in _JOINED or LIST_WORDS.search(words_of(group.parents[0])) is not None
        return named and len(printed) >= 0.5 * len(group.items) and any(item in printed for item in long)
    dated = sum(item.declared is not None for item in items)
    return len(items) >= 0.5 * len(group.items) and (dated >= 0.5 * len(items) or len(long) >= 0.6 * len(items))


def _is_above(one: Group, other: Group) -> bool:
    """Whether a group's parent stands above another's: of two equal readings the inner one is the row."""
    return any(node is one.parents[0] for node in other.parents[0].iterancestors())


def _with_sisters(best: Group, groups: Sequence[Group]) -> list[Item]:
    """The items of a group and of its sisters: the same tag and class, side by side, without a heading."""
    parent = best.parents[0]
    if parent.tag != "div" or not parent.get("class") or _has_heading(parent):
        return best.items
    items = list(best.items)
    row_tag = best.items[0].element.tag
    for group in groups:
        other = group.parents[0]
        if (
            group is not best
            and other.getparent() is parent.getparent()
            and other.tag == parent.tag
            and other.get("class") == parent.get("class")
            and group.items[0].element.tag == row_tag
            and group.dated >= 0.5 * len(group.items)
            and not _has_heading(other)
        ):
            items.extend(group.items)
    return items


def _has_heading(parent: Element) -> bool:
    return any(child.tag in HEADINGS or "title" in words_of(child).lower() for child in parent)


def _without_strays(items: list[Item]) -> list[Item]:
    """Of a list with dates, the rows that are items: an entry of a menu that stands in it is short and has none."""
    if sum(item.declared is not None for item in items) < 0.6 * len(items):
        return [item for item in items if han_count(item.link.title) >= 4 or is_long(item.link.title)]
    return [item for item in items if item.declared or is_long(item.link.title)]
