"""When a promise falls due: the words that say so, and the interval that they mean.

Times carry no false precision. An interval is half-open, from a moment up to a moment, each
written `YYYY-MM-DDTHH:MM` in the clock time of the anchor (one form, which sorts): Tuesday the
10th is `2010-08-10T00:00` to `2010-08-11T00:00`. A point in time, `at 5pm`, begins where it
ends. It holds the moments at which the promise may be kept and is not late, as far as the
words tell; `None` at an end leaves it open there.

What is read into the words:

- A promise of one length (`in 5 days`) may be kept at once; of two (`3-5 days`), from the first.
- Days, weeks and months end with their last day; working days count from the day after the anchor.
- A working day is 9:00 to 17:00, and so ends `close of business`; `end of the day` may be midnight.
- A morning is 6:00 to 12:00, an afternoon ends at 18:00, an evening at midnight; `first thing` is 8:00 to 10:00.
- Hours without `am` or `pm`: 1 to 6 and 12 in the afternoon, 7 to 11 in the morning (7 to 9 ambiguous).
- A time without a day is of the anchor's day, even if it has passed.
- `A couple` is 2 to 3, `a few` 3 to 7.
- A week runs from Monday and ends on Friday to Sunday; the beginning or end of a month is a quarter of it.
- A bare weekday is the next one or today (then ambiguous); `next Tuesday` is next week's (ambiguous
  while this week's is to come); `the Tuesday` and `that day` are ambiguous, since they point back into a story.
- `The 19th` is the next one (ambiguous in the week after one); a date, month or feast without a year is the
  next one, or the last if that is past by no more than 60 days.
- `3/4` is day first where `day_first` does not say, and ambiguous where it could be either.
- Seasons are the north's, and ambiguous.
- No interval: `soon`, `asap`, `for life`, `every week`, masked dates, and what hangs on another
  event (`within 7 days of receiving it`, `24 hours before`).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from servicegap.gaps.dated import dated
from servicegap.gaps.grammar import ELEMENT, EXPRESSION
from servicegap.gaps.reckon import Now, UnknownTimeError, quantity
from servicegap.gaps.words import SYMBOLS, Cut, cut


class DueSpan(NamedTuple):
    """Where a due expression stands in a text, in code points, half-open."""

    start: int
    end: int


class Interval(NamedTuple):
    """From a moment up to a moment, `YYYY-MM-DDTHH:MM`; `None` where it is open.

    `ambiguous` says that the words could mean another interval as well.
    """

    from_: str | None
    to: str | None
    ambiguous: bool = False


def find(text: str, start: int = 0, end: int | None = None) -> list[DueSpan]:
    """The words in `text[start:end]` that say when something falls due.

    Takes time linear in the length of the stretch.

    Parameters
    ----------
    text : str
    start, end : int
        The stretch to read, in code points.

    Returns
    -------
    list of DueSpan
        In order, not overlapping, in code points of `text`.

    Examples
    --------
    >>> text = "He'd ring by close of business on Friday, or within 5 working days."
    >>> [text[due.start : due.end] for due in find(text)]
    ['by close of business on Friday', 'within 5 working days']
    """
    start, end, _ = slice(start, end).indices(len(text))
    words = cut(text[start:end])
    matches = [match.span() for match in EXPRESSION.finditer(words.symbols)]
    return [DueSpan(start + first, start + last) for first, last in words.spans(matches)] if matches else []


def resolve(
    expression: str,
    *,
    anchor: datetime | date | None,
    day_first: bool | None = None,
    holidays: Collection[date] = (),
) -> Interval | None:
    """The interval that a due expression means, or `None` where it means none that can be reckoned.

    Parameters
    ----------
    expression : str
        Words that `find` gave; what stands around them is ignored.
    anchor : datetime, date or None
        When the promise was made, as far as known: a `date` stands for any time of that day,
        `None` leaves only expressions that name their own year. A time zone is left aside.
    day_first : bool or None
        Whether `3/4` is 3 April, by the writer's country; `None` if unknown.
    holidays : collection of date
        Days that are not working days, besides weekends.

    Returns
    -------
    Interval or None

    Examples
    --------
    >>> resolve("this afternoon", anchor=date(2010, 8, 6))
    Interval(from_='2010-08-06T12:00', to='2010-08-06T18:00', ambiguous=False)
    >>> resolve("within 5 working days", anchor=datetime(2010, 8, 6, 15, 30))
    Interval(from_='2010-08-06T15:30', to='2010-08-14T00:00', ambiguous=False)
    >>> resolve("soon", anchor=date(2010, 8, 6)) is None
    True
    """
    words = cut(expression)
    # Read as what somebody says: some words (`a day`) are due only there.
    match = EXPRESSION.search(SYMBOLS["SAYS"] + words.symbols, 1) or ELEMENT.fullmatch(" " + words.symbols, 1)
    if match is None or match.lastgroup in ("VAGUE", "EVENTUAL"):
        return None
    first, last = match.start() - 1, match.end() - 1
    words = Cut(words.folded, words.pieces[first:last], words.symbols[first:last])
    moment = anchor.replace(second=0, microsecond=0, tzinfo=None) if isinstance(anchor, datetime) else None
    now = Now(moment.date() if moment else anchor, moment, day_first, holidays)
    try:
        bounds = quantity(words, now) if match.lastgroup == "QUANTITY" else dated(words, now)
    except (UnknownTimeError, ValueError, OverflowError):
        return None
    start, stop, ambiguous = bounds
    return Interval(
        start.isoformat(timespec="minutes") if start else None,
        stop.isoformat(timespec="minutes") if stop else None,
        ambiguous,
    )
