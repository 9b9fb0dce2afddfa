"""`syndication rehearse`: the installed program against the fleet over real sockets, night after night, as a canary.

Each night is a process of its own at a moment of the story, so that a fortnight passes in minutes; the verdicts are then
compared with the known answers, and every byte of evidence with its hash. Nobody outside this machine is asked.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syndication.clock import to_text
from syndication.errors import SyndicationError
from syndication.glossary import Status, chinese
from syndication.rehearsal.build import build
from syndication.rehearsal.cast import story
from syndication.rehearsal.demo import compare
from syndication.rehearsal.fleet import Fleet
from syndication.rehearsal.live import serving
from syndication.rehearsal.scoring import Result, score
from syndication.store import open_database
from syndication.store.database import FILE_NAME
from syndication.store.ledger import Ledger
from syndication.store.reading import open_reader
from syndication.verifying import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from syndication.rehearsal.scoring import Answer

LONGEST_NIGHT = 600
"""Seconds; a night of the fleet takes some five."""


class RehearsalError(SyndicationError):
    """A night of the rehearsal failed; do not let the program work until it is known why."""


def rehearse(folder: Path, step: Callable[[int, int], None]) -> Result:
    """Plays all nights of the story into an empty folder and scores them.

    Args:
        folder: where the registry, the data folder and the known answers go.
        step: called before each night with its number and how many there are.

    Raises:
        RehearsalError: a night failed.
        EvidenceError: what a night kept is not sound.
    """
    fleet, told = build(folder / "rehearsal"), story()
    data = folder / "data"
    shutil.copytree(fleet.data, data)
    with serving(Fleet(told)) as port:
        for number, moment in enumerate(told.looks, 1):
            step(number, len(told.looks))
            _night(data, port, moment)
    with closing(open_reader(data / FILE_NAME)) as connection:
        verify(data, Ledger(connection))
    return score(_pairs(data, fleet.truth))


def _night(data: Path, port: int, moment: datetime) -> None:
    command = [
        sys.executable, "-m", "syndication.rehearsal.live", "--data", str(data), "--port", str(port), "--at", to_text(moment),
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_NIGHT, check=False)
    except subprocess.TimeoutExpired as problem:
        raise RehearsalError(f"演练 {to_text(moment)} 未能结束。 The night of {to_text(moment)} did not end") from problem
    if done.returncode:
        last = (done.stderr or done.stdout).strip().rpartition("\n")[2]
        raise RehearsalError(f"演练 {to_text(moment)} 失败：{last}。 The night of {to_text(moment)} failed")


def _pairs(data: Path, truth: Path) -> Iterator[tuple[Answer, Answer]]:
    """Each known answer with what was said; a verdict that no answer knows stands beside an empty one."""
    with closing(open_database(data)) as database:
        _, differences = compare(database, truth)
    differing = {(one.portal, one.release_url): one for one in differences}
    with truth.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            known = (row["expected_status"], row["expected_mode"], row["expected_flag"])
            one = differing.pop((row["portal"], row["release_url"]), None)
            yield known, known if one is None else one.got or ("", "", "")
    for one in differing.values():
        yield one.expected, one.got or ("", "", "")


@click.command("rehearse", short_help="Play the fleet against the installed program and score it.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Keep what was made there.")
@click.option("--json", "as_data", is_flag=True, help="The scores as JSON.")
def rehearse_command(keep: Path | None, as_data: bool) -> None:
    """Run the program over real sockets against an invented fleet with known answers; after each upgrade, and weekly.

    Exit status 0: every verdict is as known; 1: something differs. False accusations must be 0.

    Example: syndication rehearse
    """
    if keep is not None and keep.exists() and any(keep.iterdir()):
        raise RehearsalError(f"{keep} 不是空目录。 {keep} is not empty; name a new folder")
    with tempfile.TemporaryDirectory(prefix="syndication-rehearsal-") as scratch:
        result = rehearse(
            keep or Path(scratch), lambda number, count: click.echo(f"演练第 {number}/{count} 次观测……", err=True)
        )
    if as_data:
        click.echo(json.dumps(_plain(result), ensure_ascii=False, indent=2))
    else:
        _print(result)
    raise SystemExit(bool(result.different))


def _plain(result: Result) -> dict[str, object]:
    scores = [{**asdict(one), "recall": one.recall, "precision": one.precision} for one in result.scores]
    return {**asdict(result), "scores": scores}


def _print(result: Result) -> None:
    for one in result.scores:
        if one.true or one.said:
            click.echo(
                f"{chinese(Status(one.status))}：应有 {one.true}，判出 {one.said}，相符 {one.right}；"
                f"召回率 {_share(one.recall)}，准确率 {_share(one.precision)}"
            )
    click.echo(f"答案 {result.answers} 条，不一致 {result.different} 条；")
    click.echo(f"误判为问题的 {result.false_accusations} 条（必须为 0）。")


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.1%}"
