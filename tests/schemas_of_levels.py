"""Every level of the schema as SQL, under tests/schemas: `python -m tests.schemas_of_levels` writes what is missing.

A file that is there belongs to a released schema and is never written again: databases of that level are out in the world.
"""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from syndication.store.schema import migrations

SCHEMAS = Path(__file__).parent / "schemas"


def names():
    """The migrations in their order."""
    return [migration.name for migration in migrations.pending(Database(memory=True))]


def schema_of(database):
    """All tables, indexes and triggers, by name; views are made anew at each opening."""
    rows = database.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'view'"
        " AND tbl_name NOT LIKE '\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        " ORDER BY CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END, name"
    ).fetchall()
    return "".join(f"{sql};\n" for _, _, sql in rows)


def at_level(name):
    """An empty database of the program whose last migration was this one."""
    database = Database(memory=True)
    later = names()[names().index(name) + 1 :]
    migrations.apply(database, stop_before=later[0] if later else None)
    return database


def file_of(name):
    """Where a level's schema lies; the number keeps the files in the order of the migrations."""
    return SCHEMAS / f"{names().index(name) + 1:02}-{name}.sql"


if __name__ == "__main__":
    SCHEMAS.mkdir(exist_ok=True)
    for level in names():
        if not file_of(level).exists():
            file_of(level).write_text(schema_of(at_level(level)), encoding="utf-8")
            print(f"written: {file_of(level)}")
