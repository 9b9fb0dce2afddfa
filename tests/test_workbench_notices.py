"""通报 in the workbench: who may make one, one at a time, its documents and nothing else, checks, reissues, the audit log."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import signal
import subprocess
import sys
import time
import zipfile
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import pytest
import pytest_asyncio
from datasette.app import Datasette
from docx import Document
from publish_data import EDITION, HOSTILE_TITLE, close, empty_database, fill, review

from syndication.accounts import UserRole, add_user
from syndication.clock import SystemClock, beijing_date
from syndication.lock import hold
from syndication.notice_documents.checking import verify_notice
from syndication.notice_documents.making import TEMPLATE, Wish, make_notice
from syndication.notice_documents.numbering import Register
from syndication.publish import notice_process, signing_in
from syndication.publish.configuration import make_datasette
from syndication.publish.site import site_of
from syndication.publish.workbench import processes
from syndication.store.periods import Period

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

YEAR = beijing_date(SystemClock().now()).year
FIRST = f"{YEAR}-001"
FORM = {"p": "2026-03", "from": "", "to": "", "edition": EDITION, "level": "", "rectify_by": "2100-01-01"}
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31), EDITION)


@pytest.fixture(scope="module")
def hashed() -> str:
    """One hash for all: each costs a fifth of a second."""
    from datasette_auth_passwords.utils import hash_password

    return str(hash_password("correct horse battery"))


@pytest.fixture
def folder(tmp_path: Path, hashed: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    db = empty_database(tmp_path)
    fill(db)
    db.execute("UPDATE verdicts SET fault = 'portal_silent' WHERE status IN ('late', 'missing')")
    db.conn.commit()
    db.close()
    with monkeypatch.context() as patched:
        patched.setattr("datasette_auth_passwords.utils.hash_password", lambda _: hashed)
        for name, role in (("kan", UserRole.VIEWER), ("fu", UserRole.REVIEWER), ("guan", UserRole.ADMIN)):
            add_user(tmp_path, name, role, "correct horse battery", "2026-04-01T00:00:00Z")
    return tmp_path


@pytest_asyncio.fixture
async def site(folder: Path) -> AsyncIterator[Datasette]:
    datasette = make_datasette(folder / "syndication.db")
    await datasette.invoke_startup()
    yield datasette
    close(datasette)


async def get(site: Datasette, path: str, who: str = "kan", status: int = 200) -> Any:
    """Redirects are followed: Datasette tries another writing of an address with a per cent sign that is none."""
    answer = await site.client.get(path, cookies={signing_in.COOKIE: signing_in.session(site, who)}, follow_redirects=True)
    assert answer.status_code == status, answer.text
    return answer


async def post(site: Datasette, path: str, given: dict[str, str], who: str = "fu", status: int = 302) -> Any:
    page = await get(site, "/-/notices", who)
    token = re.search(r'name="csrftoken" value="([^"]+)"', page.text)
    assert token
    cookies = {signing_in.COOKIE: signing_in.session(site, who), "ds_csrftoken": page.cookies["ds_csrftoken"]}
    answer = await site.client.post(path, data={**given, "csrftoken": token[1]}, cookies=cookies)
    assert answer.status_code == status, answer.text
    return answer


def audit(folder: Path) -> list[dict[str, Any]]:
    (path,) = (folder / "audit").iterdir()
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def words(page: Any) -> str:
    """A page's text without its tags."""
    return unescape(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2]))


def put_in_place(folder: Path) -> str:
    """A notice made without a process of its own, for the tests of what becomes of it."""
    at = datetime(YEAR, 6, 1, tzinfo=UTC)
    return make_notice(folder, Wish(MARCH, date(2100, 1, 1), by="fu"), None, at).composed.terms.number


# --- making ---


