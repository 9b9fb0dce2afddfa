"""判定: one verdict. What was decided and why, the looks drawn over time, the match side by side, the archived pages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import NotFound  # type: ignore[import-untyped]  # Datasette ships no types
from markupsafe import Markup

from syndication.clock import beijing_text, from_text, to_text
from syndication.errors import EvidenceError
from syndication.glossary import ANSWERED, Decision, Mode, Outcome, Status, chinese
from syndication.proof import choose
from syndication.publish import access
from syndication.publish.workbench import drawing, pages
from syndication.store import cases
from syndication.store.ledger import Ledger
from syndication.store.proof import ProofRows
from syndication.timeline import events

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from syndication.publish.workbench.pages import Reading

BEFORE, AFTER = timedelta(hours=12), timedelta(hours=36)
MOST_LOOKS = 400
LONGEST_TEXT = 20_000  # characters of a body that are shown


async def show(datasette: Any, request: Any, review_error: str = "", given: Mapping[str, Any] | None = None) -> Any:
    """`/-/verdict/NUMBER`; again with what was given to the form of a review, and why it was not recorded."""
    number = int(request.url_vars["verdict"])
    await pages.allowed(datasette, request)
    form = {
        "may_review": await datasette.permission_allowed(request.actor, access.REVIEW), "review_error": review_error,
        "review_given": given or {"decision": "", "to": "", "url": "", "reason": ""},
    }  # fmt: skip
    status = 400 if review_error else 200
    return await pages.answer(datasette, request, "verdict", lambda reading: read(reading, number) | form, status=status)


async def verdict_page(datasette: Any, request: Any) -> Any:
    """`/-/verdict/NUMBER`."""
    return await show(datasette, request)


def read(reading: Reading, number: int) -> dict[str, Any]:
    """All that is known of a verdict. Raises NotFound for a number that is none."""
    connection = reading.connection
    row = cases.verdict(connection, number)
    if row is None:
        raise NotFound("Record not found")
    key = (row["release_id"], row["portal_id"], row["edition"])
    carryings = cases.carryings(connection, row["release_id"], row["portal_id"], row["posting_id"])
    proof = ProofRows(connection).case(number)
    try:
        told: Sequence[Any] = events(proof, choose(proof), Ledger(connection).record)
        proof_fault = ""
    except EvidenceError as fault:
        told, proof_fault = (), str(fault)
    reviews = cases.reviews(connection, *key)
    return {
        "verdict": row, "standing": _standing(reviews),
        "siblings": cases.siblings(connection, row["release_id"], row["portal_id"]),
        "sentences": sentences(row), "drawing": _drawing(connection, row, carryings), "events": told,
        "proof_fault": proof_fault, "cards": [_card(row["body"], each) for each in carryings],
        "reviews": reviews, "superseded": _changes(row, cases.superseded(connection, *key)),
    }  # fmt: skip


def _standing(reviews: Sequence[sqlite3.Row]) -> sqlite3.Row | None:
    """The review that holds: the newest, unless it reopened the verdict."""
    newest = reviews[0] if reviews else None
    return newest if newest and newest["decision"] != Decision.REOPEN else None


def _changes(row: sqlite3.Row, superseded: Sequence[sqlite3.Row]) -> list[sqlite3.Row]:
    """The replaced judgements that said something else than the one that followed; the newest first."""
    newer = [(row["judged_status"], row["cause"]), *((each["status"], each["cause"]) for each in superseded)]
    return [each for each, after in zip(superseded, newer, strict=False) if (each["status"], each["cause"]) != after]


def sentences(row: sqlite3.Row) -> list[str]:
    """Why the verdict is what it is, in the words of an inspector, from its bounds and its deadline."""
    deadline = from_text(row["deadline"])
    hours = (deadline - from_text(row["released_at"])) / timedelta(hours=1)
    told = [f"国务院于 {_told(row['released_at'])} 发布，时限 {hours:g} 小时，至 {_told(row['deadline'])}。"]
    status = Status(row["judged_status"])
    earliest, latest = _bounds(row) or (None, None)
    if earliest and latest:
        near = from_text(latest) - from_text(earliest) <= timedelta(minutes=1)
        told.append(f"门户转载于 {_told(earliest)}。" if near else f"门户转载于 {_told(earliest)} 至 {_told(latest)} 之间。")
    if status is Status.LATE and earliest:
        past = (from_text(earliest) - deadline) / timedelta(hours=1)
        told.append(f"最早可能的转载时间仍晚于时限，至少超时 {_hours(past)}，因此判定为超时。")
    elif status is Status.ON_TIME and latest:
        told.append("最迟可能的转载时间不晚于时限，因此判定为按时。")
    elif status is Status.MISSING and row["cause"] == "mode_does_not_count":
        mode = Mode(row["mode"])
        what = "只有该条的标题，没有可读的正文或指向原文的链接" if mode is Mode.TITLE_ONLY else f"该条为“{chinese(mode)}”"
        told.append(f"时限之后每个专栏都完整查看过，所见{what}；按此规则版本“{chinese(mode)}”不算转载，因此判定为未转载。")
    elif status is Status.MISSING:
        told.append("时限之后每个专栏都完整查看过，均没有该条，其他已查看的栏目也没有，因此判定为未转载。")
    elif status is Status.UNDETERMINED:
        told.append("现有证据既不能证明按时，也不能证明超时或未转载，须人工核对；这不是问题认定。")
    elif status is Status.NOT_OBSERVED:
        what = "首页" if row["cause"] == "home_not_observed" else "有专栏"
        told.append(f"时限之后{what}未能完整查看，不能据此认定未转载；这不是问题认定。")
    elif status is Status.PENDING:
        told.append("时限未到，或时限之后尚未查看。")
    if "backdated" in row["flags"].split():
        told.append("页面标注的时间早于监测时尚无该稿的时刻，该标注未予采信，并作标记。")
    return told


def _bounds(row: sqlite3.Row) -> tuple[str, str] | None:
    """When the release was carried, stored times; nothing is carried before it is out, whenever the last look was."""
    if not row["earliest"] or not row["latest"]:
        return None
    return min(max(row["earliest"], row["released_at"]), row["latest"]), row["latest"]


def _told(stored: str) -> str:
    return beijing_text(from_text(stored), seconds=not stored.endswith(":00Z"))


def _hours(hours: float) -> str:
    return f"{int(hours * 10) / 10:g} 小时" if hours >= 1 else f"{int(hours * 60)} 分钟"


def _drawing(connection: sqlite3.Connection, row: sqlite3.Row, carryings: Sequence[sqlite3.Row]) -> Markup | None:
    released, deadline = from_text(row["released_at"]), from_text(row["deadline"])
    moments = [drawing.Moment(released, "release", "发布"), drawing.Moment(deadline, "deadline", "时限")]
    posting = next((each for each in carryings if each["posting_id"] == row["posting_id"]), None)
    if posting and posting["declared_earliest"] and posting["declared_precision"] != "day":
        declared = from_text(posting["declared_earliest"])
        if released - timedelta(days=10) <= declared <= deadline + timedelta(days=20):
            moments.append(drawing.Moment(declared, "declared", "页面标注"))
    ends = [moment.at for moment in moments] + [from_text(row[name]) for name in ("earliest", "latest") if row[name]]
    since, until = min(ends) - BEFORE, max(ends) + AFTER
    seen = cases.sightings(connection, row["release_id"], row["portal_id"])
    lanes: dict[str, tuple[str, list[drawing.Mark]]] = {}
    for look in cases.looks(connection, row["portal_id"], to_text(since), to_text(until), MOST_LOOKS):
        lane = lanes.setdefault(look["channel_id"], (look["name"] or "首页", []))
        lane[1].append(_mark(look, seen.get(look["channel_id"])))
    bounds = _bounds(row)
    carried = (from_text(bounds[0]), from_text(bounds[1])) if bounds else None
    summary = f"{row['portal_name']}的查看时间线：" + "；".join(f"{m.label} {beijing_text(m.at)}" for m in moments)
    return drawing.timeline(moments, [drawing.Lane(label, tuple(marks)) for label, marks in lanes.values()], carried, summary)


def _mark(look: sqlite3.Row, seen: tuple[str, str] | None) -> drawing.Mark:
    """What a look brought: from the first sight to the last the posting was there."""
    at, outcome = look["looked_at"], Outcome(look["outcome"])
    kind = "failed" if outcome not in ANSWERED else "with" if seen and seen[0] <= at <= seen[1] else "without"
    told = f"{_told(at)} {look['name'] or '首页'}：{chinese(outcome) if kind == 'failed' else drawing.MARK_WORDS[kind]}"
    return drawing.Mark(from_text(at), kind, told)


def _card(release_text: str, row: sqlite3.Row) -> dict[str, Any]:
    """A match for the page: its figures, and both texts with the agreeing fragments marked.

    The card's places are offsets in the texts as they were matched; where a text has changed since, only the fragments
    themselves are shown.
    """
    card = json.loads(row["card"])
    fragments, page_text = card.get("fragments", []), row["body"] or ""
    agree = bool(page_text) and all(
        release_text[each["release"][0] : each["release"][1]].startswith(each["text"].rstrip("…")) for each in fragments
    )
    return {
        "row": row, "figures": card.get("figures", {}), "number": card.get("document_number", ""),
        "conflicts": card.get("conflicts", []), "fragments": fragments, "agree": agree,
        "release_text": _marked(release_text, [each["release"] for each in fragments]) if agree else "",
        "page_text": _marked(page_text, [each["page"] for each in fragments]) if agree else "",
    }  # fmt: skip


def _marked(text: str, places: Sequence[Sequence[int]]) -> Markup:
    """A text, escaped, with the places marked; places that overlap are joined."""
    parts, done = [], 0
    for start, end in sorted((int(start), min(int(end), LONGEST_TEXT)) for start, end in places):
        begin = max(start, done)
        if begin >= end:
            continue
        parts.append(Markup("{}<mark>{}</mark>").format(text[done:begin], text[begin:end]))
        done = end
    rest = text[done:LONGEST_TEXT] + ("……（以下略）" if len(text) > LONGEST_TEXT else "")
    return Markup("").join([*parts, Markup("{}").format(rest)])
