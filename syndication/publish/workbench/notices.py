"""通报: the notices that were made, the form that has one made, its documents, and whether it still agrees with its basis.

Making and checking take seconds and are done by `publish.notice_process`, one at a time. Every file is found among the
names that the program itself listed; nothing of an address becomes part of a path.
"""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from datasette import Forbidden, Response  # type: ignore[import-untyped]  # Datasette ships no types
from datasette.utils.asgi import NotFound  # type: ignore[import-untyped]  # as above

from syndication.clock import beijing_date
from syndication.glossary import Level, chinese
from syndication.notice_documents.manifest import OWN_TEMPLATE, cautions
from syndication.notice_documents.shelf import annex_rows, as_zip, shelf
from syndication.notice_documents.spans import day_name, read_span
from syndication.notices import RECTIFY_WITHIN, NoticeError
from syndication.publish import access, guarding, notice_process
from syndication.publish.site import site_of
from syndication.publish.workbench import pages, processes
from syndication.store.figures import Days, release_total

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syndication.notice_documents.shelf import Shelved
    from syndication.publish.workbench.pages import Reading

LONGEST = 300.0  # seconds; a quarter of 309,000 verdicts takes five
MOST_ROWS = 200
"""Rows of an annex that a page shows; the file holds all."""
LONGEST_NAME = 100
LONGEST_REASON = 500
_TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8", ".json": "application/json; charset=utf-8",
}  # fmt: skip


async def notices_page(datasette: Any, request: Any) -> Any:
    """`/-/notices`: the list and the form; a POST has a notice made and leads to it."""
    name = await pages.allowed(datasette, request)
    if request.method != "POST":
        return await _list(datasette, request)
    given = await _posted(datasette, request)
    data = Path(datasette.databases[name].path).parent
    asked, fault = _wish(given, _today(datasette))
    if not fault:
        found = await datasette.databases[name].execute_fn(
            lambda connection: release_total(
                connection, asked["edition"], Days(date.fromisoformat(asked["first"]), date.fromisoformat(asked["last"]))
            )
        )
        fault = "" if found else "该时段没有须转载的发布，未生成通报。"
    guarding.note(request, did="make_notice", **{key: asked.get(key, "") for key in ("first", "last", "edition", "level")})
    if fault:
        return await _list(datasette, request, fault, given)
    told = await _have_done(datasette, {"do": "make", "folder": str(data), "by": request.actor["id"], **asked})
    if told["error"]:
        busy = told["error"] == notice_process.BUSY
        return await _list(datasette, request, f"没有生成通报：{told['error']}", given, status=409 if busy else 400)
    guarding.note(request, notice=told["number"])
    return Response.redirect(datasette.urls.path(f"/-/notices/{told['number']}?made=1"))


async def notice_page(datasette: Any, request: Any) -> Any:
    """`/-/notices/NUMBER`: what a notice says, its files, its changes, how checks came out."""
    return await _one(datasette, request)


async def check_page(datasette: Any, request: Any) -> Any:
    """`/-/notices/NUMBER/check` (POST): recomputes the notice, and shows how that came out."""
    return await _of_one(datasette, request, "check", "没有核验", "?checked=1#checks")


async def void_page(datasette: Any, request: Any) -> Any:
    """`/-/notices/NUMBER/void` (POST): keeps that the notice was never sent, with the reason."""
    return await _of_one(datasette, request, "void", "没有作废")


async def _of_one(datasette: Any, request: Any, do: str, failed: str, then: str = "") -> Any:
    """Has something done to the notice of the address, and leads back to it; a GET leads there at once."""
    name = await pages.allowed(datasette, request)
    number = request.url_vars["number"]
    path = datasette.urls.path(f"/-/notices/{number}")
    if request.method != "POST":
        return Response.redirect(path)
    reason = (await _posted(datasette, request)).get("reason", "")[:LONGEST_REASON]
    guarding.note(request, did=f"{do}_notice", notice=number, **({"reason": reason} if reason else {}))
    folder = str(Path(datasette.databases[name].path).parent)
    told = await _have_done(
        datasette, {"do": do, "folder": folder, "by": request.actor["id"], "number": number, "reason": reason}
    )
    if told["error"]:
        return await _one(datasette, request, f"{failed}：{told['error']}", status=409)
    return Response.redirect(f"{path}{then}")


