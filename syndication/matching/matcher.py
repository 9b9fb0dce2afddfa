"""The matcher: a posting in, matches out. Deterministic, and independent of the order of the releases."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from syndication.glossary import Mode
from syndication.matching.alignment import AnchoredPage, AnchoredRelease, chain
from syndication.matching.candidates import CandidateIndex, IndexedRelease
from syndication.matching.card import card
from syndication.matching.choice import Claim, choose
from syndication.matching.decision import Decision, FirstLook, carried_whole, confirm, propose, score
from syndication.matching.figures import Evidence, Overlay, conflicts, overlay
from syndication.matching.links import ReleaseAddresses
from syndication.matching.marks import DocumentNumber, compare_numbers, own_numbers, read_number
from syndication.matching.model import Match, PostingText, ReleaseText
from syndication.matching.naming import NamedTitle, lacks_text, named_by, named_title
from syndication.matching.thresholds import Thresholds, load_thresholds
from syndication.matching.timing import days_too_early
from syndication.matching.titles import TITLE_WITHIN, TitleForm, bears_other_title, compare_titles, title_form
from syndication.matching.version import Edition, edition_of, version_conflict
from syndication.text import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    from numpy.typing import NDArray

    from syndication.matching.alignment import Blocks

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
    led_to: dict[int, Mode]
    linked: frozenset[int]
    bare: bool
    named: frozenset[int]


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
        self._releases = [_prepared(release) for release in ordered]
        self._positions = {release.release_id: i for i, release in enumerate(ordered)}
        self._index = CandidateIndex(self._releases, self._limits)
        self._addresses = ReleaseAddresses(ordered)
        self._names: list[tuple[NamedTitle, DocumentNumber | None]] = [
            (named_title(prepared.release.title), prepared.number) for prepared in self._releases
        ]

    def match(self, posting: PostingText) -> list[Match]:
        """The releases that a posting republishes, best first, and those that a person must look at."""
        page = self._page(posting)
        found = {*self._index.find(page.text, page.title, page.numbers), *page.led_to, *page.linked, *page.named}
        claims = [claim for i in sorted(found) if (claim := self._claim(page, i)) is not None]
        return [
            Match(posting.posting_id, claim.release.release_id, claim.decision.mode, claim.score, claim.decision.rule,
                  claim.decision.decided, card(claim.evidence, claim.decision, claim.text, page.text.text, posting))
            for claim in choose(claims, self._limits) if claim.decision.mode is not None
        ]

    def explain(self, posting: PostingText, release_id: str) -> dict[str, Any]:
        """The card of one posting over one release, also where they do not match; `rule` says why not.

        Other releases do not compete here. Raises KeyError for an id that the matcher does not know.
        """
        page, position = self._page(posting), self._positions[release_id]
        prepared = self._releases[position]
        figures, blocks, cover = overlay(prepared.text, page.text)
        look = self._look(page, position, figures)
        decision = propose(look, self._limits)
        evidence = self._evidence(page, prepared, look, blocks, cover)
        if decision.mode is not None:
            decision = self._confirmed(page, prepared, decision, evidence)
        return card(evidence, decision, prepared.text.text, page.text.text, posting)

    def _page(self, posting: PostingText) -> _Page:
        text = normalise(posting.text if posting.read else "", limit=READ_AT_MOST)
        numbers = own_numbers(posting.text)
        stated = read_number(posting.document_number)
        if stated:
            numbers = [stated, *(number for number in numbers if number != stated)]
        bare = lacks_text(posting, len(text), self._limits)
        named = frozenset(named_by(named_title(posting.title), self._names, self._limits) if bare else [])
        return _Page(posting, AnchoredPage.of(text), title_form(posting.title), numbers,
                     self._addresses.led_to(posting), self._addresses.linked(posting), bare, named)

    def _claim(self, page: _Page, position: int) -> Claim | None:
        prepared = self._releases[position]
        figures, blocks, cover = overlay(prepared.text, page.text)
        look = self._look(page, position, figures)
        proposal = propose(look, self._limits)
        if proposal.mode is None:
            return None
        evidence = self._evidence(page, prepared, look, blocks, cover)
        decision = self._confirmed(page, prepared, proposal, evidence)
        if decision.mode is None:
            return None
        return Claim(prepared.release, prepared.text.text, evidence, decision, 1.0 if look.led else score(evidence), cover)

    def _look(self, page: _Page, position: int, figures: Overlay) -> FirstLook:
        prepared = self._releases[position]
        wanted = prepared.release.title
        beyond = page.posting.title.replace(wanted, "")
        genres = [word for word in self._limits.genre_words if word in beyond and word not in wanted]
        genre = genres[0] if genres else ""
        # 国务院办公厅印发《…》 speaks of the release where a text follows; where none does, it may be the release
        named = position in page.named and all(word.startswith("印发") for word in genres)
        return FirstLook(figures, compare_titles(page.title, prepared.title), genre, page.led_to.get(position),
                         page.linked == {position}, page.posting.read, page.bare, named,
                         not genre and prepared.number is not None and prepared.number in page.numbers)

    def _evidence(
        self, page: _Page, prepared: _Prepared, look: FirstLook, blocks: Blocks, cover: NDArray[np.bool_]
    ) -> Evidence:
        text, carried = page.text.text, chain(blocks)
        found = conflicts(prepared.text.text, text, carried, cover)
        noisy = 1000 * found.slips > self._limits.noisy_slips * int((carried.ends - carried.starts).sum())
        equal, differing = compare_numbers(prepared.number, page.numbers, noisy=noisy)
        version = version_conflict(prepared.edition, carried, text, found.whole_cuts, noisy=noisy)
        return Evidence(look.overlay, look.title, look.genre, found, equal, differing, version, blocks)

    def _confirmed(self, page: _Page, prepared: _Prepared, proposal: Decision, evidence: Evidence) -> Decision:
        other_title = bears_other_title(
            page.title, prepared.title, page.text.text.string(0, TITLE_WITHIN), prepared.text.text.string()
        )
        days = days_too_early(page.posting.published, prepared.release)
        early = days > self._limits.earlier_days
        decision = confirm(proposal, evidence, other_title=other_title, early=early, limits=self._limits)
        backdated = days > self._limits.backdated_days and proposal.rule != "address"
        # a page that carries the whole under a false date was perhaps first seen in time: nobody is accused
        if backdated and decision.mode is not None and not carried_whole(evidence, self._limits):
            return Decision(None, "published_long_before")
        return decision


def _prepared(release: ReleaseText) -> _Prepared:
    text = normalise(release.text, limit=READ_AT_MOST)
    own = own_numbers(release.text)
    number = read_number(release.document_number) if release.document_number else (own[0] if own else None)
    return _Prepared(AnchoredRelease.of(text), title_form(release.title), number, release, edition_of(text))
