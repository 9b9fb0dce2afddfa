"""Deadline probes: where to look at a tick, and what a quarter of them gains."""

from __future__ import annotations

from datetime import datetime, timedelta

from simulated_quarter import simulate

from syndication.clock import BEIJING
from syndication.probing import Lacking, Looked, plan
from syndication.rules import Probing

NOW = datetime(2026, 7, 1, 10, 0, tzinfo=BEIJING)
RULES = Probing()


def minutes(number):
    return NOW + timedelta(minutes=number)


def chosen(lacking, looked=None, rules=RULES, **more):
    return [planned.portal_id for planned in plan(NOW, lacking, looked or {}, rules, **more)]


def test_looks_just_before_and_just_after_a_deadline_and_not_otherwise():
    lacking = [
        Lacking("soon", minutes(14)), Lacking("next-tick", minutes(15)), Lacking("passed", minutes(-1)),
        Lacking("long-passed", minutes(-181)),
    ]  # fmt: skip
    assert chosen(lacking) == ["passed", "soon"]


def test_a_deadline_is_done_with_after_one_good_look():
    lacking = [Lacking("p", minutes(-20))]
    assert chosen(lacking, {"p": Looked(good=minutes(-15), tried=minutes(-15))}) == []
    assert chosen(lacking, {"p": Looked(good=minutes(-30), tried=minutes(-15))}) == ["p"]


def test_never_twice_within_the_gap():
    assert chosen([Lacking("p", minutes(5))], {"p": Looked(tried=minutes(-9))}) == []
    assert chosen([Lacking("p", minutes(5))], {"p": Looked(tried=minutes(-10))}) == ["p"]


def test_a_site_that_stays_dark_is_asked_ever_more_seldom_and_at_once_for_its_next_deadline():
    asked, tried = [], None
    for tick in range(0, 180, 15):
        now = NOW + timedelta(minutes=tick)
        looked = {"p": Looked(tried=tried)}
        if plan(now, [Lacking("p", minutes(-7))], looked, RULES):
            asked.append(tick)
            tried = now
    assert asked == [0, 15, 45, 105]
    looked = {"p": Looked(tried=minutes(-10))}
    assert chosen([Lacking("p", minutes(-40))], looked) == []
    assert chosen([Lacking("p", minutes(-40)), Lacking("p", minutes(-1))], looked) == ["p"]


def test_the_day_s_requests_run_short_before_a_deadline_first():
    before, after = [Lacking("p", minutes(5))], [Lacking("p", minutes(-5))]
    for requests, cost, ahead, behind in ((22, 1, ["p"], ["p"]), (23, 1, [], ["p"]), (24, 1, [], []), (21, 3, [], ["p"])):
        looked = {"p": Looked(requests=requests, cost=cost)}
        assert (chosen(before, looked), chosen(after, looked)) == (ahead, behind)


def test_the_hour_s_requests_go_to_the_most_urgent():
    lacking = [Lacking("before", minutes(5)), Lacking("late", minutes(-5)), Lacking("later", minutes(-50))]
    assert chosen(lacking, requests_this_hour=RULES.requests_an_hour - 2) == ["later", "late"]


def test_one_look_serves_all_deadlines_of_a_portal():
    assert chosen([Lacking("p", minutes(-5)), Lacking("p", minutes(5)), Lacking("p", minutes(-8))]) == ["p"]


def test_a_simulated_quarter_leaves_hardly_a_verdict_undetermined():
    by_night, nightly_mean, _ = simulate(RULES, probes=False)
    probed, mean, highest = simulate(RULES)
    assert nightly_mean < 1.1
    for edition, counts in probed.items():
        verdicts = sum(counts.values()) - counts["false"]
        assert counts["false"] == by_night[edition]["false"] == 0
        assert verdicts > 90_000
        assert counts["undetermined"] / verdicts < 0.01 < 0.15 < by_night[edition]["undetermined"] / verdicts
    assert mean < highest <= RULES.requests_a_portal_a_day
