"""Errors are told in Chinese, in the workbench's frame, with a way on; requests that make no sense are never our fault."""

from __future__ import annotations

import gc
import json
import random
import re
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from datasette.app import Datasette
from publish_data import close, empty_database, fill

from syndication.accounts import UserRole, add_user
from syndication.publish import access, faults, signing_in
from syndication.publish.configuration import make_datasette

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NAVIGATION = 'aria-label="主要页面"'
STALE = {"ds_csrftoken": "stale"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("errors")
    db = empty_database(folder)
    fill(db)
    db.close()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("datasette_auth_passwords.utils.hash_password", lambda _: "pbkdf2_sha256$1$a$a")
        for name, role in (("kan", UserRole.VIEWER), ("fu", UserRole.REVIEWER), ("guan", UserRole.ADMIN)):
            add_user(folder, name, role, "a long enough password", "2026-04-01T00:00:00Z")
    return folder


@pytest_asyncio.fixture
async def site(folder: Path) -> AsyncIterator[Datasette]:
    datasette = make_datasette(folder / "syndication.db")
    await datasette.invoke_startup()
    yield datasette
    close(datasette)


def session(datasette: Datasette, name: str) -> dict[str, str]:
    return {access.COOKIE: signing_in.session(datasette, name)}


def english(page: str) -> list[str]:
    """English sentences that a page shows."""
    text = re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)
    return re.findall(r"[A-Za-z]+(?: [A-Za-z]+){2,}", unescape(text))


@pytest.mark.asyncio
@pytest.mark.parametrize(("method", "path", "status", "told"), [
    ("GET", "/-/nothing", 404, "没有找到该页面或记录"),
    ("GET", "/-/verdict/999999", 404, "没有找到该页面或记录"),
    ("GET", "/syndication/nothing", 404, "没有找到该页面或记录"),
    ("GET", "/?p=2026Q9", 400, "2026Q1（季度）、2026-03（月）或 2026（年）"),
    ("GET", "/syndication/verdict_list?_next=a", 400, "网址中的参数或条件无法识别"),
    ("GET", "/syndication/verdict_list?_sort=status&_sort_desc=title", 400, "不能同时升序和降序排列"),
    ("GET", "/syndication/verdict_list?nothing__in=1", 400, "语法错误"),
    ("GET", "/syndication?sql=select+1", 403, "您没有查看此页面的权限"),
    ("DELETE", "/-/verdicts", 405, "该网址不接受这种请求"),
    ("PROPFIND", "/syndication/verdict_list", 405, "该网址不接受这种请求"),
    ("POST", "/syndication/verdict_list", 405, "该网址不接受这种请求"),
    ("POST", "/-/verdicts.csv", 405, "该网址不接受这种请求"),
    ("POST", "/-/export/verdict_list.csv", 405, "该网址不接受这种请求"),
])  # fmt: skip
async def test_an_error_is_told_in_the_frame(
    site: Datasette, capsys: pytest.CaptureFixture[str], method: str, path: str, status: int, told: str
) -> None:
    answer = await site.client.request(method, path, cookies=session(site, "kan") if method == "GET" else {})
    assert answer.status_code == status
    assert told in answer.text
    assert "workbench.css" in answer.text
    assert (NAVIGATION in answer.text) is (method == "GET")  # without a cookie it is a stranger
    assert english(answer.text) == []
    assert ("allow" in answer.headers) is (status == 405)
    shown = capsys.readouterr()
    assert "Traceback" not in shown.out + shown.err


@pytest.mark.asyncio
async def test_strangers_are_told_the_error_and_nothing_of_the_pages(site: Datasette) -> None:
    page = (await site.client.get("/-/verdicts.csv?p=all")).text
    assert NAVIGATION not in page
    assert re.findall(r'href="(/-/[^s][^"]*)"', page) == ["/-/login?next=/-/verdicts.csv%3Fp%3Dall"]


@pytest.mark.asyncio
async def test_programs_keep_their_errors(site: Datasette) -> None:
    for path, status in (("/syndication/nothing.json", 404), ("/syndication/verdict_list.json?_next=a", 400)):
        answer = await site.client.get(path, cookies=session(site, "kan"))
        assert (answer.status_code, answer.json()["ok"], answer.json()["status"]) == (status, False, status)
    assert (await site.client.put("/syndication/verdict_list.json")).json()["error"] == "Method not allowed"


