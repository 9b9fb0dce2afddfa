"""Which records go with a look: the steps before its answer, further pages of a list, the page that a 304 refers to."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

import pytest

from syndication.errors import EvidenceError
from syndication.evidence import EvidenceWriter
from syndication.gathering import read_record, records_of
from syndication.glossary import Outcome
from syndication.items import ArticleLook, ChannelLook, Look
from syndication.judging import ChannelSeen
from syndication.proof import Chosen, Part, SeenLook
from syndication.registry import Registry
from syndication.store import Store
from syndication.store.ledger import Ledger

AT = datetime(2026, 3, 2, 18, 15, tzinfo=UTC)
LIST, PAGE = "http://portal.example/list.html", "http://portal.example/1.html"


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    store.sync_registry(Registry(portals=(), channels=()))
    with store.db.conn:
        store.db.execute("INSERT INTO portals VALUES ('p', 'p', 'province', '', '', '', '', NULL, NULL, '', 1, 1)")
        store.db.execute("INSERT INTO channels VALUES ('p-c', 'p', '', ?, 'html', 'column', '{}', '', 1)", (LIST,))
    yield store
    store.close()


class Writing:
    """A run that is written by hand."""

    def __init__(self, store, folder, run):
        self.store, self.run, self.file = store, run, f"evidence/{run}.warc.gz"
        store.start_run(run, "nightly", AT, self.file, "0")
        self.writer = EvidenceWriter(folder / self.file, {"run-id": run})

    def answer(self, url, status=200, refers_to=""):
        record = self.writer.answer(url, "GET", b"", AT, status, (), b"page", refers_to=refers_to)
        self.store.add_evidence(self.run, self.file, [record])
        return record

    def looked(self, record, kind="channel", url=""):
        look = Look("p", "p-c" if kind == "channel" else "", url or record.url, AT, Outcome.EMPTY, "", record.status,
                    record.evidence_id)  # fmt: skip
        self.store.record(self.run, ChannelLook(look) if kind == "channel" else ArticleLook(look, look.url))

    def close(self):
        self.writer.close()
        self.store.commit()


def chosen(record, run, *, url="", pages=1):
    seen = ChannelSeen(AT, Outcome.OK, 1)
    return Chosen(Part.WITH, SeenLook(run, "channel", url or record.url, seen, "", 200, pages, record.evidence_id))


def gathered(folder, *looks):
    with closing(sqlite3.connect(folder / "syndication.db")) as db:
        return [one.evidence_id for one in records_of(looks, Ledger(db), folder)]


def test_repetitions_and_redirections_go_with_a_look(store, tmp_path):
    night = Writing(store, tmp_path, "one")
    failed = night.writer.failure(LIST, "GET", b"", AT, Outcome.TIMEOUT, "no answer")
    store.add_evidence("one", night.file, [failed])
    moved, answer, other = night.answer(LIST, 302), night.answer("http://portal.example/new/"), night.answer(PAGE)
    night.looked(answer, url=LIST)
    night.looked(other, "article")
    night.close()
    ids = [failed.evidence_id, moved.evidence_id, answer.evidence_id]
    assert gathered(tmp_path, chosen(answer, "one", url=LIST)) == ids


def test_further_pages_of_a_list_go_with_it_and_articles_do_not(store, tmp_path):
    night = Writing(store, tmp_path, "one")
    first, second = night.answer(LIST), night.answer("http://portal.example/list_1.html")
    article, elsewhere = night.answer(PAGE), night.answer("http://other.example/list_1.html")
    night.looked(first)
    night.looked(article, "article")
    night.close()
    assert gathered(tmp_path, chosen(first, "one")) == [first.evidence_id]
    assert gathered(tmp_path, chosen(first, "one", pages=2)) == [first.evidence_id, second.evidence_id]
    assert elsewhere.evidence_id not in gathered(tmp_path, chosen(first, "one", pages=2))


def test_an_unchanged_page_brings_the_record_that_holds_it(store, tmp_path):
    first = Writing(store, tmp_path, "one")
    page = first.answer(LIST)
    first.looked(page)
    first.close()
    second = Writing(store, tmp_path, "two")
    same = second.answer(LIST, 304, refers_to=page.evidence_id)
    second.looked(same)
    second.close()
    assert gathered(tmp_path, chosen(same, "two")) == [page.evidence_id, same.evidence_id]


def test_a_look_whose_record_is_in_no_table_is_named(store, tmp_path):
    night = Writing(store, tmp_path, "one")
    page = night.writer.answer(LIST, "GET", b"", AT, 200, (), b"page")
    night.close()
    with pytest.raises(EvidenceError, match=f"The ledger lacks the record {page.evidence_id} of {LIST}, run one"):
        gathered(tmp_path, chosen(page, "one"))


def test_a_record_of_a_removed_file_is_named(store, tmp_path):
    night = Writing(store, tmp_path, "one")
    page = night.answer(LIST)
    night.looked(page)
    night.close()
    (tmp_path / night.file).unlink()
    with closing(sqlite3.connect(tmp_path / "syndication.db")) as db, pytest.raises(EvidenceError, match="cannot be read"):
        read_record(tmp_path, Ledger(db).record(page.evidence_id))
