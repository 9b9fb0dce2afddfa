"""The page 判定说明 of the workbench, made from docs/verdicts.zh-CN.md: the program reads no Markdown when it serves.

Fact of the world: markdown-it-py comes with rich, which this program needs anyway.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

SOURCE = "docs/verdicts.zh-CN.md"
TARGET = "syndication/publish/templates/workbench/meaning_text.html"
_HEAD = "{# made from docs/verdicts.zh-CN.md (make docs); tests/test_docs.py compares #}\n"


def meaning_fragment(text: str) -> str:
    """The page's text as HTML; a line that only leads to another document is left out, its readers have no repository.

    Raises ValueError for a text that holds a template's own signs.
    """
    if "{{" in text or "{%" in text or "{#" in text:
        raise ValueError(f"{SOURCE} holds what a template would take for its own signs")
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("softbreak", lambda *_: "")  # Chinese has no blank where a line of the source ends
    tokens = _named(_kept(parser.parse(text)))
    html: str = parser.renderer.render(tokens, parser.options, {})
    return _HEAD + html.replace("</table>", "</table></div>")


def _kept(tokens: Sequence[Token]) -> list[Token]:
    """The tokens without the paragraphs that are one link to a file."""
    kept: list[Token] = []
    place = 0
    while place < len(tokens):
        if tokens[place].type == "paragraph_open" and _is_one_link(tokens[place + 1]):
            place += 3
            continue
        kept.append(tokens[place])
        place += 1
    return kept


def _is_one_link(inline: Token) -> bool:
    children = inline.children or []
    return len(children) == 3 and children[0].type == "link_open" and ":" not in str(children[0].attrs["href"])


def _named(tokens: Sequence[Token]) -> list[Token]:
    """Each table in a region that scrolls by itself on a phone, named by the heading above it."""
    heading, named = "", []
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and following is not None:
            heading = following.content
        if token.type == "table_open":
            token.attrs["class"] = "rows"
            region = token.copy(type="html_block", tag="", attrs={}, nesting=0)
            region.content = f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(heading)}">'
            named.append(region)
        named.append(token)
    return named
