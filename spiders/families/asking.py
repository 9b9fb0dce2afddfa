"""Requests of lists that are asked for by parameters: in the address, in a form or in a JSON body, page by page.

Facts (portals-survey): some lists are POST only (网信办 湖南 四川 云南 税务总局); page numbers begin with 1 or 0 and
stand in the query, the body, or the path (`…pageIndex=1,pageSize=18.json`).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from syndication.items import Ask

from .base import Option, is_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syndication.items import Page

SLOT = "{page}"


def is_parameters(value: Any) -> None:
    """An option's check: names and values of parameters."""
    if not isinstance(value, dict) or not value or not all(isinstance(name, str) and name for name in value):
        raise ValueError('names and values are needed, as {"channelCode": "A093702"}')


def is_number(value: Any) -> None:
    """An option's check: a whole number of zero or more."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("a whole number of 0 or more is needed")


REQUEST_OPTIONS: Mapping[str, Option] = {
    "api": Option(
        "address that answers, where the channel's own address is the page for people; may hold {page}", is_text
    ),
    "params": Option("parameters of the address's query, added to those that stand in it", is_parameters),
    "form": Option("parameters to send by POST as a form", is_parameters),
    "json": Option("parameters to send by POST as JSON", is_parameters),
    "headers": Option("request headers that the list wants, e.g. a Referer", is_parameters),
    "page": Option("name of the parameter with the page's number, in the address, form or JSON", is_text),
    "first_page": Option("number of the first page; 1 unless told", is_number),
}


def ask_for(url: str, options: Mapping[str, Any], number: int | None = None) -> Ask:
    """The request for a page of a list.

    Args:
        url: the channel's address.
        options: of REQUEST_OPTIONS.
        number: the page's number; the first page without it.
    """
    number = options.get("first_page", 1) if number is None else number
    target = str(options.get("api") or url).replace(SLOT, str(number))
    for key, value in options.get("params", {}).items():
        target = with_parameter(target, key, str(value))
    name = options.get("page")
    headers = {str(key): str(value) for key, value in options.get("headers", {}).items()}
    if "json" in options:
        parameters = {**options["json"], **({name: number} if name else {})}
        return Ask(
            target, "POST", {"Content-Type": "application/json", **headers}, json.dumps(parameters, ensure_ascii=False)
        )
    if "form" in options:
        parameters = {**options["form"], **({name: number} if name else {})}
        return Ask(
            target, "POST", {"Content-Type": "application/x-www-form-urlencoded", **headers}, urlencode(parameters)
        )
    return Ask(with_parameter(target, name, number) if name else target, headers=headers)


def with_parameter(url: str, name: str, value: str | int) -> str:
    """An address with a parameter of its query set, the others left as they are."""
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    if any(key == name for key, _ in pairs):
        pairs = [(key, str(value) if key == name else old) for key, old in pairs]
    else:
        pairs.append((name, str(value)))
    return urlunsplit(parts._replace(query=urlencode(pairs)))


def parameter(url: str, name: str) -> str:
    """The value of a parameter of an address's query, '' without it."""
    return dict(parse_qsl(urlsplit(url).query)).get(name, "")


def page_number(page: Page, options: Mapping[str, Any]) -> int | None:
    """The number of the page that was asked for; None if the request does not tell."""
    first: int = options.get("first_page", 1)
    ask = page.ask or Ask(page.url)
    template = str(options.get("api") or "")
    if SLOT in template:
        head, _, tail = template.partition(SLOT)
        found = re.search(re.escape(head) + r"(\d+)" + re.escape(tail), ask.url)
        return int(found[1]) if found else None
    name = options.get("page")
    if not name:
        return None
    if "json" in options:
        sent = json.loads(ask.body) if ask.body else {}
        return int(sent.get(name, first)) if page.ask else None
    if "form" in options:
        return int(dict(parse_qsl(ask.body)).get(name, first)) if page.ask else None
    text = parameter(ask.url, name)
    return int(text) if text.isdigit() else first


def following(page: Page, options: Mapping[str, Any], shown: int, total: int | None) -> Ask | None:
    """The request for the page after this one; None on the last page or where the list has no page numbers.

    Args:
        page: the page just read.
        options: of REQUEST_OPTIONS.
        shown: how many rows it has.
        total: how many the whole list has, if it says so.
    """
    number = page_number(page, options)
    if number is None or not shown:
        return None
    read_so_far = (number - options.get("first_page", 1) + 1) * shown
    if total is not None and read_so_far >= total:
        return None
    return ask_for(page.ask.url if page.ask else page.url, options, number + 1)
