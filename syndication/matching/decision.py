"""The decision: from the evidence of one posting over one release to a mode, a rule and whether it is decided.

First what speaks for a republication (`propose`: address, text, link, title), from figures that cost little; then, for
the few that are left, what speaks against it (`confirm`). A false match hides a failure and a missed match accuses
wrongly, so what stands on a border is left to a person: it keeps its mode and is not decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syndication.glossary import Mode

if TYPE_CHECKING:
    from syndication.matching.figures import Evidence, Overlay
    from syndication.matching.thresholds import Thresholds
    from syndication.matching.titles import TitleFigures

_WITHOUT_TEXT = frozenset({"title_unread", "title_alike", "title_no_text", "link_in_body"})
_BY_TITLE = frozenset({"title", "title_other_text"})


@dataclass(frozen=True)
class Decision:
    """A mode with the rule that gave it. `mode` None: not a republication, `rule` says why, empty if nothing speaks for it."""

    mode: Mode | None
    rule: str
    decided: bool = True


@dataclass(frozen=True)
class FirstLook:
    """What is known before differences are looked for.

    `led`: the posting leads to the release as a whole. `linked`: the release's address stands in the body, and that of
    no other release. `genre`: a word of another kind of text in the title. `read`: the page's text is known. `bare`: no
    text of a paper can be read there. `named`: the title may be the release's. `numbered`: the page bears its number.
    """

    overlay: Overlay
    title: TitleFigures
    genre: str
    led: Mode | None
    linked: bool
    read: bool
    bare: bool
    named: bool
    numbered: bool


def propose(look: FirstLook, limits: Thresholds) -> Decision:
    """What speaks for a republication, the strongest first."""
    if look.led:
        return Decision(look.led, "address")
    if not look.read:
        return Decision(Mode.TITLE_ONLY, "title_unread") if look.title.same and not look.genre else _alike(look)
    by_text = _by_text(look.overlay, look.title, look.genre, limits)
    if by_text.mode is not None or by_text.rule:
        return by_text
    named = look.title.same or look.title.contained
    length = limits.title_page_length if named else limits.title_short_page_length
    if look.linked and look.overlay.page_length <= length:
        return Decision(Mode.WRAPPED_LINK, "link_in_body")
    if look.bare:
        exact = (look.title.same and not look.genre) or look.numbered
        return Decision(Mode.TITLE_ONLY, "title_no_text", decided=False) if exact else _alike(look)
    return _by_title(look.overlay, look.title, look.genre, limits)


def _alike(look: FirstLook) -> Decision:
    """Nothing but a title that may be the release's: neither a match nor none."""
    if look.named:
        return Decision(Mode.TITLE_ONLY, "title_alike", decided=False)
    return Decision(None, "")


def confirm(proposal: Decision, evidence: Evidence, *, other_title: bool, early: bool, limits: Thresholds) -> Decision:
    """The proposal, unless something speaks against it.

    Args:
        proposal: what `propose` said; with a mode.
        evidence: all figures.
        other_title: the page goes under a title of its own, which is not the release's.
        early: the posting says that it is older than the paper.
        limits: the thresholds.
    """
    if proposal.rule == "address":
        return proposal
    decision = proposal if proposal.rule in _WITHOUT_TEXT else _unless_refused(proposal, evidence, other_title, limits)
    if early and decision.mode is not None:
        return Decision(proposal.mode, "published_before", decided=False)
    return decision


def _unless_refused(proposal: Decision, evidence: Evidence, other_title: bool, limits: Thresholds) -> Decision:
    refused = refusal(evidence, proposal.rule, limits)
    if refused:
        same_paper = evidence.number_equal and evidence.title.same and evidence.overlay.coverage >= limits.part_coverage
        if same_paper and refused != "version":
            return Decision(proposal.mode, "altered", decided=False)
        return Decision(None, refused)
    if proposal.rule in _BY_TITLE:
        return proposal
    if other_title and _needs_title(evidence, limits):
        return Decision(None, "other_title")
    slack = limits.numbers_per_slip * evidence.conflicts.slips
    if not evidence.number_equal and evidence.conflicts.numbers - slack >= limits.numbers_close:
        return Decision(proposal.mode, "numbers_close", decided=False)
    return proposal


