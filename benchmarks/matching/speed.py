"""Speed and memory: fingerprints against the package's default and MinHash, search against SimhashIndex and bandwidth."""

from __future__ import annotations

import statistics
import time
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import xxhash
from simhash import Simhash, SimhashIndex

from syndication.fingerprint import (
    FingerprintIndex,
    TextFingerprint,
    gram_hashes,
    of_hashes,
    passages,
    scan,
    whole_fingerprint,
)
from syndication.matching import Matcher
from syndication.text import normalise

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from benchmarks.matching.labelled import Corpus

ROUNDS = 5


def seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median of some rounds, in this process's own time: other work on the machine does not count."""
    taken = []
    for _ in range(rounds):
        begin = time.process_time()
        work()
        taken.append(time.process_time() - begin)
    return statistics.median(taken)


def fingerprints(texts: Sequence[str]) -> None:
    texts = [text for text in texts if len(text) >= 400][:250]
    normal = [normalise(text) for text in texts]
    grams = [sorted({n.string()[i : i + 4] for i in range(len(n) - 3)}) for n in normal]
    hashed = [np.unique(gram_hashes(n.codes)) for n in normal]
    usable, crashes = [], 0
    for text in texts:
        try:
            Simhash(text)
            usable.append(text)
        except OverflowError:  # known fault of the package with numpy 2: a shingle that occurs more than 255 times
            crashes += 1
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    rows: list[tuple[str, Callable[[], object], int]] = [
        ("Simhash(text), the package's default", lambda: [Simhash(t) for t in usable], len(usable)),
        ("Simhash(set of shingles), xxh3", lambda: [Simhash(g, hashfunc=xxhash.xxh3_64_digest) for g in grams], len(texts)),
        ("TextFingerprint(text), normalising included", lambda: [TextFingerprint(t) for t in texts], len(texts)),
        ("whole_fingerprint(normal text)", lambda: [whole_fingerprint(n.codes) for n in normal], len(texts)),
        ("passages(normal text)", lambda: [passages(n) for n in normal], len(texts)),
        ("normalise(text)", lambda: [normalise(t) for t in texts], len(texts)),
    ]
    try:
        from datasketch import MinHash
        from rensa import RMinHash
    except ImportError as error:
        print(f"  MinHash left out: {error} (pip install datasketch rensa)")
    else:
        def datasketch_bytes() -> None:
            for n in normal:
                text = n.string()
                MinHash(num_perm=128).update_batch({text[i : i + 4].encode() for i in range(len(text) - 3)})

        def datasketch_hashes() -> None:
            for found in hashed:
                MinHash(num_perm=128, hashfunc=int).update_batch(found & np.uint64(0xFFFFFFFF))

        def rensa() -> None:
            for n in normal:
                text = n.string()
                RMinHash(num_perm=128, seed=1).update({text[i : i + 4] for i in range(len(text) - 3)})

        def rensa_given() -> None:
            for found in grams:
                RMinHash(num_perm=128, seed=1).update(found)

        rows += [("datasketch MinHash 128 of the normal text", datasketch_bytes, len(texts)),
                 ("rensa RMinHash 128 of the normal text", rensa, len(texts)),
                 ("  datasketch, hashes of the shingles given", datasketch_hashes, len(texts)),
                 ("  rensa, shingles given", rensa_given, len(texts)),
                 ("  ours, hashes of the shingles given", lambda: [of_hashes(h) for h in hashed], len(texts))]  # fmt: skip
    print(f"  {len(texts)} documents, {megabytes:.1f} MB; {crashes} crash the package's default with numpy {np.__version__}")
    base = 0.0
    for name, work, count in rows:
        rate = count / seconds(work)
        base = base or rate
        print(f"  {name:50s} {rate:9.0f} documents/s  x {rate / base:6.1f}", flush=True)


def search() -> None:
    random = np.random.default_rng(7)
    store = random.integers(0, 2**64, 1_000_000, np.uint64, endpoint=False)

    def near(values: np.ndarray, count: int, bits: int) -> np.ndarray:
        picked = values[random.integers(0, len(values), count)]
        for _ in range(bits):
            picked = picked ^ (np.uint64(1) << random.integers(0, 64, count).astype(np.uint64))
        return picked

    releases = store[:300]
    postings = near(releases, 10_000, 3)
    taken = seconds(lambda: [scan(releases, int(q), 10) for q in postings])
    print(f"  10,000 postings, 300 releases, whole: scan {taken / 1e4 * 1e6:.1f} us a posting, {taken:.2f} s in all")
    own = [Simhash(int(v)) for v in releases]
    indexed = SimhashIndex([(str(i), s) for i, s in enumerate(own)], k=3)
    other = seconds(lambda: [indexed.get_near_dups(Simhash(int(q))) for q in postings[:2000]], 3) * 5
    print(f"     SimhashIndex(k=3) {other / 1e4 * 1e6:.1f} us a posting: x {other / taken:.1f} of scan")
    for size in (30_000, 100_000, 1_000_000):
        held = store[:size]
        queries = near(held, 1000, 3)
        index = FingerprintIndex(held)
        banded = seconds(lambda index=index, queries=queries: index.search(queries, 6)) / 1000
        scanned = seconds(lambda held=held, queries=queries: [scan(held, int(q), 6) for q in queries[:50]]) / 50
        line = f"  {size:9,d} stored, distance 6: bands {banded * 1e6:7.1f} us a query, scan {scanned * 1e6:7.1f}"
        if size <= 30_000:
            rival = SimhashIndex([(str(i), Simhash(int(v))) for i, v in enumerate(held)], k=6)
            slow = seconds(lambda rival=rival, queries=queries: [rival.get_near_dups(Simhash(int(q))) for q in queries[:200]], 1)
            line += f", SimhashIndex(k=6) {slow / 200 * 1e6:7.1f}: x {slow / 200 / banded:.0f} of bands"
        print(line, flush=True)
    words = np.ones(50_000_000, np.uint64)  # 400 MB: more than any cache holds
    bandwidth = words.nbytes / seconds(words.max) / 1e9
    scanned = store.nbytes / seconds(lambda: scan(store, 1, 3)) / 1e9
    print(f"  memory read at {bandwidth:.1f} GB/s; scan of a million reads {scanned:.1f} GB/s of fingerprints"
          f" = {scanned / bandwidth:.0%} of it")  # fmt: skip
    tracemalloc.start()
    kept = FingerprintIndex(np.array(store))
    held_now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"  a million fingerprints with their bands: {held_now / 1e6:.0f} MB held, {peak / 1e6:.0f} MB at the peak"
          f" ({len(kept.store):,d} stored)")  # fmt: skip


def decision(corpus: Corpus) -> None:
    built = seconds(lambda: Matcher(corpus.releases), 3)
    matcher = Matcher(corpus.releases)
    taken = seconds(lambda: [matcher.match(page.posting) for page in corpus.pages], 3)
    print(f"  {len(corpus.releases)} releases prepared in {built:.2f} s; {len(corpus.pages)} pages decided:"
          f" {len(corpus.pages) / taken:.0f} pages/s on one core")  # fmt: skip

