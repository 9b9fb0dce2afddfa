"""The command line. The program's flow starts here:

    init -> (portals.csv, channels.csv, rules.toml) -> nightly [releases -> portals -> match -> judge -> snapshot]
                                                    -> serve (Datasette), notice (CSV)
    replay: evidence files instead of the network, the same store out.   demo: the bundled fleet, replayed and compared.
"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from syndication import __version__
from syndication.clock import SystemClock
from syndication.errors import LockedError, SyndicationError
from syndication.folders import data_folder, data_option
from syndication.logs import file_log, log_option
from syndication.surroundings import Surroundings, surrounded

OK, FAILED, INCOMPLETE = 0, 1, 2


class _OneLine(click.Group):
    """Errors of the program end as one line on standard error, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except SyndicationError as problem:
            file_log.error("%s", problem)
            click.echo(f"syndication: {problem}", err=True)
            sys.exit(FAILED)
        except Exception:
            file_log.exception("a fault of the program")
            raise


@click.group(cls=_OneLine, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="syndication")
def main() -> None:
    """Did each portal republish each State Council release in time, and how do we know?

    Example: syndication init data && syndication nightly --data data && syndication serve --data data
    """


@main.command()
@log_option
@data_option
@surrounded
def nightly(surroundings: Surroundings, data: Path | None) -> None:
    """One night: read www.gov.cn and all portals, match, judge, snapshot.

    Exit status 0: done; 1: failed; 2: done, but some portals could not be observed.

    Example: syndication nightly --data /srv/syndication
    """
    from syndication.alerts import watched
    from syndication.nightly import nightly as run_night
    from syndication.progress import Progress
    from syndication.summary_text import print_summary

    folder = data_folder(data)
    with watched(folder, surroundings.clock, "nightly"):
        night = run_night(folder, surroundings.clock, Progress(), surroundings.settings)
    print_summary(Console(), night)
    sys.exit(INCOMPLETE if night.blind or night.columns_failed or night.unreached else OK)


@main.command()
@click.option("--dry-run", "dry", is_flag=True, help="Only say which looks are due.")
@log_option
@data_option
@surrounded
def probe(surroundings: Surroundings, data: Path | None, dry: bool) -> None:
    """Look at the portals that lack a release whose deadline is near; run it every quarter of an hour.

    It ends with 0 at once where another command works on the folder: a nightly looks at every portal itself.

    Example: syndication probe --data /srv/syndication
    """
    from syndication.alerts import watched
    from syndication.probe import probe as run_probe
    from syndication.progress import Progress
    from syndication.summary_text import print_probe, print_summary

    folder = data_folder(data)
    try:
        with nullcontext() if dry else watched(folder, surroundings.clock, "probe"):
            done = run_probe(folder, surroundings.clock, Progress(), surroundings.settings, dry=dry)
    except LockedError as taken:
        click.echo(f"syndication: {taken}", err=True)
        sys.exit(OK)
    print_probe(Console(), done)
    if done.night is not None:
        print_summary(Console(), done.night)


@main.command()
@click.option(
    "--edition", "edition_file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="Judge by this rules.toml in place of the folder's.",
)  # fmt: skip
@click.option("--yes", is_flag=True, help="Write without asking.")
@data_option
def rejudge(data: Path | None, edition_file: Path | None, yes: bool) -> None:
    """Judge all releases anew from the stored observations; shows what would change before it writes.

    Replaced verdicts are kept. Without a terminal nothing is written unless --yes is given.

    Example: syndication rejudge --edition trial-rules.toml
    """
    from syndication.rejudge import Rejudged
    from syndication.rejudge import rejudge as run_rejudge
    from syndication.summary_text import print_changes

    console = Console()

    def agree(found: Rejudged) -> bool:
        print_changes(console, found)
        if not found.changes:
            return yes
        return yes or (sys.stdin.isatty() and click.confirm("写入以上变化？原判定会保留"))

    done = run_rejudge(data_folder(data), SystemClock(), edition_file, agree)
    written = f"已写入 {done.written} 条，原判定已保留。" if done.written else "没有写入。"
    console.print(written, highlight=False)


@main.command()
@click.argument("looks", type=click.Path(exists=True, path_type=Path), metavar="DIR")
@log_option
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
    from syndication.accounts import users_command
    from syndication.backup_commands import backup_command, restore_command
    from syndication.doctor import doctor_command
    from syndication.evidence_commands import evidence_group
    from syndication.health_command import health_command
    from syndication.init_folder import init_command
    from syndication.match_commands import match_group
    from syndication.match_texts import match_texts_command
    from syndication.notices import notice_command
    from syndication.parse import parse_command
    from syndication.portals import portals_group
    from syndication.rehearsal.demo import demo_command
    from syndication.rehearsal.rehearse import rehearse_command
    from syndication.retention import retention_command
    from syndication.reviewing import review_command
    from syndication.runs_command import alerts_command, runs_command
    from syndication.serve import serve_command

    for command in (
        init_command, demo_command, parse_command, match_texts_command, match_group, serve_command, notice_command,
        evidence_group,
        portals_group, health_command, users_command, review_command,
        doctor_command, rehearse_command, runs_command, alerts_command, backup_command, restore_command, retention_command,
    ):  # fmt: skip
        main.add_command(command)


_add_commands()
