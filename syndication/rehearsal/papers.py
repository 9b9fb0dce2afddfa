"""Invented papers in the manner of the State Council's: opinions, notices, regulations, replies, a holiday notice.

Every paper is a pure function of its seed, so two builds give the same text. The facts of the world they imitate: a
paper has a title that names issuer and kind, a number of its series (国发, 国办发, 国函, 国令, 国办发明电), a day of
writing before that of publishing; replies of one pattern differ in hardly more than the place (0-4 bits of simhash).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from syndication.rehearsal.lexicon import ACTORS, ARTICLES, GOALS, HEADS, SENTENCES, SUBJECTS, WAYS, Subject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from typing import TypeVar

    T = TypeVar("T")

HAN = "一二三四五六七八九十"
COUNCIL, OFFICE = "国务院", "国务院办公厅"
EVERYONE = "各省、自治区、直辖市人民政府，国务院各部委、各直属机构："


class Lot:
    """Draws that depend on the seed alone, on every machine and version of Python."""

    def __init__(self, seed: str) -> None:
        self._seed, self._drawn = seed, 0
        self._packs: dict[int, list[str]] = {}

    def below(self, bound: int) -> int:
        """The next number in 0..bound-1."""
        self._drawn += 1
        digest = blake2b(f"{self._seed}#{self._drawn}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") % bound

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.below(len(choices))]

    def draw(self, choices: Sequence[T], count: int) -> list[T]:
        """`count` different choices (all of them, shuffled, where there are fewer)."""
        left = list(choices)
        drawn: list[T] = []
        while left and len(drawn) < count:
            drawn.append(left.pop(self.below(len(left))))
        return drawn

    def deal(self, choices: tuple[str, ...]) -> str:
        """One of the choices; none comes twice before all have come once."""
        pack = self._packs.setdefault(id(choices), [])
        if not pack:
            pack.extend(self.draw(choices, len(choices)))
        return pack.pop()


@dataclass(frozen=True)
class Paper:
    """A paper: what it is called, who issued it, when it was written, and its paragraphs from address to date line."""

    kind: str
    title: str
    issuer: str
    document_number: str
    issued_on: date
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The paragraphs, one a line."""
        return "\n".join(self.paragraphs)


def han_day(day: date) -> str:
    """`2026年2月20日`, as papers close."""
    return f"{day.year}年{day.month}月{day.day}日"


def opinion(subject: str, number: str, issued_on: date, *, sections: int = 5, depth: int = 2) -> Paper:
    """An opinion (意见) of the General Office: `sections` parts of two points with `depth` sentences each."""
    about, lot = SUBJECTS[subject], Lot(f"opinion/{subject}/{number}")
    paragraphs = [
        EVERYONE,
        f"做好{about.name}，事关群众日常生活。近年来各地在{about.nouns[0]}、{about.nouns[1]}等方面积累了经验，但{about.nouns[2]}不足、"
        f"{about.nouns[3]}管理不严的问题仍然存在。经国务院同意，现提出以下意见。",
        "一、总体要求",
        f"（一）基本思路。坚持问题导向、分类指导，围绕{about.nouns[4]}和{about.nouns[5]}，采取{lot.pick(WAYS)}的办法，做到{lot.pick(GOALS)}。",
        f"（二）主要目标。{_sentence(lot, about, 1)}{_sentence(lot, about)}",
    ]
    point = 3
    for section, head in enumerate(_heads(lot, about, sections)):
        paragraphs.append(f"{HAN[section + 1]}、{head}")
        for _ in range(2):
            body = "".join(_sentence(lot, about) for _ in range(depth))
            paragraphs.append(f"（{_han(point)}）{_heads(lot, about, 1)[0]}。{body}")
            point += 1
    paragraphs += [
        f"{HAN[sections + 1]}、组织实施",
        _sentence(lot, about),
        "各地区、各有关部门要把本意见落到实处，重要情况及时报告。",
        OFFICE,
        han_day(issued_on),
    ]
    return Paper("意见", f"{OFFICE}关于加强{about.name}的意见", OFFICE, number, issued_on, tuple(paragraphs))


def plan_notice(subject: str, number: str, issued_on: date, *, points: int = 6, issuer: str = COUNCIL) -> Paper:
    """A notice (通知) that hands down a plan; 500-2,500 characters by `points`."""
    about, lot = SUBJECTS[subject], Lot(f"notice/{subject}/{number}")
    years = "两三四"[lot.below(3)]
    plan = f"{about.name}{years}年行动方案"
    paragraphs = [
        EVERYONE,
        f"现将《{plan}》印发给你们，请结合实际认真贯彻执行。",
        issuer,
        han_day(issued_on),
        plan,
        f"为解决{about.nouns[0]}老化、{about.nouns[1]}不足等问题，用{years}年时间集中推进{about.name}，制定本方案。",
    ]
    for point, head in enumerate(_heads(lot, about, points)):
        paragraphs += [f"{HAN[point]}、{head}", "".join(_sentence(lot, about) for _ in range(3))]
    return Paper("通知", f"{issuer}关于印发《{plan}》的通知", issuer, number, issued_on, tuple(paragraphs))


