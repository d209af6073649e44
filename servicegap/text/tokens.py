"""Tokens and sentences of a text: the public face of the lexer, and the batch form of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
import numpy.typing as npt

from servicegap.text import lexer
from servicegap.text.view import View
from servicegap.types import Span

KINDS = lexer.KINDS


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a text.

    Attributes
    ----------
    start, end : int
        Half-open offsets in the original text, in code points.
    text : str
        The original characters.
    normal : str
        The normal form: lower case, lengthening and letter-spacing folded, negation and
        clitics spelled out ("n't" is `not`, "'ll" is `will`).
    kind : str
        One of `KINDS`.
    """

    start: int
    end: int
    text: str
    normal: str
    kind: str


@dataclass(frozen=True, slots=True)
class Lexed:
    """Tokens and sentences of a batch of texts, as flat arrays.

    Attributes
    ----------
    start, end : int32 (n_tokens,)
        Offsets in code points within the token's text.
    kind : uint8 (n_tokens,), hash : uint32 (n_tokens,)
        Place in `KINDS`; hash of the feature form.
    normal : uint8, normal_end : int32 (n_tokens,)
        Normal forms in UTF-8, one after the other.
    sentence_first : int32 (n_sentences + 1,)
        First token of each sentence.
    text_token, text_sentence : int32 (n_texts + 1,)
        First token and first sentence of each text.
    """

    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    kind: npt.NDArray[np.uint8]
    hash: npt.NDArray[np.uint32]
    normal: npt.NDArray[np.uint8]
    normal_end: npt.NDArray[np.int32]
    sentence_first: npt.NDArray[np.int32]
    text_token: npt.NDArray[np.int32]
    text_sentence: npt.NDArray[np.int32]

    def normals(self) -> list[str]:
        """The tokens' normal forms."""
        data = self.normal.tobytes()
        ends = self.normal_end.tolist()
        return [data[first:last].decode("utf-8", "replace") for first, last in zip([0, *ends], ends, strict=False)]


_TABLES = tuple(
    memoryview(table)
    for table in (
        lexer.ABBREVIATIONS,
        lexer.BEFORE_DIGITS,
        lexer.BEFORE_LOWER,
        lexer.CLAUSE_STARTS,
        lexer.OPENERS,
        lexer.NEGATED,
        lexer.DOMAINS,
        lexer.CURRENCIES,
        lexer.TIME_SUFFIXES,
        lexer.UNIT_SUFFIXES,
        lexer.COIN_SUFFIXES,
    )
)
_CLASSES = memoryview(lexer.BYTE_CLASSES)


def lex(texts: Sequence[str]) -> Lexed:
    """Cut clean texts (see `servicegap.text.view`) into tokens and sentences.

    Parameters
    ----------
    texts : sequence of str

    Returns
    -------
    Lexed
    """
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    data = b"".join(encoded)
    n = len(data)
    ends = np.fromiter(accumulate(map(len, encoded)), np.int64, len(encoded))
    integers = np.empty((4, n + len(encoded) + 2), np.int32)
    firsts = np.empty((2, len(encoded) + 1), np.int32)
    kind = np.empty(n + 1, np.uint8)
    hashes = np.empty(n + 1, np.uint32)
    normal = np.empty(2 * n + 16, np.uint8)
    arrays = (integers[0], integers[1], kind, hashes, normal, integers[2], integers[3], firsts[0], firsts[1])
    # Uncompiled, a memoryview gives plain integers where an array would give numpy's.
    lexer.lex(data, memoryview(ends), _CLASSES, *map(memoryview, arrays), *_TABLES)  # type: ignore[arg-type]
    tokens, sentences = int(firsts[0, -1]), int(firsts[1, -1])
    return Lexed(
        start=integers[0, :tokens],
        end=integers[1, :tokens],
        kind=kind[:tokens],
        hash=hashes[:tokens],
        normal=normal[: int(integers[2, tokens - 1]) if tokens else 0],
        normal_end=integers[2, :tokens],
        sentence_first=integers[3, : sentences + 1],
        text_token=firsts[0],
        text_sentence=firsts[1],
    )


def tokenize(text: str) -> list[Token]:
    """Cut a text into tokens; only white space lies between them.

    Parameters
    ----------
    text : str
        Any text, as it was written.

    Returns
    -------
    list of Token
        In order, not overlapping.

    Examples
    --------
    >>> [(token.text, token.normal, token.kind) for token in tokenize("It isn't v-e-r-y goood :(")][:4]
    [('It', 'it', 'word'), ('is', 'is', 'word'), ("n't", 'not', 'word'), ('v-e-r-y', 'very', 'word')]
    """
    view = View.of(text)
    lexed = lex([view.text])
    tokens: list[Token] = []
    reached = 0
    starts, ends, kinds = lexed.start.tolist(), lexed.end.tolist(), lexed.kind.tolist()
    for start, end, kind, normal in zip(starts, ends, kinds, lexed.normals(), strict=True):
        span = view.span(start, end)
        first, last = max(span.start, reached), max(span.end, reached)
        if tokens and tokens[-1].kind == "emoji":
            _complete(tokens, text, first)
            reached = max(reached, tokens[-1].end)
        tokens += _leftovers(text, reached, first)
        if last > first:
            tokens.append(Token(first, last, text[first:last], normal, KINDS[kind]))
        reached = last
    if tokens and tokens[-1].kind == "emoji":
        _complete(tokens, text, len(text))
        reached = tokens[-1].end
    return tokens + _leftovers(text, reached, len(text))


def _complete(tokens: list[Token], text: str, limit: int) -> None:
    """Give the last token, an emoji, what cleaning dropped right behind it: a flag's tags, stray selectors."""
    last = tokens[-1]
    end = last.end
    while end < limit and not text[end].isspace():
        end += 1
    if end > last.end:
        tokens[-1] = Token(last.start, end, text[last.start : end], last.normal, last.kind)


def _leftovers(text: str, start: int, end: int) -> list[Token]:
    """What cleaning dropped between two tokens and is no white space: symbols with an empty normal form."""
    found = []
    while start < end:
        if text[start].isspace():
            start += 1
            continue
        stop = start
        while stop < end and not text[stop].isspace():
            stop += 1
        found.append(Token(start, stop, text[start:stop], "", "symbol"))
        start = stop
    return found


def sentences(text: str) -> list[Span]:
    """Spans of a text's sentences, in the original text.

    Long sentences are cut at clauses, so that each can be quoted: a span comes from at most
    300 code points of clean text, but for a single token that is longer and stands alone.

    Examples
    --------
    >>> text = "Dr. Lee never rang. Paid 4.50 for that!!"
    >>> [text[span.start : span.end] for span in sentences(text)]
    ['Dr. Lee never rang.', 'Paid 4.50 for that!!']
    """
    view = View.of(text)
    lexed = lex([view.text])
    firsts = lexed.sentence_first.tolist()
    starts, ends = lexed.start.tolist(), lexed.end.tolist()
    return [view.span(starts[a], ends[b - 1]) for a, b in pairwise(firsts)]
