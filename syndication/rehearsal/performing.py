"""The program at work through a story: a process for each night, and one for each probe that has something to do.

A night is started as its timer starts it. Probes are due every quarter of an hour, 96 a day; a process is begun only where
the program's own plan names a portal, or www.gov.cn has published since a run read it. Those processes are forked from one
that has loaded the program, which spares a second each.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import subprocess
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from syndication.clock import FixedClock, to_text
from syndication.errors import SyndicationError
from syndication.probe import probe
from syndication.progress import Progress
from syndication.rehearsal.government import PUSH_FEED
from syndication.rules import load_rules

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from syndication.rehearsal.stage import Stage
    from syndication.rules import Probing

LONGEST = 900
"""Seconds; a night of the fortnight takes some ten."""
LOOPBACK = "syndication.rehearsal.loopback"
LOADED = [LOOPBACK, "syndication.cli", "syndication.probe", "syndication.alerts", "syndication.connecting", "spiders.portals"]
ENDS = frozenset({0, 2})  # 2: done, but some portals could not be observed, as the story has it


class RehearsalError(SyndicationError):
    """A night of the rehearsal failed; do not let the program work until it is known why."""


@dataclass(frozen=True)
class Act:
    """A run that was played: `nightly` or `probe`, and the story's moment."""

    kind: str
    moment: datetime


class Performance:
    """Plays a story's nights and probes into a data folder."""

    def __init__(self, stage: Stage, data: Path) -> None:
        self.stage, self.data = stage, data
        self._probing: Probing = load_rules(data).probing
        self._forks = multiprocessing.get_context("forkserver")
        self._forks.set_forkserver_preload(LOADED)
        self._read_at: datetime | None = None

    def play(self, told: Callable[[Act], None]) -> list[Act]:
        """From the first night to the last; `told` hears of each run after it.

        Raises:
            RehearsalError: a run failed or did not end.
        """
        nights = self.stage.fleet.story.looks
        tick = timedelta(minutes=self._probing.tick_minutes)
        acts: list[Act] = []
        moment = nights[0]
        while moment <= nights[-1]:
            kind = "nightly" if moment in nights else "probe"
            self.stage.moment = moment
            if kind == "nightly" or self._something_to_do(moment):
                self.stage.set(moment)
                act = Act(kind, moment)
                (self._night if kind == "nightly" else self._probe)(moment)
                reads = self.stage.asked("www.gov.cn", PUSH_FEED.partition("www.gov.cn")[2])
                self._read_at = reads[-1] if reads else None
                acts.append(act)
                told(act)
            moment += tick
        return acts

    def _something_to_do(self, moment: datetime) -> bool:
        """Whether a probe would find more than that there is nothing to do."""
        published = any(
            release.released <= moment and (self._read_at is None or release.released > self._read_at)
            for release in self.stage.fleet.story.releases
        )
        stale = self._read_at is None or moment - self._read_at >= timedelta(minutes=self._probing.releases_minutes)
        return (published and stale) or bool(probe(self.data, FixedClock(moment), Progress(), dry=True).planned)

    def _arguments(self, moment: datetime) -> list[str]:
        names = self.data.parent / "names.json"
        names.write_text(json.dumps(self.stage.names()), encoding="utf-8")
        return ["--data", str(self.data), "--names", str(names), "--at", to_text(moment)]

    def _trusting(self) -> str:
        assert self.stage.ground is not None
        return str(self.stage.ground.authority.root_file)

    def _night(self, moment: datetime) -> None:
        command = [sys.executable, "-m", LOOPBACK, *self._arguments(moment), "nightly"]
        environment = {**os.environ, "SSL_CERT_FILE": self._trusting()}
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=LONGEST, check=False, env=environment
            )
        except subprocess.TimeoutExpired as problem:
            raise _unended(moment) from problem
        if done.returncode not in ENDS:
            raise _failed(moment, done.stderr or done.stdout)

    def _probe(self, moment: datetime) -> None:
        said = self.data.parent / "probe.log"
        process = self._forks.Process(
            target=_command, args=([*self._arguments(moment), "probe"], self._trusting(), str(said))
        )
        process.start()
        process.join(LONGEST)
        if process.exitcode is None:
            process.kill()
            raise _unended(moment)
        if process.exitcode not in ENDS:
            raise _failed(moment, said.read_text(encoding="utf-8") if said.exists() else f"status {process.exitcode}")


def _command(arguments: list[str], trusted: str, said: str) -> None:
    """In the forked process: a command of the program against loopback; what it says goes to a file."""
    from syndication.rehearsal.loopback import main

    os.environ["SSL_CERT_FILE"] = trusted
    with Path(said).open("w", encoding="utf-8") as log, redirect_stdout(log), redirect_stderr(log):
        try:
            main.main(arguments, prog_name=LOOPBACK)
        except Exception:
            traceback.print_exc(file=log)
            raise


def _unended(moment: datetime) -> RehearsalError:
    return RehearsalError(f"演练 {to_text(moment)} 未能结束。 The run of {to_text(moment)} did not end")


def _failed(moment: datetime, said: str) -> RehearsalError:
    last = said.strip().rpartition("\n")[2]
    return RehearsalError(f"演练 {to_text(moment)} 失败：{last}。 The run of {to_text(moment)} failed")
