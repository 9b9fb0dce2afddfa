"""The matcher: a posting in, matches out. Deterministic, and independent of the order of the releases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import Levenshtein

from syndication.glossary import Mode
from syndication.matching.alignment import AnchoredPage, AnchoredRelease, chain
from syndication.matching.candidates import CandidateIndex, IndexedRelease
from syndication.matching.card import card
from syndication.matching.decision import Decision, decide_text, decide_title, needs_title, refusal, score
from syndication.matching.figures import Evidence, conflicts, overlay
from syndication.matching.links import carried_addresses, release_key
from syndication.matching.marks import DocumentNumber, own_numbers, read_number
from syndication.matching.model import Match, PostingText, ReleaseText
from syndication.matching.thresholds import Thresholds, load_thresholds
from syndication.matching.timing import published_too_early
from syndication.matching.titles import TitleForm, bears_other_title, compare_titles, title_form
from syndication.matching.version import Edition, edition_of, version_conflict
from syndication.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_CERTAIN = {"address"}
_BY_TITLE = {"title", "title_unread"}
READ_AT_MOST = 400_000  # raw characters of a text; official papers have up to about 100,000


@dataclass(frozen=True, eq=False)
class _Prepared(IndexedRelease):
    release: ReleaseText
    edition: Edition


@dataclass(frozen=True, eq=False)
class _Page:
    posting: PostingText
    text: AnchoredPage
    title: TitleForm
    numbers: list[DocumentNumber]
    led_to: dict[str, Mode]


@dataclass(frozen=True, eq=False)
class _Claim:
    release: _Prepared
    evidence: Evidence
    decision: Decision
    score: float
    cover: NDArray[np.bool_]


class Matcher:
    """Matches postings with a fixed set of releases.

    Args:
        releases: the releases that postings may republish; ids must differ.
        thresholds: those of `syndication/defaults/matching.toml` if not given.

    Raises:
        ValueError: two releases have one id.
    """

    def __init__(self, releases: Iterable[ReleaseText], thresholds: Thresholds | None = None) -> None:
        self._limits = thresholds or load_thresholds()
        ordered = sorted(releases, key=lambda release: release.release_id)
        for one, other in pairwise(ordered):
            if one.release_id == other.release_id:
                raise ValueError(f"two releases have the id {one.release_id}")
        self._releases = [self._prepare(release) for release in ordered]
        self._index = CandidateIndex(self._releases, self._limits)
        self._addresses: dict[str, int] = {}
        for i, prepared in enumerate(self._releases):
            for address in (prepared.release.url, *prepared.release.aliases):
                if key := release_key(address):
                    self._addresses.setdefault(key, i)

    @staticmethod
    def _prepare(release: ReleaseText) -> _Prepared:
        text = normalise(release.text, limit=READ_AT_MOST)
        own = own_numbers(release.text)
        number = read_number(release.document_number) if release.document_number else (own[0] if own else None)
        return _Prepared(AnchoredRelease.of(text), title_form(release.title), number, release,
                         edition_of(text))

    def match(self, posting: PostingText) -> list[Match]:
        """The releases that a posting republishes, best first, and those that a person must look at."""
        page = self._page(posting)
        found = set(self._index.find(page.text, page.title, page.numbers))
        found |= {self._addresses[key] for key in page.led_to}
        claims = [claim for i in sorted(found) if (claim := self._claim(page, self._releases[i])) is not None]
        chosen = self._chosen(claims)
        return [
            Match(posting.posting_id, claim.release.release.release_id, claim.decision.mode, claim.score,
                  claim.decision.rule, claim.decision.decided,
                  card(claim.evidence, claim.decision, claim.release.text.text, page.text.text))
            for claim in chosen if claim.decision.mode is not None
        ]

    def _page(self, posting: PostingText) -> _Page:
        text = normalise(posting.text if posting.read else "", limit=READ_AT_MOST)
        numbers = own_numbers(posting.text)
        stated = read_number(posting.document_number)
        if stated:
            numbers = [stated, *(number for number in numbers if number != stated)]
        return _Page(posting, AnchoredPage.of(text), title_form(posting.title), numbers, self._led_to(posting))

    def _led_to(self, posting: PostingText) -> dict[str, Mode]:
        """The keys of releases to which the posting's address or page leads, and how."""
        found: dict[str, Mode] = {}
        if (key := release_key(posting.url)) in self._addresses:
            found[key] = Mode.LINK
        for address in (posting.target, *carried_addresses(posting.url), *carried_addresses(posting.target)):
            if (key := release_key(address)) in self._addresses:
                found.setdefault(key, Mode.WRAPPED_LINK)
        return found

    def _claim(self, page: _Page, prepared: _Prepared) -> _Claim | None:
        evidence, cover = self._evidence(page, prepared)
        decision = self._decide(page, prepared, evidence)
        if decision.mode is None:
            return None
        sure = decision.mode in {Mode.LINK, Mode.WRAPPED_LINK}
        return _Claim(prepared, evidence, decision, 1.0 if sure else score(evidence), cover)

    def _evidence(self, page: _Page, prepared: _Prepared) -> tuple[Evidence, NDArray[np.bool_]]:
        figures, blocks, cover = overlay(prepared.text, page.text)
        text = page.text.text
        carried = chain(blocks)
        found = conflicts(prepared.text.text, text, carried, cover)
        noisy = 1000 * found.slips > self._limits.noisy_slips * int((carried.ends - carried.starts).sum())
        equal, differing = _compare_numbers(prepared.number, page.numbers, noisy=noisy)
        version = version_conflict(prepared.edition, carried, text, found.whole_cuts)
        title = compare_titles(page.title, prepared.title)
        beyond = page.posting.title.replace(prepared.release.title, "")
        genre = next((w for w in self._limits.genre_words if w in beyond and w not in prepared.release.title), "")
        return Evidence(figures, found, title, genre, equal, differing, version, blocks), cover

    def _decide(self, page: _Page, prepared: _Prepared, evidence: Evidence) -> Decision:
        limits, posting = self._limits, page.posting
        if published_too_early(posting.published, prepared.release, limits.earlier_days):
            return Decision(None, "published_before")
        keys = {release_key(a) for a in (prepared.release.url, *prepared.release.aliases)}
        for key, mode in page.led_to.items():
            if key in keys:
                return Decision(mode, "address")
        if not posting.read:
            if evidence.title.same and not evidence.genre:
                return Decision(Mode.TITLE_ONLY, "title_unread")
            return Decision(None, "")
        refused = refusal(evidence, limits)
        if refused:
            return Decision(None, refused)
        by_text = decide_text(evidence, limits)
        if by_text.mode is not None and needs_title(evidence, limits) and bears_other_title(
            page.title, prepared.title, page.text.text.string(), prepared.text.text.string()
        ):
            return Decision(None, "other_title")
        if by_text.mode is not None or by_text.rule:
            return by_text
        if any(release_key(link) in keys for link in posting.links) and evidence.overlay.page_length <= limits.title_page_length:
            return Decision(Mode.WRAPPED_LINK, "link_in_body")
        return decide_title(evidence, limits)

    def _chosen(self, claims: list[_Claim]) -> list[_Claim]:
        """Best first; of claims on one stretch of the page the best stands, or none is decided where they tie."""
        order = sorted(claims, key=lambda c: (-c.score, -c.cover.sum(), c.release.release.release_id))
        chosen: list[_Claim] = []
        for claim in order:
            rivals = [other for other in chosen if self._compete(claim, other)]
            if not rivals:
                chosen.append(claim)
            elif all(self._tie(claim, other) for other in rivals):
                chosen = [_undecided(c) if c in rivals else c for c in chosen] + [_undecided(claim)]
        return chosen

    def _compete(self, claim: _Claim, other: _Claim) -> bool:
        if claim.decision.rule in _CERTAIN:
            return False
        own = int(claim.cover.sum())
        if claim.decision.rule in _BY_TITLE or not own:
            return True
        return int((claim.cover & other.cover).sum()) > self._limits.overlap * own

    def _tie(self, claim: _Claim, other: _Claim) -> bool:
        same_rule = claim.decision.rule == other.decision.rule
        return same_rule and other.score - claim.score <= self._limits.close and bool((claim.cover == other.cover).all())


def _undecided(claim: _Claim) -> _Claim:
    return replace(claim, decision=replace(claim.decision, decided=False))


def _compare_numbers(
    own: DocumentNumber | None, numbers: list[DocumentNumber], *, noisy: bool
) -> tuple[DocumentNumber | None, DocumentNumber | None]:
    if own is None:
        return None, None
    if own in numbers:
        return own, None
    same = [number for number in numbers if number.series == own.series]
    if noisy and any(Levenshtein.distance(f"{n.year}{n.number}", f"{own.year}{own.number}") <= 1 for n in same):
        return None, None
    return None, min(same, default=None)
