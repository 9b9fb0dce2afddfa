"""`evidence verify`: every record against its hash, every run against the chain; the first broken one is named.

A file is read once from its beginning to its end: the bytes of each noted record are hashed for themselves, what lies
between them goes into the run's frame. Memory does not grow with the files. A run that is under way is checked as far as
it is noted; its own hash is still to come.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from syndication.errors import EvidenceError
from syndication.evidence import chain_lines
from syndication.stamping import NoTokenError, can_check_tokens, check_token, token_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from syndication.store.ledger import Ledger, RunEntry

AT_ONCE = 1 << 20
"""Bytes of a file that are held at once."""
RUNNING = "running"
EVIDENCE_KINDS = frozenset({"response", "revisit", "metadata"})
"""The kinds of records that are evidence of a look (see `syndication.evidence.read_run_file`)."""


class BrokenEvidenceError(EvidenceError):
    """The first place where evidence is not what was noted, by run, file, byte and address."""

    def __init__(self, said: str, meaning: str, run: str, file: str, offset: int | None = None, url: str = "") -> None:
        byte = "" if offset is None else f"，第 {offset} 字节"
        address = f"，网址 {url}" if url else ""
        where = ", ".join(filter(None, (f"run {run}", file, "" if offset is None else f"byte {offset}", url)))
        super().__init__(f"证据校验未通过：批次 {run}，文件 {file}{byte}{address}：{said}。 {where}: {meaning}")
        self.run, self.file, self.offset, self.url = run, file, offset, url


@dataclass
class Verified:
    """What was checked and found sound; `size` in bytes.

    `open_runs` are under way. `tokens` are time stamps that were checked, `unchecked_tokens` those that were not, since
    the package for it is missing. `removed` counts runs whose file `syndication retention` removed: of them only the
    hashes can be checked.
    """

    runs: int = 0
    records: int = 0
    size: int = 0
    tokens: int = 0
    unchecked_tokens: int = 0
    open_runs: tuple[str, ...] = ()
    removed: int = 0


def verify(
    folder: Path, ledger: Ledger, wanted: Iterable[str] = (), *, root: Path | None = None,
    step: Callable[[RunEntry], None] | None = None,
) -> Verified:  # fmt: skip
    """Verifies the named runs; without names all runs, and that their folder holds no file of no run.

    Args:
        folder: the data folder.
        ledger: what was noted, over the folder's database.
        wanted: ids of runs.
        root: the root certificate of the time stamping authority; without it only what a token says is checked.
        step: called before each run.

    Raises:
        BrokenEvidenceError: the first place that is not sound.
        EvidenceError: a named run is not in the store.
    """
    runs, removed = ledger.runs(), ledger.removed()
    names = set(wanted)
    for name in sorted(names - {run.run_id for run in runs}):
        raise EvidenceError(f"没有批次 {name}。 There is no run {name}; its id stands in the table runs")
    done = Verified()
    earlier: set[str] = set()
    for run in runs:
        if not names or run.run_id in names:
            if step:
                step(run)
            frame = removed.get(run.run_id) if not (folder / run.file).is_file() else None
            _verify_run(folder, ledger, run, earlier, root, done, frame)
        if run.evidence_hash:
            earlier.add(run.evidence_hash)
    if not names:
        _refuse_strays(folder, runs)
    return done


def _verify_run(
    folder: Path, ledger: Ledger, run: RunEntry, earlier: set[str], root: Path | None, done: Verified,
    removed: str | None,
) -> None:  # fmt: skip
    """`removed` is the frame's hash of a file that was removed by retention, None while it is there."""
    if run.previous_hash and run.previous_hash not in earlier:
        said, meaning = "它所接续的上一批次已被删除或改动", "the run before it was removed or changed"
        raise BrokenEvidenceError(said, meaning, run.run_id, run.file)
    reading = _Reading(folder, run, ledger)
    digest = hashlib.sha256()
    hashes = reading.hashes() if removed is None else chain(ledger.hashes(run.run_id), [removed])
    for line in chain_lines(run.previous_hash, hashes):
        digest.update(line)
    done.removed += removed is not None
    if run.state == RUNNING or (run.file and run.evidence_hash is None):
        done.open_runs += (run.run_id,)
    elif run.evidence_hash:
        if digest.hexdigest() != run.evidence_hash:
            raise reading.unexplained()
        _verify_token(folder, run, root, done)
    done.runs += 1
    done.records += reading.records
    done.size += reading.at


