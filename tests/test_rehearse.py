"""The canary: its story, what must be said of it, its scores; and the installed program agrees for a day."""

from __future__ import annotations

import csv
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from spiders.families import FAMILIES
from syndication.glossary import Outcome
from syndication.registry import load_registry
from syndication.rehearsal.answers import OutsideTheRules, known_answers
from syndication.rehearsal.build import write_registry
from syndication.rehearsal.failing import answer
from syndication.rehearsal.fleet import Fleet, Silence
from syndication.rehearsal.fortnight import fortnight
from syndication.rehearsal.performing import RehearsalError, environment
from syndication.rehearsal.rehearse import Rehearsed, rehearse
from syndication.rehearsal.scenario import How, Outage, Prints, beijing
from syndication.rehearsal.scoring import Compared, accuses_falsely, score
from syndication.rehearsal.scratch import scratch
from syndication.rehearsal.telling_result import SHOWN, as_data, as_lines
from syndication.rehearsal.truths import Truth, truth

ON_TIME, LATE, MISSING = ("on_time", "copy", ""), ("late", "copy", ""), ("missing", "", "")
OPEN = ("undetermined", "copy", "")
STORY = fortnight()
PORTALS = {portal.id: portal for portal in STORY.portals}
QUARTER = timedelta(minutes=15)
END = STORY.looks[-1]


def compared(known, said, true=None, *, decidable=True):
    return Compared("inspection-24h", "yunling", "https://www.gov.cn/1", known, said,
                    Truth(true, decidable) if true else None)  # fmt: skip


# --- scores ---------------------------------------------------------------------------------------------------------


def test_scores_count_what_is_true_said_and_right():
    flagged = ("late", "copy", "backdated no_source")
    result = score([
        compared(ON_TIME, ON_TIME, "on_time"), compared(LATE, LATE, "late"), compared(LATE, OPEN, "late"),
        compared(ON_TIME, LATE, "on_time"), compared(flagged, ("late", "copy", "no_source")),
    ])  # fmt: skip
    late = next(one for one in result.statuses if one.word == "late")
    assert (late.true, late.said, late.right, late.recall, late.precision) == (3, 3, 2, 2 / 3, 2 / 3)
    assert [(one.word, one.true, one.said, one.right) for one in result.flags] == [
        ("backdated", 1, 0, 0), ("no_source", 1, 1, 1)
    ]  # fmt: skip
    assert [(one.word, one.right) for one in result.modes] == [("copy", 5)]
    assert (result.answers, len(result.differences), result.false_accusations) == (5, 3, 1)
    assert (result.told, result.settled, result.open) == (4, 2, 1)


@pytest.mark.parametrize(
    ("known", "said", "true", "falsely"),
    [
        (ON_TIME, LATE, None, True),
        (LATE, MISSING, "late", True),
        (("", "", ""), LATE, None, True),
        (ON_TIME, ("on_time", "copy", "backdated"), None, True),
        (MISSING, MISSING, "on_time", True),  # the looks were as the answer says, and yet it was there
        (LATE, ON_TIME, "late", False),
        (MISSING, ("not_observed", "", ""), "missing", False),
        (ON_TIME, ("on_time", "link", "no_source"), "on_time", False),
    ],
)
def test_a_false_accusation_is_told_from_a_miss(known, said, true, falsely):
    assert accuses_falsely(compared(known, said, true)) is falsely


def test_an_accusation_of_the_punctual_is_a_difference_though_it_was_taken_back():
    one = replace(compared(ON_TIME, ON_TIME, "on_time"), taken_back=True)
    assert one.differs
    assert score([one]).taken_back == 1
    assert any("（途中曾判为问题）" in line for line in as_lines(told(one)))
    late = replace(compared(OPEN, OPEN, "late", decidable=False), taken_back=True)
    assert not late.differs


def test_a_look_that_was_left_out_is_a_difference():
    assert compared(OPEN, OPEN, "late").differs
    assert not compared(OPEN, OPEN, "late", decidable=False).differs
    assert not compared(LATE, LATE, "late").differs


# --- what is told ---------------------------------------------------------------------------------------------------


def told(*rows):
    return Rehearsed(score(rows), 47, 15, 300, 480.0, 300.0)


def test_a_sound_rehearsal_is_told_in_figures():
    text = "\n".join(as_lines(told(compared(ON_TIME, ON_TIME, "on_time"))))
    assert "按时：应有 1，判出 1，相符 1；召回率 100.0%，准确率 100.0%" in text
    assert "误判为问题的 0 条（必须为 0）" in text
    assert "每次升级后" in text
    assert "处理办法" not in text


