"""What is picked on every page: a span, an edition of the rules, a level; read from the address and written into links."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from datasette.utils.asgi import BadRequest  # type: ignore[import-untyped]  # Datasette ships no types

from syndication.glossary import Level, chinese
from syndication.publish.workbench import spans
from syndication.store import figures
from syndication.store.figures import Days

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from syndication.publish.workbench.spans import Span

DEFAULT_EDITION = "inspection-24h"


@dataclass(frozen=True)
class Picks:
    """The picks of a page, and among what is picked. `everything` is None where there are no verdicts.

    `names` are those of the editions, `today` is Beijing's.
    """

    span: Span
    edition: str
    level: str
    editions: tuple[str, ...]
    everything: Days | None
    today: date
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, str]:
        """As they stand in an address."""
        found = {"edition": self.edition, "level": self.level}
        if self.span.name:
            found["p"] = self.span.name
        else:
            found |= {"from": self.span.days.first.isoformat(), "to": self.span.days.last.isoformat()}
        return {key: value for key, value in found.items() if value}

    def link(self, path: str, span: Span | None = None, /, **more: object) -> str:
        """An address with these picks, with another span where one is given; empty values are left out."""
        picks = self.parameters if span is None else replace(self, span=span).parameters
        given = {**picks, **{key.rstrip("_"): str(value) for key, value in more.items() if value is not None}}
        return f"{path}?{urlencode({key: value for key, value in given.items() if value})}"

    @property
    def edition_label(self) -> str:
        """The edition as people read it."""
        return self.names.get(self.edition, self.edition)

    @property
    def level_label(self) -> str:
        """The level as people read it."""
        return chinese(Level(self.level)) if self.level else "全部门户"


    @property
    def running(self) -> bool:
        """Whether the span is not over yet."""
        return self.span.days.last >= self.today

    @property
    def recent(self) -> list[tuple[str, Span]]:
        """The spans of days that are asked for most, with what people call them."""
        return list(zip(("昨天", "近 7 天", "近 30 天"), spans.latest(self.today), strict=True))


def read(connection: sqlite3.Connection, request: Any, today: date, names: Mapping[str, str]) -> Picks:
    """The picks of a request; what it does not say is the quarter of the newest release, the usual edition, both levels.

    Before there are verdicts the editions are those with `names`. Raises BadRequest for a day, an edition or a level
    that does not exist.
    """
    editions = figures.editions(connection) or list(names)
    edition = request.args.get("edition") or (DEFAULT_EDITION if DEFAULT_EDITION in editions or not editions else editions[0])
    if edition not in {*editions, *names}:
        raise BadRequest(f"没有这个规则版本：{edition}")
    level = request.args.get("level") or ""
    if level not in {"", *Level}:
        raise BadRequest(f"没有这个级别：{level}")
    everything = figures.span_of(connection, edition)
    return Picks(_span(request, everything, today), edition, level, tuple(editions), everything, today, names)


def _span(request: Any, everything: Days | None, today: date) -> Span:
    first, last, name, shown = (str(request.args.get(key) or "") for key in ("from", "to", "p", "shown"))
    if name and shown == f"{first}/{last}":  # the form still held these days when a named span was chosen
        first = last = ""
    try:
        if first or last:
            newest = max(everything.last, today) if everything else today
            oldest = everything.first if everything else today
            return spans.given(first or min(oldest, date.fromisoformat(last)).isoformat(),
                               last or max(newest, date.fromisoformat(first)).isoformat())  # fmt: skip
        if name and name != spans.EVERYTHING:
            return spans.named(name)
    except ValueError:
        raise BadRequest(f"时段无法识别：{first or name} {last}".rstrip()) from None
    if name == spans.EVERYTHING and everything:
        return spans.Span(spans.EVERYTHING, everything)
    return spans.named(spans.quarter_of(everything.last if everything else today))
