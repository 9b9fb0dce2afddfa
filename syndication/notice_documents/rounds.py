"""The round of mending, and what a reissue changes.

Facts of the world: a notice sets a day until which problems are to be mended (about four weeks in 2016), and the next
check looks at them again (rules.md 2.1, 5.2). The monitor recognises what a portal lacked for `steps.MENDED_FOR`; what
it did not look for it cannot call unmended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlite_utils import Database

from syndication.clock import beijing_date, from_text, to_text
from syndication.glossary import ColumnState, Decision, Flag, Role, Status, chinese
from syndication.notice_documents.findings import Finding, Kind
from syndication.notice_documents.wording import beijing, carried_text, plain
from syndication.steps import MENDED_FOR, OPEN_FOR
from syndication.store.deciding import DecidingRows
from syndication.store.notices import columns_since, known_releases, like_titled, standing

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from syndication.notice_documents.issued import Issued
    from syndication.store.deciding import PortalSeen


class State(StrEnum):
    """How an earlier finding stands, as inspectors read it."""

    BEFORE = "通报前已转载"
    CARRIED = "已转载"
    SHOWN = "已设置专栏"
    REVOKED = "已撤销认定"
    WITHDRAWN = "转载后撤下"
    STILL_MISSING = "仍未转载"
    STILL_NO_COLUMN = "仍未见专栏"
    NOT_DUE = "整改期限未到"
    SAME_TITLE = "见同题稿件，待核"
    UNKNOWN = "未能核实"
    LAPSED = "未能核实，超出核查期"


MENDED = frozenset({State.CARRIED, State.SHOWN})
SETTLED = MENDED | {State.BEFORE, State.REVOKED, State.LAPSED}
"""Not followed up any further."""
NOT_IN_DATABASE = "数据库中没有该文件"
"""Of a release that the database lacks, as one that was restored from a backup may."""
UNMENDED = frozenset({State.WITHDRAWN, State.STILL_MISSING, State.STILL_NO_COLUMN})


@dataclass(frozen=True)
class Mended:
    """An earlier finding as it stands now; `notice` is the number that it stood under, `basis` what shows it."""

    notice: str
    finding: Finding
    state: State
    basis: str


class ChangeKind(StrEnum):
    """What a reissue does to a finding, as inspectors read it."""

    ADDED = "新增"
    REMOVED = "撤销"
    CHANGED = "变更"


@dataclass(frozen=True)
class Change:
    """One difference to the notice that is replaced; `told` names the cells or the reason."""

    kind: ChangeKind
    before: Finding | None
    after: Finding | None
    told: str

    @property
    def either(self) -> Finding:
        """The finding, as it reads now or read before."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a change needs one side")
        return found


def follow_up(
    connection: sqlite3.Connection, opened: Sequence[tuple[Issued, Finding]], edition: str, today: date
) -> tuple[Mended, ...]:
    """How each open finding stands in a frozen copy, on a Beijing day: what may still be mended is not called unmended."""
    now = _Now(connection, opened, edition)
    found = []
    for issued, finding in opened:
        state, basis = now.of(issued, finding)
        if state is State.UNKNOWN and now.lapsed(finding, today):
            state = State.LAPSED
        if state not in SETTLED and today <= date.fromisoformat(finding.rectify_by):
            state = State.NOT_DUE
        found.append(Mended(issued.number, finding, state, basis))
    return tuple(found)


