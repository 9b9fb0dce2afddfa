"""`syndication evidence`: show what decides a verdict, pack it for others, verify all that is kept."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syndication.folders import data_folder, data_option
from syndication.store.database import FILE_NAME
from syndication.store.reading import open_reader, snapshot

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from syndication.proof import ProofCase
    from syndication.store.ledger import RunEntry

MEGABYTE = 1_000_000


@click.group("evidence", short_help="Show, pack and verify what proves a verdict.")
def evidence_group() -> None:
    """The evidence of verdicts; docs/evidence.md says what it proves and what not.

    Example: syndication evidence show 1042
    """


def _verdict_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the ways to name a verdict: its id, or portal, release and edition."""
    for option in (
        click.option("--edition", default="inspection-24h", show_default=True, help="With --portal: the edition."),
        click.option("--release", metavar="URL|NUMBER", help="With --portal: the release's address or document number."),
        click.option("--portal", metavar="ID", help="Instead of VERDICT: the portal's id."),
        click.argument("verdict", type=int, required=False),
    ):
        command = option(command)
    return command


def _case(
    connection: sqlite3.Connection, verdict: int | None, portal: str | None, release: str | None, edition: str
) -> ProofCase:
    from syndication.store.proof import ProofRows

    rows = ProofRows(connection)
    if verdict is None:
        if not portal or not release:
            raise click.UsageError("请给出判定编号，或 --portal 和 --release。 Name VERDICT, or --portal and --release.")
        verdict = rows.find(portal, release, edition)
    elif portal or release:
        raise click.UsageError("判定编号与 --portal、--release 只能用一种。 Name VERDICT or --portal and --release, not both.")
    return rows.case(verdict)


@evidence_group.command("show")
@_verdict_options
@click.option("--json", "as_data", is_flag=True, help="The timeline as JSON, times in UTC.")
@data_option
def show_command(
    verdict: int | None, portal: str | None, release: str | None, edition: str, as_data: bool, data: Path | None
) -> None:
    """The timeline of a verdict: release, looks without and with the posting, printed time, deadline.

    VERDICT is `verdict_id` of verdict_list.

    Example: syndication evidence show 1042 --data /srv/syndication
    """
    from syndication.pack_texts import as_json
    from syndication.proof import choose
    from syndication.store.ledger import Ledger
    from syndication.timeline import as_text, events

    with snapshot(data_folder(data) / FILE_NAME) as connection:
        case = _case(connection, verdict, portal, release, edition)
        timeline = events(case, choose(case), Ledger(connection).record)
    if as_data:
        click.echo(as_json({"verdict": case.verdict.stored, "release": case.release, "events": timeline}), nl=False)
    else:
        click.echo(as_text(case, timeline), nl=False)


@evidence_group.command("pack")
@_verdict_options
@click.option(
    "-o", "--output", "target", type=click.Path(path_type=Path, dir_okay=False), required=True, metavar="FILE.zip",
    help="The file to write; one of this name is replaced.",
)  # fmt: skip
@data_option
def pack_command(
    verdict: int | None, portal: str | None, release: str | None, edition: str, target: Path, data: Path | None
) -> None:
    """Write a zip with all that proves a verdict, which public tools alone can check.

    Example: syndication evidence pack 1042 -o finding-1042.zip
    """
    from syndication.errors import EvidenceError
    from syndication.packing import write_pack
    from syndication.rules import load_rules
    from syndication.store.ledger import Ledger

    folder = data_folder(data)
    with snapshot(folder / FILE_NAME) as connection:
        case = _case(connection, verdict, portal, release, edition)
        name = case.verdict.edition
        rule = next((one for one in load_rules(folder).editions if one.id == name), None)
        if rule is None:
            raise EvidenceError(
                f"rules.toml 中没有规则版本 {name}。 rules.toml lacks the edition {name} by which it was judged; put it back"
            )
        packed = write_pack(case, rule, Ledger(connection), folder, target)
    click.echo(
        f"已写入 {packed.path}：查看 {packed.looks} 次，记录 {packed.records} 条，涉及批次 {packed.runs} 个，"
        f"{packed.size / MEGABYTE:.1f} MB。核验方法见包内 README.txt。"
    )


@evidence_group.command("verify")
@click.argument("runs", nargs=-1, metavar="[RUN]...")
@data_option
def verify_command(runs: tuple[str, ...], data: Path | None) -> None:
    """Check every record against its hash and every run against the chain; name the first broken one.

    Without RUN all runs are checked. Exit status 0: all is sound; 1: something is not.

    Example: syndication evidence verify --data /srv/syndication
    """
    from syndication.progress import Progress
    from syndication.stamping import root_certificate
    from syndication.store.ledger import Ledger
    from syndication.verifying import verify

    folder = data_folder(data)
    progress = Progress()

    def step(run: RunEntry) -> None:
        progress.step()

    with closing(open_reader(folder / FILE_NAME)) as connection, progress.phase("校验证据"):
        done = verify(folder, Ledger(connection), runs, root=root_certificate(), step=step)
    click.echo(f"证据完好：批次 {done.runs} 个，记录 {done.records} 条，{done.size / MEGABYTE:.1f} MB。")
    if done.tokens:
        trust = "已核对到根证书" if root_certificate() else "未配置根证书，只核对了内容"
        click.echo(f"时间戳 {done.tokens} 个，与批次哈希相符（{trust}）。")
    if done.unchecked_tokens:
        click.echo(f"时间戳 {done.unchecked_tokens} 个未核对：请安装 policy-syndication[tsa]。")
    if done.removed:
        click.echo(f"其中 {done.removed} 个批次的文件已按保留期限删除，所留哈希与哈希链相符。")
    for run in done.open_runs:
        click.echo(f"批次 {run} 尚未结束，只核对了已登记的记录。")
