"""The documents of a notice: from one frozen copy, each figure a view's, each accusation proven, each number given once."""

from __future__ import annotations

import csv
import errno
import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import zipfile
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import ROOT
from docx import Document
from docx.shared import Cm, Pt
from publish_data import EDITION, FORMULA_TITLE, empty_database, fill
from test_replay import data_from

from syndication.errors import LockedError
from syndication.glossary import Level
from syndication.lock import hold
from syndication.notice_documents import making
from syndication.notice_documents.checking import verify_notice
from syndication.notice_documents.layout import build as build_template
from syndication.notice_documents.letter import context
from syndication.notice_documents.making import LETTER, TEMPLATE, WORKBOOK, Wish, make_notice
from syndication.notice_documents.numbering import Register
from syndication.notice_documents.shelf import declare_void, shelf
from syndication.notice_documents.spans import read_span, span_name
from syndication.notice_documents.template_text import PARAGRAPHS
from syndication.notice_documents.wording import place, plain
from syndication.notices import NoticeError, notice_command
from syndication.rehearsal.build import build
from syndication.store import open_database
from syndication.store.periods import Period
from syndication.trouble import DiskFullError

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31), EDITION)
FIRST_DAYS, NEXT_DAYS = Period(date(2026, 3, 1), date(2026, 3, 3), EDITION), Period(date(2026, 3, 4), date(2026, 3, 31), EDITION)
AT = datetime(2026, 3, 10, 8, tzinfo=UTC)
BY = date(2026, 4, 9)
TENTH = datetime(2026, 4, 9, 16, tzinfo=UTC)  # of April, in Beijing
SOON = date(2026, 3, 9)  # over when the next notice is made
ACCUSED = """
SELECT v.portal_id, v.release_url, v.title, v.document_number, v.status, v.earliest, v.latest FROM verdict_list v
JOIN portals p USING (portal_id)
WHERE edition = 'inspection-24h' AND status IN ('late', 'missing') AND fault = 'portal_silent' AND reviewed IS NULL
ORDER BY v.level <> 'province', p.place, v.portal_id, v.released_at
"""


LISTED = """
SELECT v.portal_name || CASE v.level WHEN 'province' THEN '人民政府门户网站' ELSE '网站' END, p.home_url, v.title,
    v.document_number, datetime(v.released_at, '+8 hours'),
    CASE WHEN v.earliest IS NULL THEN '' ELSE strftime('%Y-%m-%d %H:%M', v.earliest, '+8 hours')
        || CASE WHEN strftime('%s', v.latest) - strftime('%s', v.earliest) <= 60 THEN ''
           ELSE strftime(' 至 %Y-%m-%d %H:%M 之间', v.latest, '+8 hours') END END,
    CASE WHEN v.status <> 'late' THEN ''
        ELSE printf('%.1f', (strftime('%s', v.earliest) - strftime('%s', v.deadline)) / 360 / 10.0) END,
    v.page_url, v.release_url
FROM verdict_list v JOIN portals p USING (portal_id)
WHERE edition = 'inspection-24h' AND status IN ('late', 'missing') AND fault = 'portal_silent' AND reviewed IS NULL
ORDER BY v.level <> 'province', p.place, v.portal_id, v.released_at
"""
SCORED = """
SELECT s.portal_name || CASE s.level WHEN 'province' THEN '人民政府门户网站' ELSE '网站' END, p.home_url, releases, decided,
    on_time, late, missing, on_time_percent, undetermined, not_observed, pending, exempt
FROM portal_scorecard s JOIN portals p USING (portal_id) WHERE edition = ? AND s.level = ? ORDER BY p.place, p.portal_id
"""


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory):
    return build(tmp_path_factory.mktemp("notices") / "rehearsal")


@pytest.fixture(scope="module")
def replayed(rehearsal, tmp_path_factory, syndication):
    folder = data_from(rehearsal.data, tmp_path_factory.mktemp("replayed") / "data")
    syndication("replay", rehearsal.looks, "--data", folder)
    return folder


@pytest.fixture
def data(replayed, tmp_path):
    return Path(shutil.copytree(replayed, tmp_path / "data"))


@pytest.fixture(scope="module")
def made(replayed, tmp_path_factory):
    """A notice of all that was replayed, and its data folder."""
    folder = tmp_path_factory.mktemp("made")
    data = Path(shutil.copytree(replayed, folder / "data"))
    return make_notice(data, Wish(MARCH, BY), folder / "notice", AT), data


