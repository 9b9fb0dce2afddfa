"""Where each threshold may lie: swept one at a time on one half, the rest as shipped; both halves are shown.

A threshold is well placed if its neighbours do as well as it does: then no single page decided it.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from benchmarks.matching.labelled import score
from benchmarks.matching.quality import REPORTED, TUNED, answers
from syndication.matching import Matcher, load_thresholds

if TYPE_CHECKING:
    from benchmarks.matching.labelled import Corpus

SWEPT = {
    "full_coverage": (0.85, 0.90, 0.93, 0.95, 0.97, 0.99), "part_coverage": (0.60, 0.70, 0.75, 0.80, 0.90),
    "part_density": (0.60, 0.70, 0.80, 0.90), "part_foreign": (0.30, 0.40, 0.50, 0.60, 0.80),
    "scanned_coverage": (0.75, 0.80, 0.85, 0.90), "scanned_density": (0.5, 0.6, 0.68, 0.8),
    "excerpt_density": (0.75, 0.80, 0.85, 0.88, 0.92, 0.95), "excerpt_length": (30, 40, 50, 70, 90),
    "excerpt_foreign": (0.2, 0.3, 0.4, 0.5), "excerpt_coverage": (0.25, 0.35, 0.45),
    "own_coverage": (0.1, 0.2, 0.3), "own_length": (200, 400, 800), "brief_coverage": (0.3, 0.4, 0.5),
    "numbers_allowed": (0.5, 1.0, 1.5, 2.0, 3.0), "wording_allowed": (0.5, 1.0, 1.5, 2.0, 3.0),
    "wording_allowed_brief": (0.3, 0.6, 0.9, 1.5), "wording_characters": (4, 6, 8, 12, 16),
    "numbers_per_slip": (0.0, 0.05, 0.1, 0.2), "wording_per_slip": (0.0, 0.06, 0.12, 0.24),
    "genre_coverage": (0.7, 0.85, 0.95), "least_weight": (8.0, 16.0, 32.0, 64.0, 128.0), "passage_distance": (3, 5, 6, 7),
}  # fmt: skip


def tune(corpus: Corpus) -> None:
    shipped = load_thresholds()
    halves = {half: corpus.half(half) for half in (TUNED, REPORTED)}
    print("threshold               value   errors: tuned half, reported half (core pages) | hard negatives; * shipped")
    for name, values in SWEPT.items():
        for value in values:
            matcher = Matcher(corpus.releases, dataclasses.replace(shipped, **{name: value}))
            found = {half: score(pages, answers(matcher, pages)) for half, pages in halves.items()}
            mark = "*" if value == getattr(shipped, name) else " "
            print(f"{name:22s} {value:7}{mark} {found[TUNED].errors:5d} {found[REPORTED].errors:5d}"
                  f"                 | {found[TUNED].hard} {found[REPORTED].hard}", flush=True)  # fmt: skip
