"""Notices in backups: they come back whole, and whatever is restored over whatever, no number is given twice."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from publish_data import EDITION, empty_database, fill

from syndication.backup import BackupError, backup, prove, restore
from syndication.clock import FixedClock
from syndication.errors import LockedError
from syndication.lock import hold
from syndication.notice_documents.checking import verify_notice
from syndication.notice_documents.making import TEMPLATE, Wish, make_notice
from syndication.notice_documents.numbering import Register
from syndication.notice_documents.shelf import check, declare_void, shelf
from syndication.notices import NoticeError, notice_command
from syndication.store.periods import Period

MARCH = Wish(Period(date(2026, 3, 1), date(2026, 3, 31), EDITION), date(2026, 5, 1), by="fu")
AT = datetime(2026, 4, 1, 1, tzinfo=UTC)
CLOCK = FixedClock(AT)


def make(data: Path, target: Path | None = None) -> str:
    return make_notice(data, MARCH, target, AT).composed.terms.number


def back_up(data: Path, target: Path, hour: int) -> Path:
    return backup(data, target, AT.replace(hour=hour)).path


def files(data: Path) -> dict[str, bytes]:
    """All that lies in `notices/`, but for the lock."""
    paths = [path for path in (data / "notices").rglob("*") if path.is_file() and not path.name.startswith("syndication.lock")]
    return {path.relative_to(data).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    db = empty_database(folder)
    fill(db)
    db.execute("UPDATE verdicts SET fault = 'portal_silent' WHERE status IN ('late', 'missing')")
    db.conn.commit()
    db.close()
    return folder


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def test_notices_come_back_whole_and_can_be_recomputed(data: Path, backups: Path, tmp_path: Path) -> None:
    first, second = make(data), make(data, tmp_path / "elsewhere")
    check(data, first, "guan", AT)
    declare_void(data, second, "没有发出", "guan", AT)
    (data / "notices" / first / "签发稿.pdf").write_bytes(b"%PDF signed")
    shutil.copyfile(TEMPLATE, data / "notice-template.docx")
    path = back_up(data, backups, 2)
    prove(path)
    there = tmp_path / "there"
    done = restore(path, there, CLOCK)
    assert files(there) == files(data)
    assert (done.aside, done.notices.last, done.notices.told) == (None, second, ())
    assert verify_notice(there / "notices" / first, there).faults == ()
    assert shelf(there)[0].void == shelf(data)[0].void is not None
    assert shelf(there)[1].checks == shelf(data)[1].checks != ()
    assert (there / "notice-template.docx").read_bytes() == TEMPLATE.read_bytes()
    assert make(there) == "2026-003"


def test_what_notices_rest_on_is_copied_once(data: Path, backups: Path) -> None:
    make(data)
    first = back_up(data, backups, 2)
    (copy,) = (backups / "notices").glob("*.db")
    before = copy.stat()
    back_up(data, backups, 3)
    assert list((backups / "notices").glob("*.db")) == [copy]
    assert (copy.stat().st_mtime_ns, copy.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    with tarfile.open(first) as archive:
        assert not [name for name in archive.getnames() if "snapshot" in name]
        assert "notices/2026-001/通报草稿.docx" in archive.getnames()


def test_a_backup_without_its_neighbour_says_what_cannot_be_recomputed(data: Path, backups: Path, tmp_path: Path) -> None:
    make(data)
    path = back_up(data, backups, 2)
    shutil.rmtree(backups / "notices")
    done = restore(path, tmp_path / "there", CLOCK)
    assert len(done.notices.told) == 1
    assert "2026-001 的快照不在" in done.notices.told[0]
    assert make(tmp_path / "there") == "2026-002"


def test_a_copy_that_was_changed_beside_the_backup_is_not_taken(data: Path, backups: Path, tmp_path: Path) -> None:
    make(data)
    path = back_up(data, backups, 2)
    (copy,) = (backups / "notices").glob("*.db")
    copy.write_bytes(copy.read_bytes()[:-1] + b"x")
    assert "不能重新计算" in restore(path, tmp_path / "there", CLOCK).notices.told[0]


def test_notices_made_since_the_backup_stay(data: Path, backups: Path) -> None:
    """The register on disk is newer than the one restored: it is the one that holds."""
    make(data)
    path = back_up(data, backups, 2)
    make(data)
    before = files(data)
    done = restore(path, data, CLOCK)
    assert files(data) == before
    assert (done.notices.last, done.notices.told) == ("2026-002", ())
    assert make(data) == "2026-003"


def test_a_register_that_is_older_than_the_backup_gives_way(data: Path, backups: Path, tmp_path: Path) -> None:
    make(data)
    older = shutil.copytree(data, tmp_path / "older")
    make(data)
    path = back_up(data, backups, 2)
    restore(path, older, CLOCK)
    assert files(older) == files(data)
    assert make(older) == "2026-003"


def test_an_older_backup_frees_no_number_that_a_newer_one_knew(data: Path, backups: Path, tmp_path: Path) -> None:
    make(data)
    older = back_up(data, backups, 2)
    make(data)
    make(data, tmp_path / "elsewhere")
    newer = back_up(data, backups, 3)
    there = tmp_path / "there"
    assert restore(older, there, CLOCK).notices.told == ("编号 2026-002、2026-003 只登记为已用，不再使用。",)
    assert make(there) == "2026-004"
    later = tmp_path / "later"
    restore(older, later, CLOCK)
    assert restore(newer, later, FixedClock(AT.replace(hour=5))).notices.told == ("原编号登记与备份不一致，已移开。",)
    assert files(later) == files(data)
    assert make(later) == "2026-004"


def test_two_registers_that_disagree_give_no_number_of_either(data: Path, backups: Path, tmp_path: Path) -> None:
    """One folder was restored from an old backup and went on; then the lost one's last backup turns up."""
    make(data)
    other = Path(shutil.copytree(data, tmp_path / "other"))
    make(data)
    for _ in range(3):
        make_notice(other, Wish(MARCH.period, date(2026, 6, 1)), None, AT)
    path = back_up(data, backups, 2)
    theirs = (other / "notices" / "2026-002" / "manifest.json").read_bytes()
    done = restore(path, other, CLOCK)
    assert done.notices.told == (
        "原编号登记与备份不一致，已移开。", "编号 2026-003、2026-004 只登记为已用，不再使用。"
    )  # fmt: skip
    assert [(one.number, one.spent) for one in Register(other).entries()] == [
        ("2026-001", False), ("2026-002", False), ("2026-003", True), ("2026-004", True)
    ]  # fmt: skip
    assert done.aside
    assert {path.name for path in (done.aside / "notices").iterdir()} == {
        "register.jsonl", "2026-002", "2026-002.json", "2026-003", "2026-003.json", "2026-004", "2026-004.json"
    }  # fmt: skip
    assert (done.aside / "notices" / "2026-002" / "manifest.json").read_bytes() == theirs
    for number in ("2026-001", "2026-002"):
        assert verify_notice(other / "notices" / number, other).faults == ()
    assert make(other) == "2026-005"


