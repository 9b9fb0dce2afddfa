"""Fingerprints: the package's own bits, computed faster; storage; exact search."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simhash import Simhash, SimhashIndex

from syndication.fingerprint import (
    GRAM,
    MINIMUM_LENGTH,
    FingerprintIndex,
    TextFingerprint,
    from_signed,
    gram_hash,
    passages,
    scan,
    to_signed,
    whole_fingerprint,
)
from syndication.text import normal_string, normalise

PAPER = "步行和自行车交通是城市综合交通体系的重要组成部分。各地慢行设施建设取得积极进展，仍存在路权保障不足等问题。" * 3
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
CHINESE = st.text(alphabet=HAN, min_size=MINIMUM_LENGTH, max_size=400)


def by_the_package(text: str) -> int:
    normal = normal_string(text)
    grams = {normal[i : i + GRAM] for i in range(len(normal) - GRAM + 1)}
    return int(Simhash(sorted(grams), hashfunc=gram_hash).value)


@settings(deadline=None)  # the first example builds the table
@given(CHINESE)
def test_bits_are_those_of_the_package(text: str) -> None:
    assert TextFingerprint(text).value == by_the_package(text)


def test_type_distance_and_index_are_the_packages() -> None:
    one, other = TextFingerprint(PAPER), TextFingerprint(PAPER.replace("自行车", "单车", 1))
    assert isinstance(one, Simhash)
    assert one.distance(one) == 0
    assert 0 < one.distance(other) <= 16
    assert SimhashIndex([("paper", one)], k=3).get_near_dups(TextFingerprint(one.value)) == ["paper"]


@pytest.mark.parametrize("text", ["", "国", "，。…", "国务院" * 13])
def test_no_fingerprint_for_what_is_too_short_to_tell(text: str) -> None:
    assert TextFingerprint(text).value is None
    assert whole_fingerprint(normalise(text).codes) is None


def test_repeated_words_do_not_count_more() -> None:
    once = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往"
    ring = once + once[:3]  # every shingle of the endless text stands in it
    assert TextFingerprint(ring).value == TextFingerprint(once * 300).value  # the package raises OverflowError here


@given(st.integers(0, 2**64 - 1))
def test_all_64_bits_survive_sqlite(value: int) -> None:
    stored = to_signed(value)
    assert stored is not None
    assert -(2**63) <= stored < 2**63
    assert from_signed(stored) == value


def test_storage_refuses_what_is_no_fingerprint() -> None:
    assert (to_signed(None), from_signed(None)) == (None, None)
    for wrong in (-1, 2**64):
        with pytest.raises(ValueError, match="64-bit"):
            to_signed(wrong)
    with pytest.raises(ValueError, match="64-bit"):
        from_signed(2**63)


def test_passages_do_not_move_with_what_stands_before_or_with_wraps() -> None:
    paper = normalise("".join(chr(0x4E00 + (i * i * 37) % 5000) for i in range(2000)))
    framed = normalise("首页\n政务公开\n" + "\n ".join(paper.raw[i : i + 31] for i in range(0, 2000, 31)))
    mine, theirs = set(passages(paper).values.tolist()), set(passages(framed).values.tolist())
    assert len(mine) > 20
    assert len(mine & theirs) >= 0.95 * len(mine)


def test_passages_cover_long_monotonous_text_in_bounded_pieces() -> None:
    found = passages(normalise("国" * 5000))
    assert (found.ends - found.starts).max() < 256
    assert len(found.values) > 20


@given(
    st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=50),
    st.lists(st.tuples(st.integers(0, 49), st.sets(st.integers(0, 63), max_size=8)), max_size=20),
    st.integers(0, FingerprintIndex.LARGEST_DISTANCE),
)
def test_index_finds_exactly_what_the_scan_finds(
    store: list[int], flips: list[tuple[int, set[int]]], distance: int
) -> None:
    values = np.array(store, np.uint64)
    queries = [store[which % len(store)] ^ sum(1 << bit for bit in bits) for which, bits in flips]
    found = FingerprintIndex(values).search(np.array(queries, np.uint64), distance)
    expected = [(i, int(j)) for i, query in enumerate(queries) for j in scan(values, query, distance)]
    assert list(zip(found[0].tolist(), found[1].tolist(), strict=True)) == expected


def test_index_refuses_a_distance_that_bands_would_miss() -> None:
    with pytest.raises(ValueError, match="up to 7"):
        FingerprintIndex(np.zeros(1, np.uint64)).search(np.zeros(1, np.uint64), 8)
