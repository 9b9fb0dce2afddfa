"""The home pages of tests/lists/home: their items and how they show the column, as the file beside each says."""

from __future__ import annotations

from pathlib import Path

import pytest
from families_reading import home_reading_of, page_of, told_of, write_reading

from spiders.families.home import read_home
from syndication.errors import UnreadablePage
from syndication.glossary import ColumnState, Outcome

NAMES = ("国务院重要政策信息", "国务院信息", "国务院政策信息", "国务院文件")
PAGES = sorted((Path(__file__).parent / "lists" / "home").glob("*.html"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_reads_as_told(path: Path) -> None:
    reading = path.with_name(path.name + ".reading.json")
    if not reading.exists():
        write_reading(reading, home_reading_of(path, NAMES))
        pytest.fail(f"{reading} was written: read it, correct it, then run again")
    told = told_of(path)
    assert home_reading_of(path, NAMES, told) == {name: told[name] for name in ("column", "rows")}


ITEM = '<div class="mod"><h3>要闻</h3><ul><li><a href="/1.html">全省驿道修缮现场会召开</a></li></ul></div>'


@pytest.mark.parametrize(
    "label",
    [
        "国务院信息",
        "【国务院信息】",
        "国 务 院 信 息",
        "国务院信息 更多>>",
        "国务院信息专栏",
        "· 国务院信息：",
        "（国务院信息）",
    ],
)
def test_names_are_matched_in_any_writing(label: str) -> None:
    block = f'<div class="m"><h3>{label}</h3><ul><li><a href="/2.html">国务院关于驿道保护的批复</a></li></ul></div>'
    column = read_home(page_of(block + ITEM), ["国务院 信息"]).column
    assert column.state is ColumnState.ENTRY_WITH_LIST


@pytest.mark.parametrize("label", ["国务院信息公开条例", "关于国务院信息的通知", "省国务院信息", ""])
def test_other_labels_are_not_the_column(label: str) -> None:
    block = f'<div class="m"><h3>{label}</h3><ul><li><a href="/2.html">国务院关于驿道保护的批复</a></li></ul></div>'
    assert read_home(page_of(block + ITEM), ["国务院信息"]).column.state is ColumnState.NO_ENTRY


@pytest.mark.parametrize("text", ["<html><body><script>boot()</script></body></html>", "<h1>403 Forbidden</h1>"])
def test_a_page_without_items_says_nothing_of_the_column(text: str) -> None:
    with pytest.raises(UnreadablePage) as caught:
        read_home(page_of(text), NAMES)
    assert caught.value.outcome is Outcome.LAYOUT_CHANGED


def test_blank_page_is_empty() -> None:
    with pytest.raises(UnreadablePage) as caught:
        read_home(page_of("  "), NAMES)
    assert caught.value.outcome is Outcome.EMPTY


def test_one_address_with_two_titles_keeps_the_whole_one() -> None:
    page = page_of(
        '<a href="/1.html">国务院关于驿道保护的</a><p><a href="/1.html">国务院关于驿道保护的批复全文</a></p>'
    )
    assert [row.title for row in read_home(page, ()).rows] == ["国务院关于驿道保护的批复全文"]
