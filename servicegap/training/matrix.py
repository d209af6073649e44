"""From labeled texts to numbers: sentences, their features, and what is known of each label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from servicegap.engine import kernel
from servicegap.taxonomy import load as taxonomy
from servicegap.text import roles, tokens
from servicegap.text.tokens import Lexed
from servicegap.text.view import View
from servicegap.training.corpus import Record
from servicegap.types import Span

Array = npt.NDArray[Any]

UNKNOWN = -1
"""In a label matrix: neither shown nor denied; left out of learning and of counting."""

# Words of its own that a sentence must share with a quote to count as showing what the quote shows.
_SHARED_CHARACTERS = 12


def labels() -> tuple[str, ...]:
    """Everything the engine scores: the types, `complaint`, the signals, `english`."""
    scheme = taxonomy()
    return (*scheme.type_ids, "complaint", *scheme.signal_ids, "english")


@dataclass(frozen=True, slots=True)
class Sentences:
    """Texts cut into sentences, with what is known of each.

    Attributes
    ----------
    document : int32 (n_sentences,)
        Which text a sentence is of.
    start, end : int32 (n_sentences,)
        Offsets in the original text.
    shown : int8 (n_sentences, n_labels)
        1 shown by the sentence, 0 not, `UNKNOWN`.
    carried : int8 (n_documents, n_labels)
        The same for whole texts.
    lexed : Lexed
    first_view : int32 (n_documents + 1,)
        First stretch of each text, as the kernel takes it.
    """

    document: npt.NDArray[np.int32]
    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    shown: npt.NDArray[np.int8]
    carried: npt.NDArray[np.int8]
    lexed: Lexed
    first_view: npt.NDArray[np.int32]


def cut(texts: Sequence[str], channels: Sequence[str | None]) -> tuple[Lexed, Array, Array, Array, Array]:
    """Cut the customers' words of texts into sentences, just as the model does.

    Returns
    -------
    lexed : Lexed
    first_view : int32 (n_texts + 1,)
    document, start, end : int32 (n_sentences,)
    """
    views: list[View] = []
    bases: list[int] = []
    firsts = [0]
    for text, channel in zip(texts, channels, strict=True):
        for part in roles.mark(text, channel=channel):
            if part.role == "customer":
                views.append(View.of(text[part.start : part.end]))
                bases.append(part.start)
        firsts.append(len(views))
    lexed = tokens.lex([view.text for view in views])
    owner = np.searchsorted(np.array(firsts[1:]), np.arange(len(views)), side="right")
    document, start, end = [], [], []
    first, last = lexed.start.tolist(), lexed.end.tolist()
    edges = lexed.sentence_first.tolist()
    for i, view in enumerate(views):
        for sentence in range(lexed.text_sentence[i], lexed.text_sentence[i + 1]):
            span = view.span(first[edges[sentence]], last[edges[sentence + 1] - 1])
            document.append(owner[i])
            start.append(span.start + bases[i])
            end.append(span.end + bases[i])
    document_, start_, end_ = (np.array(values, np.int32) for values in (document, start, end))
    return lexed, np.array(firsts, np.int32), document_, start_, end_


def sentences(records: Sequence[Record]) -> Sentences:
    """Cut records into sentences and spread their labels over them."""
    lexed, first_view, document, start, end = cut(
        [record.text for record in records], [record.channel for record in records]
    )
    names = labels()
    place = {name: k for k, name in enumerate(names)}
    carried = np.zeros((len(records), len(names)), np.int8)
    shown = np.zeros((len(document), len(names)), np.int8)
    first = np.searchsorted(document, np.arange(len(records) + 1))
    for i, record in enumerate(records):
        rows = slice(first[i], first[i + 1])
        foreign = record.extra.get("language", "en") != "en"
        carried[i, place["english"]] = not foreign
        shown[rows, place["english"]] = not foreign
        if foreign:
            carried[i, :-1] = shown[rows, :-1] = UNKNOWN
            continue
        carried[i, place["complaint"]] = record.complaint
        shown[rows, place["complaint"]] = UNKNOWN if record.complaint else 0
        for spans_of, partial in ((record.failures, record.partial), (record.signals, frozenset(record.signals))):
            for label, spans in spans_of.items():
                k = place[label]
                carried[i, k] = 1
                hit = _overlap(start[rows], end[rows], spans)
                rest = UNKNOWN if label in partial or not spans else 0
                shown[rows, k] = np.where(hit >= 1.0, 1, np.where(hit > 0.0, UNKNOWN, rest))
                shown[rows, place["complaint"]][hit >= 1.0] = 1 if record.complaint else 0
        for label in record.doubtful:
            carried[i, place[label]] = UNKNOWN
            if label not in record.failures:
                shown[rows, place[label]] = UNKNOWN
    return Sentences(document, start, end, shown, carried, lexed, first_view)


def _overlap(start: Array, end: Array, spans: Sequence[Span]) -> Array:
    """How far sentences share quotes: 1 and more is enough to show what the quote shows."""
    best = np.zeros(len(start))
    for span in spans:
        shared = np.minimum(end, span.end) - np.maximum(start, span.start)
        needed = np.minimum(_SHARED_CHARACTERS, np.minimum(end - start, span.end - span.start) * 0.6)
        best = np.maximum(best, np.maximum(shared, 0) / np.maximum(needed, 1))
    return best


@dataclass(frozen=True, slots=True)
class Features:
    """Features of sentences, as the kernel lists them: equally long arrays.

    Attributes
    ----------
    sentence : int32, key : uint32, place : int32 (n,)
        See `servicegap.engine.kernel.features`.
    """

    sentence: npt.NDArray[np.int32]
    key: npt.NDArray[np.uint32]
    place: npt.NDArray[np.int32]


def features(lexed: Lexed, *, order: int) -> Features:
    """List every feature of every sentence, with token n-grams up to `order`."""
    capacity = 3 * len(lexed.normal) + 6 * len(lexed.kind) + 1
    out = (np.empty(capacity, np.int32), np.empty(capacity, np.uint32), np.empty(capacity, np.int32))
    inputs = (lexed.kind, lexed.hash, lexed.normal, lexed.normal_end, lexed.sentence_first)
    n = kernel.features(*map(memoryview, inputs), order, *map(memoryview, out))  # type: ignore[arg-type]
    return Features(out[0][:n].copy(), out[1][:n].copy(), out[2][:n].copy())


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Features that a model knows.

    Attributes
    ----------
    keys : uint32 (n,), sorted
    energy : int64 (n,)
        Squared weight, in units of 1 / `ENERGY_UNIT`.
    place : int32 (n,)
        One place in the training texts where the feature stands, for its spelling.
    """

    keys: npt.NDArray[np.uint32]
    energy: npt.NDArray[np.int64]
    place: npt.NDArray[np.int32]


