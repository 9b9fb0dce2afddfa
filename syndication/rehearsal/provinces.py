"""The provinces of the rehearsal, and what each carries when.

Each portal plays one kind of behaviour that real portals show (page-facts.md, survey): a list shape, a way to print
time, a way to carry, a way to fail. Names end in `.example`, a domain that nobody can own (RFC 2606).
"""

from __future__ import annotations

from syndication.glossary import Level, Outcome, Role
from syndication.rehearsal.scenario import Outage, Prints, StoryChannel, StoryPortal, beijing
from syndication.rehearsal.telling import COLUMN, EVER, at_look, local, older, put

DAY, FILLER = Prints.DAY, Prints.FILLER

YUNLING = StoryPortal(  # TRS, minutes; an article that fails at first; look-alikes instead of a release
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

WANGCHUAN = StoryPortal(  # Hanweb, days only; a sibling reply and last year's notice instead of the release
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

BIHU = StoryPortal(  # GBK under silent and lying headers, labels instead of meta tags; halves; no source
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

QINGYU = StoryPortal(  # times that are not true, either way; a minute that holds the deadline
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

JINSUI = StoryPortal(  # jpaas; looks that fail one way and another; dark at the end
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

BEIMING = StoryPortal(  # only the push script, seen at most looks
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

PROVINCES = (YUNLING, WANGCHUAN, BIHU, QINGYU, JINSUI, BEIMING)
