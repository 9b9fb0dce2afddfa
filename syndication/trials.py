"""Runs of the scout: live, with evidence and politeness as in a night, but nothing is matched and nobody is judged.

Their looks are observations of kind `trial`, which prove nothing; their evidence closes with the same chain of hashes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syndication import lock
from syndication.clock import beijing_date
from syndication.crawl import crawl, drive
from syndication.errors import RegistryError
from syndication.run import Course
from syndication.running import (
    CHECK,
    DISCOVER,
    close_evidence,
    evidence_path,
    new_run_name,
    open_evidence,
    prepare,
    read_files,
    run_figures,
)
from syndication.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from spiders.scout import HomeFinding, ListFinding
    from syndication.items import Channel
    from syndication.progress import Progress
    from syndication.running import Files
    from syndication.surroundings import Surroundings


def search(
    folder: Path, ids: tuple[str, ...], surroundings: Surroundings, progress: Progress
) -> tuple[Files, list[HomeFinding], list[ListFinding]]:
    """Searches the home pages of portals (all active ones, if no id is given) for the column.

    Raises RegistryError for an id that the registry lacks, or of a portal that is not watched on this day.
    """
    files = read_files(folder)
    today = beijing_date(surroundings.clock.now())
    known = {portal.id for portal in files.registry.portals}
    watched = {portal.id for portal in files.registry.active_on(today).portals}
    for portal_id in ids:
        if portal_id not in known:
            raise RegistryError(folder / "portals.csv", 1, "id", f"there is no portal {portal_id!r}; name one of its ids")
        if portal_id not in watched:
            reason = f"{portal_id} is not watched on {today}; look at its active_from and active_to"
            raise RegistryError(folder / "portals.csv", 1, "active_from", reason)
    homes, lists = _scout(files, DISCOVER, surroundings, progress, "从首页查找栏目", portals=frozenset(ids or known))
    return files, homes, lists


def try_channels(
    files: Files, channels: tuple[Channel, ...], surroundings: Surroundings, progress: Progress
) -> list[ListFinding]:
    """Looks at channels once, in the order in which their answers come."""
    return _scout(files, CHECK, surroundings, progress, "逐个试读栏目", channels=channels)[1]


def _scout(
    files: Files, kind: str, surroundings: Surroundings, progress: Progress, phase: str, **wanted: Any
) -> tuple[list[HomeFinding], list[ListFinding]]:
    from spiders.scout import (  # Scrapy's imports take a second, which `check` need not wait for
        HomeFinding,
    )

    homes: list[HomeFinding] = []
    lists: list[ListFinding] = []

    def report(found: HomeFinding | ListFinding) -> None:
        (homes if isinstance(found, HomeFinding) else lists).append(found)  # type: ignore[arg-type]  # told apart just now

    clock, settings = surroundings.clock, surroundings.settings
    with lock.hold(files.folder, kind, clock.now()):
        store = Store(files.folder)
        try:
            store.sync_registry(files.registry)
            drive(_run(files, store, kind, surroundings, progress, phase, {**wanted, "report": report}, settings))
        finally:
            store.close()
    return homes, lists


async def _run(
    files: Files, store: Store, kind: str, surroundings: Surroundings, progress: Progress, phase: str,
    wanted: Mapping[str, Any], settings: Mapping[str, Any],
) -> None:  # fmt: skip
    started = surroundings.clock.now()
    unfinished = store.unfinished_run(kind)
    if unfinished is not None:
        store.finish_run(unfinished.run_id, "interrupted", started, 0, None)
    run_id = _free_name(files.folder, new_run_name(kind, started))
    run = prepare(files, store, surroundings.clock, run_id, kind, started, evidence_path(files.folder, run_id))
    run.course, run.progress = Course(releases=False, channels=frozenset()), progress
    open_evidence(run)
    with progress.phase(phase):
        await crawl(run, "scout", settings, **wanted)
    run_file = close_evidence(run)
    store.finish_run(run_id, "done", surroundings.clock.now(), *run_figures(store, run_id, run_file))


def _free_name(folder: Path, name: str) -> str:
    """A run's name whose evidence file is not there: two trials can begin within one second."""
    numbered = (f"{name}-{number}" for number in range(2, 1000))
    return next(one for one in (name, *numbered) if not evidence_path(folder, one).exists())