class _Reading:
    """One run's file from beginning to end."""

    def __init__(self, folder: Path, run: RunEntry, ledger: Ledger) -> None:
        self._folder, self._run, self._ledger = folder, run, ledger
        self._frame = hashlib.sha256()
        self._suspect: BrokenEvidenceError | None = None
        self.at = 0
        self.records = 0

    def hashes(self) -> Iterator[str]:
        """Each record's hash, found sound, and last the frame's."""
        if self._without_file():
            return
        places = self._ledger.places(self._run.run_id)
        try:
            with (self._folder / self._run.file).open("rb", buffering=AT_ONCE) as file:
                for offset, length, sha256, url in places:
                    if offset < self.at:
                        raise self._broken("记录与前一条重叠", "the record overlaps the one before", offset, url)
                    if offset > self.at:
                        self._between(file, offset - self.at)
                    if self._hash(file, length) != sha256:
                        raise self._broken("与所记 SHA-256 不符", "the record no longer has its SHA-256", offset, url)
                    self.at = offset + length
                    self.records += 1
                    yield sha256
                while self._between(file, AT_ONCE):
                    pass
        except OSError as problem:
            said = f"无法读取（{problem.strerror}）"
            raise self._broken(said, f"the file cannot be read: {problem.strerror}") from problem
        yield self._frame.hexdigest()

    def _without_file(self) -> bool:
        """Whether the run is one that asks nobody (a rejudgement), or was closed before its file was begun."""
        none_named = not self._run.file
        none_begun = self._run.evidence_hash == "" and not (self._folder / self._run.file).is_file()
        return (none_named or none_begun) and next(self._ledger.places(self._run.run_id), None) is None

    def unexplained(self) -> BrokenEvidenceError:
        """Every record is sound and the run's hash is not confirmed: the place, as near as it can be told."""
        return self._suspect or self._broken(
            "记录之外的内容或所记的批次信息已改动", "bytes outside the records, or the run's row, were changed"
        )

    def _hash(self, file: BinaryIO, length: int) -> str:
        if length <= AT_ONCE:
            return hashlib.sha256(file.read(length)).hexdigest()
        digest = hashlib.sha256()
        while length and (chunk := file.read(min(length, AT_ONCE))):
            digest.update(chunk)
            length -= len(chunk)
        return digest.hexdigest()

    def _between(self, file: BinaryIO, length: int) -> int:
        """Takes bytes outside the noted records into the frame; gives how many there were."""
        begin, left, head = self.at, length, b""
        while left and (chunk := file.read(min(left, AT_ONCE))):
            self._frame.update(chunk)
            head = head or chunk
            left -= len(chunk)
        self.at += length - left
        if head and self._suspect is None:
            self._suspect = self._suspicion(head, begin)
        return length - left

    def _suspicion(self, content: bytes, begin: int) -> BrokenEvidenceError | None:
        """What is odd about bytes outside the noted records; it counts only if the run's hash is not confirmed.

        A run that was cut off may end with half a record that nobody noted, and was closed so.
        """
        try:
            if content.startswith(b"\x1f\x8b"):
                gzip.decompress(content)
            iterator = ArchiveIterator(io.BytesIO(content))
            for record in iterator:
                if record.rec_type in EVIDENCE_KINDS:
                    url = record.rec_headers.get_header("WARC-Target-URI") or ""
                    at = begin + iterator.get_record_offset()
                    return self._broken("文件中的这条记录在存储中没有", "the store lacks this record of the file", at, url)
        except (ArchiveLoadFailed, EOFError, ValueError, OSError, zlib.error):
            return self._broken("记录之外的内容已损坏", "the bytes outside the records are damaged", begin)
        return None

    def _broken(self, said: str, meaning: str, offset: int | None = None, url: str = "") -> BrokenEvidenceError:
        return BrokenEvidenceError(said, meaning, self._run.run_id, self._run.file, offset, url)


def _verify_token(folder: Path, run: RunEntry, root: Path | None, done: Verified) -> None:
    token = token_path(folder / run.file)
    if not token.is_file():
        return
    if not can_check_tokens():
        done.unchecked_tokens += 1
        return
    try:
        check_token(token.read_bytes(), bytes.fromhex(run.evidence_hash or ""), root)
    except NoTokenError as problem:
        raise BrokenEvidenceError("时间戳与批次不符", str(problem), run.run_id, token.name) from problem
    done.tokens += 1


def _refuse_strays(folder: Path, runs: Iterable[RunEntry]) -> None:
    known = {(folder / run.file).resolve() for run in runs if run.file}
    for parent in sorted({path.parent for path in known if path.parent.is_dir()}):
        for path in sorted([*parent.glob("*.warc.gz"), *parent.glob("*.warc")]):
            if path.resolve() not in known:
                said, meaning = "文件不属于任何批次", "the file belongs to no run; replay it, or put it elsewhere"
                raise BrokenEvidenceError(said, meaning, "-", path.name)
