"""The workbench in a real Chromium, over the bundled fleet: the pages, the journeys that they are for, what must not happen."""

from __future__ import annotations

import csv
import io
import re
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from syndication.cells import BOM
from syndication.notice_documents import shelf
from syndication.notice_documents.making import Wish, make_notice
from syndication.store.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import BrowserContext, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (Debian: apt install chromium)")
HOSTILE = "<img src=x onerror=\"document.body.dataset.hurt='1'\">样例"
SERIOUS = {"serious", "critical"}
PASSWORD = "a long enough password"
MARCH = Wish(Period(date(2026, 3, 1), date(2026, 3, 31), "inspection-24h"), date(2026, 4, 9), by="fu")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, syndication: Any) -> Path:
    """The bundled fleet, replayed; one title is made hostile."""
    folder: Path = tmp_path_factory.mktemp("browser") / "data"
    syndication("demo", "--data", folder)
    db = sqlite3.connect(folder / "syndication.db")
    with db:
        db.execute("UPDATE releases SET title = ? || title WHERE release_id = 3", (HOSTILE,))
        db.execute("UPDATE portals SET region_code = '350000' WHERE portal_id = 'qingyu'")
        db.execute("UPDATE portals SET name = ? WHERE portal_id = 'yunling'", (f"{HOSTILE}省",))
    db.close()
    for day in (10, 11):  # the second one replaces the first
        make_notice(folder, MARCH, None, datetime(2026, 3, day, 8, tzinfo=UTC))
        shelf.check(folder, f"2026-{day - 9:03}", "fu", datetime(2026, 3, day, 9, tzinfo=UTC))
    return folder


def serve(folder: Path) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "syndication", "serve", "--data", str(folder), "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout
    told = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", told)
    assert found, told + process.stdout.read()
    return process, found[0]


