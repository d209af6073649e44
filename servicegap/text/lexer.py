"""The lexer: one pass over UTF-8 that cuts tokens and sentences.

Ordinary Python in Cython's pure-Python mode: compiled where a C compiler was found, run as it
stands elsewhere, with the same answers. It reads a buffer of UTF-8 and writes flat arrays, so
nothing in the loop is a Python object and the loop runs without the interpreter lock. The text
is expected to be clean in the sense of `servicegap.text.view` (typographic quotes, entities and
the like undone); any bytes are safe.

`servicegap.text.tokens` holds the public face of it.
"""

# Annotations here are C types, read by Cython: see the section on them in setup.cfg.
from __future__ import annotations

try:
    import cython
except ImportError:
    from servicegap import cython_shim as cython

COMPILED = cython.compiled

KINDS = (
    "word",
    "number",
    "money",
    "datetime",
    "emoji",
    "mention",
    "hashtag",
    "url",
    "email",
    "reference",
    "punctuation",
    "symbol",
)
_WORD = cython.declare(cython.int, 0)
_NUMBER = cython.declare(cython.int, 1)
_MONEY = cython.declare(cython.int, 2)
_DATETIME = cython.declare(cython.int, 3)
_EMOJI = cython.declare(cython.int, 4)
_MENTION = cython.declare(cython.int, 5)
_HASHTAG = cython.declare(cython.int, 6)
_URL = cython.declare(cython.int, 7)
_EMAIL = cython.declare(cython.int, 8)
_REFERENCE = cython.declare(cython.int, 9)
_PUNCTUATION = cython.declare(cython.int, 10)
_SYMBOL = cython.declare(cython.int, 11)

# Classes of a byte (0-4) and of a code point beyond ASCII (0, 1, 3-7).
_SPACE = cython.declare(cython.int, 0)
_LETTER = cython.declare(cython.int, 1)
_DIGIT = cython.declare(cython.int, 2)
_PUNCT = cython.declare(cython.int, 3)
_OTHER = cython.declare(cython.int, 4)
_CURRENCY = cython.declare(cython.int, 5)
_PICTURE = cython.declare(cython.int, 6)
_JOINER = cython.declare(cython.int, 7)
_HIGH = cython.declare(cython.int, 8)

# A sentence longer than this is cut at the next clause, at the latest at the hard bounds.
_SOFT_TOKENS = cython.declare(cython.int, 30)
_HARD_TOKENS = cython.declare(cython.int, 56)
_HARD_LENGTH = cython.declare(cython.int, 280)
_LONGEST = cython.declare(cython.int, 300)
_SHORT_LINE = cython.declare(cython.int, 45)

_SEED = cython.declare(cython.ulonglong, 2166136261)
_GOLDEN = cython.declare(cython.ulonglong, 2654435761)
_MASK = cython.declare(cython.ulonglong, 0xFFFFFFFF)


def _byte_classes() -> bytes:
    table = bytearray(256)
    for byte in range(256):
        char = chr(byte)
        if byte >= 0x80:
            table[byte] = 8
        elif byte <= 0x20 or byte == 0x7F:
            table[byte] = 0
        elif char.isalpha():
            table[byte] = 1
        elif char.isdigit():
            table[byte] = 2
        elif char in "$":
            table[byte] = 5
        elif char in ".,!?;:()[]{}\"'`-/\\":
            table[byte] = 3
        else:
            table[byte] = 4
    return bytes(table)


BYTE_CLASSES = _byte_classes()


def hash_normal(normal: bytes) -> int:
    """32-bit hash of a normal form (FNV-1a); 0 is never given."""
    value = 2166136261
    for byte in normal:
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value or 1


def _hashes(words: str) -> bytes:
    """Hashes of the words, as the packed uint32 array that `_among` searches."""
    return b"".join(hash_normal(word.encode()).to_bytes(4, "little") for word in words.split())


ABBREVIATIONS = _hashes(
    "mr mrs ms dr prof rev capt sgt lt jr sr st vs approx rs fig tel ext eg ie dept messrs incl esp acct ave blvd"
)
BEFORE_DIGITS = _hashes(
    "no nos ref art p pp jan feb mar apr may jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri "
    "sat sun max min sec"
)
BEFORE_LOWER = _hashes("ref inc ltd co corp etc am pm us uk usa llc plc bros hrs mins")
CLAUSE_STARTS = _hashes(
    "and but so then because when now also however although though while after before until since which i they he "
    "she we"
)
# After a lone letter or dotted abbreviation, these start a sentence; other words are names ("J. Smith", "P.O. Box").
OPENERS = _hashes(
    "i it its the they he she we you my our your this that these those there then so but and or when after now no not "
    "nobody what why how if as at in on for with never still please thanks also however because since all a an is was"
)
NEGATED = _hashes(
    "dont didnt doesnt isnt wasnt cant wont couldnt wouldnt havent hasnt hadnt arent werent shouldnt aint mustnt "
    "neednt shant mightnt oughtnt"
)
DOMAINS = _hashes("com co uk org net io ie de gov edu info biz app au ca nz za eu fr nl tv ly gl")
CURRENCIES = _hashes("rs inr usd gbp eur aud cad nzd zar ngn php lkr pkr sgd myr chf")
TIME_SUFFIXES = _hashes(
    "am pm st nd rd th h hr hrs hour hours min mins minute minutes sec secs s d day days w wk wks week weeks yr yrs"
)
UNIT_SUFFIXES = _hashes("x k m bn gb mb kb tb kg g km cm mm ft lb lbs kwh px mph pc pcs ml l star stars")
COIN_SUFFIXES = _hashes("p c pence cents quid bucks pounds dollars euro euros kr usd gbp eur rs inr aud cad nzd chf")


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
def _class_of(point: cython.int) -> cython.int:
    """Class of a code point beyond ASCII."""
    if point < 0x2000:
        if point >= 0xC0:
            if point == 0xD7 or point == 0xF7:
                return _OTHER
            return _SPACE if point == 0x1680 else _LETTER
        if point == 0x85 or point == 0xA0:
            return _SPACE
        if point == 0xA2 or point == 0xA3 or point == 0xA5:
            return _CURRENCY
        if point == 0xAA or point == 0xB5 or point == 0xBA:
            return _LETTER
        if point == 0xAD:
            return _JOINER
        if point == 0xA1 or point == 0xAB or point == 0xBB or point == 0xBF:
            return _PUNCT
        return _OTHER
    if point < 0x2070:
        if point <= 0x200A or point == 0x2028 or point == 0x2029 or point == 0x202F or point == 0x205F:
            return _SPACE
        if point <= 0x200F or point >= 0x2060 or (0x202A <= point <= 0x202E):
            return _JOINER
        return _PICTURE if point == 0x203C or point == 0x2049 else _PUNCT
    if 0x20A0 <= point <= 0x20CF:
        return _CURRENCY
    if point < 0x2C00:
        if 0x20D0 <= point <= 0x20FF:
            return _JOINER
        if 0x2100 <= point < 0x2190:
            return _OTHER
        if 0x2300 <= point <= 0x23FF or 0x2600 <= point <= 0x27BF or 0x2B00 <= point <= 0x2BFF or point == 0x25B6:
            return _PICTURE
        return _OTHER
    if 0x3000 <= point <= 0x303F:
        return _SPACE if point == 0x3000 else _PUNCT
    if point < 0xD800:
        return _LETTER
    if point < 0x10000:
        if point <= 0xF8FF or point >= 0xFFF0:
            return _OTHER
        if 0xFE00 <= point <= 0xFE0F or point == 0xFEFF:
            return _JOINER
        return _LETTER
    if 0x1F000 <= point <= 0x1FAFF:
        return _PICTURE
    if point >= 0xE0000:
        return _JOINER
    return _LETTER


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
@cython.boundscheck(False)
@cython.wraparound(False)
def _point_at(buf: cython.const[cython.uchar][::1], at: cython.longlong, end: cython.longlong) -> cython.int:
    """Code point at a lead byte, times 8, plus the bytes that it takes (malformed bytes stand alone)."""
    lead: cython.int = buf[at]
    if lead >= 0xF0 and at + 3 < end:
        return (
            ((lead & 7) << 18) | ((buf[at + 1] & 63) << 12) | ((buf[at + 2] & 63) << 6) | (buf[at + 3] & 63)
        ) * 8 + 4
    if 0xE0 <= lead < 0xF0 and at + 2 < end:
        return (((lead & 15) << 12) | ((buf[at + 1] & 63) << 6) | (buf[at + 2] & 63)) * 8 + 3
    if 0xC0 <= lead < 0xE0 and at + 1 < end:
        return (((lead & 31) << 6) | (buf[at + 1] & 63)) * 8 + 2
    return 0xFFFD * 8 + 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.boundscheck(False)
