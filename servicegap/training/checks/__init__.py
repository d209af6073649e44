"""Validation of corpora: one check a file, each with a score, flags and a summary of one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from servicegap.training.checks import (
    balance,
    duplicates,
    ids,
    labels,
    leakage,
    leaks,
    near_duplicates,
    openings,
    personal_data,
    quotes,
    schema,
    skeletons,
    spans,
    variety,
)
from servicegap.training.checks.base import Entry, Flag, Report, entries, with_pool

__all__ = ["CHECKS", "Entry", "Flag", "Report", "entries", "run", "with_pool"]

CHECKS: Mapping[str, Callable[[Sequence[Entry]], Report]] = {
    module.__name__.rpartition(".")[2]: module.check
    for module in (
        schema,
        labels,
        spans,
        ids,
        duplicates,
        quotes,
        near_duplicates,
        leaks,
        openings,
        skeletons,
        variety,
        leakage,
        balance,
        personal_data,
    )
}
"""The quick checks, hard ones first; `disagreement`, which trains models, is asked for by itself."""


def run(found: Sequence[Entry]) -> list[Report]:
    """Run every quick check on the lines of one or more corpora.

    Examples
    --------
    >>> from servicegap.training.checks import Entry
    >>> [report.name for report in run([Entry("a.jsonl:1", {}, None, "is no JSON")]) if report.failed]
    ['schema']
    """
    return [check(found) for check in CHECKS.values()]
