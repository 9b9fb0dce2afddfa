"""What several test files share: where the corpus of real pages lies, and the program as a user runs it."""

from __future__ import annotations

import subprocess
import sys
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
