"""Article pages: of www.gov.cn, of portals in four templates, and the pages that come instead of one.

What they keep of real pages (page-facts.md): www.gov.cn gives the second in `firstpublishedtime`, the rest in a table;
portals give PubDate and ContentSource in meta tags, or only a labelled line; some pages only lead on.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from syndication.rehearsal.papers import Paper
    from syndication.rehearsal.texts import Text

CHALLENGE = (
    "<script>document.cookie=('_')+('_')+('jsl_clearance_s')+('=')+(-~[]+'')+(1+6+'')+((1<<3)+'')+('.')+(2+2+'')+('|-1|')"
    "+('rehearsal')+(~~[]+'')+(';Max-age=3600;Path=/');location.href=location.pathname+location.search</script>"
)
"""A challenge of the kind that answers 521, of our own writing; it leads nowhere."""


@dataclass(frozen=True)
class Sheet:
    """What an article page of a portal is filled with. `printed` is the time as the page prints it."""

    text: Text
    printed: str
    source: str
    site: str
    column: str
    charset: str
    generated: datetime


def _paragraphs(paragraphs: Sequence[str]) -> str:
    return "\n".join(f'<p style="text-indent: 2em;">{escape(paragraph)}</p>' for paragraph in paragraphs)


def _body(text: Text) -> str:
    number = f'<p align="center">{escape(text.document_number)}</p>\n' if text.document_number else ""
    return number + _paragraphs(text.paragraphs)


def _metas(sheet: Sheet) -> str:
    values = (
        ("SiteName", sheet.site),
        ("ColumnName", sheet.column),
        ("ArticleTitle", sheet.text.title),
        ("PubDate", sheet.printed),
        ("ContentSource", sheet.source),
        ("Keywords", ""),
    )
    return "\n".join(f'<meta name="{name}" content="{escape(value)}">' for name, value in values)


def _frame(sheet: Sheet, metas: str, content: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="{sheet.charset}">
{metas}
<title>{escape(sheet.text.title)}_{sheet.site}</title></head><body>
<div class="header"><a href="/">首页</a> <a href="/zwgk/">政务公开</a> <a href="/hdjl/">互动交流</a></div>
{content}
<div class="footer">主办单位：{sheet.site}办公室 <a href="/about/">关于我们</a></div>
</body></html>
"""


def trs(sheet: Sheet) -> str:
    """A TRS article: meta tags, time and source in spans, the body in TRS_Editor."""
    source = f'<span class="ly">来源：{sheet.source}</span>' if sheet.source else ""
    content = f"""<div class="article"><h1>{escape(sheet.text.title)}</h1>
<div class="info"><span>发布时间：{sheet.printed}</span> {source}</div>
<div class="view TRS_UEDITOR trs_paper_default"><div class="TRS_Editor">
{_body(sheet.text)}
</div></div></div>"""
    return _frame(sheet, _metas(sheet), content)


def hanweb(sheet: Sheet) -> str:
    """A Hanweb article: meta tags, the time of generation beside them, the body in #zoom."""
    made = f'<meta name="Maketime" content="{sheet.generated:%Y-%m-%d %H:%M:%S}">'
    source = f"<!--<$[信息来源]>begin-->信息来源：{sheet.source}<!--<$[信息来源]>end-->" if sheet.source else ""
    content = f"""<table id="article"><tr><td class="title">{escape(sheet.text.title)}</td></tr>
<tr><td class="tool">{source}</td></tr></table>
<div id="zoom">
{_body(sheet.text)}
</div>"""
    return _frame(sheet, f"{_metas(sheet)}\n{made}", content)


def labelled(sheet: Sheet) -> str:
    """An article without meta tags: a line of labels under the title."""
    source = f"　来源：{sheet.source}" if sheet.source else ""
    content = f"""<div class="wz"><div class="wz_bt">{escape(sheet.text.title)}</div>
<div class="wz_xx">发布时间：{sheet.printed}{source}　字号：大 中 小</div>
<div class="content" id="content">
{_body(sheet.text)}
</div></div>"""
    return _frame(sheet, "", content)


def detail(sheet: Sheet) -> str:
    """An article of a Xinhua-style system: meta tags, the body in #detail."""
    source = f'<span class="source">来源：{sheet.source}</span>' if sheet.source else ""
    content = f"""<div class="conBox"><h1 class="title">{escape(sheet.text.title)}</h1>
<div class="times"><span>{sheet.printed}</span> {source}</div>
<div id="detail" class="article-content">
{_body(sheet.text)}
</div></div>"""
    return _frame(sheet, _metas(sheet), content)


PORTAL_SHEETS: dict[str, Callable[[Sheet], str]] = {
    "trs": trs,
    "hanweb": hanweb,
    "labelled": labelled,
    "detail": detail,
}


def jump(target: str, site: str) -> str:
    """The page behind /jump?url=…: a sentence and a script that leads on."""
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>您即将离开{site}</title></head><body>
<div class="leave"><p>您访问的链接即将离开“{site}”门户网站，是否继续？</p><a href="{escape(target)}">继续访问</a></div>
<script>window.location.href = "{target}";</script>
</body></html>
"""


def refresh(target: str, title: str) -> str:
    """A page that only refreshes to another."""
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>
<meta http-equiv="refresh" content="0;url={escape(target)}"></head><body></body></html>
"""


def release(paper: Paper, content_id: int, printed: str, day: str, generated: datetime) -> str:
    """A page of www.gov.cn; `printed` stands in firstpublishedtime, `day` is the day of publishing in its table."""
    issued = f"{paper.issued_on.year}年{paper.issued_on.month:02d}月{paper.issued_on.day:02d}日"
    cells = (
        ("索 引 号：", f"000014349/{paper.issued_on.year}-{content_id % 100000:05d}"),
        ("主题分类：", "样例\\其他"),
        ("发文机关：", paper.issuer),
        ("成文日期：", issued),
        ("标　　题：", paper.title),
        ("发文字号：", paper.document_number),
        ("发布日期：", day),
    )
    rows = "\n".join(f"<tr><td><b>{label}</b></td><td>{escape(value)}</td></tr>" for label, value in cells)
    return f"""<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<meta name="others" content="页面生成时间 {generated:%Y-%m-%d %H:%M:%S}"><meta name="lanmu" content="国务院文件">
<meta name="manuscriptId" content="{content_id}"><meta name="firstpublishedtime" content="{printed}">
<meta name="lastmodifiedtime" content="{printed}">
<title>{escape(paper.title)}_{paper.issuer}_中国政府网</title></head><body>
<div class="wrap"><table class="bd1" width="860"><tbody>
{rows}
</tbody></table>
<table width="650"><tbody><tr><td class="b12c" id="UCAP-CONTENT">
<p style="text-align: center;"><span style="font-weight: bold;">{escape(paper.title)}</span></p>
<p style="text-align: center;"><span>{escape(paper.document_number)}</span></p>
{_paragraphs(paper.paragraphs)}
</td></tr></tbody></table></div>
</body></html>
"""


def error(status: int, reason: str) -> str:
    """What a gateway sends instead of a page."""
    return f"""<html>
<head><title>{status} {reason}</title></head>
<body>
<center><h1>{status} {reason}</h1></center>
</body>
</html>
"""
