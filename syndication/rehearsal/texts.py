"""What a posting shows: the title and paragraphs that a portal makes of a paper, or of its own.

The look-alikes imitate what page-facts.md and matching-notes.md name as traps: interpretations that quote, provincial
notices that take over a third of the text, last year's notice, a title with one sentence of summary.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from syndication.rehearsal.bulletin import FORMER_HOLIDAY, older_paper
from syndication.rehearsal.lexicon import LOCAL_NEWS
from syndication.rehearsal.papers import HAN, Lot
from syndication.rehearsal.scenario import How

if TYPE_CHECKING:
    from syndication.rehearsal.papers import Paper
    from syndication.rehearsal.scenario import Posting, Story, StoryPortal

STATE_COUNCIL_SITE = "中国政府网"


@dataclass(frozen=True)
class Text:
    """A title, the paragraphs under it, the document number that stands above them, and who is named as source."""

    title: str
    paragraphs: tuple[str, ...]
    document_number: str = ""
    source: str = STATE_COUNCIL_SITE


def text_of(posting: Posting, portal: StoryPortal, story: Story) -> Text:
    """What the posting's page says. Raises KeyError for a release that the story does not know."""
    if posting.how is How.OLDER:
        return _whole(older_paper(int(posting.about)))
    if posting.how is How.LOCAL:
        return _local(portal, int(posting.about))
    if posting.how is How.LINK and posting.about.isdigit():
        return Text(older_paper(int(posting.about)).title, ())
    paper = story.release(posting.about).paper
    if posting.how in {How.COPY, How.ABRIDGED}:
        text = _whole(paper) if posting.how is How.COPY else _abridged(paper)
        return text if posting.sourced else replace(text, document_number="", source="")
    if posting.how is How.TITLE_ONLY:
        return Text(paper.title, (f"日前，{paper.issuer}发布了《{paper.title}》。",))
    if posting.how is How.INTERPRETATION:
        return _interpretation(paper)
    if posting.how is How.IMPLEMENTING:
        return _implementing(paper, portal)
    if posting.how is How.AMENDED:
        return _amended(paper)
    if posting.how is How.LAST_YEAR:
        return _whole(FORMER_HOLIDAY)
    return Text(paper.title, ())


def _whole(paper: Paper) -> Text:
    return Text(paper.title, paper.paragraphs, paper.document_number)


def _abridged(paper: Paper) -> Text:
    """The first half by characters, cut between paragraphs."""
    kept: list[str] = []
    for paragraph in paper.paragraphs:
        if sum(map(len, kept)) + len(paragraph) > len(paper.text) * 0.5:
            break
        kept.append(paragraph)
    return Text(paper.title, (*kept, "（节选）"), paper.document_number)


def altered(text: Text) -> Text:
    """The text after somebody took a paragraph out of its midst."""
    longest = max(text.paragraphs[1:-2], key=len)
    return replace(text, paragraphs=tuple(one for one in text.paragraphs if one != longest))


def _amended(paper: Paper) -> Text:
    """A later version: the same title and most of the words, other figures, a number of its own and who amended it."""
    history = f"（{paper.document_number}公布　根据2026年3月1日《国务院关于修改部分文件的决定》修订）"
    changed = (re.sub(r"[0-9]+", lambda found: str(int(found[0]) + 3), one) for one in paper.paragraphs[:-1])
    number = re.sub(r"([0-9]+)号", lambda found: f"{int(found[1]) + 40}号", paper.document_number)
    return Text(paper.title, (history, *changed, "2026年3月1日"), number)


def _bodies(paper: Paper) -> list[str]:
    return [paragraph for paragraph in paper.paragraphs if len(paragraph) > 40]


def _interpretation(paper: Paper) -> Text:
    quoted = _bodies(paper)[2]
    return Text(
        f"《{paper.title.removeprefix(paper.issuer)}》解读",
        (
            f"为便于社会各界准确理解有关内容，样例新闻中心记者就《{paper.title}》采访了有关负责同志。",
            "问：文件出台的背景是什么？",
            "答：近年来，样例地区围绕群众关心的问题做了不少探索，但也存在标准不一、投入不稳的情况，有必要在国家层面作出系统安排，回应基层期待。",
            "问：文件提出了哪些重点任务？",
            f"答：文件明确，{quoted[:60]}。这一安排立足实际，分步实施，不搞一刀切，给各地留出了探索空间。",
            "问：下一步如何抓好落实？",
            "答：我们将组织宣讲，开展调研，及时解答各地提出的疑问，并适时通报工作进展，推动各项措施尽快见效。",
        ),
        source="样例新闻中心",
    )


def _implementing(paper: Paper, portal: StoryPortal) -> Text:
    subject = paper.title.removeprefix(paper.issuer).removeprefix("关于")
    bodies, lot = _bodies(paper), Lot(f"implementing/{portal.id}/{paper.document_number}")
    paragraphs = [
        "各市、县（区）人民政府，省政府各部门、各直属机构：",
        f"为贯彻落实《{paper.title}》（{paper.document_number}），结合{portal.name}实际，经{portal.name}人民政府同意，现提出如下实施意见。",
    ]
    for point, body in enumerate(lot.draw(bodies[3:], max(2, len(bodies) // 4))):
        paragraphs += [
            f"{HAN[point]}、结合{portal.name}实际抓好落实",
            body[:70] + "。",
            f"{portal.name}财政每年安排专项资金{3 + lot.below(90)}00万元，由各市县按照任务量、完成质量和财力状况"
            f"包干使用，年度结余资金可结转用于第{point + 2}批项目，省级每半年调度一次。",
            f"将本项工作列入{portal.name}民生实事清单，第{point + 1}责任单位为主管厅局，配合单位按职责分工推进，"
            "逾期未完成的在全省通报。",
        ]
    paragraphs += [f"{portal.name}人民政府办公厅", "2026年3月6日"]
    return Text(
        f"{portal.name}人民政府办公厅关于贯彻落实{subject}的实施意见",
        tuple(paragraphs),
        f"{portal.name[0]}政办发〔2026〕{3 + lot.below(30)}号",
        f"{portal.name}人民政府办公厅",
    )


def _local(portal: StoryPortal, number: int) -> Text:
    headline, lot = LOCAL_NEWS[number % len(LOCAL_NEWS)], Lot(f"local/{portal.id}/{number}")
    return Text(
        f"{portal.name}：{headline}",
        (
            f"{portal.name}讯 近日，{headline}，来自{3 + lot.below(9)}个县区的{20 + lot.below(300)}名代表参加。",
            f"与会人员实地查看了{2 + lot.below(6)}个样例点位，交流了各自的做法，对下一步工作提出了意见建议。",
            "主办方表示，将持续听取群众意见，把好的做法固定下来，让更多人得到方便。",
        ),
        source=f"{portal.name}融媒体中心",
    )
