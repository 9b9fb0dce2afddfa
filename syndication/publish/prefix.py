"""The path under which a proxy shows the pages (`serve --prefix`): taken off what comes in, put before what leads on.

Fact of the world: Datasette 0.65 finds its pages with and without `base_url` in the path of a request, but puts
`base_url` before addresses that it makes of that path, so that it stands there twice (sorting, facets, the next page, JSON).
Some addresses it makes without looking at `base_url` at all: redirects, and the links of a facet by date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def taken_off(scope: Any, base_url: str) -> Any:
    """A request's ASGI scope as if the pages stood at the root; as it is where its path does not begin so."""
    path, raw_path = scope["path"], scope.get("raw_path") or scope["path"].encode()
    if not path.startswith(base_url) or not raw_path.startswith(base_url.encode()):
        return scope
    slash = len(base_url) - 1
    return {**scope, "path": path[slash:], "raw_path": raw_path[slash:]}


def put_before(headers: Iterable[tuple[bytes, bytes]], base_url: str) -> list[tuple[bytes, bytes]]:
    """An answer's headers, with redirects that lead to a path of ours without it led there with it."""
    prefix = base_url.encode()

    def led(name: bytes, value: bytes) -> bytes:
        own = name.lower() == b"location" and value.startswith(b"/") and not value.startswith(prefix)
        return prefix + value[1:] if own else value

    return [(name, led(name, value)) for name, value in headers]


def keep_in_links(datasette: Any) -> None:
    """Has a Datasette put it into those full addresses, too, that it makes of a request's path alone."""
    usual = datasette.absolute_url
    datasette.absolute_url = lambda request, path: usual(request, datasette.urls.path(path))
