"""Charsets: a page reads right whatever its header and meta tag say, and what cannot be read is said to be so."""

from __future__ import annotations

import gzip

import pytest

from syndication.decode import LARGEST_INFLATED, decode_page, strip_jsonp
from syndication.errors import UnreadablePage
from syndication.glossary import Outcome
from syndication.items import Page

TEXT = "国务院办公厅关于推进水库巡查和渡口安全工作的意见，各省、自治区、直辖市人民政府，国务院各部委、各直属机构："
TRADITIONAL = "國務院辦公廳關於推進水庫巡查和渡口安全工作的意見，各省、自治區、直轄市人民政府。"

WORD_META = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312">'


def page_of(text: str = TEXT, meta: str = "") -> str:
    return f"<html><head>{meta}<title>{text[:20]}</title></head><body><p>{text * 4}</p></body></html>"


def decoded(body: bytes, content_type: str = "", declared: str | None = None) -> Page:
    headers = {"Content-Type": content_type} if content_type else {}
    return decode_page("https://www.lj.example/1.html", 200, headers, body, None, declared)


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gb18030", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("header", ["", "text/html", "text/html; charset=UTF-8", "text/html;charset=gbk",
                                    "text/html; charset=ISO-8859-1", "text/html; charset=no-such-thing"])  # fmt: skip
@pytest.mark.parametrize("meta", ["", '<meta charset="utf-8">', WORD_META])
def test_header_and_meta_may_be_silent_or_lie(charset: str, header: str, meta: str) -> None:
    text = page_of(meta=meta)
    page = decoded(text.encode(charset), header)
    assert page.text == text
    assert page.charset_reason


def test_the_reason_names_who_said_it() -> None:
    assert decoded(page_of().encode(), "text/html; charset=utf-8").charset_reason == "said by the header"
    assert decoded(page_of().encode("gbk"), declared="gbk").charset_reason == "said by the registry"
    page = decoded(page_of().encode("gbk"), "text/html; charset=utf-8")
    assert (page.charset, page.charset_reason) == ("gb18030", "by its text")


def test_traditional_chinese_in_big5_and_utf_8() -> None:
    assert decoded(page_of(TRADITIONAL).encode("big5")).text == page_of(TRADITIONAL)
    assert decoded(page_of(TRADITIONAL).encode()).charset == "utf-8"


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
@pytest.mark.parametrize("header", ["", "text/html; charset=utf-8", "text/html; charset=gb2312"])
def test_one_bad_byte_costs_one_character(charset: str, header: str) -> None:
    body = page_of().encode(charset)
    at = body.index("渡口".encode(charset))
    for broken in (body[:at] + b"\xff" + body[at:], body[:at] + body[at + 1 :], body[:at] + b"\x80" + body[at:]):
        page = decoded(broken, header)
        assert page.charset == charset
        assert TEXT in page.text
        assert "characters replaced" in page.charset_reason


@pytest.mark.parametrize("wrongly_as", ["latin-1", "cp1252", "gb18030"])
def test_utf_8_encoded_twice_is_mojibake(wrongly_as: str) -> None:
    body = page_of().encode().decode(wrongly_as, "replace").encode()
    with pytest.raises(UnreadablePage, match="UTF-8 that was read as") as caught:
        decoded(body, "text/html; charset=utf-8")
    assert caught.value.outcome is Outcome.MOJIBAKE


@pytest.mark.parametrize("body", [
    page_of().encode("ascii", "replace").replace(b"?", "\ufffd".encode()),  # every character lost
    page_of().encode("ascii", "replace").replace(b"?", "锟斤拷".encode()),  # and read as GBK afterwards
    bytes(range(128, 256)) * 20,
])  # fmt: skip
def test_what_no_charset_makes_chinese_of_is_mojibake(body: bytes) -> None:
    with pytest.raises(UnreadablePage) as caught:
        decoded(body)
    assert caught.value.outcome is Outcome.MOJIBAKE


@pytest.mark.parametrize("text", ['{"total": 12, "rows": [1, 2, 3]}', "var a = 1;", "", "<html>© 2024 — OK é</html>"])
def test_hardly_any_text_is_no_mojibake(text: str) -> None:
    assert decoded(text.encode()).text == text


def test_scripts_of_the_regions_are_no_mojibake() -> None:
    text = page_of("བོད་རང་སྐྱོང་ལྗོངས་མི་དམངས་སྲིད་གཞུང་" * 5 + "西藏自治区")
    assert decoded(text.encode()).text == text


def test_short_gbk_is_not_read_as_something_else() -> None:
    assert decoded("联通".encode("gbk")).text == "联通"


def test_nul_bytes_and_direction_marks_are_taken_out() -> None:
    assert decoded("国务院\x00关于\u202e渡口\u200b的\ufeff意见".encode()).text == "国务院关于渡口的意见"


def test_a_gzip_body_that_nobody_asked_for() -> None:
    assert decoded(gzip.compress(page_of().encode("gbk"))).text == page_of()
    with pytest.raises(UnreadablePage) as caught:
        decoded(gzip.compress(b" " * (LARGEST_INFLATED + 1), compresslevel=1))
    assert caught.value.outcome is Outcome.TOO_LARGE
    with pytest.raises(UnreadablePage) as caught:
        decoded(b"\x1f\x8b\x08 this is no gzip")
    assert caught.value.outcome is Outcome.MOJIBAKE


@pytest.mark.parametrize("body", [b"%PDF-1.7 ...", b"PK\x03\x04....", b"\x89PNG\r\n"])
def test_a_file_is_no_page(body: bytes) -> None:
    with pytest.raises(UnreadablePage, match="not a text") as caught:
        decoded(body, "text/html")
    assert caught.value.outcome is Outcome.LAYOUT_CHANGED


@pytest.mark.parametrize(("text", "json"), [
    ('cb({"a": 1});', '{"a": 1}'),
    ("\ufeff a.b[0]([1]) ", "[1]"),
    ('jQuery1_2({"x": "(y);"})\n', '{"x": "(y);"}'),
    ("try{cb([1])}catch(e){};", "[1]"),
    ("/**/ cb && cb({});", "{}"),
    (' {"a": "f(x)"} ', '{"a": "f(x)"}'),
    ("[1, 2]", "[1, 2]"),
])  # fmt: skip
def test_strip_jsonp(text: str, json: str) -> None:
    assert strip_jsonp(text) == json
