"""`portals fixture`: a list as a portal sent it, beside how it is read, for tests/test_families.py (tests/lists).

The reading bears the word `unread`: the test fails until a person has compared it with the page and taken the word out.
A page of a portal is that portal's text: what goes into a public repository is a person's decision.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from spiders.families import family_of
from spiders.families.home import read_home
from syndication.clock import beijing_date, to_text
from syndication.errors import DataFolderError, SyndicationError, UnreadablePage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from spiders.families.home import HomeReading
    from spiders.scout import ListFinding
    from syndication.items import Channel, Page, Row

UNREAD = "read by nobody yet: compare it with the page, correct it, then take this line out"


class NothingToSaveError(SyndicationError):
    """The channel's list could not be read, so there is nothing to save; the message says what came instead."""


def row_as_text(row: Row) -> str:
    """`2026-09-01 list | title | address`, `pinned` in front where it is."""
    declared = row.declared
    when = f"{beijing_date(declared.interval.earliest)} {declared.source}" if declared else "-"
    if declared and declared.precision != "day":
        when += f" {declared.precision}"
    return f"{'pinned ' if row.pinned else ''}{when} | {row.title} | {row.url}"


def reading_as_json(page: Page, family: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """How a family reads a page: rows as text, next page, total; or the outcome that it ends with."""
    try:
        listing = family_of(family).read(page, options)
    except UnreadablePage as problem:
        return {"outcome": problem.outcome.value}
    reading: dict[str, Any] = {"rows": [row_as_text(row) for row in listing.rows]}
    if listing.next:
        reading["next"] = listing.next.url
    if listing.total is not None:
        reading["total"] = listing.total
    return reading


def home_as_json(reading: HomeReading) -> dict[str, Any]:
    """How a home page is read: its column and its rows as text."""
    column = reading.column
    return {
        "column": {
            "state": column.state.value, "label": column.label, "url": column.url, "embed_url": column.embed_url,
            "order": column.order, "in_navigation": column.in_navigation,
        },
        "rows": [row_as_text(row) for row in reading.rows],
    }  # fmt: skip


def save_fixture(folder: Path, channel: Channel, finding: ListFinding, column_names: Sequence[str]) -> Path:
    """Writes the answer with the rows and its reading; gives the page's path.

    Raises:
        NothingToSaveError: the list could not be read.
        DataFolderError: a fixture of that name is there already.
    """
    page = finding.page
    if page is None:
        raise NothingToSaveError(f"{channel.id}: {finding.look.outcome}: {finding.look.detail}; nothing was saved")
    path = folder / channel.family / f"{channel.id.replace('@', '-')}{_ending(page)}"
    if path.exists():
        raise DataFolderError(f"{path} is there already; take it away or name another folder with --to")
    told: dict[str, Any] = {"unread": UNREAD, "url": page.url, "looked_at": to_text(finding.look.looked_at)}
    if channel.options:
        told["options"] = dict(channel.options)
    if page.ask is not None and page.ask.method != "GET":
        told["ask"] = {"url": page.ask.url, "method": page.ask.method, "body": page.ask.body}
    if channel.family == "home":
        told |= home_as_json(read_home(page, column_names))
    else:
        told |= reading_as_json(page, channel.family, channel.options)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page.text, encoding="utf-8", newline="")
    reading = path.with_name(path.name + ".reading.json")
    reading.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def _ending(page: Page) -> str:
    start = page.text.lstrip("\ufeff \r\n\t")[:200].lower()
    if not start.startswith("<"):
        return ".answer"
    return ".xml" if start.startswith(("<?xml", "<rss", "<feed", "<datastore")) and "<html" not in start else ".html"
