"""List pages, feeds and home pages in the shapes that real publishing systems give them; own markup, no copies.

Every function takes rows, newest first, and gives the body as text. What the shapes keep of real ones (page-facts.md):
TRS rows hold a popbox with nested interpretations before the date; Hanweb wraps `<li>` rows into an XML datastore;
jpaas wraps HTML into JSON; Xinhua-style JSON gives seconds; tables have no list elements; feeds print RFC 822 dates.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.utils import format_datetime
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

BLANK = ' target="_blank"'


@dataclass(frozen=True)
class ListRow:
    """A row: whole title, address as the list writes it, the day and (where told) the minute printed, nested links."""

    title: str
    href: str
    printed: datetime
    exact: bool
    nested: tuple[tuple[str, str], ...] = ()

    @property
    def day(self) -> str:
        """`2026-03-01`."""
        return f"{self.printed:%Y-%m-%d}"

    @property
    def stamp(self) -> str:
        """`2026-03-01 15:30:00`, or midnight where only the day is told."""
        return f"{self.printed:%Y-%m-%d %H:%M}:00" if self.exact else f"{self.day} 00:00:00"


@dataclass(frozen=True)
class Masthead:
    """What every page of a site carries around its content."""

    site: str
    column: str
    charset: str


def _page(head: Masthead, title: str, content: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="{head.charset}">
<meta name="SiteName" content="{head.site}"><meta name="ColumnName"content="{head.column}">
<meta name="ColumnType" content="政务公开">
<title>{title}</title></head><body>
<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/zwgk/">政务公开</a></li>
<li><a href="/hdjl/">互动交流</a></li><li><a href="/zwfw/">政务服务</a></li></ul></div>
{content}
<div class="footer"><a href="https://www.gov.cn/">中国政府网</a> <a href="/about/">关于我们</a>
主办单位：{head.site}办公室</div>
</body></html>
"""


def _link(row: ListRow, text: str, attributes: str = "") -> str:
    return f'<a href="{escape(row.href)}" title="{escape(row.title)}"{attributes}>{escape(text)}</a>'


def _column_page(head: Masthead, content: str) -> str:
    path = f'<div class="path">当前位置：<a href="/">首页</a> &gt; <a href="./">{head.column}</a></div>'
    return _page(head, f"{head.column}_{head.site}", f"{path}\n{content}")


def trs(head: Masthead, rows: Sequence[ListRow], pages: int, page: int) -> str:
    """A TRS column: rows with a popbox of interpretations before the date, the pager in a script."""
    items = []
    for row in rows:
        nested = "".join(
            f'<li><a href="{escape(href)}" title="{escape(title)}">{escape(title)}</a></li>'
            for title, href in row.nested
        )
        popbox = f'<div class="popbox"><p>相关解读</p><ul>{nested}</ul></div>' if nested else ""
        items.append(f"<li>{_link(row, _cut(row.title), BLANK)}{popbox}<span>{row.printed:%Y/%m/%d}</span></li>")
    pager = f'<div class="page"><script>createPageHTML({pages}, {page}, "index", "html");</script></div>'
    return _column_page(head, '<ul class="u-list">\n' + "\n".join(items) + f"\n</ul>\n{pager}")


def plain(head: Masthead, rows: Sequence[ListRow]) -> str:
    """A list with the date before the link, in brackets."""
    items = "\n".join(
        f'<li><em>[{row.day}]</em><a href="{escape(row.href)}">{escape(row.title)}</a></li>' for row in rows
    )
    return _column_page(head, f'<div class="main"><ul class="newslist">\n{items}\n</ul></div>')


def table(head: Masthead, rows: Sequence[ListRow]) -> str:
    """A list laid out as a table, a row a line."""
    items = "\n".join(
        f'<tr><td width="20">·</td><td>{_link(row, row.title)}</td><td width="90" align="center">{row.day}</td></tr>'
        for row in rows
    )
    return _column_page(head, f'<table width="960" border="0" cellpadding="0" cellspacing="0">\n{items}\n</table>')


def hanweb(rows: Sequence[ListRow]) -> str:
    """A Hanweb dataproxy answer: XML whose records hold `<li>` rows."""
    records = "\n".join(
        f"<record><![CDATA[\n<li><span class=\"bt-right\">{row.day}</span><a href='{escape(row.href)}' class='bt_link' "
        f"title='{escape(row.title)}' target=\"_blank\">{escape(row.title)}</a></li>]]></record>"
        for row in rows
    )
    return f"""<?xml version='1.0' encoding='utf-8'?>
<datastore>
<nextgroup><![CDATA[]]></nextgroup>
<recordset>
{records}
</recordset>
</datastore>
"""


