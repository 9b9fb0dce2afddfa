"""What a person types into a search, as conditions: all words, in whatever width, brackets and case.

Facts of the world: nobody types 〔〕, so 国发[2026]6号, 国发（2026）6号 and 国发【2026】6号 all mean 国发〔2026〕6号; input
methods write full-width digits and blanks; titles are wrapped with blanks inside. The trigram index of SQLite needs three
characters, and 环保 has two. A GLOB over the titles and numbers of fifteen thousand releases takes 30 ms, so no index is kept,
and GLOB knows sets of characters: what a character may stand for is written into the pattern, and the stored text stays as
it is.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_WORDS = 8
LONGEST = 100
"""Characters of a search that are read; a title has fewer."""
_OPENING, _CLOSING = "(（〔［[【〖｛{﹝", "]〕］)）】〗｝}﹞"  # a set of GLOB may hold `]` as its first only
_NUMBER = re.compile(r"\(\s*(\d{4})\s*\)\s*(\d+)\s*(号?)")
"""The year and number of a document: one word, however it is spaced; else 6 would find 16 as well."""
_NO_CHARACTERS = frozenset({"Cs", "Co", "Cn"})
_BLANKS = (" ", "\u3000", "\u00a0")


def words(text: str) -> tuple[str, ...]:
    """The words of a search, folded: what all have to be found."""
    told = "".join(c for c in map(_folded, text[:LONGEST]) if c.isprintable() or c.isspace())
    return tuple(dict.fromkeys(_NUMBER.sub(r"(\1)\2\3", told).split()))[:MOST_WORDS]


def _folded(character: str) -> str:
    """A character in one width and case, brackets round; one that would become several (㎡) stays as it is."""
    form = unicodedata.normalize("NFKC", character).lower()
    return character if len(form) != 1 else "(" if form in _OPENING else ")" if form in _CLOSING else form


def parameters(found: Sequence[str]) -> dict[str, str]:
    """The patterns of the words by the names that `conditions` uses."""
    return {f"word{place}": pattern(word) for place, word in enumerate(found)}


def pattern(word: str) -> str:
    """A GLOB pattern for a word that stands anywhere."""
    return f"*{''.join(map(_set, word))}*"


def conditions(columns: Sequence[str], found: Sequence[str]) -> str:
    """SQL: each word stands in one of the columns, blanks between its characters left aside."""
    texts = [_without_blanks(column) for column in columns]
    each = (" OR ".join(f"{text} GLOB :word{place}" for text in texts) for place in range(len(found)))
    return " AND ".join(f"({any_text})" for any_text in each) or "1"


def _without_blanks(column: str) -> str:
    for blank in _BLANKS:
        column = f"replace({column}, '{blank}', '')"
    return column


def _set(character: str) -> str:
    """The characters that a folded one stands for, as a set of GLOB; there `-` may stand last only, and `^` not first."""
    if character in "()":
        return f"[{_OPENING if character == '(' else _CLOSING}]"
    alike = _alike().get(character, "") + character
    return f"[{alike}]" if len(alike) > 1 or character in "*?" else character


@cache
def _alike() -> dict[str, str]:
    """For each folded character the others that fold into it."""
    found: dict[str, str] = {}
    for character in map(chr, range(sys.maxunicode + 1)):
        if unicodedata.category(character) not in _NO_CHARACTERS and (folded := _folded(character)) != character:
            found[folded] = found.get(folded, "") + character
    return found
