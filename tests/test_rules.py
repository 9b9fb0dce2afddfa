"""rules.toml: which editions are in force when, and that a typing error is refused with its key."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from syndication.clock import BEIJING
from syndication.errors import RulesError
from syndication.glossary import Mode
from syndication.rules import load_rules

DATA = Path(__file__).parents[1] / "data"
TEXT = (DATA / "rules.toml").read_text(encoding="utf-8")
FIRST = datetime(2016, 4, 1, tzinfo=BEIJING)
SECOND = datetime(2017, 6, 8, tzinfo=BEIJING)
MOMENT = timedelta(seconds=1)


def load(folder: Path, text: str | bytes):
    (folder / "rules.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_rules(folder)


@pytest.mark.parametrize(
    ("released_at", "ids"),
    [
        (FIRST - MOMENT, []),
        (FIRST, ["inspection-24h"]),
        (SECOND - MOMENT, ["inspection-24h"]),
        (SECOND, ["inspection-24h", "guideline-12h"]),
    ],
)
def test_the_editions_in_force(released_at: datetime, ids: list[str]) -> None:
    assert [edition.id for edition in load_rules(DATA).editions_for(released_at)] == ids


def test_the_editions_as_shipped() -> None:
    editions = load_rules(DATA).editions
    assert [(edition.id, edition.hours) for edition in editions] == [("inspection-24h", 24), ("guideline-12h", 12)]
    for edition in editions:
        assert edition.counted_modes == set(Mode) - {Mode.TITLE_ONLY}
        assert edition.basis.number.startswith("国办")
        assert edition.calendar == "continuous"


def test_the_column_is_known_by_the_names_that_notices_use() -> None:
    names = load_rules(DATA).column_names
    assert {"国务院重要政策信息", "国务院信息", "国务院政策信息", "国务院要闻", "国务院文件"} <= set(names)


def test_a_folder_without_rules_gets_the_packaged_ones(tmp_path: Path) -> None:
    assert load_rules(tmp_path) == load_rules(DATA)


def test_an_edition_ends_before_its_effective_to_and_a_bare_day_begins_in_beijing(tmp_path: Path) -> None:
    dates = "2016-04-01\neffective_to = 2018-01-01"
    [edition, _] = load(tmp_path, TEXT.replace("2016-04-01T00:00:00+08:00", dates)).editions
    assert edition.effective_from == FIRST
    end = datetime(2018, 1, 1, tzinfo=BEIJING)
    rules = load_rules(tmp_path)
    assert edition in rules.editions_for(end - MOMENT)
    assert edition not in rules.editions_for(end)


def test_a_mark_from_an_editor_is_read(tmp_path: Path) -> None:
    assert load(tmp_path, b"\xef\xbb\xbf" + TEXT.encode()) == load_rules(DATA)


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ("hours = 24", "hour = 24", "edition 1.hours", "is missing"),
        ("hours = 24", "hours = 24\nhuors = 8", "edition 1.huors", "no such key"),
        ("hours = 24", 'hours = "24"', "edition 1.hours", "whole number"),
        ("hours = 24", "hours = 0", "edition 1.hours", "whole number"),
        ("hours = 24", "hours = true", "edition 1.hours", "whole number"),
        ("hours = 12", "hours = -12", "edition 2.hours", "whole number"),
        ('id = "guideline-12h"', 'id = "inspection-24h"', "edition", "stands twice"),
        ('id = "guideline-12h"', 'id = "12 小时"', "edition 2.id", "small letters"),
        ('"copy", "abridged"', '"copie"', "edition 1.counted_modes", "choose among: copy"),
        ('"copy", "abridged"', '"copy", "copy"', "edition 1.counted_modes", "twice"),
        ('["copy", "abridged", "link", "wrapped_link", "embed"]', "[]", "edition 1.counted_modes", "list of texts"),
        ('calendar = "continuous" #', 'calendar = "lunar" #', "edition 1.calendar", "one of: continuous, working"),
        ("tick_minutes = 15", "tick_minutes = 0", "probe.tick_minutes", "whole number"),
        ("tick_minutes = 15", "tick_minute = 15", "probe.tick_minute", "no such key"),
        ("2016-04-01T00:00:00+08:00", "2016-04-01T00:00:00", "edition 1.effective_from", "has no zone"),
        ("2016-04-01T00:00:00+08:00", '"2016-04-01"', "edition 1.effective_from", "without quotes"),
        ("hours = 24", "hours = 24\neffective_to = 2016-04-01", "edition 1.effective_to", "not after"),
        ('confidence = "V"', 'confidence = "high"', "edition 1.basis.confidence", "one of: V"),
        ('address = "http://www.gov.cn/', 'address = "www.gov.cn/', "edition 1.basis.address", "web address"),
        ('number = "国办函〔2016〕68号"', "", "edition 1.basis.number", "is missing"),
        ("[edition.basis]\ndocument", "[edition.bases]\ndocument", "edition 1.basis", "is missing"),
        ("[lexicon]", "[lexikon]", "lexicon", "is missing"),
        ("[lexicon]", "[lexicon]\nnames = []", "lexicon.names", "no such key"),
        ("[lexicon]", "[colours]\nred = 1\n[lexicon]", "colours", "no such key"),
        ('    "国务院信息",', '    "",', "lexicon.column_names", "list of texts"),
    ],
)
def test_a_typing_error_is_refused_with_its_key(tmp_path: Path, old: str, new: str, key: str, reason: str) -> None:
    assert old in TEXT
    with pytest.raises(RulesError) as caught:
        load(tmp_path, TEXT.replace(old, new, 1))
    path = tmp_path / "rules.toml"
    assert str(caught.value).startswith(f"{path} 的 {key} 有误，请改正。 {path}, key {key}: ")
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("[[edition]\n", "is not TOML: .*line 1"),
        ("[lexicon]\nx = 1\nx = 2\n", "is not TOML"),
        ("# 规则".encode("gbk"), "is not UTF-8; save it as UTF-8"),
        ('[lexicon]\ncolumn_names = ["国务院信息"]\n', "key edition: is missing"),
        ("edition = 3\n", r"one or more tables: \[\[edition\]\]"),
        ("lexicon = 3\n" + TEXT.replace("[lexicon]", "[lexikon]"), "must be a table"),
    ],
)
def test_a_file_that_is_no_rules_file_is_refused(tmp_path: Path, content: str | bytes, reason: str) -> None:
    with pytest.raises(RulesError, match=reason):
        load(tmp_path, content)
