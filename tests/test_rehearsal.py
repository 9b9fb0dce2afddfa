"""The rehearsal: papers, the fleet's answers, the known answers; and our own readers read every page of it right."""

from __future__ import annotations

import csv
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from spiders.families import FAMILIES, family_of
from spiders.families.home import read_home
from syndication.article import read_article
from syndication.challenge import recognise_block
from syndication.clock import beijing_text
from syndication.decode import decode_page
from syndication.evidence import read_answer, read_run_file
from syndication.glossary import ColumnState, Outcome
from syndication.items import Row
from syndication.registry import load_duties, load_registry
from syndication.rehearsal.answers import known_answers
from syndication.rehearsal.build import build
from syndication.rehearsal.bulletin import FORMER_HOLIDAY, RELEASES, older_paper
from syndication.rehearsal.cast import story
from syndication.rehearsal.fleet import Fleet
from syndication.rehearsal.government import LATEST, PUSH_FEED, PUSH_SCRIPT
from syndication.rehearsal.provinces import BEIMING
from syndication.rehearsal.scenario import How, Outage, Prints, beijing
from syndication.rehearsal.wire import Answer, Silence

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from syndication.items import Page
    from syndication.rehearsal.build import Rehearsal

FLEET = Fleet(story())
LAST = FLEET.story.looks[-1]
LEADS_ON = {How.JUMP, How.REFRESH}
CHANNELS = [(portal, channel) for portal in FLEET.story.portals if not portal.challenge for channel in portal.channels]
COLUMN_NAMES = ("国务院信息", "国务院重要政策信息")


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Rehearsal:
    return build(tmp_path_factory.mktemp("rehearsal"))


def page(url: str, at: datetime) -> Page:
    answer = FLEET.answer(url, at)
    assert isinstance(answer, Answer)
    assert answer.status == 200
    headers = dict(answer.headers)
    assert recognise_block(answer.status, headers, answer.body) is None
    return decode_page(url, answer.status, headers, answer.body, at, None)


def answered(url: str) -> list[datetime]:
    looks = FLEET.story.looks
    return [at for at in looks if isinstance(found := FLEET.answer(url, at), Answer) and found.status == 200]


# --- papers -------------------------------------------------------------------------------------------------------


def test_papers_are_of_the_lengths_and_kinds_that_were_asked_for() -> None:
    assert all(350 <= len(release.paper.text) <= 4000 for release in RELEASES)
    assert {release.paper.kind for release in RELEASES} == {"意见", "通知", "条例", "批复"}
    numbers = [release.paper.document_number for release in RELEASES]
    assert len(set(numbers)) == len(numbers)


def test_papers_do_not_share_a_text_unless_they_are_meant_to() -> None:
    papers = {release.key: release.paper for release in RELEASES} | {"former": FORMER_HOLIDAY}
    papers |= {f"older-{number}": older_paper(number) for number in range(18)}
    close = {
        frozenset((one, other))
        for one, other in combinations(papers, 2)
        if likeness(papers[one].text, papers[other].text) > 0.6
    }
    assert close == {frozenset(("zone-wangchuan", "zone-bihu")), frozenset(("holiday", "former"))}


def likeness(one: str, other: str) -> float:
    """Share of the five-character pieces of the shorter text that the other holds."""
    pieces, others = ({text[at : at + 5] for at in range(len(text) - 4)} for text in (one, other))
    return len(pieces & others) / min(len(pieces), len(others))


# --- the fleet ----------------------------------------------------------------------------------------------------


def test_a_posting_answers_from_the_moment_it_is_up() -> None:
    portal = FLEET.portals["www.yunling.example"]
    river = next(one for one in FLEET.placed(portal) if (one.posting.how, one.posting.about) == (How.COPY, "river"))
    before, after = FLEET.answer(river.url, beijing("03-01 11:19")), FLEET.answer(river.url, beijing("03-01 11:20"))
    assert isinstance(before, Answer)
    assert isinstance(after, Answer)
    assert (before.status, after.status) == (404, 200)
    assert river not in FLEET.shown(portal, "gwy", beijing("03-01 11:19"))
    assert river in FLEET.shown(portal, "gwy", beijing("03-01 11:20"))


