"""Evidence: one WARC file a run, every answer with its headers as it came, every failed attempt with its cause.

A record is its own gzip member, so a file that was cut off is whole up to its last complete record, and a record can be
checked alone: `sha256` is that of its `length` bytes from `offset`. Formats: WARC 1.1 (ISO 28500), written by warcio.
A failed attempt is a `metadata` record of the address with the fields `outcome` and `detail`; a 304 is a `revisit`
record that names the record with the body. Headers `Syndication-*` say how the server was reached.
"""

from __future__ import annotations

import hashlib
import io
import os
import zlib
from contextlib import suppress
from dataclasses import dataclass, replace
from http.client import responses as status_phrases
from typing import TYPE_CHECKING
from urllib.parse import quote

from warcio.archiveiterator import ArchiveIterator
from warcio.bufferedreaders import ChunkedDataReader
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from syndication import __version__
from syndication.addresses import address_key
from syndication.clock import from_text, to_text
from syndication.errors import EvidenceError
from syndication.glossary import Certificate, Outcome, Step
from syndication.items import Connection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path
    from typing import BinaryIO

Headers = tuple[tuple[str, str], ...]
FIELDS = "application/warc-fields"
LONGEST_DETAIL = 500  # characters of what is said of a failed attempt
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
FRAME_BYTES = 1 << 20  # read at once of what lies behind the last record
DAMAGED = (ArchiveLoadFailed, EOFError, ValueError, OSError, AttributeError, TypeError, zlib.error)
"""What reading damaged bytes as WARC ends with; warcio 1.8 trips over a record without an address or a length."""
SAFE = ":/?&=#%~!$'()*+,;@[]|"  # what an address may hold beside letters, digits, _ . -


@dataclass(frozen=True)
class Record:
    """One answer or failed attempt, as it lies in a file. `status` is None and `outcome` set for a failed attempt.

    `refers_to` is the id of the record that holds the body of a page that did not change since; `truncated` says that
    the connection ended before the body did.
    """

    evidence_id: str
    url: str
    method: str
    body_key: str
    fetched_at: datetime
    status: int | None
    outcome: Outcome | None
    detail: str
    sha256: str
    offset: int
    length: int
    connection: Connection | None = None
    refers_to: str = ""
    truncated: bool = False


@dataclass(frozen=True)
class RunFile:
    """What a WARC file says of itself (`info`, of its first warcinfo record) and the records it holds.

    `end` is the offset after the last whole record; a file cut off by a kill goes on behind it with half a record.
    `frame` is the SHA-256 of all bytes outside the records: what the file says of itself, and a tail that was cut off.
    """

    path: Path
    info: dict[str, str]
    records: tuple[Record, ...]
    end: int
    frame: str


@dataclass(frozen=True)
class Answer:
    """An archived answer: status, headers and body as they came (still compressed if they came so)."""

    record: Record
    status: int
    headers: Headers
    body: bytes


def body_key(body: bytes) -> str:
    """What tells two requests to one address apart: empty for an empty body."""
    return hashlib.sha256(body).hexdigest()[:16] if body else ""


def chain_lines(previous_hash: str, hashes: Iterable[str]) -> Iterator[bytes]:
    """What a run's hash is taken of, line by line.

    Args:
        previous_hash: of the run before; empty for the first.
        hashes: each record's in file order, and last the frame's (see `RunFile`).
    """
    yield f"{previous_hash}\n".encode()
    for line in hashes:
        yield f"{line}\n".encode()


def chain_hash(records: Iterable[Record], previous_hash: str, frame: str) -> str:
    """The hash that closes a run: SHA-256 over `chain_lines`. With it every byte of the file is fixed."""
    digest = hashlib.sha256()
    for line in chain_lines(previous_hash, (*(record.sha256 for record in records), frame)):
        digest.update(line)
    return digest.hexdigest()


