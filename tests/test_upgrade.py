"""A database of any released schema becomes one of today's, with what it held."""

from __future__ import annotations

import sqlite3

import pytest
from schemas_of_levels import SCHEMAS, at_level, names, schema_of
from sqlite_utils import Database
from test_replay import data_from

from syndication.rehearsal.build import build
from syndication.store import open_database
from syndication.store.schema import migrations
from syndication.store.summarising import refresh_all

LEVELS = sorted(SCHEMAS.glob("*.sql"))
PORTAL = (
    "INSERT INTO portals (portal_id, name, level, category, region_code, home_url, site_code, notes, registered)"
    " VALUES ('a', '甲省', 'province', '', '110000', 'http://a.example/', '', '', 1)"
)
RUN = (
    "INSERT INTO runs (run_id, kind, started_at, state, evidence_file, program_version)"
    " VALUES ('r', 'nightly', '2026-03-02T18:15:00Z', 'done', 'evidence/r.warc.gz', '0.1.0')"
)
RELEASE = (
    "INSERT INTO releases (release_id, url_key, url, title, document_number, issuer, released_earliest, released_latest,"
    " released_precision, released_source, body, state, first_seen_at) VALUES (1, 'k', 'http://k', '通知', '', '',"
    " '2026-03-01T00:00:00Z', '2026-03-01T00:00:00Z', 'second', 'meta', '', 'read', '2026-03-01T00:00:00Z')"
)
VERDICT = (
    "INSERT INTO verdicts (release_id, portal_id, edition, released_day, deadline, status, flags, cause, page_url, proof,"
    " judged_at, run_id) VALUES (1, 'a', 'inspection-24h', '2026-03-01', '2026-03-02T00:00:00Z', 'late', '', '', '', '{}',"
    " '2026-03-02T18:15:00Z', 'r')"
)


FULL = {"verdict_list", "portal_scorecard", "release_coverage", "review_queue", "portal_health", "channel_health"}


def name_of(path):
    return path.stem.partition("-")[2]


REVIEW = (
    "INSERT INTO reviews (release_id, portal_id, edition, decision, status_before, status_after, reason, decided_by, decided_at)"
    " SELECT release_id, portal_id, edition, 'overturn', status, 'on_time', '门户来函', '甲', '2026-03-20T00:00:00Z'"
    " FROM verdicts WHERE status = 'late' LIMIT 1"
)
COUNTED = ("portal_day", "portal_month", "release_counts")
"""What a level keeps beside the rows that it is counted from."""


def filled(path, file, fill):
    """A database file of a released level with what `fill` writes into it."""
    connection = sqlite3.connect(file)
    connection.executescript(path.read_text(encoding="utf-8"))
    fill(connection)
    connection.commit()
    connection.close()
    database = Database(file)
    migrations.ensure_migrations_table(database)
    for name in names()[: names().index(name_of(path)) + 1]:
        database.table(migrations.migrations_table).insert(
            {"migration_set": "syndication", "name": name, "applied_at": "2026-03-01"}
        )
    database.close()


def one_verdict(connection):
    for row in (PORTAL, RUN, RELEASE, VERDICT):
        connection.execute(row)


@pytest.fixture(scope="module")
def source(syndication, tmp_path_factory):
    """A database of today after the bundled fleet's ten days, with a review in it."""
    place = tmp_path_factory.mktemp("source")
    fleet = build(place / "rehearsal")
    folder = data_from(fleet.data, place / "data")
    syndication("replay", fleet.looks, "--data", folder)
    database = open_database(folder)
    database.execute(REVIEW)
    refresh_all(database)
    database.conn.commit()
    database.close()
    return folder / "syndication.db"


def columns(connection):
    """The columns of each of the program's tables."""
    tables = [
        name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if not name.startswith(("_", "sqlite_"))
    ]
    return {table: [row[1] for row in connection.execute(f"PRAGMA table_info({table})")] for table in tables}


def copied(connection, source, known, leave=()):
    """Puts the source's rows into a database, as far as a level knew their tables and columns; with `leave` not all tables."""
    connection.execute("ATTACH ? AS source", (str(source),))
    for table in known.keys() - set(leave):
        names = ", ".join(known[table])
        connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM source.{table}")
    connection.commit()
    connection.execute("DETACH source")


def shown(database):
    """Every row of every view."""
    return {view.name: sorted(map(repr, database.execute(f'SELECT * FROM "{view.name}"').fetchall())) for view in database.views}


def test_every_released_level_is_kept_as_a_file():
    assert len(LEVELS) >= 8
    assert [path.name[:2] for path in LEVELS] == [f"{number:02}" for number in range(1, len(LEVELS) + 1)]
    assert [name_of(path) for path in LEVELS] == names()[: len(LEVELS)]


@pytest.mark.parametrize("path", LEVELS, ids=name_of)
def test_a_released_migration_is_not_edited(path):
    assert schema_of(at_level(name_of(path))) == path.read_text(encoding="utf-8"), "add a migration in place of this edit"


@pytest.mark.parametrize("path", LEVELS, ids=name_of)
def test_an_older_database_becomes_one_of_today_with_what_it_held(path, tmp_path):
    filled(path, tmp_path / "syndication.db", one_verdict)
    database = open_database(tmp_path)
    fresh = open_database(tmp_path / "fresh", create=True)
    assert schema_of(database) == schema_of(fresh)
    assert list(migrations.pending(database)) == []
    assert database.execute("SELECT portal_name, title, status FROM verdict_list").fetchall() == [("甲省", "通知", "late")]
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    database.close()
    fresh.close()


@pytest.mark.parametrize("path", LEVELS, ids=name_of)
def test_every_view_of_an_older_database_says_what_one_made_today_says(path, source, tmp_path):
    known = {}

    def fill(connection):
        known.update(columns(connection))
        copied(connection, source, known)

    filled(path, tmp_path / "syndication.db", fill)
    fresh = open_database(tmp_path / "fresh", create=True)
    fresh.execute("PRAGMA foreign_keys = OFF")
    copied(fresh.conn, source, known, leave=COUNTED)
    refresh_all(fresh)
    fresh.conn.commit()
    database = open_database(tmp_path)
    upgraded, made = shown(database), shown(fresh)
    database.close()
    fresh.close()
    assert upgraded == made
    assert {name for name, rows in made.items() if rows} >= FULL


def test_a_database_of_a_newer_program_is_still_read(tmp_path):
    open_database(tmp_path, create=True).close()
    database = Database(tmp_path / "syndication.db")
    database.table(migrations.migrations_table).insert(
        {"migration_set": "syndication", "name": "of_tomorrow", "applied_at": "2027-01-01"}
    )
    database.close()
    open_database(tmp_path).close()
