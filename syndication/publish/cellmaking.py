"""Cells of Datasette's table and row pages: a value as `publish.values` shows it, or links to the record it names.

A release, a portal and a verdict have a record of Datasette's and a page of the workbench; who meets one finds the other.

Links are built from ids of our own database only; what crawled pages say is escaped text inside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from datasette.utils import tilde_encode  # type: ignore[import-untyped]  # Datasette ships no types
from markupsafe import Markup

from syndication.publish import catalog, values
from syndication.publish.site import site_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_LED_TO: Mapping[str, tuple[str, str]] = {
    "portal_name": ("portals", "portal_id"),
    "title": ("releases", "release_id"),
    "verdict_id": ("verdicts", "verdict_id"),
}
"""In the lists (views), which column leads to which table's record, and where its key stands in the row."""

_PAGES: Mapping[str, tuple[str, str]] = {
    "portals": ("portal", "门户页"), "releases": ("release", "发布页"), "verdicts": ("verdict", "判定页"),
}  # fmt: skip
"""The tables whose records have a page of the workbench: the page's name in its address, and for people."""

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
            return _both(datasette, database, led_to, row[key], value)
    return values.cell(known, value)


async def _record(datasette: Any, database: str, table: str, column: str, target: str, value: Any) -> Markup:
    """A link to the record that a foreign key names. In tables Datasette has put its label in, in records not."""
    if isinstance(value, dict):
        key, label = value["value"], value["label"]
    else:
        labels = await datasette.expand_foreign_keys(database, table, column, [value])
        key, label = value, labels.get((column, value), value)
    return _both(datasette, database, target, key, label)


def _both(datasette: Any, database: str, table: str, key: Any, label: Any) -> Markup:
    record = _LINK.format(f"{datasette.urls.table(database, table)}/{tilde_encode(str(key))}", label)
    return record + page_link(datasette, database, table, key)


def page_link(datasette: Any, database: str, table: str, key: Any) -> Markup:
    """A link to a record's page of the workbench; empty where it has none (other tables, a second database)."""
    site = site_of(datasette)
    if table not in _PAGES or site is None or database != site.first:
        return Markup()
    name, word = _PAGES[table]
    path = datasette.urls.path(f"/-/{name}/{quote(str(key), safe='')}")
    return Markup(' <a class="page" href="{}">{}</a>').format(path, word)
