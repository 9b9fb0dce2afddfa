"""One writer at a time: a lock on the data folder, across processes. A second one says who holds it."""

from __future__ import annotations

import json
import os
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


@contextmanager
def hold(folder: Path, command: str, at: datetime) -> Iterator[None]:
    """Holds the data folder for a command; the operating system gives the lock back when the process ends, however.

    Raises:
        LockedError: another process holds it; the message names its command, process id and beginning.
        DataFolderError, DiskFullError, StoreBusyError, StoreDamagedError: the machine's trouble while it is held.
    """
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        holder = folder / "syndication.lock.json"
        lock = FileLock(folder / "syndication.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout as taken:
            raise LockedError(_who(holder)) from taken
        try:
            known = {"command": command, "pid": os.getpid(), "since": to_text(at)}
            holder.write_text(json.dumps(known), encoding="utf-8")
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()


def _who(holder: Path) -> str:
    try:
        known = json.loads(holder.read_text(encoding="utf-8"))
        since = beijing_text(from_text(known["since"]))
        who = f"syndication {known['command']} (process {known['pid']}, since {since} Beijing time)"
    except (OSError, ValueError, KeyError):
        who = "another process of this program"
    return f"{holder.parent} is held by {who}; wait for it to end, or stop it, then start again"
