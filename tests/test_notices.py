"""The annex of a notice: all rows of the period, in order, for a Chinese spreadsheet, written whole or not at all."""

from __future__ import annotations

import csv
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from publish_data import (
    EDITION,
    FORMULA_TITLE,
    HOSTILE_TITLE,
    empty_database,
    fill,
    portal,
    release,
    review,
    verdict,
)

from syndication import notices
from syndication.errors import DataFolderError
from syndication.glossary import Status, chinese
from syndication.notice_documents.making import Wish, make_notice
from syndication.notices import HEADERS, NoticeError, notice_command, write_notice
from syndication.store.figures import Days, portal_counts
from syndication.store.periods import Period, could_be_observed
from syndication.store.reading import snapshot
from syndication.store.summarising import refresh_all


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    db = empty_database(tmp_path)
    fill(db)
    db.close()
    return tmp_path


def ask(folder: Path, *more: str, first: str = "2026-03-01", last: str = "2026-03-31") -> Result:
    target = folder / "annex.csv"
    arguments = ["--from", first, "--to", last, "--csv", str(target), "--data", str(folder), *more]
    return CliRunner().invoke(notice_command, arguments)


def rows_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "annex.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_file_is_for_a_chinese_spreadsheet(folder: Path) -> None:
    told = ask(folder)
    assert told.exit_code == 0, told.output
    content = (folder / "annex.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf\xe5\xba\x8f\xe5\x8f\xb7,")
    assert content.count(b"\r\n") == content.count(b"\n") == 97
    rows = rows_of(folder)
    assert list(rows[0]) == list(HEADERS)
    assert {row["文件标题"] for row in rows} >= {"'" + FORMULA_TITLE, HOSTILE_TITLE}
    assert not [value for row in rows for value in row.values() if value.startswith(("=", "+", "@"))]


def test_all_rows_stand_in_the_order_of_a_notice(folder: Path) -> None:
    db = empty_database(folder)
    for place, number in enumerate((3, 1, 2, 4), 1):
        db.execute("UPDATE portals SET place = ? WHERE portal_id = ?", (place, f"depa-{number:03}"))
    db.close()
    ask(folder)
    rows = rows_of(folder)
    assert [row["序号"] for row in rows] == [str(number) for number in range(1, 97)]
    names = list(dict.fromkeys(row["网站名称"] for row in rows))
    assert names[:4] == [f"第{n}省人民政府网站" for n in (4, 3, 2, 1)]  # by region code: 610000 first
    assert names[4:] == [f"第{n}部网站" for n in (3, 1, 2, 4)]  # as they stand in portals.csv
    for name in names:
        released = [row["发布时间"] for row in rows if row["网站名称"] == name]
        assert released == sorted(released)
        assert len(released) == 12


def test_days_are_beijing_days_and_inclusive(folder: Path) -> None:
    ask(folder, first="2026-03-02", last="2026-03-02")
    assert {row["发布时间"] for row in rows_of(folder)} == {"2026-03-02 00:30:12", "2026-03-02 20:30:12"}
    ask(folder, first="2026-03-01", last="2026-03-01")
    assert rows_of(folder) == []


def test_a_row_tells_what_was_seen_and_how_late(folder: Path) -> None:
    ask(folder)
    late = next(row for row in rows_of(folder) if row["判定"] == "超时" and row["级别"] == "国务院部门")
    assert (late["转载方式"], late["转载用时(小时)"], late["超时(小时)"]) == ("全文", "30.02", "6.0")
    assert late["标记"] == "疑似伪造发稿日期、未注明来源"
    assert late["转载时间"] == "2026-03-04 02:30:12"
    assert (late["可观测门户数"], late["门户总数"]) == ("5", "8")


def test_what_is_no_finding_says_so_in_its_row(folder: Path) -> None:
    ask(folder)
    remarks = {row["判定"]: row["说明"] for row in rows_of(folder)}
    assert "不作为问题认定" in remarks["未能观测"]
    assert "不作为问题认定" in remarks["待核"]
    assert remarks["未到期"] == "尚未到时限"
    assert remarks["未转载"] == remarks["超时"] == remarks["按时"] == ""


