"""`syndication backup` and `restore`: what they say on the terminal; the work is `syndication.backup`'s."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syndication.backup import backup, prove, restore
from syndication.folders import data_folder, data_option
from syndication.surroundings import Surroundings, surrounded

if TYPE_CHECKING:
    from syndication.store.copying import Contents

MEGABYTE = 1_000_000


@click.command("backup", short_help="Write a backup and prove it by restoring it.")
@click.option(
    "-o", "--output", "target", type=click.Path(file_okay=False, path_type=Path), metavar="DIR",
    help="Where backups lie; else DATA/backups. Choose another disk.",
)  # fmt: skip
@click.option("--keep-days", "days", default=30, show_default=True, type=click.IntRange(1), help="Drop older ones.")
@click.option("--evidence", is_flag=True, help="Also copy evidence files that are not there yet.")
@data_option
@surrounded
def backup_command(
    surroundings: Surroundings, data: Path | None, target: Path | None, days: int, evidence: bool
) -> None:
    """Back up the database, the edited files and the notices; a nightly may run meanwhile. The newest three always stay.

    The frozen databases that notices rest on are copied once each into the folder `notices` beside the backups.

    Example: syndication backup -o /backup/syndication --evidence
    """
    folder = data_folder(data)
    now = surroundings.clock.now()
    done = backup(folder, target or folder / "backups", now, evidence=evidence, keep=timedelta(days=days))
    size = done.path.stat().st_size / MEGABYTE
    click.echo(f"已备份并核对：{done.path}（{size:.1f} MB），{_said(done.contents)}。")
    if evidence:
        click.echo(f"证据文件新增 {done.evidence} 个。")
    for name in done.dropped:
        click.echo(f"已清理早于 {days} 天的备份：{name}")


@click.command("restore", short_help="Put a backup in the data folder's place.")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE")
@click.option("--check", is_flag=True, help="Only prove the backup; nothing is changed.")
@data_option
@surrounded
def restore_command(surroundings: Surroundings, path: Path, data: Path | None, check: bool) -> None:
    """Check a backup and put it in the data folder's place; what was there is kept beside.

    Evidence files and what notices rest on are taken from the folders `evidence` and `notices` beside the backup where the
    data folder lacks them. Notices made since the backup stay, and no number of a notice is given twice. Restart
    `syndication serve` afterwards.

    Example: syndication restore /backup/syndication/syndication-20260303T000000Z.tar.gz
    """
    if check:
        click.echo(f"备份完好：{_said(prove(path))}。")
        return
    done = restore(path, data_folder(data), surroundings.clock)
    click.echo(f"已恢复：{_said(done.contents)}。")
    if done.aside is not None:
        click.echo(f"原有文件已移至 {done.aside}，确认无误后可删除。")
    for line in done.notices.told:
        click.echo(f"注意：{line}")
    if done.notices.last:
        click.echo(
            f"最后登记的通报编号为 {done.notices.last}。此后若还生成过通报，请用 syndication notice spend 编号 登记，以免重号。"
        )
    click.echo("请重新启动 syndication serve，并运行 syndication evidence verify 核对证据。")


def _said(contents: Contents) -> str:
    counts, newest = contents.counts, contents.newest_run or "无"
    return f"判定 {counts['verdicts']} 条，观测 {counts['observations']} 次，最近批次 {newest}"
