"""Family `feed`: RSS and Atom, read by feedparser; times by our own clock.

Facts (library-edges 5.1): feedparser's `*_parsed` dates are wrong for every Chinese form and shift naive times by eight
hours; it opens files and addresses when given a text that looks like one; an empty answer or a challenge page parses
without an error to a feed without `version`. Hence: bytes only, the prolog's encoding made to agree, raw dates only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

import feedparser

from syndication.clock import read_declared
from syndication.errors import UnreadablePage
from syndication.glossary import Outcome
from syndication.items import Listing, Row

from .base import ListFamily, address
from .json_text import plain
from .pinned import with_pins

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from syndication.clock import Declared
    from syndication.items import Page

MOST_MARKS = 100_000
"""Signs `<` in one feed. feedparser needs 10 microseconds and 300 bytes for each, all in one go: ten megabytes of nothing but
tags would hold up every other portal for a minute. A feed of a hundred whole articles has some ten thousand."""
_PROLOG = re.compile(r"^\s*<\?xml\b[^>]*\?>")
_DATE_FIELDS = ("published", "updated", "created", "date")


class Feed(ListFamily):
    """An RSS or Atom feed.

    How to recognise it: the answer begins with `<rss`, `<feed` or `<rdf:RDF`. No option is needed. A feed without items
    is a feed; an answer that is no feed is not.
    """

    name = "feed"
    own: ClassVar[Mapping[str, Any]] = {}
    example = "stats-zxfb,stats,数据发布,https://www.stats.gov.cn/sj/zxfb/rss.xml,feed,news,,"

    def read_rows(self, page: Page, options: Mapping[str, Any]) -> Listing:
        """See `ListFamily.read`; `layout_changed` if the answer is no feed or an item lacks a link or a title.

        `too_large` for more than MOST_MARKS tags.
        """
        if page.text.count("<") > MOST_MARKS:
            raise UnreadablePage(Outcome.TOO_LARGE, f"more than {MOST_MARKS} tags in one feed")
        text = _PROLOG.sub("", page.text.lstrip("\ufeff"))
        source = ('<?xml version="1.0" encoding="utf-8"?>' + text).encode("utf-8", "replace")
        # of what the items say only links, titles and dates are read: mending the markup of their texts would be lost time
        parsed = feedparser.parse(source, sanitize_html=False, resolve_relative_uris=False)
        if not parsed.get("version"):
            raise UnreadablePage(Outcome.LAYOUT_CHANGED, "the answer is no feed")
        rows: dict[str, Row] = {}
        for number, entry in enumerate(parsed.entries, start=1):
            url = address(entry.get("link"), page.url, options)
            title = plain(entry.get("title") or "")
            if not url or not title:
                raise UnreadablePage(Outcome.LAYOUT_CHANGED, f"item {number} of the feed has no link or no title")
            rows.setdefault(url, Row(url, title, _declared(entry, page.looked_at)))
        return Listing(with_pins(rows.values(), page.looked_at))


def _declared(entry: Mapping[str, Any], looked_at: datetime | None) -> Declared | None:
    for name in _DATE_FIELDS:
        raw = entry.get(name)
        declared = read_declared(raw, "feed", anchor=looked_at) if isinstance(raw, str) else None
        if declared:
            return declared
    return None
