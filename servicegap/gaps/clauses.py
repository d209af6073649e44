"""The words of a text as promises and outcomes are read from them, and the clauses that they make.

A word is folded to what counts for the reading: digits, weekdays, months and sums of money stand
as a class each, and first and second person are turned where somebody else is speaking (in
direct speech or in a quoted agent's message), so that `we'll` is the company's there.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final, NamedTuple

from servicegap.types import Span

_WORD: Final = re.compile(
    r"[^\W\d_]+|['’](?:ll|d|ve|re|s|m|t)(?![^\W\d_])|\d+(?:[.,:/]\d+)*|[^\w\s]|\n[^\S\n]*\n|_+", re.IGNORECASE
)

_CLASSES: Final = {
    "DAY": "monday tuesday wednesday thursday friday saturday sunday mon tue tues wed weds thu thur thurs fri sat sun",
    "MONTH": "january february march april june july august september october november december "
    "jan feb mar apr jun jul aug sept sep oct nov dec",
    "ONE": "two three four five six seven eight nine ten eleven twelve fifteen twenty thirty couple",
    "MASK": "xx xxx xxxx xxxxx",
    "$": "£ $ € ₹ ¥",
    '"': "“ ” « »",
    "'": "’ ‘",
    "-": "– —",
    "'s": "’s",
    "'ll": "’ll",
    "'d": "’d",
    "'ve": "’ve",
    "'re": "’re",
    "'m": "’m",
    "'t": "’t",
}
_FOLDED: Final = {word: name for name, words in _CLASSES.items() for word in words.split()}

_TURNED: Final = {word: word.upper() for word in ["i", "we", "me", "us", "my", "our", "you", "your"]}

_BREAKS: Final = frozenset([",", ";", ":", ".", "!", "?", "(", ")", "…", ">", "*", "|", '"', "-"]) | {"\n"}
_OPENERS: Final = frozenset(
    ["and", "but", "so", "because", "then", "when", "which", "although", "though", "yet", "or", "if", "while", "until"]
)
_SPEECH_LIMIT: Final = 80


class Words(NamedTuple):
    """A text's words: their folded forms, and where each stands, in code points."""

    forms: list[str]
    starts: list[int]
    ends: list[int]

    def within(self, span: Span) -> tuple[int, int]:
        """The words `[first, last)` that begin in a stretch of the text."""
        return bisect_left(self.starts, span.start), bisect_left(self.starts, span.end)


def _lower(text: str) -> str:
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def read(text: str, quoted: Sequence[Span] = ()) -> Words:
    """Cut a text into words and fold them.

    Takes time linear in the length of the text.

    Parameters
    ----------
    text : str
    quoted : sequence of Span
        Stretches in which an agent of the company writes.

    Examples
    --------
    >>> read("On Friday, \\"we'll ring\\".").forms
    ['on', 'DAY', ',', '"', 'WE', "'ll", 'ring', '"', '.']
    """
    lowered = _lower(text)
    forms: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    fold = _FOLDED.get
    for match in _WORD.finditer(lowered):
        word = match.group()
        start, end = match.span()
        if word[0].isdigit():
            word = "0"
        elif word[0] == "\n":
            word = "\n"
        forms.append(fold(word, word))
        starts.append(start)
        ends.append(end)
    words = Words(forms, starts, ends)
    _turn_speech(words)
    for span in quoted:
        first, last = words.within(Span(*span))
        for at in range(first, last):
            forms[at] = _TURNED.get(forms[at], forms[at])
    return words


def _turn_speech(words: Words) -> None:
    """Turn first and second person between quotation marks that close within a few sentences."""
    forms, starts, ends = words
    opened: dict[str, int] = {}
    for at, form in enumerate(forms):
        if form == "\n":
            opened.clear()
        elif form in ('"', "'"):
            # An apostrophe touches a word on both sides, or ends one outside of speech.
            before = at > 0 and ends[at - 1] == starts[at]
            after = at + 1 < len(forms) and starts[at + 1] == ends[at]
            begun = opened.pop(form, None)
            if form == "'" and begun is not None and not before:
                begun = None
            if begun is not None:
                if at - begun <= _SPEECH_LIMIT:
                    for place in range(begun + 1, at):
                        forms[place] = _TURNED.get(forms[place], forms[place])
            elif form == '"' or (after and not before):
                opened[form] = at


def clauses(words: Words, first: int, last: int) -> list[tuple[int, int]]:
    """Cut the words `[first, last)` of a sentence into clauses, in order, without the marks between them.

    Examples
    --------
    >>> words = read("He said he'd ring, but nobody did.")
    >>> [words.forms[a:b] for a, b in clauses(words, 0, len(words.forms))]
    [['he', 'said', 'he', "'d", 'ring'], ['but', 'nobody', 'did']]
    """
    forms = words.forms
    found = []
    begun = first
    for at in range(first, last):
        form = forms[at]
        if form in _BREAKS:
            # A hyphen or point within a word cuts nothing: `24-48`, `p.m`
            if form in "-.:" and at + 1 < last and words.ends[at] == words.starts[at + 1]:
                continue
            if at > begun:
                found.append((begun, at))
            begun = at + 1
        elif form in _OPENERS and at - begun > 3 and last - at > 2:
            found.append((begun, at))
            begun = at
    if last > begun:
        found.append((begun, last))
    return found
