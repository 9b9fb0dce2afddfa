"""Whole lists as CSV or XLSX: what a page shows, with its filters, its order and its columns, and every row once.

Facts of the world: Datasette streams a CSV page by page, each page its own query; rows are lost and doubled where the
sorted column has ties, and an error in the middle is written into the file as if it were a row. Here one cursor
inside one transaction gives all rows; where it breaks, the connection breaks too, and no program takes the torn file
for a whole one.
"""

from __future__ import annotations

import asyncio
import csv
import io
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode

from datasette.filters import Filters  # type: ignore[import-untyped]  # Datasette ships no types
from datasette.plugins import pm  # type: ignore[import-untyped]  # as above
from datasette.utils import await_me_maybe, tilde_decode, tilde_encode  # type: ignore[import-untyped]  # as above
from datasette.utils.asgi import BadRequest, Forbidden, NotFound  # type: ignore[import-untyped]  # as above

from syndication.cells import BOM, safe
from syndication.publish import catalog
from syndication.publish.refusing import WrongMethod
from syndication.publish.site import site_of
from syndication.publish.values import teller
from syndication.publish.workbook import CONTENT_TYPE, workbook_chunks
from syndication.store.lists import whole_list
from syndication.store.reading import open_reader

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator, Sequence

    from syndication.cells import Cell

ROWS_AT_ONCE = 4000
STALLED_AFTER = 60.0  # seconds; a reader that takes nothing for so long gives its place to another
_QUOTED = re.compile(r'[",\r\n]')
_NOT_IN_FILE_NAMES = re.compile(r'[\s\\/:*?"<>|~`$&;\']+')
LONGEST_FILE_NAME = 70  # characters; file systems take 255 bytes, and a Chinese character has three
_NOT_ROWS = frozenset(
    {"_next", "_size", "_facet", "_facet_size", "_labels", "_nofacet", "_nocount", "_nosuggest", "_stream", "_dl"}
)


@dataclass(frozen=True)
class Export:
    """One list to be written: its query and, for each column, its header and what its values are.

    `title` names the file for people; without one it bears the name of its table.
    """

    path: Path
    name: str
    sql: str
    parameters: dict[str, Any]
    columns: tuple[catalog.Column, ...]
    for_programs: bool
    title: str = ""

    def chunks(self) -> Iterator[bytes]:
        """The file's bytes, some thousand rows at a time."""
        connection = open_reader(self.path, any_thread=True)
        try:
            connection.row_factory = None
            cursor = connection.execute(self.sql, self.parameters)
            yield self._header().encode()
            while rows := cursor.fetchmany(ROWS_AT_ONCE):
                yield self._lines(rows).encode()
        finally:
            connection.close()

    def headings(self) -> list[str]:
        """The headers for people; those of times say whose times they are."""
        return [_heading(column) for column in self.columns]

    def told_rows(self, connection: sqlite3.Connection) -> Iterator[list[Cell]]:
        """Every row as people read it."""
        tellers = [teller(column) for column in self.columns]
        for row in connection.execute(self.sql, self.parameters):
            yield [tell(value) if tell else value for tell, value in zip(tellers, row, strict=True)]

    def _header(self) -> str:
        if self.for_programs:
            return _csv([[column.name for column in self.columns]])
        return BOM + _csv([self.headings()])

    def _lines(self, rows: list[tuple[Cell, ...]]) -> str:
        """Column by column, since a column's fields are all written in the same way, and most again and again."""
        if len(self.columns) == 1:  # an empty field alone is written as such, else its line would be none
            tell = None if self.for_programs else teller(self.columns[0])
            return _csv([[safe(tell(value) if tell else value)] for (value,) in rows])
        writers = [_writer(None if self.for_programs else column) for column in self.columns]
        fields = [map(write, cells) for write, cells in zip(writers, zip(*rows, strict=True), strict=True)]
        return "\r\n".join(map(",".join, zip(*fields, strict=True))) + "\r\n"


def _heading(column: catalog.Column) -> str:
    if column.kind != "time":
        return column.label
    return f"{column.label[:-1]}，北京时间）" if column.label.endswith("）") else f"{column.label}（北京时间）"


