"""Snapshots: after each night a copy of the database that nothing writes to, so that a notice can cite its figures."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from syndication.errors import DataFolderError
from syndication.store.copying import copy_whole
from syndication.store.database import FILE_NAME, open_database
from syndication.store.reading import open_reader
from syndication.trouble import StoreDamagedError, explain, explained

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database

FOLDER = "snapshots"
KEPT = 7


def take_snapshot(db: Database, folder: Path, run_id: str) -> Path:
    """Copies the database as `VACUUM INTO` does (whole, without a write-ahead log) and keeps the newest `KEPT`."""
    target = folder / FOLDER / f"{run_id}.db"
    target.parent.mkdir(parents=True, exist_ok=True)
    copy_whole(db, target)
    for old in sorted(target.parent.glob("*.db"))[:-KEPT]:
        old.unlink()
    return target


def freeze(source: Path, target: Path) -> None:
    """Copies a database as it is at this moment into one file without a log, in this program's schema and views.

    The source is only read and may be written meanwhile. Raises DataFolderError where it cannot be read or copied, and
    DiskFullError where there is no room for the copy.
    """
    with (
        explained(target.parent, output=True),
        tempfile.TemporaryDirectory(dir=target.parent, prefix=".freezing-") as place,
    ):
        copy = Path(place) / FILE_NAME
        with closing(open_reader(source)) as connection:
            try:
                connection.execute("VACUUM INTO ?", (str(copy),))
            except sqlite3.Error as fault:
                told = explain(fault, target.parent, output=True)
                if told is not None and not isinstance(told, StoreDamagedError):  # the source is damaged, not the target
                    raise told from fault
                raise DataFolderError(
                    f"数据库 {source} 无法复制到 {target}，请检查磁盘。 "
                    f"The database {source} cannot be copied to {target}: {fault}; check the disk"
                ) from fault
        _bring_up_to_date(copy)
        copy.replace(target)


@contextmanager
def thawed(frozen: Path) -> Iterator[sqlite3.Connection]:
    """A reading connection to a frozen copy, in this program's schema and views; the copy itself is not touched."""
    with tempfile.TemporaryDirectory(prefix="syndication-frozen-") as place:
        copy = Path(place) / FILE_NAME
        try:
            shutil.copyfile(frozen, copy)
        except OSError as fault:
            raise explain(fault, Path(place), output=True) or DataFolderError(
                f"快照 {frozen} 无法读取。 The snapshot {frozen} cannot be read: {fault.strerror}"
            ) from fault
        open_reader(copy).close()
        _bring_up_to_date(copy)
        with closing(open_reader(copy)) as connection:
            yield connection


def _bring_up_to_date(copy: Path) -> None:
    """Migrates, makes the views anew, and leaves one file in rollback mode, which needs no write access to be read."""
    database = open_database(copy.parent)
    try:
        database.execute("PRAGMA journal_mode = DELETE")
    finally:
        database.close()
