"""The records that belong to a proof, read from the runs' files and checked against what was noted of them."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

from warcio.archiveiterator import ArchiveIterator

from syndication.errors import EvidenceError
from syndication.store.ledger import by_place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from syndication.proof import Chosen
    from syndication.store.ledger import Ledger, RecordEntry, RunEntry

NOT_MODIFIED = 304
AT_ONCE = 1 << 20


def records_of(chosen: Sequence[Chosen], ledger: Ledger, folder: Path) -> list[RecordEntry]:
    """The records of the chosen looks, with the steps before their answers and the pages that a 304 refers to.

    Raises:
        EvidenceError: a look's record is not in the ledger, or not in its file.
    """
    found: list[RecordEntry] = []
    for one in chosen:
        if not one.look.evidence_id:  # there was no attempt: the run ended before it
            continue
        entry = ledger.record(one.look.evidence_id)
        if entry is None:
            raise EvidenceError(
                f"证据表中没有记录 {one.look.evidence_id}（{one.look.url}）。"
                f" The ledger lacks the record {one.look.evidence_id} of {one.look.url}, run {one.look.run_id}"
            )
        found += [entry, *ledger.companions(entry.run_id, one.look.url, further_pages=(one.look.pages or 1) > 1)]
    for entry in [one for one in found if one.http_status == NOT_MODIFIED]:
        body = ledger.record(_refers_to(read_record(folder, entry)))
        if body is not None:
            found.append(body)
    return by_place(found)


def read_record(folder: Path, entry: RecordEntry) -> bytes:
    """A record's bytes.

    Raises:
        EvidenceError: they cannot be read or are not what was noted; names file, byte, address and run.
    """
    where = f"{entry.file}, byte {entry.offset} ({entry.url}, run {entry.run_id})"
    try:
        with (folder / entry.file).open("rb") as file:
            file.seek(entry.offset)
            raw = file.read(entry.length)
    except OSError as problem:
        raise EvidenceError(f"无法读取证据：{where}。 The record cannot be read: {where}: {problem.strerror}") from problem
    if hashlib.sha256(raw).hexdigest() != entry.sha256:
        raise EvidenceError(f"证据与所记 SHA-256 不符：{where}。 The record no longer has its SHA-256: {where}")
    return raw


def _refers_to(raw: bytes) -> str:
    record = next(iter(ArchiveIterator(io.BytesIO(raw))))
    uri = record.rec_headers.get_header("WARC-Refers-To") or ""
    return str(uri).strip("<>").removeprefix("urn:uuid:")


def frame_of(folder: Path, run: RunEntry, ledger: Ledger) -> str:
    """The SHA-256 of the bytes of a run's file that lie outside its records (see `syndication.evidence.RunFile`).

    Raises:
        EvidenceError: the file cannot be read.
    """
    digest, at = hashlib.sha256(), 0
    try:
        with (folder / run.file).open("rb") as file:
            for offset, length, _, _ in ledger.places(run.run_id):
                digest.update(file.read(max(0, offset - at)))
                at = file.seek(offset + length)
            while rest := file.read(AT_ONCE):
                digest.update(rest)
    except OSError as problem:
        raise EvidenceError(
            f"无法读取证据文件 {run.file}。 The file of run {run.run_id} cannot be read: {run.file}: {problem.strerror}"
        ) from problem
    return digest.hexdigest()
