"""Judging: a table of edge cases. Times are Beijing, day and clock of March 2026; the release came out on the 10th at 10:00."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from syndication.clock import BEIJING, Interval, read_declared
from syndication.glossary import ColumnState, Flag, Mode, Outcome, Role, Status
from syndication.judging import Carrying, Case, ChannelSeen, Measure, coverage, judge

COUNTED = frozenset({Mode.COPY, Mode.ABRIDGED, Mode.LINK, Mode.WRAPPED_LINK, Mode.EMBED})
DAY = Measure(24, COUNTED)
HALF = Measure(12, COUNTED)


def at(text):
    """`10 09:00` or `10 09:00:30` of March 2026, Beijing."""
    day, clock = text.split(" ")
    hour, minute, second = [*map(int, clock.split(":")), 0][:3]
    return datetime(2026, 3, int(day), hour, minute, second, tzinfo=BEIJING)


RELEASED = Interval(at("10 10:00"), at("10 10:00"))


def good(text, **figures):
    return ChannelSeen(at(text), Outcome.OK, 20, **{"reaches_back_to": at("1 00:00"), **figures})


def failed(text, outcome=Outcome.TIMEOUT):
    return ChannelSeen(at(text), outcome)


def column(*looks):
    return coverage(Role.COLUMN, looks)


def posting(first_seen, printed="", mode=Mode.COPY, channel="column", **more):
    seen = first_seen if isinstance(first_seen, dict) else {channel: at(first_seen)}
    declared = read_declared(printed, more.pop("source", "meta"))
    return Carrying(more.pop("posting_id", 1), "http://portal.example/1", mode, declared, seen, **more)


def case(looks, *carryings, now="20 00:00", channels=None, **more):
    known = channels or {"column": column(*looks)}
    return Case(RELEASED, at(now), known, carryings=carryings, **more)


def home(*looks):
    return coverage(Role.HOME, [good(look, reaches_back_to=None) for look in looks])


PROBED = {"column": column(good("11 09:55"), good("11 10:10"), good("11 10:20")), "home": home("10 02:00")}
NIGHTLY = [good(f"{day} 02:00") for day in range(9, 16)]


def said(answer):
    return (answer.status.value, answer.flag_text, answer.cause)


EDGES = {
    # name: (case, measure, status, flags, cause)
    "printed 23:59 after the release": (
        case([good("10 02:00"), good("11 12:00")], posting("11 12:00", "2026-03-11 09:59")), DAY, "on_time", "", "declared"),
    "the minute in which the deadline falls ends on it": (
        case([good("10 02:00"), good("11 12:00")], posting("11 12:00", "2026-03-11 09:59:59")), DAY, "on_time", "", "declared"),
    "printed second is the deadline: its end is after it": (
        case([good("10 02:00"), good("11 12:00")], posting("11 12:00", "2026-03-11 10:00:00")), DAY,
        "undetermined", "", "interval_holds_deadline"),
    "one minute late": (
        case([good("10 02:00"), good("11 12:00")], posting("11 12:00", "2026-03-11 10:01")), DAY, "late", "", "declared"),
    "seen at 24:00:00 exactly": (
        case([good("10 02:00"), good("11 10:00")], posting("11 10:00")), DAY, "on_time", "", "observed"),
    "seen a second after the deadline": (
        case([good("10 12:00"), good("11 10:00:01")], posting("11 10:00:01")), DAY, "undetermined", "",
        "interval_holds_deadline"),
    "absent a second after the deadline, then there": (
        case([good("10 12:00"), good("11 10:00:01"), good("11 12:00")], posting("11 12:00")), DAY, "late", "", "observed"),
    "absent exactly at the deadline proves nothing yet": (
        case([good("10 12:00"), good("11 10:00"), good("11 12:00")], posting("11 12:00")), DAY, "undetermined", "",
        "interval_holds_deadline"),
    "day only, the deadline within the day": (
        case(NIGHTLY, posting("12 02:00", "2026-03-11")), DAY, "undetermined", "", "interval_holds_deadline"),
    "day only, the whole day before the deadline": (
        case(NIGHTLY, posting("11 02:00", "2026-03-10")), DAY, "on_time", "", "declared"),
    "day only, the whole day after the deadline": (
        case(NIGHTLY, posting("13 02:00", "2026-03-12")), DAY, "late", "", "declared"),
    "a filler time is a day": (
        case(NIGHTLY, posting("12 02:00", "2026-03-11 00:00")), DAY, "undetermined", "", "interval_holds_deadline"),
    "the end-of-day filler is a day": (
        case(NIGHTLY, posting("12 02:00", "2026-03-11 23:59:59")), DAY, "undetermined", "", "interval_holds_deadline"),
    "day only, narrowed by the looks": (
        case([good("10 12:00"), good("11 09:00"), good("11 12:00")], posting("11 09:00", "2026-03-11")), DAY,
        "on_time", "", "declared"),
    "no printed time, carried between two looks before the deadline": (
        case(NIGHTLY, posting("11 02:00")), DAY, "on_time", "", "observed"),
    "no printed time, the deadline between the looks": (
        case(NIGHTLY, posting("12 02:00")), DAY, "undetermined", "", "interval_holds_deadline"),
    "no printed time, absent after the deadline": (
        case(NIGHTLY, posting("13 02:00")), DAY, "late", "", "observed"),
    "backdated: printed before a look that did not have it": (
        case(NIGHTLY, posting("13 02:00", "2026-03-10 15:00")), DAY, "late", "backdated", "backdated"),
    "backdated within the deadline stays on time by what was seen": (
        case([good("10 12:00"), good("10 20:00"), good("11 02:00")], posting("11 02:00", "2026-03-10 12:30")), DAY,
        "on_time", "backdated", "backdated"),
    "printed some minutes before a look that missed it: a cached list, no forgery": (
        case([good("10 12:00"), good("10 20:00"), good("11 02:00")], posting("11 02:00", "2026-03-10 19:45")), DAY,
        "on_time", "", "observed"),
    "postdated: printed after the first sight": (
        case(NIGHTLY, posting("11 02:00", "2026-03-11 08:00")), DAY, "on_time", "postdated", "postdated"),
    "posted before the release came out": (
        case(NIGHTLY, posting("10 02:00", "2026-03-09 20:00")), DAY, "on_time", "", "declared"),
    "a clock of twelve hours: 05:00 printed, absent at 12:00, there at 20:00": (
        case([good("10 12:00"), good("10 20:00")], posting("10 20:00", "2026-03-10 05:00")), DAY, "on_time", "",
        "twelve_hour_clock"),
    "a clock of twelve hours after the deadline is late by what was seen": (
        case([good("11 12:00"), good("11 20:00")], posting("11 20:00", "2026-03-11 05:00")), DAY, "late", "",
        "twelve_hour_clock"),
    "neither the printed hour nor twelve more fits: backdated": (
        case([good("10 12:00"), good("10 18:00"), good("10 20:00")], posting("10 20:00", "2026-03-10 05:00")), DAY,
        "on_time", "backdated", "backdated"),
    "twelve hours more would lie after the first sight: backdated": (
        case([good("10 12:00"), good("10 14:00")], posting("10 14:00", "2026-03-10 05:00")), DAY, "on_time", "backdated",
        "backdated"),
    "printed 13:00 is no clock of twelve hours": (
        case(NIGHTLY, posting("12 02:00", "2026-03-10 13:00")), DAY, "undetermined", "backdated",
        "interval_holds_deadline"),
    "the printed hour fits, so nothing is read into it": (
        case([good("10 02:00"), good("10 20:00")], posting("10 20:00", "2026-03-10 11:00")), DAY, "on_time", "", "declared"),
    "half past midnight printed as 12:30": (
        case([good("10 20:00"), good("11 02:00")], posting("11 02:00", "2026-03-11 12:30")), DAY, "on_time", "",
        "twelve_hour_clock"),
    "a day has no hours to be wrong by twelve": (
        case(NIGHTLY, posting("13 02:00", "2026-03-10")), DAY, "late", "backdated", "backdated"),
    "the moment at which the page was made, after the first sight: no postdating": (
        case(NIGHTLY, posting("11 02:00", "2026-03-11 02:00:09", source="generated")), DAY, "on_time", "", "generated"),
    "the moment at which the page was made, before a look without it: no backdating": (
        case(NIGHTLY, posting("13 02:00", "2026-03-10 15:00", source="generated")), DAY, "late", "", "generated"),
    "a page that was made before the deadline was there by then": (
        case(NIGHTLY, posting("12 02:00", "2026-03-11 09:30", source="generated")), DAY, "on_time", "", "generated"),
    "a page made anew after the deadline tells nothing of its first time": (
        case(NIGHTLY, posting("12 02:00", "2026-03-11 18:00", source="generated")), DAY, "undetermined", "",
        "interval_holds_deadline"),
    "withdrawn later: carried in time all the same": (
        case(NIGHTLY, posting("11 02:00", afterwards={Flag.WITHDRAWN: "12 13"})), DAY, "on_time", "withdrawn", "observed"),
    "late, without a source, altered later": (
        case(NIGHTLY, posting("13 02:00", has_source=False, afterwards={Flag.ALTERED: "14 15"})), DAY, "late",
        "no_source altered", "observed"),
    "before the deadline": (case([good("10 12:00")], now="11 09:59"), DAY, "pending", "", "before_deadline"),
    "at the deadline": (case([good("10 12:00")], now="11 10:00"), DAY, "pending", "", "before_deadline"),
    "after the deadline, not looked at yet": (
        case([good("10 12:00")], now="11 10:30"), DAY, "pending", "", "not_looked_since_deadline"),
    "after the deadline, and nobody looked for days": (
        case([good("10 12:00")]), DAY, "not_observed", "", "column_not_observed"),
    "after the deadline, the look failed": (
        case([good("10 12:00"), failed("11 12:00")]), DAY, "not_observed", "", "column_not_observed"),
    "only challenge pages": (
        case([failed(f"{day} 02:00", Outcome.CHALLENGE) for day in range(9, 16)]), DAY, "not_observed", "",
        "column_not_observed"),
    "absent after the deadline": (
        case([good("10 12:00"), good("11 12:00")]), DAY, "missing", "", "absent_in_every_column"),
    "a probe saw the column empty, and nobody the home page since: the night comes first": (
        case([], now="11 10:30", channels=PROBED), DAY, "pending", "", "not_looked_since_deadline"),
    "the night that looked at the home page as well is over": (
        case([], now="12 02:00", channels=PROBED | {"home": home("10 02:00", "12 02:00")}), DAY, "missing", "",
        "absent_in_every_column"),
    "there was no such night in a day and a half": (
        case([], now="12 22:01", channels=PROBED), DAY, "missing", "", "absent_in_every_column"),
    "late in the column by a probe, which does not know the home page": (
        case([], posting("11 10:20"), now="11 10:30", channels=PROBED), DAY, "undetermined", "",
        "not_looked_since_deadline"),
    "late in the column, and the night is over": (
        case([], posting("11 10:20"), now="12 02:00", channels=PROBED | {"home": home("10 02:00", "12 02:00")}), DAY, "late",
        "", "observed"),
    "absent at the deadline only": (
        case([good("10 12:00"), good("11 10:00")]), DAY, "not_observed", "", "column_not_observed"),
    "a list that does not reach back proves nothing": (
        case([ChannelSeen(at("12 02:00"), Outcome.OK, 20, reaches_back_to=at("11 00:00"))]), DAY, "not_observed", "",
        "column_not_observed"),
    "a short list that overlaps the look before the release": (
        case([good("10 02:00", reaches_back_to=None), good("12 02:00", reaches_back_to=None, overlaps=True)]), DAY,
        "missing", "", "absent_in_every_column"),
    "a short list that overlaps a look after the release that did not reach back": (
        case([good("11 02:00", reaches_back_to=None), good("12 02:00", reaches_back_to=None, overlaps=True)]), DAY,
        "not_observed", "", "column_not_observed"),
    "a gap of failed looks, then a list without an overlap": (
        case([good("10 02:00", reaches_back_to=None), failed("11 02:00"), good("13 02:00", reaches_back_to=None)]), DAY,
        "not_observed", "", "column_not_observed"),
    "an unchanged answer after the deadline": (
        case([good("10 12:00"), ChannelSeen(at("11 12:00"), Outcome.UNCHANGED, 20)]), DAY, "missing", "",
        "absent_in_every_column"),
    "an empty list is no proof": (
        case([good("10 12:00"), ChannelSeen(at("11 12:00"), Outcome.OK, 0)]), DAY, "not_observed", "",
        "column_not_observed"),
    "title only does not count": (
        case(NIGHTLY, posting("11 02:00", mode=Mode.TITLE_ONLY)), DAY, "missing", "", "mode_does_not_count"),
    "an unclear posting bars an accusation": (
        case(NIGHTLY, posting("11 02:00", certain=False)), DAY, "undetermined", "", "posting_unclear"),
    "an unclear posting beside a late one bars it too": (
        case(NIGHTLY, posting("13 02:00"), posting("12 02:00", certain=False, posting_id=2)), DAY, "undetermined", "",
        "another_posting_unclear"),
    "an unclear posting beside one on time changes nothing": (
        case(NIGHTLY, posting("11 02:00"), posting("11 02:00", certain=False, posting_id=2)), DAY, "on_time", "",
        "observed"),
    "the same posting, on time for 24 hours and late for 12": (
        case([good("10 12:00"), good("10 23:00"), good("11 02:00")], posting("11 02:00")), HALF, "late", "", "observed"),
    "no source": (
        case(NIGHTLY, posting("11 02:00", has_source=False)), DAY, "on_time", "no_source", "observed"),
    "a link needs no source line": (
        case(NIGHTLY, posting("11 02:00", mode=Mode.LINK, has_source=False)), DAY, "on_time", "", "observed"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDGES)
def test_edge(name):
    given, measure, status, flags, cause = EDGES[name]
    assert said(judge(given, measure)) == (status, flags, cause)


def test_interval_is_the_printed_minute_within_the_looks():
    answer = judge(case(NIGHTLY, posting("11 02:00", "2026-03-10 15:30")), DAY)
    assert (answer.earliest, answer.latest) == (at("10 15:30"), at("10 15:31"))


def test_a_clock_of_twelve_hours_narrows_only_in_the_portals_favour():
    looks = [good("10 12:00"), good("10 20:00")]
    answer = judge(case(looks, posting("10 20:00", "2026-03-10 05:00")), DAY)
    assert (answer.earliest, answer.latest) == (at("10 12:00"), at("10 17:01"))
    assert answer.proof["printed"] == "2026-03-10 05:00"
    assert datetime.fromisoformat(answer.proof["read_as"]) == at("10 17:00")
    assert datetime.fromisoformat(answer.proof["absent"]) == at("10 12:00")


def test_what_was_set_aside_stands_in_the_proof():
    answer = judge(EDGES["backdated: printed before a look that did not have it"][0], DAY)
    assert answer.proof["printed"] == "2026-03-10 15:00"
    assert datetime.fromisoformat(answer.proof["absent"]) == at("12 02:00")
    withdrawn = judge(EDGES["withdrawn later: carried in time all the same"][0], DAY)
    assert withdrawn.proof["withdrawn"] == "12 13"


def test_two_channels_the_earliest_proven_carrying_wins():
    looks = {"a": column(*NIGHTLY), "b": column(*NIGHTLY)}
    late, early = posting("13 02:00", channel="a"), posting("11 02:00", channel="b", posting_id=2)
    answer = judge(case([], late, early, channels=looks), DAY)
    assert (answer.status, answer.posting_id) == (Status.ON_TIME, 2)


def test_late_in_one_column_is_no_accusation_while_another_could_not_be_seen():
    looks = {"a": column(*NIGHTLY), "b": column(failed("11 02:00"), failed("12 02:00"))}
    answer = judge(case([], posting("13 02:00", channel="a"), channels=looks), DAY)
    assert said(answer) == ("undetermined", "", "column_not_observed")


def test_missing_needs_every_column():
    looks = {"a": column(*NIGHTLY), "b": column(failed("12 02:00"))}
    assert judge(case([], channels=looks), DAY).status is Status.NOT_OBSERVED
    assert judge(case([], channels={**looks, "b": column(*NIGHTLY)}), DAY).status is Status.MISSING


def test_on_the_home_page_presence_counts_and_absence_does_not():
    looks = {"column": column(*NIGHTLY), "p@home": coverage(Role.HOME, [good("10 02:00"), good("11 09:00")])}
    carried = posting({"column": at("12 02:00"), "p@home": at("11 09:00")})
    assert judge(case([], carried, channels=looks), DAY).status is Status.ON_TIME
    looks["p@home"] = coverage(Role.HOME, [failed("11 02:00")])
    assert judge(case([], channels=looks), DAY).status is Status.MISSING


def test_a_portal_with_news_only_is_never_accused():
    looks = {"news": coverage(Role.NEWS, NIGHTLY), "p@home": coverage(Role.HOME, NIGHTLY)}
    home = [(at("12 02:00"), ColumnState.NO_ENTRY)]
    nothing = judge(case([], channels=looks, home=home), DAY)
    assert said(nothing) == ("undetermined", "no_column", "no_column")
    late = judge(case([], posting("13 02:00", "2026-03-12 15:00", channel="news"), channels=looks, home=home), DAY)
    assert late.status is Status.UNDETERMINED
    on_time = judge(case([], posting("11 02:00", channel="news"), channels=looks, home=home), DAY)
    assert on_time.status is Status.ON_TIME


def test_no_column_is_only_said_of_a_home_page_that_was_seen():
    looks = {"p@home": coverage(Role.HOME, [failed("12 02:00")])}
    assert judge(case([], channels=looks), DAY).status is Status.NOT_OBSERVED
    entry = [(at("12 02:00"), ColumnState.ENTRY_WITH_LIST)]
    answer = judge(case([], channels=looks, home=entry), DAY)
    assert said(answer) == ("undetermined", "", "column_not_registered")


EMBED = [(at(f"{day} 02:00"), ColumnState.EMBED) for day in range(9, 14)]


def embed_case(home, listed=("10 02:00", "10 12:00")):
    looks = {"p@home": coverage(Role.HOME, [good(f"{day} 02:00") for day in range(9, 16)])}
    return case([], channels=looks, home=home, listed=Interval(at(listed[0]), at(listed[1])))


def test_an_embed_carries_what_the_push_feed_lists():
    answer = judge(embed_case(EMBED), DAY)
    assert (answer.status, answer.mode, answer.latest) == (Status.ON_TIME, Mode.EMBED, at("10 12:00"))


def test_an_embed_is_taken_as_there_between_two_looks_though_others_failed():
    assert judge(embed_case([EMBED[0], EMBED[4]]), DAY).status is Status.ON_TIME


def test_an_embed_that_came_after_the_deadline():
    without = [(at(f"{day} 02:00"), ColumnState.NO_ENTRY) for day in (10, 11, 12)]
    answer = judge(embed_case([*without, (at("13 02:00"), ColumnState.EMBED)]), DAY)
    assert (answer.status, answer.mode) == (Status.LATE, Mode.EMBED)


def test_an_embed_seen_once_after_the_deadline_proves_neither():
    answer = judge(embed_case([(at("13 02:00"), ColumnState.EMBED)]), DAY)
    assert answer.status is Status.UNDETERMINED


def test_what_the_push_feed_lacks_is_not_held_against_an_embed():
    answer = judge(replace(embed_case(EMBED), listed=None), DAY)
    assert said(answer) == ("undetermined", "", "push_feed_lacks_release")


def test_a_release_known_to_the_day_accuses_nobody_within_the_doubt():
    whole_day = Interval(at("10 00:00"), at("11 00:00"))
    within = replace(case(NIGHTLY, posting("12 02:00", "2026-03-11 09:00")), released=whole_day)
    assert judge(within, DAY).status is Status.UNDETERMINED
    after = replace(case(NIGHTLY, posting("13 02:00", "2026-03-12 09:00")), released=whole_day)
    assert judge(after, DAY).status is Status.LATE


def test_weekends_and_holidays_count():
    saturday = Interval(at("14 18:00"), at("14 18:00"))
    given = replace(case([good("14 12:00"), good("15 19:00")], now="20 00:00"), released=saturday)
    assert judge(given, DAY).deadline == at("14 18:00") + timedelta(hours=24)
    assert judge(given, DAY).status is Status.MISSING


def test_flags_are_words_of_the_glossary():
    assert judge(EDGES["backdated: printed before a look that did not have it"][0], DAY).flags == (Flag.BACKDATED,)


WIDGET = [(at("10 02:00"), ColumnState.EMBED)]


def test_an_embed_is_a_column_too_though_others_are_registered():
    unseen = case([good("10 02:00"), good("11 12:00")], home=WIDGET, listed=Interval(at("10 02:00"), at("10 12:00")))
    assert said(judge(unseen, DAY)) == ("not_observed", "", "home_not_observed")
    late = replace(unseen, carryings=(posting("11 12:00", "2026-03-11 11:00"),))
    assert said(judge(late, DAY)) == ("undetermined", "", "embed_unclear")
    unfed = replace(unseen, home=[*WIDGET, (at("11 12:00"), ColumnState.EMBED)], listed=None)
    assert said(judge(unfed, DAY)) == ("undetermined", "", "push_feed_lacks_release")


def test_one_look_without_the_embed_between_looks_with_it_accuses_nobody():
    home = [(at("10 00:00"), ColumnState.EMBED), (at("11 11:00"), ColumnState.NO_ENTRY), (at("12 00:00"), ColumnState.EMBED)]
    assert judge(embed_case(home), DAY).status is Status.UNDETERMINED


def test_a_list_that_contradicts_the_look_before_proves_nothing():
    looks = [good("10 02:00"), good("11 12:00", overlaps=False)]
    assert said(judge(case(looks), DAY)) == ("not_observed", "", "column_not_observed")
    assert judge(case([looks[0], good("11 12:00", overlaps=True)]), DAY).status is Status.MISSING


def test_a_day_that_only_the_address_bears_neither_accuses_nor_excuses():
    carried = replace(posting("11 02:00"), declared=read_declared("20260308", "url"))
    assert said(judge(case(NIGHTLY, carried), DAY)) == ("on_time", "", "observed")
    late = replace(posting("12 02:00"), declared=read_declared("20260312", "url"))
    assert judge(case([good("12 02:00")], late), DAY).status is Status.UNDETERMINED


def test_the_paper_s_own_date_is_no_forged_one():
    assert said(judge(case(NIGHTLY, posting("11 02:00", "2026-02-20")), DAY)) == ("on_time", "", "observed")
    unseen_before = case([good("20 02:00")], posting("20 02:00", "2026-02-20"), now="25 00:00")
    assert judge(unseen_before, DAY).status is Status.UNDETERMINED
