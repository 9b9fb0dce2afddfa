"""The canary: scores tell a false accusation from a miss, and the installed program agrees with every known answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from syndication.rehearsal.cast import story
from syndication.rehearsal.rehearse import RehearsalError, rehearse
from syndication.rehearsal.scoring import accuses_falsely, score

ON_TIME, LATE, MISSING = ("on_time", "copy", ""), ("late", "copy", ""), ("missing", "", "")


def test_scores_count_what_is_true_said_and_right():
    result = score([(ON_TIME, ON_TIME), (LATE, LATE), (LATE, ("undetermined", "", "")), (ON_TIME, LATE)])
    late = next(one for one in result.scores if one.status == "late")
    assert (late.true, late.said, late.right, late.recall, late.precision) == (2, 2, 1, 0.5, 0.5)
    assert (result.answers, result.different, result.false_accusations) == (4, 2, 1)
    missing = next(one for one in result.scores if one.status == "missing")
    assert (missing.recall, missing.precision) == (None, None)


@pytest.mark.parametrize(
    ("known", "said", "falsely"),
    [
        (ON_TIME, LATE, True),
        (LATE, MISSING, True),
        (("", "", ""), LATE, True),
        (ON_TIME, ("on_time", "copy", "backdated"), True),
        (LATE, ON_TIME, False),
        (MISSING, ("not_observed", "", ""), False),
        (ON_TIME, ("on_time", "link", "no_source"), False),
    ],
)
def test_a_false_accusation_is_told_from_a_miss(known, said, falsely):
    assert accuses_falsely(known, said) is falsely


def test_the_program_agrees_with_every_known_answer(monkeypatch, tmp_path):
    """The first nights only: the whole story is played by test_replay.py, and by `syndication rehearse` itself."""
    whole = story()
    monkeypatch.setattr("syndication.rehearsal.rehearse.story", lambda: replace(whole, looks=whole.looks[:3]))
    nights = []
    result = rehearse(tmp_path, lambda number, count: nights.append((number, count)))
    assert nights == [(1, 3), (2, 3), (3, 3)]
    assert result.answers > 100
    assert result.false_accusations == 0


def test_a_night_that_fails_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr("syndication.rehearsal.rehearse.to_text", lambda moment: "no time at all")
    with pytest.raises(RehearsalError, match="no time at all"):
        rehearse(tmp_path, lambda number, count: None)


def test_a_folder_in_use_is_not_written(syndication, tmp_path):
    (tmp_path / "mine").write_text("mine")
    assert "不是空目录" in syndication("rehearse", "--keep", tmp_path, status=1).stderr
