"""Health: what the views say of a filled database, what of it needs a person, and the exit status for a scheduler."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner

from syndication.cli import main
from syndication.clock import FixedClock, from_text
from syndication.glossary import Level, Outcome, Role
from syndication.health import ChannelHealth, Figures, Kind, PortalHealth, SourceDifference, State, concerns
from syndication.items import Channel, ChannelLook, Look, Portal, ReleaseListLook, Row
from syndication.registry import Registry
from syndication.store import Store
from syndication.store.health import figures
from syndication.surroundings import Surroundings

NOW = from_text("2026-03-20T03:00:00Z")
DAY = timedelta(days=1)
CHANNEL = ChannelHealth("p", "样例省", "p-gwy", "国务院信息", Role.COLUMN, State.WORKING, None, Outcome.OK, 14, 20, 20.0, None,
                        NOW, NOW)  # fmt: skip
PORTAL = PortalHealth("p", "样例省", State.WORKING, None, None, 2, 2)


def kinds(portal=PORTAL, channel=CHANNEL, differences=(), last_night=NOW):
    return [one.kind for one in concerns(Figures([portal], [channel], differences, last_night), NOW)]


@pytest.mark.parametrize(
    ("portal", "expected"),
    [
        ({}, []),
        ({"state": State.PARTLY}, []),
        ({"state": State.FAILING, "failing_since": NOW - DAY}, []),
        ({"state": State.FAILING, "failing_since": NOW - 2 * DAY}, [Kind.PORTAL_FAILING]),
        ({"state": State.NEVER}, [Kind.PORTAL_NEVER]),
    ],
)
def test_portals_that_need_a_person(portal, expected):
    assert kinds(portal=replace(PORTAL, **portal)) == expected


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ({"state": State.FAILING, "failing_since": NOW - DAY}, []),
        ({"state": State.FAILING, "failing_since": NOW - 3 * DAY}, [Kind.CHANNEL_FAILING]),
        ({"state": State.NEVER, "failing_since": NOW - 3 * DAY}, [Kind.CHANNEL_FAILING]),
        ({"state": State.NEVER, "looks": 0}, []),  # registered after the last night
        ({"items": 10}, []),
        ({"items": 9}, [Kind.FEW_ITEMS]),
        ({"items": 2, "usual": 5.0}, []),
        ({"items": 9, "usual": None}, []),
        ({"items": 19, "expected": 20}, [Kind.FEW_ITEMS]),
        ({"items": 20, "expected": 20}, []),
        ({"newest": NOW - 45 * DAY}, []),
        ({"newest": NOW - 46 * DAY}, [Kind.SILENT]),
        ({"newest": NOW - 46 * DAY, "last_look": NOW - 5 * DAY}, []),  # nobody looked: silence is not proven
        ({"newest": NOW - 400 * DAY, "role": Role.NEWS}, []),
    ],
)
def test_channels_that_need_a_person(channel, expected):
    assert kinds(channel=replace(CHANNEL, **channel)) == expected


def test_a_portal_that_cannot_be_read_is_told_once():
    failing = {"state": State.FAILING, "failing_since": NOW - 3 * DAY}
    assert kinds(replace(PORTAL, **failing), replace(CHANNEL, **failing)) == [Kind.PORTAL_FAILING]


def test_nights_that_do_not_end_and_sources_that_disagree():
    assert kinds(last_night=NOW - timedelta(hours=37)) == [Kind.NO_NIGHT]
    assert kinds(last_night=None) == [Kind.NO_NIGHT]
    assert kinds(differences=[SourceDifference("https://www.gov.cn/a", "通知", True)]) == [Kind.SOURCES]


# --- over a database ---


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Twenty nights of six portals, each with a column and a home page."""
    folder = tmp_path_factory.mktemp("health")
    names = ("well", "dead", "new", "shrunk", "silent", "partly")
    portals = tuple(Portal(n, n, Level.PROVINCE, "", "", f"https://{n}.example/", "", None, None, "") for n in names)
    columns = tuple(
        Channel(f"{n}-gwy", n, "国务院信息", f"https://{n}.example/gwy/", "html", Role.COLUMN, {"min_rows": 5}) for n in names
    )
    homes = tuple(Channel(f"{n}@home", n, "首页", f"https://{n}.example/", "home", Role.HOME) for n in names)
    store = Store(folder)
    store.sync_registry(Registry(portals, (*columns, *homes)))
    for back in range(20, -1, -1):
        night(store, NOW - back * DAY - timedelta(hours=1), back, (*columns, *homes))
    store.close()
    return folder


