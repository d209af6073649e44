"""Texts made to hurt: each must be read in time linear in its length, and lead back to itself.

The limits, by the megabyte, are some ten times what an idle machine needs.
"""

from __future__ import annotations

import time
from itertools import pairwise

import pytest

from servicegap.text.roles import mark
from servicegap.text.view import View

MB = 1_000_000

ROLES = {
    "5 MB of quoted lines": "> a line of text\n" * (5 * MB // 17),
    "100,000 attributions": "he wrote:\n" * 100_000,
    "100,000 dated attributions": "On 3 Mar 2020 at 10:11, Ann wrote:\n" * 100_000,
    "one line of 5 MB": "late again " * (5 * MB // 11) + "\nno",
    "5 MB of quote marks": ">" * 5 * MB + "\na",
    "a wrapped attribution that never ends": "On 1\n" * 50_000,
    "separators": "-----Original Message-----\n" * 10_000,
    "headers": "From: a@b.c\nSent: x\nTo: d\nSubject: e\n" * 10_000,
    "sign-offs": "Kind regards,\nAnn\n" * 10_000,
    "signature marks": "--\n" * 50_000,
    "notices": ("This e-mail " + "is intended " * 30 + "\n") * 700,
    "turns": "Agent: how can I help\nMe: no\n" * 10_000,
    "speakers": "".join(f"Name{n}: x\n" for n in range(50_000)),
    "stairs": "".join(">" * (n % 30) + " a\n" for n in range(40_000)),
    "blank lines": "\n" * MB,
    "spaces": " " * 5 * MB + ">\nx",
    "punctuation": "-*_" * MB + "\nx",
    "every kind of line end": "a\rb\r\nc\x0bd\x85e\u2028" * 10_000,
}

VIEWS = {
    "ampersands": "&" * 2 * MB,
    "endless entity names": "&aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" * 40_000,
    "entities": "&amp;" * 200_000,
    "a heap of marks": "e" + "\u0301\u0316" * 300_000,
    "marks out of order": "\u0301" * 300_000 + "\u0316" * 300_000,
    "marks that decompose": "\u0344" * 300_000,
    "joiners": "\u200d\ufe0f" * MB,
    "long dashes": "—" * MB,
    "glued dashes": "a—" * 200_000,
    "CRLF": "\r\n" * 300_000,
    "NUL": "\x00" * 300_000,
    "lone surrogates": "\ud83d" * 300_000,
    "ligatures that grow": "ﷺ" * 50_000,
}


@pytest.mark.parametrize("channel", [None, "email", "blog", "chat"])
@pytest.mark.parametrize("name", ROLES)
def test_marking_is_linear_and_whole(name: str, channel: str | None) -> None:
    text = ROLES[name]
    if channel:
        text = text[: MB // 8]
    began = time.process_time()
    parts = mark(text, channel=channel)
    assert time.process_time() - began < 2 + 5 * len(text) / MB
    assert parts[0].start == 0
    assert parts[-1].end == len(text)
    assert all(one.end == two.start for one, two in pairwise(parts))


@pytest.mark.parametrize("name", VIEWS)
def test_cleaning_is_linear_and_leads_back(name: str) -> None:
    text = VIEWS[name]
    began = time.process_time()
    view = View.of(text)
    assert time.process_time() - began < 2 + 5 * len(text) / MB
    if view.text:
        assert view.span(len(view.text) - 1, len(view.text)).end == len(text)
