"""A CSV file that a person keeps in a spreadsheet, read strictly: each wrong cell is named by file, line and column.

Facts of the world: spreadsheets write a byte order mark, CRLF and rows of empty cells, dates as `2024/1/5`, codes as
`110000.0`, and, saved as plain "CSV" on a Chinese Windows, GBK instead of UTF-8. The first four are read as meant; the
others are refused with the reason, since a damaged code or text cannot be told from a right one.
"""

from __future__ import annotations

import csv
import io
import json
import re
import socket
from datetime import date
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from syndication.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from enum import StrEnum
    from pathlib import Path

    Word = TypeVar("Word", bound=StrEnum)

WHOLE_FILE = "(whole file)"
"""Stands in for a column where the file as such cannot be read."""

LONGEST_SHOWN = 80  # characters of a cell in a message
MOST_NAMED = 5  # columns in a message

_DAY = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})")


class SheetRow:
    """One row: hands out its cells, trimmed, and collects in `problems` what is wrong with them.

    A method whose cell is wrong notes the problem and returns None or an empty value, so that all cells of a row are
    looked at; `good` then says whether what it gave may be used.
    """

    def __init__(self, path: Path, line: int, cells: Mapping[str, str], torn: RegistryError | None = None) -> None:
        self.path, self.line, self._cells = path, line, cells
        self.problems: list[RegistryError] = [torn] if torn else []
        self._torn = torn is not None

    @property
    def good(self) -> bool:
        """Nothing was refused so far."""
        return not self.problems

    def refuse(self, column: str, reason: str) -> None:
        """Note that a cell is wrong; of a torn row nothing more is noted than that."""
        if self._torn:
            return
        self.problems.append(RegistryError(self.path, self.line, column, reason))

    def text(self, column: str, *, needed: bool = False) -> str:
        """The cell as it stands; refused if it is needed and empty."""
        value = self._cells[column]
        if needed and not value:
            self.refuse(column, "为空 / is empty")
        return value

    def code(self, column: str, pattern: str, wanted: str, *, needed: bool = False) -> str:
        """A cell that must match a pattern as a whole; `wanted` tells people what it should be."""
        value = self.text(column, needed=needed)
        if value and not re.fullmatch(pattern, value, re.ASCII):
            self.refuse(column, f"{_shown(value)} 格式有误 / is not {wanted}")
        return value

    def word(self, column: str, words: type[Word]) -> Word | None:
        """A word of the glossary."""
        value = self.text(column)
        found = next((word for word in words if word.value == value), None)
        if found is None:
            self.refuse(column, f"{_shown(value)} 不在可选值之中 / is none of: {', '.join(words)}")
        return found

    def address(self, column: str) -> str:
        """An absolute http or https address."""
        value = self.text(column, needed=True)
        fault = _address_fault(value) if value else ""
        if fault:
            self.refuse(column, f"{_shown(value)} 不是有效网址：{fault}")
        return value

    def day(self, column: str, *, needed: bool = False) -> date | None:
        """A calendar day, `2024-01-05` or as spreadsheets write it `2024/1/5`; None for an empty cell."""
        value = self.text(column, needed=needed)
        found = _DAY.fullmatch(value)
        if found:
            try:
                return date(int(found[1]), int(found[3]), int(found[4]))
            except ValueError as fault:
                self.refuse(column, f"{_shown(value)} 不是有效日期 / is no day: {fault}")
        elif value:
            self.refuse(column, f"{_shown(value)} 不是日期，请写成 2024-01-05 / is no day; write 2024-01-05")
        return None

    def json_object(self, column: str) -> dict[str, Any]:
        """A JSON object; an empty cell is an empty one."""
        value = self.text(column)
        if not value:
            return {}
        try:
            found = json.loads(value, object_pairs_hook=_object, parse_constant=_no_constant)
        except ValueError as fault:
            self.refuse(column, f"不是有效的 JSON / is not JSON: {fault}")
            return {}
        if not isinstance(found, dict):
            wanted = '{"css": "ul.list li"}'
            self.refuse(column, f"须为 JSON 对象 / must be a JSON object, such as {wanted}, not {_shown(value)}")
            return {}
        return found


