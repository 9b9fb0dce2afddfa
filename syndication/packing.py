"""`evidence pack`: one verdict with all that proves it, in a zip that public tools alone can check.

The WARC records of the deciding looks are copied byte for byte into `looks.warc.gz`; `runs/*.chain` holds what each run's
hash is taken of, so that `sha256sum` of that file is the run's hash and each copied record's hash stands in it as a line.
Nothing in a pack depends on the moment of packing: the same verdict gives the same bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import zipfile
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from warcio.warcwriter import WARCWriter

from syndication import __version__
from syndication.clock import to_text
from syndication.errors import EvidenceError
from syndication.evidence import chain_lines
from syndication.gathering import frame_of, read_record, records_of
from syndication.pack_texts import Copied, cards_json, pages_list, readme, records_table, verdict_json
from syndication.proof import choose
from syndication.stamping import token_path
from syndication.timeline import as_page, as_text, events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from syndication.proof import Chosen, ProofCase
    from syndication.rules import Edition
    from syndication.store.ledger import Ledger, RecordEntry, RunEntry

LOOKS = "looks.warc.gz"
SUMS = "SHA256SUMS"
GZIP = b"\x1f\x8b"
EARLIEST_IN_ZIP = (1980, 1, 1, 0, 0, 0)
PLAIN_FILE, UNIX = 0o100644 << 16, 3


@dataclass(frozen=True)
class Packed:
    """What a pack holds: how many looks, records and runs, and its size in bytes."""

    path: Path
    looks: int
    records: int
    runs: int
    size: int


def write_pack(case: ProofCase, edition: Edition, ledger: Ledger, folder: Path, target: Path) -> Packed:
    """Writes the pack of a verdict to `target`, whole or not at all; an existing file is replaced.

    Raises:
        EvidenceError: a record is missing or no longer has its hash, or the file cannot be written.
    """
    chosen = choose(case)
    entries = records_of(chosen, ledger, folder)
    named = {one.run_id for one in entries}
    runs = [run for run in ledger.runs() if run.run_id in named]
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                _fill(_Pack(archive), case, edition, ledger, folder, chosen, entries, runs)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as problem:
        raise EvidenceError(f"无法写入 {target}：{problem.strerror}。 Cannot write {target}: {problem.strerror}") from problem
    finally:
        part.unlink(missing_ok=True)
    looks = {one.look.evidence_id for one in chosen if one.look.evidence_id}
    return Packed(target, len(looks), len(entries), len(runs), target.stat().st_size)


class _Pack:
    """A zip whose members bear no moment of their own; it keeps each one's SHA-256."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.sums: list[tuple[str, str]] = []

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """One member, written as it comes."""
        info = zipfile.ZipInfo(name, EARLIEST_IN_ZIP)
        info.external_attr, info.create_system = PLAIN_FILE, UNIX
        digest = hashlib.sha256()
        with self._archive.open(info, "w", force_zip64=True) as member:
            for chunk in chunks:
                digest.update(chunk)
                member.write(chunk)
        self.sums.append((digest.hexdigest(), name))

    def add_text(self, name: str, text: str) -> None:
        """A UTF-8 member."""
        self.add(name, [text.encode()])


def _fill(
    pack: _Pack, case: ProofCase, edition: Edition, ledger: Ledger, folder: Path, chosen: Sequence[Chosen],
    entries: Sequence[RecordEntry], runs: Sequence[RunEntry],
) -> None:  # fmt: skip
    copied: list[Copied] = []
    pack.add(LOOKS, _looks(case, entries, folder, copied))
    timeline = events(case, chosen, ledger.record)
    pack.add_text("timeline.txt", as_text(case, timeline))
    pack.add_text("timeline.html", as_page(case, timeline))
    pack.add_text("match-cards.json", cards_json(case))
    names = {run.run_id: f"runs/{number:02}-{file_name(run.run_id)}" for number, run in enumerate(runs, 1)}
    chains = {run_id: f"{name}.chain" for run_id, name in names.items()}
    pack.add_text("verdict.json", verdict_json(case, edition, runs, chains, copied))
    pack.add_text("records.tsv", records_table(copied))
    pack.add_text("pages.jsonl", pages_list(case, chosen))
    stamped = False
    for run in runs:
        hashes = chain(ledger.hashes(run.run_id), [frame_of(folder, run, ledger)])
        pack.add(chains[run.run_id], chain_lines(run.previous_hash, hashes))
        token = token_path(folder / run.file)
        if token.is_file():
            stamped = True
            pack.add(f"{names[run.run_id]}.tsr", [token.read_bytes()])
    pack.add_text("README.txt", readme(case, stamped=stamped))
    pack.add_text(SUMS, "".join(f"{digest}  {name}\n" for digest, name in pack.sums))


def _looks(case: ProofCase, entries: Sequence[RecordEntry], folder: Path, copied: list[Copied]) -> Iterator[bytes]:
    head = _warcinfo(case, entries)
    at = len(head)
    yield head
    for entry in entries:
        raw = read_record(folder, entry)
        compressed = not raw.startswith(GZIP)
        member = gzip.compress(raw, mtime=0) if compressed else raw
        copied.append(Copied(entry, at, len(member), compressed))
        at += len(member)
        yield member


def _warcinfo(case: ProofCase, entries: Sequence[RecordEntry]) -> bytes:
    """The first record: what the file is. Its id rests on what the file holds, its date is that of the judging."""
    verdict = case.verdict
    key = "\n".join((case.portal_id, case.release.url, verdict.edition, *(entry.sha256 for entry in entries)))
    target = io.BytesIO()
    writer = WARCWriter(target, gzip=True, warc_version="1.1")
    record = writer.create_warcinfo_record(LOOKS, {
        "software": f"policy-syndication {__version__}", "format": "WARC File Format 1.1",
        "description": "records of the looks that decide one verdict, copied byte for byte from the runs' own files",
        "portal": case.portal_id, "release": case.release.url, "edition": verdict.edition,
    })  # fmt: skip
    record.rec_headers.replace_header("WARC-Record-ID", f"<urn:uuid:{uuid5(NAMESPACE_URL, key)}>")
    record.rec_headers.replace_header("WARC-Date", to_text(verdict.judged_at))
    writer.write_record(record)
    return target.getvalue()


def file_name(run_id: str) -> str:
    """A run's id as a file name; it may come from a file that others recorded."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", run_id)[:80].strip(".") or "run"
