"""From the words of a due expression to the time they mean, seen from a moment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import NamedTuple

from servicegap.gaps.calendar import DAY, add_months, add_working_days, add_working_time, midnight
from servicegap.gaps.grammar import LENGTH, SPELL
from servicegap.gaps.words import Cut, members

_NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
NUMBERS = {word: number for number, word in enumerate(_NUMBER_WORDS.split(), 1)}
NUMBERS |= {"thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "ninety": 90}
_LOOSE_NUMBERS = {"couple": (2.0, 3.0), "few": (3.0, 7.0), "several": (3.0, 7.0), "another": (1.0, 1.0)}
_HALF = {"half", "½", "1/2"}
WORKING = members("WORK", "WORKDAY") - {"calendar", "billing"}


_AT_MOST = members("WITHIN", "WITH", "UP", "LESS", "MORE", "MOST", "LATER")


class UnknownTimeError(Exception):
    """The words name no time that can be reckoned."""


class Bounds(NamedTuple):
    """From a moment up to a moment; either may be open."""

    start: datetime | None
    stop: datetime | None
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Now:
    """The moment from which an expression is seen, to the precision known, and the customs of the place."""

    day: date | None
    moment: datetime | None
    day_first: bool | None
    holidays: Collection[date]

    @property
    def today(self) -> date:
        """The day, if known."""
        if self.day is None:
            raise UnknownTimeError
        return self.day

    @property
    def earliest(self) -> datetime:
        """The first moment that it can be."""
        return self.moment or midnight(self.today)

    @property
    def latest(self) -> datetime:
        """The last moment that it can be."""
        return self.moment or midnight(self.today + DAY)


def quantity(words: Cut, now: Now) -> Bounds:
    """A stretch of time: `within 5 working days`, `24-48 hours`, `at least a week`, `within the hour`.

    A promise of one length may be kept at any time up to its end. Of two lengths, the first opens
    the interval, unless it is `within` or `up to` them. Days, weeks and longer end with their last
    day; hours and minutes count from the moment, or from the end of the day where only that is known.
    """
    spells = list(SPELL.finditer(words.symbols))
    spoken = spells or list(LENGTH.finditer(words.symbols))[:1]
    first, last = spoken[0].start(), spoken[-1].end()
    lead, tail = words.pieces[:first], words.pieces[last:]
    if _hangs_on_event(lead, tail):
        raise UnknownTimeError
    counts = [count for spell in spells for count in _counts(words.pieces[spell.start() : spell.end()])] or [1.0]
    if "half" in tail:
        counts = [count + 0.5 for count in counts]
    elif "or" in tail:
        counts += _counts(tail)
    unit = words.pieces[max(match.start() for match in LENGTH.finditer(words.symbols, 0, last))]
    working = unit[:2] not in ("we", "wk", "fo") and not WORKING.isdisjoint(words.pieces)
    if not spells and unit == "day" and "next" not in lead and "the" in words.pieces:
        counts = [0.0]
    low, high = min(counts), max(counts)
    said = set(lead + tail)
    negated = not said.isdisjoint({"no", "not"})
    if not said.isdisjoint({"least", "minimum", "after"}) or (("less" if negated else "more") in said):
        return Bounds(_begin(low, unit, now, working=working), None)
    stop = _end(high, unit, now, working=working)
    if low == high or not _AT_MOST.isdisjoint(said):
        return Bounds(now.earliest, stop)
    return Bounds(_begin(low, unit, now, working=working), stop)


def _hangs_on_event(lead: list[str], tail: list[str]) -> bool:
    """Whether the time runs from something other than the promise: `of receiving it`, `before the visit`."""
    if "another" in lead:
        return False
    for place, word in enumerate(tail):
        if word in {"from", "after", "before", "b4"}:
            return tail[place + 1 : place + 2] not in (["today"], ["now"])
        if word == "of":
            return not {"within", "inside", "in", "w"}.isdisjoint(lead)
    return False


def _counts(pieces: list[str]) -> list[float]:
    """The numbers in some words."""
    found: list[float] = []
    for piece in pieces:
        number = float(piece) if piece[0].isdigit() and "/" not in piece else float(NUMBERS.get(piece, 0))
        if piece in _LOOSE_NUMBERS:
            found += _LOOSE_NUMBERS[piece]
        elif piece in _HALF:
            found = [count + 0.5 for count in found] or [0.5]
        elif piece[0] == "x":
            raise UnknownTimeError
        elif "/" in piece and piece != "/":
            found += map(float, piece.split("/"))
        elif number and found and found[-1] in range(20, 100, 10) and piece in NUMBERS and number < 10:
            found[-1] += number
        elif number or piece == "0":
            found.append(number)
    return found


def _length(count: float, unit: str) -> timedelta | tuple[int, int]:
    """A length as hours and less, or as (months, days)."""
    if unit[0] in "hs" or unit.startswith("min"):
        return timedelta(hours=count) if unit[0] == "h" else timedelta(minutes=count / (60 if unit[0] == "s" else 1))
    if unit[0] in "myq":
        months = count * {"m": 1, "y": 12, "q": 3}[unit[0]]
        return int(months), ceil(30 * (months % 1))
    if unit[0] == "c":
        raise UnknownTimeError
    return 0, ceil(count * (14 if unit[0] == "f" else 7 if unit[:2] in ("we", "wk") else 1))


def _begin(count: float, unit: str, now: Now, *, working: bool) -> datetime:
    """The first moment at which so long a time may have passed."""
    length = _length(count, unit)
    if isinstance(length, timedelta):
        return add_working_time(now.earliest, length, now.holidays) if working else now.earliest + length
    return midnight(_last_day(length, now, working=working))


def _end(count: float, unit: str, now: Now, *, working: bool) -> datetime:
    """The last moment at which so long a time has just passed."""
    length = _length(count, unit)
    if isinstance(length, timedelta):
        return add_working_time(now.latest, length, now.holidays) if working else now.latest + length
    return midnight(_last_day(length, now, working=working) + DAY)


def _last_day(length: tuple[int, int], now: Now, *, working: bool) -> date:
    months, days = length
    if working and not months:
        return add_working_days(now.today, days, now.holidays)
    return add_months(now.today, months) + DAY * days
