"""How well verdicts agree with known answers, status by status; an accusation that the truth does not bear is counted apart.

A false accusation is `late` or `missing` where the known answer is not that, or a flag of false times that it lacks.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syndication.glossary import Flag, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

ACCUSING = frozenset({Status.LATE, Status.MISSING})
ACCUSING_FLAGS = frozenset({Flag.BACKDATED, Flag.WITHDRAWN, Flag.ALTERED})

Answer = tuple[str, str, str]
"""Status, mode, and flags separated by blanks; the status is empty where there is none."""


@dataclass(frozen=True)
class Score:
    """Of one status: how many the truth has, how many were said, how many of them rightly."""

    status: str
    true: int
    said: int
    right: int

    @property
    def recall(self) -> float | None:
        """Share of the true ones that were said; None where there are none."""
        return self.right / self.true if self.true else None

    @property
    def precision(self) -> float | None:
        """Share of the said ones that are true; None where none was said."""
        return self.right / self.said if self.said else None


@dataclass(frozen=True)
class Result:
    """All answers compared: scores by status, and the numbers of whole disagreements and of false accusations."""

    scores: tuple[Score, ...]
    answers: int
    different: int
    false_accusations: int


def score(pairs: Iterable[tuple[Answer, Answer]]) -> Result:
    """Scores pairs of the known answer and what was said."""
    compared = list(pairs)
    statuses = Counter((known[0], said[0]) for known, said in compared)
    scores = tuple(
        Score(
            status,
            sum(count for (known, _), count in statuses.items() if known == status),
            sum(count for (_, said), count in statuses.items() if said == status),
            statuses[status, status],
        )
        for status in Status
    )
    return Result(
        scores, len(compared), sum(known != said for known, said in compared),
        sum(accuses_falsely(known, said) for known, said in compared),
    )  # fmt: skip


def accuses_falsely(known: Answer, said: Answer) -> bool:
    """Whether a verdict holds against a portal what the known answer does not."""
    flags = set(said[2].split()) - set(known[2].split())
    return (said[0] in ACCUSING and said[0] != known[0]) or bool(ACCUSING_FLAGS & flags)
