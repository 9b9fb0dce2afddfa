"""Where a page writes the name of a column: as a heading, a menu's entry or a picture; never as an item's title.

Facts: portals write the name with blanks between the characters, in brackets, with 更多 behind it, or as a picture with
alt=; an item whose title holds the name ("关于开设……专栏的通知") is longer than the name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from .tree import squeeze, text_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from .tree import Tree

_AROUND = re.compile(r"[\s\u3000\u00a0\u200b\ufeff·•|:：,，。\-—–_>»›<«‹+.…【】\[\]()（）〔〕《》〈〉“”\"'「」『』]+")
_BEHIND = re.compile(r"(?:更多|more|详细|进入|专栏|栏目|列表)+$", re.IGNORECASE)
_NO_LABELS = frozenset({"html", "head", "body", "title", "meta", "script", "style", "option"})
LONGEST_LABEL = 40
HIGHEST = 4
"""How many elements a heading's text can be wrapped in."""
MOST_PARTS = 12
"""How many elements a heading can be made of."""


@dataclass(frozen=True, eq=False)
class Label:
    """A place that names the column: the element, the text as written, and the link on it if it is one."""

    element: Element
    text: str
    link: Element | None
    href: str


def bare_name(text: str) -> str:
    """A name without blanks, brackets and what templates put behind it; full-width letters as half-width."""
    bare = _AROUND.sub("", unicodedata.normalize("NFKC", text))
    return _BEHIND.sub("", bare) or bare


def labels_of(tree: Tree, names: frozenset[str]) -> list[Label]:
    """All places of a page that name the column, in page order. `names` are bare."""
    found: list[Label] = []
    looked_at: set[Element] = set()
    for element in tree.root.iter():
        if element.tag == "img" or (element.tag == "a" and element.get("title") and not (element.text or "").strip()):
            told = squeeze(element.get("alt") or element.get("title") or "")
            if bare_name(told) in names and element not in looked_at:
                found.append(_label(element, told))
        if not (element.text or "").strip():
            continue
        for part in [element, *islice(element.iterancestors(), HIGHEST)]:
            if part.tag in _NO_LABELS or part in looked_at:
                break
            looked_at.add(part)
            text = _short_text(part)
            if text is None:
                break
            if bare_name(text) in names:
                looked_at.update(part.iterancestors(), part.iter())
                found.append(_label(part, text))
                break
    return found


def _short_text(element: Element) -> str | None:
    """The text of an element that is short enough for a label, else None."""
    parts = list(islice(element.iter(), MOST_PARTS + 1))
    if len(parts) > MOST_PARTS:
        return None
    text = squeeze(text_of(element))
    return text if len(text) <= LONGEST_LABEL else None


def _label(element: Element, text: str) -> Label:
    link = element if element.tag == "a" else None
    if link is None:
        link = next((node for node in islice(element.iterancestors(), 3) if node.tag == "a"), None)
    if link is None:
        link = next(element.iter("a"), None)
    return Label(
        element,
        _AROUND.sub("", text.replace("更多", "")) or text,
        link,
        (link.get("href") or "") if link is not None else "",
    )
