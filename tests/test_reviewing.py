"""`syndication review`: what a person decides, the page that a portal names, and that nothing of it is ever lost or changed."""

from __future__ import annotations

import os
import shutil
import sqlite3

import pytest
from tampering import Tampered, page, registry_of, run, start
from test_replay import content, data_from

from syndication.clock import from_text
from syndication.rehearsal.build import build
from syndication.rehearsal.live import serving
from syndication.store import open_database
from syndication.store.matching_rows import MatchingRows

RIVER = "https://www.gov.cn/zhengce/content/202603/content_9000601.htm"
COPY = "https://www.jinsui.example/xxgk/gwyxx/art/2026/art_0000000000000000000000000009c40a.html"
NAMED = "https://www.shuiwu.example/tzgg/river.html"
LATE = "https://www.shuiwu.example/tzgg/late.html"
OTHER = "https://www.shuiwu.example/tzgg/other.html"
GONE = "https://www.shuiwu.example/tzgg/gone.html"
PORTALS = ("shuiwu", "bihu")
FIRST, NEXT, THIRD, OBJECTION, FOURTH = (
    "2026-03-01T00:15:00Z", "2026-03-01T12:15:00Z", "2026-03-02T12:15:00Z", "2026-03-03T02:00:00Z", "2026-03-03T12:15:00Z"
)  # fmt: skip
EDITION = "inspection-24h"


def at(printed):
    """The page of another portal's copy, as this portal might have carried it, with a time of its own."""
    def answer(_, moment):
        text = Tampered({}).answer(COPY, moment).body.decode()
        return page(text.replace("2026-03-01 20:00", printed))

    return answer