@pytest.mark.parametrize("hurt", ["changed", "torn", "record", "folder", "document"])
def test_what_was_damaged_is_mended_and_no_number_is_lost(data: Path, backups: Path, hurt: str) -> None:
    for _ in range(2):
        make(data)
    path = back_up(data, backups, 2)
    before = files(data)
    make(data)
    register = data / "notices" / "register.jsonl"
    if hurt == "changed":
        register.write_text(register.read_text().replace("2026-001", "2026-009", 1))
    elif hurt == "torn":
        register.write_text(register.read_text()[:-40])
    elif hurt == "record":
        (data / "notices" / "2026-001.json").write_text("{}")
    elif hurt == "folder":
        (data / "notices" / "2026-002" / "manifest.json").write_text("{}")
    else:
        (data / "notices" / "2026-002" / "附件.xlsx").unlink()
    done = restore(path, data, CLOCK)
    assert {name: content for name, content in files(data).items() if name in before and "register" not in name} == {
        name: content for name, content in before.items() if "register" not in name
    }
    for number in ("2026-001", "2026-002"):
        assert verify_notice(data / "notices" / number, data).faults == ()
    assert int(make(data)[5:]) >= 4
    assert bool(done.aside and (done.aside / "notices").exists()) == (hurt != "document")
    assert ("已移开" in "".join(done.notices.told)) == (hurt in {"changed", "torn"})


def test_an_edited_draft_is_not_replaced(data: Path, backups: Path) -> None:
    make(data)
    path = back_up(data, backups, 2)
    draft = data / "notices" / "2026-001" / "通报草稿.docx"
    draft.write_bytes(b"edited by the office")
    restore(path, data, CLOCK)
    assert draft.read_bytes() == b"edited by the office"


