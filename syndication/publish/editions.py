"""What the editions of the rules are called on the pages: the packaged ones by short names, local ones as rules.toml says.

Fact of the world: rules.toml is edited while the pages are served; a mistake in it must not take the pages away.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from syndication.errors import RulesError
from syndication.publish import catalog
from syndication.rules import load_rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def edition_names(folder: Path) -> Mapping[str, str]:
    """The names of a data folder's editions by their ids; of the packaged ones alone while rules.toml cannot be read."""
    path = folder / "rules.toml"
    return _names(folder, path.stat().st_mtime_ns if path.is_file() else 0)


@lru_cache(maxsize=8)
def _names(folder: Path, changed_at: int) -> Mapping[str, str]:
    try:
        own = {edition.id: edition.name for edition in load_rules(folder).editions}
    except RulesError:
        own = {}
    return {**own, **catalog.words("edition")}