class EvidenceWriter:
    """Appends to one run's file; each record is on disk before its look is stored."""

    def __init__(self, path: Path, info: dict[str, str], *, resume_at: int | None = None) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file: BinaryIO = path.open("r+b" if resume_at is not None else "xb")
        if resume_at is not None:
            self._file.truncate(resume_at)
            self._file.seek(resume_at)
        self._writer = WARCWriter(self._file, gzip=True, warc_version="1.1")
        if resume_at is None:
            fields = {"software": f"policy-syndication {__version__}", "format": "WARC File Format 1.1", **info}
            self._writer.write_record(self._writer.create_warcinfo_record(path.name, fields))
            self.sync()
            _sync_folder(path.parent)

    def sync(self) -> None:
        """Puts on disk what was written so far, so that it outlasts a power cut."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def abandon(self) -> None:
        """Closes the file of a run that can write no more; half a record at its end is left out when it is read."""
        with suppress(OSError):  # what could not be written cannot be now; the run ends with the first such error
            self._file.close()

    def answer(
        self, url: str, method: str, request_body: bytes, at: datetime, status: int, headers: Headers, body: bytes,
        connection: Connection | None = None, refers_to: str = "", truncated: bool = False,
    ) -> Record:
        """Writes an answer; a request other than a plain GET is written beside it, as it tells what was asked."""
        http = StatusAndHeaders(f"{status} {status_phrases.get(status, '')}".rstrip(), list(headers), protocol="HTTP/1.1")
        revisit = {"WARC-Profile": NOT_MODIFIED, "WARC-Refers-To": f"<urn:uuid:{refers_to}>"} if refers_to else {}
        cut = {"WARC-Truncated": "disconnect"} if truncated else {}
        fields = {**_request_fields(method, request_body), **_connection_fields(connection), **revisit, **cut}
        record = self._writer.create_warc_record(
            quote(url, safe=SAFE), "revisit" if refers_to else "response", payload=io.BytesIO(body), length=len(body),
            http_headers=http, warc_headers_dict={"WARC-Date": to_text(at), **fields},
        )  # fmt: skip
        return self._write(record, method, body_key(request_body), at, status, None, "", connection, refers_to, truncated)

    def failure(
        self, url: str, method: str, request_body: bytes, at: datetime, outcome: Outcome, detail: str,
        connection: Connection | None = None,
    ) -> Record:
        """Writes an attempt that got no answer."""
        detail = " ".join(detail.split())[:LONGEST_DETAIL]
        text = f"outcome: {outcome}\r\ndetail: {detail}\r\n".encode()
        record = self._writer.create_warc_record(
            quote(url, safe=SAFE), "metadata", payload=io.BytesIO(text), length=len(text), warc_content_type=FIELDS,
            warc_headers_dict={
                "WARC-Date": to_text(at), **_request_fields(method, request_body), **_connection_fields(connection),
            },
        )  # fmt: skip
        return self._write(record, method, body_key(request_body), at, None, outcome, detail, connection)

    def _write(
        self, record: ArcWarcRecord, method: str, key: str, at: datetime, status: int | None,
        outcome: Outcome | None, detail: str, connection: Connection | None, refers_to: str = "",
        truncated: bool = False,
    ) -> Record:  # fmt: skip
        offset = self._file.tell()
        self._writer.write_record(record)
        self._file.flush()
        length = self._file.tell() - offset
        with self.path.open("rb") as again:
            again.seek(offset)
            sha256 = hashlib.sha256(again.read(length)).hexdigest()
        head = record.rec_headers
        evidence_id = _id(head.get_header("WARC-Record-ID"))
        url = head.get_header("WARC-Target-URI")
        return Record(
            evidence_id, url, method, key, at, status, outcome, detail, sha256, offset, length, connection, refers_to,
            truncated,
        )  # fmt: skip

    def end(self, at: datetime, fields: Mapping[str, str] | None = None) -> None:
        """Closes the file with a record that says when the crawl was over; it is complete on disk afterwards."""
        closing = {"ended-at": to_text(at), **(fields or {})}
        self._writer.write_record(self._writer.create_warcinfo_record(self.path.name, closing))
        self.close()

    def close(self) -> None:
        """Closes the file as it is."""
        self.sync()
        self._file.close()


def _sync_folder(folder: Path) -> None:
    """Puts a new file's name on disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _request_fields(method: str, body: bytes) -> dict[str, str]:
    if method == "GET" and not body:
        return {}
    return {"Syndication-Request-Method": method, "Syndication-Request-Body-Key": body_key(body)}


