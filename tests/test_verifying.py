"""Verification of evidence: what is sound passes, one changed byte anywhere is found and named."""

from __future__ import annotations

import random
import shutil
import sqlite3
import tracemalloc
from contextlib import closing
from datetime import UTC, datetime

import pytest
from evidence_data import copied, replayed

from syndication.errors import EvidenceError
from syndication.evidence import EvidenceWriter, chain_hash, read_run_file
from syndication.store import Store
from syndication.store.ledger import Ledger
from syndication.verifying import BrokenEvidenceError, verify

AT = datetime(2026, 3, 2, 18, 15, tzinfo=UTC)


@pytest.fixture(scope="session")
def sound(syndication, tmp_path_factory):
    return replayed(syndication, tmp_path_factory)


@pytest.fixture
def folder(sound, tmp_path):
    return copied(sound, tmp_path / "data")


def check(folder, *runs):
    with closing(sqlite3.connect(folder / "syndication.db")) as connection:
        return verify(folder, Ledger(connection), runs)


def change(folder, query, *parameters):
    with closing(sqlite3.connect(folder / "syndication.db")) as connection, connection:
        assert connection.execute(query, parameters).rowcount == 1


def ask(folder, query, *parameters):
    with closing(sqlite3.connect(folder / "syndication.db")) as connection:
        return connection.execute(query, parameters).fetchall()


def test_what_is_sound_passes(sound, syndication):
    said = syndication("evidence", "verify", "--data", sound).stdout
    files = list((sound / "evidence").iterdir())
    records = ask(sound, "SELECT count(*) FROM evidence")[0][0]
    assert f"证据完好：批次 {len(files)} 个，记录 {records} 条" in said
    done = check(sound)
    assert (done.runs, done.size, done.open_runs) == (len(files), sum(path.stat().st_size for path in files), ())


def test_one_run_alone(sound):
    run = ask(sound, "SELECT run_id FROM runs ORDER BY started_at LIMIT 1 OFFSET 3")[0][0]
    assert check(sound, run).runs == 1


def test_a_run_that_is_not_there_is_named(sound, syndication):
    said = syndication("evidence", "verify", "nobody", "--data", sound, status=1).stderr
    assert "There is no run nobody" in said
    assert "Traceback" not in said


