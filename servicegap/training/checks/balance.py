"""Do channels and lengths balance, and do they give the answer away?"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from servicegap.training.checks.base import Entry, Flag, Report, with_text, words
from servicegap.training.checks.labels import CHANNELS

BANDS = ((1, 15), (16, 40), (41, 100), (101, 250), (251, 600), (601, None))
"""Lengths of texts in words, from and to."""

_LEAST_SHARE = 0.02
_MOST_IN_ONE = 0.6
_LEAST_TEXTS = 20


def check(found: Sequence[Entry]) -> Report:
    """Flag channels and lengths that hardly occur, and types found in one channel for the most part."""
    records = with_text(found)
    channels = Counter(entry.row.get("channel") or "unknown" for entry, _ in records)
    lengths = [len(words(text)) for _, text in records]
    bands = Counter(band(length) for length in lengths)
    flags = [
        Flag(name, name, f"{counts[name]} texts, under {_LEAST_SHARE:.0%}")
        for names, counts in ((CHANNELS, channels), ([band(least) for least, _ in BANDS], bands))
        for name in names
        if counts[name] < _LEAST_SHARE * len(records)
    ]
    of_type: dict[str, Counter[str]] = {}
    for entry, _ in records:
        for label in entry.types:
            of_type.setdefault(label, Counter())[entry.row.get("channel") or "unknown"] += 1
    for label, counts in sorted(of_type.items()):
        channel, most = counts.most_common(1)[0]
        if counts.total() >= _LEAST_TEXTS and most > _MOST_IN_ONE * counts.total():
            flags.append(Flag(label, label, f"{most} of its {counts.total()} texts are of channel {channel}"))
    tells = auc(
        [n for n, (entry, _) in zip(lengths, records, strict=True) if entry.row["complaint"]],
        [n for n, (entry, _) in zip(lengths, records, strict=True) if not entry.row["complaint"]],
    )
    evenness = (_evenness(channels.values(), len(CHANNELS)), _evenness(bands.values(), len(BANDS)))
    summary = f"evenness of channels {evenness[0]:.2f}, of lengths {evenness[1]:.2f}"
    summary += f"; length tells complaints at AUC {tells:.2f}"
    figures = {"channels": dict(channels), "lengths": dict(bands), "complaint_by_length_auc": round(tells, 4)}
    return Report("balance", min(evenness) if records else 1.0, summary, tuple(flags), figures=figures)


def band(length: int) -> str:
    """Name the band of a length in words.

    Examples
    --------
    >>> band(7), band(40), band(5000)
    ('1-15 words', '16-40 words', '601- words')
    """
    for least, most in BANDS:
        if most is None or length <= most:
            return f"{least}-{most or ''} words"
    raise AssertionError


def auc(positive: Sequence[int], negative: Sequence[int]) -> float:
    """Chance that a positive is over a negative, ties counting half; 0.5 where one side is empty.

    Examples
    --------
    >>> auc([3, 5], [1, 3])
    0.875
    """
    if not positive or not negative:
        return 0.5
    below, at_or_below = Counter(negative), 0
    rank = {}
    for value in sorted(set(positive) | set(below)):
        rank[value] = at_or_below + below[value] / 2
        at_or_below += below[value]
    return sum(rank[value] for value in positive) / (len(positive) * len(negative))


def _evenness(counts: Iterable[int], kinds: int) -> float:
    """Entropy as a share of the most that so many kinds could have (Pielou, 1966)."""
    values = [count for count in counts if count]
    total = sum(values)
    return min(1.0, -sum(n / total * math.log(n / total) for n in values) / math.log(kinds)) if total else 0.0
