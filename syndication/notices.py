"""`syndication notice`: all verdicts of a period as a CSV file, or the documents of a notice in a folder.

Facts of the world: a notice (通报) names sites in tables of short cells; inspectors open the file in a Chinese Excel or
WPS, which needs a byte order mark. "Not observed" and "undetermined" say something about the monitor and not about
the portal; that stands in each such row, since rows are cut out and passed on.
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syndication.cells import BOM, Cell, safe
from syndication.clock import SystemClock, beijing_date, beijing_midnight
from syndication.errors import SyndicationError
from syndication.folders import data_folder, data_option
from syndication.glossary import CAUSES, CHINESE, Decision, Flag, Level, Mode, Status, chinese
from syndication.notice_documents.spans import read_span
from syndication.notice_documents.wording import beijing, carried_text, overdue_hours, released_text
from syndication.store.database import FILE_NAME
from syndication.store.notices import portal_results
from syndication.store.periods import Observed, Period, judged_editions, observed_portals, period_rows
from syndication.store.reading import snapshot

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator
    from typing import IO

    from syndication.notice_documents.making import Made

HEADERS = (
    "序号", "级别", "网站名称", "网址", "文件标题", "发文字号", "发布时间", "时限", "判定", "转载方式", "转载时间",
    "转载用时(小时)", "超时(小时)", "标记", "转载页面", "复核", "判定理由", "国务院原文", "可观测门户数", "门户总数",
    "说明",
)  # fmt: skip
REMARKS = {
    Status.UNDETERMINED: "证据不足以判定，不作为问题认定",
    Status.NOT_OBSERVED: "监测程序未能查看该门户，不作为问题认定",
    Status.PENDING: "尚未到时限",
}
"""What a row says about itself where its status is no finding."""
RECTIFY_WITHIN = timedelta(days=30)
"""Fact of the world: the notice of 2016Q2 gave about four weeks (rules.md 2.1)."""


class NoticeError(SyndicationError):
    """A notice cannot be made of what was asked for; the message says what to change."""


@dataclass(frozen=True)
class Written:
    """What a notice's file holds."""

    path: Path
    rows: int
    releases: int
    observed: Observed
    statuses: Counter[Status] = field(default_factory=Counter)


def write_notice(database: Path, period: Period, target: Path) -> Written:
    """Write the period's verdicts to `target`, whole or not at all; an existing file is replaced.

    Raises NoticeError for an edition without verdicts or a file that cannot be written, DataFolderError for a database
    that cannot be read.
    """
    with snapshot(database) as connection:
        check_edition(connection, period.edition)
        observed = observed_portals(portal_results(connection, period))
        statuses: Counter[Status] = Counter()
        releases: set[str] = set()

        def counted() -> Iterator[list[Cell]]:
            for number, row in enumerate(period_rows(connection, period), 1):
                statuses[Status(row["status"])] += 1
                releases.add(row["release_url"])
                yield _cells(number, row)

        _write(target, counted())
    return Written(target, statuses.total(), len(releases), observed, statuses)


def check_edition(connection: sqlite3.Connection, edition: str) -> None:
    """Raises NoticeError for an edition without verdicts, naming those that have some."""
    known = judged_editions(connection)
    if edition not in known:
        told = "、".join(f"{name}（{first} 至 {last}）" for name, (first, last) in known.items()) or "无"
        raise NoticeError(f"没有规则版本 {edition} 的判定；已有：{told}。 No verdicts of edition {edition}.")


def _cells(number: int, row: sqlite3.Row) -> list[Cell]:
    status = Status(row["status"])
    return [
        number, chinese(Level(row["level"])), row["portal_name"], row["home_url"], row["title"], row["document_number"],
        released_text(row), beijing(row["deadline"]), chinese(status), chinese(Mode(row["mode"])) if row["mode"] else "",
        carried_text(row), row["lag_hours"], overdue_hours(status, row),
        "、".join(chinese(Flag(word)) for word in row["flags"].split()), row["page_url"],
        chinese(Decision(row["reviewed"])) if row["reviewed"] else "", CAUSES.get(row["cause"], row["cause"]),
        row["release_url"], row["observed"], row["portals"], REMARKS.get(status, ""),
    ]  # fmt: skip


def _write(target: Path, rows: Iterable[list[Cell]]) -> None:
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            _write_table(file, rows)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as fault:
        raise NoticeError(f"无法写入 {target}：{fault.strerror}。 Cannot write {target}: {fault.strerror}.") from fault
    finally:
        with suppress(OSError):  # where nothing can be written, nothing is left to take away
            part.unlink(missing_ok=True)


