"""Days and longer periods: `next Tuesday`, `the 19th`, `3/4`, `end of next month`, `Christmas`."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Container, Iterator
from datetime import date
from typing import Final

from servicegap.gaps.calendar import DAY, add_months, add_working_days, coming, feast
from servicegap.gaps.reckon import WORKING, Now, UnknownTimeError
from servicegap.gaps.words import members

Days = tuple[date, date]
"""From one day to the day after the last."""

Reading = tuple[Days, bool]
"""The days, and whether the words could mean others."""

_MONTHS: Final = {
    word: "janfebmaraprmaijunjulaugsepoctnovdec".index(word[:3].replace("may", "mai")) // 3 + 1
    for word in members("MONTH", "SHORTMONTH", "MAY", "CAPMAY")
}
_WEEKDAYS: Final = {
    word: day
    for word in members("WEEKDAY", "WEEKDAYS", "SHORTDAY")
    for prefix, day in {"m": 0, "tu": 1, "te": 1, "w": 2, "th": 3, "f": 4, "sa": 5, "su": 6}.items()
    if word.startswith(prefix)
}
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}
_NEXT = members("NEXT", "COMING")
_WEEK = members("WEEK")
_END, _START, _MIDDLE = {"end", "close", "late"}, {"beginning", "start", "early"}, {"mid", "middle"}
_TOMORROW, _RECURRING, _MASKS = members("TOMORROW"), members("WEEKDAYS"), members("MASK")
_UNITS = members("WEEK", "TERM", "QUARTER")
_MONTHS_AHEAD, _YEARS_AHEAD = 15, 10
_JUST_PAST = range(1, 8)
_ENDOF = {"eow": "week", "eom": "month", "eoy": "year"}


def days(name: str, pieces: list[str], now: Now) -> Reading:
    """The days that an element of the grammar means.

    Parameters
    ----------
    name : str
        The element's rule.
    pieces : list of str
        Its words.
    now : Now
        The moment from which it is seen.

    Raises
    ------
    UnknownTimeError
        If the words name no day, or `now` is needed and unknown.
    ValueError, OverflowError
        If there is no such day.
    """
    return _READERS[name](pieces, now)


def _day(day: date) -> Days:
    return day, day + DAY


def _period(unit: str, day: date) -> Days:
    """The week (from Monday), month, quarter or year that holds a day."""
    if unit in _WEEK:
        start = day - DAY * day.weekday()
        return start, start + DAY * 7
    months = 12 if unit == "year" else 3 if unit == "quarter" else 1
    start = date(day.year, (day.month - 1) // months * months + 1, 1)
    return start, add_months(start, months)


def _edge(period: Days, pieces: list[str]) -> Days:
    """The end, beginning or middle of a period: a quarter or third of it; of a week, three days."""
    start, stop = period
    days = (stop - start).days
    length = DAY * (3 if days == 7 else max(days // 4, 1))
    if not _END.isdisjoint(pieces):
        return stop - length, stop
    if not _START.isdisjoint(pieces):
        return start, start + length
    if not _MIDDLE.isdisjoint(pieces):
        return start + DAY * (days // 3), stop - DAY * (days // 3)
    return period


def _named(pieces: list[str], names: dict[str, int]) -> int | None:
    return next((names[piece] for piece in pieces if piece in names), None)


def _number(pieces: list[str], lengths: Container[int]) -> int | None:
    return next((int(piece) for piece in pieces if len(piece) in lengths and piece.isdigit()), None)


def _year(pieces: list[str], now: Now) -> int | None:
    """The year that is named, in figures or as `next year`."""
    if "year" in pieces:
        return now.today.year + (not _NEXT.isdisjoint(pieces))
    return _number(pieces, (4,))


def _any_year(month: int, day: int, pieces: list[str], now: Now) -> date:
    """The day in the year that is named, else the coming one."""
    year = _year(pieces, now)
    return date(year, month, day) if year else coming(_yearly(month, day, now.today.year - 1), now.today)


def _yearly(month: int, day: int, year: int) -> Iterator[date]:
    """The days of that date, from a year on; 29 February has some."""
    for later in range(year, year + _YEARS_AHEAD):
        if month != 2 or day != 29 or monthrange(later, 2)[1] == 29:
            yield date(later, month, day)


def _date(pieces: list[str], now: Now) -> Reading:
    month, day = _named(pieces, _MONTHS), _number(pieces, (1, 2))
    if month and day:
        return _day(_any_year(month, day, pieces, now)), False
    return _numeric(pieces, now)


def _numeric(pieces: list[str], now: Now) -> Reading:
    """`2020-03-12`, `12/03/2020`, `3/4`; the day comes first unless it cannot or is said not to."""
    first, second, *rest = [int(number) for number in re.split("[/.-]", pieces[0])]
    if first > 31:
        return _day(date(first, second, rest[0])), False
    year = [str(rest[0] + 2000 if rest[0] < 100 else rest[0])] if rest else []
    ambiguous = now.day_first is None and first != second and first <= 12 and second <= 12
    day, month = (second, first) if second > 12 or (now.day_first is False and first <= 12) else (first, second)
    return _day(_any_year(month, day, year, now)), ambiguous


def _nth(pieces: list[str], now: Now) -> Reading:
    """`the 19th`: the next one, today's included, or that of the month that is said."""
    number = _number(pieces, (1, 2)) or 1
    if not _NEXT.isdisjoint(pieces):
        return _day(add_months(now.today.replace(day=1), 1).replace(day=number)), False
    if "this" in pieces:
        return _day(now.today.replace(day=number)), False
    day = next(_numbered(number, now.today))
    return _day(day), now.today.day - number in _JUST_PAST


