"""`syndication probe`: a look at the portals that lack a release whose deadline is near. Every quarter of an hour.

It shares lock, evidence and ledger with the nightly. Where nothing is due it opens no run and asks nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from syndication import lock, steps
from syndication.crawl import drive
from syndication.probing import plan
from syndication.run import Course
from syndication.running import (
    close_evidence,
    close_unfinished,
    conclude,
    crawl_portals,
    crawl_releases,
    evidence_path,
    new_run_name,
    open_evidence,
    prepare,
    read_files,
    refuse_the_past,
)
from syndication.store import Store
from syndication.store.probing import ProbingRows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from syndication.clock import Clock
    from syndication.probing import Planned
    from syndication.progress import Progress
    from syndication.running import Files
    from syndication.store.summary import NightSummary


@dataclass(frozen=True)
class Probed:
    """What a probe did: the looks that were due, whether www.gov.cn was read, and the run's figures if there was a run."""

    planned: tuple[Planned, ...]
    releases: bool
    night: NightSummary | None


def probe(
    folder: Path, clock: Clock, progress: Progress, overrides: Mapping[str, Any] | None = None, *, dry: bool = False
) -> Probed:
    """One probe; `dry` only plans. `overrides` are Scrapy settings.

    Raises:
        LockedError: another command works on the folder; a nightly looks at every portal itself.
    """
    files = read_files(folder)
    with lock.hold(folder, "probe", clock.now()):
        store = Store(folder)
        try:
            store.sync_registry(files.registry)
            if dry:
                return Probed(tuple(_due(files, store, clock.now())), releases=False, night=None)
            return drive(_probe(files, store, clock, progress, overrides))
        finally:
            store.close()


async def _probe(
    files: Files, store: Store, clock: Clock, progress: Progress, overrides: Mapping[str, Any] | None
) -> Probed:
    now = clock.now()
    refuse_the_past(store, now)
    await close_unfinished(files, store, "probe", progress, now)
    read_at = ProbingRows(store.db).releases_read_at()
    stale = read_at is None or now - read_at >= timedelta(minutes=files.rules.probing.releases_minutes)
    if not stale and not _due(files, store, now):
        return Probed((), releases=False, night=None)
    run_id = new_run_name("probe", now)
    run = prepare(files, store, clock, run_id, "probe", now, evidence_path(files.folder, run_id))
    open_evidence(run)
    if stale:
        await crawl_releases(files, run, progress, overrides)
    planned = _due(files, store, clock.now())
    channels = ProbingRows(store.db).looked(now)[1]
    active = {portal.id for portal in run.registry.portals}
    wanted = [channels[one.portal_id] for one in planned if one.portal_id in active]
    run.course = Course(releases=stale, channels=frozenset().union(*wanted))
    await crawl_portals(run, progress, overrides)
    return Probed(tuple(planned), stale, conclude(files, run, progress, close_evidence(run)))


def _due(files: Files, store: Store, now: datetime) -> list[Planned]:
    rules = files.rules.probing
    rows = ProbingRows(store.db)
    window = timedelta(minutes=max(rules.trail_minutes, rules.tick_minutes))
    lacking = steps.lacking_now(store.deciding(), files.rules, now, window)
    looked, _ = rows.looked(now)
    return plan(now, lacking, looked, rules, rows.requests_since(now - timedelta(hours=1)))
