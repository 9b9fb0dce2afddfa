"""The card of a match: every figure, the rule, the agreeing fragments and the conflicts, ready for JSON.

Places are offsets in the raw texts, so that a page can show them; the card is bounded whatever the texts are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from syndication.matching.decision import Decision
    from syndication.matching.figures import Evidence
    from syndication.matching.model import PostingText
    from syndication.text import NormalText

MOST_FRAGMENTS = 12
MOST_CONFLICTS = 12
LONGEST_FRAGMENT = 160  # raw characters shown; offsets tell the whole


def card(
    evidence: Evidence, decision: Decision, release: NormalText, page: NormalText, posting: PostingText
) -> dict[str, Any]:
    """The card of one posting over one release."""
    figures, found = evidence.overlay, evidence.conflicts
    return {
        "rule": decision.rule,
        "source": posting.source,
        "figures": {
            "coverage": round(figures.coverage, 4), "density": round(figures.density, 4), "stretch": figures.length,
            "foreign": round(figures.foreign, 4), "page_length": figures.page_length,
            "release_length": figures.release_length, "title": round(evidence.title.likeness, 4),
            "title_contained": evidence.title.contained, "slips": found.slips, "wording": found.wording,
            "wording_characters": found.characters, "numbers": found.numbers, "left_out": found.whole_cuts,
        },
        "document_number": _number(evidence),
        "genre": evidence.genre,
        "fragments": fragments(evidence, release, page),
        "conflicts": _conflicts(evidence, release, page),
        "page_cut": page.cut,
    }


def _number(evidence: Evidence) -> str:
    number = evidence.number_equal or evidence.number_conflict
    if not number:
        return ""
    shown = f"{number.series}〔{number.year}〕{number.number}号"
    return shown if evidence.number_equal else f"≠ {shown}"


def fragments(evidence: Evidence, release: NormalText, page: NormalText) -> list[dict[str, Any]]:
    """The longest agreeing stretches in the release's order: raw offsets on both sides, and the release's words."""
    blocks = evidence.blocks
    lengths = (blocks.ends - blocks.starts).tolist()
    longest = sorted(sorted(range(len(blocks)), key=lambda i: (-lengths[i], i))[:MOST_FRAGMENTS])
    shown = []
    for i in longest:
        start, end, shift = int(blocks.starts[i]), int(blocks.ends[i]), int(blocks.shifts[i])
        mine, theirs = release.raw_span(start, end), page.raw_span(start + shift, end + shift)
        shown.append({"release": list(mine), "page": list(theirs), "text": _shortened(release.raw[mine[0] : mine[1]])})
    return shown


def _conflicts(evidence: Evidence, release: NormalText, page: NormalText) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    if evidence.number_conflict:
        shown.append({"kind": "document_number", "page": _number(evidence)})
    if evidence.version:
        shown.append({"kind": "version", "page": evidence.version})
    if evidence.title.rival:
        shown.append({"kind": "title", "page": evidence.title.rival})
    for difference in evidence.conflicts.examples[: MOST_CONFLICTS - len(shown)]:
        entry: dict[str, Any] = {"kind": difference.kind, "release": "", "page": ""}
        if difference.release:
            span = release.raw_span(difference.release_start, difference.release_end)
            entry |= {"release": _shortened(release.raw[span[0] : span[1]]), "release_at": list(span)}
        if difference.page:
            span = page.raw_span(difference.page_start, difference.page_end)
            entry |= {"page": _shortened(page.raw[span[0] : span[1]]), "page_at": list(span)}
        shown.append(entry)
    return shown


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_FRAGMENT else text[: LONGEST_FRAGMENT - 1] + "…"
