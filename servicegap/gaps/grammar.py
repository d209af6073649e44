"""The grammar of promise times: rules over the classes of words, compiled to one pattern.

A rule is a regular expression whose letters are classes of words (`servicegap.gaps.words`) and
earlier rules. It is matched against a string with one symbol a word. No rule repeats without
bound, so the work at each word is bounded, and a text takes time linear in its length.
"""

from __future__ import annotations

import re
from typing import Final

from servicegap.gaps.words import SYMBOLS

_RULES = """
# Classes of words
DIGITS    = H12 | H24 | D31 | BIG
HOUR      = H12 | ONE | SMALL
NUMDAY    = H12 | H24 | D31
PERIOD    = WEEK | TERM | QUARTER | FORTNIGHT
LENGTH    = UNIT | MINUTE | DAY | DAYS | WORKDAY | WEEK | TERM | FORTNIGHT | SECONDS | CYCLE
WEEKDAYX  = WEEKDAY | WEEKDAYS | SHORTDAY
MONTHX    = MONTH | SHORTMONTH | MAY | CAPMAY
SUREMONTH = MONTH | SHORTMONTH | CAPMAY
CONTENT   = OTHER | DIGITS | YEAR | COLON | DOTTED | DECIMAL | FRACTION | ONE | SMALL | TEENS | LENGTH | QUARTER
          | WORK | PLAY | MONEY | ORDINAL | DASH | SLASH | PAPER | AMPM | BILL | MORE | LESS | OF | GOOD | NEW
          | TIME | FULL | GONE | THAN
RATE      = OTHER | MASK | DIGITS | YEAR | COLON | DOTTED | DECIMAL | FRACTION | ONE | SMALL | TEENS | MONEY
          | LENGTH | ONCE | TIME | SLASH | EVERY
SMALLWORD = WITHIN | IN | WITH | BY | BEFORE | UNTIL | UP | TO | THAN | FROM | AFTER | ON | FOR | OVER | AT | NO
          | LATER | ABOUT | THE | THIS | THAT | POSS | A | MORE | LESS | LEAST | MOST | BETWEEN
NOTIME    = OTHER | STOP | DOT | COMMA | LINK | SAYS | LAST | GONE | MONEY | PAPER | DASH | TO | OF | AND | OR
          | SLASH | ORDINAL | SO | ZONE | NOW | PAST | AMPM | THING | LIFE | LATEST
COUNT     = DIGITS | ONE | SMALL | TEENS | MASK | COUPLE | FEW | HALF | ANOTHER | DECIMAL | FRACTION | DATELIKE
          | LENGTH | PERIOD | FULL | NEXT | COMING | FIRST | WORK | SLASH
HOURWORD  = COLON | DOTTED | H12 | H24 | ONE | SMALL | NOON | HALF | QUARTER | CLOSE | EDGE | VERY | FIRST | PART
          | EARLY

# Where no expression can begin, or none of its kind: these only save time
HOPELESS  = NOTIME | SMALLWORD{1,3} (?:OTHER|STOP|LINK|SO|SAYS|DOT|COMMA|LAST|ORDINAL)
COUNTED   = SMALLWORD{0,6} COUNT
HOURLY    = SMALLWORD{0,5} HOURWORD

# Stretches of time: within 5 working days; 24-48 hours; in a week or so; up to 10 days
NUMBER    = TEENS DASH? (?:ONE|SMALL) | DIGITS | ONE | SMALL | TEENS | MASK
RANGE     = NUMBER (?:STOP NUMBER STOP)? (?: DASH{1,2} NUMBER | (?:TO|OR|AND|SLASH) NUMBER )?
AMOUNT    = A? COUPLE OF? | A? FEW | RANGE (?:AND A HALF)? | DECIMAL | FRACTION | DATELIKE | HALF A? | ANOTHER
SPELL     = AMOUNT MORE? DASH? (?: (?:WORK|FULL) DASH? ){0,2} LENGTH (?:AND A HALF)?
CORE      = (?<!LAST|PAST|MONEY) (?: NUMBER LENGTH (?:DASH|TO|OR) )? SPELL
HEDGE     = ABOUT | ANOTHER | UP TO? | AT THE? VERY? (?:LEAST|MOST) | NO? (?:LESS|LATER|MORE) THAN | LEAST | MOST
WHENCE    = WITHIN | WITH SLASH? IN | IN | FOR | OVER | AFTER | ON | UNTIL | FROM
FRAME     = WHENCE? (?: (?:THE|THIS|POSS)? (?:NEXT|FIRST|COMING|FULL) | THE | POSS )? HEDGE{0,2} BETWEEN?
ONEOF     = WHENCE HEDGE{0,2} A FULL? WORK? (?:UNIT|DAY|WORKDAY|PERIOD) (?:AND A HALF)?
          | (?: HEDGE | (?<!RATE) ) A (?:UNIT|PERIOD) (?:AND A HALF)? (?!ON? WEEKDAYX)
          | A DAY (?=OR (?:SO|SMALL)) | (?<=SAYS) A DAY (?!CONTENT) | A (?:UNIT|DAY|PERIOD) (?=BEFORE)
THEONE    = WITHIN THE NEXT? (?:UNIT|MINUTE|DAY|PERIOD) | (?:IN|OVER) THE NEXT (?:UNIT|PERIOD)
HAPPENING = TODAY | NOW | (?:THE|A|POSS|THIS|THAT)? OTHER{1,2} (?:OF OTHER)?
EVENT     = (?:OF|FROM|AFTER) HAPPENING | BEFORE (?:HAPPENING|(?!SHORTDAY))
ENDING    = OR (?:LESS|MORE|SO|ONE|SMALL) | MOST | LEAST | AT THE? VERY? (?:LATEST|MOST|LEAST) | STRAIGHT
SOMEDAY   = (?<!SAYS) ONE DAY
QUANTITY  = (?=COUNTED) (?!SOMEDAY) (?: FRAME CORE | ONEOF | THEONE ) ENDING? (?!DASH? GONE|EARLY|LATER) EVENT?

# Times of day: 8am-12pm; by six; first thing; close of business; this afternoon
ANYCLOCK  = (?:COLON|DOTTED|HOUR|H24) AMPM? | NOON
CLOCK     = (?:COLON|DOTTED|HOUR) (?:AMPM|OCLOCK) | COLON | H12? NOON
          | HALF PAST? HOUR | QUARTER (?:PAST|TO) HOUR
LOOSE     = (?:ONE|SMALL) TEENS (?!CONTENT) | (?:DOTTED|HOUR|H24) (?!CONTENT)
TIMESPAN  = BETWEEN ANYCLOCK (?:AND|DASH|TO) (?: CLOCK | ANYCLOCK (?!CONTENT) )
          | ANYCLOCK (?:DASH|TO|UNTIL) CLOCK | CLOCK (?:DASH|TO|UNTIL) ANYCLOCK
SLOT      = (?<!MONEY|DASH|SLASH|FROM) (?:DOTTED|HOUR|H24) (?:DASH|TO|UNTIL) LOOSE
BUSINESS  = CLOSE | THE? VERY? EDGE OF (?:THE|THIS|POSS)? (?: WORK DAY | WORK (?!CYCLE) | PLAY | DAY | PART )
OPENING   = FIRST THING
DAYPART   = (?: THIS | THAT | THE THAT? )? EARLY? PART
CLOCKISH  = TIMESPAN | CLOCK | BUSINESS | OPENING | (?:THIS|THAT|THE) DAYPART BEFORE?
TIMED     = (?:AT|BY|BEFORE|AFTER|UNTIL) ABOUT? LOOSE | (?:FOR|FROM) DOTTED (?!CONTENT|TO)
          | (?:AT|BY|BEFORE|FROM|AFTER|UNTIL|IN) THE? EARLY? PART

# Days and periods: Friday 13th; 3 March; the 19th; next month; end of play tomorrow
DOM       = NUMDAY ORDINAL
CENTURY   = COMMA? YEAR | (?:THIS|NEXT) TERM
DAYMONTH  = THE? DOM (?:OF|DASH)? MONTHX DASH? | NUMDAY (?:OF|DASH)? SUREMONTH DASH?
MONTHDAY  = SUREMONTH DOT? THE? (?: DOM | NUMDAY (?!LENGTH|WORK|DASH) ) | MAY THE? DOM
DATE      = (?:DAYMONTH|MONTHDAY) CENTURY? | NUMDAY MAY (?:CENTURY|(?!CONTENT)) | ISO | NUMERIC
          | MAY NUMDAY CENTURY | (?<=ON|BY|UNTIL|BEFORE|FROM) MAY NUMDAY (?!CONTENT)
MASKED    = MASK SLASH MASK SLASH (?:MASK|YEAR|TERM)
OFMONTH   = OF? (?:THIS|NEXT|THE) TERM
NTH       = (?<=ON|BY|FROM|UNTIL|BEFORE) THE FIRST (?: OFMONTH | (?!CONTENT|THE|POSS|WEEKDAYX) )
          | THE? DOM (?: OFMONTH | (?!CONTENT) )
SHORTENED = (?<=ON|BY|UNTIL|BEFORE|FOR|FROM|AFTER) SHORTDAY
          | SHORTDAY (?=COMMA? (?:DATE|NTH|PART|CLOCK|SLOT)|DASH WEEKDAYX)
OFWEEK    = (?: THIS (?:NEXT|COMING)? | THE? (?:NEXT|COMING) ) WEEKDAYX
          | (?<!LAST) (?:THE|THAT)? (?:WEEKDAY|WEEKDAYS) | SHORTENED
NAMED     = OFWEEK (?: WEEK | NEXT WEEK? | COMMA? (?:DATE|NTH|MASKED) )? | A WEEK ON? WEEKDAYX
ADAY      = TODAY | TOMORROW | THE? VERY? (?:NEXT|THAT) DASH? WORK? DAY | THE? NEXT PART
RELATIVE  = (?:THE? EDGE OF)? ADAY | THE? DAY AFTER TOMORROW | OVERNIGHT | THE DAY (?:BEFORE|AFTER)
EDGING    = THE? EDGE OF? (?:THE|THIS|THAT|POSS)? (?:NEXT|COMING|WORK|THAT){0,2} | EARLY DASH?
EDGED     = EDGING (?: PERIOD | MONTHX CENTURY? | CYCLE | WEEKEND ) | ENDOF
WHICH     = (?:THIS|THAT|THE)? (?:NEXT|COMING) | THIS | THAT | THE VERY? THAT
SPANNED   = (?:EARLY|LATER)? WHICH (?: PERIOD | WEEKEND | MONTHX ) | (?:THE|POSS)? NEXT WORK? (?:CYCLE|BILL)
MONTHLY   = EARLY? MONTHX CENTURY | (?<!LAST) MONTH
FESTIVE   = FEAST (?:EVE|DAY|WEEKDAYX)? | THE? NEW TERM EVE? | BOXING DAY | GOOD WEEKDAY
SEASONAL  = EARLY? SEASON YEAR | EARLY SEASON | QN YEAR?
WEEKOF    = WITH SLASH COMMENCING | THE? WEEK (?:OF|COMMENCING|FROM)
WEEKWISE  = WEEKOF (?: DATE | NTH | NAMED ) | (?:THE|A)? WEEKEND
DAYISH    = NAMED | RELATIVE | DATE | WEEKWISE | EDGED | SPANNED | NTH | MONTHLY | FESTIVE | SEASONAL | MASKED
NUMERAL   = DATELIKE | FRACTION
WHENLED   = (?:THE|EARLY)? (?: MONTHX (?!DIGITS) | SEASON ) | NUMERAL (?!CONTENT)
LED       = (?:IN|BY|UNTIL|FROM|BEFORE|AFTER|FOR|ON) WHENLED | DATELIKE (?!CONTENT)
          | (?:ON|BY|UNTIL|BEFORE) MASK{1,2} (?:COMMA? YEAR)?

# Put together: by close of business on Friday; tomorrow before 1pm; 9 till 12, Wednesday
LEAD      = UP? UNTIL | UP TO | BY | BEFORE | FROM | AFTER | ON | FOR | AT | IN | OVER | WITHIN
          | NO LATER THAN | NO BEFORE
JOIN      = ZONE? COMMA? (?:AT|ON|BY|BEFORE|FROM|IN|AFTER|UNTIL|OF)? THE?
BARETIME  = (?<=AT|BY|BEFORE|AFTER|FROM|UNTIL|TODAY|TOMORROW|WEEKDAY) LOOSE
MORETIME  = JOIN (?=HOURLY) (?: CLOCKISH | TIMED | EARLY? PART | SLOT | BARETIME )
LIMIT     = COMMA? AT? THE? VERY? LATEST
DAYFIRST  = LEAD? (?: DAYISH | LED ) (?!PAPER) MORETIME{0,2} (?: (?:OR|SLASH|DASH|TO) (?:OFWEEK|SHORTDAY) )?
OPENTIME  = LEAD? CLOCKISH | TIMED | (?:SLOT|LOOSE) (?=(?:COMMA|ON)? DAYISH)
TIMEFIRST = (?=HOURLY) OPENTIME MORETIME? (?: JOIN (?:DAYISH|YESTERDAY) MORETIME? )?
WHEN      = (?: DAYFIRST | TIMEFIRST | SLOT ) LIMIT?

# Due, but no time that could be reckoned: soon; for life; until it is repaired
VAGUE     = SOON (?!AS) | AS (?:SOON|QUICKLY) AS POSSIBLE | STRAIGHT AWAY | AT ONCE | AS A PRIORITY
          | FOR LIFE | FOREVER | AT? ANY TIME | EVERY NUMBER LENGTH
DEED      = (?:THE|A|POSS|THIS|THAT)? (?:OTHER|LINK|SAYS){1,3}
EVENTUAL  = UNTIL DEED | UPON DEED | AS (?:SOON|QUICKLY) AS DEED | ONCE (?:LINK|THE|POSS) DEED
"""