@pytest.mark.asyncio
@pytest.mark.parametrize(("name", "seen"), [("kan", False), ("guan", True)])
async def test_what_sqlite_said_is_for_administrators(site: Datasette, name: str, seen: bool) -> None:
    page = (await site.client.get("/syndication/verdict_list?nothing__in=1", cookies=session(site, name))).text
    assert ("no such column" in page or "syntax error" in page) is seen


@pytest.mark.asyncio
@pytest.mark.parametrize(("sql", "told"), [
    ("selec", "只能执行 SELECT 查询"), ("select from from", "语法错误"), ("select x", "没有这样的列：x"),
    ("select f(1)", "没有这样的函数：f"), ("select :a", ""), ("select 1; select 2", "一次只能执行一条"),
])  # fmt: skip
async def test_a_wrong_query_is_told_in_chinese(site: Datasette, sql: str, told: str) -> None:
    answer = await site.client.get(f"/syndication?{urlencode({'sql': sql})}", cookies=session(site, "guan"))
    assert answer.status_code == (400 if told else 200)
    assert told in answer.text


@pytest.mark.asyncio
async def test_a_fault_of_the_program_stays_one(
    site: Datasette, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: Any) -> Any:
        raise ValueError("ours")

    monkeypatch.setattr("syndication.publish.values.cell", broken)
    answer = await site.client.get("/syndication/verdicts?_size=1", cookies=session(site, "kan"))
    assert answer.status_code == 500
    assert "服务器内部错误" in answer.text
    assert "ours" not in answer.text
    assert NAVIGATION in answer.text
    assert "ValueError" in capsys.readouterr().err


# --- forms ---


@pytest.mark.asyncio
async def test_a_stale_form_says_so_and_gives_back_what_was_written(site: Datasette, folder: Path) -> None:
    form = {"csrftoken": "older", "decision": "exempt", "reason": "门户说明：<b>已下线</b>", "url": "https://a.example/x"}
    who = session(site, "fu") | STALE
    answer = await site.client.post("/-/verdict/1000/review", data=form, cookies=who)
    assert answer.status_code == 403
    assert "<h1>没有提交" in answer.text
    assert "表单已过期，没有提交" in answer.text
    assert "门户说明：&lt;b&gt;已下线&lt;/b&gt;</textarea>" in answer.text
    assert "https://a.example/x</textarea>" in answer.text
    assert '<a href="/-/verdict/1000/review">返回原页面</a>' in answer.text
    assert NAVIGATION in answer.text
    assert english(answer.text) == []
    fresh = re.search(r'name="csrftoken" value="([^"]+)"', answer.text)
    assert fresh
    assert answer.cookies["ds_csrftoken"] == fresh[1]
    line = json.loads(next((folder / "audit").iterdir()).read_text("utf-8").splitlines()[-1])
    assert (line["who"], line["method"], line["path"], line["status"]) == ("fu", "POST", "/-/verdict/1000/review", 403)


@pytest.mark.asyncio
async def test_a_form_of_an_ended_session_gives_back_what_was_written(site: Datasette) -> None:
    page = await site.client.get("/-/login")
    token = page.cookies["ds_csrftoken"]
    form = {"csrftoken": token, "decision": "exempt", "reason": "理由在此"}
    answer = await site.client.post("/-/verdict/1000/review", data=form, cookies={"ds_csrftoken": token})
    assert answer.status_code == 403
    assert "登录已失效，没有提交" in answer.text
    assert "理由在此</textarea>" in answer.text
    assert 'href="/-/login?next=/-/verdict/1000/review"' in answer.text
    assert NAVIGATION not in answer.text


@pytest.mark.asyncio
async def test_a_form_of_who_may_not_says_so(site: Datasette) -> None:
    page = await site.client.get("/-/verdict/1000", cookies=session(site, "kan"))
    token = page.cookies["ds_csrftoken"]
    form = {"csrftoken": token, "decision": "exempt", "reason": "理由在此"}
    answer = await site.client.post("/-/verdict/1000/review", data=form, cookies=session(site, "kan") | {"ds_csrftoken": token})
    assert answer.status_code == 403
    assert "您没有进行此操作的权限" in answer.text


