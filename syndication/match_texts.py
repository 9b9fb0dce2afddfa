"""`syndication match-texts RELEASES.jsonl PAGES.jsonl`: the matching alone, on texts, without store or network.

Input lines hold `id, title, text` and optionally `url, document_number, source`; output lines hold `page_id,
release_id` (null for a page that republishes nothing), `mode, score`, one for each decided republication.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from syndication.errors import SyndicationError
from syndication.matching import Matcher, PostingText, ReleaseText

if TYPE_CHECKING:
    from collections.abc import Iterator

_REQUIRED = ("id", "title", "text")
_OPTIONAL = ("url", "document_number", "source")


class TextLineError(SyndicationError):
    """A line of a JSON lines file cannot be used; a person mends the file. Nothing was printed for it."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}, line {line}: {reason}")


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a JSON lines file with their line numbers, strictly read; empty lines are passed over.

    Raises:
        TextLineError: a line is not UTF-8, not a JSON object, lacks a field or has one that is not text.
    """
    with path.open("rb") as lines:
        for number, raw in enumerate(lines, 1):
            if not raw.strip():
                continue
            try:
                row = json.loads(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
            except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
                raise TextLineError(path, number, f"not a JSON line: {error}") from error
            yield number, _checked(path, number, row)


def _checked(path: Path, number: int, row: Any) -> dict[str, str]:
    if not isinstance(row, dict):
        raise TextLineError(path, number, "not a JSON object")
    for name in _REQUIRED:
        if name not in row:
            raise TextLineError(path, number, f"{name} is missing")
    fields = {name: row[name] for name in (*_REQUIRED, *_OPTIONAL) if row.get(name) is not None or name in _REQUIRED}
    for name, value in fields.items():
        if not isinstance(value, str):
            raise TextLineError(path, number, f"{name} is not text")
    return fields


def match_texts(releases_path: Path, pages_path: Path, out: TextIO) -> None:
    """Writes a JSON line for each decided match of each page, and one with null for a page without any.

    Raises:
        TextLineError: see `read_lines`; also for an id that comes twice.
    """
    releases: dict[str, ReleaseText] = {}
    for number, row in read_lines(releases_path):
        if row["id"] in releases:
            raise TextLineError(releases_path, number, f"the id {row['id']} came before")
        releases[row["id"]] = ReleaseText(row["id"], row.get("url", ""), row["title"], row["text"],
                                          row.get("document_number", ""))
    matcher = Matcher(releases.values())
    for _, row in read_lines(pages_path):
        posting = PostingText(row["id"], row.get("url", ""), row["title"], row["text"],
                              document_number=row.get("document_number", ""), source=row.get("source", ""))
        found = [match for match in matcher.match(posting) if match.decided]
        for match in found:
            _write(out, row["id"], match.release_id, match.mode.value, match.score)
        if not found:
            _write(out, row["id"], None, None, None)


def _write(out: TextIO, page: str, release: str | None, mode: str | None, score: float | None) -> None:
    line = {"page_id": page, "release_id": release, "mode": mode, "score": score}
    out.write(json.dumps(line, ensure_ascii=False) + "\n")


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("match-texts")
@click.argument("releases", type=_FILE)
@click.argument("pages", type=_FILE)
def match_texts_command(releases: Path, pages: Path) -> None:
    """Match PAGES with RELEASES (JSON lines: id, title, text) and print JSON lines.

    Example: syndication match-texts releases.jsonl pages.jsonl > matches.jsonl
    """
    match_texts(releases, pages, sys.stdout)


if __name__ == "__main__":
    match_texts_command()
