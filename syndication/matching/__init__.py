"""Matching: which release a posting republishes, in which mode, and why.

    release ─┐
             ├─ candidates ── overlay, differences, marks ── decision ── card
    posting ─┘  (simhash,     (figures: what agrees, what    (rules over
                title, number, cannot both be true)           thresholds)
                link)

Simhash proposes and never decides; every figure that decided stands in the card.
"""

from syndication.matching.links import same_address
from syndication.matching.matcher import Matcher
from syndication.matching.model import Match, PostingText, ReleaseText
from syndication.matching.thresholds import Thresholds, load_thresholds

__all__ = ["Match", "Matcher", "PostingText", "ReleaseText", "Thresholds", "load_thresholds", "same_address"]
