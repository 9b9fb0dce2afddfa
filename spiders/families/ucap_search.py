"""Family `ucap_search`: the search interface of UCAP sites, which gives a column as JSON with times to the second."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from syndication.errors import UnreadablePage
from syndication.glossary import Outcome
from syndication.items import Ask, Listing

from .asking import following, page_number, parameter, with_parameter
from .base import ListFamily, address
from .json_list import rows_of_entries
from .json_text import json_of, number_at, rows_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syndication.items import Channel, Page

_INTERFACE = re.compile(r"/(?:common/search|searchList)/[0-9a-z]+", re.IGNORECASE)
_CHANNEL_ID = re.compile(r"\bchannel_?id[\"']?\s*(?:[=:]|content=)\s*[\"']?([0-9a-f]{32})\b", re.IGNORECASE)
_PAGING = {"page": "page"}
_ASKED: Mapping[str, str] = {"_isAgg": "true", "_isJson": "true", "_pageSize": "20", "_template": "index", "page": "1"}


class UcapSearch(ListFamily):
    """The search interface of a UCAP site: `/common/search/<id>` or `/searchList/<id>`, JSON with `data.results`.

    How to recognise it: the column is named `common_list.shtml` or the like and its page, or a script in it, holds
    `/common/search/<32 characters>`. No option is needed: `_isJson=true` and the others are added to the address where
    they are absent. The address can also be the column's page, in which the interface is then found.
    """

    name = "ucap_search"
    example = (
        "hlj-hzf,heilongjiang,黑政发,https://www.hlj.gov.cn/common/search/c7eb6a51b99845ea906d5ec83b0f8e27,"
        "ucap_search,news,,"
    )

    def first(self, channel: Channel) -> Ask:
        """The request for the first page: of the interface, or of the column's page."""
        return _ask(channel.url) if _INTERFACE.search(channel.url) else Ask(channel.url)

    def read_rows(self, page: Page, options: Mapping[str, Any]) -> Listing:
        """See `ListFamily.read`; for the column's page no rows, and the request for the interface that it names.

        Raises:
            UnreadablePage: `layout_changed` for JSON without `data.results` and for a page that names no interface,
                `empty` if the first page has no results.
        """
        if page.text.lstrip("\ufeff \r\n\t").startswith("<"):
            return Listing((), _interface_in(page))
        value = json_of(page.text)
        entries = rows_at(value, "data.results")
        total = number_at(value, "data.total")
        if not entries and page_number(page, _PAGING) == 1:
            raise UnreadablePage(Outcome.EMPTY, "data.results is empty")
        rows = rows_of_entries(
            entries, page, options, title="title", url="url", time=["publishedTimeStr", "publishedTime"]
        )
        size = parameter(page.url, "_pageSize")
        shown = int(size) if size.isdigit() and entries else len(entries)
        return Listing(rows, following(page, _PAGING, shown, total), total)


def _ask(url: str) -> Ask:
    for name, value in _ASKED.items():
        if not parameter(url, name):
            url = with_parameter(url, name, value)
    return Ask(url)


def _interface_in(page: Page) -> Ask:
    named = _INTERFACE.search(page.text)
    if named:
        return _ask(address(named[0], page.url))
    channel = _CHANNEL_ID.search(page.text)
    if channel:
        return _ask(address(f"/common/search/{channel[1]}", page.url))
    raise UnreadablePage(Outcome.LAYOUT_CHANGED, "neither JSON nor a page that names /common/search/ or /searchList/")
