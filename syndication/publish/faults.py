"""Error pages in Chinese, in the workbench's frame. Programs that ask for JSON keep Datasette's own answer.

Fact of the world: Datasette 0.65 reads the parameters of its lists without a look at them first. A page number that is
none, a NUL or a number beyond 64 bits ends in whatever Python or SQLite says to it: a fault of the request, told as one.
"""

from __future__ import annotations

import re
import sqlite3
import traceback
from typing import Any

from datasette import Response  # type: ignore[import-untyped]  # Datasette ships no types
from datasette.database import QueryInterrupted  # type: ignore[import-untyped]  # as above
from datasette.utils.asgi import Base400, Forbidden, NotFound  # type: ignore[import-untyped]  # as above
from datasette.views.base import DatasetteError  # type: ignore[import-untyped]  # as above

from syndication.accounts import UserRole
from syndication.publish import access, refusing, signing_in
from syndication.publish.workbench import pages

_KNOWN = (
    (r"Cannot sort table by (.+)", "不能按“{0}”排序。"),
    (r"Cannot use _sort and _sort_desc at the same time", "不能同时升序和降序排列。"),
    (r"_(?:no)?col=(.*) - invalid columns", "没有这样的列：{0}。"),
    (r"_size must be .*", "每页条数须为正整数，且不超过上限。"),
    (r"_where= is not allowed", "不允许自定义查询条件。"),
    (r"no such column: (.+)", "没有这样的列：{0}。"),
    (r"no such table: (.+)", "没有这样的数据表：{0}。"),
    (r"no such function: (.+)", "没有这样的函数：{0}。"),
    (r"(?:Table|Database|Record) not found.*|404", "没有找到该页面或记录。"),
    (r"<p>SQL query took too long.*|interrupted", "查询超时，请缩小筛选范围后重试。"),
    (r"Statement must be a SELECT|Statement contained a disallowed PRAGMA.*|Invalid SQL", "只能执行 SELECT 查询。"),
    (r"near .*: syntax error|incomplete input|unrecognized token.*", "SQL 或筛选条件有语法错误。"),
    (r"You can only execute one statement.*", "一次只能执行一条 SQL 语句。"),
    (r"malformed JSON", "该列不是数组，不能按数组筛选或统计。"),
    (r"You did not supply a value for binding.*|Incorrect number of bindings.*", "缺少查询参数的值。"),
    (r"Method not allowed", "该网址不接受这种请求，没有执行任何操作。"),
    (r"This is no form", "提交的内容无法识别，没有执行任何操作。"),
    (r"The form is stale", "表单已过期，没有提交。"),
)
_UNKNOWN = "请求无法完成：网址中的参数或条件无法识别。"
_CHINESE = re.compile("[一-鿿]")
_ADVICE = (
    (r"时段无法识别.*", "时段请写作 2026Q1（季度）、2026-03（月）或 2026（年）。"),
    (r"The form is stale", "可能是登录已失效、浏览器清除了 Cookie，或监测程序重新启动过。"
                           "请返回原页面（如要求登录，先登录），重新填写并提交。"),
    (r"Method not allowed", "请使用页面上的链接和按钮。"),
)  # fmt: skip
_FILE = re.compile(r"\.(?:json|csv|xlsx|zip|db)$")
_TITLES = {400: "请求有误", 403: "无权查看", 404: "没有找到", 405: "不接受这种请求", 500: "出错了"}
_TYPED = {"reason": "理由", "url": "网址"}
"""The fields of forms that are written and not picked."""


def told(message: str) -> str:
    """A message of Datasette's or SQLite's in Chinese; one of ours as it is; one that is not known by what it comes to."""
    for pattern, chinese in _KNOWN:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            return chinese.format(*found.groups())
    return message if _CHINESE.search(message) else _UNKNOWN


def expected(request: Any, exception: BaseException) -> bool:
    """Whether the visitor's request caused it, and not a fault of the program."""
    return isinstance(exception, Base400 | DatasetteError | Forbidden | QueryInterrupted) or _badly_asked(request, exception)


