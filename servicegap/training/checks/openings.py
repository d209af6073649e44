"""Do texts begin alike?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from servicegap.training.checks.base import Entry, Flag, Report, counted, sound_share, with_text, words

_WORDS = 4
_ALIKE = 3


def check(found: Sequence[Entry]) -> Report:
    """Flag own texts of which three or more begin with the same four words, numbers masked."""
    records = [(entry, text) for entry, text in with_text(found) if entry.own]
    openings = [opening(text) for _, text in records]
    often = Counter(openings)
    flags = tuple(
        Flag(entry.id, entry.place, f"{often[begins]} texts begin with the same {_WORDS} words")
        for (entry, _), begins in zip(records, openings, strict=True)
        if len(begins) == _WORDS and often[begins] >= _ALIKE
    )
    summary = (
        counted(len(flags), len(records), "own texts") + f" share their first {_WORDS} words with two or more others"
    )
    return Report("openings", sound_share(flags, len(records)), summary, flags)


def opening(text: str) -> tuple[str, ...]:
    """Return the first words of a text, numbers masked.

    Examples
    --------
    >>> opening("Ordered 3 lamps on 12 May")
    ('ordered', '0', 'lamps', 'on')
    """
    # a word is a character and more; no need to cut the rest of a long text
    return tuple("0" if word[0].isdigit() else word for word in words(text[:400])[:_WORDS])
