"""判定说明: what a verdict means and what it does not, for those who are told of one. Its text is docs/verdicts.zh-CN.md."""

from __future__ import annotations

from typing import Any

from syndication.publish.workbench import pages


async def meaning_page(datasette: Any, request: Any) -> Any:
    """`/-/meaning`: needs the right to see the pages; it holds nothing of the database."""
    await pages.allowed(datasette, request)
    return await pages.rendered(datasette, request, "meaning", {})
