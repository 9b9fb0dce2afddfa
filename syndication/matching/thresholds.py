"""Thresholds as data: `syndication/defaults/matching.toml`, or a file of the same shape in the data folder."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path

from syndication.errors import RulesError

_SHIPPED = "defaults/matching.toml"


@dataclass(frozen=True)
class Thresholds:
    """See defaults/matching.toml, which explains every figure; shares lie in 0..1, lengths are normal characters."""

    passage_distance: int
    whole_distance: int
    brief_release: int
    title_candidate: float
    least_weight: float
    most_candidates: int
    full_coverage: float
    full_length: int
    part_coverage: float
    part_density: float
    part_foreign: float
    scanned_coverage: float
    scanned_density: float
    own_coverage: float
    own_length: int
    brief_coverage: float
    excerpt_density: float
    excerpt_length: int
    excerpt_foreign: float
    excerpt_coverage: float
    excerpt_title: float
    mixed_foreign: float
    genre_coverage: float
    genre_foreign: float
    copy_coverage: float
    title_foreign: float
    title_page_length: int
    title_short_page_length: int
    noisy_slips: float
    numbers_allowed: float
    numbers_close: float
    numbers_per_slip: float
    wording_allowed: float
    wording_allowed_brief: float
    wording_many: int
    wording_many_characters: int
    wording_per_slip: float
    wording_characters: float
    wording_characters_per_slip: float
    overlap: float
    close: float
    earlier_days: float
    backdated_days: float
    genre_words: tuple[str, ...]


def load_thresholds(path: Path | None = None) -> Thresholds:
    """The shipped thresholds, or those of a file.

    Raises:
        RulesError: the file cannot be read, lacks a threshold, has one that nobody reads, or one of a wrong kind.
    """
    name = str(path) if path else f"syndication/{_SHIPPED}"
    try:
        text = path.read_text("utf-8") if path else (files("syndication") / _SHIPPED).read_text("utf-8")
        tables = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RulesError(f"{name}: {error}") from error
    values: dict[str, object] = {}
    for table in tables.values():
        if not isinstance(table, dict):
            raise RulesError(f"{name}: thresholds stand in tables such as [full]")
        values |= table
    wanted = {field.name: str(field.type) for field in fields(Thresholds)}
    for missing in wanted.keys() - values.keys():
        raise RulesError(f"{name}: {missing} is missing")
    for unknown in values.keys() - wanted.keys():
        raise RulesError(f"{name}: nobody reads {unknown}")
    return Thresholds(**{key: _typed(name, key, value, wanted[key]) for key, value in values.items()})  # type: ignore[arg-type]  # checked by _typed


def _typed(name: str, key: str, value: object, wanted: str) -> object:
    if wanted.startswith("tuple"):
        if isinstance(value, list) and all(isinstance(word, str) and word for word in value):
            return tuple(value)
        raise RulesError(f"{name}: {key} must be a list of words")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or (wanted == "int" and not isinstance(value, int)):
        raise RulesError(f"{name}: {key} must be {'a whole number' if wanted == 'int' else 'a number'}")
    return value
