"""Where an element stands: how deep in the page's tree, and on the screen where a browser measured the page.

Fact: `syndication.render` lets a browser write into every element with a short text where it stands on the screen, as
`data-syndication-box="left top width height"` in pixels; elements that are not shown get none. So what was measured lies
in the evidence with the page, and a replay reads the same.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from lxml.etree import _Element as Element

    from syndication.items import Ask, ColumnSight, Page

BOX = "data-syndication-box"
RENDERED = "RENDER"
"""The method of a request whose answer is the page as a browser shows it."""
SCREEN = (1366, 768)


def as_shown(ask: Ask, options: Mapping[str, Any]) -> Ask:
    """The request of a channel's page: for the page as a browser shows it, if the channel has the option `render`."""
    return replace(ask, method=RENDERED) if options.get("render") and ask.method == "GET" else ask


def depth_of(element: Element) -> int:
    """How many elements stand around one below <body>."""
    return sum(1 for above in element.iterancestors() if above.tag not in {"body", "html"})


def measured(sight: ColumnSight, element: Element, page: Page) -> ColumnSight:
    """The sight with what a browser measured of its element; unchanged for a page that no browser showed."""
    if page.ask is None or page.ask.method != RENDERED:
        return sight
    box = _box(element)
    if box is None:
        return replace(sight, rendered=True, first_screen=False)
    left, top, width, height = box
    seen = min(left, top) >= 0 and left + width <= SCREEN[0] and top + height <= SCREEN[1]
    return replace(sight, rendered=True, pixels=max(top, 0), first_screen=seen)


def _box(element: Element) -> tuple[int, int, int, int] | None:
    """The box of an element or of a part of it (a label can be made of parts); of what holds it for a script."""
    above = islice(element.iterancestors(), 2) if element.tag == "script" else ()
    for node in (*element.iter(), *above):
        parts = (node.get(BOX) or "").split()
        if len(parts) == 4:
            left, top, width, height = (int(part) for part in parts)
            return left, top, width, height
    return None
