"""Who may do what: nothing but the login page for strangers once there are users; roles; guesses; cookies; the audit log."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import pytest_asyncio
from click.testing import CliRunner
from datasette.app import Datasette
from publish_data import close, empty_database, fill

from syndication.accounts import (
    AccountsError,
    UserRole,
    add_user,
    read_accounts,
    remove_user,
    users_command,
)
from syndication.errors import DataFolderError
from syndication.publish import DEVELOPERS_PAGES, access, host_names, signing_in
from syndication.publish.configuration import make_datasette
from syndication.publish.workbench import routes
from syndication.serve import check_door, serve_command

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

AT = "2026-04-01T00:00:00Z"
PASSWORD = "correct horse battery"
OUR_PAGES = [
    "/", "/-/verdicts", "/-/verdicts.csv", "/-/verdicts.xlsx", "/-/releases", "/-/portals", "/-/reviews", "/-/release/1",
    "/-/portal/depa-001", "/-/verdict/1000", "/-/verdict/1000/review",
    "/-/evidence/1000.zip", "/-/archived/abc", "/-/search?q=事项", "/-/tables", "/-/meaning",
    "/-/notices", "/-/notices/2026-001", "/-/notices/2026-001/check", "/-/notices/2026-001/void", "/-/notices/2026-001.zip",
    "/-/notices/2026-001/manifest.json",
    "/-/export/verdict_list.csv",
]  # fmt: skip
THEIR_PAGES = [
    "/syndication", "/syndication.json", "/syndication/verdict_list", "/syndication/verdict_list.json",
    "/syndication/verdict_list.csv", "/syndication/verdicts/1000", "/-/plugins.json", "/-/settings.json",
    "/-/versions.json", "/syndication.db", "/.json",
]  # fmt: skip


@pytest.fixture(scope="module")
def hashed() -> str:
    """One hash for all: each costs a fifth of a second."""
    from datasette_auth_passwords.utils import hash_password

    return str(hash_password(PASSWORD))


@pytest.fixture
def folder(tmp_path: Path, hashed: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    db = empty_database(tmp_path)
    fill(db)
    db.close()
    with monkeypatch.context() as patched:
        patched.setattr("datasette_auth_passwords.utils.hash_password", lambda _: hashed)
        for name, role in (("kan", UserRole.VIEWER), ("fu", UserRole.REVIEWER), ("guan", UserRole.ADMIN)):
            add_user(tmp_path, name, role, PASSWORD, AT)
    return tmp_path


@pytest_asyncio.fixture
async def site(folder: Path) -> AsyncIterator[Datasette]:
    datasette = make_datasette(folder / "syndication.db")
    await datasette.invoke_startup()
    yield datasette
    close(datasette)


def cookies(datasette: Datasette, name: str) -> dict[str, str]:
    return {signing_in.COOKIE: signing_in.session(datasette, name)}


async def sign_in(datasette: Datasette, name: str, password: str, form_url: str = "/-/login") -> Any:
    form = await datasette.client.get(form_url)
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]+)"', form.text)
    data = {key: unescape(value) for key, value in hidden} | {"username": name, "password": password}
    return await datasette.client.post("/-/login", data=data, cookies={"ds_csrftoken": form.cookies["ds_csrftoken"]})


# --- strangers ---


@pytest.mark.asyncio
@pytest.mark.parametrize("path", [*OUR_PAGES, *THEIR_PAGES])
async def test_a_stranger_gets_nothing_but_the_login_page(site: Datasette, path: str) -> None:
    answer = await site.client.get(path)
    assert answer.status_code in (302, 403, 404), path
    if answer.status_code == 302:
        onward = parse_qs(urlsplit(answer.headers["location"]).query).get("next", ["/"])
        assert [unquote(each) for each in onward] == [path]
    assert "第1部网站" not in answer.text
    assert "事项的批复" not in answer.text


@pytest.mark.asyncio
async def test_every_route_of_the_workbench_is_among_those_that_are_tested(site: Datasette) -> None:
    patterns = [pattern for pattern, _ in routes.ROUTES]
    tested = [page.partition("?")[0] for page in OUR_PAGES]
    assert [pattern for pattern in patterns if not any(re.match(pattern, page) for page in tested)] == []


@pytest.mark.asyncio
async def test_the_login_page_is_chinese_and_leads_nowhere_else(site: Datasette) -> None:
    page = (await site.client.get("/-/login")).text
    assert "用户名" in page
    assert re.findall(r'href="(/-/[^s][^"]*)"', page) == []


@pytest.mark.asyncio
async def test_an_operator_may_open_reading_on_purpose(folder: Path) -> None:
    datasette = make_datasette(folder / "syndication.db", anyone_may_read=True)
    assert (await datasette.client.get("/-/verdicts")).status_code == 200
    assert (await datasette.client.get("/syndication?sql=select+1")).status_code == 403
    assert not await datasette.permission_allowed(None, access.REVIEW)
    for name in DEVELOPERS_PAGES:
        for kind in ("", ".json"):
            answer = await datasette.client.get(f"/-/{name}{kind}")
            assert answer.status_code == 404, name
            assert "0.65" not in answer.text


@pytest.mark.asyncio
async def test_without_users_reading_is_open_and_says_so(tmp_path: Path) -> None:
    db = empty_database(tmp_path)
    fill(db)
    db.close()
    datasette = make_datasette(tmp_path / "syndication.db")
    page = (await datasette.client.get("/")).text
    assert "尚未设置用户" in page
    assert not await datasette.permission_allowed(None, access.REVIEW)


@pytest.mark.parametrize(("host", "told"), [("127.0.0.1", "本机任何人都可查看"), ("::1", "本机"), ("localhost", "本机")])
def test_without_users_this_machine_may_read(tmp_path: Path, host: str, told: str) -> None:
    assert told in check_door(tmp_path, host, anyone_may_read=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "monitor.example"])
def test_without_users_no_other_address_is_served(tmp_path: Path, host: str) -> None:
    with pytest.raises(DataFolderError, match="syndication users add"):
        check_door(tmp_path, host, anyone_may_read=False)
    assert "任何人" in check_door(tmp_path, host, anyone_may_read=True)


# --- the host's name ---

FOREIGN = [
    "evil.example", "evil.example:8001", "localhost.evil.example", "127.0.0.1.evil.example", "monitor.example.evil.example",
    "10.0.0.9", "[2001:db8::1]", "localhost:8001:80", "localhost@evil.example", "[::1", "", "*", "monitor.example/x",
]  # fmt: skip
OWN = [
    "localhost", "LocalHost.:8001", "127.0.0.1:8001", "127.0.0.2", "[::1]:8001", "monitor.example", "MONITOR.example:443",
    "10.0.0.5:8001", "[2001:DB8::5]",
]  # fmt: skip


@pytest_asyncio.fixture
async def named(tmp_path: Path) -> AsyncIterator[Datasette]:
    """Pages that are open since there are no users yet, with the names that an operator gave."""
    db = empty_database(tmp_path)
    fill(db)
    db.close()
    names = ("Monitor.example.", "10.0.0.5", "[2001:db8::5]")
    datasette = make_datasette(tmp_path / "syndication.db", host_names=names)
    yield datasette
    close(datasette)


@pytest.mark.asyncio
@pytest.mark.parametrize("host", FOREIGN)
async def test_a_foreign_name_that_was_led_here_gets_nothing(named: Datasette, host: str) -> None:
    for path in ("/", "/-/verdicts", "/syndication/verdict_list.json", "/-/verdicts.csv", "/-/login", "/-/static/app.css"):
        answer = await named.client.get(path, headers={"Host": host})
        assert answer.status_code == 421, path
        assert "请使用管理员告知的网址打开" in answer.text
        assert "第1部网站" not in answer.text
        assert "set-cookie" not in answer.headers
        assert answer.headers["content-security-policy"] == host_names.POLICY


@pytest.mark.asyncio
@pytest.mark.parametrize("host", OWN)
async def test_a_name_of_the_server_is_answered(named: Datasette, host: str) -> None:
    assert (await named.client.get("/-/verdicts", headers={"Host": host})).status_code == 200


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/-/login", "/-/logout", "/-/verdict/1000/review"])
async def test_forms_from_a_foreign_name_are_refused_and_logged(site: Datasette, folder: Path, path: str) -> None:
    who = {**cookies(site, "fu"), "ds_csrftoken": "x"}
    data = {"username": "fu", "password": PASSWORD, "decision": "exempt", "reason": "x", "csrftoken": "x"}
    answer = await site.client.post(path, data=data, cookies=who, headers={"Host": "evil.example"})
    assert answer.status_code == 421
    lines = [json.loads(line) for line in next((folder / "audit").iterdir()).read_text("utf-8").splitlines()]
    assert [(line["path"], line["status"]) for line in lines] == [(path, 421)]


def test_the_address_at_which_a_request_came_in_is_the_servers() -> None:
    assert host_names.is_own([b"10.0.0.7:8001"], (), "10.0.0.7")
    assert host_names.is_own([b"[2001:db8:0::7]:8001"], (), "2001:db8::7")
    assert not host_names.is_own([b"evil.example"], (), "evil.example")
    assert not host_names.is_own([], (), "10.0.0.7")
    assert not host_names.is_own([b"localhost", b"evil.example"], (), "10.0.0.7")


@pytest.mark.parametrize("name", ["", "http://a.example", "a.example:80", "a.example/x", "*.example", "a b", "甲.example"])
def test_what_is_no_host_name(name: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(name)}$"):
        host_names.told_name(name)
    told = CliRunner().invoke(serve_command, ["--host-name", name])
    assert told.exit_code == 2
    assert "不是主机名" in told.output


# --- persons ---


@pytest.mark.asyncio
async def test_signing_in_gives_a_session_that_scripts_cannot_read(site: Datasette) -> None:
    answer = await sign_in(site, "kan", PASSWORD)
    assert answer.status_code == 302
    told = next(value for value in answer.headers.get_list("set-cookie") if value.startswith(signing_in.COOKIE))
    assert "HttpOnly" in told
    assert "SameSite" in told.replace("samesite", "SameSite")
    assert "Max-Age=43200" in told
    session = {signing_in.COOKIE: answer.cookies[signing_in.COOKIE]}
    assert (await site.client.get("/-/verdicts", cookies=session)).status_code == 200


@pytest.mark.asyncio
async def test_signing_in_leads_on_to_the_page_that_was_asked_for(site: Datasette) -> None:
    led = (await site.client.get("/-/verdicts?status=late&p=2026-03")).headers["location"]
    assert led == "/-/login?next=/-/verdicts%3Fstatus%3Dlate%26p%3D2026-03"
    again = await sign_in(site, "kan", "wrong", led)
    assert 'name="next" value="/-/verdicts?status=late&amp;p=2026-03"' in again.text
    answer = await sign_in(site, "kan", PASSWORD, led)
    assert (answer.status_code, answer.headers["location"]) == (302, "/-/verdicts?status=late&p=2026-03")


ELSEWHERE = [
    "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example/", "javascript:alert(1)", "evil.example",
    "/\t/evil.example", "/ /evil.example", "/\n/evil.example", "/-//evil.example", "/../other", "/-/%2e%2e/%2E%2E/other", "/./x",
    "/..%2fother", "/é", "/" + "x" * 2000, "", "/-/login?next=/", "/-/logout",
]  # fmt: skip


@pytest.mark.asyncio
@pytest.mark.parametrize("elsewhere", ELSEWHERE)
async def test_signing_in_leads_nowhere_else(site: Datasette, elsewhere: str) -> None:
    form = await site.client.get("/-/login", params={"next": elsewhere})
    token = re.search(r'name="csrftoken" value="([^"]+)"', form.text)
    assert token
    assert 'name="next"' not in form.text
    data = {"username": "kan", "password": PASSWORD, "csrftoken": token[1], "next": elsewhere}
    answer = await site.client.post("/-/login", data=data, cookies={"ds_csrftoken": form.cookies["ds_csrftoken"]})
    assert (answer.status_code, answer.headers["location"]) == (302, "/")


@pytest.mark.asyncio
async def test_cookies_are_secure_behind_tls(site: Datasette) -> None:
    answer = await site.client.get("https://localhost/-/login")
    assert all("Secure" in value for value in answer.headers.get_list("set-cookie"))
    answer = await site.client.get("http://localhost/-/login")
    assert all("Secure" not in value for value in answer.headers.get_list("set-cookie"))
    assert all("HttpOnly" in value for value in answer.headers.get_list("set-cookie"))


@pytest.mark.asyncio
@pytest.mark.parametrize(("name", "review", "sql"), [("kan", False, False), ("fu", True, False), ("guan", True, True)])
async def test_roles(site: Datasette, name: str, review: bool, sql: bool) -> None:
    who = cookies(site, name)
    actor = {"id": name, "stamp": access.accounts_of(site).users[name].stamp}
    assert (await site.client.get("/-/verdict/1000", cookies=who)).status_code == 200
    assert bool(await site.permission_allowed(actor, access.REVIEW)) is review
    assert (await site.client.get("/syndication?sql=select+1", cookies=who)).status_code == (200 if sql else 403)
    assert (await site.client.get("/syndication/verdict_list?_where=1=1", cookies=who)).status_code == (200 if sql else 403)


@pytest.mark.asyncio
async def test_a_session_ends_with_its_person_its_password_and_its_time(
    site: Datasette, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = cookies(site, "kan")
    changed = read_accounts(folder).users["fu"].password_hash.replace("$", "$x", 1)
    monkeypatch.setattr("datasette_auth_passwords.utils.hash_password", lambda _: changed)
    add_user(folder, "kan", UserRole.VIEWER, "another password", AT)
    assert (await site.client.get("/", cookies=who)).status_code == 302
    who = cookies(site, "kan")
    assert (await site.client.get("/", cookies=who)).status_code == 200
    remove_user(folder, "kan")
    assert (await site.client.get("/", cookies=who)).status_code == 302
    monkeypatch.setattr(signing_in, "SESSION_SECONDS", -5)
    assert (await site.client.get("/", cookies=cookies(site, "fu"))).status_code == 302


@pytest.mark.asyncio
async def test_a_forged_or_mangled_session_is_none(site: Datasette) -> None:
    for value in ("x", "eyJhIjp7ImlkIjoiZ3VhbiJ9fQ.x", signing_in.session(site, "guan")[:-2]):
        assert (await site.client.get("/", cookies={signing_in.COOKIE: value})).status_code == 302


@pytest.mark.asyncio
async def test_signing_out_needs_the_token_and_ends_the_session(site: Datasette) -> None:
    who = cookies(site, "kan")
    assert (await site.client.post("/-/logout", cookies=who)).status_code == 403
    page = await site.client.get("/", cookies=who)
    token = re.search(r'name="csrftoken" value="([^"]+)"', page.text)
    assert token
    both = {**who, "ds_csrftoken": page.cookies["ds_csrftoken"]}
    answer = await site.client.post("/-/logout", data={"csrftoken": token[1]}, cookies=both)
    assert answer.headers["location"] == "/-/login"
    ended = next(value for value in answer.headers.get_list("set-cookie") if value.startswith(f"{signing_in.COOKIE}="))
    assert "Max-Age=0" in ended


@pytest.mark.asyncio
async def test_a_form_without_its_token_is_refused(site: Datasette) -> None:
    answer = await site.client.post("/-/login", data={"username": "kan", "password": PASSWORD})
    assert answer.status_code == 403


# --- guesses ---


@pytest.mark.asyncio
async def test_guesses_are_slowed(site: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    monkeypatch.setattr(signing_in, "_is_password", lambda password, kept: checked.append(kept) or False)
    for _ in range(signing_in.GUESSES_OF_A_NAME):
        assert (await sign_in(site, "guan", "wrong")).status_code == 403
    answer = await sign_in(site, "guan", PASSWORD)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 600
    assert "分钟后再试" in answer.text
    assert len(checked) == signing_in.GUESSES_OF_A_NAME
    assert (await sign_in(site, "nobody", "wrong")).status_code == 403
    assert checked[-1] == signing_in._NOBODY  # a name that does not exist takes as long as one that does


def test_guesses_from_one_address_at_many_names_are_slowed_and_forgotten() -> None:
    guesses = signing_in.Guesses()
    for number in range(signing_in.GUESSES_FROM_AN_ADDRESS):
        assert guesses.wait("10.0.0.1", f"name{number}", 0.0) == 0
        guesses.add("10.0.0.1", f"name{number}", 0.0)
    assert guesses.wait("10.0.0.1", "new", 1.0) > 0
    assert guesses.wait("10.0.0.2", "new", 1.0) == 0
    assert guesses.wait("10.0.0.1", "new", signing_in.FORGOTTEN_AFTER + 1) == 0
    guesses.add("10.0.0.3", "x", signing_in.FORGOTTEN_AFTER + 1)
    assert len(guesses.wrong) == 2


@pytest.mark.asyncio
async def test_the_other_plugins_doors_are_shut(site: Datasette) -> None:
    assert (await site.client.get("/-/password-tool")).status_code == 404
    basic = {"Authorization": "Basic a2FuOmNvcnJlY3QgaG9yc2UgYmF0dGVyeQ=="}
    assert (await site.client.get("/-/verdicts", headers=basic)).status_code == 302


# --- the audit log ---


@pytest.mark.asyncio
async def test_who_saw_and_exported_what_is_logged_outside_the_database(site: Datasette, folder: Path) -> None:
    who = cookies(site, "kan")
    await site.client.get("/-/verdict/1000", cookies=who)
    await site.client.get("/-/verdicts.csv?status=late", cookies=who)
    await site.client.get("/syndication.json")
    await sign_in(site, "kan", "no such password")
    await site.client.get("/-/static/app.css")
    files = list((folder / "audit").iterdir())
    assert [file.suffix for file in files] == [".jsonl"]
    assert files[0].stat().st_mode & 0o077 == 0
    lines = [json.loads(line) for line in files[0].read_text("utf-8").splitlines()]
    told = [(line["who"], line["did"], line["path"], line["status"]) for line in lines]
    assert told[0] == ("kan", "see", "/-/verdict/1000", 200)
    assert told[1] == ("kan", "export", "/-/verdicts.csv", 200)
    assert told[2] == (None, "export", "/syndication.json", 403)
    assert told[-1] == (None, "login", "/-/login", 403)
    assert lines[1]["query"] == "status=late"
    assert lines[0]["role"] == "viewer"
    assert not any("such" in json.dumps(line) for line in lines)


@pytest.mark.asyncio
async def test_who_tried_to_sign_in_and_how_it_ended_is_logged(
    site: Datasette, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in, "GUESSES_OF_A_NAME", 1)
    await sign_in(site, "fu", PASSWORD)
    await sign_in(site, "kan", "wrong")
    await sign_in(site, "kan", PASSWORD)
    await site.client.post("/-/login", data={"username": "x", "password": PASSWORD})
    lines = [json.loads(line) for line in next((folder / "audit").iterdir()).read_text("utf-8").splitlines()]
    told = [(line["who"], line["role"], line["tried"], line["outcome"]) for line in lines if line["method"] == "POST"]
    assert told == [
        ("fu", "reviewer", "fu", "signed_in"), (None, None, "kan", "wrong"), (None, None, "kan", "too_many"),
        (None, None, "x", "expired"),
    ]  # fmt: skip
    assert not any(PASSWORD in json.dumps(line) for line in lines)


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/", "/syndication/verdict_list"])
async def test_headers_bound_what_a_page_may_do(site: Datasette, path: str) -> None:
    answer = await site.client.get(path, cookies=cookies(site, "kan"))
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    if path == "/":
        assert "script-src" not in answer.headers["content-security-policy"]
        assert "<script" not in answer.text


# --- the command ---


def test_the_command_adds_lists_and_removes(tmp_path: Path) -> None:
    run = CliRunner()
    command = ["add", "王某", "--role", "复核", "--password-stdin", "--data", str(tmp_path)]
    added = run.invoke(users_command, command, input=f"{PASSWORD}\n")
    assert added.exit_code == 0, added.output
    path = tmp_path / "accounts.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in path.read_text("utf-8")
    assert len(json.loads(path.read_text("utf-8"))["secret"]) == 64
    assert "王某\t复核" in run.invoke(users_command, ["list", "--data", str(tmp_path)]).output
    assert run.invoke(users_command, ["remove", "王某", "--data", str(tmp_path)]).exit_code == 0
    assert read_accounts(tmp_path).users == {}
    assert isinstance(run.invoke(users_command, ["remove", "王某", "--data", str(tmp_path)]).exception, AccountsError)


@pytest.mark.parametrize(("name", "password"), [("a b", PASSWORD), ("", PASSWORD), ("a", "short"), ("../x", PASSWORD)])
def test_names_and_passwords_that_cannot_be(tmp_path: Path, name: str, password: str) -> None:
    with pytest.raises(AccountsError):
        add_user(tmp_path, name, UserRole.VIEWER, password, AT)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"secret": "x", "users": {"a": {"role": "king"}}}'])
def test_a_file_that_is_none_of_ours_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "accounts.json").write_text(text)
    (tmp_path / "accounts.json").chmod(0o600)
    with pytest.raises(AccountsError):
        read_accounts(tmp_path)


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "accounts.json").write_text('{"secret": "x", "users": {}}')
    (tmp_path / "accounts.json").chmod(0o644)
    with pytest.raises(AccountsError, match="chmod 600"):
        read_accounts(tmp_path)
