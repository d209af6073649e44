import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicegap.gaps import promises
from servicegap.gaps.clauses import clauses, read
from servicegap.text.tokens import sentences
from servicegap.types import MAX_EVIDENCE, Span

CASES = [json.loads(line) for line in Path(__file__).with_name("gap_cases.jsonl").read_text("utf-8").splitlines()]


def found(text: str, quoted: tuple[Span, ...] = ()) -> list[str]:
    spans = promises.find(text, read(text, quoted), sentences(text))
    return [text[promise.span.start : promise.span.end] for promise in spans]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["capability"])
def test_promises_are_told_from_what_is_none(case: dict[str, str]) -> None:
    texts = found(case["text"])
    if "none" in case:
        assert texts == []
    else:
        start = case["text"].index(case["promise"])
        spans = promises.find(case["text"], read(case["text"]), sentences(case["text"]))
        assert [p for p in spans if p.span.start < start + len(case["promise"]) and start < p.span.end]


def test_a_quoted_agents_first_person_is_the_companys() -> None:
    text = "We will refund you within 5 days."
    assert read(text).forms[0] == "we"
    assert read(text, [Span(0, len(text))]).forms[0] == "WE"
    assert found(text, (Span(0, len(text)),))


def test_first_person_in_direct_speech_is_the_speakers() -> None:
    assert read('"I\'ll ring you", he said. I waited.').forms.count("I") == 1


@pytest.mark.parametrize("text", ["It's John's and I'm sure we'd 'ave", 'an inch is 1" wide and we left', "“We never"])
def test_marks_that_never_close_turn_nobody(text: str) -> None:
    assert not {"WE", "I"} & set(read(text).forms)


def test_a_case_mapping_that_grows_moves_no_offset() -> None:
    text = "İİİ they promised to call me back within 24 hours."
    [promise] = promises.find(text, read(text), sentences(text))
    assert text[promise.span.start : promise.span.end].endswith("within 24 hours")


@given(st.text(alphabet="promised wil't,.;\"'’()\n-0İ\ud800", max_size=400))
@settings(max_examples=100, deadline=None)
def test_spans_lie_in_the_text_in_order(text: str) -> None:
    spans = [promise.span for promise in promises.find(text, read(text), [Span(0, len(text))])]
    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(span.end - span.start <= MAX_EVIDENCE for span in spans)
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))


@given(st.text(alphabet="ab and but,.;\"'", max_size=200))
@settings(max_examples=100, deadline=None)
def test_clauses_are_in_order_and_hold_every_plain_word(text: str) -> None:
    words = read(text)
    parts = clauses(words, 0, len(words.forms))
    held = {at for first, last in parts for at in range(first, last)}
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(parts))
    assert all(at in held for at, form in enumerate(words.forms) if form.isalpha())


def test_who_is_named_by_the_passive() -> None:
    text = "I was told by the manager that they would call me back within 24 hours."
    words = read(text)
    [promise] = promises.find(text, words, sentences(text))
    assert promises.who(text, words, promise, clauses(words, 0, len(words.forms))) == "the manager"
