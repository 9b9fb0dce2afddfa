"""When a posting cannot be a republication: it stood there before the release came out.

Facts of the world: www.gov.cn publishes papers of decades ago; the portals of then may carry them since then. Such a
posting is of the same text, and still no republication of this release. Clocks and time zones of portals are off by
hours, and a list prints only the day, so the border is drawn a day before.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from syndication.clock import beijing_midnight

if TYPE_CHECKING:
    from syndication.clock import Interval
    from syndication.matching.model import ReleaseText


def published_too_early(published: Interval | None, release: ReleaseText, days: float) -> bool:
    """Whether a posting is clearly older than the release: by more than `days` before it came out or was signed."""
    if published is None:
        return False
    came = release.released_at
    if came is None and release.issued_on is not None:
        came = beijing_midnight(release.issued_on)
    return came is not None and published.latest < came - timedelta(days=days)
