"""Due expressions: the table of cases, and what must hold of any expression."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from servicegap.gaps import words
from servicegap.gaps.calendar import easter
from servicegap.gaps.due import DueSpan, Interval, find, resolve

CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (Path(__file__).parent / "due_cases.jsonl").read_text("utf-8").splitlines()
]
EXPRESSIONS = sorted({case["text"][slice(*case["spans"][0])] for case in CASES if case["spans"]})
FRIDAY = datetime(2010, 8, 6, 15, 30)

UNITS = ["minutes", "hrs", "hours", "days", "working days", "business days", "weeks", "wks"]
WEEKDAYS = ["Monday", "tues", "Wednesday", "thurs", "Friday", "Saturday", "Sunday"]
NAMED = ["today", "tonight", "tomorrow", "tmrw before noon", "the next day", "next working day", "by close of business"]
NAMED += ["in a fortnight", "over the weekend", "next weekend", "later this week", "early next week", "within the hour"]
NAMED += ["by the end of the week", "first thing tomorrow", "12 working hours", "in a couple of days", "by midnight"]
NAMED += ["at half past four", "at least 48 hours", "Friday week", "by the end of next week", "2-3 business days"]
RELATIVE = st.one_of(
    st.builds(
        "{} {} {}".format,
        st.sampled_from(["in", "within", "up to", "after"]),
        st.integers(1, 60),
        st.sampled_from(UNITS),
    ),
    st.builds("{}-{} {}".format, st.integers(1, 9), st.integers(10, 20), st.sampled_from(UNITS)),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["", "by ", "on ", "next ", "before ", "this coming ", "not before "]),
        st.sampled_from(WEEKDAYS),
        st.sampled_from(["", " at 5pm", " morning", " week", " between 8 and 12", " at the latest"]),
    ),
    st.sampled_from(NAMED),
)
ANCHORS = st.datetimes(datetime(1990, 1, 1), datetime(2080, 1, 1)) | st.dates(date(1990, 1, 1), date(2080, 1, 1))


def anchor_of(case: dict[str, Any]) -> date | None:
    anchor = case["anchor"]
    if anchor is None:
        return None
    return datetime.fromisoformat(anchor) if "T" in anchor else date.fromisoformat(anchor)


def shifted(moment: str | None, weeks: int) -> str | None:
    if moment is None:
        return None
    return (datetime.fromisoformat(moment) + timedelta(weeks=weeks)).isoformat(timespec="minutes")


@pytest.mark.parametrize("case", CASES, ids=[f"{number}:{case['text']}" for number, case in enumerate(CASES)])
def test_table(case: dict[str, Any]) -> None:
    text = case["text"]
    spans = find(text)
    assert [text[start:end] for start, end in spans] == [text[start:end] for start, end in case["spans"]]
    assert [list(span) for span in spans] == case["spans"]
    if spans:
        due = resolve(
            text[spans[0].start : spans[0].end],
            anchor=anchor_of(case),
            day_first=case.get("day_first"),
            holidays=[date.fromisoformat(day) for day in case.get("holidays", [])],
        )
        expected = case["from"] or case["to"] or None
        assert due == (expected and Interval(case["from"], case["to"], case["ambiguous"]))


def test_table_is_large_and_has_no_case_twice() -> None:
    assert len(CASES) >= 420
    assert not [key for key, count in Counter(json.dumps(case, sort_keys=True) for case in CASES).items() if count > 1]
    assert sum(not case["spans"] for case in CASES) >= 80
    assert sum(case["ambiguous"] for case in CASES) >= 20


@pytest.mark.parametrize(
    ("before", "after"),
    [("", ""), ("I was told ", ", honest"), ("(", ")"), ("They said: “", "”. It never came."), ("\n\t", "\r\n")],
)
def test_text_around_an_expression_changes_nothing(before: str, after: str) -> None:
    for expression in EXPRESSIONS:
        text = before + expression + after
        assert DueSpan(len(before), len(before) + len(expression)) in find(text), text
        for anchor in (FRIDAY, date(2024, 2, 14), None):
            assert resolve(text, anchor=anchor) == resolve(expression, anchor=anchor), text


@pytest.mark.parametrize("expression", [words for words in EXPRESSIONS if "may" not in words.lower()])
def test_capitals_and_spaces_change_nothing(expression: str) -> None:
    expected = resolve(expression, anchor=FRIDAY)
    assert resolve(expression.upper(), anchor=FRIDAY) == expected
    assert resolve(expression.title(), anchor=FRIDAY) == expected
    assert resolve(expression.replace(" ", "\u00a0\n "), anchor=FRIDAY) == expected


@pytest.mark.parametrize("case", CASES[::7], ids=[case["text"] for case in CASES[::7]])
def test_a_stretch_is_read_like_the_text_it_is(case: dict[str, Any]) -> None:
    text = case["text"]
    within = f"😡 on Tuesday İ {text} by Friday"
    start = within.index(text)
    assert find(within, start, start + len(text)) == [DueSpan(start + a, start + b) for a, b in case["spans"]]
    assert find(within, start, start) == []


@given(
    st.lists(st.sampled_from(sorted(words.members(*words.SYMBOLS))) | st.text(max_size=3), max_size=9),
    ANCHORS | st.none(),
)
@example(["next", "friday", "-", "monday", "before", "5"], FRIDAY)
@example(["999", "years"], date(9999, 12, 31))
@example(["before", "the", "31", "st"], date(1, 1, 1))
def test_an_interval_never_ends_before_it_starts(pieces: list[str], anchor: date | None) -> None:
    text = " ".join(pieces)
    spans = find(text)
    assert all(one.end <= two.start for one, two in pairwise(spans))
    for start, end in spans:
        assert start < end
        assert text[start:end].strip() == text[start:end]
        due = resolve(text[start:end], anchor=anchor)
        if due:
            assert due.from_ or due.to
            for moment in filter(None, due[:2]):
                assert moment == datetime.fromisoformat(moment).isoformat(timespec="minutes")
            if due.from_ and due.to:
                assert due.from_ <= due.to


@given(RELATIVE, ANCHORS, st.integers(-200, 200))
@example("by Friday", FRIDAY, 52)
def test_moving_the_anchor_by_weeks_moves_relative_dues(expression: str, anchor: date, weeks: int) -> None:
    due = resolve(expression, anchor=anchor)
    assert due is not None
    moved = resolve(expression, anchor=anchor + timedelta(weeks=weeks))
    assert moved == Interval(shifted(due.from_, weeks), shifted(due.to, weeks), due.ambiguous)


@given(st.dates(date(1990, 1, 1), date(2080, 1, 1)), st.integers(1, 99), st.sets(st.integers(0, 200), max_size=20))
def test_working_days_skip_weekends_and_holidays(anchor: date, count: int, ahead: set[int]) -> None:
    holidays = {anchor + timedelta(days=days) for days in ahead}
    due = resolve(f"within {count} working days", anchor=anchor, holidays=holidays)
    last = np.busday_offset(anchor, count, roll="backward", holidays=sorted(holidays)).astype(date)
    assert due
    assert due.to == f"{last + timedelta(days=1)}T00:00"


@given(st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)), st.integers(1, 60))
def test_working_hours_pass_only_while_open(anchor: datetime, hours: int) -> None:
    due = resolve(f"{hours} working hours", anchor=anchor)
    assert due
    assert due.to
    stop = datetime.fromisoformat(due.to)
    minutes = 0
    moment = anchor.replace(second=0, microsecond=0)
    while moment < stop:
        step = min(timedelta(minutes=60 - moment.minute), stop - moment)
        if moment.weekday() < 5 and 9 <= moment.hour < 17:
            minutes += step // timedelta(minutes=1)
        moment += step
    assert minutes == hours * 60


def test_a_later_promise_is_never_due_earlier() -> None:
    for expression in (
        "within 5 working days",
        "in 24 hours",
        "by Friday",
        "next Tuesday",
        "tomorrow",
        "by the end of the month",
    ):
        ends = [resolve(expression, anchor=date(2024, 1, 1) + timedelta(days=day)) for day in range(400)]
        assert all(one and two and one.to and two.to and one.to <= two.to for one, two in pairwise(ends)), expression


def test_a_known_day_is_as_wide_as_all_its_times() -> None:
    for expression in ("within 24 hours", "in 3 days", "by Monday", "12 working hours", "next week"):
        wide = resolve(expression, anchor=FRIDAY.date())
        assert wide
        assert wide.to
        for hour in range(24):
            narrow = resolve(expression, anchor=FRIDAY.replace(hour=hour))
            assert narrow
            assert narrow.to
            assert narrow.to <= wide.to


def test_time_zone_and_seconds_of_the_anchor_are_left_aside() -> None:
    anchor = datetime.fromisoformat("2010-08-06T15:30:59.5+02:00")
    assert resolve("in 2 hours", anchor=anchor) == Interval("2010-08-06T15:30", "2010-08-06T17:30")


def test_both_readings_of_a_numeric_date() -> None:
    unsure = resolve("12/03/2020", anchor=None)
    assert unsure
    assert unsure.ambiguous
    readings = [resolve("12/03/2020", anchor=None, day_first=first) for first in (True, False)]
    assert [due and due.from_ for due in readings] == ["2020-03-12T00:00", "2020-12-03T00:00"]
    assert not any(due and due.ambiguous for due in readings)
    assert resolve("25/03/2020", anchor=None, day_first=False) == resolve("03/25/2020", anchor=None, day_first=True)


@pytest.mark.parametrize(
    "expression",
    ["31/02/2020", "2021-02-29", "30 February 2020", "13/13/2020", "99/99/99", "the 32nd", "soon", "", "no"],
)
def test_what_names_no_day_has_no_interval(expression: str) -> None:
    assert resolve(expression, anchor=FRIDAY) is None


@pytest.mark.parametrize(
    "day", ["1997-03-30", "2000-04-23", "2008-03-23", "2011-04-24", "2019-04-21", "2024-03-31", "2038-04-25"]
)
def test_easter(day: str) -> None:
    assert easter(int(day[:4])).isoformat() == day


def test_a_word_stands_in_one_class_only() -> None:
    counts = Counter(word for line in words._LEXICON.strip().splitlines() for word in line.split()[1:])
    assert not [word for word, count in counts.items() if count > 1]
