"""Numbers of notices: a file in the data folder that is only ever added to, each line bound to the line before.

A number stands in the file before its notice is put in its place, so a number that anyone saw is never given again, also
where the database was made anew from the evidence. A number that a lost folder gave after its last backup can be noted as
spent: it has a line of its own, without a notice.

A draft that was never sent can be declared void: `NUMBER.void.json` beside the register says why. Its number stays spent, and
no later notice replaces it or follows up what it says.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from syndication.clock import beijing_date, to_text
from syndication.notice_documents.issued import Issued, read_issued
from syndication.notices import NoticeError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

FOLDER = "notices"
REGISTER = "register.jsonl"
VOID = ".void.json"
NUMBER = re.compile(r"(?P<year>\d{4})-(?P<place>\d{3,6})", re.ASCII)
_TOLD = re.compile(r'(?<="number": ")\d{4}-\d{3,6}(?=")', re.ASCII)


@dataclass(frozen=True)
class Entry:
    """One line: a number, the hashes of its notice's record and manifest, and of the line before (empty for the first).

    A spent number has no hashes: its notice is not here.
    """

    number: str
    made_at: str
    record_sha256: str
    manifest_sha256: str
    previous: str

    @property
    def line(self) -> str:
        """As it stands in the file, without its end."""
        return json.dumps(asdict(self), sort_keys=True)

    @property
    def spent(self) -> bool:
        """Whether the line only keeps the number from being given again."""
        return not self.manifest_sha256


@dataclass(frozen=True)
class Void:
    """Why a notice is void, who said so, and when (as stored)."""

    reason: str
    by: str
    at: str


class Register:
    """The numbers of one data folder. Hold `syndication.lock` on `folder` while you add to it."""

    def __init__(self, data: Path) -> None:
        self.folder = data / FOLDER
        self._path = self.folder / REGISTER

    def entries(self) -> tuple[Entry, ...]:
        """All lines in their order. Raises NoticeError where one was changed, taken out or torn."""
        found: list[Entry] = []
        previous = ""
        for place, line in enumerate(self._content().splitlines(), 1):
            entry = self._read(line, place)
            if entry.previous != previous or entry.number in {earlier.number for earlier in found}:
                raise self._broken(place)
            found.append(entry)
            previous = hashlib.sha256(line).hexdigest()
        return tuple(found)

    def next_number(self, at: datetime) -> str:
        """The number after all that were given in the year: `2026-003`.

        What lies in the folder counts as well, so that a register that lost its end gives no number twice.
        """
        year = beijing_date(at).year
        named = [path.name.partition(".")[0] for path in self.folder.iterdir()] if self.folder.is_dir() else []
        found = (NUMBER.fullmatch(name) for name in (*(entry.number for entry in self.entries()), *named))
        taken = [int(one["place"]) for one in found if one and int(one["year"]) == year]
        return f"{year}-{max(taken, default=0) + 1:03}"

    def issued(self, before: str | None = None) -> tuple[Issued, ...]:
        """The records of all notices but void ones in the order of their numbers, up to (not with) a number if one is named."""
        found = []
        for entry in self.entries():
            if entry.number == before:
                break
            if not entry.spent and self.void(entry.number) is None:
                found.append(self.record(entry))
        return tuple(found)

    def void(self, number: str) -> Void | None:
        """Why a notice is void; None for one that is not. Raises NoticeError for a file that cannot be read."""
        path = self._void_path(number)
        try:
            content = json.loads(path.read_bytes())
            return Void(str(content["reason"]), str(content["by"]), str(content["at"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise NoticeError(f"{path} 无法读取，请从备份恢复。 {path} cannot be read ({fault}); restore it.") from fault

    def declare_void(self, number: str, void: Void) -> None:
        """Keeps that a notice was never sent. Raises NoticeError for a number without one, or one that is void already."""
        if number not in {entry.number for entry in self.entries() if not entry.spent}:
            raise NoticeError(f"没有通报 {number}。 There is no notice {number}.")
        if self.void(number) is not None:
            raise NoticeError(f"通报 {number} 已经作废。 The notice {number} is void already.")
        replace_file(self._void_path(number), (json.dumps(asdict(void), ensure_ascii=False) + "\n").encode())

    def _void_path(self, number: str) -> Path:
        return self.folder / f"{number}{VOID}"

    def record(self, entry: Entry) -> Issued:
        """The record of an entry that is not spent. Raises NoticeError where it is gone or was changed."""
        path = self.record_path(entry.number)
        try:
            content = path.read_bytes()
        except OSError as fault:
            raise NoticeError(f"无法读取 {path}，请从备份恢复。 {path}: {fault.strerror}; restore it.") from fault
        if hashlib.sha256(content).hexdigest() != entry.record_sha256:
            raise NoticeError(f"{path} 与编号登记不符，请从备份恢复。 {path} was changed since; restore it.")
        return read_issued(content.decode(), str(path))

    def record_path(self, number: str) -> Path:
        """Where the record of a notice lies."""
        return self.folder / f"{number}.json"

    def add(self, record: Issued, manifest_sha256: str) -> None:
        """Keeps a notice's record, then gives its number away for good."""
        if record.number in {entry.number for entry in self.entries()}:
            raise NoticeError(f"编号 {record.number} 已使用。 The number {record.number} was given before.")
        content = record.to_text()
        replace_file(self.record_path(record.number), content.encode())
        self._append((record.number, to_text(record.made_at), _hash(content), manifest_sha256))

    def spend(self, numbers: Iterable[str], at: datetime) -> tuple[str, ...]:
        """Keeps numbers from being given (again), and so all below them of their year; gives those that were not noted."""
        taken = {entry.number for entry in self.entries()}
        new = tuple(sorted(set(numbers) - taken))
        if new:
            self._append(*((number, to_text(at), "", "") for number in new))
        return new

    def _append(self, *lines: tuple[str, str, str, str]) -> None:
        entries = list(self.entries())
        for line in lines:
            entries.append(Entry(*line, _hash(entries[-1].line) if entries else ""))
        self.folder.mkdir(parents=True, exist_ok=True)
        replace_file(self._path, "".join(f"{one.line}\n" for one in entries).encode())

    def _content(self) -> bytes:
        try:
            return self._path.read_bytes()
        except FileNotFoundError:
            return b""

    def _read(self, line: bytes, place: int) -> Entry:
        try:
            content = json.loads(line)
            entry = Entry(**{each.name: str(content[each.name]) for each in fields(Entry)})
        except (ValueError, KeyError, TypeError) as fault:
            raise self._broken(place) from fault
        if entry.line.encode() != line or not NUMBER.fullmatch(entry.number):
            raise self._broken(place)
        return entry

    def _broken(self, place: int) -> NoticeError:
        return NoticeError(
            f"编号登记 {self._path} 第 {place} 行被改动，请从备份恢复。 Line {place} was changed; restore the file."
        )


def told_numbers(path: Path) -> set[str]:
    """All numbers that a register's file names, also where it was changed or torn; none where there is no file."""
    return set(_TOLD.findall(path.read_bytes().decode("utf-8", "replace"))) if path.is_file() else set()


def replace_file(path: Path, content: bytes) -> None:
    """Writes a file whole or not at all; it is on disk, with its name, when this returns."""
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the new name, too, is on disk before anything rests on it
    finally:
        os.close(folder)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
