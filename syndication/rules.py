"""The rules by which portals are judged: dated editions of the duty, and the names of the column it asks for.

Facts of the world: the duty was worded more than once (24 hours as the measure of the 2016 special inspection, 12 hours
in the guideline of 2017, fewer in some provinces), so hours are data with a date and a legal basis, never a constant.
No text seen speaks of working days: the clock runs on through weekends and holidays. Reading is strict, since a
misspelt key that passed in silence would judge 103 portals by a rule that nobody wrote.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NoReturn

from syndication.clock import beijing_midnight
from syndication.errors import RulesError
from syndication.glossary import Mode
from syndication.prominence import Prominence
from syndication.registry import ID, default_file

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

CONFIDENCE = ("V", "S", "L", "I", "M")
"""How well a legal basis is known: two copies, one copy, a local restatement, inference, unverified."""

CALENDARS = ("continuous", "working")


@dataclass(frozen=True)
class Basis:
    """The text that an edition rests on; `quote` is its wording as far as it was seen."""

    document: str
    number: str
    address: str
    quote: str
    confidence: str


@dataclass(frozen=True)
class Edition:
    """One dated version of the duty.

    In force from `effective_from` up to, not including, `effective_to`; both aware. A release of that time must
    be republished within `hours` in one of `counted_modes`.
    """

    id: str
    name: str
    hours: int
    counted_modes: frozenset[Mode]
    effective_from: datetime
    effective_to: datetime | None
    basis: Basis
    scope: str
    calendar: str


@dataclass(frozen=True)
class Probing:
    """How the deadline probes behave; see `syndication.probing`. Minutes, and requests."""

    tick_minutes: int = 15
    trail_minutes: int = 180
    gap_minutes: int = 10
    requests_an_hour: int = 1200
    requests_a_portal_a_day: int = 24
    releases_minutes: int = 60


@dataclass(frozen=True)
class Rules:
    """What rules.toml says, in its order."""

    editions: tuple[Edition, ...]
    column_names: tuple[str, ...]
    probing: Probing = field(default_factory=Probing)
    prominence: Prominence = field(default_factory=Prominence)
    second_sight_days: tuple[int, ...] = (1, 7, 30)
    """After how many days from the first sight a carried page is looked at again; see `syndication.second_sight`."""

    def editions_for(self, released_at: datetime) -> tuple[Edition, ...]:
        """The editions in force at an aware time: those by which a release of that time is judged."""
        return tuple(
            edition
            for edition in self.editions
            if edition.effective_from <= released_at
            and (edition.effective_to is None or released_at < edition.effective_to)
        )


def load_rules(folder: Path) -> Rules:
    """The rules of a data folder; the packaged ones where it has no rules.toml.

    Raises RulesError, naming file, key, reason and what to do.
    """
    path = folder / "rules.toml"
    return load_rules_file(path if path.is_file() else default_file("rules.toml"))


def load_rules_file(path: Path) -> Rules:
    """The rules of one file; raises RulesError as `load_rules` does."""
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as fault:
        raise RulesError(f"{path} 不是 UTF-8 编码，请另存为 UTF-8。 {path}: is not UTF-8; save it as UTF-8") from fault
    except tomllib.TOMLDecodeError as fault:
        raise RulesError(f"{path} 不是有效的 TOML，请改正。 {path}: is not TOML: {fault}") from fault
    top = _Table(path, "", content)
    editions = tuple(_edition(table) for table in top.tables("edition"))
    for place, edition in enumerate(editions):
        if edition.id in {earlier.id for earlier in editions[:place]}:
            top.refuse("edition", f"the id {edition.id!r} stands twice; give each edition its own")
    lexicon = top.table("lexicon")
    column_names = lexicon.texts("column_names")
    lexicon.end()
    probing = _probing(top.table("probe")) if "probe" in top else Probing()
    prominence = _prominence(top.table("prominence")) if "prominence" in top else Prominence()
    days = _second_sight(top.table("second_sight")) if "second_sight" in top else Rules.second_sight_days
    top.end()
    return Rules(editions, column_names, probing, prominence, days)


def _second_sight(table: _Table) -> tuple[int, ...]:
    days = table.wholes("after_days")
    table.end()
    return days


def _prominence(table: _Table) -> Prominence:
    rule = Prominence()
    found = Prominence(
        highest_order=table.whole("highest_order") if "highest_order" in table else rule.highest_order,
        most_pixels=table.whole("most_pixels") if "most_pixels" in table else rule.most_pixels,
        list_needed=table.truth("list_needed") if "list_needed" in table else rule.list_needed,
        navigation_counts=table.truth("navigation_counts") if "navigation_counts" in table else rule.navigation_counts,
    )
    table.end()
    return found


def _probing(table: _Table) -> Probing:
    given = {name.name: table.whole(name.name) for name in fields(Probing) if name.name in table}
    table.end()
    return Probing(**given)


def _edition(table: _Table) -> Edition:
    basis = table.table("basis")
    edition = Edition(
        id=table.code("id", ID, "small letters, digits and hyphens, such as inspection-24h"),
        name=table.text("name"),
        hours=table.whole("hours"),
        counted_modes=frozenset(Mode(word) for word in table.texts("counted_modes", among=list(Mode))),
        effective_from=table.moment("effective_from"),
        effective_to=table.moment("effective_to") if "effective_to" in table else None,
        basis=Basis(
            document=basis.text("document"),
            number=basis.text("number"),
            address=basis.code("address", r"https?://\S+", "a web address"),
            quote=basis.text("quote"),
            confidence=basis.choice("confidence", CONFIDENCE),
        ),
        scope=table.text("scope"),
        calendar=table.choice("calendar", CALENDARS) if "calendar" in table else CALENDARS[0],
    )
    if edition.effective_to is not None and edition.effective_to <= edition.effective_from:
        table.refuse("effective_to", "is not after effective_from; correct one of the two")
    basis.end()
    table.end()
    return edition


class _Table:
    """A TOML table while it is read: each key is asked for once, and what nobody asked for is refused at the end."""

    def __init__(self, path: Path, place: str, content: Mapping[str, Any]) -> None:
        self._path, self._place, self._content = path, place, content
        self._asked: set[str] = set()

    def __contains__(self, key: str) -> bool:
        self._asked.add(key)
        return key in self._content

    def refuse(self, key: str, reason: str) -> NoReturn:
        raise RulesError(f"{self._path} 的 {self._place}{key} 有误，请改正。 {self._path}, key {self._place}{key}: {reason}")

    def end(self) -> None:
        for key in self._content:
            if key not in self._asked:
                self.refuse(key, f"no such key; mend its name or take it out (known: {', '.join(sorted(self._asked))})")

    def text(self, key: str) -> str:
        value = self._value(key)
        if not isinstance(value, str) or not value.strip():
            self.refuse(key, f"must be a text in quotes, not {value!r}")
        return value

    def code(self, key: str, pattern: str, wanted: str) -> str:
        value = self.text(key)
        if not re.fullmatch(pattern, value, re.ASCII):
            self.refuse(key, f"{value!r} is wrong; write {wanted}")
        return value

    def choice(self, key: str, words: Collection[str]) -> str:
        value = self.text(key)
        if value not in words:
            self.refuse(key, f"{value!r} is not known; write one of: {', '.join(words)}")
        return value

    def texts(self, key: str, among: Collection[str] | None = None) -> tuple[str, ...]:
        value = self._value(key)
        if (
            not isinstance(value, list)
            or not value
            or not all(isinstance(each, str) and each.strip() for each in value)
        ):
            self.refuse(key, 'must be a list of texts, such as ["copy", "link"]')
        for each in value:
            if among is not None and each not in among:
                self.refuse(key, f"{each!r} is not known; choose among: {', '.join(among)}")
            if value.count(each) > 1:
                self.refuse(key, f"{each!r} stands twice; take one out")
        return tuple(value)

    def whole(self, key: str) -> int:
        value = self._value(key)
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            self.refuse(key, f"must be a whole number above 0, not {value!r}")
        return value

    def truth(self, key: str) -> bool:
        value = self._value(key)
        if not isinstance(value, bool):
            self.refuse(key, f"must be true or false without quotes, not {value!r}")
        return value

    def wholes(self, key: str) -> tuple[int, ...]:
        """Whole numbers above 0, rising; none of them turns off what they are for."""
        value = self._value(key)
        whole = isinstance(value, list) and all(isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in value)
        if not whole or value != sorted(set(value)):
            self.refuse(key, f"must be a list of rising whole numbers above 0, such as [1, 7, 30], not {value!r}")
        return tuple(value)

    def moment(self, key: str) -> datetime:
        """An aware time; a bare day is its first moment in Beijing."""
        value = self._value(key)
        if isinstance(value, datetime):
            if value.tzinfo is None:
                self.refuse(key, f"has no zone; write {value.isoformat()}+08:00")
            return value
        if not isinstance(value, date):
            self.refuse(key, f"must be a time without quotes, such as 2017-06-08T00:00:00+08:00, not {value!r}")
        return beijing_midnight(value)

    def table(self, key: str) -> _Table:
        value = self._value(key)
        if not isinstance(value, dict):
            self.refuse(key, f"must be a table: [{self._place.replace(' ', '')}{key}]")
        return _Table(self._path, f"{self._place}{key}.", value)

    def tables(self, key: str) -> list[_Table]:
        value = self._value(key)
        if not isinstance(value, list) or not value or not all(isinstance(each, dict) for each in value):
            self.refuse(key, f"must be one or more tables: [[{key}]]")
        return [_Table(self._path, f"{key} {number}.", each) for number, each in enumerate(value, 1)]

    def _value(self, key: str) -> Any:
        if key not in self:
            self.refuse(key, "is missing; add it (the packaged rules.toml shows how: syndication init EMPTY-FOLDER)")
        return self._content[key]
