"""Search over titles, document numbers and names of portals; all words count, in any width and brackets (store.searching)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syndication.publish.workbench import pages
from syndication.store import cases, searching

if TYPE_CHECKING:
    from syndication.publish.workbench.pages import Reading

SHOWN = 100


async def search_page(datasette: Any, request: Any) -> Any:
    """`/-/search?q=…`."""
    told = " ".join(str(request.args.get("q") or "").split())[: searching.LONGEST]
    return await pages.answer(datasette, request, "search", lambda reading: read(reading, told))


def read(reading: Reading, told: str) -> dict[str, Any]:
    """Releases and portals that hold all the words; first those where they stand as they were typed."""
    words = searching.words(told)
    if not words:
        return {"q": told, "found": False, "releases": [], "portals": [], "most": SHOWN}
    return {
        "q": told, "found": True, "releases": cases.found_releases(reading.connection, words, SHOWN),
        "portals": cases.found_portals(reading.connection, words, SHOWN), "most": SHOWN,
    }  # fmt: skip
