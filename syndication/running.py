"""What every run has in common: its files, its course, the crawl, and what follows the crawl.

A run's evidence file is enough to do it again: `warcinfo` says who it is and when it began, the closing one when the crawl
was over and which channels it was to look at. Matching and judging are done as of that end, so that a replay gives the
same rows.
"""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syndication import __version__, steps
from syndication.addresses import RELEASE_LISTS
from syndication.clock import BEIJING, FixedClock, beijing_text, from_text, to_text
from syndication.crawl import crawl
from syndication.errors import ClockError, EvidenceError
from syndication.evidence import Archive, EvidenceWriter, chain_hash, read_run_file
from syndication.logs import at_run
from syndication.registry import load_duties, load_registry
from syndication.rules import load_rules
from syndication.run import Course, Run
from syndication.store.snapshot import take_snapshot
from syndication.store.summary import NightSummary, summarise

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from syndication.clock import Clock
    from syndication.evidence import Record, RunFile
    from syndication.progress import Progress
    from syndication.registry import DutyRow, Registry
    from syndication.rules import Rules
    from syndication.store import Store

log = logging.getLogger(__name__)

EVIDENCE = "evidence"
DISCOVER, CHECK = "discover", "check"
TRIALS = frozenset({DISCOVER, CHECK})
"""Kinds of runs whose looks prove nothing: they are not replayed, but their evidence stays in the chain."""


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


def new_run_name(kind: str, now: datetime) -> str:
    """The id of a run that begins now; its evidence file bears it."""
    return f"{now:%Y%m%dT%H%M%SZ}-{kind}"


def evidence_path(folder: Path, run_id: str) -> Path:
    """Where a run's evidence lies."""
    return folder / EVIDENCE / f"{run_id}.warc.gz"


def prepare(
    files: Files, store: Store, clock: Clock, run_id: str, kind: str, started: datetime, path: Path
) -> Run:
    """The run with what was known before it began. It is noted in the store as running."""
    at_run(run_id)
    log.info("run begins", extra={"figures": {"kind": kind, "started_at": to_text(started)}})
    store.start_run(run_id, kind, started, path.relative_to(files.folder).as_posix(), __version__)
    knowledge = store.knowledge(started, steps.wanted_releases(files.duties), started - steps.OPEN_FOR)
    registry = files.registry.active_on(started.astimezone(BEIJING).date())
    return Run(run_id, kind, started, files.folder, clock, registry, files.rules, store, path, knowledge)


def open_evidence(run: Run) -> RunFile | None:
    """Opens the run's file for writing. If it is there, the run was cut off: the file answers first.

    Gives the file if its crawl was over; it is not opened then.
    """
    resume_at = None
    if run.evidence_file.is_file():
        run_file = _readable(run)
        if run_file is not None and "ended-at" in run_file.info:
            return run_file
        _set_damage_aside(run, () if run_file is None else run_file.records)
        if run_file is not None and run_file.info:
            resume_at = run_file.end
            run.archive = Archive(run_file)
            run.store.add_evidence(run.run_id, run.evidence_name, run_file.records)
        else:  # nothing of it was on disk when the run was cut off
            run.evidence_file.unlink()
    info = {"run-id": run.run_id, "kind": run.kind, "started-at": to_text(run.started_at)}
    run.writer = EvidenceWriter(run.evidence_file, info, resume_at=resume_at)
    run.store.before_commit = run.writer.sync
    return None


def _readable(run: Run) -> RunFile | None:
    try:
        return read_run_file(run.evidence_file)
    except EvidenceError as problem:
        log.error("%s", problem)
        return None


def _set_damage_aside(run: Run, records: Sequence[Record]) -> None:
    """Where a damaged file lacks records that were noted, it is kept as it is beside the run's, and they are made again."""
    lost = run.store.forget_evidence(run.run_id, records)
    if lost:
        kept = run.evidence_file.with_name(f"{run.evidence_file.name}.damaged")
        shutil.copyfile(run.evidence_file, kept)
        log.error("%s is damaged: %d noted records are made again; the file as it was: %s", run.evidence_file, lost, kept)


def close_evidence(run: Run) -> RunFile:
    """Ends the crawl: the file gets its last record, with the time and the course."""
    assert run.writer is not None  # open_evidence opened it
    channels = "" if run.course.channels is None else " ".join(sorted(run.course.channels)) or "-"
    fields = {"releases": "yes" if run.course.releases else "no", **({"channels": channels} if channels else {})}
    run.store.commit()
    run.store.before_commit = None
    run.writer.end(run.clock.now(), fields)
    return read_run_file(run.evidence_file)


async def crawl_releases(
    files: Files, run: Run, progress: Progress, overrides: Mapping[str, Any] | None = None
) -> None:
    """Reads www.gov.cn and settles what is owed; what came out is then looked for on the same run's home pages."""
    run.progress = progress
    with progress.phase("读取中国政府网发布"):
        await crawl(run, "releases", overrides)
    run.store.settle_releases(files.duties)
    run.knowledge = run.knowledge.with_releases(*run.store.open_releases(run.started_at - steps.OPEN_FOR))


async def crawl_portals(run: Run, progress: Progress, overrides: Mapping[str, Any] | None = None) -> None:
    """Looks at the channels of the run's course."""
    if run.course.channels is not None and not run.course.channels:
        return
    run.progress = progress
    with progress.phase("观测政府门户网站"):
        await crawl(run, "portals", overrides, only=run.course.channels)


async def look_again(run: Run, progress: Progress, overrides: Mapping[str, Any] | None = None) -> None:
    """Looks again at the carried pages that are due; part of a night alone, and of its replay."""
    if run.kind != "nightly":
        return
    days = run.rules.second_sight_days
    pages = run.store.second_sights_due(run.run_id, run.started_at, run.started_at - steps.OPEN_FOR, days)
    if pages:
        run.progress = progress
        with progress.phase("复查已转载稿件"):
            await crawl(run, "pages", overrides, pages=pages)


