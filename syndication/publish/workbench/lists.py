"""Lists of the workbench: what an address asks of them, a page of cells, and the whole of it as CSV or XLSX.

A cell of the page and a cell of the file come from the same value by the same rule (`publish.values.shown`), and both from
the same query: an export holds exactly what the pages of its list show, in their order. A page puts some columns under each
other, so that the list fits on a screen and on paper, and tells times to the minute; the file has each by itself, in full.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import BadRequest, NotFound  # type: ignore[import-untyped]  # Datasette ships no types
from markupsafe import Markup

from syndication.glossary import Flag, Mode, Status, chinese
from syndication.publish import catalog, values
from syndication.publish.workbench import pages
from syndication.store import cases, figures, listings, searching

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping

    from syndication.publish.workbench.pages import Reading

PAGE_SIZE = 50
NUMBERS = frozenset({
    "lag_hours", "portals", "releases", "on_time", "late", "missing", "pending", "undetermined", "not_observed", "exempt",
    "decided", "on_time_percent", "rate_change", "backdated", "mean_lag_hours",
})  # fmt: skip
"""Columns that stand to the right."""
PROBLEM = "problem"
"""The choice among statuses that means late or missing, what a notice is about."""
_COUNTED = frozenset({"edition", "period", "level", "portal", "status", PROBLEM})
"""Conditions whose verdicts are counted beside them."""
_FOUND = _COUNTED - {"level", "portal"}
"""Conditions whose verdicts are counted by release."""
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_SECONDS = re.compile(r"(\d\d:\d\d):\d\d")
_SAME_DAY = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d) 至 \1 ")
MOST_INTEGER = 2**63 - 1


@dataclass(frozen=True)
class Filter:
    """A filter that a list's form offers; `words` are its choices, none: free text."""

    name: str
    label: str
    words: Mapping[str, str] = field(default_factory=dict)


STATUS = Filter("status", "判定", {str(word): chinese(word) for word in Status})
FOUND_STATUS = Filter("status", "判定", {PROBLEM: "超时或未转载", **STATUS.words})
MODE = Filter("mode", "转载方式", {str(word): chinese(word) for word in Mode})
FLAG = Filter("flag", "标记", {str(word): chinese(word) for word in Flag})
TEXT = Filter("q", "标题或文号含")
NAME = Filter("q", "门户名称含")
QUEUE = Filter("why", "原因", {"undetermined": "待核", "flagged": "有标记", "disputed": "有争议"})


@dataclass(frozen=True)
class Shown:
    """How a list is shown: its rows, its filters, and where its cells lead.

    `stacks` are the columns that a page puts under each other, in its order; without them each has a place of its own.
    `about` are the portal or release that the address names: the name of the filter, its word, whose list it is.
    """

    title: str
    which: listings.List
    filters: tuple[Filter, ...]
    parameters: dict[str, listings.Value]
    conditions: tuple[str, ...]
    links: Mapping[str, Callable[[sqlite3.Row], str]]
    stacks: tuple[tuple[str, ...], ...] = ()
    about: tuple[About, ...] = ()


@dataclass(frozen=True)
class About:
    """A portal or release whose list it is: the filter's name in the address, the word for it, its own name, its page."""

    name: str
    word: str
    told: str
    url: str


def asked(request: Any, shown: Shown) -> listings.Asked:
    """What an address asks of a list. Raises BadRequest for what the list does not know."""
    conditions, parameters = list(shown.conditions), dict(shown.parameters)
    words: tuple[str, ...] = ()
    for each in shown.filters:
        value = str(request.args.get(each.name) or "").strip()
        if not value:
            continue
        if each.words and value not in each.words:
            raise BadRequest(f"没有这个筛选值：{value}")
        if each.name == "q":
            words = searching.words(value)
        elif value == PROBLEM:
            conditions.append(PROBLEM)
        else:
            conditions.append(each.name)
            parameters[each.name] = value
    sort = str(request.args.get("sort") or shown.which.default)
    if sort not in shown.which.sorts:
        raise BadRequest(f"不能按此列排序：{sort}")
    order = request.args.get("order")
    descending = order == "desc" if order in ("asc", "desc") else shown.which.descending
    return listings.Asked(tuple(conditions), parameters, sort, descending, words)


def columns(shown: Shown) -> tuple[catalog.Column, ...]:
    """The columns of a list, as people know them."""
    return tuple(catalog.column(shown.which.name, name) for name in shown.which.columns)


