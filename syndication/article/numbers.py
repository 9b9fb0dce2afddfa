"""Document numbers (文号): one spelling for all, and which number on a page is the page's own.

Facts of the world: the same number is printed as 国办发〔2018〕115号, 国办发[2018]115号 or 国办发（2018）115号;
orders are 国令第707号 in the table of www.gov.cn and 中华人民共和国国务院令 第707号 above the text. Papers quote the
numbers of other papers all over their text; their own stands alone on a line below the title, or in the page's table.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_HALF = str.maketrans("０１２３４５６７８９－", "0123456789-")
_OPEN, _CLOSE = r"[〔\[（(【﹝［{〈<]", r"[〕\]）)】﹞］}〉>]"
_OFFICE = r"[\u4e00-\u9fff（）()、·]{1,24}?"
_BRACKETED = re.compile(rf"(?P<office>{_OFFICE}){_OPEN}(?P<year>(?:19|20)\d{{2}})年?{_CLOSE}第?(?P<number>\d{{1,5}})号")
_ORDER = re.compile(
    r"(?P<office>[\u4e00-\u9fff]{1,30}?)令?(?:\((?P<year>\d{4})年?\)|(?P<plain>\d{4})年)?第?(?P<number>\d{1,4})号令?"
)
_STATE_COUNCIL_ORDER = re.compile(r"(?:中华人民共和国)?国(?:务院)?令第?(\d{1,4})号|国务院令\(?第?(\d{1,4})号\)?")
_NUMBER_LINE = re.compile(r"^[（(【\[]?(.{4,60}?号令?)[）)】\]]?$")
_NOT_OWN_TITLE = re.compile(r"解读|贯彻|落实|转发|实施|学习|宣传|问答|答记者问|摘要|修改")
_HEAD = 12  # lines below which a number of its own does not stand


def normal_number(raw: str) -> str:
    """A document number in its one spelling: `国办发〔2018〕115号`, `国令第707号`; empty if the text is no number.

    The text must be a number as a whole, apart from blanks and brackets around it.
    """
    text = re.sub(r"[\s\u3000]", "", raw).translate(_HALF)
    if found := _STATE_COUNCIL_ORDER.fullmatch(text):
        return f"国令第{found[1] or found[2]}号"
    if found := _BRACKETED.fullmatch(text):
        return f"{found['office']}〔{found['year']}〕{int(found['number'])}号"
    if "令" in text and (found := _ORDER.fullmatch(text)):
        year = found["year"] or found["plain"]
        return f"{found['office'].removesuffix('令')}令{f'〔{year}〕' if year else '第'}{int(found['number'])}号"
    return ""


def own_number(table_value: str, title: str, body: Iterable[str]) -> str:
    """The page's own document number: its table's, else a line of its own at the body's head, else the title's end.

    Args:
        table_value: what stands beside 发文字号 or 文号, if anything.
        title: the page's title; a number in brackets at its end is its own unless the title speaks about a paper.
        body: the lines of the body.
    """
    if number := normal_number(_first_number(table_value)):
        return number
    head = [line for _, line in zip(range(_HEAD), body, strict=False)]
    for at, line in enumerate(head):
        if len(line) > 90:
            break  # the text proper has begun
        candidate = line if len(line) <= 40 and "\t" not in line else ""
        following = head[at + 1] if at + 1 < len(head) else ""
        for one in (candidate, f"{line}{following}" if re.fullmatch(r"第\s*\d{1,4}\s*号", following) else ""):
            found = _NUMBER_LINE.match(re.sub(r"[\s\u3000]", "", one))
            if found and (number := normal_number(found[1])):
                return number
    in_title = re.search(rf"[（(]([^（()）]{{2,20}}{_OPEN}\d{{4}}{_CLOSE}第?\d{{1,5}}号)[）)]$", title)
    if in_title and not _NOT_OWN_TITLE.search(title):
        return normal_number(in_title[1])
    return ""


def _first_number(value: str) -> str:
    """The first of several values in one cell (`国发〔2018〕41号 国办发…`), or the cell."""
    parts = re.split(r"号(?!令)(?=\S)|[;；\t]", value.strip(), maxsplit=1)
    return parts[0] + "号" if len(parts) > 1 and not parts[0].endswith("号") else parts[0]
