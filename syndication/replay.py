"""Replay: evidence in, the same store out. A folder of WARC files is fed, in order of their time, to the same spiders."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from syndication import lock
from syndication.clock import from_text
from syndication.crawl import drive
from syndication.errors import EvidenceError
from syndication.evidence import read_run_file
from syndication.review_run import REVIEW, replay_review
from syndication.running import EVIDENCE, read_files, replay_file
from syndication.store import Store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from syndication.clock import Clock
    from syndication.progress import Progress
    from syndication.running import Files


def replay(looks: Path, folder: Path, clock: Clock, progress: Progress) -> tuple[int, int]:
    """Replays every WARC file of a folder (or one file) that the data folder has not seen; gives (replayed, known).

    The files are copied into the data folder's `evidence/`: the evidence of a verdict stays with it.

    Raises:
        EvidenceError: no WARC files there, or one that cannot be read.
        LockedError, DataFolderError, RegistryError, RulesError: as for a night.
    """
    files = read_files(folder)
    paths = in_order_of_time(looks)
    with lock.hold(folder, "replay", clock.now()):
        store = Store(folder)
        try:
            store.sync_registry(files.registry)
            return drive(_replay_all(files, store, paths, progress))
        finally:
            store.close()


def in_order_of_time(looks: Path) -> list[Path]:
    """The WARC files of a folder by the time of their first record; one without any (a review) by its beginning."""
    found = [looks] if looks.is_file() else [*looks.glob("*.warc.gz"), *looks.glob("*.warc")]
    if not found:
        raise EvidenceError(
            f"{looks} 中没有 WARC 文件，请指定存放证据的文件夹。 "
            f"no *.warc.gz or *.warc files in {looks}; name the folder that holds a recorded crawl"
        )
    begun: list[tuple[datetime, str, Path]] = []
    for path in found:
        run_file = read_run_file(path)
        times = [record.fetched_at for record in run_file.records]
        if not times and "started-at" in run_file.info:
            times.append(from_text(run_file.info["started-at"]))
        if times:
            begun.append((min(times), _run_name(path), path))
    return [path for _, _, path in sorted(begun)]


def _run_name(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".warc")


async def _replay_all(files: Files, store: Store, paths: Sequence[Path], progress: Progress) -> tuple[int, int]:
    replayed = known = 0
    for path in paths:
        kept = files.folder / EVIDENCE / path.name
        if kept.resolve() != path.resolve() and not kept.is_file():
            kept.parent.mkdir(parents=True, exist_ok=True)
            part = kept.with_suffix(".part")
            shutil.copyfile(path, part)
            part.replace(kept)
        run_file = read_run_file(kept)
        if store.has_run(run_file.info.get("run-id") or _run_name(path)):
            known += 1
            continue
        progress.console.print(f"[{replayed + known + 1}/{len(paths)}] {path.name}", highlight=False, markup=False)
        again = replay_review if run_file.info.get("kind") == REVIEW else replay_file
        await again(files, store, kept, progress)
        replayed += 1
    return replayed, known
