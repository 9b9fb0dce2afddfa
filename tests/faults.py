"""What the tests of faults share: nights and probes of the real program in processes of their own, over real sockets."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

FIRST, SECOND = "2026-03-02T18:15:00Z", "2026-03-03T06:15:00Z"


def start(folder, port, at, *more):
    command = [sys.executable, "-m", "syndication.rehearsal.live", "--data", str(folder), "--port", str(port), "--at", at, *more]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(process, status=0):
    said, _ = process.communicate(timeout=120)
    assert process.returncode == status, said
    assert "Traceback" not in said, said
    return said


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
