"""What the second sight reads and writes: which carried pages are due, what was found there, what it proves.

What is due is worked out once a run, from what was known before the run began, and kept: a run that is taken up again
after a kill asks for the same pages, and so does a replay of its evidence file.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from syndication.addresses import address_key
from syndication.clock import from_text, to_text
from syndication.glossary import ANSWERED, Finding, Flag, Outcome
from syndication.items import CarriedPage
from syndication.second_sight import Comparison, Seen, compare, due, judge_look, proven

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlite_utils import Database

    from syndication.items import SecondLook

_CARRIED = """
SELECT p.posting_id, p.first_seen_at
FROM postings p
WHERE p.state = 'read' AND p.read_at < :before AND p.first_seen_at < :before AND p.first_seen_at >= :since
    AND EXISTS (SELECT 1 FROM matches m JOIN releases r ON r.release_id = m.release_id
        JOIN duties d ON d.release_id = m.release_id AND d.duty = 1
        WHERE m.posting_id = p.posting_id AND m.decided = 1 AND r.released_latest >= :open)
    AND EXISTS (SELECT 1 FROM portals o WHERE o.portal_id = p.portal_id AND o.registered = 1)
ORDER BY p.portal_id, p.url_key
"""
_PLANNED = """
SELECT p.portal_id, p.url, p.links, w.due, coalesce((SELECT min(s.channel_id) FROM sightings s
    WHERE s.posting_id = p.posting_id AND s.first_seen_at < :before), '')
FROM second_sight_plan w JOIN postings p ON p.posting_id = w.posting_id
WHERE w.run_id = :run_id ORDER BY p.portal_id, p.url_key
"""
_KEEP = """
INSERT INTO second_sights (posting_id, run_id, looked_at, due, finding, detail, text_left, changes, evidence_id)
VALUES (:posting_id, :run_id, :at, :due, :finding, :detail, :left, :changes, :evidence)
ON CONFLICT (posting_id, run_id) DO UPDATE SET looked_at = excluded.looked_at, due = excluded.due,
    finding = excluded.finding, detail = excluded.detail, text_left = excluded.text_left, changes = excluded.changes,
    evidence_id = excluded.evidence_id
"""
_FULL_TEXTS = ("copy", "abridged")


def plan(
    db: Database, run_id: str, before: datetime, open_since: datetime, days: Sequence[int]
) -> tuple[CarriedPage, ...]:
    """The pages that a run is to look at again; planned when first asked, the same ones ever after.

    What was learned after the run's start `before` does not count; releases older than `open_since` are judged no more.
    `days` are those of rules.toml, counted from a page's first sight.
    """
    planned = db.execute("SELECT second_sights FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    if planned is None or planned[0] is None:
        found = _due(db, before, open_since, days)
        db.conn.executemany(
            "INSERT INTO second_sight_plan (run_id, posting_id, due) VALUES (?, ?, ?)",
            [(run_id, posting_id, step) for posting_id, step in found],
        )
        db.execute("UPDATE runs SET second_sights = ? WHERE run_id = ?", (len(found), run_id))
    return tuple(
        CarriedPage(portal_id, url, channel_id, tuple(json.loads(links)), step)
        for portal_id, url, links, step, channel_id in db.execute(
            _PLANNED, {"run_id": run_id, "before": to_text(before)}
        ).fetchall()
    )


def _due(db: Database, before: datetime, open_since: datetime, days: Sequence[int]) -> list[tuple[int, str]]:
    if not days:
        return []
    since = before - timedelta(days=max(days) + 14)  # a page found gone on its last day is confirmed some days later
    looks = _looks(db, "looked_at < ?", to_text(before))
    found = []
    bounds = {"before": to_text(before), "since": to_text(since), "open": to_text(open_since)}
    for posting_id, first_seen in db.execute(_CARRIED, bounds).fetchall():
        step = due(from_text(first_seen), looks.get(posting_id, ()), days, before)
        if step:
            found.append((posting_id, step))
    return found


def _looks(db: Database, condition: str, parameter: object) -> dict[int, list[Seen]]:
    looks: dict[int, list[Seen]] = {}
    for posting_id, at, finding in db.execute(
        f"SELECT posting_id, looked_at, finding FROM second_sights WHERE {condition} ORDER BY looked_at", (parameter,)
    ):
        looks.setdefault(posting_id, []).append(Seen(from_text(at), Finding(finding)))
    return looks


def keep(db: Database, run_id: str, item: SecondLook) -> None:
    """Writes what a second look found. A page that is not (or no longer) known leaves nothing."""
    key = address_key(item.page.url)
    found = db.execute(
        "SELECT p.posting_id, coalesce(t.body, '') FROM postings p LEFT JOIN posting_texts t USING (posting_id)"
        " WHERE p.portal_id = ? AND p.url_key = ?",
        (item.page.portal_id, key),
    ).fetchone()
    if found is None:
        return
    posting_id, body = found
    finding, detail, comparison = Finding.UNSEEN, f"{item.look.outcome} {item.look.detail}".strip(), None
    if item.look.outcome in ANSWERED or item.gone or item.look.outcome is Outcome.LAYOUT_CHANGED:
        texts = [
            text for (text,) in db.execute(
                "SELECT r.body FROM matches m JOIN releases r ON r.release_id = m.release_id"
                " WHERE m.posting_id = ? AND m.decided = 1 AND m.mode IN (?, ?) ORDER BY r.url_key",
                (posting_id, *_FULL_TEXTS),
            )
        ]  # fmt: skip
        comparison = compare(body, texts, "\n".join(item.lines)) if texts else Comparison(0, 1.0, ())
        finding = judge_look(item.gone, item.readable, comparison)
        detail = item.gone if finding is Finding.GONE else detail if finding is Finding.UNSEEN else ""
    db.execute(_KEEP, {
        "posting_id": posting_id, "run_id": run_id, "at": to_text(item.look.looked_at), "due": item.page.due,
        "finding": finding.value, "detail": detail,
        "left": round(comparison.left, 4) if comparison is not None and comparison.carried else None,
        "changes": json.dumps([asdict(c) for c in comparison.changes] if finding is Finding.ALTERED and comparison else [],
                              ensure_ascii=False),
        "evidence": item.look.evidence_id or None,
    })  # fmt: skip


def afterwards(db: Database, release_id: int) -> dict[int, dict[Flag, str]]:
    """By posting, the flags that second looks prove, each with the times of its first and last look.

    `withdrawn` is said of a portal only if it withdrew every copy: where one stands, the release is still carried there.
    """
    looks = _looks(
        db, "posting_id IN (SELECT posting_id FROM matches WHERE release_id = ? AND decided = 1)", release_id
    )
    if not looks:
        return {}
    marks = {posting_id: dict(proven(seen)) for posting_id, seen in looks.items()}
    standing = {
        portal_id for posting_id, portal_id in db.execute(
            "SELECT m.posting_id, p.portal_id FROM matches m JOIN postings p USING (posting_id)"
            " WHERE m.release_id = ? AND m.decided = 1", (release_id,)
        ) if Flag.WITHDRAWN not in marks.get(posting_id, {})
    }  # fmt: skip
    portals = dict(db.execute(
        "SELECT p.posting_id, p.portal_id FROM matches m JOIN postings p USING (posting_id) WHERE m.release_id = ?",
        (release_id,),
    ).fetchall())  # fmt: skip
    return {
        posting_id: {
            flag: f"{to_text(first)} {to_text(last)}" for flag, (first, last) in found.items()
            if flag is not Flag.WITHDRAWN or portals[posting_id] not in standing
        }
        for posting_id, found in marks.items()
    }  # fmt: skip
