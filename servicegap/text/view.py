"""What to read of a text, with the way back: cleaning as a pipeline of small steps.

Every step takes a text and gives the cleaned text and an `OffsetMap` back to the text it
was given. `View.of` runs them all, and does nothing at all to a text that needs nothing.
"""

from __future__ import annotations

import html
import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.entities import html5
from typing import NamedTuple

from servicegap.errors import InputError
from servicegap.types import Span


class _Layer(NamedTuple):
    """One step's edits, in order: cleaned `[start, stop)`, and how far the original runs ahead after it."""

    starts: array[int]
    stops: array[int]
    shifts: array[int]


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """The way back from a cleaned text to the text that it was made from.

    Between edits, characters stand one to one at a constant distance; what an edit gave
    goes back to the whole stretch that the edit took. Memory is 24 bytes an edit.

    Examples
    --------
    >>> text, offsets = entities("R&amp;D is slow")
    >>> text, offsets.span(1, 2)
    ('R&D is slow', Span(start=1, end=6))
    """

    layers: tuple[_Layer, ...] = ()

    def span(self, start: int, end: int) -> Span:
        """Return the stretch that the cleaned characters `[start, end)` came from, in O(log edits).

        An empty span gives an empty one; dropped characters at either end are left out.
        """
        empty, last = start == end, end - 1
        for starts, stops, shifts in reversed(self.layers):
            at = bisect_right(starts, start) - 1
            if at >= 0:
                if start < stops[at]:
                    start = starts[at] + (shifts[at - 1] if at else 0)
                else:
                    start += shifts[at]
            at = bisect_right(starts, last) - 1
            if at >= 0:
                last = (stops[at] - 1 if last < stops[at] else last) + shifts[at]
        return Span(start, start if empty else last + 1)

    def then(self, later: OffsetMap) -> OffsetMap:
        """Return the map of this step followed by `later`, whose cleaned text was made from this one's.

        Examples
        --------
        >>> text, first = entities("&amp;lt;")
        >>> text, second = entities(text)
        >>> text, first.then(second).span(0, 1)
        ('<', Span(start=0, end=8))
        """
        if not later.layers:
            return self
        return OffsetMap(self.layers + later.layers)


IDENTITY = OffsetMap()
"""The map of a text that was left as it is."""

Step = Callable[[str], tuple[str, OffsetMap]]


def _edited(text: str, edits: Iterator[tuple[int, int, str]]) -> tuple[str, OffsetMap]:
    """Put `new` for each `text[start:end]`; edits come in order and apart."""
    pieces: list[str] = []
    starts: list[int] = []
    stops: list[int] = []
    shifts: list[int] = []
    done = shift = 0
    for start, end, new in edits:
        pieces += text[done:start], new
        done = end
        if end - start == len(new) == 1:
            continue
        starts.append(start - shift)
        stops.append(start - shift + len(new))
        shift = end - stops[-1]
        shifts.append(shift)
    if not done:
        return text, IDENTITY
    pieces.append(text[done:])
    cleaned = "".join(pieces)
    if not starts:
        return cleaned, IDENTITY
    return cleaned, OffsetMap((_Layer(array("q", starts), array("q", stops), array("q", shifts)),))


def _swapped(text: str, pattern: re.Pattern[str], table: dict[str, str]) -> str:
    """Put one character for another; `str.replace` beats `str.translate` where few kinds occur."""
    for found in set(pattern.findall(text)):
        text = text.replace(found, table[found])
    return text


_ENTITY = re.compile(r"&(?:#(?:[0-9]{1,7}|[xX][0-9a-fA-F]{1,6});|[A-Za-z][A-Za-z0-9]{1,31};|(?:amp|lt|gt|quot|nbsp)\b)")


