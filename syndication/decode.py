"""Bytes to text: which charset a page really has.

Facts of the world: headers and meta tags lie in both directions (a GBK page under `charset=utf-8`, a UTF-8 page under
ISO-8859-1, Word HTML with its own `charset=gb2312` in the middle of a UTF-8 page), many say nothing, and one cut
character must not turn a page into mojibake. Chinese text, read right, is almost wholly made of common characters;
read wrong, of rare ones, of Latin letters or of errors. So the candidates are tried and the text is looked at.
"""

from __future__ import annotations

import re
import zlib
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from w3lib.encoding import html_body_declared_encoding, resolve_encoding

from syndication.errors import UnreadablePage
from syndication.glossary import Outcome
from syndication.items import Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

LARGEST_INFLATED = 50_000_000  # bytes; what a body that was compressed unasked may grow to
SAMPLE = 400_000  # characters that are looked at when a text is judged
CLEAR = 0.9  # a text of this share of common characters needs no rival
READABLE = 0.65  # below it a text is not Chinese; real pages lie above 0.98, misread ones below 0.62
FEW = 12  # characters beyond ASCII; with fewer, nothing can be said about a text

_BOMS = ((BOM_UTF8, "utf-8"), (BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be"))
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "hz": "gb18030", "gb18030": "gb18030", "big5": "big5hkscs",
          "big5hkscs": "big5hkscs", "utf-8": "utf-8"}
_NOT_TEXT = ((b"%PDF-", "PDF"), (b"PK\x03\x04", "ZIP or Office"), (b"\xd0\xcf\x11\xe0", "Office"), (b"\x89PNG", "PNG"),
             (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"Rar!", "RAR"))
_ASCII = re.compile(r"[\x00-\x7f]+")
_UNSEEN = re.compile("[\x00\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_CALLBACK = re.compile(r"^(?:/\*.*?\*/\s*)?(?:try\s*\{\s*)?(?:[\w$][\w$.\[\]]*\s*&&\s*)?[A-Za-z_$][\w$.\[\]]*\s*\(")
_CALLBACK_END = re.compile(r"\)\s*;?\s*(?:\}\s*catch\s*\(\w+\)\s*\{\s*\}\s*;?\s*)?$")


@dataclass(frozen=True)
class _Reading:
    """A body decoded in one way. `share` is the part of its letters beyond ASCII that common Chinese has."""

    text: str
    charset: str
    reason: str
    replaced: int
    letters: int
    share: float


def decode_page(
    url: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    looked_at: datetime | None = None,
    declared_charset: str | None = None,
) -> Page:
    """The page of a response, decoded into Chinese.

    Args:
        url: absolute address that answered.
        status: HTTP status.
        headers: any spelling of the names; only `Content-Type` matters.
        body: as received; a gzip body that nobody asked for is unpacked.
        looked_at: the moment of the look, aware.
        declared_charset: what the registry says of the channel; like header and meta tag, believed only if it fits.

    Raises:
        UnreadablePage: `mojibake` when no charset makes Chinese of it, `layout_changed` when it is no text at all,
            `too_large` when it unpacks into more than `LARGEST_INFLATED` bytes.
    """
    content_type = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    body = _unpacked(body)
    for magic, name in _NOT_TEXT:
        if body.startswith(magic):
            raise UnreadablePage(Outcome.LAYOUT_CHANGED, f"not a text but a {name} file")
    best = _best(_readings(content_type, body, declared_charset))
    if best.letters >= FEW and best.share < READABLE:
        raise UnreadablePage(Outcome.MOJIBAKE, _mojibake_detail(best))
    reason = best.reason + (f"; {best.replaced} characters replaced" if best.replaced else "")
    return Page(url, status, content_type, _UNSEEN.sub("", best.text), best.charset, reason, looked_at)


def strip_jsonp(text: str) -> str:
    """The JSON of a `callback(…);` answer, also inside `try{…}catch(e){}`; any other text comes back stripped."""
    text = text.strip().lstrip("\ufeff").strip()
    start, end = _CALLBACK.match(text), _CALLBACK_END.search(text)
    if start and end and end.start() >= start.end():
        return text[start.end() : end.start()].strip()
    return text


def _unpacked(body: bytes) -> bytes:
    if not body.startswith(b"\x1f\x8b\x08"):
        return body
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(body, LARGEST_INFLATED)
    except zlib.error as error:
        raise UnreadablePage(Outcome.MOJIBAKE, f"a gzip body that cannot be unpacked: {error}") from error
    if unpacker.unconsumed_tail:
        raise UnreadablePage(Outcome.TOO_LARGE, f"a gzip body of more than {LARGEST_INFLATED} bytes")
    return plain


def _readings(content_type: str, body: bytes, declared: str | None) -> Iterator[_Reading]:
    """Readings in the order of trust; whoever takes them stops at a clear one."""
    for bom, charset in _BOMS:
        if body.startswith(bom):
            yield _read(body[len(bom) :], charset, "byte order mark")
            return
    if wide := _wide(body):
        yield _read(body, wide, "its zero bytes stand at every other place")
        return
    said = {"registry": declared, "header": _header_charset(content_type), "page": html_body_declared_encoding(body)}
    named = {_wider(label): source for source, label in reversed(said.items())}
    as_utf8 = _read(body, "utf-8", f"said by the {named['utf-8']}" if "utf-8" in named else "by its text")
    yield as_utf8
    if as_utf8.replaced == 0 and (as_utf8.letters >= FEW or not {"gb18030", "big5hkscs"} & named.keys()):
        return  # another charset does not form valid UTF-8 by chance, or not more than a few characters of it
    for charset in sorted(("gb18030", "big5hkscs"), key=lambda name: name not in named):
        yield _read(body, charset, f"said by the {named[charset]}" if charset in named else "by its text")


def _wide(body: bytes) -> str:
    """UTF-16 without a byte order mark: its ASCII leaves zero bytes at odd (little-endian) or even places only."""
    even, odd = body[0::2].count(0), body[1::2].count(0)
    if max(even, odd) < max(8, len(body) // 40) or min(even, odd) * 10 > max(even, odd):
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _header_charset(content_type: str) -> str | None:
    found = re.search(r"charset\s*=\s*[\"']?([\w-]+)", content_type, re.IGNORECASE)
    return found[1] if found else None


def _wider(label: str | None) -> str | None:
    """The superset that pages mean by a label; None for labels that cannot hold Chinese (ISO-8859-1) or are unknown."""
    name = resolve_encoding(label) if label else None
    return _WIDER.get(name or "")


def _best(readings: Iterator[_Reading]) -> _Reading:
    """The first reading that is clearly Chinese or plain ASCII, else the one with the highest share."""
    seen: list[_Reading] = []
    for reading in readings:
        if reading.replaced == 0 and (reading.letters == 0 or reading.share >= CLEAR):
            return reading
        seen.append(reading)
    return max(seen, key=lambda reading: round(reading.share, 2))  # the first of equals


def _read(body: bytes, charset: str, reason: str) -> _Reading:
    try:
        text, replaced = body.decode(charset), 0
    except UnicodeDecodeError:
        text = body.decode(charset, errors="replace")
        replaced = text.count("\ufffd")
    letters, share = _weigh(text)
    name = "big5" if charset == "big5hkscs" else charset
    return _Reading(text, name, reason, replaced, letters, share)


def _weigh(text: str) -> tuple[int, float]:
    """How many characters beyond ASCII say something about the charset, and which share of them is common Chinese."""
    common = _common_characters()
    good = bad = 0
    beyond_ascii = _ASCII.sub("", text)[:SAMPLE].replace("锟斤拷", "\ufffd")  # replacement characters, read as GBK
    for character, count in Counter(beyond_ascii).items():
        if character in common:
            good += count
        elif not _says_nothing(character):
            bad += count
    return good + bad, good / (good + bad) if good + bad else 0.0


@cache
def _common_characters() -> frozenset[str]:
    """The first levels of GB 2312 and Big5 (some 7,000 characters), Chinese punctuation and full-width forms."""
    simplified = _characters("gb2312", range(0xB0, 0xD8), range(0xA1, 0xFF))
    traditional = _characters("big5", range(0xA4, 0xC7), [*range(0x40, 0x7F), *range(0xA1, 0xFF)])
    marks = "".join(map(chr, [*range(0x3000, 0x3040), *range(0xFF01, 0xFF61)]))
    return frozenset(simplified + traditional + marks)


def _characters(charset: str, highs: Iterable[int], lows: Sequence[int]) -> str:
    return bytes(byte for high in highs for low in lows for byte in (high, low)).decode(charset, "ignore")


def _says_nothing(character: str) -> bool:
    """General punctuation, signs, and scripts that Chinese sites use rightly: they speak for no charset.

    Tibetan, Mongolian, Uyghur (Arabic) and Yi pages exist on portals of those regions.
    """
    code = ord(character)
    return (
        code in {0xA0, 0xA9, 0xAE, 0xB0, 0xB1, 0xB7, 0xD7, 0xAB, 0xBB}
        or 0x2000 <= code <= 0x2BFF
        or 0x0600 <= code <= 0x06FF
        or 0x0F00 <= code <= 0x0FFF
        or 0x1800 <= code <= 0x18AF
        or 0xA000 <= code <= 0xA4CF
    )


def _mojibake_detail(best: _Reading) -> str:
    sample = best.text[:SAMPLE]
    for charset in ("latin-1", "cp1252", "gb18030"):
        letters, share = _weigh(sample.encode(charset, "ignore").decode("utf-8", "ignore"))
        if letters >= FEW and share >= READABLE:
            return f"the server sends UTF-8 that was read as {charset} and encoded once more"
    return f"no charset makes Chinese of it; the best is {best.charset} with {best.share:.0%} common characters"
