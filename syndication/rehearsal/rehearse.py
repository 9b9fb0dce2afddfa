"""`syndication rehearse`: the installed program through a fortnight of an invented fleet, over real sockets, as a canary.

Nights and deadline probes are processes at moments of the story (`performing.py`), so that two weeks pass in minutes. The
verdicts are then compared with the known answers, and every byte of evidence with its hash. Nobody outside this machine
is asked.
"""

from __future__ import annotations

import csv
import json
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syndication.clock import to_text
from syndication.rehearsal.answers import OutsideTheRules, known_answers
from syndication.rehearsal.build import write_registry
from syndication.rehearsal.fleet import Fleet
from syndication.rehearsal.fortnight import DAYS, fortnight
from syndication.rehearsal.performing import Performance, RehearsalError
from syndication.rehearsal.scoring import NO_ANSWER, Compared, Result, accuses_falsely, score
from syndication.rehearsal.scratch import scratch
from syndication.rehearsal.stage import staging
from syndication.rehearsal.telling_result import as_data, as_lines
from syndication.rehearsal.truths import truth
from syndication.rules import load_rules
from syndication.store import open_database
from syndication.store.database import FILE_NAME
from syndication.store.ledger import Ledger
from syndication.store.reading import open_reader
from syndication.store.summary import answers, taken_back
from syndication.trouble import explained, make_output
from syndication.verifying import verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from syndication.rehearsal.answers import Witness
    from syndication.rehearsal.performing import Act
    from syndication.rehearsal.stage import Stage

HOURS = {"inspection-24h": 24.0, "guideline-12h": 12.0}
"""The editions that are scored, each with the hours that it allows."""
COLUMNS = ("edition", "portal", "release_url", "truth", "expected_status", "expected_mode", "expected_flags",
           "said_status", "said_mode", "said_flags", "differs")  # fmt: skip


@dataclass(frozen=True)
class Rehearsed:
    """What came of it: the scores, how much was played, wall and processor time."""

    result: Result
    portals: int
    nights: int
    probes: int
    seconds: float
    cpu_seconds: float

    @property
    def sound(self) -> bool:
        """Whether the program said all that it had to say, and nothing else."""
        return not self.result.differences


def rehearse(folder: Path, told: Callable[[Act], None], days: int = DAYS) -> Rehearsed:
    """Plays the story, or its first days, into an empty folder and scores it.

    Args:
        folder: where the data folder, the certificates, the answers and what was asked for go.
        told: called after each run.
        days: how many of the story's days are played.

    Raises:
        RehearsalError: a run failed, or looked so that the answers are not known.
        EvidenceError: what a run kept is not sound.
    """
    began, worked = time.monotonic(), time.process_time()
    fleet, data = Fleet(fortnight(days)), folder / "data"
    data.mkdir(parents=True)
    write_registry(fleet, data)
    with staging(fleet, folder / "keys") as stage:
        acts = Performance(stage, data).play(told)
    _write(folder / "asked.csv", ("host", "path", "moment"), _asked(stage))
    with closing(open_reader(data / FILE_NAME)) as connection:
        verify(data, Ledger(connection))
    try:
        rows = _compared(fleet, stage, data)
    except OutsideTheRules as problem:
        raise RehearsalError(
            "演练中的观测与故事不符，无法评分：本程序没有访问到应当访问的内容。请用 syndication rehearse --keep 文件夹 再演练，"
            f"查看其中的 night.log、asked.csv。 The runs did not look where they had to: {problem}; "
            "rehearse again with --keep DIR and read DIR/night.log and DIR/asked.csv"
        ) from problem
    _write(folder / "answers.csv", COLUMNS, map(_row, rows))
    nights = sum(act.kind == "nightly" for act in acts)
    work = time.process_time() - worked + sum(act.cpu_seconds for act in acts)
    return Rehearsed(
        score(rows), len(fleet.story.portals), nights, len(acts) - nights, time.monotonic() - began, work
    )


def _compared(fleet: Fleet, witness: Witness, data: Path) -> list[Compared]:
    """Each known answer with what was said, is true, and was said for a time."""
    tick = timedelta(minutes=load_rules(data).probing.tick_minutes)
    rows: list[Compared] = []
    with closing(open_database(data)) as database:
        for edition, hours in HOURS.items():
            said, withdrawn = answers(database, edition), taken_back(database, edition)
            for one in known_answers(fleet, witness, hours):
                key = one.portal.id, one.release.url
                true = truth(fleet.story, one.portal, one.release, hours, tick, witness.end)
                known = one.status, one.mode, " ".join(one.flags)
                rows.append(Compared(edition, *key, known, said.pop(key, NO_ANSWER), true, key in withdrawn))
            rows += [Compared(edition, *key, NO_ANSWER, got) for key, got in said.items()]
    return rows


def _row(one: Compared) -> tuple[str, ...]:
    true = one.truth.status if one.truth else ""
    accused = accuses_falsely(one) or one.accused_for_a_time
    differs = "accusation" if accused else "yes" if one.differs else ""
    return (one.edition, one.portal, one.release_url, true, *one.known, *one.said, differs)


def _asked(stage: Stage) -> Iterator[tuple[str, ...]]:
    for address in stage.addresses():
        host, slash, path = address.partition("/")
        yield from ((host, f"{slash}{path}", to_text(moment)) for moment in stage.asked(host, f"{slash}{path}"))


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


@click.command("rehearse", short_help="Play a fortnight of an invented fleet and score the verdicts.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Keep what was made there.")
@click.option("--days", type=click.IntRange(1, DAYS), default=DAYS, show_default=True, help="Play only the first days.")
@click.option("--json", "machine", is_flag=True, help="The scores, and every answer that differs, as JSON.")
def rehearse_command(keep: Path | None, days: int, machine: bool) -> None:
    """Run nights and probes of the program over real sockets against an invented fleet with known answers.

    It takes some ten minutes. Run it after each upgrade; deploy/syndication-rehearsal.timer runs it every week.

    Exit status 0: every verdict is as known; 1: something differs. False accusations must be 0.

    Example: syndication rehearse
    """
    with scratch() as place, explained(keep or place, output=True):
        if keep is not None:
            make_output(keep)
            if any(keep.iterdir()):
                raise RehearsalError(f"{keep} 不是空目录。 {keep} is not empty; name a new folder")
        done = rehearse(keep or place, _telling(days), days)
    lines: Iterator[str] = iter([json.dumps(as_data(done), ensure_ascii=False, indent=2)]) if machine else as_lines(done)
    for line in lines:
        click.echo(line)
    raise SystemExit(not done.sound)


def _telling(days: int) -> Callable[[Act], None]:
    """Says on standard error how far the play is: a line a night."""
    count = {"nightly": 0, "probe": 0}

    def told(act: Act) -> None:
        count[act.kind] += 1
        if act.kind == "nightly":
            click.echo(f"演练第 {count['nightly']}/{days + 1} 夜，此前探测 {count['probe']} 次……", err=True)

    return told
