"""Promises by a company, as its customer reports or quotes them: which clauses state one, of what, and who made it.

A sentence without a word that promises are made of is passed over. In the others each clause is
scored by its cues (`servicegap.gaps.cues`); those over a threshold, chosen on the training
records, are promises, and neighbors in one sentence are one. What is denied (`they never
promised`), merely supposed, or the customer's own word is none, whatever it scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from servicegap.gaps import cues, due
from servicegap.gaps.clauses import Words, clauses
from servicegap.types import MAX_EVIDENCE, Span

THRESHOLD: Final = -32
"""Least score of a promise, in units of `cues.SCALE`: where F1 out of fold is best on the training records."""

_STARTERS: Final = frozenset(["SAY", "VOW", "SET", "WILL", "CAN", "UNIT", "FREE", "WE"])
_TELLTALES: Final = frozenset(word for word, name in cues.CLASS_OF.items() if name in _STARTERS)

_JOINERS: Final = frozenset(["and", "but", "so", "then", "because", "although", "though", "yet", "or"])
_DENIED: Final = frozenset(["never", "not", "'t", "nobody", "none"])
_VOWS: Final = frozenset(word for word, name in cues.CLASS_OF.items() if name == "VOW")
_SAYS: Final = _VOWS | {word for word, name in cues.CLASS_OF.items() if name == "SAY"}
_OWN: Final = frozenset(("i", "we", "i've", "'ve"))
_OWN_VOWS: Final = frozenset(
    ["promise", "promised", "promises", "guarantee", "guaranteed", "pledged", "vowed", "agreed"]
)
_SUPPOSED: Final = frozenset(["if", "unless", "imagine", "suppose", "hopefully"])

_PRONOUNS: Final = frozenset(["they", "he", "she", "it", "you", "someone", "somebody"])
_ARTICLES: Final = frozenset(["the", "a", "an", "your", "their", "this", "that", "another", "one"])
_NAME_WORDS: Final = 4


class Promise(NamedTuple):
    """A promise as it stands in a text.

    Attributes
    ----------
    span : Span
    first, last : int
        Its words.
    sentence : int
        The number of its sentence.
    parts : tuple of int
        The clauses of its sentence, from and up to, that state it.
    score : int
        In units of `cues.SCALE`; higher is surer.
    """

    span: Span
    first: int
    last: int
    sentence: int
    parts: tuple[int, int]
    score: int


def is_telling(words: Words, first: int, last: int) -> bool:
    """Whether a sentence has a word that promises are made of; the cheap test that most fail."""
    return not _TELLTALES.isdisjoint(words.forms[first:last])


def is_dated(text: str, words: Words, first: int, last: int) -> bool:
    """Whether a clause says when something falls due."""
    forms = words.forms[first:last]
    if not any(cues.CLASS_OF.get(form) in ("UNIT", "NUM") for form in forms):
        return False
    return bool(due.find(text, words.starts[first], words.ends[last - 1]))


def find(text: str, words: Words, sentences: Sequence[Span], *, threshold: int = THRESHOLD) -> list[Promise]:
    """Find the promises in a text.

    Takes time linear in the length of the text.

    Parameters
    ----------
    text : str
    words : Words
        Of the same text.
    sentences : sequence of Span
        In order.
    threshold : int
        Least score, in units of `cues.SCALE`.

    Returns
    -------
    list of Promise
        In order, not overlapping, each at most `MAX_EVIDENCE` long.

    Examples
    --------
    >>> from servicegap.gaps.clauses import read
    >>> text = "They promised to call me back within 24 hours, but nobody did."
    >>> [text[found.span.start : found.span.end] for found in find(text, read(text), [Span(0, len(text))])]
    ['They promised to call me back within 24 hours']
    """
    table = cues.table("promise")
    found: list[Promise] = []
    for number, sentence in enumerate(sentences):
        first, last = words.within(sentence)
        if not is_telling(words, first, last):
            continue
        parts = clauses(words, first, last)
        open_ = False
        for at, (begun, ended) in enumerate(parts):
            dated = is_dated(text, words, begun, ended)
            score = table.score(cues.of_promise(words, parts, at, dated=dated))[0]
            if score < threshold or _is_void(words, parts, at):
                open_ = False
                continue
            previous = found[-1] if open_ else None
            start, end = words.starts[_content(words, begun, ended)], words.ends[ended - 1]
            if previous and end - previous.span.start <= MAX_EVIDENCE:
                found[-1] = previous._replace(
                    span=Span(previous.span.start, end),
                    last=ended,
                    parts=(previous.parts[0], at + 1),
                    score=max(previous.score, score),
                )
            elif end - start <= MAX_EVIDENCE:
                found.append(Promise(Span(start, end), begun, ended, number, (at, at + 1), score))
            open_ = True
    return found


def _content(words: Words, first: int, last: int) -> int:
    """The first word of a clause that does not merely join it to the one before."""
    while first < last - 1 and words.forms[first] in _JOINERS:
        first += 1
    return first


def _is_void(words: Words, parts: Sequence[tuple[int, int]], at: int) -> bool:
    """Whether a clause denies a promise, only supposes it, or gives the customer's own word."""
    first, last = parts[at]
    led = parts[at - 1][0] if at else first
    forms = words.forms
    for place in range(led, last):
        form = forms[place]
        if form in _VOWS:
            before = forms[max(led, place - 3) : place]
            if before and before[-1] in _DENIED:
                return True
            if form in _OWN_VOWS and before and (before[-1] in _OWN or before[-2:] == ["i", "had"]):
                return True
    start = _content(words, first, last)
    supposed = forms[start] in _SUPPOSED and _SAYS.isdisjoint(forms[first:last])
    return supposed and not any(form.isupper() for form in forms[first:last] if form in ("WE", "I"))


