"""The place of a rehearsal under TMPDIR: it goes with the rehearsal, and what a killed one left goes with the next.

Fact of the world: SIGTERM ends a Python process without its `finally`. A lock on a folder (flock) goes with its process,
however that ends; so a folder that can be locked belongs to nobody any more.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from syndication.rehearsal.performing import RehearsalError

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "syndication-rehearsal-"


@contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder that is removed at the end, also where SIGTERM ends the rehearsal; first what was left before goes.

    Raises:
        RehearsalError: no folder can be made, or SIGTERM came.
    """
    try:
        _sweep(Path(tempfile.gettempdir()))
        made = tempfile.TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
    except FileNotFoundError as problem:
        raise RehearsalError(
            "没有可写的临时目录，请设置 TMPDIR，或用 --keep 指定文件夹。 "
            f"No folder for temporary files can be written; set TMPDIR, or name a folder by --keep: {problem.strerror}"
        ) from problem
    with _ended_by_sigterm(), made as name, _held(Path(name)):
        yield Path(name)


def _sweep(where: Path) -> None:
    """Removes the folders of rehearsals of this user that are over."""
    for left in where.glob(f"{PREFIX}*"):
        with suppress(OSError):  # another user's, in use, or gone meanwhile
            if left.is_dir() and not left.is_symlink() and left.stat().st_uid == os.geteuid():
                with _held(left):
                    shutil.rmtree(left)


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Holds a folder; raises BlockingIOError where another process does."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """SIGTERM raises RehearsalError, so that all ends as after any error."""

    def stop(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not stop the clearing up
        raise RehearsalError("演练已按信号停止，临时文件已清除。 The rehearsal was stopped by a signal; what it made is removed")

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
