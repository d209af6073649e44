"""Tokens: what a reader would expect of every kind of writing, and what holds for any text at all."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servicegap.text import lexer, tokens
from servicegap.text.tokens import KINDS, Lexed, Token, lex, tokenize
from servicegap.text.view import View

CASES = [
    json.loads(line) for line in (Path(__file__).parent / "golden" / "tokens.jsonl").read_text("utf-8").splitlines()
]
CORPORA = Path(__file__).parents[2] / "corpora"

PIECES = st.sampled_from(
    [
        *(
            "word",
            "Then",
            "i",
            "a",
            "x",
            "XX",
            "XXXX",
            "dont",
            "couldn't",
            "n't",
            "'ve",
            "cannot",
            "sooooo",
            "v-e-r-y ",
        ),
        *(
            "w o r s t ",
            "U.S.",
            "Mr.",
            "f**k",
            "***",
            "Rs",
            "USD",
            "$",
            "£",
            "€",
            "40",
            "2020",
            "0770",
            "1,000",
            "12/05",
        ),
        *(
            "10:30",
            "am",
            "+44",
            "%",
            "½",
            "AB-123",
            "#",
            "@",
            "www.",
            "http://",
            ".com",
            "a@b.c",
            "{$300.00}",
            "_",
            "~",
        ),
        *(
            "😡",
            "👍🏽",
            "👩\u200d👧",
            "🇬🇧",
            "🏴\U000e0067\U000e007f",
            "\ufe0f",
            "\u20e3",
            "\u200d",
            ":(",
            "<3",
            "!!!",
            "?!",
        ),
        *(".", ",", "...", "…", "-", "--", "—", "'", "’", '"', "`", "(", ")", "/", "\\", "•", "é", "É", "你好", "\xad"),
        *("&amp;", "&#8217;", "\u0301", "\x00", "\ud800", "\u2028", "\xa0", "\r\n", "\n", "\n\n", "\t", " ", " ", " "),
    ]
)
TEXTS = st.one_of(
    st.lists(PIECES, max_size=40).map("".join),
    st.text(alphabet=st.characters(codec="ascii"), max_size=80),
    st.text(alphabet=st.characters(categories=None), max_size=60),
)


@pytest.fixture(scope="module")
def uncompiled() -> ModuleType:
    if not lexer.COMPILED:
        pytest.skip("no compiled lexer to compare with")
    spec = importlib.util.spec_from_file_location("uncompiled_lexer", Path(tokens.__file__).with_name("lexer.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert not module.COMPILED
    return module


def same(one: Lexed, two: Lexed) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(two, name)) for name in Lexed.__slots__)


@pytest.mark.parametrize("case", CASES, ids=[f"{n}-{case['rule']}" for n, case in enumerate(CASES)])
def test_table(case: dict[str, object]) -> None:
    text = case["text"]
    assert isinstance(text, str)
    found = tokenize(text)
    assert [[token.text, token.normal, token.kind] for token in found] == case["tokens"]


def test_table_holds_every_kind_and_enough() -> None:
    assert len(CASES) >= 150
    assert {token[2] for case in CASES for token in case["tokens"]} == set(KINDS)


@pytest.mark.parametrize(
    "texts",
    [
        ("isn't", "is not", "ISNT", "isn’t", "isn`t", "is n't", "isnt"),
        ("can't", "cannot", "cant", "CAN NOT", "can’t"),
        ("won't", "wont", "will not"),
        ("sooooo sloooow", "so slow", "SOOOO slowww", "so slooow"),
        ("v-e-r-y", "very", "v.e.r.y", "v e r y", "V-E-R-Y", "veryyyy"),
    ],
    ids=lambda texts: texts[0],
)
def test_ways_of_writing_read_alike(texts: tuple[str, ...]) -> None:
    assert len({tuple(token.normal for token in tokenize(text)) for text in texts}) == 1


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_tokens_cover_the_text(text: str) -> None:
    found = tokenize(text)
    assert all(token.start < token.end and text[token.start : token.end] == token.text for token in found)
    assert all(token.kind in KINDS for token in found)
    edges = [(0, 0), *((token.start, token.end) for token in found), (len(text), len(text))]
    assert all(end <= start and not text[end:start].strip() for (_, end), (start, _) in pairwise(edges))
    assert found == tokenize(text)


@given(st.lists(TEXTS, max_size=6))
@settings(max_examples=150, deadline=None)
def test_a_text_reads_the_same_alone_and_in_a_batch(texts: list[str]) -> None:
    batch = lex(texts)
    normals = batch.normals()
    for i, text in enumerate(texts):
        alone = lex([text])
        first, last = batch.text_token[i : i + 2]
        for name in ("start", "end", "kind", "hash"):
            assert np.array_equal(getattr(alone, name), getattr(batch, name)[first:last])
        assert alone.normals() == normals[first:last]
        sentences = batch.sentence_first[batch.text_sentence[i] : batch.text_sentence[i + 1]]
        assert np.array_equal(alone.sentence_first[:-1], sentences - first)


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_public_tokens_are_the_engine_s_tokens(text: str) -> None:
    view = View.of(text)
    lexed = lex([view.text])
    wanted = []
    reached = 0
    for start, end, normal, kind in zip(lexed.start, lexed.end, lexed.normals(), lexed.kind, strict=True):
        span = view.span(int(start), int(end))
        # of several that come from one character ("…" and a mark on it) the first stands for all
        if span.end > reached:
            wanted.append((normal, KINDS[kind]))
            reached = span.end
    # what cleaning drops between tokens is a symbol without a normal form
    assert [(token.normal, token.kind) for token in tokenize(text) if token.normal] == [
        pair for pair in wanted if pair[0]
    ]


@given(texts=st.lists(TEXTS, max_size=4))
@settings(max_examples=200, deadline=None)
def test_compiled_equals_uncompiled(uncompiled: ModuleType, texts: list[str]) -> None:
    compiled = lex(texts)
    with patch.object(tokens, "lexer", uncompiled):
        assert same(compiled, lex(texts))


def own_texts() -> Iterator[str]:
    for path in sorted(CORPORA.rglob("records.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            yield json.loads(line)["text"]


def test_own_texts(uncompiled: ModuleType) -> None:
    texts = list(own_texts())[::10]
    if not texts:
        pytest.skip("no corpus with texts in corpora/")
    compiled = lex(texts)
    with patch.object(tokens, "lexer", uncompiled):
        assert same(compiled, lex(texts))


RAW = st.lists(
    st.sampled_from(
        [
            *(bytes([byte]) for byte in b"\x00\t\n \"#$'()*+-./0149:<=@AXZ`anstx\x7f"),
            *(b"\x80", b"\xa3", b"\xc2", b"\xc3", b"\xe2", b"\xef", b"\xf0", b"\xf3", b"\xff", b"\xe2\x83\xa3"),
            *(b"\xf0\x9f\x87", b"\xe2\x80\x8d", b"\xef\xb8\x8f", b"\xe2\x82\xac", b"n't", b"www.", b"a@b.c", b"XX/"),
        ]
    ),
    max_size=14,
).map(b"".join)


def raw(module: ModuleType, texts: list[bytes]) -> list[bytes]:
    """Run a lexer on bytes that may be no UTF-8 at all, in arrays of exactly the documented size."""
    n = sum(map(len, texts))
    sizes = {np.int32: (n + 1, n + 1), np.uint8: (n + 1,), np.uint32: (n + 1,)}
    start, end = (np.zeros(size, np.int32) for size in sizes[np.int32])
    kind, hashes, normal = np.zeros(n + 1, np.uint8), np.zeros(n + 1, np.uint32), np.zeros(2 * n + 16, np.uint8)
    normal_end, sentence = np.zeros(n + 1, np.int32), np.zeros(n + len(texts) + 1, np.int32)
    first = np.zeros((2, len(texts) + 1), np.int32)
    arrays = (start, end, kind, hashes, normal, normal_end, sentence, *first)
    ends = np.cumsum([len(text) for text in texts], dtype=np.int64)
    module.lex(b"".join(texts), memoryview(ends), tokens._CLASSES, *map(memoryview, arrays), *tokens._TABLES)
    return [array.tobytes() for array in arrays]


@given(texts=st.lists(RAW, min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_safe(uncompiled: ModuleType, texts: list[bytes]) -> None:
    # uncompiled, a step beyond an array raises
    assert raw(lexer, texts) == raw(uncompiled, texts)


def test_token_is_a_plain_record() -> None:
    (token,) = tokenize(" Refunds ")
    assert token == Token(1, 8, "Refunds", "refunds", "word")
    with pytest.raises(AttributeError):
        token.start = 0  # type: ignore[misc]
