"""A page parsed once: its meta tags, and its visible text as lines that know where they stand.

Facts of the world: pages hold unclosed tags by the thousand, a second `</html>` before the text, `<td>` outside tables,
Word HTML with meta tags of its own inside the body, base64 images of half a megabyte, template leftovers in attributes
(`alt="时间：2017-11-08"`) and hidden copies of whole articles. So only what a reader sees is read, and only the first
meta of a name that says something.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from lxml import etree, html

from syndication.errors import UnreadablePage
from syndication.glossary import Outcome

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from syndication.items import Page

LARGEST = 3_000_000  # characters of markup that are parsed, inlined images aside; longer pages are cut

_INLINED = re.compile(r"data:[\w/+.;=-]{0,60};base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_CLOSED_TOO_EARLY = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)  # the parser would end there
_TAGS = re.compile(r"<[^<>]*>")
_BLANK = re.compile(r"[\s\u3000]+")
_UNRENDERED = re.compile(r"\{\{|\}\}|<%|\$\{|\[!--|undefined|^null$|^\\?#")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HIDDEN_CLASSES = frozenset({"ng-hide", "hide", "hidden", "sr-only", "visually-hidden"})
_SILENT = frozenset({
    "script", "style", "noscript", "template", "select", "option", "button", "textarea", "canvas", "svg", "object",
    "title", "xml",
})  # fmt: skip
_BREAKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "div", "dl", "dt", "fieldset",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "li", "main", "nav",
    "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul",
})  # fmt: skip
_CELLS = frozenset({"td", "th"})


@dataclass(frozen=True)
class Line:
    """A line as a reader sees it. Cells of a table row are parted by a tab; `inside`: stands within the body."""

    text: str
    inside: bool = False


class Document:
    """A parsed page. Building it raises `UnreadablePage(empty)` where there is no markup at all."""

    def __init__(self, page: Page) -> None:
        self.page = page
        markup = _CLOSED_TOO_EARLY.sub("", _INLINED.sub("", page.text)[:LARGEST]).strip()
        if not markup:
            raise UnreadablePage(Outcome.EMPTY, "the page is blank")
        parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
        try:
            self.root = html.document_fromstring(markup.encode("utf-8", "replace"), parser=parser)
        except etree.ParserError as error:
            raise UnreadablePage(Outcome.EMPTY, f"no element in the page: {error}") from error

    @cached_property
    def base_url(self) -> str:
        """What relative addresses are joined with: the page's address, or its `<base href>`."""
        base = next((element.get("href") for element in self.root.iter("base")), None)
        return urljoin(self.page.url, base.strip()) if base else self.page.url

    def absolute(self, href: str) -> str:
        """The absolute address of a link; empty for scripts, anchors, mail and what is no address."""
        href = re.sub(r"[\t\r\n]", "", href).strip()
        if not href or href.startswith("#") or re.match(r"(?!https?:)[A-Za-z][\w+.-]*:", href):
            return ""
        try:
            address = urljoin(self.base_url, href)
        except ValueError:  # "http://[…" and the like
            return ""
        return address if address.startswith(("http://", "https://")) else ""

    @cached_property
    def metas(self) -> dict[str, str]:
        """Meta name, in lower case without separators, to the first value that says something."""
        found: dict[str, str] = {}
        for meta in self.root.iter("meta"):
            name = re.sub(r"[\s_.:-]", "", meta.get("name") or meta.get("property") or "").lower()
            value = said(meta.get("content"))
            if name and value:
                found.setdefault(name, value)
        return found

    @cached_property
    def by_mark(self) -> dict[str, list[html.HtmlElement]]:
        """`#id`, `.class` (as `mark_of` writes them) and some tags to the elements that carry them, in page order."""
        found: dict[str, list[html.HtmlElement]] = {}
        for element in self.root.iter(etree.Element):
            marks = {mark_of("." + name) for name in (element.get("class") or "").split()}
            if identifier := element.get("id"):
                marks.add(mark_of("#" + identifier))
            if element.tag in {"article", "h1", "title", "iframe", "a"}:
                marks.add(str(element.tag))
            for mark in marks:
                found.setdefault(mark, []).append(element)
        return found

    def between(self, name: str) -> str:
        """The text between Hanweb's comments `<$[name]>begin` and `<$[name]>end`, shown or not; else empty."""
        begin, end = (re.compile(rf"<!--\s*<\$\[{re.escape(name)}\]>{side}\s*-->") for side in ("begin", "end"))
        start = begin.search(self.page.text)
        stop = end.search(self.page.text, start.end()) if start else None
        return said(unescape(_TAGS.sub("", self.page.text[start.end() : stop.start()]))) if start and stop else ""


def mark_of(name: str) -> str:
    """A class or id in lower case without separators: `.TRS_Editor` and `.trs-editor` are one mark."""
    return re.sub(r"[-_]", "", name).lower()


def said(value: str | None) -> str:
    """A value with single blanks; empty if it is an unrendered template (`{{data.source}}`) or a written-out null."""
    text = _BLANK.sub(" ", value or "").strip()
    return "" if _UNRENDERED.search(text) else text


def is_hidden(element: html.HtmlElement) -> bool:
    """Whether the element itself says that it is not shown."""
    style, classes = element.get("style"), element.get("class")
    return bool(style and _HIDDEN_STYLE.search(style)) or not _HIDDEN_CLASSES.isdisjoint((classes or "").split())


def lines(
    element: html.HtmlElement,
    *,
    body: html.HtmlElement | None = None,
    without: Container[html.HtmlElement] = (),
) -> Iterator[Line]:
    """The visible lines of an element, one a paragraph, row or list item.

    Args:
        element: where to begin; it is read even if it is itself hidden.
        body: lines within this element are marked `inside`.
        without: elements that are left out.
    """
    parts: list[str] = []
    inside = element is body
    row: html.HtmlElement | None = None  # the row of data that is being read; blocks within it make no lines
    left_out: html.HtmlElement | None = None
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, node in walk:
        if event == "start":
            if node is not element and (node.tag in _SILENT or is_hidden(node) or node in without):
                left_out = node
                walk.skip_subtree()
                continue
            if node is body or (row is None and node.tag in _BREAKS):
                yield from _line(parts, inside)
                inside = inside or node is body
            elif node.tag in _BREAKS:
                parts.append(" ")
            if row is None and node.tag == "tr" and _is_data_row(node):
                row = node
            parts.append(_single_blanks(node.text))
            continue
        if event == "end" and node is not left_out:
            row = None if node is row else row
            if node is body or (row is None and node.tag in _BREAKS):
                yield from _line(parts, inside)
                inside = inside and node is not body
            elif node.tag in _CELLS:
                parts.append("\t")
            elif node.tag in _BREAKS:
                parts.append(" ")
        if node is not element:
            parts.append(_single_blanks(node.tail))
    yield from _line(parts, inside)


def _is_data_row(row: html.HtmlElement) -> bool:
    """Whether a row of a table is data, one line, and not layout that holds paragraphs or tables."""
    cells = [cell for cell in row if cell.tag in _CELLS]
    if len(cells) < 2 or next(row.iter("table"), None) is not None:
        return False
    return all(len(cell.findall(".//p")) < 4 for cell in cells)


def _single_blanks(text: str | None) -> str:
    return _BLANK.sub(" ", text) if text else ""


def _line(parts: list[str], inside: bool) -> Iterator[Line]:
    cells = [_BLANK.sub(" ", cell).strip() for cell in "".join(parts).split("\t")]
    parts.clear()
    text = "\t".join(cell for cell in cells if cell)
    if text:
        yield Line(text, inside)