def _write_table(file: IO[str], rows: Iterable[list[Cell]]) -> None:
    file.write(BOM)
    writer = csv.writer(file)  # lines end in CRLF, as the csv module's default dialect has it
    writer.writerow(HEADERS)
    writer.writerows([safe(cell) for cell in row] for row in rows)


class Day(click.ParamType[date]):
    """A calendar day, `2026-03-01` and nothing else."""

    name = "YYYY-MM-DD"

    def convert(self, value: str | date, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day; fails for any other writing and for days that the calendar does not have."""
        if isinstance(value, date):
            return value
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            self.fail(f"{value!r} 不是日期，请写成 2026-03-01。 {value!r} is no day; write 2026-03-01.", param, ctx)
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} 不是有效日期。 {value!r} is no day of the calendar.", param, ctx)


def summary(written: Written, period: Period) -> list[str]:
    """What is told on the terminal, in Chinese, line by line."""
    observed = written.observed
    lines = [
        f"已写入 {written.path}：{written.rows} 行，{period.first} 至 {period.last} 的发布 {written.releases} 条，"
        f"规则版本 {period.edition}。"
    ]
    if not written.rows:
        return [*lines, "该时段没有须转载的发布，文件只有表头。"]
    lines.append(
        f"可观测门户 {observed.some} 个，共 {observed.portals} 个：全程可观测 {observed.wholly} 个，"
        f"部分发布未能观测 {observed.partly} 个；到期发布均未能观测 {observed.never} 个，没有到期发布 {observed.undue} 个。"
    )
    lines.append("　".join(f"{CHINESE[status]} {written.statuses[status]}" for status in Status))
    lines.append("“待核”和“未能观测”不是问题认定，不得据此通报；“超时(小时)”为可证明的最少超时。")
    return lines


def made_summary(made: Made) -> list[str]:
    """What is told on the terminal of a notice's documents, in Chinese, line by line."""
    figures, terms = made.composed.figures, made.composed.terms
    lines = [f"已生成通报 {terms.number}（草稿）：{made.folder}"]
    lines += [f"  {name}" for name in made.files]
    lines.append(
        f"可观测门户 {figures.observed.some} 个，共 {figures.all.portals} 个；应转载 {figures.all.owed} 件次，"
        f"可判定 {figures.all.decided} 件次，按时 {figures.all.on_time} 件次（{figures.all.rate.text}）。"
    )
    lines.append(f"列入清单 {figures.late + figures.missing} 件次，其中已经人工复核 {figures.reviewed} 件次。")
    lines += made.cautions
    if terms.replaces:
        lines.append(f"替代通报 {terms.replaces}：差异 {len(made.composed.changes)} 条。")
    if made.composed.mended:
        lines.append(f"核对往期问题 {len(made.composed.mended)} 条，见往期问题整改情况。")
    return lines


@click.group("notice", invoke_without_command=True, short_help="Make a notice: documents in a folder, or one CSV file.")
@click.option("--period", "named", metavar="NAME", help="Days of release by name: 2016Q2, 2026-07, 2026H1, 2026.")
@click.option("--from", "first", type=Day(), help="First day of release, Beijing time.")
@click.option("--to", "last", type=Day(), help="Last day of release, inclusive.")
@click.option("--csv", "target", type=click.Path(path_type=Path, dir_okay=False), help="One CSV file of all verdicts.")
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
    help="A new folder for the documents: draft, annexes, manifest.",
)  # fmt: skip
@click.option("--edition", default="inspection-24h", show_default=True, help="The edition of the rules.")
@click.option("--level", type=click.Choice([level.value for level in Level]), help="Only portals of this level.")
@click.option("--rectify-by", type=Day(), help="Until when problems are to be mended; else 30 days from now.")
@click.option(
    "--template", type=click.Path(exists=True, path_type=Path, dir_okay=False), metavar="FILE",
    help="The office's own DOCX template; else notice-template.docx of the data folder, if there is one.",
)  # fmt: skip
@click.option("--by", default="", help="Who makes it; kept in the manifest and shown on the pages.")
@data_option
@click.pass_context
def notice_command(
    ctx: click.Context, named: str | None, first: date | None, last: date | None, target: Path | None, folder: Path | None,
    edition: str, level: str | None, rectify_by: date | None, template: Path | None, by: str, data: Path | None,
) -> None:  # fmt: skip
    """Make the documents of a notice (-o DIR), or write all verdicts of a period to one file (--csv FILE).

    Example: syndication notice --period 2026Q1 -o notice-2026Q1

    Example: syndication notice --from 2026-01-01 --to 2026-03-31 --csv annex.csv
    """
    if ctx.invoked_subcommand is not None:
        return
    first, last = _days(named, first, last)
    period = Period(first, last, edition, Level(level) if level else None)
    if (target is None) == (folder is None):
        raise click.UsageError("请给出 --csv FILE 或 -o DIR 之一。 Name one of --csv FILE and -o DIR.")
    if target is not None:
        if rectify_by or template or by:
            raise click.UsageError(
                "--rectify-by、--template、--by 只用于 -o DIR。 --rectify-by, --template and --by go with -o DIR."
            )
        for line in summary(write_notice(data_folder(data) / FILE_NAME, period, target), period):
            click.echo(line)
    elif folder is not None:
        from syndication.notice_documents.making import Wish, make_notice

        now = SystemClock().now()
        until = rectify_by or beijing_date(now) + RECTIFY_WITHIN
        if beijing_midnight(until) <= now:
            raise click.UsageError(f"--rectify-by {until} 已过。 --rectify-by must be after today.")
        for line in made_summary(make_notice(data_folder(data), Wish(period, until, template, by), folder, now)):
            click.echo(line)