def read(reading: Reading, request: Any, shown: Shown, path: str) -> dict[str, Any]:
    """One page of a list, ready for its template."""
    question = asked(request, shown)
    after = _after(request, shown, question)
    total = _total(reading, shown, question)
    if total is None and question.sort in shown.which.walked:
        total = listings.count(reading.connection, shown.which, question)
    page = listings.read_page(reading.connection, shown.which, question, PAGE_SIZE, after, total)
    own = {each.name: str(request.args.get(each.name) or "") for each in shown.filters}
    own |= {each.name: str(request.args.get(each.name)) for each in shown.about}
    kept = {**own, "sort": str(request.args.get("sort") or ""), "order": str(request.args.get("order") or "")}
    picks = reading.picks
    known = {column.name: column for column in columns(shown)}
    stacks = [[known[name] for name in stack] for stack in shown.stacks or [(name,) for name in known]]

    def heading(column: catalog.Column) -> dict[str, str]:
        now = ("descending" if question.descending else "ascending") if question.sort == column.name else ""
        turned = {**own, "sort": column.name, "order": "asc" if now == "descending" else "desc"}
        return {"label": column.label, "url": picks.link(path, **turned), "sorted": now}

    return {
        "list": shown, "path": path, "own": own, "kept": kept, "stacks": stacks, "numbers": NUMBERS, "total": page.total,
        "headings": [[heading(column) for column in stack] for stack in stacks],
        "rows": [[[_cell(column, row, shown) for column in stack] for stack in stacks] for row in page.rows],
        "without": [(each, picks.link(path, **{**kept, each.name: ""})) for each in shown.about],
        "next": picks.link(path, **kept, after=_mark(page.after)) if page.after else "",
        "first": picks.link(path, **kept) if after else "",
        "exports": [(kind, picks.link(f"{path}.{kind}", **kept)) for kind in ("csv", "xlsx")],
    }  # fmt: skip


def whole(reading: Reading, request: Any, shown: Shown) -> tuple[str, dict[str, Any]]:
    """The query of the whole list with its parameters."""
    question = asked(request, shown)
    return listings.whole(shown.which, question, _total(reading, shown, question) or 0)


def file_title(reading: Reading, request: Any, shown: Shown) -> str:
    """What a file of the list is called: the list, its span, edition, level and filters."""
    picks, told = reading.picks, [shown.title]
    if not any(each.name == "release" for each in shown.about):
        told.append(picks.span.label)
    told.append(picks.edition_label)
    told += [picks.level_label] if picks.level else []
    told += [each.told for each in shown.about]
    for each in shown.filters:
        value = str(request.args.get(each.name) or "").strip()
        told += [each.words.get(value, value)] if value else []
    return "-".join(part for part in told if part)


def _total(reading: Reading, shown: Shown, question: listings.Asked) -> int | None:
    """How many rows there are, from the counts; None where these do not tell it."""
    connection, picks, given = reading.connection, reading.picks, set(question.conditions)
    if shown.which.name == listings.RELEASES.name and not question.words:
        return figures.release_total(connection, picks.edition, picks.span.days)
    if shown.which is not listings.VERDICTS:
        return None
    if question.parameters.get("mode") == Mode.COPY:  # most are; the others are found faster
        every = replace(question, conditions=tuple(sorted(given - {"mode"})), parameters={**question.parameters, "mode": ""})
        others = replace(question, conditions=tuple(sorted(given - {"mode"} | {"not_copied"})))
        total = _total(reading, shown, every)
        return None if total is None else total - listings.count(connection, shown.which, others)
    told = {name: str(question.parameters.get(name, "")) for name in ("level", "portal", "status")}
    statuses = ("late", "missing") if PROBLEM in given else (told["status"],) if told["status"] else ()
    if question.words and {"edition", "period"} <= given <= _FOUND:
        return figures.found_total(connection, picks.edition, picks.span.days, question.words, statuses)
    if not question.words and {"edition", "period"} <= given <= _COUNTED:
        return figures.verdict_total(
            connection, picks.edition, picks.span.days, level=told["level"], portal_id=told["portal"] or None, statuses=statuses
        )
    return None


def _after(request: Any, shown: Shown, question: listings.Asked) -> list[listings.Value] | None:
    mark = request.args.get("after")
    if not mark:
        return None
    try:
        after = json.loads(base64.urlsafe_b64decode(mark.encode()))
    except (ValueError, binascii.Error, RecursionError):
        raise BadRequest("页码无法识别") from None
    if not isinstance(after, list) or len(after) != listings.places(shown.which, question) or not all(map(_placed, after)):
        raise BadRequest("页码无法识别")
    return after


def _placed(value: object) -> bool:
    """Whether the database can compare with it: no number too large, no half of a surrogate pair."""
    if isinstance(value, str):
        return value.isprintable() or not any("\ud800" <= character <= "\udfff" for character in value)
    return isinstance(value, int | float) and abs(value) <= MOST_INTEGER


def _mark(after: tuple[listings.Value, ...]) -> str:
    return base64.urlsafe_b64encode(json.dumps(after, ensure_ascii=False).encode()).decode()


def _cell(column: catalog.Column, row: sqlite3.Row, shown: Shown) -> Markup | str:
    value = row[column.name]
    if shown.stacks and column.name in ("earliest", "latest"):  # a page tells both bounds at once
        return to_the_minute(pages.carried(value, row["latest"])) if column.name == "earliest" else ""
    lead = shown.links.get(column.name)
    told = values.shown(column, value)
    if lead and value not in (None, ""):
        return Markup('<a href="{}">{}</a>').format(lead(row), told)
    if column.kind == "time" and isinstance(told, str) and told:
        return Markup('<time datetime="{}" title="{}">{}</time>').format(value, told, to_the_minute(told))
    made = values.cell(column, value)
    return made if made is not None else "" if told is None else str(told)


