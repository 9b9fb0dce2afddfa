"""What a family is, and what all families share: options, addresses, and the errors that a list can end in.

A channel is a row of channels.csv, a family is the shape in which the list of a channel comes. Families are pure: they
take a decoded page and give rows; they neither ask the network nor know the store.
"""

from __future__ import annotations

import codecs
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable
from urllib.parse import urldefrag, urljoin, urlsplit

from syndication.errors import UnreadablePage
from syndication.glossary import Outcome
from syndication.items import Ask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from syndication.items import Channel, Listing, Page


@runtime_checkable
class Family(Protocol):
    """The shape in which a channel gives its list. Implementations are pure and without state."""

    @property
    def name(self) -> str:
        """The word in the column `family` of channels.csv."""
        ...

    @property
    def options(self) -> Mapping[str, str]:
        """The options that it takes: name -> meaning in one line."""
        ...

    def check_options(self, options: Mapping[str, Any]) -> None:
        """Raises ValueError that names the wrong option."""
        ...

    def first(self, channel: Channel) -> Ask:
        """The request for the first page of the channel's list."""
        ...

    def read(self, page: Page, options: Mapping[str, Any]) -> Listing:
        """The rows of a page and where the next page is. Raises UnreadablePage with the outcome to keep."""
        ...


@dataclass(frozen=True)
class Option:
    """An option of a family: its meaning in one line, and the check that raises ValueError for a wrong value."""

    meaning: str
    check: Callable[[Any], None]


def is_text(value: Any) -> None:
    """An option's check: a text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text is needed")


def is_count(value: Any) -> None:
    """An option's check: a whole number of one or more."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError("a whole number of 1 or more is needed")


def is_charset(value: Any) -> None:
    """An option's check: the name of an encoding that Python knows."""
    is_text(value)
    try:
        codecs.lookup(value)
    except LookupError as error:
        raise ValueError(f"no such encoding: {value}") from error


def is_replacement(value: Any) -> None:
    """An option's check: a pair `["wrong beginning", "right beginning"]` of addresses."""
    if not isinstance(value, list) or len(value) != 2 or not all(isinstance(part, str) and part for part in value):
        raise ValueError('a pair of texts is needed, as ["http://10.0.0.1/", "https://www.example.gov.cn/"]')


def is_true(value: Any) -> None:
    """An option's check: the word true."""
    if value is not True:
        raise ValueError("true is needed, or leave the option out")


COMMON: Mapping[str, Option] = {
    "encoding": Option("charset to try first when the page is decoded, e.g. gb18030", is_charset),
    "min_rows": Option("fewest rows that the first page can have; fewer means that the layout changed", is_count),
    "url_replace": Option(
        "pair of texts: rows whose address begins with the first get the second instead", is_replacement
    ),
    "render": Option("true: let a browser fill the page before it is read (docs/column.md)", is_true),
}


class ListFamily(ABC):
    """The base of all families: options checked against a table, the first request, the expected minimum."""

    name: ClassVar[str]
    own: ClassVar[Mapping[str, Option]] = {}
    example: ClassVar[str]

    @property
    def options(self) -> Mapping[str, str]:
        """The options that it takes: name -> meaning in one line."""
        return {name: option.meaning for name, option in {**self.own, **COMMON}.items()}

    def check_options(self, options: Mapping[str, Any]) -> None:
        """Raises ValueError that names the wrong option."""
        known = {**self.own, **COMMON}
        for name, value in options.items():
            if name not in known:
                raise ValueError(
                    f"option {name}: family {self.name} does not take it; it takes {', '.join(sorted(known))}"
                )
            try:
                known[name].check(value)
            except ValueError as error:
                raise ValueError(f"option {name}: {error}") from error

    def first(self, channel: Channel) -> Ask:
        """The request for the first page: the channel's address, unless a family says otherwise."""
        return Ask(channel.url)

    def read(self, page: Page, options: Mapping[str, Any]) -> Listing:
        """The rows of a page and where the next page is.

        Raises:
            UnreadablePage: `empty` if the list is there without rows, `layout_changed` if it is not there or holds
                fewer rows than `min_rows`.
        """
        if not page.text.strip():
            raise UnreadablePage(Outcome.EMPTY, "the answer has no content")
        listing = self.read_rows(page, options)
        expected = options.get("min_rows", 0)
        if len(listing.rows) < expected:
            raise UnreadablePage(Outcome.LAYOUT_CHANGED, f"{len(listing.rows)} rows, at least {expected} were expected")
        return listing

    @abstractmethod
    def read_rows(self, page: Page, options: Mapping[str, Any]) -> Listing:
        """The rows of a page that is not blank."""


def options_for_further_pages(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options without those that speak of the first page: the last page of a list may hold a single row."""
    return {name: value for name, value in options.items() if name != "min_rows"}


_NO_ADDRESS = re.compile(r"^(?:javascript|mailto|tel|data|about|file|vbscript):|^#(?![/!])", re.IGNORECASE)
_WHITE = re.compile(r"[\t\r\n]+")


def address(raw: str | None, base: str, options: Mapping[str, Any] | None = None) -> str:
    """The absolute http address of a link, or '' for one that leads nowhere (script, mail, anchor, nonsense).

    Args:
        raw: as it stands in the page: relative, protocol-relative, with blanks around or backslashes.
        base: the absolute address that it is relative to.
        options: the channel's options, for `url_replace`.
    """
    text = _WHITE.sub("", raw or "").strip(" \u3000\u00a0'\"").replace("\\", "/")
    if not text or _NO_ADDRESS.match(text):
        return ""
    try:
        joined = urljoin(base, text)
        parts = urlsplit(joined)
    except ValueError:  # what urllib raises for "http://[..": the link leads nowhere
        return ""
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return ""
    if not parts.fragment.startswith(("/", "!")):
        joined = urldefrag(joined).url
    joined = joined.replace(" ", "%20")
    if options and "url_replace" in options:
        wrong, right = options["url_replace"]
        if joined.startswith(wrong):
            joined = right + joined[len(wrong) :]
    return joined
