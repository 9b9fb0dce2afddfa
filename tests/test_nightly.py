"""The nightly over real sockets: what it says and records, and who holds the folder. Its ends: test_killed_at_any_moment."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest
from test_replay import content, data_from

from syndication.clock import FixedClock, from_text, to_text
from syndication.errors import LockedError
from syndication.lock import hold
from syndication.rehearsal.build import build
from syndication.rehearsal.cast import story
from syndication.rehearsal.fleet import Fleet
from syndication.rehearsal.live import serving

FIRST, SECOND = "2026-03-02T18:15:00Z", "2026-03-03T06:15:00Z"


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    return build(tmp_path_factory.mktemp("rehearsal")).data


@pytest.fixture(scope="module")
def port():
    with serving(Fleet(story()), delay=0.01) as number:
        yield number


def night(folder, port, at, **more):
    command = [sys.executable, "-m", "syndication.rehearsal.live", "--data", str(folder), "--port", str(port), "--at", at]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)


def finish(process):
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    return said


@pytest.fixture(scope="module")
def undisturbed(registry, port, tmp_path_factory):
    folder = data_from(registry, tmp_path_factory.mktemp("undisturbed") / "data")
    finish(night(folder, port, FIRST))
    finish(night(folder, port, SECOND))
    return content(folder)


def test_a_night_says_in_chinese_what_it_did(registry, port, tmp_path):
    folder = data_from(registry, tmp_path / "data")
    said = finish(night(folder, port, FIRST))
    assert "国务院发布" in said
    assert "未能观测" in said
    assert (folder / "snapshots").is_dir()


def test_what_a_night_recorded_rebuilds_its_database(undisturbed, registry, port, tmp_path, syndication):
    folder = data_from(registry, tmp_path / "data")
    finish(night(folder, port, FIRST))
    finish(night(folder, port, SECOND))
    for path in folder.glob("syndication.db*"):
        path.unlink()
    syndication("replay", folder / "evidence", "--data", folder)
    assert content(folder) == undisturbed


def test_a_second_one_says_who_holds_the_folder_and_exits(registry, tmp_path, syndication):
    folder = data_from(registry, tmp_path / "data")
    at = from_text(FIRST)
    with hold(folder, "nightly", at):
        said = syndication("nightly", "--data", folder, status=1).stderr
    assert "is held by syndication nightly (process" in said
    assert "since 2026-03-03 02:15 Beijing time" in said
    with hold(folder, "nightly", at), pytest.raises(LockedError), hold(folder, "replay", FixedClock(at).now()):
        pass


class Counting(Fleet):
    """The fleet, with a list of what it was asked."""

    def __init__(self):
        super().__init__(story())
        self.asked = []

    def answer(self, url, at):
        self.asked.append((to_text(at), url))
        return super().answer(url, at)


def test_each_host_is_asked_once_a_night_for_its_robots_file_by_all_crawls_together(registry, tmp_path):
    folder, fleet = data_from(registry, tmp_path / "data"), Counting()
    with serving(fleet) as port:
        said = [finish(night(folder, port, at)) for at in (FIRST, "2026-03-03T18:15:00Z")]
    assert "复查已转载稿件" in said[1]
    asked = Counter(one for one in fleet.asked if one[1].endswith("/robots.txt"))
    assert len(asked) > 20
    assert set(asked.values()) == {1}