def _connection_fields(connection: Connection | None) -> dict[str, str]:
    if connection is None:
        return {}
    tls = {"Syndication-TLS": connection.tls} if connection.tls else {}
    return {"Syndication-Step": connection.step, **tls, "Syndication-Certificate": connection.certificate}


def read_run_file(path: Path) -> RunFile:
    """Reads a file's warcinfo and the places of its answers and failed attempts.

    Raises:
        EvidenceError: the file is no WARC file. A tail that was cut off is no error: it is left out.
    """
    info: dict[str, str] = {}
    members: list[tuple[int, int, Record | dict[str, str] | None]] = []
    end = 0
    with path.open("rb") as file:
        iterator = ArchiveIterator(file)
        try:
            for record in iterator:
                kind = record.rec_type
                content = record.content_stream().read() if kind in {"warcinfo", "metadata"} else None
                iterator.read_to_end(record)
                offset, length = iterator.get_record_offset(), iterator.get_record_length()
                if offset < end or length <= 0:  # warcio lost its way in a damaged tail
                    break
                if kind == "warcinfo":
                    members.append((offset, length, _fields(content or b"")))
                elif kind in {"response", "metadata", "revisit"}:
                    members.append((offset, length, _read_record(record, content, offset, length)))
                else:  # a request of another tool's; or a head that was cut off in the middle of its type
                    members.append((offset, length, None))
                end = offset + length
        except DAMAGED as problem:
            if not members:
                raise EvidenceError(
                    f"{path} 不是完好的 WARC 文件。 {path} is not a WARC file ({str(problem)[:120]})"
                ) from problem
    while members and not _is_whole(path, *members[-1][:2]):
        members.pop()
    for *_, fields in members:
        info = {**fields, **info} if isinstance(fields, dict) else info
    records = [record for *_, record in members if isinstance(record, Record)]
    hashed = zip(records, _hashes(path, records), strict=True)
    kept = tuple(replace(record, sha256=sha256) for record, sha256 in hashed)
    return RunFile(path, info, kept, sum(members[-1][:2]) if members else 0, _frame_hash(path, kept))


def _read_record(record: ArcWarcRecord, content: bytes | None, offset: int, length: int) -> Record:
    headers = record.rec_headers
    fields = _fields(content) if content is not None else {}
    status = record.http_headers.get_statuscode() if record.http_headers else None
    return Record(
        evidence_id=_id(headers.get_header("WARC-Record-ID")),
        url=headers.get_header("WARC-Target-URI"),
        method=headers.get_header("Syndication-Request-Method") or "GET",
        body_key=headers.get_header("Syndication-Request-Body-Key") or "",
        fetched_at=from_text(headers.get_header("WARC-Date")[:19] + "Z"),
        status=int(status) if status and status.isdigit() else None,
        outcome=Outcome(fields["outcome"]) if "outcome" in fields else None,
        detail=fields.get("detail", ""),
        sha256="",
        offset=offset,
        length=length,
        connection=_read_connection(headers),
        refers_to=_id(headers.get_header("WARC-Refers-To") or ""),
        truncated=headers.get_header("WARC-Truncated") == "disconnect",
    )


def _read_connection(headers: StatusAndHeaders) -> Connection | None:
    step = headers.get_header("Syndication-Step")
    if not step:
        return None
    certificate = headers.get_header("Syndication-Certificate") or Certificate.NONE
    return Connection(Step(step), headers.get_header("Syndication-TLS") or "", Certificate(certificate))


