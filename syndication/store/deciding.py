"""What the judging step reads and writes: looks, sightings and printed times in; verdicts out, the replaced ones kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from syndication.clock import Declared, Interval, beijing_date, from_text, to_text
from syndication.glossary import ColumnState, Fault, Mode, Outcome, Role
from syndication.judging import ADDRESS, GENERATED, Carrying, ChannelSeen, Coverage, coverage
from syndication.store import reviewing, second_sights
from syndication.store.summarising import refresh_days

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlite_utils import Database

    from syndication.clock import Precision
    from syndication.judging import Verdict

_CARRIED_AFTER_ALL = """
SELECT DISTINCT v.release_id, v.portal_id, r.released_earliest
FROM releases r
JOIN matches m ON m.release_id = r.release_id
JOIN postings p ON p.posting_id = m.posting_id
JOIN verdicts v ON v.release_id = r.release_id AND v.portal_id = p.portal_id
WHERE r.released_latest >= ? AND r.released_latest < ? AND p.first_seen_at >= ?
    AND v.status = 'missing' AND v.cause = 'absent_in_every_column'
ORDER BY r.released_earliest, v.release_id, v.portal_id
"""
FEWEST_TO_TELL = 10
"""Looks that a run must have made for its failures to tell of the monitor's own line."""


@dataclass(frozen=True)
class ReleaseOwed:
    """A release with a duty, as judging needs it."""

    release_id: int
    released: Interval
    listed: Interval | None


@dataclass(frozen=True)
class PortalSeen:
    """What was seen of a portal: its channels' coverage and its home page's column, over the time that is asked for."""

    portal_id: str
    home_url: str
    active_from: date | None
    active_to: date | None
    channels: dict[str, Coverage]
    home: list[tuple[datetime, ColumnState]]


@dataclass(frozen=True)
class NewVerdict:
    """A verdict with its key, ready to be kept."""

    release_id: int
    portal_id: str
    edition: str
    released: datetime
    verdict: Verdict
    fault: Fault | None


@dataclass(frozen=True)
class Change:
    """A verdict that would be, or was, replaced; `before` is None for a new one."""

    release_url: str
    portal_id: str
    edition: str
    before: str | None
    after: str
    flags_before: str
    flags_after: str


