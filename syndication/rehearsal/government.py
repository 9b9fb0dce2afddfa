"""www.gov.cn as the rehearsal plays it: the push feed, its script, the list of latest policies, and article pages."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from syndication.rehearsal import sheets
from syndication.rehearsal.bulletin import older_paper
from syndication.rehearsal.wire import HTML, JSON, XML, Answer, error, key, reply

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from syndication.rehearsal.papers import Paper
    from syndication.rehearsal.scenario import Release, Story

GOV_CN = "www.gov.cn"
PUSH_FEED = "https://www.gov.cn/pushinfo/v150203/rss.xml"
PUSH_SCRIPT = "http://www.gov.cn/pushinfo/v150203/pushinfo.jsonp"
PUSH_PATHS = ("/pushinfo/v150203/rss.xml", "/pushinfo/v150203/pushinfo.jsonp")
LATEST = "https://www.gov.cn/zhengce/zuixin/ZUIXINZHENGCE.json"


class GovernmentSite:
    """Lists and pages of www.gov.cn. `older` tells when it published the papers of before the rehearsal, by number."""

    def __init__(self, story: Story, older: Mapping[int, datetime]) -> None:
        self.story, self.older = story, older

    def listed(self, at: datetime, *, pushed: bool) -> list[Release]:
        """What www.gov.cn lists at a moment, newest first: the push feed's items, or all."""
        there = [
            release for release in self.story.releases if release.released <= at and (release.pushed or not pushed)
        ]
        return sorted(there, key=lambda release: release.released, reverse=True)

    def answer(self, url: str, at: datetime) -> Answer:
        """What a GET of an address on www.gov.cn gets."""
        asked = key(url)
        if asked == key(PUSH_FEED):
            return reply(200, _push_feed(self.listed(at, pushed=True)), XML, at)
        if asked == key(PUSH_SCRIPT):
            return reply(200, _push_script(self.listed(at, pushed=True)), "application/javascript", at)
        if asked == key(LATEST):
            return reply(200, _latest(self.listed(at, pushed=False)), JSON, at)
        for release in self.listed(at, pushed=False):
            if asked == key(release.url):
                clock = release.filler or f"{release.released:%H:%M:%S}"
                return _release_page(release.paper, release.content_id, release.released, clock, at)
        for number, published in self.older.items():
            if asked == key(older_url(number, published)):
                return _release_page(older_paper(number), _older_id(number), published, "09:30:00", at)
        return error(404, at)


def older_url(number: int, published: datetime) -> str:
    """The address of a paper from before the rehearsal."""
    return f"https://www.gov.cn/zhengce/content/{published:%Y%m}/content_{_older_id(number)}.htm"


def _older_id(number: int) -> int:
    return 8990000 + number


def _release_page(paper: Paper, content_id: int, released: datetime, clock: str, at: datetime) -> Answer:
    printed, day = f"{released:%Y-%m-%d}-{clock}", f"{released.year}年{released.month:02d}月{released.day:02d}日"
    return reply(200, sheets.release(paper, content_id, printed, day, at), HTML, at)


def _push_feed(releases: list[Release]) -> str:
    items = "".join(
        f"<item><title><![CDATA[{release.paper.title}]]></title><link>{escape(release.url)}</link>"
        f"<pubDate>{release.released:%Y-%m-%d}</pubDate></item>\n"
        for release in releases
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>国务院信息</title>'
        f"<link>http://www.gov.cn/pushinfo/v150203/</link><description>中国政府网</description>\n{items}</channel></rss>\n"
    )


def _push_script(releases: list[Release]) -> str:
    rows = [
        {"title": release.paper.title, "link": release.url, "pubDate": f"{release.released:%Y-%m-%d}"}
        for release in releases
    ]
    return f"pushInfoJsonpCallBack({json.dumps(rows, ensure_ascii=False)})"


def _latest(releases: list[Release]) -> str:
    rows = [
        {
            "TITLE": release.paper.title,
            "SUB_TITLE": "",
            "URL": release.url,
            "DOCRELPUBTIME": f"{release.released:%Y-%m-%d}",
        }
        for release in releases
    ]
    return json.dumps(rows, ensure_ascii=False)