def vocabulary(
    found: Features, n_sentences: int, *, least: tuple[int, int, int, int], gram_weight: float
) -> Vocabulary:
    """Choose the features that occur in enough sentences.

    Parameters
    ----------
    found : Features
    n_sentences : int
    least : tuple of int
        Sentences needed by a token, a pair, a triple, and a character n-gram.
    gram_weight : float
        Weight of character n-grams beside those of tokens.
    """
    # once a sentence
    both = found.key.astype(np.uint64) << np.uint64(32) | found.sentence.astype(np.uint64)
    once, at = np.unique(both, return_index=True)
    keys, first, df = np.unique((once >> np.uint64(32)).astype(np.uint32), return_index=True, return_counts=True)
    place = found.place[at[first]]
    length = np.where(place < 0, 4, place % 64)
    kept = df >= np.array((0, *least))[length]
    idf = np.log((1 + n_sentences) / (1 + df)) + 1
    weight = np.where(place < 0, gram_weight, 1.0)
    energy = np.maximum(1, np.round((idf * weight) ** 2 * kernel.ENERGY_UNIT)).astype(np.int64)
    return Vocabulary(keys[kept], energy[kept], place[kept])


def matrix(found: Features, known: Vocabulary, groups: Array, n_groups: int) -> sparse.csr_matrix:
    """Weigh features and scale each row as the kernel does: by its length to the power of 3/4, from energies added.

    Parameters
    ----------
    found : Features
    known : Vocabulary
    groups : int (n_sentences,)
        Row of each sentence: its own number, or its document's.
    n_groups : int

    Returns
    -------
    float64 csr_matrix (n_groups, n_features)
    """
    column = np.searchsorted(known.keys, found.key)
    column[column == len(known.keys)] = 0
    kept = known.keys[column] == found.key
    column, row = column[kept], groups[found.sentence[kept]]
    energy = known.energy[column] / kernel.ENERGY_UNIT
    length = np.sqrt(np.bincount(row, weights=energy, minlength=n_groups))
    scale = np.sqrt(length * np.sqrt(kernel.LENGTH * length))
    values = np.sqrt(energy) / scale[row]
    return sparse.csr_matrix((values, (row, column)), shape=(n_groups, len(known.keys)))


def spellings(lexed: Lexed, known: Vocabulary) -> list[str]:
    """Write out the features: tokens with spaces between, `<kind>` for kinds, `#` before character n-grams."""
    normals = lexed.normals()
    kinds = [tokens.KINDS[kind] for kind in lexed.kind.tolist()]
    shown = ["<" + kind + ">" if kind in _BY_KIND else normals[i] for i, kind in enumerate(kinds)]
    content = [i for i, kind in enumerate(kinds) if kind not in ("punctuation", "symbol")]
    order = {token: n for n, token in enumerate(content)}
    data = lexed.normal.tobytes()
    names = []
    for place in known.place.tolist():
        if place >= 0:
            token, length = divmod(place, 64)
            n = order.get(token, 0)
            names.append(" ".join(shown[i] for i in content[n - length + 1 : n + 1]) if length > 1 else shown[token])
        else:
            start, length = divmod(-place - 1, 8)
            # the byte after the first is within the word, whichever bracket the n-gram holds
            token = int(np.searchsorted(lexed.normal_end, start, side="right"))
            first, last = int(lexed.normal_end[token - 1]) if token else 0, int(lexed.normal_end[token])
            start -= 1
            inner = data[max(start, first) : min(start + length, last)].decode("utf-8", "replace")
            names.append("#" + "<" * (start < first) + inner + ">" * (start + length > last))
    return [name.replace("\n", " ") for name in names]


_BY_KIND = frozenset(("number", "money", "datetime", "mention", "url", "email", "reference"))
