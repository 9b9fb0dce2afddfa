"""门户: one portal. Its rate over time, its findings, its channels and their health, its column day by day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import NotFound  # type: ignore[import-untyped]  # Datasette ships no types

from syndication.clock import beijing_midnight, to_text
from syndication.publish import catalog
from syndication.publish.workbench import drawing, pages, tiles
from syndication.publish.workbench.overview import decided, rate
from syndication.store import cases, figures, listings

if TYPE_CHECKING:
    from markupsafe import Markup

    from syndication.publish.workbench.pages import Reading

MONTHS_SHOWN = 24
FINDINGS_SHOWN = 15
DAYS_SHOWN = 100


async def portal_page(datasette: Any, request: Any) -> Any:
    """`/-/portal/ID`."""
    portal_id = request.url_vars["portal"]
    return await pages.answer(datasette, request, "portal", lambda reading: read(reading, portal_id))


def read(reading: Reading, portal_id: str) -> dict[str, Any]:
    """All that is known of a portal in the picked span. Raises NotFound for an id that is none."""
    connection, picks = reading.connection, reading.picks
    row = cases.portal(connection, portal_id)
    if row is None:
        raise NotFound("Record not found")
    days = picks.span.days
    since, until = to_text(beijing_midnight(days.first)), to_text(beijing_midnight(days.last + timedelta(days=1)))
    counts = figures.one_portal(connection, picks.edition, days, portal_id)
    earlier = picks.span.before()
    before = figures.one_portal(connection, picks.edition, earlier.days, portal_id) if earlier else None
    now, old = rate(counts), rate(before) if before else None
    asked = listings.Asked(
        ("edition", "portal", "period", "problem"),
        {"edition": picks.edition, "portal": portal_id, "first": days.first.isoformat(), "last": days.last.isoformat()},
        "released_at", True,
    )  # fmt: skip
    columns = cases.column_days(connection, portal_id, since, until, DAYS_SHOWN)
    return {
        "portal": row, "counts": counts, "rate": now, "decided": decided(counts), "earlier": earlier,
        "change": now - old if now is not None and old is not None else None,
        "few": min(decided(counts), decided(before) if before else 0) < tiles.FEW,
        "drawing": _rates(reading, portal_id),
        "findings": listings.read_page(connection, listings.VERDICTS, asked, FINDINGS_SHOWN),
        "channels": cases.channels(connection, portal_id, since, until), "columns": columns[::-1],
        "column_words": catalog.words("column_state"), "row": columns[0] if columns else None,
    }  # fmt: skip


def _rates(reading: Reading, portal_id: str) -> Markup | None:
    """The rate of each of the months up to the span's end."""
    picks = reading.picks
    last = min(picks.span.days.last, picks.everything.last) if picks.everything else picks.span.days.last
    months: list[str] = []
    day = last.replace(day=1)
    while len(months) < MONTHS_SHOWN and day > date(1950, 1, 1):
        months.append(f"{day:%Y-%m}")
        day = (day - timedelta(days=1)).replace(day=1)
    months.reverse()
    counts = {row["month"]: row for row in figures.portal_months(reading.connection, picks.edition, portal_id, months)}
    if not counts:
        return None
    months = months[months.index(min(counts)) :]
    points = []
    for month in months:
        found = counts.get(month)
        percent = rate(found) if found else None
        told = f"{month}：按时率 {percent:.1f}%，已判定 {decided(found)} 条" if found and percent is not None else ""
        points.append((month[2:].replace("-", "/"), percent, told))
    summary = "各月按时率：" + "；".join(told for _, _, told in points if told)
    return drawing.rate_line(points, summary)
