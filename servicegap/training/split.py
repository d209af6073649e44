"""Splits that share no writer and no event, and that stay as the corpus grows."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Protocol

CHALLENGE = "challenge"
"""The split of own texts that no training reads."""

SHARES: Mapping[str, float] = {"train": 0.8, "dev": 0.1, CHALLENGE: 0.1}
"""How much of the texts each split gets, about."""


class Keyed(Protocol):
    """What a split goes by: `servicegap.training.corpus.Record` and the like."""

    @property
    def id(self) -> str:
        """Unique in the corpus."""

    @property
    def author(self) -> str | None:
        """Made-up key of the writer."""

    @property
    def situation(self) -> str | None:
        """Made-up key of the event."""

    @property
    def split(self) -> str | None:
        """Where the corpus puts it already."""


def groups(records: Iterable[Keyed]) -> dict[str, list[str]]:
    """Join the records that share an author or a situation, directly or through others.

    Returns
    -------
    dict of str to list of str
        Ids by the group's key, the smallest of its members' keys; in order of the records.
    """
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        parent.setdefault(key, key)
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    # repeated ids are one record here
    own: dict[str, str] = {}
    for record in records:
        own[record.id] = f"id {record.id}"
        keys = [f"author {record.author}"] if record.author else []
        keys += [f"situation {record.situation}"] if record.situation else []
        for key in keys:
            low, high = sorted((root(own[record.id]), root(key)))
            parent[high] = low
    joined: dict[str, list[str]] = defaultdict(list)
    for name, key in own.items():
        joined[root(key)].append(name)
    return dict(joined)


def assign(records: Iterable[Keyed], *, shares: Mapping[str, float] | None = None) -> dict[str, str]:
    """Give each record its split, all of one author and one situation the same.

    A group goes where the digest of its key falls, so that neither the order of the records nor
    one that is added moves another, and each industry gets its shares up to chance. A split that
    the corpus gives already holds for the whole group; of several, `challenge` first.

    Parameters
    ----------
    records : iterable of Keyed
    shares : mapping of str to float, optional
        By split, in any unit; `SHARES` if not given, without `challenge` where the corpus gives
        that split itself.

    Returns
    -------
    dict of str to str
        Split by id.

    Examples
    --------
    >>> from servicegap.training.corpus import Record
    >>> texts = [Record(str(n), "", False, {}, {}, author=f"a{n % 50}") for n in range(100)]
    >>> splits = assign(texts)
    >>> sorted(set(splits.values())), all(splits[str(n)] == splits[str(n + 50)] for n in range(50))
    (['challenge', 'dev', 'train'], True)
    """
    records = list(records)
    given = {record.id: record.split for record in records if record.split}
    if shares is None:
        shares = {name: share for name, share in SHARES.items() if name != CHALLENGE or CHALLENGE not in given.values()}
    out = {}
    for key, ids in groups(records).items():
        stored = {given[name] for name in ids if name in given}
        split = min(stored, key=lambda name: (name != CHALLENGE, name)) if stored else _by_digest(key, shares)
        out.update(dict.fromkeys(ids, split))
    return out


def _by_digest(key: str, shares: Mapping[str, float]) -> str:
    place = int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:8]) / 2**64
    total = sum(shares.values())
    ends = accumulate(share / total for share in shares.values())
    return next((name for name, end in zip(shares, ends, strict=True) if place < end), list(shares)[-1])
