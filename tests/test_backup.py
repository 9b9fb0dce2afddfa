"""Backups are proved, restored and dropped by age; evidence is removed by age where no finding rests on it."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import sqlite3
import tarfile
from contextlib import ExitStack
from datetime import timedelta
from types import SimpleNamespace

import pytest
from faults import mounted
from test_replay import content, data_from

from syndication import lock
from syndication.backup import BackupError, backup, prove, restore
from syndication.clock import FixedClock, from_text
from syndication.errors import LockedError
from syndication.gathering import records_of
from syndication.proof import choose
from syndication.rehearsal.build import build
from syndication.retention import needed_runs, retain
from syndication.store.ledger import Ledger
from syndication.store.proof import ProofRows
from syndication.store.reading import open_reader
from syndication.store.retaining import RetainingRows
from syndication.trouble import explain
from syndication.verifying import BrokenEvidenceError, verify

NOW = from_text("2026-04-01T00:00:00Z")
MUCH_LATER = FixedClock(from_text("2027-04-01T00:00:00Z"))
KEEP = timedelta(days=150)


@pytest.fixture(scope="module")
def replayed(syndication, tmp_path_factory):
    """A data folder after the rehearsal's nights."""
    fleet = build(tmp_path_factory.mktemp("rehearsal") / "rehearsal")
    folder = data_from(fleet.data, tmp_path_factory.mktemp("replayed") / "data")
    syndication("replay", fleet.looks, "--data", folder)
    return folder


@pytest.fixture
def folder(replayed, tmp_path):
    return shutil.copytree(replayed, tmp_path / "data")


def test_a_backup_restores_what_was_there(folder, tmp_path):
    expected = content(folder)
    writer = sqlite3.connect(folder / "syndication.db")  # what only the log holds is backed up too
    writer.execute("PRAGMA journal_mode = WAL")
    writer.execute("UPDATE portals SET notes = 'only in the log' WHERE portal_id = 'anquan'")
    writer.commit()
    done = backup(folder, tmp_path / "backups", NOW, evidence=True)
    writer.close()
    assert done.path.name == "syndication-20260401T000000Z.tar.gz"
    assert done.path.stat().st_mode & 0o777 == 0o600
    elsewhere = tmp_path / "elsewhere"
    assert restore(done.path, elsewhere, FixedClock(NOW)).aside is None
    assert content(elsewhere) == expected
    with open_reader(elsewhere / "syndication.db") as connection:
        assert connection.execute("SELECT notes FROM portals WHERE portal_id = 'anquan'").fetchone()[0] == "only in the log"
        assert verify(elsewhere, Ledger(connection)).records > 0
    connection.close()
    assert (elsewhere / "portals.csv").read_bytes() == (folder / "portals.csv").read_bytes()
    assert list((tmp_path / "backups").glob(".*")) == []


@pytest.mark.parametrize("command", [["backup"], ["retention", "--keep-days", "400"], ["rejudge", "--yes"]], ids=lambda c: c[0])
def test_a_mistyped_folder_is_refused_and_not_made(syndication, tmp_path, command):
    said = syndication(*command, "--data", tmp_path / "nx", status=1).stderr
    assert f"{tmp_path / 'nx'} 中还没有数据库" in said
    assert not (tmp_path / "nx").exists()


@pytest.mark.parametrize("place", ["/proc/none", "file/none", "file"])
def test_a_place_where_no_backup_can_lie_is_named(folder, syndication, tmp_path, place):
    (tmp_path / "file").write_text("mine")
    said = syndication("backup", "-o", tmp_path / place, "--data", folder, status=2 if place == "file" else 1).stderr
    assert place == "file" or f"无法写入输出文件夹 {tmp_path / place}" in said
    assert "Traceback" not in said


def test_a_place_that_may_not_be_written_is_named_and_not_the_data_folder(folder, syndication, tmp_path):
    made = backup(folder, tmp_path / "source", NOW).path
    with mounted(tmp_path / "target", "--bind", "-o", "ro", str(tmp_path / "source")) as target:
        for command in (["backup", "-o", target], ["restore", "--check", target / made.name]):
            said = syndication(*command, "--data", folder, status=1).stderr
            assert f"无法写入输出文件夹 {target}" in said
            assert "数据目录" not in said


