"""Matching measured: quality on real labelled pages, what each part is worth, speed and memory against named rivals.

    python -m benchmarks.matching                 # quality, ablations, fingerprints, search, decision
    python -m benchmarks.matching tune            # where each threshold may lie (minutes)
    python -m benchmarks.matching --corpus DIR …  # another folder with releases.jsonl.gz, pages.jsonl.gz, truth.csv

Ratios are taken inside one run on one core. Without the corpus only the speed of search is measured.
"""