class DecidingRows:
    """Reads and writes of the judging step, over an open database."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._days: set[str] = set()  # release days whose verdicts changed since the counts were last made

    def owed(self, released_since: datetime) -> list[ReleaseOwed]:
        """Releases with a duty that came out since a time, oldest first."""
        rows = self._db.execute(
            "SELECT r.release_id, r.released_earliest, r.released_latest, min(l.first_listed_at),"
            " max(CASE WHEN l.first_listed_at = (SELECT min(x.first_listed_at) FROM release_listings x"
            "  WHERE x.release_id = r.release_id AND x.source IN ('push_feed', 'push_json')) THEN l.last_absent_at END)"
            " FROM releases r JOIN duties d ON d.release_id = r.release_id AND d.duty = 1"
            " LEFT JOIN release_listings l ON l.release_id = r.release_id AND l.source IN ('push_feed', 'push_json')"
            " WHERE r.released_latest >= ? AND r.url NOT IN (SELECT url FROM release_aliases)"
            " GROUP BY r.release_id ORDER BY r.released_earliest, r.url_key",
            (to_text(released_since),),
        ).fetchall()
        owed = []
        for release_id, earliest, latest, first_listed, last_absent in rows:
            released = Interval(from_text(earliest), from_text(latest))
            listed = None
            if first_listed:
                seen = from_text(first_listed)
                since = from_text(last_absent) if last_absent else released.earliest
                listed = Interval(min(since, seen), seen)
            owed.append(ReleaseOwed(release_id, released, listed))
        return owed

    def carried_after_all(self, released_since: datetime, released_before: datetime) -> dict[tuple[int, str], datetime]:
        """Releases of a time and portals that lacked them when last judged, and have a match since: when each came out."""
        return {
            (release_id, portal_id): from_text(released)
            for release_id, portal_id, released in self._db.execute(
                _CARRIED_AFTER_ALL, (to_text(released_since), to_text(released_before), to_text(released_before))
            ).fetchall()
        }

    def portals(self, looked_since: datetime, only: Collection[str] | None = None) -> list[PortalSeen]:
        """Every registered portal, or those of `only`, with what its looks since a time prove."""
        since = to_text(looked_since)
        which = "" if only is None else f" AND portal_id IN ({', '.join('?' * len(only))})"
        wanted = tuple(only or ())
        looks: dict[str, list[ChannelSeen]] = {}
        broken = self._broken_runs(since)
        for channel_id, at, outcome, count, reach, overlaps, whole, run_id in self._db.execute(
            "SELECT channel_id, looked_at, outcome, item_count, reaches_back_to, overlaps, whole, run_id FROM observations"
            f" WHERE kind = 'channel' AND looked_at >= ?{which} ORDER BY channel_id, looked_at",
            (since, *wanted),
        ):
            seen = ChannelSeen(
                from_text(at), Outcome(outcome), count, from_text(reach) if reach else None,
                None if overlaps is None else bool(overlaps), bool(whole),
                run_id not in broken,
            )  # fmt: skip
            looks.setdefault(channel_id, []).append(seen)
        home: dict[str, list[tuple[datetime, ColumnState]]] = {}
        for portal_id, at, state in self._db.execute(
            f"SELECT portal_id, looked_at, state FROM home_columns WHERE looked_at >= ?{which} ORDER BY looked_at",
            (since, *wanted),
        ):
            home.setdefault(portal_id, []).append((from_text(at), ColumnState(state)))
        channels: dict[str, dict[str, Coverage]] = {}
        for channel_id, portal_id, role in self._db.execute(
            f"SELECT channel_id, portal_id, role FROM channels WHERE registered = 1{which} ORDER BY channel_id", wanted
        ):
            channels.setdefault(portal_id, {})[channel_id] = coverage(Role(role), looks.get(channel_id, []))
        return [
            PortalSeen(
                portal_id, home_url, _day(active_from), _day(active_to), channels.get(portal_id, {}),
                home.get(portal_id, []),
            )
            for portal_id, home_url, active_from, active_to in self._db.execute(
                "SELECT portal_id, home_url, active_from, active_to FROM portals"
                f" WHERE registered = 1{which} ORDER BY portal_id", wanted,
            ).fetchall()
        ]  # fmt: skip

    def _broken_runs(self, since: str) -> set[str]:
        """Runs in which most channels could not be reached: then the monitor's own line was down, not the portals."""
        rows = self._db.execute(
            "SELECT run_id FROM observations WHERE kind = 'channel' AND looked_at >= ? GROUP BY run_id HAVING count(*) >= ?"
            " AND 2 * sum(outcome IN ('timeout', 'dns', 'tls', 'refused')) > count(*)",
            (since, FEWEST_TO_TELL),
        )
        return {run_id for (run_id,) in rows}

    def changes(self, verdicts: Iterable[NewVerdict]) -> list[Change]:
        """What saving these would change in status or flags; nothing is written."""
        old = {
            (release_id, portal_id, edition): (status, flags)
            for release_id, portal_id, edition, status, flags in self._db.execute(
                "SELECT release_id, portal_id, edition, status, flags FROM verdicts"
            )
        }
        urls = dict(self._db.execute("SELECT release_id, url FROM releases").fetchall())
        found = []
        for new in verdicts:
            said = (new.verdict.status.value, new.verdict.flag_text)
            before = old.get((new.release_id, new.portal_id, new.edition))
            if before != said:
                status, flags = before or (None, "")
                url = urls[new.release_id]
                found.append(Change(url, new.portal_id, new.edition, status, said[0], flags, said[1]))
        return found

    def carryings(self, release_id: int) -> dict[str, list[Carrying]]:
        """The postings that were matched with a release, by portal; seen is seen, also where a channel's row has gone.

        A page that a portal named counts as seen when it was fetched.
        """
        found: dict[str, list[Carrying]] = {}
        named, later = reviewing.named(self._db, release_id), second_sights.afterwards(self._db, release_id)
        for (posting_id, portal_id, url, mode, decided, state, label, number, *declared) in self._db.execute(
            "SELECT p.posting_id, p.portal_id, p.url, m.mode, m.decided, p.state, p.source_label, p.document_number,"
            " p.declared_earliest, p.declared_latest, p.declared_precision, p.declared_source, p.declared_raw"
            " FROM matches m JOIN postings p ON p.posting_id = m.posting_id WHERE m.release_id = ? ORDER BY p.url_key",
            (release_id,),
        ).fetchall():  # fmt: skip
            sightings: dict[str, datetime] = {}
            listed: list[Declared] = []
            for channel_id, first_seen, *printed in self._db.execute(
                "SELECT s.channel_id, s.first_seen_at, s.declared_earliest, s.declared_latest, s.declared_precision,"
                " s.declared_source, s.declared_raw FROM sightings s WHERE s.posting_id = ? ORDER BY s.channel_id",
                (posting_id,),
            ):
                sightings[channel_id] = from_text(first_seen)
                if (row := _declared(printed)) is not None:
                    listed.append(row)
            if posting_id in named:
                sightings[reviewing.NAMED] = named[posting_id]
            if not sightings:
                continue
            unread_title = Mode(mode) is Mode.TITLE_ONLY and state in {"listed", "unreadable"}
            found.setdefault(portal_id, []).append(Carrying(
                posting_id, url, Mode(mode), _best(_declared(declared), listed), sightings,
                certain=bool(decided) and not unread_title, has_source=bool(label or number) or state != "read",
                afterwards=later.get(posting_id, {}),
            ))  # fmt: skip
        return found

    def save(self, run_id: str, at: datetime, verdicts: Iterable[NewVerdict]) -> int:
        """Writes the verdicts that differ from what is kept; the replaced ones stay as superseded. How many changed."""
        changed = 0
        for new in verdicts:
            changed += self._save(run_id, to_text(at), new)
        return changed

    def _save(self, run_id: str, at: str, new: NewVerdict) -> int:
        key = (new.release_id, new.portal_id, new.edition)
        row = _row(new)
        old = self._db.execute(
            "SELECT deadline, status, mode, flags, cause, earliest, latest, posting_id, page_url, proof, judged_at, run_id,"
            " released_day, fault FROM verdicts WHERE release_id = ? AND portal_id = ? AND edition = ?",
            key,
        ).fetchone()
        names = ("deadline", "status", "mode", "flags", "cause", "earliest", "latest", "posting_id", "page_url", "proof")
        if old is not None and (*old[:10], old[13]) == tuple(row[name] for name in (*names, "fault")):
            return 0
        self._days.update({str(row["released_day"]), old[12] if old is not None else str(row["released_day"])})
        if old is not None and old[11] != run_id and old[1] != "pending":
            self._db.execute(
                "INSERT INTO superseded_verdicts (release_id, portal_id, edition, status, mode, flags, cause, earliest,"
                " latest, proof, judged_at, run_id, superseded_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (*key, old[1], old[2], old[3], old[4], old[5], old[6], old[9], old[10], old[11], run_id),
            )
        self._db.execute(
            "INSERT INTO verdicts (release_id, portal_id, edition, released_day, deadline, status, mode, flags, cause,"
            " earliest, latest, lag_hours, posting_id, page_url, proof, judged_at, run_id, fault)"
            " VALUES (:release_id, :portal_id, :edition, :released_day, :deadline, :status, :mode, :flags, :cause,"
            " :earliest, :latest, :lag_hours, :posting_id, :page_url, :proof, :at, :run_id, :fault)"
            " ON CONFLICT (release_id, portal_id, edition) DO UPDATE SET released_day = excluded.released_day,"
            " deadline = excluded.deadline, status = excluded.status, mode = excluded.mode, flags = excluded.flags,"
            " cause = excluded.cause, earliest = excluded.earliest, latest = excluded.latest,"
            " lag_hours = excluded.lag_hours, posting_id = excluded.posting_id, page_url = excluded.page_url,"
            " proof = excluded.proof, judged_at = excluded.judged_at, run_id = excluded.run_id, fault = excluded.fault",
            {**row, "at": at, "run_id": run_id},
        )
        return 1

    def drop_unowed(self, released_since: datetime, kept: Sequence[tuple[int, str, str]]) -> int:
        """Removes verdicts of the time that no duty asks for any more (a person lifted it); how many went."""
        wanted = set(kept)
        present = self._db.execute(
            "SELECT v.release_id, v.portal_id, v.edition, v.released_day FROM verdicts v"
            " JOIN releases r ON r.release_id = v.release_id WHERE r.released_latest >= ?",
            (to_text(released_since),),
        ).fetchall()
        gone = [row for row in present if tuple(row[:3]) not in wanted]
        for *key, day in gone:
            self._db.execute("DELETE FROM verdicts WHERE release_id = ? AND portal_id = ? AND edition = ?", key)
            self._days.add(day)
        return len(gone)

    def summarise(self) -> None:
        """Brings the counts up to date with what `save` and `drop_unowed` changed; in the same transaction as they."""
        refresh_days(self._db, self._days)
        self._days.clear()


