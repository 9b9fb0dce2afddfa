"""The departments of the rehearsal, and what each carries when; see provinces.py."""

from __future__ import annotations

from syndication.glossary import Level, Outcome, Role
from syndication.rehearsal.scenario import How, Outage, Prints, StoryChannel, StoryPortal, beijing
from syndication.rehearsal.telling import COLUMN, EVER, at_look, local, older, put

DAY, FILLER = Prints.DAY, Prints.FILLER

FAZHAN = StoryPortal(  # links only; its column fails while the home page shows the row
    "fazhan",
    "样例发展委",
    Level.DEPARTMENT,
    "https://www.fazhan.example",
    "trs",
    (StoryChannel("gwy", COLUMN, "/gwyxx/index.html", "html", Role.COLUMN, "plain"),),
    (
        *older("gwy", 6, how=How.LINK),
        *local(),
        put("gwy", "link", "river", "03-01 12:00"),
        put("gwy", "link", "water", "03-04 12:00"),
        put("gwy", "link", "zone-wangchuan", "03-04 12:00"),
        put("gwy", "link", "zone-bihu", "03-04 12:10"),
        put("gwy", "link", "holiday", "03-05 10:00"),
        put("gwy", "link", "orchard", "03-06 09:00"),
        put("gwy", "link", "ferry", "03-07 12:00"),
        put("gwy", "link", "bridge", "03-07 10:00", scheme="http"),
        put("gwy", "link", "salt", "03-09 12:00"),
        put("gwy", "link", "clinic", "03-10 10:00"),
        put("gwy", "link", "weather", "03-10 13:00"),
    ),
    outages=(at_look("03-09 14:15", Outcome.HTTP_ERROR, 502, path="/gwyxx/"),),
)

ANQUAN = StoryPortal(  # never lets the monitor in
    "anquan",
    "样例安全部",
    Level.DEPARTMENT,
    "https://www.anquan.example",
    "trs",
    (StoryChannel("gwy", COLUMN, "/n2255079/n2255083/index.html", "html", Role.COLUMN, "trs"),),
    (put("gwy", "copy", "river", "03-01 12:00"), put("gwy", "copy", "water", "03-03 09:00")),
    challenge=True,
)

HAISHI = StoryPortal(  # pages that lead on, in three ways
    "haishi",
    "样例海事局",
    Level.DEPARTMENT,
    "https://www.haishi.example",
    "trs",
    (StoryChannel("gwy", COLUMN, "/xinxi/gwyxx/index.html", "html", Role.COLUMN, "plain"),),
    (
        *older("gwy", 6),
        *local(),
        put("gwy", "jump", "river", "03-01 13:00"),
        put("gwy", "refresh", "water", "03-03 12:00"),
        put("gwy", "jump", "archive", "03-05 12:00"),
        put("gwy", "refresh", "zone-wangchuan", "03-04 12:00"),
        put("gwy", "jump", "zone-bihu", "03-04 12:10"),
        put("gwy", "refresh", "orchard", "03-07 12:00"),
        put("gwy", "copy", "bridge", "03-07 12:30"),
        put("gwy", "redirect", "library", "03-07 13:00"),
        put("gwy", "refresh", "salt", "03-09 13:00"),
        put("gwy", "jump", "weather", "03-10 12:00"),
    ),
)

LIANGSHI = StoryPortal(  # two columns, of which one fails
    "liangshi",
    "样例粮食局",
    Level.DEPARTMENT,
    "https://www.liangshi.example",
    "detail",
    (
        StoryChannel("gwy", COLUMN, "/gwyxx/index.html", "html", Role.COLUMN, "plain"),
        StoryChannel("zcwj", "国务院政策文件", "/zcwj/rss.xml", "feed", Role.COLUMN, "feed"),
    ),
    (
        *older("gwy", 6),
        *older("zcwj", 6),
        *local(),
        put("gwy", "copy", "river", "03-01 16:00"),
        put("zcwj", "copy", "river", "03-03 09:00"),
        put("zcwj", "copy", "water", "03-03 08:00"),
        put("gwy", "copy", "water", "03-04 11:00"),
        put("gwy", "copy", "archive", "03-05 09:00"),
        put("zcwj", "copy", "zone-bihu", "03-05 05:00"),
        put("gwy", "copy", "holiday", "03-05 09:00"),
        put("gwy", "copy", "orchard", "03-07 09:00"),
        put("zcwj", "copy", "orchard", "03-06 12:00"),
        put("gwy", "copy", "library", "03-08 12:00"),
        put("gwy", "copy", "salt", "03-10 12:00"),
        put("gwy", "copy", "weather", "03-10 11:00"),
    ),
    outages=(
        at_look("03-05 02:15", Outcome.HTTP_ERROR, 502, looks=3, path="/zcwj/"),
        Outage(beijing("03-09 01:00"), EVER, Outcome.HTTP_ERROR, 502, "/zcwj/"),
    ),
)

QIXIANG = StoryPortal(  # no column: news only
    "qixiang",
    "样例气象局",
    Level.DEPARTMENT,
    "https://www.qixiang.example",
    "trs",
    (StoryChannel("yaowen", "要闻", "/xwdt/yaowen/index.html", "html", Role.NEWS, "plain"),),
    (
        *older("yaowen", 6),
        *local("yaowen", days=(1, 2, 3, 5, 6, 8, 9)),
        put("yaowen", "copy", "river", "03-01 18:00"),
        put("yaowen", "copy", "water", "03-03 11:00"),
        put("yaowen", "copy", "archive", "03-04 09:00"),
        put("yaowen", "copy", "clinic", "03-10 07:30"),
    ),
)

SHUIWU = StoryPortal(  # titles without text, look-alikes, a list interface of its own
    "shuiwu",
    "样例税务局",
    Level.DEPARTMENT,
    "https://www.shuiwu.example",
    "labelled",
    (
        StoryChannel(
            "gwy",
            COLUMN,
            "/api/list/gwyxx.json",
            "json",
            Role.COLUMN,
            "api",
            {"rows": "data.rows", "title": "docTitle", "url": "docUrl", "time": "docDate", "total": "data.total"},
        ),
    ),
    (
        *older("gwy", 6),
        *local(),
        put("gwy", "title_only", "river", "03-01 12:20"),
        put("gwy", "title_only", "water", "03-03 10:10"),
        put("gwy", "title_only", "archive", "03-03 15:15"),
        put("gwy", "copy", "archive", "03-06 10:00"),
        put("gwy", "copy", "zone-wangchuan", "03-04 10:10"),
        put("gwy", "last_year", "holiday", "03-04 14:00"),
        put("gwy", "implementing", "orchard", "03-06 11:00"),
        put("gwy", "abridged", "bridge", "03-07 14:00"),
        put("gwy", "title_only", "salt", "03-09 18:00"),
    ),
)

DEPARTMENTS = (FAZHAN, ANQUAN, HAISHI, LIANGSHI, QIXIANG, SHUIWU)