def _days(named: str | None, first: date | None, last: date | None) -> tuple[date, date]:
    if named is not None:
        if first or last:
            raise click.UsageError("--period 与 --from、--to 只用一种。 Name --period, or --from and --to.")
        found = read_span(named)
        if found is None:
            raise click.UsageError(f"--period {named} 无法识别。 Write --period 2016Q2, 2026-07, 2026H1 or 2026.")
        return found
    if first is None or last is None:
        missing = "--from" if first is None else "--to"
        raise click.UsageError(f"缺少 {missing}（或 --period）。 Missing option '{missing}' (or --period).")
    if first > last:
        raise click.UsageError(f"--from {first} 晚于 --to {last}。 --from must not be after --to.")
    return first, last


@notice_command.command("spend", short_help="Note a number as given elsewhere.")
@click.argument("number", metavar="NUMBER")
@data_option
def spend_command(number: str, data: Path | None) -> None:
    """Note that a number was given by a data folder that was lost: neither it nor one below it is given again.

    Example: syndication notice spend 2026-007 --data /srv/syndication
    """
    from syndication.lock import hold
    from syndication.notice_documents.numbering import FOLDER, NUMBER, Register

    if not NUMBER.fullmatch(number):
        raise click.BadParameter(f"{number!r} 不是通报编号，请写成 2026-007。 {number!r} is no number of a notice.")
    folder, now = data_folder(data), SystemClock().now()
    if not folder.is_dir():
        raise NoticeError(f"没有数据目录 {folder}。 There is no folder {folder}.")
    with hold(folder / FOLDER, "notice spend", now):
        new = Register(folder).spend([number], now)
    click.echo(f"已登记：编号 {number} 不再使用。" if new else f"编号 {number} 已在登记中，没有改动。")


@notice_command.command("void", short_help="Say that a draft was never sent.")
@click.argument("number", metavar="NUMBER")
@click.option("--reason", default="", help="Why; it is kept.")
@click.option("--by", default="", help="Who says so.")
@data_option
def void_command(number: str, reason: str, by: str, data: Path | None) -> None:
    """Say that a draft was never sent: no later notice replaces it or follows up its findings. Its number stays spent.

    Example: syndication notice void 2026-007 --reason 模板有误，重新生成 --by 起草一
    """
    from syndication.notice_documents.shelf import declare_void

    declare_void(data_folder(data), number, reason, by, SystemClock().now())
    click.echo(f"通报 {number} 已作废：此后的通报不替代它，也不跟踪其所列问题；编号不再使用。")


@notice_command.command("verify", short_help="Compose a notice again from its snapshot, and compare.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False, exists=True))
@data_option
def verify_command(folder: Path, data: Path | None) -> None:
    """Compose a notice again from the snapshot kept with it and compare; its number too where the data folder is at hand.

    Exit status 0: all agrees; 1: something does not. An edited draft is told and is no fault.

    Example: syndication notice verify notice-2026Q1 --data /srv/syndication
    """
    from syndication.notice_documents.checking import verify_notice
    from syndication.notice_documents.numbering import FOLDER

    known = data_folder(data)
    checked = verify_notice(folder, known if data is not None or (known / FOLDER).is_dir() else None)
    for line in checked.told:
        click.echo(f"注意：{line}")
    for line in checked.faults:
        click.echo(f"不符：{line}")
    if checked.faults:
        raise NoticeError(f"通报 {checked.number} 核对不符 {len(checked.faults)} 处。 The notice does not agree with its basis.")
    click.echo(f"通报 {checked.number} 核对无误：{checked.files} 个文件，由快照重新计算的结果一致。")
