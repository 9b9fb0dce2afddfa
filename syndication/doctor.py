"""`syndication doctor`: the checks of `syndication.checkup` as a command."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from syndication.addresses import RELEASE_LISTS
from syndication.checkup import examine
from syndication.finding import Finding, Health
from syndication.folders import data_folder, data_option
from syndication.surroundings import Surroundings, surrounded

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

WORDS = {Health.OK: "正常", Health.NOTE: "注意", Health.BAD: "有误"}


@click.command("doctor", short_help="Check the machine before the first night.")
@click.option("--offline", is_flag=True, help="Ask no address.")
@click.option("--json", "as_data", is_flag=True, help="As JSON.")
@data_option
@surrounded
def doctor_command(surroundings: Surroundings, data: Path | None, offline: bool, as_data: bool) -> None:
    """Check clock, disk, permissions, database, registry, rules, alerts and www.gov.cn, and say what to do.

    Run it as the user and in the environment of the nightly. Exit status 0: nothing is bad; 1: something is.

    Example: syndication doctor --data /srv/syndication
    """
    addresses = () if offline else tuple(RELEASE_LISTS.values())
    findings = list(examine(data_folder(data), surroundings.clock, addresses))
    if as_data:
        click.echo(json.dumps([asdict(one) for one in findings], ensure_ascii=False, indent=2))
    else:
        _print(findings)
    raise SystemExit(any(one.health is Health.BAD for one in findings))


def _print(findings: Iterable[Finding]) -> None:
    counts = dict.fromkeys(Health, 0)
    for one in findings:
        counts[one.health] += 1
        click.echo(f"[{WORDS[one.health]}] {one.check}：{one.said}")
        if one.advice:
            click.echo(f"       处理：{one.advice}")
    click.echo("，".join(f"{WORDS[health]} {count} 项" for health, count in counts.items()) + "。")
