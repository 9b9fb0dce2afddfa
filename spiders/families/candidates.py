"""Where on a home page the column of State Council policy information may be reached: by its name, by an embed of the
portal's own, or because the items of a block are releases.

Facts: portals call the column by names that the lexicon does not have (and call other things by its names), so what
stands in a block says as much as its heading; the interface behind a list stands in a script of the column's page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from .base import address
from .home import items_of, more_link
from .labels import bare_name, labels_of
from .parts import HEADINGS
from .tree import han_count, links_of, parse, squeeze, text_of, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lxml.etree import _Element as Element

    from syndication.items import Page

    from .tree import Link, Tree

FEWEST_RELEASES = 3
SHARE_OF_RELEASES = 0.6
MOST_CANDIDATES = 8
MOST_ADDRESSES = 4
_PAPER = re.compile(
    r"^(?:中共中央(?:办公厅)?[、\s]*)?国务院(?:办公厅|令)?(?=关于|印发|批转|转发|令|同意|批准|公布|任免|第|[、\s]*中央军委)"
    r"|^中共中央(?:办公厅)?(?:关于|印发|转发)|^中华人民共和国国务院令|^\S{0,6}主持召开国务院(?:常务|全体)会议|^国(?:办)?[发函令]〔\d{4}〕"
)
_HEADING_WORDS = re.compile(r"(?:^|[-_\s])(?:title|tit|hd|bt|biaoti|tab|tabs)(?:$|[-_\s\d])", re.IGNORECASE)
_OWN_EMBED = re.compile(r"pushinfo[^\s\"'<>]*\.(?:js|jsonp?|html?|xml)\b", re.IGNORECASE)
_DATA = re.compile(r"[\"']([^\"'\s<>{}+]{2,300}?(?:\.jsonp?(?:\?[^\"'\s<>]*)?|/(?:api|front|cms|list)/[^\"'\s<>{}]+))[\"']")
_FEED = re.compile(r"rss|atom", re.IGNORECASE)


@dataclass(frozen=True)
class Candidate:
    """An address that may give the column's list: the name on the page and why it is one (name, embed, releases)."""

    name: str
    url: str
    why: str


def looks_like_paper(title: str) -> bool:
    """Whether a title is worded as papers and meetings of the State Council are (not: 省政府转发国务院……的通知)."""
    return _PAPER.search(squeeze(title)) is not None


def candidates(page: Page, column_names: Sequence[str], is_release: Callable[[str, str], bool]) -> list[Candidate]:
    """The candidates of a home page, those found by the column's name first, each address once.

    Args:
        page: the decoded home page.
        column_names: the lexicon of rules.toml.
        is_release: whether an item (title, address) is a release of www.gov.cn.
    """
    tree = parse(page.text, page.url)
    names = frozenset(bare_name(name) for name in column_names)
    items = items_of(links_of(tree), names)
    found: dict[str, Candidate] = {}

    def add(name: str, url: str, why: str) -> None:
        if url and url.rstrip("/") != page.url.rstrip("/") and len(found) < MOST_CANDIDATES:
            found.setdefault(url, Candidate(name, url, why))

    for label in labels_of(tree, names):
        block = next((up for up in islice(label.element.iterancestors(), 3) if up.tag not in {"body", "html"}), None)
        url = address(label.href, tree.base) or (more_link(block, tree.base) if block is not None else "")
        add(label.text, url, "name")
    for element in tree.root.iter("script", "iframe"):
        source = element.get("src") or ""
        if _OWN_EMBED.search(source):
            add("国务院信息", address(source, tree.base), "embed")
    for name, url in _blocks_of_releases(tree, items, is_release):
        add(name, url, "releases")
    return list(found.values())


def _blocks_of_releases(
    tree: Tree, items: Sequence[Link], is_release: Callable[[str, str], bool]
) -> list[tuple[str, str]]:
    """Name and address of each block whose items are mostly releases; those without an address of their own are left."""
    blocks: dict[Element, list[Link]] = {}
    for link in items:
        above = list(islice(link.element.iterancestors(), 6))
        holder = next((node for node in above if node.tag in {"ul", "ol", "dl", "tbody"}), above[0])
        blocks.setdefault(holder, []).append(link)
    found = []
    for holder, links in blocks.items():
        releases = sum(is_release(link.title, link.url) for link in links)
        if releases >= FEWEST_RELEASES and releases >= SHARE_OF_RELEASES * len(links):
            name, url = _heading(holder, tree.base)
            if url:
                found.append((name, url))
    return found


def _heading(holder: Element, base: str) -> tuple[str, str]:
    """The heading above a list with the address that it, or a 更多 beside it, leads to."""
    node = holder
    for _ in range(3):
        for brother in islice(node.itersiblings(preceding=True), 3):
            heading = brother.tag in HEADINGS or _HEADING_WORDS.search(words_of(brother)) is not None
            text = text_of(brother) if heading else ""
            if not text or len(text) > 40:
                continue
            link = brother if brother.tag == "a" else next(brother.iter("a"), None)
            url = address(link.get("href") if link is not None else "", base) or more_link(brother, base)
            return squeeze(text.replace("更多", "").strip(" >»+")), url or more_link(node, base)
        above = node.getparent()
        if above is None or above.tag in {"body", "html"}:
            break
        node = above
    return "", ""


def data_addresses(page: Page) -> list[str]:
    """Where the rows of a column's page may come from: feeds that it names, and data that its scripts ask for."""
    if not page.text.lstrip("\ufeff \r\n\t").startswith("<"):
        return []
    tree = parse(page.text, page.url)
    found: dict[str, None] = {}
    for element in tree.root.iter("link"):
        if _FEED.search(element.get("type") or ""):
            found[address(element.get("href"), tree.base)] = None
    for link in tree.root.iter("a"):
        if _FEED.search(link.get("href") or "") and han_count(text_of(link)) < 8:
            found[address(link.get("href"), tree.base)] = None
    for _, text, _ in tree.scripts:
        for match in _DATA.finditer(text):
            found[address(match[1], tree.base)] = None
    return [url for url in found if url][:MOST_ADDRESSES]
