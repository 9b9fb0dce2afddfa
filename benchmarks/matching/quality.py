"""Quality on both halves, and what each part is worth: simhash alone, with containment, with conflicts."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.matching.labelled import Corpus, Labelled, Score, score
from syndication.fingerprint import FingerprintIndex, passages, whole_fingerprint
from syndication.matching import Matcher, Thresholds, load_thresholds
from syndication.matching.alignment import AnchoredPage, AnchoredRelease
from syndication.matching.figures import overlay
from syndication.text import normalise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TUNED, REPORTED = 0, 1
NEVER = 10**9


def answers(matcher: Matcher, pages: Sequence[Labelled]) -> dict[str, frozenset[str]]:
    return {
        page.posting.posting_id: frozenset(m.release_id for m in matcher.match(page.posting) if m.decided)
        for page in pages
    }


def report(corpus: Corpus) -> None:
    matcher = Matcher(corpus.releases)
    for half, name in ((TUNED, "tuned on"), (REPORTED, "reported")):
        pages = corpus.half(half)
        print(f"{name:10s} {len(pages):5d} pages  {score(pages, answers(matcher, pages))}", flush=True)


def ablations(corpus: Corpus) -> None:
    """Single figures take the best threshold of the tuned half; rules keep theirs, one part switched off."""
    print("what decides                                     (reported half)")
    for name, figure in (("whole simhash: 64 - distance", _whole), ("passage simhashes: share of the release", _votes),
                         ("containment of the release", _containment)):  # fmt: skip
        best, at = _single(corpus, figure(corpus))
        print(f"  {name:44s} >= {at:5.2f}  {best}", flush=True)
    limits = load_thresholds()
    off = {
        "numbers_allowed": NEVER, "numbers_close": NEVER, "wording_allowed": NEVER, "wording_allowed_brief": NEVER,
        "wording_many": NEVER,
    }  # fmt: skip
    variants: dict[str, Thresholds] = {
        "rules without conflicts of figures and words": dataclasses.replace(limits, **off),
        "rules without words of other genres": dataclasses.replace(limits, genre_words=()),
        "rules without foreign prose": dataclasses.replace(
            limits, part_foreign=1.0, excerpt_foreign=1.0, mixed_foreign=1.0, genre_foreign=1.0, title_foreign=1.0
        ),
        "all": limits,
    }
    pages = corpus.half(REPORTED)
    for name, variant in variants.items():
        print(f"  {name:44s}           {score(pages, answers(Matcher(corpus.releases, variant), pages))}", flush=True)


Figures = dict[str, list[tuple[str, float]]]


def _single(corpus: Corpus, figures: Figures) -> tuple[Score, float]:
    values = sorted({round(value, 2) for found in figures.values() for _, value in found})
    steps = values[:: max(1, len(values) // 60)]
    at = min(steps, key=lambda value: score(corpus.half(TUNED), _above(figures, value)).errors)
    return score(corpus.half(REPORTED), _above(figures, at)), at


def _above(figures: Figures, least: float) -> Mapping[str, frozenset[str]]:
    return {page: frozenset(release for release, value in found if value >= least) for page, found in figures.items()}


def _whole(corpus: Corpus) -> Figures:
    store = [(r.release_id, whole_fingerprint(normalise(r.text).codes)) for r in corpus.releases]
    known = [(release, value) for release, value in store if value is not None]
    values = np.array([value for _, value in known], np.uint64)
    found: Figures = {}
    for page in corpus.pages:
        own = whole_fingerprint(normalise(page.posting.text).codes)
        near = 64 - np.bitwise_count(values ^ np.uint64(own)) if own is not None else np.zeros(len(values))
        found[page.posting.posting_id] = [(known[i][0], float(near[i])) for i in np.flatnonzero(near >= 40)]
    return found


def _votes(corpus: Corpus) -> Figures:
    limits = load_thresholds()
    owned = [(i, passages(normalise(r.text)).values) for i, r in enumerate(corpus.releases)]
    owners = np.repeat([i for i, _ in owned], [len(values) for _, values in owned])
    totals = np.bincount(owners, minlength=len(corpus.releases))
    index = FingerprintIndex(np.concatenate([values for _, values in owned]))
    found: Figures = {}
    for page in corpus.pages:
        _, stored = index.search(passages(normalise(page.posting.text)).values, limits.passage_distance)
        votes = np.bincount(owners[np.unique(stored)], minlength=len(totals)) / np.maximum(1, totals)
        found[page.posting.posting_id] = [(corpus.releases[i].release_id, float(votes[i])) for i in np.flatnonzero(votes)]
    return found


def _containment(corpus: Corpus) -> Figures:
    prepared = {r.release_id: AnchoredRelease.of(normalise(r.text)) for r in corpus.releases}
    candidates = _votes(corpus)
    found: Figures = {}
    for page in corpus.pages:
        text = AnchoredPage.of(normalise(page.posting.text))
        found[page.posting.posting_id] = [
            (release, overlay(prepared[release], text)[0].coverage) for release, _ in candidates[page.posting.posting_id]
        ]
    return found


