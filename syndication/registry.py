"""The registry: which portals are watched, which of their lists are read, which duties a person added or lifted.

A site is a row and never code; the rows stand in portals.csv, channels.csv and duties.csv of the data folder. Reading
is strict: one wrong row refuses all, since a portal that silently drops out of the count would be an error of ours in
somebody's notice. docs/survey.md says where the rows come from, docs/add-a-portal.md how one is mended.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from syndication.errors import DataFolderError, RegistryError
from syndication.glossary import Level, Role
from syndication.items import Channel, Portal
from syndication.sheet import SheetRow, read_sheet

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

FAMILIES = frozenset({"html", "json", "hanweb_xml", "jpaas", "ucap_search", "xinhua_ds", "feed", "pushinfo", "home"})
"""The list types that channels.csv may name; each is a module of `spiders.families`."""

PORTAL_COLUMNS = (
    "id", "name", "level", "category", "region_code", "home_url", "site_code", "active_from", "active_to", "notes",
)  # fmt: skip
CHANNEL_COLUMNS = ("id", "portal_id", "name", "url", "family", "role", "options", "notes")
DUTY_COLUMNS = ("release_url", "duty", "reason", "by", "on")

ID = r"[a-z0-9][a-z0-9-]*"
SITE_CODE = r"\d{10}|bm\d{8}|N\d{9}"


@dataclass(frozen=True)
class DutyRow:
    """A person's decision on one release, a row of duties.csv: it must be republished, or it need not be."""

    release_url: str
    duty: bool
    reason: str
    by: str
    on: date


@dataclass(frozen=True)
class Registry:
    """The watched portals and their channels in file order; the home pages that no row lists stand at the end."""

    portals: tuple[Portal, ...]
    channels: tuple[Channel, ...]

    def portal(self, portal_id: str) -> Portal:
        """The portal with this id. Raises KeyError where the registry has none."""
        for portal in self.portals:
            if portal.id == portal_id:
                return portal
        raise KeyError(portal_id)

    def channels_of(self, portal_id: str) -> tuple[Channel, ...]:
        """All channels of a portal, its home page among them."""
        return tuple(channel for channel in self.channels if channel.portal_id == portal_id)

    def active_on(self, day: date) -> Registry:
        """The registry as it stands on a Beijing day; the days `active_from` and `active_to` are in service."""
        portals = tuple(
            portal
            for portal in self.portals
            if (portal.active_from is None or portal.active_from <= day)
            and (portal.active_to is None or day <= portal.active_to)
        )
        ids = {portal.id for portal in portals}
        return Registry(portals, tuple(channel for channel in self.channels if channel.portal_id in ids))


def load_registry(folder: Path, families: Collection[str] | None = None) -> Registry:
    """Portals and channels of a data folder; every portal gets its home page as channel `<portal>@home`.

    Args:
        folder: must hold portals.csv and channels.csv.
        families: the list types that exist; `FAMILIES` if not given.

    Raises:
        DataFolderError: a file is missing.
        RegistryError: a cell is wrong; its `others` are the further wrong cells of both files.
    """
    paths = [folder / "portals.csv", folder / "channels.csv"]
    for path in paths:
        if not path.is_file():
            raise DataFolderError(
                f"缺少 {path.name}，请用 --data 指定数据目录，或运行 syndication init {folder} 建立。 "
                f"{path.name} is missing: looked in {folder.absolute()}. Name another folder with --data, or write one with"
                f" all defaults: syndication init {folder}"
            )
    portal_rows, channel_rows = (
        list(read_sheet(path, columns)) for path, columns in zip(paths, (PORTAL_COLUMNS, CHANNEL_COLUMNS), strict=True)
    )
    portals = [_portal(row) for row in portal_rows]
    known = {portal.id for portal in portals}
    channels = [_channel(row, known, FAMILIES if families is None else families) for row in channel_rows]
    _refuse_twins(portal_rows, "id", [portal.id for portal in portals])
    _refuse_twins(portal_rows, "home_url", [portal.home_url for portal in portals])
    _refuse_twins(channel_rows, "id", [channel.id for channel in channels])
    _refuse_twins(channel_rows, "url", [_list_of(channel) for channel in channels])
    _raise_problems([*portal_rows, *channel_rows])
    return Registry(tuple(portals), (*channels, *_unlisted_home_pages(portals, channels)))


