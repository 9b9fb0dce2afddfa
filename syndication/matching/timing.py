"""When a posting cannot be a republication: it stood there before the release came out.

Facts of the world: an older edition of a law has the text of the new one but for a line; only its date gives it away.
A paper cannot be carried before it was signed; where the day of signing is unknown, not before it came out (papers are
published on www.gov.cn days, and sometimes decades, after they were signed, and a portal may have been earlier: that is
for judging to say). Clocks of portals are off by hours, and a list prints only the day: a day is allowed for that. A
portal that writes a false date writes one of the last weeks: there a person looks, and nobody is accused meanwhile.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from syndication.clock import beijing_midnight

if TYPE_CHECKING:
    from syndication.clock import Interval
    from syndication.matching.model import ReleaseText


def days_too_early(published: Interval | None, release: ReleaseText) -> float:
    """By how many days a posting is older than the paper: before it was signed or came out, whichever was first.

    0 if it is not, or if one of the times is unknown.
    """
    signed = beijing_midnight(release.issued_on) if release.issued_on else None
    moments = [moment for moment in (signed, release.released_at) if moment is not None]
    if published is None or not moments:
        return 0.0
    return max(0.0, (min(moments) - published.latest) / timedelta(days=1))
