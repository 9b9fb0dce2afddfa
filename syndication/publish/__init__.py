"""The Datasette plugin: Chinese pages, exact lists and exports over the database of this program.

Its hooks only say where something joins in; what happens stands in the modules of this package. Every hook looks first
whether the Datasette serves one of our databases (publish.site) and otherwise leaves everything as it is.

Fact of the world: Datasette loads its plugins while it is itself being imported, and takes the hooks that a plugin's
module has at that moment. Were Datasette imported from here, it would find this module half made and miss its hooks
without a word; so nothing of Datasette's is imported before a hook is called.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Any

from pluggy import HookimplMarker

hookimpl = HookimplMarker("datasette")

STYLE = "/-/static-plugins/policy-syndication/syndication.css"
MENU = ("verdict_list", "portal_scorecard", "release_coverage")
WORKBENCH = {
    "/": "总览", "/-/verdicts": "判定查询", "/-/releases": "发布", "/-/portals": "门户", "/-/reviews": "复核",
    "/-/notices": "通报",
}  # fmt: skip
DEVELOPERS_PAGES = (
    "patterns", "messages", "allow-debug", "permissions", "threads", "databases", "metadata", "password-tool", "plugins",
    "versions", "settings", "config", "actor",
)  # fmt: skip
"""Pages of Datasette's that show the server's inside; they are not served."""


@hookimpl
def prepare_jinja2_environment(env: Any, datasette: Any) -> None:
    """Datasette's own templates in Chinese."""
    from syndication.publish import chinese
    from syndication.publish.site import site_of

    if site_of(datasette):
        chinese.make_chinese(env)


@hookimpl
def startup(datasette: Any) -> Any:
    """Lists in a total order; the proxy's path in all links."""
    from syndication.publish import prefix
    from syndication.publish.site import make_exact, site_of

    site = site_of(datasette)
    if site is None:
        return None
    prefix.keep_in_links(datasette)
    return make_exact(datasette, site.databases)


@hookimpl
def asgi_wrapper(datasette: Any) -> Any:
    """Filters in people's words; refused requests; the audit log and headers around every answer."""
    from syndication.publish import asked, guarding, refusing
    from syndication.publish.site import site_of

    site = site_of(datasette)
    if site is None:
        return lambda app: app
    return lambda app: guarding.guarded(refusing.telling(asked.reading_people(app, site.databases)), datasette)


@hookimpl(trylast=True)
def permission_allowed(datasette: Any, actor: Any, action: str) -> bool | None:
    """Who may see, review and ask SQL; called last, since Datasette takes the last opinion."""
    from syndication.publish import access
    from syndication.publish.site import site_of

    return access.may(datasette, actor, action) if site_of(datasette) else None


@hookimpl(tryfirst=True)
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    """The workbench, exports, signing in, the translated script; developers' pages are closed.

    Called first: the routes of datasette-auth-passwords stand behind ours.
    """
    from datasette.utils import tilde_encode  # type: ignore[import-untyped]  # Datasette ships no types

    from syndication.publish import export, home, refusing, signing_in
    from syndication.publish.site import site_of
    from syndication.publish.workbench import routes

    site = site_of(datasette)
    if site is None:
        return []
    names = "|".join(re.escape(tilde_encode(name)) for name in site.databases)
    return [
        *routes.ROUTES,
        (refusing.ROUTE, refusing.refused_page),
        (r"^/-/login$", signing_in.sign_in_page),
        (r"^/-/logout$", signing_in.sign_out),
        (r"^/-/tables$", home.tables_page),
        (r"^/-/export/(?P<table>[^/\.]+)\.(?P<kind>csv|xlsx)$", export.export_page),
        (r"^/-/export/(?P<database>[^/\.]+)/(?P<table>[^/\.]+)\.(?P<kind>csv|xlsx)$", export.export_page),
        (rf"^/(?P<database>{names})/(?P<table>[^/\.]+)\.csv$", export.table_csv),
        (r"^/-/static/table\.js$", _table_script),
        (rf"^/-/(?:{'|'.join(DEVELOPERS_PAGES)})(?:\.json)?$", _closed),
    ]


def _table_script() -> Any:
    from datasette import Response  # type: ignore[import-untyped]  # Datasette ships no types

    from syndication.publish import chinese

    return Response(chinese.table_script(), content_type="text/javascript; charset=utf-8")


def _closed() -> Any:
    from datasette.utils.asgi import NotFound  # type: ignore[import-untyped]  # Datasette ships no types

    raise NotFound("404")


@hookimpl
def render_cell(row: Any, value: Any, column: str, table: str | None, database: str, datasette: Any) -> Any:
    """Badges, Beijing times, links."""
    from syndication.publish import cellmaking
    from syndication.publish.site import site_of

    site = site_of(datasette)
    if site is None or database not in site.databases or table is None:
        return None
    return cellmaking.cell(datasette, database, table, column, row, value)


@hookimpl
def extra_css_urls(datasette: Any) -> list[str]:
    """Fonts for Chinese, badges, printing."""
    from syndication.publish.site import site_of

    return [STYLE] if site_of(datasette) else []


@hookimpl
def extra_template_vars(
    datasette: Any, database: str | None, table: str | None, request: Any, columns: Any
) -> dict[str, Any]:
    """Where a page's list is exported, and where it shows the columns that it leaves out."""
    from syndication.publish import export
    from syndication.publish.site import site_of

    site = site_of(datasette)
    if site is None or database not in site.databases or not table or request is None:
        return {}
    return {
        "export_url": export.export_url(datasette, database, table, request.query_string),
        "all_columns_url": export.all_columns_url(request, table, columns or ()),
    }


@hookimpl
def menu_links(datasette: Any) -> list[dict[str, str]]:
    """The lists that inspectors come for."""
    from syndication.publish import catalog
    from syndication.publish.site import site_of

    site = site_of(datasette)
    if site is None:
        return []
    pages = [{"href": datasette.urls.path(path), "label": word} for path, word in WORKBENCH.items()]
    lists = [{"href": datasette.urls.table(site.first, name), "label": catalog.table(name).title} for name in MENU]
    return [*pages, *lists]


@hookimpl
def forbidden(datasette: Any, request: Any) -> Any:
    """A Chinese page for what the visitor may not see."""
    from syndication.publish import faults
    from syndication.publish.site import site_of

    return faults.refusal(datasette, request) if site_of(datasette) else None


@hookimpl(wrapper=True)
def handle_exception(datasette: Any, request: Any, exception: BaseException) -> Generator[None, list[Any], list[Any]]:
    """A Chinese page in place of Datasette's, which also prints a traceback; that is kept for faults of the program."""
    from syndication.publish import faults
    from syndication.publish.site import site_of

    usual = yield
    if site_of(datasette) is None:
        return usual
    answer = faults.answer(datasette, request, exception)
    return [answer] if faults.expected(request, exception) else [answer, *usual]
