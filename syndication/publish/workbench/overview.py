"""总览: the rates of a span for departments, provinces and all, what is open, where findings lie, what was not seen."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from syndication.clock import beijing_midnight, from_text, to_text
from syndication.errors import DataFolderError
from syndication.glossary import ColumnState, Level, Outcome, chinese
from syndication.publish import catalog
from syndication.publish.values import shown
from syndication.publish.workbench import matrix, pages, tiles
from syndication.publish.workbench.maps import province_map
from syndication.store import figures, overview
from syndication.store.periods import could_be_observed

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from syndication.publish.workbench.pages import Reading

LOWEST = 10
OPEN_SHOWN = 12
REASONS_OF = timedelta(days=400)
"""Of a longer span, why looks failed is told of its end only."""
COLUMN_THERE = frozenset({ColumnState.ENTRY_WITH_LIST, ColumnState.EMBED})
"""The states in which a home page counts as one with the column: a list of releases, or the push widget, is there."""


@dataclass(frozen=True)
class Group:
    """The figures of one group of portals; `before` is the same group in the span before.

    `columns_prominent` counts columns that stand prominently (syndication.prominence); None where that was not measured.
    """

    label: str
    level: str
    counts: Mapping[str, int]
    portals: int
    observable: int
    columns_seen: int
    columns_there: int
    columns_prominent: int | None
    before: Mapping[str, int] | None

    @property
    def decided(self) -> int:
        """On time, late and missing: what a rate is over."""
        return decided(self.counts)

    @property
    def rate(self) -> float | None:
        """Percent on time of what could be decided."""
        return rate(self.counts)

    @property
    def change(self) -> float | None:
        """In percentage points, against the span before."""
        old = rate(self.before) if self.before else None
        return None if old is None or self.rate is None else self.rate - old

    @property
    def few(self) -> bool:
        """Whether so little was decided, now or before, that a change says little."""
        return min(self.decided, decided(self.before) if self.before else 0) < tiles.FEW

    @property
    def column_share(self) -> float | None:
        """Percent of the home pages that were seen which have the column."""
        return 100 * self.columns_there / self.columns_seen if self.columns_seen else None


def decided(counts: Mapping[str, Any] | sqlite3.Row) -> int:
    """On time, late and missing together."""
    return int((counts["on_time"] or 0) + (counts["late"] or 0) + (counts["missing"] or 0))


def rate(counts: Mapping[str, Any] | sqlite3.Row) -> float | None:
    """Percent on time of what could be decided; None where nothing could."""
    number = decided(counts)
    return 100 * counts["on_time"] / number if number else None


async def overview_page(datasette: Any, request: Any) -> Any:
    """`/`: the whole of a span on one page."""
    return await pages.answer(datasette, request, "overview", read)


def read(reading: Reading) -> dict[str, Any]:
    """All figures of the picked span."""
    connection, picks = reading.connection, reading.picks
    days = picks.span.days
    everybody = figures.portal_counts(connection, picks.edition, days)
    portals = [row for row in everybody if not picks.level or row["level"] == picks.level]
    earlier = picks.span.before()
    before = figures.portal_counts(connection, picks.edition, earlier.days) if earlier else []
    since, until = to_text(beijing_midnight(days.first)), to_text(beijing_midnight(days.last + timedelta(days=1)))
    columns = figures.columns_shown(connection, since, until)
    levels = [picks.level] if picks.level else [*Level, ""]
    mapped, others = _tiles(reading, [row for row in everybody if row["level"] == Level.PROVINCE])
    try:
        drawn, map_fault = province_map(reading.folder, mapped), ""
    except DataFolderError as fault:
        drawn, map_fault = None, fault.for_inspectors
    run = connection.execute(overview.LAST_RUN).fetchone()
    return {
        "groups": [_group(level, everybody, before, columns) for level in levels],
        "releases": figures.release_total(connection, picks.edition, days),
        "earlier": earlier, "later": picks.span.after(), "few": tiles.FEW,
        "open": _open(reading), "matrix": matrix.matrix(connection, picks, portals, reading.root),
        "lowest": _lowest(portals, before), "map": drawn, "map_fault": map_fault,
        "tiles": tiles.tile_map(mapped, others) if mapped or others else None,
        "blind": _blind(connection, portals, max(since, to_text(beijing_midnight(days.last - REASONS_OF))), until),
        "run": {key: shown(catalog.column("runs", key), run[key]) for key in run.keys()} if run else None,  # noqa: SIM118 - a Row iterates over values
    }  # fmt: skip


def _group(
    level: str, portals: Sequence[sqlite3.Row], before: Sequence[sqlite3.Row], columns: Sequence[sqlite3.Row]
) -> Group:
    mine = [row for row in portals if not level or row["level"] == level]
    seen = [row for row in columns if row["state"] and (not level or row["level"] == level)]
    measured = [row["prominent"] for row in seen if row["prominent"] is not None]
    return Group(
        chinese(Level(level)) if level else "合计", level, total(mine), len(mine),
        sum(could_be_observed(row) > 0 for row in mine), len(seen),
        sum(row["state"] in COLUMN_THERE for row in seen), sum(measured) if measured else None,
        total([row for row in before if not level or row["level"] == level]) if before else None,
    )  # fmt: skip


def total(rows: Sequence[sqlite3.Row]) -> Counter[str]:
    """The sum of the counts of some portals."""
    found: Counter[str] = Counter()
    for row in rows:
        for name in ("verdicts", *figures.STATUSES, "backdated"):
            found[name] += row[name]
    return found


def _open(reading: Reading) -> list[dict[str, Any]]:
    rows = figures.open_releases(reading.connection, reading.picks.edition, reading.picks.level or "%", OPEN_SHOWN)
    found = []
    for row in rows:
        left = (from_text(row["deadline"]) - reading.now) / timedelta(hours=1)
        told = f"还剩 {left:.0f} 小时" if left >= 1 else f"还剩 {left * 60:.0f} 分钟" if left > 0 else "已过时限，等待下一次查看"
        found.append({**dict(row), "left": told})
    return found


def _lowest(portals: Sequence[sqlite3.Row], before: Sequence[sqlite3.Row]) -> list[dict[str, Any]]:
    """The portals with the lowest rates; of equal ones, those with more findings first."""
    old = {row["portal_id"]: rate(row) for row in before}
    decisions = {row["portal_id"]: decided(row) for row in before}
    judged = [(rate(row), row) for row in portals]
    lowest = sorted(
        ((percent, row) for percent, row in judged if percent is not None and percent < 100),
        key=lambda each: (each[0], -decided(each[1]), each[1]["portal_id"]),
    )[:LOWEST]
    found = []
    for percent, row in lowest:
        earlier = old.get(row["portal_id"])
        change = None if earlier is None else percent - earlier
        few = min(decided(row), decisions.get(row["portal_id"], 0)) < tiles.FEW
        found.append({**dict(row), "rate": percent, "decided": decided(row), "change": change, "few": few})
    return found


def _tiles(reading: Reading, provinces: Sequence[sqlite3.Row]) -> tuple[dict[str, tiles.Tile], list[tiles.Tile]]:
    mapped: dict[str, tiles.Tile] = {}
    others = []
    for row in provinces:
        percent = rate(row)
        figure = f"{percent:.0f}%" if percent is not None else "—"
        told = f"{row['name']}：按时率 {figure}，已判定 {decided(row)} 条"
        url = reading.picks.link(f"{reading.root}-/portal/{row['portal_id']}")
        of = f"{decided(row)} 条" if percent is not None else ""
        tile = tiles.Tile(row["name"], url, figure, of, tiles.shade_of(percent, decided(row)), told)
        if row["region_code"][:2] in tiles.PLACES and row["region_code"][:2] not in mapped:
            mapped[row["region_code"][:2]] = tile
        else:
            others.append(tile)
    return mapped, others


def _blind(
    connection: sqlite3.Connection, portals: Sequence[sqlite3.Row], since: str, until: str
) -> list[dict[str, Any]]:
    """The portals with verdicts that say `not_observed`, those with most first, and why looks failed."""
    reasons: dict[str, list[str]] = {}
    for row in figures.failures(connection, since, until):
        reasons.setdefault(row["portal_id"], []).append(f"{chinese(Outcome(row['outcome']))} {row['looks']} 次")
    unseen = sorted((row for row in portals if row["not_observed"]), key=lambda row: (-row["not_observed"], row["portal_id"]))
    return [{**dict(row), "reasons": "、".join(reasons.get(row["portal_id"], [])[:3])} for row in unseen]