def test_a_review_stands_in_place_of_the_judged_status(folder: Path) -> None:
    db = empty_database(folder)
    which = next(db.query("SELECT * FROM verdicts WHERE status = 'late' ORDER BY verdict_id LIMIT 1"))
    review(db, which, "exempt", "exempt")
    db.close()
    ask(folder)
    row = next(row for row in rows_of(folder) if row["转载页面"] == which["page_url"])
    assert (row["判定"], row["复核"], row["超时(小时)"]) == ("免于考核", "免于考核", "")


def test_an_interval_is_told_with_both_its_ends(tmp_path: Path) -> None:
    db = empty_database(tmp_path)
    paper = release(1, datetime(2026, 3, 2, 1, tzinfo=UTC)) | {"released_precision": "day"}
    whose = portal(1, "province", "110000")
    late = verdict(1, paper, whose, "late", earliest="2026-03-03T02:10:00Z", latest="2026-03-04T02:10:00Z")
    run = {"run_id": late["run_id"], "kind": "replay", "started_at": "2026-03-05T00:00:00Z", "state": "done",
           "evidence_file": "", "program_version": "0.1.0"}  # fmt: skip
    with db.atomic():
        for table, row in (("portals", whose), ("releases", paper), ("runs", run), ("verdicts", late)):
            db.table(table).insert(row)
    db.close()
    told = ask(tmp_path)
    row = rows_of(tmp_path)[0]
    assert row["转载时间"] == "2026-03-03 10:10 至 2026-03-04 10:10 之间"
    assert row["发布时间"] == "2026-03-02（仅知日期）"
    assert row["超时(小时)"] == "1.1"  # 70 minutes are proven
    assert "全程可观测 1 个" in told.output


def test_the_terminal_tells_rows_observed_portals_and_statuses(folder: Path) -> None:
    told = ask(folder, "--level", "province").output
    assert "48 行" in told
    assert "可观测门户 4 个，共 4 个" in told
    assert "按时 15　超时 6" in told
    assert "不是问题认定" in told
    assert {row["级别"] for row in rows_of(folder)} == {"省级政府"}
    assert {row["门户总数"] for row in rows_of(folder)} == {"4"}


def test_portals_that_were_never_observed_are_counted(tmp_path: Path) -> None:
    db = empty_database(tmp_path)
    fill(db)
    with db.atomic():
        db.execute("UPDATE verdicts SET status = 'not_observed' WHERE portal_id = 'depa-001'")
        db.execute("UPDATE verdicts SET status = 'missing' WHERE portal_id = 'depa-002'")
    db.close()
    told = ask(tmp_path).output
    assert "可观测门户 7 个，共 8 个：全程可观测 1 个，部分发布未能观测 6 个；到期发布均未能观测 1 个，没有到期发布 0 个" in told


@pytest.mark.parametrize(
    ("statuses", "counted"),
    [
        ({"pending", "not_observed"}, "never"), ({"pending"}, "undue"), ({"exempt", "pending"}, "undue"),
        ({"exempt", "not_observed"}, "never"), ({"on_time", "not_observed"}, "partly"), ({"missing", "pending"}, "wholly"),
        ({"undetermined"}, "wholly"), ({"late", "exempt"}, "wholly"),
    ],
)  # fmt: skip
def test_what_was_observed_is_counted_alike_in_the_file_the_documents_and_the_pages(
    tmp_path: Path, statuses: set[str], counted: str
) -> None:
    """What is not yet due and what is exempt does not show that the monitor could look."""
    db = empty_database(tmp_path)
    fleet = [portal(1, "department"), portal(2, "department")]
    papers = [release(n, datetime(2026, 3, 2, n, tzinfo=UTC)) for n in range(1, 4)]
    shown = sorted(statuses) * 3
    rows = [verdict(n, paper, fleet[0], shown[n]) for n, paper in enumerate(papers)]
    run = {"run_id": rows[0]["run_id"], "kind": "replay", "started_at": "2026-03-05T00:00:00Z", "state": "done",
           "evidence_file": "", "program_version": "0.1.0"}  # fmt: skip
    with db.atomic():
        db.table("portals").insert_all(fleet)
        db.table("releases").insert_all(papers)
        db.table("runs").insert(run)
        db.table("verdicts").insert_all(rows)
        refresh_all(db)
    db.close()
    march = Period(date(2026, 3, 1), date(2026, 3, 31), EDITION)
    written = write_notice(tmp_path / "syndication.db", march, tmp_path / "annex.csv")
    made = make_notice(tmp_path, Wish(march, date(2026, 12, 31)), tmp_path / "notice", datetime(2026, 3, 10, tzinfo=UTC))
    assert written.observed == made.composed.figures.observed
    expected = {"portals": 2, "wholly": 0, "partly": 0, "never": 0, "undue": 1}  # the second portal owes nothing
    expected[counted] += 1
    assert asdict(written.observed) == expected
    with snapshot(tmp_path / "syndication.db") as connection:
        (counts,) = portal_counts(connection, EDITION, Days(march.first, march.last))
        assert (could_be_observed(counts) > 0) == (counted in {"wholly", "partly"})
    per_release = {row["判定"]: row["可观测门户数"] for row in rows_of(tmp_path)}
    assert {told for told, seen in per_release.items() if seen == "0"} == {
        chinese(Status(one)) for one in statuses & {"pending", "exempt", "not_observed"}
    }


