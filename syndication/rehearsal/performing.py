"""The program at work through a story: a process for each night, and one for each probe that has something to do.

A night is started as its timer starts it. Probes are due every quarter of an hour, 96 a day; a process is begun only where
the program's own plan names a portal, or www.gov.cn has published since a run read it. Those processes are forked from one
that has loaded the program, which spares a second each.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import threading
import time
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
from syndication.rehearsal.government import GOV_CN, PUSH_PATHS
from syndication.rules import load_rules

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from multiprocessing.connection import Connection
    from resource import struct_rusage

    from syndication.rehearsal.stage import Stage
    from syndication.rules import Probing

LONGEST = 900
"""Seconds; a night of the fortnight takes some ten."""
LOOPBACK = "syndication.rehearsal.loopback"
LOADED = [
    __name__, LOOPBACK, "syndication.cli", "syndication.alerts", "syndication.probe", "syndication.connecting",
    "spiders.pages", "spiders.portals", "spiders.releases",
]  # fmt: skip
ENDS = frozenset({0, 2})  # 2: done, but some portals could not be observed, as the story has it


class RehearsalError(SyndicationError):
    """A night of the rehearsal failed; do not let the program work until it is known why."""


@dataclass(frozen=True)
class Act:
    """A run that was played: `nightly` or `probe`, the story's moment, and what its process took of the machine."""

    kind: str
    moment: datetime
    seconds: float
    cpu_seconds: float
    peak_mb: float


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
                began = time.monotonic()
                used = (self._night if kind == "nightly" else self._probe)(moment)
                act = Act(kind, moment, time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
                reads = self.stage.asked(GOV_CN, PUSH_PATHS[0])
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

    def _night(self, moment: datetime) -> struct_rusage:
        command = [sys.executable, "-m", LOOPBACK, *self._arguments(moment), "nightly"]
        said = self.data.parent / "night.log"
        with said.open("w", encoding="utf-8") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env=environment(self._trusting()))
            patience = threading.Timer(LONGEST, process.kill)
            patience.start()
            try:
                _, status, used = os.wait4(process.pid, 0)
            except BaseException:  # a signal: the run must not go on where all is being removed
                process.kill()
                process.wait()
                raise
            finally:
                patience.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
        self._settle(moment, process.returncode, said)
        return used

    def _probe(self, moment: datetime) -> struct_rusage:
        said = self.data.parent / "probe.log"
        mine, its = self._forks.Pipe(duplex=False)
        process = self._forks.Process(
            target=_command, args=([*self._arguments(moment), "probe"], self._trusting(), str(said), its)
        )
        process.start()
        its.close()
        try:
            process.join(LONGEST)
        finally:
            if process.exitcode is None:
                process.kill()
                process.join()
        self._settle(moment, process.exitcode or 0, said)
        with mine:
            used: struct_rusage = mine.recv()
        process.close()
        return used

    def _settle(self, moment: datetime, status: int, said: Path) -> None:
        """Raises RehearsalError for a run that did not end well."""
        if status == -signal.SIGKILL:
            raise RehearsalError(f"演练 {to_text(moment)} 未能结束。 The run of {to_text(moment)} did not end")
        if status not in ENDS:
            last = said.read_text(encoding="utf-8").strip().rpartition("\n")[2] if said.exists() else f"status {status}"
            raise RehearsalError(f"演练 {to_text(moment)} 失败：{last}。 The run of {to_text(moment)} failed")


def environment(trusted: str) -> dict[str, str]:
    """The environment of a run: the fleet's authority is trusted, and nothing of the operator's settings is left.

    Of a proxy neither: it would be asked for portals that are on loopback alone.
    """
    left = {
        name: value for name, value in os.environ.items()
        if not name.startswith("SYNDICATION_") and not name.lower().endswith("_proxy")
    }  # fmt: skip
    return {**left, "SSL_CERT_FILE": trusted}


def _command(arguments: list[str], trusted: str, said: str, used: Connection) -> None:
    """In the forked process: a command of the program against loopback; what it says goes to a file."""
    from syndication.rehearsal.loopback import main

    clean = environment(trusted)
    os.environ.clear()
    os.environ.update(clean)
    with Path(said).open("w", encoding="utf-8") as log, redirect_stdout(log), redirect_stderr(log), used:
        try:
            main.main(arguments, prog_name=LOOPBACK)
        except Exception:
            traceback.print_exc(file=log)
            raise
        finally:
            used.send(resource.getrusage(resource.RUSAGE_SELF))
