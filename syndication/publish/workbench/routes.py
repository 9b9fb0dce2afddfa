"""The addresses of the workbench."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasette import Response  # type: ignore[import-untyped]  # Datasette ships no types
from datasette.utils.asgi import BadRequest, NotFound  # type: ignore[import-untyped]  # as above

from syndication.errors import DataFolderError, EvidenceError
from syndication.notice_documents.numbering import NUMBER
from syndication.publish.export import Export, FileStream
from syndication.publish.refusing import WrongMethod
from syndication.publish.site import site_of
from syndication.publish.workbench import archived, finding, lists, pages
from syndication.publish.workbench.meaning import meaning_page
from syndication.publish.workbench.notices import check_page, notice_file, notice_page, notices_page, void_page
from syndication.publish.workbench.overview import overview_page
from syndication.publish.workbench.portal import portal_page
from syndication.publish.workbench.release import release_page
from syndication.publish.workbench.reviewing import review_page
from syndication.publish.workbench.verdict import verdict_page

if TYPE_CHECKING:
    from syndication.publish.workbench.pages import Reading


async def list_page(datasette: Any, request: Any) -> Any:
    """`/-/verdicts`, `/-/releases`, `/-/portals`, `/-/reviews`."""
    name = request.url_vars["list"]

    def read(reading: Reading) -> dict[str, Any]:
        shown = lists.LISTS[name](reading, request)
        return lists.read(reading, request, shown, f"{reading.root}-/{name}")

    return await pages.answer(datasette, request, "list", read)


async def list_export(datasette: Any, request: Any) -> Any:
    """The same with `.csv` or `.xlsx`: all that the pages of the list show, whole."""
    if request.method not in ("GET", "HEAD"):
        raise WrongMethod("Method not allowed")

    name = await pages.allowed(datasette, request)
    database = Path(datasette.databases[name].path)

    def read(reading: Reading) -> dict[str, Any]:
        shown = lists.LISTS[request.url_vars["list"]](reading, request)
        sql, parameters = lists.whole(reading, request, shown)
        title = lists.file_title(reading, request, shown)
        columns = lists.columns(shown)
        return {"export": Export(database, shown.which.name, sql, parameters, columns, for_programs=False, title=title)}

    found = await pages.gather(datasette, request, read)
    site = site_of(datasette)
    assert site is not None  # `gather` found it
    return FileStream(found["export"], site.export_slots, request, request.url_vars["kind"])


async def evidence_pack(datasette: Any, request: Any) -> Any:
    """`/-/evidence/NUMBER.zip`: the evidence pack of a verdict."""
    name = await pages.allowed(datasette, request)
    folder, number = Path(datasette.databases[name].path).parent, int(request.url_vars["verdict"])
    try:
        place = await asyncio.to_thread(archived.pack_into, folder, number)
    except DataFolderError as fault:
        raise NotFound("Record not found") from fault
    except EvidenceError as fault:
        raise BadRequest(f"证据包无法生成：{fault}") from fault
    content = await asyncio.to_thread(place.read_bytes)
    shutil.rmtree(place.parent)
    headers = {"Content-Disposition": f'attachment; filename="{place.name}"', "Cache-Control": "no-store"}
    return Response(content, headers=headers, content_type="application/zip")


_LISTS = "|".join(lists.LISTS)
ROUTES = [
    (r"^/$", overview_page),
    (rf"^/-/(?P<list>{_LISTS})$", list_page),
    (rf"^/-/(?P<list>{_LISTS})\.(?P<kind>csv|xlsx)$", list_export),
    (r"^/-/release/(?P<release>\d{1,15})$", release_page),
    (r"^/-/portal/(?P<portal>[\w.@-]+)$", portal_page),
    (r"^/-/verdict/(?P<verdict>\d{1,15})$", verdict_page),
    (r"^/-/verdict/(?P<verdict>\d{1,15})/review$", review_page),
    (r"^/-/evidence/(?P<verdict>\d{1,15})\.zip$", evidence_pack),
    (r"^/-/archived/(?P<evidence>[\w-]+)$", archived.archived_page),
    (r"^/-/notices$", notices_page),
    (rf"^/-/notices/(?P<number>{NUMBER.pattern})$", notice_page),
    (rf"^/-/notices/(?P<number>{NUMBER.pattern})/check$", check_page),
    (rf"^/-/notices/(?P<number>{NUMBER.pattern})/void$", void_page),
    (rf"^/-/notices/(?P<number>{NUMBER.pattern})\.zip$", notice_file),
    (rf"^/-/notices/(?P<number>{NUMBER.pattern})/(?P<file>[^/]+)$", notice_file),
    (r"^/-/search$", finding.search_page),
    (r"^/-/meaning$", meaning_page),
]
