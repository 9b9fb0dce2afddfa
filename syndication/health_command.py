"""`syndication health`: how the portals fare, and what needs a person; the exit status is for a scheduler."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from syndication.clock import beijing_text
from syndication.folders import data_folder, data_option
from syndication.glossary import ACTS, chinese
from syndication.health import CHINESE_STATES, Kind, State, concerns
from syndication.surroundings import Surroundings, surrounded

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from syndication.health import Concern, Figures

OK, PERSON = 0, 2
TOLD = {
    Kind.NO_NIGHT: "夜间任务", Kind.PORTAL_NEVER: "从未读到的门户", Kind.PORTAL_FAILING: "读不到的门户",
    Kind.CHANNEL_FAILING: "读不到的栏目", Kind.FEW_ITEMS: "条数减少", Kind.SILENT: "专栏长期没有新稿件",
    Kind.SOURCES: "发布来源不一致",
}  # fmt: skip


@click.command("health")
@data_option
@surrounded
def health_command(surroundings: Surroundings, data: Path | None) -> None:
    """Say how the portals fared over the last 14 days, and what needs a person.

    Exit status 0: all is well; 2: something needs a person; 1: the command failed.

    Example: syndication health --data /srv/syndication
    """
    from syndication.store import open_database
    from syndication.store.health import figures

    now = surroundings.clock.now()
    database = open_database(data_folder(data))
    try:
        known = figures(database, now)
    finally:
        database.close()
    found = concerns(known, now)
    print_health(Console(), known, found)
    sys.exit(PERSON if found else OK)


def print_health(console: Console, known: Figures, found: Sequence[Concern]) -> None:
    """The portals by state, then the concerns by kind."""
    states = Counter(portal.state for portal in known.portals)
    told = "，".join(f"{CHINESE_STATES[state]} {states[state]}" for state in State)
    console.print(f"门户 {len(known.portals)} 家：{told}。", highlight=False)
    failing = [portal for portal in known.portals if portal.state is not State.WORKING]
    if failing:
        table = Table(title="没有完全读到的门户（截至最近一次观测的 14 天内）")
        for heading in ("门户", "近况", "自", "结果", "正常栏目"):
            table.add_column(heading)
        for portal in failing:
            table.add_row(
                f"{portal.portal_name} {portal.portal_id}", CHINESE_STATES[portal.state],
                beijing_text(portal.failing_since) if portal.failing_since else "",
                chinese(portal.outcome) if portal.outcome else "", f"{portal.working}/{portal.channels}",
            )  # fmt: skip
        console.print(table)
    if not found:
        console.print("没有需要人工处理的事项。", highlight=False)
        return
    table = Table(title="需要人工处理")
    for heading in ("事项", "对象", "情况", "自", "结果", "处理"):
        table.add_column(heading)
    for concern in found:
        table.add_row(
            TOLD[concern.kind], concern.subject, concern.detail, beijing_text(concern.since) if concern.since else "",
            chinese(concern.outcome) if concern.outcome else "", ACTS[concern.outcome] if concern.outcome else "",
        )  # fmt: skip
    console.print(table)
