"""`portals discover`: what the scout found on home pages, as rows for channels.csv with what was read.

The role `column` can accuse, so it is given only where the lexicon has the column's name, most rows are releases, and at
least half of the releases that the store knows stand in the list; all else is `news` until a person has looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table

from syndication.addresses import address_key
from syndication.channels_file import free_id
from syndication.clock import beijing_date
from syndication.glossary import ColumnState, Outcome, Role, chinese
from syndication.items import Channel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from spiders.scout import HomeFinding, ListFinding
    from syndication.registry import Registry

SHARE_OF_RELEASES = 0.6
SHARE_OF_KNOWN = 0.5
FEWEST_KNOWN = 3
SAMPLES = 2
WHY = {"name": "栏目名称", "embed": "推送组件", "releases": "内容为国务院发布", "registry": "已登记"}


@dataclass(frozen=True)
class Found:
    """A list that reads, as a new row; `channel` is None where the registry has it already (`listed` is its id)."""

    finding: ListFinding
    channel: Channel | None
    listed: str = ""


def rows_found(registry: Registry, findings: Iterable[ListFinding]) -> list[Found]:
    """The readable lists of the findings by portal, each once, those found by name first; new ones with free ids."""
    order = {portal.id: place for place, portal in enumerate(registry.portals)}
    taken = {channel.id for channel in registry.channels}
    known: dict[tuple[str, str], str] = {}
    for channel in registry.channels:
        addresses = [channel.url, channel.options.get("api", "")]
        known.update({(channel.portal_id, address_key(url)): channel.id for url in addresses if url})
    found: list[Found] = []
    for finding in sorted(findings, key=lambda one: (order[one.portal_id], list(WHY).index(one.why), one.url)):
        key = (finding.portal_id, address_key(finding.url))
        asked = (finding.portal_id, address_key(finding.page.ask.url)) if finding.page and finding.page.ask else key
        if not finding.family or not is_worth_a_row(finding):
            continue
        listed = known.get(key) or known.get(asked)
        if listed is not None:
            found.append(Found(finding, None, listed))
            continue
        channel = Channel(
            free_id(finding.portal_id, finding.url, taken), finding.portal_id, finding.name, finding.url, finding.family,
            role_of(finding), finding.options, f"discover: {WHY[finding.why]}; {len(finding.rows)} rows",
        )  # fmt: skip
        taken.add(channel.id)
        known[key] = known[asked] = channel.id
        found.append(Found(finding, channel))
    return found


def is_worth_a_row(finding: ListFinding) -> bool:
    """Whether a list is one of State Council texts: named so on the home page, or mostly made of them."""
    return finding.named or finding.why == "embed" or _mostly_releases(finding)


def role_of(finding: ListFinding) -> Role:
    """`column` only on the evidence that the module names; else `news`."""
    carries = finding.known >= FEWEST_KNOWN and finding.carried >= SHARE_OF_KNOWN * finding.known
    return Role.COLUMN if finding.named and carries and _mostly_releases(finding) else Role.NEWS


def _mostly_releases(finding: ListFinding) -> bool:
    return finding.releases >= SHARE_OF_RELEASES * len(finding.rows)


def print_discovery(
    console: Console, registry: Registry, homes: Sequence[HomeFinding], findings: Sequence[ListFinding],
    found: Sequence[Found],
) -> None:  # fmt: skip
    """The portals with what their home pages show, then the lists that were tried."""
    names = {portal.id: portal.name for portal in registry.portals}
    table = Table(title="首页")
    for heading in ("门户", "首页", "栏目", "名称", "位置显著"):
        table.add_column(heading)
    for home in sorted(homes, key=lambda one: list(names).index(one.portal_id)):
        column = home.column
        told = chinese(column.state) if column else ""
        if column and column.state is ColumnState.EMBED:
            told += "（随首页观测，不必登记）"
        prominent = "" if column is None or column.state is ColumnState.NO_ENTRY else "是" if column.prominent else "否"
        table.add_row(
            f"{names[home.portal_id]} {home.portal_id}", chinese(home.look.outcome), told, column.label if column else "",
            prominent,
        )  # fmt: skip
    console.print(table)
    tried = Table(title="试读的列表")
    for heading in ("门户", "名称", "依据", "结果", "类型", "条数", "最新", "国务院发布", "近期发布见于其中", "标题样例"):
        tried.add_column(heading)
    rows = {id(one.finding): one for one in found}
    for finding in sorted(findings, key=lambda one: (list(names).index(one.portal_id), one.url)):
        row = rows.get(id(finding))
        result = chinese(finding.look.outcome)
        if finding.family:
            result = "不像国务院信息" if row is None else f"已登记 {row.listed}" if row.listed else "新栏目"
        tried.add_row(
            names[finding.portal_id], finding.name, WHY[finding.why], result, finding.family,
            str(len(finding.rows) or ""), newest_of(finding), str(finding.releases or ""),
            f"{finding.carried}/{finding.known}" if finding.known else "",
            "；".join(row.title for row in finding.rows[:SAMPLES]),
        )  # fmt: skip
    if findings:
        console.print(tried)


def newest_of(finding: ListFinding) -> str:
    """The newest printed day of a list, '' where no row bears one."""
    days = [row.declared.interval.earliest for row in finding.rows if row.declared]
    return beijing_date(max(days)).isoformat() if days else ""


def outcome_counts(findings: Iterable[ListFinding]) -> dict[Outcome, int]:
    """How many lists ended with each outcome."""
    counts: dict[Outcome, int] = {}
    for finding in findings:
        counts[finding.look.outcome] = counts.get(finding.look.outcome, 0) + 1
    return counts
