"""The steps after the crawl: settling releases, matching, judging. Each can be repeated without harm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from syndication.clock import beijing_date
from syndication.faults import attribute
from syndication.glossary import Status
from syndication.judging import Case, Measure, judge
from syndication.matching import Matcher
from syndication.probing import Lacking
from syndication.store.deciding import NewVerdict
from syndication.workdays import due_after

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from syndication.matching import Match
    from syndication.registry import DutyRow
    from syndication.rules import Edition, Rules
    from syndication.store import Store
    from syndication.store.deciding import DecidingRows

OPEN_FOR = timedelta(days=45)
"""How long every verdict on a release is judged anew each night."""
MENDED_FOR = timedelta(days=200)
"""How long a posting is recognised as the release that its portal lacked: a notice of a quarter (90 days) is made weeks after
its end, asks for mending within a month, and the next one tells who did. Later a verdict that is `missing` stays so."""
EARLY = timedelta(days=2)
"""Postings first seen this long before the oldest open release may still republish it (www.gov.cn can come second)."""
PROBED_FOR = timedelta(days=4)
"""What a probe judges again: a deadline that it was made for lies in these days; the rest waits for the night."""
WORKING_SLACK = 20
BEGINNING = datetime(1949, 10, 1, tzinfo=UTC)
MATCH_BATCH = 500


def match(store: Store, now: datetime) -> int:
    """Matches the postings that were not matched against every release still looked for; gives how many were."""
    rows = store.matching()
    releases = rows.releases(now - MENDED_FOR)
    newest = rows.newest_release()
    matcher = Matcher(releases)
    done = 0
    ids: list[str] = []
    found: list[Match] = []

    def flush() -> None:
        store.begin()
        rows.save(ids, found, newest, now - MENDED_FOR)
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


def judge_all(store: Store, rules: Rules, run_id: str, now: datetime, since: datetime) -> int:
    """Judges every release with a duty that came out since a time; how many verdicts changed.

    The time is the run's: a verdict says what was known then.
    """
    rows = store.deciding()
    keys: list[tuple[int, str, str]] = []

    def verdicts() -> Iterator[NewVerdict]:
        for verdict in judge_stored(rows, rules, now, since):
            keys.append((verdict.release_id, verdict.portal_id, verdict.edition))
            yield verdict

    store.begin()
    changed = rows.save(run_id, now, verdicts())
    rows.drop_unowed(since, keys)
    rows.summarise()
    store.commit()
    return changed


def judge_mended(store: Store, rules: Rules, run_id: str, now: datetime) -> int:
    """Judges what portals lacked and came to carry after `OPEN_FOR`, when a night judges it no more; how many changed."""
    rows = store.deciding()
    mended = rows.carried_after_all(now - MENDED_FOR, now - OPEN_FOR)
    if not mended:
        return 0
    store.begin()
    since = min(mended.values())
    changed = rows.save(run_id, now, judge_stored(rows, rules, now, since, mended.keys()))
    rows.summarise()
    store.commit()
    return changed


def judge_stored(
    rows: DecidingRows, rules: Rules, now: datetime, since: datetime, only: Collection[tuple[int, str]] | None = None
) -> Iterator[NewVerdict]:
    """The verdicts on every release with a duty that came out since a time, from what is stored; nothing is written.

    `only` are releases and portals, where no others are asked for. One at a time: years do not fit into memory.
    """
    for case, edition in _cases(rows, rules, now, since, only):
        verdict = judge(case.case, measure_of(edition))
        fault = attribute(case.case, verdict)
        yield NewVerdict(case.release_id, case.portal_id, edition.id, case.case.released.earliest, verdict, fault)


def lacking_now(rows: DecidingRows, rules: Rules, now: datetime, window: timedelta) -> list[Lacking]:
    """The deadlines within `window` of now that portals have not met yet, for the deadline probes."""
    longest = timedelta(hours=max(edition.hours for edition in rules.editions))
    if any(edition.calendar == "working" for edition in rules.editions):
        longest += timedelta(days=WORKING_SLACK)
    found = []
    for case, edition in _cases(rows, rules, now, now - longest - window):
        verdict = judge(case.case, measure_of(edition))
        open_still = verdict.status in {Status.PENDING, Status.NOT_OBSERVED}
        if open_still and abs(verdict.deadline - now) <= window and verdict.posting_id is None:
            found.append(Lacking(case.portal_id, verdict.deadline))
    return found


@dataclass(frozen=True)
class _Judged:
    release_id: int
    portal_id: str
    case: Case


def measure_of(edition: Edition) -> Measure:
    """What an edition asks, as judging takes it."""
    if edition.calendar == "working":
        return Measure(edition.hours, edition.counted_modes, lambda released: due_after(released, edition.hours))
    return Measure(edition.hours, edition.counted_modes)


def _cases(
    rows: DecidingRows, rules: Rules, now: datetime, since: datetime, only: Collection[tuple[int, str]] | None = None
) -> Iterator[tuple[_Judged, Edition]]:
    watched = None if only is None else {portal_id for _, portal_id in only}
    portals = rows.portals(max(since, BEGINNING + OPEN_FOR) - OPEN_FOR, watched)
    wanted = None if only is None else {release_id for release_id, _ in only}
    for release in rows.owed(since):
        if wanted is not None and release.release_id not in wanted:
            continue
        day = beijing_date(release.released.earliest)
        editions = rules.editions_for(release.released.earliest)
        carryings = rows.carryings(release.release_id)
        for portal in portals:
            if only is not None and (release.release_id, portal.portal_id) not in only:
                continue
            if (portal.active_from and day < portal.active_from) or (portal.active_to and day > portal.active_to):
                continue
            case = Case(
                released=release.released, now=now, channels=portal.channels, home=portal.home, listed=release.listed,
                carryings=carryings.get(portal.portal_id, ()), home_url=portal.home_url,
            )  # fmt: skip
            for edition in editions:
                yield _Judged(release.release_id, portal.portal_id, case), edition


def wanted_releases(duties: Sequence[DutyRow]) -> list[str]:
    """The addresses that a person's row makes a duty of; they are read even where no list shows them."""
    return [row.release_url for row in duties if row.duty]
