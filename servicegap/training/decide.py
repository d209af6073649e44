"""The document decision: pooling, calibration, thresholds and bands, all from out-of-fold scores."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from servicegap.engine import kernel
from servicegap.training.corpus import Record
from servicegap.training.matrix import UNKNOWN

Array = npt.NDArray[Any]

_GRID = np.round(np.arange(0.05, 0.96, 0.01), 2)


def folds(records: Sequence[Record], n: int) -> npt.NDArray[np.int32]:
    """Assign each record to a fold by who wrote it about what, never by row.

    Returns
    -------
    int32 (n_records,)
    """
    keys = [record.author or record.situation or record.id for record in records]
    return np.array([int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) % n for key in keys], np.int32)


def pooled(sentence: Array, whole: Array, document: Array) -> Array:
    """Return what the document decision sees, as the kernel computes it.

    Parameters
    ----------
    sentence : float64 (n_sentences, n_labels)
    whole : float64 (n_documents, n_labels)
    document : int (n_sentences,), sorted

    Returns
    -------
    float64 (n_documents, n_labels, POOLING)
        1, the best sentence, how far the second lies below, the whole text, log of the sentences' number.
    """
    n_documents, n_labels = whole.shape
    out = np.zeros((n_documents, n_labels, kernel.POOLING))
    first = np.searchsorted(document, np.arange(n_documents + 1))
    for i in range(n_documents):
        rows = sentence[first[i] : first[i + 1]]
        if len(rows) == 0:
            continue
        ranked = -np.partition(-rows, min(1, len(rows) - 1), axis=0)[:2]
        below = ranked[0] - ranked[1] if len(rows) > 1 else np.full(n_labels, np.inf)
        out[i] = np.stack(
            (
                np.ones(n_labels),
                ranked[0],
                np.minimum(below, kernel.NO_SENTENCE_BELOW),
                whole[i],
                np.full(n_labels, np.log(len(rows))),
            ),
            axis=1,
        )
    return out


def pooling(features: Array, carried: Array, alone: Sequence[int], *, strength: float = 4.0) -> Array:
    """Learn each label's pooling, drawn towards what all labels have in common.

    Parameters
    ----------
    features : float64 (n_documents, n_labels, POOLING)
        Out of fold.
    carried : int8 (n_documents, n_labels)
    alone : sequence of int
        Labels of another kind, which do not share in the common pooling.
    strength : float
        Ridge that draws a label to the common pooling.

    Returns
    -------
    float64 (n_labels, POOLING)
    """
    n_labels = carried.shape[1]
    shared = [k for k in range(n_labels) if k not in alone]
    use = carried[:, shared] != UNKNOWN
    flat_x, flat_y = features[:, shared][use], (carried[:, shared][use] == 1).astype(np.float64)
    start = np.array([0.0, 1.0, 0.0, 0.0, 0.0])
    common = _logistic(flat_x, flat_y, start, 1e-3)
    out = np.empty((n_labels, kernel.POOLING))
    for k in range(n_labels):
        use_k = carried[:, k] != UNKNOWN
        prior = start if k in alone else common
        out[k] = _logistic(features[use_k, k], (carried[use_k, k] == 1).astype(np.float64), prior, strength)
    return np.round(out, 9)


def _logistic(x: Array, y: Array, prior: Array, strength: float) -> Array:
    """Logistic regression with a ridge around `prior`."""

    def loss(theta: Array) -> tuple[float, Array]:
        z = x @ theta
        away = theta - prior
        value = np.logaddexp(0.0, z).sum() - (y * z).sum() + 0.5 * strength * (away**2).sum()
        gradient = x.T @ (1.0 / (1.0 + np.exp(-z)) - y) + strength * away
        return float(value), gradient

    found = minimize(loss, prior, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    return np.asarray(found.x)


def probabilities(features: Array, weights: Array) -> Array:
    """Return the probabilities that the kernel would give, float64 (n_documents, n_labels)."""
    z = (features * weights[None]).sum(axis=2)
    p = 1.0 / (1.0 + np.exp(-z))
    p[features[:, 0, 0] == 0] = 0.0
    return np.asarray(p)


def thresholds(p: Array, carried: Array, *, lend: float = 40.0) -> Array:
    """Choose each label's threshold for the best F1, rare labels leaning on the others.

    Parameters
    ----------
    p, carried : (n_documents, n_labels)
        Out of fold.
    lend : float
        How many positives the counts of all labels together stand for beside a label's own.

    Returns
    -------
    float64 (n_labels,)
    """
    hits = np.array([((p >= t) & (carried == 1)).sum(axis=0) for t in _GRID], np.float64)
    wrong = np.array([((p >= t) & (carried == 0)).sum(axis=0) for t in _GRID], np.float64)
    positives = (carried == 1).sum(axis=0).astype(np.float64)
    share = lend / max(positives.sum(), 1.0)
    hits_all, wrong_all = hits.sum(axis=1) * share, wrong.sum(axis=1) * share
    hits += hits_all[:, None]
    wrong += wrong_all[:, None]
    f1 = 2 * hits / (hits + wrong + positives[None] + lend)
    return np.asarray(_GRID[np.argmax(f1, axis=0)])


def balanced_threshold(p: Array, carried: Array) -> float:
    """Threshold with the best balanced accuracy, for `complaint`."""
    rates = [
        ((p >= t)[carried == 1].mean() + (p < t)[carried == 0].mean()) / 2 if (carried == 0).any() else 0.0
        for t in _GRID
    ]
    return float(_GRID[int(np.argmax(rates))])


def bands(p: Array, carried: Array, chosen: Array) -> tuple[dict[str, float], dict[str, float]]:
    """Bands of probability and the precision that each stood for, out of fold.

    Returns
    -------
    least : dict of str to float
        Lowest probability of `high` (precision 0.85 from there up) and of `medium` (0.65).
    precision : dict of str to float
        Of the predictions that fell into each band.
    """
    given = (p >= chosen[None]) & (carried != UNKNOWN)
    value, right = p[given], carried[given] == 1
    least = {}
    for band, wanted in (("high", 0.85), ("medium", 0.65)):
        cuts = [t for t in _GRID if (value >= t).any() and right[value >= t].mean() >= wanted]
        least[band] = float(min(cuts, default=0.95))
    least["medium"] = min(least["medium"], least["high"])
    least["low"] = 0.0
    precision = {}
    upper = 2.0
    for band, low in least.items():
        within = (value >= low) & (value < upper)
        precision[band] = round(float(right[within].mean()), 3) if within.any() else float("nan")
        upper = low
    return least, precision


def calibration_error(p: Array, carried: Array, *, bins: int = 15) -> float:
    """Expected calibration error over all known pairs, by equal-width bins (Guo et al., ICML 2017)."""
    known = carried != UNKNOWN
    value, truth = p[known], carried[known] == 1
    place = np.minimum((value * bins).astype(int), bins - 1)
    total = 0.0
    for b in range(bins):
        within = place == b
        if within.any():
            total += within.mean() * abs(value[within].mean() - truth[within].mean())
    return float(total)
