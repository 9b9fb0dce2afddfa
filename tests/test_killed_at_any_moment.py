"""SIGKILL and power cuts at random moments of nights and probes, each followed by a normal run: nothing lost, nothing doubled.

Processes are real and talk over real sockets. `faults.MOMENTS` says how many moments of each kind are tried; the moments are
the same at each run of the tests, as shares of the time that an undisturbed run takes.
"""

from __future__ import annotations

import itertools
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import closing

import pytest
from faults import DONE, FIRST, MOMENTS, RUN, SECOND, assert_sound, finish, killed, start, stopped
from test_replay import content, data_from

from syndication.evidence import read_run_file

EARLIEST, LATEST = 0.25, 0.98  # before, the program is only being loaded


def moments(name):
    """Shares of a run, always the same for a name."""
    chance = random.Random(name)
    return [chance.uniform(EARLIEST, LATEST) for _ in range(MOMENTS)]


def at_work(begin, share, lasted):
    """Begins something and lets it work for a share of the time that it takes: `(what begin gave, that time)`.

    Where it ended before, the machine had more to do when the time was taken: then again, with the shorter time.
    """
    while True:
        folder, process = begin()
        began = time.monotonic()
        try:
            process.communicate(timeout=lasted * share)
        except subprocess.TimeoutExpired:
            return (folder, process), lasted
        lasted = 0.9 * (time.monotonic() - began)


@pytest.fixture
def a_night(fleet, fleet_port, tmp_path):
    """Begins a first night in a data folder of its own: `(folder, process)`."""

    def begin():
        folder = data_from(fleet, tmp_path / f"data-{len(list(tmp_path.iterdir()))}")
        return folder, start(folder, fleet_port, FIRST, "nightly")

    return begin


def test_a_night_killed_at_any_moment_loses_and_doubles_nothing(first_night, a_night, fleet_port):
    _, expected, lasted = first_night
    for share in moments("nightly"):
        (folder, process), lasted = at_work(a_night, share, lasted)
        assert stopped(process)
        finish(start(folder, fleet_port, FIRST, "nightly"), DONE)
        assert content(folder) == expected, share
        assert_sound(folder)


def test_a_night_killed_again_and_again_ends_as_undisturbed(first_night, fleet, fleet_port, tmp_path):
    _, expected, lasted = first_night
    folder = data_from(fleet, tmp_path / "data")
    for share in moments("one night"):
        process = start(folder, fleet_port, FIRST, "nightly")
        time.sleep(lasted * share)
        stopped(process)
    finish(start(folder, fleet_port, FIRST, "nightly"), DONE)
    assert content(folder) == expected
    assert_sound(folder)


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT], ids=lambda told: told.name)
def test_a_night_that_is_told_to_stop_says_so_and_goes_on_at_the_next_start(first_night, fleet, fleet_port, tmp_path, told):
    folder = data_from(fleet, tmp_path / "data")
    (folder / "alerts.toml").write_text('[operators]\nurls = ["json://127.0.0.1:9/"]\n', encoding="utf-8")
    process = start(folder, fleet_port, FIRST, "nightly")
    path = folder / "evidence" / f"{RUN}.warc.gz"
    while not (path.is_file() and path.stat().st_size > 40_000) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(told)
    said = finish(process, 1)
    assert "已按信号停止，已写入的内容完整保留" in said
    assert "alerts" not in said  # nobody is told: the next start goes on
    (folder / "alerts.toml").unlink()
    finish(start(folder, fleet_port, FIRST, "nightly"), DONE)
    assert content(folder) == first_night[1]
    assert_sound(folder)


def as_if_done(found):
    """A probe that was cut off is closed as interrupted, with all that it had seen."""
    return {**found, "runs": [row.replace("'interrupted'", "'done'") for row in found["runs"]]}


def test_a_probe_killed_at_any_moment_loses_and_doubles_nothing(first_night, fleet_port, tmp_path):
    calm = shutil.copytree(first_night[0], tmp_path / "calm")
    began = time.monotonic()
    finish(start(calm, fleet_port, SECOND, "probe"))
    lasted, expected, places = time.monotonic() - began, as_if_done(content(calm)), itertools.count()

    def begin():
        folder = shutil.copytree(first_night[0], tmp_path / str(next(places)))
        return folder, start(folder, fleet_port, SECOND, "probe")

    for share in moments("probe"):
        (folder, process), lasted = at_work(begin, share, lasted)
        assert stopped(process)
        finish(start(folder, fleet_port, SECOND, "probe"))
        assert as_if_done(content(folder)) == expected, share
        assert_sound(folder)