def to_the_minute(told: str) -> str:
    """A time as people read it, without seconds; of two on one day the day once."""
    return _SAME_DAY.sub(r"\1 \2 至 ", _SECONDS.sub(r"\1", told))


_STACKS = (
    ("portal_name", "level"), ("title", "document_number"), ("status", "reviewed"), ("cause",), ("flags", "mode"),
    ("released_at", "deadline"), ("earliest", "latest", "lag_hours"), ("page_url",), ("edition", "verdict_id"),
)  # fmt: skip


def verdicts(reading: Reading, request: Any) -> Shown:
    """判定清单: the picked verdicts; one portal's or one release's where the address names it.

    Raises NotFound for a portal or release that is none.
    """
    picks, root = reading.picks, reading.root
    parameters: dict[str, listings.Value] = {"edition": picks.edition}
    conditions, about = ["edition"], []
    portal_id, release_id = (str(request.args.get(name) or "") for name in ("portal", "release"))
    if portal_id:
        portal = cases.portal(reading.connection, portal_id)
        if portal is None:
            raise NotFound(f"没有这个门户：{portal_id}")
        parameters["portal"] = portal_id
        conditions.append("portal")
        about.append(About("portal", "门户", portal["name"], picks.link(f"{root}-/portal/{portal_id}")))
    if release_id:
        release = cases.release(reading.connection, int(release_id)) if _NUMBER.fullmatch(release_id) else None
        if release is None:
            raise NotFound(f"没有这条发布：{release_id}")
        parameters |= {"release": int(release_id), "first": "0000-00-00", "last": "9999-99-99"}  # whatever the span
        conditions.append("release")
        about.append(About("release", "发布", release["title"], picks.link(f"{root}-/release/{release_id}")))
    else:
        conditions.append("period")
        parameters |= {"first": picks.span.days.first.isoformat(), "last": picks.span.days.last.isoformat()}
    if picks.level:
        conditions.append("level")
        parameters["level"] = picks.level
    return Shown(
        "判定清单", listings.VERDICTS, (FOUND_STATUS, MODE, FLAG, TEXT), parameters, tuple(conditions), _verdict_links(reading),
        _STACKS, tuple(about),
    )  # fmt: skip


def queue(reading: Reading, request: Any) -> Shown:
    """复核: verdicts that wait for a person."""
    parameters, conditions = _of_span(reading)
    return Shown(
        "待复核", listings.QUEUE, (QUEUE, STATUS, FLAG, TEXT), parameters, conditions[2:], _verdict_links(reading)
    )


def releases(reading: Reading, request: Any) -> Shown:
    """发布: the picked span's releases and how the portals of the picked level did."""
    picks, root = reading.picks, reading.root
    parameters, conditions = _of_span(reading)
    which = listings.releases(picks.level, by_tally=False)
    if request.url_vars.get("kind") or str(request.args.get("sort") or which.default) not in which.sorts:
        which = listings.releases(picks.level)
    return Shown(
        "国务院发布", which, (TEXT,), parameters, conditions[:2],
        {"title": lambda row: picks.link(f"{root}-/release/{row['release_id']}")},
    )  # fmt: skip


def portals(reading: Reading, request: Any) -> Shown:
    """门户: all portals of the picked level, ranked."""
    picks, root = reading.picks, reading.root
    before = picks.span.before()
    which, parameters = listings.portals(picks.edition, picks.span.days, before.days if before else None)
    _, conditions = _of_span(reading)
    return Shown("门户排名", which, (NAME,), {**parameters, "level": picks.level}, conditions[2:], {
        "portal_name": lambda row: picks.link(f"{root}-/portal/{row['portal_id']}"),
    })  # fmt: skip


def _of_span(reading: Reading) -> tuple[dict[str, listings.Value], tuple[str, ...]]:
    """The parameters of what is picked, and its conditions: edition, period and, where one is picked, level."""
    picks = reading.picks
    days = picks.span.days
    parameters: dict[str, listings.Value] = {
        "edition": picks.edition, "first": days.first.isoformat(), "last": days.last.isoformat(), "level": picks.level,
    }  # fmt: skip
    return parameters, ("edition", "period", "level") if picks.level else ("edition", "period")


def _verdict_links(reading: Reading) -> Mapping[str, Callable[[sqlite3.Row], str]]:
    picks, root = reading.picks, reading.root

    def page(row: sqlite3.Row) -> str:
        return f"{root}-/verdict/{row['verdict_id']}"

    return {
        "portal_name": lambda row: picks.link(f"{root}-/portal/{row['portal_id']}"),
        "title": page, "cause": page, "why": page, "verdict_id": page,
    }  # fmt: skip


LISTS: Mapping[str, Callable[[Reading, Any], Shown]] = {
    "verdicts": verdicts, "releases": releases, "portals": portals, "reviews": queue,
}  # fmt: skip
"""The lists by the name of their page."""
