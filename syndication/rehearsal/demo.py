"""`syndication demo`: the bundled fleet, replayed through the very same spiders and compared with its known answers."""

from __future__ import annotations

import csv
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from syndication.clock import SystemClock
from syndication.errors import DataFolderError
from syndication.glossary import Status, chinese
from syndication.store.summary import answers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlite_utils import Database

EDITION = "inspection-24h"
MARK = "rehearsal.txt"
MARK_TEXT = "Made by `syndication demo`; removed and made again by the next one.\n"


@dataclass(frozen=True)
class Difference:
    """A verdict that does not say what the known answer says."""

    portal: str
    release_url: str
    expected: tuple[str, str, str]
    got: tuple[str, str, str] | None


def compare(database: Database, truth: Path, edition: str = EDITION) -> tuple[int, list[Difference]]:
    """Compares `verdict_list` with a truth.csv on status, mode and flags; gives the number of rows and what differs."""
    got = answers(database, edition)
    with truth.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    differences = []
    for row in rows:
        key = (row["portal"], row["release_url"])
        expected = (row["expected_status"], row["expected_mode"], row["expected_flag"])
        if got.get(key) != expected:
            differences.append(Difference(*key, expected, got.get(key)))
    keys = {(row["portal"], row["release_url"]) for row in rows}
    differences += [Difference(*key, ("", "", ""), said) for key, said in sorted(got.items()) if key not in keys]
    return len(rows), differences


@click.command("demo")
@click.option(
    "--data", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path("syndication-demo"),
    metavar="DIR", show_default=True, help="Where the rehearsal and its database go; made anew each time.",
)  # fmt: skip
def demo_command(folder: Path) -> None:
    """Run the main job on the bundled fleet of invented portals and compare it with the known answers.

    Example: syndication demo --data build/demo
    """
    from syndication.notices import write_notice
    from syndication.progress import Progress
    from syndication.rehearsal.build import build
    from syndication.replay import replay
    from syndication.store import open_database
    from syndication.store.database import FILE_NAME
    from syndication.store.periods import Period, judged_editions
    from syndication.store.summary import summarise
    from syndication.summary_text import status_table

    console = Console()
    _clear(folder)
    console.print("生成演练用的门户群（全部虚构）……", highlight=False)
    fleet = build(folder / "rehearsal")
    for name in ("portals.csv", "channels.csv", "duties.csv"):
        if (fleet.data / name).is_file():
            shutil.copyfile(fleet.data / name, folder / name)
    replay(fleet.looks, folder, SystemClock(), Progress())
    database = open_database(folder)
    try:
        console.print(status_table(summarise(database, "").statuses))
        count, differences = compare(database, fleet.truth)
        first, last = judged_editions(database.conn)[EDITION]
    finally:
        database.close()
    notice = folder / "notice.csv"
    write_notice(folder / FILE_NAME, Period(date.fromisoformat(first), date.fromisoformat(last), EDITION), notice)
    console.print(f"与已知答案一致：{count - len(differences)} / {count}（{EDITION}）。", highlight=False)
    for one in differences:
        console.print(f"  不一致：{one.portal} {one.release_url} 应为 {_words(one.expected)}，得 {_words(one.got)}",
                      highlight=False, markup=False)  # fmt: skip
    console.print(f"通报用 CSV：{notice}", highlight=False, markup=False)
    console.print(f"查看结果：syndication serve --data {folder}（或 make serve）", highlight=False, markup=False)
    if differences:
        raise click.exceptions.Exit(1)


def _words(answer: Sequence[str] | None) -> str:
    if not answer or not answer[0]:
        return "无判定"
    return " ".join([chinese(Status(answer[0])), *filter(None, answer[1:])])


def _clear(folder: Path) -> None:
    """Empties a folder that an earlier demo made; anything else is left alone and named."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise DataFolderError(f"{folder} is not empty and was not made by `syndication demo`; name another with --data")
    if folder.is_dir():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).write_text(MARK_TEXT, encoding="utf-8")
