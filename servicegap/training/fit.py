"""Fitting: a linear model of sentences for each label, and its reduction to the engine's tables."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from joblib import Parallel, delayed
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from servicegap.engine import kernel
from servicegap.text.tokens import Lexed
from servicegap.training import matrix
from servicegap.training.matrix import UNKNOWN, Features, Sentences, Vocabulary

Array = npt.NDArray[Any]

SETTINGS: Mapping[str, Any] = {
    "token_ngrams": 2,
    "least_sentences": [2, 2, 3, 5],
    "gram_weight": 0.4,
    "inverse_regularization": 8.0,
    "positive_weight": 4.0,
    "document_weight": 0.5,
    "folds": 5,
    "seed": 20261124,
    "evidence_margin": 1.5,
    "evidence_floor": -1.5,
}
"""What the shipped model is trained with; chosen by cross-validation."""


def examples(data: Sentences, settings: Mapping[str, Any]) -> tuple[Array, Array, Array]:
    """Rows to learn from: every sentence, then every whole text.

    Returns
    -------
    groups : int32 (n_rows,)
        For a sentence its own row, for a text the row after all sentences.
    known : int8 (n_sentences + n_documents, n_labels)
    weight : float64 (n_sentences + n_documents,)
    """
    n_sentences, n_documents = len(data.document), len(data.carried)
    known = np.concatenate((data.shown, data.carried))
    weight = np.concatenate((np.ones(n_sentences), np.full(n_documents, settings["document_weight"])))
    return np.arange(n_sentences, dtype=np.int32), known, weight


def rows(data: Sentences, found: Features, words: Vocabulary) -> sparse.csr_matrix:
    """Return the matrix of `examples`: sentences, then whole texts."""
    n_sentences, n_documents = len(data.document), len(data.carried)
    by_sentence = matrix.matrix(found, words, np.arange(n_sentences), n_sentences)
    by_document = matrix.matrix(found, words, data.document, n_documents)
    return sparse.vstack((by_sentence, by_document), format="csr")


def coefficients(
    x: sparse.csr_matrix, known: Array, weight: Array, settings: Mapping[str, Any], *, jobs: int = 1
) -> tuple[Array, Array]:
    """Fit a logistic regression for each label on the rows where the label is known.

    Returns
    -------
    coefficients : float64 (n_labels, n_features)
    intercepts : float64 (n_labels,)
    """
    # liblinear's random numbers are the process's own: threads would mix them
    fitted = Parallel(n_jobs=jobs, prefer="processes")(
        delayed(_one)(x, known[:, k], weight, settings) for k in range(known.shape[1])
    )
    return np.stack([pair[0] for pair in fitted]), np.array([pair[1] for pair in fitted])


def _one(x: sparse.csr_matrix, known: Array, weight: Array, settings: Mapping[str, Any]) -> tuple[Array, float]:
    use = np.flatnonzero(known != UNKNOWN)
    y = known[use]
    if y.min(initial=1) == y.max(initial=0):
        return np.zeros(x.shape[1]), 4.0 if len(y) and y[0] else -4.0
    model = LogisticRegression(
        C=settings["inverse_regularization"],
        solver="liblinear",
        dual=True,
        max_iter=60,
        tol=0.1,
        class_weight={0: 1.0, 1: settings["positive_weight"]},
        random_state=settings["seed"],
    )
    with warnings.catch_warnings():
        # the bound on its steps is part of the recipe: more of them bring nothing out of fold
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(x[use], y, sample_weight=weight[use])
    return model.coef_[0], float(model.intercept_[0])


def out_of_fold(
    data: Sentences,
    fold: Array,
    x: sparse.csr_matrix,
    known: Array,
    weight: Array,
    settings: Mapping[str, Any],
    *,
    jobs: int = 1,
) -> tuple[Array, Array]:
    """Score every sentence and text by a model fitted on the other folds.

    Parameters
    ----------
    data : Sentences
    fold : int32 (n_documents,)
    x, known, weight
        Rows of `rows` and `examples`.

    Returns
    -------
    float64 (n_sentences, n_labels), float64 (n_documents, n_labels)
    """
    of_row = np.concatenate((fold[data.document], fold))
    scores = np.zeros(known.shape)
    for held in range(settings["folds"]):
        train, test = np.flatnonzero(of_row != held), np.flatnonzero(of_row == held)
        coefficient, intercept = coefficients(x[train], known[train], weight[train], settings, jobs=jobs)
        scores[test] = np.asarray(x[test] @ coefficient.T) + intercept
    n = len(data.document)
    return scores[:n], scores[n:]


def tables(
    lexed: Lexed, found: Features, words: Vocabulary, coefficient: Array, intercept: Array
) -> tuple[dict[str, Array], list[str]]:
    """Reduce a fitted model to the engine's tables.

    The row of a word takes in the rows of its character n-grams, so that only words without a row
    are spelled out at run time. Rows are rounded to 8 bits, a scale for each label.

    Returns
    -------
    arrays : dict
        `keys`, `weights`, `energies`, `scale`, `bias` as `LinearScorer` takes them.
    spellings : list of str
        A feature's spelling, row by row.
    """
    effect = coefficient.T * np.sqrt(words.energy / kernel.ENERGY_UNIT)[:, None]
    energy = words.energy.copy()
    token = (words.place >= 0) & (words.place % 64 == 1)
    where = {int(key): i for i, key in enumerate(words.keys.tolist())}
    # The n-grams of a word are listed right after it.
    starts = np.flatnonzero((found.place >= 0) & (found.place % 64 == 1))
    position = {int(found.place[i]): int(i) for i in starts}
    folded_effect, folded_energy = effect.copy(), energy.copy()
    for i in np.flatnonzero(token).tolist():
        at = position[int(words.place[i])] + 1
        while at < len(found.place) and found.place[at] < 0:
            gram = where.get(int(found.key[at]))
            if gram is not None:
                folded_effect[i] += effect[gram]
                folded_energy[i] += energy[gram]
            at += 1
    span = np.maximum(np.abs(folded_effect).max(axis=0), 1e-9)
    scale = span / 127.0
    weights = np.round(folded_effect / scale).astype(np.int8)
    arrays = {
        "keys": words.keys,
        "weights": weights,
        "energies": np.minimum(folded_energy, 65535).astype(np.uint16),
        "scale": np.round(scale, 12),
        "bias": np.round(intercept, 9),
    }
    return arrays, matrix.spellings(lexed, words)
