"""Which looks decide a verdict: on the rehearsal every proof has both sides, by hand the cases that it does not have."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from evidence_data import copied, one_of_each_cause, replayed, verdicts

from syndication.clock import Interval
from syndication.glossary import ColumnState, Finding, Mode, Outcome, Role, Status
from syndication.judging import ChannelSeen, coverage
from syndication.proof import Judged, Owed, Part, ProofCase, SeenChannel, SeenList, SeenLook, SeenPosting, choose
from syndication.store.ledger import Ledger
from syndication.store.proof import ProofRows
from syndication.store.reading import snapshot
from syndication.timeline import as_page, as_text, clean, events

RELEASED = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="session")
def folder(syndication, tmp_path_factory):
    return replayed(syndication, tmp_path_factory)


@pytest.fixture(scope="session")
def proofs(folder):
    """Every verdict of the rehearsal with its chosen looks."""
    with snapshot(folder / "syndication.db") as connection:
        rows = ProofRows(connection)
        cases = [rows.case(verdict) for verdict in verdicts(folder)]
    return [(case, choose(case)) for case in cases]


def parts(chosen, part):
    return [one for one in chosen if one.part is part]


def test_every_proof_has_its_release_and_no_look_after_the_judging(proofs):
    assert len(proofs) > 200
    for case, chosen in proofs:
        assert parts(chosen, Part.RELEASE_PAGE)
        assert parts(chosen, Part.LISTED)
        assert all(one.look.at <= case.verdict.judged_at for one in chosen)
        assert [one.look.at for one in chosen] == sorted(one.look.at for one in chosen)


def test_nobody_is_accused_without_a_good_look_at_every_column_after_the_deadline(proofs):
    accused = [(case, chosen) for case, chosen in proofs if case.verdict.judged_status in {Status.LATE, Status.MISSING}]
    assert accused
    for case, chosen in accused:
        shown = {one.channel.channel_id for one in parts(chosen, Part.AFTER)}
        assert shown == {column.channel_id for column in case.columns}
        for one in parts(chosen, Part.AFTER) + parts(chosen, Part.NEWEST):
            assert one.look.at > case.verdict.deadline
            cover = coverage(one.channel.role, [look.seen for look in one.channel.looks])
            assert cover.good(cover.times.index(one.look.at), case.release.released.earliest)


def test_the_newest_looks_are_those_that_the_verdict_names(proofs):
    for case, chosen in proofs:
        if case.verdict.judged_status is not Status.MISSING:
            continue
        last = {}
        for one in parts(chosen, Part.AFTER) + parts(chosen, Part.NEWEST):
            last[one.channel.channel_id] = max(one.look.at, last.get(one.channel.channel_id, one.look.at))
        assert {name: at.isoformat() for name, at in last.items()} == dict(case.verdict.looks_named)


def test_a_carrying_stands_between_the_look_without_and_the_look_with_it(proofs):
    seen = 0
    for case, chosen in proofs:
        for one in parts(chosen, Part.WITHOUT):
            first = next(two for two in parts(chosen, Part.WITH)
                         if two.channel is one.channel and two.posting is one.posting)  # fmt: skip
            assert one.look.at < first.look.at
            between = [look for look in one.channel.looks if one.look.at < look.at < first.look.at]
            assert all(look.seen.outcome not in {Outcome.OK} or not look.seen.item_count for look in between)
            seen += 1
        posting = next((one for one in case.postings if one.posting_id == case.verdict.posting_id), None)
        if posting is not None and posting.looks:
            assert any(one.posting is posting for one in parts(chosen, Part.ARTICLE))
    assert seen > 50


def test_what_could_not_be_observed_shows_every_look_that_failed(proofs):
    blind = [(case, chosen) for case, chosen in proofs if case.verdict.judged_status is Status.NOT_OBSERVED]
    assert blind
    for case, chosen in blind:
        unseen = set(case.verdict.looks_named["unseen"].split())
        failed = parts(chosen, Part.FAILED)
        assert {one.channel.channel_id for one in failed} == unseen
        after = [look for column in case.columns if column.channel_id in unseen
                 for look in column.looks if look.at > case.verdict.deadline]  # fmt: skip
        assert len(failed) == len(after)


def test_a_widget_is_proved_by_the_home_page_and_the_push_feed(proofs):
    embeds = [(case, chosen) for case, chosen in proofs if case.verdict.mode is Mode.EMBED]
    assert embeds
    for case, chosen in embeds:
        with_it = parts(chosen, Part.HOME_WITH)
        assert all(one.look.state is ColumnState.EMBED for one in with_it)
        listed = min(one.look.at for one in parts(chosen, Part.LISTED) if "pushinfo" in one.look.url)
        assert max(one.look.at for one in with_it) >= listed
        assert case.verdict.latest is not None


# --- by hand -----------------------------------------------------------------------------------------------------


def look(hours, outcome=Outcome.OK, *, rows=10, reach=None, overlaps=None, whole=False, state=None, url="https://p.example/"):
    at = RELEASED + HOUR * hours
    back = RELEASED + HOUR * reach if reach is not None else None
    seen = ChannelSeen(at, outcome, rows if outcome is Outcome.OK else None, back, overlaps, whole)
    return SeenLook("run", "channel", url, seen, "", 200, 1, f"e{hours}{url}", state)


def channel(*looks, role=Role.COLUMN, name="p-c"):
    return SeenChannel(name, "栏目", "https://p.example/", "html", role, looks)


def posting(**sightings):
    at = {name.replace("_", "-"): RELEASED + HOUR * hours for name, hours in sightings.items()}
    return SeenPosting(
        1, "https://p.example/1", "标题", Mode.COPY, True, 1.0, "full", {}, None, None, "", "", at, ()
    )  # fmt: skip


def case(channels, postings=(), lists=(), *, status=Status.MISSING, mode=None, judged=100):
    judged_at = RELEASED + HOUR * judged
    verdict = Judged(
        1, "inspection-24h", status, status, "", mode, (), "absent_in_every_column", RELEASED + HOUR * 24, None, None, None,
        None, "", {}, judged_at, "run", {},
    )  # fmt: skip
    release = Owed(1, "https://www.gov.cn/r", "通知", "国发〔2026〕1号", "国务院", Interval(RELEASED, RELEASED), "second",
                   "meta", "push_feed", "", "")  # fmt: skip
    return ProofCase(verdict, release, "p", "某省", "https://p.example/", tuple(channels), tuple(postings), tuple(lists), ())


def hours(chosen, part):
    return [(one.look.at - RELEASED) / HOUR for one in parts(chosen, part)]


def test_looks_that_a_reach_rests_on_belong_to_the_proof():
    """A list without dates proves its looks one by the other: back to one whose own rows reach before the release."""
    column = channel(
        look(-40, reach=-90), look(-5, reach=-30), look(6, overlaps=True), look(12, Outcome.TIMEOUT),
        look(18, overlaps=True), look(30, overlaps=True), look(40, overlaps=True),
    )  # fmt: skip
    chosen = choose(case([column]))
    assert hours(chosen, Part.AFTER) == [30]
    assert hours(chosen, Part.NEWEST) == [40]
    assert hours(chosen, Part.REACH) == [-5, 6, 18, 30]


def test_a_whole_list_needs_no_other():
    chosen = choose(case([channel(look(6), look(30, whole=True))]))
    assert (hours(chosen, Part.AFTER), hours(chosen, Part.REACH)) == ([30], [])


def test_looks_that_answered_and_do_not_reach_are_shown_as_failed():
    chosen = choose(case([channel(look(-5, reach=-30), look(30, reach=20), look(40, rows=0), look(50, Outcome.CHALLENGE))]))
    assert hours(chosen, Part.AFTER) == []
    assert hours(chosen, Part.FAILED) == [30, 40, 50]


def test_a_sighting_in_news_proves_presence_only():
    news = channel(look(2, reach=-30), look(5, reach=-30), role=Role.NEWS, name="p-n")
    chosen = choose(case([news], [posting(p_n=5)], status=Status.ON_TIME, mode=Mode.COPY))
    assert (hours(chosen, Part.WITH), hours(chosen, Part.WITHOUT)) == ([5], [])


def test_without_columns_the_home_page_after_the_deadline_is_shown():
    home = channel(
        look(2, state=ColumnState.NO_ENTRY), look(30, state=ColumnState.NO_ENTRY), look(40, Outcome.TIMEOUT),
        look(50, state=ColumnState.NO_ENTRY), role=Role.HOME, name="p@home",
    )  # fmt: skip
    chosen = choose(case([home], status=Status.UNDETERMINED))
    assert (hours(chosen, Part.HOME_AFTER), hours(chosen, Part.NEWEST)) == ([30], [50])
    blind = channel(look(2, state=ColumnState.NO_ENTRY), look(40, Outcome.TIMEOUT), role=Role.HOME, name="p@home")
    assert hours(choose(case([blind], status=Status.NOT_OBSERVED)), Part.FAILED) == [40]


def test_a_widget_that_came_and_went_is_shown_from_its_last_beginning():
    home = channel(
        look(-9, state=ColumnState.EMBED), look(-5, state=ColumnState.NO_ENTRY), look(2, state=ColumnState.EMBED),
        look(8, state=ColumnState.EMBED), look(12, state=ColumnState.EMBED), role=Role.HOME, name="p@home",
    )  # fmt: skip
    feed = SeenList("push_feed", "https://f.example/", RELEASED + HOUR * 7, RELEASED + HOUR, (
        look(1, url="https://f.example/"), look(7, url="https://f.example/"),
    ))  # fmt: skip
    chosen = choose(case([home], lists=[feed], status=Status.ON_TIME, mode=Mode.EMBED))
    assert (hours(chosen, Part.HOME_WITHOUT), hours(chosen, Part.HOME_WITH)) == ([-5], [2, 8])
    assert (hours(chosen, Part.NOT_LISTED), hours(chosen, Part.LISTED)) == ([1], [7])


def test_second_looks_belong_to_the_proof_of_what_they_found():
    again = tuple(replace(look(h), kind="recheck", finding=found) for h, found in
                  ((40, Finding.SAME), (60, Finding.GONE), (70, Finding.GONE)))  # fmt: skip
    carried = replace(posting(p_c=5), second_looks=again)
    told = case([channel(look(2, reach=-30), look(5, reach=-30))], [carried], status=Status.ON_TIME, mode=Mode.COPY)
    assert hours(choose(told), Part.AGAIN) == []
    flagged = replace(told, verdict=replace(told.verdict, flags=("withdrawn",)))
    assert hours(choose(flagged), Part.AGAIN) == [40, 60, 70]


# --- as people read it -------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags = set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not {name for name, _ in attrs} & {"href", "src", "onerror", "style"}


def test_titles_from_the_sites_are_text_on_a_terminal_and_in_a_page():
    hostile = "<img src=x onerror=alert(1)>\x1b[2J\x07\u202e标题\r\n</li>{0}"
    assert clean(hostile) == "<img src=x onerror=alert(1)> [2J 标题 </li>{0}"
    column = SeenChannel("p-c", hostile, "https://p.example/", "html", Role.COLUMN, (look(30, whole=True),))
    told = case([column])
    timeline = events(told, choose(told), lambda evidence_id: None)
    assert "\x1b" not in as_text(told, timeline)
    page = as_page(told, timeline)
    reader = Tags()
    reader.feed(page)
    assert reader.tags <= {"html", "head", "meta", "title", "style", "body", "h1", "dl", "dt", "dd", "p", "ol", "li", "time",
                           "small"}  # fmt: skip


def test_show_tells_the_timeline(folder, syndication):
    (verdict, *_) = verdicts(folder, judged_status="late", cause="backdated")
    said = syndication("evidence", "show", verdict, "--data", folder).stdout
    for words in ("国务院发布“", "时间取自页面元数据，精确到秒", "稿件页面标注的时间：", "时限届满",
                  "尚无“", "首次看到“", "时限后首次有效查看专栏", "作出判定：超时", "疑似伪造发稿日期", "SHA-256"):  # fmt: skip
        assert words in said


def test_show_as_data_names_what_is_in_the_files(folder, syndication):
    with snapshot(folder / "syndication.db") as connection:
        ledger = Ledger(connection)
        for verdict in one_of_each_cause(folder)[:4]:
            told = json.loads(syndication("evidence", "show", verdict, "--json", "--data", folder).stdout)
            shown = [event for event in told["events"] if event["evidence_id"]]
            assert shown
            assert told["verdict"]["verdict_id"] == verdict
            for event in shown:
                assert event["record"]["sha256"] == ledger.record(event["evidence_id"]).sha256
                assert event["at"].endswith("Z")


def test_second_looks_and_reviews_are_read_from_the_store(folder, syndication, tmp_path):
    other = copied(folder, tmp_path / "data")
    (verdict, *_) = verdicts(other, judged_status="late", cause="declared")
    with closing(sqlite3.connect(other / "syndication.db")) as db, db:
        release, portal, edition, url, posting_id = db.execute(
            "SELECT v.release_id, v.portal_id, v.edition, p.url, p.posting_id FROM verdicts v JOIN postings p USING (posting_id)"
            " WHERE verdict_id = ?", (verdict,)
        ).fetchone()  # fmt: skip
        run, evidence = db.execute(
            "SELECT run_id, evidence_id FROM evidence ORDER BY fetched_at DESC, offset DESC LIMIT 1"
        ).fetchone()
        at = "2026-03-10T06:15:00Z"
        db.execute("INSERT INTO observations (run_id, kind, portal_id, url, looked_at, outcome, detail, http_status, evidence_id)"
                   " VALUES (?, 'recheck', ?, ?, ?, 'http_error', '', 404, ?)", (run, portal, url, at, evidence))  # fmt: skip
        db.execute("INSERT INTO second_sights (posting_id, run_id, looked_at, due, finding, detail, changes, evidence_id)"
                   " VALUES (?, ?, ?, 'day 7', 'gone', 'HTTP 404', '[]', ?)", (posting_id, run, at, evidence))  # fmt: skip
        db.execute("UPDATE verdicts SET flags = 'withdrawn' WHERE verdict_id = ?", (verdict,))
        db.execute("INSERT INTO reviews (release_id, portal_id, edition, decision, status_before, status_after, reason,"
                   " decided_by, decided_at) VALUES (?, ?, ?, 'confirm', 'late', 'late', '已电话核实', '审核员甲',"
                   " '2026-03-12T01:00:00Z')", (release, portal, edition))  # fmt: skip
    said = syndication("evidence", "show", verdict, "--data", other).stdout
    assert "页面已不在（HTTP 404）" in said
    assert "人工复核：维持原判定（超时 → 超时），复核人 审核员甲，理由：已电话核实" in said


def test_a_feed_that_never_had_the_release_is_shown(proofs):
    lacking = [chosen for told, chosen in proofs if told.verdict.cause == "push_feed_lacks_release"]
    assert lacking
    for chosen in lacking:
        assert any(one.look.url.endswith("rss.xml") for one in parts(chosen, Part.NOT_LISTED))


def test_a_verdict_is_found_by_portal_and_number_or_address(folder, syndication):
    (verdict, *_) = verdicts(folder, judged_status="missing", edition="guideline-12h")
    with snapshot(folder / "syndication.db") as connection:
        row = connection.execute("SELECT * FROM verdict_list WHERE verdict_id = ?", (verdict,)).fetchone()
    by_id = syndication("evidence", "show", verdict, "--data", folder).stdout
    for name in ("document_number", "release_url"):
        found = syndication("evidence", "show", "--portal", row["portal_id"], "--release", row[name],
                            "--edition", "guideline-12h", "--data", folder).stdout  # fmt: skip
        assert found == by_id


@pytest.mark.parametrize(("asked", "said", "status"), [
    (["999999"], "There is no verdict 999999", 1),
    (["--portal", "nobody", "--release", "国发〔2026〕1号"], "There is no verdict of portal nobody", 1),
    (["--portal", "bihu"], "Name VERDICT, or --portal and --release", 2),
    (["5", "--portal", "bihu", "--release", "x"], "not both", 2),
])  # fmt: skip
def test_what_cannot_be_found_is_said_in_a_line(folder, syndication, asked, said, status):
    told = syndication("evidence", "show", *asked, "--data", folder, status=status).stderr
    assert said in told
    assert "Traceback" not in told
