"""`syndication runs` and `syndication alerts`: what the operator asks in the morning."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from syndication.clock import beijing_text, to_text
from syndication.folders import data_folder, data_option
from syndication.store.database import FILE_NAME
from syndication.store.nights import NightRows, RunFigures
from syndication.store.reading import open_reader
from syndication.surroundings import Surroundings, surrounded

KINDS = {
    "nightly": "夜间监测", "probe": "临期观测", "replay": "回放", "rejudge": "重新判定", "review": "复核",
    "discover": "栏目发现", "check": "栏目核对",
}  # fmt: skip
STATES = {"running": "进行中", "done": "完成", "failed": "失败", "interrupted": "中断"}


@click.command("runs", short_help="The last runs and what came of them.")
@click.option("-n", "--number", "limit", default=20, show_default=True, type=click.IntRange(1), help="How many.")
@click.option("--kind", type=click.Choice(list(KINDS)), help="Only this kind.")
@click.option("--json", "as_data", is_flag=True, help="As JSON, times in UTC.")
@data_option
def runs_command(data: Path | None, limit: int, kind: str | None, as_data: bool) -> None:
    """The last runs: when, how long, how they ended, looks, portals that could not be observed, verdicts changed.

    Example: syndication runs --kind nightly -n 7
    """
    with closing(open_reader(data_folder(data) / FILE_NAME)) as connection:
        runs = NightRows(connection).runs(limit, kind)
    if as_data:
        click.echo(json.dumps([_plain(run) for run in runs], ensure_ascii=False, indent=2))
        return
    table = Table()
    for name, right in (
        ("批次", False), ("类别", False), ("开始（北京时间）", False), ("用时", True), ("状态", False), ("观测成功", True),
        ("观测失败", True), ("未能观测门户", True), ("判定变化", True),
    ):  # fmt: skip
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for run in runs:
        table.add_row(
            run.run_id, KINDS.get(run.kind, run.kind), beijing_text(run.started_at), _lasted(run.seconds),
            STATES.get(run.state, run.state), str(run.looks - run.failed), str(run.failed), str(run.blind),
            str(run.changes),
        )  # fmt: skip
    console = Console()
    if not console.is_terminal:
        console.width = 160
    console.print(table)


@click.command("alerts", short_help="Tell whom alerts.toml names what changed.")
@click.option("--test", "trial", is_flag=True, help="Send a message to every address, whatever the state.")
@click.option("--job", metavar="NAME", help="Also tell how a job of the machine ended; needs --result.")
@click.option("--result", metavar="RESULT", help="How it ended: success or 0; anything else is a failure.")
@data_option
@surrounded
def alerts_command(
    surroundings: Surroundings, data: Path | None, trial: bool, job: str | None, result: str | None
) -> None:
    """Tell what changed since the last time, as each night does; with --test only say that the way works.

    Jobs that do not tell themselves how they ended (a backup, a rehearsal, what was killed) are told of with --job.

    Example: syndication alerts --test
    """
    from syndication.alert_rules import AlertsError, load_alerts
    from syndication.alert_sending import by_apprise
    from syndication.alerts import tell

    if (job is None) != (result is None):
        raise click.UsageError("--job and --result go together")
    folder = data_folder(data)
    rules = load_alerts(folder)
    if rules is None:
        raise AlertsError(f"{folder} 中没有 alerts.toml，不发送告警。 No alerts.toml in {folder}: nobody is told")
    if not trial:
        ended = (job, result) if job and result else None
        click.echo(f"已告知变化 {tell(folder, surroundings.clock.now(), job=ended)} 项。")
        return
    for name, addresses in (("运维人员", rules.operators), ("读者", rules.readers)):
        if addresses and not by_apprise(addresses, "政策转载监测：测试", "这是一条测试消息，无需处理。"):
            raise AlertsError(f"{name}的告警地址未能送达。 A message to {name} did not arrive")
        click.echo(f"{name}：{len(addresses)} 个地址，{'已发送' if addresses else '未配置'}。")


def _plain(run: RunFigures) -> dict[str, Any]:
    plain = {key: to_text(value) if isinstance(value, datetime) else value for key, value in asdict(run).items()}
    return {**plain, "seconds": run.seconds}


def _lasted(seconds: int | None) -> str:
    if seconds is None:
        return "—"
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
