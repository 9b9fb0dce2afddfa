"""Which of a JSON answer's values are rows, titles, addresses and times: options for family `json`, found by looking.

Facts (portals-survey): a site's own interfaces name their fields as they like (docTitle, topic, infourl, pubtime), but
the rows are always an array of objects, of which one value is a Chinese title, one an address, one a time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from syndication.clock import read_declared
from syndication.errors import UnreadablePage

from .json_text import json_of
from .tree import han_count

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FEWEST_ROWS = 3
DEEPEST = 5
_PLAIN_NAME = re.compile(r"[A-Za-z_]\w*")
_ADDRESS = re.compile(r"^(?:https?:)?/\S+$|^\S+\.s?html?(?:\?\S*)?$|^\.{1,2}/\S+$")
_TOTAL = re.compile(
    r"total_?(?:count|num|number|records?|rows?|elements|hits|size|items)?|(?:records?|rows?)_?total"
    r"|(?:record|row|hit)s?_?count",
    re.IGNORECASE,
)
_PERHAPS_TOTAL = re.compile(r"count|records|num", re.IGNORECASE)  # of all rows, or of those of this page
_PAGING = re.compile(r".*page.*|limit|offset", re.IGNORECASE)


def options_of(text: str) -> dict[str, Any] | None:
    """The options by which family `json` reads this answer; None if it is no JSON or holds no list of items."""
    try:
        value = json_of(text)
    except UnreadablePage:
        return None
    best: tuple[int, dict[str, Any]] | None = None
    for path, rows, around in _arrays(value, "", None, 0):
        found = _fields(rows)
        if found and (best is None or len(rows) > best[0]):
            options: dict[str, Any] = {"rows": path, **found}
            total = _total(around, len(rows))
            if total:
                options["total"] = f"{path.rpartition('.')[0]}.{total}".lstrip(".")
            best = len(rows), options
    return best[1] if best else None


def _arrays(
    value: Any, path: str, around: Mapping[str, Any] | None, depth: int
) -> Iterator[tuple[str, Sequence[Mapping[str, Any]], Mapping[str, Any] | None]]:
    if isinstance(value, list) and len(value) >= FEWEST_ROWS and all(isinstance(row, dict) for row in value):
        yield path or "[*]", value, around
    elif isinstance(value, dict) and depth < DEEPEST:
        for name, inner in value.items():
            if _PLAIN_NAME.fullmatch(name):
                yield from _arrays(inner, f"{path}.{name}".lstrip("."), value, depth + 1)


def _fields(rows: Sequence[Mapping[str, Any]]) -> dict[str, str] | None:
    """The names of title, address and time; None where the rows have no title or no address."""
    names = [name for name in rows[0] if _PLAIN_NAME.fullmatch(name)]
    texts = {name: [str(row.get(name) or "") for row in rows] for name in names}
    titles = {name: sum(han_count(text) for text in texts[name] if len(text) < 200) for name in names}
    title = max(titles, key=lambda name: titles[name], default="")
    if not title or titles[title] < 6 * len(rows):
        return None
    url = next((name for name in names if name != title and _share(texts[name], _is_address) >= 0.9), "")
    if not url:
        return None
    time = next((name for name in names if name not in {title, url} and _share(texts[name], _is_time) >= 0.9), "")
    return {"title": title, "url": url, **({"time": time} if time else {})}


def _share(texts: Sequence[str], test: Any) -> float:
    return sum(bool(test(text)) for text in texts) / len(texts)


def _is_address(text: str) -> bool:
    return _ADDRESS.match(text) is not None


def _is_time(text: str) -> bool:
    return read_declared(text, "api") is not None


def _total(around: Mapping[str, Any] | None, rows: int) -> str:
    """The field that tells how many rows the whole list has; empty rather than one that may be a page's size.

    A field that is not plainly named a total must exceed the rows, among fields that speak of pages: a wrong total makes
    a list pass for whole, and what is not in it for absent.
    """
    told = {
        name: value
        for name, value in (around or {}).items()
        if isinstance(value, int) and not isinstance(value, bool) and value >= rows
    }
    plain = next((name for name in told if _TOTAL.fullmatch(name)), "")
    if plain or not any(_PAGING.fullmatch(name) for name in around or {}):
        return plain
    return next((name for name, value in told.items() if _PERHAPS_TOTAL.fullmatch(name) and value > rows), "")
