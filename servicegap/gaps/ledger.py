"""The ledger of a text: each promise with its action, its due time and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from servicegap.gaps import cues, due, outcomes, promises
from servicegap.gaps.clauses import Words, clauses, read
from servicegap.types import MAX_EVIDENCE, Due, Evidence, Gap, Outcome, Span

_WEEK: Final = 168.0


def gaps(
    text: str,
    sentences: Sequence[Span],
    *,
    quoted: Sequence[Span] = (),
    created_at: str | None = None,
    day_first: bool | None = None,
) -> tuple[Gap, ...]:
    """Find what a company promised in a text, and what the text says came of it.

    Takes time linear in the length of the text.

    Parameters
    ----------
    text : str
        Original text.
    sentences : sequence of Span
        Its sentences in order, as `servicegap.sentences` gives them.
    quoted : sequence of Span
        Stretches in which an agent of the company writes, whose own words are promises.
    created_at : str, optional
        When it was written, ISO 8601; without it, only due times that name their year become intervals.
    day_first : bool, optional
        Whether `3/4` is 3 April.

    Returns
    -------
    tuple of Gap
        In the order of their promises; no span is longer than `MAX_EVIDENCE`.

    Examples
    --------
    >>> text = "They promised to call me back within 24 hours. Nobody called."
    >>> [gap] = gaps(text, [Span(0, 46), Span(47, 61)])
    >>> gap.promise.text, gap.action, gap.due.text, [outcome.text for outcome in gap.outcomes], gap.status
    ('They promised to call me back within 24 hours', 'contact', 'within 24 hours', ['Nobody called'], 'broken')
    """
    words = read(text, quoted)
    found = promises.find(text, words, sentences)
    if not found:
        return ()
    cut: dict[int, list[tuple[int, int]]] = {}

    def parts(number: int) -> list[tuple[int, int]]:
        if number not in cut:
            cut[number] = clauses(words, *words.within(sentences[number]))
        return cut[number]

    anchor = _moment(created_at)
    ledger = []
    for promise in found:
        action = action_of(words, promise, parts(promise.sentence))
        told = outcomes.find(words, promise, action, parts, len(sentences))
        when = _due(text, promise, anchor, day_first)
        came = tuple(_outcome(text, outcome, anchor, day_first) for outcome in told)
        status = came[-1].status if came else "open"
        ledger.append(
            Gap(
                promise=Evidence(*promise.span, text[promise.span.start : promise.span.end]),
                action=action,
                status=status,
                who=promises.who(text, words, promise, parts(promise.sentence)),
                due=when,
                outcomes=came,
                late_by_hours=_lateness(text, when, came[-1], anchor, day_first) if status == "late" else None,
            )
        )
    return tuple(ledger)


def action_of(words: Words, promise: promises.Promise, parts: Sequence[tuple[int, int]]) -> str:
    """What was promised: one of the taxonomy's actions."""
    table = cues.table("action")
    sentence = words.forms[parts[0][0] : parts[-1][1]]
    scores = table.score(cues.of_action(words.forms[promise.first : promise.last], sentence))
    return table.names[max(range(len(scores)), key=scores.__getitem__)]


def _moment(created_at: str | None) -> datetime | date | None:
    """A day or a moment; `None` for what is neither, such as a bare year."""
    if created_at is None:
        return None
    try:
        return date.fromisoformat(created_at) if len(created_at) <= 10 else datetime.fromisoformat(created_at)
    except ValueError:
        return None


def _due(text: str, promise: promises.Promise, anchor: datetime | date | None, day_first: bool | None) -> Due | None:
    """The first due expression of a promise, and its interval where it means one."""
    spans = due.find(text, *promise.span)
    if not spans:
        return None
    start, end = spans[0]
    interval = due.resolve(text[start:end], anchor=anchor, day_first=day_first)
    if interval is None:
        return Due(start, end, text[start:end])
    return Due(start, end, text[start:end], interval.from_, interval.to, interval.ambiguous)


def _outcome(text: str, told: outcomes.Told, anchor: datetime | date | None, day_first: bool | None) -> Outcome:
    start, end = told.span.start, min(told.span.end, told.span.start + MAX_EVIDENCE)
    interval = _interval(text, start, end, anchor, day_first)
    return Outcome(start, end, text[start:end], told.status, interval.from_ if interval else None)


def _interval(
    text: str, start: int, end: int, anchor: datetime | date | None, day_first: bool | None
) -> due.Interval | None:
    """The interval of the first due expression in a stretch that means one."""
    for first, last in due.find(text, start, end) if anchor else ():
        interval = due.resolve(text[first:last], anchor=anchor, day_first=day_first)
        if interval is not None:
            return interval
    return None


def _lateness(
    text: str, when: Due | None, came: Outcome, anchor: datetime | date | None, day_first: bool | None
) -> float | None:
    """Hours from the end of the due time to the end of the time at which it came.

    Ends are compared, so that Tuesday and Friday are 72 hours apart. A weekday that seems to
    come before the due time is the next week's.
    """
    interval = _interval(text, came.start, came.end, anchor, day_first)
    if when is None or when.to is None or interval is None or interval.to is None:
        return None
    hours = (datetime.fromisoformat(interval.to) - datetime.fromisoformat(when.to)).total_seconds() / 3600
    if -_WEEK < hours < 0:
        hours += _WEEK
    return hours if hours > 0 else None
