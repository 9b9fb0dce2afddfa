"""`syndication serve` over real HTTP: it answers while another process writes, and says why it cannot."""

from __future__ import annotations

import asyncio
import http.client
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlite_utils
from click.testing import CliRunner
from publish_data import empty_database, fill

from syndication.errors import DataFolderError, LockedError
from syndication.lock import hold
from syndication.publish import export
from syndication.serve import ListeningError, database_of, listening_socket, run_server, serve_command
from syndication.store.summarising import refresh_days

if TYPE_CHECKING:
    from collections.abc import Iterator

STARTED_WITHIN = 30.0
AT = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    db = empty_database(folder)
    fill(db, releases=400, portals=40)
    db.close()
    return folder


@pytest.fixture(scope="module")
def port(folder: Path) -> Iterator[int]:
    """A server of its own process, as an operator starts it."""
    code = "from syndication.serve import serve_command; serve_command()"
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", code, "--data", str(folder), "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout
    told = process.stdout.readline()
    found = re.search(r"监测页面：http://127\.0\.0\.1:(\d+)/", told)
    assert found, told + process.stdout.read()
    yield int(found[1])
    process.terminate()
    assert process.wait(STARTED_WITHIN) in (0, -15)
    process.stdout.close()


def get(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, body


def test_the_front_page_answers(port: int) -> None:
    status, page = get(port, "/")
    assert status == 200
    assert "国务院信息转载监测" in page


def test_style_and_script_are_served(port: int) -> None:
    _, page = get(port, "/syndication/verdict_list")
    for address in re.findall(r'(?:<link rel="stylesheet" href|<script src)="([^"]+)"', page):
        assert address.startswith("/")
        assert get(port, address)[0] == 200, address


def test_pages_and_exports_answer_while_another_process_writes(folder: Path, port: int) -> None:
    done = threading.Event()
    answers: list[int] = []
    sizes: list[int] = []

    def read() -> None:
        while not done.is_set():
            for path in ("/syndication/verdict_list?_sort=status", "/?p=all", "/-/verdicts?p=all", "/-/portals", "/-/reviews"):
                answers.append(get(port, path)[0])
            status, text = get(port, "/syndication/verdicts.csv")
            answers.append(status)
            sizes.append(text.count("\n"))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    writer = sqlite3.connect(folder / "syndication.db", isolation_level=None)
    for _ in range(8):
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE verdicts SET cause = cause || '.'")
        time.sleep(0.1)
        writer.execute("COMMIT")
    writer.close()
    done.set()
    for reader in readers:
        reader.join()
    assert set(answers) == {200}
    assert len(answers) > 4
    assert set(sizes) == {16001}


def test_a_commit_is_seen_at_once(folder: Path, port: int) -> None:
    writer = sqlite3.connect(folder / "syndication.db")
    with writer:
        writer.execute("UPDATE portals SET notes = '刚刚写入' WHERE portal_id = 'depa-001'")
    writer.close()
    assert "刚刚写入" in get(port, "/syndication/portals")[1]


def test_the_workbench_shows_a_nightlys_commit_with_its_next_page(folder: Path, port: int) -> None:
    """Counts and list change together, within a second of the commit."""
    db = sqlite_utils.Database(folder / "syndication.db")
    day, missing = db.execute("SELECT released_day, count(*) FROM verdict_list WHERE status = 'missing' GROUP BY 1").fetchone()

    def shown() -> tuple[str, str]:
        page, rows = get(port, f"/?from={day}&to={day}")[1], get(port, f"/-/verdicts?from={day}&to={day}&status=missing")[1]
        counts = re.findall(r"未转载 (\d+)", page)
        found = re.search(r"共 (\d+) 条", rows)
        assert found
        return counts[2], found[1]  # of the card for all portals

    assert shown() == (str(missing), str(missing))
    with db.atomic():
        db.execute("UPDATE verdicts SET status = 'missing' WHERE released_day = ? AND status = 'on_time'", (day,))
        refresh_days(db, [day])
        assert shown() == (str(missing), str(missing))  # not before the commit
    began = time.monotonic()
    counted = "SELECT count(*) FROM verdict_list WHERE status = 'missing' AND released_day = ?"
    after = str(db.execute(counted, (day,)).fetchone()[0])
    db.close()
    assert shown() == (after, after)
    assert int(after) > missing
    assert time.monotonic() - began < 1


def test_an_export_that_breaks_is_no_whole_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that reads it gets a broken transfer, not a shorter file."""
    lines = export.Export._lines
    calls = 0

    def breaking(self: export.Export, rows: list[sqlite3.Row]) -> str:
        nonlocal calls
        calls += 1
        if calls > 3:
            raise sqlite3.OperationalError("disk I/O error")
        return lines(self, rows)

    monkeypatch.setattr(export.Export, "_lines", breaking)

    async def broken() -> bytes:
        listener = listening_socket("127.0.0.1", 0)
        port = listener.getsockname()[1]
        serving = asyncio.ensure_future(run_server(folder / "syndication.db", listener, open_browser=False))
        await asyncio.sleep(1)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /syndication/verdicts.csv HTTP/1.1\r\nHost: localhost\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 30)
        writer.close()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        listener.close()
        return answer

    answer = asyncio.run(broken())
    assert answer.startswith(b"HTTP/1.1 200")
    assert not answer.endswith(b"0\r\n\r\n")


def test_without_a_database_it_says_what_to_do(tmp_path: Path) -> None:
    told = CliRunner().invoke(serve_command, ["--data", str(tmp_path)])
    assert isinstance(told.exception, DataFolderError)
    assert "没有找到数据库" in str(told.exception)
    assert "syndication nightly" in str(told.exception)


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "syndication.db")
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    with pytest.raises(DataFolderError, match="not a database of this program"):
        database_of(tmp_path)
    (tmp_path / "syndication.db").write_bytes(b"no database at all")
    with pytest.raises(DataFolderError, match="not a database of this program"):
        database_of(tmp_path)


def test_a_copy_in_another_journal_mode_is_put_into_wal(tmp_path: Path) -> None:
    empty_database(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "syndication.db")
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    connection = sqlite3.connect(database_of(tmp_path))
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_a_database_of_an_older_version_is_brought_up_to_date(tmp_path: Path) -> None:
    database = empty_database(tmp_path)
    database.execute("ALTER TABLE portals DROP COLUMN place")
    database.execute("DROP VIEW verdict_list")
    database.execute("CREATE VIEW verdict_list AS SELECT 1 AS old")
    database.execute("DELETE FROM _sqlite_migrations WHERE name = 'order_of_portals'")
    database.close()
    with hold(tmp_path, "nightly", AT), pytest.raises(LockedError, match="nightly"):
        database_of(tmp_path)
    assert database_of(tmp_path) == tmp_path / "syndication.db"
    with closing(sqlite3.connect(tmp_path / "syndication.db")) as connection:
        connection.execute("SELECT place FROM portals")
        connection.execute("SELECT portal_name FROM verdict_list")
    with hold(tmp_path, "nightly", AT):  # up to date: a nightly at work is no hindrance
        database_of(tmp_path)


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(ListeningError, match="--port"):
            listening_socket("127.0.0.1", other.getsockname()[1])
