"""docs/schema.md: tables, views, columns and indexes of a freshly migrated database, and the words that stand in them.

Names for people come from the catalogue of the pages, meanings from the comments of the schema and of the views' files,
else from meanings.toml.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database
from sqlite_utils.db import View

from syndication.publish import catalog
from syndication.store import schema
from syndication.store.database import rebuild_views

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlite_utils.db import Table

PUBLIC: Mapping[str, str | None] = {"verdict_list": "reviewed", "portal_scorecard": None, "release_coverage": None}
"""Views on whose names and columns others may rely; up to the named column, or all."""
_HEAD = """# Schema

Made from a freshly migrated database and the catalogue of the pages (`make docs`); tests/test_docs.py compares. One SQLite file,
`syndication.db`, WAL mode. Times are UTC text `YYYY-MM-DDTHH:MM:SSZ`; `…_earliest` and `…_latest` bound an interval
`[earliest, latest)`. Words of a kind stand at the end. **Rely on the public views**: their columns stay, or change with a
line in the changelog. Everything else may change with any release; migrations keep what is stored.

| | name | 中文 | |
| --- | --- | --- | --- |
"""


def schema_page() -> str:
    """The text of docs/schema.md."""
    database = fresh()
    shown: list[Table | View] = [*sorted(database.views, key=_place), *database.tables]
    shown = [each for each in shown if not each.name.startswith("_")]
    index = "".join(
        f"| {_sort(each)} | [`{each.name}`](#{each.name}) | {catalog.table(each.name).title} "
        f"| {catalog.table(each.name).description} |\n"
        for each in shown
    )
    return _HEAD + index + "".join(_section(each, database) for each in shown) + _words(shown)


def fresh() -> Database:
    """An empty database of this program's schema, in memory."""
    database = Database(memory=True)
    schema.migrations.apply(database)
    rebuild_views(database)
    return database


def _place(view: View) -> tuple[int, str]:
    public = list(PUBLIC)
    return (public.index(view.name) if view.name in PUBLIC else len(public)), view.name


def _sort(each: Table | View) -> str:
    if each.name in PUBLIC:
        return "**public view**"
    return "view" if isinstance(each, View) else "table"


def _section(each: Table | View, database: Database) -> str:
    known = catalog.table(each.name)
    told = [f"\n## {each.name}\n", f"{known.title}。{known.description}\n"]
    key, leads, indexes = known.key, {}, ""
    if isinstance(each, View):
        told.append(f"{_said_in_its_file(each.name)}\n")
        if upto := PUBLIC.get(each.name):
            told.append(f"Public up to `{upto}`; what follows may change.\n")
    else:
        key, indexes = tuple(each.pks), _indexes(each)
        leads = {str(lead.column): lead.other_table for lead in each.foreign_keys}
    told.append("| column | 中文 | type | meaning |\n| --- | --- | --- | --- |")
    told += [_row(each, column.name, column.type, leads.get(column.name), database) for column in each.columns]
    told.append(f"\nKey: {_code(key)}.{indexes}")
    return "\n".join(told) + "\n"


def _row(each: Table | View, column: str, declared: str, lead: str | None, database: Database) -> str:
    found = catalog.column(each.name, column)
    named = f"[{found.kind}](#words)" if catalog.words(found.kind) else ""
    sort = type_in_views(column, database) if isinstance(each, View) else declared.lower()
    holds = {"time": "UTC time", "yes_no": "0 or 1"}.get(found.kind, named or sort)
    target = f" → [{lead}](#{lead})" if lead else ""
    told = f"{meaning(each.name, column)}{target}" + (f" · {found.explanation}" if found.explanation else "")
    return f"| `{column}` | {found.label} | {holds} | {told.replace('|', chr(92) + '|')} |"


def type_in_views(column: str, database: Database) -> str:
    """The type of a view's column: SQLite of different versions tells different ones for expressions, so it is not asked."""
    types = {c.type.lower() for table in database.tables for c in table.columns if c.name == column}
    types |= {name for name, columns in meanings()["types"].items() if column in columns}
    if len(types) != 1:
        raise LookupError(f"meanings.toml, [types]: {column} needs exactly one type, not {sorted(types)}")
    return str(types.pop())


def _indexes(table: Table) -> str:
    found = sorted((index for index in table.indexes if index.origin == "c"), key=lambda index: index.name)
    return "".join(
        f" Index `{index.name}`{' (unique)' if index.unique else ''}: {_code(index.columns)}." for index in found
    )


def _code(names: Iterator[str] | tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"`{name}`" if name else "an expression" for name in names)


def _said_in_its_file(view: str) -> str:
    text = files("syndication.store").joinpath("views", f"{view}.sql").read_text("utf-8")
    lines = [line.removeprefix("--").strip() for line in text.splitlines() if line.startswith("--")]
    return " ".join(lines)


@cache
def meanings() -> dict[str, Any]:
    """meanings.toml."""
    return tomllib.loads(files("syndication.reference").joinpath("meanings.toml").read_text("utf-8"))


@cache
def comments() -> Mapping[tuple[str, str], str]:
    """What the schema's comments say of columns, by table and column (SQLite keeps no comments of a column added later)."""
    found: dict[tuple[str, str], str] = {}
    for script in (value for name, value in vars(schema).items() if name.isupper() and isinstance(value, str)):
        table = ""
        for line in script.splitlines():
            code, _, said = line.partition("--")
            if begun := re.match(r"CREATE TABLE (\w+)", code):
                table = begun[1]
            added = re.match(r"ALTER TABLE (\w+) ADD COLUMN (\w+)", code)
            column = re.match(r"    (\w+) [A-Z]", code)
            if said and added:
                found[added[1], added[2]] = said.strip()
            elif said and column and table:
                found[table, column[1]] = said.strip()
    return found


def meaning(table: str, column: str) -> str:
    """What a column means. Raises LookupError where nothing says it."""
    own = comments().get((table, column)) or meanings()["tables"].get(table, {}).get(column)
    elsewhere = {said for (_, name), said in comments().items() if name == column}
    told: str | None = own or meanings()["columns"].get(column) or (elsewhere.pop() if len(elsewhere) == 1 else None)
    if told is None:
        raise LookupError(f"meanings.toml: nothing says what {table}.{column} means")
    return told


def _words(shown: list[Table | View]) -> str:
    kinds = sorted({catalog.column(each.name, c.name).kind for each in shown for c in each.columns})
    rows = [
        f"| {kind} | {' · '.join(f'`{word}` {told}' for word, told in catalog.words(kind).items())} |"
        for kind in kinds if catalog.words(kind)
    ]  # fmt: skip
    return "\n## Words\n\n| kind | words |\n| --- | --- |\n" + "\n".join(rows) + "\n"
