"""The hot loop: tokens to features to rows of small integers, summed by sentence and by document.

Ordinary Python in Cython's pure-Python mode, like `servicegap.text.lexer`: the same answers
compiled and not, to the last bit. Sums are of integers, so their order does not matter; the few
floating-point steps at the end stand in a fixed order.

A sentence's features are its tokens' hashes, the hashes of neighboring pairs (and triples), and,
for words without a row of their own, their character n-grams. A row holds one small integer a
label; a second table holds the feature's share of the squared length of the sentence's vector, so
that the score is that of a TF-IDF vector, scaled down by its length to the power of 3/4, against a linear
model.
"""

# Annotations here are C types, read by Cython: see the section on them in setup.cfg.
from __future__ import annotations

try:
    import cython
except ImportError:
    from servicegap import cython_shim as cython

if cython.compiled:
    from cython.cimports.libc.math import exp, log, sqrt
else:
    from math import exp, log, sqrt

COMPILED = cython.compiled

STRIDE = 64
"""Labels a row has room for; a row is one cache line."""
POOLING = 5
"""Weights of the document decision for each label: see `score`."""
TOP = 3
"""Sentences kept as evidence for each label."""
BLOCK = 256
"""Rows added at once: as many 8-bit values as a sum of 16 bits can hold."""
WEIGHT_OF_ZERO = 128
"""What a weight of zero is stored as: rows without a sign are widened in one step."""
ENERGY_UNIT = 16
"""A feature's squared weight is stored in sixteenths."""
LENGTH = 25.0
"""Length of a sentence's vector at which its score is that of the normalized vector."""
NO_SENTENCE_BELOW = 8.0
"""How far below the best sentence a missing second one is taken to lie, and any other at the most."""

_STRIDE = cython.declare(cython.int, 64)
_POOLING = cython.declare(cython.int, 5)
_TOP = cython.declare(cython.int, 3)
_BLOCK = cython.declare(cython.int, 256)
_ZERO = cython.declare(cython.int, 128)
_FURTHEST = cython.declare(cython.double, 8.0)
_UNIT = cython.declare(cython.double, 16.0)
_LENGTH = cython.declare(cython.double, 25.0)
_WORD = cython.declare(cython.int, 0)
_HASHTAG = cython.declare(cython.int, 6)
_PUNCTUATION = cython.declare(cython.int, 10)
_SYMBOL = cython.declare(cython.int, 11)
_MASK = cython.declare(cython.ulonglong, 0xFFFFFFFF)
_GOLDEN = cython.declare(cython.ulonglong, 2654435761)
_PRIME = cython.declare(cython.ulonglong, 16777619)
# FNV-1a of one byte 1, which no normal form holds: where character n-grams start.
_GRAM_SEED = cython.declare(cython.ulonglong, 67918732)
_SHORTEST = cython.declare(cython.int, 3)
_LONGEST = cython.declare(cython.int, 5)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
def _join(first: cython.ulonglong, second: cython.ulonglong) -> cython.ulonglong:
    """Hash of a pair of features, in order."""
    value: cython.ulonglong = ((first ^ ((second * _GOLDEN) & _MASK)) * _PRIME) & _MASK
    value ^= value >> 15
    return value if value else 1


def shrink(energy: float) -> float:
    """What the sums of a vector of that energy are multiplied with, as the kernel does it."""
    length = (energy / 16.0) ** 0.5
    return (length * (25.0 * length) ** 0.5) ** -0.5


def join(first: int, second: int) -> int:
    """Hash of a pair of features, in order, as the kernel takes it."""
    value: cython.ulonglong = _join(first, second)
    return value


def gram_hash(gram: bytes) -> int:
    """Hash of a character n-gram, as the kernel takes it."""
    value = 67918732
    for byte in gram:
        value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
    return value or 1


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
@cython.boundscheck(False)
@cython.wraparound(False)
def _row(table: cython.const[cython.uint][::1], mask: cython.ulonglong, key: cython.ulonglong) -> cython.int:
    """Row of a feature in the open-addressing table of (key, row) pairs, or -1."""
    at: cython.ulonglong = (key ^ (key >> 16)) & mask
    found: cython.ulonglong = table[2 * at]
    while found != 0:
        if found == key:
            return table[2 * at + 1]
        at = (at + 1) & mask
        found = table[2 * at]
    return -1


