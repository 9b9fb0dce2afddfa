"""Family `xinhua_ds`: the datasource files of sites that Xinhua hosts, with times to the second."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from syndication.errors import UnreadablePage
from syndication.glossary import Outcome
from syndication.items import Ask, Listing

from .base import ListFamily, address
from .json_list import rows_of_entries
from .json_text import json_of, rows_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from syndication.items import Page

_FILE = re.compile(r"[\w./:-]*\bds_[0-9a-f]{8,}\.json", re.IGNORECASE)


class XinhuaDs(ListFamily):
    """A file `ds_<32 characters>.json` beside the column's page: up to a thousand rows, newest first, no paging.

    How to recognise it: the lists of the column's page are empty and it names `ds_….json`. No
    option is needed. `publishUrl` is relative to the file, `publishTime` has seconds. The channel's address is the
    file's, or the column's page, in which the file is then found.
    """

    name = "xinhua_ds"
    example = (
        "nea-nyyw,nea,能源要闻,https://www.nea.gov.cn/xwzx/ds_8839d76f7cb542ca8cbaab7122cc9b83.json,xinhua_ds,news,,"
    )

    def read_rows(self, page: Page, options: Mapping[str, Any]) -> Listing:
        """See `ListFamily.read`; for the column's page no rows, and the request for the file that it names.

        Raises:
            UnreadablePage: `layout_changed` for JSON without `datasource` and for a page that names no file, `empty` if
                the datasource is empty.
        """
        if page.text.lstrip("\ufeff \r\n\t").startswith("<"):
            return Listing((), _file_in(page))
        entries = rows_at(json_of(page.text), "datasource")
        if not entries:
            raise UnreadablePage(Outcome.EMPTY, "the datasource is empty")
        rows = rows_of_entries(
            entries,
            page,
            options,
            title=["title", "showTitle"],
            url=["publishUrl", "sourceLink", "linkUrls[0]"],
            time="publishTime",
        )
        return Listing(rows)  # no total: the file never says how many rows the column has, its end is not the column's


def _file_in(page: Page) -> Ask:
    named = _FILE.search(page.text)
    url = address(named[0], page.url) if named else ""
    if not url:
        raise UnreadablePage(Outcome.LAYOUT_CHANGED, "neither JSON nor a page that names a ds_….json")
    return Ask(url)
