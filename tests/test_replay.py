"""Replay: recorded looks in, verdicts out; the real recorded crawl with its known answers, and ours."""

from __future__ import annotations

import csv
import shutil

import pytest

from syndication.rehearsal.build import build
from syndication.rehearsal.demo import compare
from syndication.store import open_database

CONTENT = {
    "verdicts": "SELECT portal_id, release_url, edition, status, mode, flags, cause, earliest, latest, page_url, judged_at"
                " FROM verdict_list",
    "observations": "SELECT run_id, kind, portal_id, channel_id, url, looked_at, outcome, detail, http_status, item_count,"
                    " reaches_back_to, overlaps, whole, pages FROM observations",
    "postings": "SELECT portal_id, url_key, url, title, first_seen_at, state, read_at, declared_earliest, declared_latest,"
                " source_label, document_number, target, body_length FROM postings",
    "sightings": "SELECT p.portal_id, p.url_key, s.channel_id, s.first_seen_at, s.last_seen_at, s.title"
                 " FROM sightings s JOIN postings p USING (posting_id)",
    "matches": "SELECT p.portal_id, p.url_key, r.url_key, m.mode, m.score, m.rule, m.decided FROM matches m"
               " JOIN postings p USING (posting_id) JOIN releases r USING (release_id)",
    "releases": "SELECT url_key, title, document_number, issued_on, released_earliest, released_latest, state, body"
                " FROM releases",
    "listings": "SELECT r.url_key, l.source, l.first_listed_at, l.last_absent_at, l.last_listed_at FROM release_listings l"
                " JOIN releases r USING (release_id)",
    "columns": "SELECT portal_id, looked_at, state, label, url, embed_url, position, in_navigation FROM home_columns",
    "runs": "SELECT run_id, kind, started_at, finished_at, state, evidence_records FROM runs",
}  # fmt: skip


def content(folder):
    """All that a database says, apart from surrogate keys and evidence ids."""
    database = open_database(folder)
    found = {name: sorted(map(repr, database.execute(query).fetchall())) for name, query in CONTENT.items()}
    database.close()
    return found


def data_from(folder, target):
    target.mkdir()
    for path in folder.glob("*.csv"):
        shutil.copyfile(path, target / path.name)
    return target


@pytest.fixture(scope="module")
def recorded(corpus, syndication, tmp_path_factory):
    """The data folder after the recorded crawl of December 2018 was replayed."""
    folder = data_from(corpus / "replay-2018-12" / "data", tmp_path_factory.mktemp("recorded") / "data")
    syndication("replay", corpus / "replay-2018-12", "--data", folder)
    return folder


def test_recorded_crawl_agrees_with_its_known_answers_in_every_row(corpus, recorded):
    database = open_database(recorded)
    count, differences = compare(database, corpus / "replay-2018-12" / "truth.csv")
    database.close()
    assert (count, differences) == (48, [])


def test_recorded_crawl_gives_the_known_intervals(corpus, recorded):
    database = open_database(recorded)
    got = {
        (portal, url): f"{earliest}/{latest}" if earliest else ""
        for portal, url, earliest, latest in database.execute(
            "SELECT portal_id, release_url, earliest, latest FROM verdict_list WHERE edition = 'inspection-24h'"
        )
    }
    database.close()
    with (corpus / "replay-2018-12" / "truth.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["expected_interval"]]
    assert len(rows) > 20
    for row in rows:
        assert got[row["portal"], row["release_url"]] == in_utc(row["expected_interval"])


def in_utc(interval):
    from datetime import datetime

    from syndication.clock import to_text

    return "/".join(to_text(datetime.fromisoformat(end)) for end in interval.split("/"))


def test_no_verdict_where_nobody_owes_anything(corpus, recorded):
    with (corpus / "replay-2018-12" / "no_duty.csv").open(encoding="utf-8", newline="") as file:
        free = {row["release_url"] for row in csv.DictReader(file)}
    database = open_database(recorded)
    judged = {url for (url,) in database.execute("SELECT DISTINCT release_url FROM verdict_list")}
    known = {url for (url,) in database.execute("SELECT url FROM releases")}
    database.close()
    assert free
    assert free <= known
    assert not free & judged


def test_replaying_again_changes_nothing(corpus, recorded, syndication):
    before = content(recorded)
    said = syndication("replay", corpus / "replay-2018-12", "--data", recorded).stdout
    assert "已回放 0 个批次，此前已有 26 个" in said
    assert content(recorded) == before


def test_two_halves_give_what_the_whole_gives(corpus, recorded, syndication, tmp_path):
    folder = data_from(corpus / "replay-2018-12" / "data", tmp_path / "data")
    looks = sorted((corpus / "replay-2018-12").glob("*.warc.gz"))
    for name, half in (("first", looks[:13]), ("second", looks[13:])):
        (tmp_path / name).mkdir()
        for path in half:
            shutil.copyfile(path, tmp_path / name / path.name)
        syndication("replay", tmp_path / name, "--data", folder)
    assert content(folder) == content(recorded)


def test_rehearsal_agrees_with_its_known_answers_in_every_row(syndication, tmp_path):
    fleet = build(tmp_path / "rehearsal")
    folder = data_from(fleet.data, tmp_path / "data")
    syndication("replay", fleet.looks, "--data", folder)
    database = open_database(folder)
    count, differences = compare(database, fleet.truth)
    database.close()
    assert count == len(fleet.answers)
    assert differences == []


def test_a_folder_without_evidence_is_named(syndication, tmp_path, corpus):
    folder = data_from(corpus / "replay-2018-12" / "data", tmp_path / "data")
    (tmp_path / "empty").mkdir()
    said = syndication("replay", tmp_path / "empty", "--data", folder, status=1).stderr
    assert "no *.warc.gz" in said
    assert "Traceback" not in said
