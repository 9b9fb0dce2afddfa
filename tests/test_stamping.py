"""Time stamps (RFC 3161): fetched at a run's end from an authority of our own on loopback, checked, and never in the way."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing

import pytest
from evidence_data import Authority, copied, replayed, serving, verdicts

from syndication import stamping
from syndication.errors import EvidenceError
from syndication.rehearsal.build import build
from syndication.rehearsal.cast import story
from syndication.rehearsal.fleet import Fleet
from syndication.rehearsal.live import serving as serving_fleet
from syndication.stamping import CATCH_UP, stamp_runs, token_path
from syndication.store.ledger import Ledger
from syndication.verifying import BrokenEvidenceError, verify

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is needed to act as an authority")


@pytest.fixture(scope="session")
def sound(syndication, tmp_path_factory):
    return replayed(syndication, tmp_path_factory)


@pytest.fixture
def folder(sound, tmp_path):
    return copied(sound, tmp_path / "data")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture(scope="module")
def desk(authority):
    with serving(authority) as url:
        yield url


@pytest.fixture
def asked(authority, desk):
    yield stamping.authority({"SYNDICATION_TSA_URL": desk, "SYNDICATION_TSA_ROOT": str(authority.root)})
    authority.answer = None


def stamp(folder, asked):
    with closing(sqlite3.connect(folder / "syndication.db")) as connection:
        return stamp_runs(folder, Ledger(connection), asked)


def check(folder, root=None):
    with closing(sqlite3.connect(folder / "syndication.db")) as connection:
        return verify(folder, Ledger(connection), root=root)


def tokens(folder):
    return sorted(path.name for path in (folder / "evidence").glob("*.tsr"))


def test_off_by_default():
    assert stamping.authority({}) is None


def test_an_address_that_cannot_be_asked_is_refused():
    with pytest.raises(EvidenceError, match="SYNDICATION_TSA_URL must be a web address"):
        stamping.authority({"SYNDICATION_TSA_URL": "file:///etc/passwd"})


def test_the_newest_runs_are_stamped_and_verified(folder, asked, authority):
    assert stamp(folder, asked) == stamping.Stamped(CATCH_UP, 0)
    newest = sorted(path.name for path in (folder / "evidence").glob("*.warc.gz"))[-CATCH_UP:]
    assert tokens(folder) == [token_path(folder / name).name for name in newest]
    assert check(folder, authority.root).tokens == CATCH_UP
    assert check(folder).tokens == CATCH_UP


def test_a_token_is_checked_by_openssl_alone(folder, asked, authority, syndication, tmp_path):
    stamp(folder, asked)
    (*_, verdict) = verdicts(folder, judged_status="late")
    syndication("evidence", "pack", verdict, "-o", tmp_path / "pack.zip", "--data", folder)
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        archive.extractall(tmp_path / "opened")
    stamped = sorted((tmp_path / "opened" / "runs").glob("*.tsr"))
    assert stamped
    assert "openssl ts -verify" in (tmp_path / "opened" / "README.txt").read_text(encoding="utf-8")
    for token in stamped:
        command = ["openssl", "ts", "-verify", "-data", token.with_suffix(".chain"), "-in", token, "-CAfile", authority.root]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert "Verification: OK" in done.stdout + done.stderr


def test_one_that_does_not_answer_is_noted_and_asked_again(folder, asked):
    nobody = stamping.Authority("http://127.0.0.1:9/", None)
    first = stamp(folder, nobody)
    assert (first.got, first.lacking) == (0, CATCH_UP)
    assert "did not answer" in first.problem
    assert tokens(folder) == []
    assert stamp(folder, asked).got == CATCH_UP


@pytest.mark.parametrize("answer", [b"", b"<html>busy</html>", b"\x30\x05\x30\x03\x02\x01\x02", b"x" * 300_000])
def test_an_answer_that_is_no_token_is_not_kept(folder, asked, authority, answer):
    authority.answer = answer
    said = stamp(folder, asked)
    assert said.got == 0
    assert said.problem
    assert tokens(folder) == []


def test_an_answer_to_an_earlier_request_is_not_kept(folder, asked, authority):
    stamp(folder, asked)
    old = (folder / "evidence" / tokens(folder)[-1]).read_bytes()
    for name in tokens(folder):
        (folder / "evidence" / name).unlink()
    authority.answer = old
    assert "its nonce differs" in stamp(folder, asked).problem
    assert tokens(folder) == []


def test_an_authority_of_another_root_is_not_believed(folder, asked, authority, tmp_path):
    (tmp_path / "tsa").mkdir()
    other = Authority(tmp_path / "tsa")
    said = stamp(folder, stamping.Authority(asked.url, other.root))
    assert "does not lead to" in said.problem
    stamp(folder, asked)
    with pytest.raises(BrokenEvidenceError, match="does not lead to"):
        check(folder, other.root)


def test_probes_are_vouched_for_by_the_next_night(folder, asked):
    with closing(sqlite3.connect(folder / "syndication.db")) as db, db:
        newest = [row[0] for row in db.execute("SELECT run_id FROM runs ORDER BY started_at DESC LIMIT 4")]
        db.executemany("UPDATE runs SET kind = 'probe' WHERE run_id = ?", [(run,) for run in newest[:3]])
    stamp(folder, asked)
    assert tokens(folder)[-1] == f"{newest[3]}.tsr"


def test_a_token_of_another_run_is_found(folder, asked):
    stamp(folder, asked)
    first, second = (folder / "evidence" / name for name in tokens(folder)[:2])
    shutil.copyfile(second, first)
    with pytest.raises(BrokenEvidenceError, match="the token is for another hash") as found:
        check(folder)
    assert found.value.file == first.name


def test_damaged_evidence_is_not_stamped(folder, asked):
    path = sorted((folder / "evidence").glob("*.warc.gz"))[-1]
    content = bytearray(path.read_bytes())
    content[3] ^= 1
    path.write_bytes(content)
    assert "no longer has its hash" in stamp(folder, asked).problem
    assert tokens(folder) == []


def test_without_the_package_it_is_said_and_nothing_fails(folder, asked, monkeypatch):
    stamp(folder, asked)
    monkeypatch.setattr(stamping, "find_spec", lambda name: None)
    done = check(folder)
    assert (done.tokens, done.unchecked_tokens) == (0, CATCH_UP)
    (folder / "evidence" / tokens(folder)[-1]).unlink()
    assert "rfc3161-client is missing" in stamp(folder, asked).problem


def night(folder, port, monkeypatch, at, **variables):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    command = [sys.executable, "-m", "syndication.rehearsal.live", "--data", str(folder), "--port", str(port), "--at", at]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_a_night_stamps_its_run_and_what_an_earlier_one_could_not(authority, desk, tmp_path, monkeypatch, syndication):
    fleet = build(tmp_path / "rehearsal")
    folder = tmp_path / "data"
    folder.mkdir()
    for path in fleet.data.glob("*.csv"):
        shutil.copyfile(path, folder / path.name)
    monkeypatch.setenv("SYNDICATION_TSA_ROOT", str(authority.root))
    with serving_fleet(Fleet(story())) as port:
        said = night(folder, port, monkeypatch, "2026-03-02T18:15:00Z", SYNDICATION_TSA_URL="http://127.0.0.1:9/")
        assert "可信时间戳未取得（1 个批次" in said
        assert tokens(folder) == []
        night(folder, port, monkeypatch, "2026-03-03T06:15:00Z", SYNDICATION_TSA_URL=desk)
    assert len(tokens(folder)) == 2
    said = syndication("evidence", "verify", "--data", folder).stdout
    assert "时间戳 2 个，与批次哈希相符（已核对到根证书）" in said


def test_the_pack_names_the_hash_that_was_stamped(folder, asked, syndication, tmp_path):
    stamp(folder, asked)
    (*_, verdict) = verdicts(folder, judged_status="late")
    syndication("evidence", "pack", verdict, "-o", tmp_path / "pack.zip", "--data", folder)
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        runs = json.loads(archive.read("verdict.json"))["runs"]
        names = archive.namelist()
    assert any(run["chain"].replace(".chain", ".tsr") in names for run in runs)