def test_one_changed_byte_is_found_and_named_by_file_byte_address_and_run(folder, syndication):
    run, file, offset, length, url = ask(
        folder, "SELECT run_id, file, offset, length, url FROM evidence ORDER BY fetched_at DESC, offset DESC LIMIT 1"
    )[0]
    flip(folder / file, offset + length // 2)
    said = syndication("evidence", "verify", "--data", folder, status=1).stderr
    for part in (run, file, f"byte {offset}", url, "证据校验未通过"):
        assert part in said
    assert "Traceback" not in said


def flip(path, place, bit=1):
    with path.open("r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ bit]))


def test_any_byte_of_any_file(folder):
    """Also those of gzip heads, of the file's first and last record, and bits that no checksum covers."""
    chance = random.Random(20261124)
    files = sorted((folder / "evidence").iterdir())
    heads = [(files[0], place, 1 << place % 8) for place in range(0, 320, 7)]
    anywhere = [
        (path, chance.randrange(path.stat().st_size), 1 << chance.randrange(8)) for path in chance.choices(files, k=60)
    ]
    tails = [(path, path.stat().st_size - 1 - chance.randrange(12), 0x80) for path in chance.sample(files, 5)]
    for path, place, bit in heads + anywhere + tails:
        flip(path, place, bit)
        with pytest.raises(BrokenEvidenceError) as found:
            check(folder)
        flip(path, place, bit)
        assert found.value.file == f"evidence/{path.name}"
        noted = ask(
            folder, "SELECT offset, url FROM evidence WHERE file = ? AND offset <= ? AND offset + length > ?",
            found.value.file, place, place,
        )  # fmt: skip
        if noted:
            assert (found.value.offset, found.value.url) == noted[0]
    assert check(folder).runs == len(files)


def test_of_two_broken_places_the_first_is_named(folder):
    (run, file, early), (_, _, late) = ask(
        folder, "SELECT run_id, file, offset FROM evidence WHERE run_id ="
                " (SELECT run_id FROM runs ORDER BY started_at LIMIT 1) ORDER BY offset LIMIT 2"
    )  # fmt: skip
    flip(folder / file, late + 30)
    flip(folder / file, early + 30)
    with pytest.raises(BrokenEvidenceError) as found:
        check(folder)
    assert (found.value.run, found.value.offset) == (run, early)


def test_a_file_that_was_cut_lengthened_or_removed(folder):
    path = sorted((folder / "evidence").iterdir())[4]
    whole = path.read_bytes()
    for content in (whole[:-1], whole[: len(whole) // 2], whole + b"\0", whole + whole[:400], b""):
        path.write_bytes(content)
        with pytest.raises(BrokenEvidenceError, match=path.name.replace("+", r"\+")):
            check(folder)
    path.unlink()
    with pytest.raises(BrokenEvidenceError, match="cannot be read: No such file"):
        check(folder)


def test_a_record_that_the_store_lacks_is_named(folder):
    evidence_id, offset, url = ask(folder, "SELECT evidence_id, offset, url FROM evidence WHERE http_status = 521")[0]
    with closing(sqlite3.connect(folder / "syndication.db")) as connection, connection:
        connection.execute("UPDATE observations SET evidence_id = NULL WHERE evidence_id = ?", (evidence_id,))
    change(folder, "DELETE FROM evidence WHERE evidence_id = ?", evidence_id)
    with pytest.raises(BrokenEvidenceError, match="the store lacks this record") as found:
        check(folder)
    assert (found.value.offset, found.value.url) == (offset, url)


def test_a_row_without_bytes_is_named(folder):
    run, file = ask(folder, "SELECT run_id, evidence_file FROM runs ORDER BY started_at DESC LIMIT 1")[0]
    size = (folder / file).stat().st_size
    change(
        folder, "INSERT INTO evidence (evidence_id, run_id, url, fetched_at, http_status, sha256, file, offset, length)"
                " VALUES ('x', ?, 'http://invented.example/', '2026-03-02T18:15:00Z', 200, 'no', ?, ?, 100)",
        run, file, size,
    )  # fmt: skip
    with pytest.raises(BrokenEvidenceError, match=r"invented\.example") as found:
        check(folder)
    assert found.value.offset == size


def test_a_hash_that_was_changed_with_its_bytes_breaks_the_chain(folder):
    """Whoever changes a record and its row has not changed the run's hash."""
    import hashlib

    evidence_id, file, offset, length = ask(folder, "SELECT evidence_id, file, offset, length FROM evidence LIMIT 1")[0]
    flip(folder / file, offset + length - 9)
    raw = (folder / file).read_bytes()[offset : offset + length]
    change(folder, "UPDATE evidence SET sha256 = ? WHERE evidence_id = ?", hashlib.sha256(raw).hexdigest(), evidence_id)
    with pytest.raises(BrokenEvidenceError, match="the run's row, were changed"):
        check(folder)


def test_a_run_that_was_taken_out_is_missed_by_the_next(folder):
    run, file = ask(folder, "SELECT run_id, evidence_file FROM runs ORDER BY started_at LIMIT 1 OFFSET 2")[0]
    following = ask(folder, "SELECT run_id FROM runs ORDER BY started_at LIMIT 1 OFFSET 3")[0][0]
    with closing(sqlite3.connect(folder / "syndication.db")) as connection, connection:
        connection.execute("DELETE FROM evidence WHERE run_id = ?", (run,))
        connection.execute("DELETE FROM runs WHERE run_id = ?", (run,))
    (folder / file).unlink()
    with pytest.raises(BrokenEvidenceError, match="the run before it was removed or changed") as found:
        check(folder)
    assert found.value.run == following


def test_a_file_of_no_run_is_named(folder):
    path = sorted((folder / "evidence").iterdir())[0]
    shutil.copyfile(path, path.with_name("hidden.warc.gz"))
    with pytest.raises(BrokenEvidenceError, match=r"hidden\.warc\.gz.*belongs to no run"):
        check(folder)


@pytest.fixture
def written(tmp_path):
    """A folder with one run of our own writing; `close` closes it as a run does."""
    folder = tmp_path / "own"
    folder.mkdir()
    store = Store(folder)
    path = folder / "evidence" / "one.warc.gz"
    store.start_run("one", "nightly", AT, "evidence/one.warc.gz", "0")
    writer = EvidenceWriter(path, {"run-id": "one", "kind": "nightly"})

    def close(state="done"):
        run_file = read_run_file(path)
        store.add_evidence("one", "evidence/one.warc.gz", run_file.records)
        digest = chain_hash(run_file.records, store.previous_hash("one"), run_file.frame)
        store.finish_run("one", state, AT, len(run_file.records), digest)

    yield folder, store, writer, close
    store.close()


def test_a_run_under_way_is_checked_as_far_as_it_is_noted(written):
    folder, store, writer, _ = written
    first = writer.answer("http://portal.example/", "GET", b"", AT, 200, (), b"one")
    store.add_evidence("one", "evidence/one.warc.gz", [first])
    store.commit()
    writer.answer("http://portal.example/2", "GET", b"", AT, 200, (), b"two")
    done = check(folder)
    assert (done.records, done.open_runs) == (1, ("one",))
    flip(folder / "evidence" / "one.warc.gz", first.offset + 20)
    writer.close()
    with pytest.raises(BrokenEvidenceError):
        check(folder)


def test_half_a_record_at_the_end_of_an_interrupted_run_is_sound(written):
    folder, _, writer, close = written
    writer.answer("http://portal.example/", "GET", b"", AT, 200, (), b"one")
    cut = writer.answer("http://portal.example/2", "GET", b"", AT, 200, (), b"two" * 500)
    writer.close()
    path = folder / "evidence" / "one.warc.gz"
    path.write_bytes(path.read_bytes()[: cut.offset + cut.length - 20])
    close("interrupted")
    assert check(folder).records == 1
    flip(path, cut.offset + 40)
    with pytest.raises(BrokenEvidenceError):
        check(folder)


def test_memory_does_not_grow_with_a_record(written):
    folder, _, writer, close = written
    writer.answer("http://portal.example/", "GET", b"", AT, 200, (), random.Random(1).randbytes(24_000_000))
    writer.end(AT)
    close()
    tracemalloc.start()
    done = check(folder)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert done.size > 24_000_000
    assert peak < 5_000_000


def test_a_run_that_was_closed_before_its_file_began_is_sound(written):
    folder, store, writer, _ = written
    writer.close()
    (folder / "evidence" / "one.warc.gz").unlink()
    store.finish_run("one", "interrupted", AT, 0, "")
    assert check(folder).runs == 1


def test_a_run_that_asked_nobody_has_no_file_to_check(folder):
    change(folder, "INSERT INTO runs (run_id, kind, started_at, finished_at, state, evidence_file, previous_hash,"
                   " program_version) VALUES ('again', 'rejudge', '2026-03-12T00:00:00Z', '2026-03-12T00:00:00Z', 'done', '',"
                   " '', '0')")  # fmt: skip
    (folder.parent / "another.warc.gz").write_bytes(b"beside the data folder, none of ours")
    assert check(folder).open_runs == ()


def test_an_evidence_error_is_one_line(sound, tmp_path, syndication):
    said = syndication("evidence", "verify", "--data", tmp_path, status=1).stderr
    assert "there is no database" in said
    assert issubclass(BrokenEvidenceError, EvidenceError)
