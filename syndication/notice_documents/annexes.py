"""The annexes of a notice as tables: their Chinese names, headers, widths and rows, from one frozen copy.

Fact of the world: the notice of 2016Q2 has annexes for regions, for departments and for sites with problems (rules.md
2.1). What could not be observed says something about the monitor: it has a list of its own and never mixes with problems.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from syndication.cells import BOM, Cell, safe
from syndication.glossary import ColumnState, Fault, Level, Outcome, chinese
from syndication.notice_documents.wording import Share, place, plain, site
from syndication.store.notices import column_rows, failed_looks, portal_results, unseen_rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from pathlib import Path

    from syndication.notice_documents.findings import Finding
    from syndication.notice_documents.rounds import Change, Mended
    from syndication.store.periods import Period

NO_FINDING = "监测程序未能查看，不作为问题认定"
NEVER_SEEN = "未能观测首页"
FINDINGS = "未按时转载清单"
"""The annex that holds the findings about releases; the letter names it by its number."""
LOOKED_FOR_AFTER = timedelta(days=2)
"""Looks up to this long after the period's last day still decide its releases; later failures say nothing about them."""

_RESULT_HEADERS = (
    "应转载(条)", "可判定(条)", "按时(条)", "超时(条)", "未转载(条)", "按时转载率(%)", "待核(条)", "未能观测(条)", "未到期(条)",
    "免于考核(条)",
)  # fmt: skip
_RESULT_WIDTHS = (9, 9, 9, 9, 9, 10, 9, 10, 9, 10)


@dataclass(frozen=True)
class Annex:
    """One table. `rows` are cells as `headers` has them; `widths` in characters."""

    name: str
    headers: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]


def result_annexes(connection: sqlite3.Connection, period: Period) -> list[Annex]:
    """各地区情况 and 国务院部门情况; the one of a level that was not asked for is left out."""
    rows = portal_results(connection, period)
    annexes = []
    for level, name, head in ((Level.PROVINCE, "各地区情况", "地区"), (Level.DEPARTMENT, "国务院部门情况", "部门")):
        if period.level not in {None, level}:
            continue
        own = [row for row in rows if row["level"] == level]
        annexes.append(Annex(
            name, ("序号", head, "网站名称", "网址", *_RESULT_HEADERS), (6, 12, 14, 26, *_RESULT_WIDTHS),
            tuple((number, *_portal(row), *_result(row)) for number, row in enumerate(own, 1)),
        ))  # fmt: skip
    return annexes


def _portal(row: sqlite3.Row) -> tuple[str, str, str]:
    return plain(place(row["name"], row["level"])), plain(site(row["name"], row["level"])), plain(row["home_url"])


def _result(row: sqlite3.Row) -> tuple[Cell, ...]:
    decided = row["on_time"] + row["late"] + row["missing"]
    return (
        row["owed"], decided, row["on_time"], row["late"], row["missing"], Share(row["on_time"], decided).percent,
        row["undetermined"], row["not_observed"], row["pending"], row["exempt"],
    )  # fmt: skip


def finding_annex(findings: Sequence[Finding]) -> Annex:
    """未按时转载清单: the findings about releases."""
    headers = (
        "序号", "地区/部门", "网站名称", "网址", "文件标题", "发文字号", "发布时间", "转载时间", "超时(小时)", "问题表述",
        "核查方式", "复核结论", "转载页面", "国务院原文", "整改期限",
    )  # fmt: skip
    return Annex(
        FINDINGS, headers, (6, 12, 14, 20, 34, 14, 18, 22, 9, 18, 12, 10, 26, 26, 11),
        tuple(
            (number, one.place, one.site, one.home_url, one.title, one.document_number, one.released, one.carried, one.overdue,
             one.problem, one.checked, one.reviewed, one.page_url, one.release_url, one.rectify_by)
            for number, one in enumerate(findings, 1)
        ),
    )  # fmt: skip


