import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicegap.gaps.ledger import gaps
from servicegap.taxonomy import load
from servicegap.text.tokens import sentences
from servicegap.types import MAX_EVIDENCE, Gap

CASES = [json.loads(line) for line in Path(__file__).with_name("gap_cases.jsonl").read_text("utf-8").splitlines()]
GAPS = [case for case in CASES if "none" not in case]
UNRELATED = ["My cousin lives in Leeds.", "The weather was lovely.", "Our dog is called Rex."]


def of(text: str, **options: str) -> tuple[Gap, ...]:
    return gaps(text, sentences(text), created_at=options.get("created_at"))


@pytest.mark.parametrize("case", GAPS, ids=lambda case: case["capability"])
def test_cases_by_capability(case: dict[str, str]) -> None:
    [gap] = of(case["text"])
    if "due" in case:
        assert gap.due is not None
        assert gap.due.text == case["due"]
    assert gap.action == case.get("action", gap.action)
    assert gap.status == case.get("status", gap.status)


@pytest.mark.parametrize("sentence", UNRELATED)
@pytest.mark.parametrize("case", GAPS, ids=lambda case: case["capability"])
def test_an_unrelated_sentence_changes_no_gap(case: dict[str, str], sentence: str) -> None:
    def plain(text: str) -> list[object]:
        return [(g.promise.text, g.action, g.due and g.due.text, g.status, g.who) for g in of(text)]

    text = case["text"]
    assert plain(f"{text} {sentence}") == plain(text)
    assert plain(f"{sentence} {text}") == plain(text)


def test_the_last_outcome_decides_and_none_is_open() -> None:
    for case in GAPS:
        for gap in of(case["text"]):
            assert gap.status == (gap.outcomes[-1].status if gap.outcomes else "open")
            assert list(gap.outcomes) == sorted(gap.outcomes, key=lambda outcome: outcome.start)


def test_a_due_time_is_an_interval_where_the_text_has_a_date() -> None:
    text = "They promised to call me back this afternoon. Nobody called."
    [gap] = of(text, created_at="2010-08-06")
    assert gap.due is not None
    assert (gap.due.from_, gap.due.to) == ("2010-08-06T12:00", "2010-08-06T18:00")
    [undated] = of(text)
    assert undated.due is not None
    assert undated.due.to is None


@pytest.mark.parametrize("created_at", ["2010", "yesterday", "", "2010-13-45"])
def test_a_date_that_is_none_leaves_the_interval_open(created_at: str) -> None:
    [gap] = of("They promised to call me back within 24 hours. Nobody called.", created_at=created_at)
    assert gap.due is not None
    assert gap.due.to is None


@given(st.lists(st.sampled_from([*(case["text"] for case in CASES), *UNRELATED, '"', "\n\n"]), max_size=8))
@settings(max_examples=60, deadline=None)
def test_every_span_is_a_stretch_of_the_text(texts: list[str]) -> None:
    text = " ".join(texts)
    scheme = load()
    for gap in of(text):
        for span in (gap.promise, *gap.outcomes, *([gap.due] if gap.due else [])):
            assert text[span.start : span.end] == span.text
            assert len(span.text) <= MAX_EVIDENCE
        assert gap.action in {term.id for term in scheme.actions}
        assert gap.status in {term.id for term in scheme.statuses}
        assert Gap.from_dict(gap.to_dict()) == gap
