"""The body of an article: where it stands, and its paragraphs without the furniture around them.

Facts of the world: publishing systems name the place of the text (`#UCAP-CONTENT`, `#zoom`, `.TRS_Editor`, Hanweb's
comments); a page that has none of these is given to trafilatura, which keeps breadcrumbs and the line of time and
source. Both leave things that are no text: font-size switches, share buttons, 相关解读, hidden copies of the source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from lxml import etree, html

from syndication.article.document import Line, is_hidden, lines, mark_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from syndication.article.document import Document

CONTENT_COMMENT = "<!--content-->"

NAMED_PLACES = (
    "#UCAP-CONTENT", ".b12c", "#zoom", CONTENT_COMMENT, "#zoomcon", "#zoomcontent",
    ".TRS_UEDITOR", ".TRS_Editor", ".trs_editor_view", ".trs_paper_default",
    ".pages_content", "#wenzhang-content", ".wenzhang-content", "#js_content", "#artibody",
    ".article-body", ".article-content", "#article-content", ".articleContent", "#articleContent", ".article-con",
    ".art-con", ".art-content", ".arti-con", ".artical-content", ".article-txt", ".Three_xilan_07", ".detail-content",
    "#detailContent", ".detailCon", ".news-content", "#news-content", ".newsContent", ".v_news_content",
    ".Custom_UnionStyle", ".main-txt", ".bt-content", ".xxgk-content", ".zwgk-content", "#BodyLabel", "#mainText",
    ".main-content-text", ".txt-content", ".text-content", ".con-text", ".doc-content", "#content-body",
    ".content-body", ".content-txt", ".zw-content", ".info-content", ".cont-txt", ".gsj_htmlcon",
)  # fmt: skip
"""Places that publishing systems keep for the text of an article and for nothing else; the first with text wins."""

LOOSE_PLACES = ("article", "#article", ".article", "#content", ".content", "#con", ".con", ".view", "#text", ".text")
"""Places that hold the text in some systems and half the page in others: believed only if they read like prose."""

SHORTEST_PROSE = 80  # characters, for a loose place
MOST_LINKED = 0.5  # share of a text that may be link text; above it the page is a list
LARGEST_FOR_TRAFILATURA = 1_500_000  # characters of markup; it takes seconds on more
MOST_OF_A_PLACE = 6  # elements of one class that are looked at; a page of more is no article
FEWEST_ROWS = 5  # links, for a place that may be a list
EDGE = 8  # lines at either end of a body where furniture stands

_ARTICLE_TAGS = frozenset({"articletitle", "pubdate", "firstpublishedtime"})
_CONTENT_BEGINS = re.compile(
    r"ZJEG_RSS\.content\.begin|<\$\[信息内容\]>begin|^\s*(?:正文|内容|文章内容)\s*(?:开始|begin|start)"
)
_FURNITURE_MARKS = frozenset(
    mark_of(name)
    for name in (
        ".share", ".share-box", "#share", ".bdsharebuttonbox", ".bshare-custom", ".social-share", "#qr_container",
        "#div_div", ".erweima", ".ewm", ".qrcode", "#qrcode", ".BreadcrumbNav", ".breadcrumb", ".crumbs", ".crumb",
        ".print", ".printer", ".xg-list", ".related", ".xgwz", ".xgjd", ".xgwd", "#pagination", ".pagination",
        ".page-wrap", ".fontsize", ".pages_print", ".article-edit", ".prevPage", ".nextPage", "#pageBreak",
    )
)  # fmt: skip
_LABELLED = re.compile(
    r"^[【\[（(]?\s*(?:发布时间|发布日期|发稿时间|更新时间|信息来源|文章来源|稿件来源|来\s?源|稿源|作\s?者|编\s?辑|责任编辑|"
    r"责\s?编|审\s?核|审核人|初审|复审|终审|浏览次数|浏览量|点击数|点击量|点击率|点击|阅读次数|阅读量|访问量|访问次数|"
    r"字号|字体|字体大小|浏览字号|视力保护色|保护视力色|背景色|分享|分享到|打印)\s*[:：]"
)
_DATED = re.compile(
    r"^[【\[（(]?\s*(?:时\s?间|日\s?期)\s*[:：]\s*\d{4}\D\d{1,2}\D\d{1,2}|"
    r"^\d{4}-\d{1,2}-\d{1,2} \d{1,2}:\d{2}(?::\d{2})?$"
)
_BUTTONS = re.compile(
    r"^[\s【】\[\]（）()|｜]*(?:(?:打印|打印本页|打印文章|我要打印|关闭|关闭窗口|关闭本页|收藏|下载|分享|分享到|大|中|小|超大|"
    r"默认|字号|字体|返回顶部|我要纠错|扫一扫在手机打开当前页|用微信扫描二维码|[:：])[\s【】\[\]（）()|｜]*)+$|"
    r"^扫一扫.{0,30}$|^分享到.{0,30}$|^(?:上一篇|下一篇|上一条|下一条)\s*[:：].*$"
)
_BREADCRUMB = re.compile(
    r"^(?:您?(?:的|现在的|当前|当前的|所在的?)?位置\s*[:：]|.{0,12}首页\s*(?:>|»|›|＞|→|/|-)\s*\S)"
)
_RELATED = re.compile(
    r"^(?:相关(?:解读|文件|链接|阅读|文章|稿件|报道|新闻|政策|信息|附件)|延伸阅读|推荐阅读)\s*[:：]?"
)


@dataclass(frozen=True)
class Body:
    """The text of an article. `reading` names the place or the extractor; `element` is None where a tool read it."""

    lines: tuple[str, ...]
    reading: str
    element: html.HtmlElement | None = None
    furniture: frozenset[html.HtmlElement] = frozenset()


def find_body(document: Document) -> Body | None:
    """The body of the page, or None where it has none. A place with nothing but pictures or files is a body too."""
    for place, element in _places(document):
        if _is_list(document, element):
            continue
        body = _body_in(document, element, place)
        if body.lines or _holds_something(element):
            return body
    return _loose_body(document) or _extracted_body(document)


def _places(document: Document) -> Iterator[tuple[str, html.HtmlElement]]:
    """Named places in order of trust."""
    for place in NAMED_PLACES:
        elements = _commented(document) if place == CONTENT_COMMENT else document.by_mark.get(mark_of(place), [])
        if elements:
            yield place, _fullest(elements[:MOST_OF_A_PLACE])


def _commented(document: Document) -> list[html.HtmlElement]:
    """What holds the comment with which Hanweb and others begin the text."""
    for comment in document.root.iter(etree.Comment):
        parent = comment.getparent()
        holds_text = parent is not None and parent.tag not in {"body", "html", "head"}
        if holds_text and _CONTENT_BEGINS.search(comment.text or ""):
            return [parent]
    return []


def _fullest(elements: list[html.HtmlElement]) -> html.HtmlElement:
    """Of several elements of one place the outermost that is shown and says most; parts side by side: their parent."""
    if len(elements) == 1:
        return elements[0]
    known = set(elements)
    outer = [one for one in elements if known.isdisjoint(one.iterancestors())]
    shown = [one for one in outer if not any(is_hidden(above) for above in (one, *one.iterancestors()))] or outer
    with_text = [one for one in shown if one.text_content().strip()]
    parents = {one.getparent() for one in with_text}
    if len(with_text) > 1 and len(parents) == 1:
        parent = parents.pop()
        if isinstance(parent, html.HtmlElement) and parent.tag != "body":
            return parent
    return max(shown, key=lambda one: len(one.text_content()))


def _body_in(document: Document, element: html.HtmlElement, reading: str) -> Body:
    furniture = frozenset(one for mark in _FURNITURE_MARKS for one in document.by_mark.get(mark, ()))
    shown = [line.text for line in lines(element, without=furniture)]
    if not shown:  # a template that wraps the text itself in `.print` or the like
        furniture = frozenset()
        shown = [line.text for line in lines(element)]
    return Body(tuple(without_furniture(shown)), reading, element, furniture)


def _is_list(document: Document, element: html.HtmlElement) -> bool:
    """Whether a place holds a list of links, on a page that does not call itself an article."""
    if not _ARTICLE_TAGS.isdisjoint(document.metas):
        return False
    return len(list(islice(element.iter("a"), FEWEST_ROWS))) == FEWEST_ROWS and linked_share(element) > MOST_LINKED


def _holds_something(element: html.HtmlElement) -> bool:
    if any(next(element.iter(tag), None) is not None for tag in ("img", "iframe", "embed", "object", "video")):
        return True
    return any(link.get("href") for link in element.iter("a"))


def _loose_body(document: Document) -> Body | None:
    for place in LOOSE_PLACES:
        for element in document.by_mark.get(mark_of(place), ())[:MOST_OF_A_PLACE]:
            body = _body_in(document, element, place)
            length = sum(map(len, body.lines))
            prose = length >= SHORTEST_PROSE and max(map(len, body.lines)) >= SHORTEST_PROSE // 2
            if prose and linked_share(element) < MOST_LINKED:
                return body
    return None


def linked_share(element: html.HtmlElement) -> float:
    """The share of an element's visible characters that stand in links; 1.0 where it has none."""
    total = sum(len(line.text) for line in lines(element))
    linked = sum(len(link.text_content().strip()) for link in element.iter("a"))
    return min(1.0, linked / total) if total else 1.0


