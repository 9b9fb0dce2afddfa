"""When a posting cannot be a republication: it stood there before the release came out.

Facts of the world: an older edition of a law has the text of the new one but for a line; only its date gives it away.
A paper cannot be carried before it was signed; where the day of signing is unknown, not before it came out (papers are
published on www.gov.cn days, and sometimes decades, after they were signed, and a portal may have been earlier: that is
for judging to say). Clocks of portals are off by hours, and a list prints only the day: a day is allowed for that.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from syndication.clock import beijing_midnight

if TYPE_CHECKING:
    from syndication.clock import Interval
    from syndication.matching.model import ReleaseText


def published_too_early(published: Interval | None, release: ReleaseText, days: float) -> bool:
    """Whether a posting is clearly older than the paper: by more than `days` before it was signed, or else came out."""
    if published is None:
        return False
    signed = beijing_midnight(release.issued_on) if release.issued_on else None
    moments = [moment for moment in (signed, release.released_at) if moment is not None]
    return bool(moments) and published.latest < min(moments) - timedelta(days=days)
