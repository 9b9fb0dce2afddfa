"""What surrounds a command: the clock, and settings of the network. The rehearsal gives its own, everyone else the defaults.

`python -m syndication.rehearsal.live` runs any command against servers of ours on loopback by handing it other
surroundings; the commands themselves know nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from syndication.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syndication.clock import Clock


@dataclass(frozen=True)
class Surroundings:
    """A command's clock, and Scrapy settings on top of the project's."""

    clock: Clock = field(default_factory=SystemClock)
    settings: Mapping[str, Any] = field(default_factory=dict)


surrounded = click.make_pass_decorator(Surroundings, ensure=True)
"""Gives a command its surroundings as the first argument."""
