"""Lists of the workbench: what an address asks of them, a page of cells, and the whole of it as CSV or XLSX.

A cell of the page and a cell of the file come from the same value by the same rule (`publish.values.shown`), and both from
the same query: an export holds exactly what the pages of its list show, in their order.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import BadRequest  # type: ignore[import-untyped]  # Datasette ships no types
from markupsafe import Markup

from syndication.glossary import Flag, Mode, Status, chinese
from syndication.publish import catalog, values
from syndication.store import figures, listings

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

    from syndication.publish.workbench.pages import Reading
    from syndication.publish.workbench.picking import Picks

PAGE_SIZE = 50
NUMBERS = frozenset({
    "lag_hours", "portals", "releases", "on_time", "late", "missing", "pending", "undetermined", "not_observed", "exempt",
    "decided", "on_time_percent", "rate_change", "backdated", "mean_lag_hours",
})  # fmt: skip
"""Columns that stand to the right."""
_COUNTED = frozenset({"edition", "period", "level", "portal", "status"})
"""Conditions whose verdicts are counted beside them."""


@dataclass(frozen=True)
class Filter:
    """A filter that a list's form offers; `words` are its choices, none: free text."""

    name: str
    label: str
    words: Mapping[str, str] = field(default_factory=dict)


STATUS = Filter("status", "判定", {str(word): chinese(word) for word in Status})
MODE = Filter("mode", "转载方式", {str(word): chinese(word) for word in Mode})
FLAG = Filter("flag", "标记", {str(word): chinese(word) for word in Flag})
TEXT = Filter("q", "标题或文号含")
NAME = Filter("q", "门户名称含")
QUEUE = Filter("why", "原因", {"undetermined": "待核", "flagged": "有标记", "disputed": "有争议"})


@dataclass(frozen=True)
class Shown:
    """How a list is shown: its rows, its filters, and where its cells lead."""

    title: str
    which: listings.List
    filters: tuple[Filter, ...]
    parameters: dict[str, listings.Value]
    conditions: tuple[str, ...]
    links: Mapping[str, Callable[[sqlite3.Row], str]]


def asked(request: Any, shown: Shown) -> listings.Asked:
    """What an address asks of a list. Raises BadRequest for what the list does not know."""
    conditions, parameters = list(shown.conditions), dict(shown.parameters)
    for each in shown.filters:
        value = str(request.args.get(each.name) or "").strip()
        if not value:
            continue
        if each.words and value not in each.words:
            raise BadRequest(f"没有这个筛选值：{value}")
        if each.name == "q":
            conditions.append("text")
            parameters["text"] = listings.like(value)
        else:
            conditions.append(each.name)
            parameters[each.name] = value
    sort = str(request.args.get("sort") or shown.which.default)
    if sort not in shown.which.sorts:
        raise BadRequest(f"不能按此列排序：{sort}")
    order = request.args.get("order")
    descending = order == "desc" if order in ("asc", "desc") else shown.which.descending
    return listings.Asked(tuple(conditions), parameters, sort, descending)


def columns(shown: Shown) -> tuple[catalog.Column, ...]:
    """The columns of a list, as people know them."""
    return tuple(catalog.column(shown.which.name, name) for name in shown.which.columns)


def read(reading: Reading, request: Any, shown: Shown, path: str) -> dict[str, Any]:
    """One page of a list, ready for its template."""
    question = asked(request, shown)
    after = _after(request, shown, question)
    page = listings.read_page(reading.connection, shown.which, question, PAGE_SIZE, after)
    own = {each.name: str(request.args.get(each.name) or "") for each in shown.filters}
    own |= {name: str(request.args.get(name) or "") for name in ("portal", "release") if request.args.get(name)}
    kept = {**own, "sort": str(request.args.get("sort") or ""), "order": str(request.args.get("order") or "")}
    told = columns(shown)
    picks = reading.picks
    return {
        "list": shown, "path": path, "own": own, "kept": kept, "columns": told, "numbers": NUMBERS,
        "headings": [_heading(shown, column, question, picks, path, own) for column in told],
        "rows": [[_cell(column, row, shown) for column in told] for row in page.rows],
        "total": _total(reading, shown, question),
        "next": picks.link(path, **kept, after=_mark(page.after)) if page.after else "",
        "first": picks.link(path, **kept) if after else "",
        "exports": [(kind, picks.link(f"{path}.{kind}", **kept)) for kind in ("csv", "xlsx")],
    }  # fmt: skip


def _total(reading: Reading, shown: Shown, question: listings.Asked) -> int:
    """How many rows there are; from the counts where they tell it."""
    if shown.which is not listings.VERDICTS or not {"edition", "period"} <= set(question.conditions) <= _COUNTED:
        return listings.count(reading.connection, shown.which, question)
    given = {name: str(question.parameters.get(name, "")) for name in ("level", "portal", "status")}
    return figures.verdict_total(
        reading.connection, reading.picks.edition, reading.picks.span.days, level=given["level"],
        portal_id=given["portal"] or None, status=given["status"],
    )  # fmt: skip


