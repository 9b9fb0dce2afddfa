"""The twelve portals of the rehearsal, and what each carries when.

Each portal plays one kind of behaviour that real portals show (page-facts.md, survey): a list shape, a way to print
time, a way to carry, a way to fail. Names end in `.example`, a domain that nobody can own (RFC 2606).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from syndication.glossary import Level, Outcome, Role
from syndication.rehearsal.bulletin import DUTY_CHANGES, RELEASES
from syndication.rehearsal.scenario import (
    How,
    Outage,
    Posting,
    Prints,
    Story,
    StoryChannel,
    StoryPortal,
    beijing,
    look_times,
)

if TYPE_CHECKING:
    from datetime import datetime

FIRST_LOOK = beijing("03-01 02:15")
DAYS = 10
HOUR = timedelta(hours=1)
EVER = beijing("12-31 00:00")

COLUMN = "国务院信息"


def put(
    channel: str,
    how: str,
    about: str,
    at: str,
    *,
    prints: Prints = Prints.MINUTE,
    printed: str = "",
    sourced: bool = True,
    scheme: str = "https",
    article_fails_until: datetime | None = None,
) -> Posting:
    """A posting visible from `at`; it prints that time too, unless `printed` tells another."""
    return Posting(
        channel,
        How(how),
        beijing(at),
        about,
        prints,
        beijing(printed or at),
        sourced,
        scheme=scheme,
        article_fails_until=article_fails_until,
    )


def older(channel: str, count: int, *, prints: Prints = Prints.MINUTE, how: How = How.OLDER) -> tuple[Posting, ...]:
    """State Council papers that a list showed before the rehearsal began."""
    return tuple(
        Posting(channel, how, moment, str(number), prints, moment)
        for number, moment in ((n, beijing("02-28 10:30") - n * 25 * HOUR) for n in range(count))
    )


def local(channel: str = "home", *, days: tuple[int, ...] = (1, 4, 7)) -> tuple[Posting, ...]:
    """News of the place."""
    return tuple(put(channel, "local", str(day), f"03-{day:02d} 08:40") for day in days)


def at_look(text: str, outcome: Outcome, status: int | None = None, *, looks: int = 1, path: str = "") -> Outage:
    """An outage around `looks` looks from the one at `text` on."""
    since = beijing(text) - HOUR
    return Outage(since, since + timedelta(hours=12 * looks - 10), outcome, status, path)


DAY, FILLER = Prints.DAY, Prints.FILLER

YUNLING = StoryPortal(
    "yunling",
    "云岭省",
    Level.PROVINCE,
    "https://www.yunling.example",
    "trs",
    (StoryChannel("gwy", COLUMN, "/xwdt/gwyxx/index.html", "html", Role.COLUMN, "trs"),),
    (
        *older("gwy", 18),
        *local(),
        put("gwy", "copy", "river", "03-01 11:20"),
        put("related", "interpretation", "river", "03-01 12:00"),
        put("gwy", "copy", "water", "03-03 08:31"),
        put("gwy", "copy", "archive", "03-05 10:12"),
        put("gwy", "copy", "zone-wangchuan", "03-04 09:00"),
        put("gwy", "copy", "zone-bihu", "03-04 09:01"),
        put("gwy", "copy", "holiday", "03-04 16:45", article_fails_until=beijing("03-05 08:00")),
        put("gwy", "interpretation", "orchard", "03-06 10:00"),
        put("home", "implementing", "orchard", "03-06 15:00"),
        put("gwy", "copy", "ferry", "03-07 10:00"),
        put("gwy", "copy", "bridge", "03-07 09:30"),
        put("gwy", "copy", "library", "03-08 08:14"),
        put("gwy", "copy", "salt", "03-09 16:00"),
        put("gwy", "copy", "clinic", "03-10 09:00"),
    ),
)

WANGCHUAN = StoryPortal(
    "wangchuan",
    "望川省",
    Level.PROVINCE,
    "http://www.wangchuan.example",
    "hanweb",
    (
        StoryChannel(
            "gwy",
            COLUMN,
            "/module/web/jpage/dataproxy.jsp?columnid=393&unitid=45663&webid=3&startrecord=1&endrecord=45&perpage=15",
            "hanweb_xml",
            Role.COLUMN,
            "hanweb",
        ),
    ),
    (
        *older("gwy", 6, prints=DAY),
        *local(),
        put("gwy", "copy", "river", "03-01 13:00", prints=DAY),
        put("gwy", "copy", "water", "03-03 15:00", prints=DAY),
        put("gwy", "copy", "archive", "03-04 20:00", prints=DAY),
        put("gwy", "copy", "zone-wangchuan", "03-04 10:00", prints=FILLER),
        put("gwy", "last_year", "holiday", "03-04 15:00", prints=DAY),
        put("gwy", "copy", "orchard", "03-06 08:00", prints=DAY),
        put("gwy", "copy", "bridge", "03-08 01:00", prints=DAY),
        put("gwy", "copy", "library", "03-07 20:00", prints=FILLER),
        put("gwy", "copy", "salt", "03-09 12:00", prints=DAY),
        put("gwy", "copy", "weather", "03-10 12:00", prints=DAY),
    ),
)

BIHU = StoryPortal(
    "bihu",
    "碧湖省",
    Level.PROVINCE,
    "http://www.bihu.example",
    "labelled",
    (StoryChannel("gwy", COLUMN, "/bihu/xinwen/gwyxx/index.html", "html", Role.COLUMN, "table"),),
    (
        *older("gwy", 6),
        *local(),
        put("gwy", "copy", "river", "03-01 15:30"),
        put("gwy", "abridged", "water", "03-03 09:10"),
        put("gwy", "copy", "archive", "03-03 17:42", sourced=False),
        put("gwy", "copy", "zone-bihu", "03-03 21:15"),
        put("gwy", "copy", "holiday", "03-06 09:00"),
        put("gwy", "abridged", "orchard", "03-07 10:00"),
        put("gwy", "copy", "bridge", "03-07 11:11"),
        put("gwy", "copy", "salt", "03-10 11:00", sourced=False),
        put("gwy", "copy", "clinic", "03-10 08:00"),
    ),
    charset="gbk",
    list_content_type="text/html",
    article_content_type="text/html; charset=ISO-8859-1",
)

QINGYU = StoryPortal(
    "qingyu",
    "青屿省",
    Level.PROVINCE,
    "https://www.qingyu.example",
    "detail",
    (
        StoryChannel(
            "gwy", COLUMN, "/xwzx/ds_83d5f74c996b4b7288ba90d32fcaf355.json", "xinhua_ds", Role.COLUMN, "xinhua_ds"
        ),
    ),
    (
        *older("gwy", 8),
        *local(),
        put("gwy", "copy", "river", "03-01 16:00"),
        put("gwy", "copy", "water", "03-05 01:00", printed="03-02 18:30"),
        put("gwy", "copy", "archive", "03-04 05:00", printed="03-03 11:00"),
        put("gwy", "copy", "zone-wangchuan", "03-04 08:00", printed="03-05 09:00"),
        put("gwy", "copy", "zone-bihu", "03-04 09:00", printed="03-03 19:00"),
        put("gwy", "copy", "holiday", "03-05 09:40"),
        put("gwy", "copy", "ferry", "03-06 18:00"),
        put("gwy", "copy", "bridge", "03-09 10:00", printed="03-12 09:00"),
        put("gwy", "copy", "library", "03-08 08:15"),
        put("gwy", "copy", "salt", "03-09 15:00"),
    ),
)

JINSUI = StoryPortal(
    "jinsui",
    "金穗省",
    Level.PROVINCE,
    "https://www.jinsui.example",
    "trs",
    (
        StoryChannel(
            "gwy",
            COLUMN,
            "/api-gateway/jpaas-publish-server/front/page/build/unit?webId=3&pageId=8&parseType=bulidstatic&tagId=gwyxx&tplSetId=5",
            "jpaas",
            Role.COLUMN,
            "jpaas",
        ),
    ),
    (
        *older("gwy", 7),
        *local(),
        put("gwy", "copy", "river", "03-01 20:00"),
        put("gwy", "copy", "water", "03-03 10:00", prints=DAY),
        put("gwy", "copy", "archive", "03-04 06:00", prints=DAY),
        put("gwy", "copy", "zone-wangchuan", "03-04 20:00", printed="03-03 23:00"),
        put("gwy", "copy", "holiday", "03-06 09:00", prints=DAY),
        put("gwy", "copy", "orchard", "03-06 10:00"),
        put("gwy", "copy", "library", "03-07 16:00"),
        put("gwy", "copy", "salt", "03-09 15:00"),
    ),
    outages=(
        at_look("03-02 14:15", Outcome.TIMEOUT),
        at_look("03-04 02:15", Outcome.FORBIDDEN, 403, looks=2),
        at_look("03-06 14:15", Outcome.HTTP_ERROR, 502),
        Outage(beijing("03-09 14:00"), EVER, Outcome.TIMEOUT),
    ),
)

BEIMING = StoryPortal(
    "beiming",
    "北溟自治区",
    Level.PROVINCE,
    "https://www.beiming.example",
    "trs",
    (),
    local(),
    outages=(at_look("03-03 02:15", Outcome.FORBIDDEN, 403), at_look("03-07 14:15", Outcome.REFUSED)),
    embed=True,
)

FAZHAN = StoryPortal(
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
)

ANQUAN = StoryPortal(
    "anquan",
    "样例安全部",
    Level.DEPARTMENT,
    "https://www.anquan.example",
    "trs",
    (StoryChannel("gwy", COLUMN, "/n2255079/n2255083/index.html", "html", Role.COLUMN, "trs"),),
    (put("gwy", "copy", "river", "03-01 12:00"), put("gwy", "copy", "water", "03-03 09:00")),
    challenge=True,
)

HAISHI = StoryPortal(
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

LIANGSHI = StoryPortal(
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

QIXIANG = StoryPortal(
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

SHUIWU = StoryPortal(
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

PORTALS = (YUNLING, WANGCHUAN, BIHU, QINGYU, JINSUI, BEIMING, FAZHAN, ANQUAN, HAISHI, LIANGSHI, QIXIANG, SHUIWU)


def story() -> Story:
    """The rehearsal's story: ten days, two looks a day, twelve portals."""
    return Story(
        tuple(sorted(RELEASES, key=lambda release: release.released)),
        PORTALS,
        DUTY_CHANGES,
        look_times(FIRST_LOOK, DAYS),
    )
