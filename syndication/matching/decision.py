"""The decision: from the evidence of one posting over one release to a mode, a rule and whether it is decided.

Read from above: what cannot be the same text is refused first; then the text itself decides; then links; then titles.
A false match hides a failure and a missed match accuses wrongly, so what stands on a border is left to a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syndication.glossary import Mode

if TYPE_CHECKING:
    from syndication.matching.figures import Evidence
    from syndication.matching.thresholds import Thresholds


@dataclass(frozen=True)
class Decision:
    """A mode with the rule that gave it. `mode` None: not a republication, `rule` says why."""

    mode: Mode | None
    rule: str
    decided: bool = True


def refusal(evidence: Evidence, limits: Thresholds) -> str:
    """The rule by which the two texts cannot be the same; empty if none applies."""
    if evidence.number_conflict:
        return "document_number"
    if evidence.version:
        return "version"
    found = evidence.conflicts
    numbers = found.numbers + bool(evidence.title.rival) - limits.numbers_per_slip * found.slips
    if numbers >= limits.numbers_allowed:
        return "numbers"
    brief = evidence.overlay.release_length < limits.brief_release
    wording = found.wording - limits.wording_per_slip * found.slips
    enough = limits.wording_characters + limits.wording_characters_per_slip * found.slips
    if wording >= (0.6 if brief else limits.wording_allowed) and found.characters >= enough:
        return "wording"
    if found.wording >= 2 and found.characters >= found.slips + 10:
        return "wording"
    return ""


def decide_text(evidence: Evidence, limits: Thresholds) -> Decision:
    """By the text alone; mode None with an empty rule if the page holds too little of it."""
    figures = evidence.overlay
    if evidence.genre and (figures.coverage < limits.genre_coverage or figures.foreign > limits.genre_foreign):
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
    title = max(evidence.title.likeness, float(evidence.title.contained))
    own = figures.coverage >= limits.own_coverage or figures.length >= limits.own_length or title >= limits.excerpt_title
    if (
        figures.coverage >= limits.brief_coverage
        and figures.density >= limits.excerpt_density
        and (evidence.title.same or evidence.title.contained)
        and not evidence.conflicts.examples
    ):
        return Decision(mode, "brief")
    if (
        own
        and figures.density >= limits.excerpt_density
        and figures.length >= limits.excerpt_length
        and (figures.foreign <= limits.excerpt_foreign or figures.coverage >= limits.excerpt_coverage)
        and (figures.foreign <= limits.mixed_foreign or title >= limits.excerpt_title)
    ):
        return Decision(mode, "excerpt")
    return Decision(None, "")


def needs_title(evidence: Evidence, limits: Thresholds) -> bool:
    """Whether a page that goes under another title must be another paper: neither whole, nor numbered, nor alike."""
    whole = evidence.overlay.coverage >= limits.full_coverage and not evidence.conflicts.examples
    alike = evidence.title.likeness >= limits.excerpt_title and not evidence.title.rival
    return not (whole or alike or evidence.title.contained or evidence.number_equal)


def decide_title(evidence: Evidence, limits: Thresholds) -> Decision:
    """By the title, for pages that hold little else."""
    figures = evidence.overlay
    if evidence.genre or not evidence.title.same:
        return Decision(None, "")
    if figures.page_length <= limits.title_short_page_length or (
        figures.page_length <= limits.title_page_length and figures.foreign <= limits.title_foreign
    ):
        return Decision(Mode.TITLE_ONLY, "title")
    return Decision(None, "")


def score(evidence: Evidence) -> float:
    """0..1, for ordering: how much of each side is the other's, and how like the titles are."""
    figures = evidence.overlay
    title = max(evidence.title.likeness, float(evidence.title.contained))
    text = 0.4 * figures.coverage + 0.2 * max(figures.coverage, figures.density) + 0.15 * (1 - figures.foreign)
    doubt = min(0.1, 0.01 * (evidence.conflicts.slips + len(evidence.conflicts.examples)))
    return round(max(0.0, text + 0.25 * title - doubt), 4)