def _after(request: Any, shown: Shown, question: listings.Asked) -> list[listings.Value] | None:
    mark = request.args.get("after")
    if not mark:
        return None
    try:
        after = json.loads(base64.urlsafe_b64decode(mark.encode()))
    except (ValueError, binascii.Error):
        raise BadRequest("页码无法识别") from None
    if not isinstance(after, list) or len(after) != listings.places(shown.which, question) or any(
        not isinstance(value, str | int | float) for value in after
    ):  # fmt: skip
        raise BadRequest("页码无法识别")
    return after


def _mark(after: tuple[listings.Value, ...]) -> str:
    return base64.urlsafe_b64encode(json.dumps(after, ensure_ascii=False).encode()).decode()


def _heading(
    shown: Shown, column: catalog.Column, question: listings.Asked, picks: Picks, path: str, own: Mapping[str, str]
) -> dict[str, Any]:
    """A column's heading: a link that sorts by it, where it can be sorted."""
    if column.name not in shown.which.sorts:
        return {"label": column.label, "url": "", "sorted": ""}
    now = ("descending" if question.descending else "ascending") if question.sort == column.name else ""
    order = "asc" if now == "descending" else "desc"
    url = picks.link(path, **{**own, "sort": column.name, "order": order})
    return {"label": column.label, "url": url, "sorted": now}


def _cell(column: catalog.Column, row: sqlite3.Row, shown: Shown) -> Markup | str:
    value = row[column.name]
    lead = shown.links.get(column.name)
    told = values.shown(column, value)
    if lead and value not in (None, ""):
        return Markup('<a href="{}">{}</a>').format(lead(row), told)
    made = values.cell(column, value)
    return made if made is not None else "" if told is None else str(told)


def verdicts(picks: Picks, root: str, request: Any) -> Shown:
    """判定清单: the picked verdicts; one portal's or one release's where the address names it."""
    parameters: dict[str, listings.Value] = {"edition": picks.edition}
    conditions = ["edition"]
    for name, key in (("portal", str), ("release", int)):
        value = request.args.get(name)
        if value:
            try:
                parameters[name] = key(value)
            except ValueError:
                raise BadRequest(f"没有这条记录：{value}") from None
            conditions.append(name)
    if "release" in conditions:  # of one release all verdicts, whatever the span
        parameters |= {"first": "0000-00-00", "last": "9999-99-99"}
    else:
        conditions.append("period")
        parameters |= {"first": picks.span.days.first.isoformat(), "last": picks.span.days.last.isoformat()}
    if picks.level:
        conditions.append("level")
        parameters["level"] = picks.level
    return Shown(
        "判定清单", listings.VERDICTS, (STATUS, MODE, FLAG, TEXT), parameters, tuple(conditions), _verdict_links(picks, root)
    )


def queue(picks: Picks, root: str, request: Any) -> Shown:
    """复核: verdicts that wait for a person."""
    days = picks.span.days
    parameters: dict[str, listings.Value] = {
        "edition": picks.edition, "first": days.first.isoformat(), "last": days.last.isoformat(),
    }  # fmt: skip
    conditions: tuple[str, ...] = ()
    if picks.level:
        conditions = ("level",)
        parameters["level"] = picks.level
    return Shown("待复核", listings.QUEUE, (QUEUE, STATUS, FLAG, TEXT), parameters, conditions, _verdict_links(picks, root))


def releases(picks: Picks, root: str, request: Any) -> Shown:
    """发布: the picked span's releases and how the portals did."""
    days = picks.span.days
    return Shown(
        "国务院发布", listings.RELEASES, (TEXT,),
        {"edition": picks.edition, "first": days.first.isoformat(), "last": days.last.isoformat()}, ("edition", "period"),
        {"title": lambda row: picks.link(f"{root}-/release/{row['release_id']}")},
    )  # fmt: skip


def portals(picks: Picks, root: str, request: Any) -> Shown:
    """门户: all portals of the picked level, ranked."""
    before = picks.span.before()
    which, parameters = listings.portals(picks.edition, picks.span.days, before.days if before else None)
    conditions: tuple[str, ...] = ()
    if picks.level:
        conditions, parameters = ("level",), {**parameters, "level": picks.level}
    return Shown("门户排名", which, (NAME,), parameters, conditions, {
        "portal_name": lambda row: picks.link(f"{root}-/portal/{row['portal_id']}"),
    })  # fmt: skip


def _verdict_links(picks: Picks, root: str) -> Mapping[str, Callable[[sqlite3.Row], str]]:
    return {
        "portal_name": lambda row: picks.link(f"{root}-/portal/{row['portal_id']}"),
        "title": lambda row: f"{root}-/verdict/{row['verdict_id']}",
        "cause": lambda row: f"{root}-/verdict/{row['verdict_id']}",
        "why": lambda row: f"{root}-/verdict/{row['verdict_id']}",
    }  # fmt: skip


LISTS: Mapping[str, Callable[[Picks, str, Any], Shown]] = {
    "verdicts": verdicts, "releases": releases, "portals": portals, "reviews": queue,
}  # fmt: skip
"""The lists by the name of their page."""