def carried_whole(evidence: Evidence, limits: Thresholds) -> bool:
    """The release's title over the whole of its text, in which nothing differs and no sentence is left out."""
    found = evidence.conflicts
    differs = found.slips or found.wording or found.numbers or found.whole_cuts or found.examples or evidence.version
    return evidence.title.same and evidence.overlay.coverage >= limits.full_coverage and not differs


def _numbers(evidence: Evidence, limits: Thresholds) -> float:
    found = evidence.conflicts
    return found.numbers + bool(evidence.title.rival) - limits.numbers_per_slip * found.slips


def refusal(evidence: Evidence, rule: str, limits: Thresholds) -> str:
    """Why the two texts cannot be the same although `rule` speaks for it; empty if nothing speaks against it."""
    if evidence.number_conflict:
        return "document_number"
    if evidence.version:
        return "version"
    found = evidence.conflicts
    if rule == "brief" and found.examples:
        return "brief_differs"
    if _numbers(evidence, limits) >= limits.numbers_allowed:
        return "numbers"
    brief = evidence.overlay.release_length < limits.brief_release
    wording = found.wording - limits.wording_per_slip * found.slips
    enough = limits.wording_characters + limits.wording_characters_per_slip * found.slips
    if wording >= (limits.wording_allowed_brief if brief else limits.wording_allowed) and found.characters >= enough:
        return "wording"
    if found.wording >= limits.wording_many and found.characters >= found.slips + limits.wording_many_characters:
        return "wording"
    return ""


def _by_text(figures: Overlay, title: TitleFigures, genre: str, limits: Thresholds) -> Decision:
    """By the text, a title helping; mode None with an empty rule if the page holds too little of the release."""
    if genre and (figures.coverage < limits.genre_coverage or figures.foreign > limits.genre_foreign):
        return Decision(None, "genre")
    mode = Mode.COPY if figures.coverage >= limits.copy_coverage else Mode.ABRIDGED
    if figures.coverage >= limits.full_coverage and figures.release_length >= limits.full_length:
        return Decision(mode, "full")
    if figures.coverage >= limits.scanned_coverage and figures.density >= limits.scanned_density:
        return Decision(mode, "scanned")
    if (
        figures.coverage >= limits.part_coverage
        and figures.density >= limits.part_density
        and figures.foreign <= limits.part_foreign
    ):
        return Decision(mode, "mostly")
    titled = title.contained or title.likeness >= limits.excerpt_title
    own = figures.coverage >= limits.own_coverage or figures.length >= limits.own_length or titled
    if (
        own
        and figures.density >= limits.excerpt_density
        and figures.length >= limits.excerpt_length
        and (figures.foreign <= limits.excerpt_foreign or figures.coverage >= limits.excerpt_coverage)
        and (figures.foreign <= limits.mixed_foreign or titled)
    ):
        return Decision(mode, "excerpt")
    if (
        figures.coverage >= limits.brief_coverage
        and figures.density >= limits.excerpt_density
        and (title.same or title.contained)
    ):
        return Decision(mode, "brief")
    return Decision(None, "")


def _needs_title(evidence: Evidence, limits: Thresholds) -> bool:
    """Whether a page that goes under another title must be another paper: neither whole, nor numbered, nor alike."""
    whole = evidence.overlay.coverage >= limits.full_coverage and not evidence.conflicts.examples
    alike = evidence.title.likeness >= limits.excerpt_title and not evidence.title.rival
    return not (whole or alike or evidence.title.contained or evidence.number_equal)


def _by_title(figures: Overlay, title: TitleFigures, genre: str, limits: Thresholds) -> Decision:
    """By the title, for pages that hold little else."""
    if genre or not title.same:
        return Decision(None, "")
    if figures.page_length <= limits.title_short_page_length or (
        figures.page_length <= limits.title_page_length and figures.foreign <= limits.title_foreign
    ):
        return Decision(Mode.TITLE_ONLY, "title")
    return Decision(Mode.TITLE_ONLY, "title_other_text", decided=False)


def score(evidence: Evidence) -> float:
    """0..1, for ordering: how much of each side is the other's, and how like the titles are."""
    figures = evidence.overlay
    title = max(evidence.title.likeness, float(evidence.title.contained))
    text = 0.4 * figures.coverage + 0.2 * max(figures.coverage, figures.density) + 0.15 * (1 - figures.foreign)
    doubt = min(0.1, 0.01 * (evidence.conflicts.slips + len(evidence.conflicts.examples)))
    return round(max(0.0, text + 0.25 * title - doubt), 4)
