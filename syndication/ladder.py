"""The ladder: by which steps a host is reached, and which of them comes next after a failure.

Facts of the world (survey): some portals speak only TLS 1.0, want the old renegotiation or weak keys; some listen on port
80 alone, some drop what comes to port 443 without a word. So https is tried as usual, then with all that OpenSSL still
knows, then the same address over plain http. What worked is remembered and tried first the next time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syndication.glossary import Outcome, Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CLIMBED = frozenset({Outcome.TLS, Outcome.REFUSED, Outcome.TIMEOUT})
"""The failures after which another step may help; a name that does not resolve is none of them."""


class Ladder:
    """The steps of all hosts in one run. A host is climbed once a run: what was found out holds for its other requests."""

    def __init__(self, learned: Mapping[str, Step]) -> None:
        self._learned = learned
        self._answered: dict[str, Step] = {}
        self._ended: set[str] = set()

    def first(self, host: str) -> Step:
        """The step to begin with: the one that answered in this run, else the one that was learned, else the default."""
        return self._answered.get(host) or self._learned.get(host, Step.DEFAULT)

    def answered(self, host: str, step: Step) -> None:
        """Notes that a host answered."""
        self._answered[host] = step

    def following(self, host: str, tried: Sequence[tuple[Step, Outcome]], *, silent: bool) -> Step | None:
        """The step to try after the last failure, or None.

        Args:
            host: whose address is https.
            tried: steps that failed so far with their outcomes, in order.
            silent: nobody was there to speak TLS with (refused or timed out): other TLS would find nobody either.
        """
        done = {step for step, _ in tried}
        if tried[-1][1] not in CLIMBED or host in self._ended:
            return None
        if host in self._answered:  # another request found the way meanwhile
            return self._answered[host] if self._answered[host] not in done else None
        left = [step for step in Step if step not in done and not (silent and Step.DEFAULT in done and step is Step.LENIENT)]
        if not left:
            self._ended.add(host)
            return None
        return left[0]


def combined(tried: Sequence[tuple[Step, Outcome]]) -> Outcome:
    """What several attempts come to, steps with their outcomes in order.

    The last one, if the server was reached at last; else `tls` if that was in the way at any step, else what the first
    step was when it was tried last.
    """
    if tried[-1][1] not in CLIMBED:
        return tried[-1][1]
    if any(outcome is Outcome.TLS for _, outcome in tried):
        return Outcome.TLS
    return [outcome for step, outcome in tried if step is tried[0][0]][-1]