def night(store, at, back, channels):
    run = f"{at:%Y%m%d}"
    store.start_run(run, "nightly", at, "evidence/x", "0")
    for source, address in (("push_feed", "https://www.gov.cn/pushinfo/v150203/rss.xml"),
                            ("push_json", "http://www.gov.cn/pushinfo/v150203/pushinfo.jsonp")):  # fmt: skip
        rows = [Row(f"https://www.gov.cn/{n}.htm", f"国务院关于第{n}号事项的通知") for n in range(20 - back)]
        if source == "push_json":
            rows = [row for row in rows if not row.url.endswith("/12.htm")]
        store.record(run, ReleaseListLook(Look("", "", address, at, Outcome.OK), source, tuple(rows)))
    for channel in channels:
        outcome, count, newest = Outcome.OK, 10, 0
        match channel.portal_id:
            case "dead" if back < 5:
                outcome = Outcome.TIMEOUT
            case "new":
                outcome = Outcome.CHALLENGE
            case "shrunk" if back == 0:
                count = 4
            case "silent":
                newest = -60
            case "partly" if back < 3 and channel.role is Role.COLUMN:
                outcome = Outcome.LAYOUT_CHANGED
        rows = tuple(
            Row(f"{channel.url}{n}.html", f"第{n}号样例事项的通知") for n in range(count)
        ) if outcome is Outcome.OK else ()  # fmt: skip
        look = Look(channel.portal_id, channel.id, channel.url, at, outcome)
        store.record(run, ChannelLook(look, rows))
        if newest:
            store.db.execute(
                "UPDATE sightings SET first_seen_at = '2026-01-01T00:00:00Z' WHERE channel_id = ?", (channel.id,)
            )
    store.finish_run(run, "done", at + timedelta(minutes=30), 0, "")


def test_the_views_say_how_portals_fare(filled):
    store = Store(filled)
    known = figures(store.db, NOW)
    share = store.db.execute("SELECT looks, answered, usual_items FROM channel_health WHERE channel_id = 'dead-gwy'").fetchone()
    store.close()
    states = {one.portal_id: (one.state, one.failing_since, one.outcome, one.working) for one in known.portals}
    began = NOW - timedelta(hours=1)
    assert states == {
        "well": (State.WORKING, None, None, 2),
        "dead": (State.FAILING, began - 4 * DAY, Outcome.TIMEOUT, 0),
        "new": (State.NEVER, began - 20 * DAY, Outcome.CHALLENGE, 0),
        "shrunk": (State.WORKING, None, None, 2),
        "silent": (State.WORKING, None, None, 2),
        "partly": (State.PARTLY, None, Outcome.LAYOUT_CHANGED, 1),
    }
    assert share == (15, 10, 10.0)
    assert [one.url for one in known.differences] == ["https://www.gov.cn/12.htm"]
    assert known.last_night == NOW - timedelta(minutes=30)


def test_the_command_tells_a_scheduler(filled):
    at = Surroundings(FixedClock(NOW))
    done = CliRunner(env={"COLUMNS": "200"}).invoke(main, ["health", "--data", str(filled)], obj=at)
    assert done.exit_code == 2
    assert "门户 6 家：正常 3，部分失败 1，失败 1，从未读到 1。" in done.output
    for told in ("读不到的门户", "从未读到的门户", "条数减少", "专栏长期没有新稿件", "读不到的栏目", "发布来源不一致",
                 "至少应有 5 条", "operator: ask the portal to admit the monitor"):  # fmt: skip
        assert told in done.output


def test_all_well_is_zero(filled, tmp_path):
    store = Store(tmp_path)
    portal = Portal("well", "well", Level.PROVINCE, "", "", "https://well.example/", "", None, None, "")
    channel = Channel("well@home", "well", "首页", portal.home_url, "home", Role.HOME)
    store.sync_registry(Registry((portal,), (channel,)))
    night(store, NOW - timedelta(hours=1), 20, (channel,))
    store.close()
    done = CliRunner().invoke(main, ["health", "--data", str(tmp_path)], obj=Surroundings(FixedClock(NOW)))
    assert (done.exit_code, "没有需要人工处理的事项" in done.output) == (0, True)
