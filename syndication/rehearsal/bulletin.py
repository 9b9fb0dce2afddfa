"""What www.gov.cn publishes during the rehearsal: thirteen releases owed, one lifted, two old ones without duty.

The moments are chosen for the traps of the clock: two replies of one pattern within a minute, a release close to
midnight, one on a Saturday, two whose deadline lies after the last look. Papers of 2003 and 2005 come out in between,
as www.gov.cn does in fact (page-facts.md): published is not issued.
"""

from __future__ import annotations

from datetime import date

from syndication.rehearsal import papers
from syndication.rehearsal.scenario import DutyChange, Release, beijing

RELEASES: tuple[Release, ...] = (
    Release(
        "river", papers.opinion("river", "国办发〔2026〕6号", date(2026, 2, 20)), beijing("03-01 09:12:37"), 9000601
    ),
    Release(
        "water",
        papers.plan_notice("water", "国发〔2026〕4号", date(2026, 2, 24), points=8),
        beijing("03-02 16:40:05"),
        9000644,
    ),
    Release(
        "archive", papers.regulation("archive", "国令第931号", date(2026, 2, 18)), beijing("03-03 10:05:51"), 9000702
    ),
    Release(
        "zone-wangchuan",
        papers.reply("望川省", "国函〔2026〕15号", date(2026, 2, 26), area="486.2"),
        beijing("03-03 18:22:19"),
        9000735,
    ),
    Release(
        "zone-bihu",
        papers.reply("碧湖省", "国函〔2026〕16号", date(2026, 2, 26), area="512.7"),
        beijing("03-03 18:22:43"),
        9000736,
    ),
    Release(
        "holiday",
        papers.holiday_notice(2026, "国办发明电〔2026〕2号", date(2026, 3, 3)),
        beijing("03-04 11:30:08"),
        9000790,
    ),
    Release(
        "lifted",
        papers.opinion("lamp", "国办发〔2026〕7号", date(2026, 2, 27), sections=3),
        beijing("03-05 09:30:00"),
        9000833,
    ),
    Release(
        "orchard",
        papers.opinion("orchard", "国办发〔2026〕8号", date(2026, 2, 28), sections=8, depth=4),
        beijing("03-05 17:57:44"),
        9000861,
    ),
    Release(
        "ferry",
        papers.plan_notice("ferry", "国办函〔2026〕11号", date(2026, 3, 1), issuer=papers.OFFICE),
        beijing("03-06 15:08:12"),
        9000902,
        pushed=False,
    ),
    Release(
        "bridge",
        papers.plan_notice("bridge", "国发〔2026〕5号", date(2026, 3, 2), points=10),
        beijing("03-06 23:51:30"),
        9000931,
    ),
    Release(
        "library",
        papers.opinion("library", "国办发〔2026〕9号", date(2026, 3, 2), sections=2),
        beijing("03-07 08:15:02"),
        9000940,
    ),
    Release(
        "old-kiln",
        papers.opinion("kiln", "国办函〔2003〕51号", date(2003, 6, 12), sections=2),
        beijing("03-04 15:20:10"),
        9000801,
        pushed=False,
    ),
    Release(
        "old-tea",
        papers.plan_notice("tea", "国办发〔2005〕30号", date(2005, 5, 9), points=4, issuer=papers.OFFICE),
        beijing("03-04 15:41:00"),
        9000802,
        pushed=False,
        filler="23:59:59",
    ),
    Release(
        "salt",
        papers.opinion("salt", "国办发〔2026〕10号", date(2026, 3, 4), sections=6),
        beijing("03-09 10:20:33"),
        9001017,
    ),
    Release(
        "clinic", papers.opinion("clinic", "国办发〔2026〕11号", date(2026, 3, 5)), beijing("03-09 19:03:11"), 9001060
    ),
    Release(
        "weather",
        papers.plan_notice("weather", "国发〔2026〕6号", date(2026, 3, 6)),
        beijing("03-10 09:48:26"),
        9001088,
    ),
)

DUTY_CHANGES: tuple[DutyChange, ...] = (
    DutyChange("lifted", False, "推送后当日更正，另行发布", "样例值班员", "2026-03-05"),
    DutyChange("ferry", True, "未进入推送，按来函要求转载", "样例值班员", "2026-03-06"),
)

FORMER_HOLIDAY = papers.holiday_notice(2025, "国办发明电〔2025〕3号", date(2025, 3, 4))
"""Last year's notice: the look-alike of the release `holiday`."""

OLDER_SUBJECTS = ("market", "sport", "seed", "waste", "tea", "kiln", "market", "lamp")


def older_paper(number: int) -> papers.Paper:
    """The `number`th paper from before the rehearsal (0 is the newest); lists are full of them at the first look."""
    subject = OLDER_SUBJECTS[number % len(OLDER_SUBJECTS)]
    issued_on = date(2026, 2, 20 - number % 19)
    if number % 2:
        return papers.opinion(subject, f"国办发〔2025〕{60 - number}号", issued_on, sections=1 + number % 3)
    return papers.plan_notice(subject, f"国发〔2025〕{40 - number}号", issued_on, points=3 + number % 3)
