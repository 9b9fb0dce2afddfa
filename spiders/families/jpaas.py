"""Family `jpaas`: Hanweb's JPaaS, whose lists come as JSON that wraps the HTML of the rows."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, ClassVar

from syndication.errors import UnreadablePage
from syndication.glossary import Outcome
from syndication.items import Ask, Listing

from .asking import REQUEST_OPTIONS, ask_for, following, page_number, parameter, with_parameter
from .base import ListFamily, Option, address
from .finding import Finder
from .html import Html, rows_of
from .json_text import json_of, values_at
from .tree import links_of, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syndication.items import Channel, Page

UNIT = "/front/page/build/unit"
_OTHER_UNITS = re.compile(r"位置|导航|标题|头部|底部|页头|页脚|菜单|nav|head|foot|menu|banner|position", re.IGNORECASE)
_LIST_UNITS = re.compile(r"列表|内容|list", re.IGNORECASE)


class Jpaas(ListFamily):
    """A unit of JPaaS: `/api-gateway/jpaas-publish-server/front/page/build/unit?…` answers JSON; `data.html` is rows.

    How to recognise it: the column's page is empty but for `<script … parsetype="bulidstatic" url="…/build/unit"
    querydata="{…}">` (the word is spelled so, at some sites `buildstatic`). The channel's address is either the unit's,
    its parameters in it or in `params`, or the column's page, in which the unit is then found. Rows can stand unsorted.
    """

    name = "jpaas"
    own: ClassVar[Mapping[str, Option]] = {**Html.own, **REQUEST_OPTIONS}
    example = (
        "cnca-zw,cnca,政务,https://www.cnca.gov.cn/api-gateway/jpaas-publish-server/front/page/build/unit,jpaas,news,"
        '"{""params"": {""parseType"": ""bulidstatic"", ""webId"": ""…"", ""tplSetId"": ""…"", '
        '""pageType"": ""column"", '
        '""tagId"": ""栏目-list"", ""pageId"": ""…""}}",'
    )

    def first(self, channel: Channel) -> Ask:
        """The request for the first page: of the unit, or of the column's page that names it."""
        return ask_for(channel.url, channel.options)

    def read_rows(self, page: Page, options: Mapping[str, Any]) -> Listing:
        """See `ListFamily.read`; for the column's page no rows, and the request for the unit that it names.

        Raises:
            UnreadablePage: `layout_changed` for JSON without `data.html` and for a page without a unit, `empty` if the
                first page's HTML is blank.
        """
        if page.text.lstrip("\ufeff \r\n\t").startswith("<"):
            return Listing((), _unit_in(page, options))
        value = json_of(page.text)
        markup = next((text for text in values_at(value, "data.html") if isinstance(text, str)), None)
        if markup is None:
            raise UnreadablePage(Outcome.LAYOUT_CHANGED, "the answer has no data.html")
        numbered = _with_page_name(page, options)
        further = (_number(page, numbered) or 1) > options.get("first_page", 1)
        if not markup.strip():
            if further:
                return Listing(())
            raise UnreadablePage(Outcome.EMPTY, "data.html is blank")
        inner = Html().read_rows(_page_of(page, markup), options) if "css" in options else _found(page, markup, options)
        if not inner.rows and not further:
            raise UnreadablePage(Outcome.LAYOUT_CHANGED, "no list of items in data.html")
        return Listing(inner.rows, _next(page, numbered, len(inner.rows)))


def _page_of(page: Page, markup: str) -> Page:
    return type(page)(
        page.url, page.status, page.content_type, markup, page.charset, page.charset_reason, page.looked_at
    )


def _found(page: Page, markup: str, options: Mapping[str, Any]) -> Listing:
    tree = parse(f"<div>{markup}</div>", page.url)
    return Listing(rows_of(Finder(links_of(tree, options), page.looked_at).main_list(), page.looked_at))


def _with_page_name(page: Page, options: Mapping[str, Any]) -> dict[str, Any]:
    return (
        {"page": "pageNo", **options} if "paramJson" not in (page.ask.url if page.ask else page.url) else dict(options)
    )


def _number(page: Page, options: Mapping[str, Any]) -> int | None:
    inner = _inner_parameters(page)
    if inner is not None:
        number = inner.get("pageNo")
        return int(str(number)) if str(number).isdigit() else None
    return page_number(page, options)


def _next(page: Page, options: Mapping[str, Any], shown: int) -> Ask | None:
    inner = _inner_parameters(page)
    if inner is None:
        return following(page, options, shown, None)
    number = _number(page, options)
    if number is None or not shown:
        return None
    wanted = json.dumps({**inner, "pageNo": number + 1}, ensure_ascii=False, separators=(",", ":"))
    return Ask(with_parameter(page.ask.url if page.ask else page.url, "paramJson", wanted))


def _inner_parameters(page: Page) -> dict[str, Any] | None:
    """The parameter `paramJson` of some units: `{"pageNo": 1, "pageSize": "24"}`."""
    text = parameter(page.ask.url if page.ask else page.url, "paramJson")
    if not text:
        return None
    value = json_of(text)
    return value if isinstance(value, dict) else None


def _unit_in(page: Page, options: Mapping[str, Any]) -> Ask:
    tree = parse(page.text, page.url)
    best: tuple[int, Ask] | None = None
    for script in tree.root.iter("script"):
        unit, query = script.get("url") or "", script.get("querydata") or ""
        if UNIT not in unit or not query:
            continue
        parameters = json_of(query.replace("\\'", "'").replace("'", '"'))
        tag = str(parameters.get("tagId", ""))
        rank = 0 if _OTHER_UNITS.search(tag) else 2 if _LIST_UNITS.search(tag) else 1
        if best is None or rank > best[0]:
            best = rank, ask_for(address(unit, tree.base), {**options, "params": parameters})
    if best is None:
        raise UnreadablePage(Outcome.LAYOUT_CHANGED, "neither JSON nor a page that names a JPaaS unit")
    return best[1]
