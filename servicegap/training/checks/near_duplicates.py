"""Are there texts that say nearly the same, within a split or across?

MinHash signatures of word 5-grams (Broder, SEQUENCES 1997), bands of them as keys (Leskovec,
Rajaraman, Ullman, Mining of Massive Datasets, 3.4), and the true similarity of what shares a band.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from servicegap.training.checks.base import Entry, Flag, Report, counted, sound_share, splits, with_text, words

_BANDS, _ROWS = 32, 4
"""A pair at 0.7 shares a band with probability 1 - (1 - 0.7**4)**32, which is 0.9998."""

_WORDS = 5
_LEADERS = 8
"""Texts of a band that each later one is compared with: time stays linear if all are alike."""

_SEED = 20261124

Shingles = npt.NDArray[np.uint64]


def check(found: Sequence[Entry], *, least: float = 0.7) -> Report:
    """Flag each text that is at least so similar to an earlier one, Jaccard of word 5-grams."""
    records = [entry for entry, _ in with_text(found)]
    split = splits(records)
    flags = []
    across = 0
    for i, j, similarity in pairs([text for _, text in with_text(found)], least=least):
        one, other = split[records[i].id], split[records[j].id]
        across += one != other
        where = f"in {one}" if one == other else f"across {one} and {other}"
        flags.append(Flag(records[j].id, records[j].place, f"{similarity:.2f} like {records[i].id}, {where}"))
    summary = (
        counted(len(flags), len(records), "texts") + f" are {least:.1f} or more like another, {across} across splits"
    )
    figures = {"least": least, "texts": len(flags), "across_splits": across}
    return Report("near_duplicates", sound_share(flags, len(records)), summary, tuple(flags), figures=figures)


def pairs(texts: Sequence[str], *, least: float = 0.7) -> Iterator[tuple[int, int, float]]:
    """Find each text that is like an earlier one.

    Parameters
    ----------
    texts : sequence of str
    least : float
        Jaccard similarity of the sets of word 5-grams, over 0 to 1.

    Yields
    ------
    earlier, later : int
        Each text is `later` once at most.
    similarity : float

    Examples
    --------
    >>> texts = ["my parcel never came and nobody will tell me where it is", "a fine day"]
    >>> [(i, j) for i, j, _ in pairs([*texts, texts[0] + " now"])]
    [(0, 2)]
    """
    sets = shingles(texts)
    keys = _bands(sets)
    # per band, the leaders of each bucket
    buckets: list[dict[int, list[int]]] = [defaultdict(list) for _ in range(_BANDS)]
    for j in range(len(sets)):
        candidates = {i for band in range(_BANDS) for i in buckets[band][int(keys[band, j])]}
        best = max(((_jaccard(sets[i], sets[j]), -i) for i in candidates), default=(0.0, 0))
        if best[0] >= least:
            yield -best[1], j, best[0]
            continue
        for band in range(_BANDS):
            leaders = buckets[band][int(keys[band, j])]
            if len(leaders) < _LEADERS and len(sets[j]):
                leaders.append(j)


def shingles(texts: Sequence[str]) -> list[Shingles]:
    """Hash the word 5-grams of texts; one that is shorter is one n-gram of its own.

    Returns
    -------
    list of uint64 (n_different,), sorted
    """
    numbers: dict[str, int] = {}
    out = []
    for text in texts:
        ids = np.array([numbers.setdefault(word, len(numbers) + 1) for word in words(text)], np.uint64)
        size = min(_WORDS, len(ids))
        total = np.zeros(len(ids) - size + 1 if size else 0, np.uint64)
        for k in range(size):
            total = _mixed(total + ids[k : k + len(total)])
        out.append(np.unique(total))
    return out


def _mixed(values: Shingles) -> Shingles:
    """Spread the bits of whole numbers (the finalizer of SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _bands(sets: Sequence[Shingles]) -> Shingles:
    """Keys of each text's bands, uint64 (_BANDS, n_texts)."""
    factors = np.random.default_rng(_SEED).integers(1, 2**63, (_BANDS * _ROWS, 2), dtype=np.uint64)
    filled = [i for i, values in enumerate(sets) if len(values)]
    keys = np.zeros((_BANDS, len(sets)), np.uint64)
    if not filled:
        return keys
    flat = np.concatenate([sets[i] for i in filled])
    first = np.cumsum([0, *(len(sets[i]) for i in filled[:-1])])
    for number, (odd, offset) in enumerate(factors):
        least = np.minimum.reduceat((flat * (odd | np.uint64(1)) + offset) >> np.uint64(32), first)
        keys[number // _ROWS, filled] = _mixed(keys[number // _ROWS, filled] + least + np.uint64(1))
    return keys


def _jaccard(a: Shingles, b: Shingles) -> float:
    shared = len(np.intersect1d(a, b, assume_unique=True))
    return shared / max(1, len(a) + len(b) - shared)