@cython.boundscheck(False)
@cython.wraparound(False)
def place(table: cython.uint[::1], keys: cython.const[cython.uint][::1]) -> None:
    """Fill an empty table of (key, row) pairs.

    Parameters
    ----------
    table : uint32 (2 * capacity,)
        All zero; capacity is a power of two over the number of keys.
    keys : uint32 (n_rows,)
        Different from each other and from 0; row `r` belongs to `keys[r]`.
    """
    mask: cython.ulonglong = table.shape[0] // 2 - 1
    at: cython.ulonglong
    key: cython.ulonglong
    row: cython.longlong
    for row in range(keys.shape[0]):
        key = keys[row]
        at = (key ^ (key >> 16)) & mask
        while table[2 * at] != 0:
            at = (at + 1) & mask
        table[2 * at] = cython.cast(cython.uint, key)
        table[2 * at + 1] = cython.cast(cython.uint, row)


@cython.cfunc
@cython.inline
@cython.nogil
@cython.exceptval(check=False)
@cython.boundscheck(False)
@cython.wraparound(False)
def _add(
    rows: cython.int[::1],
    n: cython.int,
    weights: cython.const[cython.uchar][::1],
    energies: cython.const[cython.ushort][::1],
    partial: cython.ushort[::1],
    sums: cython.longlong[::1],
) -> cython.longlong:
    """Add at most `BLOCK` rows to the sums; the energy that they hold."""
    i: cython.longlong
    c: cython.longlong
    base: cython.longlong
    energy: cython.longlong = 0
    for c in range(64):
        partial[c] = 0
    for i in range(n):
        energy += energies[rows[i]]
        base = cython.cast(cython.longlong, rows[i]) * 64
        for c in range(64):
            partial[c] += weights[base + c]
    for c in range(64):
        sums[c] += partial[c] - _ZERO * n
    return energy