@cython.wraparound(False)
def _among(value: cython.ulonglong, packed: cython.const[cython.uchar][::1]) -> cython.bint:
    """Whether a hash is one of a small packed set."""
    k: cython.longlong = 0
    size: cython.longlong = packed.shape[0]
    while k < size:
        if value == (packed[k] | (packed[k + 1] << 8) | (packed[k + 2] << 16)) + (
            cython.cast(cython.ulonglong, packed[k + 3]) << 24
        ):
            return True
        k += 4
    return False


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
@cython.boundscheck(False)
@cython.wraparound(False)
def _lower(byte: cython.int) -> cython.int:
    return byte + 32 if 65 <= byte <= 90 else byte


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.boundscheck(False)
@cython.wraparound(False)
def _hash_lower(buf: cython.const[cython.uchar][::1], start: cython.longlong, end: cython.longlong) -> cython.ulonglong:
    """Hash of a stretch of ASCII in lower case."""
    value: cython.ulonglong = _SEED
    k: cython.longlong
    for k in range(start, end):
        value = ((value ^ cython.cast(cython.ulonglong, _lower(buf[k]))) * 16777619) & _MASK
    return value if value else 1


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
def _is_single(letter: cython.int, after: cython.int) -> cython.bint:
    """Whether a lengthened letter within a word stands for one ("sloooow", "helllp") and not for two ("goood")."""
    if letter == 97 or 104 <= letter <= 107 or letter == 113 or 117 <= letter <= 121:
        return True  # a h i j k q u v w x y: English hardly doubles them
    if letter == 111:
        return after == 119
    if letter == 101:
        return after == 97
    # a double consonant stands before a vowel, l, r or y
    return not (
        after == 97
        or after == 101
        or after == 105
        or after == 111
        or after == 117
        or after == 108
        or after == 114
        or after == 121
    )


