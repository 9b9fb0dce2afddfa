"""Where a run's time goes: named functions of the program are wrapped for as long as a measurement lasts.

The program knows nothing of it, so that it costs nothing when off. Time counts for the innermost part that is running; what
passes inside the process but in no part is the rest (Scrapy, Twisted). Waiting is the time for which the event loop has
nothing to do; what is left of the wall time went to the disk or to other processes on the machine.
"""

from __future__ import annotations

import functools
import importlib
import selectors
import time
from collections import Counter
from contextlib import contextmanager


class Stopwatch:
    """Seconds by part; `parts` maps a part to the functions that make it, `module:Class.function` where they are called."""

    def __init__(self, parts):
        self.parts, self.seconds, self.calls = parts, Counter(), Counter()
        self._running, self._since = [], 0.0

    @contextmanager
    def measuring(self):
        """Wraps the functions; afterwards `seconds` also holds `waiting`, `rest` and `elsewhere`."""
        saved = []
        for part, names in self.parts.items():
            for name in names:
                module, _, path = name.partition(":")
                owner = importlib.import_module(module)
                *classes, function = path.split(".")
                for one in classes:
                    owner = getattr(owner, one)
                saved.append((owner, function, getattr(owner, function)))
                setattr(owner, function, self._wrapped(part, getattr(owner, function)))
        saved.append((selectors.DefaultSelector, "select", selectors.DefaultSelector.select))
        selectors.DefaultSelector.select = self._waited(selectors.DefaultSelector.select)
        began, worked = time.perf_counter(), time.process_time()
        try:
            yield self
        finally:
            whole, busy = time.perf_counter() - began, time.process_time() - worked
            for owner, function, original in saved:
                setattr(owner, function, original)
        told = sum(spent for part, spent in self.seconds.items() if part != "waiting")
        self.seconds["elsewhere"] = max(whole - busy - self.seconds["waiting"], 0.0)
        self.seconds["rest"] = max(busy - told, 0.0)

    def _wrapped(self, part, function):
        @functools.wraps(function)
        def timed(*arguments, **named):
            self.calls[part] += 1
            self._switch()
            self._running.append(part)
            try:
                return function(*arguments, **named)
            finally:
                self._switch()
                self._running.pop()

        return timed

    def _waited(self, select):
        @functools.wraps(select)
        def timed(selector, timeout=None):
            began = time.perf_counter()
            try:
                return select(selector, timeout)
            finally:
                self.seconds["waiting"] += time.perf_counter() - began

        return timed

    def _switch(self):
        now = time.process_time()
        if self._running:
            self.seconds[self._running[-1]] += now - self._since
        self._since = now
