"""Normalising: what falls away, what stays, and the way back to the raw text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndication.text import normal_string, normalise


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("国办发〔2031〕17号", "国办发203117号"),
        ("（ＡＢＣ）１２３", "abc123"),
        ("國務院關於促進發展", "国务院关于促进发展"),
        ("二○三一年\u00a0五月", "二〇三一年五月"),
        ("面积5㎡，第㈠项", "面积5m2第一项"),
        ("慢行\n 交通\u200b。", "慢行交通"),
        ("…—“”", ""),
        ("", ""),
        ("\ud800坏\U0010ffff", "坏"),
        ("𠮷野家", "𠮷野家"),
    ],
)
def test_what_portals_vary_falls_away(raw: str, normal: str) -> None:
    assert normal_string(raw) == normal


@settings(deadline=None)  # the first example builds the table
@given(st.text())
def test_every_normal_character_knows_its_raw_place(raw: str) -> None:
    text = normalise(raw)
    assert len(text.codes) == len(text.offsets)
    assert list(text.offsets) == sorted(text.offsets)
    for i, place in enumerate(text.offsets):
        assert chr(text.codes[i]) in normal_string(raw[place])


@settings(deadline=None)  # the first example builds the table
@given(st.text())
def test_normal_form_is_stable(raw: str) -> None:
    assert normal_string(normal_string(raw)) == normal_string(raw)


@settings(deadline=None)  # the first example builds the table
@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_composed_text_agrees_with_unicode(raw: str) -> None:
    composed = unicodedata.normalize("NFKC", raw)
    assert normal_string(composed.upper().lower()).isalnum() or not normal_string(composed.upper().lower())


def test_units_begin_with_lines_and_sentences() -> None:
    text = normalise("一、总体要求\n坚持以人为本。到2035年；建成网络\n\n")
    assert [text.string(start, end) for start, end in zip(text.units, [*text.units[1:], None], strict=True)] == [
        "一总体要求", "坚持以人为本", "到2035年", "建成网络",
    ]  # fmt: skip


def test_raw_span_gives_the_words_back() -> None:
    raw = "《意见》（国办发〔2031〕17号）"
    text = normalise(raw)
    start, end = text.raw_span(2, 11)
    assert raw[start:end] == "国办发〔2031〕17"


def test_limit_is_kept_and_told() -> None:
    text = normalise("国务院" * 10, limit=9)
    assert (text.string(), text.cut) == ("国务院" * 3, True)
    assert not normalise("国务院", limit=9).cut