def regulation(subject: str, number: str, issued_on: date) -> Paper:
    """A regulation (条例) in chapters and articles, promulgated by an order; some 1,200 characters."""
    about, lot = SUBJECTS[subject], Lot(f"regulation/{subject}/{number}")
    chapters = (("总则", 4), ("登记与保管", 5), ("利用与检查", 3), ("法律责任", 3), ("附则", 1))
    paragraphs = ["第一章 总则"]
    sentences = [_fill(frame, lot, about) for frame in ARTICLES]
    article = 0
    for index, (chapter, count) in enumerate(chapters):
        if index:
            paragraphs.append(f"第{HAN[index]}章 {chapter}")
        for _ in range(count):
            paragraphs.append(f"第{_han(article + 1)}条 {sentences[article]}")
            article += 1
    paragraphs.append(f"第{_han(article + 1)}条 本条例自{issued_on.year}年{issued_on.month + 2}月1日起施行。")
    return Paper("条例", f"{about.name}条例", COUNCIL, number, issued_on, tuple(paragraphs))


def reply(place: str, number: str, issued_on: date, *, area: str) -> Paper:
    """A reply (批复) on a new area of `place`: one pattern, only place and figure differ; some 450 characters."""
    zone = f"{place.removesuffix('省')}样例新区"
    paragraphs = (
        f"{place}人民政府、样例发展委：",
        f"你们关于设立{zone}的请示收悉。现批复如下：",
        f"一、同意设立{zone}。{zone}规划面积{area}平方公里，具体范围以界址点坐标控制，界址点坐标由样例自然资源部门另行发布。",
        f"二、{zone}建设要坚持节约集约用地，先地下、后地上，合理确定起步区和产业单元，留足生态廊道，防止摊大饼式扩张。",
        f"三、{place}人民政府要切实加强组织领导，健全管理体制，编制总体方案和国土空间规划，重大事项和重要项目按程序报批。",
        f"四、{zone}要用好已有设施，优先安排民生项目，统筹防汛排涝、消防和应急避难场所，严格控制政府债务，"
        "不得借新区建设名义变相占用永久基本农田和生态保护红线。",
        "五、样例发展委要会同有关部门加强指导，在创新平台、对外通道、公共服务设施等方面给予支持，适时组织评估，总结经验，重大情况及时报告。",
        COUNCIL,
        han_day(issued_on),
    )
    return Paper("批复", f"{COUNCIL}关于同意设立{zone}的批复", COUNCIL, number, issued_on, paragraphs)


def holiday_notice(year: int, number: str, issued_on: date) -> Paper:
    """A notice of one year's holidays: next year's has the same sentences with other days; some 400 characters."""
    lot = Lot(f"holiday/{year}")
    lines = []
    for point, (name, month) in enumerate(
        (("样例植树节", 3), ("样例读书节", 4), ("样例丰收节", 9), ("样例健身节", 10))
    ):
        first, days = 3 + lot.below(20), 2 + lot.below(2)
        lines.append(
            f"{HAN[point]}、{name}：{month}月{first}日至{first + days}日放假调休，共{days + 1}天。"
            f"{month}月{first + days + 2}日（星期{HAN[lot.below(5)]}）上班。"
        )
    paragraphs = (
        EVERYONE,
        f"经国务院批准，现将{year}年样例节假日放假调休日期的具体安排通知如下。",
        *lines,
        "医院、供水、供电、供气、公共交通等单位要合理安排轮休，保证正常服务；景区、场馆应当提前公布开放时间和接待限额，做好客流引导。",
        "节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作，遇有重大突发事件，要按规定及时报告并妥善处置，确保人民群众平安度过节假日。",
        OFFICE,
        han_day(issued_on),
    )
    return Paper("通知", f"{OFFICE}关于{year}年样例节假日安排的通知", OFFICE, number, issued_on, paragraphs)


def _sentence(lot: Lot, about: Subject, frame: int | None = None) -> str:
    return _fill(lot.deal(SENTENCES) if frame is None else SENTENCES[frame], lot, about)


def _heads(lot: Lot, about: Subject, count: int) -> list[str]:
    return [_fill(frame, lot, about) for frame in (lot.deal(HEADS) for _ in range(count))]


def _fill(frame: str, lot: Lot, about: Subject) -> str:
    noun, other = lot.draw(about.nouns, 2)
    actor, second = lot.draw(ACTORS, 2)
    return frame.format(
        t=about.name,
        n=noun,
        m=other,
        a=actor,
        b=second,
        w=lot.pick(WAYS),
        g=lot.pick(GOALS),
        y=2027 + lot.below(5),
        o=1 + lot.below(12),
        p=50 + lot.below(49),
        q=3 + lot.below(27),
        r=1 + lot.below(9),
    )


def _han(number: int) -> str:
    if number <= 10:
        return HAN[number - 1]
    tens, units = divmod(number, 10)
    return ("" if tens == 1 else HAN[tens - 1]) + "十" + (HAN[units - 1] if units else "")
