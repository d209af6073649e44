"""The same text gets the same answer through every door."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import spacy

import servicegap
from servicegap.readers import Reader

SAMPLES = Path(__file__).parents[2] / "corpora" / "samples"


@pytest.fixture(scope="module")
def sg() -> servicegap.Model:
    return servicegap.load()


@pytest.fixture(scope="module")
def documents() -> list[servicegap.Document]:
    return [item for item in Reader([str(SAMPLES)]) if isinstance(item, servicegap.Document)]


@pytest.fixture(scope="module")
def wanted(sg: servicegap.Model, documents: list[servicegap.Document]) -> list[dict[str, object]]:
    return [result.to_dict() for result in sg.pipe(documents, all_types=True)]


def test_alone_or_in_any_batch(
    sg: servicegap.Model, documents: list[servicegap.Document], wanted: list[dict[str, object]]
) -> None:
    assert [sg(document, all_types=True).to_dict() for document in documents] == wanted
    for characters in (1, 1000, 10**7):
        piped = sg.pipe(iter(documents), all_types=True, batch_characters=characters)
        assert [result.to_dict() for result in piped] == wanted


def test_predict_proba(
    sg: servicegap.Model, documents: list[servicegap.Document], wanted: list[dict[str, object]]
) -> None:
    for row, result in zip(sg.predict_proba(documents), wanted, strict=True):
        if result["status"] == "scored":
            said = [result["probabilities"][name] for name in sg.types]  # type: ignore[index]
            assert np.abs(row - said).max() <= 5.1e-5
        elif result["status"] == "empty":
            assert not row.any()
        else:
            assert np.isnan(row).all()


def test_threads_and_pickle(
    sg: servicegap.Model, documents: list[servicegap.Document], wanted: list[dict[str, object]]
) -> None:
    again = pickle.loads(pickle.dumps(sg))
    with ThreadPoolExecutor(8) as pool:
        assert [r.to_dict() for r in pool.map(lambda d: again(d, all_types=True), documents)] == wanted


def test_command_line(wanted: list[dict[str, object]], tmp_path: Path) -> None:
    out = tmp_path / "results.jsonl"
    command = [sys.executable, "-m", "servicegap", "score", str(SAMPLES), "-o", str(out), "--all-types", "--quiet"]
    subprocess.run(command, check=True)
    assert [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()] == wanted


def test_spacy(sg: servicegap.Model, documents: list[servicegap.Document]) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("servicegap")
    texts = [document.text or "" for document in documents]
    for doc, text in zip(nlp.pipe(texts), texts, strict=True):
        assert doc.cats == (sg(text, all_types=True).probabilities or {})
