"""What matching takes and gives: a release's text, a posting's text, a match with its card."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from syndication.clock import Interval
    from syndication.glossary import Mode


@dataclass(frozen=True)
class ReleaseText:
    """A release as far as matching needs it. `aliases` are further addresses at which www.gov.cn carries it."""

    release_id: str
    url: str
    title: str
    text: str
    document_number: str = ""
    issued_on: date | None = None
    released_at: datetime | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class PostingText:
    """A posting as far as matching needs it.

    `read` is False where only the list row is known: the page could not be or was not read, and `text` says nothing.
    `links` are the addresses that stand in the body; `target` is where the page as a whole leads on to.
    """

    posting_id: str
    url: str
    title: str
    text: str = ""
    read: bool = True
    document_number: str = ""
    source: str = ""
    published: Interval | None = None
    links: tuple[str, ...] = ()
    target: str = ""


@dataclass(frozen=True)
class Match:
    """A posting republishes a release, or may do so.

    `score` lies in 0..1 and orders matches; it decides nothing. `rule` names what decided. `decided` is False for a
    pair that is too close to call: it goes to review and is not a match. `card` is JSON-ready.
    """

    posting_id: str
    release_id: str
    mode: Mode
    score: float
    rule: str
    decided: bool
    card: Mapping[str, Any] = field(repr=False)
