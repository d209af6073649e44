"""Word lists of the readers, written as running text."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text as a set.

    Examples
    --------
    >>> sorted(words("post reply"))
    ['post', 'reply']
    """
    return frozenset(text.split())
