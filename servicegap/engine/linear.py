"""The linear scorer: tables of small integers, looked up and added by the kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from servicegap.engine import kernel
from servicegap.text.tokens import Lexed

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Scores:
    """What the kernel says of a batch of documents.

    Attributes
    ----------
    probabilities : float32 (n_documents, n_labels)
        Calibrated; 0 for a document without a token.
    evidence : int32 (n_documents, n_labels, TOP)
        Sentences with the highest scores, best first, -1 where there are fewer.
    evidence_scores : float32 (n_documents, n_labels, TOP)
        Their log-odds; -1e30 where there is no sentence.
    sentence_scores : float32 (n_sentences, n_labels)
        Log-odds of each sentence; (0, n_labels) unless asked for.
    """

    probabilities: npt.NDArray[np.float32]
    evidence: npt.NDArray[np.int32]
    evidence_scores: npt.NDArray[np.float32]
    sentence_scores: npt.NDArray[np.float32]


class LinearScorer:
    """Scores lexed documents; holds no state that a call changes, so threads may share it.

    Parameters
    ----------
    keys : uint32 (n_rows,)
        Hash of each feature, all different.
    weights : int8 (n_rows, n_labels)
    energies : uint16 (n_rows,)
        A feature's share of the squared vector length, in sixteenths.
    scale, bias : float64 (n_labels,)
    pooling : float64 (n_labels, POOLING)
        See `servicegap.engine.kernel.score`.
    order : int
        Longest token n-gram.
    """

    def __init__(
        self,
        *,
        keys: Array,
        weights: Array,
        energies: Array,
        scale: Array,
        bias: Array,
        pooling: Array,
        order: int,
    ) -> None:
        n_rows, n_labels = weights.shape
        if n_labels > kernel.STRIDE:
            raise ValueError(f"a row has room for {kernel.STRIDE} labels, got {n_labels}")
        capacity = 1 << max(4, (2 * n_rows).bit_length())
        table = np.zeros(2 * capacity, np.uint32)
        kernel.place(table.data, np.ascontiguousarray(keys, np.uint32).data)
        # A row is one cache line: start the rows at a line's start.
        room = np.full(n_rows * kernel.STRIDE + 64, kernel.WEIGHT_OF_ZERO, np.uint8)
        shift = -room.ctypes.data % 64
        rows = room[shift : shift + n_rows * kernel.STRIDE]
        rows.reshape(n_rows, kernel.STRIDE)[:, :n_labels] = np.asarray(weights, np.int16) + kernel.WEIGHT_OF_ZERO
        self.n_labels = n_labels
        self.order = order
        self._keys = np.asarray(keys)
        self._constants = tuple(
            array.data
            for array in (
                table,
                rows,
                np.ascontiguousarray(energies, np.uint16),
                np.ascontiguousarray(scale, np.float64),
                np.ascontiguousarray(bias, np.float64),
                np.ascontiguousarray(pooling, np.float64).reshape(-1),
            )
        )

    def score(
        self, lexed: Lexed, document_text: npt.NDArray[np.int32] | None = None, *, every_sentence: bool = False
    ) -> Scores:
        """Score every sentence and document of a lexed batch.

        Parameters
        ----------
        lexed : Lexed
        document_text : int32 (n_documents + 1,), optional
            First text of each document, where a document has several; otherwise each text is one.
        every_sentence : bool
            Keep the scores of every sentence, not only of those that are evidence.

        Returns
        -------
        Scores
        """
        if document_text is None:
            document_text = np.arange(len(lexed.text_token), dtype=np.int32)
        n_documents = len(document_text) - 1
        n_sentences = len(lexed.sentence_first) - 1
        rows = np.empty(kernel.BLOCK, np.int32)
        partial = np.empty(kernel.STRIDE, np.uint16)
        sums = np.empty((2, kernel.STRIDE), np.int64)
        best = np.empty(kernel.TOP * kernel.STRIDE, np.float64)
        sentence_scores = np.empty(n_sentences * self.n_labels if every_sentence else 0, np.float32)
        probabilities = np.empty(n_documents * self.n_labels, np.float32)
        evidence = np.empty(n_documents * self.n_labels * kernel.TOP, np.int32)
        evidence_scores = np.empty(evidence.shape, np.float32)
        inputs = (
            lexed.kind,
            lexed.hash,
            lexed.normal,
            lexed.normal_end,
            lexed.sentence_first,
            lexed.text_sentence,
            document_text,
        )
        outputs = (rows, partial, sums[0], sums[1], best, sentence_scores, probabilities, evidence, evidence_scores)
        kernel.score(*map(memoryview, inputs), *self._constants, self.order, *map(memoryview, outputs))  # type: ignore[arg-type]
        return Scores(
            probabilities.reshape(n_documents, self.n_labels),
            evidence.reshape(n_documents, self.n_labels, kernel.TOP),
            evidence_scores.reshape(n_documents, self.n_labels, kernel.TOP),
            sentence_scores.reshape(-1, self.n_labels),
        )

    def rows(self, lexed: Lexed) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """List the rows that `score` adds up for all texts together.

        Returns
        -------
        row, count : intp (n,)
            A row, in order, and how often it is added.
        """
        n = 3 * len(lexed.normal) + 6 * len(lexed.kind) + 1
        out = (np.empty(n, np.int32), np.empty(n, np.uint32), np.empty(n, np.int32))
        inputs = (lexed.kind, lexed.hash, lexed.normal, lexed.normal_end, lexed.sentence_first)
        n = kernel.features(*map(memoryview, inputs), self.order, *map(memoryview, out))  # type: ignore[arg-type]
        key, place = out[1][:n], out[2][:n]
        # character n-grams count only for tokens without a row of their own
        own = np.isin(lexed.hash, self._keys)
        gram = place < 0
        key = np.concatenate(
            (key[~gram], key[gram][~own[np.searchsorted(lexed.normal_end, -(place[gram] + 1) // 8, side="right")]])
        )
        key = key[np.isin(key, self._keys)]
        rank = np.argsort(self._keys)
        row, count = np.unique(rank[np.searchsorted(self._keys, key, sorter=rank)], return_counts=True)
        return row, count
