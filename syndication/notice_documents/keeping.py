"""Notices in a backup: what it carries, and how that is put back so that no number is ever given twice.

A backup holds register, records and documents. The frozen copies of the database that notices rest on are large and never
change: they lie beside the backups once each, as evidence does, and so does the newest register, so that an older backup
frees no number either. Putting back never takes a notice away: what the register vouches for stays, what it does not is
moved aside, what is lacking is brought.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syndication.errors import SyndicationError
from syndication.notice_documents.manifest import NAME, SNAPSHOT, read_files, read_manifest, sha256
from syndication.notice_documents.numbering import (
    FOLDER,
    NUMBER,
    REGISTER,
    VOID,
    Entry,
    Register,
    replace_file,
    told_numbers,
)
from syndication.notices import NoticeError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

MEMBER = re.compile(
    rf"{FOLDER}/(?:{re.escape(REGISTER)}|\d{{4}}-\d{{3,6}}(?:\.json|\.checks\.jsonl|\.void\.json|/(?:basis/)?[^./\\][^/\\]*))",
    re.ASCII,
)
"""The names of a notice's files in a backup; nothing else is read from one."""
DIGITS = 16


@dataclass(frozen=True)
class PutBack:
    """What became of the notices of a backup: their last number (empty: none), and what a person should know."""

    last: str
    told: tuple[str, ...]


def carry(data: Path, scratch: Path) -> dict[str, Path]:
    """Copies of a data folder's notices in `scratch`, by the names that they have in a backup; the register first.

    A notice that is put in its place meanwhile may lack its documents; its number is there, or nobody has seen it yet.
    """
    found: dict[str, Path] = {}
    register = data / FOLDER / REGISTER
    paths = [register, *sorted((data / FOLDER).glob("[0-9]*"))] if register.is_file() else []
    for path in paths:
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            name = file.relative_to(data).as_posix()
            if MEMBER.fullmatch(name) and not name.endswith(f"/{SNAPSHOT}") and file.is_file() and not file.is_symlink():
                found[name] = scratch / name
                found[name].parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, found[name])
    return found


def copy_beside(data: Path, beside: Path) -> int:
    """Copies the register, and the frozen databases that do not lie beside the backups yet; gives how many of these."""
    register = data / FOLDER / REGISTER
    if register.is_file():
        beside.mkdir(parents=True, exist_ok=True)
        _copy_whole(register, beside / REGISTER)
    copied = 0
    for folder in _folders(data):
        digest = _snapshot_of(folder)
        source, target = folder / SNAPSHOT, beside / _beside_name(folder.name, digest)
        if not digest or target.is_file() or not source.is_file() or sha256(source) != digest:
            continue
        _copy_whole(source, target)
        copied += 1
    return copied


def put_back(scratch: Path, data: Path, beside: Path, aside: Path, at: datetime) -> PutBack:
    """Puts the notices of an unpacked backup in a data folder. The caller holds the lock of both folders.

    The longer of two registers that agree holds. Where they do not, the backup's does, and no number of the other is given
    again; a register that was changed or torn is followed in nothing but the numbers that it names. `aside` takes what is
    moved away; it is made if anything is.
    """
    register, kept = Register(data), Register(scratch)
    told = _merge(register, kept, told_numbers(beside / REGISTER), aside, at)
    theirs = set(_entries(kept) or ())
    for entry in register.entries():
        if not entry.spent and entry in theirs:
            told += _bring(register, kept, entry, beside, aside)
    real = {entry.number for entry in register.entries() if not entry.spent}
    for path in sorted(register.folder.glob("[0-9]*")):
        number = path.name.partition(".")[0]
        if NUMBER.fullmatch(number) and number not in real:
            _move(path, aside)
    return PutBack(_last(register), tuple(told))


