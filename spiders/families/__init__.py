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
from .json_list import JsonList
from .pushinfo import PushInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syndication.items import Page

_ALL: tuple[ListFamily, ...] = (Html(), HanwebXml(), JsonList(), PushInfo(), Feed(), Home())

FAMILIES: Mapping[str, Family] = MappingProxyType({family.name: family for family in _ALL})
"""All families by name."""

__all__ = ["FAMILIES", "Family", "family_of", "options_for_further_pages", "recognise"]


def family_of(name: str) -> Family:
    """The family of a name.

    Raises:
        ValueError: there is none of that name; the message lists them.
    """
    try:
        return FAMILIES[name]
    except KeyError:
        raise ValueError(f"no such family: {name!r}; there are {', '.join(sorted(FAMILIES))}") from None


_BY_FIT = ("hanweb_xml", "pushinfo", "feed", "html", "home")


def recognise(page: Page) -> list[str]:
    """The names of the families that read rows in a page without options, the closest fit first."""
    fitting = []
    for name in _BY_FIT:
        try:
            rows = FAMILIES[name].read(page, {}).rows
        except UnreadablePage:
            continue
        if rows:
            fitting.append(name)
    return fitting
