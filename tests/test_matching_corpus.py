"""The real pages of ../shared/corpus/matching, where they are: the figures that docs/matching.md states are kept."""

from __future__ import annotations

import collections
import csv
import gzip
import io
import json
from pathlib import Path

import pytest

from syndication.match_texts import match_texts

CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "matching"
SOFT = {"summary_link", "title_only_link", "attach_dropped"}  # little or nothing of the text is on the page


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared corpus of real pages is not on this machine")
def test_real_pages_are_matched_as_well_as_documented(tmp_path: Path) -> None:
    paths = []
    for name in ("releases", "pages"):
        paths.append(tmp_path / f"{name}.jsonl")
        paths[-1].write_bytes(gzip.decompress((CORPUS / f"{name}.jsonl.gz").read_bytes()))
    out = io.StringIO()
    match_texts(*paths, out)
    claimed = collections.defaultdict(set)
    for line in out.getvalue().splitlines():
        row = json.loads(line)
        if row["release_id"] is not None:
            claimed[row["page_id"]].add(row["release_id"])
    true = false = missed = hard = 0
    with (CORPUS / "truth.csv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            wanted, said = set(row["release_ids"].split()), claimed[row["page_id"]]
            hard += row["class"].startswith("hn_") and bool(said)
            if row["class"] not in SOFT:
                right = bool(wanted & said) and not said - wanted
                true, false, missed = true + right, false + bool(said - wanted), missed + (bool(wanted) and not right)
    assert true / (true + false) >= 0.998
    assert true / (true + missed) >= 0.997
    assert hard <= 2
