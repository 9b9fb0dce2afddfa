"""A log that machines read: one JSON object a line, each with the run it belongs to, beside what a person sees.

The file is opened anew when logrotate has moved it. Of the libraries only warnings are taken. A log is no reason to leave a
night out: a file that cannot be written is told once.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syndication.clock import to_text

if TYPE_CHECKING:
    from collections.abc import Callable

VARIABLE = "SYNDICATION_LOG"
OURS = ("syndication", "spiders")

file_log = logging.getLogger("syndication.file")
"""For what a person is told in another way already: it goes to the file alone."""
file_log.propagate = False
file_log.addHandler(logging.NullHandler())


class _Now:
    """What the process is at: one run at a time."""

    command = ""
    run_id = ""


def at_run(run_id: str) -> None:
    """Names the run that the lines belong to from now on."""
    _Now.run_id = run_id


class JsonLines(logging.Formatter):
    """`time` (UTC), `level`, `logger`, `command`, `run`, `message`; `figures` and `error` where there are any."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "time": to_text(datetime.fromtimestamp(record.created, UTC)), "level": record.levelname.lower(),
            "logger": record.name, "command": _Now.command, "run": _Now.run_id, "message": record.getMessage(),
        }  # fmt: skip
        figures = getattr(record, "figures", None)
        if figures:
            line["figures"] = figures
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class _LogFile(WatchedFileHandler):
    """Opens a moved file anew. Where it cannot be opened or written, that is said once and the work goes on."""

    _told = False

    def begin(self) -> None:
        """Makes the file and its folder, so that what stands in the way is told before the work begins."""
        try:
            Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
            self.stream = self._open()
            self._statstream()
        except OSError as problem:
            self._tell(problem)

    def emit(self, record: logging.LogRecord) -> None:
        """A line; opening the file anew may fail as well as writing it."""
        try:
            super().emit(record)
        except OSError as problem:
            self._tell(problem)

    def handleError(self, record: logging.LogRecord) -> None:
        """In the place of a traceback for each line."""
        self._tell(sys.exc_info()[1])

    def _tell(self, problem: BaseException | None) -> None:
        if not self._told:
            self._told = True
            click.echo(
                f"syndication: 日志文件 {self.baseFilename} 无法写入，任务继续进行，请检查磁盘、目录和权限。"
                f" The log {self.baseFilename} cannot be written ({problem}); the work goes on",
                err=True,
            )


def _wanted(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or record.name.split(".", 1)[0] in OURS


def open_log(path: Path, command: str) -> None:
    """Writes the process's log to a file as well; one that cannot be written is told once on standard error."""
    _Now.command = command
    handler = _LogFile(path, encoding="utf-8", delay=True)
    handler.begin()
    handler.setLevel(logging.INFO)
    handler.setFormatter(JsonLines())
    handler.addFilter(_wanted)
    for log in (logging.getLogger(), file_log):
        log.addHandler(handler)
    for name in OURS:
        logging.getLogger(name).setLevel(logging.INFO)


def others_write() -> bool:
    """Whether the process's log goes anywhere beside our file (a test's collector, an embedding program)."""
    return any(not isinstance(handler, WatchedFileHandler) for handler in logging.getLogger().handlers)


def log_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--log-file FILE` to a command; it takes effect at once and is no parameter of the command."""

    def begin(ctx: click.Context, option: click.Parameter, path: Path | None) -> None:
        named = path or (Path(os.environ[VARIABLE]) if os.environ.get(VARIABLE) else None)
        if named is not None and not ctx.resilient_parsing:
            open_log(named, ctx.info_name or "")

    return click.option(
        "--log-file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", expose_value=False, callback=begin,
        help=f"Also write JSON lines to this file; else ${VARIABLE}, else none.",
    )(command)  # fmt: skip
