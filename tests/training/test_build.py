"""Training end to end on a small corpus: the same bytes twice, and scores that are the model's."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import servicegap
from servicegap.errors import CorpusError
from servicegap.training import build, corpus, decide, evaluate, fit, matrix

SETTINGS = {"folds": 2, "inverse_regularization": 2.0}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of the first own texts."""
    own = sorted((Path(__file__).parents[2] / "corpora" / "servicegap-own").iterdir())[-1]
    folder = tmp_path_factory.mktemp("corpora") / "small" / "1"
    folder.mkdir(parents=True)
    lines = [line for path in corpus.files(own) for line in path.read_text(encoding="utf-8").splitlines()[:160]]
    (folder / "records.jsonl").write_text("\n".join(lines[:240]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def built(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny" / "0.0.1"
    build.build(folder, name="tiny", version="0.0.1", corpora=[small], settings=SETTINGS)
    return folder


def test_same_bytes_twice(small: Path, built: Path, tmp_path: Path) -> None:
    build.build(tmp_path, name="tiny", version="0.0.1", corpora=[small], settings=SETTINGS, jobs=2)
    for path in sorted(built.iterdir()):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_built_model_loads_and_names_its_corpus(small: Path, built: Path) -> None:
    model = servicegap.load(built)
    (entry,) = model.artifact.manifest["corpora"]
    assert (entry["name"], entry["version"]) == ("small", "1")
    assert entry["digest"] == corpus.digest(small)
    assert "tiny 0.0.1" in (built / "CARD.md").read_text(encoding="utf-8")


def test_canary_holds_only_own_texts(small: Path, built: Path) -> None:
    own = {record.text for record in corpus.read(small)}
    rows = [json.loads(line) for line in (built / "canary.jsonl").read_text(encoding="utf-8").splitlines()]
    assert rows
    assert all(row["text"] in own for row in rows)


def test_tables_score_what_was_fitted(small: Path, built: Path) -> None:
    """The engine's integers against the fitted model's own numbers, sentence by sentence."""
    records = [record for record in corpus.read(small) if record.split != "challenge"]
    data = matrix.sentences(records)
    settings = {**fit.SETTINGS, **SETTINGS}
    found = matrix.features(data.lexed, order=settings["token_ngrams"])
    words = matrix.vocabulary(
        found, len(data.document), least=tuple(settings["least_sentences"]), gram_weight=settings["gram_weight"]
    )
    x = fit.rows(data, found, words)
    _, known, weight = fit.examples(data, settings)
    coefficient, intercept = fit.coefficients(x, known, weight, settings)
    wanted = np.asarray(x @ coefficient.T) + intercept
    n = len(data.document)
    model = servicegap.load(built)
    scores = model._scorer.score(data.lexed, data.first_view, every_sentence=True)
    assert np.abs(scores.sentence_scores - wanted[:n]).max() < 0.35
    assert np.corrcoef(scores.sentence_scores.ravel(), wanted[:n].ravel())[0, 1] > 0.999
    # and the document decision is the one that was learned
    seen = decide.pooled(scores.sentence_scores.astype(np.float64), wanted[n:], data.document)
    p = decide.probabilities(seen, model.artifact.arrays["pooling"])
    assert np.abs(p - scores.probabilities).max() < 0.1


def test_spellings_hash_to_their_keys(small: Path) -> None:
    from servicegap.engine import kernel
    from servicegap.text import lexer

    records = list(corpus.read(small))
    data = matrix.sentences(records)
    found = matrix.features(data.lexed, order=2)
    words = matrix.vocabulary(found, len(data.document), least=(1, 1, 2, 3), gram_weight=0.4)
    checked = 0
    for key, name, place in zip(words.keys, matrix.spellings(data.lexed, words), words.place, strict=True):
        if "\ufffd" in name:
            continue  # an n-gram of bytes may cut a character
        if name.startswith("#") and place < 0:
            assert kernel.gram_hash(name[1:].encode()) == key
        elif place % 64 == 1 and not name.startswith("<"):
            assert lexer.hash_normal(name.encode()) == key
        elif place % 64 == 2 and "<" not in name:
            first, second = (lexer.hash_normal(part.encode()) for part in name.split(" ", 1))
            assert kernel.join(first, second) == key
        else:
            continue
        checked += 1
    assert checked > 1000


def test_evaluation_counts_doubtful_types_neither_way(built: Path) -> None:
    model = servicegap.load(built)
    text = "They took the 49.99 twice and nobody rang me back as promised."
    found = frozenset(model(text, thresholds=0.0).types)
    record = corpus.Record("a", text, True, {}, {}, doubtful=found)
    assert evaluate.evaluate(model, [record])["types_micro_precision"] == 0.0
    table = evaluate.counts([found], [frozenset()], [found], model.types)
    assert not table.any()
    table = evaluate.counts([found], [frozenset()], [frozenset()], model.types)
    assert table[:, 1].sum() == len(found)


def test_folds_keep_a_writer_together() -> None:
    records = [corpus.Record(str(i), "x", True, {}, {}, author=f"a{i % 7}", situation=f"s{i}") for i in range(100)]
    fold = decide.folds(records, 5)
    assert {len({fold[i] for i in range(100) if i % 7 == author}) for author in range(7)} == {1}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{not json", "SG-C001"),
        ('{"id": "a", "text": "hi", "complaint": true, "signals": [], "gaps": []}', "SG-C001"),
        (
            '{"id": "a", "text": "hi", "complaint": true, "signals": [], "gaps": [],'
            ' "failures": [{"type": "rude_staff", "evidence": [{"start": 0, "end": 9}]}]}',
            "SG-C002",
        ),
        (
            '{"id": "a", "text": "hi", "complaint": true, "signals": [], "gaps": [],'
            ' "failures": [{"type": "rudeness", "evidence": [{"start": 0, "end": 2}]}]}',
            "SG-C003",
        ),
    ],
)
def test_bad_records_are_named(line: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "records.jsonl").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(CorpusError, match=r"records\.jsonl:1") as caught:
        list(corpus.read(tmp_path))
    assert caught.value.code == code


def test_empty_corpus_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="SG-C004"):
        list(corpus.read(tmp_path))
