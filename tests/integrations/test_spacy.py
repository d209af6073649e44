"""The spaCy door gives the answers of the library itself, on real pipelines."""

from __future__ import annotations

import json

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin

import servicegap
from servicegap.errors import ArtifactError
from servicegap.integrations.spacy import Tokenizer

TOKENIZER = Tokenizer(spacy.blank("en").vocab)

TEXTS = [
    "They took the 49.99 on the 3rd and again on the 5th. Rang four times, nobody picked up.",
    "Lovely staff, thank you!",
    "Was told a manager would ring by 5pm. Guess what 😡  no call.\n\nI want my money back.",
    "",
]


@pytest.fixture(scope="module")
def sg() -> servicegap.Model:
    return servicegap.load()


@pytest.fixture(scope="module")
def nlp() -> spacy.Language:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("servicegap")
    return pipeline


def test_same_answers_as_the_library(nlp: spacy.Language, sg: servicegap.Model) -> None:
    for text, doc in zip(TEXTS, nlp.pipe(TEXTS, batch_size=2), strict=True):
        result = sg(text, all_types=True)
        assert doc.cats == (result.probabilities or {})
        assert {span.label_ for span in doc.spans["servicegap"]} == set(result.types)
        quotes = [(f.type, q) for f in result.failures for q in f.evidence]
        assert len(quotes) == len(doc.spans["servicegap"])
        for (label, quote), span in zip(quotes, doc.spans["servicegap"], strict=True):
            assert span.label_ == label
            assert span.start_char <= quote.start
            assert span.end_char >= quote.end


def test_one_by_one_equals_pipe(nlp: spacy.Language) -> None:
    for text, piped in zip(TEXTS, nlp.pipe(TEXTS), strict=True):
        alone = nlp(text)
        assert alone.cats == piped.cats
        assert alone.spans["servicegap"].attrs == piped.spans["servicegap"].attrs


def test_docbin_keeps_cats_and_spans(nlp: spacy.Language) -> None:
    stored = DocBin(docs=list(nlp.pipe(TEXTS))).to_bytes()
    for doc, again in zip(nlp.pipe(TEXTS), DocBin().from_bytes(stored).get_docs(nlp.vocab), strict=True):
        assert again.cats == pytest.approx(doc.cats)
        assert [(s.label_, s.text) for s in again.spans["servicegap"]] == [
            (s.label_, s.text) for s in doc.spans["servicegap"]
        ]


def test_saved_pipeline_names_the_model(nlp: spacy.Language, tmp_path: object) -> None:
    nlp.to_disk(tmp_path)
    again = spacy.load(tmp_path)
    assert again(TEXTS[0]).cats == nlp(TEXTS[0]).cats
    state = json.loads((tmp_path / "servicegap" / "servicegap.json").read_bytes())
    assert state["digest"] == nlp.get_pipe("servicegap").model.digest


def test_another_digest_is_refused(nlp: spacy.Language, tmp_path: object) -> None:
    nlp.to_disk(tmp_path)
    path = tmp_path / "servicegap" / "servicegap.json"
    state = json.loads(path.read_bytes())
    state["digest"] = "sha256:" + "0" * 64
    path.write_text(json.dumps(state))
    with pytest.raises(ArtifactError, match="SG-A021"):
        spacy.load(tmp_path)


def test_thresholds_by_config(sg: servicegap.Model) -> None:
    pipeline = spacy.blank("en")
    pipeline.add_pipe("servicegap", config={"thresholds": dict.fromkeys(sg.types, 1.0), "spans_key": "gaps"})
    assert len(pipeline(TEXTS[0]).spans["gaps"]) == 0


def test_tokenizer_by_config_round_trips(tmp_path: object) -> None:
    pipeline = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "servicegap.Tokenizer.v1"}}})
    pipeline.to_disk(tmp_path)
    again = spacy.load(tmp_path)
    doc = again("It isn't  v-e-r-y quick\n at all")
    assert doc.text == "It isn't  v-e-r-y quick\n at all"
    assert [t.norm_ for t in doc if not t.is_space] == ["it", "is", "not", "very", "quick", "at", "all"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_tokenizer_keeps_the_text(text: str) -> None:
    # spaCy itself cannot hold lone surrogates
    text = text.encode("utf-8", "replace").decode()
    doc: Doc = TOKENIZER(text)
    assert doc.text == text
