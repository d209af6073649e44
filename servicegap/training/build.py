"""Building a model: from corpora to an artifact, the same bytes each time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from servicegap import _version, artifact
from servicegap.artifact import Artifact
from servicegap.errors import CorpusError
from servicegap.model import COMPLAINT, Model
from servicegap.training import card, corpus, decide, fit, matrix
from servicegap.training.corpus import Record
from servicegap.training.matrix import UNKNOWN

LICENSE = "MIT"
_CANARIES = 12


def build(
    folder: Path,
    *,
    name: str,
    version: str,
    corpora: Sequence[Path],
    texts: Mapping[str, str] | None = None,
    left_out: frozenset[str] = frozenset(),
    settings: Mapping[str, Any] | None = None,
    jobs: int = 1,
) -> Artifact:
    """Train a model on corpora and write it to `folder`.

    Parameters
    ----------
    folder : pathlib.Path
        Where the artifact goes: `models/<name>/<version>`.
    name, version : str
    corpora : sequence of pathlib.Path
        Corpus folders, in order.
    texts : mapping of str to str, optional
        Texts of stand-off records.
    left_out : frozenset of str
        Ids that must not be trained on.
    settings : mapping, optional
        Replace single values of `servicegap.training.fit.SETTINGS`.
    jobs : int
        Processes; the result does not depend on it.

    Returns
    -------
    Artifact

    Raises
    ------
    CorpusError
        SG-C004 where the corpora hold nothing to learn from.
    """
    chosen = {**fit.SETTINGS, **(settings or {})}
    records: list[Record] = []
    described = []
    for path in corpora:
        read = [
            record
            for record in corpus.read(path, texts=texts)
            if record.id not in left_out and record.split != "challenge"
        ]
        records += read
        described.append(
            {"name": path.parent.name, "version": path.name, "digest": corpus.digest(path), "records": len(read)}
        )
    if not records:
        raise CorpusError("SG-C004", ", ".join(map(str, corpora)), "found no record with a text, wanted some.")
    data = matrix.sentences(records)
    found = matrix.features(data.lexed, order=chosen["token_ngrams"])
    words = matrix.vocabulary(
        found, len(data.document), least=tuple(chosen["least_sentences"]), gram_weight=chosen["gram_weight"]
    )
    x = fit.rows(data, found, words)
    _, known, weight = fit.examples(data, chosen)
    seen = decide.pooled(
        *fit.out_of_fold(data, decide.folds(records, chosen["folds"]), x, known, weight, chosen, jobs=jobs),
        data.document,
    )
    names = matrix.labels()
    place = {label: k for k, label in enumerate(names)}
    alone = [place[COMPLAINT], place["english"]]
    pooling = decide.pooling(seen, data.carried, alone)
    p = decide.probabilities(seen, pooling)
    limits = decide.thresholds(p, data.carried)
    known_complaint = data.carried[:, place[COMPLAINT]] != UNKNOWN
    limits[place[COMPLAINT]] = decide.balanced_threshold(
        p[known_complaint, place[COMPLAINT]], data.carried[known_complaint, place[COMPLAINT]]
    )
    n_types = place[COMPLAINT]
    least, precision = decide.bands(p[:, :n_types], data.carried[:, :n_types], limits[:n_types])
    coefficient, intercept = fit.coefficients(x, known, weight, chosen, jobs=jobs)
    arrays, vocabulary = fit.tables(data.lexed, found, words, coefficient, intercept)
    arrays["pooling"] = pooling
    manifest = {
        "name": name,
        "version": version,
        "license": LICENSE,
        "requires": _version.__version__,
        "taxonomy": "1",
        "language": "en",
        "labels": list(names),
        "settings": chosen,
        "thresholds": {label: float(limits[k]) for k, label in enumerate(names[:-1])},
        "bands": least,
        "corpora": described,
    }
    texts_kept = _canary(records)
    write = partial(artifact.write, folder, manifest=manifest, arrays=arrays, vocabulary=vocabulary)
    # The canary's scores come from the model itself, so it is written twice.
    model = Model(write(canary=[]))
    canary = [
        {"text": text, "probabilities": [round(float(value), 6) for value in scores]}
        for text, scores in zip(texts_kept, model.predict_proba(texts_kept), strict=True)
        if not np.isnan(scores).any()
    ]
    made = write(canary=canary)
    metrics = {
        "out_of_fold": _summary(p, data.carried, limits, names, precision),
        "rows": len(vocabulary),
        "texts": len(records),
        "sentences": len(data.document),
    }
    (folder / artifact.METRICS).write_text(json.dumps(metrics, indent=1) + "\n", encoding="utf-8")
    (folder / artifact.CARD).write_text(card.markdown(made), encoding="utf-8")
    return made


def _canary(records: Sequence[Record]) -> list[str]:
    """Some of the own texts, short ones of different channels; stand-off texts may not be shipped."""
    own = [
        record.text
        for record in records
        if not record.id.startswith("cfpb") and 40 <= len(record.text) <= 280 and "language" not in record.extra
    ]
    step = max(1, len(own) // _CANARIES)
    return own[::step][:_CANARIES]


def _summary(
    p: matrix.Array, carried: matrix.Array, limits: matrix.Array, names: Sequence[str], precision: Mapping[str, float]
) -> dict[str, Any]:
    n_types = names.index(COMPLAINT)
    given, truth = p[:, :n_types] >= limits[:n_types], carried[:, :n_types]
    hits = (given & (truth == 1)).sum(axis=0)
    wrong = (given & (truth == 0)).sum(axis=0)
    missed = (~given & (truth == 1)).sum(axis=0)
    f1 = 2 * hits / np.maximum(2 * hits + wrong + missed, 1)
    return {
        "types_micro_f1": round(float(2 * hits.sum() / (2 * hits + wrong + missed).sum()), 4),
        "types_macro_f1": round(float(f1.mean()), 4),
        "calibration_error": round(decide.calibration_error(p[:, :n_types], truth), 4),
        "band_precision": dict(precision),
        "types": {
            name: {"f1": round(float(f1[k]), 4), "positives": int((truth[:, k] == 1).sum())}
            for k, name in enumerate(names[:n_types])
        },
    }
