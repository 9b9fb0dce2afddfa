"""The figures of a notice, each with its denominator, summed from the rows that the annexes show.

Fact of the world: the notice of 2016Q2 told the share of portals with the column on the home page and the share that
carried within 24 hours, of 103 (rules.md 2.2). What could not be decided stands beside a share and never in it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syndication.glossary import ColumnState, Decision, Flag, Level, chinese
from syndication.notice_documents.findings import Kind
from syndication.notice_documents.wording import MACHINE_AND_PERSON, Share
from syndication.store.notices import column_rows, finding_rows, portal_results, release_span, withheld
from syndication.store.periods import observed_portals

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from syndication.notice_documents.findings import Finding
    from syndication.store.periods import Observed, Period

MOST_NAMED = 5
FEWEST_TO_NAME = 3
"""A portal is named in the letter from so many findings on, if it is below the average; the annex names them all."""

CORPS = "66"
"""How region codes of the Corps (新疆生产建设兵团) customarily begin; it has none in GB/T 2260."""


@dataclass(frozen=True)
class Counts:
    """Verdicts of a group of portals by status, and its portals: `portals` watched, `decided_portals` with any decided
    verdict, `punctual_portals` of these that carried everything decided in time.
    """

    portals: int
    decided_portals: int
    punctual_portals: int
    owed: int
    on_time: int
    late: int
    missing: int
    undetermined: int
    not_observed: int
    pending: int
    exempt: int

    @property
    def decided(self) -> int:
        """On time, late or missing: the denominator of the rate."""
        return self.on_time + self.late + self.missing

    @property
    def rate(self) -> Share:
        """Carried in time, of what could be decided."""
        return Share(self.on_time, self.decided)

    @property
    def punctual(self) -> Share:
        """Portals that carried everything decided in time, of those with anything decided."""
        return Share(self.punctual_portals, self.decided_portals)


@dataclass(frozen=True)
class Columns:
    """Portals by the last sight of their home page: `seen` at all, `shown` with the column, and how it is placed."""

    watched: int
    seen: int
    shown: int
    judged: int
    prominent: int

    @property
    def share(self) -> Share:
        """With the column, of the home pages that were seen."""
        return Share(self.shown, self.seen)

    @property
    def prominent_share(self) -> Share:
        """In a prominent place, of the home pages whose sight was judged by the rule of prominence."""
        return Share(self.prominent, self.judged)


@dataclass(frozen=True)
class Burdened:
    """A portal with several findings, and how many of its verdicts could be decided."""

    site: str
    findings: int
    decided: int


@dataclass(frozen=True)
class Figures:
    """All that the letter may say in numbers.

    `first_release` and `last_release` are the days of the first and last one that had to be republished, empty for none: a
    database may begin within the period. `backdated`: findings of a forged date that a person confirmed; `suspected`: those
    that nobody did, which no document tells. `with_corps`: the Corps is among the provinces. `withheld`: late or missing
    verdicts that are no findings, by why.
    """

    releases: int
    first_release: str
    last_release: str
    all: Counts
    departments: Counts
    provinces: Counts
    observed: Observed
    columns: Columns
    department_columns: Columns
    province_columns: Columns
    late: int
    missing: int
    backdated: int
    suspected: int
    reviewed: int
    portals_with_findings: int
    portals_without_column: int
    with_corps: bool
    most_burdened: tuple[Burdened, ...]
    withheld: dict[str, int]


def read_figures(
    connection: sqlite3.Connection, period: Period, about_releases: Sequence[Finding], about_columns: Sequence[Finding]
) -> Figures:
    """The figures of a period; the findings are those of the same connection and period."""
    results, columns = portal_results(connection, period), column_rows(connection, period)
    releases, first, last = release_span(connection, period)
    return Figures(
        releases=releases, first_release=first, last_release=last,
        all=_counts(results),
        departments=_counts([row for row in results if row["level"] == Level.DEPARTMENT]),
        provinces=_counts([row for row in results if row["level"] == Level.PROVINCE]),
        observed=observed_portals(results),
        columns=_columns(columns),
        department_columns=_columns([row for row in columns if row["level"] == Level.DEPARTMENT]),
        province_columns=_columns([row for row in columns if row["level"] == Level.PROVINCE]),
        late=sum(one.kind is Kind.LATE for one in about_releases),
        missing=sum(one.kind is Kind.MISSING for one in about_releases),
        backdated=sum(chinese(Flag.BACKDATED) in one.problem.split("，") for one in about_releases),
        suspected=sum(
            Flag.BACKDATED in row["flags"].split() and row["reviewed"] != Decision.CONFIRM
            for row in finding_rows(connection, period)
        ),
        with_corps=any(row["region_code"].startswith(CORPS) for row in results),
        reviewed=sum(one.checked == MACHINE_AND_PERSON for one in about_releases),
        portals_with_findings=len({one.portal_id for one in about_releases}),
        portals_without_column=len(about_columns),
        most_burdened=_burdened(results, about_releases),
        withheld=withheld(connection, period),
    )  # fmt: skip


def _burdened(results: Sequence[sqlite3.Row], findings: Sequence[Finding]) -> tuple[Burdened, ...]:
    """The portals that the letter names: below the average, the largest share of findings first; of equal ones all or none."""
    sites = {one.portal_id: one.site for one in findings}
    decided = {row["portal_id"]: row["on_time"] + row["late"] + row["missing"] for row in results}
    counts = Counter(one.portal_id for one in findings)
    average = sum(counts.values()) / max(1, sum(decided.values()))
    found = [
        Burdened(sites[key], count, decided[key]) for key, count in counts.items()
        if count >= FEWEST_TO_NAME and count / decided[key] > average
    ]  # fmt: skip
    found.sort(key=_rank, reverse=True)
    named = found[:MOST_NAMED]
    if len(found) > MOST_NAMED:
        named = [one for one in named if _rank(one) != _rank(found[MOST_NAMED])]
    return tuple(named)


def _rank(one: Burdened) -> tuple[float, int]:
    return one.findings / one.decided, one.findings


def _counts(rows: Sequence[sqlite3.Row]) -> Counts:
    decided = [row for row in rows if row["on_time"] + row["late"] + row["missing"]]
    punctual = [row for row in decided if not row["late"] + row["missing"]]
    names = ("owed", "on_time", "late", "missing", "undetermined", "not_observed", "pending", "exempt")
    return Counts(len(rows), len(decided), len(punctual), *(sum(row[name] for row in rows) for name in names))


def _columns(rows: Sequence[sqlite3.Row]) -> Columns:
    seen = [row for row in rows if row["state"] is not None]
    judged = [row for row in seen if row["prominent"] is not None]
    shown = sum(row["state"] != ColumnState.NO_ENTRY for row in seen)
    return Columns(len(rows), len(seen), shown, len(judged), sum(row["prominent"] for row in judged))