def end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.wait(30)
    assert process.stdout
    process.stdout.close()


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    process, address = serve(folder)
    yield address
    end(process)


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN", timezone_id="Asia/Shanghai")
        yield context
        context.close()
        browser.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails the test on any console error, script error or request to another host."""
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(f"console: {said.text}") if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on("request", lambda asked: faults.append(f"asked {asked.url}") if _elsewhere(asked.url) else None)
    yield page
    page.close()
    assert faults == []


def _elsewhere(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1:", "data:", "blob:"))


@pytest.fixture(scope="module")
def late(folder: Path) -> int:
    """A verdict that is late and has its posting."""
    db = sqlite3.connect(folder / "syndication.db")
    found = db.execute(
        "SELECT verdict_id FROM verdicts WHERE status = 'late' AND edition = 'inspection-24h' AND posting_id IS NOT NULL"
        " AND portal_id = 'qingyu' ORDER BY verdict_id"
    ).fetchone()
    db.close()
    return int(found[0])


PAGES = {
    "overview": "/", "overview-month": "/?p=2026-03&level=province", "verdicts": "/-/verdicts", "releases": "/-/releases",
    "release": "/-/release/3", "portals": "/-/portals", "portal": "/-/portal/qingyu", "verdict": "/-/verdict/{late}",
    "reviews": "/-/reviews", "search": "/-/search?q=气象", "tables": "/-/tables", "login": "/-/login",
    "notices": "/-/notices", "notice": "/-/notices/2026-002", "meaning": "/-/meaning",
    "standard-list": "/syndication/verdict_list", "standard-record": "/syndication/runs",
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_each_page_loads_without_a_fault(page: Page, address: str, late: int, name: str) -> None:
    answer = page.goto(address + PAGES[name].format(late=late))
    assert answer
    assert answer.status == 200
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    assert page.evaluate("document.body.dataset.hurt") is None
    assert page.locator("img").count() == 0


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_serious_fault(page: Page, address: str, late: int, name: str) -> None:
    page.goto(address + PAGES[name].format(late=late))
    assert serious_faults(page) == []
    assert page.locator("main").count() == 1


def serious_faults(page: Page) -> list[tuple[str, list[str]]]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [(each["id"], [node["html"][:120] for node in each["nodes"][:3]]) for each in found if each["impact"] in SERIOUS]


@pytest.mark.parametrize("name", [
    "overview", "verdicts", "release", "portal", "verdict", "reviews", "notices", "notice", "meaning", "login", "tables",
    "standard-list", "standard-record",
])  # fmt: skip
def test_a_phone_shows_it_without_sideways_scrolling(page: Page, address: str, late: int, name: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(address + PAGES[name].format(late=late))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("name", ["overview", "verdict", "notices", "notice", "meaning"])
def test_it_prints_on_a4(page: Page, address: str, late: int, name: str) -> None:
    page.goto(address + PAGES[name].format(late=late))
    printed = page.pdf(prefer_css_page_size=True)
    assert b"/MediaBox" in printed
    told = re.findall(r"/MediaBox \[([\d. ]+)\]", printed.decode("latin-1"))
    boxes = {tuple(round(float(number)) for number in box.split()) for box in told}
    assert all(abs(width - 595) <= 2 and abs(height - 842) <= 2 for _, _, width, height in boxes)
    page.emulate_media(media="print")
    assert not page.locator("header.top nav").is_visible()


@pytest.mark.parametrize("name", ["verdicts", "releases", "portals", "reviews"])
def test_a_list_fits_on_a_screen_and_on_paper_across(page: Page, address: str, name: str) -> None:
    page.set_viewport_size({"width": 1366, "height": 768})
    page.goto(address + PAGES[name])
    assert page.evaluate("[...document.querySelectorAll('.list')].map(e => e.scrollWidth - e.clientWidth)") == [0]
    printed = page.pdf(prefer_css_page_size=True).decode("latin-1")
    boxes = {tuple(round(float(number)) for number in box.split()) for box in re.findall(r"/MediaBox \[([\d. ]+)\]", printed)}
    assert all(abs(width - 842) <= 2 and abs(height - 595) <= 2 for _, _, width, height in boxes)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1046, "height": 718})  # A4 across within its margins
    assert page.evaluate("document.documentElement.scrollWidth") <= 1046


def test_a_phone_shows_whose_what_and_the_verdict_first(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(address + PAGES["verdicts"])
    for column in ("portal_name", "title", "status"):
        box = page.locator(f"td.c-{column}").first.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 390, column


def test_the_matrix_keeps_its_heading_in_sight_and_is_passed_over(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1366, "height": 300})
    page.goto(address)
    box = page.locator(".tall")
    box.evaluate("box => box.scrollTo(0, 80)")
    assert box.evaluate("box => box.scrollTop") > 0
    top = box.evaluate("box => box.querySelector('thead th').getBoundingClientRect().top - box.getBoundingClientRect().top")
    assert abs(top) <= 2
    page.locator("a.over").focus()
    assert page.locator("a.over").is_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.tall') === null")
    assert page.evaluate("document.activeElement.closest('section').getAttribute('aria-labelledby')") != "matrix"


def test_a_hostile_title_stays_text(page: Page, address: str) -> None:
    page.goto(address + "/-/release/3")
    assert "<img src=x" in page.locator("h1").inner_text()
    page.goto(address + "/-/releases?q=onerror")
    page.get_by_role("link", name=re.compile("img src=x")).click()
    assert page.evaluate("document.body.dataset.hurt") is None


# --- the journeys ---


def test_journey_which_portals_missed_a_release(page: Page, address: str, folder: Path) -> None:
    page.goto(address)
    page.get_by_role("navigation").get_by_role("link", name="发布").click()
    page.get_by_role("link", name="未转载").click()  # sorts by it, most first
    page.locator("tbody tr").first.get_by_role("link").first.click()
    number = int(page.url.rpartition("/release/")[2].partition("?")[0])
    shown = page.get_by_role("region", name="未转载").locator("tbody th").all_inner_texts()
    db = sqlite3.connect(folder / "syndication.db")
    wanted = {name for (name,) in db.execute(
        "SELECT portal_name FROM verdict_list WHERE release_id = ? AND edition = 'inspection-24h' AND status = 'missing'",
        (number,),
    )}  # fmt: skip
    db.close()
    assert wanted
    assert set(shown) == wanted


def test_journey_the_rate_of_a_province_and_the_change(page: Page, address: str, folder: Path) -> None:
    page.goto(address)
    page.locator("select[name=level]").select_option("省级政府")
    page.get_by_role("button", name="查看").click()
    page.get_by_role("link", name=re.compile("^青屿省")).first.click()
    db = sqlite3.connect(folder / "syndication.db")
    on_time, decided = db.execute(
        "SELECT sum(status = 'on_time'), sum(status IN ('on_time', 'late', 'missing')) FROM verdict_list"
        " WHERE portal_id = 'qingyu' AND edition = 'inspection-24h' AND released_day BETWEEN '2026-01-01' AND '2026-03-31'"
    ).fetchone()
    db.close()
    card = page.locator(".card").inner_text()
    assert f"{100 * on_time / decided:.1f}%" in card
    assert f"已判定 {decided} 条中按时 {on_time} 条" in card
    assert "较上期" in card


def test_journey_why_late_down_to_the_archived_page(page: Page, address: str, late: int) -> None:
    page.goto(address + "/-/portal/qingyu")
    page.get_by_role("region", name="超时与未转载").locator("tr", has_text="超时").last.get_by_role("link").click()
    assert "因此判定为超时" in page.locator(".reasons").first.inner_text()
    assert page.locator("svg.timeline .m-with").count() > 0
    assert page.locator("mark").count() > 0
    frame = page.frame_locator("iframe.archived").first
    assert "存档页面" in frame.locator("body").inner_text()
    assert len(frame.locator("body").inner_text()) > 300
    with page.expect_download() as found:
        page.get_by_role("link", name="下载证据包").click()
    assert Path(found.value.path()).read_bytes().startswith(b"PK")


def test_journey_the_annex_row_by_row(page: Page, address: str, folder: Path) -> None:
    page.goto(address)
    page.locator(".card").last.get_by_role("link", name="超时").click()
    page.get_by_role("link", name="网站名称").click()
    with page.expect_download() as found:
        page.get_by_role("link", name="CSV").click()
    assert found.value.suggested_filename.endswith(".csv")
    text = Path(found.value.path()).read_text("utf-8")
    assert text.startswith(BOM)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix(BOM), newline="")))
    db = sqlite3.connect(folder / "syndication.db")
    wanted = db.execute(
        "SELECT portal_name, title, document_number, datetime(deadline, '+8 hours'), lag_hours, page_url FROM verdict_list"
        " WHERE status = 'late' AND edition = 'inspection-24h' ORDER BY portal_name DESC, verdict_id DESC"
    ).fetchall()
    db.close()
    names = ("网站名称", "标题", "发文字号", "时限（北京时间）", "转载用时（小时）", "转载页面")
    told = [tuple(row[name] for name in names) for row in rows]
    assert told == [(*row[:3], row[3].removesuffix(":00"), str(row[4]), row[5]) for row in wanted]
    assert [row["判定"] for row in rows] == ["超时"] * len(wanted)
    shown = page.locator("tbody td div.c-portal_name").all_inner_texts()
    assert shown == [row["网站名称"] for row in rows]


def test_all_of_it_by_keyboard(page: Page, address: str) -> None:
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("#find").focus()
    page.keyboard.type("气象")
    page.keyboard.press("Enter")
    page.wait_for_url("**/-/search?q=*")
    assert page.get_by_role("link", name=re.compile("气象")).count() > 0


@pytest.fixture(scope="module")
def locked(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A copy of the data folder with a reviewer, served: reading needs a sign-in."""
    place = tmp_path_factory.mktemp("locked") / "data"
    shutil.copytree(folder, place)
    words = ["users", "add", "fu", "--role", "复核", "--password-stdin", "--data", str(place)]
    command = [sys.executable, "-m", "syndication", *words]
    subprocess.run(command, input=f"{PASSWORD}\n", text=True, check=True, capture_output=True)
    process, address = serve(place)
    yield place, address
    end(process)


