"""The nightly job: releases -> portals -> match -> judge -> snapshot, under one lock, taken up again after a kill.

A run that was cut off goes on where it was: its evidence file answers what was asked already, the network the rest, and
every row comes out as if nothing had happened. One that was cut off long ago is closed with what it had.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from syndication import lock
from syndication.clock import from_text
from syndication.crawl import drive
from syndication.running import (
    close_evidence,
    close_unfinished,
    conclude,
    crawl_again,
    crawl_portals,
    crawl_releases,
    evidence_path,
    look_again,
    new_run_name,
    open_evidence,
    prepare,
    read_files,
    refuse_the_past,
)
from syndication.stamping import authority, stamp_after_run
from syndication.store import Store
from syndication.store.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from syndication.clock import Clock
    from syndication.progress import Progress
    from syndication.running import Files
    from syndication.store.summary import NightSummary

RESUME_WITHIN = timedelta(hours=6)
"""A run cut off longer ago than this is closed with what it had: its looks would otherwise spread over two nights."""


def nightly(
    folder: Path, clock: Clock, progress: Progress, overrides: Mapping[str, Any] | None = None
) -> NightSummary:
    """One night; see the module. `overrides` are Scrapy settings.

    Raises:
        LockedError: another command of the program works on the folder.
        Interrupted: a signal ended it; the next call goes on.
    """
    files, stamping = read_files(folder), authority()
    with lock.hold(folder, "nightly", clock.now(), behind="probe", patience=lock.PROBE_LASTS):
        store = Store(folder)
        try:
            store.sync_registry(files.registry)
            night = drive(_night(files, store, clock, progress, overrides))
            stamp_after_run(folder, Ledger(store.db.conn), stamping, progress)
            return night
        finally:
            store.close()


async def _night(
    files: Files, store: Store, clock: Clock, progress: Progress, overrides: Mapping[str, Any] | None
) -> NightSummary:
    now = clock.now()
    refuse_the_past(store, now)
    await close_unfinished(files, store, "probe", progress, now)
    unfinished = store.unfinished_run("nightly")
    if unfinished is not None and now - from_text(unfinished.started_at) < RESUME_WITHIN:
        run_id, started = unfinished.run_id, from_text(unfinished.started_at)
    else:
        await close_unfinished(files, store, "nightly", progress, now)
        run_id, started = new_run_name("nightly", now), now
    run = prepare(files, store, clock, run_id, "nightly", started, evidence_path(files.folder, run_id))
    run_file = open_evidence(run)
    if run_file is not None:  # the crawl was over when the run was cut off
        await crawl_again(files, run, progress, run_file)
        return conclude(files, run, progress, run_file)
    await crawl_releases(files, run, progress, overrides)
    await crawl_portals(run, progress, overrides)
    await look_again(run, progress, overrides)
    return conclude(files, run, progress, close_evidence(run))
