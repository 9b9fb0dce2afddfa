"""docs/commands.md: every command with its help, arguments and options, as click knows them.

Fact of the world: click's help wraps lines by the width of the terminal and by its version; so the parts are asked for
and laid out here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from syndication.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLE = "Example: "
_HEAD = """# Commands

Made from the program (`make docs`); tests/test_docs.py compares. `syndication COMMAND --help` shows the same on a terminal.
Errors are one line on standard error that says what to do; exit status 1 is a failure, other values stand with their command.

| command | what it does |
| --- | --- |
"""


def commands_page() -> str:
    """The text of docs/commands.md."""
    known = list(walk())
    index = "".join(
        f"| [`{path}`](#{path.replace(' ', '-')}) | {_cell(command.get_short_help_str(limit=200))} |\n"
        for path, command in known
    )
    return _HEAD + index + "".join(_section(path, command) for path, command in known)


def walk(group: click.Group = main, above: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that is not hidden with its path, e.g. `notice verify`; a group stands before its commands."""
    for name, command in group.commands.items():
        if command.hidden:
            continue
        yield f"{above}{name}", command
        if isinstance(command, click.Group):
            yield from walk(command, f"{above}{name} ")


def _section(path: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"syndication {path}", help_option_names=["-h", "--help"])
    usage = " ".join([context.info_name or "", *command.collect_usage_pieces(context)])
    level = "##" if " " not in path else "###"
    return f"\n{level} {path}\n\n```\n{usage}\n```\n\n{_told(command)}\n{_options(command, context)}"


def _told(command: click.Command) -> str:
    """The help's paragraphs, each on one line; examples as code, those that follow each other in one block."""
    paragraphs = [" ".join(paragraph.split()) for paragraph in (command.help or "").split("\n\n")]
    told: list[str] = []
    for paragraph in paragraphs:
        if not paragraph.startswith(EXAMPLE):
            told.append(paragraph)
        elif told and told[-1].endswith("\n```"):
            told[-1] = f"{told[-1].removesuffix('```')}{paragraph.removeprefix(EXAMPLE)}\n```"
        else:
            told.append(f"```sh\n{paragraph.removeprefix(EXAMPLE)}\n```")
    return "\n\n".join(told)


def _options(command: click.Command, context: click.Context) -> str:
    records = [record for parameter in command.params if (record := parameter.get_help_record(context))]
    rows = "".join(f"| `{_cell(names)}` | {_cell(told)} |\n" for names, told in records if told)
    return f"\n| option | |\n| --- | --- |\n{rows}" if rows else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
