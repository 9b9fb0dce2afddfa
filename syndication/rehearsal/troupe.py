"""The troupe: portals of the fortnight that need no story of their own, each a shape, a way to print time, a manner, a trouble.

What a portal does with each release follows from its manner and from lots drawn by its name, so that two runs play the
same. The portals that are told by hand (provinces.py, departments.py) play the turns for which this is too coarse.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from syndication.glossary import Level, Outcome, Role
from syndication.rehearsal.papers import Lot
from syndication.rehearsal.scenario import How, Outage, Posting, Prints, StoryChannel, StoryPortal
from syndication.rehearsal.telling import COLUMN, EVER, local, older

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from syndication.rehearsal.scenario import Release

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

CAST = """
trs     trs      minute prompt    -
trs     labelled day    prompt    dns
trs     detail   minute brink     -
trs     trs      minute withdraws -
trs     trs      minute forgets   robots
plain   trs      minute prompt    tls
plain   labelled minute tardy     challenge
plain   detail   day    brink     -
plain   trs      minute home      -
plain   trs      minute leads     -
table   labelled minute half-day  mojibake
table   trs      minute alters    -
table   detail   filler prompt    http_error
hanweb  hanweb   minute brink     -
hanweb  hanweb   day    tardy     forbidden
hanweb  hanweb   minute forgets   -
jpaas   trs      minute prompt    empty
jpaas   trs      minute backdates -
jpaas   labelled minute titles    -
search  detail   minute half-day  refused
search  trs      minute brink     layout_changed
search  trs      minute alters    -
xinhua  detail   minute prompt    timeout
xinhua  detail   minute tardy     -
xinhua  detail   minute postdates -
api     trs      minute halves    empty
api     labelled day    half-day  -
posted  trs      minute brink     http_error
feed    detail   minute prompt    dark
feed    trs      minute withdraws -
feed    trs      minute tardy     tls
push    trs      day    links     -
push    trs      day    links     dns
news    trs      minute prompt    -
embed   trs      minute none      forbidden
"""
"""A portal a line: the shape of its list, of its articles, how it prints time, its manner, what fails there."""

MAPPING: Mapping[str, object] = {
    "rows": "data.rows", "title": "docTitle", "url": "docUrl", "time": "docDate", "total": "data.total",
}  # fmt: skip
LISTS: Mapping[str, tuple[str, str, str, dict[str, object]]] = {
    "trs": ("/xxgk/gwyxx/index.html", "html", "trs", {}),
    "plain": ("/gwyxx/index.html", "html", "plain", {}),
    "table": ("/zwgk/gwyxx.html", "html", "table", {}),
    "news": ("/xwdt/yaowen/index.html", "html", "plain", {}),
    "hanweb": ("/module/web/jpage/dataproxy.jsp?columnid=12&unitid=45663&webid=1&perpage=60", "hanweb_xml", "hanweb", {}),
    "jpaas": ("/api-gateway/jpaas-publish-server/front/page/build/unit?webId=1&pageId=2&parseType=bulidstatic&tagId=gwy"
              "&tplSetId=3", "jpaas", "jpaas", {}),
    "search": ("/common/search/0123456789abcdef0123456789abcdef?_isAgg=true&_isJson=true&_pageSize=60&_template=index&page=1",
               "ucap_search", "search", {}),
    "xinhua": ("/zwgk/ds_0123456789abcdef0123456789abcdef.json", "xinhua_ds", "xinhua_ds", {}),
    "api": ("/api/list/gwyxx.json", "json", "api", dict(MAPPING)),
    "posted": ("/cms/list", "json", "api", {**MAPPING, "form": {"channel": "gwyxx"}}),
    "feed": ("/zcwj/rss.xml", "feed", "feed", {}),
    "push": ("/gwywj/pushinfo.js", "pushinfo", "push", {}),
}  # fmt: skip
"""For each shape its address, its family, how the fleet draws it, and the options of its row in channels.csv."""

STEMS, BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
STATUSES = {Outcome.FORBIDDEN: 403, Outcome.HTTP_ERROR: 502}
TURNS = (How.JUMP, How.REDIRECT, How.REFRESH)


def troupe(releases: Sequence[Release]) -> tuple[StoryPortal, ...]:
    """The portals of CAST, playing through these releases (by time; those with a duty, and what resembles them)."""
    return tuple(_portal(number, line.split(), releases) for number, line in enumerate(CAST.strip().splitlines()))


def _portal(number: int, row: Sequence[str], releases: Sequence[Release]) -> StoryPortal:
    shape, article, prints, manner, trouble = row
    name = f"{STEMS[number % 10]}{BRANCHES[number % 12]}"
    level = Level.PROVINCE if number % 2 else Level.DEPARTMENT
    key, scheme = f"t{number:02d}-{shape}", "http" if trouble == "timeout" or number % 3 else "https"
    outages = _outages(trouble, releases, Lot(f"trouble/{key}"))
    origin, title = f"{scheme}://www.{key}.example", f"{name}{'省' if number % 2 else '样例局'}"
    if shape == "embed":
        return StoryPortal(key, title, level, origin, article, (), local(), outages, embed=True)
    path, family, drawn, options = LISTS[shape]
    role, channel = (Role.NEWS, "yaowen") if shape == "news" else (Role.COLUMN, "gwy")
    listed = StoryChannel(channel, "要闻" if role is Role.NEWS else COLUMN, path, family, role, drawn, options)
    links = How.LINK if shape == "push" else How.OLDER
    postings = (
        *older(channel, 6, how=links), *local(),
        *(one for n, release in enumerate(releases) for one in _postings(key, manner, prints, channel, release, n)),
    )  # fmt: skip
    return StoryPortal(key, title, level, origin, article, (listed,), postings, outages)


def _postings(
    portal: str, manner: str, prints: str, channel: str, release: Release, number: int
) -> tuple[Posting, ...]:
    """What a portal of a manner does with a release: the `number`th that it meets."""
    lot = Lot(f"{portal}/{release.key}")

    def put(after: timedelta, how: How = How.COPY, **more: object) -> Posting:
        at = _minute(release.released + after)
        told: dict[str, object] = {"channel": channel, "prints": Prints(prints), "printed": at, **more}
        return Posting(how=how, at=at, about=release.key, **told)  # type: ignore[arg-type]  # the words above are its fields

    prompt = HOUR + lot.below(9 * 60) * MINUTE
    late = 24 * HOUR + (3 + lot.below(900)) * MINUTE
    if release.alias_of:  # only those who link can link to the second address
        return (put(HOUR, How.LINK),) if manner == "links" and lot.below(2) else ()
    if manner == "forgets":
        return (put(prompt),) if number % 2 else _look_alikes(release, put, prompt)
    if manner == "half-day":
        return (put(12 * HOUR + (4 + lot.below(690)) * MINUTE),)
    if manner == "tardy":
        return (put(late if number % 3 else prompt),)
    if manner == "brink":
        edge = (12, 24)[lot.below(2)] * HOUR
        return (put(edge + (-1, 1)[number % 2] * (2 + lot.below(8)) * MINUTE),)
    if manner == "halves":
        return (put(prompt, How.ABRIDGED if number % 2 else How.COPY, sourced=bool(number % 3)),)
    if manner == "titles":
        return (put(prompt, How.TITLE_ONLY if number % 3 else How.COPY),)
    if manner == "leads":
        return (put(prompt if number % 4 else late, TURNS[number % 3]),)
    if manner == "links":
        return (put(prompt if number % 4 else late, How.LINK),)
    if manner == "home":
        return (put(prompt, channel="home"),)
    if manner == "backdates" and number % 2:
        return (put(late, printed=_afternoon(release.released)),)
    if manner == "postdates" and number % 2:
        return (put(prompt if number % 4 == 1 else late, printed=_minute(release.released + 60 * HOUR)),)
    if manner == "withdraws" and number % 2:
        return (put(prompt, gone_at=_minute(release.released + (36 + lot.below(24)) * HOUR)),)
    if manner == "alters" and number % 2:
        return (put(prompt, altered_at=_minute(release.released + (36 + lot.below(24)) * HOUR)),)
    return (put(prompt),)


def _look_alikes(release: Release, put: object, after: timedelta) -> tuple[Posting, ...]:
    """What stands there instead of a release: its interpretation, another year's or place's, an amended version, or nothing."""
    wanted = {
        "批复": (), "条例": (How.AMENDED,), "意见": (How.INTERPRETATION,), "通知": (How.IMPLEMENTING,)
    }[release.paper.kind]  # fmt: skip
    if release.key == "holiday":
        wanted = (How.LAST_YEAR,)
    assert callable(put)
    return tuple(put(after, how) for how in wanted)


def _minute(moment: datetime) -> datetime:
    """The minute of a moment, off the quarters of an hour at which probes look."""
    minute = moment.replace(second=0, microsecond=0)
    return minute + MINUTE if minute.minute % 15 == 0 else minute


def _afternoon(moment: datetime) -> datetime:
    """A time of the same day after a release: in the afternoon, which no clock of twelve hours explains away."""
    evening = moment.replace(hour=22, minute=50, second=0, microsecond=0)
    return min(evening, max(moment + HOUR, moment.replace(hour=14, minute=20, second=0, microsecond=0)))


def _outages(trouble: str, releases: Sequence[Release], lot: Lot) -> tuple[Outage, ...]:
    """Three times in which a site fails: over the look after a deadline, through a night, and for a day (`dark`: to the end)."""
    if trouble == "-":
        return ()
    if trouble == "dark":
        return (Outage(releases[-3].released + 2 * HOUR, EVER, Outcome.REFUSED),)
    outcome = Outcome(trouble)
    first, second = lot.draw(releases[2:-4], 2)
    deadline, other = first.released + 24 * HOUR, second.released + 12 * HOUR
    night = second.released.replace(hour=1, minute=0, second=0)
    spans = [(deadline - 20 * MINUTE, deadline + 40 * MINUTE), (night, night + 3 * HOUR)]
    if outcome is not Outcome.TIMEOUT:  # each look at a silent site takes seconds
        spans.append((other - HOUR, other + 18 * HOUR))
    return tuple(Outage(since, until, outcome, STATUSES.get(outcome)) for since, until in spans)