@pytest.mark.asyncio
async def test_a_reviewer_makes_a_notice_and_the_log_says_who_made_what(site: Datasette, folder: Path) -> None:
    assert "尚未生成通报" in words(await get(site, "/-/notices"))
    answer = await post(site, "/-/notices", FORM)
    assert answer.headers["location"] == f"/-/notices/{FIRST}?made=1"
    assert sorted(path.name for path in (folder / "notices").iterdir() if not path.name.startswith("syndication.lock")) == [
        FIRST, f"{FIRST}.json", "register.jsonl"
    ]  # fmt: skip
    line = next(line for line in audit(folder) if line["did"] == "make_notice")
    assert (line["who"], line["role"], line["notice"], line["first"], line["last"], line["edition"], line["status"]) == (
        "fu", "reviewer", FIRST, "2026-03-01", "2026-03-31", EDITION, 302
    )  # fmt: skip
    told = words(await get(site, answer.headers["location"]))
    assert f"已生成通报 {FIRST}（草稿）" in told
    assert "2026-03-01 至 2026-03-31" in told
    assert "列入清单 24 件次（超时 12，未转载 12）" in re.sub(r"\s+", " ", told)
    assert "12 件次标有“疑似伪造发稿日期”而未经人工核实，没有写入通报" in told
    listed = words(await get(site, "/-/notices"))
    assert all(part in listed for part in (FIRST, "2026年3月", "8 / 8", "首发", "fu", "未核验"))


@pytest.mark.asyncio
async def test_days_and_a_level_may_be_asked_for(site: Datasette, folder: Path) -> None:
    given = {**FORM, "from": "2026-03-02", "to": "2026-03-04", "level": "province"}
    await post(site, "/-/notices", given, who="guan")
    manifest = json.loads((folder / "notices" / FIRST / "manifest.json").read_text())
    assert (manifest["period"]["name"], manifest["period"]["level"]) == ("2026年3月2日至4日", "province")
    assert (manifest["made_by"], manifest["rectify_by"]) == ("guan", "2100-01-01")


@pytest.mark.asyncio
async def test_who_may_only_read_sees_no_form_and_makes_nothing(site: Datasette, folder: Path) -> None:
    page = await get(site, "/-/notices", "kan")
    assert "须以“复核”或“管理”角色登录" in words(page)
    assert 'name="rectify_by"' not in page.text
    await post(site, "/-/notices", FORM, who="kan", status=403)
    put_in_place(folder)
    assert ">核验</button>" not in (await get(site, f"/-/notices/{FIRST}", "kan")).text
    await post(site, f"/-/notices/{FIRST}/check", {}, who="kan", status=403)
    assert len(Register(folder).entries()) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/-/notices", f"/-/notices/{FIRST}/check"])
async def test_a_form_without_its_token_is_refused(site: Datasette, folder: Path, path: str) -> None:
    answer = await site.client.post(path, data=FORM, cookies={signing_in.COOKIE: signing_in.session(site, "fu")})
    assert answer.status_code == 403
    assert not (folder / "notices").exists()


@pytest.mark.asyncio
@pytest.mark.parametrize(("change", "told"), [
    ({"p": ""}, "请选择检查期"), ({"p": "2026Q5"}, "请选择检查期"), ({"from": "2026-03-02"}, "起止两日"),
    ({"from": "2026-03-09", "to": "2026-03-02"}, "起日不晚于止日"), ({"from": "x", "to": "y"}, "起止两日"),
    ({"level": "city"}, "没有这个级别"), ({"edition": ""}, "请选择规则版本"), ({"rectify_by": ""}, "今天以后"),
    ({"rectify_by": "2020-01-01"}, "今天以后"), ({"p": "2027Q1"}, "没有须转载的发布"),
    ({"edition": "no-such"}, "没有须转载的发布"),
])  # fmt: skip
async def test_a_wrong_form_says_what_is_wrong_and_keeps_what_was_written(
    site: Datasette, folder: Path, change: dict[str, str], told: str
) -> None:
    answer = await post(site, "/-/notices", {**FORM, **change}, status=400)
    assert told in words(answer)
    if "rectify_by" not in change:
        assert 'value="2100-01-01"' in answer.text
    assert not (folder / "notices").exists()


