"""What the tests of faults share: nights and probes of the real program in processes of their own, over real sockets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from syndication.store.ledger import Ledger
from syndication.store.reading import open_reader
from syndication.verifying import verify

FIRST, SECOND = "2026-03-02T18:15:00Z", "2026-03-03T06:15:00Z"
DONE = 2  # the exit status of a night that could not see every portal
RUN = "20260302T181500Z-nightly"
MOMENTS = int(os.environ.get("SYNDICATION_MOMENTS", "4"))
"""At how many random moments of a run something is done to it; docs/faults.md says when to ask for twenty."""


def start(folder, port, at, *more):
    command = [sys.executable, "-m", "syndication.rehearsal.live", "--data", str(folder), "--port", str(port), "--at", at, *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(process, status=0):
    said, _ = process.communicate(timeout=120)
    assert process.returncode == status, said
    assert "Traceback" not in said, said
    return said


def stopped(process):
    """Ends a process that nothing may hinder; True if it was still at work."""
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def killed(folder, port, share):
    """A first night that is cut off by SIGKILL once a share of its evidence is there; gives its file."""
    process = start(folder, port, FIRST, "nightly")
    path = folder / "evidence" / f"{RUN}.warc.gz"
    deadline = time.monotonic() + 60
    while not (path.is_file() and path.stat().st_size > share * 200_000) and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    stopped(process)
    return path


def assert_sound(folder):
    """Database and evidence agree, and nothing is left half done."""
    connection = open_reader(folder / "syndication.db")
    assert verify(folder, Ledger(connection)).open_runs == ()
    assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()
    assert list(folder.glob("snapshots/*.part")) == []


@contextmanager
def mounted(folder, *options):
    """A file system of its own; skipped where the machine does not let us mount one."""
    folder.mkdir(exist_ok=True)
    if os.geteuid() != 0 or subprocess.run(["mount", *options, str(folder)], capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a file system here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
