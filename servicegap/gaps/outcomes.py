"""What came of a promise: the clauses that tell it, and what they make of it.

Clauses of the promise's own sentence, of the one before and of those that follow are scored by
the cues that they tell its outcome; the best one and, in order, others nearly as sure are kept.
What they say (`broken`, `late`, `kept`, `contradicted`) is read from their words and the
promise's. A clause that tells nothing leaves the promise `open`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from servicegap.gaps import cues
from servicegap.gaps.clauses import Words
from servicegap.gaps.promises import Promise
from servicegap.types import Span

BEFORE: Final = 1
AFTER: Final = 6
"""Sentences before and after a promise's own in which its outcome is looked for."""

MOST: Final = 4
"""Clauses that are read together to judge an outcome."""

LEAST: Final = -40
"""Least score of an outcome, in units of `cues.SCALE`."""

FURTHER: Final = 16
"""Least score of an outcome besides the best."""

Parts = Sequence[tuple[int, int]]


class Told(NamedTuple):
    """An outcome: where it stands, what it says and the number of its sentence."""

    span: Span
    status: str
    sentence: int


class Candidate(NamedTuple):
    """A clause that may tell an outcome, and how likely."""

    first: int
    last: int
    sentence: int
    distance: int
    score: int


def candidates(
    words: Words,
    promise: Promise,
    action: str,
    parts: Callable[[int], Parts],
    sentences: int,
    *,
    table: cues.Table | None = None,
) -> list[Candidate]:
    """Score the clauses that may tell what came of a promise, in the order of the text.

    Parameters
    ----------
    words : Words
    promise : Promise
    action : str
        What was promised.
    parts : callable
        Gives the clauses of a sentence by its number.
    sentences : int
        How many there are.
    table : Table, optional
        Weights other than the shipped ones, for fitting.
    """
    table = table or cues.table("link")
    theirs = words.forms[promise.first : promise.last]
    found = []
    for first, last, number, apart in nearby(promise, parts, sentences):
        distance = number - promise.sentence
        features = cues.of_link(words.forms[first:last], theirs, action=action, distance=distance, apart=apart)
        found.append(Candidate(first, last, number, distance, table.score(features)[0]))
    return found


def nearby(promise: Promise, parts: Callable[[int], Parts], sentences: int) -> Iterator[tuple[int, int, int, int]]:
    """The clauses in which an outcome is looked for: their words, sentence, and clauses from the promise."""
    for number in range(max(0, promise.sentence - BEFORE), min(sentences, promise.sentence + AFTER + 1)):
        for at, (first, last) in enumerate(parts(number)):
            yield (
                first,
                last,
                number,
                at - promise.parts[0] if at < promise.parts[0] else max(0, at - promise.parts[1] + 1),
            )


def judge(words: Words, promise: Promise, action: str, likely: Sequence[Candidate]) -> str:
    """What came of a promise by its likeliest outcomes: a status, `open` if the words tell nothing."""
    table = cues.table("status")
    scores = table.score(status_cues(words, promise, action, likely))
    return table.names[max(range(len(scores)), key=scores.__getitem__)]


def status_cues(words: Words, promise: Promise, action: str, likely: Sequence[Candidate]) -> set[str]:
    """The cues by which `judge` decides."""
    return cues.of_status(
        [words.forms[candidate.first : candidate.last] for candidate in likely],
        words.forms[promise.first : promise.last],
        action=action,
        score=likely[0].score if likely else 0,
    )


def likely_of(scored: Sequence[Candidate]) -> list[Candidate]:
    """The likeliest outcomes that are likely enough, best first."""
    enough = [candidate for candidate in scored if candidate.score >= LEAST]
    return sorted(enough, key=lambda candidate: -candidate.score)[:MOST]


def find(
    words: Words, promise: Promise, action: str, parts: Callable[[int], Parts], sentences: int
) -> tuple[Told, ...]:
    """Find the outcomes of a promise, in order; the last one decides.

    Parameters are those of `candidates`.
    """
    scored = candidates(words, promise, action, parts, sentences)
    likely = likely_of(scored)
    final = judge(words, promise, action, likely)
    if not likely or final == "open":
        return ()
    best = likely[0]
    told = []
    for candidate in scored:
        if candidate is best:
            status = final
        elif candidate.score >= FURTHER and candidate.first < best.first:
            status = judge(words, promise, action, [candidate])
        else:
            continue
        if status != "open" and (candidate is best or status != final):
            span = Span(words.starts[candidate.first], words.ends[candidate.last - 1])
            told.append(Told(span, status, candidate.sentence))
    return tuple(told)
