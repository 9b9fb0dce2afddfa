"""What a check of `syndication doctor` found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

KEEP_TIME = "校准时钟：timedatectl set-ntp true"
"""What to do about a wrong clock."""


class Health(StrEnum):
    """How a check ended."""

    OK = "ok"
    NOTE = "note"  # works; a person should know
    BAD = "bad"  # the first night would fail or prove nothing


@dataclass(frozen=True)
class Finding:
    """One check: what was found, and what to do unless all is well."""

    check: str
    health: Health
    said: str
    advice: str = ""