def _numbered(number: int, since: date) -> Iterator[date]:
    """The days of that number in their months, from a day on."""
    first = since.replace(day=1)
    for months in range(_MONTHS_AHEAD):
        month = add_months(first, months)
        day = month + DAY * (number - 1)
        if day >= since and day.month == month.month:
            yield day


def _weekday(pieces: list[str], now: Now) -> Reading:
    """`next Tuesday`, `Friday week`, `Friday 13th`; a bare name is the next such day or today."""
    day = _named(pieces, _WEEKDAYS)
    if day is None or not _RECURRING.isdisjoint(pieces):
        raise UnknownTimeError
    if not _MASKS.isdisjoint(pieces):
        raise UnknownTimeError
    written = [piece for piece in pieces if piece[0].isdigit() and not piece.isdigit()]
    if written or _named(pieces, _MONTHS):
        return _date(written or pieces, now)
    number = _number(pieces, (1, 2))
    if number:
        return _weekday_numbered(day, number, now.today)
    today = now.today
    ahead = (day - today.weekday()) % 7
    coming = today + DAY * ahead
    following = today + DAY * (7 - today.weekday() + day)
    if not {"next", "nxt"}.isdisjoint(pieces) and "this" not in pieces:
        return _day(following), day > today.weekday() and _WEEK.isdisjoint(pieces)
    if not _WEEK.isdisjoint(pieces):
        return _day(coming + DAY * 7), False
    if not _NEXT.isdisjoint(pieces):
        return _day(today + DAY * (ahead or 7)), False
    return _day(coming), ahead == 0 or not {"the", "that"}.isdisjoint(pieces)


def _weekday_numbered(weekday: int, number: int, today: date) -> Reading:
    """`Friday 13th`: the next 13th, or the last, if it is a Friday; else the next that is one."""
    ahead = list(_numbered(number, today))
    behind = [day for day in _numbered(number, add_months(today, -1)) if day < today]
    for day in (ahead[0], *behind[-1:], *ahead):
        if day.weekday() == weekday:
            return _day(day), day not in (ahead[0], *behind)
    return _day(ahead[0]), True


def _relative(pieces: list[str], now: Now) -> Reading:
    """`today`, `tomorrow`, `the next working day`, `that day`."""
    words = set(pieces)
    if words & {"before", "b4"} or ("after" in words and not words & _TOMORROW):
        raise UnknownTimeError
    if words & _TOMORROW:
        return _day(now.today + DAY * (2 if "after" in words else 1)), False
    if words & _NEXT:
        return _day(add_working_days(now.today, 1, now.holidays) if words & WORKING else now.today + DAY), False
    return _day(now.today), "that" in words


