"""Connections that only read, for the pages, exports and notices: any process may hold one while another writes.

Fact of the world: in SQLite's WAL mode a reader sees the database as it was when its transaction began and never waits
for the writer; in any other journal mode pages hang or fail while a nightly commits.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

from syndication.errors import DataFolderError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MIGRATION_SET = "syndication"
_OURS = "SELECT 1 FROM _sqlite_migrations WHERE migration_set = ?"


def open_reader(path: Path, *, any_thread: bool = False) -> sqlite3.Connection:
    """A read-only connection with rows as `sqlite3.Row`; raises DataFolderError where the file cannot be opened.

    `any_thread`: the connection may wander between threads; its user then sees to it that one at a time uses it.
    """
    if not path.is_file():
        raise DataFolderError(
            f"没有数据库 {path}，请先运行 syndication nightly、replay 或 demo，或用 --data 指定数据目录。 "
            f"there is no database {path}; run `syndication nightly`, `replay` or `demo` first"
        )
    try:
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?mode=ro", uri=True, check_same_thread=not any_thread, isolation_level=None
        )
        connection.row_factory = sqlite3.Row
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.Error as fault:
        raise DataFolderError(
            f"数据库 {path} 无法读取，请检查权限；如已损坏，用 syndication restore 恢复最近的备份。 "
            f"the database {path} cannot be read: {fault}"
        ) from fault
    return connection


@contextmanager
def snapshot(path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only connection inside one transaction: all that is asked of it shows the same moment."""
    connection = open_reader(path)
    try:
        connection.execute("BEGIN")
        yield connection
    finally:
        connection.close()


def is_ours(path: Path) -> bool:
    """Whether the file is a database of this program: it went through the program's migrations.

    False for every other file, also for one that is no database at all.
    """
    try:
        connection = open_reader(path)
    except DataFolderError:
        return False
    try:
        found = connection.execute(_OURS, [MIGRATION_SET]).fetchone()
    except sqlite3.OperationalError:  # no such table: another program's database
        return False
    finally:
        connection.close()
    return found is not None


def ensure_wal(path: Path) -> None:
    """Put the database into WAL mode where it is not (a copy made by VACUUM INTO is not).

    Raises DataFolderError where that fails: pages would fail during a nightly.
    """
    connection = sqlite3.connect(path)
    try:
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
        if mode != "wal":
            mode = connection.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    except sqlite3.Error as fault:
        raise DataFolderError(
            f"数据库 {path} 不能使用预写日志，请检查权限和磁盘。 the database {path} cannot be put into WAL mode: {fault}"
        ) from fault
    finally:
        connection.close()
    if mode != "wal":
        raise DataFolderError(
            f"数据库 {path} 不能使用预写日志，请把数据目录移到本机磁盘。 "
            f"the database {path} stays in journal mode {mode!r}; is its folder on a network drive?"
        )