def _references(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _ENTITY.finditer(text):
        found = match.group()
        # html.unescape takes the longest known prefix of an unknown name ("&notes;"), which is a guess
        if found[1] == "#" or found[1:] in html5:
            yield match.start(), match.end(), html.unescape(found) or " "


def entities(text: str) -> tuple[str, OffsetMap]:
    """Read HTML entities, one level.

    Named and numeric ones need their semicolon, but for the five that are often left
    without: `&amp`, `&lt`, `&gt`, `&quot` and `&nbsp`.

    Examples
    --------
    >>> entities("AT&T &#8211; caf&eacute;")[0]
    'AT&T – café'
    """
    return _edited(text, _references(text))


_BREAK = dict.fromkeys("\r\x0b\x0c\x85\u2028\u2029", "\n")
_BREAKS = re.compile(f"[{''.join(_BREAK)}]")


def lines(text: str) -> tuple[str, OffsetMap]:
    r"""Make every line and paragraph separator a line feed.

    Examples
    --------
    >>> lines("late\r\nagain")[0]
    'late\nagain'
    """
    offsets = IDENTITY
    if "\r\n" in text:
        text, offsets = _edited(text, ((m.start(), m.end(), "\n") for m in re.finditer("\r\n", text)))
    return _swapped(text, _BREAKS, _BREAK), offsets


_CONTROL = "".join(chr(code) for code in (*range(9), *range(14, 32), *range(127, 160), 0xFFFC) if code != 0x85)
_CONTROLS = re.compile(f"[{re.escape(_CONTROL)}\ud800-\udfff]")


def controls(text: str) -> tuple[str, OffsetMap]:
    r"""Make control characters spaces and lone surrogates U+FFFD.

    Examples
    --------
    >>> controls("no\x00reply\ud83d")[0]
    'no reply\ufffd'
    """
    return _CONTROLS.sub(lambda match: "\ufffd" if "\ud800" <= match.group() <= "\udfff" else " ", text), IDENTITY


# Symbols that NFKC turns into letters or punctuation are no emoji here, or a joiner kept
# beside them would stand beside a letter afterwards.
_EMOJI = re.compile(
    "[©®™↔-↪⌚-⏿▪-◾☀-➿⤴⤵⬅-⭕〰〽\U0001f000-\U0001f0ff\U0001f170-\U0001f18f\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff]"
)
_UNSEEN = (
    "\xad\u061c\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e0fff"
)
# "[x][x]*" and not "[x]+": sre looks ahead for a leading set, not for a leading repeat
_INVISIBLES = re.compile(f"[{_UNSEEN}][{_UNSEEN}]*")


def _unseen(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _INVISIBLES.finditer(text):
        start, end = match.span()
        run, kept = match.group(), ""
        if "\ufe0f" in run or "\u200d" in run:
            after_emoji = start > 0 and _EMOJI.match(text, start - 1) is not None
            in_keycap = run[-1] == "\ufe0f" and text.startswith("\u20e3", end)
            if in_keycap or (after_emoji and run[0] == "\ufe0f"):
                kept = "\ufe0f"
            if after_emoji and run[-1] == "\u200d" and _EMOJI.match(text, end):
                kept += "\u200d"
        if kept != run:
            yield start, end, kept


def invisibles(text: str) -> tuple[str, OffsetMap]:
    r"""Drop zero-width characters, soft hyphens and directional marks; emoji keep what joins and colors them.

    Examples
    --------
    >>> invisibles("re\xadfund\u200b")[0]
    'refund'
    """
    return _edited(text, _unseen(text))


_QUOTE = dict.fromkeys("‘’‚‛′‵´ʹʻʼʽˈ‹›❛❜＇", "'") | dict.fromkeys("“”„‟″‶‴‷⁗«»ʺ❝❞〝〞〟＂", '"')
_QUOTES = re.compile(f"[{''.join(_QUOTE)}]")


def quotes(text: str) -> tuple[str, OffsetMap]:
    """Make curly quotes, apostrophes, primes and guillemets straight.

    Examples
    --------
    >>> quotes("“didn’t”")[0]
    '"didn\\'t"'
    """
    return _swapped(text, _QUOTES, _QUOTE), IDENTITY


_LONG = "—―⸺⸻︱﹘"
_DASH = dict.fromkeys("‐‑‒–−⁃˗﹣－︲" + _LONG, "-")
_DASHES = re.compile(f"[{''.join(_DASH)}]")
_LONGS = re.compile(f"[{_LONG}][{_LONG}]*")


def _glued(text: str) -> Iterator[tuple[int, int, str]]:
    for match in _LONGS.finditer(text):
        start, end = match.span()
        if text[start - 1 : start].isalnum() and text[end : end + 1].isalpha():
            yield start, end, " - "


def dashes(text: str) -> tuple[str, OffsetMap]:
    """Make dashes hyphens; a long one set close between words gets spaces, lest it make a compound of them.

    Examples
    --------
    >>> dashes("10–12 days—again")[0]
    '10-12 days - again'
    """
    if not _DASHES.search(text):
        return text, IDENTITY
    text, offsets = _edited(text, _glued(text))
    return _swapped(text, _DASHES, _DASH), offsets


_SPACE = dict.fromkeys("\xa0\u1680\u202f\u205f\u2800\u3000\u3164\uffa0" + "".join(map(chr, range(0x2000, 0x200B))), " ")
_SPACES = re.compile(f"[{''.join(_SPACE)}]")


def spaces(text: str) -> tuple[str, OffsetMap]:
    r"""Make non-breaking and other odd spaces plain ones.

    Examples
    --------
    >>> spaces("£\xa040")[0]
    '£ 40'
    """
    return _swapped(text, _SPACES, _SPACE), IDENTITY


_FOLD = str.maketrans(_QUOTE | _DASH | _SPACE)
_MARKS = 30
_MEANT = ("", "<super>", "<sub>", "<fraction>")
"""Decompositions that are none, or that make other numbers and words of "m²", "5½" and "Brand™"."""
_WIDE = re.compile("[^\x00-\x7f][^\x00-\x7f]*")


def _is_mark(char: str) -> bool:
    """Whether NFKC may join the character to the one before it: a mark, or a Hangul vowel or final."""
    return unicodedata.category(char)[0] == "M" or "\u1160" <= char <= "\u11ff"


def _segments(text: str) -> Iterator[tuple[int, int]]:
    """Cut non-ASCII stretches before each character that is no mark.

    A heap of marks is cut every `_MARKS` (UAX 15, stream-safe text), since normalizing it whole takes quadratic time.
    """
    for match in _WIDE.finditer(text):
        start, end = match.span()
        if start and _is_mark(text[start]):
            start -= 1
        for at in range(start + 1, end):
            if at - start > _MARKS or not _is_mark(text[at]):
                yield start, at
                start = at
        yield start, end


def _composed(segment: str) -> str:
    if len(segment) == 1:
        kind = unicodedata.decomposition(segment).partition(" ")[0]
        if kind in _MEANT:
            return segment
    new = unicodedata.normalize("NFKC", segment).translate(_FOLD)
    # a spacing accent would become a space with an accent on it
    return segment if len(segment) == 1 < len(new) and new[0] == " " else new


def _compositions(text: str) -> Iterator[tuple[int, int, str]]:
    for start, end in _segments(text):
        segment = text[start:end]
        new = _composed(segment)
        if new != segment:
            yield start, end, new


def compatibility(text: str) -> tuple[str, OffsetMap]:
    """Give compatibility forms their plain letters: NFKC, one character and its marks at a time.

    Superscripts, subscripts, fractions and spacing accents stay as they are.

    Examples
    --------
    >>> compatibility("𝗡𝗘𝗩𝗘𝗥 … ﬁxed")[0]
    'NEVER ... fixed'

    Notes
    -----
    Unicode Standard Annex #15, Unicode Normalization Forms.
    """
    if text.isascii() or unicodedata.is_normalized("NFKC", text):
        return text, IDENTITY
    return _edited(text, _compositions(text))


STEPS: tuple[Step, ...] = (entities, lines, controls, invisibles, quotes, dashes, spaces, compatibility)
"""The cleaning steps, in order."""

_SUSPECT_ASCII = bytes(code for code in range(128) if code == 127 or (code < 32 and code not in b"\t\n"))
_SUSPECT = re.compile(f"[\ud800-\udfff{_UNSEEN}{re.escape(''.join((*_BREAK, _CONTROL, *_QUOTE, *_DASH, *_SPACE)))}]")


def _is_clean(text: str) -> bool:
    """Whether no step after `entities` can have anything to do, in one cheap look."""
    if text.isascii():
        return len(text.encode().translate(None, _SUSPECT_ASCII)) == len(text)
    return not _SUSPECT.search(text) and unicodedata.is_normalized("NFKC", text)


class View(NamedTuple):
    """A text as it is read, beside the original.

    Attributes
    ----------
    original : str
        The text as the record holds it.
    text : str
        The cleaned text.
    offsets : OffsetMap
        The way back from `text` to `original`.

    Examples
    --------
    >>> view = View.of("It’s late… &pound;40")
    >>> view.text
    "It's late... £40"
    >>> span = view.span(13, 16)
    >>> view.original[span.start : span.end]
    '&pound;40'
    """

    original: str
    text: str
    offsets: OffsetMap

    @classmethod
    def of(cls, original: str) -> View:
        """Clean a text by `STEPS`, in time linear in its length."""
        if "&" not in original and _is_clean(original):
            return cls(original, original, IDENTITY)
        text, offsets = entities(original)
        if not _is_clean(text):
            for step in STEPS[1:]:
                text, back = step(text)
                offsets = offsets.then(back)
        return cls(original, text, offsets)

    def span(self, start: int, end: int) -> Span:
        """Return the stretch of the original that the cleaned characters `[start, end)` came from.

        Parameters
        ----------
        start, end : int
            Half-open, in code points of `text`.

        Raises
        ------
        InputError
            `SG-I007` where the span does not lie within the cleaned text.
        """
        if not 0 <= start <= end <= len(self.text):
            detail = f"the text is {len(self.text)} long; give 0 <= start <= end <= {len(self.text)}."
            raise InputError("SG-I007", f"span [{start}, {end})", detail)
        return self.offsets.span(start, end)
