"""Probes over real sockets: they look where a deadline is near, nowhere else, and make a verdict of a doubt."""

from __future__ import annotations

import shutil
import subprocess
import sys

import pytest
from test_replay import content, data_from

from syndication.rehearsal.build import build
from syndication.rehearsal.cast import story
from syndication.rehearsal.fleet import Fleet
from syndication.rehearsal.live import serving
from syndication.store import open_database

PROBE = """
import sys
from pathlib import Path
from rich.console import Console
from syndication.clock import FixedClock, from_text
from syndication.probe import probe
from syndication.progress import Progress
from syndication.rehearsal.live import settings
from syndication.summary_text import print_probe
folder, port, moment = Path(sys.argv[1]), int(sys.argv[2]), from_text(sys.argv[3])
print_probe(Console(), probe(folder, FixedClock(moment), Progress(), settings(port)))
"""
NIGHT, NEXT_NIGHT = "2026-03-02T18:15:00Z", "2026-03-03T18:15:00Z"


@pytest.fixture(scope="module")
def port():
    with serving(Fleet(story())) as number:
        yield number


@pytest.fixture(scope="module")
def after_a_night(port, tmp_path_factory):
    """The data folder after one night, 3 March 02:15 Beijing."""
    place = tmp_path_factory.mktemp("probe")
    folder = data_from(build(place / "rehearsal").data, place / "data")
    run("-m", "syndication.rehearsal.live", "--data", folder, "--port", port, "--at", NIGHT)
    return folder


def run(*arguments):
    done = subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def probe(folder, port, moment):
    return run("-c", PROBE, folder, port, moment)


def query(folder, sql, *parameters):
    database = open_database(folder)
    rows = database.execute(sql, parameters).fetchall()
    database.close()
    return rows


def a_deadline(folder):
    """A deadline that some portal has not met yet, as stored."""
    return query(
        folder, "SELECT min(deadline) FROM verdicts WHERE status = 'pending' AND edition = 'inspection-24h'"
    )[0][0]  # fmt: skip


def shift(text, minutes):
    from datetime import timedelta

    from syndication.clock import from_text, to_text

    return to_text(from_text(text) + timedelta(minutes=minutes))


def test_probes_before_and_after_a_deadline_settle_every_portal_that_answers(after_a_night, port, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(after_a_night, folder)
    deadline = a_deadline(folder)
    lacking = set(query(folder, "SELECT portal_id FROM verdicts WHERE status IN ('pending', 'not_observed')"))
    said = probe(folder, port, shift(deadline, -8))
    assert "时限将至" in said
    said = probe(folder, port, shift(deadline, 7))
    assert "时限刚过" in said
    statuses = dict(query(
        folder, "SELECT status, count(*) FROM verdicts WHERE deadline = ? AND edition = 'inspection-24h'"
        " GROUP BY status", deadline
    ))  # fmt: skip
    assert "undetermined" not in statuses
    assert "missing" not in statuses  # a probe looks at columns: the home page is looked at in the night
    assert statuses["on_time"] > 0
    run("-m", "syndication.rehearsal.live", "--data", folder, "--port", port, "--at", NEXT_NIGHT)
    settled = dict(query(
        folder, "SELECT status, count(*) FROM verdicts WHERE deadline = ? AND edition = 'inspection-24h'"
        " GROUP BY status", deadline
    ))  # fmt: skip
    assert settled["missing"] == statuses["pending"]
    assert "pending" not in settled
    asked = query(
        folder, "SELECT DISTINCT portal_id FROM observations o JOIN runs r USING (run_id) WHERE r.kind = 'probe'"
        " AND o.kind = 'channel'"
    )  # fmt: skip
    assert asked
    assert set(asked) <= lacking


def test_what_probes_recorded_rebuilds_the_database(after_a_night, port, tmp_path, syndication):
    folder = tmp_path / "data"
    shutil.copytree(after_a_night, folder)
    deadline = a_deadline(folder)
    for minutes in (-8, 7, 22):
        probe(folder, port, shift(deadline, minutes))
    before = content(folder)
    for path in folder.glob("syndication.db*"):
        path.unlink()
    syndication("replay", folder / "evidence", "--data", folder)
    assert content(folder) == before


def test_nothing_due_asks_nobody(after_a_night, port, tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(after_a_night, folder)
    runs = query(folder, "SELECT count(*) FROM runs")
    said = probe(folder, port, shift(NIGHT, 30))
    assert "本次未访问任何网站" in said
    assert query(folder, "SELECT count(*) FROM runs") == runs
