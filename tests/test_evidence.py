"""Evidence files: what is written is read again, a cut tail is left out, a changed byte is found."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import zlib
from datetime import UTC, datetime

import pytest

from syndication.errors import EvidenceError
from syndication.evidence import Archive, EvidenceWriter, chain_hash, chain_lines, read_answer, read_run_file
from syndication.glossary import Outcome

AT = datetime(2026, 3, 2, 18, 15, tzinfo=UTC)
BODY = "样例正文".encode("gb18030")


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "evidence" / "run.warc.gz"
    writer = EvidenceWriter(path, {"run-id": "run", "kind": "nightly"})
    headers = (("Content-Type", "text/html"), ("Set-Cookie", "a=b"), ("Set-Cookie", "c=d"))
    records = [
        writer.answer("http://portal.example/列表?a=1", "GET", b"", AT, 200, headers, BODY),
        writer.answer("http://portal.example/list", "POST", b"page=2", AT, 521, (), b""),
        writer.failure("http://dead.example/", "GET", b"", AT, Outcome.DNS, "no such\nname"),
    ]
    writer.close()
    return path, records


def test_what_was_written_is_read(written):
    path, records = written
    run_file = read_run_file(path)
    assert list(run_file.records) == records
    assert run_file.info["run-id"] == "run"
    assert run_file.end == path.stat().st_size
    answer = read_answer(path, run_file.records[0])
    assert (answer.status, answer.body) == (200, BODY)
    assert [value for name, value in answer.headers if name == "Set-Cookie"] == ["a=b", "c=d"]
    assert (run_file.records[2].outcome, run_file.records[2].detail) == (Outcome.DNS, "no such name")


def test_public_tools_find_the_file_sound(written):
    command = [sys.executable, "-m", "warcio.cli", "check", str(written[0])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_requests_are_told_apart_by_method_and_body(written):
    archive = Archive(read_run_file(written[0]))
    assert archive.find("http://portal.example/list", "POST", b"page=2").status == 521
    assert archive.find("http://portal.example/list", "POST", b"page=3") is None
    assert archive.find("http://portal.example/list", "GET", b"") is None
    assert archive.find("https://dead.example/", "GET", b"").outcome is Outcome.DNS


@pytest.mark.parametrize("cut", [1, 9, 60])
def test_a_tail_that_was_cut_off_is_left_out(written, cut):
    path, records = written
    path.write_bytes(path.read_bytes()[:-cut])
    run_file = read_run_file(path)
    assert list(run_file.records) == records[:2]
    writer = EvidenceWriter(path, {}, resume_at=run_file.end)
    again = writer.failure("http://dead.example/", "GET", b"", AT, Outcome.DNS, "no such name")
    writer.end(AT)
    whole = read_run_file(path)
    assert list(whole.records) == [*records[:2], again]
    assert "ended-at" in whole.info


def test_a_file_cut_off_at_any_byte_goes_on_without_a_gap(written):
    """Half a head may look like a record of another kind: it is no place to go on from either."""
    path, records = written
    whole = path.read_bytes()
    for at in range(records[1].offset, len(whole)):
        path.write_bytes(whole[:at])
        run_file = read_run_file(path)
        assert list(run_file.records) == [record for record in records if record.offset + record.length <= at]
        assert "ended-at" not in run_file.info
        writer = EvidenceWriter(path, {}, resume_at=run_file.end)
        writer.end(AT)
        assert sum(1 for _ in members(path.read_bytes())) == len(run_file.records) + 2, at
        assert read_run_file(path).records == run_file.records


def members(raw):
    """Every gzip member of a file; raises zlib.error for bytes that are none."""
    while raw:
        member = zlib.decompressobj(wbits=31)
        member.decompress(raw)
        assert member.eof
        yield member
        raw = member.unused_data


def test_no_damage_behind_the_sound_records_takes_them_away(written):
    path, records = written
    whole, chance = path.read_bytes(), random.Random(20261124)
    for _ in range(300):
        at = chance.randint(records[0].offset, len(whole) - 1)
        tails = (bytes(chance.randint(0, 6000)), chance.randbytes(3000), whole[at + chance.randint(1, 99) :], whole)
        path.write_bytes(whole[:at] + chance.choice(tails))
        sound = [record for record in records if record.offset + record.length <= at]
        run_file = read_run_file(path)
        assert list(run_file.records[: len(sound)]) == sound
        EvidenceWriter(path, {}, resume_at=run_file.end).end(AT)
        assert len(list(members(path.read_bytes()))) >= len(sound) + 2


def test_a_changed_byte_is_found(written):
    path, _ = written
    record = read_run_file(path).records[0]
    content = bytearray(path.read_bytes())
    content[record.offset + record.length - 12] ^= 1
    path.write_bytes(content)
    with pytest.raises(EvidenceError, match="no longer has its SHA-256"):
        read_answer(path, record)


def test_the_chain_rests_on_every_record_and_on_the_run_before(written):
    path, records = written
    frame = read_run_file(path).frame
    chain = chain_hash(records, "", frame)
    assert chain != chain_hash(records[:2], "", frame)
    assert chain != chain_hash(records, "0" * 64, frame)
    assert chain != chain_hash([records[1], records[0], records[2]], "", frame)
    assert chain == hashlib.sha256(b"".join(chain_lines("", [*(one.sha256 for one in records), frame]))).hexdigest()


def test_the_frame_holds_every_byte_outside_the_records(written):
    path, records = written
    whole = path.read_bytes()
    outside = whole[: records[0].offset] + whole[records[-1].offset + records[-1].length :]
    assert read_run_file(path).frame == hashlib.sha256(outside).hexdigest()
    path.write_bytes(whole + b"half a record")
    assert read_run_file(path).frame == hashlib.sha256(outside + b"half a record").hexdigest()


def test_a_file_that_is_no_warc_is_named(tmp_path):
    path = tmp_path / "x.warc.gz"
    path.write_text("hello", encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"x\.warc\.gz is not a WARC file"):
        read_run_file(path)
