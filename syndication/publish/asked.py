"""What people write into filters, read as the database has it: 超时 as `late`, a Beijing time as UTC.

The pages show Chinese words and Beijing times, so these are what people type and what they expect to compare with. It
concerns pages and our exports only: a program that asks for JSON or the programs' CSV gets exactly what it asks for.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from syndication.clock import BEIJING, to_text
from syndication.publish import catalog

if TYPE_CHECKING:
    from collections.abc import Iterable

_EXPORT = re.compile(r"-/export/(?:[^/.]+/)?(?P<table>[^/.]+)\.csv")
_COMPARED = frozenset({"exact", "not", "gt", "gte", "lt", "lte"})
_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?", re.ASCII)


def table_of(path: str, databases: Iterable[str]) -> str | None:
    """The table whose page or export for people a path (without its first slash) is; None for every other path."""
    export = _EXPORT.fullmatch(path)
    if export:
        return export["table"]
    database, _, table = path.partition("/")
    return table if database in databases and table and "/" not in table and "." not in table else None


def understood(table: str, query_string: str) -> str:
    """A query string with words and times as the database has them; the same string where nothing is to be changed."""
    pairs = parse_qsl(query_string, keep_blank_values=True)
    told = [(key, _value(table, key, value)) for key, value in pairs]
    return query_string if told == pairs else urlencode(told)


def _value(table: str, key: str, value: str) -> str:
    if key.startswith("_") and "__" not in key:
        return value
    name, _, operator = key.rpartition("__") if "__" in key else (key, "", "exact")
    kind = catalog.column(table, name).kind
    if kind == "time":
        return _utc(value) if operator in _COMPARED else value
    if kind == "yes_no":
        return {"是": "1", "否": "0"}.get(value.strip(), value)
    machine = {told: word for word, told in catalog.words(kind).items()}
    return ",".join(machine.get(part.strip(), part) for part in re.split("[,，、]", value)) if machine else value


def _utc(value: str) -> str:
    if not _WRITTEN.fullmatch(value.strip()):
        return value
    try:
        return to_text(datetime.fromisoformat(value.strip()).replace(tzinfo=BEIJING))
    except ValueError:  # no such day: compared as it stands, it matches nothing
        return value


def reading_people(app: Any, databases: tuple[str, ...]) -> Any:
    """The ASGI application with the query strings of pages and exports read so."""

    async def asked(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["query_string"]:
            table = table_of(scope["path"].removeprefix("/"), databases)
            if table:
                query_string = understood(table, scope["query_string"].decode("latin-1"))
                scope = {**scope, "query_string": query_string.encode("latin-1")}
        await app(scope, receive, send)

    return asked