@pytest.mark.parametrize(
    ("url", "at", "expected"),
    [
        ("https://nobody.example/", "03-01 02:15", Outcome.DNS),
        ("https://www.jinsui.example/", "03-02 14:15", Outcome.TIMEOUT),
        ("https://www.jinsui.example/", "03-04 02:15", 403),
        ("https://www.jinsui.example/", "03-06 14:15", 502),
        ("https://www.jinsui.example/", "03-10 14:15", Outcome.TIMEOUT),
        ("https://www.beiming.example/", "03-07 14:15", Outcome.REFUSED),
        ("https://www.anquan.example/", "03-05 02:15", 521),
        ("https://www.liangshi.example/zcwj/rss.xml", "03-05 14:15", 502),
        ("https://www.liangshi.example/gwyxx/index.html", "03-05 14:15", 200),
        ("https://www.gov.cn/nothing.htm", "03-05 14:15", 404),
    ],
)
def test_failures_are_told_apart(url: str, at: str, expected: Outcome | int) -> None:
    found = FLEET.answer(url, beijing(at))
    assert (found.outcome if isinstance(found, Silence) else found.status) == expected


def test_the_gbk_portal_is_silent_or_lies_about_its_charset() -> None:
    portal = FLEET.portals["www.bihu.example"]
    listed = FLEET.answer(f"{portal.origin}{portal.channels[0].path}", LAST)
    assert isinstance(listed, Answer)
    assert dict(listed.headers)["Content-Type"] == "text/html"
    article = FLEET.answer(FLEET.shown(portal, "gwy", LAST)[0].url, LAST)
    assert isinstance(article, Answer)
    assert dict(article.headers)["Content-Type"] == "text/html; charset=ISO-8859-1"
    for found in (listed, article):
        assert "碧湖省" in found.body.decode("gbk")


# --- our own readers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("portal", "channel"), CHANNELS, ids=[f"{one.id}-{two.id}" for one, two in CHANNELS])
def test_lists_give_exactly_their_items(portal, channel) -> None:  # type: ignore[no-untyped-def]
    url = f"{portal.origin}{channel.path}"
    for at in answered(url):
        shown = FLEET.shown(portal, channel.id, at)[: 12 if channel.shape == "trs" else None]
        read = family_of(channel.family).read(page(url, at), channel.options).rows
        assert [(row.url, row.title) for row in read] == [(one.url, one.text.title) for one in shown]
        days = [row.declared and beijing_text(row.declared.interval.earliest)[:10] for row in read]
        assert days == [f"{one.posting.printed:%Y-%m-%d}" for one in shown]


def test_the_second_page_of_a_list_holds_the_rest() -> None:
    portal = FLEET.portals["www.yunling.example"]
    channel = portal.channels[0]
    first = family_of("html").read(page(f"{portal.origin}{channel.path}", LAST), {})
    assert first.next is not None
    second = family_of("html").read(page(first.next.url, LAST), {})
    assert [row.url for row in second.rows] == [one.url for one in FLEET.shown(portal, "gwy", LAST)[12:24]]


@pytest.mark.parametrize("portal", [one for one in FLEET.story.portals if not one.challenge], ids=lambda one: one.id)
def test_home_pages_show_their_items_and_their_column(portal) -> None:  # type: ignore[no-untyped-def]
    at = answered(portal.home_url)[-1]
    read = read_home(page(portal.home_url, at), COLUMN_NAMES)
    shown = {(one.url, one.text.title) for one in FLEET.shown_on_home(portal, at)}
    assert {(row.url, row.title) for row in read.rows} == shown
    expected = {"beiming": ColumnState.EMBED, "qixiang": ColumnState.NO_ENTRY}
    assert read.column is not None
    assert read.column.state is expected.get(portal.id, ColumnState.ENTRY_WITH_LIST)


@pytest.mark.parametrize("portal", [one for one in FLEET.story.portals if not one.challenge], ids=lambda one: one.id)
def test_articles_are_read_right(portal) -> None:  # type: ignore[no-untyped-def]
    for one in FLEET.placed(portal):
        posting, looks = one.posting, answered(one.url)
        if posting.how in {How.LINK, How.REDIRECT} or not looks:
            continue
        article = read_article(page(one.url, looks[0]), row=Row(one.url, one.text.title))
        if posting.how in LEADS_ON:
            assert article.target == FLEET.story.release(posting.about).url, one.url
            continue
        assert article.title == one.text.title
        assert article.target == ""
        assert article.document_number == one.text.document_number
        assert article.source == one.text.source
        assert "".join(one.text.paragraphs) in article.text.replace("\n", "")
        assert article.declared is not None
        exact = posting.prints is Prints.MINUTE
        printed = posting.printed if exact else posting.printed.replace(hour=0, minute=0)
        assert article.declared.interval.earliest == printed
        assert article.declared.precision == ("minute" if exact else "day")


def test_release_pages_are_read_right() -> None:
    for release in RELEASES:
        article = read_article(page(release.url, LAST))
        assert article.title == release.paper.title
        assert article.document_number == release.paper.document_number
        assert article.issued_on == release.paper.issued_on
        assert article.declared is not None
        if release.filler:
            assert article.declared.precision == "day"
        else:
            assert article.declared.interval.earliest == release.released


