"""A database of ten years: 103 portals, 15,000 releases, two editions, 3.09 million verdicts, a look a day at 206 channels.

Everything is made by arithmetic from running numbers, so that two makings are equal; names of portals are the registry's.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syndication.clock import beijing_date, to_text
from syndication.init_folder import write_folder
from syndication.registry import load_registry
from syndication.store import Store
from syndication.store.database import open_database
from syndication.store.summarising import refresh_all

FIRST = datetime(2016, 7, 1, 1, 0, tzinfo=UTC)
DAYS = 3653
RELEASES = 15_000
EDITIONS = {"inspection-24h": 24, "guideline-12h": 12}
SUBJECTS = ("营商环境", "环保督察", "义务教育", "医疗保障", "乡村道路", "防汛抗旱", "数字政府", "安全生产", "节能降碳",
            "就业创业")

_VERDICTS = """
INSERT INTO verdicts (release_id, portal_id, edition, released_day, deadline, status, mode, flags, cause, earliest, latest,
                      lag_hours, posting_id, page_url, proof, judged_at, run_id)
SELECT release_id, portal_id, :edition, day, strftime('%Y-%m-%dT%H:%M:%SZ', at, '+' || :hours || ' hours'), status,
       CASE WHEN lag IS NULL THEN NULL ELSE 'copy' END,
       CASE WHEN status = 'late' AND dice % 7 = 0 THEN 'backdated' ELSE '' END, 'declared',
       CASE WHEN lag IS NULL THEN NULL ELSE strftime('%Y-%m-%dT%H:%M:%SZ', at, '+' || lag || ' hours') END,
       CASE WHEN lag IS NULL THEN NULL ELSE strftime('%Y-%m-%dT%H:%M:%SZ', at, '+' || lag || ' hours', '+60 seconds') END,
       lag, NULL, CASE WHEN lag IS NULL THEN '' ELSE home_url || 'art/' || release_id || '.html' END, '{}', at, :run
FROM (SELECT *, CASE WHEN dice < 780 THEN 'on_time' WHEN dice < 860 THEN 'late' WHEN dice < 920 THEN 'missing'
                WHEN dice < 960 THEN 'undetermined' ELSE 'not_observed' END AS status,
             CASE WHEN dice < 780 THEN 1 + dice % (:hours - 2) WHEN dice < 860 THEN :hours + 1 + dice % 40 END AS lag
      FROM (SELECT r.release_id, p.portal_id, p.home_url, r.released_earliest AS at,
                   date(r.released_earliest, '+8 hours') AS day,
                   (r.release_id * 7919 + p.rowno * 104729 + r.release_id * p.rowno * 31) % 1000 AS dice
            FROM releases r CROSS JOIN (SELECT *, row_number() OVER (ORDER BY portal_id) AS rowno FROM portals) p
            ORDER BY r.release_id, p.rowno))
