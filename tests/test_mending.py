"""What a portal lacked and carried after a notice asked for it: the night recognises it long after it judges the rest no more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from syndication import steps
from syndication.clock import to_text
from syndication.rules import load_rules
from syndication.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RELEASED = datetime(2026, 1, 20, 2, tzinfo=UTC)
NIGHTS = [RELEASED + timedelta(days=day, hours=16) for day in range(130)]
TITLE = "国务院办公厅关于加强样例山区巡回医疗的意见"
LINE = "第{}条　样例山区的巡回医疗由县级人民政府组织，每季度不少于{}次，所需经费列入预算。\n"
BODY = "".join(LINE.format(number, number + 3) for number in range(1, 25))
EDITION = "inspection-24h"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A release, two portals whose column is read whole every night, and the nights up to the middle of April."""
    kept = Store(tmp_path)
    kept.begin()
    run(kept, "r")
    many = kept.db.conn.executemany
    many("INSERT INTO portals (portal_id, name, level, category, region_code, home_url, site_code, notes, registered)"
         " VALUES (?, ?, 'province', '', '', ?, '', '', 1)", [(name, name, f"http://{name}.example/") for name in ("a", "b")])
    many("INSERT INTO channels VALUES (?, ?, '', ?, 'html', 'column', '{}', '', 1)",
         [(f"{name}-c", name, f"http://{name}.example/c") for name in ("a", "b")])
    many("INSERT INTO channels VALUES (?, ?, '', ?, 'home', 'home', '{}', '', 1)",
         [(f"{name}@home", name, f"http://{name}.example/") for name in ("a", "b")])
    kept.db.execute(
        "INSERT INTO releases (release_id, url_key, url, title, document_number, issuer, released_earliest, released_latest,"
        " released_precision, released_source, body, state, first_seen_at) VALUES (1, 'k', 'http://www.gov.cn/1', ?, '', '',"
        " ?, ?, 'second', 'meta', ?, 'read', ?)", (TITLE, *[to_text(RELEASED)] * 2, BODY, to_text(RELEASED)),
    )  # fmt: skip
    kept.db.execute("INSERT INTO duties VALUES (1, 1, 'push_feed', '', '', NULL)")
    for at in NIGHTS[:85]:
        look(kept, at)
    kept.commit()
    yield kept
    kept.close()


def run(store: Store, name: str) -> None:
    store.db.execute("INSERT INTO runs (run_id, kind, started_at, state, evidence_file, program_version)"
                     " VALUES (?, 'nightly', ?, 'done', '', '')", (name, to_text(RELEASED)))  # fmt: skip


def look(store: Store, at: datetime) -> None:
    for portal in ("a", "b"):
        for channel in (f"{portal}-c", f"{portal}@home"):
            store.db.execute(
                "INSERT INTO observations (run_id, kind, portal_id, channel_id, url, looked_at, outcome, detail, item_count,"
                " reaches_back_to, overlaps, whole) VALUES ('r', 'channel', ?, ?, ?, ?, 'ok', '', 20, ?, 1, 0)",
                (portal, channel, f"{channel}/{to_text(at)}", to_text(at), to_text(at - timedelta(days=9))),
            )  # fmt: skip


def carry(store: Store, at: datetime, title: str = TITLE, body: str = BODY) -> None:
    store.db.execute("INSERT INTO postings (posting_id, portal_id, url_key, url, title, first_seen_at, state, body_length)"
                     " VALUES (1, 'a', 'p', 'http://a.example/p', ?, ?, 'read', ?)", (title, to_text(at), len(body)))  # fmt: skip
    store.db.execute("INSERT INTO posting_texts VALUES (1, ?)", (body,))
    store.db.execute("INSERT INTO sightings (posting_id, channel_id, first_seen_at, last_seen_at, title)"
                     " VALUES (1, 'a-c', ?, ?, ?)", (to_text(at), to_text(at), title))  # fmt: skip


def night(store: Store, tmp_path: Path, name: str, at: datetime) -> int:
    rules = load_rules(tmp_path)
    steps.match(store, at)
    return steps.judge_all(store, rules, name, at, at - steps.OPEN_FOR) + steps.judge_mended(store, rules, name, at)


def status(store: Store, portal: str) -> tuple[str, str]:
    found: tuple[str, str] = store.db.execute(
        "SELECT status, cause FROM verdict_list WHERE portal_id = ? AND edition = ?", (portal, EDITION)
    ).fetchone()
    return found


def test_what_was_mended_in_april_is_told_though_the_release_is_of_january(store: Store, tmp_path: Path) -> None:
    night(store, tmp_path, "r", NIGHTS[10])
    assert [status(store, portal) for portal in ("a", "b")] == [("missing", "absent_in_every_column")] * 2
    store.begin()
    run(store, "r2")
    carry(store, NIGHTS[85])
    look(store, NIGHTS[85])
    store.commit()
    assert night(store, tmp_path, "r2", NIGHTS[85] + timedelta(hours=1)) == 2  # of both editions
    assert status(store, "a") == ("late", "observed")
    assert status(store, "b") == ("missing", "absent_in_every_column")
    kept = store.db.execute("SELECT status, superseded_by FROM superseded_verdicts WHERE edition = ?", (EDITION,)).fetchall()
    assert kept == [("missing", "r2")]
    assert store.db.execute("SELECT sum(late), sum(missing) FROM portal_month WHERE edition = ?", (EDITION,)).fetchone() == (1, 1)
    assert night(store, tmp_path, "r2", NIGHTS[85] + timedelta(hours=2)) == 0


def test_a_title_alone_mends_nothing_and_is_judged_once(store: Store, tmp_path: Path) -> None:
    night(store, tmp_path, "r", NIGHTS[10])
    store.begin()
    carry(store, NIGHTS[85], body="")
    look(store, NIGHTS[85])
    store.commit()
    night(store, tmp_path, "r", NIGHTS[85] + timedelta(hours=1))
    assert status(store, "a")[0] in {"missing", "undetermined"}
    assert status(store, "a")[1] != "absent_in_every_column"
    assert night(store, tmp_path, "r", NIGHTS[85] + timedelta(hours=2)) == 0


def test_after_the_time_for_mending_a_verdict_stays(store: Store, tmp_path: Path) -> None:
    night(store, tmp_path, "r", NIGHTS[10])
    late = RELEASED + steps.MENDED_FOR + timedelta(days=1)
    store.begin()
    carry(store, late)
    look(store, late)
    store.commit()
    assert night(store, tmp_path, "r", late + timedelta(hours=1)) == 0
    assert status(store, "a") == ("missing", "absent_in_every_column")