def _merge(register: Register, kept: Register, given: set[str], aside: Path, at: datetime) -> list[str]:
    theirs, ours = _entries(kept), _entries(register)
    told = [] if theirs is not None else ["备份中的编号登记已损坏，其中的通报没有恢复。"]
    named = given | told_numbers(register.folder / REGISTER) | told_numbers(kept.folder / REGISTER)
    if ours is None or (theirs is not None and ours[: len(theirs)] != theirs):
        path = register.folder / REGISTER
        if path.is_file() and (ours is None or ours != (theirs or ())[: len(ours)]):
            _move(path, aside)
            told.append("原编号登记与备份不一致，已移开。")
        if theirs:
            replace_file(path, (kept.folder / REGISTER).read_bytes())
    spent = register.spend(named, at)
    return [*told, *([f"编号 {'、'.join(spent)} 只登记为已用，不再使用。"] if spent else [])]


def _entries(register: Register) -> tuple[Entry, ...] | None:
    """The lines of a register; None where it was changed or torn, which is what a backup is restored for."""
    try:
        return register.entries()
    except NoticeError:
        return None


def _bring(register: Register, kept: Register, entry: Entry, beside: Path, aside: Path) -> list[str]:
    """Brings what a notice lacks, after what does not agree with the register was moved away."""
    record, folder = register.record_path(entry.number), register.folder / entry.number
    theirs, their_folder = kept.record_path(entry.number), kept.folder / entry.number
    if record.is_file() and sha256(record) != entry.record_sha256:
        _move(record, aside)
    if not record.is_file() and theirs.is_file() and sha256(theirs) == entry.record_sha256:
        _copy_whole(theirs, record)
    for beside_it in (record.with_suffix(".checks.jsonl"), record.with_suffix(VOID)):
        if not beside_it.is_file() and (kept.folder / beside_it.name).is_file():
            _copy_whole(kept.folder / beside_it.name, beside_it)
    if folder.exists() and not _vouched(folder, entry):
        _move(folder, aside)
    if _vouched(their_folder, entry):
        for file in sorted(path for path in their_folder.rglob("*") if path.is_file()):
            target = folder / file.relative_to(their_folder)
            if not target.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                _copy_whole(file, target)
    told = [] if record.is_file() else [f"通报 {entry.number} 的记录不在备份中。"]
    return [*told, *_bring_snapshot(folder, beside)]


def _bring_snapshot(folder: Path, beside: Path) -> list[str]:
    if not folder.is_dir() or (folder / SNAPSHOT).is_file():
        return []
    digest = _snapshot_of(folder)
    source = beside / _beside_name(folder.name, digest)
    if not digest or not source.is_file() or sha256(source) != digest:
        return [f"通报 {folder.name} 的快照不在 {beside}，该通报不能重新计算。"]
    (folder / SNAPSHOT).parent.mkdir(exist_ok=True)
    _copy_whole(source, folder / SNAPSHOT)
    return []


def _vouched(folder: Path, entry: Entry) -> bool:
    return (folder / NAME).is_file() and sha256(folder / NAME) == entry.manifest_sha256


def _snapshot_of(folder: Path) -> str:
    """The hash of the frozen database as a notice's manifest tells it; empty where it does not."""
    try:
        return read_files(read_manifest(folder)).get(SNAPSHOT, "")
    except SyndicationError:
        return ""


def _beside_name(number: str, digest: str) -> str:
    """Two notices that got one number in two places rest on two copies."""
    return f"{number}-{digest[:DIGITS]}.db"


def _folders(data: Path) -> Iterator[Path]:
    return (path for path in sorted((data / FOLDER).glob("[0-9]*")) if path.is_dir() and NUMBER.fullmatch(path.name))


def _last(register: Register) -> str:
    entries = register.entries()
    return entries[-1].number if entries else ""


def _copy_whole(source: Path, target: Path) -> None:
    part = target.with_name(f".{target.name}.part")
    try:
        shutil.copyfile(source, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _move(path: Path, aside: Path) -> None:
    place = aside / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    path.replace(place / path.name)
