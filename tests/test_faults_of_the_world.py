"""The machine fails, the program does not: nothing is lost, nothing doubled, and one clear line says what to do.

Processes are real and talk over real sockets. Faults of portals (endless redirections, bombs, silence, a byte at a time)
stand in test_outcomes.py; here it is the disk, the clock, the database and the files.
"""

from __future__ import annotations

import json
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from faults import DONE, FIRST, RUN, SECOND, assert_sound, finish, killed, mounted, start
from test_replay import content, data_from

from syndication.store import Store
from syndication.store.database import BUSY_SECONDS
from syndication.store.snapshot import freeze
from syndication.trouble import DiskFullError, explain


@pytest.mark.parametrize("size", ["1200k", "1900k"], ids=["while crawling", "at the snapshot"])
def test_a_full_disk_ends_the_night_and_the_next_start_goes_on(first_night, fleet, fleet_port, tmp_path, size):
    with mounted(tmp_path / "small", "-t", "tmpfs", "-o", f"size={size}", "tmpfs") as disk:
        folder = data_from(fleet, disk / "data")
        log = disk / "log.jsonl"
        said = finish(start(folder, fleet_port, FIRST, "nightly", "--log-file", str(log)), 1)
        assert said.count("磁盘空间已满") == 1
        assert list(folder.glob("snapshots/*.part")) == []
        assert all(json.loads(line)["run"] in {"", RUN} for line in log.read_text(encoding="utf-8").splitlines())
        subprocess.run(["mount", "-o", "remount,size=50m", str(disk)], check=True)
        finish(start(folder, fleet_port, FIRST, "nightly"), DONE)
        assert content(folder) == first_night[1]
        assert_sound(folder)


def test_a_full_disk_is_told_of_a_copy_that_a_notice_would_rest_on(first_night, tmp_path):
    with mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=300k", "tmpfs") as disk:
        with pytest.raises(DiskFullError, match="磁盘空间已满"):
            freeze(first_night[0] / "syndication.db", disk / "frozen.db")
        assert list(disk.iterdir()) == []


def test_files_that_may_not_grow_end_the_night_the_same_way(first_night, fleet, fleet_port, tmp_path):
    folder = data_from(fleet, tmp_path / "data")
    process = start(folder, fleet_port, FIRST, "nightly")
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (150_000, resource.RLIM_INFINITY))
    said = finish(process, 1)
    assert "数据库无法继续写入" in said
    assert "无需恢复备份" in said
    finish(start(folder, fleet_port, FIRST, "nightly"), DONE)
    assert content(folder) == first_night[1]
    assert_sound(folder)


def test_a_folder_that_cannot_be_written_is_named(first_night, fleet_port, tmp_path):
    source = shutil.copytree(first_night[0], tmp_path / "source")
    with mounted(tmp_path / "data", "--bind", "-o", "ro", str(source)) as folder:
        for command in ("nightly", "probe"):
            said = finish(start(folder, fleet_port, SECOND, command), 1)
            assert f"无法写入数据目录 {folder}" in said
    assert content(source) == first_night[1]


@pytest.mark.parametrize("damage", ["cut", "zeros", "noise"])
def test_a_night_goes_on_behind_a_damaged_tail(first_night, fleet, fleet_port, tmp_path, damage):
    folder = data_from(fleet, tmp_path / "data")
    path = killed(folder, fleet_port, 0.5)
    whole = path.read_bytes()
    tails = {"cut": b"", "zeros": bytes(6000), "noise": random.Random(7).randbytes(6000)}
    path.write_bytes(whole[:-6000] + tails[damage])
    finish(start(folder, fleet_port, FIRST, "nightly"), DONE)
    assert content(folder) == first_night[1]
    assert_sound(folder)


def test_a_file_that_is_all_zeros_stops_no_night(first_night, fleet, fleet_port, tmp_path):
    folder = data_from(fleet, tmp_path / "data")
    path = killed(folder, fleet_port, 0.5)
    path.write_bytes(bytes(5000))
    finish(start(folder, fleet_port, FIRST, "nightly"), DONE)
    assert content(folder) == first_night[1]
    assert_sound(folder)


HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""
IMPATIENT = """
import sys
import syndication.store.database
syndication.store.database.BUSY_SECONDS = 1
from syndication.rehearsal.live import main
main(sys.argv[1:])
"""