@cython.cfunc
@cython.nogil
@cython.inline
@cython.exceptval(check=False)
@cython.boundscheck(False)
@cython.wraparound(False)
def _clitic_at(
    buf: cython.const[cython.uchar][::1],
    classes: cython.const[cython.uchar][::1],
    at: cython.longlong,
    end: cython.longlong,
) -> cython.int:
    """First letter of the clitic that stands at `at`, after its apostrophe ('t 's 'm 'd 're 've 'll), or 0."""
    if at >= end or classes[buf[at]] != _LETTER:
        return 0
    first: cython.int = _lower(buf[at])
    if at + 1 >= end or classes[buf[at + 1]] != _LETTER:
        return first if first == 116 or first == 115 or first == 109 or first == 100 else 0
    if at + 2 < end and classes[buf[at + 2]] == _LETTER:
        return 0
    second: cython.int = _lower(buf[at + 1])
    if (second == 101 and (first == 114 or first == 118)) or (second == 108 and first == 108):
        return first
    return 0


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.boundscheck(False)
@cython.wraparound(False)
def _rest_of_url(buf: cython.const[cython.uchar][::1], at: cython.longlong, end: cython.longlong) -> cython.longlong:
    """End of the address that is under way at `at`: up to white space, less closing punctuation."""
    start: cython.longlong = at
    byte: cython.int
    while at < end:
        byte = buf[at]
        if byte <= 0x20 or byte == 60 or byte == 62 or byte == 34 or byte == 0x7F or byte >= 0x80:
            break
        at += 1
    while at > start:
        byte = buf[at - 1]
        # . , ! ? ; : ) ] ' *
        if (
            byte == 46
            or byte == 44
            or byte == 33
            or byte == 63
            or byte == 59
            or byte == 58
            or byte == 41
            or byte == 93
            or byte == 39
            or byte == 42
        ):
            at -= 1
        else:
            break
    return at


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.boundscheck(False)
@cython.wraparound(False)
def _url_end(
    buf: cython.const[cython.uchar][::1],
    classes: cython.const[cython.uchar][::1],
    domains: cython.const[cython.uchar][::1],
    at: cython.longlong,
    dot: cython.longlong,
    end: cython.longlong,
) -> cython.longlong:
    """End of a web address that starts at `at`, or `at` if none does; `dot` is where its first label ends."""
    k: cython.longlong
    label: cython.longlong
    if dot - at <= 5 and dot + 2 < end and buf[dot] == 58 and buf[dot + 1] == 47 and buf[dot + 2] == 47:
        if _lower(buf[at]) == 104 and dot - at >= 4:
            k = _rest_of_url(buf, dot + 3, end)
            return k if k > dot + 3 else at
        return at
    if dot >= end or buf[dot] != 46 or dot - at < 2:
        return at
    if dot - at == 3 and _lower(buf[at]) == 119 and _lower(buf[at + 1]) == 119 and _lower(buf[at + 2]) == 119:
        k = _rest_of_url(buf, dot + 1, end)
        return k if k > dot + 2 else at
    k = dot
    label = dot + 1
    while k < end and buf[k] == 46 and k + 1 < end and 97 <= buf[k + 1] <= 122 and k - dot < 64:
        label = k + 1
        k = label
        while k < end and (classes[buf[k]] == _LETTER or classes[buf[k]] == _DIGIT or buf[k] == 45) and k - dot < 64:
            k += 1
    if k == dot or k - dot >= 64 or (k < end and classes[buf[k]] == _HIGH):
        return at
    if _among(_hash_lower(buf, label, k), domains):
        if k < end and buf[k] == 47:
            return _rest_of_url(buf, k, end)
        return k
    return at


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.boundscheck(False)
@cython.wraparound(False)
def _email_end(
    buf: cython.const[cython.uchar][::1],
    classes: cython.const[cython.uchar][::1],
    at: cython.longlong,
    end: cython.longlong,
) -> cython.longlong:
    """End of an e-mail address whose local part is under way at `at`, or `at` if it is none."""
    k: cython.longlong = at
    dots: cython.int = 0
    bound: cython.longlong = at + 64 if at + 64 < end else end
    while k < bound and (
        classes[buf[k]] == _LETTER
        or classes[buf[k]] == _DIGIT
        or buf[k] == 46
        or buf[k] == 95
        or buf[k] == 43
        or buf[k] == 45
    ):
        k += 1
    if k >= bound or buf[k] != 64:
        return at
    k += 1
    bound = k + 128 if k + 128 < end else end
    start: cython.longlong = k
    while k < bound:
        if classes[buf[k]] == _LETTER or classes[buf[k]] == _DIGIT or buf[k] == 45:
            k += 1
        elif buf[k] == 46 and k + 1 < end and (classes[buf[k + 1]] == _LETTER or classes[buf[k + 1]] == _DIGIT):
            dots += 1
            k += 1
        else:
            break
    return k if k > start and dots > 0 else at


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.boundscheck(False)
@cython.wraparound(False)
def _spelled_end(
    buf: cython.const[cython.uchar][::1],
    classes: cython.const[cython.uchar][::1],
    at: cython.longlong,
    end: cython.longlong,
) -> cython.longlong:
    """End of single letters spelled out with '-', '.' or ' ' between ("s-l-o-w", "U.S.A.", "w o r s t"), or `at`."""
    if at + 2 >= end:
        return at
    separator: cython.int = buf[at + 1]
    if separator != 45 and separator != 46 and separator != 32:
        return at
    count: cython.int = 1
    k: cython.longlong = at + 1
    while (
        k + 1 < end
        and buf[k] == separator
        and classes[buf[k + 1]] == _LETTER
        and (k + 2 >= end or (classes[buf[k + 2]] != _LETTER and classes[buf[k + 2]] != _DIGIT and buf[k + 2] != 39))
    ):
        count += 1
        k += 2
    if separator == 46 and count >= 2 and (k >= end or buf[k] != 64):
        return k + 1 if k < end and buf[k] == 46 else k
    if separator == 45 and count >= 3:
        return k
    if separator == 32 and count >= 4:
        return k
    return at


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.boundscheck(False)
@cython.wraparound(False)
def _is_ratio(
    buf: cython.const[cython.uchar][::1], at: cython.longlong, slash: cython.longlong, end: cython.longlong
) -> cython.bint:
    """Whether digits on both sides of a slash can be no date ("50/50", "0/10") or read as a fraction ("1/2")."""
    first: cython.int = 0
    second: cython.int = 0
    k: cython.longlong
    for k in range(at, slash):
        if not 48 <= buf[k] <= 57:
            return False
        first = first * 10 + buf[k] - 48
    for k in range(slash + 1, end):
        if not 48 <= buf[k] <= 57:
            return False
        second = second * 10 + buf[k] - 48
    return first == 0 or first > 31 or 99 < second < 1000 or (first > 12 and 31 < second < 100) or first < second <= 4


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.boundscheck(False)
@cython.wraparound(False)
def _currency_end(
    buf: cython.const[cython.uchar][::1],
    classes: cython.const[cython.uchar][::1],
    currencies: cython.const[cython.uchar][::1],
    at: cython.longlong,
    end: cython.longlong,
) -> cython.longlong:
    """End of the currency that follows an amount which ends at `at` ("40€", "40 €", "20 USD"), or `at`."""
    k: cython.longlong = at + 1 if buf[at] == 32 else at
    point: cython.int
    stop: cython.longlong
    if k >= end:
        return at
    if classes[buf[k]] == _CURRENCY:
        stop = k + 1
    elif classes[buf[k]] == _HIGH:
        point = _point_at(buf, k, end)
        if _class_of(point >> 3) != _CURRENCY:
            return at
        stop = k + (point & 7)
    elif classes[buf[k]] == _LETTER and k > at:
        stop = k
        while stop < end and stop - k < 4 and classes[buf[stop]] == _LETTER:
            stop += 1
        if stop - k < 2 or stop - k > 3 or (stop < end and classes[buf[stop]] == _DIGIT):
            return at
        if not _among(_hash_lower(buf, k, stop), currencies):
            return at
    else:
        return at
    # before another amount it belongs to that one: "£40 £-50", "500 Rs. 20"
    spare: cython.int = 2 if k > at else 0
    k = stop
    while spare > 0 and k < end and (buf[k] == 32 or buf[k] == 45 or buf[k] == 46):
        spare -= 1
        k += 1
    return at if k < end and classes[buf[k]] == _DIGIT else stop


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.boundscheck(False)
@cython.wraparound(False)
def _phone_end(
    buf: cython.const[cython.uchar][::1],
    classes: cython.const[cython.uchar][::1],
    at: cython.longlong,
    end: cython.longlong,
) -> cython.longlong:
    """End of a telephone number such as +44 20 7946 0958, (020) 7946 0958 or 07700 900123 at `at`, or `at`."""
    k: cython.longlong = at
    last: cython.longlong = at
    digits: cython.int = 0
    group: cython.int
    leads: cython.int = 0  # digits of the first group
    most: cython.int = 15 if buf[at] == 43 else 11
    if buf[k] == 43:
        k += 1
    while k < end and digits <= most:
        while k < end and k - last < 4 and (buf[k] == 32 or buf[k] == 40 or buf[k] == 41 or buf[k] == 45):
            k += 1
        group = 0
        while k < end and group <= 11 and classes[buf[k]] == _DIGIT:
            group += 1
            k += 1
        if group == 0 or digits + group > most:
            break
        if leads == 0:
            leads = group
            if buf[at] == 48 and leads < 3:
                return at
        elif group == 1 and buf[k - 2] != 40:
            break
        digits += group
        last = k
    if digits < 9 or (last < end and (classes[buf[last]] == _DIGIT or classes[buf[last]] == _LETTER)):
        return at
    return last


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.boundscheck(False)
@cython.wraparound(False)
def _keycap_end(buf: cython.const[cython.uchar][::1], at: cython.longlong, end: cython.longlong) -> cython.longlong:
    """End of the enclosing keycap that follows a digit, # or * at `at`, or `at`."""
    k: cython.longlong = at + 1
    if k + 2 < end and buf[k] == 0xEF and buf[k + 1] == 0xB8 and buf[k + 2] == 0x8F:
        k += 3
    return k + 3 if k + 2 < end and buf[k] == 0xE2 and buf[k + 1] == 0x83 and buf[k + 2] == 0xA3 else at


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.boundscheck(False)
@cython.wraparound(False)
def _number_end(
    buf: cython.const[cython.uchar][::1],
    classes: cython.const[cython.uchar][::1],
    times: cython.const[cython.uchar][::1],
    units: cython.const[cython.uchar][::1],
    coins: cython.const[cython.uchar][::1],
    currencies: cython.const[cython.uchar][::1],
    at: cython.longlong,
    end: cython.longlong,
) -> cython.longlong:
    """End of the number at `at`, times 16, plus its kind."""
    kind: cython.int = _NUMBER
    digits: cython.int = 0
    slashes: cython.int = 0
    dashes: cython.int = 0
    dots: cython.int = 0
    mark: cython.longlong = at  # the last separator
    byte: cython.int
    cls: cython.int
    point: cython.int
    k: cython.longlong = at
    while k < end:
        byte = buf[k]
        if classes[byte] == _DIGIT:
            digits += 1
            k += 1
            continue
        # the next byte decides whether a separator belongs to the number
        cls = classes[buf[k + 1]] if k + 1 < end else _SPACE
        if cls == _LETTER and byte == 47 and _lower(buf[k + 1]) == 120:
            cls = _DIGIT
        if _lower(byte) == 120 and slashes > 0 and (cls == _DIGIT or _lower(buf[k - 1]) == 120 or buf[k - 1] == 47):
            k += 1
            continue
        if cls != _DIGIT:
            break
        if byte == 44:
            pass
        elif byte == 46:
            dots += 1
        elif byte == 58:
            kind = _DATETIME
        elif byte == 47:
            slashes += 1
        elif byte == 45:
            dashes += 1
        else:
            break
        mark = k
        k += 1
    if slashes + dashes > 0:
        if digits > 8 or dashes > 2:
            kind = _REFERENCE
        elif slashes > 0 or dashes == 2:
            kind = _DATETIME
            if slashes == 1 and dashes == 0 and _is_ratio(buf, at, mark, k):
                kind = _NUMBER
    elif digits >= 6 and k - at == digits:
        kind = _REFERENCE
    elif (
        dots == 2 and 4 <= digits <= 8 and k - at == digits + 2 and mark - at <= 5 and (k - mark == 3 or k - mark == 5)
    ):
        kind = _DATETIME  # 12.05.2020
    if k >= end:
        return k * 16 + kind
    byte = buf[k]
    if byte == 37:
        return (k + 1) * 16 + _NUMBER
    if byte == 84 and dashes == 2 and kind == _DATETIME and k + 1 < end and classes[buf[k + 1]] == _DIGIT:
        # 2020-05-12T10:30:00Z
        k += 1
        while k < end and (
            classes[buf[k]] == _DIGIT
            or (
                (buf[k] == 58 or buf[k] == 46 or buf[k] == 43 or buf[k] == 45)
                and k + 1 < end
                and classes[buf[k + 1]] == _DIGIT
            )
        ):
            k += 1
        return (k + 1 if k < end and buf[k] == 90 else k) * 16 + _DATETIME
    if classes[byte] == _HIGH:
        point = _point_at(buf, k, end)
        if 0xBC <= point >> 3 <= 0xBE:
            return (k + (point & 7)) * 16 + _NUMBER
    if classes[byte] == _CURRENCY or classes[byte] == _HIGH or byte == 32:
        start: cython.longlong = _currency_end(buf, classes, currencies, k, end)
        return start * 16 + _MONEY if start > k else k * 16 + kind
    if classes[byte] == _LETTER:
        value: cython.ulonglong
        start = k
        while k < end and (classes[buf[k]] == _LETTER or classes[buf[k]] == _DIGIT):
            if classes[buf[k]] == _DIGIT:
                digits += 1
            k += 1
        value = _hash_lower(buf, start, k)
        if _among(value, times):
            return k * 16 + _DATETIME
        if _among(value, coins):
            return k * 16 + _MONEY
        if _among(value, units):
            return k * 16 + _NUMBER
        while (
            k + 1 < end
            and buf[k] == 45
            and classes[buf[k + 1]] != _SPACE
            and (classes[buf[k + 1]] == _LETTER or classes[buf[k + 1]] == _DIGIT)
        ):
            k += 1
            while k < end and (classes[buf[k]] == _LETTER or classes[buf[k]] == _DIGIT):
                if classes[buf[k]] == _DIGIT:
                    digits += 1
                k += 1
        return k * 16 + (_REFERENCE if digits >= 2 and k - at >= 5 else _WORD)
    return k * 16 + kind


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.boundscheck(False)
@cython.wraparound(False)
def _reference_end(
    buf: cython.const[cython.uchar][::1],
    classes: cython.const[cython.uchar][::1],
    at: cython.longlong,
    end: cython.longlong,
) -> cython.longlong:
    """End of an order or case number such as PX-88213-GB at `at`, or `at`."""
    digits: cython.int = 0
    k: cython.longlong = at
    while k < end:
        if classes[buf[k]] == _DIGIT:
            digits += 1
            k += 1
        elif classes[buf[k]] == _LETTER:
            k += 1
        elif (
            (buf[k] == 45 or buf[k] == 47)
            and k + 1 < end
            and (classes[buf[k + 1]] == _DIGIT or (classes[buf[k + 1]] == _LETTER and digits >= 3))
        ):
            k += 1
        else:
            break
    return k if digits >= 3 or (digits >= 2 and k - at >= 5) else at


