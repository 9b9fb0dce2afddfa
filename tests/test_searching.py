"""What people type finds what the documents say, and nothing else."""

from __future__ import annotations

import sqlite3

import pytest

from syndication.store import searching

TITLE = "国务院关于“十五五”山区基层医疗（试点）　工作的批复 A-B"
NUMBER = "国发〔2026〕6号"


def finds(text, title=TITLE, number=NUMBER):
    words = searching.words(text)
    connection = sqlite3.connect(":memory:")
    query = f"SELECT {searching.conditions(('title', 'number'), words)} FROM (SELECT :title AS title, :number AS number)"
    found = connection.execute(query, {"title": title, "number": number, **searching.parameters(words)}).fetchone()[0]
    connection.close()
    return bool(found)


@pytest.mark.parametrize("text", [
    "国发〔2026〕6号", "国发[2026]6号", "国发(2026)6号", "国发（2026）6号", "国发【2026】6号", "国发［2026］6号",
    "国发〖２０２６〗６号",    "国发 〔2026〕 6 号", "国发〔 2026 〕　6号", "国发　2026",
    "山区 医疗", "医疗 山区", "医疗 6号", "医疗", "(试点)工作", "[试点]", "ａ-ｂ", "a-b", "A－B", "", "  ",
    "试点） 工作", "\x00医疗\u200b",
])  # fmt: skip
def test_it_is_found(text):
    assert finds(text)


@pytest.mark.parametrize(
    "text",
    ["国发〔2026〕7号", "山区 教育", "%", "_", "*", "?", "医*", "医?", "医%", "^", "[a-z]", "【】", "国发2026",
     "国发 〔2026〕 16 号"],
)  # fmt: skip
def test_it_is_not_found(text):
    assert not finds(text)


@pytest.mark.parametrize("sign", ["*", "?", "^", "-", "%", "_", "'", '"', "~", "\\", "㎡", "①", "］", "["])
def test_a_sign_stands_for_itself(sign):
    assert finds(sign, title=f"关于{sign}的通知")
    assert finds(f"于{sign}的", title=f"关于{sign}的通知")
    assert not finds(sign, title="关于x的通知", number="")


def test_a_search_has_an_end():
    assert len(searching.words("字 " * 500)) == 1
    assert len(searching.words(" ".join(chr(0x4E00 + n) for n in range(500)))) == searching.MOST_WORDS
    assert finds("国" * 5000) is False


def test_a_spaced_number_is_one_word():
    assert searching.words("国发 〔2026〕 6 号") == ("国发", "(2026)6号")
    assert not finds("国发 〔2026〕 6 号", number="国发〔2026〕16号")
