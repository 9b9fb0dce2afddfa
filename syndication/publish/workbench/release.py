"""发布: one release. Its text, its duty and why, its deadlines, and how every portal did with it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import NotFound  # type: ignore[import-untyped]  # Datasette ships no types

from syndication.glossary import Status
from syndication.publish import catalog
from syndication.publish.workbench import pages
from syndication.store import cases
from syndication.store.periods import could_be_observed

if TYPE_CHECKING:
    from syndication.publish.workbench.pages import Reading


async def release_page(datasette: Any, request: Any) -> Any:
    """`/-/release/NUMBER`."""
    number = int(request.url_vars["release"])
    return await pages.answer(datasette, request, "release", lambda reading: read(reading, number))


def read(reading: Reading, number: int) -> dict[str, Any]:
    """All that is known of a release. Raises NotFound for a number that is none."""
    connection, picks = reading.connection, reading.picks
    row = cases.release(connection, number)
    if row is None:
        raise NotFound("Record not found")
    rows = [
        each for each in cases.release_verdicts(connection, number, picks.edition)
        if not picks.level or each["level"] == picks.level
    ]  # fmt: skip
    counts = Counter(each["status"] for each in rows)
    order = (Status.MISSING, Status.LATE, Status.UNDETERMINED, Status.NOT_OBSERVED, Status.PENDING, Status.ON_TIME, Status.EXEMPT)
    return {
        "release": row, "listings": cases.release_listings(connection, number),
        "deadlines": cases.release_deadlines(connection, number), "sources": catalog.words("listing_source"),
        "basis": catalog.words("duty_basis"), "precision": catalog.words("precision"),
        "counts": [(status, counts[status]) for status in order if counts[status]],
        "groups": [(status, [each for each in rows if each["status"] == status]) for status in order if counts[status]],
        "observable": could_be_observed(counts), "portals": len(rows),
    }  # fmt: skip