@cython.cfunc
@cython.nogil
@cython.exceptval(check=False)
@cython.boundscheck(False)
@cython.wraparound(False)
def _write_clitic(normal: cython.uchar[::1], w: cython.int, first: cython.int) -> cython.int:
    """Write the normal form of the clitic with that first letter at `w`; the new end."""
    if first == 116:  # not
        normal[w] = 110
        normal[w + 1] = 111
        normal[w + 2] = 116
        return w + 3
    if first == 109:  # am
        normal[w] = 97
        normal[w + 1] = 109
        return w + 2
    if first == 114:  # are
        normal[w] = 97
        normal[w + 1] = 114
        normal[w + 2] = 101
        return w + 3
    if first == 118:  # have
        normal[w] = 104
        normal[w + 1] = 97
        normal[w + 2] = 118
        normal[w + 3] = 101
        return w + 4
    if first == 108:  # will
        normal[w] = 119
        normal[w + 1] = 105
        normal[w + 2] = 108
        normal[w + 3] = 108
        return w + 4
    normal[w] = 39  # 's, 'd: is or has or of, would or had
    normal[w + 1] = cython.cast(cython.uchar, first)
    return w + 2


@cython.boundscheck(False)
@cython.wraparound(False)
def lex(
    buf: cython.const[cython.uchar][::1],
    text_ends: cython.const[cython.longlong][::1],
    classes: cython.const[cython.uchar][::1],
    start_of: cython.int[::1],
    end_of: cython.int[::1],
    kind_of: cython.uchar[::1],
    hash_of: cython.uint[::1],
    normal: cython.uchar[::1],
    normal_end_of: cython.int[::1],
    sentence_first: cython.int[::1],
    text_first_token: cython.int[::1],
    text_first_sentence: cython.int[::1],
    abbreviations: cython.const[cython.uchar][::1],
    before_digits: cython.const[cython.uchar][::1],
    before_lower: cython.const[cython.uchar][::1],
    clause_starts: cython.const[cython.uchar][::1],
    openers: cython.const[cython.uchar][::1],
    negated: cython.const[cython.uchar][::1],
    domains: cython.const[cython.uchar][::1],
    currencies: cython.const[cython.uchar][::1],
    times: cython.const[cython.uchar][::1],
    units: cython.const[cython.uchar][::1],
    coins: cython.const[cython.uchar][::1],
) -> None:
    """Cut every text of a buffer into tokens and sentences.

    Parameters
    ----------
    buf : uint8 (n_bytes,)
        The texts' UTF-8, one after the other.
    text_ends : int64 (n_texts,)
        Where each text ends in `buf`.
    start_of, end_of : int32 (n_bytes + 1,)
        Filled with each token's offsets in code points within its text.
    kind_of : uint8, hash_of : uint32 (n_bytes + 1,)
        Filled with each token's place in `KINDS` and the hash of its feature form: the normal
        form of words, hashtags, emoji and punctuation, the kind alone of everything else.
    normal : uint8 (2 n_bytes + 16,), normal_end_of : int32 (n_bytes + 1,)
        Filled with the normal forms, one after the other, and where each ends.
    sentence_first : int32 (n_bytes + n_texts + 1,)
        Filled with each sentence's first token, and the number of tokens.
    text_first_token, text_first_sentence : int32 (n_texts + 1,)
        Filled with each text's first token and sentence, and the totals.
    classes : uint8 (256,), and the packed sets of hashes that this module defines.
    """
    n_texts: cython.longlong = text_ends.shape[0]
    t: cython.longlong
    i: cython.longlong = 0
    j: cython.longlong
    k: cython.longlong
    end: cython.longlong
    cp: cython.int
    cp_end: cython.int
    token: cython.int = 0
    sentence: cython.int = 0
    w: cython.int = 0  # bytes of normal form written
    w0: cython.int
    byte: cython.int
    cls: cython.int
    point: cython.int
    size: cython.int
    kind: cython.int
    last: cython.int  # last byte of the normal form, for folding
    run: cython.int
    digits: cython.int
    tail: cython.int  # bytes of a second token (a clitic) at the end of this one
    tail_norm: cython.int
    value: cython.ulonglong
    newlines: cython.int
    line_start: cython.int  # where the line began, in code points
    spaced: cython.bint
    fresh: cython.bint  # nothing of this sentence yet
    breaks: cython.bint
    first_of_sentence: cython.int
    sentence_start: cython.int
    stop: cython.int  # 0, or how the last sentence mark reads: 1 '.', 2 '!' or '?', 3 '...'
    closed: cython.bint  # a closing quote or bracket has followed the mark
    before_stop: cython.ulonglong  # hash of the word before the mark
    before_size: cython.int
    lead: cython.int
    last_hash: cython.ulonglong
    last_kind: cython.int
    last_size: cython.int
    last_byte: cython.int

    with cython.nogil:
        for t in range(n_texts):
            end = text_ends[t]
            text_first_token[t] = token
            text_first_sentence[t] = sentence
            cp = 0
            newlines = 0
            line_start = 0
            spaced = True
            fresh = True
            stop = 0
            closed = False
            before_stop = 0
            before_size = 0
            first_of_sentence = token
            sentence_start = 0
            last_hash = 0
            last_kind = -1
            last_size = 0
            last_byte = 0
            while i < end:
                byte = buf[i]
                cls = classes[byte]
                if cls == _SPACE:
                    if byte == 10:
                        newlines += 1
                        if newlines == 1:
                            # the length of the line that ended decides whether it was wrapped
                            line_start = cp - line_start
                    spaced = True
                    i += 1
                    cp += 1
                    continue
                size = 1
                point = byte
                if cls == _HIGH:
                    point = _point_at(buf, i, end)
                    size = point & 7
                    point >>= 3
                    cls = _class_of(point)
                    if cls == _SPACE:
                        spaced = True
                        i += size
                        cp += 1
                        continue
                # A token starts at i. Find its end j, its kind and its normal form.
                w0 = w
                tail = 0
                tail_norm = 0
                kind = _WORD
                j = i
                lead = byte
                if cls == _LETTER:
                    kind = -1
                    if size == 1 and (i + 1 < end) and classes[buf[i + 1]] != _LETTER:
                        j = _spelled_end(buf, classes, i, end)
                        if j > i:
                            kind = _WORD
                            last = 0
                            for k in range(i, j):
                                if classes[buf[k]] == _LETTER:
                                    normal[w] = _lower(buf[k])
                                    w += 1
                    if kind < 0:
                        j = i
                        last = 0
                        run = 0
                        digits = 0
                        while j < end:
                            byte = buf[j]
                            cls = classes[byte]
                            if cls == _LETTER:
                                byte = _lower(byte)
                                if byte == last:
                                    run += 1
                                    if run >= 3:
                                        j += 1
                                        continue
                                else:
                                    if run >= 3 and _is_single(last, byte):
                                        w -= 1
                                    run = 1
                                    last = byte
                                normal[w] = byte
                                w += 1
                                j += 1
                            elif cls == _DIGIT:
                                if digits == 0 and 2 <= j - i <= 3 and _among(_hash_lower(buf, i, j), currencies):
                                    j = _number_end(buf, classes, times, units, coins, currencies, j, end) >> 4
                                    kind = _MONEY  # Rs500
                                    break
                                digits += 1
                                run = 0
                                last = 0
                                normal[w] = byte
                                w += 1
                                j += 1
                            elif (
                                (byte == 39 or byte == 96) and j + 1 < end and classes[buf[j + 1]] == _LETTER and j > i
                            ):
                                # an apostrophe: a clitic, or a part of a name
                                byte = _clitic_at(buf, classes, j + 1, end)
                                if byte == 116 and (w == w0 or normal[w - 1] != 110):
                                    byte = 0
                                if byte == 116 and w - w0 == 1:
                                    # n't by itself
                                    normal[w] = 111
                                    normal[w + 1] = 116
                                    w += 2
                                    j += 2
                                    break
                                if byte > 0:
                                    tail_norm = byte
                                    j += 3 if byte == 114 or byte == 118 or byte == 108 else 2
                                    tail = 3 if byte == 116 or byte == 114 or byte == 118 or byte == 108 else 2
                                    if byte == 116:
                                        w -= 1
                                    break
                                normal[w] = 39
                                w += 1
                                run = 0
                                last = 39
                                j += 1
                            elif byte == 42 and j > i:
                                # letters starred out: f**k, f***
                                k = j
                                while k < end and buf[k] == 42:
                                    k += 1
                                if not (k < end and classes[buf[k]] == _LETTER) and (
                                    k - j < 2 or w - w0 > 3 or (last_byte == 42 and not spaced)
                                ):
                                    break
                                normal[w] = 42
                                w += 1
                                if k - j > 1:
                                    normal[w] = 42
                                    w += 1
                                run = 0
                                last = 0
                                j = k
                            elif byte == 95 and j > i and j + 1 < end and classes[buf[j + 1]] == _LETTER:
                                normal[w] = byte
                                w += 1
                                run = 0
                                last = 0
                                j += 1
                            elif cls == _HIGH:
                                point = _point_at(buf, j, end)
                                size = point & 7
                                point >>= 3
                                cls = _class_of(point)
                                if cls == _LETTER:
                                    if 0xC0 <= point <= 0xDE:
                                        point += 32
                                        normal[w] = 0xC3
                                        normal[w + 1] = 0x80 | (point & 63)
                                        w += 2
                                    else:
                                        for k in range(j, j + size):
                                            normal[w] = buf[k]
                                            w += 1
                                    run = 0
                                    last = 0
                                elif cls != _JOINER:
                                    break
                                j += size
                            else:
                                break
                        # at a word's end only l, s, f and z stay double; XX and XXXX, masks, read alike
                        if (
                            run >= 3
                            and last != 108
                            and last != 115
                            and last != 102
                            and last != 122
                            and not (last == 120 and w - w0 == 2)
                        ):
                            w -= 1
                        if kind < 0:
                            kind = _WORD
                        if tail == 0 and j < end:
                            byte = buf[j]
                            if (
                                kind == _WORD
                                and (byte == 46 or byte == 58)
                                and j + 1 < end
                                and classes[buf[j + 1]] != _SPACE
                            ):
                                k = _url_end(buf, classes, domains, i, j, end)
                                if k > i:
                                    kind = _URL
                                    j = k
                            if (
                                kind == _WORD
                                and (byte == 64 or byte == 46 or byte == 95 or byte == 43 or byte == 45)
                                and j + 1 < end
                                and (classes[buf[j + 1]] == _LETTER or classes[buf[j + 1]] == _DIGIT)
                            ):
                                k = _email_end(buf, classes, j, end)
                                if k > j:
                                    kind = _EMAIL
                                    j = k
                            if kind == _WORD and (
                                digits > 0
                                or (
                                    (byte == 45 or byte == 47)
                                    and j + 1 < end
                                    and (classes[buf[j + 1]] == _DIGIT or _lower(lead) == 120)
                                )
                            ):
                                k = _reference_end(buf, classes, i, end)
                                if k > i:
                                    kind = _REFERENCE
                                    j = k
                                elif byte == 47 and _lower(lead) == 120:
                                    # a masked date, XX/XX/2020
                                    k = j
                                    while k < end and (
                                        buf[k] == 47 or _lower(buf[k]) == 120 or classes[buf[k]] == _DIGIT
                                    ):
                                        k += 1
                                    kind = _DATETIME
                                    j = k
                        elif tail == 0 and digits > 0 and _reference_end(buf, classes, i, end) == j:
                            kind = _REFERENCE
                        if kind == _REFERENCE and _lower(lead) == 120 and digits == 0 and buf[j - 1] != 0:
                            # masked dates again, with their year: XX/XX/2020
                            for k in range(i, j):
                                if buf[k] == 47:
                                    kind = _DATETIME
                                    break
                        if kind == _WORD and tail == 0 and digits == 0 and w - w0 <= 8:
                            if w - w0 >= 4 and normal[w - 1] == 116 and normal[w - 2] == 110:
                                if _among(_hash_lower(buf, i, j), negated):
                                    tail = 2  # didnt
                                    tail_norm = 116
                                    w -= 2
                            elif w - w0 == 6 and normal[w - 1] == 116 and normal[w - 3] == 110 and normal[w0] == 99:
                                if normal[w0 + 1] == 97 and normal[w0 + 2] == 110 and normal[w - 2] == 111:
                                    tail = 3  # cannot
                                    tail_norm = 116
                                    w -= 3
                            elif w - w0 <= 2 and j + 1 < end and buf[j] == 36 and classes[buf[j + 1]] == _DIGIT:
                                # a dollar of a country: US$20, A$20
                                j = _number_end(buf, classes, times, units, coins, currencies, j + 1, end) >> 4
                                kind = _MONEY
                            elif w - w0 <= 3 and j < end and w - w0 >= 2:
                                # a currency before its amount: Rs 500, USD 20
                                k = j
                                if buf[k] == 46 and k + 1 < end:
                                    k += 1
                                if buf[k] == 32 and k + 1 < end:
                                    k += 1
                                if classes[buf[k]] == _DIGIT and _among(_hash_lower(buf, i, j), currencies):
                                    j = _number_end(buf, classes, times, units, coins, currencies, k, end) >> 4
                                    kind = _MONEY
                elif (byte == 44 or byte == 46) and (i + 1 >= end or buf[i + 1] == 32):
                    kind = _PUNCTUATION
                    j = i + 1
                    normal[w] = byte
                    w += 1
                elif (
                    (cls == _DIGIT or byte == 35 or byte == 42)
                    and i + 3 < end
                    and buf[i + 1] >= 0xE2
                    and _keycap_end(buf, i, end) > i
                ):
                    kind = _EMOJI
                    j = _keycap_end(buf, i, end)
                    normal[w] = byte
                    for k in range(1, 4):
                        normal[w + k] = buf[j - 4 + k]
                    w += 4
                elif (
                    (byte == 48 or byte == 40 or byte == 43)
                    and i + 8 < end
                    and (byte != 40 or buf[i + 1] == 48 or (i + 4 < end and buf[i + 4] == 41))
                    and classes[buf[i + 1]] == _DIGIT
                    and _phone_end(buf, classes, i, end) > i
                ):
                    kind = _REFERENCE
                    j = _phone_end(buf, classes, i, end)
                elif cls == _DIGIT or (byte == 46 and spaced and i + 1 < end and classes[buf[i + 1]] == _DIGIT):
                    j = _number_end(buf, classes, times, units, coins, currencies, i, end)
                    kind = j & 15
                    j >>= 4
                elif cls == _CURRENCY:
                    k = i + size
                    if k < end and buf[k] == 32:
                        k += 1
                    if k + 1 < end and (buf[k] == 45 or buf[k] == 46):
                        k += 1
                    if k < end and classes[buf[k]] == _DIGIT:
                        j = _number_end(buf, classes, times, units, coins, currencies, k, end) >> 4
                        kind = _MONEY
                    elif k + 1 < end and k == i + size and _lower(buf[k]) == 120 and _lower(buf[k + 1]) == 120:
                        # a masked amount: $XXXX.XX
                        j = k
                        while j < end and (
                            _lower(buf[j]) == 120
                            or ((buf[j] == 44 or buf[j] == 46) and j + 1 < end and _lower(buf[j + 1]) == 120)
                        ):
                            j += 1
                        kind = _MONEY
                    else:
                        j = i + size
                        kind = _SYMBOL
                elif cls == _PICTURE:
                    kind = _EMOJI
                    j = i + size
                    if 0x1F1E6 <= point <= 0x1F1FF and j < end and buf[j] >= 0xF0:
                        point = _point_at(buf, j, end)
                        if 0x1F1E6 <= point >> 3 <= 0x1F1FF:
                            j += point & 7
                    for k in range(i, j):
                        normal[w] = buf[k]
                        w += 1
                    while j < end and buf[j] >= 0xE2:
                        point = _point_at(buf, j, end)
                        size = point & 7
                        point >>= 3
                        if point == 0x200D:
                            # joined to what follows, if that is a picture
                            j += size
                            if j < end and buf[j] >= 0xE2:
                                point = _point_at(buf, j, end)
                                if _class_of(point >> 3) == _PICTURE:
                                    j += point & 7
                        elif _class_of(point) == _JOINER or 0x1F3FB <= point <= 0x1F3FF:
                            j += size
                        else:
                            break
                elif cls == _JOINER:
                    kind = _SYMBOL
                    j = i + size
                elif (
                    byte == 64
                    and i + 1 < end
                    and (classes[buf[i + 1]] == _LETTER or classes[buf[i + 1]] == _DIGIT or buf[i + 1] == 95)
                ):
                    kind = _MENTION
                    j = i + 1
                    while j < end:
                        size = 1
                        cls = classes[buf[j]]
                        if cls == _HIGH:
                            size = _point_at(buf, j, end)
                            cls = _class_of(size >> 3)
                            size &= 7
                        if (
                            cls != _LETTER
                            and cls != _DIGIT
                            and buf[j] != 95
                            and not (buf[j] == 46 and j + 1 < end and classes[buf[j + 1]] == _LETTER)
                        ):
                            break
                        j += size
                    if j < end and buf[j] == 64:
                        # @name@instance.social
                        j = _email_end(buf, classes, j, end)
                elif (
                    byte == 35
                    and i + 1 < end
                    and (
                        classes[buf[i + 1]] == _LETTER
                        or classes[buf[i + 1]] == _DIGIT
                        or (classes[buf[i + 1]] == _HIGH and _class_of(_point_at(buf, i + 1, end) >> 3) == _LETTER)
                    )
                ):
                    j = i + 1
                    digits = 0
                    run = 0
                    while j < end:
                        byte = buf[j]
                        cls = classes[byte]
                        size = 1
                        if cls == _HIGH:
                            size = _point_at(buf, j, end)
                            cls = _class_of(size >> 3)
                            size &= 7
                        if cls == _LETTER:
                            run += 1
                        elif cls == _DIGIT:
                            digits += 1
                        elif cls != _JOINER and byte != 95:
                            break
                        j += size
                    # a number sign: #1182, #AB1182, #CS-2020-1182
                    kind = _REFERENCE if run == 0 or (digits >= 3 and digits > run) else _HASHTAG
                    if j + 1 < end and buf[j] == 45 and (kind == _REFERENCE or classes[buf[j + 1]] == _DIGIT):
                        k = _reference_end(buf, classes, i + 1, end)
                        if k > j:
                            kind = _REFERENCE
                            j = k
                    if kind == _HASHTAG:
                        for k in range(i + 1, j):
                            normal[w] = _lower(buf[k])
                            w += 1
                elif cls == _PUNCT or cls == _OTHER:
                    kind = _PUNCTUATION if cls == _PUNCT else _SYMBOL
                    # emoticons such as :) ;-( :'( <3
                    k = i + 1
                    if byte == 39 and not spaced:
                        # a clitic after a clitic or a number: I'd've, the 90's
                        size = _clitic_at(buf, classes, k, end)
                        if size > 0 and size != 116:
                            kind = _WORD
                            j = k + (1 if size == 115 or size == 109 or size == 100 else 2)
                            tail_norm = size
                        size = 1
                    elif byte == 58 or byte == 59 or byte == 61:
                        if k < end and (buf[k] == 45 or buf[k] == 39):
                            k += 1
                        if k < end and (
                            buf[k] == 41
                            or buf[k] == 40
                            or buf[k] == 47
                            or buf[k] == 124
                            or buf[k] == 93
                            or buf[k] == 91
                            or (
                                spaced
                                and (
                                    _lower(buf[k]) == 100
                                    or _lower(buf[k]) == 112
                                    or _lower(buf[k]) == 111
                                    or _lower(buf[k]) == 115
                                    or buf[k] == 42
                                    or buf[k] == 92
                                )
                            )
                        ):
                            j = k
                            while j < end and buf[j] == buf[k]:
                                j += 1
                            if not (buf[k] == 47 and j - k > 1) and (
                                j >= end or (classes[buf[j]] != _LETTER and classes[buf[j]] != _DIGIT and buf[j] != 47)
                            ):
                                kind = _EMOJI
                    elif (
                        byte == 60 and k < end and (buf[k] == 51 or (buf[k] == 47 and k + 1 < end and buf[k + 1] == 51))
                    ):
                        j = k + 1 if buf[k] == 51 else k + 2
                        if j >= end or classes[buf[j]] != _DIGIT:
                            kind = _EMOJI
                    elif byte == 42:
                        while k < end and buf[k] == 42:
                            k += 1
                        if k - i >= 3 and k < end and classes[buf[k]] == _DIGIT:
                            kind = _REFERENCE  # ****1234
                            j = _number_end(buf, classes, times, units, coins, currencies, k, end) >> 4
                    if kind == _SYMBOL and 0xBC <= point <= 0xBE and size == 2:
                        kind = _NUMBER  # a fraction
                    if kind == _PUNCTUATION or kind == _SYMBOL or kind == _NUMBER:
                        j = i + size
                        if size == 1:
                            while (
                                j < end and buf[j] == byte and byte != 34 and byte != 39 and byte != 40 and byte != 41
                            ):
                                j += 1
                            if byte == 33 or byte == 63:
                                while j < end and (buf[j] == 33 or buf[j] == 63):
                                    j += 1
                    if kind == _EMOJI:
                        normal[w] = byte
                        normal[w + 1] = _lower(buf[j - 1])
                        w += 2
                    elif kind == _WORD:
                        w = _write_clitic(normal, w, tail_norm)
                        tail_norm = 0
                    elif kind != _REFERENCE:
                        for k in range(i, i + size):
                            normal[w] = buf[k]
                            w += 1
                        if j - i > size:
                            normal[w] = buf[j - 1]
                            w += 1
                else:
                    kind = _SYMBOL
                    j = i + size

                # The normal form of what is neither a word nor a mark: itself, without spaces and commas.
                if (
                    kind != _WORD
                    and kind != _EMOJI
                    and kind != _HASHTAG
                    and kind != _PUNCTUATION
                    and (kind != _SYMBOL or w == w0)
                ):
                    w = w0
                    for k in range(i, j):
                        # not the comma between thousands (or lakhs)
                        if buf[k] != 32 and not (
                            buf[k] == 44
                            and k + 3 < j
                            and kind != _URL
                            and (buf[k + 3] == 44 or k + 4 >= j or classes[buf[k + 4]] != _DIGIT)
                        ):
                            normal[w] = _lower(buf[k])
                            w += 1
                elif kind == _WORD and w == w0:
                    for k in range(i, j):
                        normal[w] = _lower(buf[k])
                        w += 1
                # Code points of the token.
                cp_end = cp
                for k in range(i, j):
                    if (buf[k] & 0xC0) != 0x80:
                        cp_end += 1
                if tail_norm == 116:
                    # the stem before a negation: ca-n't, wo-n't, sha-n't
                    if w - w0 == 2 and normal[w0] == 99 and normal[w0 + 1] == 97:
                        normal[w] = 110
                        w += 1
                    elif w - w0 == 2 and normal[w0] == 119 and normal[w0 + 1] == 111:
                        normal[w0 + 1] = 105
                        normal[w] = 108
                        normal[w + 1] = 108
                        w += 2
                    elif w - w0 == 3 and normal[w0] == 115 and normal[w0 + 1] == 104 and normal[w0 + 2] == 97:
                        normal[w] = 108
                        normal[w + 1] = 108
                        w += 2
                if kind == _WORD or kind == _HASHTAG or kind >= _PUNCTUATION or kind == _EMOJI:
                    value = _SEED
                    for k in range(w0, w):
                        value = ((value ^ cython.cast(cython.ulonglong, normal[k])) * 16777619) & _MASK
                    if value == 0:
                        value = 1
                else:
                    value = (_GOLDEN * cython.cast(cython.ulonglong, kind + 1)) & _MASK

                # Does a sentence end before this token?
                if fresh:
                    fresh = False
                    first_of_sentence = token
                    sentence_start = cp
                    sentence_first[sentence] = token
                    sentence += 1
                else:
                    breaks = False
                    if newlines >= 2:
                        breaks = True
                    elif (
                        stop > 0
                        and kind != _EMOJI
                        and not (kind == _PUNCTUATION and (not spaced or lead == 41 or lead == 93))
                    ):
                        if stop == 2:
                            breaks = not (closed and 97 <= lead <= 122)
                        elif stop == 3:
                            breaks = newlines > 0 or token - first_of_sentence >= 20 or not 97 <= lead <= 122
                        elif closed and 97 <= lead <= 122:
                            breaks = False
                        elif _among(before_stop, abbreviations):
                            breaks = False
                        elif (classes[lead] == _DIGIT or kind == _REFERENCE) and _among(before_stop, before_digits):
                            breaks = False
                        elif before_size <= 1 and classes[lead] == _LETTER:
                            breaks = not 97 <= lead <= 122 and _among(value, openers)
                        elif 97 <= lead <= 122 and _among(before_stop, before_lower):
                            breaks = False
                        elif token - first_of_sentence == 2 and kind_of[first_of_sentence] == _NUMBER:
                            breaks = newlines > 0  # the mark of a list
                        elif spaced:
                            breaks = True
                        else:
                            # no space after the stop; a lower-case word may also be the end of a name (invoice.pdf)
                            breaks = (
                                before_size >= 2 and kind == _WORD and (not 97 <= lead <= 122 or _among(value, openers))
                            )
                    elif newlines == 1:
                        breaks = (
                            line_start < _SHORT_LINE
                            or stop > 0
                            or last_byte == 58
                            or lead == 45
                            or lead == 42
                            or lead == 62
                            or (kind == _PUNCTUATION and point == 0x2022)
                            or (kind == _NUMBER and j + 1 < end and (buf[j] == 46 or buf[j] == 41) and buf[j + 1] == 32)
                        )
                    # the mark that closes a sentence stays with it
                    if (
                        not breaks
                        and token - first_of_sentence >= _SOFT_TOKENS
                        and not (kind == _PUNCTUATION and not spaced)
                    ):
                        if last_byte == 44 or last_byte == 59 or (last_byte == 45 and last_kind == _PUNCTUATION):
                            breaks = True
                        elif kind == _WORD and _among(value, clause_starts):
                            breaks = True
                        elif token - first_of_sentence >= _HARD_TOKENS:
                            breaks = True
                    if cp_end - sentence_start > _HARD_LENGTH and (
                        cp_end - sentence_start > _LONGEST or kind != _PUNCTUATION or spaced
                    ):
                        breaks = True
                    if breaks:
                        first_of_sentence = token
                        sentence_start = cp
                        sentence_first[sentence] = token
                        sentence += 1
                        stop = 0
                        closed = False
                if newlines > 0:
                    line_start = cp
                    newlines = 0

                start_of[token] = cp
                end_of[token] = cp_end
                kind_of[token] = kind
                hash_of[token] = value
                normal_end_of[token] = w
                token += 1
                if tail > 0:
                    # the clitic: its span is the tail of this one
                    end_of[token - 1] = cp_end - tail
                    w0 = w
                    w = _write_clitic(normal, w, tail_norm)
                    value = _SEED
                    for k in range(w0, w):
                        value = ((value ^ cython.cast(cython.ulonglong, normal[k])) * 16777619) & _MASK
                    start_of[token] = cp_end - tail
                    end_of[token] = cp_end
                    kind_of[token] = _WORD
                    hash_of[token] = value
                    normal_end_of[token] = w
                    token += 1

                # What this token says of a sentence's end.
                if kind == _PUNCTUATION:
                    byte = buf[j - 1]
                    if byte == 46:
                        if j - i >= 2:
                            stop = 3
                        else:
                            stop = 1
                        before_stop = last_hash if last_kind == _WORD else 0
                        before_size = last_size if last_kind == _WORD and last_byte != 105 and last_byte != 73 else 9
                        closed = False
                    elif byte == 33 or byte == 63:
                        stop = 2
                        closed = False
                    elif stop > 0 and (byte == 34 or byte == 39 or byte == 41 or byte == 93):
                        closed = True
                    else:
                        stop = 0
                elif kind == _WORD and buf[j - 1] == 46:
                    stop = 1  # an abbreviation with its dots
                    before_stop = value
                    before_size = 1
                    closed = False
                elif kind != _EMOJI:
                    stop = 0
                last_byte = buf[j - 1]
                last_kind = kind
                last_hash = value
                last_size = cp_end - cp
                spaced = False
                i = j
                cp = cp_end
            i = end
        text_first_token[n_texts] = token
        text_first_sentence[n_texts] = sentence
        sentence_first[sentence] = token
