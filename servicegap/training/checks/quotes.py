"""Do quotes begin and end with whole words?"""

from __future__ import annotations

from collections.abc import Sequence

from servicegap.training.checks.base import Entry, Flag, Report, counted, sound_share, with_text


def check(found: Sequence[Entry]) -> Report:
    """Flag spans that begin or end inside a word."""
    records = with_text(found)
    flags = tuple(
        Flag(entry.id, entry.place, f"{quote.kind} {quote.label} {quote.span.start}-{quote.span.end} cuts a word")
        for entry, text in records
        for quote in entry.quotes()
        if inside_word(text, quote.span.start) or inside_word(text, quote.span.end)
    )
    summary = counted(len({flag.place for flag in flags}), len(records), "texts") + " have a quote that cuts a word"
    return Report("quotes", sound_share(flags, len(records)), summary, flags)


def inside_word(text: str, at: int) -> bool:
    """Whether an offset lies between two letters or digits.

    Examples
    --------
    >>> inside_word("no refund", 3), inside_word("no refund", 5)
    (False, True)
    """
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()
