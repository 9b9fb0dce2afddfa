"""Error pages in Chinese. Programs that ask for JSON keep Datasette's own answer."""

from __future__ import annotations

import re
from typing import Any

from datasette import Response  # type: ignore[import-untyped]  # Datasette ships no types
from datasette.database import QueryInterrupted  # type: ignore[import-untyped]  # as above
from datasette.utils.asgi import Base400, Forbidden, NotFound  # type: ignore[import-untyped]  # as above
from datasette.views.base import DatasetteError  # type: ignore[import-untyped]  # as above

from syndication.publish import access, signing_in

_KNOWN = (
    (r"Cannot sort table by (.+)", "不能按“{0}”排序。"),
    (r"Cannot use _sort and _sort_desc at the same time", "不能同时升序和降序排列。"),
    (r"_(?:no)?col=(.+) - invalid columns", "没有这样的列：{0}。"),
    (r"_size must be .*", "每页条数须为正整数，且不超过上限。"),
    (r"_where= is not allowed", "不允许自定义查询条件。"),
    (r"no such column: (.+)", "没有这样的列：{0}。"),
    (r"(?:Table|Database|Record) not found|404", "没有找到该页面或记录。"),
    (r"<p>SQL query took too long[\s\S]*|interrupted", "查询超时，请缩小筛选范围后重试。"),
)
_FILE = re.compile(r"\.(?:json|csv|xlsx|zip|db)$")
_TITLES = {400: "请求有误", 403: "无权查看", 404: "没有找到"}


def told(message: str) -> str:
    """A message of Datasette's in Chinese; one that is not known is given as it is, behind a Chinese word."""
    for pattern, chinese in _KNOWN:
        found = re.fullmatch(pattern, message)
        if found:
            return chinese.format(*found.groups())
    return f"请求无法完成：{message}"


def expected(exception: BaseException) -> bool:
    """Whether the visitor's request caused it, and not a fault of the program."""
    return isinstance(exception, Base400 | DatasetteError | Forbidden | QueryInterrupted)


async def answer(datasette: Any, request: Any, exception: BaseException) -> Any:
    """The page for an error, or for a program the same as JSON; faults of the request are never called ours."""
    status = 404 if isinstance(exception, NotFound) else getattr(exception, "status", 500)
    message = getattr(exception, "message", None) or str(exception)
    if status == 500 and expected(exception):  # Datasette's word for "cannot sort by that column" and the like
        status = 400
    if request.path.endswith(".json"):
        told_program = message if expected(exception) else "Internal error; see the server's log"
        return Response.json({"ok": False, "error": told_program, "status": status, "title": None}, status=status)
    reason = told(message) if expected(exception) else "服务器内部错误，详情见运行日志。"
    return await _page(datasette, request, status, reason)


async def refusal(datasette: Any, request: Any) -> Any:
    """The page for what the visitor may not see; who could sign in is led there."""
    locked_out = access.door_of(datasette) is access.Door.LOCKED and not access.role_of(datasette, request.actor)
    if locked_out and request.method == "GET" and not _FILE.search(request.path):
        return Response.redirect(signing_in.sign_in_url(datasette, request.full_path))
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "error": "Forbidden", "status": 403, "title": None}, status=403)
    return await _page(datasette, request, 403, "您没有查看此页面的权限。")


async def _page(datasette: Any, request: Any, status: int, message: str) -> Any:
    context = {"status": status, "title": _TITLES.get(status, "出错了"), "error": message}
    return Response.html(await datasette.render_template("error.html", context, request=request), status=status)
