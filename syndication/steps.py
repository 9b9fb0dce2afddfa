"""The steps after the crawl: settling releases, matching, judging. Each can be repeated without harm."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from syndication.clock import beijing_date
from syndication.judging import Case, Measure, judge
from syndication.matching import Matcher
from syndication.store.deciding import NewVerdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from syndication.matching import Match
    from syndication.registry import DutyRow
    from syndication.rules import Rules
    from syndication.store import Store
    from syndication.store.deciding import DecidingRows, PortalSeen, ReleaseOwed

OPEN_FOR = timedelta(days=45)
"""How long a release is looked for. A portal that carries it later still stays `missing`: nobody looks for it there."""
EARLY = timedelta(days=2)
"""Postings first seen this long before the oldest open release may still republish it (www.gov.cn can come second)."""
BEGINNING = datetime(1949, 10, 1, tzinfo=UTC)
MATCH_BATCH = 500


def match(store: Store, now: datetime) -> int:
    """Matches the postings that were not matched against every open release; gives how many were."""
    rows = store.matching()
    releases = rows.releases(now - OPEN_FOR)
    newest = rows.newest_release()
    matcher = Matcher(releases)
    done = 0
    ids: list[str] = []
    found: list[Match] = []

    def flush() -> None:
        store.begin()
        rows.save(ids, found, newest)
        store.commit()
        ids.clear()
        found.clear()

    for posting in rows.postings(now - OPEN_FOR - EARLY, newest):
        ids.append(posting.posting_id)
        found.extend(matcher.match(posting))
        done += 1
        if len(ids) >= MATCH_BATCH:
            flush()
    flush()
    return done


def judge_all(store: Store, rules: Rules, run_id: str, now: datetime, *, since: datetime | None = None) -> int:
    """Judges every release with a duty that came out since a time (`OPEN_FOR` if not given); how many verdicts changed.

    The time is the run's: a verdict says what was known then.
    """
    rows = store.deciding()
    released_since = now - OPEN_FOR if since is None else since
    looked_since = released_since - OPEN_FOR if since is None else BEGINNING
    owed = rows.owed(released_since)
    portals = rows.portals(looked_since)
    verdicts = list(_verdicts(rows, owed, portals, rules, now))
    store.begin()
    changed = rows.save(run_id, now, verdicts)
    rows.drop_unowed(released_since, [(v.release_id, v.portal_id, v.edition) for v in verdicts])
    rows.summarise()
    store.commit()
    return changed


def _verdicts(
    rows: DecidingRows, owed: Sequence[ReleaseOwed], portals: Sequence[PortalSeen], rules: Rules, now: datetime
) -> Iterator[NewVerdict]:
    for release in owed:
        day = beijing_date(release.released.earliest)
        editions = rules.editions_for(release.released.earliest)
        carryings = rows.carryings(release.release_id)
        for portal in portals:
            if (portal.active_from and day < portal.active_from) or (portal.active_to and day > portal.active_to):
                continue
            case = Case(
                released=release.released, now=now, channels=portal.channels, home=portal.home, listed=release.listed,
                carryings=carryings.get(portal.portal_id, ()), home_url=portal.home_url,
            )  # fmt: skip
            for edition in editions:
                verdict = judge(case, Measure(edition.hours, edition.counted_modes))
                yield NewVerdict(release.release_id, portal.portal_id, edition.id, release.released.earliest, verdict)


def wanted_releases(duties: Sequence[DutyRow]) -> list[str]:
    """The addresses that a person's row makes a duty of; they are read even where no list shows them."""
    return [row.release_url for row in duties if row.duty]
