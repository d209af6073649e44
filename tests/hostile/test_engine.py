"""Texts made to hurt the lexer, the kernel and the model: linear time, bounded memory, nothing lost.

The limits, by the megabyte, are some ten times what an idle machine needs.
"""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import pairwise

import pytest

import servicegap
from servicegap.engine import kernel
from servicegap.text.tokens import lex, sentences, tokenize

MB = 1_000_000
# Uncompiled, the same takes some hundred times as long.
SIZE = 2 * MB if kernel.COMPILED else MB // 50

PIECES = {
    "one word": "a",
    "one number": "1",
    "dots": ".",
    "words and dots": "a.",
    "slashes": "1/",
    "colons": "http:",
    "addresses": "http://",
    "www": "www.",
    "at signs": "@",
    "local parts": "a+b-c_d.",
    "almost addresses": "a@b",
    "domains": "a.b.c@",
    "hyphens": "a-",
    "references": "A1-",
    "masked dates": "XX/",
    "spelled": "a b c d ",
    "apostrophes": "a'",
    "clitics": "'s",
    "stars": "*",
    "starred": "a*",
    "stars and digits": "**1",
    "hash signs": "#",
    "hashtags": "#a-1",
    "currencies": "$",
    "amounts": "$1.",
    "masked amounts": "$xx",
    "amounts behind": "1 $",
    "telephone numbers": "+0 ",
    "brackets": "(0)",
    "zeros": "0",
    "zeros apart": "000 ",
    "emoticons": ":(",
    "long emoticons": ":" + "(" * 50,
    "quotes": '"',
    "emoji": "\U0001f621",
    "joined emoji": "\U0001f469\u200d",
    "flags": "\U0001f1ec",
    "keycaps": "1\ufe0f\u20e3",
    "selectors": "\ufe0f",
    "Chinese": "\u4f60",
    "commas": "late, ",
    "lines": "a\n",
    "blank lines": "a\n\n",
    "marks": "!?",
    "lengthened": "o" * 40 + " ",
    "negated": "dont ",
    "spaces": " ",
    "NUL": "\x00",
    "lone surrogates": "\ud83d",
    "accents": "e\u0301",
}


@pytest.mark.parametrize("name", PIECES)
def test_lexing_is_linear_and_whole(name: str) -> None:
    text = PIECES[name] * (SIZE // len(PIECES[name].encode("utf-8", "surrogatepass")))
    began = time.process_time()
    lexed = lex([text])
    assert time.process_time() - began < 1 + (SIZE / MB if kernel.COMPILED else 200 * SIZE / MB)
    covered = int((lexed.end - lexed.start).sum()) if len(lexed.kind) else 0
    assert covered <= len(text)
    assert covered >= len(text) - sum(map(text.count, " \n\x00"))
    assert (lexed.start[1:] >= lexed.end[:-1]).all()
    assert (lexed.end > lexed.start).all()


@pytest.mark.parametrize("name", PIECES)
def test_any_text_is_scored_in_linear_time(name: str) -> None:
    sg = servicegap.load()
    text = PIECES[name] * (SIZE // 4 // len(PIECES[name]))
    began = time.process_time()
    result = sg(text, thresholds=0.0)
    assert time.process_time() - began < 2 + (5 * SIZE / MB if kernel.COMPILED else 1000 * SIZE / MB)
    for failure in result.failures:
        for quote in failure.evidence:
            assert text[quote.start : quote.end] == quote.text
            assert len(quote.text) <= 300


@pytest.mark.parametrize("name", PIECES)
def test_public_tokens_of_hostile_texts(name: str) -> None:
    text = PIECES[name] * (20_000 // len(PIECES[name]))
    tokens = tokenize(text)
    edges = [(0, 0), *((token.start, token.end) for token in tokens), (len(text), len(text))]
    assert all(end <= start and not text[end:start].strip() for (_, end), (start, _) in pairwise(edges))
    assert all(one.end <= two.start for one, two in pairwise(sentences(text)))


def test_many_texts_of_nothing() -> None:
    texts = ["", " ", "\n", "a"] * 5000
    lexed = lex(texts)
    assert len(lexed.text_token) == len(texts) + 1
    assert len(lexed.kind) == 5000
    sg = servicegap.load()
    assert [result.status for result in sg.pipe(texts[:100])].count("empty") == 75


SCRIPT = """
import resource, sys
import servicegap
sg = servicegap.load()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
result = sg({piece!r} * (20_000_000 // {size}))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(not kernel.COMPILED, reason="takes minutes without the compiled kernel")
@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units elsewhere")
@pytest.mark.parametrize("piece", ["they never called me back. ", "a ", "a. "])
def test_twenty_megabytes_take_no_absurd_memory(piece: str) -> None:
    said = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(piece=piece, size=len(piece))], capture_output=True, text=True, check=True
    )
    assert int(said.stdout) < 900_000  # KiB
