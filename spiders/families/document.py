"""docs/families.md out of the families themselves: `python -m spiders.families.document > docs/families.md`."""

from __future__ import annotations

import csv
import inspect
import json
import sys
from io import StringIO
from typing import TYPE_CHECKING

from . import ALL
from .base import COMMON

if TYPE_CHECKING:
    from .base import ListFamily

CHANNEL_COLUMNS = ("id", "portal_id", "name", "url", "family", "role", "options", "notes")

_HEAD = """# Families

A channel is a row of `channels.csv`, a family is the shape in which its list comes: code, shared by portals. This page is
made from `spiders/families/` (`python -m spiders.families.document > docs/families.md`); a test compares the two.

All families give for each item an absolute address, the whole title and the printed time, as an interval with its source:
`list`, `url` (only the address carries the day), `feed`, `api`. Rows that stand above newer ones are flagged `pinned`.
A list that is there without rows ends as `empty`, one that is not there as `layout_changed`.
"""


def document() -> str:
    """The text of docs/families.md."""
    parts = [_HEAD]
    parts.append("\n## Options of every family\n\n" + _table({name: option.meaning for name, option in COMMON.items()}))
    parts.extend(_section(family) for family in ALL)
    return "".join(parts)


def _section(family: ListFamily) -> str:
    told = inspect.getdoc(type(family)) or ""
    own = {name: option.meaning for name, option in family.own.items()}
    options = _table(own) if own else "No options of its own.\n"
    return f"\n## {family.name}\n\n{told}\n\n{options}\nExample:\n\n{_row(family.example)}"


def _table(options: dict[str, str]) -> str:
    lines = [f"| `{name}` | {meaning} |" for name, meaning in options.items()]
    return "| option | meaning |\n| --- | --- |\n" + "\n".join(lines) + "\n"


def example_row(family: ListFamily) -> dict[str, str]:
    """The example of a family as a row of channels.csv."""
    return dict(zip(CHANNEL_COLUMNS, next(csv.reader(StringIO(family.example))), strict=True))


def _row(example: str) -> str:
    return f"```csv\n{','.join(CHANNEL_COLUMNS)}\n{example}\n```\n"


def example_options(family: ListFamily) -> dict[str, object]:
    """The options of a family's example."""
    text = example_row(family)["options"]
    return dict(json.loads(text)) if text else {}


if __name__ == "__main__":
    sys.stdout.write(document())
