"""Evaluation of a model on labeled texts it has never seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from servicegap.model import COMPLAINT, Model
from servicegap.training.corpus import Record
from servicegap.types import MAX_EVIDENCE, Document, Result, Span

Array = npt.NDArray[Any]


def results(model: Model, records: Sequence[Record]) -> list[Result]:
    """Score the records' texts as a user would."""
    documents = (Document(record.text, id=record.id, channel=record.channel) for record in records)
    return list(model.pipe(documents, all_types=True))


def counts(
    predicted: Sequence[frozenset[str]],
    listed: Sequence[frozenset[str]],
    doubtful: Sequence[frozenset[str]],
    names: Sequence[str],
) -> npt.NDArray[np.int64]:
    """Count hits, wrong predictions and misses of each label; doubtful ones count neither way.

    Returns
    -------
    int64 (n_labels, 3)
    """
    place = {name: k for k, name in enumerate(names)}
    table = np.zeros((len(names), 3), np.int64)
    for found, wanted, open_ in zip(predicted, listed, doubtful, strict=True):
        for name in (found & wanted) - open_:
            table[place[name], 0] += 1
        for name in found - wanted - open_:
            table[place[name], 1] += 1
        for name in wanted - found - open_:
            table[place[name], 2] += 1
    return table


def f1(table: Array) -> Array:
    """F1 of rows of (hits, wrong, missed); 0 where a label has none of them."""
    hits, wrong, missed = table[..., 0], table[..., 1], table[..., 2]
    return np.asarray(2 * hits / np.maximum(2 * hits + wrong + missed, 1))


def evaluate(model: Model, records: Sequence[Record], *, least_positives: int = 5) -> dict[str, Any]:
    """Measure document types, complaint, signals and evidence.

    Parameters
    ----------
    model : Model
    records : sequence of Record
    least_positives : int
        Types with fewer positives do not count in macro averages.

    Returns
    -------
    dict
        Figures rounded to four places, and by type precision, recall, F1 and positives.
    """
    scored = results(model, records)
    listed = [frozenset(record.failures) for record in records]
    doubtful = [record.doubtful for record in records]
    types = counts([frozenset(result.types) for result in scored], listed, doubtful, model.types)
    named = [frozenset(record.signals) for record in records]
    nothing = [frozenset[str]()] * len(records)
    signals = counts(
        [frozenset(signal.signal for signal in result.signals) for result in scored], named, nothing, model.signals
    )
    truth = np.array([record.complaint for record in records])
    said = np.array([bool(result.complaint) for result in scored])
    enough = types[:, 0] + types[:, 2] >= least_positives
    shown, quoted = _evidence(scored, records)
    return {
        "texts": len(records),
        "types_micro_f1": _round(f1(types.sum(axis=0))),
        "types_macro_f1": _round(f1(types)[enough].mean()) if enough.any() else None,
        "types_micro_precision": _round(types[:, 0].sum() / max(1, types[:, :2].sum())),
        "types_micro_recall": _round(types[:, 0].sum() / max(1, types[:, [0, 2]].sum())),
        f"{COMPLAINT}_balanced_accuracy": _round((said[truth].mean() + (~said[~truth]).mean()) / 2)
        if truth.any() and not truth.all()
        else None,
        "evidence_overlap": _round(shown / quoted) if quoted else None,
        "signals_macro_f1": _round(f1(signals)[signals[:, 0] + signals[:, 2] >= least_positives].mean())
        if (signals[:, 0] + signals[:, 2] >= least_positives).any()
        else None,
        "types": {name: _row(types[k]) for k, name in enumerate(model.types)},
        "signals": {name: _row(signals[k]) for k, name in enumerate(model.signals)},
    }


def _evidence(scored: Sequence[Result], records: Sequence[Record]) -> tuple[int, int]:
    """Right types that have a short enough span over a reader's, and right types in all."""
    shown = quoted = 0
    for result, record in zip(scored, records, strict=True):
        for failure in result.failures:
            spans = record.failures.get(failure.type)
            if spans:
                quoted += 1
                shown += any(
                    span.end - span.start <= MAX_EVIDENCE and _touch(Span(span.start, span.end), other)
                    for span in failure.evidence
                    for other in spans
                )
    return shown, quoted


def _touch(a: Span, b: Span) -> bool:
    return a.start < b.end and b.start < a.end


def _row(row: Array) -> dict[str, Any]:
    hits, wrong, missed = (int(value) for value in row)
    return {
        "precision": _round(hits / max(1, hits + wrong)),
        "recall": _round(hits / max(1, hits + missed)),
        "f1": _round(f1(row)),
        "positives": hits + missed,
    }


def _round(value: float | Array) -> float:
    return round(float(value), 4)