def who(text: str, words: Words, promise: Promise, parts: Sequence[tuple[int, int]]) -> str | None:
    """Who made a promise, by the words of its sentence up to its end: `told by X`, else the subject of the saying.

    Examples
    --------
    >>> from servicegap.gaps.clauses import read
    >>> text = "The lady in the shop promised it by Friday."
    >>> words = read(text)
    >>> promise = find(text, words, [Span(0, len(text))])[0]
    >>> who(text, words, promise, clauses(words, 0, len(words.forms)))
    'The lady in the shop'
    """
    forms = words.forms
    led = parts[max(promise.parts[0] - 1, 0)][0]
    for at in range(promise.last - 1, led - 1, -1):
        if forms[at] not in _SAYS:
            continue
        if at + 2 < promise.last and forms[at + 1] == "by":
            return _named(text, words, at + 2, promise.last)
        start = max((begun for begun, _ in parts if begun <= at), default=led)
        stop = at
        while stop > start and forms[stop - 1] in ("have", "has", "had", "'d", "'ve", "also", "then", "just", "even"):
            stop -= 1
        start = _content(words, start, at) if stop > start else start
        if not start < stop or stop - start > _NAME_WORDS + 2:
            continue
        if forms[stop - 1] in _PRONOUNS or forms[start] in _ARTICLES or text[words.starts[start]].isupper():
            begin = stop - 1 if forms[stop - 1] in _PRONOUNS else start
            if cues.CLASS_OF.get(forms[stop - 1]) != "ME" and forms[stop - 1] not in ("was", "were", "been", "is"):
                return text[words.starts[begin] : words.ends[stop - 1]]
    return None


def _named(text: str, words: Words, first: int, last: int) -> str | None:
    """A name or noun that begins at a word: `the manager`, `Round Point`."""
    forms = words.forms
    if forms[first] in _PRONOUNS or forms[first] in ("them", "him", "her"):
        return text[words.starts[first] : words.ends[first]]
    stop = first
    if forms[stop] in _ARTICLES or forms[stop] in ("my", "our"):
        stop += 1
        stop += stop < last
    while stop < min(last, first + _NAME_WORDS) and text[words.starts[stop]].isupper():
        stop += 1
    return text[words.starts[first] : words.ends[stop - 1]] if stop > first else None
