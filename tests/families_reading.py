"""How a reading of a list stands in a file beside its page: what the tests compare, in words that a person can check.

The words are those of `syndication portals fixture` (syndication.fixture).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from spiders.families import family_of
from spiders.families.home import HomeReading, read_home
from syndication.clock import from_text
from syndication.fixture import home_as_json, reading_as_json, row_as_text
from syndication.items import Ask, Page

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["home_as_text", "home_reading_of", "page_of", "reading_of", "row_as_text", "told_of", "write_reading"]

LOOKED_AT = "2026-09-05T02:00:00Z"
ADDRESS = "https://www.yunling.example.cn/zwgk/gwyxx/index.html"


def page_of(text: str, url: str = ADDRESS, looked_at: str = LOOKED_AT, ask: Ask | None = None) -> Page:
    """A decoded page as the spiders hand it to a family."""
    return Page(url, 200, "text/html", text, "utf-8", "test", from_text(looked_at), ask)


def told_of(path: Path) -> dict[str, Any]:
    """The file beside a saved list; fails the test while nobody has read it."""
    told: dict[str, Any] = json.loads(path.with_name(path.name + ".reading.json").read_text(encoding="utf-8"))
    if "unread" in told:
        pytest.fail(f"{path.name}.reading.json: {told['unread']}")
    return told


def reading_of(path: Path, told: dict[str, Any]) -> dict[str, Any]:
    """The reading of a saved list, as it is kept in the file beside it."""
    ask = Ask(**told["ask"]) if "ask" in told else None
    text = path.read_text(encoding="utf-8")
    page = page_of(text, told.get("url", ADDRESS), told.get("looked_at", LOOKED_AT), ask)
    family_of(path.parent.name).check_options(told.get("options", {}))
    return reading_as_json(page, path.parent.name, told.get("options", {}))


def home_as_text(reading: HomeReading) -> dict[str, Any]:
    """The reading of a home page, as it is kept in the file beside it."""
    return home_as_json(reading)


def home_reading_of(path: Path, column_names: tuple[str, ...], told: dict[str, Any] | None = None) -> dict[str, Any]:
    """The reading of a saved home page."""
    told = told or {}
    text = path.read_text(encoding="utf-8")
    page = page_of(text, told.get("url", "https://www.yunling.example.cn/"), told.get("looked_at", LOOKED_AT))
    return home_as_json(read_home(page, column_names))


def write_reading(path: Path, reading: dict[str, Any]) -> None:
    """Keeps a reading beside its page, for a person to check."""
    path.write_text(json.dumps(reading, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