@cython.boundscheck(False)
@cython.wraparound(False)
@cython.cdivision(True)
def score(
    kind_of: cython.const[cython.uchar][::1],
    hash_of: cython.const[cython.uint][::1],
    normal: cython.const[cython.uchar][::1],
    normal_end_of: cython.const[cython.int][::1],
    sentence_first: cython.const[cython.int][::1],
    text_sentence: cython.const[cython.int][::1],
    document_text: cython.const[cython.int][::1],
    table: cython.const[cython.uint][::1],
    weights: cython.const[cython.uchar][::1],
    energies: cython.const[cython.ushort][::1],
    scale: cython.const[cython.double][::1],
    bias: cython.const[cython.double][::1],
    pooling: cython.const[cython.double][::1],
    order: cython.int,
    rows: cython.int[::1],
    partial: cython.ushort[::1],
    sums: cython.longlong[::1],
    whole: cython.longlong[::1],
    best: cython.double[::1],
    sentence_scores: cython.float[::1],
    probabilities: cython.float[::1],
    evidence: cython.int[::1],
    evidence_scores: cython.float[::1],
) -> None:
    """Score every sentence and every document of a batch.

    With `m` the best sentence score of a label, `g` how far the second lies below it (at most
    `NO_SENTENCE_BELOW`), `w` the score of the document taken as one sentence and `n` the number of
    sentences, the document's log-odds are `a + b m + c g + d w + e log(n)`.

    Parameters
    ----------
    kind_of, hash_of, normal, normal_end_of, sentence_first, text_sentence
        What the lexer wrote.
    document_text : int32 (n_documents + 1,)
        First text of each document.
    table : uint32 (2 * capacity,)
        As `place` filled it.
    weights : uint8 (n_rows * STRIDE,), energies : uint16 (n_rows,)
        Weights stand `WEIGHT_OF_ZERO` over their value.
    scale, bias : float64 (n_labels,)
        A sentence's score is `bias + scale * sum / sqrt(l * sqrt(LENGTH * l))` with the vector's length
        `l = sqrt(energy / ENERGY_UNIT)`: a vector of length `LENGTH` counts as one of length 1, and a
        longer one for more, by the fourth root of its length.
    pooling : float64 (n_labels * POOLING,)
        `a, b, c, d, e` of each label.
    order : int
        Longest token n-gram, 1 to 3.
    rows : int32 (BLOCK,), partial : uint16 (STRIDE,), sums, whole : int64 (STRIDE,), best : float64 (TOP * STRIDE,)
        Scratch.
    sentence_scores : float32 (n_sentences * n_labels,) or (0,)
        Not filled where there is no room for it: a long text may have millions of sentences.
    probabilities : float32 (n_documents * n_labels,)
        0 for a document without a token.
    evidence : int32 (n_documents * n_labels * TOP,)
        The sentences with the highest scores, best first, -1 where there are fewer; of equal ones the first.
    evidence_scores : float32 (n_documents * n_labels * TOP,)
        Their scores; -1e30 where there is no sentence.
    """
    keeps: cython.bint = sentence_scores.shape[0] > 0
    n_labels: cython.int = scale.shape[0]
    mask: cython.ulonglong = table.shape[0] // 2 - 1
    document: cython.longlong
    s: cython.longlong
    t: cython.longlong
    c: cython.longlong
    k: cython.longlong
    base: cython.longlong
    first: cython.longlong
    last: cython.longlong
    a: cython.int
    b: cython.int
    x: cython.int
    y: cython.int
    n: cython.int
    row: cython.int
    kind: cython.int
    energy: cython.longlong
    energy_whole: cython.longlong
    key: cython.ulonglong
    previous: cython.ulonglong
    pair: cython.ulonglong
    value: cython.ulonglong
    length: cython.double
    norm: cython.double
    z: cython.double
    logit: cython.double
    sentences: cython.double

    with cython.nogil:
        for document in range(document_text.shape[0] - 1):
            first = text_sentence[document_text[document]]
            last = text_sentence[document_text[document + 1]]
            base = document * n_labels
            for k in range(n_labels * _TOP):
                evidence[base * _TOP + k] = -1
                evidence_scores[base * _TOP + k] = -1e30
            if first == last:
                for k in range(n_labels):
                    probabilities[base + k] = 0.0
                continue
            for c in range(64):
                whole[c] = 0
            for k in range(n_labels):
                for c in range(_TOP):
                    best[_TOP * k + c] = -1e30
            energy_whole = 0
            for s in range(first, last):
                for c in range(64):
                    sums[c] = 0
                energy = 0
                previous = 0
                pair = 0
                n = 0
                for t in range(sentence_first[s], sentence_first[s + 1]):
                    kind = kind_of[t]
                    if kind == _SYMBOL:
                        continue
                    key = hash_of[t]
                    if n >= _BLOCK - 3:
                        energy += _add(rows, n, weights, energies, partial, sums)
                        n = 0
                    row = _row(table, mask, key)
                    if row >= 0:
                        rows[n] = row
                        n += 1
                    elif kind == _WORD or kind == _HASHTAG:
                        # character n-grams of "<word>"
                        a = normal_end_of[t - 1] if t > 0 else 0
                        b = normal_end_of[t]
                        for x in range(a - 1, b - _SHORTEST + 2):
                            value = _GRAM_SEED
                            for y in range(x, x + _LONGEST if x + _LONGEST < b + 1 else b + 1):
                                kind = 60 if y < a else 62 if y >= b else normal[y]
                                value = ((value ^ cython.cast(cython.ulonglong, kind)) * _PRIME) & _MASK
                                if y - x + 1 >= _SHORTEST:
                                    row = _row(table, mask, value)
                                    if row >= 0:
                                        rows[n] = row
                                        n += 1
                            if n >= _BLOCK - 5:
                                energy += _add(rows, n, weights, energies, partial, sums)
                                n = 0
                        kind = _WORD
                    if kind == _PUNCTUATION:
                        continue
                    if previous != 0 and order >= 2:
                        value = _join(previous, key)
                        row = _row(table, mask, value)
                        if row >= 0:
                            rows[n] = row
                            n += 1
                        if order >= 3:
                            if pair != 0:
                                row = _row(table, mask, _join(pair, key))
                                if row >= 0:
                                    rows[n] = row
                                    n += 1
                            pair = value
                    previous = key
                energy += _add(rows, n, weights, energies, partial, sums)
                for c in range(64):
                    whole[c] += sums[c]
                energy_whole += energy
                length = sqrt(energy / _UNIT)
                norm = 1.0 / sqrt(length * sqrt(_LENGTH * length)) if energy > 0 else 0.0
                for k in range(n_labels):
                    z = bias[k] + scale[k] * sums[k] * norm
                    if keeps:
                        sentence_scores[s * n_labels + k] = z
                    if z > best[_TOP * k + 2]:
                        # move it up to its place
                        c = 2
                        while c > 0 and z > best[_TOP * k + c - 1]:
                            best[_TOP * k + c] = best[_TOP * k + c - 1]
                            evidence[(base + k) * _TOP + c] = evidence[(base + k) * _TOP + c - 1]
                            c -= 1
                        best[_TOP * k + c] = z
                        evidence[(base + k) * _TOP + c] = cython.cast(cython.int, s)
            length = sqrt(energy_whole / _UNIT)
            norm = 1.0 / sqrt(length * sqrt(_LENGTH * length)) if energy_whole > 0 else 0.0
            sentences = log(cython.cast(cython.double, last - first))
            for k in range(n_labels):
                for c in range(_TOP):
                    evidence_scores[(base + k) * _TOP + c] = best[_TOP * k + c]
                z = best[_TOP * k] - best[_TOP * k + 1]
                if z > _FURTHEST:
                    z = _FURTHEST
                logit = (
                    pooling[_POOLING * k]
                    + pooling[_POOLING * k + 1] * best[_TOP * k]
                    + pooling[_POOLING * k + 2] * z
                    + pooling[_POOLING * k + 3] * (bias[k] + scale[k] * whole[k] * norm)
                    + pooling[_POOLING * k + 4] * sentences
                )
                probabilities[base + k] = 1.0 / (1.0 + exp(-logit)) if logit > -700.0 else 0.0