def _extracted_body(document: Document) -> Body | None:
    """What trafilatura makes of the page, unless that is mostly link text, as on a list or a home page."""
    if len(document.page.text) > LARGEST_FOR_TRAFILATURA or linked_share(document.root) > MOST_LINKED:
        return None
    from trafilatura import extract  # costs half a second to import, and few pages need it

    text = extract(
        html.tostring(document.root, encoding="unicode"), include_comments=False, include_tables=True, fast=True
    )
    shown = [one for line in (text or "").split("\n") if (one := line.strip(" |-\t"))]
    links = {"".join("".join(map(str, link.itertext())).split()) for link in document.root.iter("a")} - {""}
    is_link = ["".join(line.split()) in links for line in shown]
    linked = sum(len(line) for line, whole in zip(shown, is_link, strict=True) if whole)
    total = sum(map(len, shown))
    if total < SHORTEST_PROSE // 2 or linked > total * MOST_LINKED:
        return None
    first, last = is_link.index(False), len(is_link) - is_link[::-1].index(False)  # navigation before and behind
    return Body(tuple(without_furniture(shown[first:last])), "trafilatura")


def without_furniture(texts: list[str]) -> Iterator[str]:
    """The lines of a body without buttons, breadcrumbs, the line of time and source, and the list of related pages."""
    end = len(texts)
    for at in range(max(0, end - 2 * EDGE), end):
        if _RELATED.match(texts[at]) and len(texts[at]) < 200:
            end = at
            break
    for at, text in enumerate(texts[:end]):
        at_edge = at < EDGE or at >= end - EDGE
        if len(text) <= 60 and _BUTTONS.match(text):
            continue
        if at_edge and len(text) <= 120 and (_LABELLED.match(text) or _DATED.match(text) or _BREADCRUMB.match(text)):
            continue
        yield text


def page_lines(document: Document, body: Body | None) -> list[Line]:
    """All visible lines of the page; those of the body are marked."""
    return list(lines(document.root, body=body.element if body else None))
