"""数据表: the latest run, how the verdicts stand, and the way to every list and table as Datasette shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from datasette import Response  # type: ignore[import-untyped]  # Datasette ships no types
from datasette.utils import tilde_encode  # type: ignore[import-untyped]  # as above

from syndication.glossary import Status, chinese
from syndication.publish import catalog
from syndication.publish.editions import edition_names
from syndication.publish.site import site_of
from syndication.publish.values import shown
from syndication.store import overview

LISTS = ("verdict_list", "portal_scorecard", "release_coverage", "column_days", "column_share", "portal_health", "channel_health",
         "source_differences")  # fmt: skip
TABLES = ("releases", "portals", "channels", "postings", "matches", "reviews", "observations", "runs", "evidence")
DEFAULT_EDITION = "inspection-24h"


async def tables_page(datasette: Any, request: Any) -> Any:
    """`/-/tables`: needs the right to see the database."""
    site = site_of(datasette)
    if site is None:
        raise LookupError("the page is only registered where one of our databases is served")
    name = site.first
    await datasette.ensure_permissions(request.actor, [("view-database", name), "view-instance"])
    database = datasette.databases[name]
    editions = [row["edition"] for row in await database.execute(overview.EDITIONS)]
    asked = request.args.get("edition")
    edition = asked if asked in editions else DEFAULT_EDITION
    parameters = {"edition": edition}
    counts = {row["status"]: dict(row) for row in await database.execute(overview.STATUS_COUNTS, parameters)}
    run = (await database.execute(overview.LAST_RUN)).first()
    list_path = datasette.urls.table(name, "verdict_list")
    span = dict((await database.execute(overview.SPAN, parameters)).first())

    def list_url(**filters: str) -> str:
        return f"{list_path}?{urlencode({'edition': edition, **filters})}"

    def recent_url(status: str) -> str:
        return list_url(status=status, released_day__gte=span["recent_day"] or "")

    context = {
        "edition": edition,
        "editions": editions,
        "statuses": [(status, chinese(status), counts.get(status, {})) for status in Status],
        "span": span,
        "run": _run(run),
        "run_url": datasette.urls.row(name, "runs", tilde_encode(run["run_id"])) if run else "",
        "list_url": list_url,
        "recent_url": recent_url,
        "lists": [catalog.table(table) for table in LISTS],
        "tables": [catalog.table(table) for table in TABLES],
        "database": name,
        "edition_words": edition_names(Path(database.path).parent),
    }
    return Response.html(await datasette.render_template("syndication_home.html", context, request=request))


def _run(row: Any) -> dict[str, Any] | None:
    if row is None:
        return None
    return {key: shown(catalog.column("runs", key), row[key]) for key in row.keys()}  # noqa: SIM118 - a sqlite3.Row iterates over values
