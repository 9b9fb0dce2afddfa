"""Backups: one file with the database as of now and what persons made, proved by restoring it (backup_commands runs them).

Facts: a copy of the database file alone lacks what the write-ahead log holds, so the copy is made by `VACUUM INTO`. Evidence
files never change once their run is closed, nor do the frozen copies that notices rest on: they are copied beside the
backups once each.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import tarfile
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from syndication import __version__, lock
from syndication.clock import to_text
from syndication.errors import SyndicationError
from syndication.notice_documents.keeping import MEMBER, PutBack, carry, copy_beside, put_back
from syndication.notice_documents.manifest import OWN_TEMPLATE
from syndication.notice_documents.numbering import FOLDER as NOTICES
from syndication.running import EVIDENCE
from syndication.store.copying import Contents, contents_of, copy_whole
from syndication.store.database import FILE_NAME, require_database
from syndication.store.reading import open_reader
from syndication.trouble import explained, make_output

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

    from syndication.clock import Clock

BESIDE = ("portals.csv", "channels.csv", "rules.toml", "duties.csv", "alerts.toml", "accounts.json", OWN_TEMPLATE)
"""What persons made, besides the database and the notices; a folder may lack some."""
MANIFEST = "manifest.json"
NAME = re.compile(r"syndication-(\d{8}T\d{6})Z\.tar\.gz")
STAMP = "%Y%m%dT%H%M%S"
ALWAYS_KEPT = 3
AT_ONCE = 1 << 20


class BackupError(SyndicationError):
    """A backup is not sound, or cannot be put where it was asked for; the data folder is as it was."""


@dataclass(frozen=True)
class BackedUp:
    """A backup that was proved by restoring it."""

    path: Path
    contents: Contents
    evidence: int
    dropped: tuple[str, ...]


@dataclass(frozen=True)
class Restored:
    """What was put in a data folder's place; `aside` is where what was there lies, None if nothing was."""

    contents: Contents
    aside: Path | None
    notices: PutBack


def backup(folder: Path, target: Path, now: datetime, *, evidence: bool = False, keep: timedelta | None = None) -> BackedUp:
    """Writes a backup into the folder `target` and proves it; a nightly may work meanwhile.

    Args:
        folder: the data folder.
        target: where backups lie.
        now: for the name.
        evidence: also copy evidence files that are not there yet.
        keep: older backups are dropped afterwards, except the newest three.

    Raises:
        BackupError: what was written is not what was copied.
        DataFolderError: there is no database, or `target` cannot be written.
        DiskFullError: no room; a half-written backup is not left behind.
    """
    path = target / f"syndication-{now.astimezone(UTC):{STAMP}}Z.tar.gz"
    require_database(folder)
    make_output(target)
    with explained(target, output=True):
        part = path.with_suffix(".part")
        try:
            with tempfile.TemporaryDirectory(dir=target, prefix=".backup-") as scratch:
                _write(folder, Path(scratch), part, now)
            contents = prove(part)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        copy_beside(folder, target / NOTICES)
        copied = _copy_evidence(folder / EVIDENCE, target / EVIDENCE) if evidence else 0
        dropped = _drop(target, now - keep) if keep else ()
    return BackedUp(path, contents, copied, dropped)


def prove(path: Path) -> Contents:
    """Restores a backup into a temporary place and compares it with what it says of itself; gives what it holds.

    Raises:
        BackupError: it is not sound; the message says what is not.
        DataFolderError, DiskFullError: it cannot be unpacked beside itself.
    """
    with explained(path.parent, output=True), tempfile.TemporaryDirectory(dir=path.parent, prefix=".proof-") as scratch:
        return _unpack(path, Path(scratch))


