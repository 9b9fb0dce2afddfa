"""`--help` of every command: one line of what it does, and an example that names the command and options that it has."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import click
import pytest

from syndication.cli import main

if TYPE_CHECKING:
    from collections.abc import Iterator


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from commands(below, f"{path} {name}")


COMMANDS = dict(commands(main, "syndication"))


@pytest.mark.parametrize("path", COMMANDS)
def test_help_is_a_line_and_an_example(path: str) -> None:
    command = COMMANDS[path]
    told = command.get_help(click.Context(command, info_name=path))
    assert re.search(r"[\x00-\x09\x0b-\x1f\\]", told) is None
    first, *others = [" ".join(part.split()) for part in (command.help or "").split("\n\n")]
    assert first.endswith((".", "?")) or ". " in first
    examples = [part.removeprefix("Example: ") for part in others if part.startswith("Example: ")]
    assert examples
    for example in examples:
        for one in re.split(r" && | > ", example):
            if "syndication " not in one:
                continue
            words = shlex.split(one[re.search(r"syndication (?!syndication)", one).start() :])
            named = max((known for known in COMMANDS if [*known.split()] == words[: len(known.split())]), key=len)
            assert named.startswith(path)
            options = {option for parameter in COMMANDS[named].params for option in parameter.opts}
            assert {word for word in words if word.startswith("-") and len(word) > 1} <= options