def _compile(rules: str) -> dict[str, str]:
    """Each rule as a pattern over symbols; a choice of single symbols becomes a set of them."""
    patterns = dict(SYMBOLS)
    for line in rules.replace("\n  ", " ").splitlines():
        if not line or line[0] == "#":
            continue
        name, _, rule = line.partition("=")
        parts = [patterns.get(part.strip(), "(") for part in rule.split("|")]
        if any("(" in part for part in parts):
            body = re.sub("[A-Z][A-Z0-9]*", lambda word: patterns[word[0]], rule)
            patterns[name.strip()] = f"(?:{body.replace(' ', '')})"
        else:
            patterns[name.strip()] = f"[{''.join(parts).replace('[', '').replace(']', '')}]"
    return patterns


_PATTERNS = _compile(_RULES)
_ELEMENTS = (
    "LIMIT TIMESPAN SLOT CLOCK BUSINESS OPENING WEEKWISE EDGED RELATIVE YESTERDAY MASKED DATE SPANNED NAMED NTH "
    "FESTIVE SEASONAL MONTHLY MONTHX SEASON NUMERAL DAYPART LOOSE MASK"
)


def _choice(*names: str) -> str:
    return "|".join(f"(?P<{name}>{_PATTERNS[name]})" for name in names)


EXPRESSION: Final = re.compile(
    f"(?!{_PATTERNS['HOPELESS']})(?:{_choice('QUANTITY', 'WHEN', 'VAGUE')})|{_choice('EVENTUAL')}"
)
"""A due expression: a stretch of time, a point or period in time, or words without a date."""

ELEMENT: Final = re.compile(_choice(*_ELEMENTS.split()))
"""A part of an expression of the kind `WHEN`."""

SPELL: Final = re.compile(_PATTERNS["SPELL"])
"""The number and unit of an expression of the kind `QUANTITY`."""

LENGTH: Final = re.compile(_PATTERNS["LENGTH"] + "|" + SYMBOLS["QUARTER"])
"""A unit of time."""
