"""Fingerprints: 64-bit simhashes of a text and of its passages, and the exact search for near ones.

The type is the `simhash` package's own (`Simhash.value`, `.distance`, `SimhashIndex` all work); only the feeding is
replaced: unweighted four-character shingles of the normal form, hashed and summed by numpy. The package, given the
same shingles and `gram_hash`, computes the same bits (tests/test_fingerprint.py).

Facts of the world: `Simhash("")` and every text of punctuation share one constant value, so short texts get none;
the weighted fingerprint of a template hides what differs, so shingles are unweighted; SQLite integers are signed.
Passages are cut where the text itself says so (a shingle whose hash begins with five zero bits), so that line wraps,
lost punctuation and whatever stands before them do not move their borders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from simhash import Simhash

from syndication.text import Codes, NormalText, Offsets, normalise

Fingerprints = NDArray[np.uint64]

GRAM = 4
MINIMUM_LENGTH = 40       # normal characters; below it a fingerprint tells nothing
PASSAGE_GRAMS = 16        # a passage of fewer shingles is left out: too many texts share it
_LONGEST_PASSAGE = 200    # shingles; below 256, the room of one byte lane
_ANCHOR_SHIFT = np.uint64(59)
_MULTIPLIERS = [np.uint64(m) for m in (
    0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93,
    0xA0761D6478BD642F, 0xE7037ED1A0B428DB, 0x8EBC6AF09C88C6E3, 0x589965CC75374CC3,
)]
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def gram_hashes(codes: Codes, width: int = GRAM) -> Fingerprints:
    """One 64-bit hash for each run of `width` (1 to 8) characters; empty if the text is shorter."""
    count = len(codes) - width + 1
    if count <= 0:
        return np.zeros(0, np.uint64)
    wide = codes.astype(np.uint64)
    mixed = wide[:count] * _MULTIPLIERS[0]
    for i in range(1, width):
        mixed += wide[i : count + i] * _MULTIPLIERS[i]
    mixed ^= mixed >> np.uint64(30)
    mixed *= _MIX_1
    mixed ^= mixed >> np.uint64(27)
    mixed *= _MIX_2
    mixed ^= mixed >> np.uint64(31)
    return mixed


def gram_hash(gram: bytes) -> bytes:
    """The hash of one shingle in UTF-8, as the package's `hashfunc` takes and returns it (eight bytes)."""
    codes = np.array([ord(c) for c in gram.decode()], np.uint32)
    return bytes(gram_hashes(codes, len(codes)).astype(">u8").tobytes())


def distinct(hashes: Fingerprints) -> Fingerprints:
    """The different hashes, ascending. Sorting beats numpy's hash table here: processors sort 64-bit words in lanes."""
    ordered = np.sort(hashes)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered


def _byte_lanes(hashes: Fingerprints) -> Fingerprints:
    """Each hash's 64 bits as 64 bytes, in eight words: words can be added up to 255 times without a carry."""
    bits = np.unpackbits(hashes.astype(">u8").view(np.uint8))
    return bits.view(np.uint64).reshape(-1, 8)


def _majority(lanes: Fingerprints, counts: NDArray[np.intp]) -> Fingerprints:
    sums = lanes.view(np.uint8).reshape(-1, 64)
    return np.packbits(sums * np.uint16(2) > counts[:, None], axis=1).view(">u8").astype(np.uint64).ravel()


def whole_fingerprint(codes: Codes) -> int | None:
    """The unsigned 64-bit simhash of a normal text's distinct shingles; None below `MINIMUM_LENGTH` characters."""
    if len(codes) < MINIMUM_LENGTH:
        return None
    return of_hashes(distinct(gram_hashes(codes)))


def of_hashes(hashes: Fingerprints) -> int:
    """The simhash of one or more shingle hashes, each counted once."""
    lanes = np.add.reduceat(_byte_lanes(hashes), np.arange(0, len(hashes), 255), axis=0)
    sums = lanes.view(np.uint8).reshape(-1, 64).sum(axis=0, dtype=np.int64)
    return int.from_bytes(np.packbits(sums * 2 > len(hashes)).tobytes(), "big")


@dataclass(frozen=True, eq=False)
class Passages:
    """Fingerprints of a text's passages in their order; a passage is normal characters `[starts[i], ends[i])`."""

    values: Fingerprints
    starts: Offsets
    ends: Offsets


