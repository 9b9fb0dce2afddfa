"""Adds rows to channels.csv: atomically, in the file's own columns, line ends and byte order mark, and only valid ones.

Fact of the world: operators keep the file in a spreadsheet, which writes a byte order mark and CRLF, may move columns,
and shows garbage where a program changed one of them.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from syndication.registry import CHANNEL_COLUMNS, load_registry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from syndication.items import Channel

_WORD = re.compile(r"[a-z][a-z0-9-]{1,23}")
_NOT_TELLING = frozenset({"index", "list", "common-list", "module", "web", "jpage", "dataproxy", "front", "page", "build",
                          "unit", "api", "api-gateway", "art", "col", "html", "www", "default", "home", "zwgk"})  # fmt: skip


def free_id(portal_id: str, url: str, taken: Collection[str]) -> str:
    """An id for a new channel, `PORTAL-word` with a word of the address, that no other channel has."""
    parts = [part.partition(".")[0].lower().replace("_", "-") for part in urlsplit(url).path.split("/")]
    words = [part for part in reversed(parts) if _WORD.fullmatch(part) and part not in _NOT_TELLING]
    stem = f"{portal_id}-{words[0] if words else 'gwyxx'}"
    return next(name for name in (stem, *(f"{stem}-{n}" for n in range(2, 10_000))) if name not in taken)


def cells_of(channel: Channel) -> dict[str, str]:
    """A channel as the cells of its row."""
    options = json.dumps(channel.options, ensure_ascii=False) if channel.options else ""
    values = (channel.id, channel.portal_id, channel.name, channel.url, channel.family, channel.role.value, options,
              channel.notes)  # fmt: skip
    return dict(zip(CHANNEL_COLUMNS, values, strict=True))


def rows_as_csv(channels: Iterable[Channel], columns: Sequence[str] = CHANNEL_COLUMNS, line_end: str = "\n") -> str:
    """Rows of channels.csv, without the header."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, lineterminator=line_end)
    writer.writerows(cells_of(channel) for channel in channels)
    return text.getvalue()


def append_channels(folder: Path, channels: Sequence[Channel]) -> None:
    """Adds rows at the end of a folder's channels.csv; the file is replaced as a whole, or stays as it was.

    Raises RegistryError where the file with the new rows could not be loaded (an id that is taken, a list that is there).
    """
    path = (folder / "channels.csv").resolve()
    before = path.read_bytes()
    line_end = "\r\n" if before.partition(b"\n")[0].endswith(b"\r") else "\n"
    text = before.decode("utf-8-sig")
    columns = [cell.strip() for cell in next(csv.reader(io.StringIO(text)))]
    content = before if before.endswith(b"\n") else before + line_end.encode()
    content += rows_as_csv(channels, columns, line_end).encode()
    _refuse_invalid(folder, content)
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    shutil.copymode(path, part)
    part.replace(path)


def _refuse_invalid(folder: Path, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as trial:
        shutil.copyfile(folder / "portals.csv", Path(trial) / "portals.csv")
        (Path(trial) / "channels.csv").write_bytes(content)
        load_registry(Path(trial))
