"""The machine fails, the program does not: nothing is lost, nothing doubled, and one clear line says what to do.

Processes are real and talk over real sockets. Faults of portals (endless redirections, bombs, silence, a byte at a time)
stand in test_outcomes.py; here it is the disk, the clock, the database and the files.
"""

from __future__ import annotations

import itertools
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import time
from dataclasses import replace

import pytest
from faults import FIRST, SECOND, finish, mounted, start
from test_replay import content, data_from

from syndication.clock import FixedClock, from_text
from syndication.errors import SyndicationError
from syndication.evidence import read_run_file
from syndication.nightly import nightly
from syndication.progress import Progress
from syndication.registry import load_registry
from syndication.rehearsal.build import build
from syndication.rehearsal.cast import story
from syndication.rehearsal.fleet import Fleet
from syndication.rehearsal.live import serving
from syndication.rehearsal.wire import Answer
from syndication.store import Store
from syndication.store.ledger import Ledger
from syndication.store.reading import open_reader
from syndication.trouble import DiskFullError, StoreBusyError, explain, is_full
from syndication.verifying import verify

DONE = 2  # a night that could not see every portal
RUN = "20260302T181500Z-nightly"


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    return build(tmp_path_factory.mktemp("rehearsal")).data


@pytest.fixture(scope="module")
def port():
    with serving(Fleet(story()), delay=0.01) as number:
        yield number


@pytest.fixture(scope="module")
def undisturbed(registry, port, tmp_path_factory):
    """A data folder after its first night, and what it holds."""
    folder = data_from(registry, tmp_path_factory.mktemp("undisturbed") / "data")
    finish(start(folder, port, FIRST, "nightly"), DONE)
    return folder, content(folder)


def assert_sound(folder):
    connection = open_reader(folder / "syndication.db")
    assert verify(folder, Ledger(connection)).open_runs == ()
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def killed(folder, port, share):
    """A first night that is cut off by SIGKILL once a share of its evidence is there; gives its file."""
    process = start(folder, port, FIRST, "nightly")
    path = folder / "evidence" / f"{RUN}.warc.gz"
    deadline = time.monotonic() + 60
    while not (path.is_file() and path.stat().st_size > share * 200_000) and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return path


@pytest.mark.parametrize("size", ["1200k", "1900k"], ids=["while crawling", "at the snapshot"])
def test_a_full_disk_ends_the_night_and_the_next_start_goes_on(undisturbed, registry, port, tmp_path, size):
    with mounted(tmp_path / "small", "-t", "tmpfs", "-o", f"size={size}", "tmpfs") as disk:
        folder = data_from(registry, disk / "data")
        said = finish(start(folder, port, FIRST, "nightly"), 1)
        assert said.count("磁盘空间已满") == 1
        assert list(folder.glob("snapshots/*.part")) == []
        subprocess.run(["mount", "-o", "remount,size=50m", str(disk)], check=True)
        finish(start(folder, port, FIRST, "nightly"), DONE)
        assert content(folder) == undisturbed[1]
        assert_sound(folder)


def test_files_that_may_not_grow_end_the_night_the_same_way(undisturbed, registry, port, tmp_path):
    folder = data_from(registry, tmp_path / "data")
    process = start(folder, port, FIRST, "nightly")
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (150_000, resource.RLIM_INFINITY))
    said = finish(process, 1)
    assert "syndication:" in said
    finish(start(folder, port, FIRST, "nightly"), DONE)
    assert content(folder) == undisturbed[1]
    assert_sound(folder)


def test_a_folder_that_cannot_be_written_is_named(undisturbed, port, tmp_path):
    source = shutil.copytree(undisturbed[0], tmp_path / "source")
    with mounted(tmp_path / "data", "--bind", "-o", "ro", str(source)) as folder:
        for command in ("nightly", "probe"):
            said = finish(start(folder, port, SECOND, command), 1)
            assert f"无法写入数据目录 {folder}" in said
    assert content(source) == undisturbed[1]