class _Now:
    """What the frozen copy knows of open findings, each kind read at once."""

    def __init__(self, connection: sqlite3.Connection, opened: Sequence[tuple[Issued, Finding]], edition: str) -> None:
        urls = [one.release_url for _, one in opened if one.release_url]
        self._verdicts, self._known = standing(connection, edition, urls), known_releases(connection, urls)
        titles = [row["title"] for row in self._verdicts.values() if row["status"] == Status.MISSING]
        self._like = like_titled(connection, titles)
        self._columns = {
            at: columns_since(connection, to_text(at))
            for at in {issued.made_at for issued, one in opened if one.kind is Kind.NO_COLUMN}
        }
        provable = [
            (one.portal_id, from_text(row["released_earliest"]))
            for issued, one in opened if one.kind is Kind.MISSING and (row := self._verdicts.get(one.key)) is not None
            and from_text(row["released_latest"]) + MENDED_FOR > issued.made_at
        ]  # fmt: skip
        since = min((released for _, released in provable), default=None)
        whose = {portal_id for portal_id, _ in provable}
        seen = DecidingRows(Database(connection)).portals(since - OPEN_FOR, whose) if since else []
        self._seen = {portal.portal_id: portal for portal in seen}

    def of(self, issued: Issued, finding: Finding) -> tuple[State, str]:
        """The state of a finding, and what shows it."""
        if finding.kind is Kind.NO_COLUMN:
            return self._column(issued, finding)
        return self._release(issued, finding)

    def lapsed(self, finding: Finding, today: date) -> bool:
        """Whether the time is over in which a lacking release is recognised: no later look will tell more."""
        row = self._verdicts.get(finding.key)
        return row is not None and beijing_date(from_text(row["released_latest"]) + MENDED_FOR) < today

    def _column(self, issued: Issued, finding: Finding) -> tuple[State, str]:
        row = self._columns[issued.made_at].get(finding.portal_id)
        if row is None:
            return State.UNKNOWN, "通报后未能观测首页"
        told = f"{row['day']} 首页：{chinese(ColumnState(row['state']))}"
        if row["state"] == ColumnState.NO_ENTRY:
            return State.STILL_NO_COLUMN, told
        return State.SHOWN, f"{told} {plain(row['label'])}".strip()

    def _release(self, issued: Issued, finding: Finding) -> tuple[State, str]:
        row = self._verdicts.get(finding.key)
        if finding.release_url not in self._known:
            return State.UNKNOWN, NOT_IN_DATABASE
        if row is None:
            return State.REVOKED, "该文件已不须转载"
        status = Status(row["status"])
        if row["reviewed"] in {Decision.OVERTURN, Decision.EXEMPT}:
            return State.REVOKED, _reviewed(row)
        if status not in {Status.LATE, Status.MISSING}:
            return State.REVOKED, f"重新判定为{chinese(status)}"
        if status is Status.LATE and Flag.WITHDRAWN in row["flags"].split():
            return State.WITHDRAWN, plain(row["page_url"])
        if status is Status.LATE:
            state = State.BEFORE if finding.kind is Kind.LATE else State.CARRIED
            return state, f"{carried_text(row)} {plain(row['page_url'])}".strip()
        since = row["released_earliest"]
        like = [one for one in self._like.get((finding.portal_id, row["title"]), ()) if one["first_seen_at"] > since]
        if like:
            return State.SAME_TITLE, f"{beijing(like[-1]['first_seen_at'])} 首见 {plain(like[-1]['url'])}"
        return _absent(row, issued, self._seen.get(finding.portal_id))


def _absent(row: sqlite3.Row, issued: Issued, portal: PortalSeen | None) -> tuple[State, str]:
    """Still missing only if every column has a good look after the notice, within the time that the release is looked for."""
    columns = [one for one in portal.channels.values() if one.role is Role.COLUMN] if portal else []
    until = from_text(row["released_latest"]) + MENDED_FOR
    looks = [one.last_good(from_text(row["released_earliest"]), until) for one in columns]
    proven = [look for look in looks if look is not None and look > issued.made_at]
    if columns and len(proven) == len(columns):
        return State.STILL_MISSING, f"{beijing(to_text(min(proven)))} 查看各专栏，均没有"
    return State.UNKNOWN, "通报后没有足以证明的查看"


def changes(
    connection: sqlite3.Connection, before: Sequence[Finding], after: Sequence[Finding], edition: str
) -> tuple[Change, ...]:
    """What a reissue adds, takes away and changes; removed ones first, each list in the order of its notice."""
    old, new = {one.key: one for one in before}, {one.key: one for one in after}
    gone = [one for one in before if one.key not in new]
    urls = [one.release_url for one in gone if one.release_url]
    now, known = standing(connection, edition, urls), known_releases(connection, urls)
    removed = [
        Change(ChangeKind.REMOVED, one, None, _why_removed(now.get(one.key), one, known=one.release_url in known)) for one in gone
    ]  # fmt: skip
    changed = [
        Change(ChangeKind.CHANGED, old[one.key], one, told)
        for one in after if one.key in old and (told := _differing(old[one.key], one))
    ]  # fmt: skip
    return (
        *removed,
        *changed,
        *(Change(ChangeKind.ADDED, None, one, one.carried) for one in after if one.key not in old),
    )


_COMPARED = {
    "title": "文件标题", "document_number": "发文字号", "released": "发布时间", "carried": "转载时间", "overdue": "超时(小时)",
    "problem": "问题表述", "checked": "核查方式", "reviewed": "复核结论", "page_url": "转载页面",
}  # fmt: skip


def _differing(before: Finding, after: Finding) -> str:
    return "；".join(
        f"{label}：{_shown(getattr(before, name))} → {_shown(getattr(after, name))}"
        for name, label in _COMPARED.items() if getattr(before, name) != getattr(after, name)
    )  # fmt: skip


def _shown(value: str | float | None) -> str:
    return "空" if value in {"", None} else str(value)


def _why_removed(row: sqlite3.Row | None, finding: Finding, *, known: bool) -> str:
    if finding.kind is Kind.NO_COLUMN:
        return "检查期内首页所见已不足以认定"
    if not known:
        return NOT_IN_DATABASE
    if row is None:
        return "该文件已不须转载"
    return _reviewed(row) if row["reviewed"] else f"重新判定为{chinese(Status(row['status']))}"


def _reviewed(row: sqlite3.Row) -> str:
    decided = f"复核：{chinese(Decision(row['reviewed']))}，判定为{chinese(Status(row['status']))}"
    return f"{decided}；理由：{plain(row['review_reason'])}"
