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
    numbers = found.numbers + bool(evidence.title.conflict) - limits.numbers_per_slip * found.slips
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
    if (
        figures.coverage >= limits.part_coverage
        and figures.density >= limits.part_density
        and figures.foreign <= limits.part_foreign
    ):
        return Decision(mode, "mostly")
    title = max(evidence.title.likeness, float(evidence.title.contained))
    if (
        figures.density >= limits.excerpt_density
        and figures.length >= limits.excerpt_length
        and (figures.foreign <= limits.excerpt_foreign or figures.coverage >= limits.excerpt_coverage)
        and (figures.foreign <= limits.mixed_foreign or title >= limits.excerpt_title)
    ):
        return Decision(mode, "excerpt")
    return Decision(None, "")


def decide_title(evidence: Evidence, limits: Thresholds) -> Decision:
    """By the title, for pages that hold little else."""
    figures, title = evidence.overlay, evidence.title
    if evidence.genre or title.conflict:
        return Decision(None, "")
    if title.likeness >= limits.title_equal and figures.page_length <= limits.title_short_page_length:
        return Decision(Mode.TITLE_ONLY, "title")
    if (
        title.likeness >= limits.title_same
        and figures.page_length <= limits.title_page_length
        and figures.foreign <= limits.title_foreign
    ):
        return Decision(Mode.TITLE_ONLY, "title")
    return Decision(None, "")


def score(evidence: Evidence) -> float:
    """0..1, for ordering: how much of each side is the other's, and how like the titles are."""
    figures = evidence.overlay
    title = max(evidence.title.likeness, float(evidence.title.contained))
    return round(0.6 * max(figures.coverage, figures.density) + 0.2 * (1 - figures.foreign) + 0.2 * title, 4)