def load_duties(folder: Path) -> tuple[DutyRow, ...]:
    """What persons decided on single releases, in file order; of several rows for one release the last one counts.

    A folder without duties.csv gets the packaged one. Raises RegistryError as `load_registry` does.
    """
    path = folder / "duties.csv"
    rows = list(read_sheet(path if path.is_file() else default_file("duties.csv"), DUTY_COLUMNS))
    duties = [_duty(row) for row in rows]
    _raise_problems(rows)
    return tuple(duty for duty in duties if duty is not None)


def default_file(name: str) -> Path:
    """Where the package keeps its own copy of a file that operators edit."""
    return Path(str(files("syndication") / "defaults" / name))


# A value built from a row with a problem is only compared with its neighbours and never leaves this module.


def _portal(row: SheetRow) -> Portal:
    portal = Portal(
        id=row.code("id", ID, "an id: small letters, digits and hyphens, such as beijing", needed=True),
        name=row.text("name", needed=True),
        level=row.word("level", Level) or Level.DEPARTMENT,
        category=row.text("category"),
        region_code=row.code("region_code", r"\d{6}", "six digits, such as 110000 (format the column as text)"),
        home_url=row.address("home_url"),
        site_code=row.code("site_code", SITE_CODE, "a site code: ten digits, bm and eight digits, or N and nine"),
        active_from=row.day("active_from"),
        active_to=row.day("active_to"),
        notes=row.text("notes"),
    )
    if portal.active_from and portal.active_to and portal.active_to < portal.active_from:
        row.refuse("active_to", f"早于 active_from / {portal.active_to} is before active_from {portal.active_from}")
    return portal


def _channel(row: SheetRow, portals: Collection[str], families: Collection[str]) -> Channel:
    channel = Channel(
        id=row.code("id", ID, "an id: small letters, digits and hyphens, such as beijing-gwywj", needed=True),
        portal_id=row.text("portal_id", needed=True),
        name=row.text("name", needed=True),
        url=row.address("url"),
        family=row.text("family", needed=True),
        role=row.word("role", Role) or Role.NEWS,
        options=row.json_object("options"),
        notes=row.text("notes"),
    )
    if channel.portal_id and channel.portal_id not in portals:
        row.refuse("portal_id", f"门户表中没有该门户 / portals.csv has no portal {channel.portal_id!r}")
    if channel.family and channel.family not in families:
        row.refuse("family", f"不在可选值之中 / {channel.family!r} is none of: {', '.join(sorted(families))}")
    elif channel.family and row.good and (channel.family == "home") != (channel.role is Role.HOME):
        row.refuse("role", "family 与 role 须同为 home / family home and role home go together: a home page proves presence only")
    return channel


def _duty(row: SheetRow) -> DutyRow | None:
    address = row.address("release_url")
    duty = row.code("duty", "yes|no", "yes or no", needed=True)
    reason, by = row.text("reason", needed=True), row.text("by", needed=True)
    on = row.day("on", needed=True)
    return DutyRow(address, duty == "yes", reason, by, on) if row.good and on else None


def _list_of(channel: Channel) -> str:
    """What tells a channel's list from the portal's others: several can be asked for at one address."""
    return f"{channel.portal_id} {channel.url} {json.dumps(channel.options, sort_keys=True)}" if channel.url else ""


def _refuse_twins(rows: Sequence[SheetRow], column: str, values: Sequence[str]) -> None:
    first: dict[str, int] = {}
    for row, value in zip(rows, values, strict=True):
        if value in first:
            row.refuse(column, f"与第 {first[value]} 行重复 / {row.text(column)!r} stands in line {first[value]} already")
        elif value:
            first[value] = row.line


def _unlisted_home_pages(portals: Sequence[Portal], channels: Sequence[Channel]) -> list[Channel]:
    listed = {(channel.portal_id, channel.url) for channel in channels if channel.role is Role.HOME}
    return [
        Channel(f"{portal.id}@home", portal.id, "首页", portal.home_url, "home", Role.HOME)
        for portal in portals
        if (portal.id, portal.home_url) not in listed
    ]


def _raise_problems(rows: Sequence[SheetRow]) -> None:
    problems = [problem for row in rows for problem in row.problems]
    if problems:
        first, *others = problems
        raise RegistryError(first.path, first.line, first.column, first.reason, others)