def rows_of(folder, name):
    (path,) = folder.glob(f"附件*-{name}.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def ask(data, query, *parameters):
    connection = sqlite3.connect(data / "syndication.db")
    try:
        return connection.execute(query, parameters).fetchall()
    finally:
        connection.close()


def letter_of(folder):
    return "\n".join(paragraph.text for paragraph in Document(str(folder / LETTER)).paragraphs)


def called(name):
    """What a notice calls the site of a portal of the fleet."""
    return name + ("网站" if name.startswith("样例") else "人民政府门户网站")


def review(data, decision, after, where="status = 'missing'", which=0):
    """A person's decision on one of the verdicts; gives its portal and release."""
    database = open_database(data)
    row = list(database.query(f"SELECT * FROM verdict_list WHERE edition = ? AND fault = 'portal_silent' AND {where}"
                              " ORDER BY verdict_id", [EDITION]))[which]  # fmt: skip
    with database.atomic():
        database.execute(
            "INSERT INTO reviews (release_id, portal_id, edition, decision, status_before, status_after, reason, decided_by,"
            " decided_at) VALUES (?, ?, ?, ?, ?, ?, '已核对页面', 'test', '2026-03-10T07:00:00Z')",
            [row["release_id"], row["portal_id"], EDITION, decision, row["status"], after],
        )
    database.close()
    return called(row["portal_name"]), row["release_url"]


# --- what the annexes say ---


def test_a_notice_is_a_folder_that_agrees_with_itself(made):
    notice, data = made
    assert notice.composed.terms.number == "2026-001"
    assert [path.name for path in sorted(notice.folder.iterdir())] == sorted(
        ["basis", "manifest.json", *notice.files]
    )
    checked = verify_notice(notice.folder, data)
    assert (checked.faults, checked.told) == ((), ())


def test_the_list_holds_exactly_the_proven_faults_of_portals(made):
    notice, data = made
    rows = rows_of(notice.folder, "未按时转载清单")
    names = dict(ask(data, "SELECT portal_id, name FROM portals"))
    expected = ask(data, ACCUSED)
    assert [(row["网站名称"], row["国务院原文"]) for row in rows] == [(called(names[one[0]]), one[1]) for one in expected]
    assert len(rows) > 30
    assert [row["序号"] for row in rows] == [str(number) for number in range(1, len(rows) + 1)]
    for row, (_, _, title, number, status, earliest, latest) in zip(rows, expected, strict=True):
        assert (row["文件标题"], row["发文字号"]) == (title, number)
        assert row["问题表述"].split("，")[0] == ("未在24小时内转载" if status == "late" else "未转载")
        assert bool(row["转载时间"]) == bool(earliest or latest) == (status == "late")
        assert bool(row["超时(小时)"]) == (status == "late")
        assert (row["核查方式"], row["复核结论"], row["整改期限"]) == ("系统监测", "未复核", "2026-04-09")
    assert list(rows[0])[:12] == ["序号", "地区/部门", "网站名称", "网址", "文件标题", "发文字号", "发布时间", "转载时间",
                                  "超时(小时)", "问题表述", "核查方式", "复核结论"]  # fmt: skip


def test_what_is_unclear_or_unseen_is_in_no_list_of_problems(made):
    notice, data = made
    rows = {(row["网站名称"], row["国务院原文"]) for row in rows_of(notice.folder, "未按时转载清单")}
    unclear = ask(data, "SELECT portal_name, release_url FROM verdict_list WHERE edition = ? AND status NOT IN"
                        " ('late', 'missing')", EDITION)  # fmt: skip
    assert len(unclear) > 100
    assert not rows & {(called(name), url) for name, url in unclear}
    unseen = rows_of(notice.folder, "未能观测清单")
    assert sum(int(row["未能观测(条)"]) for row in unseen) == len(
        ask(data, "SELECT 1 FROM verdict_list WHERE edition = ? AND status = 'not_observed'", EDITION)
    )
    assert {row["说明"] for row in unseen} == {"监测程序未能查看，不作为问题认定"}
    assert any("防护校验页面" in row["未成功的查看"] or "禁止访问" in row["未成功的查看"] for row in unseen)


@pytest.mark.parametrize(("name", "level"), [("各地区情况", "province"), ("国务院部门情况", "department")])
def test_results_are_those_of_the_scorecard(made, name, level):
    notice, data = made
    heads = ("应转载(条)", "可判定(条)", "按时(条)", "超时(条)", "未转载(条)", "待核(条)", "未能观测(条)", "未到期(条)",
             "免于考核(条)", "按时转载率(%)")  # fmt: skip
    told = {row["网站名称"]: tuple(row[head] for head in heads) for row in rows_of(notice.folder, name)}
    view = ask(data, "SELECT portal_name, releases, decided, on_time, late, missing, undetermined, not_observed, pending,"
                     " exempt, on_time_percent FROM portal_scorecard WHERE edition = ? AND level = ?", EDITION, level)
    assert told == {called(row[0]): tuple("" if cell is None else str(cell) for cell in row[1:]) for row in view}


def test_columns_are_those_of_the_view(made):
    notice, data = made
    rows = {row["网站名称"]: row for row in rows_of(notice.folder, "专栏设置情况")}
    assert len(rows) == 12
    for portal, days, shown in ask(data, "SELECT portal_name, count(*), sum(state <> 'no_entry') FROM column_days GROUP BY 1"):
        name = called(portal)
        assert (rows[name]["观测天数"], rows[name]["有专栏天数"]) == (str(days), str(shown))
        assert rows[name]["问题表述"] == ("" if shown else "首页未见专栏入口")
        assert rows[name]["整改期限"] == ("" if shown else "2026-04-09")
    (unseen,) = [row for row in rows.values() if row["观测天数"] == "0"]
    assert (unseen["末次专栏情况"], unseen["问题表述"]) == ("未能观测首页", "")
    assert unseen["说明"] == "监测程序未能查看，不作为问题认定"


def test_a_home_page_that_was_seen_on_one_day_accuses_nobody(data, tmp_path):
    database = open_database(data)
    with database.atomic():
        database.execute("DELETE FROM home_columns WHERE state = 'no_entry' AND looked_at >= '2026-03-01T12:00:00Z'")
    database.close()
    notice = make_notice(data, Wish(MARCH, BY), tmp_path / "notice", AT)
    row = next(row for row in rows_of(notice.folder, "专栏设置情况") if row["末次专栏情况"] == "首页无入口")
    assert (row["观测天数"], row["问题表述"]) == ("1", "")
    assert "首页未见专栏" not in letter_of(notice.folder)


def test_one_level_alone_leaves_the_other_out(data, tmp_path):
    notice = make_notice(data, Wish(Period(MARCH.first, MARCH.last, EDITION, Level.PROVINCE), BY), tmp_path / "n", AT)
    assert not list(notice.folder.glob("*国务院部门情况*"))
    assert len(rows_of(notice.folder, "专栏设置情况")) == 6
    assert "国务院部门网站" not in letter_of(notice.folder)
    assert verify_notice(notice.folder, data).faults == ()


# --- reviews ---


@pytest.mark.parametrize(("decision", "after"), [("overturn", "on_time"), ("exempt", "exempt"), ("overturn", "late")])
def test_what_a_review_changed_is_not_listed(data, tmp_path, decision, after):
    named = review(data, decision, after)
    notice = make_notice(data, Wish(MARCH, BY), tmp_path / "notice", AT)
    assert named not in {(row["网站名称"], row["国务院原文"]) for row in rows_of(notice.folder, "未按时转载清单")}
    if after == "late":
        assert notice.composed.figures.withheld == {"reviewed": 1}
        assert "另有1件次判定为超时或未转载，因已经复核改判（1件次），未列入问题清单" in letter_of(notice.folder)


def test_what_a_person_confirmed_says_so(data, tmp_path):
    named = review(data, "confirm", "missing")
    notice = make_notice(data, Wish(MARCH, BY), tmp_path / "notice", AT)
    (row,) = [row for row in rows_of(notice.folder, "未按时转载清单") if (row["网站名称"], row["国务院原文"]) == named]
    assert (row["核查方式"], row["复核结论"]) == ("系统监测和人工复核", "维持原判定")
    assert notice.composed.figures.reviewed == 1


def test_a_confirmed_verdict_that_the_monitor_now_judges_otherwise_waits(data, tmp_path):
    review(data, "confirm", "missing", where="status = 'late'")
    notice = make_notice(data, Wish(MARCH, BY), tmp_path / "notice", AT)
    assert notice.composed.figures.withheld == {"disputed": 1}


def test_verdicts_without_a_fault_of_the_portal_are_not_listed(tmp_path):
    database = empty_database(tmp_path)
    fill(database)
    database.close()
    notice = make_notice(tmp_path, Wish(MARCH, BY), tmp_path / "notice", AT)
    assert rows_of(notice.folder, "未按时转载清单") == []
    assert notice.composed.figures.withheld == {"unattributed": 24}
    assert "没有发现未按时转载的问题" in letter_of(notice.folder)


def test_a_period_in_which_nothing_was_owed_takes_no_number(data, tmp_path):
    wrong = Wish(Period(date(2025, 3, 1), date(2025, 3, 31), EDITION), BY)
    with pytest.raises(NoticeError, match=r"没有应转载的发布.* no number was used"):
        make_notice(data, wrong, tmp_path / "notice", AT)
    assert not (tmp_path / "notice").exists()
    assert make_notice(data, Wish(MARCH, BY), tmp_path / "notice", AT).composed.terms.number == "2026-001"


def test_an_older_database_is_read_and_left_as_it_is(data, tmp_path):
    connection = sqlite3.connect(data / "syndication.db")
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall():
        connection.execute(f"DROP VIEW {name}")
    connection.execute("ALTER TABLE verdicts DROP COLUMN fault")
    connection.execute("DELETE FROM _sqlite_migrations WHERE name = 'faults'")
    connection.commit()
    connection.close()
    before = ask(data, "SELECT name, sql FROM sqlite_master ORDER BY name")
    notice = make_notice(data, Wish(MARCH, BY), tmp_path / "notice", AT)
    assert notice.composed.figures.withheld == {"unattributed": 42}
    assert ask(data, "SELECT name, sql FROM sqlite_master ORDER BY name") == before
    assert verify_notice(notice.folder, data).faults == ()


# --- the draft ---


def worst(sites, of):
    """The five with the largest shares of findings, of those with three and more that are worse than all together."""
    average = sum(sites.values()) / sum(of.values())
    burdened = [site for site, count in sites.items() if count >= 3 and count / of[site] > average]
    burdened.sort(key=lambda site: (sites[site] / of[site], sites[site]), reverse=True)
    assert len({(sites[site] / of[site], sites[site]) for site in burdened}) == len(burdened)  # none is left out for a tie here
    return burdened[:5]


def test_the_draft_is_filled_and_each_share_names_its_denominator(made):
    notice, data = made
    text = letter_of(notice.folder)
    assert not re.search(r"[{}]|None|Undefined", text)
    on_time, decided, owed = ask(
        data, "SELECT sum(status = 'on_time'), sum(status IN ('on_time', 'late', 'missing')), count(*) FROM verdict_list"
              " WHERE edition = ?", EDITION)[0]  # fmt: skip
    assert (f"应转载{owed}件次，证据足以判定的{decided}件次，其中在时限内转载{on_time}件次，"
            f"占可判定的{decided}件次的{100 * on_time / decided:.1f}%") in text  # fmt: skip
    seen, shown = ask(data, "SELECT count(*), sum(state <> 'no_entry') FROM (SELECT portal_id, state, max(day) FROM column_days"
                            " GROUP BY portal_id)")[0]  # fmt: skip
    assert f"检查期内看到首页的网站{seen}个（共12个），末次观测时首页设有国务院重要政策信息专栏的{shown}个" in text
    assert f"占看到首页的{seen}个网站的{100 * shown / seen:.1f}%" in text
    for share in re.finditer(r"占[^，。；]*?(\d+)(?:件次|个网站)的([\d.]+)%", text):
        before = re.findall(r"(\d+)(?:件次|个)", text[: share.start()])[-1]
        assert f"{100 * int(before) / int(share[1]):.1f}" == share[2]
    findings = rows_of(notice.folder, "未按时转载清单")
    sites = Counter(row["网站名称"] for row in findings)
    assert f"{len(sites)}个网站有{len(findings)}件次未按时转载（可判定共{decided}件次）" in text
    named = re.search(r"问题较多的有：(.*?)。具体情况见附件3", text)[1].split("、")
    of = {called(name): count for name, count in ask(
        data, "SELECT portal_name, decided FROM portal_scorecard WHERE edition = ?", EDITION)}  # fmt: skip
    assert named == [f"{site}（可判定{of[site]}件次中{sites[site]}件次）" for site in worst(sites, of)]


def test_the_draft_is_laid_out_by_the_standard(made):
    notice, _ = made
    document = Document(str(notice.folder / LETTER))
    section = document.sections[0]
    page = (section.page_width, section.page_height, section.top_margin, section.bottom_margin, section.left_margin,
            section.right_margin)  # fmt: skip
    for got, wanted in zip(page, (21.0, 29.7, 3.7, 3.5, 2.8, 2.6), strict=True):
        assert abs(got - Cm(wanted)) < Cm(0.01)
    fonts = {
        name: (document.styles[name].element.rPr.rFonts.get(document.styles[name].element.rPr.rFonts.nsmap["w"].join("{}")
               + "eastAsia"), document.styles[name].font.size)
        for name in ("通报标题", "通报一级标题", "通报二级标题", "通报正文")
    }  # fmt: skip
    assert fonts == {"通报标题": ("方正小标宋简体", Pt(22)), "通报一级标题": ("黑体", Pt(16)),
                     "通报二级标题": ("楷体_GB2312", Pt(16)), "通报正文": ("仿宋_GB2312", Pt(16))}  # fmt: skip
    assert document.styles["通报正文"].paragraph_format.line_spacing == Pt(28.95)
    headings = [p.text for p in document.paragraphs if p.style.name == "通报一级标题"]
    assert headings == ["一、总体情况", "二、检查发现的主要问题", "三、有关要求"]
    parts = zipfile.ZipFile(notice.folder / LETTER)
    assert any("PAGE" in parts.read(name).decode() for name in parts.namelist() if "footer" in name)


def test_the_template_that_ships_is_the_one_that_code_builds(tmp_path):
    build_template(tmp_path / "template.docx")
    assert (tmp_path / "template.docx").read_bytes() == TEMPLATE.read_bytes()


def test_the_office_edits_the_template(data, tmp_path):
    document = Document(str(TEMPLATE))
    document.add_paragraph("联系人：{{ 检查期 }}专班")
    document.save(str(tmp_path / "own.docx"))
    notice = make_notice(data, Wish(MARCH, BY, tmp_path / "own.docx"), tmp_path / "notice", AT)
    assert "联系人：2026年3月专班" in letter_of(notice.folder)
    assert verify_notice(notice.folder, data).faults == ()


def test_the_template_of_the_data_folder_is_taken_without_being_named(data, tmp_path):
    document = Document(str(TEMPLATE))
    document.add_paragraph("联系人：{{ 检查期 }}专班")
    document.save(str(data / "notice-template.docx"))
    assert "联系人：2026年3月专班" in letter_of(make_notice(data, Wish(MARCH, BY), tmp_path / "a", AT).folder)
    assert "联系人" not in letter_of(make_notice(data, Wish(MARCH, BY, TEMPLATE), tmp_path / "b", AT).folder)


def test_who_made_it_stands_in_the_manifest_and_in_the_record(data, tmp_path):
    notice = make_notice(data, Wish(MARCH, BY, by="王某"), tmp_path / "a", AT)
    assert json.loads((notice.folder / "manifest.json").read_text())["made_by"] == "王某"
    assert Register(data).issued()[0].made_by == "王某"
    assert verify_notice(notice.folder, data).faults == ()


def test_a_page_whose_mode_does_not_count_is_named_as_such(made):
    notice, data = made
    urls = {url for (url,) in ask(data, "SELECT page_url FROM verdict_list WHERE edition = ? AND status = 'missing'"
                                        " AND mode = 'title_only'", EDITION)}  # fmt: skip
    rows = rows_of(notice.folder, "未按时转载清单")
    assert urls
    assert {row["转载页面"] for row in rows if row["问题表述"] == "未转载，所见页面为“仅标题”不计入"} == urls
    assert not [row for row in rows if row["问题表述"] == "未转载" and row["转载页面"]]


def test_the_documentation_names_each_value_of_the_template(made):
    known = set(context(made[0].composed))
    table = (ROOT / "docs" / "notice-template.md").read_text(encoding="utf-8").split("| of | names |")[1].split("\n\n")[0]
    assert set(re.findall(r"[\u4e00-\u9fff]+", table)) == known
    used = set(re.findall(r"\{\{ (\S+) \}\}|\{%p if (\S+) %\}| in (\S+) %\}", "".join(text for _, text in PARAGRAPHS)))
    assert {name for names in used for name in names if name} - {"附件"} <= known


@pytest.mark.parametrize("words", ["{{ 检查斯 }}", "{{ 编号 ", "{% if 编号 %}", "{{ ''.__class__.__mro__ }}", None])
def test_a_template_that_cannot_be_filled_takes_no_number(data, tmp_path, words):
    if words is None:
        (tmp_path / "own.docx").write_bytes(b"no archive")
    else:
        document = Document(str(TEMPLATE))
        document.add_paragraph(words)
        document.save(str(tmp_path / "own.docx"))
    with pytest.raises(NoticeError, match="模板"):
        make_notice(data, Wish(MARCH, BY, tmp_path / "own.docx"), tmp_path / "out" / "notice", AT)
    assert list((tmp_path / "out").iterdir()) == []
    assert Register(data).entries() == ()


def test_hostile_titles_stay_what_they_are(tmp_path):
    database = empty_database(tmp_path)
    fill(database)
    name = "第<b>{{ 7*7 }}</b>&部网站"
    title = FORMULA_TITLE + "\x00\x1b甲\u202e乙\u2066\x0b丙\ufffe"
    with database.atomic():
        database.execute("UPDATE verdicts SET fault = 'portal_silent' WHERE status IN ('late', 'missing')")
        database.execute("UPDATE releases SET title = ?", [title])
        database.execute("UPDATE portals SET name = ? WHERE portal_id = 'depa-001'", [name])
    database.close()
    notice = make_notice(tmp_path, Wish(MARCH, BY), tmp_path / "notice", AT)
    rows = rows_of(notice.folder, "未按时转载清单")
    assert {row["文件标题"] for row in rows} == {"'" + FORMULA_TITLE + "甲乙 丙"}
    assert name in {row["网站名称"] for row in rows}
    assert f"{name}（" in letter_of(notice.folder)
    cells = dict(sheets_by_openpyxl(notice.folder / WORKBOOK))["未按时转载清单"]
    assert {row[4] for row in cells[1:]} == {FORMULA_TITLE + "甲乙 丙"}


def sheets_by_openpyxl(path):
    openpyxl = pytest.importorskip("openpyxl", reason="openpyxl is not installed: it reads the workbook's own cells")
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
        assert sheet.freeze_panes == "A2"
        yield sheet.title, [tuple(cell.value for cell in row) for row in sheet.iter_rows()]


# --- LibreOffice opens what we write ---


@pytest.fixture
def office(tmp_path):
    """Converts files with LibreOffice; skips where there is none, but not in CI, which installs it."""
    program = shutil.which("soffice")
    if program is None and os.environ.get("CI"):
        pytest.fail("LibreOffice (soffice) is not installed: .ci/run should have done that")
    if program is None:
        pytest.skip("LibreOffice (soffice) is not installed: apt-get install libreoffice-writer-nogui libreoffice-calc-nogui")

    def convert(path, kind):
        """With a profile of its own, so that a running LibreOffice does not answer in its place."""
        target = tmp_path / "converted"
        reading = [IN_UTF8] if path.suffix == ".csv" else []
        done = subprocess.run(
            [program, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", *reading,
             "--convert-to", kind, "--outdir", str(target), str(path)], capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return target

    return convert


ALL_SHEETS = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
"""Every sheet to a file of its own, in UTF-8, cells by their content and not as they are shown."""
IN_UTF8 = "--infilter=Text - txt - csv (StarCalc):44,34,76,1"
"""What a person chooses in the import dialogue; without a dialogue LibreOffice does not look at the byte order mark."""
AS_TEXT = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,1"


def test_libreoffice_reads_in_the_workbook_what_stands_in_the_database(made, office):
    notice, data = made
    target = office(notice.folder / WORKBOOK, ALL_SHEETS)
    for annex in notice.composed.annexes:
        with (target / f"附件-{annex.name}.csv").open(encoding="utf-8", newline="") as file:
            head, *got = list(csv.reader(file))
        assert tuple(head) == annex.headers
        assert [[comparable(cell) for cell in row] for row in got] == [[comparable(cell) for cell in row] for row in annex.rows]
    with (target / "附件-未按时转载清单.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    names = ("网站名称", "网址", "文件标题", "发文字号", "发布时间", "转载时间", "超时(小时)", "转载页面", "国务院原文")
    got = [tuple(comparable(row[name]) for name in names) for row in listed]
    assert got == [tuple(comparable(cell) for cell in row) for row in ask(data, LISTED)]
    for name, level in (("各地区情况", "province"), ("国务院部门情况", "department")):
        with (target / f"附件-{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = [tuple(comparable(cell) for cell in row[2:]) for row in list(csv.reader(file))[1:]]
        assert rows == [tuple(comparable(cell) for cell in row) for row in ask(data, SCORED, EDITION, level)]
    with (target / "附件-专栏设置情况.csv").open(encoding="utf-8", newline="") as file:
        shown = {row["网站名称"]: (row["观测天数"], row["有专栏天数"], row["末次观测日"]) for row in csv.DictReader(file)}
    assert {name: told for name, told in shown.items() if told[2]} == {
        called(row[0]): row[1:] for row in ask(
            data, "SELECT portal_name, CAST(count(*) AS TEXT), CAST(sum(state <> 'no_entry') AS TEXT), max(day)"
                  " FROM column_days GROUP BY portal_id")
    }  # fmt: skip
    with (target / "附件-未能观测清单.csv").open(encoding="utf-8", newline="") as file:
        names = ("网站名称", "未能观测(条)", "首条发布日", "末条发布日")
        unseen = sorted(tuple(row[name] for name in names) for row in csv.DictReader(file))
    assert unseen == sorted((called(name), *more) for name, *more in ask(
        data, "SELECT portal_name, CAST(count(*) AS TEXT), min(released_day), max(released_day) FROM verdict_list"
              " WHERE edition = ? AND status = 'not_observed' GROUP BY portal_id, fault", EDITION))  # fmt: skip


def test_libreoffice_reads_in_the_csv_files_what_stands_in_the_database(made, office):
    notice, _ = made
    for number, annex in enumerate(notice.composed.annexes, 1):
        target = office(notice.folder / f"附件{number}-{annex.name}.csv", AS_TEXT)
        (path,) = target.glob(f"附件{number}-{annex.name}*.csv")
        with path.open(encoding="utf-8-sig", newline="") as file:
            head, *got = list(csv.reader(file))
        assert tuple(head) == annex.headers
        assert [[comparable(cell) for cell in row] for row in got] == [[comparable(cell) for cell in row] for row in annex.rows]


def comparable(cell):
    """A cell whatever its type: a spreadsheet that opens a CSV file shows 50.0 as 50 and 09:00 as 09:00:00."""
    text = re.sub(r"^(\d{4}-\d\d-\d\d \d\d:\d\d):00$", r"\1", "" if cell is None else str(cell))
    return f"{float(text):.1f}" if re.fullmatch(r"-?\d+(\.\d+)?", text) else text


MILLIMETRE = 72 / 25.4


def lines_of(pdf):
    """The lines of each page of a PDF file: left, top, right, bottom in mm, and the text."""
    told = subprocess.run(["pdftotext", "-bbox-layout", str(pdf), "-"], capture_output=True, text=True, check=True).stdout
    pages = []
    for page in told.split("<page ")[1:]:
        size = re.match(r'width="([\d.]+)" height="([\d.]+)"', page)
        assert [round(float(one) / MILLIMETRE) for one in size.groups()] == [210, 297]
        found = []
        for box, words in re.findall(r"<line ([^>]+)>(.*?)</line>", page, re.DOTALL):
            places = [float(one) / MILLIMETRE for one in re.findall(r'"([\d.]+)"', box)]
            found.append((*places, "".join(re.findall(r">([^<]+)</word>", words))))
        pages.append(_in_order(found))
    return pages


def _in_order(pieces):
    """Pieces from top to bottom, those of one line from left to right: digits and Chinese differ a little in height."""
    lines = []
    for piece in sorted(pieces, key=lambda piece: piece[3]):
        if lines and piece[3] - lines[-1][-1][3] < 4:
            lines[-1].append(piece)
        else:
            lines.append([piece])
    return [piece for line in lines for piece in sorted(line)]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed: apt-get install poppler-utils")
def test_a_page_has_22_lines_of_28_characters(office, tmp_path):
    document = Document(str(TEMPLATE))
    for paragraph in list(document.paragraphs):
        paragraph._element.getparent().remove(paragraph._element)
    for _ in range(3):
        document.add_paragraph("国务院重要信息转载情况专项检查范围和观测依据" * 30, style="通报正文")
    document.save(str(tmp_path / "grid.docx"))
    pages = lines_of(office(tmp_path / "grid.docx", "pdf") / "grid.pdf")
    for number, (*body, foot) in enumerate(pages[:-1], 1):
        assert len(body) == 22
        assert max(len(text) for *_, text in body) == 28
        for left, top, right, bottom, _ in body:
            assert left > 27.9
            assert top > 36.9
            assert right < 184.1
            assert bottom < 262.1
        assert foot[4] == f"—{number}—"
        middle, gap = (foot[1] + foot[3]) / 2, foot[0] - 28 if number % 2 == 0 else 184 - foot[2]
        assert 6 < middle - 262 < 8.5
        assert 4 < gap < 6  # one character of 14 pt


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed: apt-get install poppler-utils")
def test_libreoffice_prints_the_draft_whole(made, office):
    """Every paragraph of the draft stands in the PDF, and nothing runs over the margins."""
    folder = made[0].folder
    pages = lines_of(office(folder / LETTER, "pdf") / Path(LETTER).with_suffix(".pdf").name)
    printed = "".join(text for page in pages for *_, text in page[:-1])
    for paragraph in Document(str(folder / LETTER)).paragraphs:
        assert re.sub(r"\s+", "", paragraph.text) in re.sub(r"\s+", "", printed)
    assert [page[-1][4] for page in pages] == [f"—{number}—" for number in range(1, len(pages) + 1)]
    for *_, right, _, text in (piece for page in pages for piece in page):
        assert right < (190 if text[-1] in "，。、；：）" else 184.5)  # a mark at a line's end may hang in the margin


# --- numbers, reissues, rounds ---


def test_a_number_is_given_once(data, tmp_path):
    first = make_notice(data, Wish(MARCH, BY), tmp_path / "a", AT)
    shutil.rmtree(first.folder)
    (data / "syndication.db").unlink()
    database = empty_database(data)
    fill(database)
    database.close()
    second = make_notice(data, Wish(FIRST_DAYS, BY), None, AT)
    assert (first.composed.terms.number, second.composed.terms.number) == ("2026-001", "2026-002")
    assert second.folder == data / "notices" / "2026-002"
    assert make_notice(data, Wish(MARCH, BY), None, datetime(2027, 1, 1, tzinfo=UTC)).composed.terms.number == "2027-001"


def test_a_register_that_lost_its_end_gives_no_number_twice(data, tmp_path):
    for name in "abc":
        make_notice(data, Wish(MARCH, BY), tmp_path / name, AT)
    register = data / "notices" / "register.jsonl"
    register.write_text("".join(register.read_text().splitlines(keepends=True)[:1]))
    assert make_notice(data, Wish(MARCH, BY), tmp_path / "d", AT).composed.terms.number == "2026-004"


def test_a_number_that_was_given_elsewhere_is_not_given_here(data, tmp_path):
    register = Register(data)
    assert register.spend(["2026-007", "2026-002"], AT) == ("2026-002", "2026-007")
    first = make_notice(data, Wish(MARCH, BY), tmp_path / "a", AT)
    assert first.composed.terms.number == "2026-008"
    assert register.spend(["2026-007", "2026-008"], AT) == ()
    assert [(entry.number, entry.spent) for entry in register.entries()] == [
        ("2026-002", True), ("2026-007", True), ("2026-008", False)
    ]  # fmt: skip
    assert [one.number for one in register.issued()] == ["2026-008"]
    again = make_notice(data, Wish(MARCH, BY), tmp_path / "b", AT)
    assert again.composed.terms.replaces == "2026-008"
    manifest = tampered(tmp_path / "a", lambda content: content.update(number="2026-007"))
    assert "编号 2026-007 只登记为已用，此处没有其通报" in verify_notice(manifest, data).faults


@pytest.mark.parametrize("hurt", ["changed", "removed", "record"])
def test_a_changed_register_gives_no_number(data, tmp_path, hurt):
    for name in "abc":
        make_notice(data, Wish(MARCH, BY), tmp_path / name, AT)
    register = data / "notices" / "register.jsonl"
    lines = register.read_text().splitlines(keepends=True)
    if hurt == "changed":
        register.write_text(lines[0] + lines[1].replace("2026-002", "2026-009") + lines[2])
    elif hurt == "removed":
        register.write_text(lines[0] + lines[2])
    else:
        (data / "notices" / "2026-002.json").write_text("{}")
    with pytest.raises(NoticeError, match="从备份恢复"):
        make_notice(data, Wish(MARCH, BY), tmp_path / "d", AT)
    assert not (tmp_path / "d").exists()


def test_a_number_that_was_given_before_the_end_is_spent(data, tmp_path, monkeypatch):
    keep = Register.add

    def add_and_die(self, record, manifest_sha256):
        keep(self, record, manifest_sha256)
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(Register, "add", add_and_die)
        with pytest.raises(RuntimeError, match="power cut"):
            make_notice(data, Wish(MARCH, BY), tmp_path / "out" / "a", AT)
    assert list((tmp_path / "out").iterdir()) == []
    assert make_notice(data, Wish(MARCH, BY), tmp_path / "out" / "a", AT).composed.terms.number == "2026-002"


def test_what_a_power_cut_left_is_removed_by_the_next_notice(data):
    left = data / "notices" / ".2026-001.part"
    (left / "basis").mkdir(parents=True)
    (left / "basis" / "snapshot.db").write_bytes(b"half")
    Register(data).spend(["2026-001"], AT)
    assert make_notice(data, Wish(MARCH, BY), None, AT).folder.name == "2026-002"
    assert not left.exists()


def test_a_full_disk_is_told_in_one_line_and_leaves_nothing(data, tmp_path, monkeypatch):
    def full(annex, path):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(making, "write_csv", full)
    with pytest.raises(DiskFullError):
        make_notice(data, Wish(MARCH, BY), tmp_path / "out" / "a", AT)
    assert list((tmp_path / "out").iterdir()) == []
    assert Register(data).entries() == ()


def test_two_notices_at_once_are_one_after_the_other(data, tmp_path):
    with hold(data / "notices", "notice", AT), pytest.raises(LockedError, match="notice"):
        make_notice(data, Wish(MARCH, BY), tmp_path / "a", AT)
    with hold(data, "nightly", AT):  # a nightly does not bar it
        make_notice(data, Wish(MARCH, BY), tmp_path / "a", AT)


def test_a_folder_that_holds_something_is_left_alone(data, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "mine.txt").write_text("mine")
    with pytest.raises(NoticeError, match="已存在"):
        make_notice(data, Wish(MARCH, BY), tmp_path / "a", AT)
    assert (tmp_path / "a" / "mine.txt").read_text() == "mine"


def test_a_reissue_after_a_review_tells_what_changed(data, tmp_path):
    make_notice(data, Wish(MARCH, BY), tmp_path / "a", AT)
    removed = review(data, "overturn", "on_time")
    confirmed = review(data, "confirm", "missing", which=3)
    again = make_notice(data, Wish(MARCH, BY), tmp_path / "b", AT)
    assert again.composed.terms.replaces == "2026-001"
    first, second = rows_of(again.folder, "与前次通报的差异")
    assert (first["变化"], first["网站名称"]) == ("撤销", removed[0])
    assert first["变化内容"] == "复核：改判，判定为按时；理由：已核对页面"
    assert (second["变化"], second["网站名称"]) == ("变更", confirmed[0])
    assert second["变化内容"] == "核查方式：系统监测 → 系统监测和人工复核；复核结论：未复核 → 维持原判定"
    assert "替代通报编号2026-001的通报。与前次相比，新增问题0条，撤销1条，变更1条" in letter_of(again.folder)
    manifest = json.loads((again.folder / "manifest.json").read_text())
    assert (manifest["replaces"], manifest["changes"]) == ("2026-001", {"changed": 1, "removed": 1})
    assert verify_notice(again.folder, data).faults == ()
    third = make_notice(data, Wish(MARCH, BY), tmp_path / "c", AT)
    assert (third.composed.terms.replaces, third.composed.changes) == ("2026-002", ())


def test_the_next_notice_tells_which_problems_were_mended(rehearsal, tmp_path, syndication):
    data = data_from(rehearsal.data, tmp_path / "data")
    looks = sorted(rehearsal.looks.glob("*.warc.gz"))
    early = tmp_path / "early"
    early.mkdir()
    for path in looks[:9]:
        shutil.copyfile(path, early / path.name)
    syndication("replay", early, "--data", data)
    then = datetime(2026, 3, 5, tzinfo=UTC)
    first = make_notice(data, Wish(FIRST_DAYS, SOON), tmp_path / "a", then)
    open_then = {one.key: one for one in (*first.composed.about_releases, *first.composed.about_columns)}
    syndication("replay", rehearsal.looks, "--data", data)
    database = open_database(data)
    with database.atomic():  # the office's request is met: the column is there at the last look
        database.execute("UPDATE home_columns SET state = 'entry_with_list', label = '国务院信息' WHERE portal_id = 'qixiang'"
                         " AND looked_at > '2026-03-09T12:00:00Z'")  # fmt: skip
    database.close()
    second = make_notice(data, Wish(NEXT_DAYS, BY), tmp_path / "b", AT)
    states = {one.finding.key: one.state.value for one in second.composed.mended}
    assert states.keys() == open_then.keys()
    assert states["qixiang", ""] == "已设置专栏"
    now = {(portal, url): status for portal, url, status in ask(
        data, "SELECT portal_id, release_url, status FROM verdict_list WHERE edition = ?", EDITION)}  # fmt: skip
    carried = {key for key, state in states.items() if state == "已转载"}
    before = {key for key, state in states.items() if state == "通报前已转载"}
    assert carried | before == {key for key in states if now.get(key) == "late"}
    assert {open_then[key].kind.value for key in carried} == {"missing"}
    assert {open_then[key].kind.value for key in before} == {"late"}
    still = {key for key, state in states.items() if state == "仍未转载"}
    assert still
    assert {now[key] for key in still} == {"missing"}
    rows = rows_of(second.folder, "往期问题整改情况")
    assert len(rows) == len(states)
    assert {row["原通报编号"] for row in rows} == {"2026-001"}
    assert (f"尚未销号的问题{len(states)}条，其中超过时限但在通报前已转载的{len(before)}条，"
            f"经核查已整改的{len(carried) + 1}条") in letter_of(second.folder)  # fmt: skip
    assert verify_notice(second.folder, data).faults == ()
    later = make_notice(data, Wish(Period(date(2026, 4, 1), date(2026, 4, 30), EDITION), BY), tmp_path / "c", AT)
    followed = {one.finding.key for one in later.composed.mended if one.notice == "2026-001"}
    settled = {key for key, state in states.items() if state in {"通报前已转载", "已转载", "已设置专栏", "已撤销认定"}}
    assert followed == states.keys() - settled
    assert {one.notice for one in later.composed.mended} == {"2026-001", "2026-002"}


def test_what_may_still_be_mended_is_not_called_unmended(data, tmp_path):
    first = make_notice(data, Wish(FIRST_DAYS, BY), tmp_path / "a", AT)
    second = make_notice(data, Wish(NEXT_DAYS, BY), tmp_path / "b", datetime(2026, 4, 9, 8, tzinfo=UTC))
    states = Counter(one.state.value for one in second.composed.mended)
    assert states.keys() <= {"整改期限未到", "通报前已转载", "已转载", "已设置专栏", "已撤销认定"}
    assert sum(states.values()) == len(first.composed.about_releases) + len(first.composed.about_columns)
    told = letter_of(second.folder)
    assert f"整改期限未到的{states['整改期限未到']}条" in told
    assert "未整改" not in told
    later = make_notice(data, Wish(NEXT_DAYS, BY), tmp_path / "c", TENTH)
    assert "整改期限未到" not in {one.state.value for one in later.composed.mended}


def test_a_suspicion_of_forgery_is_told_after_a_person_confirmed_it(data, tmp_path):
    suspected = "疑似伪造发稿日期"
    before = make_notice(data, Wish(MARCH, BY), tmp_path / "a", AT)
    assert before.composed.figures.suspected == 1
    assert [row for row in rows_of(before.folder, "未按时转载清单") if suspected in row["问题表述"]] == []
    assert "伪造" not in letter_of(before.folder)
    assert any("未经人工核实，没有写入通报" in line for line in before.cautions)
    site, url = review(data, "confirm", "late", where="flags LIKE '%backdated%' AND status = 'late'")
    after = make_notice(data, Wish(MARCH, BY), tmp_path / "b", AT)
    (row,) = [row for row in rows_of(after.folder, "未按时转载清单") if suspected in row["问题表述"]]
    assert (row["网站名称"], row["国务院原文"]) == (site, url)
    assert "有1件次的页面标注的发布时间，早于监测查看其专栏而未见该稿的时间，经人工核实" in letter_of(after.folder)
    assert not any("未经人工核实" in line for line in after.cautions)


@pytest.mark.parametrize(("first", "last", "made_on", "told"), [
    (date(2026, 3, 1), date(2026, 3, 31), datetime(2026, 3, 31, 8, tzinfo=UTC), "检查期（至 2026-03-31）尚未结束"),
    (date(2026, 3, 1), date(2026, 3, 31), datetime(2026, 4, 1, 8, tzinfo=UTC), "监测数据截至 2026-03-10，检查期至 2026-03-31"),
    (date(2026, 1, 1), date(2026, 3, 9), AT, "检查期自 2026-01-01 起，而第一条有判定的发布在 2026-03-01"),
])  # fmt: skip
def test_days_that_were_not_watched_are_told_before_it_is_signed(data, tmp_path, first, last, made_on, told):
    notice = make_notice(data, Wish(Period(first, last, EDITION), date(2027, 1, 1)), tmp_path / "n", made_on)
    assert any(told in line for line in notice.cautions)
    calm = make_notice(data, Wish(FIRST_DAYS, BY), tmp_path / "calm", AT)
    assert not any("检查期" in line for line in calm.cautions)


def test_a_release_that_the_database_lacks_is_not_called_settled(data, tmp_path):
    """After an older database was restored, its notices know more than it does."""
    first = make_notice(data, Wish(FIRST_DAYS, SOON), tmp_path / "a", AT)
    gone = next(one for one in first.composed.about_releases)
    database = open_database(data)
    with database.atomic():
        database.execute("PRAGMA defer_foreign_keys = ON")
        database.execute("UPDATE releases SET url = 'https://www.gov.example/another' WHERE url = ?", [gone.release_url])
    database.close()
    told = {one.finding.key: one for one in make_notice(data, Wish(NEXT_DAYS, BY), tmp_path / "b", AT).composed.mended}
    assert (told[gone.key].state.value, told[gone.key].basis) == ("未能核实", "数据库中没有该文件")
    again = make_notice(data, Wish(FIRST_DAYS, BY), tmp_path / "c", AT)
    removed = {one.either.key: one.told for one in again.composed.changes if one.kind.value == "撤销"}
    assert removed[gone.key] == "数据库中没有该文件"


def test_a_draft_that_was_never_sent_is_neither_replaced_nor_followed_up(data, tmp_path):
    first = make_notice(data, Wish(FIRST_DAYS, SOON), tmp_path / "a", AT)
    declare_void(data, "2026-001", "模板有误", "起草一", AT)
    again = make_notice(data, Wish(FIRST_DAYS, SOON), tmp_path / "b", AT)
    assert (again.composed.terms.number, again.composed.terms.replaces, again.composed.changes) == ("2026-002", "", ())
    assert "替代通报编号" not in letter_of(again.folder)
    later = make_notice(data, Wish(NEXT_DAYS, BY), tmp_path / "c", AT)
    assert {one.notice for one in later.composed.mended} == {"2026-002"}
    assert verify_notice(first.folder, data).faults == ()
    (void,) = [one.void for one in shelf(data) if one.void]
    assert (void.reason, void.by) == ("模板有误", "起草一")
    wrong = (("2026-001", "再次", "已经作废"), ("2026-009", "无此号", "没有通报"), ("2026-002", " ", "须有理由"))
    for number, reason, told in wrong:
        with pytest.raises(NoticeError, match=told):
            declare_void(data, number, reason, "起草一", AT)
    answer = CliRunner().invoke(notice_command, ["void", "2026-002", "--reason", "未发出", "--by", "起草一", "--data", str(data)])
    assert answer.exit_code == 0
    assert "2026-002 已作废" in answer.output


# --- verify ---


@pytest.fixture
def copied(made, tmp_path):
    return Path(shutil.copytree(made[0].folder, tmp_path / "notice"))


def test_verify_tells_of_an_edited_draft_and_goes_on(copied):
    document = Document(str(copied / LETTER))
    document.add_paragraph("经研究")
    document.save(str(copied / LETTER))
    checked = verify_notice(copied)
    assert checked.faults == ()
    assert checked.told == (f"{LETTER} 与生成时不同，已被改动",)


def test_verify_finds_a_changed_annex(copied):
    path = copied / "附件3-未按时转载清单.csv"
    path.write_bytes(path.read_bytes().replace("未转载".encode(), "已转载".encode(), 1))
    assert verify_notice(copied).faults == ("附件3-未按时转载清单.csv 与生成时不同，已被改动",)


def test_verify_finds_figures_that_the_snapshot_does_not_give(copied, made):
    manifest = json.loads((copied / "manifest.json").read_text())
    manifest["figures"]["all"]["on_time"] += 1
    (copied / "manifest.json").write_text(json.dumps(manifest))
    assert any(line.startswith("重新计算的 figures 不同") for line in verify_notice(copied).faults)
    assert "manifest.json 与编号登记的不同，已被改动" in verify_notice(copied, made[1]).faults


def test_verify_finds_a_forged_list_with_a_fitting_manifest(copied):
    """Someone changes a row and mends its hash: the snapshot does not give that row."""
    path = copied / "附件3-未按时转载清单.csv"
    path.write_bytes(path.read_bytes().replace("未转载".encode(), "已转载".encode(), 1))
    manifest = json.loads((copied / "manifest.json").read_text())
    manifest["files"][path.name]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    (copied / "manifest.json").write_text(json.dumps(manifest))
    assert verify_notice(copied).faults == ("重新生成的 附件3-未按时转载清单.csv 与通报的不同",)


def test_verify_finds_another_snapshot_and_a_missing_file(copied):
    connection = sqlite3.connect(copied / "basis" / "snapshot.db")
    connection.execute("UPDATE verdicts SET status = 'on_time' WHERE status = 'missing'")
    connection.commit()
    connection.close()
    (copied / WORKBOOK).unlink()
    assert set(verify_notice(copied).faults) == {
        "basis/snapshot.db 与生成时不同，已被改动", f"缺少文件 {WORKBOOK}", "依据不全或被改动，无法重新计算"
    }  # fmt: skip


def tampered(folder, change):
    """A notice whose manifest someone changed by hand."""
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))
    return folder


def test_verify_finds_a_snapshot_that_was_changed_with_its_hash(copied):
    connection = sqlite3.connect(copied / "basis" / "snapshot.db")
    connection.execute("UPDATE portals SET notes = 'nothing that a document shows'")
    connection.commit()
    connection.close()

    def fit(manifest):
        digest = hashlib.sha256((copied / "basis" / "snapshot.db").read_bytes()).hexdigest()
        manifest["files"]["basis/snapshot.db"]["sha256"] = digest

    assert "manifest.json 中快照的两处记录不一致" in verify_notice(tampered(copied, fit)).faults


def test_verify_finds_files_put_into_the_manifest(copied):
    (copied / "补充.csv").write_text("x")
    digest = hashlib.sha256(b"x").hexdigest()
    checked = verify_notice(tampered(copied, lambda manifest: manifest["files"].update({"补充.csv": {"sha256": digest}})))
    assert checked.faults == ("manifest.json 中多出文件 补充.csv",)


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "basis/../../outside", "a\\b", ".", ""])
def test_verify_reads_nothing_outside_the_folder(copied, name):
    tampered(copied, lambda manifest: manifest["files"].update({name: {"sha256": "0"}}))
    with pytest.raises(NoticeError, match="不属于通报的文件"):
        verify_notice(copied)


