"""A database with invented portals, releases and verdicts, for the tests of pages, exports and notices."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlite_utils
from datasette.app import Datasette

from syndication.clock import beijing_date, to_text
from syndication.store.database import open_database
from syndication.store.summarising import refresh_all, refresh_days

EDITION = "inspection-24h"
FIRST_RELEASE = datetime(2026, 3, 1, 16, 30, 12, tzinfo=UTC)  # 2 March, 00:30:12 in Beijing
HOSTILE_TITLE = "<img src=x onerror=\"document.body.dataset.hurt='1'\">关于甲乙丙的通知"
FORMULA_TITLE = '=HYPERLINK("http://evil.example","点击")'
STATUSES = ("on_time", "on_time", "late", "missing", "not_observed", "undetermined", "pending", "exempt")


def empty_database(path: Path) -> sqlite_utils.Database:
    """The tables and views of the program, without rows; `path` is a data folder."""
    return open_database(path, create=True)


def portal(number: int, level: str, region: str = "") -> dict[str, Any]:
    """A row of `portals`."""
    name = f"第{number}部网站" if level == "department" else f"第{number}省人民政府网站"
    return {
        "portal_id": f"{level[:4]}-{number:03}", "name": name, "level": level, "category": "test",
        "region_code": region, "home_url": f"https://www.portal{number}.example/", "site_code": "", "active_from": None,
        "active_to": None, "notes": "", "registered": 1,
    }  # fmt: skip


def release(number: int, released: datetime, title: str = "") -> dict[str, Any]:
    """A row of `releases`."""
    url = f"https://www.gov.example/zhengce/content_{number}.htm"
    return {
        "release_id": number, "url_key": url, "url": url, "title": title or f"国务院关于第{number}号事项的批复",
        "document_number": f"国函〔2026〕{number}号", "issued_on": None, "issuer": "国务院",
        "released_earliest": to_text(released), "released_latest": to_text(released), "released_precision": "second",
        "released_source": "meta", "body": "正文", "state": "read", "first_seen_at": to_text(released),
        "evidence_id": None,
    }  # fmt: skip


def verdict(number: int, which: dict[str, Any], whose: dict[str, Any], status: str, **more: Any) -> dict[str, Any]:
    """A row of `verdicts`; a late one came 30 hours after the release, one on time after 2 hours."""
    released = datetime.fromisoformat(which["released_earliest"])
    carried = {"on_time": 2, "late": 30}.get(status)
    moment = released + timedelta(hours=carried) if carried else None
    return {
        "verdict_id": number, "release_id": which["release_id"], "portal_id": whose["portal_id"], "edition": EDITION,
        "released_day": beijing_date(released).isoformat(), "deadline": to_text(released + timedelta(hours=24)),
        "status": status, "mode": "copy" if carried else None,
        "flags": "backdated no_source" if status == "late" else "",
        "cause": "test", "earliest": to_text(moment) if moment else None,
        "latest": to_text(moment + timedelta(minutes=1)) if moment else None,
        "lag_hours": round(carried + 1 / 60, 2) if carried else None, "posting_id": None,
        "page_url": f"{whose['home_url']}art/{number}.html" if carried else "", "proof": "{}",
        "judged_at": to_text(released + timedelta(days=2)), "run_id": "2026-03-31T17-00-00Z",
    } | more  # fmt: skip


def fill(db: sqlite_utils.Database, *, releases: int = 12, portals: int = 8) -> None:
    """Invented rows: statuses in turn, a hostile and a formula title, a review that overturns one verdict."""
    fleet = [portal(n, "department") for n in range(1, portals // 2 + 1)]
    fleet += [portal(n, "province", f"{65 - n}0000") for n in range(1, portals - portals // 2 + 1)]
    papers = [release(n, FIRST_RELEASE + timedelta(hours=20 * (n - 1))) for n in range(1, releases + 1)]
    papers[0]["title"], papers[1]["title"] = HOSTILE_TITLE, FORMULA_TITLE
    run = {
        "run_id": "2026-03-31T17-00-00Z", "kind": "nightly", "started_at": "2026-03-31T17:00:00Z",
        "finished_at": "2026-03-31T18:10:00Z", "state": "done", "evidence_file": "evidence/1.warc.gz",
        "evidence_records": 10, "evidence_hash": "00", "previous_hash": None, "program_version": "0.1.0",
    }  # fmt: skip
    verdicts = [
        verdict(which["release_id"] * 1000 + place, which, whose, STATUSES[(place + which["release_id"]) % 8])
        for which in papers
        for place, whose in enumerate(fleet)
    ]
    with db.atomic():
        db.table("portals").insert_all(fleet)
        db.table("releases").insert_all(papers)
        db.table("runs").insert(run)
        db.table("verdicts").insert_all(verdicts)
        refresh_all(db)


def review(db: sqlite_utils.Database, which: dict[str, Any], decision: str, status: str) -> None:
    """A person's decision on a verdict."""
    with db.atomic():
        db.table("reviews").insert(
            {
                "release_id": which["release_id"], "portal_id": which["portal_id"], "edition": which["edition"],
                "decision": decision, "status_before": which["status"], "status_after": status, "reason": "已核对页面",
                "decided_by": "test", "decided_at": "2026-04-02T01:00:00Z",
            }
        )
        refresh_days(db, [which["released_day"]])


def close(datasette: Datasette) -> None:
    """Gives back the files and threads of a Datasette that a test made."""
    for each in datasette.databases.values():
        each.close()
    datasette.executor.shutdown()


async def get(datasette: Datasette, path: str, status: int = 200) -> str:
    """The text of a page that answers with this status."""
    answer = await datasette.client.get(path)
    assert answer.status_code == status, answer.text
    return str(answer.text)
