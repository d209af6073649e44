"""Points and periods in time, and the side of them: `Friday before noon`, `by the 19th`, `8am-12pm tomorrow`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final, NamedTuple

from servicegap.gaps import clock
from servicegap.gaps.calendar import DAY, midnight
from servicegap.gaps.clock import NOON, Minutes
from servicegap.gaps.days import Days, Reading, days
from servicegap.gaps.grammar import ELEMENT
from servicegap.gaps.reckon import Bounds, Now
from servicegap.gaps.words import Cut, members

_RELATIONS: Final = (
    dict.fromkeys(members("BY", "UNTIL", "UP", "LATER", "LATEST"), "by")
    | dict.fromkeys(members("BEFORE"), "before")
    | dict.fromkeys(members("AFTER"), "after")
    | dict.fromkeys(members("FROM"), "from")
    | dict.fromkeys(members("NO"), "not")
    | {"earliest": "from"}
)
_STRETCHES, _MOMENTS = ("TIMESPAN", "SLOT"), ("CLOCK", "LOOSE")
_TIMES = (*_STRETCHES, *_MOMENTS, "BUSINESS", "OPENING", "DAYPART", "LIMIT")
_ENDS = members("CLOSE", "ENDOF") | {"end", "close"}
_EITHER_HALF = range(7 * 60, 10 * 60)
_NEXT_MORNING = ["the", "morning"]


class _Element(NamedTuple):
    """A part of an expression, and the relation to it that the words say."""

    name: str
    pieces: list[str]
    relation: str | None


def dated(words: Cut, now: Now) -> Bounds:
    """What an expression of the kind `WHEN` means.

    Alone, a day or time is the interval itself. `By` opens it at the moment from which it is
    seen and closes it with the end of what is named, `before` with its beginning; `from` and
    `after` leave it without an end (`after` a time of day: with that day's).
    """
    elements = list(_elements(words))
    relations = [element.relation for element in reversed(elements) if element.name == "LIMIT"]
    from_now = bool(relations or elements[0].relation)
    side = next(filter(None, relations + [element.relation for element in elements]), None)
    time, either = _time(elements)
    named, ambiguous = _named(elements, now)
    first, last = midnight(named[0]), midnight(named[1])
    start, stop = first, last
    if time and last - first == DAY:
        start, stop = (first + timedelta(minutes=minutes) for minutes in time)
        ambiguous |= either
    if side in ("by", "before"):
        stop = stop if side == "by" else start
        if not from_now:
            return Bounds(min(first, stop), stop, ambiguous)
        opened = now.earliest if now.day else None
        return Bounds(opened if opened is None or opened <= stop else min(first, stop), stop, ambiguous)
    if side == "after":
        return Bounds(stop, last if start != first and stop < last else None, ambiguous)
    return Bounds(start, None if side == "from" else stop, ambiguous)


def _elements(words: Cut) -> Iterator[_Element]:
    """The elements in order, each with the last relation that was said before it."""
    place, relation = 0, None
    while place < len(words.pieces):
        found = ELEMENT.match(words.symbols, place)
        if found and found.lastgroup:
            pieces = words.pieces[place : found.end()]
            if found.lastgroup == "LIMIT":
                relation = _RELATIONS[pieces[-1]]
            elif relation == "before" and not _ENDS.isdisjoint(pieces):
                relation = "by"
            yield _Element(found.lastgroup, pieces, None if found.lastgroup in _STRETCHES else relation)
            place, relation = found.end(), None
        else:
            said = _RELATIONS.get(words.pieces[place], relation)
            relation = "from" if (relation, said) == ("not", "before") else said
            place += 1


def _time(elements: list[_Element]) -> tuple[Minutes | None, bool]:
    """The time of day that is named, if any, and whether it may be in the other half of the day."""
    time: Minutes | None = None
    part: Minutes | None = None
    either = False
    for name, pieces, _ in elements:
        part = part or clock.part(pieces)
        if time:
            continue
        if name in _STRETCHES:
            time = clock.stretch(pieces)
        elif name in _MOMENTS:
            minute, sure = clock.moment(pieces)
            time = minute, minute
            either = not sure and minute in _EITHER_HALF and not any(":" in piece or "." in piece for piece in pieces)
        elif name == "BUSINESS":
            time = clock.business(pieces)
        elif name == "OPENING":
            time = clock.FIRST_THING
    if not time or not part or "BUSINESS" in elements[0]:
        return time or part, either
    shift = NOON if time[0] < NOON <= part[0] else -NOON if part[1] <= NOON < time[1] else 0
    return (time[0] + shift, time[1] + shift), False


def _named(elements: list[_Element], now: Now) -> Reading:
    """The days that are named, or else those that the time of day implies."""
    found: list[Days] = []
    unsure = False
    for name, pieces, relation in elements:
        if name in _TIMES:
            continue
        named, ambiguous = days(name, pieces, now)
        unsure |= ambiguous
        if name == "FESTIVE" and relation is None and pieces[-2:] == ["new", "year"]:
            named = days("MONTHX", ["january", str(named[0].year)], now)[0]
        while found and named[0] < found[0][0]:
            named = named[0] + DAY * 7, named[1] + DAY * 7
        found.append(named)
    if found:
        return (found[0][0], found[-1][1]), unsure
    pieces = elements[0].pieces if len(elements) == 1 else elements[-1].pieces
    today = now.today
    if pieces == _NEXT_MORNING and not (now.moment and now.moment.hour < 6):
        today += DAY
    return (today, today + DAY), not {"that", "same"}.isdisjoint(pieces)
