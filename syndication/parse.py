"""`syndication parse FILE --url URL`: how a saved page is read, as JSON. For operators who add a portal, and for tests.

Without `--family` the page decides: a challenge or a refusal is named; an article is read if the page is one (markup
with a title and a body that is not mostly links); else the families are tried, the closest fit first
(`spiders.families.recognise`).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syndication.article import read_article
from syndication.challenge import is_root, looks_like_home, recognise_block
from syndication.clock import BEIJING, SystemClock, beijing_date, read_declared
from syndication.decode import decode_page
from syndication.errors import UnreadablePage
from syndication.glossary import Outcome
from syndication.items import Listing

if TYPE_CHECKING:
    from datetime import datetime

    from syndication.clock import Declared
    from syndication.items import Article, Page

_MARKUP = re.compile(r"^\s*<(?!\?xml[^>]*>\s*<(?!!doctype html|html)|rss\b|feed\b|datastore\b)", re.IGNORECASE)
_INSTEAD = frozenset({Outcome.FORBIDDEN, Outcome.CHALLENGE, Outcome.CAPTCHA, Outcome.HTTP_ERROR})


def parse_file(
    path: Path, url: str, family: str | None, looked_at: datetime, options: dict[str, Any] | None = None
) -> dict[str, Any]:
    """How a saved page or list is read.

    Args:
        path: the saved answer, as it came.
        url: the address from which it came.
        family: read it as a list of this family; None to find out what it is.
        looked_at: the moment of the look, aware; needed for dates without a year.
        options: the family's options.

    Returns:
        A JSON object: `outcome` (`ok` or what came instead), `kind` (`article`, `list`, or `block` for what came
        instead of a page) and `detail` or the fields read. Times are Beijing time, each with precision and source.

    Raises:
        ValueError: there is no such family, or it does not take such an option.
    """
    body = path.read_bytes()
    try:
        if block := recognise_block(200, {}, body):
            raise UnreadablePage(*block)
        page = decode_page(url, 200, {}, body, looked_at)
        read = _read_list(page, family, options or {}) if family else _read_anything(page)
    except UnreadablePage as problem:
        kind = "block" if problem.outcome in _INSTEAD else "unreadable"
        return {"outcome": problem.outcome.value, "kind": kind, "url": url, "detail": problem.detail}
    return {"outcome": Outcome.OK.value, **read, "charset": page.charset, "charset_reason": page.charset_reason}


@click.command("parse")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--url", required=True, help="The address from which the page came.")
@click.option("--family", help="Read it as a list of this family; without it, find out what it is.")
@click.option("--options", "options_json", default="{}", help="The family's options, as in channels.csv (JSON).")
@click.option("--looked-at", help="When the page was saved, Beijing time (2018-12-20 02:15); now if left out.")
def parse_command(file: Path, url: str, family: str | None, options_json: str, looked_at: str | None) -> None:
    """Print as JSON how a saved page or list is read.

    Example: syndication parse page.html --url https://www.example.gov.cn/2018/12/20/1.html
    """
    saved = read_declared(looked_at, "label") if looked_at else None
    if looked_at and saved is None:
        raise click.BadParameter(f"not a time: {looked_at}", param_hint="--looked-at")
    moment = saved.interval.earliest if saved else SystemClock().now()
    try:
        options = json.loads(options_json)
        read = parse_file(file, url, family, moment, options)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    click.echo(json.dumps(read, ensure_ascii=False, indent=2))


def _read_anything(page: Page) -> dict[str, Any]:
    from spiders.families import recognise  # the families come with Scrapy's settings, which few commands need
    from spiders.families.json_list import read_zuixin

    if is_root(page.url) or looks_like_home(page):
        return _read_list(page, "home", {})
    problem = UnreadablePage(Outcome.LAYOUT_CHANGED, "neither markup nor a list that a family can read")
    if _MARKUP.search(page.text[:5000]):
        try:
            return _article(read_article(page))
        except UnreadablePage as no_article:
            problem = no_article
    fitting = recognise(page)
    if fitting:
        return _read_list(page, fitting[0], {})
    try:  # the lists of www.gov.cn itself are no family: no portal has them
        return {"kind": "list", "family": "zuixin", **_listing(Listing(read_zuixin(page)))}
    except UnreadablePage:
        raise problem from None


def _read_list(page: Page, family: str, options: dict[str, Any]) -> dict[str, Any]:
    from spiders.families import family_of

    reader = family_of(family)
    reader.check_options(options)
    return {"kind": "list", "family": family, **_listing(reader.read(page, options))}


def _article(article: Article) -> dict[str, Any]:
    return {
        "kind": "article",
        "url": article.url,
        "title": article.title,
        "declared": _time(article.declared),
        "source": article.source,
        "document_number": article.document_number,
        "issued_on": article.issued_on.isoformat() if article.issued_on else None,
        "issuer": article.issuer,
        "target": article.target,
        "links": list(article.links),
        "attachments": list(article.attachments),
        "generated": _time(article.generated),
        "reading": article.reading,
        "text": article.text,
    }


def _listing(listing: Listing) -> dict[str, Any]:
    return {
        "rows": [
            {"url": row.url, "title": row.title, "declared": _time(row.declared), "pinned": row.pinned}
            for row in listing.rows
        ],
        "next": listing.next.url if listing.next else None,
        "total": listing.total,
    }


def _time(declared: Declared | None) -> dict[str, str] | None:
    """A declared time in Beijing time: the day alone where no more is known."""
    if declared is None:
        return None
    moment = declared.interval.earliest.astimezone(BEIJING)
    if declared.precision == "day":
        text = beijing_date(moment).isoformat()
    else:
        text = moment.isoformat(timespec="seconds" if declared.precision == "second" else "minutes")
    return {"time": text, "precision": declared.precision, "source": declared.source, "raw": declared.raw}
