"""Agreement of two readers of the same texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from servicegap.training.corpus import Record
from servicegap.training.evaluate import counts, f1
from servicegap.types import Span


def agreement(first: Sequence[Record], second: Mapping[str, Record], types: Sequence[str]) -> dict[str, Any]:
    """Measure how far two readers agree; F1 takes no side, the first reader counts as the label.

    Parameters
    ----------
    first : sequence of Record
        Those without a second reading, and those in another language than English, are left out.
    second : mapping of str to Record
        The other reader's records by id.
    types : sequence of str

    Returns
    -------
    dict
        `firm`: micro and macro F1 where a doubtful type counts as not given. `beyond_doubt`: the
        same where a type that either reader calls doubtful counts neither way. `spans`: share of
        types given by both whose quotes overlap. `complaint`: share of texts with the same answer.
        `by_type`: F1 beyond doubt.
    """
    pairs = [(a, second[a.id]) for a in first if a.id in second and a.extra.get("language", "en") == "en"]
    given = [frozenset(b.failures) for _, b in pairs]
    wanted = [frozenset(a.failures) for a, _ in pairs]
    nothing = [frozenset[str]()] * len(pairs)
    doubtful = [a.doubtful | b.doubtful for a, b in pairs]
    firm = counts(given, wanted, nothing, types)
    beyond = counts(given, wanted, doubtful, types)
    both = [(a.failures[name], b.failures[name]) for a, b in pairs for name in a.failures.keys() & b.failures.keys()]
    touching = sum(any(_touch(x, y) for x in one for y in other) for one, other in both)
    return {
        "texts": len(pairs),
        "complaint": round(sum(a.complaint == b.complaint for a, b in pairs) / max(1, len(pairs)), 4),
        "firm": _both(firm),
        "beyond_doubt": _both(beyond),
        "spans": round(touching / max(1, len(both)), 4),
        "by_type": {name: round(float(f1(row)), 4) for name, row in zip(types, beyond, strict=True) if row.any()},
    }


def _both(table: Any) -> dict[str, float]:
    seen = table.any(axis=1)
    return {
        "micro_f1": round(float(f1(table.sum(axis=0))), 4),
        "macro_f1": round(float(f1(table)[seen].mean()), 4) if seen.any() else 0.0,
    }


def _touch(a: Span, b: Span) -> bool:
    return a.start < b.end and b.start < a.end
