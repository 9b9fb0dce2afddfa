"""Rejudging: nothing changes by itself; another rule shows what it would change before it writes; what is replaced is kept."""

from __future__ import annotations

import shutil

import pytest
from test_replay import content, data_from

from syndication.rehearsal.build import build
from syndication.store import open_database

LOCAL = """
[[edition]]
id = "local-8h"
name = "样例省要求（8小时）"
hours = 8
counted_modes = ["copy", "abridged", "link", "wrapped_link", "embed"]
effective_from = 2017-07-01T00:00:00+08:00
scope = "样例"

[edition.basis]
document = "样例文件"
number = "样例〔2017〕1号"
address = "http://www.yangli.example/"
quote = "应在8小时内转载"
confidence = "L"

[lexicon]"""


@pytest.fixture(scope="module")
def replayed(tmp_path_factory, syndication):
    place = tmp_path_factory.mktemp("rejudge")
    fleet = build(place / "rehearsal")
    folder = data_from(fleet.data, place / "data")
    syndication("replay", fleet.looks, "--data", folder)
    return folder


def rules_with_a_local_edition(folder, target):
    from syndication.registry import default_file

    text = default_file("rules.toml").read_text(encoding="utf-8")
    target.write_text(text.replace("[lexicon]", LOCAL.strip(), 1), encoding="utf-8")
    return target


def test_the_same_rules_change_nothing(replayed, syndication):
    before = content(replayed)
    said = syndication("rejudge", "--yes", "--data", replayed).stdout
    assert "状态或标记有变化的 0 条" in said
    after = content(replayed)
    assert {k: v for k, v in after.items() if k != "runs"} == {k: v for k, v in before.items() if k != "runs"}


def test_shown_but_not_written_without_a_terminal(replayed, syndication, tmp_path):
    rules = rules_with_a_local_edition(replayed, tmp_path / "trial.toml")
    before = content(replayed)["verdicts"]
    said = syndication("rejudge", "--edition", rules, "--data", replayed).stdout
    assert "local-8h" in said
    assert "没有写入" in said
    assert content(replayed)["verdicts"] == before


def test_a_local_edition_is_judged_beside_both_national_ones(replayed, syndication, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(replayed, folder)
    rules = rules_with_a_local_edition(folder, folder / "rules.toml")
    syndication("rejudge", "--yes", "--data", folder)
    database = open_database(folder)
    counts = dict(database.execute("SELECT edition, count(*) FROM verdict_list GROUP BY edition").fetchall())
    on_time = dict(database.execute(
        "SELECT edition, sum(status = 'on_time') FROM verdict_list GROUP BY edition"
    ).fetchall())  # fmt: skip
    database.close()
    assert rules.is_file()
    assert counts.keys() == {"inspection-24h", "guideline-12h", "local-8h"}
    assert len(set(counts.values())) == 1
    assert on_time["local-8h"] < on_time["guideline-12h"] < on_time["inspection-24h"]


def test_replaced_verdicts_are_kept(replayed, syndication, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(replayed, folder)
    rules = folder / "rules.toml"
    from syndication.registry import default_file

    text = default_file("rules.toml").read_text(encoding="utf-8")
    rules.write_text(text.replace('"link", "wrapped_link", ', "", 1), encoding="utf-8")
    database = open_database(folder)
    linked = database.execute(
        "SELECT count(*) FROM verdicts WHERE edition = 'inspection-24h' AND status = 'on_time'"
        " AND mode IN ('link', 'wrapped_link')"
    ).fetchone()[0]
    database.close()
    said = syndication("rejudge", "--yes", "--data", folder).stdout
    assert "未转载" in said
    database = open_database(folder)
    kept = database.execute("SELECT count(*) FROM superseded_verdicts WHERE status = 'on_time'").fetchone()[0]
    database.close()
    assert kept >= linked > 0
