"""Titles, descriptions and names of tables, columns and values, as people read them (metadata.yml and columns.toml).

Statuses, modes and the other words of the program are the glossary's; only the words that the tables alone use stand in
columns.toml.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from datasette.utils import parse_metadata  # type: ignore[import-untyped]  # Datasette ships no types

from syndication.glossary import (
    CAUSES,
    CHINESE,
    Certificate,
    ColumnState,
    Decision,
    Fault,
    Finding,
    Flag,
    Level,
    Mode,
    Outcome,
    Role,
    Status,
    Step,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from enum import StrEnum

_GLOSSARY: Mapping[str, type[StrEnum]] = {
    "status": Status, "mode": Mode, "flags": Flag, "level": Level, "role": Role, "outcome": Outcome,
    "column_state": ColumnState, "decision": Decision, "fault": Fault, "finding": Finding,
    "step": Step, "certificate": Certificate,
}  # fmt: skip
DATABASE = "syndication"  # Datasette names a database by its file: syndication.db


@dataclass(frozen=True)
class Column:
    """A column: its name for people, what it holds (see columns.toml), whether the page leaves it out."""

    name: str
    label: str
    kind: str = "text"
    explanation: str = ""
    folded: bool = False


@dataclass(frozen=True)
class Table:
    """A table or view: its name for people and, for a view, the columns that identify a row."""

    name: str
    title: str
    description: str
    key: tuple[str, ...] = ()


@cache
def _columns_file() -> dict[str, Any]:
    return tomllib.loads(files("syndication.publish").joinpath("columns.toml").read_text("utf-8"))


def metadata() -> dict[str, Any]:
    """The metadata for Datasette: metadata.yml with the columns' explanations, a fresh copy each time."""
    found: dict[str, Any] = parse_metadata(files("syndication.publish").joinpath("metadata.yml").read_text("utf-8"))
    for table in found["databases"][DATABASE]["tables"].values():
        table["columns"] = dict(_columns_file()["explanations"])
    return found


@cache
def _tables() -> dict[str, dict[str, Any]]:
    tables: dict[str, dict[str, Any]] = metadata()["databases"][DATABASE]["tables"]
    return tables


@cache
def table(name: str) -> Table:
    """What is known of a table; one that the program does not have is called by its own name."""
    known = _tables().get(name, {})
    more = _columns_file()["tables"].get(name, {})
    return Table(name, known.get("title", name), known.get("description", ""), tuple(more.get("key", ())))


@cache
def column(table_name: str, name: str) -> Column:
    """What is known of a column; one that the program does not have is called by its own name."""
    found = _columns_file()
    own = found["tables"].get(table_name, {})
    return Column(
        name,
        own.get("labels", {}).get(name) or found["labels"].get(name, name),
        own.get("kinds", {}).get(name) or found["kinds"].get(name, "text"),
        found["explanations"].get(name, ""),
        name in own.get("folded", ()),
    )


def arranged(table_name: str, names: Iterable[str]) -> list[str]:
    """The columns that a page shows of those that there are, in its order: without the folded ones."""
    own = _columns_file()["tables"].get(table_name, {})
    places = {name: place for place, name in enumerate(own.get("shown", ()))}
    kept = [name for name in names if name not in own.get("folded", ())]
    return sorted(kept, key=lambda name: places.get(name, len(places)))  # a stable sort: the others keep their order


def view_keys() -> dict[str, tuple[str, ...]]:
    """The identifying columns of each view."""
    return {name: tuple(own["key"]) for name, own in _columns_file()["tables"].items() if "key" in own}


@cache
def words(kind: str) -> Mapping[str, str]:
    """The words of a kind with their Chinese; empty for a kind that has none."""
    if kind in _GLOSSARY:
        return {str(word.value): CHINESE[word] for word in _GLOSSARY[kind]}
    if kind == "cause":
        return CAUSES
    found: dict[str, str] = _columns_file()["words"].get(kind, {})
    return found