def test_differences_are_told_with_what_to_do_the_accusations_first():
    rows = [compared(LATE, OPEN, "late")] * 15 + [compared(ON_TIME, LATE, "on_time")]
    done = told(*rows)
    lines = list(as_lines(done))
    shown = [line for line in lines if line.startswith("  inspection-24h")]
    assert len(shown) == SHOWN
    assert shown[0].endswith("：应为按时 全文，判为超时 全文，事实为按时")
    assert any("另有 6 条" in line for line in lines)
    assert any("停用定时任务" in line for line in lines)
    assert any("退回上一版本" in line for line in lines)
    assert not done.sound
    assert len(json.loads(json.dumps(as_data(done)))["differences"]) == 16


# --- the story ------------------------------------------------------------------------------------------------------


def test_the_fleet_has_every_family_and_every_trouble(tmp_path):
    write_registry(Fleet(STORY), tmp_path)
    registry = load_registry(tmp_path)
    assert len(registry.portals) >= 40
    assert {channel.family for channel in registry.channels} == set(FAMILIES)
    for channel in registry.channels:
        FAMILIES[channel.family].check_options(channel.options)
    outcomes = {outage.outcome for portal in STORY.portals for outage in portal.outages}
    assert outcomes == {
        Outcome.TIMEOUT, Outcome.DNS, Outcome.TLS, Outcome.REFUSED, Outcome.FORBIDDEN, Outcome.CHALLENGE,
        Outcome.HTTP_ERROR, Outcome.ROBOTS, Outcome.EMPTY, Outcome.LAYOUT_CHANGED, Outcome.MOJIBAKE,
    }  # fmt: skip


def test_the_fleet_plays_every_way_to_carry_and_every_look_alike():
    postings = [one for portal in STORY.portals for one in portal.postings]
    assert {one.how for one in postings} == set(How)
    assert {one.prints for one in postings} == set(Prints)
    assert any(one.gone_at for one in postings)
    assert any(one.altered_at for one in postings)
    assert any(one.printed < one.at for one in postings)
    assert any(one.printed > one.at for one in postings)
    assert any(STORY.release(one.about).alias_of for one in postings if not one.about.isdigit())
    owed = {release.key: release for release in STORY.owed()}
    near = [one.at - owed[one.about].released - timedelta(hours=24) for one in postings if one.about in owed]
    assert any(timedelta(0) < gap < QUARTER for gap in near)
    assert any(-QUARTER < gap < timedelta(0) for gap in near)
    assert any(release.filler for release in owed.values())


def test_the_story_is_the_same_each_time():
    assert fortnight() == STORY
    assert fortnight(2).portals == STORY.portals


def test_a_trouble_that_nobody_has_drawn_is_refused():
    unknown = Outage(END, END, Outcome.NOT_ARCHIVED)
    with pytest.raises(ValueError, match="not_archived"):
        answer(unknown, "p.example", "/", END, lambda: pytest.fail("not asked"))


def test_troubles_look_as_they_should():
    fleet = Fleet(STORY)
    for portal in STORY.portals:
        for outage in portal.outages:
            found = fleet.answer(f"{portal.origin}{outage.path or '/'}", outage.since)
            if isinstance(found, Silence):
                assert found.outcome is outage.outcome
            else:
                assert outage.status is None or found.status == outage.status
                assert outage.status is not None or found.status in {200, 521}


# --- what must be said ----------------------------------------------------------------------------------------------


class Saw:
    """A witness of looks at lists and home pages at given moments; everything else was asked for at them too."""

    def __init__(self, *moments):
        self.looks = [beijing(moment) for moment in moments]
        self.end = self.looks[-1]

    def asked(self, host, path):
        return self.looks


ONE = replace(STORY, releases=tuple(one for one in STORY.releases if one.key in {"rivers", "day-told"}))
RIVERS = ONE.release("rivers")  # 03-11 10:12:09


def said(portal, witness, hours=24.0, release="rivers"):
    fleet = Fleet(replace(ONE, portals=(portal,), duty_changes=()))
    found = {one.release.key: one for one in known_answers(fleet, witness, hours)}[release]
    interval = " ".join(f"{bound:%m-%d %H:%M}" for bound in found.interval) if found.interval else ""
    return found.status, " ".join(found.flags), interval


def carrying(**changes):
    """A portal with a column that carries one release, and older items."""
    portal = PORTALS["t00-trs"]
    old = tuple(one for one in portal.postings if one.how is How.OLDER)
    new = next(one for one in portal.postings if one.about == "rivers")
    return replace(portal, postings=(*old, replace(new, **changes)))