@cython.boundscheck(False)
@cython.wraparound(False)
def features(
    kind_of: cython.const[cython.uchar][::1],
    hash_of: cython.const[cython.uint][::1],
    normal: cython.const[cython.uchar][::1],
    normal_end_of: cython.const[cython.int][::1],
    sentence_first: cython.const[cython.int][::1],
    order: cython.int,
    sentence_out: cython.int[::1],
    key_out: cython.uint[::1],
    place_out: cython.int[::1],
) -> int:
    """List every feature of every sentence, character n-grams of all words too: what training learns from.

    Parameters
    ----------
    kind_of, hash_of, normal, normal_end_of, sentence_first
        What the lexer wrote.
    order : int
        Longest token n-gram, 1 to 3.
    sentence_out, key_out, place_out : int32, uint32, int32 (capacity,)
        Filled with a feature's sentence, its hash, and what it was made of: `token * 64 + length` for
        an n-gram of tokens that ends at `token`, and `-(first byte * 8 + length) - 1` for one of
        characters, counted in `normal`, where a word's brackets stand at its ends. The capacity
        must hold 3 (bytes of `normal`) + 6 (tokens).

    Returns
    -------
    int
        How many features were written.
    """
    n: cython.longlong = 0
    s: cython.longlong
    t: cython.longlong
    a: cython.int
    b: cython.int
    x: cython.int
    y: cython.int
    kind: cython.int
    key: cython.ulonglong
    previous: cython.ulonglong
    pair: cython.ulonglong
    value: cython.ulonglong
    for s in range(sentence_first.shape[0] - 1):
        previous = 0
        pair = 0
        for t in range(sentence_first[s], sentence_first[s + 1]):
            kind = kind_of[t]
            if kind == _SYMBOL:
                continue
            key = hash_of[t]
            sentence_out[n] = s
            key_out[n] = key
            place_out[n] = t * 64 + 1
            n += 1
            if kind == _WORD or kind == _HASHTAG:
                a = normal_end_of[t - 1] if t > 0 else 0
                b = normal_end_of[t]
                for x in range(a - 1, b - _SHORTEST + 2):
                    value = _GRAM_SEED
                    for y in range(x, x + _LONGEST if x + _LONGEST < b + 1 else b + 1):
                        kind = 60 if y < a else 62 if y >= b else normal[y]
                        value = ((value ^ cython.cast(cython.ulonglong, kind)) * _PRIME) & _MASK
                        if y - x + 1 >= _SHORTEST:
                            sentence_out[n] = s
                            key_out[n] = value
                            place_out[n] = -((x + 1) * 8 + (y - x + 1)) - 1
                            n += 1
                kind = _WORD
            if kind == _PUNCTUATION:
                continue
            if previous != 0 and order >= 2:
                value = _join(previous, key)
                sentence_out[n] = s
                key_out[n] = value
                place_out[n] = t * 64 + 2
                n += 1
                if order >= 3:
                    if pair != 0:
                        sentence_out[n] = s
                        key_out[n] = _join(pair, key)
                        place_out[n] = t * 64 + 3
                        n += 1
                    pair = value
            previous = key
    return n
