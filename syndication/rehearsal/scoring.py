"""How well verdicts agree with known answers, by status, mode and flag; what the truth does not bear is counted apart.

A false accusation is `late` or `missing` where neither the known answer nor the truth is that, or a flag of false times,
of a withdrawal or of an alteration that the known answer lacks.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syndication.glossary import Flag, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from syndication.rehearsal.truths import Truth

ACCUSING = frozenset({Status.LATE, Status.MISSING})
ACCUSING_FLAGS = frozenset({Flag.BACKDATED, Flag.WITHDRAWN, Flag.ALTERED})
OPEN = frozenset({Status.UNDETERMINED, Status.NOT_OBSERVED})
NO_ANSWER = ("", "", "")

Answer = tuple[str, str, str]
"""Status, mode, and flags separated by blanks; the status is empty where there is none."""


@dataclass(frozen=True)
class Compared:
    """A portal's release under an edition: the known answer, what was said, and what was true (None: not told yet).

    `taken_back`: for a time it was late or missing, and now is neither.
    """

    edition: str
    portal: str
    release_url: str
    known: Answer
    said: Answer
    truth: Truth | None = None
    taken_back: bool = False

    @property
    def differs(self) -> bool:
        """Whether the program is or was at odds with what is known, or the looks were too few for what could be known."""
        return self.known != self.said or self.unseen or self.accused_for_a_time

    @property
    def on_time(self) -> bool:
        """Whether the portal was in time, whatever could be seen of it."""
        return self.truth is not None and self.truth.status == Status.ON_TIME

    @property
    def accused_for_a_time(self) -> bool:
        """Whether a portal that was in time was late or missing until more was seen of it."""
        return self.taken_back and self.on_time

    @property
    def unseen(self) -> bool:
        """Whether looks just before and after the deadline would have shown a truth that the looks made do not show."""
        return self.truth is not None and self.truth.decidable and self.known[0] != self.truth.status


@dataclass(frozen=True)
class Score:
    """Of one word (a status, a mode or a flag): how many the known answers have, how many were said, how many rightly."""

    word: str
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
    """All answers compared.

    `taken_back` counts portals in time that were accused for a time; `settled` of `told` truths were said as they are, `open`
    stayed undetermined or unobserved.
    """

    statuses: tuple[Score, ...]
    modes: tuple[Score, ...]
    flags: tuple[Score, ...]
    answers: int
    false_accusations: int
    taken_back: int
    told: int
    settled: int
    open: int
    differences: tuple[Compared, ...]


def score(rows: Iterable[Compared]) -> Result:
    """Scores what was said."""
    compared = list(rows)
    true = [one for one in compared if one.truth is not None]
    return Result(
        _scores(compared, [status.value for status in Status], lambda answer: [answer[0]]),
        _scores(compared, sorted({one.known[1] for one in compared} | {one.said[1] for one in compared}),
                lambda answer: [answer[1]]),
        _scores(compared, [flag.value for flag in Flag], lambda answer: answer[2].split()),
        len(compared),
        sum(accuses_falsely(one) for one in compared),
        sum(one.accused_for_a_time for one in compared),
        len(true),
        sum(one.truth is not None and one.truth.status == one.said[0] for one in true),
        sum(one.said[0] in OPEN for one in true),
        tuple(one for one in compared if one.differs),
    )  # fmt: skip


def _scores(
    compared: Sequence[Compared], words: Sequence[str], of: Callable[[Answer], list[str]]
) -> tuple[Score, ...]:
    known, said, right = Counter[str](), Counter[str](), Counter[str]()
    for one in compared:
        known.update(of(one.known))
        said.update(of(one.said))
        right.update(set(of(one.known)) & set(of(one.said)))
    return tuple(Score(word, known[word], said[word], right[word]) for word in words if word and known[word] + said[word])


def accuses_falsely(one: Compared) -> bool:
    """Whether a verdict holds against a portal what neither the known answer nor the truth does."""
    flags = set(one.said[2].split()) - set(one.known[2].split())
    status = one.said[0] in ACCUSING and (one.said[0] != one.known[0] or one.on_time)
    return status or bool(ACCUSING_FLAGS & flags)
