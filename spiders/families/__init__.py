"""The families: the shapes in which channels give their lists, each a module, shared by many portals.

`family_of(name)` gives the family of a row of channels.csv; `recognise(page)` says which families can read a page.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from syndication.errors import UnreadablePage

from .base import Family, ListFamily, options_for_further_pages
from .feed import Feed
from .hanweb_xml import HanwebXml
from .home import Home
from .html import Html
from .jpaas import Jpaas
from .json_list import JsonList
from .pushinfo import PushInfo
from .ucap_search import UcapSearch
from .xinhua_ds import XinhuaDs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syndication.items import Page

ALL: tuple[ListFamily, ...] = (
    Html(),
    HanwebXml(),
    Jpaas(),
    JsonList(),
    UcapSearch(),
    XinhuaDs(),
    Feed(),
    PushInfo(),
    Home(),
)

FAMILIES: Mapping[str, Family] = MappingProxyType({family.name: family for family in ALL})
"""All families by name."""

__all__ = ["ALL", "FAMILIES", "Family", "family_of", "options_for_further_pages", "recognise"]


def family_of(name: str) -> Family:
    """The family of a name.

    Raises:
        ValueError: there is none of that name; the message lists them.
    """
    try:
        return FAMILIES[name]
    except KeyError:
        raise ValueError(f"no such family: {name!r}; there are {', '.join(sorted(FAMILIES))}") from None


_BY_FIT = ("hanweb_xml", "xinhua_ds", "ucap_search", "jpaas", "feed", "pushinfo", "html", "home")


def recognise(page: Page) -> list[str]:
    """The names of the families that can read a page without options, the closest fit first.

    A page fits a family if the family reads rows in it, or finds in it the address where the rows are.
    """
    fitting = []
    by_address = "gov.cn/pushinfo/" in page.url
    for name in _BY_FIT:
        if name == "pushinfo" and not by_address and page.text.lstrip().startswith("<"):
            continue
        try:
            listing = FAMILIES[name].read(page, {})
        except UnreadablePage:
            continue
        if listing.rows or listing.next:
            fitting.append(name)
    return sorted(fitting, key=lambda name: name != "pushinfo") if by_address else fitting