@pytest.mark.parametrize("damage", ["zeros", "noise"])
def test_a_night_goes_on_behind_a_damaged_tail(undisturbed, registry, port, tmp_path, damage):
    folder = data_from(registry, tmp_path / "data")
    path = killed(folder, port, 0.5)
    whole = path.read_bytes()
    tails = {"zeros": bytes(6000), "noise": random.Random(7).randbytes(6000)}
    path.write_bytes(whole[:-6000] + tails[damage])
    finish(start(folder, port, FIRST, "nightly"), DONE)
    assert content(folder) == undisturbed[1]
    assert_sound(folder)


def test_after_a_power_cut_the_rows_name_no_evidence_that_is_not_there(undisturbed, registry, port, tmp_path):
    folder = data_from(registry, tmp_path / "data")
    path = killed(folder, port, 0.8)
    connection = sqlite3.connect(folder / "syndication.db")
    known = connection.execute("SELECT coalesce(max(offset + length), 0) FROM evidence").fetchone()[0]
    connection.close()
    assert known <= path.stat().st_size
    path.write_bytes(path.read_bytes()[: max(known, read_run_file(path).records[0].offset)] + bytes(4096))
    finish(start(folder, port, FIRST, "nightly"), DONE)
    assert content(folder) == undisturbed[1]
    assert list((folder / "evidence").glob("*.damaged")) == []
    assert_sound(folder)


def test_a_file_that_is_all_zeros_stops_no_night(undisturbed, registry, port, tmp_path):
    folder = data_from(registry, tmp_path / "data")
    path = killed(folder, port, 0.5)
    path.write_bytes(bytes(5000))
    finish(start(folder, port, FIRST, "nightly"), DONE)
    assert content(folder) == undisturbed[1]
    assert_sound(folder)


