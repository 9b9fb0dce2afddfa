"""Family `json`: a list that comes as JSON, read by paths; and ZUIXINZHENGCE.json, the new policies of www.gov.cn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from syndication.clock import read_declared
from syndication.errors import UnreadablePage
from syndication.glossary import Outcome
from syndication.items import Listing, Row

from .asking import REQUEST_OPTIONS, ask_for, following, page_number
from .base import ListFamily, Option, address
from .json_text import (
    is_path,
    is_path_or_paths,
    is_path_or_template,
    json_of,
    number_at,
    plain,
    rows_at,
    text_at,
)
from .pinned import with_pins
from .printed import date_in_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from syndication.items import Ask, Channel, Page


class JsonList(ListFamily):
    """A list that comes as JSON or JSONP, of any shape: paths say where rows, titles, addresses and times are.

    How to recognise it: the page for people has no titles in its source, and its scripts ask an address that answers
    `{…}` or `[…]` or `callback(…)`. A path is names joined by dots, `[*]` for every element, `[0]` for one. Of several
    paths the first with a value counts; an address can be made of values: `/doc.html?id={docId}`.
    """

    name = "json"
    own: ClassVar[Mapping[str, Option]] = {
        "rows": Option("path of the rows, e.g. data.results; needed", is_path),
        "title": Option("path or list of paths of the title; `title` unless told", is_path_or_paths),
        "url": Option(
            "path, list of paths or address with {paths} of the item; `url` unless told", is_path_or_template
        ),
        "time": Option("path or list of paths of the time, as text or epoch", is_path_or_paths),
        "total": Option("path of the number of rows of the whole list", is_path),
        **REQUEST_OPTIONS,
    }
    example = (
        "cac-wxfb,cac,网信发布,https://www.cac.gov.cn/wxzw/wxfb/A093702index_1.htm,json,news,"
        '"{""api"": ""https://www.cac.gov.cn/cms/JsonList"", '
        '""form"": {""channelCode"": ""A093702"", ""perPage"": 20}, ""page"": ""pageno"", '
        '""rows"": ""list"", ""title"": ""topic"", ""url"": ""infourl"", ""time"": ""pubtime""}",'
    )

    def check_options(self, options: Mapping[str, Any]) -> None:
        """Raises ValueError that names the wrong option."""
        super().check_options(options)
        if "rows" not in options:
            raise ValueError("option rows: family json needs the path of the rows")
        if "form" in options and "json" in options:
            raise ValueError("option json: a request has one body, form or json")

    def first(self, channel: Channel) -> Ask:
        """The request for the first page."""
        return ask_for(channel.url, channel.options)

    def read_rows(self, page: Page, options: Mapping[str, Any]) -> Listing:
        """See `ListFamily.read`; `layout_changed` if nothing is where rows should be, `empty` for none on page 1."""
        if "rows" not in options:
            raise UnreadablePage(Outcome.LAYOUT_CHANGED, "family json cannot read without the option rows")
        value = json_of(page.text)
        entries = rows_at(value, options["rows"])
        total = number_at(value, options["total"]) if "total" in options else None
        first = options.get("first_page", 1)
        if not entries and (page_number(page, options) or first) == first:
            raise UnreadablePage(Outcome.EMPTY, f"no rows at {options['rows']}")
        fields = {name: options.get(name, name) for name in ("title", "url")}
        found = rows_of_entries(entries, page, options, **fields, time=options.get("time", []))
        return Listing(found, following(page, options, len(entries), total), total)


def rows_of_entries(
    entries: Iterable[Mapping[str, Any]],
    page: Page,
    options: Mapping[str, Any],
    *,
    title: str | list[str],
    url: str | list[str],
    time: str | list[str],
) -> tuple[Row, ...]:
    """Rows of JSON objects; an object without title or address is no item.

    Raises:
        UnreadablePage: `layout_changed` if there are objects and none is an item.
    """
    rows: dict[str, Row] = {}
    count = 0
    for entry in entries:
        count += 1
        link, name = address(text_at(entry, url), page.url, options), plain(text_at(entry, title))
        if link and name:
            declared = read_declared(text_at(entry, time), "api", anchor=page.looked_at)
            rows.setdefault(link, Row(link, name, declared or date_in_address(link, page.looked_at)))
    if count and not rows:
        raise UnreadablePage(Outcome.LAYOUT_CHANGED, f"{count} rows, none with title ({title}) and address ({url})")
    return with_pins(rows.values(), page.looked_at)


def read_zuixin(page: Page) -> tuple[Row, ...]:
    """The rows of ZUIXINZHENGCE.json: `[{"TITLE", "SUB_TITLE", "URL", "DOCRELPUBTIME": "YYYY-MM-DD"}, …]`.

    Raises:
        UnreadablePage: `layout_changed` if it is not of that shape. An empty list is a list.
    """
    entries = json_of(page.text)
    if not isinstance(entries, list):
        raise UnreadablePage(Outcome.LAYOUT_CHANGED, "the list of new policies is no list")
    rows: dict[str, Row] = {}
    for number, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            raise UnreadablePage(Outcome.LAYOUT_CHANGED, f"entry {number} of the list of new policies is no object")
        url, title = address(text_at(entry, "URL"), page.url), plain(text_at(entry, "TITLE"))
        if not url or not title:
            raise UnreadablePage(
                Outcome.LAYOUT_CHANGED, f"entry {number} of the list of new policies lacks TITLE or URL"
            )
        rows.setdefault(url, Row(url, title, read_declared(text_at(entry, "DOCRELPUBTIME"), "api")))
    return with_pins(rows.values(), page.looked_at)