async def crawl_again(files: Files, run: Run, progress: Progress, run_file: RunFile) -> None:
    """The crawl of a file that is complete, from the file alone."""
    run.clock = FixedClock(end_of(run_file, run.started_at))
    run.archive, run.writer = Archive(run_file), None
    run.course = course_of(run, run_file)
    run.store.add_evidence(run.run_id, run.evidence_name, run_file.records)
    if run.course.releases:
        await crawl_releases(files, run, progress)
    await crawl_portals(run, progress)
    await look_again(run, progress)


def course_of(run: Run, run_file: RunFile) -> Course:
    """What a recorded run was to look at: as its file says; else all, or for a cut-off probe what it came to."""
    info, archive = run_file.info, Archive(run_file)
    if run.kind != "probe":
        return Course()
    asked = archive.find(RELEASE_LISTS["push_feed"], "GET", b"") is not None
    releases = info["releases"] == "yes" if "releases" in info else asked
    if "channels" in info:
        return Course(releases, frozenset(info["channels"].split()) - {"-"})
    seen = {c.id for c in run.registry.channels if archive.has_address(c.url)}
    return Course(releases, frozenset(seen))


def conclude(files: Files, run: Run, progress: Progress, run_file: RunFile, state: str = "done") -> NightSummary:
    """Matching and judging as of the end of the crawl; the run is closed with the hash of its records."""
    ended = end_of(run_file, run.started_at)
    only = run.course.channels
    channels = [c.id for c in run.registry.channels if only is None or c.id in only]
    unreached = run.store.note_unreached(run.run_id, ended, channels)
    previous = run.store.previous_hash(run.run_id)
    with progress.phase("比对转载稿件"):
        matched = steps.match(run.store, ended)
    with progress.phase("判定"):
        since = ended - (steps.OPEN_FOR if only is None else steps.PROBED_FOR)
        steps.judge_all(run.store, files.rules, run.run_id, ended, since)
        if only is None:
            steps.judge_mended(run.store, files.rules, run.run_id, ended)
    digest = chain_hash(run_file.records, previous, run_file.frame)
    run.store.finish_run(run.run_id, state, ended, len(run_file.records), digest)
    if run.kind == "nightly" and state == "done":
        with progress.phase("保存快照"):
            take_snapshot(run.store.db, files.folder, run.run_id)
    night = summarise(run.store.db, run.run_id, matched=matched, unreached=unreached)
    figures = {"looks": night.looks, "blind": len(night.blind), "matched": matched, "new": night.new, "changes": night.changes}
    log.info("run ends", extra={"figures": {"state": state, **figures}})
    return night


def end_of(run_file: RunFile, started: datetime) -> datetime:
    """When a run's crawl was over: as its file says, else the time of its last record."""
    if "ended-at" in run_file.info:
        return from_text(run_file.info["ended-at"])
    return max((record.fetched_at for record in run_file.records), default=started)


async def replay_file(files: Files, store: Store, path: Path, progress: Progress, state: str = "done") -> NightSummary:
    """Feeds one evidence file to the same spiders; `path` lies in the data folder. What it lacks is `not_archived`."""
    run_file = read_run_file(path)
    run_id = run_file.info.get("run-id") or path.name.removesuffix(".gz").removesuffix(".warc")
    begun = run_file.info.get("started-at")
    started = from_text(begun) if begun else min((r.fetched_at for r in run_file.records), default=None)
    if started is None:
        return summarise(store.db, run_id)
    clock = FixedClock(end_of(run_file, started))
    run = prepare(files, store, clock, run_id, run_file.info.get("kind", "replay"), started, path)
    if run.kind in TRIALS:
        store.add_evidence(run_id, run.evidence_name, run_file.records)
        store.finish_run(run_id, state, clock.now(), *run_figures(store, run_id, run_file))
        return summarise(store.db, run_id)
    await crawl_again(files, run, progress, run_file)
    return conclude(files, run, progress, run_file, state)


def refuse_the_past(store: Store, now: datetime) -> None:
    """Looks must not be made before others that were made already: their times are the proof.

    Raises:
        ClockError: the machine's clock stands before the last run's times.
    """
    newest = store.newest_moment()
    if newest is not None and to_text(now) < newest:
        raise ClockError(
            f"本机时钟为 {beijing_text(now)}（北京时间），早于上一批次的 {beijing_text(from_text(newest))}，"
            "请先校准时钟（timedatectl set-ntp true）；如上一批次的时间有误，请用 syndication restore 恢复此前的备份。 "
            f"The clock says {to_text(now)}, and runs of {newest} are stored already: set the clock right"
        )


def run_figures(store: Store, run_id: str, run_file: RunFile) -> tuple[int, str]:
    """What a run's row says of its evidence: the number of its records, and the hash over them and the run before."""
    return len(run_file.records), chain_hash(run_file.records, store.previous_hash(run_id), run_file.frame)


async def close_unfinished(files: Files, store: Store, kind: str, progress: Progress, now: datetime) -> None:
    """Closes a run that was cut off with what its file holds."""
    unfinished = store.unfinished_run(kind)
    if unfinished is None:
        return
    path = files.folder / unfinished.evidence_file
    try:
        whole = path.is_file() and bool(read_run_file(path).info)
    except EvidenceError as problem:
        log.error("the run %s is closed without its evidence: %s", unfinished.run_id, problem)
        whole = False
    if whole:
        await replay_file(files, store, path, progress, state="interrupted")
    else:
        store.finish_run(unfinished.run_id, "interrupted", now, 0, None)