def test_a_database_that_another_program_holds_is_named(registry, tmp_path, monkeypatch):
    folder = data_from(registry, tmp_path / "data")
    Store(folder).close()
    monkeypatch.setattr("syndication.store.database.BUSY_SECONDS", 0.1)
    other = sqlite3.connect(folder / "syndication.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusyError, match="其他程序占用"):
        nightly(folder, FixedClock(from_text(FIRST)), Progress())
    other.close()


def test_a_clock_that_was_set_back_is_refused_and_nothing_is_written(undisturbed, port, tmp_path):
    folder = shutil.copytree(undisturbed[0], tmp_path / "data")
    for command in ("nightly", "probe"):
        said = finish(start(folder, port, "2026-03-02T17:15:00Z", command), 1)
        assert "本机时钟为 2026-03-03 01:15（北京时间），早于上一批次" in said
    assert content(folder) == undisturbed[1]


def test_of_two_nights_at_once_one_works_and_the_other_says_so(undisturbed, registry, port, tmp_path):
    folder = data_from(registry, tmp_path / "data")
    both = [start(folder, port, FIRST, "nightly") for _ in range(2)]
    said = [process.communicate(timeout=120)[0] for process in both]
    assert sorted(process.returncode for process in both) == [1, DONE]
    assert sum("is held by" in one for one in said) == 1
    assert content(folder) == undisturbed[1]
    assert_sound(folder)


def test_a_probe_killed_at_any_moment_loses_and_doubles_nothing(undisturbed, port, tmp_path):
    calm = shutil.copytree(undisturbed[0], tmp_path / "calm")
    began = time.monotonic()
    finish(start(calm, port, SECOND, "probe"))
    lasted = time.monotonic() - began
    folder = shutil.copytree(undisturbed[0], tmp_path / "data")
    moments, kills = random.Random(20261124), 0
    for _ in range(6):
        process = start(folder, port, SECOND, "probe")
        time.sleep(lasted * moments.uniform(0.4, 0.95))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += process.returncode == -signal.SIGKILL
    assert kills
    finish(start(folder, port, SECOND, "probe"))
    got, expected = content(folder), content(calm)
    for found in (got, expected):  # a probe that was cut off is closed as interrupted, with all that it had seen
        found["runs"] = [row.replace("'interrupted'", "'done'") for row in found["runs"]]
    assert got == expected
    assert_sound(folder)


class LongFeed(Fleet):
    """The fleet with a push feed of 50 MB."""

    def answer(self, url, at):
        found = super().answer(url, at)
        if url.endswith("rss.xml"):
            return Answer(200, (("Content-Type", "text/xml"),), b"<rss><channel>" + b"<item></item>" * (50 * 2**20 // 13))
        return found


def test_a_feed_of_50_megabytes_is_no_feed(registry, tmp_path):
    folder = data_from(registry, tmp_path / "data")
    with serving(LongFeed(story())) as port:
        finish(start(folder, port, FIRST, "nightly"), DONE)
    connection = open_reader(folder / "syndication.db")
    looks = connection.execute(
        "SELECT outcome FROM observations WHERE kind = 'release_list' AND url LIKE '%rss.xml'"
    ).fetchall()
    connection.close()
    assert [look[0] for look in looks] == ["too_large"]
    assert (folder / "evidence" / f"{RUN}.warc.gz").stat().st_size < 5_000_000


HEAD = "id,name,level,category,region_code,home_url,site_code,active_from,active_to,notes\n"
HOSTILE = {
    "NUL": "a\x00b,名,province,,110000,http://a.example/,1,,,\n",
    "a field without end": 'a,"名,province,,110000,http://a.example/,1,,,\n' + "x" * 300_000,
    "a field of a million characters": f"a,{'名' * 1_000_000},province,,110000,http://a.example/,1,,,\n",
    "a formula": "=cmd|' /C calc'!A0,名,province,,110000,http://a.example/,1,,,\n",
    "a path": "../../etc,名,province,,110000,http://a.example/,1,,,\n",
    "a file": "a,名,province,,110000,file:///etc/passwd,1,,,\n",
    "turned text": "a\u202eb,名,province,,110000,http://a.example/,1,,,\n",
    "half a character": "a,\ud800,province,,110000,http://a.example/,1,,,\n",
    "too many cells": "a," * 5000 + "\n",
    "a day that is none": "a,名,province,,110000,http://a.example/,1,2026-02-30,,\n",
}


@pytest.mark.parametrize("row", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_registry_is_refused_in_words(registry, tmp_path, row):
    folder = data_from(registry, tmp_path / "data")
    columns = (folder / "portals.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    (folder / "portals.csv").write_bytes(f"{columns}\n{row}".encode("utf-8", "surrogatepass"))
    (folder / "channels.csv").write_text(
        (folder / "channels.csv").read_text(encoding="utf-8-sig").splitlines()[0] + "\n", encoding="utf-8"
    )
    began = time.monotonic()
    with pytest.raises(SyndicationError) as told:
        load_registry(folder)
    assert time.monotonic() - began < 5
    assert len(str(told.value)) < 2000


TITLES = ("=1+1", "<script>alert(1)</script>", "\u202e知通", "通\x00知", "@SUM(A1)", "'; DROP TABLE verdicts; --", "通" * 20_000)
ANCHOR = re.compile(rb"(<a [^>]*>)([^<]{9,})(</a>)")


class Hostile(Fleet):
    """The fleet with hostile words in every second link of its portals' pages."""

    def answer(self, url, at):
        found = super().answer(url, at)
        if "gov.cn" in url or not isinstance(found, Answer):
            return found
        places = itertools.count()

        def spoiled(link):
            place = next(places)
            title = TITLES[place // 2 % len(TITLES)].encode() if place % 2 else link[2]
            return link[1] + title + link[3]

        return replace(found, body=ANCHOR.sub(spoiled, found.body))


def test_hostile_titles_go_through_a_night_and_come_out_harmless(registry, tmp_path, syndication):
    folder = data_from(registry, tmp_path / "data")
    with serving(Hostile(story())) as port:
        finish(start(folder, port, FIRST, "nightly"), DONE)
    assert_sound(folder)
    connection = open_reader(folder / "syndication.db")
    titles = [row[0] for row in connection.execute("SELECT title FROM sightings UNION SELECT title FROM postings")]
    connection.close()
    assert any("DROP TABLE" in title for title in titles)
    assert not [title for title in titles if "\x00" in title or len(title) > 5000]
    assert "证据完好" in syndication("evidence", "verify", "--data", folder).stdout


def test_errors_of_the_machine_are_told_apart(tmp_path):
    assert isinstance(explain(OSError(28, "No space left on device"), tmp_path), DiskFullError)
    assert is_full(OSError(122, "Disk quota exceeded"))
    assert explain(OSError(2, "No such file"), tmp_path) is None
    assert explain(sqlite3.IntegrityError("UNIQUE constraint failed"), tmp_path) is None
    assert explain(ValueError("a fault of the program"), tmp_path) is None