def column_annex(connection: sqlite3.Connection, period: Period, findings: Sequence[Finding]) -> Annex:
    """专栏设置情况: each portal's column on its home page at the last sight of the period, and on how many days it was seen."""
    problems = {one.portal_id: one for one in findings}
    headers = (
        "序号", "地区/部门", "网站名称", "网址", "观测天数", "有专栏天数", "末次观测日", "末次专栏情况", "专栏名称", "专栏网址",
        "末次位置是否显著", "显著天数", "问题表述", "整改期限", "说明",
    )  # fmt: skip
    rows = []
    for number, row in enumerate(column_rows(connection, period), 1):
        found = problems.get(row["portal_id"])
        shown = row["state"] is not None and row["state"] != ColumnState.NO_ENTRY
        rows.append((
            number, *_portal(row), row["days"], row["with_entry"], row["day"] or "",
            chinese(ColumnState(row["state"])) if row["state"] else NEVER_SEEN,
            plain(row["label"] or "") if shown else "", plain(row["url"] or "") if shown else "",
            _prominent(row["prominent"]) if shown else "", row["prominent_days"] if row["judged"] else None,
            found.problem if found else "", found.rectify_by if found else "", "" if row["days"] else NO_FINDING,
        ))  # fmt: skip
    return Annex("专栏设置情况", headers, (6, 12, 14, 20, 10, 10, 11, 13, 18, 26, 10, 10, 16, 11, 22), tuple(rows))


def _prominent(value: int | None) -> str:
    return "" if value is None else "是" if value else "否"


def unseen_annex(connection: sqlite3.Connection, period: Period) -> Annex:
    """未能观测清单: by portal and by why; with the looks at the portal that brought nothing in the time."""
    owed = {row["portal_id"]: row["owed"] for row in portal_results(connection, period)}
    failed = failed_looks(connection, period.first, period.last + LOOKED_FOR_AFTER + timedelta(days=1))
    headers = (
        "序号", "地区/部门", "网站名称", "网址", "应转载(条)", "未能观测(条)", "首条发布日", "末条发布日", "原因", "未成功的查看",
        "说明",
    )  # fmt: skip
    rows = tuple(
        (number, *_portal(row), owed[row["portal_id"]], row["unseen"], row["first_day"], row["last_day"],
         chinese(Fault(row["fault"])) if row["fault"] else "",
         "，".join(f"{chinese(Outcome(word))}{looks}次" for word, looks in failed.get(row["portal_id"], [])), NO_FINDING)
        for number, row in enumerate(unseen_rows(connection, period), 1)
    )  # fmt: skip
    return Annex("未能观测清单", headers, (6, 12, 14, 24, 9, 10, 11, 11, 16, 26, 26), rows)


def mended_annex(rows: Sequence[Mended]) -> Annex:
    """往期问题整改情况: each open finding of earlier notices, as it stands now."""
    headers = (
        "序号", "原通报编号", "地区/部门", "网站名称", "网址", "文件标题", "发文字号", "原问题表述", "整改期限", "整改情况",
        "核查依据",
    )  # fmt: skip
    return Annex(
        "往期问题整改情况", headers, (6, 10, 12, 14, 20, 34, 14, 18, 11, 12, 34),
        tuple(
            (number, one.notice, one.finding.place, one.finding.site, one.finding.home_url, one.finding.title,
             one.finding.document_number, one.finding.problem, one.finding.rectify_by, one.state.value, one.basis)
            for number, one in enumerate(rows, 1)
        ),
    )  # fmt: skip


def change_annex(rows: Sequence[Change]) -> Annex:
    """与前次通报的差异: what a reissue adds to, takes from and changes in the notice that it replaces."""
    headers = ("序号", "变化", "地区/部门", "网站名称", "文件标题", "发文字号", "前次问题表述", "本次问题表述", "变化内容")
    return Annex(
        "与前次通报的差异", headers, (6, 8, 12, 14, 34, 14, 18, 18, 40),
        tuple(
            (number, one.kind.value, one.either.place, one.either.site, one.either.title, one.either.document_number,
             one.before.problem if one.before else "", one.after.problem if one.after else "", one.told)
            for number, one in enumerate(rows, 1)
        ),
    )  # fmt: skip


def write_csv(annex: Annex, path: Path) -> None:
    """UTF-8 with a byte order mark and CRLF; cells that a spreadsheet would take for a formula get an apostrophe."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(BOM)
        writer = csv.writer(file)
        writer.writerow(annex.headers)
        writer.writerows([safe(cell) for cell in row] for row in annex.rows)
