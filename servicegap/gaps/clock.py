"""Times of day: `8am-12pm`, `half seven`, `between 2 and 4`, `close of business`, `this afternoon`."""

from __future__ import annotations

from servicegap.gaps.calendar import CLOSES, OPENS
from servicegap.gaps.reckon import NUMBERS
from servicegap.gaps.words import members

Minutes = tuple[int, int]
"""A stretch of a day, in minutes from its midnight; beyond 1,440 it is the next day."""

NOON, MIDNIGHT = 720, 1440
_PARTS = {
    "morning": (360, NOON),
    "lunch": (NOON, 840),
    "lunchtime": (NOON, 840),
    "afternoon": (NOON, 1080),
    "arvo": (NOON, 1080),
    "teatime": (960, 1080),
    "evening": (1080, MIDNIGHT),
    "night": (1080, MIDNIGHT),
    "tonight": (1080, MIDNIGHT),
    "tonite": (1080, MIDNIGHT),
    "2nite": (1080, MIDNIGHT),
    "2night": (1080, MIDNIGHT),
    "overnight": (1080, MIDNIGHT + 360),
}
FIRST_THING = (480, 600)
_LINKS = members("AND", "DASH", "TO", "UNTIL")
_OPENING, _CLOSING = OPENS.hour * 60, CLOSES.hour * 60


def part(pieces: list[str]) -> Minutes | None:
    """The part of the day that is named, if any."""
    return next((_PARTS[name] for piece in pieces if (name := piece.removesuffix("s")) in _PARTS), None)


def moment(pieces: list[str]) -> tuple[int, bool]:
    """One time, in minutes, and whether the half of the day was certain.

    Without `am` or `pm`, 1 to 6 and 12 are read as afternoon and 7 to 11 as morning, as in a working day.
    """
    if not {"noon", "midday"}.isdisjoint(pieces):
        return NOON, True
    if "midnight" in pieces:
        return MIDNIGHT, True
    number = next(piece for piece in pieces if piece[0].isdigit() or piece in NUMBERS)
    digits = number.replace(".", ":").partition(":")
    hour, minute = NUMBERS.get(number) or int(digits[0]), int(digits[2] or 0)
    minutes = [NUMBERS[piece] for piece in pieces if NUMBERS.get(piece, 0) > 12]
    if "half" in pieces or minutes:
        minute = minutes[0] if minutes else 30
    elif "quarter" in pieces:
        hour, minute = (hour - 1, 45) if "to" in pieces else (hour, 15)
    half = next((piece[0] for piece in pieces if piece[:2] in ("am", "pm", "a.", "p.")), "")
    if half and hour <= 12:
        hour = hour % 12 + 12 * (half == "p")
    certain = bool(half) or hour > 12 or number[0] == "0"
    if not certain and 1 <= hour <= 6:
        hour += 12
    return hour * 60 + minute, certain


def stretch(pieces: list[str]) -> Minutes:
    """From one time to another; what the second says of the half of the day holds for the first."""
    links = [place for place, piece in enumerate(pieces) if piece in _LINKS and place]
    first, second = pieces[: links[0]], pieces[links[0] + 1 :]
    start, sure = moment(first)
    stop, certain = moment(second)
    if start == MIDNIGHT:
        start = 0
    if certain and not sure and stop <= MIDNIGHT:
        half = stop - 1 >= NOON
        same = start % NOON + NOON * half
        start = same if same < stop else same - NOON if same >= NOON else start
    if stop <= start:
        stop += NOON if not certain and stop + NOON > start else MIDNIGHT
    return start, stop


def business(pieces: list[str]) -> Minutes:
    """The end or beginning of a day or its part; `EOD` may mean the end of work or of the day."""
    named = part(pieces)
    if not {"start", "beginning"}.isdisjoint(pieces):
        return (named[0], named[0]) if named else (_OPENING, _OPENING)
    if named:
        return named[1], named[1]
    if "eod" in pieces or (pieces[-1] == "day" and pieces[-2] in ("of", "the", "this")):
        return _CLOSING, MIDNIGHT
    return _CLOSING, _CLOSING
