"""Reckoning with days: working days and hours, months, weeks, and the feasts that move."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, time, timedelta

DAY = timedelta(days=1)
OPENS, CLOSES = time(9), time(17)
"""The working day, local time; customers are seldom told another."""


def midnight(day: date) -> datetime:
    """The moment at which a day begins."""
    return datetime(day.year, day.month, day.day)


def add_months(day: date, months: int) -> date:
    """The same day some months on, or the last of a month that is shorter.

    Examples
    --------
    >>> add_months(date(2024, 1, 31), 1)
    datetime.date(2024, 2, 29)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def working_days(after: date, holidays: Collection[date]) -> Iterator[date]:
    """Days after a given one that are neither Saturday, Sunday nor holiday; `OverflowError` at the end of time."""
    while True:
        after += DAY
        if after.weekday() < 5 and after not in holidays:
            yield after


def add_working_days(day: date, count: int, holidays: Collection[date]) -> date:
    """The last of `count` working days, the first being the next one after `day`.

    Examples
    --------
    >>> add_working_days(date(2010, 8, 6), 5, ())
    datetime.date(2010, 8, 13)
    """
    for passed, working in enumerate(working_days(day, holidays), 1):
        if passed >= count:
            return working
    raise AssertionError


def add_working_time(moment: datetime, length: timedelta, holidays: Collection[date]) -> datetime:
    """The moment at which so much working time has passed.

    Examples
    --------
    >>> add_working_time(datetime(2010, 8, 6, 15), timedelta(hours=4), ())
    datetime.datetime(2010, 8, 9, 11, 0)
    """
    for day in working_days(moment.date() - DAY, holidays):
        opens = max(moment, datetime.combine(day, OPENS))
        left = datetime.combine(day, CLOSES) - opens
        if length <= left:
            return opens + length
        length -= max(left, timedelta())
    raise AssertionError


def easter(year: int) -> date:
    """Easter Sunday, by the anonymous Gregorian reckoning (J. Meeus, Astronomical Algorithms, chapter 8).

    Examples
    --------
    >>> easter(2024)
    datetime.date(2024, 3, 31)
    """
    golden = year % 19
    century, rest = divmod(year, 100)
    leap, odd = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap - moon + 15) % 30
    quarter, left = divmod(rest, 4)
    sunday = (32 + 2 * odd + 2 * quarter - epact - left) % 7
    late = (golden + 11 * epact + 22 * sunday) // 451
    month, day = divmod(epact + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def feast(name: str, year: int) -> date:
    """The day of a feast in a year.

    Raises
    ------
    KeyError
        If it is not one of those below.
    """
    if name in _MOVING:
        return easter(year) + DAY * _MOVING[name]
    if name == "black friday":
        first = date(year, 11, 1)
        return first + DAY * ((3 - first.weekday()) % 7 + 22)
    return date(year, *_FIXED[name])


_MOVING = {"good friday": -2, "easter saturday": -1, "easter": 0, "easter sunday": 0, "easter monday": 1}
_FIXED = {
    "christmas eve": (12, 24),
    "christmas": (12, 25),
    "christmas day": (12, 25),
    "boxing day": (12, 26),
    "new year eve": (12, 31),
    "new year": (1, 1),
}


def coming(candidates: Iterable[date], today: date) -> date:
    """The first of some ascending days that is to come, or that is past by no more than 60 days.

    Who complains of a promise that was due on 3 March does so soon after; who makes one
    means a day to come.
    """
    return next(day for day in candidates if (today - day).days <= 60)
