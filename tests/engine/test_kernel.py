"""The kernel, held to the documented formula in plain Python, and to itself in every order and form."""

from __future__ import annotations

import importlib.util
import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import Tables, fnv, spread

from servicegap.engine import kernel, linear
from servicegap.engine.linear import Scores
from servicegap.text import lexer
from servicegap.text.tokens import Lexed, lex

TEXTS = [
    "They charged me twice. Nobody called back! I want my £40 refund #fail @shop",
    "",
    "late late late late",
    "It isn't working... and they don't care. It isn't working... and they don't care.",
    "!!!",
    "$ + =",
    "a b c d e f g " * 40,
    "unbelievablyunknownword here, again unbelievablyunknownword",
    "你好 世界. Привет!",
    "One.\n\nTwo.\n\nThree.\n\nFour.\n\nFive.",
]
WORDS = st.sampled_from(
    [
        "they",
        "never",
        "called",
        "me",
        "back",
        ",",
        ".",
        "!",
        "£40",
        "#fail",
        "@shop",
        "😡",
        "isn't",
        "$",
        "xyzzy",
        "été",
        "i",
        "late\n\n",
    ]
)
DOCUMENTS = st.lists(st.lists(WORDS, max_size=40).map(" ".join), min_size=1, max_size=5)

needs_compiled = pytest.mark.skipif(not kernel.COMPILED, reason="takes minutes without the compiled kernel")


