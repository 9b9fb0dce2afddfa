"""One writer at a time: a lock on the data folder, across processes. A second one says who holds it."""

from __future__ import annotations

import json
import logging
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from syndication.clock import beijing_text, from_text, to_text
from syndication.errors import LockedError
from syndication.trouble import explained

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
PROBE_LASTS = 15 * 60.0
"""Seconds after which a probe is over (deploy/syndication-probe.service); what meets one waits so long for its end."""


@contextmanager
def hold(folder: Path, command: str, at: datetime, *, behind: str = "", patience: float = 0) -> Iterator[None]:
    """Holds the data folder for a command; the operating system gives the lock back when the process ends, however.

    Where the command `behind` holds it, its end is waited for, `patience` seconds at most.

    Raises:
        LockedError: another process holds it; the message names its command, process id and beginning.
        DataFolderError, DiskFullError, StoreBusyError, StoreDamagedError, WriteRefusedError: the machine's trouble while it
            is held.
    """
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        holder = folder / "syndication.lock.json"
        lock = FileLock(folder / "syndication.lock")
        _acquire(lock, holder, behind, patience)
        try:
            known = {"command": command, "pid": os.getpid(), "since": to_text(at)}
            holder.write_text(json.dumps(known), encoding="utf-8")
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()


def _acquire(lock: FileLock, holder: Path, behind: str, patience: float) -> None:
    waited = 0.0
    while True:
        try:
            lock.acquire(timeout=0)
            return
        except Timeout as taken:
            named = _holding(holder).get("command", behind)  # one that has just begun names itself a moment later
            if waited >= patience or named != behind:
                raise LockedError(_who(holder)) from taken
        if not waited:
            log.warning("正在等待 syndication %s 结束。 Waiting for the end of syndication %s", behind, behind)
        time.sleep(POLL_SECONDS)
        waited += POLL_SECONDS


def _holding(holder: Path) -> dict[str, str]:
    """What the holder says of itself; empty while it has not said it yet."""
    try:
        known = json.loads(holder.read_text(encoding="utf-8"))
        since = beijing_text(from_text(known["since"]))
        return {"command": str(known["command"]), "pid": str(known["pid"]), "since": since}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _who(holder: Path) -> str:
    known, folder = _holding(holder), holder.parent
    if not known:
        who, by = "本程序的另一个进程", "another process of this program"
    else:
        who = f"syndication {known['command']}（进程 {known['pid']}，{known['since']} 起，北京时间）"
        by = f"syndication {known['command']} (process {known['pid']}, since {known['since']} Beijing time)"
    return (
        f"{folder} 正由 {who} 使用，请待其结束，或先停止它，再重新运行。 "
        f"{folder} is held by {by}; wait for it to end, or stop it, then start again"
    )
