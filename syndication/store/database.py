"""Opening the database: one file, WAL, foreign keys on, migrated, its views rebuilt from their files.

Facts (sqlite-utils 4.2, SQLite 3.40): foreign keys are off and the journal is a rollback journal unless told otherwise;
a view's file name is its name. Only one process writes at a time (`syndication.lock`); readers are never blocked.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlite_utils import Database

from syndication.errors import DataFolderError
from syndication.store.schema import migrations

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "syndication.db"
BUSY_SECONDS = 30


def require_database(folder: Path) -> Path:
    """The database file of a data folder.

    Raises:
        DataFolderError: there is none; where a folder's name was mistyped, nothing is made in its place.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        raise DataFolderError(
            f"{folder} 中还没有数据库，请先运行 syndication nightly 或 syndication replay，或用 --data 指定数据目录。 "
            f"no database at {path}; run `syndication nightly` or `syndication replay` there first"
        )
    return path


def open_database(folder: Path, *, create: bool = False) -> Database:
    """The database of a data folder, migrated to this program's schema.

    Raises:
        DataFolderError: there is none, and `create` is not set.
    """
    path = folder / FILE_NAME if create else require_database(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    database = Database(path)
    database.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
    database.enable_wal()
    database.execute("PRAGMA synchronous = FULL")  # a power cut takes no commit back; a run makes few
    database.execute("PRAGMA foreign_keys = ON")
    if migrations.pending(database):
        migrations.apply(database)
    rebuild_views(database)
    return database


def is_up_to_date(path: Path) -> bool:
    """Whether a database of this program has this version's tables and views; it is only read."""
    with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as connection:
        database = Database(connection)
        return not migrations.pending(database) and not any(_views_to_change(database))


def rebuild_views(database: Database) -> None:
    """Makes the views what their files say; a view that has no file any more is dropped."""
    gone, stale = _views_to_change(database)
    for name in gone:
        database.execute(f'DROP VIEW "{name}"')
    for name, query in stale.items():
        with database.atomic():
            database.create_view(name, query, replace=True)


def _views_to_change(database: Database) -> tuple[list[str], dict[str, str]]:
    """The views that no file has any more, and those that are not what their files say, with what these say."""
    wanted = {
        entry.name.removesuffix(".sql"): entry.read_text(encoding="utf-8").strip()
        for entry in files("syndication.store").joinpath("views").iterdir()
        if entry.name.endswith(".sql")
    }
    present = {view.name: view.schema for view in database.views}
    stale = {name: query for name, query in sorted(wanted.items()) if not present.get(name, "").endswith(query)}
    return sorted(present.keys() - wanted.keys()), stale