@pytest.mark.parametrize("day", ["2026-3-1", "20260301", "2026/03/01", "２０２６-03-01", "2026-02-29", "yesterday", ""])
def test_days_are_read_strictly(folder: Path, day: str) -> None:
    told = ask(folder, first=day)
    assert told.exit_code == 2
    assert "--from" in told.output
    assert not (folder / "annex.csv").exists()


def test_the_first_day_must_not_be_after_the_last(folder: Path) -> None:
    told = ask(folder, first="2026-03-31", last="2026-03-01")
    assert told.exit_code == 2
    assert "晚于" in told.output


def test_an_edition_without_verdicts_is_refused_with_those_that_there_are(folder: Path) -> None:
    told = ask(folder, "--edition", "nothing")
    assert isinstance(told.exception, NoticeError)
    assert f"{EDITION}（2026-03-02 至 2026-03-11）" in str(told.exception)
    assert not (folder / "annex.csv").exists()


def test_without_a_database_it_says_what_to_do(tmp_path: Path) -> None:
    told = ask(tmp_path)
    assert isinstance(told.exception, DataFolderError)
    assert "nightly" in str(told.exception)


def test_a_folder_that_is_not_there_is_named(folder: Path) -> None:
    told = CliRunner().invoke(
        notice_command,
        ["--from", "2026-03-01", "--to", "2026-03-02", "--csv", str(folder / "no" / "a.csv"), "--data", str(folder)],
    )
    assert isinstance(told.exception, NoticeError)
    assert "no/a.csv" in str(told.exception)


def test_a_torn_write_leaves_the_old_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "annex.csv").write_text("old")

    def torn(number: int, row: Any) -> list[Any]:
        if number > 50:
            raise RuntimeError("torn")
        return [number]

    monkeypatch.setattr(notices, "_cells", torn)
    period = Period(datetime(2026, 3, 1, tzinfo=UTC).date(), datetime(2026, 3, 31, tzinfo=UTC).date(), EDITION)
    with pytest.raises(RuntimeError, match="torn"):
        write_notice(folder / "syndication.db", period, folder / "annex.csv")
    assert (folder / "annex.csv").read_text() == "old"
    assert list(folder.glob(".annex*")) == []


def test_a_long_period_loses_no_row(tmp_path: Path) -> None:
    db = empty_database(tmp_path)
    fill(db, releases=2, portals=4)
    start = datetime(2026, 5, 1, tzinfo=UTC)
    papers = [release(n, start + timedelta(minutes=n // 50)) for n in range(100, 400)]
    fleet = [portal(n, "province", "110000") for n in range(50, 60)]
    rows = [
        verdict(which["release_id"] * 1000 + place, which, whose, "missing")
        for which in papers
        for place, whose in enumerate(fleet)
    ]
    with db.atomic():
        db.table("releases").insert_all(papers)
        db.table("portals").insert_all(fleet)
        db.table("verdicts").insert_all(rows)
    db.close()
    ask(tmp_path, first="2026-05-01", last="2026-05-31")
    found = {(row["网站名称"], row["国务院原文"]) for row in rows_of(tmp_path)}
    assert len(found) == len(rows_of(tmp_path)) == 3000