def test_a_file_that_may_not_be_read_is_named(tmp_path):
    said = str(explain(PermissionError(13, "Permission denied", str(tmp_path / "accounts.json")), tmp_path / "out", output=True))
    assert f"没有权限读取 {tmp_path / 'accounts.json'}" in said


def test_what_was_there_is_kept_beside(folder, tmp_path, syndication):
    made = backup(folder, tmp_path / "backups", NOW).path
    (folder / "syndication.db").write_bytes(b"no database" * 1000)
    said = syndication("restore", made, "--data", folder).stdout
    assert "原有文件已移至" in said
    (aside,) = folder.glob("before-restore-*")
    assert (aside / "syndication.db").read_bytes().startswith(b"no database")
    assert "证据完好" in syndication("evidence", "verify", "--data", folder).stdout


def test_a_damaged_backup_is_named_and_changes_nothing(folder, tmp_path, syndication):
    made = backup(folder, tmp_path / "backups", NOW).path
    before = (folder / "syndication.db").read_bytes()
    for name, damaged in (("cut", made.read_bytes()[:-2000]), ("changed", _with_changed_database(made)), ("other", b"x")):
        path = tmp_path / f"{name}.tar.gz"
        path.write_bytes(damaged)
        with pytest.raises(BackupError, match=path.name):
            prove(path)
        assert str(path) in syndication("restore", path, "--data", folder, status=1).stderr
    assert (folder / "syndication.db").read_bytes() == before
    assert list(folder.glob("before-restore-*")) == []
    assert "备份完好" in syndication("restore", made, "--check").stdout


