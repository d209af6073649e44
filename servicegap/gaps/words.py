"""The words that due expressions are made of: how a text is cut, and the class and value of each word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from string import ascii_letters, digits
from typing import Final, NamedTuple

_PIECE: Final = re.compile(
    r"""https?://\S+|www\.\S+
    |[a-z]{2,}+(?!\w)
    |[ap]\.m\b\.?
    |o['’]clock
    |q[1-4]\b
    |[^\W\d_]+(?:_\w*)?|_\w*
    |2(?:morrow|morow|moro|mrw|nite|night)\b
    |[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?![0-9])
    |[0-9]{1,2}(?:/[0-9]{1,2}/|\.[0-9]{1,2}\.|-[0-9]{1,2}-)(?:[0-9]{4}|[0-9]{2})(?![0-9/])
    |[0-9]{1,2}[:.][0-9]{2}(?![0-9]|[:.][0-9])
    |[0-9]+(?:[.,:/][0-9]+)*
    |[@#]\w+
    |['’][^\W\d_]+
    |\S""",
    re.X,
)

_SHAPE: Final = re.compile(
    r"""(?P<ISO>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})
    |(?P<NUMERIC>[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:[0-9]{4}|[0-9]{2}))
    |(?P<COLON>(?:[01]?[0-9]|2[0-4]):[0-5][0-9])
    |(?P<DOTTED>(?:[01]?[0-9]|2[0-4])\.[0-5][0-9])
    |(?P<DECIMAL>[0-9]{1,2}\.[0-9])
    |(?P<FRACTION>(?:[1-9]|1[0-2])/(?:[1-9]|1[0-2]))
    |(?P<DATELIKE>(?!24/7)(?:(?:0?[1-9]|[12][0-9]|3[01])/(?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])/(?:[12][0-9]|3[01])))""",
    re.X,
)

# A class a line (or several): its name, then its words. A word stands in one class only.
_LEXICON = """
WITHIN within inside
IN in during
WITH with w
BY by
BEFORE before b4
UNTIL until till til untill
THAN than
UP up upto
FROM from starting effective
AFTER after
ON on
FOR for
OVER over throughout
AT at @
TO to thru
OF of
AND and &
OR or
DASH - – — ‑ ~ −
SLASH /
BETWEEN between btwn
NO no not
LEAST least minimum
MOST most maximum max tops
LESS less fewer
MORE more longer
LATER later
ABOUT about approx approximately roughly around circa almost nearly under only just
ANOTHER another
NEXT next following nxt
COMING coming
FIRST first
FULL full clear consecutive remaining entire whole
THE the
THIS this
THAT that same
POSS my your our his her their its ur
LAST last previous since
PAST past
HALF half ½
QUARTER quarter
A a an
COUPLE couple
FEW few several
ONE one
SMALL two three four five six seven eight nine ten eleven twelve
TEENS thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fourty fifty sixty ninety
ORDINAL st nd rd th
DAY day
DAYS days
WORKDAY workday workdays
UNIT minutes mins min minuets hour hours hr hrs h weeks wks months mths mnths mo years yr yrs nights
MINUTE minute
WEEK week wk weeek
TERM month mth mnth year
FORTNIGHT fortnight fortnights
SECONDS seconds secs
CYCLE cycle cycles
BILL bill statement invoice flight release
WORK working business bussiness buisness busness bisness buisiness work bank banking calendar school office billing
PLAY play trading
MONTH january february febuary march april june july august september october november december
MONTH jan feb jun jul aug sept sep oct nov dec
SHORTMONTH mar apr
MAY may
CAPMAY mai
WEEKDAY monday tuesday wednesday thursday friday saturday sunday tues tue weds thurs thur thu fri
WEEKDAY wensday wednsday wedensday thursady thrusday saterday teusday firday
WEEKDAYS mondays tuesdays wednesdays thursdays fridays saturdays sundays
SHORTDAY mon wed sat sun
TODAY today tonight tonite 2nite 2night
TOMORROW tomorrow tmrw tmrrw tmr tmoro tomoz tomorow tommorow tommorrow tomorro 2moro 2morow 2morrow 2mrw
YESTERDAY yesterday
OVERNIGHT overnight
WEEKEND weekend wkend
PART morning mornings afternoon afternoons evening evenings night lunchtime teatime lunch arvo
NOON noon midday midnight
AMPM am pm a.m. p.m. a.m p.m
ZONE gmt bst utc cet est et edt ct cst cdt mt mst mdt pt pst pdt
OCLOCK o'clock o’clock oclock
EDGE end beginning start middle close
CLOSE cob eod eob cop
ENDOF eow eom eoy
EARLY early late mid sometime
GONE ago old overdue earlier sooner ahead
LATEST latest earliest lastest outside
VERY very absolute
SEASON spring summer autumn winter
FEAST christmas xmas easter
EVE eve
NEW new
BOXING boxing
GOOD good black
QN q1 q2 q3 q4
SOON soon shortly asap straightaway imminently
AWAY away
STRAIGHT straight right
AS as
QUICKLY quickly fast swiftly quick
POSSIBLE possible poss
PRIORITY priority
ONCE once
THING thing
LIFE life
UPON upon
ANY any
TIME time
FOREVER forever lifetime anytime
EVERY every each
COMMENCING commencing c
NOW now
MASK xx xxx xxxx xxxxx
MONEY £ $ € ₹ ¥ } gbp usd eur rs
PAPER times mail mirror express telegraph league roast
SAYS said says say saying told tell take takes took taking be is was were give it them me allow wait quoted needs
DOT .
COMMA ,
STOP ; : ! ? ( ) [ ] " ' “ ” ‘ ’ … * { « » |
SO so
LINK but because if when they he she we i you then though although unless which who came still
LINK please pls thanks thx cos cause instead yet nothing nobody
"""
_NUMBERS = "OTHER H12 H24 D31 BIG YEAR COLON DOTTED DECIMAL FRACTION DATELIKE NUMERIC ISO"
_ALPHABET = ascii_letters + digits + "".join(map(chr, range(0xA1, 0x100)))


def _classes() -> tuple[dict[str, str], dict[str, str]]:
    """One symbol a class, and the symbol of each word that is known beforehand."""
    rows = [line.split() for line in _LEXICON.strip().splitlines()]
    symbols = dict(zip([*_NUMBERS.split(), *dict.fromkeys(row[0] for row in rows)], _ALPHABET, strict=False))
    words = {word: symbols[name] for name, *members in rows for word in members}
    for number in range(1000):
        name = "BIG" if not 0 < number <= 31 else "H12" if number <= 12 else "H24" if number <= 24 else "D31"
        words[str(number)] = words[f"{number:02}"] = symbols[name]
    words.update((str(year), symbols["YEAR"]) for year in range(1950, 2100))
    return symbols, words


SYMBOLS, _WORDS = _classes()
"""The symbol of each class."""

_OTHER = SYMBOLS["OTHER"]


def members(*names: str) -> frozenset[str]:
    """The words of some classes."""
    symbols = {SYMBOLS[name] for name in names}
    return frozenset(word for word, symbol in _WORDS.items() if symbol in symbols)


class Cut(NamedTuple):
    """A text in pieces: itself folded (as long as it was), its pieces, and a symbol for each of them."""

    folded: str
    pieces: list[str]
    symbols: str

    def spans(self, ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Where ranges of pieces stand in the text; ranges come in order and not empty."""
        done = at = 0
        for first, last in ranges:
            for piece in self.pieces[done:first]:
                at = self.folded.index(piece, at) + len(piece)
            start = at = self.folded.index(self.pieces[first], at)
            for piece in self.pieces[first:last]:
                at = self.folded.index(piece, at) + len(piece)
            done = last
            yield start, at


def cut(text: str) -> Cut:
    """Cut a text into words, numbers and marks."""
    # The month keeps apart from the verb by its capital; every step keeps the length.
    text = text.replace("May", "Mai")
    folded = text.lower()
    if len(folded) != len(text):
        folded = text.replace("İ", "i").lower()
    pieces = _PIECE.findall(folded)
    get = _WORDS.get
    return Cut(folded, pieces, "".join([get(p) or (_OTHER if p[0] > "9" else _number(p)) for p in pieces]))


def _number(piece: str) -> str:
    """The symbol of a piece that begins like a number and is not a small whole one."""
    shape = _SHAPE.fullmatch(piece)
    return SYMBOLS[shape.lastgroup] if shape and shape.lastgroup else _OTHER
