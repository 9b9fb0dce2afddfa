"""A night's figures as Chinese lines for the operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from syndication.glossary import ANSWERED, Outcome, Status, chinese

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from syndication.store.summary import NightSummary

SHOWN = 20


def print_summary(console: Console, night: NightSummary) -> None:
    """What came of the night: looks, portals that could not be observed, verdicts."""
    answered = sum(count for outcome, count in night.outcomes.items() if Outcome(outcome) in ANSWERED)
    console.print(f"批次 {night.run_id}：观测 {night.looks} 次，其中有效 {answered} 次。", highlight=False)
    failed = "，".join(
        f"{chinese(Outcome(outcome))} {count}"
        for outcome, count in night.outcomes.items() if Outcome(outcome) not in ANSWERED
    )  # fmt: skip
    if failed:
        console.print(f"未成功的观测：{failed}。", highlight=False)
    console.print(
        f"国务院发布 {night.releases} 件，其中须转载 {night.owed} 件；"
        f"本次比对稿件 {night.matched} 件，判定变化 {night.changed} 条。",
        highlight=False,
    )
    console.print(f"门户 {night.portals} 家，本次完全未能观测 {len(night.blind)} 家。", highlight=False)
    for portal_id, name, outcomes in night.blind[:SHOWN]:
        words = "、".join(chinese(Outcome(word)) for word in outcomes.split(","))
        console.print(f"  未能观测：{name}（{portal_id}）：{words}", highlight=False, markup=False)
    if len(night.blind) > SHOWN:
        console.print(f"  …… 另有 {len(night.blind) - SHOWN} 家", highlight=False)
    console.print(status_table(night.statuses))


def status_table(statuses: Mapping[str, Mapping[str, int]]) -> Table:
    """Verdicts by edition and status."""
    table = Table(title="判定")
    table.add_column("规则版本")
    for status in Status:
        table.add_column(chinese(status), justify="right")
    for edition, counts in statuses.items():
        table.add_row(edition, *(str(counts.get(status, 0)) for status in Status))
    return table
