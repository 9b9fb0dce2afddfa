"""See the package's docstring."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.matching import labelled, quality, speed, tuning

DEFAULT = Path(__file__).parents[3] / "shared" / "corpus" / "matching"
PARTS = ("quality", "ablations", "fingerprints", "search", "decision")

parser = argparse.ArgumentParser(prog="python -m benchmarks.matching", description="Matching measured.")
parser.add_argument("parts", nargs="*", choices=[*PARTS, "tune", []], help="all but tune if none is named")
parser.add_argument("--corpus", type=Path, default=DEFAULT, help="releases.jsonl.gz, pages.jsonl.gz, truth.csv")
arguments = parser.parse_args()
wanted = arguments.parts or list(PARTS)
corpus = labelled.load(arguments.corpus) if arguments.corpus.is_dir() else None
if corpus is None:
    print(f"{arguments.corpus} is not there: only search is measured")
for part in wanted:
    print(f"{part}:", flush=True)
    if part == "search":
        speed.search()
    elif corpus is None:
        print("  left out")
    elif part == "fingerprints":
        speed.fingerprints([release.text for release in corpus.releases])
    else:
        {"quality": quality.report, "ablations": quality.ablations, "decision": speed.decision, "tune": tuning.tune}[part](corpus)
