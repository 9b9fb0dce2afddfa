"""`syndication portals`: finding columns (discover), trying the registry (check), saving a list as a test (fixture)."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from syndication.channels_file import append_channels, rows_as_csv
from syndication.errors import RegistryError
from syndication.folders import data_folder, data_option
from syndication.glossary import ACTS, ANSWERED, chinese
from syndication.progress import Progress
from syndication.registry import load_registry
from syndication.surroundings import Surroundings, surrounded

OK, FAILED, INCOMPLETE = 0, 1, 2


@click.group("portals")
def portals_group() -> None:
    """Find the columns of portals, and try the rows of the registry.

    Example: syndication portals check --live
    """


@portals_group.command("discover")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--write", is_flag=True, help="Append the new rows to channels.csv.")
@data_option
@surrounded
def discover_command(surroundings: Surroundings, ids: tuple[str, ...], write: bool, data: Path | None) -> None:
    """Search home pages for the column of State Council policy information; all portals, if no ID is given.

    The table goes to standard error, the rows for channels.csv to standard output. Exit status 0: done; 2: done, but
    some home pages could not be read.

    Example: syndication portals discover mofcom xinjiang --write
    """
    from syndication.discover import print_discovery, rows_found
    from syndication.trials import search

    folder = data_folder(data)
    files, homes, lists = search(folder, ids, surroundings, Progress())
    found = rows_found(files.registry, lists)
    new = [one.channel for one in found if one.channel is not None]
    console = Console(stderr=True)
    print_discovery(console, files.registry, homes, lists, found)
    click.echo(rows_as_csv(new), nl=False)
    if write and new:
        append_channels(folder, new)
        console.print(f"已写入 {folder / 'channels.csv'}：{len(new)} 行。", highlight=False, markup=False)
    elif new:
        console.print(f"新栏目 {len(new)} 个；加 --write 写入 channels.csv。角色 column 须由人核对后再用。", highlight=False)
    else:
        console.print("没有新栏目。", highlight=False)
    sys.exit(OK if all(home.column is not None for home in homes) else INCOMPLETE)


@portals_group.command("check")
@click.option("--live", is_flag=True, help="Look at every channel once and print the outcomes.")
@data_option
@surrounded
def check_command(surroundings: Surroundings, live: bool, data: Path | None) -> None:
    """Check that all rows of the registry load, their families exist and their options are valid.

    Exit status 0: all is well; 1: a row is wrong; 2: with --live, a list could not be read.

    Example: syndication portals check --live
    """
    folder = data_folder(data)
    console = Console()
    problems = wrong_rows(folder)
    for problem in problems:
        click.echo(f"syndication: {problem}", err=True)
    if problems:
        sys.exit(FAILED)
    registry = load_registry(folder)
    console.print(f"门户 {len(registry.portals)} 家，栏目 {len(registry.channels)} 个（含首页），各行均正确。", highlight=False)
    if not live:
        return
    from syndication.discover import newest_of, outcome_counts
    from syndication.running import read_files
    from syndication.trials import try_channels

    files = read_files(folder)
    findings = try_channels(files, files.registry.channels, surroundings, Progress())
    table = Table(title="试读结果")
    for heading in ("门户", "栏目", "类型", "结果", "条数", "最新", "说明"):
        table.add_column(heading)
    order = {channel.id: place for place, channel in enumerate(files.registry.channels)}
    for finding in sorted(findings, key=lambda one: order[one.channel_id]):
        good = finding.look.outcome in ANSWERED
        told = "" if good else f"{finding.look.detail} → {ACTS[finding.look.outcome]}"
        family = files.registry.channels[order[finding.channel_id]].family
        table.add_row(finding.portal_id, f"{finding.name} {finding.channel_id}", family, chinese(finding.look.outcome),
                      str(len(finding.rows) or ""), newest_of(finding), told)  # fmt: skip
    console.print(table)
    counts = outcome_counts(findings)
    console.print("，".join(f"{chinese(outcome)} {count}" for outcome, count in sorted(counts.items())), highlight=False)
    sys.exit(OK if set(counts) <= ANSWERED else INCOMPLETE)


@portals_group.command("fixture")
@click.argument("channel_id", metavar="CHANNEL")
@click.option(
    "--to", "target", type=click.Path(file_okay=False, path_type=Path), default=Path("tests/lists"), metavar="DIR",
    show_default=True, help="The folder of saved lists; a folder of the family is made in it.",
)  # fmt: skip
@data_option
@surrounded
def fixture_command(surroundings: Surroundings, channel_id: str, target: Path, data: Path | None) -> None:
    """Save a channel's list and how it is read, as a test that fails until a person has read the reading.

    Example: syndication portals fixture beijing-gwywj --to build/lists
    """
    from syndication.fixture import save_fixture
    from syndication.running import read_files
    from syndication.trials import try_channels

    folder = data_folder(data)
    files = read_files(folder)
    channel = next((one for one in files.registry.channels if one.id == channel_id), None)
    if channel is None:
        raise RegistryError(folder / "channels.csv", 1, "id", f"there is no channel {channel_id!r}")
    [finding] = try_channels(files, (channel,), surroundings, Progress())
    saved = save_fixture(target, channel, finding, files.rules.column_names)
    click.echo(f"{saved}：请阅读并改正 {saved.name}.reading.json，再删去其中的 unread。")


def wrong_rows(folder: Path) -> list[str]:
    """What is wrong with the registry's rows and their options, one line each; empty if all is well."""
    from spiders.families import family_of

    try:
        registry = load_registry(folder)
    except RegistryError as problem:
        first = f"{problem.path}, line {problem.line}, column {problem.column}: {problem.reason}"
        return [first, *map(str, problem.others)]
    wrong = []
    for channel in registry.channels:
        try:
            family_of(channel.family).check_options(channel.options)
        except ValueError as problem:
            wrong.append(f"{folder / 'channels.csv'}, channel {channel.id}, column options: {problem}")
    return wrong