UNCOMPUTED = {"program_version", "made_with", "made_by"}
"""What no snapshot can tell: a change of these alone is found by the register."""


@pytest.mark.parametrize("hurt", ["removed", "emptied", "other"])
def test_verify_finds_a_change_of_any_part_of_the_manifest(made, copied, hurt):
    keys = set(json.loads((copied / "manifest.json").read_text()))
    original = (copied / "manifest.json").read_bytes()

    def change(manifest):
        if hurt == "removed":
            del manifest[key]
        else:
            manifest[key] = [] if hurt == "emptied" else 7

    for key in sorted(keys):
        (copied / "manifest.json").write_bytes(original)
        tampered(copied, change)
        try:
            found = set(verify_notice(copied).faults)
        except NoticeError as fault:
            found = {str(fault)}
        assert found or key in UNCOMPUTED, key
        if key in UNCOMPUTED and hurt == "other":
            assert "manifest.json 与编号登记的不同，已被改动" in verify_notice(copied, made[1]).faults


def test_verify_of_something_else_says_so(tmp_path):
    with pytest.raises(NoticeError, match="不是通报文件夹"):
        verify_notice(tmp_path)


# --- the command ---


def run(*arguments):
    return CliRunner().invoke(notice_command, [str(one) for one in arguments])


