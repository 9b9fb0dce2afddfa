"""Whose fault it is that a verdict is not `on_time`. Only what is the portal's may enter a notice.

Pure, like judging: it reads the verdict, the portal's looks and the outcomes of the failed ones.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from syndication.glossary import Fault, Outcome, Role, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from syndication.judging import Case, Coverage, Failure, Verdict

BLOCKED = frozenset({Outcome.FORBIDDEN, Outcome.CHALLENGE, Outcome.CAPTCHA, Outcome.ROBOTS})
UNREACHED = frozenset({Outcome.TIMEOUT, Outcome.DNS, Outcome.TLS, Outcome.REFUSED, Outcome.HTTP_ERROR})
UNREAD = frozenset({
    Outcome.LAYOUT_CHANGED, Outcome.MOJIBAKE, Outcome.EMPTY, Outcome.TOO_LARGE, Outcome.REDIRECT_LOOP,
})  # fmt: skip


def attribute(case: Case, verdict: Verdict) -> Fault | None:
    """One fault for each verdict that is neither on time, pending nor exempt.

    A portal that was proved late or silent is answerable itself. Else the failed looks that left the doubt decide, by
    what most of them were; a look that failed in a run in which most portals failed tells of the monitor's own line.
    Without a failed look the monitor looked too seldom.
    """
    if verdict.status in {Status.ON_TIME, Status.PENDING, Status.EXEMPT}:
        return None
    if verdict.status in {Status.LATE, Status.MISSING}:
        return Fault.PORTAL_SILENT
    counts = Counter(_fault_of(failure) for failure in _failures(case, verdict))
    if not counts:
        return Fault.MONITOR_BROKEN
    order = list(Fault)
    return min(counts, key=lambda fault: (-counts[fault], order.index(fault)))


def _failures(case: Case, verdict: Verdict) -> Iterable[Failure]:
    """The failed looks at the portal's columns (its home page, where it has none) since the release came out."""
    columns = [seen for seen in case.channels.values() if seen.role is Role.COLUMN]
    watched: list[Coverage] = columns or [seen for seen in case.channels.values() if seen.role is Role.HOME]
    until = verdict.latest or case.now
    for seen in watched:
        for failure in seen.failures:
            if case.released.earliest <= failure.at <= until:
                yield failure


def _fault_of(failure: Failure) -> Fault:
    if failure.outcome in BLOCKED:
        return Fault.MONITOR_BLOCKED
    if failure.outcome in UNREAD:
        return Fault.SOURCE_REDESIGNED
    if failure.outcome in UNREACHED and failure.lonely:
        return Fault.PORTAL_DOWN
    return Fault.MONITOR_BROKEN
