"""Which of a Datasette's databases are ours, and what we keep for that Datasette.

Fact of the world: an installed plugin is active in every Datasette of its environment, also in one that serves quite
other databases; there none of our hooks may change anything.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from datasette.database import Database  # type: ignore[import-untyped]  # Datasette ships no types

from syndication.clock import Clock, SystemClock
from syndication.publish import catalog
from syndication.store.lists import is_count, quick_count, tie_broken
from syndication.store.reading import is_ours

if TYPE_CHECKING:
    from datasette.app import Datasette  # type: ignore[import-untyped]  # as above

EXPORTS_AT_ONCE = 4
"""Exports that read at the same time; each holds a connection and a snapshot of the database."""

COUNTED_WITHIN_MS = 400
"""How long Datasette may count the rows of a list for its page; ten years hold millions."""


class ExactDatabase(Database):  # type: ignore[misc]  # Datasette ships no types
    """A database whose pages come in a total order, so that paging loses and doubles no row (see store.lists)."""

    keys: dict[str, tuple[str, ...]]
    leads: dict[tuple[str, str], str]  # (table, column) -> the table whose record a value of the column names

    async def execute(self, sql: str, *args: Any, **kwargs: Any) -> Any:
        """As Datasette's own, with ties broken in the queries that fill a page, and counts that hold nobody up.

        A count of all rows of a list that takes too long is left out by Datasette, which then tells no number.
        """
        if is_count(sql):
            kwargs.setdefault("custom_time_limit", COUNTED_WITHIN_MS)
        return await super().execute(tie_broken(quick_count(sql), self.keys), *args, **kwargs)


@dataclass(frozen=True)
class Site:
    """What we keep for one Datasette: the names of our databases in it."""

    databases: tuple[str, ...]
    clock: Clock = field(default_factory=SystemClock)  # what pages call now
    wall: Clock = field(default_factory=SystemClock)  # for sessions and the audit log
    export_slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(EXPORTS_AT_ONCE))
    notice_slot: asyncio.Lock = field(default_factory=asyncio.Lock)  # one notice is made or checked at a time

    @property
    def first(self) -> str:
        """The database that the front page shows."""
        return self.databases[0]


_sites: WeakKeyDictionary[Any, Site | None] = WeakKeyDictionary()


def site_of(datasette: Datasette) -> Site | None:
    """What we keep for a Datasette; None where none of its databases is ours."""
    if datasette not in _sites:
        names = tuple(
            name for name, database in datasette.databases.items() if database.path and is_ours(Path(database.path))
        )
        _sites[datasette] = Site(names) if names else None
    return _sites[datasette]


def keep_clock(datasette: Datasette, clock: Clock) -> None:
    """Have a Datasette's pages ask another clock than the machine's (a rehearsal that stands still, tests)."""
    site = site_of(datasette)
    if site is not None:
        _sites[datasette] = Site(site.databases, clock)


async def make_exact(datasette: Datasette, names: tuple[str, ...]) -> None:
    """Put an `ExactDatabase` in the place of each of our databases, before the first page is asked for."""
    databases = dict(datasette.databases)
    for name in names:
        old = databases[name]
        if isinstance(old, ExactDatabase):
            continue
        exact = ExactDatabase(datasette, old.path, is_mutable=old.is_mutable)
        exact.name, exact.route = old.name, old.route
        primary = {table: tuple(await old.primary_keys(table)) for table in await old.table_names()}
        exact.keys = {table: key for table, key in primary.items() if key} | catalog.view_keys()
        exact.leads = {
            (table, lead["column"]): lead["other_table"]
            for table in primary
            for lead in await old.foreign_keys_for_table(table)
        }
        databases[name] = exact
    datasette.databases = databases