def test_the_command_makes_and_verifies(data, tmp_path):
    told = run("--period", "2026Q1", "-o", tmp_path / "n", "--rectify-by", "2100-01-01", "--data", data)
    assert told.exit_code == 0, told.output
    assert "已生成通报" in told.output
    assert "可观测门户 11 个，共 12 个" in told.output
    assert "2026年第一季度" in letter_of(tmp_path / "n")
    checked = run("verify", tmp_path / "n", "--data", data)
    assert checked.exit_code == 0, checked.output
    assert "核对无误" in checked.output
    (tmp_path / "n" / WORKBOOK).unlink()
    checked = run("verify", tmp_path / "n", "--data", data)
    assert isinstance(checked.exception, NoticeError)
    assert f"不符：缺少文件 {WORKBOOK}" in checked.output


@pytest.mark.parametrize("arguments", [
    ("--period", "2026Q5", "-o", "x"), ("--period", "2026Q1", "--from", "2026-01-01", "-o", "x"),
    ("--period", "2026Q1"), ("--period", "2026Q1", "-o", "x", "--csv", "y"), ("--from", "2026-01-01", "-o", "x"),
    ("--period", "2026Q1", "-o", "x", "--rectify-by", "2020-01-01"),
    ("--period", "2026Q1", "--csv", "y", "--rectify-by", "2100-01-01"),
])  # fmt: skip
def test_what_does_not_go_together_is_refused(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = run(*arguments)
    assert told.exit_code == 2, told.output
    assert list(tmp_path.iterdir()) == []


def test_an_edition_without_verdicts_is_refused(data, tmp_path):
    with pytest.raises(NoticeError, match="没有规则版本 no-such"):
        make_notice(data, Wish(Period(MARCH.first, MARCH.last, "no-such"), BY), tmp_path / "n", AT)


@pytest.mark.parametrize(("name", "first", "last", "called"), [
    ("2016Q2", date(2016, 4, 1), date(2016, 6, 30), "2016年第二季度"),
    ("2026-07", date(2026, 7, 1), date(2026, 7, 31), "2026年7月"),
    ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024年2月"),
    ("2026H2", date(2026, 7, 1), date(2026, 12, 31), "2026年下半年"),
    ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026年"),
])  # fmt: skip
def test_periods_by_name(name, first, last, called):
    assert read_span(name) == (first, last)
    assert span_name(first, last) == called


def test_days_that_are_no_named_period_are_told_briefly():
    assert span_name(date(2026, 3, 4), date(2026, 3, 31)) == "2026年3月4日至31日"
    assert span_name(date(2026, 3, 4), date(2026, 4, 2)) == "2026年3月4日至4月2日"
    assert span_name(date(2025, 12, 31), date(2026, 1, 1)) == "2025年12月31日至2026年1月1日"
    assert span_name(date(2026, 3, 4), date(2026, 3, 4)) == "2026年3月4日"


@pytest.mark.parametrize("name", ["2016Q0", "2016Q5", "2016-13", "2016-1", "16Q1", "0000", "２０２６", "2026Q1 ", "2026H3", ""])
def test_other_names_are_no_period(name):
    assert read_span(name) is None


def test_names_of_places():
    assert place("北溟自治区人民政府门户网站", "province") == "北溟自治区"
    assert place("北溟自治区", "province") == "北溟自治区"
    assert place("样例部网站", "department") == "样例部"
    assert plain("甲\r\n乙\u200b\u202e丙 ") == "甲 乙丙"
