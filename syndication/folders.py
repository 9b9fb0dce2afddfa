"""The data folder: where it is, and how commands are told."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

VARIABLE = "SYNDICATION_DATA"


def data_folder(named: Path | None) -> Path:
    """The folder named by --data, else by $SYNDICATION_DATA, else ./data."""
    if named is not None:
        return named
    return Path(os.environ.get(VARIABLE) or "data")


def data_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--data DIR` to a command."""
    return click.option(
        "--data", "data", type=click.Path(file_okay=False, path_type=Path), default=None, metavar="DIR",
        help=f"The data folder; else ${VARIABLE}, else ./data.",
    )(command)  # fmt: skip
