"""Cells of Datasette's table and row pages: a value as `publish.values` shows it, or a link to the record it names.

Links are built from ids of our own database only; what crawled pages say is escaped text inside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from datasette.utils import tilde_encode  # type: ignore[import-untyped]  # Datasette ships no types
from markupsafe import Markup

from syndication.publish import catalog, values

if TYPE_CHECKING:
    from collections.abc import Mapping

_LED_TO: Mapping[str, tuple[str, str]] = {
    "portal_name": ("portals", "portal_id"),
    "title": ("releases", "release_id"),
    "verdict_id": ("verdicts", "verdict_id"),
}
"""In the lists (views), which column leads to which table's record, and where its key stands in the row."""

_LINK = Markup('<a href="{}">{}</a>')


async def cell(datasette: Any, database: str, table: str, column: str, row: Any, value: Any) -> Markup | None:
    """A cell's HTML; None leaves it to Datasette."""
    known = catalog.column(table, column)
    target = datasette.databases[database].leads.get((table, column))
    if target and value is not None:
        return await _record(datasette, database, table, column, target, value)
    if catalog.table(table).key and column in _LED_TO and value not in (None, ""):
        led_to, key = _LED_TO[column]
        if key in row.keys():  # noqa: SIM118 - a sqlite3.Row iterates over values
            path = f"{datasette.urls.table(database, led_to)}/{tilde_encode(str(row[key]))}"
            return _LINK.format(path, value)
    return values.cell(known, value)


async def _record(datasette: Any, database: str, table: str, column: str, target: str, value: Any) -> Markup:
    """A link to the record that a foreign key names. In tables Datasette has put its label in, in records not."""
    if isinstance(value, dict):
        key, label = value["value"], value["label"]
    else:
        labels = await datasette.expand_foreign_keys(database, table, column, [value])
        key, label = value, labels.get((column, value), value)
    return _LINK.format(f"{datasette.urls.table(database, target)}/{tilde_encode(str(key))}", label)
