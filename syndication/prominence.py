"""Whether the column of State Council policy information stands prominently on a home page: a rule of rules.toml.

Fact of the world: the special inspection of 2016 asked for the column in a 首页显著位置 and published the share of sites
that have it ("over 90 %"); no text seen says what 显著 is. So the rule is ours, is data, and can be changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from syndication.glossary import ColumnState

if TYPE_CHECKING:
    from syndication.items import ColumnSight


@dataclass(frozen=True)
class Prominence:
    """The rule. `highest_order` counts blocks of content in page order; `most_pixels` from the page's top, if rendered."""

    highest_order: int = 5
    most_pixels: int = 1536
    list_needed: bool = True
    navigation_counts: bool = False

    def holds_for(self, sight: ColumnSight) -> bool:
        """Whether a column as seen is prominent.

        What a browser measured goes before the order in the source: it is what visitors see. A column that the browser
        did not show is not prominent, wherever it stands in the source.
        """
        if sight.state is ColumnState.NO_ENTRY:
            return False
        if self.list_needed and sight.state is ColumnState.ENTRY_WITHOUT_LIST:
            return False
        if sight.in_navigation:
            return self.navigation_counts
        if sight.rendered:
            return sight.pixels is not None and sight.pixels <= self.most_pixels
        return sight.order is not None and sight.order <= self.highest_order