@contextmanager
def held(folder):
    """Another program that has begun to write to the database and does not end."""
    command = [sys.executable, "-c", HOLDER, str(folder / "syndication.db")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        try:
            yield other
        finally:
            other.communicate("")


def test_a_database_that_another_program_holds_for_long_is_named(first_night, fleet_port, tmp_path):
    folder = shutil.copytree(first_night[0], tmp_path / "data")
    with held(folder):
        for command in ("nightly", "probe"):
            words = ["--data", str(folder), "--port", str(fleet_port), "--at", SECOND, command]
            done = subprocess.run([sys.executable, "-c", IMPATIENT, *words], capture_output=True, text=True, timeout=60)
            assert (done.returncode, "数据库正被其他程序占用" in done.stderr) == (1, True), done.stderr
            assert "Traceback" not in done.stderr
    assert content(folder) == first_night[1]


def test_what_waited_in_vain_for_the_database_does_not_wait_again_at_the_end(first_night, tmp_path):
    folder = shutil.copytree(first_night[0], tmp_path / "data")
    store = Store(folder)
    with held(folder):
        began = time.monotonic()
        store.close()
        assert time.monotonic() - began < BUSY_SECONDS / 2
    assert content(folder) == first_night[1]


def test_a_database_that_another_program_holds_for_a_while_is_waited_for(first_night, fleet, fleet_port, tmp_path):
    folder = data_from(fleet, tmp_path / "data")
    killed(folder, fleet_port, 0.3)
    with held(folder):
        process = start(folder, fleet_port, FIRST, "nightly")
        time.sleep(4)
        assert process.poll() is None
    finish(process, DONE)
    assert content(folder) == first_night[1]
    assert_sound(folder)


def test_a_damaged_database_is_named_with_what_to_do(first_night, fleet_port, tmp_path):
    folder = shutil.copytree(first_night[0], tmp_path / "data")
    for damage in (b"no database" * 5000, (folder / "syndication.db").read_bytes()[:8192] + random.Random(3).randbytes(400_000)):
        (folder / "syndication.db").write_bytes(damage)
        for command in ("nightly", "probe"):
            assert "syndication restore" in finish(start(folder, fleet_port, SECOND, command), 1)


def test_a_clock_that_was_set_back_is_refused_and_nothing_is_written(first_night, fleet_port, tmp_path):
    folder = shutil.copytree(first_night[0], tmp_path / "data")
    for command in ("nightly", "probe"):
        said = finish(start(folder, fleet_port, "2026-03-02T17:15:00Z", command), 1)
        assert "本机时钟为 2026-03-03 01:15（北京时间），早于上一批次" in said
    assert content(folder) == first_night[1]


def test_of_two_nights_at_once_one_works_and_the_other_says_so(first_night, fleet, fleet_port, tmp_path):
    folder = data_from(fleet, tmp_path / "data")
    both = [start(folder, fleet_port, FIRST, "nightly") for _ in range(2)]
    said = [process.communicate(timeout=120)[0] for process in both]
    assert sorted(process.returncode for process in both) == [1, DONE]
    assert sum(f"{folder} 正由 syndication nightly（进程" in one for one in said) == 1
    assert content(folder) == first_night[1]
    assert_sound(folder)


def test_a_probe_that_meets_a_night_leaves_it_alone_and_a_night_waits_for_a_probe(first_night, fleet_port, tmp_path):
    folder = shutil.copytree(first_night[0], tmp_path / "data")
    alone = shutil.copytree(first_night[0], tmp_path / "alone")
    at = "2026-03-03T18:15:00Z"
    for command in ("probe", "nightly"):
        finish(start(alone, fleet_port, at, command), DONE if command == "nightly" else 0)
    probe = start(folder, fleet_port, at, "probe")
    lock = folder / "syndication.lock.json"
    while not lock.is_file() and probe.poll() is None:
        time.sleep(0.01)
    probe.send_signal(signal.SIGSTOP)
    night = start(folder, fleet_port, at, "nightly")
    time.sleep(3)
    assert night.poll() is None
    probe.send_signal(signal.SIGCONT)
    finish(probe)
    while not lock.is_file() and night.poll() is None:
        time.sleep(0.01)
    night.send_signal(signal.SIGSTOP)
    assert "正由 syndication nightly（进程" in finish(start(folder, fleet_port, at, "probe"), 0)
    night.send_signal(signal.SIGCONT)
    assert "正在等待 syndication probe 结束" in finish(night, DONE)
    assert content(folder) == content(alone)
    assert_sound(folder)


def test_errors_of_the_machine_are_told_apart(tmp_path):
    assert isinstance(explain(OSError(28, "No space left on device"), tmp_path), DiskFullError)
    assert isinstance(explain(OSError(122, "Disk quota exceeded"), tmp_path), DiskFullError)
    assert explain(OSError(2, "No such file"), tmp_path) is None
    assert explain(sqlite3.IntegrityError("UNIQUE constraint failed"), tmp_path) is None
    assert explain(ValueError("a fault of the program"), tmp_path) is None