CHANGES = {
    NAMED: at("2026-03-01 16:00"), LATE: at("2026-03-02 16:00"),
    OTHER: lambda *_: page(
        "<html><head><title>春季防汛准备</title></head><body><h1>春季防汛准备工作部署会召开</h1>"
        f"<div class='TRS_Editor'><p>{'水务系统对堤防、水库和泵站逐一检查，落实值班制度。' * 8}</p></div></body></html>"
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def port():
    with serving(Tampered(CHANGES)) as number:
        yield number


@pytest.fixture(scope="module")
def three_nights(port, tmp_path_factory):
    full = build(tmp_path_factory.mktemp("rehearsal")).data
    folder = registry_of(full, tmp_path_factory.mktemp("nights") / "data", *PORTALS)
    for moment in (FIRST, NEXT, THIRD):
        run(folder, port, moment)
    return folder


@pytest.fixture
def folder(three_nights, tmp_path):
    """A data folder of its own with the three nights."""
    return shutil.copytree(three_nights, tmp_path / "data")


def ask(folder, query, *parameters):
    database = open_database(folder)
    rows = database.execute(query, parameters).fetchall()
    database.close()
    return rows


def verdict(folder, portal="shuiwu", edition=EDITION):
    (row,) = ask(
        folder, "SELECT verdict_id, status, judged_status, reviewed, page_url, cause FROM verdict_list"
        " WHERE release_url = ? AND portal_id = ? AND edition = ?", RIVER, portal, edition,
    )  # fmt: skip
    return row


def reviews(folder):
    return ask(folder, "SELECT decision, status_before, status_after, reason, decided_by, decided_at, cause, page_url"
                       " FROM reviews ORDER BY review_id")  # fmt: skip


def review(folder, port, number, *words, moment=OBJECTION, status=0):
    return run(folder, port, moment, "review", number, *words, status=status)


WHO = ("--reason", "栏目改版，原址失效", "--by", "复核员甲")


def test_overturn_keeps_what_was_judged(folder, port):
    number, before, *_ = verdict(folder)
    assert before == "missing"
    said = review(folder, port, number, "overturn", *WHO, "--yes")
    assert "已记录复核 1" in said
    assert verdict(folder)[1:4] == ("on_time", "missing", "overturn")
    assert reviews(folder) == [
        ("overturn", "missing", "on_time", "栏目改版，原址失效", "复核员甲", OBJECTION, "mode_does_not_count", "")
    ]
    counts = ask(folder, "SELECT sum(on_time), sum(missing) FROM portal_day WHERE portal_id = 'shuiwu' AND edition = ?"
                         " AND released_day = '2026-03-01'", EDITION)  # fmt: skip
    assert counts == [(1, 0)]


def test_every_decision_and_the_way_back(folder, port):
    number = verdict(folder)[0]
    review(folder, port, number, "confirm", *WHO, "--yes")
    assert verdict(folder)[1:4] == ("missing", "missing", "confirm")
    review(folder, port, number, "exempt", *WHO, "--yes")
    assert verdict(folder)[1:4] == ("exempt", "missing", "exempt")
    review(folder, port, number, "overturn", "--to", "undetermined", *WHO, "--yes")
    assert verdict(folder)[1:4] == ("undetermined", "missing", "overturn")
    review(folder, port, number, "reopen", *WHO, "--yes")
    assert verdict(folder)[1:4] == ("missing", "missing", None)
    assert [row[0] for row in reviews(folder)] == ["confirm", "exempt", "overturn", "reopen"]


REFUSED = {
    # name: (words, what is said)
    "no reason": (("confirm", "--by", "甲", "--yes"), "复核须有理由和复核人。 A review needs a reason"),
    "a blank author": (("confirm", "--reason", "无误", "--by", "　 ", "--yes"), "and a person"),
    "nothing to reopen": (("reopen", *WHO, "--yes"), "没有可撤销的复核"),
    "it is so already": (("overturn", "--to", "missing", *WHO, "--yes"), "already; name another status"),
    "--to without overturn": (("confirm", "--to", "late", *WHO, "--yes"), "--to goes with overturn alone"),
    "--to with --url": (("overturn", "--to", "late", "--url", NAMED, *WHO, "--yes"), "there the page decides"),
    "a page of www.gov.cn": (("overturn", "--url", RIVER, *WHO, "--yes"), "names a page of the portal"),
    "no address": (("overturn", "--url", "river.html", *WHO, "--yes"), "names a page of the portal"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_before_anything_is_fetched(three_nights, port, name):
    words, said = REFUSED[name]
    answer = review(three_nights, port, verdict(three_nights)[0], *words, status=1)
    assert said in answer
    assert "Traceback" not in answer
    assert reviews(three_nights) == []
    assert ask(three_nights, "SELECT * FROM runs WHERE kind = 'review'") == []


def test_a_verdict_that_is_not_there(three_nights, port):
    assert "There is no verdict 999999" in review(three_nights, port, 999999, "confirm", *WHO, "--yes", status=1)


def test_twice_the_same_is_refused(folder, port):
    number = verdict(folder)[0]
    review(folder, port, number, "confirm", *WHO, "--yes")
    assert "confirmed already" in review(folder, port, number, "confirm", *WHO, "--yes", status=1)
    review(folder, port, number, "exempt", *WHO, "--yes")
    assert "exempt" in review(folder, port, number, "exempt", *WHO, "--yes", status=1)
    assert "reopen it first" in review(folder, port, number, "confirm", *WHO, "--yes", status=1)
    assert len(reviews(folder)) == 2


def test_without_a_terminal_it_is_shown_and_not_recorded(folder, port):
    said = review(folder, port, verdict(folder)[0], "overturn", "--url", NAMED, *WHO, status=2)
    assert "据此判定" in said
    assert "按时（按页面标注的时间" in said
    assert "未记录" in said
    assert reviews(folder) == []
    assert verdict(folder)[1] == "missing"
    assert ask(folder, "SELECT 1 FROM postings WHERE url = ?", NAMED) == []
    assert ask(folder, "SELECT state, evidence_records > 0 FROM runs WHERE kind = 'review'") == [("done", 1)]


def test_a_page_that_the_portal_names_is_judged_by_the_same_rules(folder, port):
    number = verdict(folder)[0]
    review(folder, port, number, "overturn", "--url", NAMED, *WHO, "--yes")
    assert verdict(folder)[1:] == ("on_time", "on_time", "overturn", NAMED, "declared")
    assert verdict(folder, edition="guideline-12h")[1:4] == ("on_time", "on_time", None)
    assert ask(folder, "SELECT p.state, p.first_seen_at, n.source, n.named_at FROM postings p JOIN named_postings n"
                       " USING (posting_id) WHERE p.url = ?", NAMED) == [
        ("read", OBJECTION, "named by the portal", OBJECTION)]  # fmt: skip
    assert ask(folder, "SELECT kind, outcome, evidence_id IS NOT NULL FROM observations WHERE url = ?", NAMED) == [
        ("article", "ok", 1)]  # fmt: skip
    assert ask(folder, "SELECT s.status FROM superseded_verdicts s JOIN releases r USING (release_id) WHERE r.url = ?"
                       " AND s.portal_id = 'shuiwu' AND s.edition = ?", RIVER, EDITION)[-1] == ("missing",)  # fmt: skip


def test_a_named_page_survives_the_next_night_rejudging_and_a_replay(folder, port, syndication, tmp_path):
    review(folder, port, verdict(folder)[0], "overturn", "--url", NAMED, *WHO, "--yes")
    review(folder, port, verdict(folder, "bihu")[0], "confirm", *WHO, "--yes")
    review(folder, port, verdict(folder)[0], "reopen", *WHO, "--yes")
    run(folder, port, FOURTH)
    assert verdict(folder)[1:5] == ("on_time", "on_time", None, NAMED)
    run(folder, port, FOURTH, "rejudge", "--yes")
    assert verdict(folder)[1:5] == ("on_time", "on_time", None, NAMED)
    again = data_from(folder, tmp_path / "again")
    syndication("replay", folder / "evidence", "--data", again)
    assert reviews(again) == reviews(folder)
    assert len(reviews(again)) == 3
    assert content(again)["verdicts"] == content(folder)["verdicts"]
    assert content(again)["postings"] == content(folder)["postings"]


def test_what_a_page_carries_of_an_old_release_is_not_forgotten(folder, port):
    review(folder, port, verdict(folder)[0], "overturn", "--url", NAMED, *WHO, "--yes")
    database = open_database(folder)
    rows = MatchingRows(database)
    (posting_id,) = database.execute("SELECT posting_id FROM named_postings").fetchone()
    with database.atomic():
        rows.save([str(posting_id)], [], rows.newest_release(), from_text(FOURTH))  # compared with later releases only
    assert database.execute("SELECT count(*) FROM matches WHERE posting_id = ?", (posting_id,)).fetchone() == (1,)
    with database.atomic():
        rows.save([str(posting_id)], [], rows.newest_release(), from_text(FIRST))
    assert database.execute("SELECT count(*) FROM matches WHERE posting_id = ?", (posting_id,)).fetchone() == (0,)
    database.close()


def test_a_page_that_came_late_is_late(folder, port):
    said = review(folder, port, verdict(folder)[0], "overturn", "--url", LATE, *WHO, "--yes")
    assert "复核后判定" in said
    assert verdict(folder)[1] == verdict(folder)[2] != "on_time"


@pytest.mark.parametrize(("url", "said"), [(OTHER, "does not carry the release"), (GONE, "could not be read: http_error")])
def test_a_page_that_changes_nothing_does_not_overturn(folder, port, url, said):
    number = verdict(folder)[0]
    answer = review(folder, port, number, "overturn", "--url", url, *WHO, "--yes", status=1)
    assert said in answer
    assert reviews(folder) == []
    review(folder, port, number, "confirm", "--url", url, *WHO, "--yes")
    assert verdict(folder)[1:4] == ("missing", "missing", "confirm")
    assert reviews(folder)[0][-1] == url


def test_a_page_that_changes_the_verdict_cannot_confirm_it(folder, port):
    answer = review(folder, port, verdict(folder)[0], "confirm", "--url", NAMED, *WHO, "--yes", status=1)
    assert "the decision for that is overturn" in answer
    assert reviews(folder) == []


def test_reviews_are_only_ever_added(folder, port):
    review(folder, port, verdict(folder)[0], "confirm", *WHO, "--yes")
    database = open_database(folder)
    for attack in ("UPDATE reviews SET reason = ''", "DELETE FROM reviews",
                   "INSERT OR REPLACE INTO reviews SELECT * FROM reviews"):  # fmt: skip
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.conn.execute(attack)
    database.close()


def test_the_file_of_a_review_is_in_the_chain(folder, port, syndication):
    review(folder, port, verdict(folder)[0], "overturn", "--url", NAMED, *WHO, "--yes")
    syndication("evidence", "verify", "--data", folder)
    (name,) = ask(folder, "SELECT evidence_file FROM runs WHERE kind = 'review'")[0]
    path = folder / name
    path.write_bytes(path.read_bytes()[:-20])
    assert name.rpartition("/")[2] in syndication("evidence", "verify", "--data", folder, status=1).stderr


@pytest.mark.parametrize(("missing_bytes", "recorded", "state"), [(0, 1, "done"), (300, 0, "interrupted")])
def test_a_review_that_was_cut_off_is_closed_as_its_file_says(three_nights, port, tmp_path, missing_bytes, recorded, state):
    done, cut = (shutil.copytree(three_nights, tmp_path / name) for name in ("done", "cut"))
    review(done, port, verdict(done)[0], "overturn", "--url", NAMED, *WHO, "--yes")
    (name,) = ask(done, "SELECT evidence_file FROM runs WHERE kind = 'review'")[0]
    kept = (done / name).read_bytes()
    (cut / name).write_bytes(kept[: len(kept) - missing_bytes])
    row = ask(done, "SELECT run_id, kind, started_at, 'running', evidence_file, previous_hash, program_version FROM runs"
                    " WHERE kind = 'review'")[0]  # fmt: skip
    database = open_database(cut)
    with database.atomic():
        database.execute("INSERT INTO runs (run_id, kind, started_at, state, evidence_file, previous_hash, program_version)"
                         " VALUES (?, ?, ?, ?, ?, ?, ?)", row)  # fmt: skip
    database.close()
    review(cut, port, verdict(cut, "bihu")[0], "exempt", *WHO, "--yes")
    assert reviews(cut)[:-1] == reviews(done)[:recorded]
    assert ask(cut, "SELECT state FROM runs WHERE kind = 'review' ORDER BY run_id") == [(state,), ("done",)]


@pytest.mark.parametrize(("answer", "count"), [("y", 1), ("n", 0)])
def test_at_a_terminal_the_person_is_asked(folder, port, answer, count):
    terminal, theirs = os.openpty()
    process = start(folder, port, OBJECTION, "review", verdict(folder)[0], "confirm", *WHO, stdin=theirs)
    os.write(terminal, f"{answer}\n".encode())
    said, _ = process.communicate(timeout=60)
    os.close(terminal)
    os.close(theirs)
    assert "记录这项复核？" in said
    assert len(reviews(folder)) == count


def test_rates_measure_the_monitor(folder, port):
    number = verdict(folder)[0]
    review(folder, port, number, "overturn", *WHO, "--yes")
    review(folder, port, verdict(folder, edition="guideline-12h")[0], "confirm", *WHO, "--yes")
    rates = ask(folder, "SELECT grouped_by, name, reviewed_count, confirmed, overturned, overturned_percent FROM review_rates"
                        " ORDER BY 1, 2")  # fmt: skip
    assert rates == [("cause", "mode_does_not_count", 2, 1, 1, 50.0), ("portal", "shuiwu", 2, 1, 1, 50.0)]
    review(folder, port, number, "reopen", *WHO, "--yes")
    assert ask(folder, "SELECT overturned_percent FROM review_rates WHERE grouped_by = 'portal'") == [(0.0,)]


def test_the_queue_says_what_waits(folder, port, syndication):
    number = verdict(folder)[0]
    review(folder, port, number, "overturn", "--to", "undetermined", *WHO, "--yes")
    waiting = dict(ask(folder, "SELECT verdict_id, why FROM review_queue"))
    assert number not in waiting  # a person spoke, and the monitor has said nothing since
    (undetermined,) = {verdict_id for verdict_id, why in waiting.items() if why == "undetermined"} or {0}
    said = syndication("review", "list", "--data", folder).stdout
    assert "待人工复核" in said
    assert undetermined == 0 or str(undetermined) in said


def test_help_is_asked_for_without_a_decision(folder, syndication):
    assert "name the verdict by its number and a decision" in syndication("review", 1, "--data", folder, status=2).stderr
