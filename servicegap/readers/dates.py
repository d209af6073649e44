"""Dates as the sources write them, to ISO 8601; own small grammar, no locale."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import NamedTuple

_MONTH_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split("|"), 1)}
_MONTH = rf"(?:{_MONTH_NAMES})[a-z]{{0,6}}"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2})?(?:\.\d{1,9})?(?:\s?[ap]\.?m\b\.?)?"
_DATE = re.compile(
    rf"""(?:\b(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s)?
    (?:(?P<month1>{_MONTH})\.?\s(?P<day1>\d{{1,2}})(?:st|nd|rd|th)?(?:(?:,|\s)\s?(?P<year1>\d{{4}})\b)?
      |\b(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?[\s-](?:of\s)?(?P<month2>{_MONTH})\.?(?:,?[\s-](?P<year2>\d{{4}})\b)?
      |\b(?P<year3>\d{{4}})[-/](?P<month3>\d{{1,2}})[-/](?P<day3>\d{{1,2}})(?!\d)
      |\b(?P<first>\d{{1,2}})(?P<mark>[/.])(?P<second>\d{{1,2}})(?P=mark)(?P<year4>\d{{4}}|\d{{2}})\b)
    (?:(?:,?\s(?:at\s|@\s|[-–—·|]\s)?|T|\sat\s)(?P<clock>{_CLOCK}))?
    (?:\s?(?P<zone>Z\b|[+-]\d{{2}}:?\d{{2}}\b|UTC\b|GMT\b))?
    (?:\s(?P<year5>\d{{4}})\b)?
    (?:\s\(?(?:UTC|GMT|[ECMP][SD]T|[A-Z]EST|BST|CEST|CET)\b\)?)?""",
    re.X | re.I,
)
_AGO = re.compile(
    r"(?:\b(?:about|over|almost|around)\s)?\b(?:\d{1,3}|an?|one|two|a few)\+?\s?"
    r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|yrs?|[smhdwy]|mo)\sago\b"
    r"|\bjust now\b|\b(?:yesterday|today)(?:,?\sat\s\d{1,2}:\d{2}(?:\s?[ap]m\b)?)?",
    re.I,
)
_MADE = re.compile(r"\d{4}-\d{2}(?:-\d{2})?|\d{4}")
_LONGEST = 80


class Found(NamedTuple):
    """Where a date stands in a line, and what it is where that can be told (`ago` cannot)."""

    start: int
    end: int
    iso: str | None


def find(line: str) -> Found | None:
    """The first date or stretch of time ago in a short line.

    Examples
    --------
    >>> find("Jane on March 3, 2015 at 4:12 pm")
    Found(start=8, end=32, iso='2015-03-03T16:12:00')
    >>> find("9 years ago")
    Found(start=0, end=11, iso=None)
    """
    if any(letter.isdigit() for letter in line):
        for match in _DATE.finditer(line):
            if match["year5"] or any(match[name] for name in ("year1", "year2", "year3", "year4", "clock")):
                return Found(match.start(), match.end(), _moment(match))
    ago = _AGO.search(line)
    return Found(ago.start(), ago.end(), None) if ago else None


def iso(value: object) -> str | None:
    """A record's date as ISO 8601, to its own precision; None where it cannot be told.

    `3/4/2015` stays unknown, since it is March in one country and April in another.

    Parameters
    ----------
    value : object
        A string, or seconds or milliseconds since 1970.

    Examples
    --------
    >>> iso("Tue Oct 31 22:10:47 +0000 2017")
    '2017-10-31T22:10:47+00:00'
    >>> iso(1509487847)
    '2017-10-31T22:10:47+00:00'
    >>> iso("2019-02-18")
    '2019-02-18'
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _epoch(float(value))
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    value = value.strip()
    if value.isascii() and value.isdigit() and len(value) in (10, 13):
        return _epoch(float(value))
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        found = find(value)
        return found.iso if found else value if _MADE.fullmatch(value) else None
    return value if _MADE.fullmatch(value) else moment.isoformat()


def _epoch(seconds: float) -> str | None:
    if abs(seconds) > 1e11:
        seconds /= 1000
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat()
    except (ValueError, OverflowError, OSError):
        return None


def _moment(match: re.Match[str]) -> str | None:
    """The date that a match of `_DATE` means."""
    year = next((match[name] for name in ("year1", "year2", "year3", "year4", "year5") if match[name]), None)
    if year is None:
        return None
    name = match["month1"] or match["month2"]
    day, month = match["day1"] or match["day2"] or match["day3"], match["month3"]
    if name:
        month = str(_MONTHS[name[:3].lower()])
    elif match["first"]:
        day, month = match["first"], match["second"]
        if int(month) > 12:
            day, month = month, day
        elif int(day) <= 12 and day != month:
            return None
    full = int(year) + (2000 if len(year) == 2 else 0)
    try:
        moment = datetime(full, int(month), int(day))
        return _at(moment, match["clock"], match["zone"]) if match["clock"] else moment.date().isoformat()
    except ValueError:
        return None


def _at(day: datetime, clock: str, zone: str | None) -> str:
    digits = re.match(r"[\d:.]+", clock)
    hour, minute, *rest = (digits[0] if digits else clock).rstrip(".").split(":")
    half = clock[-4:].lower()
    hours = int(hour)
    if "p" in half and hours < 12:
        hours += 12
    elif "a" in half and hours == 12:
        hours = 0
    moment = day.replace(hour=hours, minute=int(minute[:2]), second=int(rest[0][:2]) if rest else 0)
    text = moment.isoformat()
    if zone is None:
        return text
    if zone[0] in "+-":
        return f"{text}{zone[:3]}:{zone[-2:]}"
    return f"{text}+00:00"