def _id(uri: str) -> str:
    return uri.strip("<>").removeprefix("urn:uuid:")


def _hashes(path: Path, records: Sequence[Record]) -> Iterator[str]:
    with path.open("rb") as file:
        for record in records:
            file.seek(record.offset)
            yield hashlib.sha256(file.read(record.length)).hexdigest()


def _frame_hash(path: Path, records: Sequence[Record]) -> str:
    digest, at = hashlib.sha256(), 0
    with path.open("rb") as file:
        for record in records:
            digest.update(file.read(record.offset - at))
            at = file.seek(record.offset + record.length)
        while rest := file.read(FRAME_BYTES):
            digest.update(rest)
    return digest.hexdigest()


def _is_whole(path: Path, offset: int, length: int) -> bool:
    """Whether a gzip member has its end; warcio misses neither a cut checksum nor half a head."""
    with path.open("rb") as file:
        file.seek(offset)
        raw = file.read(length)
    if not raw.startswith(b"\x1f\x8b"):
        return True
    member = zlib.decompressobj(wbits=31)
    try:
        member.decompress(raw)
    except zlib.error:
        return False
    return member.eof


def _fields(content: bytes) -> dict[str, str]:
    pairs = (line.partition(":") for line in content.decode("utf-8", "replace").splitlines() if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def read_answer(path: Path, record: Record) -> Answer:
    """The answer that a record holds. Raises EvidenceError where the file no longer agrees with the record."""
    with path.open("rb") as file:
        file.seek(record.offset)
        raw = file.read(record.length)
    if hashlib.sha256(raw).hexdigest() != record.sha256:
        raise EvidenceError(
            f"证据文件 {path} 第 {record.offset} 字节起的记录已与登记的 SHA-256 不符，请运行 syndication evidence verify。 "
            f"{path}: the record at byte {record.offset} ({record.url}) no longer has its SHA-256"
        )
    for found in ArchiveIterator(io.BytesIO(raw)):
        headers = tuple((name, value) for name, value in found.http_headers.headers)
        body = found.raw_stream.read()
        if any(name.lower() == "transfer-encoding" and "chunked" in value.lower() for name, value in headers):
            body = ChunkedDataReader(io.BytesIO(body)).read() if _is_chunked(body) else body
        return Answer(record, int(found.http_headers.get_statuscode()), headers, body)
    raise EvidenceError(f"{path}: no record at byte {record.offset}")


def _is_chunked(body: bytes) -> bool:
    """Whether a body still has its chunk marks (other tools keep them; we write bodies without)."""
    size = body.split(b"\r\n", 1)[0].split(b";", 1)[0].strip()
    try:
        return bool(size) and int(size, 16) < len(body)
    except ValueError:
        return False


class Archive:
    """The records of one run's file by address, as replay and an interrupted run's second start ask for them.

    The last record of an address counts: it is what a look ended with after its repetitions. http and https are one.
    """

    def __init__(self, run_file: RunFile) -> None:
        self.run_file = run_file
        self._by_request: dict[tuple[str, str, str], list[Record]] = {}
        for record in run_file.records:
            self._by_request.setdefault((record.method, address_key(record.url), record.body_key), []).append(record)

    def has_address(self, url: str) -> bool:
        """Whether any request of an address is there."""
        wanted = address_key(url)
        return any(key == wanted for _, key, _ in self._by_request)

    def find(self, url: str, method: str, request_body: bytes) -> Record | None:
        """The record of a request, or None if the file lacks it."""
        found = self.all(url, method, request_body)
        return found[-1] if found else None

    def all(self, url: str, method: str, request_body: bytes) -> Sequence[Record]:
        """The records of all attempts at a request, the repetitions and the steps of the ladder, in order of time."""
        return self._by_request.get((method, address_key(url), body_key(request_body)), ())