def test_lists_of_the_government_agree() -> None:
    feed = family_of("feed").read(page(PUSH_FEED, LAST), {}).rows
    script = family_of("pushinfo").read(page(PUSH_SCRIPT, LAST), {}).rows
    pushed = [release.url for release in FLEET.government.listed(LAST, pushed=True)]
    assert [row.url for row in feed] == pushed == [row.url for row in script]
    latest = FLEET.answer(LATEST, LAST)
    assert isinstance(latest, Answer)
    assert latest.body.decode().count('"URL"') == len(RELEASES)


# --- the known answers --------------------------------------------------------------------------------------------


WORKED_BY_HAND = [
    # portal, release, status, mode, flags, interval in Beijing time; and why
    ("yunling", "river", "on_time", "copy", "", "03-01 11:20 03-01 11:21"),  # printed minute between two looks
    ("yunling", "archive", "late", "copy", "", "03-05 10:12 03-05 10:13"),
    ("yunling", "orchard", "missing", "", "", ""),  # an interpretation and a notice of the province's own
    ("yunling", "library", "on_time", "copy", "", "03-08 08:14 03-08 08:15"),  # two seconds before the deadline
    ("yunling", "weather", "pending", "", "", ""),
    ("qingyu", "library", "undetermined", "copy", "", "03-08 08:15 03-08 08:16"),  # the minute holds the deadline
    ("qingyu", "water", "late", "copy", "backdated", "03-04 14:15 03-05 02:15"),
    ("qingyu", "archive", "undetermined", "copy", "backdated", "03-04 02:15 03-04 14:15"),
    ("qingyu", "zone-bihu", "on_time", "copy", "backdated", "03-04 02:15 03-04 14:15"),
    ("qingyu", "zone-wangchuan", "on_time", "copy", "postdated", "03-04 02:15 03-04 14:15"),
    ("qingyu", "bridge", "late", "copy", "postdated", "03-09 02:15 03-09 14:15"),
    ("wangchuan", "water", "undetermined", "copy", "", "03-03 14:15 03-04 00:00"),  # a day cut by a look
    ("wangchuan", "bridge", "late", "copy", "", "03-08 00:00 03-08 02:15"),  # midnight comes nine minutes too late
    ("wangchuan", "zone-bihu", "missing", "", "", ""),  # the sibling reply is there
    ("wangchuan", "holiday", "missing", "", "", ""),  # last year's notice is there
    ("wangchuan", "library", "on_time", "copy", "", "03-07 14:15 03-08 00:00"),  # 00:00 is a filler
    ("bihu", "archive", "on_time", "copy", "no_source", "03-03 17:42 03-03 17:43"),
    ("bihu", "orchard", "late", "abridged", "", "03-07 10:00 03-07 10:01"),
    ("jinsui", "archive", "undetermined", "copy", "", "03-04 00:00 03-05 00:00"),  # two looks failed around it
    ("jinsui", "zone-wangchuan", "on_time", "copy", "", "03-03 23:00 03-03 23:01"),  # false, and not to be disproved
    ("jinsui", "bridge", "missing", "", "", ""),
    ("jinsui", "salt", "not_observed", "", "", ""),  # dark since before the deadline
    ("beiming", "salt", "on_time", "embed", "", ""),
    ("beiming", "ferry", "undetermined", "", "", ""),  # not pushed, so the script cannot show it
    ("fazhan", "holiday", "undetermined", "link", "", "03-05 02:15 03-05 14:15"),
    ("fazhan", "salt", "on_time", "link", "", "03-09 02:15 03-09 14:15"),  # seen on the home page alone
    ("anquan", "river", "not_observed", "", "", ""),
    ("haishi", "library", "on_time", "wrapped_link", "", "03-07 02:15 03-07 14:15"),
    ("haishi", "orchard", "late", "wrapped_link", "", "03-07 02:15 03-07 14:15"),
    ("liangshi", "orchard", "on_time", "copy", "", "03-06 12:00 03-06 12:01"),  # the other column was in time
    ("liangshi", "archive", "late", "copy", "", "03-05 09:00 03-05 09:01"),
    ("liangshi", "salt", "undetermined", "copy", "", "03-10 12:00 03-10 12:01"),  # the other column could not be seen
    ("liangshi", "bridge", "missing", "", "", ""),
    ("qixiang", "archive", "on_time", "copy", "", "03-04 09:00 03-04 09:01"),
    ("qixiang", "salt", "undetermined", "", "no_column", ""),
    ("shuiwu", "water", "missing", "title_only", "", ""),
    ("shuiwu", "archive", "late", "copy", "", "03-06 10:00 03-06 10:01"),  # the title before it does not count
]


