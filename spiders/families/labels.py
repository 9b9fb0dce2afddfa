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

from .tree import squeeze, texts_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from .tree import Tree

_AROUND = re.compile(r"[\s\u3000\u00a0\u200b\ufeff·•|:：,，。\-—–_>»›<«‹+.…【】\[\]()（）〔〕《》〈〉“”\"'「」『』]+")
_BEHIND = re.compile(r"(?:更多|more|详细|进入|专栏|栏目|列表)+$", re.IGNORECASE)
LONGEST_LABEL = 40


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
    taken: set[Element] = set()
    for element in tree.root.iter():
        if not isinstance(element.tag, str) or element.tag in {
            "html",
            "head",
            "body",
            "title",
            "meta",
            "script",
            "option",
        }:
            continue
        text = _label_text(element, names)
        if not text:
            continue
        if any(node in taken for node in islice(element.iterancestors(), 8)):
            continue
        taken.add(element)
        found.append(_label(element, text))
    return found


def _label_text(element: Element, names: frozenset[str]) -> str:
    """The text of an element if it is the name and nothing else."""
    if element.tag == "img":
        told = squeeze(element.get("alt") or element.get("title") or "")
        return told if bare_name(told) in names else ""
    if len(element) <= 8:
        text = ""
        for part in texts_of(element):
            text += part
            if len(text) > 4 * LONGEST_LABEL or len(text.strip()) > LONGEST_LABEL:
                text = ""
                break
        text = squeeze(text)
        if text and bare_name(text) in names:
            return text
    told = squeeze(element.get("title") or "") if element.tag == "a" and not "".join(texts_of(element)).strip() else ""
    return told if told and bare_name(told) in names else ""


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
