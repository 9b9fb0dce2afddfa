"""Article pages: title, body, declared time, source label, document number, links.

docs/reading.md says in which order each field is looked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from syndication.article.body import find_body, page_lines
from syndication.article.document import Document
from syndication.article.fields import read_source, read_table, read_title
from syndication.article.leads import read_attachments, read_links, read_target
from syndication.article.numbers import normal_number, own_number
from syndication.article.times import read_times
from syndication.challenge import home_instead_of_article, is_root, recognise_block
from syndication.clock import read_date
from syndication.errors import UnreadablePage
from syndication.glossary import Outcome
from syndication.items import Article

if TYPE_CHECKING:
    from syndication.items import Page, Row

__all__ = ["normal_number", "page_text", "read_article"]


def page_text(page: Page) -> tuple[str, ...]:
    """All visible lines of a page, its body among them, whatever it is a page of. Raises UnreadablePage for a blank one."""
    return tuple(line.text for line in page_lines(Document(page), None))


def read_article(page: Page, *, row: Row | None = None) -> Article:
    """The article that a page holds.

    Args:
        page: as `syndication.decode.decode_page` gives it.
        row: the list row that led to the page; its title and time fill what the page does not say.

    Raises:
        UnreadablePage: `challenge`, `captcha`, `forbidden` or `http_error` where that came instead of the article,
            `empty` for a blank page, `layout_changed` for a page in which no title or no body can be found.
    """
    if block := recognise_block(page.status, {}, page.text):
        raise UnreadablePage(*block)
    document = Document(page)
    body = find_body(document)
    asked = row.url if row else page.url
    if (body is None or is_root(page.url)) and (instead := home_instead_of_article(page, asked)):
        raise UnreadablePage(*instead)
    shown = page_lines(document, body)
    target = read_target(document, body, sum(len(line.text) for line in shown))
    if body is None and not target:
        raise UnreadablePage(Outcome.LAYOUT_CHANGED, "no body of an article in the page")
    outside = [line for line in shown if not line.inside]
    table = read_table(outside)
    title = read_title(document, table, row)
    if not title:
        raise UnreadablePage(Outcome.LAYOUT_CHANGED, "no title in the page")
    declared, generated = read_times(document, shown, row)
    text = body.lines if body else ()
    return Article(
        url=page.url,
        title=title,
        text="\n".join(text),
        declared=declared,
        source=read_source(document, shown),
        document_number=own_number(table.get("number", ""), title, text),
        issued_on=read_date(table.get("issued", "")),
        issuer=table.get("issuer", ""),
        links=read_links(document, body),
        target=target,
        attachments=read_attachments(document, body),
        generated=generated,
        reading=body.reading if body else "",
    )
