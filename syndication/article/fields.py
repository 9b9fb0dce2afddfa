"""Title, source label and the table of a paper (发文机关, 成文日期, 发文字号), each from its first good source.

Facts of the world: `ArticleTitle` is the standard tag, but www.gov.cn has none; titles are split over several
paragraphs; `<title>` carries the site's and the column's name before or behind; `ContentSource` is empty on half of the
pages; unrendered templates (`{{data.docSource}}`) stand where a value should.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from syndication.article.document import is_hidden, mark_of, said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml import html

    from syndication.article.document import Document, Line
    from syndication.items import Row

_TITLE_PLACES = (
    "#ti", ".share-title", ".pages-title", "#title", ".con-title", ".sp_title", ".wenzhang-title", ".article-title",
    ".detail-article-title", ".arti-title", ".art-title", ".news-title", ".detail-title", ".content-title",
    ".xxgk-title", ".main-title", ".bt-title", ".title-text",
)  # fmt: skip
_LABELS = {
    "标题": "title", "名称": "title", "信息名称": "title", "文件名称": "title",
    "发文字号": "number", "文号": "number", "文件编号": "number", "发布文号": "number",
    "发文机关": "issuer", "发布机构": "issuer", "发文单位": "issuer", "发布机关": "issuer", "制发机关": "issuer",
    "成文日期": "issued", "发文日期": "issued", "生成日期": "issued", "成文时间": "issued",
}  # fmt: skip
_CELL_BORDER = re.compile(r"\t| (?=[\u4e00-\u9fff\s]{2,6}[:：])")
_LABEL = re.compile(rf"^({'|'.join(sorted(_LABELS, key=len, reverse=True))})(?:[:：](.*))?$", re.DOTALL)
_SITE_WORDS = re.compile(r"(?:政府|网站|网|委员会|局|厅|部|署|办公室|公报|政务公开|信息公开)$")
_BEFORE_SITE = re.compile(r"^(.{4,}?)\s*[-–—|]+\s*([^-–—|]{2,24})$")
_SOURCE = re.compile(r"(?:信息来源|文章来源|稿件来源|新闻来源|来\s?源|稿\s?源)\s*[:：]\s*(.*)$")
_SOURCE_END = re.compile(
    r"\s(?=\d{4}\D)|\s*[|｜\t【\[]|\s*(?:发布时间|发布日期|时间|日期|作者|编辑|责任编辑|责编|审核|浏览|点击|阅读|访问|字号|"
    r"字体|打印|分享|文章类型|发布人|发布机构|关闭|收藏|视力|大\s*中\s*小)\s*(?:[:：]|次数|本页|窗口|$|\s)"
)
_NO_SOURCE = frozenset({"无", "暂无", "null", "none", "其他", "其它", "-", "--", "本站原创", "原创"})
_SOURCE_AT_END = re.compile(r"[（(](?:来源|稿源|转自)\s*[:：]?\s*([^（()）]{2,20})[）)]$")
LONGEST_SOURCE = 40
LONGEST_TITLE = 300


def read_table(shown: Iterable[Line]) -> dict[str, str]:
    """The labelled values of a paper: title, number, issuer, issued; as printed, the first of each.

    A label and its value stand in one cell, in two cells of a row, or on two lines.
    """
    found: dict[str, str] = {}
    cells = [_tight_label(cell) for line in shown for cell in _CELL_BORDER.split(line.text)]
    for cell, following in zip(cells, [*cells[1:], ""], strict=False):
        match = _LABEL.match(cell)
        if not match:
            continue
        value = said(match[2])
        if not value and not _LABEL.match(following) and not following.endswith((":", "：")):
            value = said(following)
        if value:
            found.setdefault(_LABELS[match[1]], value)
    return found


def _tight_label(cell: str) -> str:
    """`标　　题 ： …` and `文      号:…` with a label free of blanks."""
    colon = re.search("[:：]", cell[:20])
    end = colon.end() if colon else min(len(cell), 20)
    return re.sub(r"\s", "", cell[:end]) + cell[end:]


def read_title(document: Document, table: dict[str, str], row: Row | None) -> str:
    """The whole title, empty if the page has none.

    Order: meta ArticleTitle, the table's 标题, a title place or the only `<h1>`, `<title>` without the names of
    site and column, the list row. One that ends in `…` gives way to a longer one that begins alike.
    """
    names = {"", "首页", document.metas.get("sitename"), document.metas.get("columnname")}
    candidates = [title for one in _titles(document, table, row) if (title := clean_title(one)) not in names]
    candidates = [title for title in candidates if len(title) <= LONGEST_TITLE]
    if not candidates:
        return ""
    first = candidates[0]
    stem = re.sub(r"(?:…|\.{3,}|⋯)+$", "", first)
    if stem != first:
        return next((one for one in candidates[1:] if one.startswith(stem[:-1]) and len(one) > len(stem)), first)
    return first


def _titles(document: Document, table: dict[str, str], row: Row | None) -> Iterable[str]:
    yield document.metas.get("articletitle", "")
    yield table.get("title", "")
    yield document.between("标题")
    for place in _TITLE_PLACES:
        yield from (_shown_text(one) for one in document.by_mark.get(mark_of(place), ())[:2] if not is_hidden(one))
    headings = {text for one in document.by_mark.get("h1", ())[:5] if (text := _shown_text(one))}
    if len(headings) == 1:
        yield headings.pop()
    for element in document.by_mark.get("title", ())[:1]:
        yield _without_site(said(element.text_content()), document)
    if row:
        yield row.title


def _shown_text(element: html.HtmlElement) -> str:
    """The text of a title place, of several headings in it the first that says something.

    The parts of a title that is split over paragraphs are joined without a blank.
    """
    headings = (one for tag in ("h1", "h2") for one in element.iter(tag))
    chosen = next((one for one in headings if one.text_content().strip()), element)
    return said("".join(part.strip() for part in chosen.itertext()))


def clean_title(raw: str) -> str:
    """A title with single blanks, and none between a number and the unit behind it (`2007　年末`)."""
    return re.sub(r"(?<=\d) (?=[年月日届次号])", "", said(raw))


def _without_site(text: str, document: Document) -> str:
    """`<title>` without the names of site and column, before it (Hanweb) or behind it (TRS, www.gov.cn)."""
    names = [document.metas[name] for name in ("sitename", "columnname") if name in document.metas]
    first = text.split("_")[0].strip()
    text = first if len(first) >= 4 else text
    before = ""
    while text != before:
        before = text
        for name in names:
            text = text.removeprefix(name).removesuffix(name).strip(" -–—|>·_")
        if (found := _BEFORE_SITE.match(text)) and _SITE_WORDS.search(found[2]):
            text = found[1]
    return text


def read_source(document: Document, shown: list[Line]) -> str:
    """The source label, empty if the page has none.

    Order: meta ContentSource, Hanweb's comment 信息来源, the visible label outside the body or at its head,
    `（来源：…）` at the end of the body.
    """
    for value in (document.metas.get("contentsource", ""), document.between("信息来源"), document.between("来源")):
        if source := clean_source(value):
            return source
    outside = [line.text for line in shown if not line.inside]
    body = [line.text for line in shown if line.inside]
    texts = outside + body[:8]
    for text, following in zip(texts, [*texts[1:], ""], strict=False):
        found = _SOURCE.search(text) if len(text) < 200 else None
        if found and (source := clean_source(found[1] or following)):
            return source
    for text in body[-4:]:
        found = _SOURCE_AT_END.search(text)
        if found and (source := clean_source(found[1])):
            return source
    return ""


def clean_source(raw: str) -> str:
    """A source label without what stands behind it on the line; empty for templates, fillers and whole sentences."""
    text = re.sub(r"^(?:信息来源|文章来源|来\s?源|稿源)\s*[:：]\s*", "", said(raw))
    text = _SOURCE_END.split(text, maxsplit=1)[0].strip(" ：:;；，,。|[]【】()（）\"")
    return "" if len(text) > LONGEST_SOURCE or text.lower() in _NO_SOURCE else text