"""


def make(folder: Path) -> Path:
    """Makes the database in a folder, unless it is there already; gives its path."""
    path = folder / "syndication.db"
    if path.is_file():
        open_database(folder).close()  # it may be of an earlier schema
        return path
    folder.mkdir(parents=True, exist_ok=True)
    write_folder(folder)
    store = Store(folder)
    store.sync_registry(load_registry(folder))
    db = store.db
    db.execute("PRAGMA synchronous = OFF")
    store.begin()
    db.conn.executemany(
        "INSERT INTO runs (run_id, kind, started_at, finished_at, state, evidence_file, program_version)"
        " VALUES (?, 'nightly', ?, ?, 'done', '', '0')",
        [(_run(day), to_text(FIRST + timedelta(days=day)), to_text(FIRST + timedelta(days=day))) for day in range(DAYS)],
    )
    db.conn.executemany(
        "INSERT INTO releases (release_id, url_key, url, title, document_number, issuer, released_earliest, released_latest,"
        " released_precision, released_source, body, state, first_seen_at) VALUES (?, ?, ?, ?, ?, '国务院办公厅', ?, ?,"
        " 'second', 'meta', ?, 'read', ?)",
        map(_release, range(1, RELEASES + 1)),
    )
    db.execute("INSERT INTO duties SELECT release_id, 1, 'push_feed', '', '', NULL FROM releases")
    for edition, hours in EDITIONS.items():
        db.execute(_VERDICTS, {"edition": edition, "hours": hours, "run": _run(0)})
    db.execute("UPDATE verdicts SET status = 'pending', mode = NULL, earliest = NULL, latest = NULL, lag_hours = NULL,"
               " flags = '', page_url = '' WHERE release_id > ? AND verdict_id % 3 = 0", (RELEASES - 8,))  # fmt: skip
    portals = [row[0] for row in db.execute("SELECT portal_id FROM portals ORDER BY portal_id")]
    db.conn.executemany(
        "INSERT OR IGNORE INTO channels VALUES (?, ?, '国务院信息', ?, 'html', 'column', '{}', '', 1)",
        [(f"{portal}-decade", portal, f"https://{portal}.example/gwy/") for portal in portals],
    )
    db.conn.executemany(
        "INSERT INTO observations (run_id, kind, portal_id, channel_id, url, looked_at, outcome, detail, item_count)"
        " VALUES (?, 'channel', ?, ?, ?, ?, ?, '', 20)",
        _looks(portals),
    )
    db.execute("INSERT INTO home_columns (portal_id, looked_at, run_id, state, label, url, embed_url, position, in_navigation)"
               " SELECT portal_id, looked_at, run_id, CASE observation_id % 9 WHEN 0 THEN 'no_entry'"
               " ELSE 'entry_with_list' END, '国务院信息', url, '', 1, 1 FROM observations WHERE outcome = 'ok'"
               " AND channel_id LIKE '%-decade'")  # fmt: skip
    db.execute("INSERT INTO reviews (release_id, portal_id, edition, decision, status_before, status_after, reason,"
               " decided_by, decided_at) SELECT release_id, portal_id, edition, 'overturn', status, 'on_time', '核对', 'a',"
               " judged_at FROM verdicts WHERE status = 'undetermined' AND verdict_id % 40 = 0")  # fmt: skip
    _carried(db)
    refresh_all(db)
    store.commit()
    db.execute("PRAGMA optimize")
    store.close()
    return path


def _run(day):
    return f"{beijing_date(FIRST + timedelta(days=day)):%Y%m%d}T0900+0800"


def _release(number: int) -> tuple[object, ...]:
    at = FIRST + timedelta(days=DAYS * (number - 1) / RELEASES, seconds=number * 37 % 3600)
    url = f"https://www.gov.example/content_{number}.htm"
    title = f"国务院办公厅关于{SUBJECTS[number % 10]}第{number}号事项的通知"
    body = f"现就{SUBJECTS[number % 10]}有关事项通知如下。\n" * 30
    stamp = to_text(at)
    return (number, url, url, title, f"国办发〔{beijing_date(at).year}〕{number}号", stamp, stamp, body, stamp)


def _looks(portals):
    for day in range(DAYS):
        for place, portal in enumerate(portals):
            at = to_text(FIRST + timedelta(days=day, hours=12, seconds=place * 40))
            outcome = "timeout" if (day * 31 + place * 17) % 29 == 0 else "ok"
            url = f"https://{portal}.example/{day}"
            yield _run(day), portal, f"{portal}-decade", url, at, outcome
            yield _run(day), portal, f"{portal}@home", f"{url}/home", at, outcome


def _carried(db):
    """Postings, texts and cards for what the last release's portals carried, as its verdict pages show them."""
    rows = db.execute(
        "SELECT v.portal_id, v.page_url, v.earliest, r.title, r.body FROM verdicts v JOIN releases r USING (release_id)"
        " WHERE v.release_id = ? AND v.edition = 'inspection-24h' AND v.mode = 'copy'",
        (RELEASES - 20,),
    ).fetchall()
    for number, (portal, url, at, title, body) in enumerate(rows, 1):
        fragment = {"release": [0, len(body)], "page": [0, len(body)], "text": body[:159]}
        card = {"figures": {"coverage": 1.0}, "fragments": [fragment]}
        db.execute("INSERT INTO postings (posting_id, portal_id, url_key, url, title, first_seen_at, state) VALUES"
                   " (?, ?, ?, ?, ?, ?, 'read')", (number, portal, url, url, title, at))  # fmt: skip
        db.execute("INSERT INTO posting_texts VALUES (?, ?)", (number, body))
        db.execute("INSERT INTO matches (posting_id, release_id, mode, score, rule, decided, card) VALUES (?, ?, 'copy', 1,"
                   " 'full', 1, ?)", (number, RELEASES - 20, json.dumps(card)))  # fmt: skip
        db.execute("UPDATE verdicts SET posting_id = ? WHERE release_id = ? AND portal_id = ?", (number, RELEASES - 20, portal))