@pytest.mark.asyncio
async def test_what_fails_leaves_no_folder_and_takes_no_number(site: Datasette, folder: Path) -> None:
    document = Document(str(TEMPLATE))
    document.add_paragraph("{{ 检查斯 }}")
    document.save(str(folder / "notice-template.docx"))
    answer = await post(site, "/-/notices", FORM, status=400)
    assert "没有生成通报：模板无法填写" in words(answer)
    assert "The template" not in answer.text
    assert not [path for path in (folder / "notices").iterdir() if not path.name.startswith("syndication.lock")]
    document.paragraphs[-1].text = "{{ 检查期 }}"
    document.save(str(folder / "notice-template.docx"))
    assert (await post(site, "/-/notices", FORM)).headers["location"] == f"/-/notices/{FIRST}?made=1"


@pytest.mark.asyncio
async def test_a_draft_that_was_not_sent_is_declared_void_with_a_reason(site: Datasette, folder: Path) -> None:
    await post(site, "/-/notices", FORM)
    assert "须有理由" in words(await post(site, f"/-/notices/{FIRST}/void", {"reason": " "}, status=409))
    answer = await post(site, f"/-/notices/{FIRST}/void", {"reason": "模板<b>有误</b>"})
    assert answer.headers["location"] == f"/-/notices/{FIRST}"
    page = await get(site, f"/-/notices/{FIRST}", "fu")
    assert "本通报已作废" in page.text
    assert "模板&lt;b&gt;有误&lt;/b&gt;" in page.text
    assert "已作废" in words(await get(site, "/-/notices", "fu"))
    assert Register(folder).issued() == ()
    lines = [json.loads(line) for path in (folder / "audit").glob("*.jsonl") for line in path.read_text("utf-8").splitlines()]
    assert [(line["did"], line["notice"]) for line in lines if line["did"] == "void_notice"] == [("void_notice", FIRST)] * 2


@pytest.mark.asyncio
async def test_a_second_at_once_is_refused_politely(site: Datasette, folder: Path) -> None:
    own = site_of(site)
    assert own
    async with own.notice_slot:
        assert notice_process.BUSY in words(await post(site, "/-/notices", FORM, status=409))
    with hold(folder / "notices", "notice", datetime(2026, 4, 1, tzinfo=UTC)):  # the command line is at work
        assert notice_process.BUSY in words(await post(site, "/-/notices", FORM, status=409))
    answers = await asyncio.gather(*(
        site.client.post("/-/notices", data={**FORM, "csrftoken": token}, cookies=cookies)
        for token, cookies in [await _token(site), await _token(site)]
    ))  # fmt: skip
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    assert len(Register(folder).entries()) == 1


async def _token(site: Datasette) -> tuple[str, dict[str, str]]:
    page = await get(site, "/-/notices", "fu")
    token = re.search(r'name="csrftoken" value="([^"]+)"', page.text)
    assert token
    return token[1], {signing_in.COOKIE: signing_in.session(site, "fu"), "ds_csrftoken": page.cookies["ds_csrftoken"]}


@pytest.mark.asyncio
async def test_pages_answer_while_a_notice_is_made(site: Datasette) -> None:
    making = asyncio.ensure_future(post(site, "/-/notices", FORM))
    while not (own := site_of(site)) or not own.notice_slot.locked():
        await asyncio.sleep(0.01)
    assert "通报" in words(await get(site, "/-/notices"))
    assert not making.done()
    await making


def test_an_ended_process_takes_away_what_it_had_half_made(folder: Path) -> None:
    code = (
        "import runpy, time; from syndication.notice_documents import making;"
        " making.write_documents = lambda *_: time.sleep(60);"
        " runpy.run_module('syndication.publish.notice_process', run_name='__main__')"
    )
    asked = {"do": "make", "folder": str(folder), "by": "fu", "first": "2026-03-01", "last": "2026-03-31",
             "edition": EDITION, "level": "", "rectify_by": "2100-01-01"}  # fmt: skip
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        process.stdin.write(json.dumps(asked))
        process.stdin.close()
        half = folder / "notices" / f".{FIRST}.part" / "basis" / "earlier.json"
        for _ in range(300):
            if half.is_file():
                break
            time.sleep(0.05)
        assert half.is_file()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 1
    assert not half.parent.parent.exists()
    assert Register(folder).entries() == ()