def passages(text: NormalText) -> Passages:
    """The passages of a text with their fingerprints; about one for every fifty characters."""
    hashes = gram_hashes(text.codes)
    if len(hashes) < PASSAGE_GRAMS:
        none = np.zeros(0, np.intp)
        return Passages(np.zeros(0, np.uint64), none, none)
    borders = np.flatnonzero((hashes >> _ANCHOR_SHIFT) == 0)
    borders = np.concatenate((np.zeros(int(not len(borders) or borders[0] != 0), np.intp), borders))
    lengths = np.diff(np.append(borders, len(hashes)))
    pieces = -(-lengths // _LONGEST_PASSAGE)
    if len(pieces) < int(pieces.sum()):
        within = np.arange(int(pieces.sum())) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        borders = np.repeat(borders, pieces) + within * _LONGEST_PASSAGE
        lengths = np.diff(np.append(borders, len(hashes)))
    sums = np.add.reduceat(_byte_lanes(hashes), borders, axis=0)
    long_enough = lengths >= PASSAGE_GRAMS
    starts, counts = borders[long_enough], lengths[long_enough]
    values = _majority(np.ascontiguousarray(sums[long_enough]), counts)
    return Passages(values, starts, starts + counts + GRAM - 1)


class TextFingerprint(Simhash):  # type: ignore[misc]  # simhash ships no types
    """The package's `Simhash` with this module's shingles: `TextFingerprint(text)`, or of a stored value.

    `value` is None for a text that is too short to tell; ask before `distance`.
    """

    value: int | None

    def build_by_text(self, content: str) -> None:
        """Sets `value` from a raw text; called by the package's constructor."""
        self.value = whole_fingerprint(normalise(content).codes)


def to_signed(value: int | None) -> int | None:
    """An unsigned 64-bit value as SQLite keeps it. Raises ValueError outside 0 … 2⁶⁴-1."""
    if value is None:
        return None
    if not 0 <= value < 1 << 64:
        raise ValueError(f"not an unsigned 64-bit value: {value}")
    return value - (1 << 64) if value >= 1 << 63 else value


def from_signed(value: int | None) -> int | None:
    """The unsigned value of a stored one. Raises ValueError outside -2⁶³ … 2⁶³-1."""
    if value is None:
        return None
    if not -(1 << 63) <= value < 1 << 63:
        raise ValueError(f"not a signed 64-bit value: {value}")
    return value & ((1 << 64) - 1)


def scan(store: Fingerprints, query: int, distance: int) -> Offsets:
    """Positions of all stored fingerprints within a Hamming distance of one; exact, bound by memory bandwidth."""
    return np.flatnonzero(np.bitwise_count(store ^ np.uint64(query)) <= distance)


class FingerprintIndex:
    """Exact search for near fingerprints (Hamming distance up to 7) by four sorted 16-bit bands.

    Of seven differing bits one band holds at most one, so looking up each band's value and its sixteen neighbours
    misses nothing. Takes 24 bytes a fingerprint beside the store itself.
    """

    LARGEST_DISTANCE = 7
    _BANDS = 4

    def __init__(self, store: Fingerprints) -> None:
        self.store = np.ascontiguousarray(store, np.uint64)
        self._orders: list[NDArray[np.int32]] = []
        self._firsts: list[NDArray[np.int32]] = []
        for band in range(self._BANDS):
            keys = self._key(self.store, band)
            self._orders.append(np.argsort(keys, kind="stable").astype(np.int32))
            self._firsts.append(np.concatenate(([0], np.cumsum(np.bincount(keys, minlength=1 << 16)))).astype(np.int32))

    @staticmethod
    def _key(values: Fingerprints, band: int) -> NDArray[np.uint16]:
        return (values >> np.uint64(16 * band)).astype(np.uint16)

    def search(self, queries: Fingerprints, distance: int) -> tuple[Offsets, Offsets]:
        """All pairs (query position, store position) within the distance, each once, ascending.

        Raises ValueError for a distance above `LARGEST_DISTANCE`; use `scan` there.
        """
        if distance > self.LARGEST_DISTANCE:
            raise ValueError(f"the bands find distances up to {self.LARGEST_DISTANCE} only")
        flips, bands = np.array([0], np.uint16), min(distance + 1, self._BANDS)  # one of so many bands is equal, …
        if distance >= self._BANDS:  # … or differs in one bit
            flips = np.concatenate((flips, np.uint16(1) << np.arange(16, dtype=np.uint16)))
        found: list[NDArray[np.int64]] = []
        for band in range(bands):
            keys = (self._key(queries, band)[:, None] ^ flips).ravel()
            first, last = self._firsts[band][keys], self._firsts[band][keys.astype(np.intp) + 1]
            sizes = (last - first).astype(np.intp)
            total = int(sizes.sum())
            if not total:
                continue
            query = np.repeat(np.arange(len(queries)).repeat(len(flips)), sizes)
            step = np.arange(total) - np.repeat(np.cumsum(sizes) - sizes, sizes)
            stored = self._orders[band][np.repeat(first, sizes) + step]
            near = np.bitwise_count(self.store[stored] ^ queries[query]) <= distance
            found.append(query[near] * len(self.store) + stored[near])
        if not found:
            return np.zeros(0, np.intp), np.zeros(0, np.intp)
        pairs = np.unique(np.concatenate(found))
        return pairs // len(self.store), pairs % len(self.store)
