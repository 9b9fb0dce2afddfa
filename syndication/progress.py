"""How a command tells a person what it does: one living line on a terminal, plain lines elsewhere (logs, CI)."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

EVERY = 500


class Progress:
    """Phases and counts of one command, in Chinese, on standard error."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, file=sys.stderr)
        self._text = ""
        self._count = 0
        self._living = self.console.status("") if self.console.is_terminal else None

    @contextmanager
    def phase(self, text: str) -> Iterator[None]:
        """A step of the command, with its own count."""
        self._text, self._count = text, 0
        log.info("%s", text)
        if self._living:
            self._living.start()
            self._living.update(text)
        else:
            self.console.print(f"{text} …", highlight=False)
        try:
            yield
        finally:
            log.info("%s", text, extra={"figures": {"count": self._count}})
            if self._living:
                self._living.stop()
                self.console.print(f"{text}：{self._count}" if self._count else text, highlight=False)

    def step(self) -> None:
        """One more look, posting or file."""
        self._count += 1
        if self._living:
            self._living.update(f"{self._text}：{self._count}")
        elif self._count % EVERY == 0:
            self.console.print(f"{self._text}：{self._count}", highlight=False)
