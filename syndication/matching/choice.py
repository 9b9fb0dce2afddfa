"""Of several releases that claim one posting: which stand, and which tie.

Facts of the world: one page can hold two papers; a paper and its attachment, or two editions, can share nearly all of
their text; two notices of one office can bear one title. A claim on a stretch of the page that a better claim holds
falls away; claims that nothing tells apart go to a person, together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from syndication.matching.decision import Decision
    from syndication.matching.figures import Evidence
    from syndication.matching.model import ReleaseText
    from syndication.matching.thresholds import Thresholds
    from syndication.text import NormalText

_BY_ADDRESS = "address"
_ALIKE = "title_alike"
_BY_TITLE = frozenset({"title", "title_unread", "title_no_text", _ALIKE, "title_other_text"})


@dataclass(frozen=True, eq=False)
class Claim:
    """A release that may be what the posting republishes. `cover`: characters of the page that are the release's."""

    release: ReleaseText
    text: NormalText
    evidence: Evidence
    decision: Decision
    score: float
    cover: NDArray[np.bool_]


def choose(claims: Iterable[Claim], limits: Thresholds) -> list[Claim]:
    """The claims that stand, best first. Does not depend on the order of the claims."""
    order = sorted(claims, key=lambda c: (
        not c.decision.decided, c.decision.rule == _ALIKE, -c.score, -int(c.cover.sum()), c.release.release_id
    ))
    chosen: list[Claim] = []
    for claim in order:
        rivals = [other for other in chosen if _compete(claim, other, limits)]
        if not rivals:
            chosen.append(claim)
        elif all(_tie(claim, other, limits) for other in rivals):
            chosen = [_undecided(c) if c in rivals else c for c in chosen] + [_undecided(claim)]
    return chosen


def _compete(claim: Claim, other: Claim, limits: Thresholds) -> bool:
    """Titles that are only alike do not compete with each other: a person looks at all of them."""
    if claim.decision.rule == _BY_ADDRESS:
        return False
    if claim.decision.rule == other.decision.rule == _ALIKE:
        return False
    own = int(claim.cover.sum())
    if claim.decision.rule in _BY_TITLE or not own:
        return True
    return int((claim.cover & other.cover).sum()) > limits.overlap * own


def _tie(claim: Claim, other: Claim, limits: Thresholds) -> bool:
    alike = claim.decision.rule == other.decision.rule and other.score - claim.score <= limits.close
    return alike and bool((claim.cover == other.cover).all())


def _undecided(claim: Claim) -> Claim:
    return replace(claim, decision=replace(claim.decision, decided=False))
