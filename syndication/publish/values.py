"""How one value is shown: as text in an export, as HTML in a cell. Both say the same.

Facts of the world: titles and addresses come from other people's pages and are hostile until escaped; `javascript:`
is an address too. Times are UTC in the store and Beijing's for people.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from syndication.clock import stored_in_beijing
from syndication.publish import catalog

if TYPE_CHECKING:
    from collections.abc import Callable

    from syndication.cells import Cell
    from syndication.publish.catalog import Column

_WEB = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_STORED_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_YES_NO = {0: "否", 1: "是"}
_BADGES = frozenset({"status", "mode", "flags", "outcome", "column_state", "decision", "run_state"})
_LINK_TEXT = {"release_url": "中国政府网", "page_url": "门户页面"}
SHORT_ADDRESS = 60


@lru_cache(maxsize=65536)
def beijing(stored: str) -> str:
    """A stored time in Beijing, to the second where it has seconds; anything else as it is."""
    return stored_in_beijing(stored) if _STORED_TIME.fullmatch(stored) else stored


def shown(column: Column, value: Cell) -> Cell:
    """A value as people read it: Chinese words, Beijing times; numbers stay numbers."""
    if value is None or column.kind == "text":
        return value
    if column.kind == "time" and isinstance(value, str):
        return beijing(value)
    if column.kind == "yes_no" and isinstance(value, int):
        return _YES_NO.get(value, value)
    known = catalog.words(column.kind)
    if known and isinstance(value, str):
        return "、".join(known.get(word, word) for word in value.split())
    return value


def teller(column: Column) -> Callable[[Cell], Cell] | None:
    """`shown` for one column and many rows; None where values are shown as they are."""
    if column.kind == "text" or (column.kind not in ("time", "yes_no") and not catalog.words(column.kind)):
        return None

    @lru_cache(maxsize=4096, typed=True)
    def told(value: Cell) -> Cell:
        return shown(column, value)

    return told


def is_web_address(value: object) -> bool:
    """Whether a value is one http or https address and nothing else."""
    return isinstance(value, str) and _WEB.fullmatch(value) is not None


def cell(column: Column, value: Cell) -> Markup | None:
    """A value as HTML, escaped; None leaves it to Datasette, which escapes it too."""
    if value is None or value == "":
        return None
    if column.kind in _BADGES and isinstance(value, str):
        return _badges(column.kind, value)
    if column.kind == "time" and isinstance(value, str) and _STORED_TIME.fullmatch(value):
        return Markup('<time datetime="{}">{}</time>').format(value, beijing(value))
    if column.kind == "url" and isinstance(value, str):
        return _address(column.name, value)
    told = shown(column, value)
    return Markup("{}").format(told) if told != value else None


@lru_cache(maxsize=4096)
def _badges(kind: str, value: str) -> Markup:
    known = catalog.words(kind)
    badge = Markup('<span class="badge {}-{}">{}</span>')
    return Markup(" ").join(
        badge.format(kind, re.sub(r"\W", "", word), known.get(word, word)) for word in value.split()
    )


def _address(name: str, value: str) -> Markup:
    if not is_web_address(value):
        return Markup("{}").format(value)
    short = value if len(value) <= SHORT_ADDRESS else value[: SHORT_ADDRESS - 1] + "…"
    return Markup('<a href="{0}" title="{0}" rel="noopener noreferrer nofollow" target="_blank">{1}</a>').format(
        value, _LINK_TEXT.get(name, short)
    )
