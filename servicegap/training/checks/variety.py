"""Does each type come in many wordings? Distinct 4-grams of its quotes (Li et al., NAACL 2016)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from servicegap.training.checks.base import Entry, Flag, Report, with_text, words

_WORDS = 4
_SAMPLE = 2000
"""4-grams looked at for each type: the share of distinct ones falls with their number."""

_LEAST = 0.9


def check(found: Sequence[Entry]) -> Report:
    """Flag types of whose quotes' first 2,000 4-grams over a tenth stand there again."""
    seen: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for entry, text in with_text(found):
        for quote in entry.quotes():
            grams = seen[quote.label] if quote.kind == "failure" else []
            if quote.kind == "failure" and len(grams) < _SAMPLE:
                said = words(text[quote.span.start : quote.span.end])
                grams += [tuple(said[n : n + _WORDS]) for n in range(len(said) - _WORDS + 1)]
    shares = {label: len(set(grams[:_SAMPLE])) / len(grams[:_SAMPLE]) for label, grams in seen.items() if grams}
    low = sorted((share, label) for label, share in shares.items())
    flags = tuple(
        Flag(label, label, f"{share:.2f} of its 4-grams are distinct") for share, label in low if share < _LEAST
    )
    score = sum(shares.values()) / len(shares) if shares else 1.0
    summary = f"{score:.3f} of the 4-grams of a type's quotes are distinct"
    summary += f", fewest {low[0][0]:.3f} in {low[0][1]}" if low else ""
    figures = {label: round(share, 4) for label, share in sorted(shares.items())}
    return Report("variety", score, summary, flags, figures=figures)
