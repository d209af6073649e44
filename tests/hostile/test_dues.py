"""Texts made to hurt the grammar of due expressions: each is read in time linear in its length.

The limit, by the megabyte, is some ten times what an idle machine needs.
"""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from servicegap.gaps.due import find, resolve

MB = 1_000_000

TEXTS = {
    "prepositions": "by " * 60_000,
    "prepositions and articles": "on the " * 40_000,
    "hedges": "within up to at the very most about " * 8_000,
    "no end of next": "next next day before " * 12_000,
    "numbers": "1 " * 90_000,
    "ranges": "1-" * 90_000,
    "fractions": "1/" * 90_000,
    "decimals": "1." * 90_000,
    "clocks": "12:30:" * 40_000,
    "windows": "12 - 14 to 16 or 18 and " * 9_000,
    "betweens": "between 1 and " * 15_000,
    "half windows": "between 8 and 12 on " * 10_000,
    "one number": "1" * MB,
    "one word": "x" * MB,
    "one accented word": "aé" * 200_000,
    "a long word cut by an accent": ("a" * 1_000 + "é") * 300,
    "underscores": "_" * 300_000,
    "one address": "http://" + "a" * MB,
    "addresses": "http://a " * 30_000,
    "mentions": "@" * 90_000,
    "quotes": "'" * 150_000,
    "dashes": "-" * 150_000,
    "clauses": "until it is done and " * 12_000,
    "days": "monday " * 30_000,
    "weeks": "week " * 40_000,
    "working": "full working " * 20_000,
    "dates": "3 march " * 25_000,
    "masks": "xx/" * 60_000,
    "may": "May " * 50_000,
    "dotted capitals": "İ" * 200_000,
    "NUL": "\x00" * 200_000,
    "lone surrogates": "\ud800" * 100_000,
    "spaces": " " * MB + "by Friday",
    "brackets": "5 (5) " * 40_000,
}


@pytest.mark.parametrize("name", TEXTS)
def test_finding_is_linear(name: str) -> None:
    text = TEXTS[name]
    began = time.process_time()
    spans = find(text)
    assert time.process_time() - began < 1 + 12 * len(text) / MB
    assert all(one.end <= two.start for one, two in pairwise(spans))
    assert all(0 <= span.start < span.end <= len(text) for span in spans)


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_found_can_be_asked_for_its_time(name: str) -> None:
    text = TEXTS[name][:400]
    for span in find(text)[:5]:
        for anchor in (datetime(2010, 8, 6, 15, 30), date(1, 1, 1), date(9999, 12, 31), None):
            due = resolve(text[span.start : span.end], anchor=anchor)
            assert due is None or due.from_ is None or due.to is None or due.from_ <= due.to


@pytest.mark.parametrize(
    "text",
    [
        "within 99999999999999999999 days",
        "by the 99th",
        "at 25:61",
        "on 99/99",
        "in 0 days",
        "before 0 am",
        "12am-12am",
        "0-0 days",
    ],
)
def test_numbers_beyond_reason(text: str) -> None:
    due = resolve(text, anchor=date(2024, 2, 29))
    assert due is None or due.from_ is None or due.to is None or due.from_ <= due.to


def test_a_year_of_holidays_ends() -> None:
    anchor = date(2024, 1, 1)
    holidays = {anchor + timedelta(days=days) for days in range(366)}
    due = resolve("within 1 working day", anchor=anchor, holidays=holidays)
    assert due
    assert due.to == "2025-01-02T00:00"


def test_no_working_day_till_the_end_of_time() -> None:
    assert resolve("within 9 working days", anchor=date(9999, 12, 25)) is None