@pytest.mark.parametrize(
    ("at", "prints", "looks", "expected"),
    [
        ("03-12 10:05", Prints.DAY, ("03-12 10:00", "03-12 10:15", "03-13 02:15"),
         ("undetermined", "", "03-12 10:00 03-12 10:15")),
        ("03-12 09:55", Prints.DAY, ("03-12 02:15", "03-12 10:00", "03-12 10:15"), ("on_time", "", "03-12 02:15 03-12 10:00")),
        ("03-12 10:20", Prints.DAY, ("03-12 10:00", "03-12 10:15", "03-13 02:15"), ("late", "", "03-12 10:15 03-13 00:00")),
        ("03-12 10:05", Prints.MINUTE, ("03-12 10:00", "03-12 10:15"), ("on_time", "", "03-12 10:05 03-12 10:06")),
        ("03-12 10:13", Prints.MINUTE, ("03-12 10:00", "03-12 10:15"), ("late", "", "03-12 10:13 03-12 10:14")),
        ("03-12 10:12", Prints.MINUTE, ("03-12 10:00", "03-12 10:15"), ("undetermined", "", "03-12 10:12 03-12 10:13")),
    ],
)  # fmt: skip
def test_probes_narrow_the_answer(at, prints, looks, expected):
    moment = beijing(at)
    assert said(carrying(at=moment, printed=moment, prints=prints), Saw("03-11 02:15", *looks)) == expected


def test_a_time_that_a_probe_disproves_is_backdated_unless_it_is_only_minutes_old():
    real, lie = beijing("03-12 15:00"), beijing("03-11 18:20")
    witness = Saw("03-11 02:15", "03-12 10:00", "03-12 10:15", "03-13 02:15")
    assert said(carrying(at=real, printed=lie), witness) == ("late", "backdated", "03-12 10:15 03-13 02:15")
    near = beijing("03-12 10:02")
    assert said(carrying(at=real, printed=near), witness) == ("late", "", "03-12 10:15 03-13 02:15")
    with pytest.raises(ValueError, match="twelve hours"):
        said(carrying(at=real, printed=beijing("03-12 03:00")), witness)


def test_pages_that_are_gone_or_changed_at_two_looks_are_flagged():
    witness = Saw("03-11 02:15", "03-11 22:00", "03-13 02:15", "03-14 02:15")
    up = beijing("03-11 20:00")
    for field, flag in (("gone_at", "withdrawn"), ("altered_at", "altered")):
        for since, flags in (("03-12 03:00", flag), ("03-13 12:00", "")):
            portal = carrying(at=up, printed=up, **{field: beijing(since)})
            assert said(portal, witness) == ("on_time", flags, "03-11 20:00 03-11 20:01"), (field, since)


def test_a_release_that_tells_only_its_day_has_two_deadlines():
    """Of 9 March, so due at the midnight after the 10th at the earliest, or after the 11th at the latest."""
    witness = Saw("03-09 02:15", "03-09 23:45", "03-10 23:45", "03-11 00:00", "03-11 00:15", "03-12 02:15")
    portal = carrying(about="day-told", at=beijing("03-09 20:00"), printed=beijing("03-09 20:00"))
    for at, status in (("03-09 20:00", "on_time"), ("03-10 08:00", "undetermined"), ("03-11 08:00", "late")):
        moment = beijing(at)
        posted = replace(portal.postings[-1], at=moment, printed=moment)
        portal = replace(portal, postings=(*portal.postings[:-1], posted))
        assert said(portal, witness, release="day-told")[0] == status


def test_nothing_there_is_missing_only_after_a_good_look():
    portal = carrying(how=How.INTERPRETATION)
    assert said(portal, Saw("03-11 02:15", "03-12 10:00"))[0] == "pending"
    assert said(portal, Saw("03-11 02:15", "03-12 10:15"))[0] == "missing"
    dark = replace(portal, outages=(Outage(beijing("03-12 00:00"), beijing("03-20 00:00"), Outcome.DNS),))
    assert said(dark, Saw("03-11 02:15", "03-12 10:15"))[0] == "not_observed"


# --- what is true ---------------------------------------------------------------------------------------------------


def true(portal, hours=24.0):
    found = truth(replace(ONE, portals=(portal,)), portal, RIVERS, hours, QUARTER, END)
    return found.status, found.decidable


def test_the_truth_is_told_by_the_story_alone():
    early, near, late = (beijing(text) for text in ("03-11 20:00", "03-12 10:05", "03-12 10:40"))
    assert true(carrying(at=early, printed=early)) == ("on_time", True)
    assert true(carrying(at=early, printed=early), hours=2.0) == ("late", True)
    assert true(carrying(at=late, printed=early)) == ("late", True)  # the probes show the lie
    assert true(carrying(at=near, printed=near)) == ("on_time", True)
    assert true(carrying(at=near, printed=near, prints=Prints.DAY)) == ("on_time", False)
    assert true(carrying(how=How.TITLE_ONLY)) == ("missing", True)
    dark = (Outage(beijing("03-12 10:10"), beijing("03-12 10:50"), Outcome.DNS),)
    assert true(replace(carrying(at=early, printed=early), outages=dark)) == ("on_time", False)
    assert true(PORTALS["beiming"]) == ("on_time", False)


