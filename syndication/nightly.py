"""The nightly job: releases -> portals -> match -> judge -> snapshot, under one lock, taken up again after a kill.

A run that was cut off goes on where it was: its evidence file answers what was asked already, the network the rest, and
every row comes out as if nothing had happened. One that was cut off long ago is closed with what it had.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from syndication import __version__, lock, steps
from syndication.clock import BEIJING, FixedClock, from_text, to_text
from syndication.crawl import crawl, drive
from syndication.evidence import Archive, EvidenceWriter, chain_hash, read_run_file
from syndication.registry import load_duties, load_registry
from syndication.rules import load_rules
from syndication.run import Run
from syndication.store import Store
from syndication.store.snapshot import take_snapshot
from syndication.store.summary import NightSummary, summarise

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from syndication.clock import Clock
    from syndication.evidence import RunFile
    from syndication.progress import Progress
    from syndication.registry import DutyRow, Registry
    from syndication.rules import Rules

EVIDENCE = "evidence"
RESUME_WITHIN = timedelta(hours=6)
"""A run cut off longer ago than this is closed with what it had: its looks would otherwise spread over two nights."""


@dataclass(frozen=True)
class Files:
    """What a data folder's files say, read before anything else is touched."""

    folder: Path
    registry: Registry
    rules: Rules
    duties: tuple[DutyRow, ...]


def read_files(folder: Path) -> Files:
    """Reads registry, rules and duties; raises their errors, so that a bad file stops a night before it begins."""
    return Files(folder, load_registry(folder), load_rules(folder), load_duties(folder))


def nightly(
    folder: Path, clock: Clock, progress: Progress, overrides: Mapping[str, Any] | None = None
) -> NightSummary:
    """One night; see the module. `overrides` are Scrapy settings.

    Raises:
        LockedError: another command of the program works on the folder.
        Interrupted: a signal ended it; the next call goes on.
    """
    files = read_files(folder)
    with lock.hold(folder, "nightly", clock.now()):
        store = Store(folder)
        try:
            store.sync_registry(files.registry)
            return drive(_night(files, store, clock, progress, overrides))
        finally:
            store.close()


async def _night(
    files: Files, store: Store, clock: Clock, progress: Progress, overrides: Mapping[str, Any] | None
) -> NightSummary:
    now = clock.now()
    unfinished = store.unfinished_run("nightly")
    if unfinished is not None:
        path = files.folder / unfinished.evidence_file
        started = from_text(unfinished.started_at)
        if now - started < RESUME_WITHIN:
            return await _work(files, store, clock, progress, unfinished.run_id, started, path, overrides)
        if path.is_file():
            await replay_file(files, store, path, progress, state="interrupted")
        else:
            store.finish_run(unfinished.run_id, "interrupted", now, 0, "")
    run_id = f"{now:%Y%m%dT%H%M%SZ}-nightly"
    path = files.folder / EVIDENCE / f"{run_id}.warc.gz"
    return await _work(files, store, clock, progress, run_id, now, path, overrides)


async def _work(
    files: Files, store: Store, clock: Clock, progress: Progress, run_id: str, started: datetime, path: Path,
    overrides: Mapping[str, Any] | None,
) -> NightSummary:  # fmt: skip
    store.start_run(run_id, "nightly", started, path.relative_to(files.folder).as_posix(), __version__)
    info = {"run-id": run_id, "kind": "nightly", "started-at": to_text(started)}
    run = _new_run(files, store, clock, run_id, "nightly", started, path)
    archive, resume_at = None, None
    if path.is_file():
        run_file = read_run_file(path)
        resume_at = run_file.end if run_file.info else 0
        if "ended-at" in run_file.info:  # the crawl was over when the run was cut off
            return await _after_crawl(files, run, progress, run_file, "done")
        archive = Archive(run_file) if run_file.info else None
        store.add_evidence(run_id, run.evidence_name, run_file.records)
    run.archive = archive
    run.writer = EvidenceWriter(path, info, resume_at=resume_at)
    await _crawl(files, run, progress, overrides)
    ended = clock.now()
    run.writer.end(ended)
    return await _after_crawl(files, run, progress, read_run_file(path), "done", crawled=True)


def _new_run(
    files: Files, store: Store, clock: Clock, run_id: str, kind: str, started: datetime, path: Path
) -> Run:
    knowledge = store.knowledge(started, steps.wanted_releases(files.duties), started - steps.OPEN_FOR)
    registry = files.registry.active_on(started.astimezone(BEIJING).date())
    return Run(run_id, kind, started, files.folder, clock, registry, files.rules, store, path, knowledge)


async def _crawl(files: Files, run: Run, progress: Progress, overrides: Mapping[str, Any] | None = None) -> None:
    run.progress = progress
    with progress.phase("读取中国政府网发布"):
        await crawl(run, "releases", overrides)
    run.store.settle_releases(files.duties)
    # what came out tonight is looked for on tonight's home pages
    run.knowledge = run.knowledge.with_releases(*run.store.open_releases(run.started_at - steps.OPEN_FOR))
    with progress.phase("观测政府门户网站"):
        await crawl(run, "portals", overrides)


async def _after_crawl(
    files: Files, run: Run, progress: Progress, run_file: RunFile, state: str, *, crawled: bool = False
) -> NightSummary:
    """Matching and judging as of the end of the crawl, which the evidence file tells."""
    if not crawled:
        run.clock = FixedClock(run_file.records[-1].fetched_at if run_file.records else run.started_at)
        run.archive = Archive(run_file)
        run.store.add_evidence(run.run_id, run.evidence_name, run_file.records)
        await _crawl(files, run, progress)
    ended = end_of(run_file, run.started_at)
    unreached = run.store.note_unreached(run.run_id, ended, run.registry)
    previous = run.store.start_run(run.run_id, run.kind, run.started_at, run.evidence_name, __version__)
    with progress.phase("比对转载稿件"):
        matched = steps.match(run.store, ended)
    with progress.phase("判定"):
        changed = steps.judge_all(run.store, files.rules, run.run_id, ended)
    digest = chain_hash(run_file.records, previous)
    run.store.finish_run(run.run_id, state, ended, len(run_file.records), digest)
    if run.kind == "nightly" and state == "done":
        with progress.phase("保存快照"):
            take_snapshot(run.store.db, files.folder, run.run_id)
    return summarise(run.store.db, run.run_id, matched=matched, changed=changed, unreached=unreached)


def end_of(run_file: RunFile, started: datetime) -> datetime:
    """When a run's crawl was over: as its file says, else the time of its last record."""
    if "ended-at" in run_file.info:
        return from_text(run_file.info["ended-at"])
    return max((record.fetched_at for record in run_file.records), default=started)


async def replay_file(
    files: Files, store: Store, path: Path, progress: Progress, state: str = "done"
) -> NightSummary:
    """Feeds one evidence file to the same spiders; `path` lies in the data folder. What it lacks is `not_archived`."""
    run_file = read_run_file(path)
    run_id = run_file.info.get("run-id") or path.name.removesuffix(".gz").removesuffix(".warc")
    kind = run_file.info.get("kind", "replay")
    begun = run_file.info.get("started-at")
    started = from_text(begun) if begun else min((r.fetched_at for r in run_file.records), default=None)
    if started is None:
        return summarise(store.db, run_id)
    clock = FixedClock(end_of(run_file, started))
    store.start_run(run_id, kind, started, path.relative_to(files.folder).as_posix(), __version__)
    run = _new_run(files, store, clock, run_id, kind, started, path)
    return await _after_crawl(files, run, progress, run_file, state)
