"""What the parts of a page are for: menus, footers, hot lists, controls, headings, empty lists.

Facts (portals-survey selectors; page-facts "Lists"): templates say it by class and id, by the heading in front of a list
(相关解读, 热门), or by words only (暂无内容). The main list can stand in a part called `right` or `center`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from .tree import han_count, squeeze, text_of, texts_of, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml.etree import _Element as Element

LONG_TITLE = 8
"""Chinese characters; names of columns in a menu are shorter, titles of items are seldom."""

FURNITURE = re.compile(
    r"(?:^|[-_\s])(?:nav|navi|navbar|navigation|menu|submenu|header|footer|foot|breadcrumbs?|crumbs?|path|position|weizhi|dqwz|"
    r"copyright|friendlinks?|yqlj|sitemap)(?:$|[-_\s\d])",
    re.IGNORECASE,
)
BESIDE = re.compile(
    r"(?:^|[-_\s])(?:hot|hotnews|rank|ranking|paihang|tuijian|recommend|related?|xgjd|xgyd|xgwj|xglj|xgbd|xgxx|popbox|popup|aside|sidebar)"
    r"(?:$|[-_\s\d])",
    re.IGNORECASE,
)
BESIDE_HEADING = re.compile(
    r"相关(?:解读|链接|阅读|文件|新闻|文章|报道|信息|稿件)|热门|热点|点击排行|排行|推荐|友情链接|延伸阅读|猜你"
)
_WORDS_OF_A_PAGER = re.compile(
    r"(?:上|下|前|后|末|首|尾|第)\S{0,4}页|更多|more|首页|\[?(?:详细|详情|查看|查看详情|阅读全文|全文|下载|点击查看)\]?|[\d\s<>«»‹›.…]+",
    re.IGNORECASE,
)
_SAYS_EMPTY = re.compile(
    r"暂无(?:相关)?(?:数据|内容|信息|记录|文件|结果)|没有(?:找到)?(?:相关|任何)?(?:数据|内容|信息|记录)|共\s*0\s*条"
)
NESTING = frozenset({"ul", "ol", "dl", "table"})
LIST_WORDS = re.compile(r"list|news|liebiao|lanmu|(?:^|[-_\s])lb", re.IGNORECASE)
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})


def is_long(title: str) -> bool:
    """Whether a title is long enough for an item."""
    return han_count(title) >= LONG_TITLE


def is_control(title: str) -> bool:
    """Whether a link is part of the list's controls (pager, 更多, 详情), not an item."""
    return bool(_WORDS_OF_A_PAGER.fullmatch(title.strip(" []【】")))


def is_beside(element: Element) -> bool:
    """Whether an element is by its class or id a hot list, 相关解读 or another list beside the main one."""
    return _says_beside(words_of(element))


@lru_cache(maxsize=8192)
def _says_beside(words: str) -> bool:
    return BESIDE.search(words) is not None


def nesting_above(elements: Iterable[Element]) -> list[Element]:
    """Those of an item's ancestors that make it an item of a list of their own."""
    return [node for node in elements if node.tag in NESTING or is_beside(node)]


@dataclass(eq=False)
class Places:
    """Where elements of one page stand; what was found is kept, for the ancestors are asked for many times."""

    _kinds: dict[Element, str] = field(default_factory=dict)

    def kind(self, element: Element) -> str:
        """Where an element stands: `beside` (hot lists, 相关解读), `furniture` (menu, header, footer) or ''."""
        path: list[Element] = []
        node: Element | None = element
        while node is not None and node not in self._kinds:
            path.append(node)
            node = node.getparent()
        kind = self._kinds[node] if node is not None else ""
        for node in reversed(path):
            words = words_of(node)
            if node.tag in {"html", "body"}:
                kind = ""
            elif node.tag == "aside" or BESIDE.search(words):
                kind = "beside"
            elif not kind and (node.tag in {"nav", "header", "footer"} or FURNITURE.search(words)):
                kind = "furniture"
            self._kinds[node] = kind
        return kind


def headed_as_beside(parent: Element) -> bool:
    """Whether the heading before a list calls it 相关解读, 热门 or the like."""
    node: Element | None = parent
    for _ in range(2):
        if node is None or node.tag in {"body", "html"}:
            return False
        for brother in islice(node.itersiblings(preceding=True), 3):
            if brother.tag in {"script", "style", "link"}:
                continue
            text = squeeze("".join(islice(texts_of(brother), 12)))
            if text:
                return len(text) <= 12 and BESIDE_HEADING.search(text) is not None
        node = node.getparent()
    return False


def is_empty_list(root: Element) -> bool:
    """Whether a page that has no rows shows a list without items, or says that there are none."""
    for element in root.iter("ul", "ol", "tbody", "div"):
        words = words_of(element)
        if (
            LIST_WORDS.search(words)
            and not FURNITURE.search(words)
            and not BESIDE.search(words)
            and next(element.iter("a"), None) is None
        ):
            return (
                not squeeze("".join(islice(texts_of(element), 400))) or _SAYS_EMPTY.search(text_of(element)) is not None
            )
    return _SAYS_EMPTY.search(squeeze("".join(islice(texts_of(root), 20_000)))) is not None
