"""Packs: they open and verify with public tools alone, hold the runs' own bytes, and are the same at every packing."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import zipfile

import pytest
from evidence_data import copied, one_of_each_cause, replayed, verdicts
from warcio.archiveiterator import ArchiveIterator

from syndication.packing import file_name
from syndication.rehearsal.build import build


@pytest.fixture(scope="session")
def folder(syndication, tmp_path_factory):
    return replayed(syndication, tmp_path_factory)


@pytest.fixture(scope="session")
def pack(folder, syndication, tmp_path_factory):
    """The pack of a late verdict with a backdated posting: the zip and where it was unpacked."""
    target = tmp_path_factory.mktemp("pack") / "late.zip"
    (verdict, *_) = verdicts(folder, judged_status="late", cause="backdated")
    said = syndication("evidence", "pack", verdict, "-o", target, "--data", folder).stdout
    assert f"已写入 {target}" in said
    opened = target.with_suffix("")
    with zipfile.ZipFile(target) as archive:
        archive.extractall(opened)
    return target, opened


def run(command, cwd):
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_public_tools_find_a_pack_sound(pack):
    _, opened = pack
    summed = run(["sha256sum", "-c", "SHA256SUMS"], opened)
    assert summed.returncode == 0, summed.stderr
    files = {path.relative_to(opened).as_posix() for path in opened.rglob("*") if path.is_file()}
    assert {line.rsplit(": ", 1)[0] for line in summed.stdout.splitlines()} == files - {"SHA256SUMS"}
    checked = run([sys.executable, "-m", "warcio.cli", "check", "looks.warc.gz"], opened)
    assert checked.returncode == 0, checked.stdout


def test_the_sum_of_a_chain_is_the_hash_of_its_run(pack, folder):
    _, opened = pack
    runs = json.loads((opened / "verdict.json").read_text(encoding="utf-8"))["runs"]
    assert runs
    for one in runs:
        lines = (opened / one["chain"]).read_bytes()
        assert hashlib.sha256(lines).hexdigest() == one["evidence_hash"]
        assert lines.split(b"\n", 1)[0].decode() == one["previous_hash"]


def test_the_way_that_the_readme_tells_finds_every_record_in_a_chain(pack):
    _, opened = pack
    readme = (opened / "README.txt").read_text(encoding="utf-8")
    loop = readme[readme.index("while IFS") : readme.index("done < records.tsv")] + "done < records.tsv"
    said = run(["sh", "-c", loop], opened)
    records = (opened / "records.tsv").read_text(encoding="utf-8").splitlines()
    assert [line.split(" ")[0] for line in said.stdout.splitlines()] == ["一致"] * len(records), said.stderr
    table = opened / "records.tsv"
    whole = table.read_text(encoding="utf-8")
    try:
        table.write_text(whole.replace(records[0].split("\t")[2], "0" * 64), encoding="utf-8")
        assert "不一致" in run(["sh", "-c", loop], opened).stdout
    finally:
        table.write_text(whole, encoding="utf-8")


def test_records_are_the_runs_own_bytes(pack, folder):
    _, opened = pack
    looks = (opened / "looks.warc.gz").read_bytes()
    for one in json.loads((opened / "verdict.json").read_text(encoding="utf-8"))["records"]:
        own = (folder / one["file"]).read_bytes()[one["offset"] : one["offset"] + one["length"]]
        assert looks[one["pack_offset"] : one["pack_offset"] + one["pack_length"]] == own


def test_a_pack_says_first_what_it_is(pack):
    _, opened = pack
    with (opened / "looks.warc.gz").open("rb") as file:
        first = next(iter(ArchiveIterator(file)))
        assert first.rec_type == "warcinfo"
        assert b"policy-syndication" in first.content_stream().read()


def test_the_same_verdict_gives_the_same_bytes(pack, folder, syndication, tmp_path):
    target, opened = pack
    verdict = json.loads((opened / "verdict.json").read_text(encoding="utf-8"))["verdict"]["verdict_id"]
    elsewhere = copied(folder, tmp_path / "elsewhere")
    syndication("evidence", "pack", verdict, "-o", tmp_path / "again.zip", "--data", elsewhere)
    assert (tmp_path / "again.zip").read_bytes() == target.read_bytes()


def test_the_timeline_as_a_page_loads_and_runs_nothing(pack):
    page = (pack[1] / "timeline.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "href" not in page
    assert "src=" not in page.replace("default-src", "")


def test_a_verdict_tells_its_rule_and_program(pack):
    told = json.loads((pack[1] / "verdict.json").read_text(encoding="utf-8"))
    assert told["edition"]["id"] == "inspection-24h"
    assert told["edition"]["basis"]["quote"]
    assert told["program"].startswith("policy-syndication ")
    assert told["verdict"]["judged_status"] == "late"
    cards = json.loads((pack[1] / "match-cards.json").read_text(encoding="utf-8"))
    assert cards[0]["card"]


def test_every_kind_of_verdict_can_be_packed(folder, tmp_path):
    from syndication.packing import write_pack
    from syndication.rules import load_rules
    from syndication.store.ledger import Ledger
    from syndication.store.proof import ProofRows
    from syndication.store.reading import snapshot

    editions = {one.id: one for one in load_rules(folder).editions}
    with snapshot(folder / "syndication.db") as connection:
        for verdict in one_of_each_cause(folder):
            case = ProofRows(connection).case(verdict)
            target = tmp_path / f"{verdict}.zip"
            packed = write_pack(case, editions[case.verdict.edition], Ledger(connection), folder, target)
            assert packed.records >= packed.looks >= 1
            assert zipfile.ZipFile(target).testzip() is None


def test_a_damaged_record_is_named_and_the_earlier_pack_stays(folder, pack, syndication, tmp_path):
    damaged = copied(folder, tmp_path / "data")
    told = json.loads((pack[1] / "verdict.json").read_text(encoding="utf-8"))
    record = told["records"][2]
    path = damaged / record["file"]
    content = bytearray(path.read_bytes())
    content[record["offset"] + 40] ^= 1
    path.write_bytes(content)
    target = tmp_path / "old.zip"
    target.write_bytes(b"an earlier pack")
    said = syndication("evidence", "pack", told["verdict"]["verdict_id"], "-o", target, "--data", damaged, status=1).stderr
    for part in (record["file"], f"byte {record['offset']}", record["url"], record["run_id"]):
        assert part in said
    assert target.read_bytes() == b"an earlier pack"
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []


def test_a_folder_that_is_not_there_is_one_line(folder, syndication, tmp_path):
    said = syndication("evidence", "pack", 1, "-o", tmp_path / "no" / "x.zip", "--data", folder, status=1).stderr
    assert "Cannot write" in said
    assert "Traceback" not in said


def test_an_edition_that_rules_lack_is_named(folder, syndication, tmp_path):
    other = copied(folder, tmp_path / "data")
    text = (other / "rules.toml").read_text(encoding="utf-8") if (other / "rules.toml").is_file() else packaged_rules()
    (other / "rules.toml").write_text(text.replace('id = "inspection-24h"', 'id = "other-24h"'), encoding="utf-8")
    (verdict, *_) = verdicts(folder, edition="inspection-24h")
    said = syndication("evidence", "pack", verdict, "-o", tmp_path / "x.zip", "--data", other, status=1).stderr
    assert "lacks the edition inspection-24h" in said


def packaged_rules():
    from syndication.registry import default_file

    return default_file("rules.toml").read_text(encoding="utf-8")


def test_records_of_uncompressed_files_are_packed_as_members_of_their_own(syndication, tmp_path):
    fleet = build(tmp_path / "rehearsal")
    data = tmp_path / "data"
    data.mkdir()
    for path in fleet.data.glob("*.csv"):
        shutil.copyfile(path, data / path.name)
    (tmp_path / "looks").mkdir()
    for path in sorted(fleet.looks.iterdir())[:3]:
        (tmp_path / "looks" / path.name.removesuffix(".gz")).write_bytes(gzip.decompress(path.read_bytes()))
    syndication("replay", tmp_path / "looks", "--data", data)
    syndication("evidence", "verify", "--data", data)
    (verdict, *_) = verdicts(data, judged_status="on_time")
    syndication("evidence", "pack", verdict, "-o", tmp_path / "pack.zip", "--data", data)
    with zipfile.ZipFile(tmp_path / "pack.zip") as archive:
        archive.extractall(tmp_path / "opened")
    checked = run([sys.executable, "-m", "warcio.cli", "check", "looks.warc.gz"], tmp_path / "opened")
    assert checked.returncode == 0, checked.stdout
    told = json.loads((tmp_path / "opened" / "verdict.json").read_text(encoding="utf-8"))
    looks = (tmp_path / "opened" / "looks.warc.gz").read_bytes()
    for one in told["records"]:
        member = gzip.decompress(looks[one["pack_offset"] : one["pack_offset"] + one["pack_length"]])
        assert hashlib.sha256(member).hexdigest() == one["sha256"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "..", "", "编号", "C:\\x", "x" * 500])
def test_a_runs_name_from_elsewhere_is_no_path(name):
    safe = file_name(name)
    assert safe
    assert len(safe) <= 80
    assert not set(safe) & set("/\\:")
    assert not safe.startswith(".")


@pytest.mark.skipif(shutil.which("wacz") is None, reason="the wacz program is not installed (pipx install wacz)")
def test_a_pack_makes_a_wacz(pack):
    _, opened = pack
    made = run(["wacz", "create", "-o", "looks.wacz", "-p", "pages.jsonl", "looks.warc.gz"], opened)
    assert made.returncode == 0, made.stderr
    assert "the passed WACZ is valid" in run(["wacz", "validate", "-f", "looks.wacz"], opened).stdout
    (opened / "looks.wacz").unlink()