def test_nothing_is_true_yet_before_the_deadline():
    assert truth(ONE, PORTALS["yunling"], RIVERS, 24.0, QUARTER, beijing("03-12 10:00")) is None


# --- the program ----------------------------------------------------------------------------------------------------


def test_the_program_agrees_with_every_known_answer(tmp_path, monkeypatch):
    """The first day only, with its probes, behind a proxy that is not asked: the fortnight takes some ten minutes."""
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    runs = []
    done = rehearse(tmp_path, lambda act: runs.append(act.kind), days=1)
    assert runs[0] == runs[-1] == "nightly"
    assert (done.nights, done.probes) == (2, len(runs) - 2)
    assert done.probes >= 5
    assert done.result.differences == ()
    assert done.result.false_accusations == 0
    assert done.result.told >= 40
    assert done.result.settled / done.result.told > 0.9
    assert done.sound
    with (tmp_path / "answers.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == done.result.answers


def test_nothing_of_the_operator_s_settings_reaches_the_runs(monkeypatch):
    monkeypatch.setenv("SYNDICATION_DATA", "/srv/syndication")
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/ssl/cert.pem")
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.setenv(name, "proxy.example")
        monkeypatch.setenv(name.upper(), "proxy.example")
    found = environment("root.pem")
    assert found["SSL_CERT_FILE"] == "root.pem"
    assert [name for name in found if name.startswith("SYNDICATION_") or "proxy" in name.lower()] == []


def test_a_night_that_fails_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr("syndication.rehearsal.performing.to_text", lambda moment: "no time at all")
    with pytest.raises(RehearsalError, match="no time at all"):
        rehearse(tmp_path, lambda act: None, days=1)


def test_a_folder_in_use_is_not_written(syndication, tmp_path):
    (tmp_path / "mine").write_text("mine")
    assert "不是空目录" in syndication("rehearse", "--keep", tmp_path, status=1).stderr


def test_looks_that_leave_an_answer_open_end_as_one_line(monkeypatch, tmp_path):
    def left_open(*looked):
        raise OutsideTheRules("beiming: the embed was not seen around river")

    monkeypatch.setattr("syndication.rehearsal.rehearse.Performance.play", lambda self, told: [])
    monkeypatch.setattr("syndication.rehearsal.rehearse.open_reader", lambda path: sqlite3.connect(":memory:"))
    monkeypatch.setattr("syndication.rehearsal.rehearse.verify", lambda data, ledger: None)
    monkeypatch.setattr("syndication.rehearsal.rehearse._compared", left_open)
    with pytest.raises(RehearsalError, match="beiming: the embed was not seen around river"):
        rehearse(tmp_path, lambda act: None, days=1)


@pytest.mark.parametrize("place", ["/proc/none", "file/none"])
def test_a_folder_that_cannot_be_made_is_named(syndication, tmp_path, place):
    (tmp_path / "file").write_text("mine")
    said = syndication("rehearse", "--keep", tmp_path / place, status=1).stderr
    assert f"无法写入输出文件夹 {tmp_path / place}" in said
    assert len(said.splitlines()) == 1


def rehearsing(where):
    command = [sys.executable, "-m", "syndication", "rehearse", "--days", "1"]
    process = subprocess.Popen(
        command, env={**os.environ, "TMPDIR": str(where)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not list(where.glob("syndication-rehearsal-*/night.log")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process


def test_what_a_killed_rehearsal_left_goes_with_the_next_and_a_stopped_one_leaves_nothing(tmp_path):
    killed = rehearsing(tmp_path)
    killed.kill()
    killed.communicate()
    (left,) = tmp_path.glob("syndication-rehearsal-*")
    mine = tmp_path / "syndication-rehearsal-of-mine"
    mine.write_text("no folder")
    with scratch_of(tmp_path) as used:
        stopped = rehearsing(tmp_path)
        stopped.terminate()
        said = stopped.communicate(timeout=60)[1]
        assert stopped.returncode == 1
        assert "演练已按信号停止" in said
        assert "Traceback" not in said
        assert sorted(tmp_path.glob("syndication-rehearsal-*")) == sorted([used, mine])
    assert not left.exists()


@contextmanager
def scratch_of(where):
    """A rehearsal of this process, at work meanwhile."""
    before, tempfile.tempdir = tempfile.tempdir, str(where)
    try:
        with scratch() as place:
            yield place
    finally:
        tempfile.tempdir = before
