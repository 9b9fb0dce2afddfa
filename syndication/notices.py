"""`syndication notice`: all verdicts of a period as a CSV file, the annex of a notice.

Facts of the world: a notice (通报) names sites in tables of short cells; inspectors open the file in a Chinese Excel or
WPS, which needs a byte order mark. "Not observed" and "undetermined" say something about the monitor and not about
the portal; that stands in each such row, since rows are cut out and passed on.
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syndication.cells import BOM, Cell, safe
from syndication.clock import beijing_date, beijing_text, from_text
from syndication.errors import SyndicationError
from syndication.folders import data_folder, data_option
from syndication.glossary import CAUSES, CHINESE, Decision, Flag, Level, Mode, Status, chinese
from syndication.store.database import FILE_NAME
from syndication.store.periods import Observed, Period, judged_editions, period_observed, period_rows
from syndication.store.reading import snapshot

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator
    from typing import IO

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
        _check_edition(connection, period.edition)
        observed = period_observed(connection, period)
        statuses: Counter[Status] = Counter()
        releases: set[str] = set()

        def counted() -> Iterator[list[Cell]]:
            for number, row in enumerate(period_rows(connection, period), 1):
                statuses[Status(row["status"])] += 1
                releases.add(row["release_url"])
                yield _cells(number, row)

        _write(target, counted())
    return Written(target, statuses.total(), len(releases), observed, statuses)


def _check_edition(connection: sqlite3.Connection, edition: str) -> None:
    known = judged_editions(connection)
    if edition not in known:
        told = "、".join(f"{name}（{first} 至 {last}）" for name, (first, last) in known.items()) or "无"
        raise NoticeError(f"没有规则版本 {edition} 的判定；已有：{told}。 No verdicts of edition {edition}.")


def _cells(number: int, row: sqlite3.Row) -> list[Cell]:
    status = Status(row["status"])
    return [
        number, chinese(Level(row["level"])), row["portal_name"], row["home_url"], row["title"], row["document_number"],
        _released(row), _beijing(row["deadline"]), chinese(status), chinese(Mode(row["mode"])) if row["mode"] else "",
        _carried(row), row["lag_hours"], _overdue(status, row),
        "、".join(chinese(Flag(word)) for word in row["flags"].split()), row["page_url"],
        chinese(Decision(row["reviewed"])) if row["reviewed"] else "", CAUSES.get(row["cause"], row["cause"]),
        row["release_url"], row["observed"], row["portals"], REMARKS.get(status, ""),
    ]  # fmt: skip


def _released(row: sqlite3.Row) -> str:
    if row["released_precision"] == "day":
        return f"{beijing_date(from_text(row['released_at']))}（仅知日期）"
    return _beijing(row["released_at"])


def _beijing(stored: str | None) -> str:
    return beijing_text(from_text(stored), seconds=not stored.endswith(":00Z")) if stored else ""


def _carried(row: sqlite3.Row) -> str:
    """When the portal carried the release: a minute or second, or the bounds within which it did."""
    if not row["earliest"] or not row["latest"]:
        return _beijing(row["latest"] or row["earliest"])
    if from_text(row["latest"]) - from_text(row["earliest"]) <= timedelta(minutes=1):
        return _beijing(row["earliest"])
    return f"{_beijing(row['earliest'])} 至 {_beijing(row['latest'])} 之间"


def _overdue(status: Status, row: sqlite3.Row) -> float | None:
    """Hours past the deadline that are proven: of an interval its beginning counts, cut to a tenth."""
    if status is not Status.LATE or not row["earliest"]:
        return None
    past = from_text(row["earliest"]) - from_text(row["deadline"])
    return past // timedelta(minutes=6) / 10


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
        f"可观测门户 {observed.portals - observed.never} 个，共 {observed.portals} 个："
        f"全程可观测 {observed.wholly} 个，部分发布未能观测 {observed.partly} 个，全部未能观测 {observed.never} 个。"
    )
    lines.append("　".join(f"{CHINESE[status]} {written.statuses[status]}" for status in Status))
    lines.append("“待核”和“未能观测”不是问题认定，不得据此通报；“超时(小时)”为可证明的最少超时。")
    return lines


@click.command("notice", short_help="Write the annex of a notice as CSV.")
@click.option("--from", "first", type=Day(), required=True, help="First day of release, Beijing time.")
@click.option("--to", "last", type=Day(), required=True, help="Last day of release, inclusive.")
@click.option("--csv", "target", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The file.")
@click.option("--edition", default="inspection-24h", show_default=True, help="The edition of the rules.")
@click.option("--level", type=click.Choice([level.value for level in Level]), help="Only portals of this level.")
@data_option
def notice_command(first: date, last: date, target: Path, edition: str, level: str | None, data: Path | None) -> None:
    """Write all verdicts about the releases of a period to a CSV file that Chinese spreadsheets open.

    Example: syndication notice --from 2026-01-01 --to 2026-03-31 --csv annex.csv
    """
    if first > last:
        raise click.UsageError(f"--from {first} 晚于 --to {last}。 --from must not be after --to.")
    period = Period(first, last, edition, Level(level) if level else None)
    written = write_notice(data_folder(data) / FILE_NAME, period, target)
    for line in summary(written, period):
        click.echo(line)
