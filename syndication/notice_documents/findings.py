"""Findings: what a notice holds against a portal, each with its proof's time, how it was checked, and until when to mend it.

Only what is proven enters: a verdict late or missing by the portal's own fault that no review changed
(`syndication.store.notices.finding_rows`), and a home page that showed no column at any of several sights.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from syndication.glossary import Decision, Status, chinese
from syndication.notice_documents.wording import (
    MACHINE,
    MACHINE_AND_PERSON,
    NO_ENTRY,
    UNREVIEWED,
    carried_text,
    overdue_hours,
    place,
    plain,
    problem,
    released_text,
    site,
)
from syndication.store.notices import column_rows, finding_rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from datetime import date

    from syndication.store.periods import Period

FEWEST_DAYS = 2
"""On so many days at least a home page must have been seen, each time without the column, before that is a finding."""


class Kind(StrEnum):
    """What a finding is about."""

    LATE = "late"
    MISSING = "missing"
    NO_COLUMN = "no_column"


@dataclass(frozen=True)
class Finding:
    """One finding as the notice words it. `release_url` and what follows from it is empty for a missing column.

    `overdue` in hours, at least; `rectify_by` a day as `2026-08-31`.
    """

    kind: Kind
    level: str
    portal_id: str
    place: str
    site: str
    home_url: str
    release_url: str
    title: str
    document_number: str
    released: str
    carried: str
    overdue: float | None
    problem: str
    checked: str
    reviewed: str
    page_url: str
    rectify_by: str

    @property
    def key(self) -> tuple[str, str]:
        """What the finding is about, whatever it says: portal, and release or the column."""
        return self.portal_id, self.release_url

    def to_json(self) -> dict[str, Any]:
        """For the file that later notices read."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Finding:
        """Reads what `to_json` wrote. Raises KeyError, TypeError or ValueError for anything else."""
        if set(content) != {each.name for each in fields(cls)}:
            raise KeyError(", ".join(set(content) ^ {each.name for each in fields(cls)}))
        return cls(**{**content, "kind": Kind(content["kind"])})


def release_findings(connection: sqlite3.Connection, period: Period, hours: int, rectify_by: date) -> tuple[Finding, ...]:
    """The findings about releases, in the order of a notice."""
    return tuple(_of_verdict(row, hours, rectify_by) for row in finding_rows(connection, period))


def column_findings(connection: sqlite3.Connection, period: Period, rectify_by: date) -> tuple[Finding, ...]:
    """The portals whose home page was seen on several days of the period and showed the column on none of them."""
    return tuple(
        Finding(
            kind=Kind.NO_COLUMN, level=row["level"], portal_id=row["portal_id"], place=plain(place(row["name"], row["level"])),
            site=plain(site(row["name"], row["level"])), home_url=plain(row["home_url"]),
            release_url="", title="", document_number="", released="", carried="", overdue=None, problem=NO_ENTRY,
            checked=MACHINE, reviewed=UNREVIEWED, page_url="", rectify_by=rectify_by.isoformat(),
        )
        for row in column_rows(connection, period) if row["days"] >= FEWEST_DAYS and not row["with_entry"]
    )  # fmt: skip


def _of_verdict(row: sqlite3.Row, hours: int, rectify_by: date) -> Finding:
    status = Status(row["status"])
    return Finding(
        kind=Kind.LATE if status is Status.LATE else Kind.MISSING, level=row["level"],
        portal_id=row["portal_id"], place=plain(place(row["portal_name"], row["level"])),
        site=plain(site(row["portal_name"], row["level"])), home_url=plain(row["home_url"]),
        release_url=row["release_url"], title=plain(row["title"]),
        document_number=plain(row["document_number"]), released=released_text(row), carried=carried_text(row),
        overdue=overdue_hours(status, row),
        problem=problem(status, row["mode"], row["flags"], hours, confirmed=row["reviewed"] == Decision.CONFIRM),
        checked=MACHINE_AND_PERSON if row["reviewed"] else MACHINE,
        reviewed=chinese(Decision(row["reviewed"])) if row["reviewed"] else UNREVIEWED,
        page_url=plain(row["page_url"]), rectify_by=rectify_by.isoformat(),
    )  # fmt: skip