def _spanned(pieces: list[str], now: Now) -> Reading:
    """`this week`, `end of next month`, `early March 2021`, `eom`."""
    words = set(pieces)
    step = 1 if words & _NEXT else 0
    if "weekend" in words or "wkend" in words:
        start, stop = _weekend(now.today, step)
        return _edge((start, stop), pieces), bool(step) and now.today.weekday() < 5
    month = _named(pieces, _MONTHS)
    if month:
        return _edge(_month(month, pieces, now), pieces), False
    unit = next((_ENDOF.get(piece, piece) for piece in pieces if piece in _UNITS or piece in _ENDOF), "")
    if not unit:
        raise UnknownTimeError
    start, stop = period = _period(unit, now.today)
    if step:
        period = _period(unit, stop)
    elif "later" in words:
        period = min(now.today + DAY, stop - DAY), stop
    return _edge(period, ["end"] if words & set(_ENDOF) else pieces), "that" in words


def _month(month: int, pieces: list[str], now: Now) -> Days:
    if "year" not in pieces and not _NEXT.isdisjoint(pieces):
        ahead = (month - now.today.month - 1) % 12 + 1
        return _period("month", add_months(now.today.replace(day=1), ahead))
    return _period("month", _any_year(month, 15, pieces, now))


def _weekend(today: date, step: int) -> Days:
    """The coming weekend or the present one; a step on, that of next week."""
    saturday = today + DAY * (5 - today.weekday() + 7 * step)
    return saturday, saturday + DAY * 2


def _weekwise(pieces: list[str], now: Now) -> Reading:
    """`the weekend`, `w/c 10 April`, `the week of the 12th`."""
    if not {"weekend", "wkend"}.isdisjoint(pieces):
        return _spanned(pieces, now)
    if _named(pieces, _WEEKDAYS) is not None:
        (start, _), ambiguous = _weekday(pieces[2:], now)
    elif _named(pieces, _MONTHS) or not any(piece.isdigit() for piece in pieces):
        (start, _), ambiguous = _date([piece for piece in pieces if piece not in _WEEK], now)
    else:
        (start, _), ambiguous = _nth(pieces, now)
    return (_period("week", start) if "of" in pieces else (start, start + DAY * 7)), ambiguous


def _festive(pieces: list[str], now: Now) -> Reading:
    name = " ".join(piece for piece in pieces if piece != "the").replace("xmas", "christmas")
    year = now.today.year
    try:
        return _day(coming((feast(name, near) for near in range(year - 1, year + 2)), now.today)), False
    except KeyError:
        raise UnknownTimeError from None


def _seasonal(pieces: list[str], now: Now) -> Reading:
    """`spring 2024`, `Q3`; seasons are those of the north, and marked as ambiguous."""
    season = _named(pieces, _SEASONS)
    month = season or 3 * int(pieces[0][1]) - 2
    start = _any_year(month, 1, pieces, now)
    return _edge((start, add_months(start, 3)), pieces), bool(season)


def _yesterday(pieces: list[str], now: Now) -> Reading:
    return _day(now.today - DAY), False


def _unknown(pieces: list[str], now: Now) -> Reading:
    raise UnknownTimeError


_READERS: Final[dict[str, Callable[[list[str], Now], Reading]]] = {
    "DATE": _date,
    "NUMERAL": _numeric,
    "NTH": _nth,
    "NAMED": _weekday,
    "RELATIVE": _relative,
    "EDGED": _spanned,
    "SPANNED": _spanned,
    "MONTHLY": _spanned,
    "MONTHX": _spanned,
    "WEEKWISE": _weekwise,
    "FESTIVE": _festive,
    "SEASONAL": _seasonal,
    "SEASON": _seasonal,
    "YESTERDAY": _yesterday,
    "MASKED": _unknown,
    "MASK": _unknown,
}