def test_processes_that_are_killed_leave_whole_notices_or_none_and_no_number_twice(folder: Path) -> None:
    """At moments from the start of the work to its end; what is left is swept by the notice after them."""
    asked = json.dumps({"do": "make", "folder": str(folder), "by": "fu", "first": "2026-03-01", "last": "2026-03-31",
                        "edition": EDITION, "level": "", "rectify_by": "2100-01-01"})  # fmt: skip
    notices = folder / "notices"
    for moment in range(8):
        command = [sys.executable, "-m", "syndication.publish.notice_process"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdin
            process.stdin.write(asked)
            process.stdin.close()
            for _ in range(400):
                if process.poll() is not None or list(notices.glob(".*.part")):
                    break
                time.sleep(0.02)
            time.sleep(moment * 0.04)
            process.kill()
    last = put_in_place(folder)
    entries = [entry.number for entry in Register(folder).entries()]
    assert len(entries) == len(set(entries))
    assert last == max(entries)
    assert not list(notices.glob(".*.part"))
    for place in [path for path in notices.iterdir() if path.is_dir()]:
        assert place.name in entries
        assert verify_notice(place, folder).faults == ()


@pytest.mark.asyncio
async def test_a_process_that_hangs_or_fails_is_told_in_chinese(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hangs.py").write_text("import time; time.sleep(60)")
    (tmp_path / "fails.py").write_text("raise RuntimeError('what the log holds')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(processes.ProcessFailed, match="超时未完成"):
        await processes.ask("hangs", {}, 0.5)
    with pytest.raises(processes.ProcessFailed, match="未能完成"):
        await processes.ask("fails", {}, 30)
    assert "what the log holds" in capfd.readouterr().err


# --- the documents ---


@pytest.mark.asyncio
async def test_each_document_is_had_as_it_lies_there(site: Datasette, folder: Path) -> None:
    put_in_place(folder)
    place = folder / "notices" / FIRST
    page = await get(site, f"/-/notices/{FIRST}")
    links = re.findall(rf'href="(/-/notices/{FIRST}/[^"]+)"', page.text)
    names = {unquote(link.rpartition("/")[2]) for link in links}
    assert names == {path.name for path in place.iterdir() if path.is_file()}
    assert len(names) == 8
    for link in links:
        answer = await get(site, link)
        name = unquote(link.rpartition("/")[2])
        assert answer.content == (place / name).read_bytes()
        assert quote(f"{FIRST}-{name}") in answer.headers["content-disposition"]
        assert answer.headers["content-disposition"].startswith("attachment;")
    packed = await get(site, f"/-/notices/{FIRST}.zip")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            f"{FIRST}/{name}": (place / name).read_bytes() for name in names
        }
    exported = [line["path"] for line in audit(folder) if line["did"] == "export" and line["who"] == "kan"]
    assert len(exported) == 9


@pytest.mark.asyncio
@pytest.mark.parametrize("path", [
    "basis", "basis/snapshot.db", "basis%2Fsnapshot.db", "%2e%2e", "..%2f..%2fsyndication.db", "..%2Fregister.jsonl",
    "%2Fetc%2Fpasswd", "..%5c..%5caccounts.json", "通报草稿.docx%00", "link.csv", "%",
])  # fmt: skip
async def test_nothing_but_its_documents_is_given(site: Datasette, folder: Path, path: str) -> None:
    put_in_place(folder)
    (folder / "notices" / FIRST / "link.csv").symlink_to(folder / "accounts.json")
    await get(site, f"/-/notices/{FIRST}/{path}", status=404)


@pytest.mark.asyncio
@pytest.mark.parametrize("number", [f"{YEAR}-002", "..", "%2e%2e", f"{FIRST}%2f..", "２０２６-001", f".{FIRST}.part", "2026-1"])
async def test_a_number_that_was_not_given_leads_nowhere(site: Datasette, folder: Path, number: str) -> None:
    put_in_place(folder)
    for path in (f"/-/notices/{number}", f"/-/notices/{number}.zip", f"/-/notices/{number}/manifest.json"):
        await get(site, path, status=404)


@pytest.mark.asyncio
async def test_a_changed_manifest_leads_to_no_file(site: Datasette, folder: Path) -> None:
    put_in_place(folder)
    path = folder / "notices" / FIRST / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["files"]["../../accounts.json"] = {"sha256": "0"}
    path.write_text(json.dumps(manifest))
    assert "manifest.json 与编号登记的不同，已被改动" in words(await get(site, "/-/notices"))
    assert "manifest.json 与编号登记的不同，已被改动" in words(await get(site, f"/-/notices/{FIRST}"))
    await get(site, f"/-/notices/{FIRST}/manifest.json", status=404)
    await get(site, f"/-/notices/{FIRST}/{quote('../../accounts.json', safe='')}", status=404)
    await post(site, f"/-/notices/{FIRST}/check", {})
    assert "manifest.json 列有不属于通报的文件" in words(await get(site, f"/-/notices/{FIRST}"))


# --- checks ---


@pytest.mark.asyncio
async def test_a_check_recomputes_and_shows_the_differences(site: Datasette, folder: Path) -> None:
    put_in_place(folder)
    answer = await post(site, f"/-/notices/{FIRST}/check", {})
    assert answer.headers["location"] == f"/-/notices/{FIRST}?checked=1#checks"
    assert "fu：无误" in re.sub(r"\s+", "", words(await get(site, f"/-/notices/{FIRST}")))
    assert "无误" in words(await get(site, "/-/notices"))
    path = folder / "notices" / FIRST / "附件3-未按时转载清单.csv"
    path.write_bytes(path.read_bytes().replace("未转载".encode(), "已转载".encode(), 1))
    await post(site, f"/-/notices/{FIRST}/check", {}, who="guan")
    told = re.sub(r"\s+", "", words(await get(site, f"/-/notices/{FIRST}")))
    assert "guan：不符1处" in told
    assert "不符：附件3-未按时转载清单.csv与生成时不同，已被改动" in told
    assert "不符 1 处" in words(await get(site, "/-/notices"))
    assert [(line["who"], line["notice"]) for line in audit(folder) if line["did"] == "check_notice"] == [
        ("fu", FIRST), ("guan", FIRST)
    ]  # fmt: skip


@pytest.mark.asyncio
async def test_a_check_waits_for_nobody(site: Datasette, folder: Path) -> None:
    put_in_place(folder)
    with hold(folder / "notices", "notice", datetime(2026, 4, 1, tzinfo=UTC)):
        assert notice_process.BUSY in words(await post(site, f"/-/notices/{FIRST}/check", {}, status=409))
    assert "未核验" in words(await get(site, f"/-/notices/{FIRST}"))


# --- reissues, numbers without documents ---


@pytest.mark.asyncio
async def test_a_reissue_after_a_review_shows_what_changed(site: Datasette, folder: Path) -> None:
    put_in_place(folder)
    db = empty_database(folder)
    which = next(db.query("SELECT * FROM verdicts WHERE status = 'missing' ORDER BY verdict_id LIMIT 1"))
    title = next(db.query("SELECT title FROM releases WHERE release_id = ?", [which["release_id"]]))["title"]
    review(db, which, "overturn", "on_time")
    db.close()
    second = put_in_place(folder)
    page = await get(site, f"/-/notices/{second}")
    told = re.sub(r"\s+", " ", words(page))
    assert f"替代 {FIRST}" in told
    assert "撤销" in told
    assert title in told
    assert "复核：改判，判定为按时" in told
    assert f"已被 {second} 替代" in re.sub(r"\s+", " ", words(await get(site, f"/-/notices/{FIRST}")))
    assert "问题清单没有变化" in words(await get(site, f"/-/notices/{put_in_place(folder)}"))


@pytest.mark.asyncio
async def test_hostile_titles_stay_text_on_the_page(site: Datasette, folder: Path) -> None:
    """A formula of the annex is shown without the apostrophe that keeps it from being one."""
    put_in_place(folder)
    db = empty_database(folder)
    for release in (1, 2):
        for which in list(db.query("SELECT * FROM verdicts WHERE status = 'missing' AND release_id = ?", [release])):
            review(db, which, "exempt", "exempt")
    db.close()
    page = await get(site, f"/-/notices/{put_in_place(folder)}")
    assert "<img" not in page.text
    assert HOSTILE_TITLE in words(page) or unescape(page.text).count(HOSTILE_TITLE)
    assert "&#39;=HYPERLINK" not in page.text
    assert "=HYPERLINK" in page.text


@pytest.mark.asyncio
async def test_what_lies_elsewhere_and_what_is_only_spent_is_listed_as_such(site: Datasette, folder: Path) -> None:
    make_notice(folder, Wish(MARCH, date(2100, 1, 1)), folder / "elsewhere", datetime(YEAR, 6, 1, tzinfo=UTC))
    Register(folder).spend([f"{YEAR}-005"], datetime(YEAR, 6, 1, tzinfo=UTC))
    told = words(await get(site, "/-/notices"))
    assert "不在本目录" in told
    assert "只登记为已用" in told
    assert "由命令行生成在其他文件夹" in words(await get(site, f"/-/notices/{FIRST}"))
    assert "编号不再使用" in words(await get(site, f"/-/notices/{YEAR}-005"))
    await get(site, f"/-/notices/{FIRST}.zip", status=404)
    await get(site, f"/-/notices/{YEAR}-005.zip", status=404)


@pytest.mark.asyncio
async def test_a_changed_register_is_told_and_nothing_else_breaks(site: Datasette, folder: Path) -> None:
    put_in_place(folder)
    path = folder / "notices" / "register.jsonl"
    put_in_place(folder)
    path.write_text(path.read_text().replace(FIRST, f"{YEAR}-009"))
    assert "第 2 行被改动，请从备份恢复。" in words(await get(site, "/-/notices"))
    await get(site, f"/-/notices/{FIRST}", status=404)
    assert "请从备份恢复" in words(await post(site, "/-/notices", FORM, status=400))


@pytest.mark.asyncio
async def test_the_annex_that_a_page_shows_is_the_one_that_was_issued(site: Datasette, folder: Path) -> None:
    put_in_place(folder)
    db = empty_database(folder)
    for which in list(db.query("SELECT * FROM verdicts WHERE status = 'late' ORDER BY verdict_id LIMIT 3")):
        review(db, which, "confirm", "late")
    db.close()
    second = put_in_place(folder)
    (path,) = (folder / "notices" / second).glob("*与前次通报的差异.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    told = words(await get(site, f"/-/notices/{second}"))
    assert len(rows) == 3
    assert all(row["变化内容"] in told and row["网站名称"] in told for row in rows)


@pytest.mark.asyncio
async def test_behind_a_path_of_a_proxy_every_link_leads_there(folder: Path) -> None:
    datasette = make_datasette(folder / "syndication.db", base_url="/monitor/")
    await datasette.invoke_startup()
    answer = await post(datasette, "/-/notices", FORM)  # the client puts the prefix before
    assert answer.headers["location"] == f"/monitor/-/notices/{FIRST}?made=1"
    checked = await post(datasette, f"/-/notices/{FIRST}/check", {})
    assert checked.headers["location"] == f"/monitor/-/notices/{FIRST}?checked=1#checks"
    for path in ("/-/notices", f"/-/notices/{FIRST}"):
        page = await get(datasette, path, "fu")
        links = re.findall(r'(?:href|action)="(/[^"]*)"', page.text)
        assert len(links) > 10
        assert [link for link in links if not link.startswith("/monitor/")] == []
    close(datasette)