def test_a_night_that_nobody_took_up_again_keeps_what_it_saw(first_night, fleet, fleet_port, tmp_path):
    folder = data_from(fleet, tmp_path / "data")
    path = killed(folder, fleet_port, 0.7)
    kept = {record.sha256 for record in read_run_file(path).records}
    looks = {row for row in content(folder)["observations"] if "not_archived" not in row}
    assert looks
    finish(start(folder, fleet_port, SECOND, "nightly"), DONE)
    with closing(sqlite3.connect(folder / "syndication.db")) as connection:
        states = connection.execute("SELECT run_id, state FROM runs ORDER BY run_id").fetchall()
        noted = {row[0] for row in connection.execute("SELECT sha256 FROM evidence WHERE run_id = ?", (RUN,))}
    assert states == [(RUN, "interrupted"), ("20260303T061500Z-nightly", "done")]
    assert noted == kept
    assert looks <= set(content(folder)["observations"])
    assert_sound(folder)


# --- the power goes: what a disk holds then is the folder as of one instant, less what was not put on disk yet ---


def image(process, folder, target):
    """The folder as of one instant; the process is at its end then."""
    process.send_signal(signal.SIGSTOP)
    copy = shutil.copytree(folder, target)
    stopped(process)
    return copy


def known_bytes(folder):
    """Up to where the rows of the database name evidence. Read from a copy, since reading mends the log."""
    shutil.copytree(folder, reading := folder.with_name(f"{folder.name}-read"))
    try:
        with closing(sqlite3.connect(reading / "syndication.db")) as connection:
            if not connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'evidence'").fetchone()[0]:
                return 0
            known = connection.execute("SELECT coalesce(max(offset + length), 0) FROM evidence WHERE run_id = ?", (RUN,))
            return known.fetchone()[0]
    finally:
        shutil.rmtree(reading)


def lose_shared_memory(folder, chance):
    (folder / "syndication.db-shm").unlink(missing_ok=True)


def tear_log(folder, chance):
    log = folder / "syndication.db-wal"
    if log.is_file():
        log.write_bytes(log.read_bytes()[: chance.randrange(log.stat().st_size + 1)])


def garble_log(folder, chance):
    log = folder / "syndication.db-wal"
    if log.is_file() and log.stat().st_size:
        whole = log.read_bytes()
        start_at = chance.randrange(len(whole))
        log.write_bytes(whole[:start_at] + chance.randbytes(len(whole) - start_at))


def lose_log(folder, chance):
    for name in ("syndication.db-wal", "syndication.db-shm"):
        (folder / name).unlink(missing_ok=True)


def tear_evidence(folder, chance):
    """What a row names is on disk; what comes after may be missing, or be zeros where only its length was kept."""
    path = folder / "evidence" / f"{RUN}.warc.gz"
    if path.is_file():
        whole = path.read_bytes()
        at = chance.randint(min(known_bytes(folder), len(whole)), len(whole))
        path.write_bytes(whole[:at] + bytes(chance.choice((0, len(whole) - at))))


LOSSES = (lose_shared_memory, tear_log, garble_log, lose_log)


@pytest.mark.parametrize("lose", LOSSES, ids=lambda lose: lose.__name__)
def test_after_a_power_cut_the_next_start_ends_as_undisturbed(first_night, a_night, fleet_port, tmp_path, lose):
    _, expected, lasted = first_night
    for number, share in enumerate(moments(lose.__name__)[: max(1, MOMENTS // len(LOSSES))]):
        chance = random.Random(number)
        (folder, process), lasted = at_work(a_night, min(share, 0.9), lasted)
        disk = image(process, folder, tmp_path / f"{number}-disk")
        tear_evidence(disk, chance)
        if (disk / "syndication.db").is_file():
            lose(disk, chance)
        finish(start(disk, fleet_port, FIRST, "nightly"), DONE)
        assert content(disk) == expected, share
        assert list((disk / "evidence").glob("*.damaged")) == []
        assert_sound(disk)
