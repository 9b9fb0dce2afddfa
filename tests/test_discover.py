"""`syndication portals` over real sockets: the planted columns are found, the registry is tried, a list becomes a test."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from families_reading import page_of, reading_of, told_of

from spiders.families import family_of
from spiders.families.candidates import candidates, data_addresses, looks_like_paper
from spiders.families.json_shape import options_of
from spiders.scout import ListFinding
from syndication.channels_file import append_channels, free_id
from syndication.clock import from_text
from syndication.decode import decode_page
from syndication.discover import role_of
from syndication.errors import RegistryError
from syndication.evidence import read_answer, read_run_file
from syndication.glossary import Outcome, Role
from syndication.items import Channel, Look, Row
from syndication.rehearsal.build import build
from syndication.rehearsal.cast import story
from syndication.rehearsal.fleet import Fleet
from syndication.rehearsal.live import serving
from syndication.store import open_database

HEADER = "id,portal_id,name,url,family,role,options,notes\n"
FLEET = Fleet(story())
PLANTED = {
    portal.id: portal.channels[0].family for portal in FLEET.story.portals
    if portal.channels and portal.channels[0].name == "国务院信息" and not portal.challenge
}  # fmt: skip


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    return build(tmp_path_factory.mktemp("rehearsal")).data


@pytest.fixture(scope="module")
def live():
    """Runs a command against the fleet at a moment, in a process of its own; gives the completed process."""
    with serving(FLEET) as port:

        def run(folder, at, *command, status=0):
            done = subprocess.run(
                [sys.executable, "-m", "syndication.rehearsal.live", "--data", folder, "--port", str(port), "--at", at,
                 *command], capture_output=True, text=True, timeout=120, check=False, env={**os.environ, "COLUMNS": "240"},
            )  # fmt: skip
            assert done.returncode == status, f"{command}\n{done.stdout}\n{done.stderr}"
            return done

        yield run


@pytest.fixture(scope="module")
def searched(registry, live, tmp_path_factory):
    """A folder whose channels.csv was empty (with byte order mark and CRLF) and was filled by `discover --write`."""
    folder = tmp_path_factory.mktemp("searched") / "data"
    shutil.copytree(registry, folder)
    (folder / "channels.csv").write_bytes(b"\xef\xbb\xbf" + HEADER.strip().encode() + b"\r\n")
    return folder, live(folder, "2026-03-05T18:15:00Z", "portals", "discover", "--write", status=2)


def test_finds_the_planted_column_of_every_portal_and_nothing_elsewhere(searched):
    folder, done = searched
    rows = list(csv.DictReader(io.StringIO(HEADER + done.stdout)))
    assert {row["portal_id"]: row["family"] for row in rows} == PLANTED
    assert len(rows) == len(PLANTED) == 9
    assert {row["role"] for row in rows} == {"news"}  # the store knows no release: nothing proves a column
    written = (folder / "channels.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbfid,")
    assert written.count(b"\r\n") == written.count(b"\n") == 10
    for told in ("防护校验页面", "首页无入口", "推送组件（随首页观测，不必登记）", "国务院办公厅关于"):
        assert told in done.stderr.replace("\n", "")


def test_keeps_its_evidence_and_proves_nothing(searched):
    folder, _ = searched
    database = open_database(folder)
    runs = database.execute("SELECT kind, state, evidence_records > 20, length(evidence_hash) FROM runs").fetchall()
    kinds = database.execute("SELECT DISTINCT kind FROM observations").fetchall()
    postings = database.execute("SELECT count(*) FROM postings").fetchone()[0]
    database.close()
    assert runs == [("discover", "done", 1, 64)]
    assert kinds == [("trial",)]
    assert postings == 0


def test_a_replay_keeps_the_evidence_of_a_search_and_judges_nothing(searched, registry, syndication, tmp_path):
    folder = shutil.copytree(registry, tmp_path / "data")
    syndication("replay", searched[0] / "evidence", "--data", folder)
    database, original = open_database(folder), open_database(searched[0])
    query = "SELECT run_id, kind, state, started_at, finished_at, evidence_records, evidence_hash FROM runs"
    assert database.execute(query).fetchall() == original.execute(query).fetchall()
    assert database.execute("SELECT count(*) FROM observations").fetchone()[0] == 0
    database.close()
    original.close()


def test_a_second_search_knows_the_rows_and_the_releases(searched, live, tmp_path):
    folder = shutil.copytree(searched[0], tmp_path / "data")
    live(folder, "2026-03-06T06:15:00Z", "nightly", status=2)
    done = live(folder, "2026-03-06T06:30:00Z", "portals", "discover", "yunling", "qixiang")
    assert done.stdout == ""
    assert "已登记" in done.stderr
    (folder / "channels.csv").write_text(HEADER, encoding="utf-8")
    [row] = csv.DictReader(
        io.StringIO(HEADER + live(folder, "2026-03-06T06:40:00Z", "portals", "discover", "yunling", "qixiang").stdout)
    )
    assert (row["portal_id"], row["role"]) == ("yunling", "column")


def test_a_portal_that_is_not_there_is_named(registry, live):
    assert "there is no portal 'nobody'" in live(registry, "2026-03-05T18:15:00Z", "portals", "discover", "nobody",
                                                 status=1).stderr  # fmt: skip


def test_a_portal_that_is_not_watched_is_not_asked(registry, live, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(registry, folder)
    rows = list(csv.DictReader(io.StringIO((folder / "portals.csv").read_text("utf-8-sig"))))
    for row in rows:
        row["active_to"] = "2026-03-01" if row["id"] == "yunling" else row["active_to"]
    with (folder / "portals.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    told = live(folder, "2026-03-05T18:15:00Z", "portals", "discover", "yunling", status=1).stderr
    assert "yunling is not watched on 2026-03-06; look at its active_from and active_to" in told
    assert not (folder / "evidence").exists()


def test_check_names_every_wrong_row(registry, syndication, tmp_path):
    assert "各行均正确" in syndication("portals", "check", "--data", registry).stdout
    folder = shutil.copytree(registry, tmp_path / "data")
    with (folder / "channels.csv").open("a", encoding="utf-8") as file:
        file.write('x1,yunling,栏目,https://www.yunling.example/a/,html,news,"{""ccs"": ""li""}",\n')
        file.write('x2,yunling,栏目,https://www.yunling.example/b/,json,news,,\n')  # fmt: skip
    said = syndication("portals", "check", "--data", folder, status=1).stderr
    assert "channel x1, column options: option ccs" in said
    assert "channel x2, column options: option rows" in said
    with (folder / "channels.csv").open("a", encoding="utf-8") as file:
        file.write("x3,nobody,栏目,https://www.yunling.example/c/,htlm,news,,\n")
    said = syndication("portals", "check", "--data", folder, status=1).stderr
    assert "portals.csv has no portal 'nobody'" in said
    assert "'htlm' is none of" in said


def test_check_live_looks_at_each_channel_once(registry, live, tmp_path):
    folder = shutil.copytree(registry, tmp_path / "data")
    done = live(folder, "2026-03-05T18:15:00Z", "portals", "check", "--live", status=2)
    assert "防护校验页面 2，服务器报错 1，正常 21" in done.stdout
    assert "operator: ask the portal" in done.stdout.replace("\n", " ")


def test_a_fixture_fails_until_a_person_has_read_it(registry, live, tmp_path):
    folder = shutil.copytree(registry, tmp_path / "data")
    live(folder, "2026-03-05T18:15:00Z", "portals", "fixture", "shuiwu-gwy", "--to", str(tmp_path / "lists"))
    page = tmp_path / "lists" / "json" / "shuiwu-gwy.answer"
    reading = page.with_name(page.name + ".reading.json")
    with pytest.raises(pytest.fail.Exception, match="read by nobody yet"):
        told_of(page)
    told = json.loads(reading.read_text(encoding="utf-8"))
    del told["unread"]
    reading.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    assert len(told["rows"]) == 11
    assert reading_of(page, told_of(page)) == {name: told[name] for name in ("rows", "total")}
    again = live(folder, "2026-03-05T18:20:00Z", "portals", "fixture", "shuiwu-gwy", "--to", str(tmp_path / "lists"),
                 status=1)  # fmt: skip
    assert "is there already" in again.stderr
    none = live(folder, "2026-03-05T18:25:00Z", "portals", "fixture", "anquan-gwy", "--to", str(tmp_path), status=1)
    assert "challenge" in none.stderr


# --- what a home page and a data answer tell ---


@pytest.mark.parametrize(
    ("title", "paper"),
    [
        ("国务院关于推进山区驿道保护利用的意见", True),
        ("国务院办公厅印发驿道保护办法", True),
        ("中共中央办公厅、国务院办公厅印发《驿道保护意见》", True),
        ("中共中央 国务院关于驿道保护的意见", True),
        ("省人民政府办公厅转发国务院办公厅关于驿道保护的通知", False),
        ("国务院督查组到云岭调研", False),
        ("云岭省贯彻落实国务院意见", False),
    ],
)
def test_titles_worded_as_papers(title, paper):
    assert looks_like_paper(title) is paper


def _block(heading, titles):
    rows = "".join(f'<li><a href="/{abs(hash(title))}.html">{title}</a></li>' for title in titles)
    return f'<div class="mod"><div class="hd">{heading}</div><ul>{rows}</ul></div>'


PAPERS = [f"国务院关于样例事项第{n}号的批复" for n in range(4)]
NEWS = [f"全省样例事项第{n}次现场会召开" for n in range(4)]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (_block('<a href="/a/">国务院信息</a>', NEWS), [("国务院信息", "/a/", "name")]),
        (_block('<span>国务院信息</span><a href="/a/">更多</a>', NEWS), [("国务院信息", "/a/", "name")]),
        (_block('<a href="/b/">上级文件</a>', PAPERS), [("上级文件", "/b/", "releases")]),
        (_block('<a href="/b/">上级文件</a>', PAPERS[:3] + NEWS[:2]), [("上级文件", "/b/", "releases")]),
        (_block('<a href="/b/">上级文件</a>', PAPERS[:2] + NEWS), []),
        (_block("上级文件", PAPERS), []),
        (_block('<a href="/c/">要闻</a>', NEWS), []),
        (_block("x", NEWS) + '<script src="/gwy/pushinfo.js"></script>', [("国务院信息", "/gwy/pushinfo.js", "embed")]),
    ],
)
def test_candidates_of_a_home_page(body, found):
    page = page_of(f"<html><body><div class='main'>{body}</div></body></html>", "https://x.example.cn/")
    got = candidates(page, ["国务院信息"], lambda title, url: looks_like_paper(title))
    assert [(one.name, one.url.removeprefix("https://x.example.cn"), one.why) for one in got] == found


def test_addresses_that_a_columns_page_names():
    page = page_of(
        '<link rel="alternate" type="application/rss+xml" href="rss.xml"><a href="/a.html">驿道</a>'
        '<script>var u = "/cms/list/gwy"; load("./data/list.json?x=1"); track("https://x.example.cn/a.html")</script>',
        "https://x.example.cn/gwy/",
    )
    assert data_addresses(page) == [
        "https://x.example.cn/gwy/rss.xml", "https://x.example.cn/cms/list/gwy", "https://x.example.cn/gwy/data/list.json?x=1"
    ]  # fmt: skip
    assert data_addresses(page_of('{"a": "/x.json"}')) == []


@pytest.mark.parametrize(
    ("answer", "options"),
    [
        (
            {"code": 200, "result": {"pageTotal": 3, "count": 40, "items": [
                {"id": n, "topic": PAPERS[n], "infourl": f"/c/{n}.html", "pubtime": "2026-03-01 10:00"} for n in range(3)]}},
            {"rows": "result.items", "title": "topic", "url": "infourl", "time": "pubtime", "total": "result.count"},
        ),
        ([{"title": text, "link": f"https://x.example.cn/{text}"} for text in PAPERS],
         {"rows": "[*]", "title": "title", "url": "link"}),
        ({"rows": [{"name": "栏目", "url": "/a/"}] * 4}, None),
        ({"rows": [{"title": text, "id": 1} for text in PAPERS]}, None),
        ({"rows": [{"title": PAPERS[0], "url": "/a/"}]}, None),
    ],
)  # fmt: skip
def test_the_shape_of_a_data_answer(answer, options):
    assert options_of(json.dumps(answer, ensure_ascii=False)) == options
    if options:
        family_of("json").check_options(options)
        assert family_of("json").read(page_of(json.dumps(answer, ensure_ascii=False)), options).rows


def test_a_page_is_no_data_answer():
    assert options_of("<html></html>") is None


@pytest.mark.parametrize(
    ("named", "releases", "carried", "known", "role"),
    [
        (True, 6, 2, 4, Role.COLUMN),
        (True, 6, 1, 4, Role.NEWS),
        (True, 6, 2, 2, Role.NEWS),
        (True, 5, 4, 4, Role.NEWS),
        (False, 10, 4, 4, Role.NEWS),
    ],
)
def test_the_role_that_can_accuse_needs_evidence(named, releases, carried, known, role):
    rows = tuple(Row(f"https://x.example.cn/{n}", "驿道") for n in range(10))
    look = Look("p", "", "https://x.example.cn/", from_text("2026-03-01T00:00:00Z"), Outcome.OK)
    finding = ListFinding("p", "", "国务院信息", look.url, "name", look, "html", {}, rows, None, releases, carried, known,
                          named)  # fmt: skip
    assert role_of(finding) is role


# --- channels.csv ---


@pytest.mark.parametrize(
    ("url", "taken", "free"),
    [
        ("https://x.example.cn/zwgk/gwyxx/index.html", (), "p-gwyxx"),
        ("https://x.example.cn/zwgk/gwyxx/index.html", ("p-gwyxx", "p-gwyxx-2"), "p-gwyxx-3"),
        ("https://x.example.cn/module/web/jpage/dataproxy.jsp?columnid=1", (), "p-gwyxx"),
        ("https://x.example.cn/xw/Zcwj_2.shtml", (), "p-zcwj-2"),
    ],
)
def test_ids_tell_the_portal_and_are_free(url, taken, free):
    assert free_id("p", url, taken) == free


def test_rows_go_under_the_columns_where_they_stand_and_wrong_ones_change_nothing(registry, tmp_path):
    folder = shutil.copytree(registry, tmp_path / "data")
    path = folder / "channels.csv"
    path.write_text("name,id,portal_id,url,family,role,options,notes", encoding="utf-8")
    new = Channel("yunling-x", "yunling", "国务院信息", "https://www.yunling.example/x/", "html", Role.NEWS, {"css": "li"})
    append_channels(folder, [new])
    text = path.read_text(encoding="utf-8")
    assert text.splitlines()[1].startswith("国务院信息,yunling-x,yunling,https://www.yunling.example/x/,html,news,")
    with pytest.raises(RegistryError, match="stands in line 2 already"):
        append_channels(folder, [new])
    assert path.read_text(encoding="utf-8") == text
    assert sorted(one.name for one in Path(folder).glob("channels*")) == ["channels.csv"]


def test_the_home_pages_of_a_recorded_crawl(corpus):
    record_file = read_run_file(sorted((corpus / "replay-2018-12").glob("*.warc.gz"))[5])
    found = {}
    for record in record_file.records:
        if record.status == 200 and record.url.endswith(".gov.cn/"):
            answer = read_answer(record_file.path, record)
            page = decode_page(record.url, 200, dict(answer.headers), answer.body, record.fetched_at)
            found[record.url] = [
                (one.why, one.url) for one in candidates(page, ["国务院信息"], lambda title, _: looks_like_paper(title))
            ]
    assert len(found) == 5
    assert {kind for [(kind, _)] in found.values()} == {"name", "embed"}
    assert found["https://www.ndrc.gov.cn/"] == [("name", "https://www.ndrc.gov.cn/xwdt/gwyxx/index.html")]


@pytest.mark.parametrize(
    ("fields", "total"),
    [
        ({"count": 3, "pageNo": 1}, None),
        ({"count": 40}, None),
        ({"count": 40, "pageNo": 1}, "count"),
        ({"pageTotal": 12}, None),
        ({"totalPages": 12, "pageCount": 9, "pageSize": 20}, None),
        ({"totalCount": 3}, "totalCount"),
        ({"total": 2}, None),
    ],
)
def test_a_pages_size_is_no_total(fields: dict[str, int], total: str | None) -> None:
    rows = [{"topic": text, "url": f"/c/{n}.html"} for n, text in enumerate(PAPERS[:3])]
    options = options_of(json.dumps({**fields, "rows": rows}, ensure_ascii=False))
    assert options is not None
    assert options.get("total") == total
