"""How the program starts Datasette: its settings, and what is off and why."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from datasette.app import Datasette  # type: ignore[import-untyped]  # Datasette ships no types

from syndication.accounts import read_accounts
from syndication.publish import catalog
from syndication.publish.host_names import told_name

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

SETTINGS: Mapping[str, Any] = {
    "default_allow_sql": False,  # one query can fill the memory (datasette-notes: 7 GB)
    "allow_download": False,  # the database holds more than its pages show
    "allow_csv_stream": False,  # loses rows; publish.export stands in its place
    "suggest_facets": False,  # a second for every page of a year's verdicts
    "default_cache_ttl": 0,  # a commit of the nightly is seen at once
    "default_page_size": 50,
    "max_returned_rows": 1000,
    "sql_time_limit_ms": 5000,
    "facet_time_limit_ms": 500,  # of each; long lists have none that nobody asked for
    "default_facet_size": 120,  # holds all portals
    "truncate_cells_html": 300,
}


def make_datasette(
    database: Path, *, base_url: str = "/", anyone_may_read: bool = False, host_names: Collection[str] = ()
) -> Datasette:
    """A Datasette over the database, mutable: it sees what another process writes.

    `anyone_may_read`: reading needs no sign-in although there are users (publish.access). `host_names` are answered to
    besides this machine's own (publish.host_names).
    """
    settings = {**SETTINGS, "base_url": base_url}
    own = {"anyone_may_read": anyone_may_read, "host_names": [told_name(name) for name in host_names]}
    metadata = catalog.metadata() | {"plugins": {"syndication": own}}
    secret = read_accounts(database.parent).secret or secrets.token_hex(32)
    return Datasette([str(database)], settings=settings, metadata=metadata, secret=secret)
