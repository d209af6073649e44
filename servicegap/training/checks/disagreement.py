"""Which labels does a model doubt that never saw the text?

After confident learning (Northcutt, Jiang, Chuang, JAIR 2021): a label that is not given is in doubt
where its probability out of fold is over a half and as high as among those that carry it, one that
is given where it is lower than among half of those that do not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from servicegap.taxonomy import load as taxonomy
from servicegap.training import decide, fit, matrix
from servicegap.training.checks.base import Flag, Report, counted
from servicegap.training.corpus import Record

_LEAST_TEXTS = 10


def check(records: Sequence[Record], *, jobs: int = 1) -> Report:
    """Flag records with types that out-of-fold predictions speak for or against, surest first."""
    p, carried = out_of_fold(records, jobs=jobs)
    found: list[tuple[float, Flag]] = []
    for k, label in enumerate(taxonomy().type_ids):
        given, denied = carried[:, k] == 1, carried[:, k] == 0
        if min(given.sum(), denied.sum()) < _LEAST_TEXTS:
            continue
        usual, unusual = max(0.5, float(p[given, k].mean())), float(np.median(p[denied, k]))
        for i in np.flatnonzero((denied & (p[:, k] >= usual)) | (given & (p[:, k] <= unusual))).tolist():
            reason = f"{label} is {'given' if given[i] else 'not given'}, its probability out of fold is {p[i, k]:.2f}"
            margin = unusual - p[i, k] if given[i] else p[i, k] - usual
            found.append((float(margin), Flag(records[i].id, records[i].id, reason)))
    flags = tuple(flag for _, flag in sorted(found, key=lambda item: (-item[0], item[1])))
    texts = len({flag.id for flag in flags})
    summary = counted(texts, len(records), "texts") + " have a type that out-of-fold predictions doubt"
    return Report("disagreement", 1.0 - texts / max(1, len(records)), summary, flags)


def out_of_fold(records: Sequence[Record], *, jobs: int = 1) -> tuple[matrix.Array, matrix.Array]:
    """Score each text by a model that saw nothing of its writer.

    Returns
    -------
    probabilities : float64 (n_records, n_labels)
    carried : int8 (n_records, n_labels)
    """
    settings = fit.SETTINGS
    data = matrix.sentences(records)
    found = matrix.features(data.lexed, order=settings["token_ngrams"])
    known_words = matrix.vocabulary(
        found, len(data.document), least=tuple(settings["least_sentences"]), gram_weight=settings["gram_weight"]
    )
    x = fit.rows(data, found, known_words)
    _, known, weight = fit.examples(data, settings)
    fold = decide.folds(records, settings["folds"])
    seen = decide.pooled(*fit.out_of_fold(data, fold, x, known, weight, settings, jobs=jobs), data.document)
    names = matrix.labels()
    alone = [names.index("complaint"), names.index("english")]
    return decide.probabilities(seen, decide.pooling(seen, data.carried, alone)), data.carried
