"""alerts.toml of the data folder: who is told what. Read strictly; a folder without the file tells nobody."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from syndication.errors import SyndicationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE_NAME = "alerts.toml"
GROUPS = ("operators", "readers")


class AlertsError(SyndicationError):
    """alerts.toml cannot be used; a person mends the file."""


@dataclass(frozen=True)
class AlertRules:
    """Addresses in apprise's notation by group, and from when on something is worth a message.

    Operators hear of errors, readers of figures. `blind_nights`: nights in a row in which no channel of a portal
    answered. `disk_free_percent`: room below which the disk counts as low. `night_hours`: the age of the last whole
    night from which on it counts as missing.
    """

    operators: tuple[str, ...]
    readers: tuple[str, ...]
    blind_nights: int = 3
    disk_free_percent: int = 10
    night_hours: int = 36


NUMBERS = ("blind_nights", "disk_free_percent", "night_hours")


def load_alerts(folder: Path, environment: Mapping[str, str] | None = None) -> AlertRules | None:
    """The rules of a data folder; None where it has no alerts.toml. `$NAME` in place of an address is read from there.

    Raises:
        AlertsError: naming file, key and what to do.
    """
    path = folder / FILE_NAME
    if not path.is_file():
        return None
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise AlertsError(f"{path} 不是有效的 TOML（UTF-8）。 {path} is not TOML in UTF-8: {fault}") from fault
    known = {*GROUPS, "when"}
    for key in content:
        if key not in known:
            raise _refused(path, key, f"no such table; known: {', '.join(sorted(known))}")
    environment = os.environ if environment is None else environment
    groups = {name: _addresses(path, name, content.get(name, {}), environment) for name in GROUPS}
    when = _table(path, "when", content.get("when", {}), NUMBERS)
    for key, value in when.items():
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            raise _refused(path, f"when.{key}", f"must be a whole number above 0, not {value!r}")
    return AlertRules(groups["operators"], groups["readers"], **when)


def _addresses(path: Path, name: str, table: Any, environment: Mapping[str, str]) -> tuple[str, ...]:
    urls = _table(path, name, table, ("urls",)).get("urls", [])
    if not isinstance(urls, list) or not all(isinstance(url, str) and url.strip() for url in urls):
        raise _refused(path, f"{name}.urls", 'must be a list of texts, such as ["wecombot://KEY"]')
    found = []
    for url in urls:
        if url.startswith("$") and not environment.get(url[1:]):
            raise _refused(path, f"{name}.urls", f"the environment has no {url[1:]}; set it (/etc/syndication.env)")
        found.append(environment[url[1:]] if url.startswith("$") else url)
    return tuple(found)


def _table(path: Path, name: str, value: Any, keys: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _refused(path, name, f"must be a table: [{name}]")
    for key in value:
        if key not in keys:
            raise _refused(path, f"{name}.{key}", f"no such key; known: {', '.join(keys)}")
    return value


def _refused(path: Path, key: str, reason: str) -> AlertsError:
    return AlertsError(f"{path} 的 {key} 有误。 {path}, key {key}: {reason}")