def restore(path: Path, folder: Path, clock: Clock) -> Restored:
    """Puts a backup in a data folder's place; what was there is moved to `before-restore-...` in it.

    Evidence stays, and so do the notices that were made since the backup: their numbers were given.

    Raises:
        BackupError: the backup is not sound; nothing was changed.
        LockedError: another command works on the folder.
    """
    now = clock.now()
    aside = folder / f"before-restore-{now.astimezone(UTC):{STAMP}}Z"
    with (
        lock.hold(folder, "restore", now), lock.hold(folder / NOTICES, "restore", now),
        tempfile.TemporaryDirectory(dir=folder, prefix=".restore-") as place,
    ):  # fmt: skip
        scratch = Path(place)
        contents = _unpack(path, scratch)
        notices = put_back(scratch, folder, path.parent / NOTICES, aside, now)
        for name in (FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm", *BESIDE):
            if (folder / name).exists():
                aside.mkdir(exist_ok=True)
                (folder / name).replace(aside / name)
        for name in (FILE_NAME, *BESIDE):
            if (scratch / name).exists():
                (scratch / name).replace(folder / name)
        if (path.parent / EVIDENCE).is_dir():
            _copy_evidence(path.parent / EVIDENCE, folder / EVIDENCE)
    return Restored(contents, aside if aside.exists() else None, notices)


def _write(folder: Path, scratch: Path, part: Path, now: datetime) -> None:
    with closing(open_reader(folder / FILE_NAME)) as connection:
        copy_whole(connection, scratch / FILE_NAME)
    with closing(open_reader(scratch / FILE_NAME)) as connection:
        contents = contents_of(connection)
    members = {
        FILE_NAME: scratch / FILE_NAME, **{name: folder / name for name in BESIDE if (folder / name).is_file()},
        **carry(folder, scratch),
    }  # fmt: skip
    manifest = {
        "program": __version__, "made_at": to_text(now), "counts": dict(contents.counts), "newest_run": contents.newest_run,
        "sha256": {name: _sha256(source) for name, source in members.items()},
    }  # fmt: skip
    with _create(part, 0o600) as file:  # it holds accounts.json
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive:
            for name, source in members.items():
                archive.add(source, name, recursive=False)
            text = json.dumps(manifest, ensure_ascii=False, indent=2).encode()
            entry = tarfile.TarInfo(MANIFEST)
            entry.size, entry.mtime = len(text), int(now.timestamp())
            archive.addfile(entry, io.BytesIO(text))
        file.flush()
        os.fsync(file.fileno())


def _create(path: Path, mode: int = 0o666) -> BinaryIO:
    """A new file with a mode from its first byte on."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb")


def _unpack(path: Path, scratch: Path) -> Contents:
    """The members of a backup as files, found sound. Only names that a backup has are written."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            _extract(archive, MANIFEST, scratch)
            manifest = json.loads((scratch / MANIFEST).read_text(encoding="utf-8"))
            expected: Mapping[str, str] = manifest["sha256"]
            if FILE_NAME not in expected:
                raise ValueError(f"it lacks {FILE_NAME}")
            for name in expected:
                if name not in (FILE_NAME, *BESIDE) and not MEMBER.fullmatch(name):
                    raise ValueError(f"it lists {name!r}")
                _extract(archive, name, scratch)
        for name, digest in expected.items():
            if _sha256(scratch / name) != digest:
                raise BackupError(f"备份 {path} 中的 {name} 已损坏。 {name} in the backup {path} is damaged")
        return _check(scratch / FILE_NAME, manifest, path)
    except (tarfile.TarError, EOFError, ValueError, KeyError, FileNotFoundError) as problem:
        raise BackupError(f"{path} 不是完好的备份。 {path} is no sound backup: {problem}") from problem


def _extract(archive: tarfile.TarFile, name: str, scratch: Path) -> None:
    source = archive.extractfile(archive.getmember(name))
    if source is None:
        raise ValueError(f"{name} is no file")
    (scratch / name).parent.mkdir(parents=True, exist_ok=True)
    with source, _create(scratch / name, 0o600 if name == "accounts.json" else 0o666) as target:
        shutil.copyfileobj(source, target, AT_ONCE)
        os.fsync(target.fileno())


def _check(database: Path, manifest: Mapping[str, Any], path: Path) -> Contents:
    with closing(open_reader(database)) as connection:
        contents = contents_of(connection)
    for said, found, meaning in (
        ("数据库检查未通过", contents.sound, True), ("行数不符", dict(contents.counts), manifest["counts"]),
        ("最近批次不符", contents.newest_run, manifest["newest_run"]),
    ):  # fmt: skip
        if found != meaning:
            raise BackupError(f"备份 {path}：{said}。 The backup {path} is not sound: {found} in place of {meaning}")
    return contents


def _copy_evidence(source: Path, target: Path) -> int:
    """Copies the files that the target lacks or has shorter; a run that is under way grows. Gives how many."""
    copied = 0
    for path in sorted(source.glob("*")) if source.is_dir() else ():
        kept = target / path.name
        if not path.is_file() or (kept.is_file() and kept.stat().st_size >= path.stat().st_size):
            continue
        target.mkdir(parents=True, exist_ok=True)
        part = target / f".{path.name}.part"
        try:
            shutil.copyfile(path, part)
            part.replace(kept)
        finally:
            part.unlink(missing_ok=True)
        copied += 1
    return copied


def _drop(target: Path, before: datetime) -> tuple[str, ...]:
    made = {path: datetime.strptime(found[1], STAMP).replace(tzinfo=UTC) for path, found in _backups(target)}
    dropped = [path for path in sorted(made, key=lambda one: made[one])[:-ALWAYS_KEPT] if made[path] < before]
    for path in dropped:
        path.unlink()
    return tuple(path.name for path in dropped)


def _backups(target: Path) -> Iterator[tuple[Path, re.Match[str]]]:
    for path in target.iterdir():
        found = NAME.fullmatch(path.name)
        if found:
            yield path, found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