def test_a_backup_of_before_there_were_notices_takes_none_away(data: Path, backups: Path) -> None:
    path = back_up(data, backups, 2)
    make(data)
    before = files(data)
    restore(path, data, CLOCK)
    assert files(data) == before
    assert make(data) == "2026-002"
    make(data)
    back_up(data, backups, 3)
    there = data.parent / "there"
    assert restore(path, there, CLOCK).notices.told == ("编号 2026-001、2026-002、2026-003 只登记为已用，不再使用。",)
    assert make(there) == "2026-004"


def test_a_backup_of_before_there_were_notices_frees_no_number_of_a_broken_register(data: Path, backups: Path) -> None:
    path = back_up(data, backups, 2)
    make(data)
    register = data / "notices" / "register.jsonl"
    register.write_text(register.read_text()[:-40])
    done = restore(path, data, CLOCK)
    assert done.notices.told == ("原编号登记与备份不一致，已移开。", "编号 2026-001 只登记为已用，不再使用。")
    assert make(data) == "2026-002"


def test_without_notices_nothing_is_said_of_them(data: Path, backups: Path, tmp_path: Path) -> None:
    done = restore(back_up(data, backups, 2), tmp_path / "there", CLOCK)
    assert (done.aside, done.notices.last, done.notices.told) == (None, "", ())
    assert files(tmp_path / "there") == {}


def test_nothing_is_restored_while_a_notice_is_made(data: Path, backups: Path) -> None:
    make(data)
    path = back_up(data, backups, 2)
    with hold(data / "notices", "notice", AT), pytest.raises(LockedError, match="notice"):
        restore(path, data, CLOCK)


@pytest.mark.parametrize("whither", ["same", "new", "sound"])
def test_a_broken_register_in_a_backup_bars_nobody_and_frees_no_number(
    data: Path, backups: Path, tmp_path: Path, whither: str
) -> None:
    """Neither the backup of the database nor its restoring must fail because of it."""
    make(data)
    sound = Path(shutil.copytree(data, tmp_path / "sound"))
    make(data)
    register = data / "notices" / "register.jsonl"
    register.write_text(register.read_text().replace('"previous": ""', '"previous": "x"'))
    path = back_up(data, backups, 2)
    with pytest.raises(NoticeError, match="从备份恢复"):
        make(data)
    target = {"same": data, "new": tmp_path / "new", "sound": sound}[whither]
    done = restore(path, target, CLOCK)
    assert done.notices.told[0] == "备份中的编号登记已损坏，其中的通报没有恢复。"
    assert make(target) == "2026-003"
    assert len(Register(target).issued()) == (2 if whither == "sound" else 1)


@pytest.mark.parametrize("name", [
    "notices/../outside", "notices/2026-001/../../outside", "notices//etc/passwd", "notices/2026-001/basis/../x", "../outside",
    "notices/2026-001/.hidden", "notices/register.jsonl/x", "evidence/x",
])  # fmt: skip
def test_a_backup_writes_no_other_file(data: Path, backups: Path, tmp_path: Path, name: str) -> None:
    make(data)
    path = back_up(data, backups, 2)
    target = io.BytesIO()
    with tarfile.open(path, "r:gz") as source, tarfile.open(fileobj=target, mode="w:gz") as copy:
        for member in source:
            found = source.extractfile(member)
            assert found
            text = found.read()
            if member.name == "manifest.json":
                manifest = json.loads(text)
                manifest["sha256"][name] = "a" * 64
                text = json.dumps(manifest).encode()
                member.size = len(text)
            copy.addfile(member, io.BytesIO(text))
        entry = tarfile.TarInfo(name)
        entry.size = 4
        copy.addfile(entry, io.BytesIO(b"evil"))
    path.write_bytes(target.getvalue())
    with pytest.raises(BackupError, match="不是完好的备份"):
        restore(path, tmp_path / "there", CLOCK)
    assert not list(tmp_path.rglob("outside"))


def test_a_number_given_by_a_lost_folder_is_noted_by_hand(data: Path, tmp_path: Path) -> None:
    make(data)

    def spend(number: str, folder: Path = data) -> str:
        done = CliRunner().invoke(notice_command, ["spend", number, "--data", str(folder)])
        return done.output + str(done.exception or "")

    assert "编号 2026-004 不再使用" in spend("2026-004")
    assert "没有改动" in spend("2026-001")
    assert "不是通报编号" in spend("2026-4")
    assert "没有数据目录" in spend("2026-004", tmp_path / "nowhere")
    assert make(data) == "2026-005"
