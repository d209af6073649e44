"""Are texts made from templates? Sentences are compared with names and numbers masked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from servicegap.training.checks.base import Entry, Flag, Report, counted, sound_share, with_text

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|\S")
_SENTENCE = re.compile(r"[.!?\n]+")
_LEAST_TOKENS = 7
_SHARE = 0.5


def check(found: Sequence[Entry]) -> Report:
    """Flag texts half of whose sentences stand in other texts too, but for names and numbers."""
    records = with_text(found)
    each = [skeletons(text) for _, text in records]
    often = Counter(skeleton for several in each for skeleton in several)
    flags = []
    for (entry, _), several in zip(records, each, strict=True):
        shared = sum(often[skeleton] > 1 for skeleton in several)
        if several and shared >= _SHARE * len(several):
            reason = f"{shared} of {len(several)} sentences stand elsewhere, but for names and numbers"
            flags.append(Flag(entry.id, entry.place, reason))
    summary = counted(len(flags), len(records), "texts") + " share half of their sentences' skeletons with others"
    return Report("skeletons", sound_share(flags, len(records)), summary, tuple(flags))


def skeletons(text: str) -> set[str]:
    """Return the longer sentences of a text with names (`N`) and numbers (`0`) masked.

    Examples
    --------
    >>> skeletons("I rang Dana at 4pm and Dana hung up on me. Rude!")
    {'i rang N at 0 and N hung up on me'}
    """
    out = set()
    for sentence in _SENTENCE.split(text):
        tokens = _TOKEN.findall(sentence)
        if len(tokens) >= _LEAST_TOKENS:
            out.add(" ".join(_masked(token, first=n == 0) for n, token in enumerate(tokens)))
    return out


def _masked(token: str, *, first: bool) -> str:
    if any(character.isdigit() for character in token):
        return "0"
    if token[0].isupper() and token[1:] != token[1:].upper() and not first:
        return "N"
    return token.lower()
