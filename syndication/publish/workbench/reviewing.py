"""复核: the form of a verdict's page. The decision itself, with the page that a portal names, is `syndication.review_run`'s."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from datasette import Forbidden, Response  # type: ignore[import-untyped]  # Datasette ships no types

from syndication.glossary import Decision, Status
from syndication.publish import access
from syndication.publish.guarding import note
from syndication.publish.workbench import pages, processes
from syndication.publish.workbench.verdict import show

LONGEST = 240.0  # seconds; a named page is fetched with all its tries
MOST = 2000  # characters of a reason or an address


async def review_page(datasette: Any, request: Any) -> Any:
    """`/-/verdict/NUMBER/review` (POST): records a review and shows the verdict; a GET shows the verdict."""
    number = int(request.url_vars["verdict"])
    name = await pages.allowed(datasette, request)
    path = datasette.urls.path(f"/-/verdict/{number}")
    if request.method != "POST":
        return Response.redirect(path)
    if not await datasette.permission_allowed(request.actor, access.REVIEW):
        raise Forbidden("You do not have permission to review")
    given = await request.post_vars()
    asked = {
        "folder": str(Path(datasette.databases[name].path).parent), "verdict": number, "by": request.actor["id"],
        **{key: str(given.get(key, "")).strip()[:MOST] for key in ("decision", "to", "url", "reason")},
    }  # fmt: skip
    fault = _wrong(asked) or await _record(asked)
    told = {key: asked[key] for key in ("decision", "to", "url") if asked[key]}
    note(request, did="review", **told, outcome="refused" if fault else "recorded")
    if fault:
        return await show(datasette, request, fault, asked)
    return Response.redirect(f"{path}?done=1#reviews")


def _wrong(asked: dict[str, Any]) -> str:
    """What is wrong with a form, before anything is started; empty if nothing is."""
    if asked["decision"] not in set(Decision):
        return "请选择复核决定。"
    if not asked["reason"]:
        return "请填写理由。"
    if asked["to"] and asked["to"] not in set(Status):
        return "没有这个判定。"
    if asked["decision"] == Decision.OVERTURN and not asked["to"] and not asked["url"]:
        return "请选择改判为何种判定，或者填写门户指出的转载网址。"
    if asked["url"] and not asked["url"].startswith(("http://", "https://")):
        return "网址须以 http:// 或 https:// 开头。"
    return ""


async def _record(asked: dict[str, Any]) -> str:
    """Has the review recorded; gives why it was not."""
    try:
        told = await processes.ask("syndication.publish.review_process", asked, LONGEST)
    except processes.ProcessFailed as fault:
        return f"复核{fault}"
    if told["error"]:
        return f"复核没有记录：{told['error']}"
    return "" if told["review_id"] else "复核没有记录。"
