"""Is a type given away by the words of its own name?"""

from __future__ import annotations

from collections.abc import Sequence

from servicegap.taxonomy import load as taxonomy
from servicegap.training.checks.base import Entry, Flag, Report, with_text, words

_MOST = 0.5
_LEAST_TEXTS = 10
_SMALL = frozenset(("no",))


def check(found: Sequence[Entry]) -> Report:
    """Flag types that a rule which knows only their names would find.

    The rule: a text shows a type where it has all words of the type's name, but for endings. The
    better its F1, the less a corpus teaches of what the type means.
    """
    records = [(frozenset(_stem(word) for word in words(text)), entry) for entry, text in with_text(found)]
    figures = {}
    for label in taxonomy().type_ids:
        name = name_stems(label)
        counts = [0, 0, 0]
        for stems, entry in records:
            if label not in entry.doubtful:
                said, listed = name <= stems, label in entry.types
                counts = [counts[0] + (said and listed), counts[1] + said, counts[2] + listed]
        hits, said_in_all, listed_in_all = counts
        if listed_in_all >= _LEAST_TEXTS:
            figures[label] = {
                "texts": listed_in_all,
                "named": hits,
                "named_elsewhere": said_in_all - hits,
                "f1": round(2 * hits / (said_in_all + listed_in_all), 4),
            }
    worst = sorted(((row["f1"], label) for label, row in figures.items()), reverse=True)
    flags = tuple(
        Flag(label, label, f"its name's words alone find it with F1 {f1:.2f}") for f1, label in worst if f1 > _MOST
    )
    mean = sum(f1 for f1, _ in worst) / len(worst) if worst else 0.0
    summary = f"a rule that knows only the types' names has F1 {mean:.3f}"
    summary += f", best {worst[0][0]:.3f} for {worst[0][1]}" if worst else ""
    return Report("leakage", 1.0 - mean, summary, flags, figures=figures)


def name_stems(label: str) -> frozenset[str]:
    """Stems of the words of a type's name.

    Examples
    --------
    >>> sorted(name_stems("late_delivery")), sorted(name_stems("no_response"))
    (['delive', 'late'], ['respon'])
    """
    return frozenset(_stem(word) for word in label.split("_") if word not in _SMALL)


def _stem(word: str) -> str:
    """Cut off what an ending may change: `charge` and `charging`, `delivery` and `delivered` agree."""
    for ending in ("ing", "al", "ed", "es", "s", "e", "y"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            word = word[: -len(ending)]
            break
    return word[:6]
