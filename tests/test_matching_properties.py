"""What holds for any text: itself is a copy, order does not matter, strangers change nothing, hostile texts are bounded."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndication.glossary import Mode
from syndication.matching import Matcher, PostingText, ReleaseText

HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
PROSE = st.text(alphabet=st.one_of(HAN, st.sampled_from("0123456789，。；\n（）ABC")), min_size=30, max_size=600).filter(
    lambda text: sum(c.isalnum() for c in text) >= 20
)
TITLE = st.text(alphabet=HAN, min_size=6, max_size=30)
PAPERS = st.lists(st.tuples(TITLE, PROSE), min_size=1, max_size=5, unique_by=(lambda p: p[0], lambda p: p[1]))


def releases(papers: list[tuple[str, str]]) -> list[ReleaseText]:
    return [ReleaseText(f"r{i}", f"https://www.gov.cn/{i}.htm", *paper) for i, paper in enumerate(papers)]


@settings(deadline=None, max_examples=60)
@given(TITLE, PROSE)
def test_any_text_matches_itself_as_copy(title: str, text: str) -> None:
    found = Matcher([ReleaseText("r", "", title, text)]).match(PostingText("p", "https://a.example/", title, text))
    assert [(m.release_id, m.mode, m.decided) for m in found] == [("r", Mode.COPY, True)]


@settings(deadline=None, max_examples=40)
@given(PAPERS, st.randoms())
def test_order_of_releases_and_pages_does_not_matter(papers: list[tuple[str, str]], random: object) -> None:
    known = releases(papers)
    postings = [PostingText(f"p{i}", "", title, "首页\n" + text) for i, (title, text) in enumerate(papers)]
    one, other = Matcher(known), Matcher(reversed(known))
    answers = {posting.posting_id: one.match(posting) for posting in postings}
    for posting in reversed(postings):
        assert other.match(posting) == answers[posting.posting_id]


@settings(deadline=None, max_examples=40)
@given(PAPERS)
def test_an_unrelated_release_changes_nothing(papers: list[tuple[str, str]]) -> None:
    stranger = ReleaseText("stranger", "https://www.gov.cn/s.htm", "вовсе не о том", "иной бумаги слова " * 20)
    without, with_it = Matcher(releases(papers)), Matcher([stranger, *releases(papers)])
    for title, text in papers:
        posting = PostingText("p", "", title, text)
        assert with_it.match(posting) == without.match(posting)


SNIPPET = "国务院办公厅关于促进城市慢行交通健康发展的指导意见现印发给你们请认真贯彻执行"
HOSTILE = {
    "empty": "", "one character": "国", "one character for ever": "的" * 5_000_000, "lines": "\n" * 5_000_000,
    "a phrase for ever": SNIPPET[:10] * 500_000, "addresses": "http://www.gov.cn/0.htm " * 200_000,
    "dates": "2031年1月1日通过" * 400_000, "numbers": "国发〔2031〕" * 500_000, "widening": "㍿㎡Ⅷ" * 1_000_000,
    "surrogates": "\ud800" * 1_000_000, "bits of the paper": "".join(SNIPPET[i * 7 % 25 :][:9] for i in range(400_000)),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_answer_in_bounded_time_and_with_a_bounded_card(name: str) -> None:
    matcher = Matcher([
        ReleaseText("r", "https://www.gov.cn/0.htm", SNIPPET, SNIPPET * 8),
        ReleaseText("endless", "", "无尽的文件", "的" * 300_000),
        ReleaseText("nothing", "", "", ""),
    ])
    begin = time.process_time()
    found = matcher.match(PostingText("p", "https://a.example/jump?url=http" + "%3A" * 5000, SNIPPET, HOSTILE[name]))
    assert time.process_time() - begin < 5
    assert all(len(json.dumps(dict(match.card))) < 30_000 for match in found)
