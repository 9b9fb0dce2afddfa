"""Whether a folder can hold a database with a write-ahead log, tried out.

Fact of the world: SQLite's log needs shared memory, which most network file systems do not give, and some pretend to.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path


def wal_problem(folder: Path) -> str:
    """Why the folder cannot hold a database with a write-ahead log; empty where it can. A file is tried and removed."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".doctor-") as scratch:
        path = Path(scratch) / "trial.db"
        try:
            with closing(sqlite3.connect(path)) as writer, closing(sqlite3.connect(path)) as reader:
                mode = writer.execute("PRAGMA journal_mode = WAL").fetchone()[0]
                if mode != "wal":
                    return f"journal_mode stays {mode}"
                writer.execute("CREATE TABLE t (a)")
                writer.commit()
                writer.execute("BEGIN IMMEDIATE")
                writer.execute("INSERT INTO t VALUES (1)")
                seen = reader.execute("SELECT count(*) FROM t").fetchone()[0]
                writer.commit()
        except sqlite3.Error as problem:
            return str(problem)
    return "" if seen == 0 else "a reader sees what is not committed"
