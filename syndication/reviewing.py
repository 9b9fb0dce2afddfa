"""`syndication review`: a person's word on a verdict, shown before it is recorded; `review list` says what waits for one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from syndication.clock import beijing_text
from syndication.errors import ReviewError
from syndication.folders import data_folder, data_option
from syndication.glossary import CAUSES, Decision, Flag, Status, chinese
from syndication.surroundings import Surroundings, surrounded

if TYPE_CHECKING:
    from datetime import datetime

    from syndication.review_run import Outlook
    from syndication.store.reviewing import StandingVerdict

QUEUE, SHOWN_ONLY = "list", 2
WHY = {"disputed": "程序判定与复核不同", "undetermined": "证据不足以判定", "flagged": "带有标记"}
OVERTURNED_TO = (Status.ON_TIME, Status.LATE, Status.MISSING, Status.UNDETERMINED, Status.NOT_OBSERVED)


@click.command("review")
@click.argument("verdict", metavar="VERDICT|list")
@click.argument("decision", type=click.Choice([decision.value for decision in Decision]), required=False)
@click.option("--reason", default="", help="Why; it is kept for ever.")
@click.option("--by", default="", help="Who decides.")
@click.option("--url", default="", metavar="URL", help="The page at which the portal says that it carried the release.")
@click.option("--to", "to", type=click.Choice([status.value for status in OVERTURNED_TO]), default=None,
              help="What an overturned verdict becomes (on_time). Not with --url: there the page decides.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Record without asking.")
@click.option("--limit", default=50, show_default=True, help="How many rows `review list` shows.")
@data_option
@surrounded
def review_command(
    surroundings: Surroundings, data: Path | None, verdict: str, decision: str | None, reason: str, by: str, url: str,
    to: str | None, yes: bool, limit: int,
) -> None:  # fmt: skip
    """Decide on a verdict: confirm, overturn, exempt, or reopen an earlier decision. `review list` shows what waits.

    VERDICT is the number in the list of verdicts. What would be recorded is shown first; without a terminal and without
    --yes it is shown and not recorded. A page named with --url is fetched, archived, matched and judged under the rules.

    Exit status 0: recorded; 1: refused; 2: shown, not recorded.

    Example: syndication review 1234 overturn --url http://… --reason 栏目改版 --by 张某 --data data/
    """
    folder = data_folder(data)
    if verdict == QUEUE:
        _show_queue(folder, limit)
        return
    if decision is None or not verdict.isdecimal():
        raise click.UsageError("name the verdict by its number and a decision, or: syndication review list")
    from syndication.progress import Progress
    from syndication.review_run import Wish, review

    def agree(outlook: Outlook) -> bool:
        Console().print(outlook_table(outlook))
        if outlook.refusal:
            return False
        return yes or (sys.stdin.isatty() and click.confirm("记录这项复核？"))

    wish = Wish(Decision(decision), reason, by, url, Status(to) if to else None)
    done = review(folder, surroundings.clock, Progress(), int(verdict), wish, agree, surroundings.settings)
    if done.outlook.refusal:
        raise ReviewError(f"复核没有记录：{done.outlook.refusal}")
    if done.review_id is None:
        click.echo("未记录。" if sys.stdin.isatty() else "未记录：没有终端可供确认，确认无误后请加 --yes。")
        sys.exit(SHOWN_ONLY)
    click.echo(f"已记录复核 {done.review_id}（批次 {done.run_id}）。")


def outlook_table(outlook: Outlook) -> Table:
    """What would be recorded, for the person who decides."""
    before, page = outlook.before, outlook.page
    table = Table(title=f"判定 {before.verdict_id}：{chinese(outlook.wish.decision)}", show_header=False, title_justify="left")
    for name, value in (
        ("网站", before.portal_name), ("国务院发布", f"{before.title} {before.document_number}".rstrip()),
        ("规则版本", before.edition), ("时限", beijing_text(before.deadline)), ("现判定", _told(before)),
    ):  # fmt: skip
        table.add_row(name, value)
    if page is not None:
        look = page.look.look
        table.add_section()
        table.add_row("门户指明的页面", outlook.wish.url)
        table.add_row("取得", f"{beijing_text(look.looked_at)} {chinese(look.outcome)} {look.detail}".rstrip())
        if (article := page.look.article) is not None:
            table.add_row("页面标题", article.title)
            table.add_row("标注时间", article.declared.raw if article.declared else "未标注")
            table.add_row("来源", article.source or "未注明")
            match = page.match
            carried = "未转载该文件" if match is None else f"{chinese(match.mode)}{'' if match.decided else '（待人工核对）'}"
            table.add_row("比对结果", carried)
            table.add_row("据此判定", _told(outlook.judged, judged=True))
    table.add_section()
    table.add_row("复核后判定", chinese(outlook.after))
    table.add_row("理由", outlook.wish.reason)
    table.add_row("复核人", outlook.wish.by)
    return table


def _told(verdict: StandingVerdict, *, judged: bool = False) -> str:
    status = verdict.judged_status if judged else verdict.status
    flags = "、".join(chinese(Flag(flag)) for flag in verdict.flags.split())
    between = f"，转载于 {_text(verdict.earliest)} 至 {_text(verdict.latest)}" if verdict.latest else ""
    return f"{chinese(status)}（{CAUSES.get(verdict.cause, verdict.cause)}{between}{f'，{flags}' if flags else ''}）"


def _text(moment: datetime | None) -> str:
    return beijing_text(moment) if moment else "不详"


def _show_queue(folder: Path, limit: int) -> None:
    from syndication.store import open_database
    from syndication.store.reviewing import review_queue

    database = open_database(folder)
    rows = review_queue(database.conn, limit)
    database.close()
    table = Table(title=f"待人工复核（至多 {limit} 条）", title_justify="left")
    for name in ("判定", "网站", "国务院发布", "规则版本", "现判定", "标记", "复核", "原因"):
        table.add_column(name)
    for verdict_id, portal, title, edition, status, flags, reviewed, why in rows:
        table.add_row(
            str(verdict_id), portal, title, edition, chinese(Status(status)),
            "、".join(chinese(Flag(flag)) for flag in flags.split()), chinese(Decision(reviewed)) if reviewed else "", WHY[why],
        )  # fmt: skip
    Console().print(table)
