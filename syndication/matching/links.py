"""Addresses as evidence: does a posting stand for a page of www.gov.cn, itself or through a page that leads there?

Facts of the world: www.gov.cn answers under http and https, with and without `www.`; a directory and its index page are
one page; portals send readers on through `/jump?url=…` and the like, with the address percent-encoded, sometimes twice.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from syndication.addresses import address_key
from syndication.glossary import Mode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from syndication.matching.model import PostingText, ReleaseText

_INDEX = re.compile(r"/(?:index|default)\.s?html?$")
_MOST_LINKS = 500  # of a body; more are a list, which republishes nothing
_DEEPEST = 3       # encodings within encodings that are followed
_ADDRESS = re.compile(r"https?://[\w.:/?&=%#~+@!$*,;-]+", re.IGNORECASE | re.ASCII)


def release_key(address: str) -> str:
    """A key that is equal for addresses of one page; empty for what is no web address."""
    trimmed = address.strip()
    try:
        parts = urlsplit(trimmed)
        if parts.scheme.lower() not in {"http", "https"} or not parts.hostname:
            return ""
        key = address_key(trimmed)
    except ValueError:  # a port or bracketed host that cannot be: such text stands in pages, and is no address
        return ""
    path, question, query = key.partition("?")
    return _INDEX.sub("", path).rstrip("/") + question + query


def same_address(a: str, b: str) -> bool:
    """Whether two addresses name the same page: scheme, `www.`, fragment, index page and last slash do not count."""
    key = release_key(a)
    return bool(key) and key == release_key(b)


def carried_addresses(address: str) -> list[str]:
    """The web addresses that an address carries in its query, fragment or path (`/jump?url=https%3A%2F%2F…`)."""
    found: list[str] = []
    rest = address[len("https://") :]
    for _ in range(_DEEPEST):
        found += _ADDRESS.findall(rest)
        decoded = unquote(rest)
        if decoded == rest:
            break
        rest = decoded
    return found + [hit.partition("&")[0] for hit in found if "&" in hit]


class ReleaseAddresses:
    """The addresses of all releases, and which of them a posting leads to. Releases are named by their position."""

    def __init__(self, releases: Sequence[ReleaseText]) -> None:
        self._at: dict[str, list[int]] = {}
        for i, release in enumerate(releases):
            for key in sorted({release_key(address) for address in (release.url, *release.aliases)} - {""}):
                self._at.setdefault(key, []).append(i)

    def led_to(self, posting: PostingText) -> dict[int, Mode]:
        """Releases to which the posting's own address (link), or its page as a whole (wrapped link), leads."""
        found = dict.fromkeys(self._releases([posting.url]), Mode.LINK)
        onward = [posting.target, *carried_addresses(posting.url), *carried_addresses(posting.target)]
        for release in self._releases(onward):
            found.setdefault(release, Mode.WRAPPED_LINK)
        return found

    def linked(self, posting: PostingText) -> frozenset[int]:
        """Releases whose addresses stand in the posting's body, as links or as text."""
        if not self._at:
            return frozenset()
        written = (found[0] for found in _ADDRESS.finditer(posting.text))
        return frozenset(self._releases([*posting.links[:_MOST_LINKS], *islice(written, _MOST_LINKS)]))

    def _releases(self, addresses: Sequence[str]) -> list[int]:
        return [i for address in addresses for i in self._at.get(release_key(address), ())]
