"""The small labelled set of our own writing: tests/pairs/<expected>-<slug>/. A change that lowers matching fails here.

A folder holds `release*.txt` (must be matched), `other-*.txt` (must not be) and `page.txt`, each with its title in the
first line, and where it matters `case.toml` with further fields. `none`: nothing may be claimed; `review`: every
release must be offered, undecided.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from syndication.clock import beijing_midnight, day_interval
from syndication.matching import Match, Matcher, PostingText, ReleaseText

PAIRS = sorted((Path(__file__).parent / "pairs").iterdir())


def titled(path: Path) -> tuple[str, str]:
    title, _, text = path.read_text(encoding="utf-8").partition("\n")
    return title, text.strip()


def matches_of(folder: Path) -> list[Match]:
    case = tomllib.loads((folder / "case.toml").read_text("utf-8")) if (folder / "case.toml").exists() else {}
    about, releases = case.get("release", {}), []
    for path in sorted([*folder.glob("release*.txt"), *folder.glob("other-*.txt")]):
        came: date | None = about.get("released_on")
        releases.append(ReleaseText(
            path.stem, about.get("url", ""), *titled(path), issued_on=about.get("issued_on"),
            released_at=beijing_midnight(came) if came else None, aliases=tuple(about.get("aliases", ())),
        ))  # fmt: skip
    posting = case.get("posting", {})
    published = posting.get("published")
    title, text = titled(folder / "page.txt")
    return Matcher(releases).match(PostingText(
        "page", posting.get("url", "https://www.haichuan.example/a.html"), title, text, read=posting.get("read", True),
        published=day_interval(published) if published else None, links=tuple(posting.get("links", ())),
        target=posting.get("target", ""),
    ))  # fmt: skip


@pytest.mark.parametrize("folder", PAIRS, ids=lambda folder: folder.name)
def test_pair_is_matched_as_its_folder_says(folder: Path) -> None:
    expected = folder.name.split("-")[0]
    wanted = {path.stem for path in folder.glob("release*.txt")}
    found = matches_of(folder)
    decided = {(match.release_id, match.mode.value) for match in found if match.decided}
    if expected == "review":
        assert decided == set()
        assert {match.release_id for match in found} == wanted
    else:
        assert decided == {(release, expected) for release in wanted}


def test_every_kind_of_answer_has_pairs() -> None:
    kinds = {folder.name.split("-")[0] for folder in PAIRS}
    assert kinds == {"copy", "abridged", "link", "wrapped_link", "title_only", "none", "review"}
