"""What all pages of the workbench have in common: who may see them, one transaction for all reads, headers, the frame."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasette import Response  # type: ignore[import-untyped]  # Datasette ships no types

from syndication.clock import beijing_date, beijing_text, from_text
from syndication.glossary import CAUSES, CHINESE
from syndication.publish import access, catalog, values
from syndication.publish.editions import edition_names
from syndication.publish.site import site_of
from syndication.publish.workbench import picking, spans

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from syndication.publish.workbench.picking import Picks

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
"""The pages need no script, and nothing from another host."""


@dataclass(frozen=True)
class Reading:
    """What a page reads from: one transaction of the database, the picks, the moment, where the data folder lies."""

    connection: sqlite3.Connection
    picks: Picks
    now: datetime
    folder: Path
    root: str


async def answer(
    datasette: Any, request: Any, template: str, read: Callable[[Reading], dict[str, Any]], *, status: int = 200
) -> Any:
    """The page of a template over what `read` finds; needs the right to see the database.

    Raises what `read` raises: NotFound for a record that is not there, BadRequest for an address that makes no sense.
    """
    context = await gather(datasette, request, read)
    return await rendered(datasette, request, template, context, status=status)


async def gather(datasette: Any, request: Any, read: Callable[[Reading], dict[str, Any]]) -> dict[str, Any]:
    """What `read` finds and the picks, after the visitor's right was checked."""
    name = await allowed(datasette, request)
    database = datasette.databases[name]
    site = site_of(datasette)
    assert site is not None  # `allowed` found it
    now = site.clock.now()
    folder, root = Path(database.path).parent, str(datasette.setting("base_url"))

    def all_reads(connection: sqlite3.Connection) -> dict[str, Any]:
        connection.execute("BEGIN")
        try:
            names = edition_names(folder)
            picks = picking.read(connection, request, beijing_date(now), names)
            return {"picks": picks, "edition_words": names, **read(Reading(connection, picks, now, folder, root))}
        finally:
            connection.execute("ROLLBACK")

    found: dict[str, Any] = await database.execute_fn(all_reads)
    return found | {"now": now}


def carried(earliest: str | None, latest: str | None, released: str = "") -> str:
    """When a portal came to carry a release: a minute, or the bounds within which it did; stored times.

    The look without it may lie before the release, which nobody can carry before it is out: there the bound is `released`.
    """
    if not earliest or not latest:
        return values.beijing(earliest or latest or "")
    earliest = min(max(earliest, released), latest)
    if from_text(latest) - from_text(earliest) <= timedelta(minutes=1):
        return values.beijing(earliest)
    return f"{values.beijing(earliest)} 至 {values.beijing(latest)}"


async def allowed(datasette: Any, request: Any) -> str:
    """The name of the database that the pages show; raises Forbidden where the visitor may not see it."""
    site = site_of(datasette)
    if site is None:
        raise LookupError("the pages are only registered where one of our databases is served")
    await datasette.ensure_permissions(request.actor, [("view-database", site.first), "view-instance"])
    return site.first


async def rendered(datasette: Any, request: Any, template: str, context: dict[str, Any], *, status: int = 200) -> Any:
    """A template in the frame of the workbench."""
    picks: Picks | None = context.get("picks")
    frame = {
        "root": datasette.setting("base_url"),
        "door": access.door_of(datasette),
        "role": access.role_of(datasette, request.actor),
        "choices": spans.within(picks.everything) if picks and picks.everything else {},
        "edition_words": catalog.words("edition"),
        "words": {str(word): told for word, told in CHINESE.items()},
        "causes": CAUSES,
        "beijing": lambda stored: values.beijing(stored) if stored else "",
        "moment": beijing_text,
        "carried": carried,
        "badges": lambda kind, value: values.cell(catalog.Column(kind, kind, kind), value) or "",
        "link_out": lambda name, url: values.cell(catalog.Column(name, name, "url"), url) or "",
        **context,
    }
    html = await datasette.render_template(f"workbench/{template}.html", frame, request=request)
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "private, no-store"}
    return Response.html(html, status=status, headers=headers)
