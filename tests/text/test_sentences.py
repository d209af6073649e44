"""Sentences: cut where a reader would, and never too long to quote."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicegap.text.tokens import lex, sentences, tokenize
from servicegap.text.view import View

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "golden" / "sentences.jsonl").read_text("utf-8").splitlines()
]
LONGEST = 300

WORDS = st.sampled_from(
    [
        *(
            "the",
            "parcel",
            "never",
            "came",
            "and",
            "nobody",
            "called",
            "me",
            "back",
            "so",
            "i",
            "rang",
            "them",
            "again",
        ),
        *("but", "they", "said", "no", "because", "24-48", "hours", "£40", "#fail", "@shop", "😡", "isn't", "Mr."),
        *("U.S.", "ok.", "why?", "no!", "wait...", "(really)", '"no"', "I", "Then", ",", ";", "-", "\n", "\n\n"),
    ]
)
TEXTS = st.one_of(
    st.lists(WORDS, max_size=120).map(" ".join),
    st.text(alphabet=st.characters(codec="ascii"), max_size=700),
    st.text(alphabet=" .!?\"'()\nabAB1", max_size=400),
)


@pytest.mark.parametrize("case", CASES, ids=[f"{n}-{case['rule']}" for n, case in enumerate(CASES)])
def test_table(case: dict[str, object]) -> None:
    text = case["text"]
    assert isinstance(text, str)
    assert [text[span.start : span.end] for span in sentences(text)] == case["sentences"]


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_sentences_tile_the_tokens(text: str) -> None:
    lexed = lex([View.of(text).text])
    edges = lexed.sentence_first.tolist()
    assert edges[0] == 0
    assert edges[-1] == len(lexed.kind)
    assert all(first < last for first, last in pairwise(edges))
    spans = sentences(text)
    assert all(one.end <= two.start for one, two in pairwise(spans))
    assert len(spans) == len(edges) - 1
    for span, (first, last) in zip(spans, pairwise(edges), strict=True):
        # only a single token may be longer
        assert "&" in text or span.end - span.start <= LONGEST or last - first == 1
    inside = [token for token in tokenize(text) if token.normal]
    assert all(any(span.start <= token.start and token.end <= span.end for span in spans) for token in inside)


RUN_ONS = {
    "clauses": "and then i called them again because nobody came " * 222,
    "no clause at all": "late " * 2000,
    "commas": "late, " * 2000,
    "long words": "internationalization " * 2000,
    "names": "@support " * 2000,
    "emoji": "😡 " * 2000,
    "unspaced marks": "a.b" * 2000,
    "quotes": '"' * 2000,
    "wrapped, without a stop": ("a line that goes on and on and on without any stop in it\n") * 150,
    "numbers": "12345 " * 2000,
}


@pytest.mark.parametrize("name", RUN_ONS)
def test_a_run_on_is_cut_to_quotable_pieces(name: str) -> None:
    spans = sentences(RUN_ONS[name])
    assert max(span.end - span.start for span in spans) <= LONGEST
    # and not to crumbs
    assert len(spans) <= len(RUN_ONS[name]) / 50


def test_a_run_on_is_cut_at_clauses() -> None:
    text = "they sent the wrong shoes and i sent them back but they said no because the box was open " * 20
    first_words = {text[span.start :].split(maxsplit=1)[0] for span in sentences(text)}
    assert first_words <= {"they", "and", "i", "but", "because"}


def test_a_stop_is_not_cut_off_its_sentence() -> None:
    for length in range(270, 300):
        text = ("word " * 60)[: length - 1].strip() + "x!"
        assert all(text[span.start] != "!" for span in sentences(text))


def test_spans_lead_to_the_original() -> None:
    text = "It&rsquo;s late\u2026 at R&amp;D.\r\nThey said \u201cno\u201d. Re\xadfund \U0001f621 &pound;40 now!"
    assert [text[span.start : span.end] for span in sentences(text)] == [
        "It&rsquo;s late\u2026 at R&amp;D.",
        "They said \u201cno\u201d.",
        "Re\xadfund \U0001f621 &pound;40 now!",
    ]