def test_known_answers_are_what_the_rules_give_by_hand() -> None:
    found = {(one.portal.id, one.release.key): one for one in known_answers(FLEET)}
    for portal, release, status, mode, flags, interval in WORKED_BY_HAND:
        answer = found[portal, release]
        bounds = " ".join(f"{bound:%m-%d %H:%M}" for bound in answer.interval) if answer.interval else ""
        assert (answer.status, answer.mode, " ".join(answer.flags), bounds) == (status, mode, flags, interval), (
            portal, release,
        )  # fmt: skip


def test_every_portal_answers_for_every_owed_release_and_for_no_other() -> None:
    answers = known_answers(FLEET)
    owed = {release.key for release in FLEET.story.owed()}
    assert len(answers) == len(FLEET.story.portals) * len(owed) == 12 * 13
    assert "ferry" in owed
    assert not owed & {"lifted", "old-kiln", "old-tea"}


def test_a_story_beyond_the_rules_is_refused() -> None:
    dark = replace(BEIMING, outages=(Outage(beijing("03-01 00:00"), beijing("03-12 00:00"), Outcome.TIMEOUT),))
    with pytest.raises(ValueError, match="outside these rules"):
        known_answers(Fleet(replace(FLEET.story, portals=(dark,))))


# --- what is written ----------------------------------------------------------------------------------------------


def test_two_builds_give_the_same_bytes(rehearsal: Rehearsal, tmp_path: Path) -> None:
    build(tmp_path)
    files = sorted(path.relative_to(rehearsal.folder) for path in rehearsal.folder.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    assert [name for name in files if (tmp_path / name).read_bytes() != (rehearsal.folder / name).read_bytes()] == []


def test_the_registry_is_accepted(rehearsal: Rehearsal) -> None:
    registry = load_registry(rehearsal.data)
    assert len(registry.portals) == 12
    for channel in registry.channels:
        FAMILIES[channel.family].check_options(channel.options)
    assert len({channel.family for channel in registry.channels}) >= 7
    assert [duty.duty for duty in load_duties(rehearsal.data)] == [False, True]


def test_looks_are_evidence_files_of_their_time(rehearsal: Rehearsal) -> None:
    paths = sorted(rehearsal.looks.iterdir())
    assert [path.name for path in paths[:2]] == ["20260301T0215+0800.warc.gz", "20260301T1415+0800.warc.gz"]
    runs = [read_run_file(path) for path in paths]
    assert sum(len(run.records) for run in runs) == rehearsal.records
    for run, look in zip(runs, FLEET.story.looks, strict=True):
        assert {record.fetched_at for record in run.records} == {look}
        assert run.end == run.path.stat().st_size
    failed = {(record.url, record.outcome) for record in runs[3].records if record.outcome}
    assert ("https://www.jinsui.example/", Outcome.TIMEOUT) in failed


def test_what_a_list_shows_is_recorded_with_it(rehearsal: Rehearsal) -> None:
    first_seen: dict[str, list[int]] = {}
    for path in sorted(rehearsal.looks.iterdir()):
        for record in read_run_file(path).records:
            if record.status is not None:
                first_seen.setdefault(record.url, []).append(record.status)
    for portal, channel in CHANNELS:
        for one in FLEET.shown(portal, channel.id, answered(f"{portal.origin}{channel.path}")[-1]):
            assert first_seen[one.url][-1] in {200, 302}, one.url
    failed_first = [statuses for url, statuses in first_seen.items() if "yunling" in url and statuses[0] == 502]
    assert failed_first == [[502, 200]]


def test_a_recorded_answer_is_what_the_fleet_sends(rehearsal: Rehearsal) -> None:
    path = rehearsal.looks / "20260305T0215+0800.warc.gz"
    record = next(one for one in read_run_file(path).records if one.url == PUSH_FEED)
    sent = FLEET.answer(PUSH_FEED, record.fetched_at)
    assert isinstance(sent, Answer)
    kept = read_answer(path, record)
    assert (kept.status, kept.headers, kept.body) == (sent.status, sent.headers, sent.body)


def test_truth_and_no_duty_have_the_columns_of_the_corpus(rehearsal: Rehearsal) -> None:
    with rehearsal.truth.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(rehearsal.answers) == rehearsal.statuses.total()
    assert list(rows[0]) == [
        "portal", "release_url", "document_number", "released_at", "scenario", "carried_at", "declared", "page_url",
        "expected_status", "expected_mode", "expected_flag", "expected_interval",
    ]  # fmt: skip
    assert set(rehearsal.statuses) == {"on_time", "late", "missing", "pending", "undetermined", "not_observed"}
    with (rehearsal.folder / "no_duty.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 3
