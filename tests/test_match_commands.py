"""`syndication match explain`: the card of a stored posting, in words and as JSON."""

from __future__ import annotations

import json

import pytest
from test_replay import data_from

from syndication.rehearsal.build import build
from syndication.store import open_database


@pytest.fixture(scope="module")
def replayed(tmp_path_factory, syndication):
    place = tmp_path_factory.mktemp("explain")
    fleet = build(place / "rehearsal")
    folder = data_from(fleet.data, place / "data")
    syndication("replay", fleet.looks, "--data", folder)
    return folder


def one(folder, query):
    database = open_database(folder)
    row = database.execute(query).fetchone()
    database.close()
    return row


def test_a_copy_says_why(replayed, syndication):
    posting_id, url, title = one(
        replayed, "SELECT p.posting_id, p.url, r.title FROM matches m JOIN postings p USING (posting_id)"
        " JOIN releases r USING (release_id) WHERE m.mode = 'copy' ORDER BY 1 LIMIT 1"
    )  # fmt: skip
    for named in (posting_id, url):
        said = syndication("match", "explain", named, "--data", replayed).stdout
        assert "转载：全文" in said
        assert title in said.replace("\n", "")
        assert "一致的段落" in said


def test_the_card_as_json_is_the_one_that_is_stored(replayed, syndication):
    query = "SELECT posting_id, mode, card FROM matches WHERE mode = 'abridged' ORDER BY 1 LIMIT 1"
    posting_id, mode, card = one(replayed, query)
    (said,) = json.loads(syndication("match", "explain", posting_id, "--json", "--data", replayed).stdout)
    assert (said["mode"], said["decided"]) == (mode, True)
    assert said["card"]["figures"] == json.loads(card)["figures"]


def test_a_look_alike_says_why_not(replayed, syndication):
    posting_id, number = one(
        replayed, "SELECT p.posting_id, r.document_number FROM postings p, releases r WHERE p.state = 'read'"
        " AND r.document_number <> '' AND p.posting_id NOT IN (SELECT posting_id FROM matches) ORDER BY 1, 2 LIMIT 1"
    )  # fmt: skip
    assert "不是转载" in syndication("match", "explain", posting_id, number, "--data", replayed).stdout
    assert "was matched with no release" in syndication("match", "explain", posting_id, "--data", replayed, status=1).stderr


def test_unknown_names_are_said(replayed, syndication):
    assert "no posting 999999" in syndication("match", "explain", "999999", "--data", replayed, status=1).stderr
    assert "no release 国发" in syndication("match", "explain", "1", "国发〔1900〕1号", "--data", replayed, status=1).stderr
