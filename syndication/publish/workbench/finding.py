"""Search over titles, document numbers and names of portals; a word of two characters is enough.

Fact of the world: the trigram index of SQLite needs three characters, and 环保 has two. A LIKE over the titles of thirty
thousand releases takes 36 ms, so no index is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from syndication.publish.workbench import pages
from syndication.store import cases
from syndication.store.listings import like

if TYPE_CHECKING:
    from syndication.publish.workbench.pages import Reading

SHOWN = 100


async def search_page(datasette: Any, request: Any) -> Any:
    """`/-/search?q=…`."""
    words = " ".join(str(request.args.get("q") or "").split())[:100]
    return await pages.answer(datasette, request, "search", lambda reading: read(reading, words))


def read(reading: Reading, words: str) -> dict[str, Any]:
    """Releases and portals that hold the words as they stand."""
    if not words:
        return {"q": "", "releases": [], "portals": [], "most": SHOWN}
    pattern = like(words)
    return {
        "q": words, "releases": cases.found_releases(reading.connection, pattern, SHOWN),
        "portals": cases.found_portals(reading.connection, pattern, SHOWN), "most": SHOWN,
    }  # fmt: skip