def jpaas(rows: Sequence[ListRow]) -> str:
    """A jpaas unit: JSON whose data.html holds the list."""
    items = "".join(f"<li>{_link(row, row.title, BLANK)}<span>[{row.day}]</span></li>" for row in rows)
    answer = {
        "success": True,
        "code": "200",
        "message": "操作成功",
        "data": {"html": f'<div class="page-content"><ul>{items}</ul></div>'},
    }
    return json.dumps(answer, ensure_ascii=False)


def xinhua_ds(rows: Sequence[ListRow], column: str) -> str:
    """A Xinhua-style datasource."""
    source = [
        {
            "contentId": row.href.split("/")[-2],
            "title": row.title,
            "showTitle": row.title,
            "publishUrl": row.href,
            "linkUrls": [],
            "publishTime": row.stamp,
            "sourceText": "中国政府网",
            "publishType": "published",
            "summary": "",
            "content": "",
        }
        for row in rows
    ]
    return json.dumps(
        {
            "categoryName": column,
            "isAbsolutePath": 0,
            "listUrl": "/xwzx/gwyxx.htm",
            "sortType": "0",
            "datasource": source,
        },
        ensure_ascii=False,
        indent=1,
    )


def api(rows: Sequence[ListRow]) -> str:
    """A list interface of a site's own making: rows under data.rows."""
    found = [
        {"docId": number, "docTitle": row.title, "docUrl": row.href, "docDate": row.day}
        for number, row in enumerate(rows, 1)
    ]
    return json.dumps({"code": 200, "msg": "ok", "data": {"total": len(found), "rows": found}}, ensure_ascii=False)


def search(rows: Sequence[ListRow]) -> str:
    """The answer of a UCAP site's search interface: all rows on one page, times to the second."""
    results = [{"title": row.title, "url": row.href, "publishedTimeStr": row.stamp} for row in rows]
    answer = {"data": {"page": 1, "rows": len(results), "total": len(results), "results": results}}
    return json.dumps(answer, ensure_ascii=False)


def push_rows(rows: Sequence[ListRow]) -> str:
    """The push list as portals keep a copy of it: JSONP, days only."""
    entries = [{"title": row.title, "link": row.href, "pubDate": row.day} for row in rows]
    return f"pushInfoJsonpCallBack({json.dumps(entries, ensure_ascii=False)})"


def feed(rows: Sequence[ListRow], column: str, home: str) -> str:
    """An RSS 2.0 feed with RFC 822 dates."""
    items = "\n".join(
        f"<item><title>{escape(row.title)}</title><link>{escape(row.href)}</link>"
        f"<pubDate>{format_datetime(row.printed.replace(second=0))}</pubDate></item>"
        for row in rows
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>{column}</title><link>{home}</link><description>{column}</description>
{items}
</channel></rss>
"""


def column_page(head: Masthead, shape: str, path: str, rows: Sequence[ListRow]) -> str:
    """The page that people open for a list that comes as data from `path`: without rows, but for Hanweb's first group."""
    if shape == "hanweb":
        store = hanweb(rows).partition("?>")[2]
        return _column_page(head, f'<div id="div45663"><script type="text/xml">{store}</script></div>')
    if shape == "jpaas":
        unit, _, query = path.partition("?")
        told = json.dumps(dict(parse_qsl(query))).replace('"', "'")
        script = f'<script parsetype="bulidstatic" url="{unit}" querydata="{told}"></script>'
        return _column_page(head, f'<div class="page-content">{script}</div>')
    script = f'<script>load("{path}", document.getElementById("rows"));</script>'
    return _column_page(head, f'<ul class="newslist" id="rows"></ul>{script}')


def column_block(name: str, href: str, rows: Sequence[ListRow]) -> str:
    """A home page's block with the newest rows of a column: titles cut, days without a year."""
    return f'<div class="mod gwy"><h3><a href="{escape(href)}">{name}</a></h3><ul>{_short_rows(rows)}</ul></div>'


def push_block(script: str) -> str:
    """A home page's block that a script of www.gov.cn fills."""
    widget = f'<div id="pushInfo"></div><script src="{script}"></script>'
    return f'<div class="mod gwy"><h3>国务院重要政策信息</h3>{widget}</div>'


def home(head: Masthead, block: str, news: Sequence[ListRow]) -> str:
    """A home page: one of the blocks above, then news of the place."""
    local = f'<div class="mod yw"><h3><a href="/yw/">本地要闻</a></h3><ul>{_short_rows(news)}</ul></div>'
    return _page(head, f"{head.site}门户网站", f'<div class="main">{block}\n{local}</div>')


def _short_rows(rows: Sequence[ListRow]) -> str:
    return "".join(f"<li>{_link(row, _cut(row.title))}<em>{row.printed:%m-%d}</em></li>" for row in rows)


def _cut(title: str, length: int = 28) -> str:
    return title if len(title) <= length else f"{title[:length]}…"