def read_sheet(path: Path, columns: Sequence[str]) -> Iterator[SheetRow]:
    """The rows of a CSV file that has exactly these columns, in any order; rows without any text are left out.

    Line numbers are those of an editor: of the line on which the row begins, line ends inside quotes counted.
    Raises RegistryError where the file as a whole cannot be read: encoding, quotes, header. A row with a wrong number
    of cells is torn: it is given with that problem and with all cells empty.
    """
    reader = csv.reader(io.StringIO(_decoded(path), newline=""), strict=True)
    header: list[str] | None = None
    begins = 1
    try:
        for record in reader:
            cells = [cell.strip() for cell in record]
            line, begins = begins, reader.line_num + 1
            if not any(cells):
                continue
            if header is None:
                header = _header(path, line, cells, columns)
            elif len(cells) == len(header):
                yield SheetRow(path, line, dict(zip(header, cells, strict=True)))
            else:
                reason = (
                    f"该行有 {len(cells)} 格，表头有 {len(header)} 格；含逗号的单元格须加引号 / "
                    f"the row has {len(cells)} cells, the header {len(header)}; a cell with a comma needs quotes"
                )
                last = header[min(len(cells), len(header)) - 1]
                yield SheetRow(path, line, dict.fromkeys(header, ""), RegistryError(path, line, last, reason))
    except csv.Error as fault:
        reason = f"无法按 CSV 读取（引号未闭合，或单元格过长）/ cannot be read as CSV: {fault}"
        raise RegistryError(path, begins, WHOLE_FILE, reason) from fault
    if header is None:
        raise RegistryError(path, 1, WHOLE_FILE, f"文件为空，首行应为 / is empty; its first line must be {','.join(columns)}")


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        reason = (
            "不是 UTF-8 编码（表格软件的普通 CSV 为 GBK），请另存为“CSV UTF-8” / "
            "is not UTF-8 (a spreadsheet's plain CSV is GBK); save it as 'CSV UTF-8'"
        )
        raise RegistryError(path, line, WHOLE_FILE, reason) from fault


def _header(path: Path, line: int, cells: list[str], columns: Sequence[str]) -> list[str]:
    missing = [column for column in columns if column not in cells]
    extra = [cell for cell in cells if cell not in columns]
    twice = [column for column in columns if cells.count(column) > 1]
    for names, reason in (
        (missing, "缺少该列 / is missing"), (extra, "本文件没有该列 / is no column of this file"),
        (twice, "该列重复 / stands twice"),
    ):  # fmt: skip
        if names:
            shown = ", ".join(name[:LONGEST_SHOWN] or "(without a name)" for name in names[:MOST_NAMED])
            named = shown if len(names) <= MOST_NAMED else f"{shown}, … ({len(names)})"
            raise RegistryError(path, line, named, f"{reason}; 表头应为 / the header must be {','.join(columns)}")
    return cells


def _address_fault(value: str) -> str:
    if re.search(r"\s", value):
        return "含有空白 / it holds a blank"
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - asking for the port is what checks it
    except ValueError as fault:
        return str(fault)
    if parts.scheme not in {"http", "https"}:
        return "须以 http:// 或 https:// 开头 / it must begin with http:// or https://"
    if not parts.hostname:
        return "没有主机名 / it names no host"
    if parts.username is not None or parts.password is not None:
        return "含有用户名或密码 / it holds a name or password"
    return "指向本机或内网 / it leads to this machine or an inner network" if _is_inner(parts.hostname) else ""


def _is_inner(host: str) -> bool:
    """Whether a host is this machine or an address that no public site has, also in the short forms of systems' libraries."""
    if host.rstrip(".") == "localhost" or host.rstrip(".").endswith(".localhost"):
        return True
    try:
        return not ip_address(socket.inet_aton(host) if re.fullmatch(r"[0-9a-fx.]+", host) else host).is_global
    except (OSError, ValueError):  # a name
        return False


def _shown(value: str) -> str:
    """A cell as a message quotes it: on one line, its invisible characters named, and not at any length."""
    return repr(value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} stands twice")
    return dict(pairs)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")
