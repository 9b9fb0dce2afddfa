"""The command line. The program's flow starts here:

    init -> (portals.csv, channels.csv, rules.toml) -> nightly [releases -> portals -> match -> judge -> snapshot]
                                                    -> serve (Datasette), notice (CSV)
    replay: evidence files instead of the network, the same store out.   demo: the bundled fleet, replayed and compared.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from syndication import __version__
from syndication.clock import SystemClock
from syndication.errors import SyndicationError
from syndication.folders import data_folder, data_option

OK, FAILED, INCOMPLETE = 0, 1, 2


class _OneLine(click.Group):
    """Errors of the program end as one line on standard error, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SyndicationError as problem:
            click.echo(f"syndication: {problem}", err=True)
            sys.exit(FAILED)


@click.group(cls=_OneLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="syndication")
def main() -> None:
    """Did each portal republish each State Council release in time, and how do we know?"""


@main.command()
@data_option
def nightly(data: Path | None) -> None:
    """One night: read www.gov.cn and all portals, match, judge, snapshot.

    Exit status 0: done; 1: failed; 2: done, but some portals could not be observed.

    Example: syndication nightly --data /srv/syndication
    """
    from syndication.nightly import nightly as run_night
    from syndication.progress import Progress
    from syndication.summary_text import print_summary

    progress = Progress()
    night = run_night(data_folder(data), SystemClock(), progress)
    print_summary(Console(), night)
    sys.exit(INCOMPLETE if night.blind or night.columns_failed or night.unreached else OK)


@main.command()
@click.argument("looks", type=click.Path(exists=True, path_type=Path), metavar="DIR")
@data_option
def replay(looks: Path, data: Path | None) -> None:
    """Feed recorded WARC files to the same spiders, in order of their time.

    Files that the data folder knows already are left alone; what a file lacks is `not_archived`.

    Example: syndication replay recorded/ --data copy-of-data/
    """
    from syndication.progress import Progress
    from syndication.replay import replay as run_replay
    from syndication.store import open_database
    from syndication.store.summary import summarise
    from syndication.summary_text import status_table

    folder = data_folder(data)
    replayed, known = run_replay(looks, folder, SystemClock(), Progress())
    database = open_database(folder)
    statuses = summarise(database, "").statuses
    database.close()
    console = Console()
    console.print(f"已回放 {replayed} 个批次，此前已有 {known} 个。", highlight=False)
    console.print(status_table(statuses))
    console.print(f"查看：syndication serve --data {folder}", highlight=False, markup=False)


def _add_commands() -> None:
    from syndication.init_folder import init_command
    from syndication.match_texts import match_texts_command
    from syndication.notices import notice_command
    from syndication.parse import parse_command
    from syndication.rehearsal.demo import demo_command
    from syndication.serve import serve_command

    for command in (
        init_command, demo_command, parse_command, match_texts_command, serve_command, notice_command,
    ):  # fmt: skip
        main.add_command(command)


_add_commands()
