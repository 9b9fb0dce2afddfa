"""JSON answers: reading JSON and JSONP, and picking values by a small path language.

A path is names joined by dots, `[*]` for every element of a list, `[0]` for one: `data.results`, `data[*].docs[*]`,
`aU.common`; a `$.` in front changes nothing. Facts: portals answer `callback([...])` where JSON was asked for, with a
BOM or a closing semicolon.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from syndication.errors import UnreadablePage
from syndication.glossary import Outcome

from .tree import parse, squeeze, text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

_CALLBACK = re.compile(r"(?:/\*.*?\*/)?\s*[\w$.]+\s*\((.*)\)\s*;?", re.DOTALL)
_NAME = r"[^.$\[\]{}\s]+"
_INDEX = r"\[(?:\*|\d+)\]"
_PATH = re.compile(rf"(?:\$\.?)?(?:{_NAME}|{_INDEX})(?:\.{_NAME}|{_INDEX})*")
_STEP = re.compile(r"([^.$\[\]]+)|\[(\*|\d+)\]")
_SLOT = re.compile(r"\{([^{}]+)\}")


def json_of(text: str) -> Any:
    """The value of a JSON or JSONP answer.

    Raises:
        UnreadablePage: `layout_changed` if it is neither.
    """
    body = text.strip().lstrip("\ufeff")
    wrapped = _CALLBACK.fullmatch(body)
    try:
        return json.loads(wrapped[1] if wrapped else body.rstrip(";"))
    except (json.JSONDecodeError, RecursionError) as error:
        raise UnreadablePage(Outcome.LAYOUT_CHANGED, f"the answer is no JSON: {error}") from error


def is_path(value: Any) -> None:
    """An option's check: a path."""
    if not isinstance(value, str) or not _PATH.fullmatch(value):
        raise ValueError("a path is needed, e.g. data.results or data[*].docs[*]")


def is_path_or_paths(value: Any) -> None:
    """An option's check: a path, or a list of paths of which the first with a value counts."""
    for path in value if isinstance(value, list) and value else [value]:
        is_path(path)


def is_path_or_template(value: Any) -> None:
    """An option's check: as `is_path_or_paths`, and each can be an address with paths in braces."""
    for text in value if isinstance(value, list) and value else [value]:
        slots = _SLOT.findall(text) if isinstance(text, str) else []
        for path in slots or [text]:
            is_path(path)


def values_at(value: Any, path: str) -> list[Any]:
    """All values that a path leads to, in order; none where a name or an element is missing."""
    found = [value]
    for name, index in _STEP.findall(path):
        following: list[Any] = []
        for node in found:
            if name and isinstance(node, dict) and name in node:
                following.append(node[name])
            elif index == "*" and isinstance(node, list):
                following.extend(node)
            elif index.isdigit() and isinstance(node, list) and int(index) < len(node):
                following.append(node[int(index)])
        found = following
    return found


def text_at(row: Any, paths: str | list[str]) -> str:
    """The first text or number, not blank, that a path (or one of several) leads to; '' if there is none.

    A path with braces is a template: it counts only if all paths in it lead to something.
    """
    for path in [paths] if isinstance(paths, str) else paths:
        text = _filled(row, path) if "{" in path else _first_text(row, path)
        if text:
            return text
    return ""


def _filled(row: Any, template: str) -> str:
    values = {slot: _first_text(row, slot) for slot in _SLOT.findall(template)}
    return _SLOT.sub(lambda slot: values[slot[1]], template) if all(values.values()) else ""


def _first_text(row: Any, path: str) -> str:
    for value in values_at(row, path):
        if isinstance(value, (str, int, float)) and not isinstance(value, bool) and str(value).strip():
            return str(value).strip()
    return ""


def plain(markup: str) -> str:
    """A title without the markup that search answers put into it (`<em>`, `<br>`, `&nbsp;`)."""
    if "<" in markup or "&" in markup:
        return text_of(parse(f"<div>{markup}</div>", "").root)
    return squeeze(markup)


def number_at(value: Any, path: str) -> int | None:
    """The whole number that a path leads to, also if it is written as a text; None if there is none."""
    text = _first_text(value, path)
    return int(text) if text.isdigit() else None


def rows_at(value: Any, path: str) -> list[Mapping[str, Any]]:
    """The objects that a path of rows leads to, whether it ends at the list or at its elements.

    Raises:
        UnreadablePage: `layout_changed` if the path leads nowhere or not to objects.
    """
    holder = re.sub(r"(?:\[\*\])+$", "", path)
    lists = values_at(value, holder) if holder else [value]
    if not lists and "[*]" not in holder:
        raise UnreadablePage(Outcome.LAYOUT_CHANGED, f"the answer has nothing at {path}")
    rows: list[Mapping[str, Any]] = []
    for found in lists:
        if found is None:
            continue
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise UnreadablePage(Outcome.LAYOUT_CHANGED, f"{path} is no list of rows")
        rows.extend(found)
    return rows
