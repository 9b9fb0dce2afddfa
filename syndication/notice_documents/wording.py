"""How a notice words what the database says: times, hours past the deadline, problems in fixed short phrases, shares.

Facts of the world: a notice's problem cell is a fixed short phrase, several joined by a comma (rules.md 2.1). Titles come
from strange pages: characters that print nothing or turn the writing around would change what a reader sees.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from syndication.clock import beijing_date, beijing_text, from_text
from syndication.glossary import Flag, Level, Mode, Status, chinese

if TYPE_CHECKING:
    import sqlite3

PROBLEM_FLAGS = (Flag.BACKDATED, Flag.WITHDRAWN, Flag.ALTERED, Flag.NO_SOURCE)
"""The flags that a problem cell names, in this order; the others say something about the evidence."""
NO_ENTRY = "首页未见专栏入口"
MACHINE, MACHINE_AND_PERSON = "系统监测", "系统监测和人工复核"
UNREVIEWED = "未复核"
SOURCES = {
    "V": "两处以上副本一致", "S": "一处副本", "L": "地方文件转述", "I": "推断", "M": "未核实",
}  # fmt: skip
"""How well the text of a legal basis is known, by `syndication.rules.CONFIDENCE`."""
SURE = "V"
UNPRINTED = frozenset({"Cc", "Cf", "Cs"})
NO_CHARACTERS = frozenset("\ufffe\uffff")
_SITE_ENDINGS = ("人民政府门户网站", "人民政府网站", "门户网站", "网站")


@dataclass(frozen=True)
class Share:
    """`n` of `of`; a share of nothing has no percentage."""

    n: int
    of: int

    @property
    def percent(self) -> float | None:
        """With one decimal, as the views round it."""
        return round(100.0 * self.n / self.of, 1) if self.of else None

    @property
    def text(self) -> str:
        """`87.5%`, or a dash."""
        return "—" if self.percent is None else f"{self.percent:.1f}%"


def released_text(row: sqlite3.Row) -> str:
    """When a release came out, as far as it is known: Beijing time, or the day alone."""
    if row["released_precision"] == "day":
        return f"{beijing_date(from_text(row['released_at']))}（仅知日期）"
    return beijing(row["released_at"])


def beijing(stored: str | None) -> str:
    """A stored time as Beijing time, with seconds where they say something; empty for none."""
    return beijing_text(from_text(stored), seconds=not stored.endswith(":00Z")) if stored else ""


def carried_text(row: sqlite3.Row) -> str:
    """When the portal carried the release: a minute or second, or the bounds within which it did."""
    if not row["earliest"] or not row["latest"]:
        return beijing(row["latest"] or row["earliest"])
    if from_text(row["latest"]) - from_text(row["earliest"]) <= timedelta(minutes=1):
        return beijing(row["earliest"])
    return f"{beijing(row['earliest'])} 至 {beijing(row['latest'])} 之间"


def overdue_hours(status: Status, row: sqlite3.Row) -> float | None:
    """Hours past the deadline that are proven: of an interval its beginning counts, cut to a tenth."""
    if status is not Status.LATE or not row["earliest"]:
        return None
    past = from_text(row["earliest"]) - from_text(row["deadline"])
    return past // timedelta(minutes=6) / 10


def problem(status: Status, mode: str | None, flags: str, hours: int, *, confirmed: bool) -> str:
    """The fixed phrases of a finding, joined by a comma; `mode` and `flags` as the database keeps them.

    What is missing in spite of a page has a mode that the edition does not count: a title alone, for one. That a date was
    forged is a veto in the indicators of 2019 (rules.md 3.1): it is told where a person `confirmed` the verdict, never before.
    """
    known = [flag for flag in flags.split() if confirmed or flag != Flag.BACKDATED]
    phrases = [f"未在{hours}小时内转载" if status is Status.LATE else "未转载"]
    if status is Status.MISSING and mode:
        phrases.append(f"所见页面为“{chinese(Mode(mode))}”不计入")
    return "，".join([*phrases, *(chinese(flag) for flag in PROBLEM_FLAGS if flag in known)])


def place(name: str, level: str) -> str:
    """The region or department that a portal stands for: its name without the words for a site."""
    if level != Level.PROVINCE:
        return name.removesuffix("门户网站").removesuffix("网站") or name
    for ending in _SITE_ENDINGS:
        if name.endswith(ending) and name != ending:
            return name.removesuffix(ending)
    return name


def site(name: str, level: str) -> str:
    """What a portal's site is called in a notice: `样例省人民政府门户网站`, `样例部网站`; names that say so already stay."""
    if name.endswith(("网站", "网")):
        return name
    if level != Level.PROVINCE:
        return f"{name}网站"
    return f"{name}门户网站" if name.endswith(("人民政府", "兵团")) else f"{name}人民政府门户网站"


def plain(text: str) -> str:
    """One line of what prints: line breaks become spaces; controls, turns of direction and what XML forbids go."""
    spaced = re.sub(r"[\t\r\n\v\f\x85\u2028\u2029]+", " ", text)
    return "".join(char for char in spaced if unicodedata.category(char) not in UNPRINTED and char not in NO_CHARACTERS).strip()
