"""Random tables, and the documented formula in plain Python to hold the kernel to."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from servicegap.engine import kernel
from servicegap.engine.linear import LinearScorer
from servicegap.text.tokens import KINDS, Lexed

Array = npt.NDArray[Any]


@dataclass
class Tables:
    """What a scorer is made from, and a scorer that follows the documentation step by step."""

    keys: Array
    weights: Array
    energies: Array
    scale: Array
    bias: Array
    pooling: Array
    order: int

    def scorer(self) -> LinearScorer:
        return LinearScorer(**vars(self))

    @classmethod
    def random(cls, keys: Any, *, seed: int = 0, n_labels: int = 39, order: int = 2) -> Tables:
        rng = np.random.default_rng(seed)
        keys = np.array(sorted(set(map(int, keys)) - {0}), np.uint32)
        return cls(
            keys,
            rng.integers(-128, 128, (len(keys), n_labels)).astype(np.int8),
            rng.integers(1, 2000, len(keys)).astype(np.uint16),
            rng.uniform(0.0, 0.1, n_labels),
            rng.normal(-1, 1, n_labels),
            rng.normal(0, 1, (n_labels, kernel.POOLING)),
            order,
        )

    def rows_of(self, tokens: list[tuple[str, bytes]]) -> list[int]:
        """Rows of a sentence, from its tokens' kinds and normal forms."""
        place = {int(key): row for row, key in enumerate(self.keys)}
        found: list[int | None] = []
        before: list[int] = []
        for kind, normal, key in tokens:
            if kind == "symbol":
                continue
            if key in place:
                found.append(place[key])
            elif kind in ("word", "hashtag"):
                whole = b"<" + normal + b">"
                for n in (3, 4, 5):
                    found += [place.get(fnv(whole[i : i + n])) for i in range(len(whole) - n + 1)]
            if kind == "punctuation":
                continue
            if before and self.order >= 2:
                pair = kernel.join(before[-1], key)
                found.append(place.get(pair))
                if len(before) > 1 and self.order >= 3:
                    found.append(place.get(kernel.join(kernel.join(before[-2], before[-1]), key)))
            before.append(key)
        return [row for row in found if row is not None]

    def score_of(self, rows: list[int]) -> Array:
        """`bias + scale * sum / sqrt(l * sqrt(LENGTH * l))` with `l = sqrt(energy / ENERGY_UNIT)`, by label."""
        energy = sum(int(self.energies[row]) for row in rows)
        if not energy:
            return self.bias.copy()
        sums = self.weights[rows].astype(np.int64).sum(axis=0)
        length = math.sqrt(energy / kernel.ENERGY_UNIT)
        return self.bias + self.scale * sums / math.sqrt(length * math.sqrt(kernel.LENGTH * length))

    def document(self, sentences: list[list[int]]) -> tuple[Array, Array, Array]:
        """Sentence scores, probabilities and the order of the sentences by label, of one document."""
        n_labels = len(self.bias)
        if not sentences:
            return np.empty((0, n_labels)), np.zeros(n_labels), np.empty((n_labels, 0), np.int64)
        scores = np.array([self.score_of(rows) for rows in sentences])
        best = np.sort(scores, axis=0)[::-1]
        below = np.minimum(best[0] - best[1], kernel.NO_SENTENCE_BELOW) if len(scores) > 1 else kernel.NO_SENTENCE_BELOW
        whole = self.score_of([row for rows in sentences for row in rows])
        a, b, c, d, e = self.pooling.T
        logit = a + b * best[0] + c * below + d * whole + e * math.log(len(scores))
        with np.errstate(over="ignore"):
            return scores, 1 / (1 + np.exp(-logit)), np.argsort(-scores, axis=0, kind="stable").T


def fnv(data: bytes) -> int:
    """Hash of a character n-gram: FNV-1a that starts after a byte 1."""
    value = ((2166136261 ^ 1) * 16777619) & 0xFFFFFFFF
    for byte in data:
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value


def spread(lexed: Lexed) -> list[list[list[tuple[str, bytes, int]]]]:
    """Texts as lists of sentences as lists of tokens: kind, normal form, hash."""
    data = lexed.normal.tobytes()
    ends = [0, *lexed.normal_end.tolist()]
    tokens = [
        (KINDS[kind], data[ends[t] : ends[t + 1]], int(key))
        for t, (kind, key) in enumerate(zip(lexed.kind, lexed.hash, strict=True))
    ]
    edges = lexed.sentence_first.tolist()
    sentences = [tokens[first:last] for first, last in itertools.pairwise(edges)]
    edges = lexed.text_sentence.tolist()
    return [sentences[first:last] for first, last in itertools.pairwise(edges)]
