"""Plain text: one file, one document."""

from __future__ import annotations

from collections.abc import Iterator

from servicegap.readers.source import Input, Record
from servicegap.types import ReadFailure


def read(item: Input) -> Iterator[Record]:
    """The whole file as it is."""
    data = item.whole()
    yield data if isinstance(data, ReadFailure) else item.document(item.decode(data), 0)