@pytest.mark.asyncio
async def test_a_stale_sign_in_repeats_no_password(site: Datasette) -> None:
    form = {"csrftoken": "older", "username": "kan", "password": "a long enough password"}
    answer = await site.client.post("/-/login", data=form, cookies=STALE)
    assert answer.status_code == 403
    assert "表单已过期" in answer.text
    assert "long enough" not in answer.text


@pytest.mark.asyncio
@pytest.mark.parametrize("sent", [
    {"content": b"reason=\xff", "headers": {"content-type": "application/x-www-form-urlencoded"}},
    {"content": b"x" * 300_000, "headers": {"content-type": "application/x-www-form-urlencoded"}},
    {"content": b"{}", "headers": {"content-type": "application/json"}},
    {"content": b"--x", "headers": {"content-type": "multipart/form-data"}},
])  # fmt: skip
async def test_what_is_no_form_is_refused(site: Datasette, sent: dict[str, Any]) -> None:
    answer = await site.client.post("/-/verdict/1000/review", cookies=session(site, "fu") | STALE, **sent)
    assert answer.status_code == 400
    assert "提交的内容无法识别" in answer.text


@pytest.mark.asyncio
async def test_nobody_can_ask_for_the_address_of_refusals(site: Datasette) -> None:
    for path in ("/-/refused", "/-/refused.json"):
        assert (await site.client.get(path, cookies=session(site, "guan"))).status_code == 404


# --- parameters ---

PAGES = (
    "/syndication/verdict_list", "/syndication/verdicts", "/syndication/matches", "/syndication/verdict_list.json",
    "/syndication/verdicts.csv", "/-/export/verdict_list.csv", "/syndication/verdicts/2001", "/syndication", "/-/tables",
)  # fmt: skip
PARAMETERS = (
    "_next", "_size", "_sort", "_sort_desc", "_facet", "_facet_size", "_facet_array", "_facet_date", "_col", "_nocol", "_where",
    "_search", "_search_title", "_searchmode", "_shape", "_labels", "_json", "_through", "_timelimit", "_filter_column", "sql",
    *(f"{column}__{operator}" for column in ("status", "title", "verdict_id", "nothing", "_x", "\0")
      for operator in ("exact", "gt", "in", "like", "arraycontains", "date", "isnull", "nothing", "")),
)  # fmt: skip
VALUES = (
    "", "a", "-1", "9" * 30, "1e9", "max", "\0", "x\0y", "$null,1", "a,b,c", "~ZZ", "[1", "{}", "null", "'", '"', "é", "a" * 3000,
)  # fmt: skip


@pytest.mark.asyncio
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")  # Datasette's other facets, where one fails
async def test_no_parameter_is_a_fault_of_the_program(site: Datasette, capsys: pytest.CaptureFixture[str]) -> None:
    chance, who = random.Random(20260310), session(site, "guan")
    tried = [(key, path) for key in PARAMETERS for path in chance.sample(PAGES, 3)]
    addresses = [f"{path}?{urlencode({key: chance.choice(VALUES)})}" for key, path in tried]
    addresses += ["/syndication/verdict_list?_next=a", f"/syndication/verdict_list?_next={'9' * 30}",
                  "/syndication/verdicts?_where=$null", "/syndication/%00", "/syndication/verdicts/~00"]  # fmt: skip
    found = {url: (await site.client.get(url, cookies=who)).status_code for url in addresses}
    gc.collect()  # those coroutines, while they are expected
    assert {url: status for url, status in found.items() if status not in (200, 302, 400, 404)} == {}
    shown = capsys.readouterr()
    assert "Traceback" not in shown.out + shown.err


def test_what_is_not_known_is_told_by_what_it_comes_to() -> None:
    assert faults.told("frobnication failed") == "请求无法完成：网址中的参数或条件无法识别。"
    assert faults.told("没有这个级别：town") == "没有这个级别：town"