@lru_cache(maxsize=256)
def _writer(column: catalog.Column | None) -> Callable[[Cell], str]:
    """What writes a column's values as fields of a CSV file, as the csv module does; without a column as they stand.

    Written fields are kept, since values repeat down a column: so all rows take half the work of csv's own writer.
    """
    tell = teller(column) if column else None

    @lru_cache(maxsize=8192, typed=True)
    def written(value: Cell) -> str:
        told = safe(tell(value) if tell else value)
        if not isinstance(told, str):
            return "" if told is None else str(told)
        return '"' + told.replace('"', '""') + '"' if _QUOTED.search(told) else told

    return written


def _csv(rows: Sequence[Sequence[Any]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


class FileStream:
    """A response that sends a file while it is made; `slots` bounds how many do so at once.

    `kind` is csv or xlsx; an XLSX is made whole before its first byte goes (publish.workbook).
    """

    def __init__(self, export: Export, slots: asyncio.Semaphore, request: Any, kind: str = "csv") -> None:
        self.export, self.slots, self.request, self.kind = export, slots, request, kind
        self.headers: dict[str, str] = {}

    async def asgi_send(self, send: Any) -> None:
        """Send it all. A reader that went away or takes nothing more ends it."""
        headers = {
            **self.headers,  # Datasette puts its messages for the visitor here
            "content-type": CONTENT_TYPE if self.kind == "xlsx" else "text/csv; charset=utf-8",
            "cache-control": "no-store",
            "content-disposition": _disposition(self.export, self.kind),
        }
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        start = {"type": "http.response.start", "status": 200, "headers": encoded}
        if self.request.method == "HEAD":
            await send(start)
            await send({"type": "http.response.body", "body": b""})
            return
        async with self.slots:
            await self._stream(send, start)

    async def _stream(self, send: Any, start: dict[str, Any]) -> None:
        chunks = workbook_chunks(self.export) if self.kind == "xlsx" else self.export.chunks()
        gone = asyncio.ensure_future(_disconnected(self.request))
        try:
            chunk = await asyncio.to_thread(next, chunks, None)  # an error up to here is still an error page
            await send(start)
            while chunk is not None and not gone.done():
                body = {"type": "http.response.body", "body": chunk, "more_body": True}
                await asyncio.wait_for(send(body), STALLED_AFTER)
                chunk = await asyncio.to_thread(next, chunks, None)
            if chunk is None:
                await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            chunks.close()  # type: ignore[attr-defined]  # they are generators


async def _disconnected(request: Any) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _disposition(export: Export, kind: str) -> str:
    told = quote(f"{_file_name(export.title or catalog.table(export.name).title)}.{kind}")
    return f"attachment; filename=\"{export.name}.{kind}\"; filename*=UTF-8''{told}"


def _file_name(title: str) -> str:
    """A title as a file's name on any system: no blanks, none of the signs that Windows refuses, not too long."""
    kept = _NOT_IN_FILE_NAMES.sub("", "".join(character for character in title if character.isprintable()))
    return kept[:LONGEST_FILE_NAME].strip("-.") or "清单"


def export_url(datasette: Any, database: str, table: str, query_string: str) -> str:
    """Where the list that a page shows can be had whole."""
    kept = [(key, value) for key, value in parse_qsl(query_string, keep_blank_values=True) if key not in _NOT_ROWS]
    path = f"-/export/{tilde_encode(table)}.csv"
    own = site_of(datasette)
    if own and database != own.first:
        path = f"-/export/{tilde_encode(database)}/{tilde_encode(table)}.csv"
    told: str = datasette.urls.path(path)
    return f"{told}?{urlencode(kept)}" if kept else told


def all_columns_url(request: Any, table: str, columns: Sequence[str]) -> str:
    """The page with the columns that it leaves out; empty where it leaves out none."""
    if "_col" in request.args or not any(catalog.column(table, name).folded for name in columns):
        return ""
    kept = parse_qsl(request.query_string, keep_blank_values=True)
    return "?" + urlencode([*kept, *(("_col", name) for name in columns)])


async def export_page(datasette: Any, request: Any) -> Any:
    """`/-/export/TABLE.csv` and `/-/export/DATABASE/TABLE.csv`: a list for people (Chinese, Beijing time)."""
    return await _respond(datasette, request, for_programs=False)


async def table_csv(datasette: Any, request: Any) -> Any:
    """`/DATABASE/TABLE.csv` in place of Datasette's own: names and values of the database, UTC, every row."""
    return await _respond(datasette, request, for_programs=True)


async def _respond(datasette: Any, request: Any, *, for_programs: bool) -> Any:
    if request.method not in ("GET", "HEAD"):
        raise WrongMethod("Method not allowed")
    site = site_of(datasette)
    name = tilde_decode(request.url_vars.get("database") or (site.first if site else ""))
    table = tilde_decode(request.url_vars["table"])
    if site is None or name not in site.databases:
        raise NotFound("Database not found")
    export = await _export(datasette, name, table, request, for_programs=for_programs)
    return FileStream(export, site.export_slots, request, "csv" if for_programs else request.url_vars.get("kind", "csv"))


async def _export(datasette: Any, name: str, table: str, request: Any, *, for_programs: bool) -> Export:
    database = datasette.databases[name]
    if not (await database.table_exists(table) or await database.get_view_definition(table)):
        raise NotFound("Table not found")
    wanted = [("view-table", (name, table)), ("view-database", name), "view-instance"]
    visible, _ = await datasette.check_visibility(request.actor, permissions=wanted)
    if not visible:
        raise Forbidden("You do not have permission to view this table")
    names = await database.table_columns(table)
    primary = tuple(await database.primary_keys(table))
    columns = _columns(table, names, primary, request, for_programs=for_programs)
    where, parameters = await _conditions(datasette, name, table, request)
    sort, descending = _order(datasette.table_metadata(name, table), names, request)
    key = primary or catalog.table(table).key
    sql = whole_list(table, [column.name for column in columns], where, sort, descending, key)
    return Export(Path(database.path), table, sql, parameters, columns, for_programs)


def _columns(
    table: str, names: list[str], primary: tuple[str, ...], request: Any, *, for_programs: bool
) -> tuple[catalog.Column, ...]:
    asked, left_out = request.args.getlist("_col"), request.args.getlist("_nocol")
    unknown = [name for name in (*asked, *left_out) if name not in names]
    if unknown:
        raise BadRequest(f"{'_col' if asked else '_nocol'}={', '.join(unknown)} - invalid columns")
    usual = names if for_programs else catalog.arranged(table, names)
    chosen = list(dict.fromkeys((*primary, *asked))) if asked else usual
    return tuple(catalog.column(table, name) for name in chosen if name not in left_out)


async def _conditions(datasette: Any, name: str, table: str, request: Any) -> tuple[list[str], dict[str, Any]]:
    """The conditions that the page's own filters make, those of other plugins included."""
    pairs = [
        (key, value)
        for key in request.args
        if not (key.startswith("_") and "__" not in key)
        for value in request.args.getlist(key)
    ]
    where, parameters = Filters(sorted(pairs)).build_where_clauses(table)
    for hook in pm.hook.filters_from_request(request=request, table=table, database=name, datasette=datasette):
        more = await await_me_maybe(hook)
        if more:
            where.extend(more.where_clauses)
            parameters.update(more.params)
    return where, parameters


def _order(metadata: dict[str, Any], names: list[str], request: Any) -> tuple[str | None, bool]:
    sort, sort_desc = request.args.get("_sort"), request.args.get("_sort_desc")
    if sort and sort_desc:
        raise BadRequest("Cannot use _sort and _sort_desc at the same time")
    if not sort and not sort_desc:
        sort, sort_desc = metadata.get("sort"), metadata.get("sort_desc")
    chosen = sort_desc or sort
    if chosen and chosen not in (*metadata.get("sortable_columns", names), "rowid"):
        raise BadRequest(f"Cannot sort table by {chosen}")
    return chosen, bool(sort_desc)

