"""The labelled pages, split in two by document, and how an answer is scored (as ../shared/tools/score_matching.py does)."""

from __future__ import annotations

import csv
import gzip
import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syndication.matching import PostingText, ReleaseText

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

SOFT = frozenset({"summary_link", "title_only_link", "attach_dropped"})  # little or nothing of the text is on the page


@dataclass(frozen=True)
class Labelled:
    posting: PostingText
    kind: str
    wanted: frozenset[str]
    half: int


@dataclass(frozen=True)
class Corpus:
    releases: tuple[ReleaseText, ...]
    pages: tuple[Labelled, ...]

    def half(self, half: int) -> list[Labelled]:
        return [page for page in self.pages if page.half == half]


def load(folder: Path) -> Corpus:
    """Half of a page: by its first release, so that no document stands in both; by its title where it has none."""
    releases = tuple(ReleaseText(row["id"], "", row["title"], row["text"]) for row in _rows(folder / "releases.jsonl.gz"))
    pages = {row["id"]: row for row in _rows(folder / "pages.jsonl.gz")}
    labelled = []
    with (folder / "truth.csv").open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            page, wanted = pages[row["page_id"]], row["release_ids"].split()
            half = zlib.crc32((wanted[0] if wanted else page["title"]).encode()) % 2
            posting = PostingText(page["id"], "", page["title"], page["text"])
            labelled.append(Labelled(posting, row["class"], frozenset(wanted), half))
    return Corpus(releases, tuple(labelled))


def _rows(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@dataclass(frozen=True)
class Score:
    """Core leaves out pages with little of the text; `hard`, `plain`: false claims among so many negatives."""

    precision: float
    recall: float
    errors: int
    hard: int
    hards: int
    plain: int
    plains: int

    def __str__(self) -> str:
        return (f"core precision {self.precision:.4f} recall {self.recall:.4f} | hard negatives {self.hard}/{self.hards}"
                f" = {self.hard / max(1, self.hards):.2%} | plain {self.plain}/{self.plains}")  # fmt: skip


def score(pages: Iterable[Labelled], said: Mapping[str, frozenset[str]]) -> Score:
    true = false = missed = hard = hards = plain = plains = 0
    for page in pages:
        claimed = said[page.posting.posting_id]
        wrong = bool(claimed - page.wanted)
        hards += page.kind.startswith("hn_")
        hard += page.kind.startswith("hn_") and wrong
        plains += page.kind.startswith("neg_")
        plain += page.kind.startswith("neg_") and wrong
        if page.kind not in SOFT:
            right = bool(claimed & page.wanted) and not wrong
            true, false, missed = true + right, false + wrong, missed + (bool(page.wanted) and not right)
    return Score(true / max(1, true + false), true / max(1, true + missed), false + missed, hard, hards, plain, plains)
