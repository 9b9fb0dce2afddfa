"""Short words in which the portals' stories are told: an item put up, older items, news of the place, an outage."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from syndication.rehearsal.scenario import How, Outage, Posting, Prints, beijing

if TYPE_CHECKING:
    from datetime import datetime

    from syndication.glossary import Outcome

HOUR = timedelta(hours=1)
EVER = beijing("12-31 00:00")

COLUMN = "国务院信息"


def put(
    channel: str,
    how: str,
    about: str,
    at: str,
    *,
    prints: Prints = Prints.MINUTE,
    printed: str = "",
    sourced: bool = True,
    scheme: str = "https",
    article_fails_until: datetime | None = None,
) -> Posting:
    """A posting visible from `at`; it prints that time too, unless `printed` tells another."""
    return Posting(
        channel,
        How(how),
        beijing(at),
        about,
        prints,
        beijing(printed or at),
        sourced,
        scheme=scheme,
        article_fails_until=article_fails_until,
    )


def older(channel: str, count: int, *, prints: Prints = Prints.MINUTE, how: How = How.OLDER) -> tuple[Posting, ...]:
    """State Council papers that a list showed before the rehearsal began."""
    return tuple(
        Posting(channel, how, moment, str(number), prints, moment)
        for number, moment in ((n, beijing("02-28 10:30") - n * 25 * HOUR) for n in range(count))
    )


def local(channel: str = "home", *, days: tuple[int, ...] = (1, 4, 7)) -> tuple[Posting, ...]:
    """News of the place."""
    return tuple(put(channel, "local", str(day), f"03-{day:02d} 08:40") for day in days)


def at_look(text: str, outcome: Outcome, status: int | None = None, *, looks: int = 1, path: str = "") -> Outage:
    """An outage around `looks` looks from the one at `text` on."""
    since = beijing(text) - HOUR
    return Outage(since, since + timedelta(hours=12 * looks - 10), outcome, status, path)