def _with_changed_database(path):
    """The same archive with one byte of the database changed."""
    target = io.BytesIO()
    with tarfile.open(path, "r:gz") as source, tarfile.open(fileobj=target, mode="w:gz") as copy:
        for member in source:
            text = bytearray(source.extractfile(member).read())
            if member.name == "syndication.db":
                text[len(text) // 2] ^= 1
            copy.addfile(member, io.BytesIO(text))
    return target.getvalue()


def test_an_archive_cannot_write_outside_its_place(folder, tmp_path):
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name in ("../outside", "/tmp/outside"):
            entry = tarfile.TarInfo(name)
            entry.size = 4
            archive.addfile(entry, io.BytesIO(b"evil"))
    path = tmp_path / "hostile.tar.gz"
    path.write_bytes(gzip.compress(target.getvalue()))
    with pytest.raises(BackupError):
        restore(path, folder, FixedClock(NOW))
    assert not (tmp_path / "outside").exists()


def test_old_backups_go_and_the_newest_three_stay(folder, tmp_path):
    target = tmp_path / "backups"
    target.mkdir()
    (target / "notes.txt").write_text("not a backup")
    moments = [NOW + timedelta(days=day) for day in (0, 1, 2, 3, 40)]
    dropped = [backup(folder, target, moment, keep=timedelta(days=30)).dropped for moment in moments]
    assert dropped[:4] == [(), (), (), ()]
    assert [name[:20] for name in dropped[4]] == ["syndication-20260401", "syndication-20260402"]
    assert len(list(target.glob("*.tar.gz"))) == 3
    assert (target / "notes.txt").exists()


def test_nothing_is_restored_while_a_command_works(folder, tmp_path):
    made = backup(folder, tmp_path / "backups", NOW).path
    with lock.hold(folder, "nightly", NOW), pytest.raises(LockedError):
        restore(made, folder, FixedClock(NOW))


@pytest.fixture
def calm(folder):
    """The folder with a single finding left, so that no finding rests on most nights."""
    writer = sqlite3.connect(folder / "syndication.db")
    writer.execute(
        "UPDATE verdicts SET status = 'on_time', effective_status = 'on_time', flags = '' WHERE verdict_id <>"
        " (SELECT min(verdict_id) FROM verdicts WHERE status = 'late')"
    )
    writer.execute("UPDATE second_sights SET finding = 'same'")
    writer.execute("DELETE FROM superseded_verdicts")
    writer.commit()
    writer.close()
    return folder


def test_where_every_night_proves_something_nothing_goes(folder):
    done = retain(folder, MUCH_LATER, KEEP)
    assert (done.removed, done.size) == ((), 0)
    assert done.needed > 10


def test_retention_keeps_what_findings_rest_on_and_the_chain(calm, syndication):
    folder = calm
    with open_reader(folder / "syndication.db") as connection:
        runs = [run for run in Ledger(connection).runs() if run.file]
        needed = needed_runs(folder, connection)
    connection.close()
    planned = retain(folder, MUCH_LATER, KEEP, dry=True)
    assert {run.run_id for run in runs} == {*planned.removed, *needed}
    assert len(planned.removed) > 10
    assert planned.needed > 1
    assert all((folder / run.file).is_file() for run in runs)
    assert retain(folder, MUCH_LATER, KEEP) == planned
    assert retain(folder, MUCH_LATER, KEEP).removed == ()
    with open_reader(folder / "syndication.db") as connection:
        done = verify(folder, Ledger(connection))
        assert done.removed == len(planned.removed)
        for verdict_id in RetainingRows(connection).findings():
            assert records_of(choose(ProofRows(connection).case(verdict_id)), Ledger(connection), folder)
    connection.close()
    said = syndication("evidence", "verify", "--data", folder).stdout
    assert f"其中 {len(planned.removed)} 个批次的文件已按保留期限删除" in said


def test_what_was_once_an_accusation_stays_provable(calm):
    writer = sqlite3.connect(calm / "syndication.db")
    (verdict_id,) = writer.execute("SELECT max(verdict_id) FROM verdicts WHERE status = 'on_time'").fetchone()
    assert verdict_id not in RetainingRows(writer).findings()
    writer.execute(
        "INSERT INTO superseded_verdicts (release_id, portal_id, edition, status, flags, cause, proof, judged_at, run_id,"
        " superseded_by) SELECT release_id, portal_id, edition, 'missing', '', '', '{}', judged_at, 'before', run_id"
        " FROM verdicts WHERE verdict_id = ?", (verdict_id,),
    )  # fmt: skip
    assert verdict_id in RetainingRows(writer).findings()
    writer.close()


def test_retention_waits_for_a_probe_and_for_nothing_else(folder, monkeypatch):
    with ExitStack() as probe:
        probe.enter_context(lock.hold(folder, "probe", NOW))
        monkeypatch.setattr("syndication.lock.time", SimpleNamespace(sleep=lambda seconds: probe.close()))
        assert retain(folder, FixedClock(NOW), KEEP).removed == ()
    with lock.hold(folder, "nightly", NOW), pytest.raises(LockedError):
        retain(folder, FixedClock(NOW), KEEP)


def test_young_evidence_stays(folder):
    assert retain(folder, FixedClock(NOW), KEEP).removed == ()


def test_a_removed_run_that_was_changed_afterwards_is_found(calm):
    folder = calm
    removed = retain(folder, MUCH_LATER, KEEP).removed[0]
    writer = sqlite3.connect(folder / "syndication.db")
    writer.execute(
        "UPDATE evidence SET sha256 = 'other' WHERE evidence_id ="
        " (SELECT max(evidence_id) FROM evidence WHERE run_id = ?)",
        (removed,),
    )
    writer.commit()
    writer.close()
    with open_reader(folder / "syndication.db") as connection, pytest.raises(BrokenEvidenceError):
        verify(folder, Ledger(connection))
    connection.close()


def test_a_broken_file_is_never_taken_for_a_removed_one(calm):
    folder = calm
    victim = folder / "evidence" / f"{retain(folder, MUCH_LATER, KEEP, dry=True).removed[0]}.warc.gz"
    victim.write_bytes(victim.read_bytes()[:-500] + os.urandom(500))
    with pytest.raises(BrokenEvidenceError):
        retain(folder, MUCH_LATER, KEEP)
    assert victim.is_file()


def test_a_shorter_time_than_verdicts_need_is_refused(folder, syndication):
    assert "120" in syndication("retention", "--keep-days", "30", "--data", folder, status=2).stderr
