"""A fleet as large as wanted, for crawls that are measured: each portal a home page, a column and its articles."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from syndication.clock import beijing_text
from syndication.rehearsal.government import LATEST, PUSH_FEED
from syndication.rehearsal.wire import Answer

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

TEXT = "为进一步完善样例事项的办理机制，提高服务质量，各有关单位要按照职责分工，认真抓好落实，并及时报告进展情况。"
FURNITURE = '<div class="nav">' + "".join(f'<a href="/nav/{n}/">栏目第{n}号</a>' for n in range(60)) + "</div>"


class LargeFleet:
    """`portals` sites, each with a column of `articles` rows; every article is a page of some 20 kB."""

    def __init__(self, portals: int, articles: int) -> None:
        self.portals, self.articles = portals, articles

    def addresses(self) -> list[str]:
        """What one night asks for on the portals."""
        pages = ["/", "/gwyxx/index.html", *(self._path(n) for n in range(self.articles))]
        return [f"http://p{portal}.example{path}" for portal in range(self.portals) for path in pages]

    def write_registry(self, folder: Path) -> None:
        """portals.csv and channels.csv of the fleet."""
        folder.mkdir(parents=True, exist_ok=True)
        ids = range(self.portals)
        (folder / "portals.csv").write_text(
            "id,name,level,category,region_code,home_url,site_code,active_from,active_to,notes\n"
            + "".join(f"p{n},样例{n}省,province,,,http://p{n}.example/,,,,\n" for n in ids), encoding="utf-8")  # fmt: skip
        (folder / "channels.csv").write_text(
            "id,portal_id,name,url,family,role,options,notes\n"
            + "".join(f"p{n}-gwy,p{n},国务院信息,http://p{n}.example/gwyxx/index.html,html,column,,\n" for n in ids),
            encoding="utf-8")  # fmt: skip

    def _path(self, number: int) -> str:
        return f"/gwyxx/202603/t202603{28 - number % 28:02d}_{number}.html"

    def answer(self, url: str, at: datetime) -> Answer:
        """What the site of an address sends."""
        parts = urlsplit(url)
        if parts.path == "/robots.txt":
            return _answer(404, "text/plain", "")
        if url == PUSH_FEED:
            return _answer(200, "text/xml", '<?xml version="1.0"?><rss version="2.0"><channel></channel></rss>')
        if parts.hostname == "www.gov.cn":
            return _answer(200, "application/json", "pushInfoJsonpCallBack([])" if url != LATEST else json.dumps([]))
        rows = "".join(
            f'<li><a href="{self._path(n)}">{self._title(n)}</a><span>2026-03-{28 - n % 28:02d}</span></li>'
            for n in range(self.articles)
        )  # fmt: skip
        if parts.path == "/":
            body = f'<div class="mod"><h3><a href="/gwyxx/index.html">国务院信息</a></h3><ul>{rows}</ul></div>'
        elif parts.path.endswith("index.html"):
            body = f'<div class="list"><ul>{rows}</ul></div>'
        else:
            number = int(parts.path.rsplit("_", 1)[1].removesuffix(".html"))
            paragraphs = "".join(f"<p>（{n}）第{number}号文件：{TEXT}</p>" for n in range(90))
            body = (f'<h1>{self._title(number)}</h1><div class="TRS_Editor">{paragraphs}</div>')  # fmt: skip
        meta = f'<meta name="PubDate" content="{beijing_text(at)}">'
        page = f"<html><head><title>样例</title>{meta}</head><body>{FURNITURE}{body}{FURNITURE}</body></html>"
        return _answer(200, "text/html; charset=utf-8", page)

    def _title(self, number: int) -> str:
        return f"样例办公厅关于第{number}号事项有关工作的通知"


def _answer(status: int, kind: str, text: str) -> Answer:
    return Answer(status, (("Content-Type", kind),), text.encode())
