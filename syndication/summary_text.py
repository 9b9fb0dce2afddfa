"""A night's figures as Chinese lines for the operator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table

from syndication.clock import beijing_text
from syndication.glossary import ANSWERED, Outcome, Status, chinese

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console

    from syndication.probe import Probed
    from syndication.rejudge import Rejudged
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
        f"本次比对稿件 {night.matched} 件，新判定 {night.new} 条，判定变化 {night.changes} 条。",
        highlight=False,
    )
    console.print(f"门户 {night.portals} 家，本次完全未能观测 {len(night.blind)} 家。", highlight=False)
    for portal_id, name, outcomes in night.blind[:SHOWN]:
        words = "、".join(chinese(Outcome(word)) for word in outcomes.split(","))
        console.print(f"  未能观测：{name}（{portal_id}）：{words}", highlight=False, markup=False)
    if len(night.blind) > SHOWN:
        console.print(f"  …… 另有 {len(night.blind) - SHOWN} 家", highlight=False)
    console.print(status_table(night.statuses))


def print_probe(console: Console, done: Probed) -> None:
    """Which looks were due."""
    if not done.planned and not done.releases:
        console.print("没有临近时限而尚未转载的门户，本次未访问任何网站。", highlight=False)
        return
    after = sum(one.after for one in done.planned)
    soon = len(done.planned) - after
    console.print(f"应观测门户 {len(done.planned)} 家：时限刚过 {after} 家，时限将至 {soon} 家。", highlight=False)
    for one in done.planned[:SHOWN]:
        when = "已过" if one.after else "将至"
        console.print(f"  {one.portal_id}：时限 {beijing_text(one.deadline)} {when}", highlight=False, markup=False)


def print_changes(console: Console, found: Rejudged) -> None:
    """What judging anew changes, as counts and the first rows."""
    console.print(f"重新判定 {found.judged} 条，状态或标记有变化的 {len(found.changes)} 条。", highlight=False)
    if not found.changes:
        return
    counts = Table(title="变化")
    for name in ("规则版本", "原判定", "新判定", "条数"):
        counts.add_column(name)
    for (edition, before, after), number in sorted(found.counts.items(), key=str):
        counts.add_row(edition, chinese(Status(before)) if before else "（无）", chinese(Status(after)), str(number))
    console.print(counts)
    for one in found.changes[:SHOWN]:
        before = chinese(Status(one.before)) if one.before else "（无）"
        console.print(
            f"  {one.portal_id} {one.edition} {one.release_url}：{before} {one.flags_before} → "
            f"{chinese(Status(one.after))} {one.flags_after}",
            highlight=False, markup=False,
        )  # fmt: skip
    if len(found.changes) > SHOWN:
        console.print(f"  …… 另有 {len(found.changes) - SHOWN} 条", highlight=False)


def status_table(statuses: Mapping[str, Mapping[str, int]]) -> Table:
    """Verdicts by edition and status."""
    table = Table(title="判定")
    table.add_column("规则版本")
    for status in Status:
        table.add_column(chinese(status), justify="right")
    for edition, counts in statuses.items():
        table.add_row(edition, *(str(counts.get(status, 0)) for status in Status))
    return table
