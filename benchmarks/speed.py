"""Speed beside peers, in one run on one core: `make bench`.

Each contender gets the same texts with as many labels, in rounds (A B C, A B C, ...), and every
figure is a ratio within a round: absolute times on a shared machine say little. The peers are
fitted on the own corpus only to give them tables of a real size; their accuracy is not at issue.

- `predict_proba`: this library, probabilities of all types.
- `pipe`: this library, whole results with evidence.
- `tfidf`: scikit-learn TF-IDF of words 1-2 and characters (char_wb 2-5), and one matrix of
  logistic regressions, in batch.
- `fasttext`: fastText with word pairs, its C++ object called directly, text by text.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

import servicegap
from servicegap.engine import kernel
from servicegap.training import corpus

ROOT = Path(__file__).resolve().parents[1]
LONG = 2000


def texts(records: list[corpus.Record]) -> dict[str, list[str]]:
    """Short posts as they are, and texts of 2,000 characters made of whole own texts."""
    posts = [record.text for record in records if record.channel == "social"]
    rest = " ".join(record.text for record in records if record.channel in ("review", "blog", "forum"))
    return {
        "posts": (posts * (20000 // max(1, len(posts)) + 1))[:20000],
        "long": ([rest[i : i + LONG] for i in range(0, len(rest) - LONG, LONG)] * 20)[:2000],
    }


def tfidf(records: list[corpus.Record], labels: tuple[str, ...]) -> Callable[[list[str]], object]:
    """scikit-learn's usual baseline, with its linear step as one product."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import SGDClassifier
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_union

    union = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=3),
    )
    x = union.fit_transform([record.text for record in records])
    # every label occurs, so that there are as many
    y = np.array(
        [
            [name in record.failures or i % len(labels) == k for k, name in enumerate(labels)]
            for i, record in enumerate(records)
        ]
    )
    model = OneVsRestClassifier(SGDClassifier(loss="log_loss", max_iter=3, tol=None, random_state=0)).fit(x, y)
    weights = np.stack([part.coef_[0] for part in model.estimators_]).T.copy()
    bias = np.array([part.intercept_[0] for part in model.estimators_])

    def run(batch: list[str]) -> object:
        return 1 / (1 + np.exp(-(union.transform(batch) @ weights + bias)))

    return run


def fasttext(records: list[corpus.Record], labels: tuple[str, ...]) -> Callable[[list[str]], object] | None:
    """fastText without its Python wrapper."""
    try:
        import fasttext as package
    except ImportError:
        return None
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        for i, record in enumerate(records):
            named = [*record.failures, *record.signals, labels[i % len(labels)]]
            file.write(" ".join(f"__label__{name}" for name in named) + " " + " ".join(record.text.split()) + "\n")
        file.flush()
        model = package.train_supervised(file.name, wordNgrams=2, epoch=2, thread=1, verbose=0)
    predict = model.f.predict

    def run(batch: list[str]) -> object:
        return [predict(text, 1, 0.0, "strict") for text in batch]

    return run


def main() -> int:
    """Run the rounds and print a table of medians."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--json", action="store_true")
    options = arguments.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    warnings.simplefilter("ignore")
    own = sorted((ROOT / "corpora" / "servicegap-own").iterdir())[-1]
    records = list(corpus.read(own))
    sg = servicegap.load()
    labels = (*sg.types, "complaint", *sg.signals, "english")
    contenders: dict[str, Callable[[list[str]], object] | None] = {
        "predict_proba": sg.predict_proba,
        "pipe": lambda batch: sum(1 for _ in sg.pipe(batch)),
        "fasttext": fasttext(records, labels),
        "tfidf": tfidf(records, labels),
    }
    running = {name: run for name, run in contenders.items() if run is not None}
    report: dict[str, dict[str, dict[str, float]]] = {}
    for kind, batch in texts(records).items():
        # fastText takes no line breaks; the others read the texts as they are
        flat = [" ".join(text.split()) for text in batch]
        size = sum(len(text.encode()) for text in batch)
        seconds: dict[str, list[float]] = {name: [] for name in running}
        # what one contender holds is not for the garbage collector to walk in another's turn
        gc.collect()
        gc.freeze()
        for run in running.values():
            run(flat[: len(flat) // 10])
        for _ in range(options.rounds):
            for name, run in running.items():
                # the slow peer gets a tenth of the texts, counted in full
                share = 10 if name == "tfidf" else 1
                start = time.perf_counter()
                run((flat if name == "fasttext" else batch)[: len(batch) // share])
                seconds[name].append((time.perf_counter() - start) * share)
        report[kind] = {}
        for name, times in seconds.items():
            middle = statistics.median(times)
            report[kind][name] = {
                "texts_per_second": round(len(batch) / middle),
                "megabytes_per_second": round(size / middle / 1e6, 2),
                **{
                    f"times_{peer}": round(
                        statistics.median(b / a for a, b in zip(times, seconds[peer], strict=True)), 2
                    )
                    for peer in ("tfidf", "fasttext")
                    if peer in seconds
                },
            }
    if options.json:
        json.dump({"compiled": bool(kernel.COMPILED), "labels": len(labels), **report}, sys.stdout, indent=1)
        print()
        return 0
    print(
        f"compiled kernel: {bool(kernel.COMPILED)}; {len(labels)} labels; medians of {options.rounds} rounds, one core"
    )
    for kind, rows in report.items():
        print(f"\n{kind:15s} {'texts/s':>10s} {'MB/s':>8s} {'x tfidf':>9s} {'x fasttext':>11s}")
        for name, row in rows.items():
            print(
                f"{name:15s} {row['texts_per_second']:10,d} {row['megabytes_per_second']:8.2f} "
                f"{row['times_tfidf']:9.1f} {row.get('times_fasttext', float('nan')):11.2f}"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