@pytest.fixture(scope="module")
def uncompiled() -> ModuleType:
    if not kernel.COMPILED:
        pytest.skip("no compiled kernel to compare with")
    spec = importlib.util.spec_from_file_location("uncompiled_kernel", Path(linear.__file__).with_name("kernel.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert not module.COMPILED
    return module


def features(lexed: Lexed, order: int = 3) -> np.ndarray:
    n = 3 * len(lexed.normal) + 6 * len(lexed.kind) + 1
    out = (np.empty(n, np.int32), np.empty(n, np.uint32), np.empty(n, np.int32))
    inputs = (lexed.kind, lexed.hash, lexed.normal, lexed.normal_end, lexed.sentence_first)
    return out[1][: kernel.features(*map(memoryview, inputs), order, *map(memoryview, out))]


def some_tables(texts: list[str], *, seed: int = 0, share: float = 0.6, **options: int) -> Tables:
    """Tables that know a part of the texts' features."""
    keys = np.unique(features(lex(texts)))
    known = np.random.default_rng(seed).random(len(keys)) < share
    return Tables.random(keys[known], seed=seed, **options)


def check(tables: Tables, scores: Scores, lexed: Lexed, document_text: list[int]) -> None:
    texts = spread(lexed)
    at = 0
    for d, (first, last) in enumerate(itertools.pairwise(document_text)):
        rows = [tables.rows_of(sentence) for text in texts[first:last] for sentence in text]
        wanted, chances, ranks = tables.document(rows)
        assert np.allclose(scores.sentence_scores[at : at + len(rows)], wanted, rtol=1e-5, atol=1e-5)
        assert np.allclose(scores.probabilities[d], chances, rtol=1e-5, atol=1e-6)
        kept = min(len(rows), kernel.TOP)
        assert (scores.evidence[d, :, kept:] == -1).all()
        # two ways of adding may order near ties differently: compare the scores, not the places
        best = np.take_along_axis(wanted.T, ranks[:, :kept], axis=1)
        assert np.allclose(scores.evidence_scores[d, :, :kept], best, rtol=1e-5, atol=1e-5)
        mine = np.take_along_axis(scores.sentence_scores.T, scores.evidence[d, :, :kept].astype(np.int64), axis=1)
        assert np.array_equal(mine, scores.evidence_scores[d, :, :kept])
        at += len(rows)
    assert at == len(scores.sentence_scores)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("n_labels", [1, 39, 64])
def test_scores_follow_the_formula(order: int, n_labels: int) -> None:
    tables = some_tables(TEXTS, order=order, n_labels=n_labels)
    lexed = lex(TEXTS)
    scores = tables.scorer().score(lexed, every_sentence=True)
    check(tables, scores, lexed, list(range(len(TEXTS) + 1)))


@given(DOCUMENTS, st.integers(0, 50), st.integers(1, 3), st.sampled_from([0.0, 0.3, 1.0]))
@settings(max_examples=80, deadline=None)
def test_scores_follow_the_formula_on_any_text(texts: list[str], seed: int, order: int, share: float) -> None:
    tables = some_tables(texts, seed=seed, order=order, share=share)
    lexed = lex(texts)
    check(tables, tables.scorer().score(lexed, every_sentence=True), lexed, list(range(len(texts) + 1)))


def test_documents_of_several_texts() -> None:
    tables = some_tables(TEXTS)
    lexed = lex(TEXTS)
    edges = [0, 3, 3, 4, 8, 10]
    scores = tables.scorer().score(lexed, np.array(edges, np.int32), every_sentence=True)
    check(tables, scores, lexed, edges)
    assert not scores.probabilities[1].any()


def test_an_empty_document_scores_nothing() -> None:
    scores = some_tables(TEXTS).scorer().score(lex(["", " \n ", "late"]))
    assert not scores.probabilities[:2].any()
    assert scores.probabilities[2].all()
    assert (scores.evidence[:2] == -1).all()
    assert scores.evidence[2, 0].tolist() == [0, -1, -1]
    assert len(some_tables(TEXTS).scorer().score(lex([])).probabilities) == 0


def test_evidence_is_best_first_and_the_first_of_equals() -> None:
    words = ["alpha", "beta", "gamma", "delta"]
    tables = Tables.random([lexer.hash_normal(word.encode()) for word in words], n_labels=2)
    tables.energies[:] = kernel.ENERGY_UNIT
    tables.scale[:] = 1.0
    worth = dict(zip(words, (10, 30, 20, 30), strict=True))
    for word, value in worth.items():
        row = int(np.flatnonzero(tables.keys == lexer.hash_normal(word.encode()))[0])
        tables.weights[row] = (value, -value)
    # the stops are unknown to the tables and add nothing
    lexed = lex(["Alpha. Beta. Gamma. Delta. Beta. Alpha."])
    scores = tables.scorer().score(lexed)
    assert scores.evidence[0].tolist() == [[1, 3, 4], [0, 5, 2]]


def test_features_of_unknown_words_and_only_of_those() -> None:
    gram, word = fnv(b"<lat"), lexer.hash_normal(b"late")
    known = Tables.random([gram, word], n_labels=1)
    unknown = Tables.random([gram], n_labels=1)
    (sentence,) = spread(lex(["late"]))[0]
    assert [int(known.keys[row]) for row in known.rows_of(sentence)] == [word]
    row, count = known.scorer().rows(lex(["late late later"]))
    assert {int(known.keys[r]): int(n) for r, n in zip(row, count, strict=True)} == {word: 2, gram: 1}
    row, count = unknown.scorer().rows(lex(["late late later"]))
    assert count.tolist() == [3]


@given(DOCUMENTS, st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_rows_are_those_that_the_score_adds(texts: list[str], order: int) -> None:
    tables = some_tables(texts, order=order)
    lexed = lex(texts)
    wanted: dict[int, int] = {}
    for text in spread(lexed):
        for sentence in text:
            for row in tables.rows_of(sentence):
                wanted[row] = wanted.get(row, 0) + 1
    row, count = tables.scorer().rows(lexed)
    assert dict(zip(row.tolist(), count.tolist(), strict=True)) == wanted


def test_colliding_keys_are_all_found() -> None:
    rng = np.random.default_rng(1)
    capacity = 64
    # keys that all want the same place, at the table's end so that the search wraps around
    low = np.arange(1, 20, dtype=np.uint64)
    keys = ((low << np.uint64(16)) | ((np.uint64(capacity - 1) ^ low) & np.uint64(capacity - 1))).astype(np.uint32)
    assert set(((keys ^ (keys >> 16)) & (capacity - 1)).tolist()) == {capacity - 1}
    keys = np.concatenate((keys, rng.integers(1, 2**32, 12).astype(np.uint32)))
    table = np.zeros(2 * capacity, np.uint32)
    kernel.place(memoryview(table), memoryview(keys))
    pairs = table.reshape(-1, 2)
    assert {int(key): int(row) for key, row in pairs if key} == {int(key): row for row, key in enumerate(keys)}
    # found again through the scorer, which makes its own table
    tables = Tables.random(keys, n_labels=1)
    n = len(tables.keys)
    lexed = lex(["x"] * n)
    lexed.hash[:] = tables.keys
    lexed.kind[:] = 1
    scores = tables.scorer().score(lexed, every_sentence=True)
    wanted = [tables.score_of([row])[0] for row in range(n)]
    assert np.allclose(scores.sentence_scores[:, 0], wanted, rtol=1e-6)


def test_a_table_of_nothing() -> None:
    tables = Tables.random([], n_labels=3)
    scores = tables.scorer().score(lex(["some words here. And more"]), every_sentence=True)
    assert np.allclose(scores.sentence_scores, tables.bias)


def test_more_labels_than_a_row_has_room_for() -> None:
    with pytest.raises(ValueError, match="room for 64"):
        Tables.random([5], n_labels=65).scorer()


@pytest.mark.parametrize(
    ("weight", "energy", "words"), [(127, 65535, 3000), (-128, 65535, 3000), (127, 1, 3000), (-128, 1, 257)]
)
def test_extreme_weights_in_a_full_block(weight: int, energy: int, words: int) -> None:
    tables = Tables.random([lexer.hash_normal(b"x"), kernel.join(*[lexer.hash_normal(b"x")] * 2)], n_labels=64, order=2)
    tables.weights[:] = weight
    tables.energies[:] = energy
    lexed = lex(["x " * words])
    check(tables, tables.scorer().score(lexed, every_sentence=True), lexed, [0, 1])


@needs_compiled
def test_sums_of_a_very_long_text_do_not_overflow() -> None:
    # one word of 6 MB: 18 million character n-grams of the greatest weight, over 2**31 in sum
    lexed = lex(["ab" * 3_000_000])
    grams = {fnv((b"ab" * 4)[i : i + n]) for i in (0, 1) for n in (3, 4, 5)}
    tables = Tables.random(grams, n_labels=2)
    tables.weights[:] = (127, -128)
    tables.energies[:] = 65535
    tables.scale[:] = 1e-6
    scores = tables.scorer().score(lexed, every_sentence=True)
    n = 3 * 6_000_000 - 2 - 3 - 4
    length = np.sqrt(n * 65535 / kernel.ENERGY_UNIT)
    sums = np.array([127.0, -128.0]) * n
    wanted = tables.bias + tables.scale * sums / np.sqrt(length * np.sqrt(kernel.LENGTH * length))
    assert np.allclose(scores.sentence_scores[0], wanted, rtol=1e-6)


@needs_compiled
def test_millions_of_sentences_need_no_memory_each() -> None:
    tables = some_tables(TEXTS)
    lexed = lex(["a\n" * 1_000_000])
    assert len(lexed.sentence_first) == 1_000_001
    scores = tables.scorer().score(lexed)
    assert scores.sentence_scores.nbytes == 0
    assert scores.evidence[0, 0].tolist() == [0, 1, 2]


@given(texts=DOCUMENTS, seed=st.integers(0, 20), order=st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_compiled_equals_uncompiled(uncompiled: ModuleType, texts: list[str], seed: int, order: int) -> None:
    tables = some_tables(texts, seed=seed, order=order)
    lexed = lex(texts)
    one = tables.scorer().score(lexed, every_sentence=True)
    with patch.object(linear, "kernel", uncompiled):
        two = tables.scorer().score(lexed, every_sentence=True)
        rows = tables.scorer().rows(lexed)
    for name in Scores.__slots__:
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes(), name
    for mine, theirs in zip(tables.scorer().rows(lexed), rows, strict=True):
        assert np.array_equal(mine, theirs)


def test_hashes_are_those_of_the_loop(uncompiled: ModuleType) -> None:
    rng = np.random.default_rng(3)
    for first, second in rng.integers(1, 2**32, (200, 2)).tolist():
        assert kernel.join(first, second) == uncompiled.join(first, second) != 0
    keys = set(features(lex(["late now"]), 2).tolist())
    late, now = (lexer.hash_normal(word) for word in (b"late", b"now"))
    assert {late, now, kernel.join(late, now), kernel.gram_hash(b"<lat"), kernel.gram_hash(b"ow>")} <= keys


def test_threads_share_a_scorer() -> None:
    tables = some_tables(TEXTS)
    scorer = tables.scorer()
    batches = [lex([text + f" {n}" for text in TEXTS] * (20 if kernel.COMPILED else 1)) for n in range(16)]
    wanted = [scorer.score(batch).probabilities.tobytes() for batch in batches]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda batch: scorer.score(batch).probabilities.tobytes(), batches * 4))
    assert found == wanted * 4


@needs_compiled
def test_the_lock_is_released() -> None:
    scorer = some_tables(TEXTS).scorer()
    text = "they never called me back and nobody answered. " * 40_000
    lexed = lex([text])
    for work in (lambda: scorer.score(lexed), lambda: lex([text] * 4)):
        thread = threading.Thread(target=work)
        thread.start()
        turns = 0
        while thread.is_alive():
            time.sleep(0.001)
            turns += 1
        assert turns > 5