def _badly_asked(request: Any, exception: BaseException) -> bool:
    """Whether what an address of Datasette's pages or of our exports of tables asks for made no sense to Python or SQLite."""
    if not {"database", "table"} & set(request.url_vars):
        return False
    if isinstance(exception, sqlite3.Error):
        asked_wrongly = getattr(exception, "sqlite_errorcode", None) in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_MISMATCH)
        return asked_wrongly or re.search("null character|binding", str(exception)) is not None
    if isinstance(exception, OverflowError):
        return True
    if not isinstance(exception, LookupError | TypeError | ValueError):
        return False
    packages = [str(frame.f_globals["__name__"]).partition(".")[0] for frame, _ in traceback.walk_tb(exception.__traceback__)]
    return [name for name in packages if name in ("datasette", "syndication")][-1] == "datasette"


async def answer(datasette: Any, request: Any, exception: BaseException) -> Any:
    """The page for an error, or for a program the same as JSON; faults of the request are never called ours."""
    of_request = expected(request, exception)
    status = 404 if isinstance(exception, NotFound) else getattr(exception, "status", 500)
    message = str(getattr(exception, "message", None) or exception)
    if status == 500 and of_request:  # Datasette's word for "cannot sort by that column" and the like
        status = 400
    if request.path.endswith(".json"):
        told_program = message if of_request else "Internal error; see the server's log"
        return Response.json({"ok": False, "error": told_program, "status": status, "title": None}, status=status)
    if not of_request:
        advice = "请稍后再试；如仍出错，请将网址和时间告知管理员。"
        return await _page(datasette, request, status, "服务器内部错误，详情见运行日志。", advice)
    advice = next((advice for pattern, advice in _ADVICE if re.fullmatch(pattern, message)), "")
    reason = told(message)
    technical = "" if reason == message or getattr(exception, "message_is_html", False) else message
    page = await _page(datasette, request, status, reason, advice, technical=technical)
    if isinstance(exception, refusing.WrongMethod):
        page.headers["Allow"] = "GET, HEAD"
    return page


async def refusal(datasette: Any, request: Any) -> Any:
    """The page for what the visitor may not see; who could sign in is led there."""
    locked_out = access.door_of(datasette) is access.Door.LOCKED and not access.role_of(datasette, request.actor)
    if locked_out and request.method == "GET" and not _FILE.search(request.path):
        return Response.redirect(signing_in.sign_in_url(datasette, request.full_path))
    if request.path.endswith(".json"):
        return Response.json({"ok": False, "error": "Forbidden", "status": 403, "title": None}, status=403)
    if locked_out and request.method == "POST":
        return await _page(datasette, request, 403, "登录已失效，没有提交。", "请重新登录，再填写并提交。")
    reason = "您没有进行此操作的权限。" if request.method == "POST" else "您没有查看此页面的权限。"
    return await _page(datasette, request, 403, reason, "如有需要，请与管理员联系。")


async def _page(datasette: Any, request: Any, status: int, reason: str, advice: str, *, technical: str = "") -> Any:
    """An error in the frame of the workbench; without its navigation for those who may see no page."""
    role, asked = access.role_of(datasette, request.actor), refusing.asked_path(request)
    form, door = refusing.typed(request), access.door_of(datasette)
    bare = not role and door is access.Door.LOCKED
    context = {
        "bare": bare, "status": status, "reason": reason, "advice": advice,
        "title": "没有提交" if form and status == 403 else _TITLES.get(status, "出错了"),
        "technical": technical if role is UserRole.ADMIN else "",
        "typed": [(label, form[name]) for name, label in _TYPED.items() if form.get(name)],
        "form_url": datasette.urls.path(signing_in.own_path(asked)) if form and not bare else "",
        "sign_in_url": "" if role or door is access.Door.NO_USERS else signing_in.sign_in_url(datasette, asked),
    }  # fmt: skip
    return await pages.rendered(datasette, request, "error", context, status=status)
