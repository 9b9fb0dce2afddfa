"""Trouble of the machine told in words: a full disk, a folder that cannot be written, a database that another holds.

Facts of the world: a write that finds no room fails as ENOSPC, EDQUOT or EFBIG. SQLite (3.40, tried) tells the first as
SQLITE_FULL and the others as SQLITE_IOERR_WRITE or SQLITE_IOERR_SHMSIZE, as it does a disk that fails; what was committed
before stays whole. None of it is a portal's fault, so it ends a run and never becomes a look.
"""

from __future__ import annotations

import errno
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from syndication.errors import DataFolderError, SyndicationError

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
NO_RIGHT = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
FAILING = frozenset({errno.EIO, errno.ESTALE, errno.ENODEV})
REFUSED_WRITES = ("SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_TRUNCATE")


class DiskFullError(SyndicationError):
    """There is no room left. What was written is kept; make room and start again."""


class WriteRefusedError(SyndicationError):
    """The system would not take a write of the database: a quota, a limit for one file, or the disk. What was written is kept."""


class StoreBusyError(SyndicationError):
    """Another program holds the database for writing; close it and start again."""


class StoreDamagedError(SyndicationError):
    """The database or its disk is damaged; restore a backup."""


class Unwritten(SyndicationError):
    """Raised for each further answer of a run that can write no more; it is neither recorded nor counted."""


TROUBLES = (OSError, sqlite3.Error)
"""What a write may raise; anything else is a fault of the program."""


@contextmanager
def explained(folder: Path, *, output: bool = False) -> Iterator[None]:
    """Turns the machine's errors inside into one line that says what to do; other errors pass as they are.

    `output`: the folder is not the data folder but one that a person named for what a command writes.
    """
    try:
        yield
    except TROUBLES as problem:
        found = explain(problem, folder, output=output)
        if found is None:
            raise
        raise found from problem


def explain(problem: BaseException, folder: Path, *, output: bool = False) -> SyndicationError | None:
    """The error in words; None for one that is not the machine's. `output` as for `explained`."""
    if isinstance(problem, sqlite3.Error):
        return _of_sqlite(problem, folder, output=output)
    if isinstance(problem, OSError):
        return _of_system(problem, folder, output=output)
    return None


def make_output(folder: Path) -> None:
    """Makes a folder that a person named for what a command writes.

    Raises:
        DataFolderError: it cannot be made; another must be named.
        DiskFullError: no room.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise explain(problem, folder, output=True) or _no_output(folder, str(problem)) from problem


def _of_sqlite(problem: sqlite3.Error, folder: Path, *, output: bool) -> SyndicationError | None:
    name = _name(problem)
    if name.startswith("SQLITE_FULL"):
        return _full(folder, str(problem))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreBusyError(
            f"数据库正被其他程序占用，请关闭占用 {folder} 中数据库的程序（如 sqlite3、数据库浏览器）后重新运行。 "
            f"Another program holds the database in {folder}; close it and start again: {problem}"
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return _no_output(folder, str(problem)) if output else _read_only(folder, str(problem))
    if name.startswith(REFUSED_WRITES):
        return WriteRefusedError(
            f"数据库无法继续写入（{name}），已写入的内容完整保留，无需恢复备份；请检查磁盘配额（quota）、单个文件的大小限制"
            f"（ulimit -f）和磁盘状态（dmesg）后重新运行同一命令，将从中断处继续。 The database in {folder} could not be written:"
            f" {problem}; look at the quota, the limit for one file and the disk, then start the same command again"
        )
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB", "SQLITE_IOERR")):
        return StoreDamagedError(
            f"数据库或磁盘已损坏（{name}），请检查磁盘，并用 syndication restore 恢复最近的备份。 "
            f"The database in {folder} or its disk is damaged: {problem}; check the disk and restore a backup"
        )
    return None


def _of_system(problem: OSError, folder: Path, *, output: bool) -> SyndicationError | None:
    if problem.errno in NO_ROOM:
        return _full(folder, str(problem))
    if problem.errno in NO_RIGHT:
        if output and problem.filename and not Path(problem.filename).absolute().is_relative_to(folder.absolute()):
            return DataFolderError(f"没有权限读取 {problem.filename}，请检查其所有者和权限。 It may not be read: {problem}")
        return _no_output(folder, str(problem)) if output else _read_only(folder, str(problem))
    if problem.errno in FAILING:
        return StoreDamagedError(f"磁盘读写出错，请检查磁盘或网络存储。 The disk of {folder} fails: {problem}")
    return None


def _full(folder: Path, said: str) -> DiskFullError:
    return DiskFullError(
        f"磁盘空间已满，已写入的内容完整保留；请清理磁盘后重新运行同一命令，将从中断处继续。 "
        f"No room left for {folder} ({said}); what was written is kept: make room and start the same command again"
    )


def _read_only(folder: Path, said: str) -> DataFolderError:
    return DataFolderError(
        f"无法写入数据目录 {folder}，请检查目录的所有者、权限，以及是否以只读方式挂载（syndication doctor 会逐项检查）。 "
        f"The data folder {folder} cannot be written: {said}"
    )


def _no_output(folder: Path, said: str) -> DataFolderError:
    return DataFolderError(
        f"无法写入输出文件夹 {folder}，请检查其所有者、权限，以及是否以只读方式挂载，或另指定文件夹。 "
        f"The folder {folder}, in which the output should go, cannot be written: {said}; name another"
    )


def _name(problem: sqlite3.Error) -> str:
    name: str = getattr(problem, "sqlite_errorname", "")  # only errors that SQLite itself raised have one
    return name
