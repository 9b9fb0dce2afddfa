"""Which releases a posting may be: near passages, near whole texts, document numbers, titles, links.

Simhash only proposes here. Facts of the world: half a copy lies 10 to 23 bits away from its whole and unrelated papers
begin at 16, so whole fingerprints find little; passages of some fifty characters survive cutting and framing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz import fuzz, process

from syndication.fingerprint import FingerprintIndex, distinct, passages, scan, whole_fingerprint
from syndication.matching.alignment import AnchoredPage, AnchoredRelease
from syndication.matching.marks import DocumentNumber

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from syndication.fingerprint import Fingerprints
    from syndication.matching.thresholds import Thresholds
    from syndication.matching.titles import TitleForm
    from syndication.text import Offsets

_SAMPLE = np.uint64(3)  # a run of eight characters is sampled where its hash ends in two zero bits
_BRIEF_HITS = 2
_NEAR_SAMPLE = 32   # passages of a page without an equal one that are looked up by likeness
_FEW_PASSAGES = 8   # below it the whole text is looked up, too


@dataclass(frozen=True, eq=False)
class IndexedRelease:
    """What the index needs of a release."""

    text: AnchoredRelease
    title: TitleForm
    number: DocumentNumber | None


class CandidateIndex:
    """Finds releases by number, in the order in which they were given; the answer does not depend on that order."""

    def __init__(self, releases: Sequence[IndexedRelease], thresholds: Thresholds) -> None:
        self._thresholds = thresholds
        self._count = len(releases)
        found = [distinct(passages(release.text.text).values) for release in releases]
        self._owners = np.repeat(np.arange(self._count), [len(values) for values in found])
        self._passages = FingerprintIndex(np.concatenate([*found, np.zeros(0, np.uint64)]))
        wholes = [(i, w) for i, r in enumerate(releases) if (w := whole_fingerprint(r.text.text.codes)) is not None]
        self._whole_owners = np.array([i for i, _ in wholes], np.intp)
        self._wholes = np.array([w for _, w in wholes], np.uint64)
        self._equal: dict[bytes, list[int]] = {}
        for i, release in enumerate(releases):
            if len(release.text.text):
                self._equal.setdefault(release.text.text.codes.tobytes(), []).append(i)
        self._titles = [release.title.normal for release in releases]
        self._contained = [(i, title) for i, title in enumerate(self._titles) if len(title) >= 6]
        self._numbers: dict[DocumentNumber, list[int]] = {}
        for i, release in enumerate(releases):
            if release.number:
                self._numbers.setdefault(release.number, []).append(i)
        self._brief, self._brief_owners = self._sampled(releases)

    def _sampled(self, releases: Sequence[IndexedRelease]) -> tuple[Fingerprints, Offsets]:
        limit = self._thresholds.brief_release
        brief = [(i, _sample(r.text.anchors)) for i, r in enumerate(releases) if len(r.text.text) < limit]
        runs = np.concatenate([*(s for _, s in brief), np.zeros(0, np.uint64)])
        owners = np.repeat(np.array([i for i, _ in brief], np.intp), [len(s) for _, s in brief])
        order = np.argsort(runs, kind="stable")
        return runs[order], owners[order]

    def find(self, page: AnchoredPage, title: TitleForm, numbers: Sequence[DocumentNumber]) -> list[int]:
        """The releases that a page may be, best first, then by position; at most `most_candidates` of them."""
        limits = self._thresholds
        weights = np.zeros(self._count)
        found = passages(page.text)
        values, which = np.unique(found.values, return_inverse=True)
        lengths = np.bincount(which, found.ends - found.starts, len(values))
        queries, stored = self._near(values)
        if len(queries):
            # each passage of the page counts once for a release, by its length, shared among the releases that have it
            pairs = distinct((queries * self._count + self._owners[stored]).astype(np.uint64)).astype(np.intp)
            queries, owners = pairs // self._count, pairs % self._count
            share = lengths[queries] / np.bincount(queries)[queries]
            np.add.at(weights, owners, share)
        weights[self._equal.get(page.text.codes.tobytes(), [])] += len(page.text) + 1
        whole = whole_fingerprint(page.text.codes) if len(values) < _FEW_PASSAGES else None
        if whole is not None:
            weights[self._whole_owners[scan(self._wholes, whole, limits.whole_distance)]] += len(page.text)
        self._add_brief(page, weights)
        self._add_titles(title, weights)
        for number in numbers:
            weights[self._numbers.get(number, [])] += 1000
        order = np.lexsort((np.arange(self._count), -weights))[: limits.most_candidates]
        return [int(i) for i in order if weights[i] >= self._thresholds.least_weight]

    def _near(self, values: Fingerprints) -> tuple[Offsets, Offsets]:
        """Pairs of a page's passage and a stored one: all equal ones, and near ones of a sample of the others."""
        queries, stored = self._passages.search(values, 0)
        others = np.setdiff1d(np.arange(len(values)), queries, assume_unique=False)
        sample = others[:: max(1, -(-len(others) // _NEAR_SAMPLE))]
        more, near = self._passages.search(values[sample], self._thresholds.passage_distance)
        return np.concatenate((queries, sample[more])), np.concatenate((stored, near))

    def _add_brief(self, page: AnchoredPage, weights: NDArray[np.float64]) -> None:
        if not len(self._brief):
            return
        runs = distinct(_sample(page.anchors))
        first, last = np.searchsorted(self._brief, runs), np.searchsorted(self._brief, runs, side="right")
        sizes = last - first
        places = np.repeat(first, sizes) + np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        hits = np.bincount(self._brief_owners[places], minlength=self._count)
        weights += np.where(hits >= _BRIEF_HITS, 8.0 * hits, 0.0)

    def _add_titles(self, title: TitleForm, weights: NDArray[np.float64]) -> None:
        if not title.normal or not self._titles:
            return
        cutoff = 100 * self._thresholds.title_candidate
        likeness = process.cdist([title.normal], self._titles, scorer=fuzz.ratio, score_cutoff=cutoff)[0]
        weights += 5 * likeness
        for i, wanted in self._contained:
            if wanted in title.whole:
                weights[i] += 300
        if title.cut and len(title.normal) >= 8:
            for i, wanted in enumerate(self._titles):
                if wanted.startswith(title.normal):
                    weights[i] += 300


def _sample(anchors: Fingerprints) -> Fingerprints:
    sampled: Fingerprints = anchors[(anchors & _SAMPLE) == 0]
    return sampled