def sign_in(page: Page, address: str, path: str = "/") -> None:
    page.context.clear_cookies()
    page.goto(address + path)
    assert "/-/login" in page.url
    page.get_by_label("用户名").fill("fu")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()


def test_signing_in_from_a_locked_door(page: Page, locked: tuple[Path, str]) -> None:
    sign_in(page, locked[1], "/-/verdicts?p=2026-03&status=late")
    assert page.url == f"{locked[1]}/-/verdicts?p=2026-03&status=late"
    assert "判定清单" in page.locator("h1").inner_text()
    assert "fu（复核）" in page.locator("header").inner_text()
    assert page.evaluate("document.cookie") == ""
    page.get_by_role("button", name="退出登录").click()
    assert page.url.endswith("/-/login")


def test_a_review_from_the_queue_to_the_status_that_holds(page: Page, locked: tuple[Path, str]) -> None:
    place, address = locked
    sign_in(page, address)
    before = page.locator(".card").last.get_by_role("link", name="待核").inner_text()
    page.get_by_role("navigation").first.get_by_role("link", name="复核").click()
    page.get_by_role("link", name="证据不足以判定").first.click()
    number = int(page.url.rpartition("/")[2])
    page.get_by_label("改判", exact=False).first.check()
    page.get_by_label("改判为").select_option("按时")
    page.get_by_label("理由", exact=True).fill("门户提供了后台日志，<b>已核对</b>。")
    page.get_by_role("button", name="提交复核").click()
    page.wait_for_url("**done=1*", timeout=120_000)
    assert "复核已记录" in page.locator("main").inner_text()
    assert "按时" in page.locator(".verdict").inner_text()
    assert "程序判定：待核" in page.locator(".verdict").inner_text()
    assert "<b>已核对</b>" in page.locator("main").inner_text()
    db = sqlite3.connect(place / "syndication.db")
    told = db.execute("SELECT status, judged_status, reviewed FROM verdict_list WHERE verdict_id = ?", (number,)).fetchone()
    by = db.execute("SELECT decided_by FROM reviews").fetchall()
    db.close()
    assert told == ("on_time", "undetermined", "overturn")
    assert by == [("fu",)]
    page.goto(address)
    after = page.locator(".card").last.get_by_role("link", name="待核").inner_text()
    assert int(after.split()[-1]) == int(before.split()[-1]) - 1