def _row(new: NewVerdict) -> dict[str, object]:
    verdict = new.verdict
    lag_end = verdict.earliest if verdict.status == "late" else verdict.latest
    return {
        "release_id": new.release_id, "portal_id": new.portal_id, "edition": new.edition,
        "released_day": beijing_date(new.released).isoformat(), "deadline": to_text(verdict.deadline),
        "status": verdict.status.value, "mode": verdict.mode.value if verdict.mode else None, "flags": verdict.flag_text,
        "cause": verdict.cause, "earliest": to_text(verdict.earliest) if verdict.earliest else None,
        "latest": to_text(verdict.latest) if verdict.latest else None,
        "lag_hours": round((lag_end - new.released).total_seconds() / 3600, 2) if lag_end else None,
        "posting_id": verdict.posting_id, "page_url": verdict.page_url, "fault": new.fault.value if new.fault else None,
        "proof": json.dumps(verdict.proof, ensure_ascii=False, sort_keys=True),
    }  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _declared(columns: Sequence[str | None]) -> Declared | None:
    earliest, latest, precision, source, raw = columns
    if earliest is None or latest is None:
        return None
    known: Precision = "second" if precision == "second" else "minute" if precision == "minute" else "day"
    return Declared(Interval(from_text(earliest), from_text(latest)), known, source or "", raw or "")


def _best(own: Declared | None, listed: Sequence[Declared]) -> Declared | None:
    """The page's own time; the list's where the page has none, or where it is finer and lies within the page's day.

    A page's own time that is the moment of its generation gives way to the list's.
    """
    for row in sorted(listed, key=lambda row: row.source == ADDRESS):  # a day that only the address bears comes last
        if own is None or own.source in {GENERATED, ADDRESS} or (
            own.precision == "day" and row.precision != "day"
            and own.interval.earliest <= row.interval.earliest and row.interval.latest <= own.interval.latest
        ):  # fmt: skip
            return row
    return own
