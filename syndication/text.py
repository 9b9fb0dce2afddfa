"""Normalising Chinese text once, by table look-up, with every character's way back to the raw text.

Facts of the world: a portal's copy differs from the release in width (（ and (), case, white space (NBSP, wraps in the
middle of a word), punctuation and, on some sites, traditional characters; none of it says anything about whose text it
is. The whole normal form is therefore one look-up per character: NFKC, lower case, traditional to simplified (OpenCC,
single characters: both sides pass through the same table, so its rare ambiguities cost nothing), and everything that is
neither letter nor digit falls out. `○` and `◯`, which typists write for the zero 〇 of Chinese dates, become 〇.
"""

from __future__ import annotations

import functools
import sys
import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
import opencc
from numpy.typing import NDArray

Codes = NDArray[np.uint32]
Offsets = NDArray[np.intp]

_TABLE_SIZE = 0x40000  # planes 0 to 3: beyond them lie only private and unassigned characters, which fall out
_COMPUTED = 0x20000    # planes 2 and 3 hold ideographs alone: they stand for themselves (or their simplified form)
_EXPANDS = 0xFFFFFFFF  # ㎡, ㈠, Ⅷ …: several characters, kept apart in `_Tables.expansions`
_ZEROS = {"○": "〇", "◯": "〇"}
_UNIT_ENDS = "\n\r。！？；!?;"
_NATIVE = "utf-32-le" if sys.byteorder == "little" else "utf-32-be"


@dataclass(frozen=True, eq=False)
class NormalText:
    """A text in normal form. `codes[i]` is a code point that came from `raw[offsets[i]]`.

    `units` are the ascending starts, in normal positions, of the raw text's lines and sentences (the first is 0);
    empty for an empty text. `cut` says that the raw text was longer than the limit and its end was not read.
    """

    raw: str
    codes: Codes
    offsets: Offsets
    units: Offsets
    cut: bool = False

    def __len__(self) -> int:
        return len(self.codes)

    def string(self, start: int = 0, end: int | None = None) -> str:
        """Normal characters `[start, end)` as a string."""
        return as_string(self.codes[start:end])

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """The raw range `[first, last)` from which the normal characters `[start, end)` came; `end` > `start`."""
        return int(self.offsets[start]), int(self.offsets[end - 1]) + 1


@dataclass(frozen=True)
class _Tables:
    single: Codes
    expansions: dict[int, str]
    ends_unit: NDArray[np.bool_]


@functools.cache
def _tables() -> _Tables:
    single = np.zeros(_TABLE_SIZE, np.uint32)
    expansions: dict[int, str] = {}
    forms = [_ZEROS.get(chr(code), unicodedata.normalize("NFKC", chr(code)).lower()) for code in range(0xD800)]
    forms += [""] * 0x800  # surrogates
    forms += [unicodedata.normalize("NFKC", chr(code)).lower() for code in range(0xE000, _COMPUTED)]
    forms += [unicodedata.normalize("NFKC", chr(code)) for code in range(_COMPUTED, _TABLE_SIZE)]
    kept = ["".join(c for c in form if c.isalnum()) for form in forms]
    simplified = opencc.OpenCC("t2s").convert("\n".join("".join(f"{c} " for c in form) for form in kept))
    for code, form in enumerate(simplified.split("\n")):
        characters = form.replace(" ", "")
        if len(characters) == 1:
            single[code] = ord(characters)
        elif characters:
            single[code] = _EXPANDS
            expansions[code] = characters
    ends_unit = np.zeros(_TABLE_SIZE, np.bool_)
    ends_unit[[ord(c) for c in _UNIT_ENDS]] = True
    return _Tables(single, expansions, ends_unit)


def as_string(codes: NDArray[Any]) -> str:
    """Code points as a string."""
    return codes.astype(np.uint32, copy=False).tobytes().decode(_NATIVE)


def normalise(raw: str, *, limit: int | None = None) -> NormalText:
    """The normal form of a text, with offsets. Linear in its length; lone surrogates and private characters fall out.

    Args:
        raw: any text.
        limit: read no more than so many raw characters; what is beyond is left out and `cut` is set.
    """
    read = raw if limit is None else raw[:limit]
    tables = _tables()
    codes = np.frombuffer(read.encode(_NATIVE, "surrogatepass"), np.uint32)
    if len(codes) and int(codes.max()) >= _TABLE_SIZE:
        codes = np.where(codes < _TABLE_SIZE, codes, np.uint32(0))
    mapped = tables.single[codes]
    offsets = np.flatnonzero(mapped)
    normal = mapped[offsets]
    expanding = np.flatnonzero(normal == _EXPANDS)
    if len(expanding):
        normal, offsets = _expand(normal, offsets, codes, expanding, tables.expansions)
    return NormalText(raw, normal, offsets, _unit_starts(tables.ends_unit[codes], offsets), len(read) < len(raw))


def _expand(
    normal: Codes, offsets: Offsets, codes: Codes, expanding: Offsets, expansions: dict[int, str]
) -> tuple[Codes, Offsets]:
    strings = [expansions[int(codes[offsets[i]])] for i in expanding]
    counts = np.ones(len(normal), np.intp)
    counts[expanding] = [len(s) for s in strings]
    wide = np.repeat(normal, counts)
    wide[wide == _EXPANDS] = np.frombuffer("".join(strings).encode(_NATIVE), np.uint32)
    return wide, np.repeat(offsets, counts)


def _unit_starts(ends: NDArray[np.bool_], offsets: Offsets) -> Offsets:
    if not len(offsets):
        return np.zeros(0, np.intp)
    starts = np.searchsorted(offsets, np.flatnonzero(ends))
    starts = starts[starts < len(offsets)]
    if len(starts):  # ascending already; equal neighbours are empty units
        starts = starts[np.concatenate(([True], starts[1:] != starts[:-1]))]
    return starts if len(starts) and starts[0] == 0 else np.concatenate((np.zeros(1, np.intp), starts))


def normal_string(raw: str) -> str:
    """The normal form as a string, for titles and other short texts."""
    return as_string(normalise(raw).codes)