def test_a_review_that_cannot_be_says_why_and_keeps_what_was_written(
    context: BrowserContext, locked: tuple[Path, str]
) -> None:
    page = context.new_page()  # the answer's status 400 is a line on the console
    sign_in(page, locked[1])
    page.goto(locked[1] + "/-/verdict/1")
    page.get_by_label("撤销复核", exact=False).check()
    page.get_by_label("理由", exact=True).fill("没有可撤销的")
    page.get_by_role("button", name="提交复核").click()
    page.get_by_role("alert").wait_for(timeout=120_000)
    assert "复核没有记录" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("理由", exact=True).input_value() == "没有可撤销的"
    page.close()


def test_a_stale_form_gives_back_what_was_written(context: BrowserContext, locked: tuple[Path, str]) -> None:
    page = context.new_page()  # the answer's status 403 is a line on the console
    sign_in(page, locked[1], "/-/verdict/1")
    page.get_by_label("免于考核", exact=False).check()
    page.get_by_label("理由", exact=True).fill("写了很久的理由")
    context.clear_cookies(name="ds_csrftoken")
    page.get_by_role("button", name="提交复核").click()
    assert "表单已过期" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("理由").input_value() == "写了很久的理由"
    assert serious_faults(page) == []
    page.get_by_role("link", name="返回原页面").click()
    assert page.url == f"{locked[1]}/-/verdict/1"
    page.close()


def test_a_notice_is_made_checked_and_taken_home_by_keyboard(page: Page, locked: tuple[Path, str]) -> None:
    place, address = locked
    sign_in(page, address)
    page.get_by_role("navigation").first.get_by_role("link", name="通报").click()
    assert serious_faults(page) == []
    page.locator("select[name=p]").focus()
    page.keyboard.type("2026 年 3")
    assert page.locator("select[name=p]").input_value() == "2026-03"
    page.get_by_label("整改期限").fill("2100-01-01")
    page.get_by_role("button", name="生成草稿").focus()
    page.keyboard.press("Enter")
    page.get_by_role("status").wait_for(timeout=120_000)
    number = page.url.rpartition("/")[2].partition("?")[0]
    assert (place / "notices" / number / "manifest.json").is_file()
    assert serious_faults(page) == []
    page.get_by_role("button", name="核验").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**checked=1*", timeout=120_000)
    assert "无误" in page.get_by_role("region", name="的核验").inner_text()
    with page.expect_download() as found:
        page.get_by_role("link", name="通报草稿.docx").click()
    assert found.value.suggested_filename == f"{number}-通报草稿.docx"
    assert Path(found.value.path()).read_bytes() == (place / "notices" / number / "通报草稿.docx").read_bytes()
