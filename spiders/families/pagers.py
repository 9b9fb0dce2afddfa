"""Where the next page of a list is: a 下一页 link, a script's createPageHTML call, or a pager written in base64.

Facts (page-facts "Lists"; portals-survey): TRS counts from 0 and names page 2 `index_1.html`
(`createPageHTML(9, 0, "index", "html")`, also `createPage(...)` and with the number of records in front); UCAP counts
from 1 and names it `list_2.shtml` (`createPageHTML('page_div',5,1,'xlist','shtml',85)`); jyhcms gives the pager as
base64 of url-encoded HTML.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

from .base import address
from .tree import parse, squeeze, text_of, texts_of, words_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

    from .tree import Tree

_NEXT = re.compile(r"(?:下一页|下页|后一页|后页|下一頁|next(?:\s*page)?)\s*[>»›]*", re.IGNORECASE)
_CALL = re.compile(r"(?<!function )\b(?:createPageHTML|createPage|createPageHtml)\s*\(([^()]*)\)")
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{40,}={0,2}\s*")
_TRS_NOW = re.compile(r"\bvar\s+currentPage\s*=\s*(\d+)")
_TRS_COUNT = re.compile(r"\bvar\s+countPage\s*=\s*(\d+)")


def pager_elements(tree: Tree) -> list[Element]:
    """The elements of a page that page through a list; the list stands near them."""
    found = [link for link in tree.root.iter("a") if _NEXT.fullmatch(squeeze("".join(texts_of(link))))]
    found.extend(element for _, text, element in tree.scripts if _CALL.search(text))
    found.extend(
        element for element in tree.root.iter("div") if re.search(r"(?:^|[-_\s])pages?(?:$|[-_\s])", words_of(element))
    )
    return found


def next_page(tree: Tree, url: str) -> str:
    """The address of the page that follows, '' if the page tells none."""
    for found in (_linked(tree.root, tree.base), _called(tree, url), _encoded(tree)):
        if found and found != url:
            return found
    return ""


def _linked(root: Element, base: str) -> str:
    for link in root.iter("a"):
        if len(link) > 3:
            continue
        if _NEXT.fullmatch(text_of(link)) or _NEXT.fullmatch(squeeze(link.get("title") or "")):
            found = address(link.get("href"), base) or address(link.get("tagname"), base)
            if found:
                return found
    return ""


def _called(tree: Tree, url: str) -> str:
    for _, text, _ in tree.scripts:
        for call in _CALL.finditer(text):
            parts = [part.strip() for part in call[1].split(",")]
            numbers = [int(part) for part in parts if part.isdigit()]
            names = [part.strip("'\"") for part in parts if part[:1] in "'\""]
            place = next_of_call(parts, numbers, names)
            if place:
                return urljoin(url, place)
        count, now = _TRS_COUNT.search(text), _TRS_NOW.search(text)
        if count and now and int(now[1]) + 1 < int(count[1]):
            return _numbered(url, int(now[1]) + 1)
    return ""


def next_of_call(parts: list[str], numbers: list[int], names: list[str]) -> str:
    """The relative address of the next page from the arguments of a pager's call, '' on the last page.

    Args:
        parts: all arguments as written.
        numbers: the whole numbers among them, in order.
        names: the quoted texts among them, in order.
    """
    if len(names) < 2 or len(numbers) < 2:
        return ""
    if parts[0][:1] in "'\"" and len(names) >= 3:
        total, now = numbers[0], numbers[1]
        return f"{names[1]}_{now + 1}.{names[2]}" if now < total else ""
    total, now = numbers[1:3] if len(numbers) >= 3 else numbers[:2]
    return f"{names[0]}_{now + 1}.{names[1]}" if now + 1 < total else ""


def _numbered(url: str, number: int) -> str:
    head, _, last = url.partition("?")[0].rpartition("/")
    name, _, ending = (last or "index.html").rpartition(".")
    return f"{head}/{re.sub(r'_[0-9]+$', '', name)}_{number}.{ending}"


def _encoded(tree: Tree) -> str:
    for element in tree.root.iter("div", "span", "p"):
        if len(element) or not element.text or not re.search(r"page", words_of(element), re.IGNORECASE):
            continue
        text = element.text.strip()
        if not _BASE64.fullmatch(text):
            continue
        try:
            markup = unquote(base64.b64decode(text, validate=False).decode("ascii"), errors="strict")
        except (binascii.Error, UnicodeDecodeError):  # a long word in a pager's place is no pager
            continue
        if "<" in markup:
            found = _linked(parse(markup, tree.base).root, tree.base)
            if found:
                return found
    return ""
