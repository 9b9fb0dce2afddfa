"""Patience: which failures are worth a second attempt, how long to wait for it, and when a host is given up for the night.

Facts of the world (survey): sites answer 502 or 503 while they publish, some close the door for a minute after a burst
(429, or nothing at all), some name the time to wait; a 403, 412 or 521 is a decision of theirs, which asking again would
only confirm. A dead host costs its whole time-out with each attempt.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from syndication.glossary import Outcome

if TYPE_CHECKING:
    from datetime import datetime

REPEATED = frozenset({Outcome.TIMEOUT, Outcome.REFUSED, Outcome.DNS})
REPEATED_STATUSES = frozenset({408, 429, 500, 502, 503, 504, 522, 524})


@dataclass(frozen=True)
class Patience:
    """The measures of one run: attempts after the first, seconds, and failures in a row until a host is given up."""

    times: int
    wait: float
    longest_wait: float
    failures: int

    def delay(self, failures: int, asked: float | None = None) -> float | None:
        """Seconds to wait after so many failures in a row; None where the server asks for more than is waited.

        Args:
            failures: of the host, one or more.
            asked: seconds that its `Retry-After` names, if it does.
        """
        if asked is not None and asked > self.longest_wait:
            return None
        return min(max(self.wait * 2.0 ** (failures - 1), asked or 0.0), self.longest_wait)


@dataclass
class HostState:
    """What one run knows of a host: failures in a row with the last one's words, and when it may be asked again."""

    failures: int = 0
    outcome: Outcome = Outcome.OK
    detail: str = ""
    not_before: float = 0.0
    given_up: bool = False


def seconds_asked(retry_after: str, at: datetime) -> float | None:
    """The seconds that a `Retry-After` names from a moment on, as a number or as a date; None where it says nothing."""
    text = retry_after.strip()
    if text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:  # neither form: as if it were not there
        return None
    if moment.tzinfo is None:
        return None
    return max(0.0, (moment - at).total_seconds())
