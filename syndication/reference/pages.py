"""Which documents are generated, and from what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spiders.families.document import document as families
from syndication.reference.commands import commands_page
from syndication.reference.meaning import SOURCE, TARGET, meaning_fragment
from syndication.reference.schema import schema_page

if TYPE_CHECKING:
    from pathlib import Path


def pages(checkout: Path) -> dict[str, str]:
    """Each generated document by its path in the checkout, which holds the text that people write."""
    return {
        "docs/commands.md": commands_page(),
        "docs/families.md": families(),
        "docs/schema.md": schema_page(),
        TARGET: meaning_fragment((checkout / SOURCE).read_text("utf-8")),
    }
