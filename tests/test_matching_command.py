"""`syndication match-texts`: JSON lines in, JSON lines out, and a wrong line named by file and number."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from syndication.match_texts import TextLineError, match_texts, match_texts_command

TITLE, _, TEXT = (Path(__file__).parent / "pairs" / "copy-plain" / "release.txt").read_text("utf-8").partition("\n")
GOOD = {"id": "r1", "title": TITLE, "text": TEXT}


def written(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return path


def test_one_line_for_each_claim_and_one_with_null_for_a_page_without_any(tmp_path: Path) -> None:
    releases = written(tmp_path / "r.jsonl", GOOD, "")
    pages = written(
        tmp_path / "p.jsonl",
        {"id": "p1", "title": TITLE, "text": TEXT, "url": None, "source": "中国政府网"},
        {"id": "p2", "title": "春耕", "text": "全省春耕备耕现场会日前召开。"},
    )
    result = CliRunner().invoke(match_texts_command, [str(releases), str(pages)])
    assert result.exit_code == 0
    assert [json.loads(line) for line in result.output.splitlines()] == [
        {"page_id": "p1", "release_id": "r1", "mode": "copy", "score": 1.0},
        {"page_id": "p2", "release_id": None, "mode": None, "score": None},
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not a JSON line"),
        ("[1]", "not a JSON object"),
        ('{"id": "x", "title": "t"}', "text is missing"),
        ('{"id": 1, "title": "t", "text": ""}', "id is not text"),
        ('{"id": "x", "title": "t", "text": "", "url": 5}', "url is not text"),
        (json.dumps(GOOD), "the id r1 came before"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, reason: str) -> None:
    releases = written(tmp_path / "r.jsonl", GOOD, "", line)
    with pytest.raises(TextLineError, match=rf"r\.jsonl, line 3: .*{reason}"):
        match_texts(releases, written(tmp_path / "p.jsonl", GOOD), io.StringIO())


def test_a_line_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    pages = tmp_path / "p.jsonl"
    pages.write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode() + b"\n\xff\xfe\n")
    with pytest.raises(TextLineError, match="line 2"):
        match_texts(written(tmp_path / "r.jsonl", GOOD), pages, io.StringIO())