async def notice_file(datasette: Any, request: Any) -> Any:
    """`/-/notices/NUMBER/NAME`: one document; `/-/notices/NUMBER.zip`: all of them."""
    name = await pages.allowed(datasette, request)
    one = await asyncio.to_thread(_find, Path(datasette.databases[name].path).parent, request.url_vars["number"])
    asked = unquote(request.url_vars["file"]) if "file" in request.url_vars else ""
    if not one.documents or (asked and asked not in one.documents):
        raise NotFound("Record not found")
    if asked:
        content = await asyncio.to_thread(one.documents[asked].read_bytes)
        told, kind = f"{one.number}-{asked}", _TYPES[Path(asked).suffix]
    else:
        content = await asyncio.to_thread(as_zip, one)
        told, kind = f"{one.number}.zip", "application/zip"
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(told)}", "Cache-Control": "private, no-store",
    }  # fmt: skip
    return Response(content, headers=headers, content_type=kind)


async def _posted(datasette: Any, request: Any) -> Mapping[str, str]:
    """The form of a person who may make notices; raises Forbidden for anybody else."""
    if not await datasette.permission_allowed(request.actor, access.NOTICE):
        raise Forbidden("You do not have permission to make notices")
    return {str(key): str(value).strip() for key, value in (await request.post_vars()).items()}


async def _have_done(datasette: Any, asked: Mapping[str, str]) -> dict[str, Any]:
    site = site_of(datasette)
    assert site is not None  # `pages.allowed` found it
    if site.notice_slot.locked():
        return {"number": "", "error": notice_process.BUSY}
    async with site.notice_slot:
        try:
            return await processes.ask("syndication.publish.notice_process", asked, LONGEST)
        except processes.ProcessFailed as fault:
            return {"number": "", "error": str(fault)}


def _today(datasette: Any) -> date:
    site = site_of(datasette)
    assert site is not None  # `pages.allowed` found it
    return beijing_date(site.wall.now())


def _wish(given: Mapping[str, str], today: date) -> tuple[dict[str, str], str]:
    """What a form asks for, and what is wrong with it: nothing, if that is empty."""
    if given.get("from") or given.get("to"):
        first, last = _day(given.get("from", "")), _day(given.get("to", ""))
        span = (first, last) if first and last and first <= last else None
    else:
        span = read_span(given.get("p", ""))
    by = _day(given.get("rectify_by", ""))
    if span is None:
        return {}, "请选择检查期，或填写起止两日，起日不晚于止日。"
    if given.get("level", "") not in {"", *Level}:
        return {}, "没有这个级别。"
    if not 0 < len(given.get("edition", "")) <= LONGEST_NAME:
        return {}, "请选择规则版本。"
    if by is None or by <= today:
        return {}, "整改期限须是今天以后的日期。"
    return {
        "first": span[0].isoformat(), "last": span[1].isoformat(), "edition": given["edition"],
        "level": given.get("level", ""), "rectify_by": by.isoformat(),
    }, ""  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def _list(
    datasette: Any, request: Any, error: str = "", given: Mapping[str, str] | None = None, status: int = 400
) -> Any:
    await pages.allowed(datasette, request)
    may = await datasette.permission_allowed(request.actor, access.NOTICE)
    until = (_today(datasette) + RECTIFY_WITHIN).isoformat()

    def read(reading: Reading) -> dict[str, Any]:
        try:
            notices, broken = shelf(reading.folder), ""
        except NoticeError as fault:
            notices, broken = (), fault.for_inspectors
        return {
            "notices": notices, "broken": broken, "may": may, "error": error, "levels": _LEVELS,
            "given": given or {"p": reading.picks.span.name, "edition": reading.picks.edition, "rectify_by": until},
            "own_template": (reading.folder / OWN_TEMPLATE).is_file(),
        }  # fmt: skip

    return await pages.answer(datasette, request, "notices", read, status=status if error else 200)


_LEVELS = {"": "国务院部门和省级政府", **{level.value: chinese(level) for level in Level}}


async def _one(datasette: Any, request: Any, error: str = "", status: int = 200) -> Any:
    may = await datasette.permission_allowed(request.actor, access.NOTICE)

    def read(reading: Reading) -> dict[str, Any]:
        one = _find(reading.folder, request.url_vars["number"])
        changes, changed = annex_rows(one, "与前次通报的差异", MOST_ROWS)
        mended, followed = annex_rows(one, "往期问题整改情况", MOST_ROWS)
        return {
            "notice": one, "may": may, "error": error, "levels": _LEVELS, "day": day_name, "from_iso": date.fromisoformat,
            "files": [(name, quote(name), path.stat().st_size) for name, path in one.documents.items()],
            "cautions": cautions(one.manifest) if one.manifest else (), "changes": changes, "changed": changed,
            "mended": mended, "followed": followed,
        }  # fmt: skip

    return await pages.answer(datasette, request, "notice", read, status=status)


def _find(data: Path, number: str) -> Shelved:
    """A notice by its number. Raises NotFound for a number that was not given."""
    try:
        found = next((one for one in shelf(data) if one.number == number), None)
    except NoticeError as fault:
        raise NotFound(str(fault)) from fault
    if found is None:
        raise NotFound("Record not found")
    return found
