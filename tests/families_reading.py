"""How a reading of a list stands in a file beside its page: what the tests compare, in words that a person can check."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from spiders.families import family_of
from spiders.families.home import HomeReading, read_home
from syndication.clock import beijing_date, from_text
from syndication.errors import UnreadablePage
from syndication.items import Ask, Page

if TYPE_CHECKING:
    from pathlib import Path

    from syndication.items import Row

LOOKED_AT = "2026-09-05T02:00:00Z"
ADDRESS = "https://www.yunling.example.cn/zwgk/gwyxx/index.html"


def page_of(text: str, url: str = ADDRESS, looked_at: str = LOOKED_AT, ask: Ask | None = None) -> Page:
    """A decoded page as the spiders hand it to a family."""
    return Page(url, 200, "text/html", text, "utf-8", "test", from_text(looked_at), ask)


def row_as_text(row: Row) -> str:
    """`2026-09-01 list | title | address`, `pinned` in front where it is."""
    declared = row.declared
    when = f"{beijing_date(declared.interval.earliest)} {declared.source}" if declared else "-"
    if declared and declared.precision != "day":
        when += f" {declared.precision}"
    return f"{'pinned ' if row.pinned else ''}{when} | {row.title} | {row.url}"


def reading_of(path: Path, told: dict[str, Any]) -> dict[str, Any]:
    """The reading of a saved list, as it is kept in the file beside it."""
    page = page_of(path.read_text(encoding="utf-8"), told.get("url", ADDRESS), told.get("looked_at", LOOKED_AT))
    family, options = family_of(path.parent.name), told.get("options", {})
    family.check_options(options)
    try:
        listing = family.read(page, options)
    except UnreadablePage as problem:
        return {"outcome": problem.outcome.value}
    reading: dict[str, Any] = {"rows": [row_as_text(row) for row in listing.rows]}
    if listing.next:
        reading["next"] = listing.next.url
    if listing.total is not None:
        reading["total"] = listing.total
    return reading


def home_as_text(reading: HomeReading) -> dict[str, Any]:
    """The reading of a home page, as it is kept in the file beside it."""
    column = reading.column
    return {
        "column": {
            "state": column.state.value, "label": column.label, "url": column.url, "embed_url": column.embed_url,
            "order": column.order, "in_navigation": column.in_navigation,
        },
        "rows": [row_as_text(row) for row in reading.rows],
    }  # fmt: skip


def home_reading_of(path: Path, column_names: tuple[str, ...]) -> dict[str, Any]:
    """The reading of a saved home page."""
    return home_as_text(
        read_home(page_of(path.read_text(encoding="utf-8"), "https://www.yunling.example.cn/"), column_names)
    )


def write_reading(path: Path, reading: dict[str, Any]) -> None:
    """Keeps a reading beside its page, for a person to check."""
    path.write_text(json.dumps(reading, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
