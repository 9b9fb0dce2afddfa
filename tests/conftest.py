"""What several test files share: where the corpus of real pages lies, and the program as a user runs it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"


@pytest.fixture(scope="session")
def corpus():
    """The folder of real pages beside the checkout; it is no part of the repository."""
    if not CORPUS.is_dir():
        pytest.skip(f"the corpus of real pages is not at {CORPUS}")
    return CORPUS


@pytest.fixture(scope="session")
def syndication():
    """Runs the command line in a process of its own, as a user does; gives the completed process."""

    def run(*arguments, cwd=None, status=0):
        command = [sys.executable, "-W", "error::DeprecationWarning:syndication", "-m", "syndication", *map(str, arguments)]
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == status, f"{command}\n{done.stdout}\n{done.stderr}"
        return done

    return run


@pytest.fixture(scope="session")
def fleet(tmp_path_factory):
    """The folder with the registry of the rehearsal's fleet."""
    from syndication.rehearsal.build import build

    return build(tmp_path_factory.mktemp("fleet")).data


@pytest.fixture(scope="session")
def fleet_port():
    """The loopback port on which that fleet is served."""
    from syndication.rehearsal.cast import story
    from syndication.rehearsal.fleet import Fleet
    from syndication.rehearsal.live import serving

    with serving(Fleet(story()), delay=0.01) as number:
        yield number


@pytest.fixture(scope="session")
def first_night(fleet, fleet_port, tmp_path_factory):
    """A data folder after its first night, undisturbed: `(folder, what it holds, seconds that the night took)`."""
    from faults import DONE, FIRST, finish, start
    from test_replay import content, data_from

    folder = data_from(fleet, tmp_path_factory.mktemp("undisturbed") / "data")
    began = time.monotonic()
    finish(start(folder, fleet_port, FIRST, "nightly"), DONE)
    return folder, content(folder), time.monotonic() - began
