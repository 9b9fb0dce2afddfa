"""A page as a tree: parsed once, walked without recursion, with its links and their whole titles.

Facts: templates cut titles with … and keep them whole in title=; some cut them without a mark; some put date, summary
or "标题：… 发布时间：…" into the link or its title= (page-facts "Lists"). Pages come with NUL bytes, a false XML
prolog, two <html> elements or tags nested by the ten thousand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from lxml import etree

from syndication.errors import UnreadablePage
from syndication.glossary import Outcome

from .base import address

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from lxml.etree import _Element as Element

MOST_LINKS = 20_000
"""More links than any list or home page has; beyond it the reading of a page would take seconds."""

MOST_PARTS = 40
"""A link with more elements inside is no card with title, summary and date; its text is taken as it is."""

_BLANK = re.compile(r"[\s\u3000\u00a0\u200b\ufeff]+")
_END_OF_PAGE = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
"""libxml2 ends the page at it and drops what stands behind: some pages are two documents in one file."""
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CUT = re.compile(r"(?:…+|\.{3,}|。{3,}|···+)$")
_LEADING = re.compile(r"^[·•●◆■▪►▶›»\-—–\s|>]+(?=\S)")
_LABELLED_TITLE = re.compile(
    r"^(?:文章)?标题\s*[:：]\s*(.+?)(?:\s*(?:作者|来源|发布时间|更新时间|发布日期|时间|点击数)\s*[:：].*)?$"
)
_DATE_ALONE = re.compile(
    r"[\[\(（【]?\s*(?:(?:发布|更新)?(?:时间|日期)\s*[:：]?)?\s*(?:\d{4}\s*[-/.年]\s*)?\d{1,2}\s*[-/.月]\s*\d{1,2}\s*日?"
    r"(?:\s*\d{1,2}:\d{2}(?::\d{2})?)?\s*[\]\)）】]?"
)
_DATE_AT_END = re.compile(
    r"\s*[\[\(（【]?\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:\s\d{1,2}:\d{2}(?::\d{2})?)?[\]\)）】]?$"
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_TITLE_WORDS = re.compile(r"(?:^|[-_\s])(?:title|tit|bt|biaoti|name)(?:$|[-_\s\d])", re.IGNORECASE)
_SUMMARY_WORDS = re.compile(
    r"(?:^|[-_\s])(?:summary|desc|intro|zhaiyao|abstract|date|time)(?:$|[-_\s\d])", re.IGNORECASE
)


@dataclass(frozen=True, eq=False)
class Link:
    """A link with an address and a title; `order` is its place in the page."""

    element: Element
    url: str
    title: str
    order: int


@dataclass(frozen=True, eq=False)
class Tree:
    """A parsed page. Texts of scripts and styles are taken out of the tree; the scripts are kept beside it."""

    root: Element
    base: str
    scripts: tuple[tuple[str, str, Element], ...] = field(repr=False)  # src, text, element


def parse(text: str, url: str) -> Tree:
    """The tree of a page or of a piece of one.

    Raises:
        UnreadablePage: `layout_changed` if there is nothing to parse or tags are nested deeper than libxml2 goes
            (2,048): what stands below would be lost without a word.
    """
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    whole = _END_OF_PAGE.sub("", text.replace("\0", ""))
    root = etree.fromstring(whole.encode("utf-8", "replace"), parser)
    if root is None:
        raise UnreadablePage(Outcome.LAYOUT_CHANGED, "the answer holds no page")
    if any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log):
        raise UnreadablePage(Outcome.LAYOUT_CHANGED, "tags are nested too deeply to be read")
    base = url
    found = root.find(".//base[@href]")
    if found is not None:
        base = urljoin(url, (found.get("href") or "").strip())
    scripts = []
    for element in root.iter("script", "style"):
        if element.tag == "script":
            scripts.append((element.get("src") or "", element.text or "", element))
        element.text = None
    return Tree(root, base, tuple(scripts))


def squeeze(text: str) -> str:
    """A text with every run of blanks, line ends and invisible characters as one blank."""
    return _BLANK.sub(" ", text).strip()


def texts_of(element: Element) -> Iterator[str]:
    """The pieces of text below an element, as they stand."""
    return (str(text) for text in element.itertext())


def text_of(element: Element) -> str:
    """The visible text of an element, blanks squeezed."""
    return squeeze("".join(texts_of(element)))


def words_of(element: Element) -> str:
    """Its class and id, with which templates say what a part of the page is for."""
    return f"{element.get('class') or ''} {element.get('id') or ''}"


@lru_cache(maxsize=8192)
def han_count(text: str) -> int:
    """How many Chinese characters a text has."""
    return len(_HAN.findall(text))


def walk(element: Element, leave_out: frozenset[Element] | set[Element]) -> Iterator[tuple[Element, str]]:
    """All texts below an element with the element in which each stands, without the parts left out; not recursive."""
    stack: list[tuple[Element, bool]] = [(element, False)]
    while stack:
        node, done = stack.pop()
        if done:
            if node.tail and node is not element:
                parent = node.getparent()
                yield (parent if parent is not None else node), node.tail
            continue
        stack.append((node, True))
        if node in leave_out:
            continue
        if node.text:
            yield node, node.text
        stack.extend((child, False) for child in reversed(node))


def links_of(tree: Tree, options: Mapping[str, Any] | None = None) -> list[Link]:
    """The links of a page in page order: those with an address and a title.

    Raises:
        UnreadablePage: `too_large` for more than MOST_LINKS links.
    """
    found: list[Link] = []
    for order, element in enumerate(tree.root.iter("a", "area")):
        if order >= MOST_LINKS:
            raise UnreadablePage(Outcome.TOO_LARGE, f"more than {MOST_LINKS} links in one page")
        url = address(element.get("href"), tree.base, options)
        title = title_of(element) if url else ""
        if title:
            found.append(Link(element, url, title, order))
    return found


def title_of(link: Element) -> str:
    """A link's title, whole: from title= where the text is cut, from the heading inside it where it holds more."""
    shown = _shown_title(link)
    told = squeeze(link.get("title") or "")
    labelled = _LABELLED_TITLE.match(told)
    if labelled:
        told = labelled[1].strip()
    if not told:
        return shown or _picture_title(link)
    if not shown:
        return told
    stem = _CUT.sub("", shown)
    if _CUT.search(told):
        return shown
    if stem != shown or _bare(told).startswith(_bare(stem)):
        return told if _bare(told).startswith(_bare(stem)) else shown
    if _bare(told) in _bare(shown) and han_count(told) >= 6:
        return told
    return shown


def _bare(text: str) -> str:
    return _LEADING.sub("", _BLANK.sub("", text))


def _shown_title(link: Element) -> str:
    whole = text_of(link)
    if 0 < sum(1 for _ in islice(link.iter(), MOST_PARTS + 1)) - 1 < MOST_PARTS:
        inner = _title_inside(link)
        if inner:
            whole = inner
    whole = _LEADING.sub("", whole)
    without = _DATE_AT_END.sub("", whole)
    return without if han_count(without) >= 4 else whole


def _title_inside(link: Element) -> str:
    dropped = set()
    for child in link.iter():
        if child is link or not isinstance(child.tag, str):
            continue
        text = text_of(child)
        if not text:
            continue
        if child.tag in _HEADINGS or (_TITLE_WORDS.search(words_of(child)) and not _DATE_ALONE.fullmatch(text)):
            return text
        if _DATE_ALONE.fullmatch(text) or _SUMMARY_WORDS.search(words_of(child)):
            dropped.add(child)
    if dropped:
        return squeeze("".join(text for _, text in walk(link, dropped)))
    return ""


def _picture_title(link: Element) -> str:
    for image in link.iter("img"):
        told = squeeze(image.get("alt") or image.get("title") or "")
        if told:
            return told
    return ""
